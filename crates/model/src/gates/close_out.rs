//! The gate of closing (K1 to K8).
//!
//! Source: Deploy SMF, Process 4, Table 7, "Review and close out the project", as worked out in
//! `catalogue/guards.psv`.

use super::{Found, missing};
use crate::close_out::{contributors, open_items, with_access};
use crate::guard::{Guard, GuardReading};
use crate::machine::{RfcState, RfcTransition, Transition};
use crate::milestone::Milestone;
use crate::rfc::RequestForChange;
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::sheet::Sheet;
use crate::state::{RfcStatus, State};
use jiff::Timestamp;

/// Returns what the guards read that must pass before the close-out report is signed.
pub fn gate(state: &State, now: Timestamp) -> Vec<GuardReading> {
    let read = |guard, found| state.reading(guard, &[Scope::Deployment], now, found);
    vec![
        read(Guard::K1, k1(state)),
        read(Guard::K2, k2(state)),
        read(Guard::K4, k4(state)),
        read(Guard::K5, k5(state)),
        read(Guard::K6, k6(state)),
        read(Guard::K8, k8(state)),
    ]
}

/// Returns what the signatures and the evidence package read.
pub fn last(state: &State, now: Timestamp) -> Vec<GuardReading> {
    let read = |guard, found| state.reading(guard, &[Scope::Deployment], now, found);
    vec![read(Guard::K3, k3(state)), read(Guard::K7, k7(state))]
}

/// K1: Deployment Complete is approved.
pub fn k1(state: &State) -> Found {
    match state.milestones.approved(Milestone::Complete) {
        Some(_) => Ok(()),
        None => missing("Deployment Complete is not approved", &[RoleType::SolutionManager]),
    }
}

/// K2: everybody who was asked contributed to the post-project analysis, or declined.
pub fn k2(state: &State) -> Found {
    let has = |role: &RoleType| state.close_out.has_contribution(*role);
    let lacking: Vec<RoleType> = contributors(state).into_iter().filter(|it| !has(it)).collect();
    match lacking.first() {
        None => Ok(()),
        Some(first) => {
            let more = lacking.len() - 1;
            let more = if more == 0 { String::new() } else { format!(", nor did {more} more") };
            let text = format!("{first} has not contributed to the post-project analysis{more}");
            missing(text, &[*first])
        }
    }
}

/// K3: the close-out report is signed.
pub fn k3(state: &State) -> Found {
    if state.stands(&Sheet::CloseOut) {
        return Ok(());
    }
    if let Some(said) = state.disputed(&Sheet::CloseOut) {
        return missing(said, &crate::decide::dispute::MINDS_SIGNATURES);
    }
    let roles: Vec<RoleType> = Sheet::CloseOut.slots().iter().map(|it| it.role).collect();
    missing("the close-out report is not signed", &roles)
}

/// K4: every request for change is closed, but for what left the plan before it was begun.
pub fn k4(state: &State) -> Found {
    let is_open =
        |it: RfcState| !matches!(it, RfcState::Closed | RfcState::Rejected | RfcState::Cancelled);
    let is_template = |it: &RfcStatus| {
        let planned = state.request(&it.id);
        it.state == RfcState::Draft && planned.is_some_and(RequestForChange::is_template)
    };
    let is_given_up = |it: &RfcStatus| {
        state.request(&it.id).is_none() && RfcTransition::Cancelled.follows(it.state).is_some()
    };
    let is_owed = |it: &&RfcStatus| is_open(it.state) && !is_template(it) && !is_given_up(it);
    match state.rfcs.iter().find(is_owed) {
        None => Ok(()),
        Some(rfc) => {
            let text = format!("{} is {}, not closed", rfc.id, rfc.state);
            missing(text, &[RoleType::ReleaseManagement, RoleType::ChangeAuthority])
        }
    }
}

/// K5: nothing is open without an owner outside the project who accepted it.
pub fn k5(state: &State) -> Found {
    let items = open_items(state);
    let mut open = items.iter().filter(|it| !it.is_settled());
    match open.next() {
        None => Ok(()),
        Some(first) => {
            let more = open.count();
            let more = if more == 0 { String::new() } else { format!(", and {more} more") };
            let text = format!("{} is open{more}: {}", first.item, first.text);
            missing(text, &[RoleType::ProgramManager, RoleType::SolutionManager])
        }
    }
}

/// K6: the project team's production access is revoked, and operations confirms it.
pub fn k6(state: &State) -> Found {
    if let Some(first) = with_access(state).first() {
        let text = format!("the production access of {first} is not revoked");
        return missing(text, &[RoleType::OperationsManager, RoleType::ReleaseManagement]);
    }
    match state.close_out.access_confirmed {
        Some(_) => Ok(()),
        None => missing(
            "operations has not confirmed that nobody of the project has access",
            &[RoleType::OperationsManager],
        ),
    }
}

/// K7: the evidence package is exported, verified offline and stored.
pub fn k7(state: &State) -> Found {
    if state.close_out.package.is_some() {
        return Ok(());
    }
    let roles =
        [RoleType::OperationsManager, RoleType::ReleaseManagement, RoleType::ProgramManager];
    missing("the evidence package is not stored", &roles)
}

/// K8: there are lessons, with owners, and the review of the benefits has a day.
pub fn k8(state: &State) -> Found {
    if state.close_out.lessons.is_empty() {
        return missing("no lesson was put down", &[RoleType::ProgramManager]);
    }
    if state.close_out.benefit.is_none() {
        let roles = [RoleType::ProductManager, RoleType::ProgramManager];
        return missing("the review of the benefits has no day", &roles);
    }
    Ok(())
}
