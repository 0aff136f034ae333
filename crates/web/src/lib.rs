//! The pages: server-rendered, readable without scripts, with a form for every act.

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use reception::Reception;
use std::sync::Arc;

/// Returns the pages, to be served beside the API.
pub fn router(reception: Arc<Reception>) -> Router {
    Router::new().route("/", get(|| async { Html("Landfall") })).with_state(reception)
}
