//! Signatures that were given in a batch, checked from the record alone.
//!
//! Whoever signed showed once that it is them, about a list of declarations. A signature of the batch
//! has to be on that list, by the same person, and the sample has to have been looked at before.
//!
//! House rule: what a batch does not name, it does not sign.

use model::batch::{BatchEvent, Listed, drawn};
use model::digest::Digest;
use model::sheet::SlotId;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What is read of the batches of a record.
#[derive(Default)]
pub(super) struct Batches(BTreeMap<u64, Batch>);

struct Batch {
    by: String,
    listed: Vec<Listed>,
    sample: BTreeSet<SlotId>,
    declarations: BTreeSet<Digest>,
}

impl Batches {
    /// Notes an entry about a batch, which `before` it the chain ended with.
    ///
    /// # Errors
    ///
    /// What of it does not hold.
    pub(super) fn entry(&mut self, entry: &Value, before: &Digest) -> Result<(), &'static str> {
        let Some(event) = entry.pointer("/event/batch") else { return Ok(()) };
        let event: BatchEvent =
            serde_json::from_value(event.clone()).map_err(|_| "the batch cannot be read")?;
        let by = entry.pointer("/actor/person/person").and_then(Value::as_str).unwrap_or_default();
        match event {
            BatchEvent::Begun { batch, listed, digest, seed, sample } => {
                if drawn(&listed, before) != (digest, seed, sample.clone()) {
                    return Err(
                        "the sample of the batch is not the one that is drawn from the record",
                    );
                }
                let (by, sample) = (by.to_owned(), sample.into_iter().collect());
                let begun = Batch { by, listed, sample, declarations: BTreeSet::new() };
                self.0.insert(u64::from(batch), begun);
            }
            BatchEvent::LookedAt { batch, slot, document } => {
                let begun = self.of(u64::from(batch), by)?;
                if begun.listed.iter().any(|it| it.slot == slot && it.document == document) {
                    begun.sample.remove(&slot);
                }
            }
            BatchEvent::Signed { batch, declarations, .. } => {
                let begun = self.of(u64::from(batch), by)?;
                if !begun.sample.is_empty() {
                    return Err("nobody has looked at all of the sample of the batch");
                }
                begun.declarations = declarations.into_iter().collect();
            }
        }
        Ok(())
    }

    /// Holds the signature of `person` in `entry` against its batch, where it is of one.
    ///
    /// # Errors
    ///
    /// Where the batch does not name what is `declared`.
    pub(super) fn signature(
        &mut self,
        person: &str,
        entry: &Value,
        declared: &Digest,
    ) -> Result<(), &'static str> {
        let batch = entry.pointer("/event/sign-off/batch/batch").and_then(Value::as_u64);
        let Some(batch) = batch else { return Ok(()) };
        if self.of(batch, person)?.declarations.contains(declared) {
            return Ok(());
        }
        Err("the batch does not name what is signed")
    }

    fn of(&mut self, batch: u64, person: &str) -> Result<&mut Batch, &'static str> {
        let found = self.0.get_mut(&batch).filter(|it| it.by == person);
        found.ok_or("it is of no batch of that person")
    }
}
