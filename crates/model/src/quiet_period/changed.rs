//! Whether a quiet period that was judged is still what it was judged by.
//!
//! Until its report is signed, whoever enters an incident of it late, reports its days or lets a site
//! go back gives the report another version. What is still going on, or comes later, is not of the
//! quiet period: an incident that is restored meanwhile, an emergency change that ends.
//!
//! House rule: docs/decisions/0078-until-the-report-is-signed.md.

use super::{Criterion, CriterionVerdict, QuietPeriod, QuietPeriodEvent, performance, readings};
use crate::event::Event;
use crate::incident::RequestKind;
use crate::machine::{QuietPeriodState, QuietPeriodTransition};
use crate::sheet::{Sheet, superseded};
use crate::state::State;
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeSet;

/// Returns what has changed of what `period` was judged by, in words; nothing where it stands, or is
/// not judged.
pub fn changed(state: &State, period: &QuietPeriod, now: Timestamp) -> Option<String> {
    if period.state != QuietPeriodState::Completed {
        return None;
    }
    unaccepted(period)
        .or_else(|| entered_since(state, period))
        .or_else(|| other_figure(state, period, now))
}

/// Returns the criterion that was not met although nobody accepted it: earlier programs let it be waived.
fn unaccepted(period: &QuietPeriod) -> Option<String> {
    let mut unmet = period.criteria.iter().filter(|it| it.verdict != CriterionVerdict::Met);
    unmet.next().filter(|_| !period.accepted_as_it_was).map(|it| it.to_string())
}

/// Returns that an incident belongs into the report that is not in it.
fn entered_since(state: &State, period: &QuietPeriod) -> Option<String> {
    let listed = period.facts.as_ref()?.pointer("/performance/incident-list")?.as_array()?;
    let listed: BTreeSet<u64> =
        listed.iter().filter_map(|it| it.get("incident").and_then(Value::as_u64)).collect();
    let within = performance::incidents(state, period, period.end).into_iter();
    // What people ask for besides is in the report, and no figure of it.
    let mut within = within.filter(|it| it.kind == RequestKind::Incident);
    let lacking = within.find(|it| !listed.contains(&u64::from(it.number)))?;
    Some(format!("incident {} of the quiet period was entered since it was judged", lacking.number))
}

/// Returns the first criterion that reads otherwise than when the quiet period was judged.
fn other_figure(state: &State, period: &QuietPeriod, now: Timestamp) -> Option<String> {
    let is_of_it =
        |it: &Criterion| !matches!(it, Criterion::OpenAtTheEnd | Criterion::EmergencyChanges);
    let read = readings(state, period, now).into_iter().filter(|it| is_of_it(&it.criterion));
    let mut read = read.filter(|it| !period.criteria.contains(it));
    read.next().map(|it| it.to_string())
}

/// Returns that `period` is judged anew because of `reason`, and what is signed of its report void.
pub fn judged_anew(
    state: &State,
    period: &QuietPeriod,
    now: Timestamp,
    reason: String,
) -> Vec<Event> {
    let mut events = superseded(state, &Sheet::QuietPeriodReport);
    events.push(Event::QuietPeriod(QuietPeriodEvent::Ended {
        number: period.number,
        transition: QuietPeriodTransition::FiguresChanged,
        criteria: readings(state, period, now),
        reason: Some(reason),
        gate: vec![],
    }));
    events
}
