//! A slot: what a site was told about its window.
//!
//! House rule: a slot that people were told is a promise. A site begins in it, or in another one
//! that they were told since.

use crate::digest::{Digest, canonical_digest};
use crate::id::LineId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// What a site was told about its window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// When it begins.
    pub from: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// When the first one of the site began that people were told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Timestamp>,
    /// Its version, from 1.
    pub version: u32,
    /// The baseline under which it was worked out.
    pub baseline: u32,
    /// Since when the site is in service, as far as its messages know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Timestamp>,
    /// From when on it is to have another one, and why, where somebody gave this one up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_up: Option<(Timestamp, String)>,
    /// What was to be sent because of it, and when: where the slot is moved, just this is no longer.
    pub(super) due: Vec<(Timestamp, LineId)>,
}

impl Slot {
    /// Returns when a site may begin that may come `tolerance_s` seconds too soon.
    pub fn begins(&self, tolerance_s: u32) -> Timestamp {
        let tolerance = SignedDuration::from_secs(i64::from(tolerance_s));
        self.from.checked_sub(tolerance).unwrap_or(self.from)
    }

    /// Returns the version of a schedule that tells this slot beside what `told` is the version of.
    pub fn told_with(&self, told: Digest) -> Digest {
        canonical_digest(&(told, self.version, self.from, self.until))
    }
}
