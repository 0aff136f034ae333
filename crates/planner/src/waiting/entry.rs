//! What the entry to deployment waits on: each guard of the baseline, and the Release Readiness
//! decision, with the command of whoever can supply what is missing.
//!
//! House rule: nothing waits without saying on what.

use super::WaitingOn;
use crate::facts::Look;
use model::command::Command;
use model::companion_plans::{Experience, StrategyDecision};
use model::gates;
use model::gates::entry::ACCEPTING_ISSUES;
use model::guard::{Guard, GuardReading};
use model::milestone::Recommendation;
use model::profile::Profile;
use model::release::ReadinessDecision;
use model::release_readiness::{ReadinessReview, ReleaseReadinessCommand, criteria_digest};
use model::role_type::RoleType;
use model::scope::Scope;

fn people(look: &Look<'_>, what: impl Into<String>, roles: &[RoleType]) -> WaitingOn {
    let since = look.state.deployment_since;
    WaitingOn::people(look.state, Scope::Deployment, what, since, roles)
}

fn of_guard(guard: Guard, wait: WaitingOn, command: ReleaseReadinessCommand) -> WaitingOn {
    let waivable_by = guard.waiver().authority().to_vec();
    let wait = WaitingOn { guard: Some(guard), waivable_by, ..wait };
    wait.with(Command::ReleaseReadiness(command))
}

/// Returns what one guard of the baseline waits on.
#[expect(clippy::wildcard_enum_match_arm, reason = "whatever else there is, is treated alike")]
pub(super) fn of_baseline(look: &Look<'_>, reading: &GuardReading) -> Vec<WaitingOn> {
    let state = look.state;
    let since = state.deployment_since;
    let Some(wait) = WaitingOn::guard(state, &Scope::Deployment, reading, since) else {
        return vec![];
    };
    match reading.guard {
        Guard::E4 if !state.plan.success_criteria.is_empty() => {
            let criteria = criteria_digest(&state.plan);
            vec![of_guard(
                Guard::E4,
                wait,
                ReleaseReadinessCommand::AcknowledgeCriteria { criteria },
            )]
        }
        Guard::E7 if state.plan.release.known_issues.iter().all(|it| it.severity > 1) => {
            let issues = state.issues_digest();
            let given: Vec<RoleType> = state.issues_accepted_by().collect();
            let lacking = ACCEPTING_ISSUES.iter().filter(|it| !given.contains(it));
            lacking
                .map(|role| {
                    let text = format!("{role} has to accept the known issues");
                    let command = ReleaseReadinessCommand::AcceptKnownIssues { issues };
                    of_guard(Guard::E7, people(look, text, &[*role]), command)
                })
                .collect()
        }
        Guard::E8 if state.strategy().is_none() => {
            let waivable_by = Guard::E8.waiver().authority().to_vec();
            let wait = WaitingOn { guard: Some(Guard::E8), waivable_by, ..wait };
            vec![wait.with(decide(look))]
        }
        _ => vec![wait],
    }
}

/// Returns what the Release Readiness decision waits on; nothing where the release may go.
pub(super) fn reviewed(look: &Look<'_>) -> Vec<WaitingOn> {
    let state = look.state;
    let e1 = gates::e1(state);
    let reading = state.reading(Guard::E1, &[Scope::Deployment], look.now, e1);
    let since = state.deployment_since;
    let Some(wait) = WaitingOn::guard(state, &Scope::Deployment, &reading, since) else {
        return vec![];
    };
    let release = state.release_digest();
    let decided = state.readiness_decision().filter(|it| it.release == release);
    match decided.map(|it| it.decision) {
        Some(ReadinessDecision::NoGo) => vec![wait],
        Some(ReadinessDecision::Go | ReadinessDecision::GoWithConditions) => conditions(look),
        None => undecided(look, &wait),
    }
}

/// Returns `waits` of a start, with what people tell Landfall where the entry is what is missing.
pub(super) fn with_commands(look: &Look<'_>, waits: Vec<WaitingOn>) -> Vec<WaitingOn> {
    let supplied = |wait: WaitingOn| match wait.guard {
        Some(Guard::E1) => reviewed(look),
        Some(Guard::E7) => {
            let issues = look.state.issues_digest();
            let place = String::new();
            let command = ReleaseReadinessCommand::PublishKnownIssues { issues, place };
            vec![wait.with(Command::ReleaseReadiness(command))]
        }
        Some(Guard::C3) if look.state.strategy().is_some() && look.state.experience().is_none() => {
            let experience = Experience::Similar(String::new());
            let command = ReleaseReadinessCommand::TellExperience { experience };
            vec![wait.with(Command::ReleaseReadiness(command))]
        }
        Some(Guard::C3) => vec![wait.with(decide(look))],
        Some(Guard::RF3) => vec![super::changes::conflict(look, wait)],
        Some(Guard::C5) => vec![super::components::prechecked(look, wait)],
        Some(_) | None => vec![wait],
    };
    waits.into_iter().flat_map(supplied).collect()
}

/// Returns the command with which a strategy is decided today.
fn decide(look: &Look<'_>) -> Command {
    let decision = StrategyDecision {
        on: look.now.to_zoned(look.state.plan.zone.rules()).date(),
        by: vec![RoleType::ProgramManager],
        infrastructure: String::new(),
        sites: String::new(),
        experience: None,
    };
    Command::ReleaseReadiness(ReleaseReadinessCommand::DecideStrategy { decision })
}

/// Returns who has to close each condition that is open.
fn conditions(look: &Look<'_>) -> Vec<WaitingOn> {
    let open = look.state.open_conditions().into_iter();
    open.map(|it| {
        let text = format!(
            "condition {} of Release Readiness is open until {}: {}",
            it.id, it.due, it.text
        );
        let mut wait = people(look, text, &[RoleType::ProgramManager]);
        wait.people.retain(|person| *person != it.owner);
        wait.people.insert(0, it.owner.clone());
        let (condition, evidence) = (it.id.clone(), String::new());
        of_guard(Guard::E1, wait, ReleaseReadinessCommand::CloseCondition { condition, evidence })
    })
    .collect()
}

/// Returns who has to declare the release final, who to vote, and who to decide.
fn undecided(look: &Look<'_>, wait: &WaitingOn) -> Vec<WaitingOn> {
    let state = look.state;
    let release = state.release_digest();
    let mut waits = Vec::new();
    if state.plan.profile != Profile::Solo {
        if !state.is_declared_final() {
            let roles = [RoleType::TestManager, RoleType::ReleaseManagement];
            let wait = people(look, "the release has to be declared final", &roles);
            let command = ReleaseReadinessCommand::DeclareFinal { release, tests: String::new() };
            waits.push(of_guard(Guard::E1, wait, command));
        }
        let voted =
            |role: &RoleType| state.release_readiness.votes_on(release).any(|it| it.role == *role);
        let is_held = |role: &RoleType| state.plan.holders(*role).next().is_some();
        for role in RoleType::PROJECT.iter().filter(|it| is_held(it) && !voted(it)) {
            let text = format!("{role} has to vote on the release");
            let (recommendation, reason) = (Recommendation::Go, None);
            let command = ReleaseReadinessCommand::Vote { release, recommendation, reason };
            waits.push(of_guard(Guard::E1, people(look, text, &[*role]), command));
        }
    }
    if waits.is_empty() {
        let review = ReadinessReview {
            release,
            on: look.now.to_zoned(state.plan.zone.rules()).date(),
            decision: ReadinessDecision::Go,
            votes: vec![],
            conditions: vec![],
            reason: None,
            minutes: None,
        };
        let command = ReleaseReadinessCommand::Review { review: Box::new(review) };
        waits.push(of_guard(Guard::E1, wait.clone(), command));
    }
    waits
}
