//! What is seen of requests from outside: a line of the log each, and counters for all.
//!
//! A request is named by its route and not by its address: an address may hold a secret.

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::middleware::{self, Next};
use axum::response::Response;
use coordinator::Clock as _;
use coordinator::clock::SteadyClock;
use metrics::{counter, histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::sync::LazyLock;

/// The limits between which the times of requests are counted, in seconds.
const TIMES: [f64; 9] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0];

/// What tells how long a request took.
static CLOCK: LazyLock<SteadyClock> = LazyLock::new(SteadyClock::of_this_computer);

/// The counters of this process.
pub(crate) static COUNTERS: LazyLock<PrometheusHandle> = LazyLock::new(|| {
    let builder = PrometheusBuilder::new().set_buckets(&TIMES).unwrap_or_default();
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).ok();
    handle
});

/// Returns `routes` with a line of the log and counters for each request. Where `is_secure`, what
/// asks how it was reached is told: by TLS.
pub fn observed(routes: Router, is_secure: bool) -> Router {
    LazyLock::force(&COUNTERS);
    routes.layer(middleware::from_fn_with_state(is_secure, observe))
}

async fn observe(State(is_secure): State<bool>, mut request: Request, next: Next) -> Response {
    if is_secure {
        let https = HeaderValue::from_static("https");
        request.headers_mut().insert("x-forwarded-proto", https);
    }
    let method = request.method().to_string();
    let route = request.extensions().get::<MatchedPath>().map(|it| it.as_str().to_owned());
    let route = route.unwrap_or_else(|| "none".to_owned());
    let begun = CLOCK.now();
    let response = next.run(request).await;
    let took = CLOCK.now().duration_since(begun).as_secs_f64();
    let status = response.status().as_u16();
    counter!("landfall_http_requests_total", "method" => method.clone(), "route" => route.clone(), "status" => status.to_string()).increment(1);
    histogram!("landfall_http_request_seconds", "route" => route.clone()).record(took);
    let ms = took * 1_000.0;
    if response.status().is_server_error() {
        tracing::error!(method, route, status, ms, "answered");
    } else {
        tracing::info!(method, route, status, ms, "answered");
    }
    response
}
