//! Sites: a page of them, and one.

use super::{Json, Noes, Path, Query};
use crate::described::Described;
use crate::params::{AsOf, Page, PageOf};
use crate::problem::Problem;
use crate::sight::Sight;
use axum::response::Response;
use model::id::{RingId, SiteId};
use model::machine::SiteState;
use model::scope::Scope;
use planner::waiting::WaitingOn;
use schemars::{JsonSchema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use views::site_list::{SiteFilter, SiteOrder, SiteRow, sites_in as list};

/// Which sites are wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Only those in this state, such as `halted`.
    #[param(value_type = Option<String>)]
    state: Option<SiteState>,
    /// Only those of this ring.
    #[param(value_type = Option<String>)]
    ring: Option<RingId>,
    /// Only those whose name or title has this text in it.
    text: Option<String>,
    /// In what order: `plan`, ring by ring, where it is not said; `name`, `state`, `since` or
    /// `computers`.
    #[param(value_type = Option<String>)]
    order: SiteOrder,
}

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
    params(("deployment" = String, Path, description = "The deployment."), Wanted, PageOf, AsOf),
    responses((status = 200, description = "A page of sites.", body = SitesBody), Noes))]
pub(crate) async fn sites(
    sight: Sight,
    Query(wanted): Query<Wanted>,
    Query(page): Query<PageOf>,
) -> Result<Response, Problem> {
    let state = sight.state();
    let after = page.after.as_deref().map(str::parse::<SiteId>).transpose();
    let after = after.map_err(|_| Problem::invalid("`after` is what `next` said"))?;
    let filter = SiteFilter { state: wanted.state, ring: wanted.ring, text: wanted.text };
    let (items, has_more) = list(state, &filter, wanted.order, after.as_ref(), page.limit()?);
    let next = has_more.then(|| items.last().map(|it| it.site.to_string())).flatten();
    let page = Page { items, next, entry: Some(state.seq) };
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
