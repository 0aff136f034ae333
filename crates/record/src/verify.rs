//! Verifying a record, entry by entry, against its signed checkpoint.
//!
//! It trusts nothing that is stored beside the bodies: numbers, hashes and the
//! root are computed anew, and only the key says what was signed. Memory does not
//! grow with the record.

use crate::chain::{Tip, link};
use crate::change::unfit_body;
use crate::entry::Entry;
use crate::error::RecordError;
use crate::home::Record;
use crate::key::VerifierKey;
use crate::notary::PAGE;
use crate::note::{Checkpoint, InvalidNote};
use crate::rotation::{InvalidRotation, Keys};
use model::digest::Digest;
use model::id::{DeploymentId, Seq};
use std::path::PathBuf;

/// A record that holds: every entry is the one that was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The number of entries.
    pub entries: u64,
    /// The chain's hash of the last one.
    pub head: Digest,
    /// What was signed.
    pub checkpoint: Checkpoint,
    /// The number of contents that have the bytes of their digests.
    pub contents: u64,
}

/// The first place where a record does not hold. Everything before it does, as far as its own hashes tell.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("entry {seq} does not hold{}: {why}", at(.line))]
pub struct FirstBad {
    /// The first entry that cannot be relied on: 1 where nothing vouches for the whole.
    pub seq: Seq,
    /// The line of the file, from 1, where a file was read.
    pub line: Option<u64>,
    /// What is wrong there.
    pub why: Flaw,
}

fn at(line: &Option<u64>) -> String {
    line.map(|it| format!(" (line {it})")).unwrap_or_default()
}

/// What is wrong with a record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Another entry stands in its place.
    #[error("entry {found} stands in its place")]
    Number {
        /// The number that was found.
        found: Seq,
    },
    /// The body contradicts its place, or is no entry.
    #[error("{why}")]
    Body {
        /// What is wrong with it.
        why: String,
    },
    /// The bytes are not the ones that were hashed.
    #[error("its bytes and its hash do not belong together")]
    Hash,
    /// The checkpoint counts it, but it is not there.
    #[error("it is missing: {size} entries were signed")]
    Missing {
        /// The number of entries that were signed.
        size: Seq,
    },
    /// The entries hold together but are not the ones that were signed: somebody has computed the hashes anew.
    #[error("the first {size} entries hold together, but they are not the ones that were signed")]
    Root {
        /// The number of entries.
        size: Seq,
    },
    /// It says that the record goes on under another key, and that is not so.
    #[error("its key rotation does not hold: {0}")]
    Rotation(InvalidRotation),
    /// No checkpoint vouches for the entries.
    #[error("the checkpoint cannot be relied on: {0}")]
    Checkpoint(InvalidNote),
    /// The checkpoint vouches for another deployment.
    #[error("the checkpoint is of {found}")]
    Deployment {
        /// The deployment that was found.
        found: DeploymentId,
    },
    /// The record is signed with another key than the expected one.
    #[error("it is signed with the key {found}, which is not the one expected")]
    Key {
        /// The key that was found, as a vkey.
        found: String,
    },
    /// A content is missing or has other bytes.
    #[error("its content {digest} is missing or has other bytes")]
    Content {
        /// The content's digest.
        digest: String,
    },
    /// A line of the file is not what it should be.
    #[error("{why}")]
    Line {
        /// What is wrong with it.
        why: &'static str,
    },
}

/// A record could not be verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It does not hold.
    #[error(transparent)]
    Bad(#[from] FirstBad),
    /// It could not be read.
    #[error(transparent)]
    Record(Box<RecordError>),
    /// The file could not be read.
    #[error("the file {} could not be read", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the disk said.
        #[source]
        source: std::io::Error,
    },
}

impl From<RecordError> for VerifyError {
    fn from(error: RecordError) -> Self {
        Self::Record(error.into())
    }
}

/// Verifies entries as they come, from the first one on.
#[derive(Debug)]
pub struct Verifier {
    tip: Tip,
    keys: Keys,
}

impl Default for Verifier {
    fn default() -> Self {
        Self { tip: Tip::beginning(), keys: Keys::default() }
    }
}

impl Verifier {
    /// Returns how many entries have been verified.
    pub fn entries(&self) -> u64 {
        self.tip.head.seq
    }

    /// Verifies the next entry against all before it.
    ///
    /// # Errors
    ///
    /// [`FirstBad`] where it is not the next one, or not the one that was hashed.
    pub fn entry(&mut self, entry: &Entry) -> Result<(), FirstBad> {
        let seq = self.tip.head.seq + 1;
        let bad = |why| Err(FirstBad { seq, line: None, why });
        if entry.seq != seq {
            return bad(Flaw::Number { found: entry.seq });
        }
        if link(&self.tip.head.hash, &entry.body) != entry.hash {
            return bad(Flaw::Hash);
        }
        if let Some(why) = unfit_body(&entry.body, seq) {
            return bad(Flaw::Body { why });
        }
        let rotated = self.keys.entry(seq, &self.tip.head.hash, &entry.body);
        if let Err(why) = rotated {
            return bad(Flaw::Rotation(why));
        }
        self.tip.push(&entry.body);
        Ok(())
    }

    /// Returns the key that the entries were rotated to last, where they were.
    pub(crate) fn rotated_to(&self) -> Option<&VerifierKey> {
        self.keys.last()
    }

    /// Compares the entries with the checkpoint in `note`, which `key` must have signed, or the key that
    /// they lead to from it.
    ///
    /// # Errors
    ///
    /// [`FirstBad`] where entries are missing, or are not the ones that were signed.
    pub fn finish(
        &self,
        deployment: &DeploymentId,
        note: &str,
        key: &VerifierKey,
    ) -> Result<Verified, FirstBad> {
        let entries = self.tip.head.seq;
        let bad = |seq, why| Err(FirstBad { seq, line: None, why });
        let Some(key) = self.keys.signing(key) else {
            let found = self.keys.last().map(ToString::to_string).unwrap_or_default();
            return bad(1, Flaw::Key { found });
        };
        let checkpoint = match Checkpoint::open(note, key) {
            Ok(checkpoint) => checkpoint,
            Err(invalid) => return bad(1, Flaw::Checkpoint(invalid)),
        };
        if checkpoint.deployment != *deployment {
            return bad(1, Flaw::Deployment { found: checkpoint.deployment });
        }
        if checkpoint.size > entries {
            return bad(entries + 1, Flaw::Missing { size: checkpoint.size });
        }
        if !self.tip.is_of(&checkpoint) {
            return bad(1, Flaw::Root { size: entries });
        }
        Ok(Verified { entries, head: self.tip.head.hash, checkpoint, contents: 0 })
    }
}

/// Verifies a deployment's record, with all its contents, and returns what holds. Give the key
/// from where the operator keeps it: a key that stands in the database vouches for nothing.
///
/// # Errors
///
/// [`VerifyError::Bad`] with the first entry that does not hold; else what the database says.
pub async fn verify(
    record: &dyn Record,
    deployment: &DeploymentId,
    key: &VerifierKey,
) -> Result<Verified, VerifyError> {
    // The checkpoint first: the record may grow meanwhile.
    let standing = record.standing(deployment).await?;
    let mut verifier = Verifier::default();
    while verifier.entries() < standing.head.seq {
        let wanted = standing.head.seq - verifier.entries();
        let limit = u32::try_from(wanted).unwrap_or(PAGE).min(PAGE);
        let entries = record.read(deployment, verifier.entries(), limit).await?;
        if entries.is_empty() {
            break;
        }
        for entry in &entries {
            verifier.entry(entry)?;
        }
    }
    let mut verified = verifier.finish(deployment, &standing.checkpoint, key)?;
    let mut after = None;
    loop {
        let page = record.contents(deployment, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(verified) };
        after = Some(last.digest);
        for kept in &page {
            match record.content(&kept.digest).await {
                Ok(Some(_)) => verified.contents += 1,
                Ok(None) | Err(RecordError::Corrupt { .. }) => {
                    let why = Flaw::Content { digest: kept.digest.to_string() };
                    return Err(FirstBad { seq: kept.seq, line: None, why }.into());
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}
