//! A server over a fresh record, asked as programs ask it.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use reception::testing::{House, PASSWORD};
use reception::{Proxies, Reception};
use serde_json::{Value, json};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use tower::ServiceExt as _;

/// Where browsers reach it.
pub(crate) const ORIGIN: &str = "http://localhost:7500";

/// A server over a fresh record, with one account: `me`, the person of the small example.
pub(crate) struct Server {
    routes: Router,
    reception: Arc<Reception>,
    folder: tempfile::TempDir,
}

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

/// A request that is being put together.
pub(crate) struct Asked<'s> {
    server: &'s Server,
    request: axum::http::request::Builder,
}

impl Server {
    /// Returns a server that was set up.
    pub(crate) async fn new() -> Self {
        let House { reception, secret, folder } = House::new().await;
        let reception = Arc::new(reception.reached_at(&ORIGIN.parse().unwrap()));
        let routes = api::router(reception.clone());
        let server = Self { routes, reception, folder };
        let first = json!({"secret": secret, "name": "me", "password": PASSWORD});
        let made = server.post("/api/v1/set-up").json(&first).await;
        assert_eq!(made.status, StatusCode::NO_CONTENT);
        server
    }

    /// Returns it behind a proxy that it trusts.
    pub(crate) fn behind(self, proxy: &str) -> Self {
        let proxies = Proxies::of(vec![proxy.parse().unwrap()]);
        Self { routes: api::forwarded(self.routes, proxies), ..self }
    }

    /// Returns the reception behind it.
    pub(crate) fn reception(&self) -> &Reception {
        &self.reception
    }

    /// Returns the folder in which its record lies.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn asked(&self, method: Method, path: &str) -> Asked<'_> {
        let request = Request::builder().method(method).uri(path).header("host", "landfall.test");
        Asked { server: self, request }
    }

    pub(crate) fn method(&self, method: &str, path: &str) -> Asked<'_> {
        self.asked(method.to_uppercase().parse().unwrap(), path)
    }

    pub(crate) fn get(&self, path: &str) -> Asked<'_> {
        self.asked(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str) -> Asked<'_> {
        self.asked(Method::POST, path)
    }

    /// Returns the secret of a new session of `name`.
    pub(crate) async fn session(&self, name: &str) -> String {
        let credentials = json!({"name": name, "password": PASSWORD});
        let begun = self.post("/api/v1/session").json(&credentials).await;
        assert_eq!(begun.status, StatusCode::OK, "{}", begun.body);
        begun.body["secret"].as_str().unwrap().to_owned()
    }

    /// Returns the secret of a session of `me`, who has created the rehearsal `hello`.
    pub(crate) async fn with_a_deployment(&self) -> String {
        let session = self.session("me").await;
        let wanted = json!({"plan": "minimal.yaml", "rehearsal": true});
        let made = self.post("/api/v1/deployments").by(&session).json(&wanted).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        session
    }

    /// Makes an account for `name`.
    pub(crate) async fn account(&self, session: &str, name: &str) {
        let account = json!({"name": name, "password": PASSWORD});
        let made = self.post("/api/v1/accounts").by(session).json(&account).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    }
}

impl Asked<'_> {
    /// Shows the secret of a session or a token.
    pub(crate) fn by(self, secret: &str) -> Self {
        self.header("authorization", &format!("Bearer {secret}"))
    }

    /// Calls from `address`.
    pub(crate) fn from(mut self, address: &str) -> Self {
        let peer: SocketAddr = (address.parse::<IpAddr>().unwrap(), 40_000).into();
        self.request = self.request.extension(ConnectInfo(peer));
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// Sends `body` as JSON.
    pub(crate) async fn json(self, body: &Value) -> Answer {
        self.header("content-type", "application/json").body(body.to_string()).await
    }

    /// Sends nothing.
    pub(crate) async fn sent(self) -> Answer {
        self.body(String::new()).await
    }

    /// Sends nothing, and returns what is answered as it comes.
    pub(crate) async fn heard(self) -> axum::body::BodyDataStream {
        let request = self.request.body(Body::empty()).unwrap();
        let response = self.server.routes.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        response.into_body().into_data_stream()
    }

    /// Sends `body` as it is.
    pub(crate) async fn body(self, body: impl Into<Body>) -> Answer {
        let request = self.request.body(body.into()).unwrap();
        let response = self.server.routes.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 64 << 20).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer { status: parts.status, headers: parts.headers, body }
    }
}
