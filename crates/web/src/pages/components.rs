//! Core components: the order in which they depend on one another, and how far each is.

use super::Answer;
use super::board::component_tone;
use crate::block::{Block, Body, Cell, Drawing, Fact, Tone};
use crate::charts::{Node, graph};
use crate::offer::{TO_BE_SAID, offered};
use crate::page::Page;
use crate::trouble::{No, sentence};
use crate::visit::Visit;
use axum::extract::Path;
use model::command::Command;
use model::event::Event;
use model::id::ComponentId;
use model::machine::{SignOffTransition, SiteState};
use model::run::{StepList, TrackState};
use model::scope::Scope;
use model::sheet::Sheet;

/// The most lines of a run that a page shows.
const TRACKS_MAX: usize = 200;

pub(crate) async fn list(visit: Visit) -> Answer {
    let state = visit.state();
    let plan = &state.plan;
    let rows = plan.components.iter().zip(&state.components).map(|(planned, status)| {
        let scope = Scope::Component(planned.id.clone());
        let needs: Vec<String> = planned.needs.iter().map(ToString::to_string).collect();
        let counts = status.run.as_ref().map(model::run::Run::counts_all).unwrap_or_default();
        vec![
            Cell::of(planned.title.as_deref().unwrap_or(planned.id.as_str()))
                .link(visit.to(&scope))
                .small(planned.id.to_string()),
            Cell::of(status.state)
                .tone(component_tone(status.state))
                .small(status.reason.clone().unwrap_or_default()),
            Cell::of(if needs.is_empty() { "nothing".to_owned() } else { needs.join(", ") }),
            Cell::number(format!("{} of {}", counts.done, planned.hosts.len())),
            Cell::of(visit.when_at(&scope, status.since)),
        ]
    });
    let columns = ["Component", "State", "Needs", "Hosts done", "Since"];
    let empty = "The plan has no core components.";
    let mut page = Page::new("Core components")
        .lead(
            "The infrastructure that sites depend on. Each begins when what it needs is verified.",
        )
        .with(Block::table("In the order of the plan", &columns, rows.collect(), empty));
    page = page.and(drawn(&visit)).and(super::waits::of_scope(&visit, &Scope::Core));
    if !plan.components.is_empty() {
        page = page.with(super::documents::signatures(&visit, &Sheet::CoreFinal));
    }
    Ok(page.typed("landfall why core").shown(&visit))
}

/// Returns what needs what, as a drawing.
fn drawn(visit: &Visit) -> Option<Block> {
    let state = visit.state();
    let plan = &state.plan;
    let nodes = plan.components.iter().zip(&state.components).map(|(planned, status)| Node {
        name: planned.id.to_string(),
        state: status.state.to_string(),
        class: match component_tone(status.state) {
            Tone::Plain => "rest",
            Tone::Busy => "running",
            Tone::Good => "verified",
            Tone::Mind => "lost",
            Tone::Bad => "failed",
        },
        needs: planned.needs.iter().filter_map(|it| plan.component_index(it)).collect(),
    });
    let nodes: Vec<Node> = nodes.collect();
    let svg = graph(&nodes)?;
    let text = "From left to right: what stands further right needs what stands before it. The table above says the same.";
    Some(Block::new("What needs what", Body::Drawing(Drawing { svg, text: text.to_owned() })))
}

pub(crate) async fn page(visit: Visit, Path((_, name)): Path<(String, String)>) -> Answer {
    let state = visit.state();
    let unknown = || No::unknown(format!("Component {name} is not in the plan."));
    let id: ComponentId = name.parse().map_err(|_| unknown())?;
    let (planned, status) = state.component(&id).ok_or_else(unknown)?;
    let scope = Scope::Component(id.clone());
    let linked = |ids: Vec<&ComponentId>| {
        let cells =
            ids.into_iter().map(|it| Cell::of(it).link(visit.to(&Scope::Component(it.clone()))));
        let cells: Vec<Cell> = cells.collect();
        if cells.is_empty() { vec![Cell::of("nothing")] } else { cells }
    };
    let needed_by =
        state.plan.components.iter().filter(|it| it.needs.contains(&id)).map(|it| &it.id).collect();
    let hosts: Vec<String> = planned.hosts.iter().map(|it| it.id.to_string()).collect();
    let mut facts = vec![
        Fact::new("State", Cell::of(status.state).tone(component_tone(status.state))),
        Fact::said("Since", visit.when_at(&scope, status.since)),
        Fact::several("Needs", linked(planned.needs.iter().collect())),
        Fact::several("Needed by", linked(needed_by)),
        Fact::said("Hosts", hosts.join(", ")),
        Fact::said(
            "Steps and checks",
            format!("{} and {}", planned.steps.len(), planned.checks.len()),
        ),
        Fact::said("Taken over from the pilot", if status.adopted { "yes" } else { "no" }),
    ];
    let why = status.reason.as_deref().map(|it| Fact::said("Why", sentence(it)));
    facts.splice(2..2, why);
    let title = planned.title.clone().unwrap_or_else(|| id.to_string());
    let mut page = Page::new(title)
        .with(Block::facts("At a glance", facts))
        .and(super::waits::of_scope(&visit, &scope));
    if status.run.is_some() {
        page = page.and(outputs(&visit, &scope)).with(run(&visit, &scope));
    }
    let scope_of = || scope.clone();
    let acts = [
        visit.offer("Resume it", |reason| Command::Resume { scope: scope_of(), reason }),
        visit.offer("Stop what runs there", |reason| Command::CancelOrders {
            scope: scope_of(),
            reason,
        }),
        visit.offer("Roll it back", |reason| Command::RollBack {
            scope: scope_of(),
            reason,
            accept_loss: false,
        }),
        visit.offer("Hold it", |reason| Command::Hold { scope: scope_of(), held: true, reason }),
    ];
    let page = page.and(offered(acts));
    Ok(page.typed(format!("landfall why {scope}")).shown(&visit))
}

/// Returns what a rollback of `scope` takes back and undoes: nobody rolls back what they do not know. Nothing
/// where it would be refused.
pub(super) fn before_rolling_back(visit: &Visit, scope: &Scope) -> Option<Block> {
    let state = visit.state();
    let follows = |accept_loss| {
        let (scope, reason) = (scope.clone(), TO_BE_SAID.to_owned());
        visit.follows(&Command::RollBack { scope, reason, accept_loss })
    };
    let undone = Some(follows(false)).filter(|it| !it.is_empty()).unwrap_or_else(|| follows(true));
    let spoken = |it: &Scope| views::subject::spoken(state, it);
    let goes_back = |it: &Event| {
        if let Event::Component { component, .. } = it {
            return Some(spoken(&Scope::Component(component.clone())));
        }
        let Event::Site { site, .. } = it else { return None };
        Some(spoken(&Scope::Site(site.clone())))
    };
    let halts = |it: &Event| {
        let Event::Ring { ring, .. } = it else { return None };
        Some(spoken(&Scope::Ring(ring.clone())))
    };
    let falls = |it: &Event| {
        let Event::SignOff { slot, transition, .. } = it else { return None };
        let signed = state.slots.get(slot).and_then(|it| it.by.as_ref());
        let by = signed.filter(|_| *transition == SignOffTransition::Superseded);
        let by = by.map_or("asked for".to_owned(), |it| visit.name(it));
        Some(format!("{}: {}, {by}", slot.sheet.title(), slot.role))
    };
    let all = |of: &dyn Fn(&Event) -> Option<String>| -> Vec<String> {
        undone.iter().filter_map(of).collect()
    };
    let (back, halted, mut fall) = (all(&goes_back), all(&halts), all(&falls));
    let of_component = undone.iter().any(|it| matches!(it, Event::Component { .. }));
    let of_sites = of_component.then(|| {
        let signed = state.sites.standing_in(&[SiteState::SignedOff]).len();
        format!(
            "Those that have not begun wait until it is verified again. {} signed off, and what their owners have signed stands.",
            match signed {
                0 => "None is".to_owned(),
                1 => "One is".to_owned(),
                more => format!("{more} are"),
            }
        )
    });
    let named = |it: Vec<String>| {
        let more = it.len().saturating_sub(UNDONE_MAX);
        let mut cells: Vec<Cell> = it.into_iter().take(UNDONE_MAX).map(Cell::of).collect();
        cells.extend((more > 0).then(|| Cell::of(format!("and {more} more"))));
        cells
    };
    if fall.is_empty() {
        fall.push("none: nothing that it undoes was signed".to_owned());
    }
    let mut facts = vec![
        Fact::several("Goes back", named(back)),
        Fact::several("Signatures that fall", named(fall)),
    ];
    facts.extend((!halted.is_empty()).then(|| Fact::several("Halts", named(halted))));
    facts.extend(of_sites.map(|it| Fact::said("Sites", it)));
    (!undone.is_empty()).then(|| Block::facts("What it undoes", facts))
}

/// The most of what a rollback undoes that is named before it begins.
const UNDONE_MAX: usize = 20;

/// The most orders whose outputs are listed.
const OUTPUTS_MAX: usize = 40;

/// Returns where the outputs of the steps are found that run at `scope` now; nothing where none does.
pub(super) fn outputs(visit: &Visit, scope: &Scope) -> Option<Block> {
    let begins = format!("{scope}@");
    let orders = visit.state().orders.keys().filter(|it| it.0.starts_with(&begins));
    let mut orders: Vec<&str> = orders.map(|it| &*it.0).collect();
    orders.sort_unstable();
    let line = |order: &&str| {
        let step = order.strip_prefix(&begins).unwrap_or(order);
        Cell::of(step).link(visit.link(&format!("output/{}", crate::link::encoded(order))))
    };
    let lines: Vec<Cell> = orders.iter().take(OUTPUTS_MAX).map(line).collect();
    let block = Block::new("Running now", Body::Lines(lines));
    let lead = "Each leads to what the step prints, as it prints it.";
    (!orders.is_empty())
        .then(|| block.lead(lead).typed(format!("landfall output {scope} --follow")))
}

/// Returns how far the run of `scope` has come, computer by computer.
pub(super) fn run(visit: &Visit, scope: &Scope) -> Block {
    let state = visit.state();
    let Some(run) = state.run(scope) else { return Block::facts("Its run", vec![]) };
    let computers: Vec<String> = match scope {
        Scope::Site(id) => state.site(id).map(|(it, _)| it.computers.iter()),
        Scope::Component(id) => state.component(id).map(|(it, _)| it.hosts.iter()),
        Scope::Deployment | Scope::Core | Scope::Ring(_) | Scope::Rfc(_) => None,
    }
    .into_iter()
    .flatten()
    .map(|it| it.id.to_string())
    .collect();
    // What needs a person comes first.
    let mut tracks: Vec<_> = run.tracks.iter().collect();
    tracks.sort_by_key(|it| it.state == TrackState::Done);
    let rows = tracks.iter().take(TRACKS_MAX).map(|it| {
        let computer = computers.get(it.computer as usize).cloned().unwrap_or_default();
        vec![
            Cell::of(computer),
            Cell::of(list_text(it.list)),
            track(it.state),
            Cell::number(it.next),
            if it.orders == 0 { Cell::none() } else { Cell::number(it.orders) },
        ]
    });
    let columns = ["Computer", "Steps", "Stands", "Steps done", "Tries of this step"];
    Block::table("Its run", &columns, rows.collect(), "")
        .lead(sentence(&views::why::run_in_words(run)))
        .typed(format!("landfall why {scope}"))
}

fn list_text(list: StepList) -> &'static str {
    match list {
        StepList::Before => "before the computers",
        StepList::EachComputer => "on each computer",
        StepList::After => "after the computers",
        StepList::Host => "steps and checks",
        StepList::Checks => "checks",
    }
}

fn track(state: TrackState) -> Cell {
    let (text, tone) = match state {
        TrackState::Waiting => ("waiting", Tone::Plain),
        TrackState::InFlight => ("running", Tone::Busy),
        TrackState::Asked => ("a person is asked", Tone::Mind),
        TrackState::Done => ("done", Tone::Good),
        TrackState::Failed => ("failed", Tone::Bad),
        TrackState::Lost => ("lost", Tone::Bad),
        TrackState::Unknown => ("nobody knows", Tone::Bad),
        TrackState::Excluded => ("left out", Tone::Plain),
    };
    Cell::of(text).tone(tone)
}
