//! Checkpoints that were kept elsewhere, held against the record that there is now.
//!
//! Whoever restores an older backup, or writes the record anew, has a record that is consistent in
//! itself. A checkpoint that left the server before tells it from the one that was.
//!
//! House rule: a record begins with what each checkpoint of it vouches for, or it is another record.

use crate::archive::files;
use crate::chain::Tip;
use crate::error::RecordError;
use crate::export::read_entry_line;
use crate::home::Record;
use crate::key::VerifierKey;
use crate::notary::PAGE;
use crate::note::{Checkpoint, InvalidNote};
use crate::package::CHAIN;
use crate::rotation::Keys;
use model::id::{DeploymentId, Seq};
use std::collections::BTreeMap;

/// A record is not the one of which somebody kept a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeptElsewhere {
    /// What was kept is no checkpoint of this record's key.
    #[error("the checkpoint that was kept cannot be relied on: {0}")]
    Note(InvalidNote),
    /// The record ends before it.
    #[error("the checkpoint that was kept is of {size} entries, and there are {found}")]
    Shorter {
        /// How many entries were witnessed.
        size: Seq,
        /// How many there are.
        found: Seq,
    },
    /// Other entries stand in their place.
    #[error("the first {size} entries are not the ones of which a checkpoint was kept")]
    Other {
        /// How many entries were witnessed.
        size: Seq,
    },
}

/// Returns the checkpoint in `note`, which was kept elsewhere, if the record in `bytes` — an export or a
/// package that was verified — begins with exactly the entries that it vouches for.
///
/// # Errors
///
/// Why not: whoever kept the checkpoint saw another record.
pub fn began_with(
    bytes: &[u8],
    note: &str,
    key: &VerifierKey,
) -> Result<Checkpoint, KeptElsewhere> {
    let packed = files(bytes).ok().and_then(|it| it.into_iter().find(|it| it.path == CHAIN));
    let chain = packed.as_ref().map_or(bytes, |it| it.bytes.as_slice());
    let largest = begins_with(chain, &[note.to_owned()], key)?;
    largest.ok_or(KeptElsewhere::Note(InvalidNote::Form))
}

/// Returns the largest of the checkpoints in `notes`, if an exported record begins with what each vouches
/// for.
pub(crate) fn begins_with(
    chain: &[u8],
    notes: &[String],
    key: &VerifierKey,
) -> Result<Option<Checkpoint>, KeptElsewhere> {
    let mut comparison = Comparison::with(notes)?;
    for entry in chain.split(|it| *it == b'\n').filter_map(read_entry_line) {
        comparison.push(&entry.body);
    }
    comparison.finish(key)
}

/// Compares a deployment's record with checkpoints of it that were kept elsewhere, and returns the
/// largest of them if the record begins with what each vouches for.
///
/// # Errors
///
/// What the database says; inside, the smallest checkpoint that is of another record.
pub async fn compare(
    record: &dyn Record,
    deployment: &DeploymentId,
    notes: &[String],
    key: &VerifierKey,
) -> Result<Result<Option<Checkpoint>, KeptElsewhere>, RecordError> {
    let mut comparison = match Comparison::with(notes) {
        Ok(comparison) => comparison,
        Err(other) => return Ok(Err(other)),
    };
    if comparison.kept.iter().any(|(_, it)| it.deployment != *deployment) {
        return Ok(Err(KeptElsewhere::Note(InvalidNote::Form)));
    }
    loop {
        let page = record.read(deployment, comparison.tip.head.seq, PAGE).await?;
        if page.is_empty() {
            return Ok(comparison.finish(key));
        }
        page.iter().for_each(|it| comparison.push(&it.body));
    }
}

/// A record that is read once beside all that was kept of it.
struct Comparison {
    kept: Vec<(String, Checkpoint)>,
    /// Where the record stood at each size of which something was kept.
    stood: BTreeMap<Seq, Option<Tip>>,
    tip: Tip,
    keys: Keys,
}

impl Comparison {
    fn with(notes: &[String]) -> Result<Self, KeptElsewhere> {
        let claimed = |note: &String| {
            let checkpoint = Checkpoint::claimed(note);
            checkpoint.map(|it| (note.clone(), it)).ok_or(KeptElsewhere::Note(InvalidNote::Form))
        };
        let mut kept = notes.iter().map(claimed).collect::<Result<Vec<_>, _>>()?;
        kept.sort_by_key(|(_, it)| it.size);
        let mut stood: BTreeMap<Seq, Option<Tip>> =
            kept.iter().map(|(_, it)| (it.size, None)).collect();
        let tip = Tip::beginning();
        stood.entry(0).and_modify(|it| *it = Some(tip.clone()));
        Ok(Self { kept, stood, tip, keys: Keys::default() })
    }

    fn push(&mut self, body: &[u8]) {
        // What does not lead to another key is left to whoever verifies the record.
        self.keys.entry(self.tip.head.seq + 1, &self.tip.head.hash, body).ok();
        self.tip.push(body);
        if let Some(stood) = self.stood.get_mut(&self.tip.head.seq) {
            *stood = Some(self.tip.clone());
        }
    }

    fn finish(self, key: &VerifierKey) -> Result<Option<Checkpoint>, KeptElsewhere> {
        let Self { kept, stood, tip, keys } = self;
        let keys = keys.all(key);
        let mut largest = None;
        for (note, _) in kept {
            let checkpoint = Checkpoint::open_any(&note, &keys).map_err(KeptElsewhere::Note)?;
            let size = checkpoint.size;
            match stood.get(&size).and_then(Option::as_ref) {
                None => return Err(KeptElsewhere::Shorter { size, found: tip.head.seq }),
                Some(tip) if !tip.is_of(&checkpoint) => return Err(KeptElsewhere::Other { size }),
                Some(_) => largest = Some(checkpoint),
            }
        }
        Ok(largest)
    }
}
