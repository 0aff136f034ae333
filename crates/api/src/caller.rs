//! Who calls: a program by its token, a browser by its session.

use crate::problem::Problem;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use reception::{Reached, Reception, ReceptionError, Visitor};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

/// Somebody who calls and was let in.
#[derive(Clone, Debug)]
pub struct Caller(pub Visitor);

impl FromRequestParts<Arc<Reception>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        reception: &Arc<Reception>,
    ) -> Result<Self, Problem> {
        let secret = bearer(&parts.headers).or_else(|| session(&parts.headers));
        let Some(secret) = secret else { return Err(ReceptionError::NotAdmitted.into()) };
        Ok(Self(reception.visitor(&secret).await?))
    }
}

/// Where somebody calls from, as far as the server can tell.
#[derive(Clone, Debug)]
pub(crate) struct Address(pub(crate) String);

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

/// Returns how the server was reached.
pub(crate) fn reached(headers: &HeaderMap) -> Reached {
    Reached::of(headers.get("x-forwarded-proto").and_then(|it| it.to_str().ok()))
}

fn session(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(COOKIE).into_iter().flat_map(HeaderValue::to_str);
    reached(headers).read(reception::Cookie::Session, cookies).map(str::to_owned)
}
