//! The gates of Deployment Stable and of the quiet period: ST1 to ST8, Q1 to Q4, D1 and D4.
//!
//! Source: Deploy SMF, Process 3, Table 6, as worked out in `catalogue/guards.psv`.

use super::{Found, missing};
use crate::guard::{Guard, GuardReading};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::sheet::Sheet;
use crate::state::State;
use jiff::Timestamp;

/// Returns what the guards of Deployment Stable read, but for the signatures (ST8).
pub fn gate(state: &State, now: Timestamp) -> Vec<GuardReading> {
    let read = |guard, found| state.reading(guard, &[Scope::Deployment], now, found);
    vec![read(Guard::ST1, st1(state))]
}

/// ST1: the sheet of all sites is signed.
pub fn st1(state: &State) -> Found {
    if state.is_locked(&Sheet::SitesComplete) {
        return Ok(());
    }
    missing(
        "the sheet of all sites is not signed",
        &[RoleType::ReleaseManagement, RoleType::ProgramManager, RoleType::ProductManager],
    )
}
