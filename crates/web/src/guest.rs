//! Who looks: somebody with a session, by its cookie.

use crate::trouble::{No, Trouble};
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use reception::{Cookie, Reached, Reception, ReceptionError, Visitor};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

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
        let Some(secret) = kept(&parts.headers, Cookie::Session) else { return Err(log_in()) };
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

/// Returns what the browser keeps as `cookie`.
pub(crate) fn kept(headers: &HeaderMap, cookie: Cookie) -> Option<String> {
    let cookies = headers.get_all(COOKIE).into_iter().flat_map(HeaderValue::to_str);
    reached(headers).read(cookie, cookies).map(str::to_owned)
}

/// Returns how the server was reached.
fn reached(headers: &HeaderMap) -> Reached {
    Reached::of(headers.get("x-forwarded-proto").and_then(|it| it.to_str().ok()))
}

/// Returns the header that gives a browser `cookie`, or takes it away where it has no value.
pub(crate) fn given(
    headers: &HeaderMap,
    cookie: Cookie,
    value: Option<&str>,
) -> (HeaderName, String) {
    (SET_COOKIE, reached(headers).given(cookie, value))
}

/// Returns the header that gives a browser its session, or takes it away where there is none.
pub(crate) fn cookie(headers: &HeaderMap, secret: Option<&str>) -> [(HeaderName, String); 1] {
    [given(headers, Cookie::Session, secret)]
}
