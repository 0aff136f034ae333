//! The calendars by which work may be done: of sites, of a revisit, of core components.
//!
//! House rule: found once a look and shared, since all sites of a ring ask the same.

use crate::calendar::{Calendar, Interval};
use model::component::CoreComponent;
use model::freeze::{Freeze, FreezeSubject};
use model::id::LineId;
use model::plan::MasterProjectPlan;
use model::site::Site;
use model::state::State;
use model::window::MaintenanceWindow;
use std::collections::BTreeSet;

/// A ring or component without windows may be changed at any time.
static ALWAYS: [MaintenanceWindow; 1] = [MaintenanceWindow::Always];

/// Work that goes back to a site, as freezes name it that let it through.
const REVISIT: &str = "revisit";

/// Returns the calendar of a site as it stands: the plan's; and while the team goes back to it, the
/// window of the request under which it does, where that has one, less the freezes that do not let
/// revisits through.
pub fn calendar_now<'s>(state: &'s State, site: &'s Site, ring: usize) -> Calendar<'s> {
    let plan = &*state.plan;
    let Some(revisit) = state.site_care.revisit_under_way(&site.id) else {
        return site_calendar(plan, site, ring);
    };
    let tags = REVISIT.parse().into_iter().collect();
    let request = revisit.rfc.as_ref().and_then(|it| state.request(it));
    let window = request.and_then(|it| it.window);
    let window = window.and_then(|it| Interval::new(it.from, it.until));
    match window {
        Some(window) => Calendar::between(window, freezes(plan, site, ring, &tags), &site.zone),
        None => calendar_with(plan, site, ring, &tags),
    }
}

/// Returns the calendar of a site: its own windows or its ring's, less the freezes that meet it.
pub fn site_calendar<'s>(plan: &'s MasterProjectPlan, site: &'s Site, ring: usize) -> Calendar<'s> {
    calendar_with(plan, site, ring, &BTreeSet::new())
}

fn calendar_with<'s>(
    plan: &'s MasterProjectPlan,
    site: &'s Site,
    ring: usize,
    tags: &BTreeSet<LineId>,
) -> Calendar<'s> {
    let of_ring = plan.rings.get(ring);
    let windows = match (site.windows.as_slice(), of_ring.map(|it| it.windows.as_slice())) {
        ([], Some([]) | None) => &ALWAYS[..],
        ([], Some(of_ring)) => of_ring,
        (own, _) => own,
    };
    Calendar::new(windows, freezes(plan, site, ring, tags), &site.zone)
}

/// Returns the freezes that hold back work on `site` with `tags`.
fn freezes<'s>(
    plan: &'s MasterProjectPlan,
    site: &Site,
    ring: usize,
    tags: &BTreeSet<LineId>,
) -> Vec<&'s Freeze> {
    let Some(ring) = plan.rings.get(ring) else { return vec![] };
    let subject = FreezeSubject::Site { site: &site.id, ring: &ring.id };
    plan.freezes.iter().filter(|it| it.forbids(subject, tags)).collect()
}

/// Returns the calendar of a component: its windows, less the freezes that meet it.
pub fn component_calendar<'s>(
    plan: &'s MasterProjectPlan,
    component: &'s CoreComponent,
) -> Calendar<'s> {
    let windows =
        if component.windows.is_empty() { &ALWAYS[..] } else { component.windows.as_slice() };
    let meets = |freeze: &&Freeze| freeze.forbids(FreezeSubject::Core, &BTreeSet::new());
    Calendar::new(windows, plan.freezes.iter().filter(meets), &component.zone)
}
