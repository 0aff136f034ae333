//! Core components: authorised, adopted or started in the order of their needs, verified.
//!
//! Source: Deploy SMF, Process 1, Table 4; the component machine.

use super::progress::{self, Stage};
use super::{Agenda, changes};
use crate::calendar::Opening;
use crate::facts::{Authorised, Look};
use crate::guards;
use model::event::Event;
use model::guard::{Guard, GuardReading};
use model::machine::{ComponentState, ComponentTransition, RfcState};
use model::run::{Run, RunKind};
use model::scope::Scope;

pub(super) fn components(look: &mut Look<'_>, agenda: &mut Agenda, room: &mut usize) {
    for position in 0..look.plan().components.len() {
        component(look, agenda, position, room);
    }
}

/// While the deployment is held, what is deployed comes to rest: what is under way there comes to its
/// end, and nothing more of it begins.
pub(super) fn components_at_rest(look: &mut Look<'_>, agenda: &mut Agenda) {
    for position in 0..look.plan().components.len() {
        let state = look.state.components.get(position).map(|it| it.state);
        if state == Some(ComponentState::Deploying) {
            run(look, agenda, position, &mut 0);
        }
    }
}

/// While the deployment is given up, what is deployed comes to rest: what is under way there comes to
/// its end, and nothing more of it begins.
pub(super) fn components_given_up(look: &mut Look<'_>, agenda: &mut Agenda) {
    let components = look.plan().components.iter().zip(&look.state.components);
    for (position, (planned, status)) in components.enumerate() {
        if status.state != ComponentState::Deploying {
            continue;
        }
        let before = agenda.events.len();
        run(look, agenda, position, &mut 0);
        let is_busy = status.run.as_ref().is_some_and(Run::is_busy);
        if agenda.events.len() == before && !is_busy {
            let (component, transition) = (planned.id.clone(), ComponentTransition::Halted);
            let reason = Some(super::GIVEN_UP.to_owned());
            agenda.events.push(Event::Component { component, transition, reason, gate: vec![] });
        }
    }
}

/// While the deployment is held or given up, what goes back goes on, and so does what only looks: what is
/// compared with the pilot, and what is verified.
pub(super) fn components_going_back(look: &mut Look<'_>, agenda: &mut Agenda, room: &mut usize) {
    use ComponentState::{Adopting, RollingBack, Verifying};
    for position in 0..look.plan().components.len() {
        let state = look.state.components.get(position).map(|it| it.state);
        if matches!(state, Some(Adopting | RollingBack | Verifying)) {
            component(look, agenda, position, room);
        }
    }
}

pub(super) fn component(
    look: &mut Look<'_>,
    agenda: &mut Agenda,
    position: usize,
    room: &mut usize,
) {
    let state = look.state;
    let Some((planned, status)) =
        look.plan().components.get(position).zip(state.components.get(position))
    else {
        return;
    };
    let happened = |agenda: &mut Agenda, transition, reason, gate| {
        let component = planned.id.clone();
        agenda.events.push(Event::Component { component, transition, reason, gate });
    };
    match status.state {
        ComponentState::Planned => {
            let adopts = planned.adopt == model::component::Adopt::FromPilot && !status.drifted;
            if !adopts && is_authorised(look, position) {
                let gate = [Guard::RF2, Guard::RF7].map(GuardReading::met).to_vec();
                happened(agenda, ComponentTransition::Authorised, None, gate);
            }
        }
        ComponentState::Authorised if !is_authorised(look, position) => {
            happened(agenda, ComponentTransition::AuthorisationLost, None, vec![]);
        }
        ComponentState::Authorised => {
            let gate = guards::component_start(look, position);
            let is_held = state.held(&Scope::Component(planned.id.clone())).is_some();
            if !is_held && gate.iter().all(|it| it.verdict.passes()) {
                let rfcs = state.index.rfcs_of_component.get(position);
                if let Authorised::By(rfc, rfc_state) = look.authority(rfcs) {
                    changes::started(agenda, rfc, rfc_state);
                }
                happened(agenda, ComponentTransition::Started, None, gate);
            }
        }
        ComponentState::Deploying => {
            // It may have lost its authority since it began, and have another one by now.
            let rfcs = state.index.rfcs_of_component.get(position);
            if let Authorised::By(rfc, rfc_state) = look.authority(rfcs)
                && guards::held_underway(look, position).is_none()
            {
                changes::started(agenda, rfc, rfc_state);
            }
            run(look, agenda, position, room);
        }
        ComponentState::Adopting | ComponentState::RollingBack => {
            run(look, agenda, position, room);
        }
        ComponentState::Verifying => {
            let gate = vec![GuardReading::met(Guard::C6)];
            happened(agenda, ComponentTransition::ChecksPassed, None, gate);
        }
        ComponentState::Halted
        | ComponentState::Verified
        | ComponentState::Accepted
        | ComponentState::RolledBack
        | ComponentState::Descoped => {}
    }
}

/// Returns whether an RFC that covers the component is authorised for what the plan says now,
/// be its window open or not.
fn is_authorised(look: &Look<'_>, position: usize) -> bool {
    let rfcs = look.state.index.rfcs_of_component.get(position);
    rfcs.into_iter().flatten().any(|rfc| {
        let status = look.state.rfcs.get(*rfc as usize);
        let part = look.state.index.parts.get(*rfc as usize).copied();
        status.is_some_and(|it| {
            let counts = matches!(
                it.state,
                RfcState::Authorised
                    | RfcState::Scheduled
                    | RfcState::EmergencyAuthorised
                    | RfcState::Implementing
            );
            counts && it.part == part
        })
    })
}

fn run(look: &mut Look<'_>, agenda: &mut Agenda, position: usize, room: &mut usize) {
    let state = look.state;
    let Some((planned, status)) =
        look.plan().components.get(position).zip(state.components.get(position))
    else {
        return;
    };
    let Some(run) = &status.run else { return };
    let scope = Scope::Component(planned.id.clone());
    let stage = progress::stage(look, &scope, run, 100);
    let found = state.site_care.found.get(&planned.id).map(Vec::as_slice).unwrap_or_default();
    let drifted = model::site_care::adoption::drift(found);
    let mut happened = |transition, reason, gate| {
        let component = planned.id.clone();
        agenda.events.push(Event::Component { component, transition, reason, gate });
    };
    match (stage, run.kind) {
        // What is held waits, however long: no deadline halts it.
        (Stage::GoesOn, RunKind::Deploy) if guards::held_underway(look, position).is_some() => {}
        (Stage::GoesOn, RunKind::Deploy)
            if progress::is_overdue(
                look,
                status.working_since(),
                state.plan.limits.component_deadline_s(),
            ) =>
        {
            // What is being carried out comes to its end, or is stopped by somebody.
            if !run.is_busy() {
                let limit_s = state.plan.limits.component_deadline_s();
                let why = format!("it was not finished within {limit_s} s");
                happened(ComponentTransition::Halted, Some(why), vec![]);
            }
        }
        (Stage::GoesOn, kind) => {
            // Going back and looking need no window; changing does.
            if kind == RunKind::Deploy && !may_change(look, position) {
                return;
            }
            let at_once = planned.hosts.len().max(1);
            progress::orders(look, agenda, &scope, run, at_once, room);
        }
        (Stage::Breaking, _) => {}
        (Stage::Finished, _) => agenda.events.push(progress::finished(&scope, run)),
        (Stage::RunFinished, RunKind::Deploy) => {
            happened(ComponentTransition::StepsFinished, None, vec![]);
        }
        (Stage::RunFinished, RunKind::Adopt) if drifted.is_some() => {
            happened(ComponentTransition::DriftFound, drifted, vec![]);
        }
        (Stage::RunFinished, RunKind::Adopt) => {
            let gate = vec![GuardReading::met(Guard::C6)];
            happened(ComponentTransition::AdoptionMatched, None, gate);
        }
        (Stage::RunFinished, RunKind::RollBack) => {
            happened(ComponentTransition::RollbackVerified, None, vec![]);
        }
        (Stage::Broken { why, .. }, RunKind::Adopt) => {
            happened(ComponentTransition::DriftFound, drifted.or(Some(why)), vec![]);
        }
        (Stage::Broken { why, roll_back }, RunKind::Deploy) => {
            happened(ComponentTransition::Halted, Some(why.clone()), vec![]);
            if roll_back {
                let gate = vec![GuardReading::met(Guard::C7)];
                let why = format!("the plan says to go back: {why}");
                happened(ComponentTransition::RollbackStarted, Some(why), gate);
            }
        }
        (Stage::Broken { why, .. }, RunKind::RollBack) => {
            happened(ComponentTransition::RollbackFailed, Some(why.clone()), vec![]);
            let text = format!("the rollback of {} failed: {why}", planned.id);
            super::incidents::found(look, agenda, scope, text);
        }
    }
}

/// Checked again before every batch of orders: the authorisation and the window.
fn may_change(look: &mut Look<'_>, position: usize) -> bool {
    let Some(planned) = look.plan().components.get(position) else { return false };
    let opening = look.component_opening(planned);
    look.again(opening.next_change());
    let rfcs = look.state.index.rfcs_of_component.get(position);
    let authority = look.authority(rfcs);
    if let Authorised::No(_, at) = &authority {
        look.again(*at);
    }
    matches!(opening, Opening::Open { .. }) && matches!(authority, Authorised::By(..))
}
