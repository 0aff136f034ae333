//! What is read back: entries, contents, notices and snapshots.

use crate::change::Head;
use crate::key::VerifierKey;
use crate::note::Checkpoint;
use crate::tree::Frontier;
use model::digest::Digest;
use model::forgetting::Whom;
use model::id::Seq;

/// One entry of the record, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number, from 1.
    pub seq: Seq,
    /// Its body, byte for byte as it was given.
    pub body: Vec<u8>,
    /// The chain's hash up to and with it.
    pub hash: Digest,
}

/// Entries that follow one another, read in one piece: what is folded needs no hash of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The number of the last of them.
    pub last: Seq,
    /// The chain's hash up to and with the last of them.
    pub hash: Digest,
    /// Their bodies, one a line: a body is canonical JSON, in which no line ends.
    pub bodies: Vec<u8>,
}

impl Stretch {
    /// Returns the bodies, in order.
    pub fn bodies(&self) -> impl Iterator<Item = &[u8]> {
        self.bodies.split(|it| *it == b'\n')
    }

    /// Returns these entries in one piece; nothing where there are none.
    pub(crate) fn of(entries: &[Entry]) -> Option<Self> {
        let last = entries.last()?;
        let bodies: Vec<&[u8]> = entries.iter().map(|it| it.body.as_slice()).collect();
        Some(Self { last: last.seq, hash: last.hash, bodies: bodies.join(&b'\n') })
    }
}

/// Where a deployment's record stands, all read at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Where the record ends.
    pub head: Head,
    /// The tree over all entries, as it is kept beside them.
    pub(crate) tree: Frontier,
    /// The signed checkpoint of that head.
    pub checkpoint: String,
    /// The key that signs the deployment's checkpoints.
    pub key: VerifierKey,
    /// The checkpoint that somebody outside keeps, where the record does not begin with it and nobody has
    /// decided about that.
    pub contradicted: Option<Checkpoint>,
}

/// Some content that a deployment's record refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The content's SHA-256, under which it can be asked for.
    pub digest: Digest,
    /// The last entry of the change that brought it.
    pub seq: Seq,
    /// Whose it is, where it is the opening of a private value.
    pub whose: Option<Whom>,
}

/// Something that is to be sent, from the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The last entry of the change that asks for it.
    pub seq: Seq,
    /// Its place among the notices of that entry, from 0.
    pub n: u64,
    /// What the caller gave.
    pub body: Vec<u8>,
}

/// A folded state of the record, so that a start need not read all entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The entry up to which it is folded.
    pub seq: Seq,
    /// The chain's hash of that entry: a snapshot of another history is never returned.
    pub hash: Digest,
    /// The state, as the caller wrote it.
    pub bytes: Vec<u8>,
}
