//! Golden lines: entries of the record as they are kept for ever.
//!
//! House rule: a word in a stored event never changes meaning. Lines are only ever added to
//! `golden/events.jsonl`; a line that no longer reads is a broken promise, not an old test.

use super::*;
use crate::digest::canonical;
use serde_json::Value;
use std::collections::BTreeSet;
use strum::{VariantArray, VariantNames as _};

fn golden() -> impl Iterator<Item = &'static str> {
    include_str!("../../golden/events.jsonl").lines()
}

/// Returns the name of the event in `line`, and what it holds.
fn event_of(line: &str) -> (String, Value) {
    let entry: Value = serde_json::from_str(line).unwrap();
    let event = entry["event"].as_object().unwrap();
    let (name, fields) = event.iter().next().unwrap();
    (name.clone(), fields.clone())
}

#[test]
fn every_golden_line_reads_and_is_written_as_it_was() {
    for line in golden() {
        let entry: Entry = serde_json::from_str(line).unwrap_or_else(|it| panic!("{it}: {line}"));
        assert_eq!(String::from_utf8(canonical(&entry)).unwrap(), line);
    }
}

/// The events that are families: each name, and the kinds of event within it.
const FAMILIES: &[(&str, &[&str])] = &[
    ("incident", crate::incident::IncidentEvent::VARIANTS),
    ("escalation", crate::escalation::EscalationEvent::VARIANTS),
    ("readiness", crate::readiness::ReadinessEvent::VARIANTS),
    ("assignment", crate::assignment::AssignmentEvent::VARIANTS),
    ("milestone", crate::milestone::MilestoneEvent::VARIANTS),
    ("quiet-period", crate::quiet_period::QuietPeriodEvent::VARIANTS),
    ("survey", crate::survey::SurveyEvent::VARIANTS),
    ("assessment", crate::assessment::AssessmentEvent::VARIANTS),
    ("close-out", crate::close_out::CloseOutEvent::VARIANTS),
    ("termination", crate::termination::TerminationEvent::VARIANTS),
    ("history", crate::history::HistoryEvent::VARIANTS),
    ("delegation", crate::delegation::DelegationEvent::VARIANTS),
    ("dispute", crate::dispute::DisputeEvent::VARIANTS),
    ("paper", crate::paper::PaperEvent::VARIANTS),
    ("batch", crate::batch::BatchEvent::VARIANTS),
    ("change-schedule", crate::change_schedule::ChangeScheduleEvent::VARIANTS),
    ("site-care", crate::site_care::SiteCareEvent::VARIANTS),
    ("message", crate::message::MessageEvent::VARIANTS),
    ("training", crate::training::TrainingEvent::VARIANTS),
    ("release-readiness", crate::release_readiness::ReleaseReadinessEvent::VARIANTS),
];

#[test]
fn every_kind_of_event_has_a_golden_line() {
    let is_family = |name: &str| FAMILIES.iter().any(|(family, _)| *family == name);
    let kept: BTreeSet<String> = golden()
        .map(event_of)
        .map(|(name, fields)| match fields.as_object().and_then(|it| it.keys().next()) {
            Some(kind) if is_family(&name) => format!("{name} {kind}"),
            Some(_) | None => name,
        })
        .collect();
    let single = Event::VARIANTS.iter().filter(|it| !is_family(it)).map(|it| (*it).to_owned());
    let of_families = FAMILIES
        .iter()
        .flat_map(|(family, kinds)| kinds.iter().map(move |kind| format!("{family} {kind}")));
    let all: BTreeSet<String> = single.chain(of_families).collect();
    assert_eq!(kept, all, "add a line to golden/events.jsonl for each new event");
}

#[test]
fn every_transition_has_a_golden_line() {
    fn check<T: VariantArray + Serialize>(event: &str) {
        let lines = golden().map(event_of).filter(|(name, _)| name == event);
        let kept: Vec<Value> = lines.map(|(_, fields)| fields["transition"].clone()).collect();
        for transition in T::VARIANTS {
            let word = serde_json::to_value(transition).unwrap();
            assert!(kept.contains(&word), "{event} {word} has no golden line");
        }
    }
    check::<DeploymentTransition>("deployment");
    check::<ComponentTransition>("component");
    check::<SiteTransition>("site");
    check::<PhaseTransition>("phase");
    check::<RingTransition>("ring");
    check::<RfcTransition>("rfc");
    check::<SignOffTransition>("sign-off");
    check::<WaiverTransition>("waiver");
}

#[test]
fn an_optional_field_that_is_missing_is_no_reason_to_refuse_an_entry() {
    let bare = r#"{"actor":"system","at":"2027-02-07T08:00:00Z","baseline":0,"event":{"site":{"site":"B27","transition":"started"}},"seq":1}"#;
    let entry: Entry = serde_json::from_str(bare).unwrap();
    assert!(matches!(entry.event, Event::Site { reason: None, ref gate, .. } if gate.is_empty()));
}
