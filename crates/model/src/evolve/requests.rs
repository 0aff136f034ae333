//! What happens to a request for change, and what becomes of its approvals under another plan.
//!
//! House rule: an approval is of one digest at one level, and ends with either.

use super::Impossible;
use crate::dispute::Means;
use crate::id::PersonId;
use crate::machine::Transition;
use crate::machine::request_for_change::{RfcState, RfcTransition};
use crate::plan::MasterProjectPlan;
use crate::state::RfcStatus;
use crate::state_index::StateIndex;
use jiff::Timestamp;

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
            withdrawn(status);
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
            withdrawn(status);
        }
    }
}

/// Returns whether nothing is left of what let the request run before, of which somebody may dispute a part.
pub(super) fn is_anew(status: &RfcStatus, transition: RfcTransition) -> bool {
    let goes_on = status.was_emergency && transition != RfcTransition::EmergencyAuthorised;
    status.approvals.is_empty() && !goes_on
}

/// Notes an approval, with when it was given and by what, and for whom.
pub(super) fn approved(
    status: &mut RfcStatus,
    approval: (PersonId, u8),
    given: (Timestamp, Means),
    on_behalf_of: Option<PersonId>,
) {
    status.given.resize(status.approvals.len(), None);
    // Most approve for themselves.
    if on_behalf_of.is_some() || !status.on_behalf_of.is_empty() {
        status.on_behalf_of.resize(status.approvals.len(), None);
        status.on_behalf_of.push(on_behalf_of);
    }
    status.approvals.push(approval);
    status.given.push(Some(given));
}

/// Lets the approvals by `person` not count any more: for whom they were given, nobody has spoken.
pub(super) fn set_aside(status: &mut RfcStatus, person: &PersonId) {
    let stands: Vec<bool> = status.approvals.iter().map(|(by, _)| by != person).collect();
    keep(&mut status.approvals, &stands);
    keep(&mut status.given, &stands);
    keep(&mut status.on_behalf_of, &stands);
}

/// Leaves of `all` those whose place in `stands` says so.
fn keep<T>(all: &mut Vec<T>, stands: &[bool]) {
    let mut stands = stands.iter();
    all.retain(|_| stands.next().is_some_and(|it| *it));
}

/// Lets no approval count any more.
pub(super) fn withdrawn(status: &mut RfcStatus) {
    status.approvals.clear();
    status.given.clear();
    status.on_behalf_of.clear();
}
