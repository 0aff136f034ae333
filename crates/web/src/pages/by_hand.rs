//! Sheets that were signed by hand: where they are put down, and what is compared before one is attested.

use crate::block::{Block, Cell, Fact, Link};
use crate::visit::Visit;
use model::command::Command;
use model::machine::SignOffState;
use model::paper::{Paper, PaperCommand};
use model::sheet::{self, Sheet};

/// Returns where it is put down that a sheet was signed by hand, and what of it waits for a second person.
pub(super) fn on_sheet(visit: &Visit, sheet: &Sheet) -> Option<Block> {
    if !visit.is_open() {
        return None;
    }
    let state = visit.state();
    let digest = sheet::digest(state, sheet);
    let of_this = |it: &Paper| it.is_open() && it.signed.slot.sheet == *sheet;
    let open = (1_u32..).zip(&state.papers.0).filter(|(_, it)| of_this(it));
    let mut links: Vec<Link> = open
        .map(|(paper, it)| {
            let command = PaperCommand::Attest { paper, scan: it.signed.scan };
            let form = visit.form(&Command::Paper(command)).unwrap_or_default();
            let said = format!("{}, put down by {}", it.signed.slot.role, visit.name(&it.by));
            Link::new(format!("Attest paper {paper}"), form).small(said)
        })
        .collect();
    let asked = sheet
        .slots()
        .into_iter()
        .filter(|slot| state.slots.get(slot).is_some_and(|it| it.state == SignOffState::Requested));
    links.extend(asked.map(|slot| {
        let at = "act/paper/record?c.paper.record.signed";
        let form = format!("{at}.slot={slot}&c.paper.record.signed.document={digest}");
        let form = format!("{form}&_back={}", visit.path);
        Link::new(format!("Signed by hand as {}", slot.role), visit.link(&form))
    }));
    let lead = "A printed sheet that somebody signed with a pen is put down by one person and attested by another. It stays paper.";
    (!links.is_empty()).then(|| Block::links("By hand", links).lead(lead))
}

/// Returns what has to be seen before a paper is attested: what was put down, to be compared with the scan.
pub(super) fn before_attesting(visit: &Visit, paper: u32) -> Vec<Block> {
    let Some(it) = visit.state().papers.get(paper) else { return vec![] };
    let signed = &it.signed;
    let sheet = visit.link(&format!("documents/{}", signed.slot.sheet));
    let facts = vec![
        Fact::new("Sheet", Cell::of(signed.slot.sheet.title()).link(sheet)),
        Fact::said("Signed as", signed.slot.role),
        Fact::said("Signed by", visit.name(&signed.signer)),
        Fact::said("On", signed.signed_on),
        Fact::said("Digest on the paper", signed.document),
        Fact::said("SHA-256 of the scan", signed.scan),
        Fact::said("Kept", &signed.kept),
        Fact::said("Put down by", visit.name(&it.by)),
    ];
    vec![Block::facts(format!("Paper {paper}, to be compared with its scan"), facts)]
}
