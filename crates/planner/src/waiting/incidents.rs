//! What incidents, escalations, problems and feedback wait on.
//!
//! House rule: nothing waits without saying on what.

use super::WaitingOn;
use crate::agenda::closes_unconfirmed;
use crate::facts::Look;
use model::command::Command;
use model::escalation::{Escalation, EscalationAct, EscalationCommand};
use model::incident::{
    Clock, FeedbackDecision, Incident, IncidentAct, IncidentCommand, ProblemStanding,
};
use model::machine::{EscalationState, IncidentState};
use model::responsibility::{Duty, first_line};
use model::role_type::RoleType;
use model::scope::Scope;

/// The role types that run what was deployed.
const RUNNERS: &[RoleType] = &[RoleType::SupportManager, RoleType::OperationsManager];

pub(super) fn incidents(look: &Look<'_>) -> Vec<WaitingOn> {
    let mut waits: Vec<WaitingOn> =
        look.state.incidents.open().filter_map(|it| incident(look, it)).collect();
    waits.extend(look.state.escalations.open().map(|it| escalation(look, it)));
    waits.extend(problems(look));
    waits.extend(feedback(look));
    waits
}

fn act(incident: &Incident, act: IncidentAct) -> Command {
    Command::Incident(IncidentCommand::Act { incident: incident.number, act })
}

fn incident(look: &Look<'_>, it: &Incident) -> Option<WaitingOn> {
    let state = look.state;
    let scope = it.scopes.first().cloned().unwrap_or(Scope::Deployment);
    let since = it.since;
    let people = |what: String, roles: &[RoleType]| {
        let roles = first_line_first(look, it, roles);
        WaitingOn::people(state, scope.clone(), what, since, &roles)
    };
    let (number, title) = (it.number, &it.title);
    let wait = match it.state {
        IncidentState::New => {
            let roles = [RoleType::SupportManager, RoleType::OperationsManager, RoleType::Tester];
            let what =
                format!("incident {number}, {}, has to be acknowledged: {title}", it.severity);
            people(what, &roles).with(act(it, IncidentAct::Acknowledge { at: None }))
        }
        IncidentState::Acknowledged => {
            let what = format!("somebody has to work on incident {number}: {title}");
            people(what, RUNNERS).with(act(it, IncidentAct::Work { assignee: None }))
        }
        IncidentState::InProgress => {
            let confirmation = String::new();
            let what = format!("the service of incident {number} has to be restored: {title}");
            people(what, RUNNERS).with(act(it, IncidentAct::Restore { at: None, confirmation }))
        }
        IncidentState::Restored => {
            let resolve = IncidentAct::Resolve {
                cause: String::new(),
                fix: Some(String::new()),
                workaround: None,
                problem: it.problem,
            };
            let what = format!("incident {number} has to be resolved: {title}");
            people(what, RUNNERS).with(act(it, resolve))
        }
        IncidentState::Resolved => {
            let closes = it.resolved.and_then(|at| closes_unconfirmed(look, at))?;
            let what =
                format!("incident {number} is resolved; without objection it is closed then");
            WaitingOn::time(scope, what, since, closes)
        }
        IncidentState::Escalated => {
            let what = format!("incident {number} waits for the answer to its escalation");
            WaitingOn::system(scope, what, since)
        }
        IncidentState::Closed | IncidentState::Cancelled | IncidentState::Duplicate => {
            return None;
        }
    };
    Some(in_time(look, it, wait))
}

/// Returns `roles`, those first that answer first for what `it` is about as things stand: before
/// Deployment Stable the project, then whoever runs the service.
fn first_line_first(look: &Look<'_>, it: &Incident, roles: &[RoleType]) -> Vec<RoleType> {
    let of_core = |it: &Scope| matches!(it, Scope::Core | Scope::Component(_));
    let duty = if it.scopes.iter().all(of_core) { Duty::Running } else { Duty::Answering };
    let first = first_line(look.state, duty, look.now);
    let (mut routed, rest): (Vec<RoleType>, Vec<RoleType>) =
        roles.iter().partition(|role| first.contains(role));
    routed.extend(rest);
    routed
}

/// Returns `wait` with until when it is to be over, where the support plan says so.
fn in_time(look: &Look<'_>, it: &Incident, mut wait: WaitingOn) -> WaitingOn {
    let clock = match it.state {
        IncidentState::New => Clock::Acknowledge,
        IncidentState::Acknowledged | IncidentState::InProgress | IncidentState::Escalated => {
            Clock::Restore
        }
        IncidentState::Restored => Clock::Resolve,
        IncidentState::Resolved
        | IncidentState::Closed
        | IncidentState::Cancelled
        | IncidentState::Duplicate => return wait,
    };
    let Some(stands) = model::incident::clock(look.plan(), it, clock) else { return wait };
    if stands.is_late(look.now) {
        wait.what.push_str(&format!("; it was due at {}", stands.due));
    } else {
        wait.what.push_str(&format!("; due at {}", stands.due));
        wait.next_look = Some(wait.next_look.map_or(stands.due, |at| at.min(stands.due)));
    }
    wait
}

fn escalation(look: &Look<'_>, it: &Escalation) -> WaitingOn {
    let state = look.state;
    let number = it.number;
    let project = [RoleType::Developer, RoleType::ProgramManager];
    let with = |what: String, roles: &[RoleType], act: EscalationAct| {
        let command = EscalationCommand::Act { escalation: number, act };
        let wait = WaitingOn::people(state, Scope::Deployment, what, it.since, roles);
        wait.with(Command::Escalation(command))
    };
    match it.state {
        EscalationState::Raised => {
            let level = state.plan.support.as_ref();
            let level = level.and_then(|plan| plan.escalation.get(usize::from(it.paged.level)));
            let who = level.map_or(String::new(), |level| format!(", {}", level.who));
            let what = match it.paged.due {
                Some(due) => format!(
                    "escalation {number} has to be accepted by level {}{who}; the next is paged at {due}",
                    it.paged.level + 1
                ),
                None => format!("escalation {number} has to be accepted{who}"),
            };
            let role = level.and_then(|level| level.role).filter(|role| project.contains(role));
            let roles = role.map_or_else(|| project.to_vec(), |role| vec![role]);
            let mut wait = with(what, &roles, EscalationAct::Accept { at: None });
            if let Some(level) = level.filter(|level| !level.people.is_empty()) {
                wait.people.retain(|it| !level.people.contains(it));
                wait.people.splice(0..0, level.people.iter().cloned());
                wait.people.truncate(super::PEOPLE_MAX);
            }
            wait.next_look = it.paged.due;
            wait
        }
        EscalationState::Accepted => {
            let answer = EscalationAct::Answer {
                kind: model::escalation::AnswerKind::Knowledge,
                text: String::new(),
                release: None,
                rfc: None,
            };
            let what = format!("escalation {number} has to be answered: {}", it.raising.text);
            with(what, &project, answer)
        }
        EscalationState::Rejected => {
            let why = it.rejected.as_deref().unwrap_or_default();
            let what = format!("escalation {number} was rejected: {why}; agree or insist");
            with(what, &[it.side()], EscalationAct::Agree)
        }
        EscalationState::Answered | EscalationState::Closed => {
            let what = format!("the answer to escalation {number} has to be confirmed");
            let confirm = EscalationAct::Confirm { article: None, avoidable: None };
            with(what, &[it.side()], confirm)
        }
    }
}

/// An open problem holds nothing back by itself: nobody is asked for a command.
fn problems(look: &Look<'_>) -> Vec<WaitingOn> {
    let problems = look.state.incidents.problems.iter().zip(1_u32..);
    let open = problems.filter(|(it, _)| it.standing == ProblemStanding::Open);
    open.map(|(it, number)| {
        let what = format!("problem {number} has to be fixed or accepted: {}", it.title);
        let roles = [RoleType::Developer, RoleType::OperationsManager];
        WaitingOn::people(look.state, Scope::Deployment, what, it.since, &roles)
    })
    .collect()
}

fn feedback(look: &Look<'_>) -> Vec<WaitingOn> {
    let feedback = look.state.incidents.feedback.iter().zip(1_u32..);
    let open = feedback.filter(|(it, _)| it.processed.is_none());
    open.map(|(it, feedback)| {
        let what = format!("feedback {feedback} of {} has to be processed: {}", it.from, it.text);
        let roles = [RoleType::ProductManager];
        let wait = WaitingOn::people(look.state, it.scope.clone(), what, it.received, &roles);
        let (decision, answer) = (FeedbackDecision::Answer, String::new());
        let command = IncidentCommand::ProcessFeedback { feedback, decision, answer };
        wait.with(Command::Incident(command))
    })
    .collect()
}
