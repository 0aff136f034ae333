//! The calendar: windows, freezes, slots of sites, and who is away.

use super::Answer;
use crate::block::{Block, Cell};
use crate::charts::{Stretch, timeline};
use crate::page::Page;
use crate::visit::Visit;
use model::freeze::{Freeze, FreezeScope, FreezeSpan, FreezeZone};
use model::scope::Scope;

/// The most slots that are listed, the next ones, a page at a time.
const SLOTS_MAX: usize = 2_000;

pub(crate) async fn page(visit: Visit) -> Answer {
    let state = visit.state();
    let plan = &state.plan;
    let mut slots: Vec<_> = state
        .messages
        .slots
        .iter()
        .filter(|(_, it)| it.version > 0 && it.until > visit.now)
        .collect();
    slots.sort_by_key(|(_, it)| it.from);
    let rows: Vec<Vec<Cell>> = slots
        .iter()
        .take(SLOTS_MAX)
        .map(|(site, it)| {
            let scope = Scope::Site((*site).clone());
            vec![
                Cell::of(
                    state.site(site).map_or_else(|| site.to_string(), |(it, _)| it.title.clone()),
                )
                .link(visit.to(&scope))
                .small(site.to_string()),
                Cell::of(visit.when_at(&scope, it.from)),
                Cell::of(
                    visit
                        .slot_ends(&scope, it)
                        .unwrap_or_else(|| "at any time after it".to_owned()),
                ),
                Cell::number(it.version),
            ]
        })
        .collect();
    let columns = ["Site", "From", "Until", "Version"];
    let empty = "No site has been told a slot that lies ahead.";
    let mut page = Page::new("Calendar")
        .lead("On the clock of each place, and in UTC.")
        .with(Block::table("Slots of sites", &columns, rows, empty));
    let windows = plan.rings.iter().map(|ring| {
        let windows: Vec<String> = ring.windows.iter().map(ToString::to_string).collect();
        let windows = if windows.is_empty() { "always".to_owned() } else { windows.join("; ") };
        let scope = Scope::Ring(ring.id.clone());
        vec![Cell::of(&ring.id).link(visit.to(&scope)), Cell::of(ring.kind), Cell::of(windows)]
    });
    let windows = windows.collect();
    page = page.with(
        Block::table("Maintenance windows of rings", &["Ring", "Kind", "Windows"], windows, "The plan has no rings.")
            .lead("On the clock of each site, where no zone is named. A site may have windows of its own."),
    );
    page = page.with(freezes(&plan.freezes)).with(changes(&visit)).with(leave(&visit));
    Ok(page.typed("landfall change-schedule").shown(&visit))
}

fn freezes(freezes: &[Freeze]) -> Block {
    let rows = freezes.iter().map(|it| {
        let (from, until) = match it.span {
            FreezeSpan::Days { first, last } => {
                (first.to_string(), format!("{last}, that day included"))
            }
            FreezeSpan::Times { from, to } => (from.to_string(), to.to_string()),
        };
        let whom = match &it.scope {
            FreezeScope::All => "everything".to_owned(),
            FreezeScope::Sites(sites) => format!("{} sites", sites.len()),
            FreezeScope::Rings(rings) => {
                let rings: Vec<String> = rings.iter().map(ToString::to_string).collect();
                format!("rings {}", rings.join(", "))
            }
        };
        let zone = match &it.zone {
            FreezeZone::Site => "on the clock of each site".to_owned(),
            FreezeZone::Named(zone) => zone.to_string(),
        };
        vec![
            Cell::of(&it.name).small(it.why.clone()),
            Cell::of(from),
            Cell::of(until),
            Cell::of(zone),
            Cell::of(whom),
        ]
    });
    let columns = ["Freeze", "From", "Until", "Clock", "Holds back"];
    Block::table("Freezes", &columns, rows.collect(), "The plan has no freezes.")
}

fn changes(visit: &Visit) -> Block {
    let scheduled = model::change_schedule::scheduled(visit.state());
    let rows = scheduled.iter().map(|it| {
        vec![
            Cell::of(&it.rfc)
                .link(visit.to(&Scope::Rfc(it.rfc.clone())))
                .small(it.deployment.to_string()),
            Cell::of(it.state),
            Cell::of(it.from.map_or_else(|| "at any time".to_owned(), |at| visit.when(at))),
            Cell::of(it.until.map_or_else(|| "for ever".to_owned(), |at| visit.when(at))),
        ]
    });
    let columns = ["Request", "State", "From", "Until"];
    let mut block =
        Block::table("Change schedule", &columns, rows.collect(), "Nothing is scheduled.");
    let stretches = scheduled.iter().filter_map(|it| {
        Some(Stretch {
            name: it.rfc.to_string(),
            from: it.from?,
            until: it.until?,
            class: "running",
        })
    });
    let stretches: Vec<Stretch> = stretches.collect();
    if timeline(&stretches, "", "").is_some() {
        block = block.lead("Requests that have a window of their own stand in it.");
    }
    block.typed("landfall rfc list")
}

fn leave(visit: &Visit) -> Block {
    let people = visit.state().plan.people.iter();
    let rows = people.flat_map(|person| {
        person
            .leave()
            .iter()
            .map(|it| vec![Cell::of(visit.name(&person.id)), Cell::of(it.first), Cell::of(it.last)])
    });
    let columns = ["Who", "First day", "Last day"];
    Block::table("Who is away", &columns, rows.collect(), "Nobody has said that they will be away.")
}
