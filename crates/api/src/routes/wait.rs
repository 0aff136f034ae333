//! What waits, on what, and who can supply it.

use super::{Json, Noes, Path};
use crate::described::Described;
use crate::params::{AsOf, ListOf, Page};
use crate::problem::Problem;
use crate::sight::Sight;
use axum::response::Response;
use model::scope::Scope;
use planner::waiting::WaitingOn;
use schemars::SchemaGenerator;
use views::wait_list::{self, WaitAt};
use views::why::binding_first;

/// The most waits that are listed.
const WAITS_MAX: usize = 5_000;

/// How a list of waits is asked.
type WaitsWanted = ListOf<WaitAt<'static>>;

pub(super) fn describe(generator: &mut SchemaGenerator) {
    generator.subschema_for::<Page<WaitingOn>>();
}

type WaitsBody = Described<Page<WaitingOn>>;

/// List what waits
///
/// Whatever does not go on by itself, with who can supply what is missing and the command for it.
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/waiting", tag = "deployments",
    params(("deployment" = String, Path, description = "The deployment."), WaitsWanted, AsOf),
    responses((status = 200, description = "What waits, the binding first.", body = WaitsBody), Noes))]
pub(crate) async fn waiting(sight: Sight, wanted: WaitsWanted) -> Result<Response, Problem> {
    let waits = wait_list::gathered(sight.state(), sight.now, wanted.wanted(), WAITS_MAX);
    listed(&sight, &wanted, waits)
}

/// Answers with the page of `waits` that is wanted.
fn listed(sight: &Sight, wanted: &WaitsWanted, waits: Vec<WaitingOn>) -> Result<Response, Problem> {
    let state = sight.state();
    let waits = binding_first(waits).into_iter().map(|wait| WaitAt { state, wait });
    let page = Page::of(wanted.page(waits.collect())?, |it| it.wait).up_to(state.seq);
    Ok(sight.answer(Json(page)))
}

/// Ask why something does not go on
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/why/{*scope}", tag = "deployments",
    params(
        ("deployment" = String, Path, description = "The deployment."),
        ("scope" = String, Path, description = "What is asked about, such as `site/B27`, `ring/pilot` or `deployment`."),
        WaitsWanted, AsOf,
    ),
    responses((status = 200, description = "What it waits on, the binding first.", body = WaitsBody), Noes))]
pub(crate) async fn why(
    sight: Sight,
    Path((_, scope)): Path<(String, String)>,
    wanted: WaitsWanted,
) -> Result<Response, Problem> {
    let state = sight.state();
    let unknown = || Problem::unknown(format!("{scope} is not in the plan"));
    let scope: Scope = scope.parse().map_err(|_| unknown())?;
    if !views::subject::is_known(state, &scope) {
        return Err(unknown());
    }
    listed(&sight, &wanted, planner::waiting::why(state, sight.now, &scope))
}
