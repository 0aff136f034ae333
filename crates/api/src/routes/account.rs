//! Accounts, for whoever looks after them; and tokens, for everybody's own programs.

use super::{Json, Noes, Path, said, tag_of, unchanged};
use crate::caller::Caller;
use crate::described::Described;
use crate::params::{ListOf, Page};
use crate::problem::Problem;
use axum::extract::State;
use axum::http::header::IF_MATCH;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use model::digest::Digest;
use model::id::PersonId;
use reception::{Access, NewToken, Reception};
use schemars::{JsonSchema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;
use views::listing::{self, Field, Item, Key, Listed, Use};
use zeroize::Zeroizing;

/// An account, without what is secret of it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct AccountLine {
    /// The name, the same as the person's in the plans.
    pub name: PersonId,
    /// Whether they look after accounts.
    pub is_administrator: bool,
    /// Whether they may not come in for now.
    pub is_disabled: bool,
    /// Whether they can come in with a password.
    pub has_password: bool,
    /// When it was made.
    pub created: Timestamp,
}

impl AccountLine {
    fn of(it: record::Account) -> Self {
        Self {
            has_password: !it.password.is_empty(),
            name: it.name,
            is_administrator: it.is_administrator,
            is_disabled: it.is_disabled,
            created: it.created,
        }
    }
}

impl Listed for AccountLine {
    const FIELDS: &'static [Field] = &[
        Field { name: "name", about: "The name.", asked: Use::Both },
        Field { name: "created", about: "When it was made.", asked: Use::Order },
        Field {
            name: "is_administrator",
            about: "Whether they look after accounts: `true` or `false`.",
            asked: Use::Filter,
        },
        Field {
            name: "is_disabled",
            about: "Whether they may not come in for now: `true` or `false`.",
            asked: Use::Filter,
        },
    ];
}

impl Item for AccountLine {
    fn key(&self, field: usize) -> Key<'_> {
        match field {
            0 => Key::text(self.name.as_str()),
            1 => Key::Instant(self.created),
            2 => Key::made(self.is_administrator),
            _ => Key::made(self.is_disabled),
        }
    }

    fn name(&self) -> Cow<'_, str> {
        self.name.as_str().into()
    }

    fn says(&self, text: &str) -> bool {
        listing::has(self.name.as_str(), text)
    }
}

impl Listed for AdmissionLine {
    const FIELDS: &'static [Field] = &[
        Field {
            name: "kind",
            about: "What it is: `session`, `token` or `link`.",
            asked: Use::Both,
        },
        Field { name: "label", about: "What its holder calls it.", asked: Use::Both },
        Field { name: "created", about: "When it was made.", asked: Use::Order },
        Field { name: "ends", about: "When it ends.", asked: Use::Order },
    ];
}

impl Item for AdmissionLine {
    fn key(&self, field: usize) -> Key<'_> {
        match field {
            0 => Key::text(&self.kind),
            1 => Key::text(&self.label),
            2 => Key::Instant(self.created),
            _ => Key::Instant(self.ends),
        }
    }

    fn name(&self) -> Cow<'_, str> {
        self.digest.to_string().into()
    }

    fn says(&self, text: &str) -> bool {
        self.has_field_with(text)
    }
}

/// How the list of accounts is asked.
type AccountsWanted = ListOf<AccountLine>;
/// How the list of what admits a person is asked.
type AdmissionsWanted = ListOf<AdmissionLine>;

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
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct AdmissionLine {
    /// The digest of its secret, by which it is named.
    pub digest: Digest,
    /// What it is: `session`, `token` or `link`.
    pub kind: String,
    /// What its holder calls it.
    pub label: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends.
    pub ends: Timestamp,
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
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct TokenMade {
    /// The token, to be sent as `Authorization: Bearer …`. It is shown once.
    pub secret: String,
    /// When it ends.
    pub ends: Timestamp,
}

pub(super) fn describe(generator: &mut SchemaGenerator) {
    generator.subschema_for::<Page<AccountLine>>();
    generator.subschema_for::<AccountLine>();
    generator.subschema_for::<NewAccount>();
    generator.subschema_for::<AccountChange>();
    generator.subschema_for::<Page<AdmissionLine>>();
    generator.subschema_for::<TokenWanted>();
    generator.subschema_for::<TokenMade>();
}

type AccountsBody = Described<Page<AccountLine>>;
type AccountBody = Described<AccountLine>;
type NewAccountBody = Described<NewAccount>;
type AccountChangeBody = Described<AccountChange>;
type AdmissionsBody = Described<Page<AdmissionLine>>;
type TokenWantedBody = Described<TokenWanted>;
type TokenMadeBody = Described<TokenMade>;

/// List the accounts
///
/// For an administrator. It gives no right in any deployment.
#[utoipa::path(get, path = "/api/v1/accounts", tag = "accounts", params(AccountsWanted),
    responses((status = 200, description = "A page of accounts, by name.", body = AccountsBody), Noes))]
pub(crate) async fn accounts(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    headers: HeaderMap,
    wanted: AccountsWanted,
) -> Result<Response, Problem> {
    let all = reception.accounts(&visitor).await?;
    let found = wanted.page(all.into_iter().map(AccountLine::of).collect())?;
    Ok(said(&headers, &Page::of(found, |it| it)))
}

/// Look at an account
///
/// For an administrator.
#[utoipa::path(get, path = "/api/v1/accounts/{name}", tag = "accounts",
    params(("name" = String, Path, description = "The account.")),
    responses((status = 200, description = "The account.", body = AccountBody), Noes))]
pub(crate) async fn account(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    headers: HeaderMap,
    Path(name): Path<PersonId>,
) -> Result<Response, Problem> {
    Ok(said(&headers, &AccountLine::of(reception.account(&visitor, &name).await?)))
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
///
/// With `If-Match`, it is refused where the account is no longer as the tag says.
#[utoipa::path(patch, path = "/api/v1/accounts/{name}", tag = "accounts",
    params(
        ("name" = String, Path, description = "The account."),
        ("If-Match" = Option<String>, Header, description = "The tag of the account as it was read before."),
    ), request_body = AccountChangeBody,
    responses((status = 204, description = "It is changed."), Noes))]
pub(crate) async fn change(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    headers: HeaderMap,
    Path(name): Path<PersonId>,
    Json(it): Json<AccountChange>,
) -> Result<StatusCode, Problem> {
    if headers.contains_key(IF_MATCH) {
        let here = AccountLine::of(reception.account(&visitor, &name).await?);
        let said = format!("the account {name} has been changed meanwhile");
        unchanged(&headers, &tag_of(&here), &said)?;
    }
    reception.disable(&visitor, &name, it.is_disabled).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List one's own sessions and tokens
#[utoipa::path(get, path = "/api/v1/me/admissions", tag = "accounts", params(AdmissionsWanted),
    responses((status = 200, description = "What admits you, the oldest first.", body = AdmissionsBody), Noes))]
pub(crate) async fn admissions(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    headers: HeaderMap,
    wanted: AdmissionsWanted,
) -> Result<Response, Problem> {
    let line = |it: record::Admission| AdmissionLine {
        digest: it.digest,
        kind: it.kind.to_string(),
        label: it.label,
        created: it.created,
        ends: it.ends,
    };
    let own = reception.admissions(&visitor).await?.into_iter().map(line);
    Ok(said(&headers, &Page::of(wanted.page(own.collect())?, |it| it)))
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
