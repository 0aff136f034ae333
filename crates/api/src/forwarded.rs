//! Who calls through a proxy: by what the proxy says, where it is trusted.

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderValue;
use axum::middleware::{self, Next};
use axum::response::Response;
use reception::Proxies;
use std::net::SocketAddr;
use std::sync::Arc;

/// Returns `routes` for a server behind `proxies`: whoever calls through them is known by their own
/// address.
pub fn forwarded(routes: Router, proxies: Proxies) -> Router {
    if proxies.is_empty() {
        return routes;
    }
    routes.layer(middleware::from_fn_with_state(Arc::new(proxies), forward))
}

async fn forward(
    State(proxies): State<Arc<Proxies>>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied()
    {
        let headers = request.headers().get_all("x-forwarded-for");
        let said: Vec<&str> = headers.iter().flat_map(HeaderValue::to_str).collect();
        let caller = proxies.caller(peer.ip(), said.into_iter());
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(caller, peer.port())));
    }
    next.run(request).await
}
