//! What waits: on oneself, and on everybody.

use super::Answer;
use crate::block::{Block, Body, Cell, Fact, Link, WaitCard};
use crate::page::Page;
use crate::visit::Visit;
use model::guard::Supplier;
use planner::waiting::WaitingOn;
use views::time::between;

/// The most waits that are looked through.
const WAITS_MAX: usize = 5_000;

/// The most waits that one part of a page shows.
const SHOWN_MAX: usize = 60;

/// What waits on whoever looks, the oldest first.
pub(crate) async fn work(visit: Visit) -> Answer {
    let state = visit.state();
    let mut waits = planner::waiting::waiting(state, visit.now, WAITS_MAX);
    waits.retain(|it| views::why::is_for(state, visit.person(), it));
    waits.sort_by_key(|it| it.since);
    let count = waits.len();
    let (now, later): (Vec<_>, Vec<_>) = waits.into_iter().partition(|it| it.holds_up(visit.now));
    let lead = match count {
        0 => "Nothing waits on you. What waits on others is under Waiting.".to_owned(),
        1 => "One thing waits on you.".to_owned(),
        several => format!("{several} things wait on you, the oldest first."),
    };
    let mut page =
        Page::new("My work").lead(lead).typed(format!("landfall waiting --as {}", visit.person()));
    if !now.is_empty() {
        page = page.with(part(&visit, "Something stands still until you act", now));
    }
    if !later.is_empty() {
        page = page.with(part(
            &visit,
            "It had better be done, and nothing stands still for it yet",
            later,
        ));
    }
    Ok(page.shown(&visit))
}

/// Everything that waits, by who can end it.
pub(crate) async fn waiting(visit: Visit) -> Answer {
    let state = visit.state();
    let waits = planner::waiting::waiting(state, visit.now, WAITS_MAX);
    let count = waits.len();
    let lead = match count {
        0 => "Nothing waits.".to_owned(),
        _ => format!("{count} things wait. Each says on what, since when, and who can supply it."),
    };
    let mut page = Page::new("Waiting").lead(lead).typed("landfall waiting --everything");
    let mut on_people: Vec<(String, Vec<WaitingOn>)> = Vec::new();
    let (mut on_landfall, mut on_time) = (Vec::new(), Vec::new());
    for wait in waits {
        match &wait.supplier {
            Supplier::Roles(roles) => {
                let title = match wait.people.as_slice() {
                    [] => format!("Nobody in the plan is {}", Supplier::Roles(roles.clone())),
                    people => format!("On {}", views::people::any_of(&state.plan, people)),
                };
                match on_people.iter_mut().find(|(it, _)| *it == title) {
                    Some((_, waits)) => waits.push(wait),
                    None => on_people.push((title, vec![wait])),
                }
            }
            Supplier::System => on_landfall.push(wait),
            Supplier::At(_) => on_time.push(wait),
        }
    }
    on_people.sort_by_key(|(_, waits)| waits.iter().map(|it| it.since).min());
    for (title, waits) in on_people {
        page = page.with(part(&visit, &title, waits));
    }
    if !on_landfall.is_empty() {
        page = page.with(part(&visit, "On Landfall itself", on_landfall));
    }
    if !on_time.is_empty() {
        page = page.with(part(&visit, "On time", on_time));
    }
    Ok(page.shown(&visit))
}

fn part(visit: &Visit, title: &str, waits: Vec<WaitingOn>) -> Block {
    let more = waits.len().saturating_sub(SHOWN_MAX);
    let mut block = Block::new(title, Body::Waits(cards(visit, waits, SHOWN_MAX)));
    if more > 0 {
        block = block.lead(format!("The first {SHOWN_MAX} are shown; {more} more wait here."));
    }
    block
}

/// Returns at most `limit` waits as they are shown.
pub(super) fn cards(visit: &Visit, waits: Vec<WaitingOn>, limit: usize) -> Vec<WaitCard> {
    waits.iter().take(limit).map(|it| card(visit, it)).collect()
}

/// Returns what waits at `scope` as a part of a page; nothing where nothing does.
pub(super) fn of_scope(visit: &Visit, scope: &model::scope::Scope) -> Option<Block> {
    let waits = planner::waiting::why(visit.state(), visit.now, scope);
    if waits.is_empty() {
        return None;
    }
    let cards = cards(visit, views::why::binding_first(waits), SHOWN_MAX);
    let block = Block::new("What it waits on", Body::Waits(cards));
    Some(block.typed(format!("landfall why {scope}")))
}

fn card(visit: &Visit, wait: &WaitingOn) -> WaitCard {
    let state = visit.state();
    let is_mine = views::why::is_for(state, visit.person(), wait);
    let command = views::why::command(state, wait);
    let title = |command| {
        let (path, _) = crate::form::filled(command)?;
        Some(crate::form::short(path))
    };
    let act = command.as_ref().and_then(|command| {
        let (text, form) = (title(command)?, visit.form(command)?);
        Some(match is_mine {
            true => Link::new(text, form).main(),
            false => Link::not_now(text, "it is for somebody else to do"),
        })
    });
    let said = views::why::lines(state, wait).into_iter();
    let said = said.filter(|(label, _)| !matches!(*label, "type" | "sooner" | ""));
    let name = |label: &str| match label {
        "since" => "Since",
        "who" => "Who can supply it",
        "waiver" => "Without it",
        "else" => "If nobody acts",
        "next look" => "Looked at again",
        _ => "Also",
    };
    let lines = said.map(|(label, said)| {
        let cell = Cell::of(crate::trouble::sentence(&said));
        Fact::new(name(label), if label == "waiver" { waiver(visit, wait, cell) } else { cell })
    });
    WaitCard {
        scope: wait.scope.to_string(),
        link: visit.to(&wait.scope),
        what: crate::trouble::sentence(&views::why::what(state, wait)),
        lasting: between(wait.since, visit.now),
        lines: lines.collect(),
        act,
        typed: command.as_ref().map(|it| visit.typed(it)).filter(|_| is_mine),
        is_mine,
    }
}

/// Returns the cell with where a waiver is asked for, where the guard can be waived.
fn waiver(visit: &Visit, wait: &WaitingOn, cell: Cell) -> Cell {
    let Some(guard) = wait.guard.filter(|_| !wait.waivable_by.is_empty()) else { return cell };
    let (guard, scope) = (guard.to_string(), crate::link::encoded(&wait.scope.to_string()));
    let form =
        format!("act/request-waiver?c.request-waiver.guard={guard}&c.request-waiver.scope={scope}");
    cell.link(visit.link(&form))
}
