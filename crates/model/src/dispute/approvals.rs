//! Disputed approvals of requests for change: they do not count until their approver confirms them, or
//! they are set aside and given anew.
//!
//! House rule: nothing that is not begun begins on an approval that somebody doubts.

use super::Disputes;
use crate::id::{PersonId, RfcId};
use crate::state::{RfcStatus, State};
use serde::{Deserialize, Serialize};

/// The sentence that confirming a disputed approval means.
pub const APPROVAL_CONFIRMED: &str = "This approval is mine, and I stand by it.";

/// An approval of a request for change that is disputed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputedApproval {
    /// The dispute.
    pub dispute: u32,
    /// The request for change.
    pub rfc: RfcId,
    /// Whose approval.
    pub by: PersonId,
}

impl Disputes {
    /// Notes that the approvals of `requests` by `person` are disputed.
    pub(super) fn dispute_approvals(
        &mut self,
        dispute: u32,
        person: &PersonId,
        requests: &[RfcId],
    ) {
        for rfc in requests {
            self.forget_approvals(rfc, Some(person));
            let (rfc, by) = (rfc.clone(), person.clone());
            self.approvals.push(DisputedApproval { dispute, rfc, by });
        }
    }

    /// Forgets the disputed approvals of `rfc`, of everybody or of one: they are no more.
    pub(crate) fn forget_approvals(&mut self, rfc: &RfcId, of: Option<&PersonId>) {
        self.approvals.retain(|it| it.rfc != *rfc || of.is_some_and(|of| it.by != *of));
    }
}

impl State {
    /// Returns the approvals of `rfc` that are disputed now.
    pub fn disputed_approvals(&self, rfc: &RfcId) -> Vec<&DisputedApproval> {
        // Most records have no dispute at all.
        if self.disputes.approvals.is_empty() {
            return vec![];
        }
        let given = |by: &PersonId| {
            self.rfc(rfc).is_some_and(|(_, it)| it.approvals.iter().any(|(of, _)| of == by))
        };
        self.disputes.approvals.iter().filter(|it| it.rfc == *rfc && given(&it.by)).collect()
    }

    /// Returns that an approval of `rfc` is disputed, in words that say what leads on.
    pub fn disputed_request(&self, rfc: &RfcId) -> Option<String> {
        let disputed = self.disputed_approvals(rfc);
        let DisputedApproval { dispute, by, .. } = disputed.first()?;
        Some(format!(
            "the approval of {rfc} by {by} is disputed (dispute {dispute}): {by} confirms it, or it is set aside and given anew"
        ))
    }

    /// Returns the approvals of a request that nobody disputes.
    pub fn undisputed_approvals(&self, status: &RfcStatus) -> Vec<(PersonId, u8)> {
        let disputed = self.disputed_approvals(&status.id);
        let counts = |by: &PersonId| !disputed.iter().any(|it| it.by == *by);
        status.approvals.iter().filter(|(by, _)| counts(by)).cloned().collect()
    }
}
