//! The plan in force, its people, and the whole state for programs that compute with it.

use super::{Json, Noes};
use crate::described::Described;
use crate::params::{AsOf, ListOf, Page};
use crate::problem::Problem;
use crate::sight::Sight;
use axum::response::Response;
use model::id::PersonId;
use model::role_type::RoleType;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use views::people_list::PersonAt;

/// A person of the plan.
#[derive(Clone, Serialize, JsonSchema)]
pub(crate) struct PersonLine {
    /// The short name.
    person: PersonId,
    /// The name.
    name: String,
    /// The role types for the whole deployment.
    roles: Vec<RoleType>,
}

/// How the list of people is asked.
type PeopleWanted = ListOf<PersonAt<'static>>;

pub(super) fn describe(generator: &mut SchemaGenerator) {
    generator.subschema_for::<Page<PersonLine>>();
}

type PeopleBody = Described<Page<PersonLine>>;

/// Look at the plan in force
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/plan", tag = "deployments",
    params(("deployment" = String, Path, description = "The deployment."), AsOf),
    responses((status = 200, description = "The plan.", body = serde_json::Value), Noes))]
pub(crate) async fn plan(sight: Sight) -> Result<Response, Problem> {
    let state = sight.state();
    Ok(sight.answer(axum::Json(state.plan.in_clear())))
}

/// List the people of a deployment
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/people", tag = "deployments",
    params(("deployment" = String, Path, description = "The deployment."), PeopleWanted, AsOf),
    responses((status = 200, description = "The people, in the order of the plan.", body = PeopleBody), Noes))]
pub(crate) async fn people(sight: Sight, wanted: PeopleWanted) -> Result<Response, Problem> {
    let state = sight.state();
    let people = state.plan.people.iter().map(|person| PersonAt { state, person });
    let line = |it: PersonAt<'_>| PersonLine {
        person: it.person.id.clone(),
        name: it.person.name().to_owned(),
        roles: it.roles(),
    };
    let page = Page::of(wanted.page(people.collect())?, line).up_to(state.seq);
    Ok(sight.answer(Json(page)))
}

/// Read the whole state
///
/// As the fold of the record has it: rings, sites, requests for change, incidents, surveys and all
/// else. It grows with the number of sites; for a part of it there are routes of its own.
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/state", tag = "deployments",
    params(("deployment" = String, Path, description = "The deployment."), AsOf),
    responses((status = 200, description = "The state.", body = serde_json::Value), Noes))]
pub(crate) async fn state(sight: Sight) -> Result<Response, Problem> {
    Ok(sight.answer(axum::Json(sight.state())))
}
