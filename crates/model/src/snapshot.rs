//! Snapshots: where a deployment stood, as bytes that are read sooner than its record is folded.
//!
//! They begin with the digest of the plan in force, so that the plan can be read at the same time;
//! the rest is MessagePack with the names of fields, so that a later program reads what an earlier
//! one has left out.
//!
//! House rule: a snapshot may be thrown away at any time; the entries are the truth.

use crate::digest::Digest;
use crate::id::sharing_names;
use crate::state::State;

/// What stands before all else, to be told from what an earlier program wrote.
const MARK: &[u8; 8] = b"landfal8";

/// The length of a digest, in bytes.
const DIGEST_LENGTH: usize = 32;

impl State {
    /// Returns the state without its plan, as the bytes of a snapshot; nothing where a part of it has
    /// no such form, and then the record is read without one.
    pub fn to_snapshot(&self) -> Option<Vec<u8>> {
        let mut bytes = MARK.to_vec();
        bytes.extend_from_slice(self.plan_digest.as_bytes());
        rmp_serde::encode::write_named(&mut bytes, self).ok()?;
        Some(bytes)
    }

    /// Returns the state that is kept in `bytes`, whose plan is still to be given back to it with
    /// [`Self::with_plan`]; nothing where they are no snapshot that this program can read.
    pub fn from_snapshot(bytes: &[u8]) -> Option<Self> {
        let (_, kept) = parted(bytes)?;
        sharing_names(|| rmp_serde::from_slice(kept)).ok()
    }
}

/// Returns the digest of the plan in force in the snapshot in `bytes`.
pub fn plan_of(bytes: &[u8]) -> Option<Digest> {
    parted(bytes).map(|(plan, _)| plan)
}

fn parted(bytes: &[u8]) -> Option<(Digest, &[u8])> {
    let (plan, kept) = bytes.strip_prefix(MARK)?.split_first_chunk::<DIGEST_LENGTH>()?;
    Some((Digest::from_bytes(*plan), kept))
}
