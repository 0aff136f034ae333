//! The gate of an early end (TR1 to TR3).
//!
//! Source: Deploy SMF, Table 1, "Solution Manager", as worked out in `catalogue/guards.psv`.

use super::parts::Lack;
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
    vec![
        read(Guard::TR1, tr1(state)),
        read(Guard::TR2, tr2(state)),
        state.reading_of_parts(Guard::TR3, &[Scope::Deployment], now, tr3(state)),
    ]
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

/// TR3: the termination report is signed, with its reason and what is to be learnt. Of this only the
/// customer's signature may be waived, where the customer cannot be reached.
pub fn tr3(state: &State) -> Vec<Lack> {
    let mut lacks = Vec::new();
    if state.termination.lessons.is_none() {
        let roles = [RoleType::SolutionManager, RoleType::ProgramManager];
        lacks.push(Lack::never("what is to be learnt is not put down", &roles));
    }
    for slot in Sheet::Termination.slots() {
        if state.is_signed(&slot) {
            continue;
        }
        let unsigned = || format!("the termination report is not signed by {}", slot.role);
        let text = state.disputed_slot(&slot).unwrap_or_else(unsigned);
        let is_customer = slot.role == RoleType::Customer;
        lacks.push(if is_customer {
            Lack::of("customer", text, &[slot.role])
        } else {
            Lack::never(text, &[slot.role])
        });
    }
    lacks
}
