//! Whether the server lives, and whether it can answer.

use axum::extract::State;
use axum::http::StatusCode;
use reception::Reception;
use std::sync::Arc;

/// Whether the server lives
#[utoipa::path(get, path = "/healthz", tag = "server", responses((status = 200, description = "It lives.", body = String, content_type = "text/plain")))]
pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// Whether the server can answer
#[utoipa::path(get, path = "/readyz", tag = "server", responses(
    (status = 200, description = "It can.", body = String, content_type = "text/plain"),
    (status = 503, description = "It cannot reach its database.", body = String, content_type = "text/plain"),
))]
pub(crate) async fn ready(State(reception): State<Arc<Reception>>) -> (StatusCode, &'static str) {
    match reception.record().deployments().await {
        Ok(_) => (StatusCode::OK, "ok\n"),
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database cannot be reached\n")
        }
    }
}
