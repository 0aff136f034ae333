//! The pages: server-rendered, readable without scripts, with a form for every act.
//!
//! No rule stands here. What is shown comes from `views`, `planner` and `model`; what is posted
//! becomes a [`Command`](model::command::Command) and is decided like any other.

mod asset;
mod block;
mod charts;
mod form;
mod guest;
mod kept;
mod link;
mod listing;
mod offer;
mod page;
mod pages;
mod template;
#[cfg(feature = "testing")]
pub mod testing;
mod trouble;
mod visit;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use reception::Reception;
use std::sync::Arc;
use std::time::Duration;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

/// The most bytes of a posted form: a survey pasted into a field, not an archive.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// How long a page may take.
const TAKES_MAX: Duration = Duration::from_secs(30);

/// What a browser may load and do: only what comes from here, and nothing written into a page.
const CONTENT_SECURITY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; \
    base-uri 'none'";

/// What is said along with every answer, so that a browser keeps others out.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
];

/// Returns the pages, to be served beside the API.
///
/// A cross-site post is refused, as the API refuses it.
pub fn router(reception: Arc<Reception>) -> Router {
    let mut routes = pages::routes(&reception)
        .fallback(pages::nothing_here)
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TAKES_MAX))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(CsrfLayer::new())
        .layer(CompressionLayer::new());
    for (name, value) in HEADERS {
        let value = HeaderValue::from_static(value);
        routes = routes.layer(SetResponseHeaderLayer::if_not_present(name, value));
    }
    let kept = HeaderValue::from_static("private, no-cache");
    routes
        .layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, kept))
        .with_state(reception)
}
