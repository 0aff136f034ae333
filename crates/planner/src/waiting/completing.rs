//! What the review of Deployment Complete waits on: from the second half of the quiet period to
//! the declaration.
//!
//! House rule: nothing waits without saying on what.

use super::WaitingOn;
use super::stable::{accept, asked, names, people};
use super::survey::survey;
use crate::facts::Look;
use jiff::Timestamp;
use model::assessment::{self, AssessmentCommand, Measurement, Verdict};
use model::assignment::{AssignmentCommand, spans_projects};
use model::close_out::{CloseOutCommand, without_owner};
use model::command::Command;
use model::gates::{complete, milestone as gate, team};
use model::guard::{Guard, GuardReading};
use model::id::{LineId, PersonId};
use model::machine::{AssignmentState, MilestoneState};
use model::milestone::{Milestone, MilestoneCommand, Recommendation, ReturnTo};
use model::person::Person;
use model::profile::Profile;
use model::quiet_period::QuietPeriodCommand;
use model::role_type::RoleType;
use model::scope::Scope;
use model::state::State;

const COMPLETE: Milestone = Milestone::Complete;

/// What follows while nobody acts.
const STAYS: &str = "Deployment Complete is not reached, and the project team stays bound to it";

/// How many more quiet days a rejected review asks for, where nobody says otherwise.
const MORE_DAYS: u16 = 7;

/// Returns what can be done before the quiet period, which runs until `ends`, is over.
pub(super) fn ahead(look: &Look<'_>, ends: Timestamp) -> Vec<WaitingOn> {
    if complete::survey_may_open(look.state, look.now).is_err() {
        return vec![];
    }
    let waits = survey(look).into_iter().chain(members(look)).chain(owners(look));
    waits.map(|it| it.binding_from(ends)).collect()
}

/// Returns what the milestone review waits on.
pub(super) fn reviewing(look: &Look<'_>) -> Vec<WaitingOn> {
    let manager = &[RoleType::ProgramManager];
    let told = |what: &str, roles: &[RoleType], command: MilestoneCommand| {
        people(look, what, roles).with(Command::Milestone(command)).if_nobody_acts(STAYS)
    };
    match look.state.milestones.state(COMPLETE) {
        MilestoneState::Pending => criteria_of_gate(look),
        MilestoneState::ReadyForReview => {
            let open = questions(look);
            if !open.is_empty() {
                return open;
            }
            let (invitees, effective) = (vec![], None);
            let convene = MilestoneCommand::Convene { milestone: COMPLETE, invitees, effective };
            let what = "the review of Deployment Complete has to be convened";
            vec![told(what, manager, convene)]
        }
        // Signatures wait for themselves, and what was not met since says so.
        MilestoneState::InReview => {
            let mut waits = criteria_of_gate(look);
            waits.extend(votes(look));
            waits
        }
        MilestoneState::Approved => {
            let declare = MilestoneCommand::Declare { statement: None };
            let what = "everybody has signed: Deployment Complete has to be declared";
            let mut waits = criteria_of_gate(look);
            waits.push(told(what, &[RoleType::SolutionManager], declare));
            waits
        }
        MilestoneState::Rejected => rejected(look),
        MilestoneState::Revoked => vec![],
    }
}

fn rejected(look: &Look<'_>) -> Vec<WaitingOn> {
    let last = look.state.milestones.last(COMPLETE);
    let why = last.and_then(|it| it.reason.clone()).unwrap_or_default();
    let to = last.and_then(|it| it.returns_to);
    if to == Some(ReturnTo::QuietPeriod) {
        let what = format!("Deployment Complete was rejected for more quiet days: {why}");
        let extend = QuietPeriodCommand::Extend { days: MORE_DAYS, reason: String::new() };
        let roles = [RoleType::Customer, RoleType::SolutionManager];
        let wait = people(look, what, &roles).with(Command::QuietPeriod(extend));
        return vec![wait.if_nobody_acts(STAYS)];
    }
    let what = format!("Deployment Complete was rejected and has to be reworked: {why}");
    vec![rework(look, what)]
}

fn rework(look: &Look<'_>, what: String) -> WaitingOn {
    let rework = MilestoneCommand::Rework { milestone: COMPLETE, reason: String::new() };
    let wait = people(look, what, &[RoleType::ProgramManager]);
    wait.with(Command::Milestone(rework)).if_nobody_acts(STAYS)
}

/// Returns that a rejected review is put forward again, once the deployment has gone back.
pub(super) fn to_rework(look: &Look<'_>) -> Option<WaitingOn> {
    let is_rejected = look.state.milestones.state(COMPLETE) == MilestoneState::Rejected;
    is_rejected.then(|| rework(look, "Deployment Complete has to be put forward again".to_owned()))
}

/// Returns what the guards of the milestone wait on.
fn criteria_of_gate(look: &Look<'_>) -> Vec<WaitingOn> {
    let gate = complete::gate(look.state, look.now);
    gate.iter().flat_map(|it| of_guard(look, it)).collect()
}

fn of_guard(look: &Look<'_>, reading: &GuardReading) -> Vec<WaitingOn> {
    let team_and_owners = |look: &Look<'_>| -> Vec<WaitingOn> {
        members(look).into_iter().chain(owners(look)).collect()
    };
    asked(
        look,
        reading,
        &[(Guard::D3, survey), (Guard::D4, team_and_owners), (Guard::D8, criteria)],
    )
    .into_iter()
    .map(|it| it.if_nobody_acts(STAYS))
    .collect()
}

/// Returns who is asked so that nobody of the team is active any more.
fn members(look: &Look<'_>) -> Vec<WaitingOn> {
    let state = look.state;
    // One person alone never leaves, and is put down as done at the end.
    let mut waits = if state.plan.profile == Profile::Solo { vec![] } else { accept(look) };
    let active: Vec<&Person> = state
        .team()
        .filter(|(it, standing)| *standing == AssignmentState::Active && !spans_projects(it))
        .map(|(it, _)| it)
        .collect();
    let of = |known: bool| -> Vec<PersonId> {
        let these = active.iter().filter(|it| team::a2(state, &it.id).is_ok() == known);
        these.map(|it| it.id.clone()).collect()
    };
    let unknown = of(false);
    if !unknown.is_empty() {
        let text = format!("nobody has accepted what they know: {}", names(&unknown));
        let what = String::new();
        let accept = AssignmentCommand::AcceptKnowledge { persons: unknown, what };
        let roles = [RoleType::OperationsManager, RoleType::SupportManager];
        waits.push(people(look, text, &roles).with(Command::Assignment(accept)));
    }
    let persons = of(true);
    if !persons.is_empty() {
        let text = format!("they are still active on the project: {}", names(&persons));
        let finish = AssignmentCommand::Finish { persons, reason: String::new() };
        let wait = people(look, text, &[RoleType::ProgramManager]);
        waits.push(wait.with(Command::Assignment(finish)));
    }
    waits
}

/// Returns who is asked so that everything has a permanent owner.
fn owners(look: &Look<'_>) -> Vec<WaitingOn> {
    let state = look.state;
    let open = without_owner(state);
    let named = |it: &&Scope| state.close_out.owners.get(*it).map(|it| it.owner.clone());
    let mut owners: Vec<PersonId> = open.iter().filter_map(|it| named(&it)).collect();
    owners.sort();
    owners.dedup();
    let of_owner = |owner: PersonId| {
        let roles = state.plan.person(&owner).map(|it| it.roles.clone()).unwrap_or_default();
        let what = format!("{owner} has to accept to own what the project leaves");
        let mut wait = people(look, what, &roles);
        wait.people = vec![owner];
        wait.with(Command::CloseOut(CloseOutCommand::AcceptOwnership)).if_nobody_acts(STAYS)
    };
    let mut waits: Vec<WaitingOn> = owners.into_iter().map(of_owner).collect();
    let unnamed: Vec<Scope> = open.iter().filter(|it| named(it).is_none()).cloned().collect();
    if !unnamed.is_empty() {
        let what = format!("nobody is named to own for good: {}", names(&unnamed));
        let roles = [RoleType::ProgramManager, RoleType::SolutionManager];
        let wait = people(look, what, &roles).if_nobody_acts(STAYS);
        let owner = receiver(state);
        waits.push(match owner {
            Some(owner) => {
                wait.with(Command::CloseOut(CloseOutCommand::NameOwner { scopes: unnamed, owner }))
            }
            None => wait,
        });
    }
    waits
}

/// Returns who would take over what a project leaves: somebody of operations, support or the
/// customer, who is not of the project team.
pub(super) fn receiver(state: &State) -> Option<PersonId> {
    let roles = [RoleType::OperationsManager, RoleType::SupportManager, RoleType::Customer];
    let solo = state.plan.profile == Profile::Solo;
    let is_outside = |it: &&Person| solo || !it.roles.iter().any(|it| it.is_project());
    let people = roles.into_iter().flat_map(|it| state.plan.holders(it));
    people.filter(is_outside).map(|it| it.id.clone()).next()
}

/// Returns who is asked so that every success criterion is evaluated, and met or accepted.
fn criteria(look: &Look<'_>) -> Vec<WaitingOn> {
    let state = look.state;
    let due = assessment::criteria(state);
    let due = due.into_iter().filter(|it| assessment::is_due_at_completion(it.criterion));
    let mut waits: Vec<WaitingOn> = due
        .filter_map(|it| {
            let id = &it.criterion.id;
            match (it.value(), it.accepted) {
                (None, _) => Some(to_measure(look, id, &it.criterion.target)),
                (Some((value, Verdict::NotMet)), None) => {
                    let what = format!("criterion {id} is not met, at {value}");
                    Some(to_accept(look, id, &what))
                }
                (Some(_), _) => None,
            }
        })
        .collect();
    for (id, it) in &state.assessments.items {
        let found = &it.judgement.measurement;
        let is_accepted = state.assessments.acceptance(id, &found.value).is_some();
        if found.verdict == Verdict::NotMet && !is_accepted {
            let what = format!("{} {id} is not met, at {}", it.kind, found.value);
            waits.push(to_accept(look, id, &what));
        }
    }
    waits
}

fn to_measure(look: &Look<'_>, criterion: &LineId, target: &str) -> WaitingOn {
    let what = format!("criterion {criterion} has to be evaluated; its target is {target}");
    let measurement = Measurement {
        value: String::new(),
        verdict: Verdict::Met,
        how: String::new(),
        evidence: vec![],
    };
    let measure = AssessmentCommand::Measure { criterion: criterion.clone(), measurement };
    people(look, what, &[RoleType::ProductManager]).with(Command::Assessment(measure))
}

fn to_accept(look: &Look<'_>, item: &LineId, what: &str) -> WaitingOn {
    let accept = AssessmentCommand::AcceptShortfall { item: item.clone(), reason: String::new() };
    let what = format!("{what}: the customer accepts it as it is, or it changes");
    people(look, what, &[RoleType::Customer]).with(Command::Assessment(accept))
}

/// Returns who is asked for an answer to each key question that lacks one which still holds.
fn questions(look: &Look<'_>) -> Vec<WaitingOn> {
    complete::unanswered(look.state).iter().map(|it| question(look, it)).collect()
}

/// Returns who is asked to answer the key question that stands like `it`.
fn question(look: &Look<'_>, it: &assessment::Standing) -> WaitingOn {
    let (question, text) = (it.question, it.text);
    let what = match &it.answered {
        Some(old) => {
            let evidence = names(&old.evidence);
            let evidence = if old.evidence.is_empty() { "no evidence" } else { &evidence };
            format!(
                "the answer to {question} is stale, since the facts have changed: \"{}\", on {evidence}; {text}",
                old.answer
            )
        }
        None => format!("{question} has to be answered: {text}"),
    };
    let answer = AssessmentCommand::Answer { question, answer: String::new(), evidence: vec![] };
    let wait = people(look, what, question.answered_by()).with(Command::Assessment(answer));
    let (guard, wait) = (Some(Guard::DC1), wait.if_nobody_acts(STAYS));
    WaitingOn { guard, ..wait }
}

/// Returns who is asked for a recommendation, while the review has no quorum.
fn votes(look: &Look<'_>) -> Vec<WaitingOn> {
    let state = look.state;
    if gate::quorum(state).is_ok() {
        return vec![];
    }
    let votes = state.milestones.last(COMPLETE).map(|it| it.votes.as_slice()).unwrap_or_default();
    let lacking = gate::voting(&state.plan).filter(|role| !votes.iter().any(|it| it.role == *role));
    let vote = |role: RoleType| {
        let what = format!("{role} has to recommend whether Deployment Complete is approved");
        let (milestone, recommendation) = (COMPLETE, Recommendation::Go);
        let vote = MilestoneCommand::Vote { milestone, recommendation, reason: None };
        let wait = people(look, what, &[role]).with(Command::Milestone(vote));
        let wait = wait.if_nobody_acts("the review has no quorum, and nobody is asked to sign");
        WaitingOn { guard: Some(Guard::SG1), ..wait }
    };
    lacking.map(vote).collect()
}
