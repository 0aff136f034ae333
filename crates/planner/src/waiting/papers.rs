//! What sheets wait on that were signed by hand: a second person.
//!
//! House rule: nothing waits without saying on what. Who of those that attest is no second person
//! is left out where everybody is who is kept from what is asked.

use super::WaitingOn;
use model::command::Command;
use model::decide::paper::ATTESTS_PAPER;
use model::machine::SignOffState;
use model::paper::{Paper, PaperCommand};
use model::scope::Scope;
use model::state::State;

/// Returns the papers about `of` that a second person has not attested yet, or all of them.
pub(super) fn papers(state: &State, of: Option<&Scope>) -> Vec<WaitingOn> {
    let numbered = (1_u32..).zip(&state.papers.0).filter(|(_, it)| it.is_open());
    let near = numbered.filter(|(_, it)| of.is_none_or(|of| it.signed.slot.sheet.scope() == *of));
    near.filter_map(|(number, it)| paper(state, number, it)).collect()
}

fn paper(state: &State, number: u32, it: &Paper) -> Option<WaitingOn> {
    let signed = &it.signed;
    let status = state.slots.get(&signed.slot)?;
    // A sheet that changed is signed anew: the paper is of another one.
    if status.state != SignOffState::Requested || status.document != signed.document {
        return None;
    }
    let what = format!(
        "paper {number}: {} was signed by hand by {}; a second person compares the scan and attests it",
        signed.slot, signed.signer
    );
    let scope = signed.slot.sheet.scope();
    let wait = WaitingOn::people(state, scope, what, it.at, &ATTESTS_PAPER);
    let command = PaperCommand::Attest { paper: number, scan: signed.scan };
    Some(wait.with(Command::Paper(command)).advisable())
}
