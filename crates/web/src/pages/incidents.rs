//! Stabilizing: incidents, escalations, announced work, probes.

use super::Answer;
use crate::block::{Block, Body, Cell, Drawing, Fact, Link, Tone};
use crate::charts::{self, Stretch};
use crate::offer::offered;
use crate::page::Page;
use crate::trouble::{No, counted, sentence};
use crate::visit::Visit;
use axum::extract::Path;
use model::incident::{Incident, ProbeStanding, Severity};
use model::machine::IncidentState;
use model::scope::Scope;
use model::state::State;
use views::time::{between, told};

/// The columns of a table of incidents.
pub(super) const COLUMNS: [&str; 6] =
    ["Incident", "Severity", "State", "Where", "Cause lies with", "Noticed"];

/// The most incidents that are listed, a page at a time.
const LISTED_MAX: usize = 5_000;

/// The most days that are drawn.
const DAYS_MAX: usize = 45;

/// Returns an incident as a line of a table, on the clock of `place`.
pub(super) fn row(visit: &Visit, it: &Incident, place: &Scope) -> Vec<Cell> {
    let spoken = |it| views::subject::spoken(visit.state(), it);
    let scopes: Vec<String> = it.scopes.iter().take(6).map(spoken).collect();
    let tone = match (it.is_unresolved(), it.severity.is_severe()) {
        (true, true) => Tone::Bad,
        (true, false) => Tone::Mind,
        (false, _) => Tone::Good,
    };
    vec![
        Cell::of(&it.title)
            .link(visit.link(&format!("stabilise/{}", it.number)))
            .small(format!("incident {}", it.number)),
        Cell::number(severity(it.severity)),
        Cell::of(it.state).tone(tone),
        Cell::of(scopes.join(", ")),
        Cell::of(it.attribution),
        Cell::of(visit.when_at(place, it.detected())),
    ]
}

fn severity(it: Severity) -> u8 {
    it.number()
}

pub(crate) async fn list(visit: Visit) -> Answer {
    let state = visit.state();
    let all = &state.incidents.list;
    let open: Vec<&Incident> = all.iter().filter(|it| it.is_open()).collect();
    let closing = state.incidents.closing_gates().count();
    let (open_now, are) =
        (counted(open.len(), "incident"), if open.len() == 1 { "is" } else { "are" });
    let close = if closing == 1 { "closes" } else { "close" };
    let known = if all.len() == 1 { "is" } else { "are" };
    let lead = format!(
        "{open_now} {are} open, {closing} of them {close} gates; {} {known} known in all.",
        all.len()
    );
    let table = |incidents: Vec<&Incident>, title: &str, empty| {
        let rows = incidents
            .iter()
            .take(LISTED_MAX)
            .map(|it| row(&visit, it, &Scope::Deployment))
            .collect();
        Block::table(title, &COLUMNS, rows, empty)
    };
    let rest: Vec<&Incident> = all.iter().rev().filter(|it| !it.is_open()).collect();
    let acts = [
        visit.offer_kind("Open an incident", "incident/open", &[]).map(Link::main),
        visit.offer_kind("Record feedback", "incident/give-feedback", &[]),
        visit.offer_kind("Escalate", "escalation/raise", &[]),
    ];
    let page = Page::new("Stabilize")
        .lead(lead)
        .and(offered(acts))
        .with(table(open, "Open incidents", "No incident is open.").typed("landfall incident list"))
        .with(escalations(&visit))
        .and(a_day(&visit))
        .and(downtime(&visit))
        .with(probes(&visit))
        .with(
            table(rest, "Earlier incidents", "There is none.")
                .typed("landfall incident list --all"),
        );
    Ok(page.shown(&visit))
}

fn escalations(visit: &Visit) -> Block {
    let rows = visit.state().escalations.list.iter().rev().take(LISTED_MAX).map(|it| {
        let tone = if it.is_open() { Tone::Mind } else { Tone::Plain };
        vec![
            Cell::number(it.number),
            Cell::of(it.state).tone(tone),
            Cell::of(visit.when(it.raising.at)),
            Cell::number(it.paged.level + 1),
            Cell::optional(it.paged.due.map(|at| visit.when(at))),
            Cell::of(&it.raising.text),
        ]
    });
    let columns = ["Escalation", "State", "Raised", "Level", "Next level", "What"];
    Block::table("Escalations", &columns, rows.collect(), "Nothing was escalated.")
        .typed("landfall escalation list --all")
}

/// Returns how many incidents were noticed each day.
fn a_day(visit: &Visit) -> Option<Block> {
    let zone = visit.state().plan.zone.rules();
    let day = |it: &Incident| it.detected().to_zoned(zone.clone()).date();
    let all = &visit.state().incidents.list;
    let (first, last) = (all.iter().map(day).min()?, all.iter().map(day).max()?);
    let days = first.series(jiff::Span::new().days(1)).take_while(|it| *it <= last);
    let days: Vec<_> = days.collect();
    let shown = days.len().saturating_sub(DAYS_MAX);
    let counts = days
        .into_iter()
        .skip(shown)
        .map(|it| (it.to_string(), all.iter().filter(|incident| day(incident) == it).count()));
    let counts: Vec<(String, usize)> = counts.collect();
    let svg = charts::columns(&counts)?;
    let text = format!(
        "From {first} to {last}, {} noticed.",
        match all.len() {
            1 => "one incident was".to_owned(),
            count => format!("{count} incidents were"),
        }
    );
    Some(Block::new("Incidents a day", Body::Drawing(Drawing { svg, text })))
}

/// Returns when which incident hit its users.
fn downtime(visit: &Visit) -> Option<Block> {
    let all = visit.state().incidents.list.iter().rev();
    let stretches = all.take(20).flat_map(|it| {
        let counted = it.segments.iter().filter(|it| it.withdrawn.is_none());
        counted.map(move |segment| Stretch {
            name: format!("{}: {}", it.number, it.title),
            from: segment.impact.start,
            until: segment.impact.end.unwrap_or(visit.now).max(segment.impact.start),
            class: if it.severity.is_severe() { "failed" } else { "lost" },
        })
    });
    let stretches: Vec<Stretch> = stretches.collect();
    let (from, until) =
        (stretches.iter().map(|it| it.from).min()?, stretches.iter().map(|it| it.until).max()?);
    let (from, until) = (visit.when(from), visit.when(until));
    let svg = charts::timeline(&stretches, &from, &until)?;
    let text = format!(
        "{} of impact from {from} to {until}. Each incident's page says them in words.",
        match stretches.len() {
            1 => "One stretch".to_owned(),
            count => format!("{count} stretches"),
        }
    );
    Some(Block::new("Downtime", Body::Drawing(Drawing { svg, text })).typed("landfall measures"))
}

fn probes(visit: &Visit) -> Block {
    let state = visit.state();
    let rows = state.plan.probes.iter().map(|it| {
        let standing = state.incidents.probes.standing(&it.id);
        vec![
            Cell::of(&it.id),
            Cell::of(views::subject::spoken(state, &it.scope)).link(visit.to(&it.scope)),
            Cell::of(standing).tone(probe_tone(standing)),
            Cell::of(format!("every {} s", it.every_s)),
        ]
    });
    let columns = ["Probe", "Of", "Stands", "Asked"];
    Block::table("Probes", &columns, rows.collect(), "The plan has no probes.")
}

fn probe_tone(standing: ProbeStanding) -> Tone {
    match standing {
        ProbeStanding::Up => Tone::Good,
        ProbeStanding::Down => Tone::Bad,
        ProbeStanding::Unknown => Tone::Mind,
    }
}

/// Returns what an act on `it` can name by its number: another incident, or an impact of this one. Nothing
/// where there is none: then there is nothing to do.
fn named_by_number(state: &State, it: &Incident, path: &str) -> Option<Vec<(String, String)>> {
    let act = path.rsplit('/').next().unwrap_or_default();
    let numbered = (1_u32..).zip(&it.segments);
    let mut stand = numbered.filter(|(_, it)| it.withdrawn.is_none());
    let (field, number) = match act {
        "merge" => {
            let mut others = state.incidents.list.iter().filter(|other| other.number != it.number);
            let other = others.find(|it| it.state != IncidentState::Cancelled)?;
            ("into", other.number)
        }
        "close-segment" => ("segment", stand.find(|(_, it)| it.is_open())?.0),
        "correct-segment" | "withdraw-segment" => ("segment", stand.next()?.0),
        _ => return Some(vec![]),
    };
    Some(vec![(format!("c.incident.act.act.{act}.{field}"), number.to_string())])
}

pub(crate) async fn page(visit: Visit, Path((_, number)): Path<(String, String)>) -> Answer {
    let state = visit.state();
    let unknown = || No::unknown(format!("There is no incident {number}."));
    let number: u32 = number.parse().map_err(|_| unknown())?;
    let it = state.incidents.incident(number).ok_or_else(unknown)?;
    let zone = &state.plan.zone;
    let scopes = it.scopes.iter();
    let scopes =
        scopes.map(|it| Cell::of(views::subject::spoken(state, it)).link(visit.to(it))).collect();
    let by = it.opened_by.as_ref().map_or("Landfall".to_owned(), |it| visit.name(it));
    let late = if it.is_late() { ", entered late" } else { "" };
    let mut facts = vec![
        Fact::said("State", format!("{} since {}", it.state, visit.when(it.since))),
        Fact::said(
            "Severity",
            format!("{}, {} at worst", it.severity.number(), it.severity_highest.number()),
        ),
        Fact::said("Cause lies with", it.attribution),
        Fact::several("Where", scopes),
        Fact::said("Entered", format!("{} by {by}{late}", visit.when(it.entered))),
    ];
    let more = [
        Fact::maybe("Said", it.text.as_ref()),
        Fact::maybe("Reported by", it.reporter.as_ref()),
        Fact::maybe(
            "Acknowledged",
            it.acknowledged
                .map(|at| format!("{}, after {}", visit.when(at), between(it.detected(), at))),
        ),
        Fact::maybe("Assigned to", it.assignee.as_ref().map(|it| visit.name(it))),
        Fact::maybe("Workaround", it.workaround.as_ref()),
        Fact::maybe("Cause", it.cause.as_ref()),
        Fact::maybe("Fix", it.fix.as_ref()),
        Fact::maybe("Problem", it.problem),
        Fact::maybe("Duplicate of", it.duplicate_of),
        Fact::maybe("Recurs from", it.recurrence_of),
    ];
    facts.extend(more.into_iter().flatten());
    let episodes = it.episodes.iter().map(|episode| {
        let restored = episode.restored.map_or_else(
            || Cell::of("not restored").tone(Tone::Bad),
            |at| Cell::of(visit.when(at)).small(format!("after {}", between(episode.detected, at))),
        );
        vec![Cell::of(visit.when(episode.detected)), restored]
    });
    let impact = it.segments.iter().map(|segment| {
        let withdrawn = segment.withdrawn.as_ref().map(|it| format!("withdrawn: {it}"));
        Cell::of(sentence(&told(&segment.impact.to_string(), zone)))
            .small(withdrawn.unwrap_or_default())
    });
    let impact: Vec<Cell> = impact.collect();
    let of_this = [("c.incident.act.incident".to_owned(), number.to_string())];
    let kinds = crate::form::kinds().iter().filter(|it| it.path.starts_with("incident/act/"));
    let acts = kinds.map(|kind| {
        let tried = named_by_number(state, it, &kind.path)?;
        visit.offer_kind_of("", &kind.path, (&of_this, &tried))
    });
    let page = Page::new(format!("Incident {number}: {}", it.title))
        .with(Block::facts("At a glance", facts))
        .and(offered(acts))
        .with(Block::table(
            "Noticed and restored",
            &["Noticed", "Restored"],
            episodes.collect(),
            "",
        ))
        .and((!impact.is_empty()).then(|| Block::new("Impact", Body::Lines(impact))))
        .typed(format!("landfall incident show {number}"));
    Ok(page.shown(&visit))
}
