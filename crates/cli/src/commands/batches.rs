//! Batches: begun, looked at, signed, shown.
//!
//! House rule: nobody signs a batch of which they have not looked at the sample.

use super::signing::seen;
use crate::args::batch::Batch as Line;
use crate::args::sign::Wanted;
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use crate::render::table::{Tone, cell, table, text};
use model::batch::{Batch, BatchCommand, BatchEvent};
use model::command::Command;
use model::event::Event;
use model::scope::Scope;
use model::sheet::{self, Sheet, SlotId};
use model::state::State;
use serde_json::json;
use views::time::when;

pub(crate) async fn batch(it: &Line, mut desk: Desk) -> Result<Exit, Fault> {
    match it {
        Line::Begin { slots, all_mine } => {
            let slots = if *all_mine { mine(&desk)? } else { slots.clone() };
            let number = begin(&mut desk, slots).await?;
            desk.terminal.say(&page(&desk, number)?);
        }
        Line::Look { batch, sheet, digest } => {
            let slot = listed(&desk, *batch, sheet)?;
            look(&mut desk, *batch, &slot, digest.as_deref()).await?;
        }
        Line::Sign { batch, digest, language } => {
            return sign(*batch, digest.as_deref(), desk.in_language(*language)).await;
        }
        Line::Show { batch } => return show(*batch, &desk),
        Line::List => return list(&desk),
    }
    Ok(Exit::Done)
}

/// Returns the slots of sites that whoever sits here is asked to sign as owner or deputy.
pub(super) fn mine(desk: &Desk) -> Result<Vec<SlotId>, Fault> {
    let person = desk.author()?.person;
    let mine = model::batch::asked_of_owner(desk.state(), &person);
    if mine.is_empty() {
        let what = format!("{person} is asked to sign for no site as its owner or deputy");
        let next = "`landfall waiting` shows who is; for another role name the slots: `landfall batch begin SLOT SLOT…`";
        return Err(Fault::new(Exit::Refused, what).next(next));
    }
    Ok(mine)
}

/// Returns the batch that whoever sits here has begun over exactly these sheets as they are now.
pub(super) fn open(desk: &Desk, slots: &[SlotId]) -> Result<Option<u32>, Fault> {
    let (state, person) = (desk.state(), desk.author()?.person);
    let is_same = |it: &Batch| {
        let now = |slot: &SlotId| sheet::digest(state, &slot.sheet);
        it.listed.len() == slots.len()
            && it.listed.iter().all(|it| slots.contains(&it.slot) && it.document == now(&it.slot))
    };
    let mut open = state.batches.open_of(&person, desk.now());
    Ok(open.find(|(_, it)| is_same(it)).map(|(number, _)| number))
}

/// Begins a batch, and returns its number.
pub(super) async fn begin(desk: &mut Desk, slots: Vec<SlotId>) -> Result<u32, Fault> {
    let command = Command::Batch(BatchCommand::Begin { slots });
    let acted = desk.act(&command).await?;
    desk.tell(&Scope::Deployment, &acted)?;
    let begun = acted.events.iter().find_map(|it| {
        if let Event::Batch(BatchEvent::Begun { batch, .. }) = it { Some(*batch) } else { None }
    });
    let last = u32::try_from(desk.state().batches.0.len()).unwrap_or(u32::MAX);
    Ok(begun.unwrap_or(last))
}

/// Shows what has not been looked at of a batch, then has it signed.
pub(super) async fn sign(batch: u32, digits: Option<&str>, mut desk: Desk) -> Result<Exit, Fault> {
    let unseen: Vec<SlotId> = found(&desk, batch)?.unseen().into_iter().cloned().collect();
    if digits.is_none() {
        for slot in &unseen {
            look(&mut desk, batch, slot, None).await?;
        }
    }
    let digest = found(&desk, batch)?.digest;
    let shown = page(&desk, batch)?;
    let digest = seen(&desk, digest, digits, "--digest", || shown)?;
    let command = Command::Batch(BatchCommand::Sign { batch, digest });
    desk.act_and_tell(&Scope::Deployment, &command).await?;
    Ok(Exit::Done)
}

/// Shows one sheet of a batch, and records that it was looked at.
async fn look(
    desk: &mut Desk,
    batch: u32,
    slot: &SlotId,
    digits: Option<&str>,
) -> Result<(), Fault> {
    let state = desk.state();
    let document = sheet::digest(state, &slot.sheet);
    let shown = || render::sheet::page(state, &slot.sheet);
    let document = seen(desk, document, digits, "--digest", shown).map_err(|fault| {
        let (sheet, short) = (&slot.sheet, document.short());
        let line = format!("landfall batch look {batch} {sheet} --digest {short}");
        if digits.is_none() { fault.next(format!("read it, then `{line}`")) } else { fault }
    })?;
    let slot = slot.clone();
    let command = Command::Batch(BatchCommand::LookAt { batch, slot, document });
    desk.act_and_tell(&views::subject::of(&command), &command).await
}

/// Returns the slot of a batch that `wanted` names.
fn listed(desk: &Desk, batch: u32, wanted: &Wanted) -> Result<SlotId, Fault> {
    let sheet = match wanted {
        Wanted::Slot(slot) => return Ok(slot.clone()),
        Wanted::Sheet(sheet) => sheet,
    };
    let found = found(desk, batch)?.listed.iter().find(|it| it.slot.sheet == *sheet);
    found.map(|it| it.slot.clone()).ok_or_else(|| {
        let next = format!("`landfall batch show {batch}` says what it lists");
        Fault::usage(format!("batch {batch} does not list {sheet}"), next)
    })
}

fn found(desk: &Desk, batch: u32) -> Result<&Batch, Fault> {
    desk.state().batches.get(batch).ok_or_else(|| {
        let next =
            "`landfall batch list` says which there are, and `landfall sign --all-mine` begins one";
        Fault::usage(format!("there is no batch {batch}"), next)
    })
}

fn show(batch: u32, desk: &Desk) -> Result<Exit, Fault> {
    let it = found(desk, batch)?;
    let value = json!({ "batch": batch, "by": it.by, "at": it.at, "digest": it.digest,
        "listed": it.listed, "sample": it.sample, "looked_at": it.looked_at, "signed": it.signed });
    let shown = page(desk, batch)?;
    desk.terminal.answer(&value, || shown)?;
    Ok(Exit::Done)
}

fn list(desk: &Desk) -> Result<Exit, Fault> {
    let (plan, zone) = (&desk.state().plan, &desk.state().plan.zone);
    let numbered = || (1_u32..).zip(&desk.state().batches.0);
    let values: Vec<_> = numbered()
        .map(|(number, it)| {
            let signed = it.signed.map(|(at, _)| at);
            json!({ "batch": number, "by": it.by, "at": it.at, "signatures": it.listed.len(),
                "drawn": it.sample.len(), "unseen": it.unseen().len(), "signed": signed })
        })
        .collect();
    desk.terminal.answer(&values, || {
        let headings = ["Batch", "Of", "Begun", "Signatures", "Looked at", ""];
        let mut rows = table(desk.terminal.setting(), &headings);
        for (number, it) in numbered() {
            let (stands, tone) = match it.signed {
                Some((at, _)) => (format!("signed on {}", when(at, zone)), Tone::Good),
                None if it.is_open(desk.now()) => ("begun".to_owned(), Tone::Mind),
                None => ("never signed".to_owned(), Tone::Plain),
            };
            let seen = it.sample.len() - it.unseen().len();
            rows.add_row(vec![
                cell(number, Tone::Plain),
                cell(views::people::person(plan, &it.by), Tone::Plain),
                cell(when(it.at, zone), Tone::Plain),
                cell(it.listed.len(), Tone::Plain),
                cell(format!("{seen} of {}", it.sample.len()), Tone::Plain),
                cell(stands, tone),
            ]);
        }
        if values.is_empty() { "Nobody has begun a batch.".to_owned() } else { text(&rows) }
    })?;
    Ok(Exit::Done)
}

/// Returns a batch as it is read: what it lists, what of it was looked at, what that means.
fn page(desk: &Desk, batch: u32) -> Result<String, Fault> {
    let state = desk.state();
    let it = found(desk, batch)?;
    let zone = &state.plan.zone;
    let mut rows = table(desk.terminal.setting(), &["Site", "", "Sheet", "Looked at"]);
    for listed in &it.listed {
        let at = it.looked_at.get(&listed.slot);
        let (said, tone) = match (at, it.sample.contains(&listed.slot)) {
            (Some(at), _) => (when(*at, zone), Tone::Good),
            (None, true) => ("to be looked at".to_owned(), Tone::Mind),
            (None, false) => (String::new(), Tone::Plain),
        };
        rows.add_row(vec![
            cell(&listed.slot.sheet, Tone::Plain),
            cell(title(state, &listed.slot.sheet), Tone::Plain),
            cell(listed.document.short(), Tone::Plain),
            cell(said, tone),
        ]);
    }
    let stands = match it.signed {
        Some((at, _)) => format!("signed on {}", when(at, zone)),
        None => format!("begun on {}", when(it.at, zone)),
    };
    let by = views::people::person(&state.plan, &it.by);
    Ok(format!(
        "Batch {batch} of {} signatures by {by}, {stands}\n{}\n\u{201c}{}\u{201d}\n{} of {} of the sample looked at. The digest of the list is {}.",
        it.listed.len(),
        text(&rows),
        documents::meaning(it.meaning(), desk.language()),
        it.sample.len() - it.unseen().len(),
        it.sample.len(),
        it.digest
    ))
}

fn title(state: &State, sheet: &Sheet) -> String {
    let Sheet::Site(site) = sheet else { return String::new() };
    state.site(site).map_or_else(String::new, |(it, _)| it.title.clone())
}
