//! What is read back: entries, contents, notices and snapshots.

use crate::change::Head;
use crate::key::VerifierKey;
use model::digest::Digest;
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

/// Where a deployment's record stands, all read at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Where the record ends.
    pub head: Head,
    /// The signed checkpoint of that head.
    pub checkpoint: String,
    /// The key that signs the deployment's checkpoints.
    pub key: VerifierKey,
}

/// Some content that a deployment's record refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The content's SHA-256, under which it can be asked for.
    pub digest: Digest,
    /// The last entry of the change that brought it.
    pub seq: Seq,
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
