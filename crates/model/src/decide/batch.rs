//! Acts of signing in a batch: begin it, look at its sample, sign it.
//!
//! Each signature is decided as if it were given by itself, so a batch lets nobody sign what they could
//! not sign one by one.
//!
//! House rule: nobody signs a batch of which they have not looked at the sample.

use super::Acting;
use crate::authentication::Declaration;
use crate::batch::{
    Batch, BatchCommand, BatchEvent, LASTS, Listed, SIGNATURES_MAX, SIGNATURES_MIN, drawn,
};
use crate::digest::Digest;
use crate::event::Event;
use crate::refusal::{Refusal, RefusalCode};
use crate::sheet::{self, Sheet, SlotId};
use std::collections::BTreeSet;

/// How many of the sheets that nobody has looked at are named.
const NAMED_MAX: usize = 5;

impl Acting<'_> {
    /// Returns the same where the record ends with the chain's hash `head`.
    pub fn at_head(self, head: Digest) -> Self {
        Self { head, ..self }
    }

    pub(super) fn batch(&self, command: &BatchCommand) -> Result<Vec<Event>, Refusal> {
        match command {
            BatchCommand::Begin { slots } => self.begin_batch(slots),
            BatchCommand::LookAt { batch, slot, document } => self.look_at(*batch, slot, *document),
            BatchCommand::Sign { batch, digest } => self.sign_batch(*batch, *digest),
        }
    }

    fn begin_batch(&self, slots: &[SlotId]) -> Result<Vec<Event>, Refusal> {
        are_alike(slots)?;
        let mut listed = Vec::with_capacity(slots.len());
        for slot in slots {
            let document = sheet::digest(self.state, &slot.sheet);
            self.sign(slot, document, &[])?;
            listed.push(Listed { slot: slot.clone(), document });
        }
        let (digest, seed, sample) = drawn(&listed, &self.head);
        // Who could begin it again and again would have the sample that they like.
        if let Some((open, _)) =
            self.state.batches.open_of(self.person, self.now).find(|(_, it)| it.digest == digest)
        {
            let text = format!("batch {open} lists exactly these already");
            let next = format!("look at its sample, and sign it: `landfall batch show {open}`");
            return Err(Refusal::new(RefusalCode::State, text, next));
        }
        let batch = u32::try_from(self.state.batches.0.len()).unwrap_or(u32::MAX) + 1;
        Ok(vec![Event::Batch(BatchEvent::Begun { batch, listed, digest, seed, sample })])
    }

    fn look_at(&self, batch: u32, slot: &SlotId, document: Digest) -> Result<Vec<Event>, Refusal> {
        let found = self.own_batch(batch)?;
        let listed = found.listed.iter().find(|it| it.slot == *slot).ok_or_else(|| {
            let next = format!("`landfall batch show {batch}` says what it lists");
            let text = format!("batch {batch} does not list {slot}");
            Refusal::new(RefusalCode::Unknown, text, next)
        })?;
        self.slot(slot, document)?;
        if listed.document != document {
            return Err(changed(batch));
        }
        if found.looked_at.contains_key(slot) {
            let text = format!("{} was looked at in batch {batch} already", slot.sheet);
            let next = format!("`landfall batch show {batch}` says what else is to be looked at");
            return Err(Refusal::new(RefusalCode::State, text, next));
        }
        let slot = slot.clone();
        Ok(vec![Event::Batch(BatchEvent::LookedAt { batch, slot, document })])
    }

    fn sign_batch(&self, batch: u32, digest: Digest) -> Result<Vec<Event>, Refusal> {
        let found = self.own_batch(batch)?;
        if found.digest != digest {
            return Err(changed(batch));
        }
        is_looked_at(batch, found)?;
        let mut declarations = Vec::with_capacity(found.listed.len());
        let mut signatures = Vec::new();
        for Listed { slot, document } in &found.listed {
            let mut events = self.sign(slot, *document, &[])?;
            if let Some(Event::SignOff { batch: of, .. }) = events.first_mut() {
                *of = Some(Box::new(found.around(batch, slot)));
            }
            let signed =
                events.first().map(|it| Declaration::of(self.state, self.person, it, None));
            declarations.extend(signed.map(|it| it.challenge()));
            signatures.extend(events);
        }
        let meaning = found.meaning().to_owned();
        let mut events =
            vec![Event::Batch(BatchEvent::Signed { batch, digest, meaning, declarations })];
        events.extend(signatures);
        Ok(events)
    }

    /// Returns the batch, where whoever acts began it and can still sign it.
    fn own_batch(&self, batch: u32) -> Result<&Batch, Refusal> {
        let name = format!("batch {batch}");
        let found = self.state.batches.get(batch).ok_or_else(|| Refusal::unknown(&name))?;
        if found.by != *self.person {
            let text = format!("{name} was begun by {}", found.by);
            let next = "begin one of your own: `landfall sign --all-mine`";
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
        }
        if found.signed.is_some() {
            let next = format!("`landfall batch show {batch}` says when");
            return Err(Refusal::new(RefusalCode::State, format!("{name} is signed"), next));
        }
        if !found.is_open(self.now) {
            let text = format!("{name} was begun more than {} hours ago", LASTS.as_hours());
            let next = "begin it anew: `landfall sign --all-mine`";
            return Err(Refusal::new(RefusalCode::Stale, text, next));
        }
        Ok(found)
    }
}

/// Refuses what is not of one kind, or is too little or too much for a batch.
fn are_alike(slots: &[SlotId]) -> Result<(), Refusal> {
    if slots.len() < SIGNATURES_MIN {
        let next = "sign one by itself: `landfall sign SLOT`";
        return Err(Refusal::invalid("a batch is of at least two signatures", next));
    }
    if slots.len() > SIGNATURES_MAX {
        let text = format!("{} signatures are more than a batch holds", slots.len());
        let next = format!("begin one of {SIGNATURES_MAX}, and another one after it");
        return Err(Refusal::invalid(text, next));
    }
    let role = slots.first().map(|it| it.role);
    let is_alike = |it: &SlotId| matches!(it.sheet, Sheet::Site(_)) && Some(it.role) == role;
    if let Some(other) = slots.iter().find(|it| !is_alike(it)) {
        let text = format!("{other} is of another kind than the rest of the batch");
        let next =
            "a batch is of sheets of sites, signed in one role type: sign that one by itself";
        return Err(Refusal::invalid(text, next));
    }
    let mut known = BTreeSet::new();
    if let Some(twice) = slots.iter().find(|it| !known.insert(*it)) {
        return Err(Refusal::invalid(format!("{twice} is named twice"), "name it once"));
    }
    Ok(())
}

fn is_looked_at(batch: u32, found: &Batch) -> Result<(), Refusal> {
    let unseen = found.unseen();
    let Some(first) = unseen.first() else { return Ok(()) };
    let mut names: Vec<String> =
        unseen.iter().take(NAMED_MAX).map(|it| it.sheet.to_string()).collect();
    if unseen.len() > NAMED_MAX {
        names.push(format!("{} more", unseen.len() - NAMED_MAX));
    }
    let text = format!(
        "of the sample of batch {batch}, {} of {} have not been looked at: {}",
        unseen.len(),
        found.sample.len(),
        names.join(", ")
    );
    let next = format!("look at them: `landfall batch look {batch} {}`", first.sheet);
    Err(Refusal::new(RefusalCode::Gate, text, next))
}

fn changed(batch: u32) -> Refusal {
    let text = format!("what batch {batch} lists is no longer what was shown");
    Refusal::new(RefusalCode::Stale, text, "begin it anew: `landfall sign --all-mine`")
}
