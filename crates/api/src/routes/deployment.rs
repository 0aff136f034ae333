//! Deployments: listed, created, looked at, given a new plan.

use super::{Json, Noes, Path, said};
use crate::caller::Caller;
use crate::described::Described;
use crate::params::{AsOf, ListOf, Page};
use crate::problem::Problem;
use crate::sight::Sight;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use model::history::Loss;
use model::id::{DeploymentId, Seq};
use model::profile::Purpose;
use reception::{Followed, Reception};
use schemars::{JsonSchema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;
use views::board::{Board, Ends};
use views::listing::{Field, Item, Key, Listed, Use};

/// How many of the newest entries a board shows.
const NEWEST: u64 = 8;

/// One deployment in a list.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DeploymentLine {
    /// The deployment.
    pub deployment: DeploymentId,
    /// Its title.
    pub title: String,
    /// Its state.
    pub state: String,
    /// Whether production is changed.
    pub purpose: String,
    /// Where it deploys to, or that it is a rehearsal.
    pub environment: String,
    /// The last entry of its record.
    pub entry: Seq,
    /// What was lost of its record, where it is in quarantine: nothing starts before two people accept it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarantine: Option<Loss>,
}

impl DeploymentLine {
    pub(crate) fn of(followed: &Followed) -> Self {
        let standing = followed.standing();
        Self { quarantine: standing.loss.clone(), ..Self::at(&standing.state) }
    }

    /// Returns the line of the deployment that stands at `state`.
    pub fn at(state: &model::state::State) -> Self {
        Self {
            deployment: state.plan.deployment.clone(),
            title: state.plan.title.clone(),
            state: state.deployment.to_string(),
            purpose: state.purpose.to_string(),
            environment: state.environment(),
            entry: state.seq,
            quarantine: None,
        }
    }
}

/// A deployment that is to be created.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeploymentWanted {
    /// The plan: a file or folder among the plans that the server was shown.
    plan: String,
    /// Try it out: its clock jumps, and every paper of it is marked.
    #[serde(default)]
    rehearsal: bool,
}

/// A new plan.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Revision {
    /// The plan: a file or folder among the plans that the server was shown.
    plan: String,
    /// Why.
    reason: String,
}

pub(super) fn describe(generator: &mut SchemaGenerator) {
    generator.subschema_for::<Page<DeploymentLine>>();
    generator.subschema_for::<DeploymentLine>();
    generator.subschema_for::<DeploymentWanted>();
    generator.subschema_for::<Revision>();
    generator.subschema_for::<Board>();
}

type DeploymentsBody = Described<Page<DeploymentLine>>;
type DeploymentBody = Described<DeploymentLine>;
type DeploymentWantedBody = Described<DeploymentWanted>;
type RevisionBody = Described<Revision>;
type BoardBody = Described<Board>;

impl Listed for DeploymentLine {
    const FIELDS: &'static [Field] = &[
        Field { name: "deployment", about: "Its name.", asked: Use::Both },
        Field { name: "title", about: "Its title.", asked: Use::Both },
        Field { name: "state", about: "Its state, in words.", asked: Use::Both },
        Field {
            name: "purpose",
            about: "Whether production is changed: `production` or `rehearsal`.",
            asked: Use::Both,
        },
        Field { name: "environment", about: "Where it deploys to.", asked: Use::Both },
    ];
}

impl Item for DeploymentLine {
    fn key(&self, field: usize) -> Key<'_> {
        match field {
            0 => Key::text(self.deployment.as_str()),
            1 => Key::text(&self.title),
            2 => Key::text(&self.state),
            3 => Key::text(&self.purpose),
            _ => Key::text(&self.environment),
        }
    }

    fn name(&self) -> Cow<'_, str> {
        self.deployment.as_str().into()
    }

    fn says(&self, text: &str) -> bool {
        self.has_field_with(text)
    }
}

/// How the list of deployments is asked.
type DeploymentsWanted = ListOf<DeploymentLine>;

/// List the deployments one takes part in
#[utoipa::path(get, path = "/api/v1/deployments", tag = "deployments", params(DeploymentsWanted),
    responses((status = 200, description = "Your deployments, by name.", body = DeploymentsBody), Noes))]
pub(crate) async fn deployments(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    headers: HeaderMap,
    wanted: DeploymentsWanted,
) -> Result<Response, Problem> {
    let own = reception.deployments(&visitor).await?;
    let found = wanted.page(own.iter().map(|it| DeploymentLine::of(it)).collect())?;
    Ok(said(&headers, &Page::of(found, |it| it)))
}

/// Create a deployment from a plan, as a draft
///
/// You have to be a person of the plan.
#[utoipa::path(post, path = "/api/v1/deployments", tag = "deployments", request_body = DeploymentWantedBody,
    responses((status = 201, description = "It is created, as a draft.", body = DeploymentBody), Noes))]
pub(crate) async fn create(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    Json(it): Json<DeploymentWanted>,
) -> Result<Response, Problem> {
    let purpose = if it.rehearsal { Purpose::Rehearsal } else { Purpose::Production };
    let created = reception.create_deployment(&visitor, &it.plan, purpose).await?;
    Ok((StatusCode::CREATED, Json(DeploymentLine::of(&created))).into_response())
}

/// Look at a deployment's board
///
/// Where it stands, on one page: components, rings, sites at work, and what waits on whom.
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}", tag = "deployments",
    params(("deployment" = String, Path, description = "The deployment."), AsOf),
    responses((status = 200, description = "The board.", body = BoardBody), Noes))]
pub(crate) async fn board(sight: Sight) -> Result<Response, Problem> {
    let state = sight.state();
    let newest = sight.followed.entries(state.seq.saturating_sub(NEWEST), NEWEST as u32).await?;
    let board = Board::of(state, sight.now, &newest, Ends::NotAsked);
    Ok(sight.answer(Json(board)))
}

/// Replace a deployment's plan
///
/// Authorisations of what changes are void. With `If-Match`, it is refused where the record has moved
/// on from the entry that the tag names.
#[utoipa::path(put, path = "/api/v1/deployments/{deployment}/plan", tag = "deployments",
    params(
        ("deployment" = String, Path, description = "The deployment."),
        ("If-Match" = Option<String>, Header, description = "The tag of what was read before."),
    ), request_body = RevisionBody,
    responses((status = 200, description = "What was recorded.", body = super::commands::RecordedBody), Noes))]
pub(crate) async fn revise(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    Path(deployment): Path<String>,
    headers: HeaderMap,
    Json(it): Json<Revision>,
) -> Result<Json<super::commands::Recorded>, Problem> {
    let visitor = visitor.having_seen(super::seen_in(&headers)?);
    let acted = reception.revise(&visitor, &deployment, &it.plan, &it.reason).await?;
    Ok(Json(super::commands::Recorded::of(acted)))
}
