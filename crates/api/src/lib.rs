//! The HTTP API: routes, problems, and the OpenAPI document made from them.
//!
//! No rule stands here. A request becomes a [`Command`](model::command::Command) or a question;
//! `reception` says who asks, `coordinator` and `views` answer. One route takes every command, so
//! that nothing can be done on the command line or a page that a program cannot do.

mod caller;
mod client;
mod described;
mod document;
mod forwarded;
mod observed;
mod params;
mod problem;
mod routes;
mod sight;

pub use caller::Caller;
pub use client::{Client, ClientError, Method, Url};
pub use document::document;
pub use forwarded::forwarded;
pub use observed::observed;
pub use problem::{More, Problem};
pub use routes::{
    AccountLine, AdmissionLine, CarriageLine, DeploymentLine, LinkMade, Me, PasskeyLine, Recorded,
    RefusalLine, SignOnLine, SignOnQuestion, Stretch, TokenMade,
};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::any;
use reception::Reception;
use std::sync::Arc;
use std::time::Duration;
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::TimeoutLayer;

/// The most bytes of a request: a plan of many sites, not an archive.
const BODY_BYTES_MAX: usize = 32 * 1024 * 1024;

/// How long a request may take; events take as long as somebody listens.
const TAKES_MAX: Duration = Duration::from_secs(30);

/// Returns the API with its documentation, to be served beside the pages.
///
/// A cross-site post is refused: the browser says where a request comes from, and what came from
/// elsewhere carries no token of ours.
pub fn router(reception: Arc<Reception>) -> Router {
    let (quick, live) = routes::routers();
    let (quick, _) = quick.split_for_parts();
    let (live, _) = live.split_for_parts();
    let timely = TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TAKES_MAX);
    quick
        .layer(timely)
        .merge(live)
        .route("/api/{*nothing}", any(routes::nothing_here))
        .method_not_allowed_fallback(routes::not_that_way)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(CsrfLayer::new())
        .with_state(reception)
        .merge(document::pages())
}
