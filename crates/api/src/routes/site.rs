//! Sites: a page of them, and one.

use super::{Json, Noes, Path};
use crate::described::Described;
use crate::params::{AsOf, ListOf, Page};
use crate::problem::Problem;
use crate::sight::Sight;
use axum::response::Response;
use model::id::SiteId;
use model::scope::Scope;
use planner::waiting::WaitingOn;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use views::site_list::{SiteAt, SiteRow};

/// How the list of sites is asked.
type SitesWanted = ListOf<SiteAt<'static>>;

/// One site, with what it waits on.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SiteView {
    /// Where it stands.
    #[serde(flatten)]
    row: SiteRow,
    /// What it waits on, the binding first.
    waiting_on: Vec<WaitingOn>,
    /// The last entry of the record that it was computed from.
    entry: u64,
}

pub(super) fn describe(generator: &mut SchemaGenerator) {
    generator.subschema_for::<Page<SiteRow>>();
    generator.subschema_for::<SiteView>();
}

type SitesBody = Described<Page<SiteRow>>;
type SiteBody = Described<SiteView>;

/// List the sites of a deployment
///
/// In the order of the plan, ring by ring, or in another, a page at a time.
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/sites", tag = "deployments",
    params(("deployment" = String, Path, description = "The deployment."), SitesWanted, AsOf),
    responses((status = 200, description = "A page of sites.", body = SitesBody), Noes))]
pub(crate) async fn sites(sight: Sight, wanted: SitesWanted) -> Result<Response, Problem> {
    let found = views::site_list::sites(sight.state(), wanted.wanted())?;
    let page = Page::of(found, |it| it.row()).up_to(sight.state().seq);
    Ok(sight.answer(Json(page)))
}

/// Look at one site
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}/sites/{site}", tag = "deployments",
    params(
        ("deployment" = String, Path, description = "The deployment."),
        ("site" = String, Path, description = "The site."),
        AsOf,
    ),
    responses((status = 200, description = "The site, and what it waits on.", body = SiteBody), Noes))]
pub(crate) async fn site(
    sight: Sight,
    Path((_, site)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let state = sight.state();
    let unknown = || Problem::unknown(format!("site/{site} is not in the plan"));
    let id: SiteId = site.parse().map_err(|_| unknown())?;
    let row = views::site_list::site(state, &id).ok_or_else(unknown)?;
    let waits = planner::waiting::why(state, sight.now, &Scope::Site(id));
    let waiting_on = views::why::binding_first(waits);
    Ok(sight.answer(Json(SiteView { row, waiting_on, entry: state.seq })))
}
