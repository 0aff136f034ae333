//! The gate of an early end (TR1 to TR3).
//!
//! Source: Deploy SMF, Table 1, "Solution Manager", as worked out in `catalogue/guards.psv`.

use super::{Found, missing};
use crate::guard::{Guard, GuardReading};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::sheet::Sheet;
use crate::state::State;
use crate::termination::{Disposition, begun, is_executed};
use jiff::Timestamp;

/// Returns what the guards of completing a termination read.
pub fn gate(state: &State, now: Timestamp) -> Vec<GuardReading> {
    let read = |guard, found| state.reading(guard, &[Scope::Deployment], now, found);
    vec![read(Guard::TR1, tr1(state)), read(Guard::TR2, tr2(state)), read(Guard::TR3, tr3(state))]
}

/// TR1: it is decided what becomes of each component and site, and done.
pub fn tr1(state: &State) -> Found {
    let all = begun(state);
    if let Some(open) = all.iter().find(|it| !state.termination.dispositions.contains_key(it)) {
        let roles = [RoleType::SolutionManager, RoleType::ProgramManager];
        return missing(format!("it is not decided what becomes of {open}"), &roles);
    }
    match all.iter().find(|it| !is_executed(state, it)) {
        None => Ok(()),
        Some(open) => {
            missing(format!("{open} has not gone back yet"), &[RoleType::ReleaseManagement])
        }
    }
}

/// TR2: operations and support accept what stays.
pub fn tr2(state: &State) -> Found {
    let mut decided = state.termination.dispositions.values();
    if !decided.any(|it| it.disposition != Disposition::RollBack) {
        return Ok(());
    }
    let takers = [RoleType::OperationsManager, RoleType::SupportManager];
    let lacking: Vec<RoleType> = takers
        .into_iter()
        .filter(|it| state.plan.holders(*it).next().is_some())
        .filter(|it| !state.termination.accepted.contains(it))
        .collect();
    match lacking.first() {
        None => Ok(()),
        Some(first) => missing(format!("{first} has not accepted what stays"), &[*first]),
    }
}

/// TR3: the termination report is signed, with its reason and what is to be learnt.
pub fn tr3(state: &State) -> Found {
    if state.termination.lessons.is_none() {
        let roles = [RoleType::SolutionManager, RoleType::ProgramManager];
        return missing("what is to be learnt is not put down", &roles);
    }
    if state.is_locked(&Sheet::Termination) {
        return Ok(());
    }
    let roles = [RoleType::SolutionManager, RoleType::Customer];
    missing("the termination report is not signed", &roles)
}
