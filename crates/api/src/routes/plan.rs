//! The plan in force, its people, and the whole state for programs that compute with it.

use super::deployment::standing;
use super::{Json, Noes, Path, Query, versioned};
use crate::caller::Caller;
use crate::described::Described;
use crate::params::{AsOf, Page};
use crate::problem::Problem;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use model::id::PersonId;
use model::role_type::RoleType;
use model::scope::Scope;
use reception::Reception;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use std::sync::Arc;

/// A person of the plan.
#[derive(Serialize, JsonSchema)]
pub(crate) struct PersonLine {
    /// The short name.
    person: PersonId,
    /// The name.
    name: String,
    /// The role types for the whole deployment.
    roles: Vec<RoleType>,
}

pub(super) fn describe(generator: &mut SchemaGenerator) {
    generator.subschema_for::<Page<PersonLine>>();
}

type PeopleBody = Described<Page<PersonLine>>;

/// Look at the plan in force
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/plan", tag = "deployments",
    params(("deployment" = String, Path, description = "The deployment."), AsOf),
    responses((status = 200, description = "The plan.", body = serde_json::Value), Noes))]
pub(crate) async fn plan(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    Path(deployment): Path<String>,
    Query(as_of): Query<AsOf>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (_, standing, _) = standing(&reception, &visitor, &deployment, &as_of).await?;
    let state = &standing.state;
    Ok(versioned(&headers, state.seq, axum::Json(state.plan.as_ref())))
}

/// List the people of a deployment
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/people", tag = "deployments",
    params(("deployment" = String, Path, description = "The deployment."), AsOf),
    responses((status = 200, description = "The people, in the order of the plan.", body = PeopleBody), Noes))]
pub(crate) async fn people(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    Path(deployment): Path<String>,
    Query(as_of): Query<AsOf>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (_, standing, _) = standing(&reception, &visitor, &deployment, &as_of).await?;
    let state = &standing.state;
    let line = |it: &model::person::Person| PersonLine {
        person: it.id.clone(),
        name: it.name.clone(),
        roles: state.roles_of(&it.id, &Scope::Deployment),
    };
    let items = state.plan.people.iter().map(line).collect();
    let page = Page { items, next: None, entry: Some(state.seq) };
    Ok(versioned(&headers, state.seq, Json(page)))
}

/// Read the whole state
///
/// As the fold of the record has it: rings, sites, requests for change, incidents, surveys and all
/// else. It grows with the number of sites; for a part of it there are routes of its own.
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/state", tag = "deployments",
    params(("deployment" = String, Path, description = "The deployment."), AsOf),
    responses((status = 200, description = "The state.", body = serde_json::Value), Noes))]
pub(crate) async fn state(
    State(reception): State<Arc<Reception>>,
    Caller(visitor): Caller,
    Path(deployment): Path<String>,
    Query(as_of): Query<AsOf>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (_, standing, _) = standing(&reception, &visitor, &deployment, &as_of).await?;
    Ok(versioned(&headers, standing.state.seq, axum::Json(&standing.state)))
}
