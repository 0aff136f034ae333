//! What waits: on oneself, and on everybody.

use super::Answer;
use crate::block::{Block, Body, Cell, Fact, Link, WaitCard};
use crate::form::FieldView;
use crate::page::Page;
use crate::template::said;
use crate::trouble::{No, sentence};
use crate::visit::Visit;
use model::command::Command;
use model::guard::Supplier;
use planner::waiting::WaitingOn;
use views::alike::{Alike, alike};
use views::time::between;
use views::wait_list::{self, WaitAt};

/// The most waits that are listed.
const WAITS_MAX: usize = 5_000;

/// The most waits that the page of something shows.
const SHOWN_MAX: usize = 60;

/// From how many waits on something can be looked for among them; fewer are seen at once.
const ASKED_FROM: usize = 16;

/// What waits on whoever looks, the oldest first.
pub(crate) async fn work(visit: Visit) -> Answer {
    let state = visit.state();
    let is_mine = |it: &WaitingOn| views::why::is_for(state, visit.person(), it);
    let mut waits = planner::waiting::waiting_where(state, visit.now, WAITS_MAX, &is_mine);
    waits.sort_by_key(|it| it.since);
    let count = waits.len();
    let found = found(&visit, waits)?;
    let (now, later): (Vec<_>, Vec<_>) =
        found.waits.into_iter().partition(|it| it.holds_up(visit.now));
    let lead = match count {
        0 => "Nothing waits on you. What waits on others is under Waiting.".to_owned(),
        1 => "One thing waits on you.".to_owned(),
        WAITS_MAX.. => format!("{WAITS_MAX} things and more wait on you."),
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
    let page = page.and(super::batches::offered(&visit));
    Ok(found.list.shown(page, &visit))
}

/// The waits of one page of a list, and what else the list is.
struct Found {
    waits: Vec<WaitingOn>,
    list: List,
}

/// What is said around the waits of one page of a list.
struct List {
    next: Option<String>,
    /// Whether it is long enough to look for something in it, or somebody does.
    is_asked: bool,
}

/// Returns those of `waits` that the page's address wants.
fn found(visit: &Visit, waits: Vec<WaitingOn>) -> Result<Found, No> {
    let wanted = visit.wanted::<WaitAt<'_>>()?;
    let state = visit.state();
    let all = waits.len();
    let listing = wanted.page(waits.into_iter().map(|wait| WaitAt { state, wait }));
    let listing = listing.map_err(|error| No::invalid(sentence(&error.to_string())))?;
    let next = listing.next.map(|it| visit.asking(&[("after", &it)]));
    let is_asked = all >= ASKED_FROM || wanted.is_narrowed() || wanted.by.is_some();
    let waits = listing.items.into_iter().map(|it| it.wait).collect();
    Ok(Found { waits, list: List { next, is_asked } })
}

impl List {
    fn shown(self, page: Page, visit: &Visit) -> axum::response::Response {
        if !self.is_asked {
            return page.shown(visit);
        }
        let filter = [
            ("text", "What"),
            ("scope", "Where, such as site/north"),
            ("person", "On whom, by their short name"),
        ]
        .map(|(name, label)| FieldView::line(visit, name, label));
        let (order, next) = (visit.says("order"), self.next);
        let action = visit.path.clone();
        page.shown_as(visit, "list.html", said! { filter, order, next, action })
    }
}

/// Everything that waits, by who can end it.
pub(crate) async fn waiting(visit: Visit) -> Answer {
    let state = visit.state();
    let wanted = visit.wanted::<WaitAt<'_>>()?;
    let waits = wait_list::gathered(state, visit.now, &wanted, WAITS_MAX);
    let count = waits.len();
    let lead = match count {
        0 if wanted.is_narrowed() => "Nothing like this waits.".to_owned(),
        0 => "Nothing waits.".to_owned(),
        WAITS_MAX.. => {
            format!("{WAITS_MAX} things and more wait: a place or a person narrows them down.")
        }
        1 => "One thing waits. It says on what, since when, and who can supply it.".to_owned(),
        _ => format!("{count} things wait. Each says on what, since when, and who can supply it."),
    };
    let mut page = Page::new("Waiting").lead(lead).typed("landfall waiting --everything");
    let Found { waits, list } = found(&visit, waits)?;
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
    Ok(list.shown(page, &visit))
}

fn part(visit: &Visit, title: &str, waits: Vec<WaitingOn>) -> Block {
    Block::new(title, Body::Waits(cards(visit, &alike(waits), usize::MAX)))
}

/// Returns at most `limit` waits as they are shown.
pub(super) fn cards(visit: &Visit, waits: &[Alike], limit: usize) -> Vec<WaitCard> {
    waits.iter().take(limit).map(|it| card(visit, it)).collect()
}

/// Returns what waits at `scope` as a part of a page; nothing where nothing does.
pub(super) fn of_scope(visit: &Visit, scope: &model::scope::Scope) -> Option<Block> {
    let waits = planner::waiting::why(visit.state(), visit.now, scope);
    if waits.is_empty() {
        return None;
    }
    let cards = cards(visit, &alike(views::why::binding_first(waits)), SHOWN_MAX);
    let block = Block::new("What it waits on", Body::Waits(cards));
    Some(block.typed(format!("landfall why {scope}")))
}

fn card(visit: &Visit, Alike { wait, also, more }: &Alike) -> WaitCard {
    let state = visit.state();
    let also =
        also.iter().map(|it| Link::new(views::subject::spoken(state, it), visit.to(it))).collect();
    let is_mine = views::why::is_for(state, visit.person(), wait);
    let command = views::why::command(state, wait);
    let title = |command: &Command| {
        if matches!(command, Command::Hold { held: false, .. }) {
            return Some("Let it go on".to_owned());
        }
        let (path, _) = crate::form::filled(command)?;
        Some(crate::form::short(path))
    };
    let act = command.as_ref().filter(|_| visit.at.is_none()).and_then(|command| {
        let (text, form) = (title(command)?, visit.form(command)?);
        Some(match is_mine {
            true => Link::new(text, form).main(),
            false => Link::not_now(text, "it is for somebody else to do"),
        })
    });
    let said = views::why::lines(state, wait).into_iter();
    let plain = "as soon as something happens";
    let said = said.filter(|(label, said)| match *label {
        "type" | "sooner" | "" | "since" => false,
        "next look" => said != plain,
        _ => true,
    });
    let name = |label: &str| match label {
        "who" => "Who can supply it",
        "waiver" => "Without it",
        "else" => "If nobody acts",
        "next look" => "Looked at again",
        "where" => "What went wrong",
        "read" => "To read more",
        _ => "Also",
    };
    let lines = said.map(|(label, said)| {
        let cell = match label {
            "read" => Cell { is_typed: true, ..Cell::of(said) },
            "waiver" => waiver(visit, wait, Cell::of(sentence(&said))),
            _ => Cell::of(sentence(&said)),
        };
        Fact::new(name(label), cell)
    });
    WaitCard {
        scope: views::subject::spoken(state, &wait.scope),
        link: visit.to(&wait.scope),
        what: sentence(&views::why::what(state, wait)),
        also,
        more: *more,
        lasting: between(wait.since, visit.now),
        since: visit.when_at(&wait.scope, wait.since),
        lines: lines.collect(),
        act,
        typed: command.as_ref().map(|it| visit.typed(it)).filter(|_| is_mine && visit.at.is_none()),
        is_mine,
    }
}

/// Returns the cell with where a waiver is asked for, where the guard can be waived.
fn waiver(visit: &Visit, wait: &WaitingOn, cell: Cell) -> Cell {
    let can_be = visit.is_open() && !wait.waivable_by.is_empty();
    let Some(guard) = wait.guard.filter(|_| can_be) else { return cell };
    let (guard, scope) = (guard.to_string(), crate::link::encoded(&wait.scope.to_string()));
    let form =
        format!("act/request-waiver?c.request-waiver.guard={guard}&c.request-waiver.scope={scope}");
    cell.link(visit.link(&form))
}
