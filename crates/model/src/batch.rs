//! Signing in a batch: one ceremony for whoever owns many sites, with a look at a sample.
//!
//! Somebody begins a batch over sheets of one kind. Which of them they have to look at is drawn from
//! the record as it stands then, so that nobody picks them; each look is an entry of its own. Then
//! they sign once. What they declare lists the digest of every single declaration, so that what shows
//! that it is them is about each of them; and each signature says of which batch it is.
//!
//! House rule: nobody signs a batch of which they have not looked at the sample.

use crate::digest::{Digest, canonical_digest};
use crate::dispute::Means;
use crate::event::Actor;
use crate::evolve::{Happening, Impossible};
use crate::id::PersonId;
use crate::machine::SignOffState;
use crate::role_type::RoleType;
use crate::sample::sample;
use crate::sheet::{Sheet, SlotId};
use crate::state::State;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The fewest signatures of a batch: one is given by itself.
pub const SIGNATURES_MIN: usize = 2;

/// The most signatures of a batch: what they lead to fits into one change of the record.
pub const SIGNATURES_MAX: usize = 500;

/// How long a batch may be signed after it was begun: a working day, so that it is one continuous sitting.
pub const LASTS: SignedDuration = SignedDuration::from_hours(12);

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum BatchEvent {
    /// Somebody put a list of sheets together; which of them they look at was drawn.
    Begun {
        /// Its number, from 1.
        batch: u32,
        /// What is signed, in order.
        listed: Vec<Listed>,
        /// The digest of that list.
        digest: Digest,
        /// From what the sample is drawn: the digest of the chain's hash before this entry and of the
        /// list's digest.
        seed: Digest,
        /// What has to be looked at.
        sample: Vec<SlotId>,
    },
    /// Whoever began it has looked at one sheet.
    LookedAt {
        /// The batch.
        batch: u32,
        /// The slot.
        slot: SlotId,
        /// The digest of the sheet that was shown.
        document: Digest,
    },
    /// It is signed, once for all: the signatures follow in the same change.
    Signed {
        /// The batch.
        batch: u32,
        /// The digest of the list.
        digest: Digest,
        /// The sentence that it means.
        meaning: String,
        /// The digest of what is declared by each signature, in the order of the list.
        declarations: Vec<Digest>,
    },
}

/// A signature that a batch is to give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Listed {
    /// The slot.
    pub slot: SlotId,
    /// The digest of the sheet.
    pub document: Digest,
}

/// What a person tells Landfall to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BatchCommand {
    /// Begin a batch: which of its sheets you look at is drawn.
    Begin {
        /// The slots: all of one role type, on sheets of sites.
        slots: Vec<SlotId>,
    },
    /// Record that you have looked at this sheet of the batch.
    LookAt {
        /// The batch.
        batch: u32,
        /// The slot.
        slot: SlotId,
        /// The digest of the sheet that was shown.
        document: Digest,
    },
    /// Sign all of the batch at once.
    Sign {
        /// The batch.
        batch: u32,
        /// The digest of its list.
        digest: Digest,
    },
}

/// Of which batch a signature is, as it stands with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct InBatch {
    /// The batch.
    pub batch: u32,
    /// The digest of its list.
    pub digest: Digest,
    /// How many signatures it gave.
    pub of: usize,
    /// How many of its sheets were looked at.
    pub looked_at: usize,
    /// When this one was, where it is one of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

impl fmt::Display for InBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { batch, of, looked_at, at, .. } = self;
        let own = if at.is_some() { "this one among them" } else { "not this one" };
        write!(f, "in batch {batch} of {of}, {looked_at} looked at, {own}")
    }
}

/// A batch, and where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// Who began it.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// What is signed, in order.
    pub listed: Vec<Listed>,
    /// The digest of that list.
    pub digest: Digest,
    /// What has to be looked at.
    pub sample: Vec<SlotId>,
    /// What was looked at, and when.
    pub looked_at: BTreeMap<SlotId, Timestamp>,
    /// When it was signed, and by what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<(Timestamp, Means)>,
}

impl Batch {
    /// Returns what of the sample nobody has looked at yet.
    pub fn unseen(&self) -> Vec<&SlotId> {
        self.sample.iter().filter(|it| !self.looked_at.contains_key(*it)).collect()
    }

    /// Returns whether it can be signed at `now`: nobody has, and it is not too long ago.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.signed.is_none() && now.duration_since(self.at) <= LASTS
    }

    /// Returns what stands with the signature in `slot`.
    pub fn around(&self, batch: u32, slot: &SlotId) -> InBatch {
        let (of, looked_at) = (self.listed.len(), self.looked_at.len());
        InBatch { batch, digest: self.digest, of, looked_at, at: self.looked_at.get(slot).copied() }
    }

    /// Returns the sentence that signing it means.
    pub fn meaning(&self) -> &'static str {
        match self.listed.first().map(|it| it.slot.role) {
            Some(RoleType::SiteOwner) => {
                "I confirm that each of the listed sites is operating as expected."
            }
            Some(_) | None => "Each of the listed sites was deployed and verified.",
        }
    }
}

/// Returns the slots of sites that `person` is asked to sign as owner or deputy, as many as a batch holds.
pub fn asked_of_owner(state: &State, person: &PersonId) -> Vec<SlotId> {
    let asked = state.slots.iter().filter(|(_, it)| it.state == SignOffState::Requested);
    let own = asked.filter(|(slot, _)| match (&slot.sheet, slot.role) {
        (Sheet::Site(site), RoleType::SiteOwner) => state
            .site(site)
            .is_some_and(|(it, _)| it.owner == *person || it.deputy.as_ref() == Some(person)),
        _ => false,
    });
    own.map(|(slot, _)| slot.clone()).take(SIGNATURES_MAX).collect()
}

/// Returns how many of `signatures` have to be looked at: the square root, rounded up.
pub fn sample_size(signatures: usize) -> usize {
    let root = signatures.isqrt();
    if root * root < signatures { root + 1 } else { root }
}

/// Returns the digest of a list, what its sample is drawn from where the chain's hash is `head`, and the
/// sample.
pub fn drawn(listed: &[Listed], head: &Digest) -> (Digest, Digest, Vec<SlotId>) {
    let digest = canonical_digest(&listed);
    let seed = Digest::of(&[*head.as_bytes(), *digest.as_bytes()].concat());
    let slots = listed.iter().map(|it| it.slot.clone());
    (digest, seed, sample(slots, seed, sample_size(listed.len())))
}

/// Every batch, the first having number 1.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Batches(pub Vec<Batch>);

impl Batches {
    /// Returns the batch with this number.
    pub fn get(&self, batch: u32) -> Option<&Batch> {
        self.0.get((batch as usize).checked_sub(1)?)
    }

    /// Returns the batches that `person` began and can sign at `now`, each with its number.
    pub fn open_of(
        &self,
        person: &PersonId,
        now: Timestamp,
    ) -> impl Iterator<Item = (u32, &Batch)> {
        let numbered = (1_u32..).zip(&self.0);
        numbered.filter(move |(_, it)| it.by == *person && it.is_open(now))
    }

    /// Moves on by `event`, of `actor`.
    pub(crate) fn happened(
        &mut self,
        event: &BatchEvent,
        happening: &Happening,
        actor: &Actor,
    ) -> Result<(), Impossible> {
        let (BatchEvent::Begun { batch, .. }
        | BatchEvent::LookedAt { batch, .. }
        | BatchEvent::Signed { batch, .. }) = event;
        if let BatchEvent::Begun { listed, digest, sample, .. } = event {
            let by = happening.by.clone().ok_or_else(|| Impossible::unknown("whoever signs"))?;
            let (listed, sample, at) = (listed.clone(), sample.clone(), happening.at);
            let (looked_at, digest) = (BTreeMap::new(), *digest);
            self.0.push(Batch { by, at, listed, digest, sample, looked_at, signed: None });
            return Ok(());
        }
        let found = (*batch as usize).checked_sub(1).and_then(|it| self.0.get_mut(it));
        let found = found.ok_or_else(|| Impossible::unknown("the batch"))?;
        match event {
            BatchEvent::Begun { .. } => {}
            BatchEvent::LookedAt { slot, .. } => {
                found.looked_at.insert(slot.clone(), happening.at);
            }
            BatchEvent::Signed { .. } => {
                found.signed = Some((happening.at, Means::of(actor.known())));
            }
        }
        Ok(())
    }
}

impl State {
    /// Returns of which batch the signature in `slot` is, where it is of one.
    pub fn in_batch(&self, slot: &SlotId) -> Option<InBatch> {
        let batch = self.slots.get(slot)?.batch?;
        Some(self.batches.get(batch)?.around(batch, slot))
    }
}

impl fmt::Display for BatchEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Begun { batch, listed, sample, .. } => {
                let (of, drawn) = (listed.len(), sample.len());
                let names: Vec<String> = sample.iter().map(|it| it.sheet.to_string()).collect();
                write!(
                    f,
                    "batch {batch} of {of} signatures begun; {drawn} are to be looked at: {}",
                    names.join(", ")
                )
            }
            Self::LookedAt { batch, slot, document } => {
                write!(f, "batch {batch}: looked at {}, sheet {}", slot.sheet, document.short())
            }
            Self::Signed { batch, declarations, .. } => {
                write!(f, "batch {batch} signed: {} signatures at once", declarations.len())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_the_square_root_rounded_up() {
        let sizes = [2, 3, 4, 5, 9, 10, 40, 100, 500].map(|it| (it, sample_size(it)));
        let expected =
            [(2, 2), (3, 2), (4, 2), (5, 3), (9, 3), (10, 4), (40, 7), (100, 10), (500, 23)];
        assert_eq!(sizes, expected);
    }

    // Proves: P2-D7
    #[test]
    fn the_sample_is_drawn_from_the_record_and_the_list_and_from_nothing_else() {
        let listed = |count: u8| -> Vec<Listed> {
            let slot = |it: u8| format!("site/B{it}:site-owner").parse().unwrap();
            (0..count).map(|it| Listed { slot: slot(it), document: Digest::of(&[it]) }).collect()
        };
        let (digest, seed, sample) = drawn(&listed(40), &Digest::of(b"head"));
        assert_eq!(sample.len(), 7);
        assert_eq!(drawn(&listed(40), &Digest::of(b"head")), (digest, seed, sample.clone()));
        let (same, _, other) = drawn(&listed(40), &Digest::of(b"another head"));
        assert_eq!(same, digest, "the list is the same");
        assert_ne!(other, sample, "the record stands elsewhere");
        let (another, _, _) = drawn(&listed(39), &Digest::of(b"head"));
        assert_ne!(another, digest);
    }
}
