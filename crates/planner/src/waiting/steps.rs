//! What the steps of a component or site wait on: people's steps, decisions, further tries.
//!
//! House rule: nothing waits without saying on what.

use super::WaitingOn;
use crate::agenda::what_breaks;
use crate::facts::Look;
use jiff::{SignedDuration, Timestamp};
use model::command::Command;
use model::event::StepDecision;
use model::role_type::RoleType;
use model::run::{Run, TrackState};
use model::scope::Scope;
use model::work::{Next, next_on};

/// Returns the people's steps that have been asked for at `scope`.
pub(super) fn asked(look: &Look<'_>, scope: &Scope) -> Vec<WaitingOn> {
    let state = look.state;
    let Some(run) = state.run(scope) else { return vec![] };
    let asked = run.tracks.iter().filter(|it| it.state == TrackState::Asked);
    asked
        .filter_map(|track| {
            // The name of the step is that of the next order; only its words are wanted here.
            let Ok(Some(Next::Ask { instructions, role, .. })) = next_on(state, scope, track)
            else {
                return None;
            };
            let since = state.orders.values().filter(|it| it.scope == *scope && it.asked.is_some());
            let since = since.map(|it| it.since).min().unwrap_or(state.at);
            let computer = match scope {
                Scope::Component(id) => state.component(id).map(|(it, _)| it.hosts.as_slice()),
                Scope::Site(id) => state.site(id).map(|(it, _)| it.computers.as_slice()),
                Scope::Deployment | Scope::Core | Scope::Ring(_) | Scope::Rfc(_) => None,
            };
            let computer = computer.and_then(|it| it.get(track.computer as usize));
            let command = Command::Confirm {
                scope: scope.clone(),
                computer: computer.map(|it| it.id.clone()),
                done: true,
                evidence: None,
            };
            let text = format!("somebody has to do this: {instructions}");
            Some(WaitingOn::people(state, scope.clone(), text, since, &[role]).with(command))
        })
        .collect()
}

/// Returns when what goes back since `since`, and may take `limit_s` seconds, is late: it goes on while
/// the deployment is held.
pub(super) fn deadline_back(since: Timestamp, limit_s: u32) -> Option<Timestamp> {
    since.checked_add(SignedDuration::from_secs(i64::from(limit_s))).ok()
}

/// Returns that what is being carried out at `scope` should have been over, if it should: it is late
/// once it `ends`.
pub(super) fn overdue(
    look: &mut Look<'_>,
    scope: &Scope,
    ends: Option<Timestamp>,
) -> Option<WaitingOn> {
    look.again(ends);
    let ends = ends?;
    let state = look.state;
    if look.now < ends || !state.run(scope).is_some_and(Run::is_busy) {
        return None;
    }
    if state.cancelled.contains_key(&scope.to_string()) {
        let text = format!("it is past its deadline, {ends}, and is being stopped");
        return Some(WaitingOn::system(scope.clone(), text, ends));
    }
    let text = format!(
        "it is past its deadline, {ends}: somebody waits for what is being carried out, or stops it"
    );
    let roles = [RoleType::ReleaseManagement, RoleType::OperationsManager];
    let command = Command::CancelOrders { scope: scope.clone(), reason: String::new() };
    let wait = WaitingOn::people(state, scope.clone(), text, ends, &roles);
    Some(wait.with(command).advisable())
}

/// Returns that more went wrong at `scope` than is tolerated, where what is being carried out there comes to
/// its end before it is halted and people are asked.
pub(super) fn breaking(
    look: &Look<'_>,
    scope: &Scope,
    since: Timestamp,
    success_percent_min: u8,
) -> Option<WaitingOn> {
    let run = look.state.run(scope)?;
    let what = what_breaks(look, scope, run, success_percent_min)?;
    let text = format!("{what}; it is halted once what is being carried out beside has ended");
    Some(WaitingOn::system(scope.clone(), text, since))
}

/// Returns the further tries that wait for their time at `scope`.
pub(super) fn retries(look: &Look<'_>, scope: &Scope) -> Vec<WaitingOn> {
    let Some(run) = look.state.run(scope) else { return vec![] };
    let waiting = run.tracks.iter().filter(|it| it.state == TrackState::Waiting);
    let next = waiting.filter_map(|it| it.not_before).filter(|it| *it > look.now).min();
    next.map(|at| {
        let text = "a step failed and is tried again".to_owned();
        WaitingOn::time(scope.clone(), text, look.state.at, at)
    })
    .into_iter()
    .collect()
}

/// Returns the decision that a halted component or site waits on.
pub(super) fn halted(
    look: &Look<'_>,
    scope: &Scope,
    since: Timestamp,
    reason: Option<&str>,
) -> Vec<WaitingOn> {
    let state = look.state;
    let why = reason.unwrap_or("no reason was recorded");
    let has = |wanted: TrackState| {
        state.run(scope).is_some_and(|run| run.tracks.iter().any(|it| it.state == wanted))
    };
    let roles = [RoleType::ReleaseManagement];
    let (what, command) = if has(TrackState::Unknown) {
        let what = format!(
            "it is halted, and nobody knows whether a step had an effect: {why}; somebody looks and says `done`, `not-done` or `failed`"
        );
        let command = Command::Decide {
            scope: scope.clone(),
            computers: first_unknown(look, scope),
            decision: StepDecision::NotDone,
            reason: String::new(),
        };
        (what, command)
    } else {
        let what =
            format!("it is halted: {why}; somebody retries, ignores, excludes or rolls back");
        (what, Command::Resume { scope: scope.clone(), reason: String::new() })
    };
    vec![WaitingOn::people(state, scope.clone(), what, since, &roles).with(command)]
}

/// Returns the first computer at `scope` of which nobody knows whether a step had an effect: they
/// are looked at one by one.
fn first_unknown(look: &Look<'_>, scope: &Scope) -> Vec<model::id::ComputerId> {
    let state = look.state;
    let computers = match scope {
        Scope::Component(id) => state.component(id).map(|(it, _)| it.hosts.as_slice()),
        Scope::Site(id) => state.site(id).map(|(it, _)| it.computers.as_slice()),
        Scope::Deployment | Scope::Core | Scope::Ring(_) | Scope::Rfc(_) => None,
    };
    let tracks = state.run(scope).map(|it| it.tracks.as_slice()).unwrap_or_default();
    let mut unknown = tracks.iter().filter(|it| it.state == TrackState::Unknown);
    let first = unknown.next().and_then(|it| computers?.get(it.computer as usize));
    first.map(|it| it.id.clone()).into_iter().collect()
}
