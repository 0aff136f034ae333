//! The routes, a file a noun.

mod account;
mod batch;
mod commands;
mod deployment;
mod document;
mod entry;
mod health;
mod link;
mod output;
mod passkey;
mod plan;
mod record;
mod sample;
mod session;
mod sheet;
mod sign_on;
mod signature;
mod site;
mod survey;
mod wait;

pub use account::{AccountLine, AdmissionLine, TokenMade};
pub use commands::Recorded;
pub use deployment::DeploymentLine;
pub use link::{LinkMade, RefusalLine};
pub use passkey::PasskeyLine;
pub use record::{CarriageLine, Stretch};
pub use session::Me;
pub use sign_on::{SignOnLine, SignOnQuestion};

use crate::params::Page;
use crate::problem::Problem;
use axum::extract::FromRequest;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use model::digest::Digest;
use model::id::Seq;
use reception::Reception;
use schemars::SchemaGenerator;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::openapi::{Content, RefOr, ResponseBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What routes are registered on.
pub(crate) type Routes = OpenApiRouter<Arc<Reception>>;

/// Returns the routes that answer at once, and those that go on for as long as somebody listens.
pub(crate) fn routers() -> (Routes, Routes) {
    let quick = OpenApiRouter::new()
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(health::counters))
        .routes(routes!(session::set_up))
        .routes(routes!(session::log_in, session::log_out))
        .routes(routes!(passkey::log_in))
        .routes(routes!(passkey::ask_to_log_in))
        .routes(routes!(session::come_in))
        .routes(routes!(session::me))
        .routes(routes!(session::change_password))
        .routes(routes!(account::accounts, account::create))
        .routes(routes!(account::account, account::change))
        .routes(routes!(account::admissions, account::token))
        .routes(routes!(account::end))
        .routes(routes!(link::calendar))
        .routes(routes!(link::invite))
        .routes(routes!(link::refusals))
        .routes(routes!(passkey::passkeys, passkey::add))
        .routes(routes!(passkey::ask))
        .routes(routes!(passkey::remove))
        .routes(routes!(sign_on::sign_on, sign_on::link, sign_on::unlink))
        .routes(routes!(sign_on::ask))
        .routes(routes!(deployment::deployments, deployment::create))
        .routes(routes!(deployment::board))
        .routes(routes!(deployment::revise))
        .routes(routes!(commands::act))
        .routes(routes!(signature::declare))
        .routes(routes!(signature::sign))
        .routes(routes!(survey::answer))
        .routes(routes!(site::sites))
        .routes(routes!(site::site))
        .routes(routes!(link::to_site))
        .routes(routes!(output::output))
        .routes(routes!(sheet::sheet))
        .routes(routes!(batch::batches))
        .routes(routes!(batch::batch))
        .routes(routes!(sample::sample))
        .routes(routes!(document::binder))
        .routes(routes!(document::document))
        .routes(routes!(wait::waiting))
        .routes(routes!(wait::why))
        .routes(routes!(plan::plan))
        .routes(routes!(plan::people))
        .routes(routes!(plan::state))
        .routes(routes!(entry::entries))
        .routes(routes!(entry::entry))
        .routes(routes!(record::record))
        .routes(routes!(record::carriages))
        .routes(routes!(record::content));
    let live = OpenApiRouter::new().routes(routes!(entry::events)).routes(routes!(output::follow));
    (quick, live)
}

/// Describes every body that a route names.
pub(crate) fn describe(generator: &mut SchemaGenerator) {
    generator.subschema_for::<Problem>();
    session::describe(generator);
    account::describe(generator);
    passkey::describe(generator);
    sign_on::describe(generator);
    link::describe(generator);
    deployment::describe(generator);
    commands::describe(generator);
    signature::describe(generator);
    site::describe(generator);
    sheet::describe(generator);
    batch::describe(generator);
    document::describe(generator);
    wait::describe(generator);
    plan::describe(generator);
    entry::describe(generator);
    record::describe(generator);
    generator.subschema_for::<Page<String>>();
}

/// Describes every body that a caller sends.
pub(crate) fn describe_requests(generator: &mut SchemaGenerator) {
    generator.subschema_for::<model::command::Command>();
    generator.subschema_for::<session::FirstAccount>();
    generator.subschema_for::<session::Credentials>();
    generator.subschema_for::<session::PasswordChange>();
    generator.subschema_for::<session::Invitation>();
    generator.subschema_for::<sign_on::SignOnAnswer>();
    generator.subschema_for::<account::NewAccount>();
    generator.subschema_for::<account::AccountChange>();
    generator.subschema_for::<account::TokenWanted>();
    generator.subschema_for::<passkey::PasskeyMade>();
    generator.subschema_for::<passkey::PasskeyUsed>();
    generator.subschema_for::<signature::SignatureWanted>();
    generator.subschema_for::<signature::SignatureGiven>();
    generator.subschema_for::<survey::SurveyAnswer>();
    generator.subschema_for::<deployment::DeploymentWanted>();
    generator.subschema_for::<deployment::Revision>();
}

/// What is answered under the API where there is no route.
pub(crate) async fn nothing_here() -> Problem {
    Problem::unknown("there is no such route; /api/docs lists those there are")
}

/// What is answered where a route does not know the method.
pub(crate) async fn not_that_way() -> Problem {
    let title = "This route does not know that method";
    let detail = "/api/docs says which methods it knows";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method", title, detail)
}

/// The noes that any route may answer with.
pub(crate) struct Noes;

impl utoipa::IntoResponses for Noes {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        let body = utoipa::openapi::Ref::from_schema_name("Problem");
        let no = |about: &str| {
            let content = Content::new(Some(RefOr::Ref(body.clone())));
            let response = ResponseBuilder::new()
                .description(about)
                .content("application/problem+json", content);
            RefOr::T(response.build())
        };
        [
            ("400", "It cannot be read."),
            ("401", "Nobody is let in with this."),
            ("403", "You may not do this."),
            ("404", "There is no such thing, or it is not yours to see."),
            ("405", "The route does not know that method."),
            ("409", "A gate refuses it, or it is in another state."),
            ("412", "What was shown is no longer what is there."),
            ("413", "It is too large."),
            ("415", "It is not JSON."),
            ("422", "It is incomplete or contradicts itself."),
            ("429", "Too many attempts have failed."),
            ("500", "The server could not answer."),
            ("503", "The server is too busy, or cannot reach its database."),
        ]
        .into_iter()
        .map(|(status, about)| (status.to_owned(), no(about)))
        .collect()
    }
}

/// A body of JSON; what cannot be read is a [`Problem`].
#[derive(FromRequest)]
#[from_request(via(axum::Json), rejection(Problem))]
pub(crate) struct Json<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// A path; what cannot be read is a [`Problem`].
#[derive(axum::extract::FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Problem))]
pub(crate) struct Path<T>(pub(crate) T);

/// A query; what cannot be read is a [`Problem`].
#[derive(axum::extract::FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Problem))]
pub(crate) struct Query<T>(pub(crate) T);

/// An answer computed from a record as it stood after entry `seq`, whose history was lost so many times:
/// whoever has it need not be sent it again. An entry that was lost gives its number to another one.
pub(crate) fn versioned(
    headers: &HeaderMap,
    (seq, losses): (Seq, usize),
    body: impl IntoResponse,
) -> Response {
    let tag = if losses == 0 { format!("\"{seq}\"") } else { format!("\"{seq}-{losses}\"") };
    tagged(headers, &tag, body)
}

/// An answer that is computed from no record: its tag is that of what it says.
pub(crate) fn said(headers: &HeaderMap, body: &impl Serialize) -> Response {
    tagged(headers, &tag_of(body), Json(body))
}

/// Returns the tag of what is said.
pub(crate) fn tag_of(body: &impl Serialize) -> String {
    let written = serde_json::to_vec(body).unwrap_or_default();
    format!("\"{}\"", Digest::of(&written).short())
}

/// Returns the entry up to which a caller has seen the record, if it says so.
///
/// # Errors
///
/// Where it names no entry: nothing is like that.
pub(crate) fn seen_in(headers: &HeaderMap) -> Result<Option<Seq>, Problem> {
    let Some(tags) = headers.get(axum::http::header::IF_MATCH) else { return Ok(None) };
    let mut tags = tags.to_str().unwrap_or_default().split(',').map(str::trim);
    let numbers = tags.clone().filter_map(|it| {
        let tag = it.strip_prefix('"')?.strip_suffix('"')?;
        tag.split('-').next()?.parse().ok()
    });
    match numbers.max() {
        _ if tags.any(|it| it == "*") => Ok(None),
        None => Err(stale("the tag names no entry of a record")),
        seen => Ok(seen),
    }
}

/// Holds that what a caller has seen before, if it says so, is what is there.
///
/// # Errors
///
/// Where it is not: the caller reads again, and decides anew.
pub(crate) fn unchanged(headers: &HeaderMap, tag: &str, here: &str) -> Result<(), Problem> {
    let Some(seen) = headers.get(axum::http::header::IF_MATCH) else { return Ok(()) };
    let mut seen = seen.to_str().unwrap_or_default().split(',').map(str::trim);
    if seen.any(|it| it == "*" || it == tag) {
        return Ok(());
    }
    Err(stale(here))
}

fn stale(here: &str) -> Problem {
    let title = "What was shown is no longer what is there";
    Problem::new(StatusCode::PRECONDITION_FAILED, "stale", title, here)
        .next("read again what has changed, and decide anew")
}

fn tagged(headers: &HeaderMap, tag: &str, body: impl IntoResponse) -> Response {
    let known = headers.get(axum::http::header::IF_NONE_MATCH).and_then(|it| it.to_str().ok());
    let is_known = known.is_some_and(|it| it.split(',').any(|it| it.trim() == tag));
    let mut response =
        if is_known { StatusCode::NOT_MODIFIED.into_response() } else { body.into_response() };
    if let Ok(tag) = HeaderValue::from_str(tag) {
        response.headers_mut().insert(axum::http::header::ETAG, tag);
    }
    let private = HeaderValue::from_static("private, no-cache");
    response.headers_mut().insert(axum::http::header::CACHE_CONTROL, private);
    response
}
