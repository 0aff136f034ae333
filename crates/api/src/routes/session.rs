//! Coming in: the first account, logging in and out, one's own password.

use super::{Json, Noes};
use crate::caller::{Address, Caller, reached};
use crate::described::Described;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use jiff::Timestamp;
use model::id::PersonId;
use reception::{Access, Cookie, LogIn, NewAccount, Reception, Secret};
use schemars::{JsonSchema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The first account.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FirstAccount {
    /// The secret that the server showed at its first start.
    secret: String,
    /// The name, the same as the person's in the plans.
    name: PersonId,
    /// The password, of at least 12 letters.
    password: String,
}

/// A name and a password.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    /// The name of the account.
    name: String,
    /// The password.
    password: String,
}

/// A session that has begun.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SessionBegun {
    /// The secret of the session, for programs that keep no cookies. It is shown once.
    secret: String,
    /// When it ends.
    ends: Timestamp,
}

/// An invitation.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Invitation {
    /// What its address ends with.
    secret: String,
}

/// Who calls.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Me {
    /// The name, the same as the person's in the plans.
    pub name: PersonId,
    /// Whether they look after accounts.
    pub is_administrator: bool,
    /// What they were let in by.
    pub admitted_by: String,
    /// What it admits to.
    pub access: Access,
}

/// A change of one's own password.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordChange {
    /// The password so far.
    old: String,
    /// The new one, of at least 12 letters.
    new: String,
}

pub(super) fn describe(generator: &mut SchemaGenerator) {
    generator.subschema_for::<FirstAccount>();
    generator.subschema_for::<Credentials>();
    generator.subschema_for::<SessionBegun>();
    generator.subschema_for::<Me>();
    generator.subschema_for::<PasswordChange>();
}

type FirstAccountBody = Described<FirstAccount>;
type CredentialsBody = Described<Credentials>;
pub(super) type SessionBody = Described<SessionBegun>;
type MeBody = Described<Me>;
type InvitationBody = Described<Invitation>;
type PasswordChangeBody = Described<PasswordChange>;

/// Make the first account
///
/// For whoever knows the secret that the server shows at its first start.
#[utoipa::path(post, path = "/api/v1/set-up", tag = "accounts", request_body = FirstAccountBody,
    responses((status = 204, description = "It is made: log in."), Noes))]
pub(crate) async fn set_up(
    State(reception): State<Arc<Reception>>,
    Json(it): Json<FirstAccount>,
) -> Result<StatusCode, Problem> {
    let password = Some(Zeroizing::new(it.password));
    let first = NewAccount { name: it.name, password, is_administrator: true };
    reception.set_up(&it.secret, first).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Returns the header that gives a browser its session, or takes it away where there is none.
fn set_cookie(headers: &HeaderMap, secret: Option<&str>) -> [(HeaderName, String); 1] {
    [(SET_COOKIE, reached(headers).given(Cookie::Session, secret))]
}

/// Log in
///
/// Too many failures make whoever tries wait: longer each time, by account and by address.
#[utoipa::path(post, path = "/api/v1/session", tag = "accounts", request_body = CredentialsBody,
    responses((status = 200, description = "The session has begun.", body = SessionBody), Noes))]
pub(crate) async fn log_in(
    State(reception): State<Arc<Reception>>,
    Address(address): Address,
    headers: HeaderMap,
    Json(it): Json<Credentials>,
) -> Result<([(HeaderName, String); 1], Json<SessionBegun>), Problem> {
    let label = headers.get(USER_AGENT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let session = reception
        .log_in(LogIn {
            name: it.name,
            password: Zeroizing::new(it.password),
            address,
            label: label.to_owned(),
        })
        .await?;
    Ok(begun(&headers, session))
}

/// Returns the answer to whoever has logged in.
pub(super) fn begun(
    headers: &HeaderMap,
    (secret, ends): (Secret, Timestamp),
) -> ([(HeaderName, String); 1], Json<SessionBegun>) {
    let begun = SessionBegun { secret: secret.reveal().to_owned(), ends };
    (set_cookie(headers, Some(secret.reveal())), Json(begun))
}

/// Come in by an invitation
///
/// It counts once. Whoever comes in chooses by what they come in from then on.
#[utoipa::path(post, path = "/api/v1/session/invitation", tag = "accounts", request_body = InvitationBody,
    responses((status = 200, description = "The session has begun.", body = SessionBody), Noes))]
pub(crate) async fn come_in(
    State(reception): State<Arc<Reception>>,
    Address(address): Address,
    headers: HeaderMap,
    Json(it): Json<Invitation>,
) -> Result<([(HeaderName, String); 1], Json<SessionBegun>), Problem> {
    let label = headers.get(USER_AGENT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let session = reception.come_in_by_invitation(&it.secret, &address, label).await?;
    Ok(begun(&headers, session))
}

/// Log out
#[utoipa::path(delete, path = "/api/v1/session", tag = "accounts",
    responses((status = 204, description = "What let you in has ended."), Noes))]
pub(crate) async fn log_out(
    State(reception): State<Arc<Reception>>,
    headers: HeaderMap,
    Caller(visitor): Caller,
) -> Result<(StatusCode, [(HeaderName, String); 1]), Problem> {
    reception.log_out(&visitor).await?;
    Ok((StatusCode::NO_CONTENT, set_cookie(&headers, None)))
}

/// Who calls
#[utoipa::path(get, path = "/api/v1/me", tag = "accounts",
    responses((status = 200, description = "Who you are, and what you were let in by.", body = MeBody), Noes))]
pub(crate) async fn me(Caller(visitor): Caller) -> Json<Me> {
    Json(Me {
        name: visitor.account.name.clone(),
        is_administrator: visitor.account.is_administrator,
        admitted_by: visitor.kind.to_string(),
        access: visitor.access,
    })
}

/// Change one's own password
///
/// All other sessions and tokens of the account end.
#[utoipa::path(put, path = "/api/v1/me/password", tag = "accounts", request_body = PasswordChangeBody,
    responses((status = 204, description = "It is changed."), Noes))]
pub(crate) async fn change_password(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    Json(it): Json<PasswordChange>,
) -> Result<StatusCode, Problem> {
    let (old, new) = (Zeroizing::new(it.old), Zeroizing::new(it.new));
    reception.change_password(&visitor, old, new).await?;
    Ok(StatusCode::NO_CONTENT)
}
