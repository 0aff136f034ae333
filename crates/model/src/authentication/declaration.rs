//! What somebody declares when they sign: the very event that will stand in the record, who they are,
//! under which baseline, on which gate, and the sentence that they were shown.
//!
//! It is known before anything is recorded, and computed again from the entry ever after: there is no
//! second text that could differ from the record.
//!
//! House rule: who signs by their own key signs what will be recorded, and nothing beside it.

use crate::batch::BatchEvent;
use crate::digest::{Digest, canonical, canonical_digest};
use crate::dispute::DisputeEvent;
use crate::event::Event;
use crate::id::{DeploymentId, PersonId, Seq};
use crate::sheet::SlotId;
use crate::state::State;
use serde::{Deserialize, Serialize};

/// The version of this form.
const VERSION: u8 = 1;

/// What a signature means, in the words that its signer was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meaning {
    /// The language.
    pub lang: String,
    /// The sentence.
    pub text: String,
}

/// What somebody declares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Declaration<'a> {
    /// The version of this form.
    pub v: u8,
    /// The deployment.
    pub deployment: &'a DeploymentId,
    /// The baseline under which it happens.
    pub baseline: u32,
    /// Who declares it.
    pub person: &'a PersonId,
    /// The entry that asked for it, where what its gate read stands.
    pub asked: Option<Seq>,
    /// The sentence that they were shown.
    pub meaning: Option<&'a Meaning>,
    /// What will be recorded.
    pub event: &'a Event,
}

impl<'a> Declaration<'a> {
    /// Returns what `person` declares in `state` where `event` is to be recorded, after they were shown
    /// `meaning`.
    pub fn of(
        state: &'a State,
        person: &'a PersonId,
        event: &'a Event,
        meaning: Option<&'a Meaning>,
    ) -> Self {
        let asked = slot_of(event).and_then(|it| state.slots.get(it)).and_then(|it| it.asked);
        let (deployment, baseline) = (&state.plan.deployment, state.baseline);
        Self { v: VERSION, deployment, baseline, person, asked, meaning, event }
    }

    /// Returns it as canonical JSON (RFC 8785).
    pub fn canonical(&self) -> Vec<u8> {
        canonical(self)
    }

    /// Returns its digest: what a signer's own key signs.
    pub fn challenge(&self) -> Digest {
        canonical_digest(self)
    }
}

/// Returns the sentence that `event` means as a signature, in English; nothing where it is none.
pub fn sentence(event: &Event) -> Option<&str> {
    if let Event::SignOff { meaning: Some(sentence), .. }
    | Event::Batch(BatchEvent::Signed { meaning: sentence, .. })
    | Event::Dispute(
        DisputeEvent::Confirmed { meaning: sentence, .. }
        | DisputeEvent::ApprovalConfirmed { meaning: sentence, .. },
    ) = event
    {
        return Some(sentence);
    }
    None
}

/// Returns the slot that `event` is about, where it is about one.
fn slot_of(event: &Event) -> Option<&SlotId> {
    if let Event::SignOff { slot, .. } = event { Some(slot) } else { None }
}
