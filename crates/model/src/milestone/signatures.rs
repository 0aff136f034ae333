//! Who has signed a milestone, when, and under which digest.
//!
//! Source: Deploy SMF, Table 2: sign-off on the Deployment Complete Milestone.

use super::Milestone;
use crate::digest::Digest;
use crate::id::PersonId;
use crate::machine::SignOffState;
use crate::sheet::SlotId;
use crate::state::State;
use jiff::Timestamp;
use serde::Serialize;

/// Where one signature of a milestone stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Signature {
    /// The slot.
    pub slot: SlotId,
    /// Where it stands: pending where nobody has been asked.
    pub state: SignOffState,
    /// Who signed, declined or withdrew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// Since when it stands so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The digest of the sheet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<Digest>,
    /// The paper on which it is signed, where it was signed by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paper: Option<u32>,
}

/// Returns where the signatures of `milestone` stand, in the order of its sheet.
pub fn signatures(state: &State, milestone: Milestone) -> Vec<Signature> {
    let slots = milestone.sheet().map(|it| it.slots()).unwrap_or_default();
    let signature = |slot: SlotId| {
        let status = state.slots.get(&slot);
        Signature {
            state: status.map(|it| it.state).unwrap_or_default(),
            by: status.and_then(|it| it.by.clone()),
            at: status.map(|it| it.since),
            document: status.map(|it| it.document),
            paper: status.and_then(|it| it.paper),
            slot,
        }
    };
    slots.into_iter().map(signature).collect()
}
