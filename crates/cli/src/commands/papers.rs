//! Paper: put down, attested, listed.

use super::signing::seen;
use crate::args::paper::{Paper, Scan};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use crate::render::table::{Tone, cell, table, text};
use model::command::Command;
use model::digest::Digest;
use model::paper::{PaperCommand, SignedPaper};
use model::sheet;
use views::people::person;

/// The largest scan that is read, in bytes: a few pages, not a book.
const SCAN_BYTES_MAX: u64 = 64 * 1024 * 1024;

pub(crate) async fn paper(it: &Paper, mut desk: Desk) -> Result<Exit, Fault> {
    let command = match it {
        Paper::Record { slot, digest, signer, on, scan, kept } => {
            let state = desk.state();
            let document = sheet::digest(state, &slot.sheet);
            let page = || render::sheet::page(state, &slot.sheet);
            let document = seen(&desk, document, Some(digest), "--digest", page)?;
            PaperCommand::Record {
                signed: SignedPaper {
                    slot: slot.clone(),
                    document,
                    signer: signer.clone(),
                    signed_on: *on,
                    kept: kept.clone(),
                    scan: of_scan(scan)?,
                },
            }
        }
        Paper::Attest { paper, scan } => {
            PaperCommand::Attest { paper: *paper, scan: of_scan(scan)? }
        }
        Paper::Reject { paper, reason } => {
            PaperCommand::Reject { paper: *paper, reason: reason.clone() }
        }
        Paper::List => return list(&desk),
    };
    let command = Command::Paper(command);
    let scope = views::subject::of(&command);
    desk.act_and_tell(&scope, &command).await?;
    Ok(Exit::Done)
}

fn of_scan(scan: &Scan) -> Result<Digest, Fault> {
    let path = match scan {
        Scan::Digest(digest) => return Ok(*digest),
        Scan::File(path) => path,
    };
    let size = std::fs::metadata(path).map_err(|error| Fault::of_file(path, &error))?.len();
    if size == 0 || size > SCAN_BYTES_MAX {
        let what = format!("{} has {size} bytes", path.display());
        return Err(Fault::usage(what, "give the scan of the sheet: a PDF or a picture"));
    }
    let bytes = std::fs::read(path).map_err(|error| Fault::of_file(path, &error))?;
    Ok(Digest::of(&bytes))
}

fn list(desk: &Desk) -> Result<Exit, Fault> {
    let state = desk.state();
    let papers = &state.papers.0;
    desk.terminal.answer(papers, || {
        let headings = ["Paper", "Slot", "Signed by", "On", "Put down by", "Stands", "Kept"];
        let mut rows = table(desk.terminal.setting(), &headings);
        for (number, it) in (1..).zip(papers) {
            let name = |of| person(&state.plan, of);
            let (stands, tone) = match (&it.attested, &it.rejected) {
                (Some((by, _)), _) => (format!("attested by {}", name(by)), Tone::Good),
                (None, Some((by, why))) => (format!("rejected by {}: {why}", name(by)), Tone::Bad),
                (None, None) => ("waits for a second person".to_owned(), Tone::Mind),
            };
            rows.add_row(vec![
                cell(number, Tone::Plain),
                cell(&it.signed.slot, Tone::Plain),
                cell(name(&it.signed.signer), Tone::Plain),
                cell(it.signed.signed_on, Tone::Plain),
                cell(name(&it.by), Tone::Plain),
                cell(stands, tone),
                cell(&it.signed.kept, Tone::Plain),
            ]);
        }
        if papers.is_empty() { "No sheet was signed on paper.".to_owned() } else { text(&rows) }
    })?;
    Ok(Exit::Done)
}
