//! Incidents, announced work, feedback, problems and escalations, as lists and one by one.

use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render::table::{Tone, cell, table, text};
use jiff::Timestamp;
use model::escalation::Escalation;
use model::incident::{Feedback, FeedbackOutcome, Incident, ProblemStanding, Segment};
use serde::Serialize;
use views::time::{between, when};

/// Prints a table of `rows`, or that there is nothing.
fn listed<T: Serialize>(
    desk: &Desk,
    items: &[T],
    headings: &[&str],
    nothing: &str,
    row: impl Fn(&T) -> Vec<String>,
) -> Result<Exit, Fault> {
    desk.terminal.answer(&items, || {
        if items.is_empty() {
            return nothing.to_owned();
        }
        let mut rows = table(desk.terminal.setting(), headings);
        for item in items {
            rows.add_row(row(item).into_iter().map(|it| cell(it, Tone::Plain)));
        }
        text(&rows)
    })?;
    Ok(Exit::Done)
}

/// Something with its number, counted from 1 in the order of the record.
#[derive(Serialize)]
struct Numbered<'a, T> {
    number: u32,
    #[serde(flatten)]
    it: &'a T,
}

fn numbered<T>(all: &[T]) -> Vec<Numbered<'_, T>> {
    (1..).zip(all).map(|(number, it)| Numbered { number, it }).collect()
}

pub(crate) fn list(desk: &Desk, all: bool) -> Result<Exit, Fault> {
    let state = desk.state();
    let incidents: Vec<&Incident> =
        state.incidents.list.iter().filter(|it| all || it.is_open()).collect();
    let headings = ["No", "Severity", "State", "Where", "Cause", "Noticed", "What"];
    let nothing = if all { "There is no incident." } else { "No incident is open." };
    listed(desk, &incidents, &headings, nothing, |it| {
        let scopes: Vec<String> = it.scopes.iter().map(ToString::to_string).collect();
        vec![
            it.number.to_string(),
            it.severity.number().to_string(),
            it.state.to_string(),
            scopes.join(", "),
            it.attribution.to_string(),
            when(it.detected(), &state.plan.zone),
            it.title.clone(),
        ]
    })
}

pub(crate) fn show(desk: &Desk, number: u32) -> Result<Exit, Fault> {
    let state = desk.state();
    let incident = state.incidents.incident(number).ok_or_else(|| {
        let what = format!("there is no incident {number}");
        Fault::usage(what, "`landfall incident list --all` shows them")
    })?;
    desk.terminal.answer(incident, || shown(desk, incident))?;
    Ok(Exit::Done)
}

fn shown(desk: &Desk, it: &Incident) -> String {
    let state = desk.state();
    let zone = &state.plan.zone;
    let scopes: Vec<String> = it.scopes.iter().map(ToString::to_string).collect();
    let mut text = format!("incident {}: {}\n", it.number, it.title);
    let mut line = |label: &str, what: String| text += &format!("  {label:<13}{what}\n");
    line("state", format!("{} since {}", it.state, when(it.since, zone)));
    let highest = it.severity_highest;
    let was = if highest == it.severity { String::new() } else { format!(", {highest} at worst") };
    line("severity", format!("{}{was}, {}", it.severity.number(), it.attribution));
    line("where", scopes.join(", "));
    if let Some(said) = &it.text {
        line("said", said.clone());
    }
    let by = it.opened_by.as_ref().map_or("Landfall".to_owned(), ToString::to_string);
    let late = if it.is_late() { ", entered late" } else { "" };
    line("entered", format!("{} by {by}{late}", when(it.entered, zone)));
    if let Some(reporter) = &it.reporter {
        line("reported by", reporter.to_string());
    }
    if let Some(id) = &it.source.id {
        line("source", format!("{id} of {}", it.source.system));
    }
    if let Some(at) = it.acknowledged {
        let after = between(it.detected(), at);
        line("acknowledged", format!("{}, after {after}", when(at, zone)));
    }
    for episode in &it.episodes {
        let restored = match episode.restored {
            Some(at) => {
                format!("restored {}, after {}", when(at, zone), between(episode.detected, at))
            }
            None => "not restored".to_owned(),
        };
        line("noticed", format!("{}; {restored}", when(episode.detected, zone)));
    }
    for (segment, number) in it.segments.iter().zip(1_u32..) {
        line(&format!("impact {number}"), impact(segment));
    }
    for (label, what) in [("workaround", &it.workaround), ("cause", &it.cause), ("fix", &it.fix)] {
        if let Some(what) = what {
            line(label, what.clone());
        }
    }
    for (label, other) in [
        ("problem", it.problem),
        ("duplicate of", it.duplicate_of),
        ("recurs from", it.recurrence_of),
    ] {
        if let Some(other) = other {
            line(label, other.to_string());
        }
    }
    text
}

fn impact(segment: &Segment) -> String {
    let users = segment.impact.users.map(|it| format!(", {it} users")).unwrap_or_default();
    let withdrawn = segment.withdrawn.as_ref().map(|it| format!("; withdrawn: {it}"));
    format!("{}{users}{}", segment.impact, withdrawn.unwrap_or_default())
}

pub(crate) fn maintenances(desk: &Desk) -> Result<Exit, Fault> {
    let state = desk.state();
    let zone = &state.plan.zone;
    let all = numbered(&state.incidents.maintenances);
    let headings = ["No", "From", "Until", "Where", "Announced", "What"];
    listed(desk, &all, &headings, "No work is announced.", |Numbered { number, it }| {
        let at = |at: Option<Timestamp>| at.map_or("called off".to_owned(), |at| when(at, zone));
        let first = it.announcements.first().map(|it| it.announced);
        vec![
            number.to_string(),
            at(it.window().map(|it| it.start)),
            at(it.window().map(|it| it.end)),
            it.sites.to_string(),
            at(first),
            it.title.clone(),
        ]
    })
}

pub(crate) fn feedback(desk: &Desk) -> Result<Exit, Fault> {
    let state = desk.state();
    let all: Vec<Numbered<'_, Feedback>> = numbered(&state.incidents.feedback);
    let headings = ["No", "From", "Where", "Received", "Outcome", "What"];
    listed(desk, &all, &headings, "There is no feedback.", |Numbered { number, it }| {
        let outcome = it.processed.as_ref().map(|it| match &it.outcome {
            FeedbackOutcome::Incident(incident) => format!("incident {incident}"),
            FeedbackOutcome::Revisit => "revisit".to_owned(),
            FeedbackOutcome::Answered => "answered".to_owned(),
        });
        vec![
            number.to_string(),
            it.from.to_string(),
            it.scope.to_string(),
            when(it.received, &state.plan.zone),
            outcome.unwrap_or_else(|| "to be processed".to_owned()),
            it.text.clone(),
        ]
    })
}

pub(crate) fn problems(desk: &Desk) -> Result<Exit, Fault> {
    let state = desk.state();
    let all = numbered(&state.incidents.problems);
    let headings = ["No", "State", "Incidents", "Cause", "Workaround", "What"];
    listed(desk, &all, &headings, "There is no problem.", |Numbered { number, it }| {
        let standing = match &it.standing {
            ProblemStanding::Open => "open".to_owned(),
            ProblemStanding::KnownError { owner } => format!("known error of {owner}"),
            ProblemStanding::Fixed { release, rfc } => format!("fixed by {release}, {rfc}"),
        };
        let incidents: Vec<String> = it.incidents.iter().map(ToString::to_string).collect();
        vec![
            number.to_string(),
            standing,
            incidents.join(", "),
            it.cause.clone().unwrap_or_default(),
            it.workaround.clone().unwrap_or_default(),
            it.title.clone(),
        ]
    })
}

pub(crate) fn escalations(desk: &Desk, all: bool) -> Result<Exit, Fault> {
    let state = desk.state();
    let zone = &state.plan.zone;
    let escalations: Vec<&Escalation> =
        state.escalations.list.iter().filter(|it| all || it.is_open()).collect();
    let headings = ["No", "State", "Incident", "Raised", "Level", "Next level", "What"];
    let nothing = if all { "There is no escalation." } else { "No escalation is open." };
    listed(desk, &escalations, &headings, nothing, |it| {
        let drill = if it.is_drill() { "drill: " } else { "" };
        vec![
            it.number.to_string(),
            it.state.to_string(),
            it.raising.incident.map(|it| it.to_string()).unwrap_or_default(),
            when(it.raising.at, zone),
            (it.paged.level + 1).to_string(),
            it.paged.due.map(|at| when(at, zone)).unwrap_or_default(),
            format!("{drill}{}", it.raising.text),
        ]
    })
}

pub(crate) fn escalation(desk: &Desk, number: u32) -> Result<Exit, Fault> {
    let state = desk.state();
    let escalation = state.escalations.escalation(number).ok_or_else(|| {
        let what = format!("there is no escalation {number}");
        Fault::usage(what, "`landfall escalation list --all` shows them")
    })?;
    desk.terminal.answer(escalation, || shown_escalation(desk, escalation))?;
    Ok(Exit::Done)
}

fn shown_escalation(desk: &Desk, it: &Escalation) -> String {
    let zone = &desk.state().plan.zone;
    let raised = it.raising.at;
    let mut text = format!("escalation {}: {}\n", it.number, it.raising.text);
    let mut line = |label: &str, what: String| text += &format!("  {label:<13}{what}\n");
    line("state", format!("{} since {}", it.state, when(it.since, zone)));
    let by = it.raised_by.as_ref().map(ToString::to_string).unwrap_or_default();
    let raising = &it.raising;
    line("raised", format!("{} by {by}, {}", when(raised, zone), raising.side));
    line("why", format!("{}, {}, {}", raising.reason, raising.purpose, raising.path));
    for tried in &raising.tried {
        line("tried", tried.clone());
    }
    for breach in &it.breaches {
        let level = breach.level + 1;
        line("unanswered", format!("level {level} by {}", when(breach.at, zone)));
    }
    if let Some(taken) = &it.accepted {
        let by = taken.by.as_ref().map(ToString::to_string).unwrap_or_default();
        let after = between(raised, taken.at);
        line("accepted", format!("{} by {by}, after {after}", when(taken.at, zone)));
    }
    if let Some(why) = &it.rejected {
        line("rejected", why.clone());
    }
    if let Some(answer) = &it.answer {
        let after = between(raised, answer.at);
        line("answered", format!("{} after {after}: {}", answer.kind, answer.text));
    }
    if let Some(closure) = it.closure {
        line("closed", closure.to_string());
    }
    text
}
