//! Single sign-on: one's own account and who one is at the sign-on service.
//!
//! A program cannot show who somebody is; a browser does. So a program asks for the address to which
//! a browser is sent, and brings back what the browser was given there.

use super::{Json, Noes, said};
use crate::caller::{Address, Caller};
use crate::described::Described;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use reception::{CameBack, ComingBack, Reception, ReceptionError, SentAway};
use schemars::{JsonSchema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Whether one's own account is linked with the sign-on service.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SignOnLine {
    /// The sign-on service, as it calls itself; nothing where this server knows none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Whether one's own account is linked with it.
    pub is_linked: bool,
}

/// Where a browser is sent, to show who one is.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SignOnQuestion {
    /// The address at the sign-on service. It counts once, for five minutes.
    pub address: String,
    /// What is kept meanwhile, and sent along with the answer.
    pub kept: String,
}

/// What a browser was given at the sign-on service.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignOnAnswer {
    /// `code` of the address to which it was sent back.
    code: String,
    /// `state` of that address.
    state: String,
    /// What was kept meanwhile.
    kept: String,
}

pub(super) fn describe(generator: &mut SchemaGenerator) {
    generator.subschema_for::<SignOnLine>();
    generator.subschema_for::<SignOnQuestion>();
}

type SignOnBody = Described<SignOnLine>;
type QuestionBody = Described<SignOnQuestion>;
type AnswerBody = Described<SignOnAnswer>;

/// Look whether one's own account is linked with the sign-on service
#[utoipa::path(get, path = "/api/v1/me/sign-on", tag = "accounts",
    responses((status = 200, description = "The service, and whether you are linked.", body = SignOnBody), Noes))]
pub(crate) async fn sign_on(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let service = reception.sign_on_provider().map(str::to_owned);
    let is_linked = reception.is_linked(&visitor).await?;
    Ok(said(&headers, &SignOnLine { service, is_linked }))
}

/// Ask for the address at which one shows who one is
///
/// A browser is sent there; the sign-on service sends it back to `/sign-on/back` with a `code` and a
/// `state`.
#[utoipa::path(post, path = "/api/v1/me/sign-on/question", tag = "accounts",
    responses((status = 200, description = "Where a browser is sent.", body = QuestionBody), Noes))]
pub(crate) async fn ask(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
) -> Result<Json<SignOnQuestion>, Problem> {
    let SentAway { address, kept } = reception.link_sign_on(&visitor).await?;
    Ok(Json(SignOnQuestion { address, kept: kept.reveal().to_owned() }))
}

/// Link one's own account with who one is at the sign-on service
///
/// With what the browser was given there: `code` and `state` of the address to which it was sent back.
#[utoipa::path(post, path = "/api/v1/me/sign-on", tag = "accounts", request_body = AnswerBody,
    responses((status = 204, description = "It is linked: you can log in there."), Noes))]
pub(crate) async fn link(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    Address(address): Address,
    Json(it): Json<SignOnAnswer>,
) -> Result<StatusCode, Problem> {
    let back = ComingBack {
        code: &it.code,
        state: &it.state,
        kept: Some(&it.kept),
        address: &address,
        label: "",
    };
    match reception.came_back(&back, Some(&visitor)).await? {
        CameBack::Linked => Ok(StatusCode::NO_CONTENT),
        CameBack::LoggedIn(..) | CameBack::Again(..) => {
            let what = "it was asked for something else than to link an account";
            Err(ReceptionError::WrongSignOn(what.to_owned()).into())
        }
    }
}

/// Unlink one's own account from the sign-on service
#[utoipa::path(delete, path = "/api/v1/me/sign-on", tag = "accounts",
    responses((status = 204, description = "It is linked no longer."), Noes))]
pub(crate) async fn unlink(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
) -> Result<StatusCode, Problem> {
    reception.unlink_sign_on(&visitor).await?;
    Ok(StatusCode::NO_CONTENT)
}
