//! Signatures in words: who, when, what it means, how they were known, and whether it is disputed.
//!
//! House rule: every copy shows who signed, when, and what the signature means.

use super::cleaned::clean;
use super::{ShownBlock, Signature, Teller};
use crate::document::{Again, Disputed, Document, OnPaper, Slot};
use crate::words::meaning;
use jiff::Timestamp;
use model::batch::InBatch;

/// Returns the signatures that were given with exceptions.
pub(super) fn excepted(document: &Document) -> impl Iterator<Item = &Slot> {
    let slots = document.slots.iter();
    slots.filter(|it| is_given(it) && !it.statements.is_empty())
}

fn is_given(slot: &Slot) -> bool {
    matches!(slot.stands.as_str(), "is-signed" | "is-signed-on-paper")
}

impl Teller<'_> {
    /// Returns that a signature has exceptions, for whoever reads only the top of a document.
    pub(super) fn excepted(&self, slot: &Slot) -> String {
        let said = slot.statements.iter().map(|it| clean(it)).collect::<Vec<_>>().join("; ");
        self.with("signed-with-exception", &[&self.role(&slot.role.to_string()), &said])
    }

    /// Returns each exception of a signature, with who made it and when.
    pub(super) fn exceptions(&self, slot: &Slot) -> Vec<ShownBlock> {
        let by = clean(slot.by.as_deref().unwrap_or_default());
        let mut line = format!("{by}, {}", self.role(&slot.role.to_string()));
        if let Some(at) = slot.at {
            line += &format!(" \u{b7} {}", self.exactly(at));
        }
        if let Some(entry) = slot.entry {
            line += &format!(" \u{b7} {}", self.with("entry-number", &[&entry]));
        }
        let said = |it: &String| ShownBlock::Statement { text: clean(it), by: line.clone() };
        slot.statements.iter().map(said).collect()
    }

    pub(super) fn signature(&self, slot: &Slot) -> ShownBlock {
        let is_signed = is_given(slot) && slot.disputed.is_none();
        let stands = if slot.disputed.is_some() { "is-disputed" } else { slot.stands.as_str() };
        let told = meaning(&slot.meaning, self.language);
        let mut lines = Vec::new();
        let mut line = |key: &str, said: Option<String>| {
            if let Some(said) = said {
                lines.push([self.word(key), clean(&said)]);
            }
        };
        line("on-paper", slot.on_paper.as_ref().map(|it| self.on_paper(it)));
        line("attested-by", slot.on_paper.as_ref().map(|it| it.attested.join(", ")));
        line("scan-sha256", slot.on_paper.as_ref().map(|it| it.scan.to_string()));
        line("disputed", slot.disputed.as_ref().map(|it| self.disputed(it)));
        line("confirmed-again", slot.confirmed.map(|at| self.exactly(at)));
        line("for", slot.on_behalf_of.clone());
        line("at", slot.at.map(|at| self.exactly(at)));
        line("account", slot.account.clone());
        let here = slot.by.as_ref().filter(|_| slot.on_paper.is_none());
        line("known-by", here.map(|_| self.known(slot)));
        line("shown-again", slot.again.as_ref().map(|it| self.shown_again(it)));
        line("in-batch", slot.batch.as_ref().map(|it| self.in_batch(it)));
        line("entry", slot.entry.map(|it| it.to_string()));
        line("stamp", slot.stamp.clone());
        line("manifest", slot.manifest.map(|it| it.to_string()));
        let asked = if slot.asked.is_empty() { self.word("nobody") } else { slot.asked.join(", ") };
        let tone = match stands {
            "is-signed" => "good",
            // It is a signature, and another kind than the others: nobody takes it for one of them.
            "is-signed-on-paper" => "mind",
            "is-disputed" | "is-declined" | "is-superseded" | "is-void" => "bad",
            "is-requested" => "mind",
            _ => "plain",
        };
        ShownBlock::Signature(Box::new(Signature {
            role: self.role(&slot.role.to_string()),
            tone,
            stands: self.word(stands),
            name: clean(slot.by.as_deref().unwrap_or(&asked)),
            is_signed,
            recorded: (told != slot.meaning).then(|| slot.meaning.clone()),
            meaning: told,
            statements: slot.statements.iter().map(|it| clean(it)).collect(),
            lines,
        }))
    }

    /// Returns how and when whoever decided had shown that it is them.
    fn known(&self, slot: &Slot) -> String {
        match &slot.known {
            Some(it) => {
                let method = self.word(&format!("by-{}", it.method));
                self.with("known-since", &[&method, &self.exactly(it.at)])
            }
            None => self.word("known-by-computer"),
        }
    }

    /// Returns that a signature was given by hand, when, and where it is kept.
    fn on_paper(&self, it: &OnPaper) -> String {
        self.with("on-paper-since", &[&it.paper, &it.signed_on, &it.kept])
    }

    /// Returns why a signature is disputed.
    fn disputed(&self, it: &Disputed) -> String {
        self.with("disputed-since", &[&it.dispute, &self.exactly(it.since), &it.reason])
    }

    /// Returns what a signer showed in the act of signing.
    fn shown_again(&self, again: &Again) -> String {
        let by = self.word(&format!("by-{}", again.by));
        self.with("shown-again-of", &[&by, &self.exactly(again.at), &again.declared.to_string()])
    }

    /// Returns of which batch a signature is, and what of it was looked at.
    fn in_batch(&self, it: &InBatch) -> String {
        let own = match it.at {
            Some(at) => self.with("looked-at-itself", &[&self.exactly(at)]),
            None => self.word("not-looked-at-itself"),
        };
        self.with("in-batch-of", &[&it.batch, &it.of, &it.looked_at, &own, &it.digest.short()])
    }

    /// Returns `at` in UTC and on the clock of the place, with its offset.
    fn exactly(&self, at: Timestamp) -> String {
        let here = at.to_zoned(self.zone.rules());
        format!(
            "{} \u{b7} {}",
            here.strftime("%Y-%m-%d %H:%M:%S UTC%:z"),
            at.strftime("%Y-%m-%dT%H:%M:%SZ")
        )
    }
}
