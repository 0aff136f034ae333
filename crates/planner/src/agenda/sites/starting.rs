//! Which sites start, or go on after a halt, and what keeps the others: within every limit, in plan
//! order.
//!
//! House rule: one eligibility; whoever is resumed waits their turn like any other.

use super::super::{Agenda, changes, lets_begin};
use super::{happened, lines, paused};
use crate::facts::{Authorised, Look, bandwidth_limits};
use crate::guards;
use crate::transfer::Budget;
use model::machine::{SiteState, SiteTransition};
use model::planted::{Planted, is_planted};
use model::state::SiteCount;

/// Starts as many ready sites as every limit allows, in plan order.
pub(super) fn starts(look: &mut Look<'_>, agenda: &mut Agenda) {
    let state = look.state;
    let mut running: usize = state.rings.iter().map(|it| it.counts.running).sum();
    let limits = bandwidth_limits(look.plan());
    let grants = lines::running_grants(look);
    let mut budget = Budget::new(&limits, &grants);
    // Those that had begun come before those that have not.
    for position in state.sites.standing(SiteState::Paused) {
        paused(look, agenda, position, &mut budget);
    }
    let count = |it| state.sites.count(it);
    if count(SiteState::Ready) + count(SiteState::Halted) == 0 {
        return;
    }
    for ring in 0..look.plan().rings.len() {
        let Some(status) = state.rings.get(ring) else {
            continue;
        };
        let mut in_ring = status.counts.running;
        let in_this = |it: &usize| state.plan.ring_of.get(*it) == u32::try_from(ring).ok().as_ref();
        for position in state.sites.standing(SiteState::Halted).filter(in_this) {
            if !is_full(look, position, in_ring, running)
                && goes_on(look, agenda, position, &mut budget)
            {
                in_ring += 1;
                running += 1;
            }
        }
        if lets_begin(look, ring).is_err() {
            continue;
        }
        for position in state.sites.standing(SiteState::Ready).filter(in_this) {
            if is_full(look, position, in_ring, running) {
                break;
            }
            if start(look, agenda, position, &mut budget) {
                in_ring += 1;
                running += 1;
            }
        }
    }
}

/// Returns whether no further site may deploy beside the `in_ring` of the ring of the site at
/// `position` and the `running` of all rings. A site that has failed does not count against itself.
fn is_full(look: &Look<'_>, position: usize, in_ring: usize, running: usize) -> bool {
    if is_planted(Planted::LimitIgnored) {
        return false;
    }
    running >= look.plan().limits.sites_at_once as usize || in_ring >= at_once(look, position)
}

/// Returns how many sites of the ring of the site at `position` may deploy at once now.
fn at_once(look: &Look<'_>, position: usize) -> usize {
    let ring = look.ring_of(position);
    let Some((planned, status)) = look.plan().rings.get(ring).zip(look.state.rings.get(ring))
    else {
        return 0;
    };
    let site = look.plan().sites.get(position).zip(look.state.sites.get(position));
    let own = site.filter(|(site, _)| !status.excused.contains_key(&site.id));
    let is = |count| usize::from(own.is_some_and(|(_, it)| it.counts_as == count));
    let failed = status.failed().saturating_sub(is(SiteCount::Failed));
    let lost = status.lost().saturating_sub(is(SiteCount::Lost));
    planned.sites_at_once_now(status.counts.planned, status.counts.verified, (failed, lost))
}

/// Lets a halted site go on, of which somebody has decided so, if nothing holds it back.
fn goes_on(
    look: &mut Look<'_>,
    agenda: &mut Agenda,
    position: usize,
    budget: &mut Budget<'_>,
) -> bool {
    let Some(planned) = look.plan().sites.get(position) else { return false };
    let Some(decided) = look.state.site_care.goes_on(&planned.id) else { return false };
    let reason = decided.evidence.clone();
    let gate = guards::site_resume(look, position);
    let may = gate.iter().all(|it| it.verdict.passes())
        && guards::s8_underway(look, position).is_ok()
        && lines::hold(look, position, budget).is_ok();
    if may {
        under(look, agenda, position);
        happened(look, agenda, position, SiteTransition::Resumed, Some(reason), gate);
    }
    may
}

fn start(
    look: &mut Look<'_>,
    agenda: &mut Agenda,
    position: usize,
    budget: &mut Budget<'_>,
) -> bool {
    if look.state.sites.get(position).is_none_or(|it| it.state != SiteState::Ready) {
        return false;
    }
    let gate = guards::site_start(look, position);
    if !gate.iter().all(|it| it.verdict.passes())
        || !guards::s6_at_start(look, position).verdict.passes()
        || lines::hold(look, position, budget).is_err()
    {
        return false;
    }
    under(look, agenda, position);
    happened(look, agenda, position, SiteTransition::Started, None, gate);
    true
}

/// Notes that the request that authorises the site at `position` is being implemented: a site that has
/// begun may have lost its authority since, and have another one by now.
pub(super) fn under(look: &Look<'_>, agenda: &mut Agenda, position: usize) {
    if let Authorised::By(rfc, rfc_state) = look.authority_of_site(position) {
        changes::started(agenda, rfc, rfc_state);
    }
}

/// Returns which limit keeps a site from deploying now, ready or halted, if it is one.
pub fn whose_turn(look: &Look<'_>, position: usize) -> String {
    let state = look.state;
    let ring = look.ring_of(position);
    let running: usize = state.rings.iter().map(|it| it.counts.running).sum();
    if let Some((planned, status)) = look.plan().rings.get(ring).zip(state.rings.get(ring)) {
        let at_once = at_once(look, position);
        if status.counts.running >= at_once {
            let (sites, are) = match status.counts.running {
                1 => ("site", "is"),
                _ => ("sites", "are"),
            };
            return format!(
                "{} {sites} of ring {} {are} deploying, and {at_once} may at once now",
                status.counts.running, planned.id
            );
        }
    }
    if running >= look.plan().limits.sites_at_once as usize {
        let sites_are = if running == 1 { "site is" } else { "sites are" };
        return format!("{running} {sites_are} deploying, the most at once over all rings");
    }
    lines::shortage(look, position)
        .unwrap_or_else(|| "the engine takes it up at its next look".to_owned())
}
