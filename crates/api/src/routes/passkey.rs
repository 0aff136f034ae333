//! Passkeys: one's own, and logging in with one.

use super::session::{SessionBody, begun};
use super::{Json, Noes, Path, said};
use crate::caller::{Address, Caller};
use crate::described::Described;
use crate::params::{ListOf, Page};
use crate::problem::Problem;
use axum::extract::State;
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use reception::Reception;
use reception::passkey::{Held, Question};
use schemars::{JsonSchema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use std::sync::Arc;
use views::listing::{Field, Item, Key, Listed, Use};

/// A passkey of one's own.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PasskeyLine {
    /// Its name, which its device gave it.
    pub id: String,
    /// What its holder calls it.
    pub label: String,
    /// When it was made.
    pub created: Timestamp,
}

impl Listed for PasskeyLine {
    const FIELDS: &'static [Field] = &[
        Field { name: "label", about: "What its holder calls it.", asked: Use::Both },
        Field { name: "created", about: "When it was made.", asked: Use::Order },
    ];
}

impl Item for PasskeyLine {
    fn key(&self, field: usize) -> Key<'_> {
        if field == 0 { Key::text(&self.label) } else { Key::Instant(self.created) }
    }

    fn name(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }

    fn says(&self, text: &str) -> bool {
        self.has_field_with(text)
    }
}

/// How the list of passkeys is asked.
type PasskeysWanted = ListOf<PasskeyLine>;

/// A passkey that a browser has made.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasskeyMade {
    /// What its holder calls it.
    label: String,
    /// What `navigator.credentials.create` answered, as JSON.
    answer: Value,
}

/// A passkey that a browser has used.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasskeyUsed {
    /// What `navigator.credentials.get` answered, as JSON.
    answer: Value,
}

pub(super) fn describe(generator: &mut SchemaGenerator) {
    generator.subschema_for::<Page<PasskeyLine>>();
    generator.subschema_for::<Question>();
}

type PasskeysBody = Described<Page<PasskeyLine>>;
type QuestionBody = Described<Question>;
type PasskeyMadeBody = Described<PasskeyMade>;
type PasskeyUsedBody = Described<PasskeyUsed>;

/// List one's own passkeys
#[utoipa::path(get, path = "/api/v1/me/passkeys", tag = "accounts", params(PasskeysWanted),
    responses((status = 200, description = "Your passkeys.", body = PasskeysBody), Noes))]
pub(crate) async fn passkeys(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    headers: HeaderMap,
    wanted: PasskeysWanted,
) -> Result<Response, Problem> {
    let line = |Held { id, label, created }| PasskeyLine { id, label, created };
    let own = reception.passkeys(&visitor).await?.into_iter().map(line);
    Ok(said(&headers, &Page::of(wanted.page(own.collect())?, |it| it)))
}

/// Ask a browser to make a passkey
#[utoipa::path(post, path = "/api/v1/me/passkeys/question", tag = "accounts",
    responses((status = 200, description = "What the browser is asked; it may answer once, within five minutes.", body = QuestionBody), Noes))]
pub(crate) async fn ask(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
) -> Result<Json<Question>, Problem> {
    Ok(Json(reception.ask_for_passkey(&visitor).await?))
}

/// Keep a passkey that a browser has made
#[utoipa::path(post, path = "/api/v1/me/passkeys", tag = "accounts", request_body = PasskeyMadeBody,
    responses((status = 201, description = "It is kept: you can log in with it."), Noes))]
pub(crate) async fn add(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    Json(it): Json<PasskeyMade>,
) -> Result<StatusCode, Problem> {
    reception.add_passkey(&visitor, &it.label, &it.answer.to_string()).await?;
    Ok(StatusCode::CREATED)
}

/// Remove one of one's own passkeys
#[utoipa::path(delete, path = "/api/v1/me/passkeys/{passkey}", tag = "accounts",
    params(("passkey" = String, Path, description = "Its name.")),
    responses((status = 204, description = "It admits nobody any more."), Noes))]
pub(crate) async fn remove(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    Path(passkey): Path<String>,
) -> Result<StatusCode, Problem> {
    reception.remove_passkey(&visitor, &passkey).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask a browser for a passkey to log in with
#[utoipa::path(post, path = "/api/v1/session/passkey/question", tag = "accounts",
    responses((status = 200, description = "What the browser is asked; it may answer once, within five minutes.", body = QuestionBody), Noes))]
pub(crate) async fn ask_to_log_in(
    State(reception): State<Arc<Reception>>,
) -> Result<Json<Question>, Problem> {
    Ok(Json(reception.ask_to_log_in()?))
}

/// Log in with a passkey
#[utoipa::path(post, path = "/api/v1/session/passkey", tag = "accounts", request_body = PasskeyUsedBody,
    responses((status = 200, description = "The session has begun.", body = SessionBody), Noes))]
pub(crate) async fn log_in(
    State(reception): State<Arc<Reception>>,
    Address(address): Address,
    headers: HeaderMap,
    Json(it): Json<PasskeyUsed>,
) -> Result<([(HeaderName, String); 1], Json<super::session::SessionBegun>), Problem> {
    let label = headers.get(USER_AGENT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let session = reception.log_in_by_passkey(&it.answer.to_string(), &address, label).await?;
    Ok(begun(&headers, session))
}
