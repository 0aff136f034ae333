//! What of approvals and authorisations stands when the plan is revised.
//!
//! Whoever approves reads the request as it is written, with its window, and the part of the plan
//! that it covers. Where either is another, nothing that was approved stands.
//!
//! House rule: docs/decisions/0067-an-approval-is-of-what-was-read.md.

use crate::id::RfcId;
use crate::plan::MasterProjectPlan;
use crate::state::{RfcStatus, State};
use std::collections::HashSet;

impl MasterProjectPlan {
    /// Returns the requests of this plan of which nothing that was approved stands under `after`: they
    /// say something else there, or cover another part, or are gone.
    pub fn voided_by(&self, after: &Self) -> Vec<RfcId> {
        let stays = |rfc: &&super::RequestForChange| {
            after.rfc(&rfc.id) == Some(*rfc)
                && self.part_digest(&rfc.covers) == after.part_digest(&rfc.covers)
        };
        self.rfcs.iter().filter(|it| !stays(it)).map(|it| it.id.clone()).collect()
    }
}

impl State {
    /// Returns the requests, in the plan and beside it, of which nothing that was approved stands under
    /// `plan`.
    pub fn voided_by(&self, plan: &MasterProjectPlan) -> Vec<&RfcStatus> {
        let of_plan: HashSet<RfcId> = self.plan.voided_by(plan).into_iter().collect();
        let is_void = |status: &&RfcStatus| {
            let id = &status.id;
            let before = self.part_of(id);
            // What left the plan before is not what comes back under its name.
            let is_gone = self.request(id).is_none();
            let is_of_plan = self.plan.rfc(id).is_some();
            let is_another = of_plan.contains(id)
                || (!is_of_plan && self.part_beside(plan, id) != before)
                || status.part.is_some_and(|it| Some(it) != before);
            is_gone || is_another
        };
        self.rfcs.iter().filter(is_void).collect()
    }
}
