//! Disputed signatures: what whoever looks can do with one, and what they see before.

use super::documents::paper_link;
use crate::block::{Block, Cell, Fact};
use crate::visit::Visit;
use documents::{DocumentName, Language};
use model::command::Command;
use model::dispute::{CONFIRMED, DisputeCommand};
use model::sheet::SlotId;
use reception::PaperForm;

/// Returns what whoever looks can do with a disputed signature: its signer confirms it.
pub(super) fn decide(visit: &Visit, slot: &SlotId) -> Cell {
    let Some(status) = visit.state().slots.get(slot) else { return Cell::default() };
    let (slot, document) = (slot.clone(), status.document);
    if !visit.is_open() {
        return Cell::none();
    }
    let (said, command) = if status.by.as_ref() == Some(visit.person()) {
        ("Confirm it", DisputeCommand::Confirm { slot, document })
    } else {
        ("Set it aside", DisputeCommand::SetAside { slot, reason: String::new() })
    };
    Cell::of(said).link(visit.form(&Command::Dispute(command)).unwrap_or_default())
}

/// Returns what has to be seen before a disputed signature is confirmed: why it is disputed, and what
/// was signed.
pub(super) fn before_confirming(visit: &Visit, slot: &SlotId, language: Language) -> Vec<Block> {
    let state = visit.state();
    let (Some(status), Some((_, dispute))) = (state.slots.get(slot), state.disputes.of(slot))
    else {
        return vec![];
    };
    let told = documents::meaning(CONFIRMED, language);
    let sheet = DocumentName::Sheet(slot.sheet.clone());
    let facts = vec![
        Fact::said("Confirming says", format!("\u{201c}{told}\u{201d}")),
        Fact::said("Signature", slot),
        Fact::said("Given", visit.when_at(&slot.sheet.scope(), status.since)),
        Fact::said("Disputed because", &dispute.reason),
        Fact::said("Digest", status.document),
        Fact::new("On paper", Cell::of("PDF").link(paper_link(visit, &sheet, PaperForm::Pdf))),
    ];
    vec![Block::facts("What is disputed", facts)]
}
