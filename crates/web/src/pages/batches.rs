//! Batches: signing for several sites at once, after a look at a sample.

use super::{Answer, said};
use crate::block::{Block, Cell, Fact, Link, Tone};
use crate::page::Page;
use crate::trouble::No;
use crate::visit::Visit;
use axum::extract::Path;
use documents::Language;
use model::batch::{self, Batch, BatchCommand, sample_size};
use model::command::Command;
use model::digest::Digest;
use model::sheet::{self, Sheet, SlotId};

/// The most batches of the past that are listed: the newest.
const PAST_SHOWN_MAX: usize = 200;

/// What somebody can sign at once, the batches that they have begun, and all that were signed.
pub(crate) async fn page(visit: Visit) -> Answer {
    let state = visit.state();
    let open: Vec<(u32, &Batch)> = state.batches.open_of(visit.person(), visit.now).collect();
    let asked = batch::asked_of_owner(state, visit.person());
    let mut page = Page::new("Batches").lead(
        "Whoever owns many sites signs for them in one ceremony: which sheets have to be looked at is drawn from the record, each look is recorded, and what shows that it is you is about each of them.",
    );
    for (number, it) in open {
        page = page.with(listed(&visit, number, it)).with(next(&visit, number, it));
    }
    let listed_now = |it: &Batch| {
        it.listed.len() == asked.len() && it.listed.iter().all(|it| asked.contains(&it.slot))
    };
    let known = state.batches.open_of(visit.person(), visit.now).find(|(_, it)| listed_now(it));
    let begin = match (asked.len(), known) {
        (several, Some((number, _))) => Link::not_now(
            format!("Begin a batch of {several} sites"),
            format!("Batch {number} lists exactly these: look at its sample, and sign it."),
        ),
        (0, None) => Link::not_now("Begin a batch", "You are asked to sign for no site."),
        (1, None) => {
            Link::not_now("Begin a batch", "You are asked to sign for one site: sign it by itself.")
        }
        (several, None) => {
            let command = Command::Batch(BatchCommand::Begin { slots: asked });
            let said = format!("Begin a batch of {several} sites");
            Link::new(said, visit.form(&command).unwrap_or_default())
                .small(format!("you look at {} of them, and sign once", sample_size(several)))
        }
    };
    page = page
        .with(Block::links("What you can sign", vec![begin]).typed("landfall sign --all-mine"))
        .with(past(&visit));
    Ok(page.shown(&visit))
}

/// One batch: what it lists, and what of it was looked at.
pub(crate) async fn one(visit: Visit, Path((_, number)): Path<(String, String)>) -> Answer {
    let state = visit.state();
    let found = number.parse().ok().and_then(|it| Some((it, state.batches.get(it)?)));
    let Some((number, it)) = found else {
        return Err(No::unknown(format!("There is no batch {number}.")).into());
    };
    let stands = match it.signed {
        Some((at, _)) => format!("signed {}", visit.when(at)),
        None => "not signed".to_owned(),
    };
    let facts = vec![
        Fact::said("Whose", visit.name(&it.by)),
        Fact::said("Stands", stands),
        Fact::said("What it says", format!("\u{201c}{}\u{201d}", it.meaning())),
        Fact::said("Digest of the list", it.digest),
    ];
    let mut page = Page::new(format!("Batch {number}"))
        .with(Block::facts("The batch", facts))
        .with(listed(&visit, number, it));
    if it.by == *visit.person() && it.is_open(visit.now) {
        page = page.with(next(&visit, number, it));
    }
    Ok(page.typed(format!("landfall batch show {number}")).shown(&visit))
}

/// Returns the links that lead to what somebody owns several of.
pub(super) fn offered(visit: &Visit) -> Option<Block> {
    let asked = batch::asked_of_owner(visit.state(), visit.person()).len();
    if asked < batch::SIGNATURES_MIN {
        return None;
    }
    let link = Link::new(format!("Sign for {asked} sites in a batch"), visit.link("batches"));
    let link = link.small(format!("you look at {} of them, and sign once", sample_size(asked)));
    Some(Block::links("Several at once", vec![link]))
}

/// Returns the sheets of a batch, and which of them are still to be looked at.
fn listed(visit: &Visit, number: u32, it: &Batch) -> Block {
    let seen = it.sample.len() - it.unseen().len();
    let looks = it.by == *visit.person() && it.is_open(visit.now);
    let rows = it.listed.iter().map(|listed| {
        let slot = &listed.slot;
        let looked = match (it.looked_at.get(slot), it.sample.contains(slot)) {
            (Some(at), _) => Cell::of("looked at").tone(Tone::Good).small(visit.when(*at)),
            (None, true) if !looks => Cell::of("not looked at").tone(Tone::Mind),
            (None, true) => {
                let (slot, document) = (slot.clone(), listed.document);
                let command =
                    Command::Batch(BatchCommand::LookAt { batch: number, slot, document });
                Cell::of("Look at it")
                    .tone(Tone::Mind)
                    .link(visit.form(&command).unwrap_or_default())
            }
            (None, false) => Cell::of("not drawn"),
        };
        row(visit, slot, listed.document, looked)
    });
    let columns = ["Site", "Sheet", "Sample"];
    Block::table(format!("The sheets of batch {number}"), &columns, rows.collect(), "").lead(
        format!(
            "{} signatures, {seen} of the {} sheets that were drawn are looked at. Begun {}.",
            it.listed.len(),
            it.sample.len(),
            visit.when(it.at)
        ),
    )
}

fn row(visit: &Visit, slot: &SlotId, document: Digest, more: Cell) -> Vec<Cell> {
    let state = visit.state();
    let title = if let Sheet::Site(site) = &slot.sheet {
        state.site(site).map(|(it, _)| it.title.clone())
    } else {
        None
    };
    vec![
        Cell::of(title.unwrap_or_else(|| slot.sheet.title())).small(slot.sheet.to_string()),
        Cell::of(document.short()).link(visit.link(&format!("documents/{}", slot.sheet))),
        more,
    ]
}

/// Returns what leads on with a batch: what is to be looked at, then the signature.
fn next(visit: &Visit, number: u32, it: &Batch) -> Block {
    let said = format!("Sign all {}", it.listed.len());
    let unseen = it.unseen().len();
    let command = Command::Batch(BatchCommand::Sign { batch: number, digest: it.digest });
    let link = if unseen > 0 {
        Link::not_now(
            said,
            format!("{unseen} of the sheets that were drawn are to be looked at first."),
        )
    } else {
        Link::new(said, visit.form(&command).unwrap_or_default()).main()
    };
    Block::links(format!("Sign batch {number}"), vec![link])
        .typed(format!("landfall batch sign {number}"))
}

/// Returns the batches that were begun, the newest first.
fn past(visit: &Visit) -> Block {
    let state = visit.state();
    let mut all: Vec<(u32, &Batch)> = (1..).zip(&state.batches.0).collect();
    all.reverse();
    let numbered = all.into_iter().take(PAST_SHOWN_MAX);
    let rows = numbered.map(|(number, it)| {
        let stands = match it.signed {
            Some((at, _)) => Cell::of("signed").tone(Tone::Good).small(visit.when(at)),
            None if it.is_open(visit.now) => {
                Cell::of("begun").tone(Tone::Mind).small(visit.when(it.at))
            }
            None => Cell::of("never signed").small(visit.when(it.at)),
        };
        vec![
            Cell::number(number).link(visit.link(&format!("batches/{number}"))),
            Cell::of(visit.name(&it.by)),
            Cell::number(it.listed.len()),
            Cell::of(format!("{} of {}", it.sample.len() - it.unseen().len(), it.sample.len())),
            stands,
        ]
    });
    let columns = ["Batch", "Whose", "Signatures", "Looked at", "Stands"];
    Block::table("All batches", &columns, rows.collect(), "Nobody has begun a batch yet.")
}

/// Returns what has to be seen before an act on a batch.
pub(super) fn before(visit: &Visit, command: &BatchCommand, language: Language) -> Vec<Block> {
    match command {
        BatchCommand::Begin { slots } => {
            let rows = slots.iter().map(|it| {
                let document = sheet::digest(visit.state(), &it.sheet);
                row(visit, it, document, Cell::of(it.role))
            });
            let lead = format!(
                "{} of them will be drawn, to be looked at before you sign.",
                sample_size(slots.len())
            );
            let columns = ["Site", "Sheet", "Signed as"];
            vec![Block::table("What is to be signed", &columns, rows.collect(), "").lead(lead)]
        }
        BatchCommand::LookAt { slot, .. } => {
            let digest = sheet::digest(visit.state(), &slot.sheet);
            let facts = vec![Fact::said("Sheet", slot.sheet.title()), Fact::said("Digest", digest)];
            let mut blocks = vec![Block::facts("What you look at", facts)];
            blocks.extend(said::of_sheet(visit, &slot.sheet));
            blocks
        }
        BatchCommand::Sign { batch, .. } => {
            let Some(it) = visit.state().batches.get(*batch) else { return vec![] };
            let told = documents::meaning(it.meaning(), language);
            let facts = vec![
                Fact::said("Your signatures say", format!("\u{201c}{told}\u{201d}")),
                Fact::said("Signatures", it.listed.len()),
                Fact::said("Digest of the list", it.digest),
            ];
            vec![Block::facts("What it means", facts), listed(visit, *batch, it)]
        }
    }
}
