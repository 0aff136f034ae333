//! A browser that runs no scripts, before a server over a fresh record.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use reception::Reception;
use reception::testing::House;
pub(crate) use reception::testing::PASSWORD;
use std::sync::Arc;
use tempfile::TempDir;
use tower::ServiceExt as _;

/// A browser, and the server before it.
pub(crate) struct Browser {
    routes: Router,
    secret: String,
    _folder: TempDir,
    cookie: Option<String>,
}

/// What was answered.
pub(crate) struct Seen {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Seen {
    /// Returns where the browser is sent.
    pub(crate) fn goes(&self) -> &str {
        self.headers.get(header::LOCATION).and_then(|it| it.to_str().ok()).unwrap_or_default()
    }
}

impl Browser {
    /// Returns a browser before a server that nobody has an account at.
    pub(crate) async fn new() -> Self {
        let House { reception, secret, folder } = House::new().await;
        Self { secret, ..Self::before(Arc::new(reception), folder) }
    }

    /// Returns a browser before the server of `reception`, whose record lies in `folder`.
    pub(crate) fn before(reception: Arc<Reception>, folder: TempDir) -> Self {
        let (routes, secret) = (web::router(reception), String::new());
        Self { routes, secret, cookie: None, _folder: folder }
    }

    /// Returns a browser in which `me`, of the small example, has logged in and created it.
    pub(crate) async fn at_work() -> Self {
        let mut browser = Self::new().await;
        let set_up = [("secret", browser.secret.clone()), ("name", "me".to_owned())];
        let seen = browser.post_as("/set-up", &set_up).await;
        assert_eq!(seen.goes(), "/log-in");
        browser.log_in("me").await;
        let seen =
            browser.post("/deployments", &[("plan", "minimal.yaml"), ("rehearsal", "true")]).await;
        assert_eq!(seen.goes(), "/d/HELLO?done=1", "{}", seen.text);
        browser
    }

    async fn post_as(&self, path: &str, fields: &[(&str, String)]) -> Seen {
        let mut fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, said)| (*name, said.as_str())).collect();
        fields.push(("password", PASSWORD));
        self.post(path, &fields).await
    }

    /// Logs somebody in.
    pub(crate) async fn log_in(&mut self, name: &str) {
        let seen = self.post_as("/log-in", &[("name", name.to_owned())]).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text);
        let cookie = seen.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        self.cookie = cookie.split(';').next().map(str::to_owned);
    }

    /// Forgets who has logged in.
    pub(crate) fn forget(&mut self) {
        self.cookie = None;
    }

    /// Looks at a page.
    pub(crate) async fn get(&self, path: &str) -> Seen {
        self.send(Request::get(path), String::new()).await
    }

    /// Sends a form.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let pairs = fields.iter().map(|(name, said)| format!("{name}={}", encoded(said)));
        let body = pairs.collect::<Vec<_>>().join("&");
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request, body).await
    }

    /// Sends a request that is put together elsewhere.
    pub(crate) async fn send(&self, request: axum::http::request::Builder, body: String) -> Seen {
        let mut request = request.header(header::HOST, "landfall.test");
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let request = request.body(Body::from(body)).unwrap();
        let response = self.routes.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        // Templates escape the slash too; a browser reads both alike.
        let text = String::from_utf8_lossy(&bytes).replace("&#x2f;", "/");
        Seen { status: parts.status, headers: parts.headers, text }
    }
}

fn encoded(said: &str) -> String {
    let letter = |it: u8| match it {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(it).to_string(),
        _ => format!("%{it:02X}"),
    };
    said.bytes().map(letter).collect()
}
