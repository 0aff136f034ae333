//! Sites as a list: a line each, filtered, a page at a time.

use crate::time::zone_of;
use jiff::Timestamp;
use model::id::{RingId, SiteId};
use model::machine::SiteState;
use model::scope::Scope;
use model::site::Site;
use model::state::{SiteStatus, State};
use serde::{Deserialize, Serialize};

/// One site in a list.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct SiteRow {
    /// The site.
    pub site: SiteId,
    /// Its title.
    pub title: String,
    /// The ring it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ring: Option<RingId>,
    /// Its state.
    pub state: SiteState,
    /// Since when.
    pub since: Timestamp,
    /// Why it stands still, where somebody said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Since when its users work with the release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_service: Option<Timestamp>,
    /// How many computers it has.
    pub computers: usize,
    /// The name of its time zone.
    pub zone: String,
}

/// Which sites are wanted. Whatever is not said, lets all pass.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SiteFilter {
    /// Only those in this state.
    pub state: Option<SiteState>,
    /// Only those of this ring.
    pub ring: Option<RingId>,
    /// Only those whose name or title has this text in it, in any case.
    pub text: Option<String>,
}

/// In what order sites are listed.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum SiteOrder {
    /// As the plan has them, ring by ring.
    #[default]
    Plan,
    /// By their names.
    Name,
    /// By their states, from planned to signed off.
    State,
    /// Those first whose state is the oldest.
    Since,
    /// Those first with the fewest computers.
    Computers,
}

/// Returns at most `limit` sites after `after` in `order` that `filter` lets pass, and whether
/// more follow. Another order than the plan's looks at all sites.
pub fn sites_in(
    state: &State,
    filter: &SiteFilter,
    order: SiteOrder,
    after: Option<&SiteId>,
    limit: usize,
) -> (Vec<SiteRow>, bool) {
    if order == SiteOrder::Plan {
        return sites(state, filter, after, limit);
    }
    let (mut rows, _) = sites(state, filter, None, usize::MAX);
    match order {
        SiteOrder::Plan => {}
        SiteOrder::Name => rows.sort_by(|a, b| a.site.cmp(&b.site)),
        SiteOrder::State => rows.sort_by_key(|it| it.state as u8),
        SiteOrder::Since => rows.sort_by_key(|it| it.since),
        SiteOrder::Computers => rows.sort_by_key(|it| it.computers),
    }
    let from = after.and_then(|after| rows.iter().position(|it| it.site == *after));
    let mut rest = rows.split_off(from.map_or(0, |it| it + 1));
    let has_more = rest.len() > limit;
    rest.truncate(limit);
    (rest, has_more)
}

/// Returns at most `limit` sites after `after` that `filter` lets pass, in the order of the plan,
/// and whether more follow. Of the plan only as much is looked at as is needed to find them.
pub fn sites(
    state: &State,
    filter: &SiteFilter,
    after: Option<&SiteId>,
    limit: usize,
) -> (Vec<SiteRow>, bool) {
    let from = after.and_then(|it| state.index.sites.get(it)).map_or(0, |it| *it as usize + 1);
    let text = filter.text.as_deref().map(str::to_lowercase).filter(|it| !it.is_empty());
    let ring = filter.ring.as_ref().map(|it| state.index.rings.get(it).copied());
    let mut rows = Vec::with_capacity(limit.min(256));
    let planned = state.plan.sites.iter().zip(&state.sites).zip(&state.plan.ring_of);
    for ((site, status), ring_of) in planned.skip(from) {
        let is_wanted = filter.state.is_none_or(|it| it == status.state)
            && ring.is_none_or(|it| it == Some(*ring_of))
            && text.as_ref().is_none_or(|text| {
                site.id.as_str().to_lowercase().contains(text)
                    || site.title.to_lowercase().contains(text)
            });
        if !is_wanted {
            continue;
        }
        if rows.len() == limit {
            return (rows, true);
        }
        rows.push(row(state, site, status, *ring_of));
    }
    (rows, false)
}

/// Returns one site as a line of the list; nothing where it is not in the plan.
pub fn site(state: &State, id: &SiteId) -> Option<SiteRow> {
    let position = *state.index.sites.get(id)? as usize;
    let (site, status) = (state.plan.sites.get(position)?, state.sites.get(position)?);
    Some(row(state, site, status, *state.plan.ring_of.get(position)?))
}

fn row(state: &State, site: &Site, status: &SiteStatus, ring_of: u32) -> SiteRow {
    let scope = Scope::Site(site.id.clone());
    SiteRow {
        site: site.id.clone(),
        title: site.title.clone(),
        ring: state.plan.rings.get(ring_of as usize).map(|it| it.id.clone()),
        state: status.state,
        since: status.since,
        reason: status.reason.as_deref().map(str::to_owned),
        in_service: status.in_service,
        computers: site.computers.len(),
        zone: zone_of(state, &scope).to_string(),
    }
}
