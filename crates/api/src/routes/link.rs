//! Links that people are given, and what was refused to people.

use super::{Json, Noes, Path, said};
use crate::caller::Caller;
use crate::described::Described;
use crate::params::{ListOf, Page};
use crate::problem::Problem;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use model::id::{PersonId, SiteId};
use reception::{Given, Reception};
use schemars::{JsonSchema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;
use views::listing::{self, Field, Item, Key, Listed, Use};

/// A link that was made.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct LinkMade {
    /// The person whom it lets in.
    pub person: PersonId,
    /// The mail address that it was sent to; nothing where it is for its maker to hand over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_to: Option<String>,
    /// The link, where it is for its maker to hand over. It is shown once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// When it ends.
    pub ends: Timestamp,
}

impl LinkMade {
    fn of(it: Given) -> Self {
        let Given { person, sent_to, address, ends } = it;
        Self { person, sent_to, address, ends }
    }
}

/// Something that was refused for want of authority.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct RefusalLine {
    /// When.
    pub at: Timestamp,
    /// The account that tried it.
    pub account: String,
    /// The deployment; nothing where it was about none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub deployment: String,
    /// What was tried, as it is typed.
    pub what: String,
    /// Why it was refused.
    pub why: String,
}

impl Listed for RefusalLine {
    const FIELDS: &'static [Field] = &[
        Field { name: "at", about: "When.", asked: Use::Order },
        Field { name: "account", about: "The account that tried it.", asked: Use::Both },
        Field { name: "deployment", about: "The deployment.", asked: Use::Both },
        Field { name: "what", about: "What was tried, as it is typed.", asked: Use::Both },
    ];
}

impl Item for RefusalLine {
    fn key(&self, field: usize) -> Key<'_> {
        match field {
            0 => Key::Instant(self.at),
            1 => Key::text(&self.account),
            2 => Key::text(&self.deployment),
            _ => Key::text(&self.what),
        }
    }

    fn name(&self) -> Cow<'_, str> {
        format!("{} {} {}", self.at, self.account, self.what).into()
    }

    fn says(&self, text: &str) -> bool {
        self.has_field_with(text) || listing::has(&self.why, text)
    }
}

/// How the list of refusals is asked.
type RefusalsWanted = ListOf<RefusalLine>;

pub(super) fn describe(generator: &mut SchemaGenerator) {
    generator.subschema_for::<LinkMade>();
    generator.subschema_for::<Page<RefusalLine>>();
}

type LinkBody = Described<LinkMade>;
type RefusalsBody = Described<Page<RefusalLine>>;

/// Make a link for the owner of a site
///
/// With it they sign for the site or refuse it, once, without an account. It is sent to them where
/// their mail address is known; else it is shown this once, for whoever made it to hand over.
#[utoipa::path(post, path = "/api/v1/deployments/{deployment}/sites/{site}/link", tag = "deployments",
    params(
        ("deployment" = String, Path, description = "The deployment."),
        ("site" = String, Path, description = "The site."),
    ),
    responses((status = 201, description = "It is made.", body = LinkBody), Noes))]
pub(crate) async fn to_site(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    Path((deployment, site)): Path<(String, String)>,
) -> Result<(StatusCode, Json<LinkMade>), Problem> {
    let unknown = || Problem::unknown(format!("site/{site} is not in the plan"));
    let id: Option<SiteId> = site.parse().ok();
    reception.deployment(&visitor, &deployment).await?;
    let given = reception.link_to_site(&visitor, &deployment, &id.ok_or_else(unknown)?).await?;
    Ok((StatusCode::CREATED, Json(LinkMade::of(given))))
}

/// Make the address that one's own calendar reads
///
/// It replaces an earlier one. Slots and sessions of the sites that you own, as iCalendar.
#[utoipa::path(post, path = "/api/v1/me/calendar", tag = "accounts",
    responses((status = 201, description = "It is made, and shown this once.", body = LinkBody), Noes))]
pub(crate) async fn calendar(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
) -> Result<(StatusCode, Json<LinkMade>), Problem> {
    let given = reception.calendar_address(&visitor).await?;
    Ok((StatusCode::CREATED, Json(LinkMade::of(given))))
}

/// Invite the person of an account
///
/// For an administrator. Whoever opens the link comes in as that person, once within a week, and
/// chooses by what they come in from then on.
#[utoipa::path(post, path = "/api/v1/accounts/{name}/invitation", tag = "accounts",
    params(("name" = String, Path, description = "The account.")),
    responses((status = 201, description = "It is made, and shown this once.", body = LinkBody), Noes))]
pub(crate) async fn invite(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    Path(name): Path<PersonId>,
) -> Result<(StatusCode, Json<LinkMade>), Problem> {
    let given = reception.invite(&visitor, &name).await?;
    Ok((StatusCode::CREATED, Json(LinkMade::of(given))))
}

/// List what was refused for want of authority
///
/// For an administrator, the newest first. It is kept for 90 days.
#[utoipa::path(get, path = "/api/v1/refusals", tag = "accounts", params(RefusalsWanted),
    responses((status = 200, description = "A page of refusals.", body = RefusalsBody), Noes))]
pub(crate) async fn refusals(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    headers: HeaderMap,
    wanted: RefusalsWanted,
) -> Result<Response, Problem> {
    let found = reception.refusals(&visitor).await?;
    let line = |it: record::Refused| RefusalLine {
        at: it.at,
        account: it.account,
        deployment: it.deployment,
        what: it.what,
        why: it.why,
    };
    let found = wanted.page(found.into_iter().map(line).collect())?;
    Ok(said(&headers, &Page::of(found, |it| it)))
}
