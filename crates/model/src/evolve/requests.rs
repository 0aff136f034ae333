//! What happens to a request for change, and what becomes of its approvals under another plan.
//!
//! House rule: an approval is of one digest at one level, and ends with either.

use super::Impossible;
use crate::machine::Transition;
use crate::machine::request_for_change::{RfcState, RfcTransition};
use crate::plan::MasterProjectPlan;
use crate::state::RfcStatus;
use crate::state_index::StateIndex;

/// Moves a request on.
pub(super) fn happened(
    status: &mut RfcStatus,
    transition: RfcTransition,
    reason: Option<&str>,
    at: jiff::Timestamp,
) -> Result<(), Impossible> {
    status.state = transition.attempt(&status.id, status.state)?;
    status.since = at;
    match status.state {
        RfcState::Draft => {
            status.approvals.clear();
            status.on_behalf.clear();
            (status.part, status.until) = (None, None);
            (status.was_emergency, status.ended) = (false, None);
        }
        RfcState::EmergencyAuthorised => status.was_emergency = true,
        RfcState::Implemented | RfcState::BackedOut => status.ended = Some(at),
        RfcState::Submitted
        | RfcState::Assessing
        | RfcState::Authorised
        | RfcState::Scheduled
        | RfcState::Implementing
        | RfcState::Reviewed
        | RfcState::Closed
        | RfcState::Rejected
        | RfcState::Cancelled => {}
    }
    // Of a classification it is the category, which stands in a place of its own.
    if transition == RfcTransition::Classified {
        status.category = reason.and_then(|it| it.parse().ok());
        status.reason = None;
    } else {
        status.reason = reason.map(str::to_owned);
    }
    Ok(())
}

/// Clears the approvals of whatever `after` authorises otherwise than `before`, before it is
/// authorised too.
pub(super) fn keep_approvals(
    rfcs: &mut [RfcStatus],
    before: (&MasterProjectPlan, &StateIndex),
    after: (&MasterProjectPlan, &StateIndex),
) {
    let levels = |plan: &MasterProjectPlan, status: &RfcStatus| {
        plan.rfc(&status.id).map(|it| it.levels.clone())
    };
    for (status, part) in rfcs.iter_mut().zip(&after.1.parts) {
        let known = before.1.rfcs.get(&status.id);
        let known = known.and_then(|it| before.1.parts.get(*it as usize));
        let same_levels = levels(before.0, status) == levels(after.0, status);
        if known.is_some_and(|it| it != part || !same_levels) {
            status.approvals.clear();
            status.on_behalf.clear();
        }
    }
}
