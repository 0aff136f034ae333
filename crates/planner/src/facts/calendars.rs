//! The calendars by which work may be done: of sites, of a revisit, of core components.
//!
//! House rule: found once a look and shared, since all sites of a ring ask the same.

use crate::calendar::{Calendar, Interval};
use jiff::Timestamp;
use model::component::CoreComponent;
use model::freeze::{Freeze, FreezeSubject};
use model::id::{LineId, SiteId};
use model::plan::MasterProjectPlan;
use model::rfc::RequestForChange;
use model::site::Site;
use model::state::{RfcStatus, State};
use model::window::MaintenanceWindow;
use std::collections::BTreeSet;

/// A ring or component without windows may be changed at any time.
static ALWAYS: [MaintenanceWindow; 1] = [MaintenanceWindow::Always];

/// Work that goes back to a site, as freezes name it that let it through.
const REVISIT: &str = "revisit";

/// Returns the request under which the team goes back to `site`, as planned and as it stands, where one
/// was named; not one that will never authorise anything any more.
pub(super) fn request_of_revisit<'s>(
    state: &'s State,
    site: &SiteId,
    now: Timestamp,
) -> Option<(&'s RequestForChange, &'s RfcStatus)> {
    let named = state.site_care.revisits.under_way(site)?.rfc.as_ref()?;
    let (planned, status) = state.rfc(named)?;
    let is_over =
        status.state.is_over() || planned.window.is_some_and(|window| window.until <= now);
    (!is_over).then_some((planned, status))
}

/// Returns the calendar of a site as it stands at `now`: the plan's; and while the team goes back to
/// it, the window of the request under which it does, where that has one, less the freezes that do not
/// let revisits through.
pub fn calendar_now<'s>(
    state: &'s State,
    site: &'s Site,
    ring: usize,
    now: Timestamp,
) -> Calendar<'s> {
    let plan = &*state.plan;
    if state.site_care.revisits.under_way(&site.id).is_none() {
        return site_calendar(plan, site, ring);
    }
    let tags = REVISIT.parse().into_iter().collect();
    let window = request_of_revisit(state, &site.id, now).and_then(|(it, _)| it.window);
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
