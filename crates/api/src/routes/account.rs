//! Accounts, for whoever looks after them; and tokens, for everybody's own programs.

use super::{Json, Noes, Path, Query};
use crate::caller::Caller;
use crate::described::Described;
use crate::params::{Page, PageOf};
use crate::problem::Problem;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use model::digest::Digest;
use model::id::PersonId;
use reception::{Access, NewToken, Reception};
use schemars::{JsonSchema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use zeroize::Zeroizing;

/// An account, without what is secret of it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct AccountLine {
    /// The name, the same as the person's in the plans.
    name: PersonId,
    /// Whether they look after accounts.
    is_administrator: bool,
    /// Whether they may not come in for now.
    is_disabled: bool,
    /// Whether they can come in with a password.
    has_password: bool,
    /// When it was made.
    created: Timestamp,
}

/// A new account.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAccount {
    /// The name, the same as the person's in the plans.
    name: PersonId,
    /// A first password, of at least 12 letters. Without one, they come in by another way.
    #[serde(default)]
    password: Option<String>,
    /// Whether they look after accounts.
    #[serde(default)]
    is_administrator: bool,
}

/// What changes of an account.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountChange {
    /// Whether they may not come in from now on. What admits them ends at once.
    is_disabled: bool,
}

/// Something that admits its holder.
#[derive(Serialize, JsonSchema)]
pub(crate) struct AdmissionLine {
    /// The digest of its secret, by which it is named.
    digest: Digest,
    /// What it is: `session`, `token` or `link`.
    kind: String,
    /// What its holder calls it.
    label: String,
    /// When it was made.
    created: Timestamp,
    /// When it ends.
    ends: Timestamp,
}

/// A token that is wanted.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenWanted {
    /// What its holder calls it.
    label: String,
    /// What it admits to: `read`, or `act`. A token never signs.
    access: Access,
    /// How many days it lasts, at most 366.
    #[schemars(range(min = 1, max = 366))]
    days: u16,
}

/// A token that was made.
#[derive(Serialize, JsonSchema)]
pub(crate) struct TokenMade {
    /// The token, to be sent as `Authorization: Bearer …`. It is shown once.
    secret: String,
    /// When it ends.
    ends: Timestamp,
}

pub(super) fn describe(generator: &mut SchemaGenerator) {
    generator.subschema_for::<Page<AccountLine>>();
    generator.subschema_for::<NewAccount>();
    generator.subschema_for::<AccountChange>();
    generator.subschema_for::<Page<AdmissionLine>>();
    generator.subschema_for::<TokenWanted>();
    generator.subschema_for::<TokenMade>();
}

type AccountsBody = Described<Page<AccountLine>>;
type NewAccountBody = Described<NewAccount>;
type AccountChangeBody = Described<AccountChange>;
type AdmissionsBody = Described<Page<AdmissionLine>>;
type TokenWantedBody = Described<TokenWanted>;
type TokenMadeBody = Described<TokenMade>;

/// List the accounts
///
/// For an administrator. It gives no right in any deployment.
#[utoipa::path(get, path = "/api/v1/accounts", tag = "accounts", params(PageOf),
    responses((status = 200, description = "A page of accounts, by name.", body = AccountsBody), Noes))]
pub(crate) async fn accounts(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    Query(page): Query<PageOf>,
) -> Result<Json<Page<AccountLine>>, Problem> {
    let (after, limit) = (page.after.as_deref().unwrap_or_default(), page.limit()?);
    let found = reception.accounts(&visitor, after, limit as u32).await?;
    let next = (found.len() == limit).then(|| found.last().map(|it| it.name.to_string())).flatten();
    let line = |it: record::Account| AccountLine {
        has_password: !it.password.is_empty(),
        name: it.name,
        is_administrator: it.is_administrator,
        is_disabled: it.is_disabled,
        created: it.created,
    };
    Ok(Json(Page { items: found.into_iter().map(line).collect(), next, entry: None }))
}

/// Make an account
#[utoipa::path(post, path = "/api/v1/accounts", tag = "accounts", request_body = NewAccountBody,
    responses((status = 201, description = "It is made."), Noes))]
pub(crate) async fn create(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    Json(it): Json<NewAccount>,
) -> Result<StatusCode, Problem> {
    let password = it.password.map(Zeroizing::new);
    let is_administrator = it.is_administrator;
    let account = reception::NewAccount { name: it.name, password, is_administrator };
    reception.create(&visitor, account).await?;
    Ok(StatusCode::CREATED)
}

/// Let an account no longer come in, or let it again
#[utoipa::path(patch, path = "/api/v1/accounts/{name}", tag = "accounts",
    params(("name" = String, Path, description = "The account.")), request_body = AccountChangeBody,
    responses((status = 204, description = "It is changed."), Noes))]
pub(crate) async fn change(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    Path(name): Path<PersonId>,
    Json(it): Json<AccountChange>,
) -> Result<StatusCode, Problem> {
    reception.disable(&visitor, &name, it.is_disabled).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List one's own sessions and tokens
#[utoipa::path(get, path = "/api/v1/me/admissions", tag = "accounts",
    responses((status = 200, description = "What admits you, the oldest first.", body = AdmissionsBody), Noes))]
pub(crate) async fn admissions(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
) -> Result<Json<Page<AdmissionLine>>, Problem> {
    let line = |it: record::Admission| AdmissionLine {
        digest: it.digest,
        kind: it.kind.to_string(),
        label: it.label,
        created: it.created,
        ends: it.ends,
    };
    let items = reception.admissions(&visitor).await?.into_iter().map(line).collect();
    Ok(Json(Page { items, next: None, entry: None }))
}

/// Make a token for one's own programs
#[utoipa::path(post, path = "/api/v1/me/admissions", tag = "accounts", request_body = TokenWantedBody,
    responses((status = 201, description = "It is made, and shown this once.", body = TokenMadeBody), Noes))]
pub(crate) async fn token(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    Json(it): Json<TokenWanted>,
) -> Result<(StatusCode, Json<TokenMade>), Problem> {
    let lasts = SignedDuration::from_hours(24 * i64::from(it.days));
    let wanted = NewToken { label: it.label, access: it.access, lasts };
    let (secret, ends) = reception.token(&visitor, wanted).await?;
    Ok((StatusCode::CREATED, Json(TokenMade { secret: secret.reveal().to_owned(), ends })))
}

/// End one of one's own sessions or tokens
#[utoipa::path(delete, path = "/api/v1/me/admissions/{digest}", tag = "accounts",
    params(("digest" = String, Path, description = "Its digest.")),
    responses((status = 204, description = "It has ended."), Noes))]
pub(crate) async fn end(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    Path(digest): Path<Digest>,
) -> Result<StatusCode, Problem> {
    reception.end(&visitor, &digest).await?;
    Ok(StatusCode::NO_CONTENT)
}
