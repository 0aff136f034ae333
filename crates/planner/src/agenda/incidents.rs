//! Clocks of incidents and escalations: closing unconfirmed, and paging the next level.
//!
//! Source: Deploy SMF, Process 3, Table 6; transitions INC-10 and ESC-3. House rule: everything
//! has a limit, time to answer too.

use super::Agenda;
use crate::facts::Look;
use jiff::Timestamp;
use model::decide::escalation::paged_after;
use model::escalation::EscalationEvent;
use model::event::Event;
use model::gates::observation_ends;
use model::incident::{Attribution, Closure, IncidentEvent, Opening, Severity, Source, opened};
use model::machine::{DeploymentState, IncidentState};
use model::scope::Scope;
use model::site::Observation;

/// How long a resolved incident waits for its reporter before it is closed unconfirmed.
const CLOSE_AFTER: Observation = Observation::BusinessDays(5);

pub(super) fn clocks(look: &mut Look<'_>, agenda: &mut Agenda) {
    match look.state.deployment {
        DeploymentState::Closed | DeploymentState::Terminated => return,
        DeploymentState::Draft
        | DeploymentState::Ready
        | DeploymentState::Deploying
        | DeploymentState::Held
        | DeploymentState::Stabilizing
        | DeploymentState::QuietPeriod
        | DeploymentState::MilestoneReview
        | DeploymentState::Closing
        | DeploymentState::Terminating => {}
    }
    closed_unconfirmed(look, agenda);
    unanswered(look, agenda);
}

/// Returns when an incident that was resolved at `resolved` is closed unconfirmed.
pub(crate) fn closes_unconfirmed(look: &Look<'_>, resolved: Timestamp) -> Option<Timestamp> {
    observation_ends(CLOSE_AFTER, resolved, &look.plan().zone)
}

fn closed_unconfirmed(look: &mut Look<'_>, agenda: &mut Agenda) {
    for it in &look.state.incidents.list {
        let resolved = it.resolved.filter(|_| it.state == IncidentState::Resolved);
        let Some(ends) = resolved.and_then(|at| closes_unconfirmed(look, at)) else { continue };
        if ends <= look.now {
            let closure = Closure::Unconfirmed;
            let closed = IncidentEvent::Closed { incident: it.number, closure };
            agenda.events.push(Event::Incident(closed));
        } else {
            look.again(Some(ends));
        }
    }
}

fn unanswered(look: &mut Look<'_>, agenda: &mut Agenda) {
    for it in &look.state.escalations.list {
        let Some(due) = it.paged.due.filter(|_| it.is_open()) else { continue };
        if due <= look.now {
            let level = it.paged.level;
            // The clock of the next level runs from now: nobody was paged before.
            let next = paged_after(look.plan(), (level, it.severity(look.state)), look.now);
            let escalation = it.number;
            let unanswered = EscalationEvent::Unanswered { escalation, level, due, next };
            agenda.events.push(Event::Escalation(unanswered));
        } else {
            look.again(Some(due));
        }
    }
}

/// Opens an incident of severity 1 for what the program itself has found at `scope`.
pub(super) fn found(look: &Look<'_>, agenda: &mut Agenda, scope: Scope, title: String) {
    let opened_before = agenda
        .events
        .iter()
        .filter(|it| matches!(it, Event::Incident(IncidentEvent::Opened { .. })));
    let before = u32::try_from(opened_before.count()).unwrap_or(u32::MAX);
    let number = look.state.incidents.next_number().saturating_add(before);
    let opening = Opening {
        attribution: Attribution::Solution,
        source: Source::landfall(),
        ..Opening::reported(scope, Severity::ONE, title, look.now)
    };
    agenda.events.extend(opened(look.state, number, opening));
}
