//! What waits, on what, and who can supply it.

use super::{Json, Noes, Path, Query};
use crate::described::Described;
use crate::params::{AsOf, Page};
use crate::problem::Problem;
use crate::sight::Sight;
use axum::response::Response;
use model::id::PersonId;
use model::scope::Scope;
use planner::waiting::WaitingOn;
use schemars::SchemaGenerator;
use serde::Deserialize;
use utoipa::IntoParams;
use views::why::binding_first;

/// The most waits that are looked through.
const WAITS_MAX: usize = 5_000;

/// Whose waits are wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Whose {
    /// Only what waits on this person.
    #[param(value_type = Option<String>)]
    person: Option<PersonId>,
}

pub(super) fn describe(generator: &mut SchemaGenerator) {
    generator.subschema_for::<Page<WaitingOn>>();
}

type WaitsBody = Described<Page<WaitingOn>>;

/// List what waits
///
/// Whatever does not go on by itself, with who can supply what is missing and the command for it.
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/waiting", tag = "deployments",
    params(("deployment" = String, Path, description = "The deployment."), Whose, AsOf),
    responses((status = 200, description = "What waits, the longest first.", body = WaitsBody), Noes))]
pub(crate) async fn waiting(sight: Sight, Query(whose): Query<Whose>) -> Result<Response, Problem> {
    let state = sight.state();
    let mut items = planner::waiting::waiting(state, sight.now, WAITS_MAX);
    if let Some(person) = &whose.person {
        items.retain(|it| views::why::is_for(state, person, it));
    }
    let page = Page { items: binding_first(items), next: None, entry: Some(state.seq) };
    Ok(sight.answer(Json(page)))
}

/// Ask why something does not go on
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/why/{*scope}", tag = "deployments",
    params(
        ("deployment" = String, Path, description = "The deployment."),
        ("scope" = String, Path, description = "What is asked about, such as `site/B27`, `ring/pilot` or `deployment`."),
        AsOf,
    ),
    responses((status = 200, description = "What it waits on, the binding first.", body = WaitsBody), Noes))]
pub(crate) async fn why(
    sight: Sight,
    Path((_, scope)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let state = sight.state();
    let unknown = || Problem::unknown(format!("{scope} is not in the plan"));
    let scope: Scope = scope.parse().map_err(|_| unknown())?;
    if !views::subject::is_known(state, &scope) {
        return Err(unknown());
    }
    let items = binding_first(planner::waiting::why(state, sight.now, &scope));
    let page = Page { items, next: None, entry: Some(state.seq) };
    Ok(sight.answer(Json(page)))
}
