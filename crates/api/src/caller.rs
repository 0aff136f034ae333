//! Who calls: a program by its token, a browser by its session.

use crate::problem::Problem;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::{AUTHORIZATION, COOKIE as COOKIE_HEADER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use reception::{Reception, ReceptionError, Visitor};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

/// The name of a session's cookie where the server is reached by plain HTTP on this computer.
pub const COOKIE: &str = "landfall";

/// The name of a session's cookie where the server is reached by TLS: the browser sends it back to
/// exactly this host, and to nobody else (RFC 6265bis, section 4.1.3.2).
pub const COOKIE_SECURE: &str = "__Host-landfall";

/// Somebody who calls and was let in.
#[derive(Clone, Debug)]
pub struct Caller(pub Visitor);

impl FromRequestParts<Arc<Reception>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        reception: &Arc<Reception>,
    ) -> Result<Self, Problem> {
        let secret = bearer(&parts.headers).or_else(|| cookie_of(&parts.headers));
        let Some(secret) = secret else { return Err(ReceptionError::NotAdmitted.into()) };
        Ok(Self(reception.visitor(&secret).await?))
    }
}

/// Where somebody calls from, as far as the server can tell.
#[derive(Clone, Debug)]
pub struct Address(pub String);

impl<S: Sync> FromRequestParts<S> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let known = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Self(known.map_or_else(String::new, |it| it.0.ip().to_string())))
    }
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let (scheme, secret) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim().to_owned())
}

/// Returns the secret of the session in the cookies of a request.
pub fn cookie_of(headers: &HeaderMap) -> Option<String> {
    let texts = headers.get_all(COOKIE_HEADER).into_iter().map(HeaderValue::to_str);
    let pairs =
        texts.flatten().flat_map(|it| it.split(';')).filter_map(|it| it.trim().split_once('='));
    let own = pairs.filter(|(name, _)| *name == COOKIE_SECURE || *name == COOKIE);
    // Where both are there the one that only this host can have set counts.
    own.max_by_key(|(name, _)| *name == COOKIE_SECURE).map(|(_, value)| value.to_owned())
}
