//! The gates of the milestones: M1 to M3.
//!
//! Source: Deploy SMF, Processes 3 and 4, as worked out in `catalogue/guards.psv`.

use super::{Found, complete, stable};
use crate::digest::Digest;
use crate::guard::{GuardReading, Supplier, Verdict};
use crate::milestone::Milestone;
use crate::plan::MasterProjectPlan;
use crate::role_type::RoleType;
use crate::sheet::SlotId;
use crate::state::State;
use jiff::Timestamp;

/// Returns what the guards read that must pass before `milestone` is reviewed.
pub fn readings(state: &State, milestone: Milestone, now: Timestamp) -> Vec<GuardReading> {
    match milestone {
        Milestone::Stable => stable::gate(state, now),
        Milestone::Complete => complete::gate(state, now),
    }
}

/// Returns the role types whose holders sign `slot`: where the plan names nobody for support,
/// operations answers for it.
pub fn signers(plan: &MasterProjectPlan, slot: &SlotId) -> Vec<RoleType> {
    if slot.role == RoleType::SupportManager {
        return super::readiness::support(plan);
    }
    vec![slot.role]
}

/// The role types beside the project's nine that recommend in a review.
const VOTING_OUTSIDE: [RoleType; 3] =
    [RoleType::OperationsManager, RoleType::SupportManager, RoleType::Customer];

/// Returns the role types that recommend in a review.
pub fn recommending() -> impl Iterator<Item = RoleType> {
    RoleType::PROJECT.iter().chain(&VOTING_OUTSIDE).copied()
}

/// Returns the role types that recommend in a review and that somebody holds.
pub fn voting(plan: &MasterProjectPlan) -> impl Iterator<Item = RoleType> + '_ {
    recommending().filter(|role| plan.holders(*role).next().is_some())
}

/// SG1 of the milestone review: it has a quorum, which is more than half of the role types that
/// recommend. Without one nobody is asked to sign.
pub fn quorum(state: &State) -> Found {
    let votes = state.milestones.last(Milestone::Complete).map(|it| it.votes.as_slice());
    let votes = votes.unwrap_or_default();
    let has_voted = |role: &RoleType| votes.iter().any(|it| it.role == *role);
    let all: Vec<RoleType> = voting(&state.plan).collect();
    let lacking: Vec<RoleType> = all.iter().copied().filter(|it| !has_voted(it)).collect();
    let present = all.len() - lacking.len();
    if present * 2 > all.len() {
        return Ok(());
    }
    let text =
        format!("the review has no quorum: {present} of {} role types recommended", all.len());
    super::missing(text, &lacking)
}

/// M2: every slot but `last` is signed on this very document.
pub fn m2(state: &State, last: &SlotId, document: Digest) -> Found {
    for slot in last.sheet.slots().into_iter().filter(|it| it != last) {
        let status = state.slots.get(&slot);
        let is_signed = status.is_some_and(|it| it.document == document) && state.is_signed(&slot);
        if let Some(said) = state.disputed_slot(&slot) {
            return super::missing(said, &[slot.role]);
        }
        if !is_signed {
            let text = format!("{slot} is not signed on this sheet");
            return super::missing(text, &[slot.role]);
        }
    }
    Ok(())
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
