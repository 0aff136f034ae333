//! Requests for change as people read them.

use super::people::person;
use super::table::{Tone, cell, table, text};
use super::time::when;
use crate::terminal::Setting;
use model::digest::Digest;
use model::machine::RfcState;
use model::rfc::RequestForChange;
use model::state::{RfcStatus, State};
use serde_json::{Value, json};

/// Returns the requests for change, a line each.
pub(crate) fn list(state: &State, setting: Setting) -> String {
    let mut rows = table(setting, &["rfc", "state", "category", "part", "valid until", "title"]);
    for (planned, status) in state.plan.rfcs.iter().zip(&state.rfcs) {
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
    let position = *state.index.rfcs.get(&planned.id)? as usize;
    state.index.parts.get(position).copied()
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
    line("rollback plan", &planned.rollback_plan);
    line("test evidence", &planned.test_evidence);
    if let Some(window) = planned.window {
        line("window", &format!("{} to {}", when(window.from, zone), when(window.until, zone)));
    }
    if let Some(until) = status.until {
        line("valid until", &when(until, zone));
    }
    for (level, number) in planned.levels.iter().zip(0_u8..) {
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
        format!("ring/{it} ({sites} sites)")
    });
    let all: Vec<String> = components.chain(rings).collect();
    all.join(", ")
}

/// Returns a request for programs.
pub(crate) fn value(state: &State, planned: &RequestForChange, status: &RfcStatus) -> Value {
    json!({
        "planned": planned,
        "status": status,
        "part": part(state, planned),
    })
}
