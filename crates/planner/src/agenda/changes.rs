//! Waivers that end, authorisations that expire, changes that are implemented.
//!
//! Source: the RFC machine (RFC-7, RFC-10 to RFC-13, RFC-17) and the waiver machine (WAI-3).

use super::Agenda;
use crate::facts::Look;
use jiff::{SignedDuration, Timestamp};
use model::event::Event;
use model::gates;
use model::guard::{Guard, GuardReading};
use model::id::RfcId;
use model::machine::{
    ComponentState, DeploymentState, RfcState, RfcTransition, SiteState, WaiverState,
    WaiverTransition,
};
use model::milestone::Milestone;
use model::rfc::RequestForChange;
use model::scope::Scope;
use model::state::State;

pub(super) fn waivers(look: &mut Look<'_>, agenda: &mut Agenda) {
    for (status, waiver) in look.state.waivers.iter().zip(1_u32..) {
        if status.state != WaiverState::Granted {
            continue;
        }
        // W1: no waiver outlives the milestone that it was granted before.
        let is_passed = milestone_reached(look.state).is_some_and(|it| status.since < it);
        if status.until <= look.now || is_passed {
            let transition = WaiverTransition::Expired;
            let reason =
                is_passed.then(|| "the milestone before which it held is reached".to_owned());
            agenda.events.push(Event::Waiver { waiver, transition, reason });
        } else {
            look.again(Some(status.until));
        }
    }
}

/// Returns when the milestone was reached that the deployment rests on now. More quiet days, which the
/// review of the next one asks for, do not make it later.
fn milestone_reached(state: &State) -> Option<Timestamp> {
    match state.deployment {
        DeploymentState::QuietPeriod => state.milestones.approved(Milestone::Stable)?.approved,
        DeploymentState::Closing => Some(state.deployment_since),
        DeploymentState::Draft
        | DeploymentState::Ready
        | DeploymentState::Deploying
        | DeploymentState::Held
        | DeploymentState::Stabilizing
        | DeploymentState::MilestoneReview
        | DeploymentState::Closed
        | DeploymentState::Terminating
        | DeploymentState::Terminated => None,
    }
}

pub(super) fn rfcs(look: &mut Look<'_>, agenda: &mut Agenda) {
    let state = look.state;
    for (planned, status) in state.rfcs.iter().filter_map(|it| state.rfc(&it.id)) {
        match status.state {
            RfcState::Submitted => agenda.events.extend(matched(look, planned)),
            RfcState::Authorised | RfcState::Scheduled | RfcState::EmergencyAuthorised => {
                match status.until {
                    Some(until) if until <= look.now => {
                        let reason = format!("it was not begun by {until}");
                        let transition = RfcTransition::AuthorisationExpired;
                        agenda.events.push(happened(&status.id, transition, Some(reason), vec![]));
                    }
                    until => look.again(until),
                }
            }
            RfcState::Implementing => agenda.events.extend(ended(look, planned)),
            RfcState::Draft
            | RfcState::Assessing
            | RfcState::Implemented
            | RfcState::BackedOut
            | RfcState::Reviewed
            | RfcState::Closed
            | RfcState::Rejected
            | RfcState::Cancelled => {}
        }
    }
}

/// Returns that a standard change is authorised by its template, where it keeps its limits.
fn matched(look: &mut Look<'_>, planned: &RequestForChange) -> Option<Event> {
    let (state, now) = (look.state, look.now);
    let change = state.change_schedule.standard(&planned.id)?;
    let scope = Scope::Rfc(planned.id.clone());
    let rf5 = state.reading(Guard::RF5, &[scope], now, gates::rf5(state, change, now));
    if !rf5.verdict.passes() {
        return None;
    }
    let template = state.plan.rfc(&change.template)?.template.as_ref()?;
    let days = SignedDuration::from_hours(24 * i64::from(planned.validity_days));
    let until = now.checked_add(days).ok().map_or(template.until, |it| it.min(template.until));
    Some(Event::Rfc {
        rfc: planned.id.clone(),
        transition: RfcTransition::StandardMatched,
        part: state.part_of(&planned.id),
        until: Some(until),
        reason: Some(format!("authorised in advance by {}", change.template)),
        gate: vec![rf5],
    })
}

/// Returns how a change that is being implemented ends: done, undone, or out of time.
fn ended(look: &mut Look<'_>, planned: &RequestForChange) -> Option<Event> {
    // What people carry out, they say when it is done.
    if look.state.change_schedule.urgent(&planned.id).is_some() {
        return None;
    }
    let end = |transition, reason| Some(happened(&planned.id, transition, reason, vec![]));
    if is_implemented(look, planned) {
        return end(RfcTransition::Implemented, None);
    }
    if is_backed_out(look, planned) {
        let reason = "all that it had changed was rolled back".to_owned();
        return end(RfcTransition::BackedOut, Some(reason));
    }
    let window = planned.window.filter(|_| has_work_left(look, planned))?;
    if window.until <= look.now {
        let reason = format!("its window ended at {} with work left", window.until);
        return end(RfcTransition::WindowExpired, Some(reason));
    }
    look.again(Some(window.until));
    None
}

/// Returns that the RFC, which authorises what starts now, is being implemented from now on.
pub(super) fn started(agenda: &mut Agenda, rfc: &RfcId, state: RfcState) {
    let is_begun = state == RfcState::Implementing;
    let is_listed = agenda.events.iter().any(|it| {
        matches!(it, Event::Rfc { rfc: listed, transition: RfcTransition::Started, .. } if listed == rfc)
    });
    if !is_begun && !is_listed {
        let gate = vec![GuardReading::met(Guard::RF7)];
        agenda.events.push(happened(rfc, RfcTransition::Started, None, gate));
    }
}

fn happened(
    rfc: &RfcId,
    transition: RfcTransition,
    reason: Option<String>,
    gate: Vec<GuardReading>,
) -> Event {
    Event::Rfc { rfc: rfc.clone(), transition, part: None, until: None, reason, gate }
}

/// Returns whether all components and sites that a request covers are as they are asked to be; the
/// first that is not ends the search.
fn are_all(
    look: &Look<'_>,
    planned: &RequestForChange,
    component: impl Fn(ComponentState) -> bool,
    site: impl Fn(SiteState) -> bool,
) -> bool {
    let state = look.state;
    let mut components = planned.covers.components.iter().filter_map(|id| state.component(id));
    let rings = planned.covers.rings.iter().filter_map(|id| state.index.rings.get(id));
    let of_rings = rings.filter_map(|it| state.index.sites_of_ring.get(*it as usize)).flatten();
    let of_rings = of_rings.filter_map(|it| state.sites.get(*it as usize));
    let single = planned.covers.sites.iter().filter_map(|id| state.site(id)).map(|(_, it)| it);
    components.all(|(_, it)| component(it.state)) && of_rings.chain(single).all(|it| site(it.state))
}

fn is_done(component: ComponentState) -> bool {
    matches!(
        component,
        ComponentState::Verified | ComponentState::Accepted | ComponentState::Descoped
    )
}

fn is_implemented(look: &Look<'_>, planned: &RequestForChange) -> bool {
    are_all(look, planned, is_done, |it| matches!(it, SiteState::SignedOff | SiteState::Exempt))
}

/// Returns whether steps of it may still run: a site that is only observed and signed needs no window.
fn has_work_left(look: &Look<'_>, planned: &RequestForChange) -> bool {
    let is_deployed = |it| {
        matches!(
            it,
            SiteState::Deployed | SiteState::Observing | SiteState::SignedOff | SiteState::Exempt
        )
    };
    !are_all(look, planned, is_done, is_deployed)
}

fn is_backed_out(look: &Look<'_>, planned: &RequestForChange) -> bool {
    let is_back = |it| it == ComponentState::RolledBack;
    let is_out = |it| matches!(it, SiteState::RolledBack | SiteState::Exempt);
    let nothing_is_left = |look| are_all(look, planned, |_| false, |it| it == SiteState::Exempt);
    are_all(look, planned, is_back, is_out) && !nothing_is_left(look)
}
