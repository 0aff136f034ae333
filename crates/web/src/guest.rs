//! Who looks: somebody with a session, by its cookie.

use crate::trouble::{No, Trouble};
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::{COOKIE as COOKIE_HEADER, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use reception::{Reception, ReceptionError, Visitor};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

/// The name of a session's cookie where the server is reached by plain HTTP on this computer.
const COOKIE: &str = "landfall";

/// The name of a session's cookie where the server is reached by TLS: the browser sends it back to
/// exactly this host, and to nobody else (RFC 6265bis, section 4.1.3.2).
const COOKIE_SECURE: &str = "__Host-landfall";

/// Somebody who has logged in. Whoever has not is asked to, and comes back to the same address.
#[derive(Clone, Debug)]
pub(crate) struct Guest(pub(crate) Visitor);

impl FromRequestParts<Arc<Reception>> for Guest {
    type Rejection = Trouble;

    async fn from_request_parts(
        parts: &mut Parts,
        reception: &Arc<Reception>,
    ) -> Result<Self, Trouble> {
        let log_in = || {
            // What was posted is gone by then: whoever comes back begins where the form was.
            let address = parts.uri.path_and_query().map(ToString::to_string);
            let address = address.filter(|_| parts.method == Method::GET);
            Trouble::LogIn(address.unwrap_or_else(|| parts.uri.path().to_owned()))
        };
        let Some(secret) = secret(&parts.headers) else { return Err(log_in()) };
        match reception.visitor(&secret).await {
            Ok(visitor) => Ok(Self(visitor)),
            Err(ReceptionError::NotAdmitted) => Err(log_in()),
            Err(error) => Err(No::from(error).into()),
        }
    }
}

/// Where somebody looks from, as far as the server can tell.
#[derive(Clone, Debug)]
pub(crate) struct Address(pub(crate) String);

impl<S: Sync> FromRequestParts<S> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let known = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Self(known.map_or_else(String::new, |it| it.0.ip().to_string())))
    }
}

fn secret(headers: &HeaderMap) -> Option<String> {
    let texts = headers.get_all(COOKIE_HEADER).into_iter().map(HeaderValue::to_str);
    let pairs =
        texts.flatten().flat_map(|it| it.split(';')).filter_map(|it| it.trim().split_once('='));
    let own = pairs.filter(|(name, _)| *name == COOKIE_SECURE || *name == COOKIE);
    // Where both are there, the one that only this host can have set counts.
    own.max_by_key(|(name, _)| *name == COOKIE_SECURE).map(|(_, value)| value.to_owned())
}

/// Returns the header that gives a browser its session, or takes it away where there is none.
pub(crate) fn cookie(headers: &HeaderMap, secret: Option<&str>) -> [(HeaderName, String); 1] {
    let is_secure = headers.get("x-forwarded-proto").is_some_and(|it| it == "https");
    let name = if is_secure { COOKIE_SECURE } else { COOKIE };
    let secure = if is_secure { "; Secure" } else { "" };
    let (value, age) = secret.map_or(("", "; Max-Age=0"), |it| (it, ""));
    [(SET_COOKIE, format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}"))]
}
