//! What a loss of the record's history waits on, and a clock that cannot be relied on.
//!
//! House rule: nothing waits without saying on what; in quarantine everything waits on two people.

use super::WaitingOn;
use model::command::Command;
use model::decide::history::{ACCEPT_CLOCK, who_accepts_loss};
use model::history::{HistoryCommand, Loss, act_name};
use model::role_type::RoleType;
use model::scope::Scope;
use model::state::State;

/// Returns what a deployment in quarantine waits on: those who have not accepted `loss` yet.
pub fn quarantine(state: &State, loss: &Loss) -> WaitingOn {
    let given = state.concurrences.get(&act_name(loss)).map(Vec::as_slice).unwrap_or_default();
    let lacks = |role: &RoleType| !given.iter().any(|it| it.role == *role);
    let lacking: Vec<RoleType> = who_accepts_loss(state).into_iter().filter(lacks).collect();
    let what = format!("history was lost, and nothing starts until two people accept it: {loss}");
    let (loss, reason) = (loss.clone(), String::new());
    let command = Command::History(HistoryCommand::AcceptLoss { loss, reason });
    WaitingOn::people(state, Scope::Deployment, what, state.at, &lacking).with(command)
}

/// Returns what a deployment waits on of which something is due while no server works on it.
pub fn unserved(state: &State) -> WaitingOn {
    let what = "no server works on it: `landfall serve` does what is due";
    let roles = [RoleType::ReleaseManagement, RoleType::OperationsManager];
    WaitingOn::people(state, Scope::Deployment, what, state.at, &roles)
}

/// Returns what everything waits on while nobody knows what time it is.
pub(super) fn clock(state: &State) -> Option<WaitingOn> {
    let (since, doubt) = state.history.clock.as_ref()?;
    let what =
        format!("{doubt}: nothing begins until it is set right, or somebody says that it is");
    let command = Command::History(HistoryCommand::AcceptClock { reason: String::new() });
    Some(WaitingOn::people(state, Scope::Deployment, what, *since, &ACCEPT_CLOCK).with(command))
}
