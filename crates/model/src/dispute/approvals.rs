//! Disputed approvals of requests for change, those of emergencies too: they do not count until their
//! approver confirms them, or they are set aside and given anew.
//!
//! House rule: nothing that is not begun begins on an approval that somebody doubts.

use super::{Disputes, Means};
use crate::change_schedule::Emergency;
use crate::id::{PersonId, RfcId};
use crate::machine::RfcState;
use crate::state::{RfcStatus, State};
use jiff::Timestamp;
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
            self.rfc(rfc).is_some_and(|(_, it)| {
                let authorised = self.authorised_as_emergency(it).and_then(|it| it.by.as_ref());
                it.approvals.iter().any(|(of, _)| of == by) || authorised == Some(by)
            })
        };
        self.disputes.approvals.iter().filter(|it| it.rfc == *rfc && given(&it.by)).collect()
    }

    /// Returns the emergency as which a request was authorised, where it rests on that.
    fn authorised_as_emergency(&self, status: &RfcStatus) -> Option<&Emergency> {
        self.change_schedule.emergencies.get(&status.id).filter(|_| status.was_emergency)
    }

    /// Returns whether `person` has authorised the request as an emergency since an instant, by `means` where
    /// one is given, as far as it is known.
    pub(crate) fn has_authorised(
        &self,
        status: &RfcStatus,
        person: &PersonId,
        (means, since): (Option<Means>, Timestamp),
    ) -> bool {
        self.authorised_as_emergency(status).is_some_and(|it| {
            let by_it = means.is_none() || it.means.is_none() || it.means == means;
            it.by.as_ref() == Some(person) && it.at >= since && by_it
        })
    }

    /// Returns what an approval of `rfc` is called: an emergency rests on one alone.
    pub fn approval_name(&self, rfc: &RfcId) -> String {
        let emergency = self.rfc(rfc).and_then(|(_, it)| self.authorised_as_emergency(it));
        match emergency {
            Some(_) => format!("the authorisation of the emergency {rfc}"),
            None => format!("the approval of {rfc}"),
        }
    }

    /// Returns what a request has let run, in words; nothing where nothing of it was begun.
    pub fn let_run(&self, rfc: &RfcId) -> Option<String> {
        let (planned, status) = self.rfc(rfc)?;
        let covers = &planned.covers;
        let components = covers.components.iter().map(|it| format!("core component {it}"));
        let rings = covers.rings.iter().map(|it| format!("ring {it}"));
        let sites = covers.sites.iter().map(|it| format!("site {it}"));
        let at: Vec<String> = components.chain(rings).chain(sites).collect();
        let at = at.join(", ");
        match status.state {
            RfcState::Implementing => {
                Some(format!("it let work run at {at}, which began at {:.0}", status.since))
            }
            RfcState::Implemented | RfcState::BackedOut | RfcState::Reviewed | RfcState::Closed => {
                let ended = status.ended.unwrap_or(status.since);
                Some(format!("it let work run at {at}, which ended at {ended:.0}"))
            }
            RfcState::Draft
            | RfcState::Submitted
            | RfcState::Assessing
            | RfcState::Authorised
            | RfcState::EmergencyAuthorised
            | RfcState::Scheduled
            | RfcState::Rejected
            | RfcState::Cancelled => None,
        }
    }

    /// Returns that an approval of `rfc` is disputed, in words that say what leads on.
    pub fn disputed_request(&self, rfc: &RfcId) -> Option<String> {
        self.disputed_approvals(rfc).first().map(|it| self.disputed_approval(it))
    }

    /// Returns that one approval is disputed, in words that say what leads on and what it has let run.
    pub fn disputed_approval(&self, it: &DisputedApproval) -> String {
        let DisputedApproval { dispute, rfc, by } = it;
        let ran = self.let_run(rfc).map(|it| format!("; {it}")).unwrap_or_default();
        format!(
            "{} by {by} is disputed (dispute {dispute}): {by} confirms it, or it is set aside and given anew{ran}",
            self.approval_name(rfc)
        )
    }

    /// Returns the approvals of a request that nobody disputes.
    pub fn undisputed_approvals(&self, status: &RfcStatus) -> Vec<(PersonId, u8)> {
        let disputed = self.disputed_approvals(&status.id);
        let counts = |by: &PersonId| !disputed.iter().any(|it| it.by == *by);
        status.approvals.iter().filter(|(by, _)| counts(by)).cloned().collect()
    }
}
