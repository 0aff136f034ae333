//! The record: its entries, one of them, and what an order printed.

use super::Answer;
use crate::block::{Block, Body, Cell, Fact, Stream, Tone};
use crate::form::FieldView;
use crate::page::Page;
use crate::template::said;
use crate::trouble::{No, sentence};
use crate::visit::Visit;
use axum::extract::{Path, State};
use model::event::Event;
use model::id::Seq;
use model::order::OrderId;
use reception::{Carriage, Reception};
use std::collections::BTreeMap;
use std::sync::Arc;
use views::board::EntryLine;
use views::entry_list::EntryAt;
use views::event::scope_of;
use views::listing::Order;
use views::time::{exactly, told};

/// How many entries are looked through for an order.
const LOOKED_AT_MAX: u64 = 20_000;

/// How many are read at once.
const AT_ONCE: u32 = 2_000;

/// The fields of the columns of the list.
const FIELDS: [Option<&str>; 1] = [Some("seq")];

pub(crate) async fn list(State(reception): State<Arc<Reception>>, visit: Visit) -> Answer {
    let state = visit.state();
    let mut wanted = visit.wanted::<EntryAt>()?;
    // Whoever looks at the record looks for what has just happened.
    let (_, order) = *wanted.by.get_or_insert((0, Order::Descending));
    let found = visit.followed.listed(state, &wanted).await?;
    let next = found.next.map(|it| visit.asking(&[("after", &it)]));
    let lines: Vec<EntryLine> = found.items.into_iter().map(|it| it.line).collect();
    let mut block = super::board::entries(&visit, &lines).next(next);
    block = block.ordered(&FIELDS, Some(("seq", order)), |it| visit.asking(&[("order", it)]));
    block.title = "Entries".to_owned();
    if let Body::Table(table) = &mut block.body {
        table.empty = "No entry on this page is like that.";
    }
    let lead = format!(
        "{} entries, each chained to the one before. Nothing is ever changed or removed.",
        state.seq
    );
    let mut page = Page::new("Record").lead(lead).with(block).typed("landfall record verify");
    let places = reception.carried().places(visit.deployment());
    if visit.at.is_none() && !places.is_empty() {
        page = page.with(elsewhere(&visit, places));
    }
    let filter = [("text", "What"), ("by", "Who, by their short name")]
        .map(|(name, label)| FieldView::line(&visit, name, label));
    let order = visit.says("order");
    Ok(page.shown_as(&visit, "list.html", said! { filter, order, action => visit.link("record") }))
}

/// Returns where checkpoints of the record lie out of the server's reach.
fn elsewhere(visit: &Visit, places: BTreeMap<String, Carriage>) -> Block {
    let rows = places.into_iter().map(|(place, it)| {
        let newest = match &it.trouble {
            Some(why) => Cell::of("not the newest").tone(Tone::Bad).small(why.as_str()),
            None => Cell::of("the newest").tone(Tone::Good),
        };
        let at = Cell::optional(it.at.map(|at| visit.when(at)));
        vec![Cell::of(place), newest, Cell::number(it.entries), at]
    });
    let columns = ["Place", "What lies there", "Entries", "Carried"];
    Block::table("Checkpoints elsewhere", &columns, rows.collect(), "")
        .lead("Whoever holds one of them notices if the record is written anew.")
}

pub(crate) async fn page(visit: Visit, Path((_, seq)): Path<(String, String)>) -> Answer {
    let state = visit.state();
    let unknown = || No::unknown(format!("There is no entry {seq}."));
    let number: Seq = seq.parse().map_err(|_| unknown())?;
    let before = number.checked_sub(1).filter(|_| number <= state.seq).ok_or_else(unknown)?;
    let entry = visit.followed.entries(before, 1).await?.into_iter().next().ok_or_else(unknown)?;
    let line = EntryLine::of(state, &entry);
    let scope = scope_of(state, &entry.event);
    let zone = &state.plan.zone;
    let written = serde_json::to_string_pretty(&entry).unwrap_or_default();
    let mut facts = vec![
        Fact::said("When", exactly(entry.at, zone)),
        Fact::said("Who", &line.by),
        Fact::new("About", Cell::of(views::subject::spoken(state, &scope)).link(visit.to(&scope))),
        Fact::new(
            "As it stood then",
            Cell::of("the board after this entry")
                .link(format!("/d/{}?at={number}", visit.deployment())),
        ),
    ];
    let outputs = orders(&entry.event).into_iter().map(|order| {
        let address = visit.link(&format!("output/{}", crate::link::encoded(order)));
        Cell::of(order).link(address)
    });
    let outputs: Vec<Cell> = outputs.collect();
    if !outputs.is_empty() {
        facts.push(Fact::several("What was printed", outputs));
    }
    let mut neighbours = Vec::new();
    if before > 0 {
        neighbours.push(
            Cell::of(format!("Entry {before}")).link(visit.link(&format!("record/{before}"))),
        );
    }
    if number < state.seq {
        let next = number + 1;
        neighbours
            .push(Cell::of(format!("Entry {next}")).link(visit.link(&format!("record/{next}"))));
    }
    let lines = written.lines().map(str::to_owned).collect();
    let page = Page::new(format!("Entry {number}"))
        .lead(sentence(&told(&line.what, zone)))
        .with(Block::facts("At a glance", facts))
        .with(Block::new("As the record has it", Body::Output(lines)))
        .with(Block::new("Before and after", Body::Lines(neighbours)))
        .typed(format!("landfall record show --after {before} --limit 1"));
    Ok(page.shown(&visit))
}

/// Returns the orders that `event` is about.
fn orders(event: &Event) -> Vec<&str> {
    let mut orders: Vec<&str> = event.ends().map(|(order, _)| &*order.0).collect();
    if let Event::OrderIntended { order, .. } = event {
        orders.push(&order.0);
    }
    orders
}

/// What became of an order, and what it prints: all of it where this server carries orders out, as
/// it is printed while it runs; else the last lines, where it did not succeed.
pub(crate) async fn output(
    State(reception): State<Arc<Reception>>,
    visit: Visit,
    Path((_, order)): Path<(String, String)>,
) -> Answer {
    let state = visit.state();
    let zone = &state.plan.zone;
    let mut after = state.seq.saturating_sub(LOOKED_AT_MAX);
    let (mut lines, mut printed) = (Vec::new(), Vec::new());
    loop {
        let read = visit.followed.entries(after, AT_ONCE).await?;
        let Some(last) = read.last() else { break };
        after = last.seq;
        for entry in read {
            let is_of = matches!(
                &entry.event,
                Event::OrderIntended { order: it, .. }
                | Event::OrderWithdrawn { order: it, .. } if *it.0 == *order
            );
            let end = entry.event.ends().find(|(it, _)| *it.0 == *order);
            let is_of = is_of || end.is_some();
            if !is_of {
                continue;
            }
            let line = EntryLine::of(state, &entry);
            let said = sentence(&told(&line.what, zone));
            let link = visit.link(&format!("record/{}", entry.seq));
            lines.push(Cell::of(said).link(link).small(visit.when(entry.at)));
            if let Some((_, report)) = end {
                let last = report.last_output.iter().flat_map(|it| it.lines());
                printed.extend(last.map(str::to_owned));
            }
        }
    }
    if lines.is_empty() {
        return Err(No::unknown(format!("No entry is about an order {order}.")).into());
    }
    let mut page = Page::new(format!("Order {order}"))
        .with(Block::new("What became of it", Body::Lines(lines)));
    let id = OrderId(order.as_str().into());
    let is_running = state.orders.contains_key(&id);
    let kept = reception.output(&visit.followed, &id).await?;
    if kept.is_some() || (is_running && reception.keeps_outputs()) {
        let kept = kept.unwrap_or_default();
        let whole = kept.iter().rposition(|it| *it == b'\n').map_or(0, |it| it + 1);
        let bytes = if is_running { whole } else { kept.len() };
        let text = String::from_utf8_lossy(kept.get(..bytes).unwrap_or_default()).into_owned();
        let source = is_running
            .then(|| format!("/api/v1/deployments/{}/output-events/{order}", visit.deployment()));
        let source = source.map(|it| it.replace('#', "%23"));
        let stream = Stream { text, bytes, source };
        page = page.with(Block::new("What it prints", Body::Stream(stream)));
    } else if !printed.is_empty() {
        page = page.with(Block::new("The last that it printed", Body::Output(printed)));
    }
    Ok(page.typed(format!("landfall output '{order}'")).shown(&visit))
}
