//! Requests for change as people read them.

use super::counted::counted;
use super::table::{Tone, cell, table, text};
use crate::terminal::Setting;
use model::digest::Digest;
use model::machine::RfcState;
use model::rfc::RequestForChange;
use model::state::{RfcStatus, State};
use serde_json::{Value, json};
use views::people::person;
use views::time::when;

/// Returns the requests for change, a line each.
pub(crate) fn list(state: &State, setting: Setting) -> String {
    let mut rows = table(setting, &["rfc", "state", "category", "part", "valid until", "title"]);
    for (planned, status) in state.rfcs.iter().filter_map(|it| state.rfc(&it.id)) {
        let category = status.category.unwrap_or(planned.category);
        let part = part(state, planned).map_or_else(String::new, |it| it.short());
        let until = status.until.map(|it| when(it, &state.plan.zone));
        rows.add_row(vec![
            cell(&planned.id, Tone::Plain),
            cell(status.state, tone(status.state)),
            cell(category, Tone::Plain),
            cell(part, Tone::Plain),
            cell(until.unwrap_or_else(|| "-".to_owned()), Tone::Plain),
            cell(&planned.title, Tone::Plain),
        ]);
    }
    text(&rows)
}

fn tone(state: RfcState) -> Tone {
    match state {
        RfcState::Draft | RfcState::Closed | RfcState::Reviewed => Tone::Plain,
        RfcState::Submitted | RfcState::Assessing | RfcState::Implementing => Tone::Mind,
        RfcState::Authorised
        | RfcState::EmergencyAuthorised
        | RfcState::Scheduled
        | RfcState::Implemented => Tone::Good,
        RfcState::BackedOut | RfcState::Rejected | RfcState::Cancelled => Tone::Bad,
    }
}

/// Returns the digest of the plan part that a request covers, as the plan is now.
pub(crate) fn part(state: &State, planned: &RequestForChange) -> Option<Digest> {
    state.part_of(&planned.id)
}

/// Returns a request with what it covers and the digest that is approved.
pub(crate) fn page(state: &State, planned: &RequestForChange, status: &RfcStatus) -> String {
    let zone = &state.plan.zone;
    let mut page = format!("{} · {}\n", planned.id, planned.title);
    let mut line = |label: &str, said: &str| {
        let said = said.trim().replace('\n', "\n                 ");
        page += &format!("{label:<16} {said}\n");
    };
    line("state", &format!("{} since {}", status.state, when(status.since, zone)));
    line("category", &status.category.unwrap_or(planned.category).to_string());
    line("requested by", &person(&state.plan, &planned.requested_by));
    let implementers: Vec<String> =
        planned.implementers.iter().map(|it| person(&state.plan, it)).collect();
    line("implemented by", &implementers.join(", "));
    line("covers", &covers(state, planned));
    line("reason", &planned.reason);
    line("impact", &planned.impact);
    line("risk", &planned.risk);
    let details = &planned.details;
    if let Some(score) = details.score {
        let (likelihood, impact) = (score.likelihood, score.impact);
        let said = format!("{} of 25: likelihood {likelihood}, impact {impact}", score.score());
        line("risk score", &said);
    }
    let said = |it: &Option<String>| it.clone();
    line("rollback plan", &planned.rollback_plan);
    let people = |it: &[model::id::PersonId]| {
        let names: Vec<String> = it.iter().map(|it| person(&state.plan, it)).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let more = [
        ("decision point", said(&details.decision_point)),
        ("abort criteria", said(&details.abort_criteria)),
        ("security", said(&details.security_impact)),
        ("outcome wanted", said(&details.expected_outcome)),
        ("priority", details.priority.map(|it| it.to_string())),
        ("on shift", people(&details.on_shift)),
    ];
    for (label, said) in more.into_iter().filter_map(|(label, it)| Some((label, it?))) {
        line(label, &said);
    }
    line("test evidence", &planned.test_evidence);
    if let Some(window) = planned.window {
        line("window", &format!("{} to {}", when(window.from, zone), when(window.until, zone)));
    }
    if let Some(until) = status.until {
        line("valid until", &when(until, zone));
    }
    for (level, number) in state.levels_of(planned, status).iter().zip(0_u8..) {
        let given: Vec<String> = status
            .approvals
            .iter()
            .filter(|(_, it)| *it == number)
            .map(|(by, _)| person(&state.plan, by))
            .collect();
        let by = if given.is_empty() { String::new() } else { format!(": {}", given.join(", ")) };
        let said = format!("{} of {} by {}{by}", given.len(), level.quorum, level.role);
        line(&format!("level {}", number + 1), &said);
    }
    if let Some(reason) = &status.reason {
        line("said", reason);
    }
    if let Some(disputed) = state.disputed_request(&planned.id) {
        line("disputed", &disputed);
    }
    for conflict in model::change_schedule::conflicts(state, &planned.id) {
        line("conflict", &super::change_schedule::conflict(&conflict));
    }
    if let Some(emergency) = state.change_schedule.emergencies.get(&planned.id) {
        let reviewed = emergency.review.as_ref().map_or_else(
            || format!("to be reviewed by {}", emergency.review_due),
            |it| format!("reviewed {}: {}", when(it.at, zone), it.finding),
        );
        let by = emergency.by.as_ref().map_or_else(String::new, |it| person(&state.plan, it));
        line("emergency", &format!("authorised by {by}, restores {}; {reviewed}", emergency.kind));
    }
    if let Some(reviewed) = state.change_schedule.reviews.get(&planned.id) {
        line("review", &super::change_schedule::review(&reviewed.review));
    }
    if let Some(now) = part(state, planned) {
        line("digest", &now.to_string());
        if let Some(authorised) = status.part.filter(|it| *it != now) {
            line("authorised was", &format!("{authorised}, which is no longer the plan"));
        }
    }
    page
}

fn covers(state: &State, planned: &RequestForChange) -> String {
    let components = planned.covers.components.iter().map(|it| format!("component/{it}"));
    let rings = planned.covers.rings.iter().map(|it| {
        let sites = state.ring(it).map_or(0, |(_, status)| status.counts.planned);
        format!("ring/{it} ({})", counted(sites, "site"))
    });
    let sites = planned.covers.sites.iter().map(|it| format!("site/{it}"));
    let all: Vec<String> = components.chain(rings).chain(sites).collect();
    match &planned.template {
        Some(template) => format!(
            "up to {} sites at a time, in advance, until {}",
            template.sites_at_most,
            when(template.until, &state.plan.zone)
        ),
        None => all.join(", "),
    }
}

/// Returns a request for programs.
pub(crate) fn value(state: &State, planned: &RequestForChange, status: &RfcStatus) -> Value {
    let schedule = &state.change_schedule;
    json!({
        "planned": planned,
        "status": status,
        "part": part(state, planned),
        "levels": state.levels_of(planned, status),
        "review": schedule.reviews.get(&planned.id),
        "emergency": schedule.emergencies.get(&planned.id),
        "conflicts": model::change_schedule::conflicts(state, &planned.id),
    })
}
