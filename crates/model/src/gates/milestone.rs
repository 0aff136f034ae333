//! The gates of the milestones: M1 to M3.
//!
//! Source: Deploy SMF, Processes 3 and 4, as worked out in `catalogue/guards.psv`.

use super::{Found, complete, stable};
use crate::guard::{GuardReading, Supplier, Verdict};
use crate::milestone::Milestone;
use crate::state::State;
use jiff::Timestamp;

/// Returns what the guards read that must pass before `milestone` is reviewed.
pub fn readings(state: &State, milestone: Milestone, now: Timestamp) -> Vec<GuardReading> {
    match milestone {
        Milestone::Stable => stable::gate(state, now),
        Milestone::Complete => complete::gate(state, now),
    }
}

/// M1: every guard of the milestone's gate is met or waived.
pub fn m1(readings: &[GuardReading]) -> Found {
    match readings.iter().find(|it| !it.verdict.passes()) {
        None => Ok(()),
        Some(first) => {
            let (missing, supplier) = match &first.verdict {
                Verdict::Unmet { missing, supplier } => (missing.clone(), supplier.clone()),
                Verdict::Unknown { missing } => (missing.clone(), Supplier::System),
                Verdict::Met | Verdict::Waived { .. } => (String::new(), Supplier::System),
            };
            Err((format!("{}: {missing}", first.guard), supplier))
        }
    }
}
