//! Bad input, for every command that walks saw accepted: whatever is wrong with it is refused or
//! made harmless, and nothing of it comes into the record.
//!
//! House rule: a refused command leaves no trace; nobody's text does anything but be read.

use super::walk::{SEEN, Sample};
use model::command::Command;
use model::decide::{Acting, decide};
use model::digest::Digest;
use model::event::{Entry, Event};
use model::id::PersonId;
use model::refusal::{Refusal, RefusalCode};
use serde_json::Value;

/// More than anybody types: 10 MB.
const MUCH: usize = 10_000_000;

impl Sample {
    fn decided(&self, person: &PersonId, command: &Command) -> Result<Vec<Event>, Refusal> {
        let acting = Acting::new(&self.state, person, self.now).with_plan(self.plan.as_deref());
        decide(&acting, command)
    }

    /// Returns the command with each text that `change` changes, one after the other.
    fn with_each(&self, change: &dyn Fn(&str, &str) -> Option<String>) -> Vec<(String, Command)> {
        let written = serde_json::to_value(&self.command).unwrap();
        let mut found = Vec::new();
        texts(&written, "", &mut |path, field, text| {
            let Some(text) = change(field, text) else { return };
            let mut changed = written.clone();
            *changed.pointer_mut(path).unwrap() = Value::String(text);
            // What does not read as a command is refused before it is one.
            if let Ok(command) = serde_json::from_value(changed) {
                found.push((path.to_owned(), command));
            }
        });
        found
    }
}

/// Visits each text of `value`, with the field in which it stands.
fn texts(value: &Value, path: &str, visit: &mut dyn FnMut(&str, &str, &str)) {
    match value {
        Value::String(text) => {
            let field = path.rsplit('/').find(|it| it.parse::<usize>().is_err()).unwrap_or(path);
            visit(path, field, text);
        }
        Value::Array(all) => {
            for (number, it) in all.iter().enumerate() {
                texts(it, &format!("{path}/{number}"), visit);
            }
        }
        Value::Object(all) => {
            for (name, it) in all {
                texts(it, &format!("{path}/{name}"), visit);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn is_instant(text: &str) -> bool {
    text.parse::<jiff::Timestamp>().is_ok()
}

fn written(events: &[Event]) -> String {
    serde_json::to_string(events).unwrap()
}

/// Commands that may be given again as they stand: they report once more, or ask for one more.
const AGAIN: &[&str] = &[
    "Assessment AcceptShortfall",
    "Assessment Answer",
    "Assessment Assess",
    "Assessment Judge",
    "Assessment Measure",
    "Assignment AcceptKnowledge",
    "Assignment Answer",
    "Attest",
    "Batch Begin",
    "CancelOrders",
    "ChangeSchedule RequestStandard",
    "CloseOut ConfirmAccess",
    "CloseOut Contribute",
    "CloseOut DecideLesson",
    "CloseOut Decline",
    "CloseOut NameOwner",
    "CloseOut Package",
    "CloseOut PlanAnalysis",
    "CloseOut PlanBenefitReview",
    "CloseOut RecordLesson",
    "CloseOut ReviewBenefits",
    "CloseOut SayAvailable",
    "CloseOut SettleItem",
    "Delegation Give",
    "Dispute Report",
    "Escalation Raise",
    "Incident Act FindWorkaround",
    "Incident Act OpenSegment",
    "Incident Act Reopen",
    "Incident AnalyseProblem",
    "Incident AnnounceMaintenance",
    "Incident GiveFeedback",
    "Incident Open",
    "Incident OpenProblem",
    "Incident RecordWork",
    "Message Bounce",
    "Milestone AddAction",
    "Milestone Vote",
    "Paper Record",
    "QuietPeriod Extend",
    "QuietPeriod ReportDays",
    "Readiness Judge",
    "Readiness Object",
    "Readiness LoseMonitoring",
    "Readiness PublishGuides",
    "Readiness ReportMonitoring",
    "ReleaseReadiness AcceptKnownIssues",
    "ReleaseReadiness AcknowledgeCriteria",
    "ReleaseReadiness CarryCondition",
    "ReleaseReadiness DecideStrategy",
    "ReleaseReadiness DeclareFinal",
    "ReleaseReadiness JudgePilot",
    "ReleaseReadiness PublishKnownIssues",
    "ReleaseReadiness RegisterInput",
    "ReleaseReadiness Review",
    "ReleaseReadiness TellExperience",
    "ReleaseReadiness Vote",
    "RequestWaiver",
    "SiteCare JoinLate",
    "SiteCare ObserveUse",
    "SiteCare ReportAccess",
    "SiteCare RequestExemption",
    "Survey Answer",
    "Survey Import",
    "Survey Invite",
    "Termination Dispose",
    "Termination Learn",
    "Training Attend",
    "Training Exempt",
    "Training Invite",
];

/// What everybody of the plan may do, whatever their role.
const EVERYBODY: &[&str] = &[
    "CloseOut RecordLesson",
    "Incident GiveFeedback",
    "Incident Open",
    "RequestWaiver",
    "Survey Answer",
];

/// The fields that may lie ahead.
const AHEAD: &[&str] = &["until", "closes", "effective", "from", "start", "end"];

/// Returns the texts of `sample` with `bad` in place of each, but for times.
fn with_text(sample: &Sample, bad: &str) -> Vec<(String, Command)> {
    sample.with_each(&|_, old| (!is_instant(old)).then(|| bad.to_owned()))
}

/// What is held of each command that walks saw accepted. They are walked once for all of it.
const HELD: &[fn(&str, &Sample)] = &[
    no_text_brings_control_characters_or_turning_marks_into_the_record,
    ten_megabytes_of_text_are_refused_or_kept_as_a_few_bytes,
    a_text_that_is_missing_is_refused,
    nothing_is_said_to_have_happened_in_the_future,
    nothing_ends_before_it_begins,
    what_was_shown_and_is_no_longer_so_is_stale,
    a_stranger_an_auditor_and_whoever_holds_no_role_change_nothing,
    what_is_done_is_not_done_twice,
];

#[test]
fn bad_input_is_refused_or_made_harmless_whatever_the_command() {
    for (kind, sample) in &SEEN.accepted {
        for held in HELD {
            held(kind, sample);
        }
    }
}

fn no_text_brings_control_characters_or_turning_marks_into_the_record(kind: &str, sample: &Sample) {
    for bad in ["till\u{7}s", "till\0s", "till\u{202e}s", "till\u{200f}s", "till\u{2066}s"] {
        for (path, command) in with_text(sample, bad) {
            let events = sample.decided(&sample.person, &command).unwrap_or_default();
            let written = written(&events);
            let marks = ["\u{202e}", "\u{200f}", "\u{2066}", "\\u0007", "\\u0000"];
            let found = marks.iter().find(|it| written.contains(**it));
            assert!(found.is_none(), "{kind}: {path} takes {bad:?}");
        }
    }
}

fn ten_megabytes_of_text_are_refused_or_kept_as_a_few_bytes(kind: &str, sample: &Sample) {
    let much = "a".repeat(MUCH);
    for (path, command) in with_text(sample, &much) {
        let events = sample.decided(&sample.person, &command).unwrap_or_default();
        assert!(written(&events).len() < MUCH / 10, "{kind}: {path} takes 10 MB");
    }
}

fn a_text_that_is_missing_is_refused(kind: &str, sample: &Sample) {
    for (path, command) in with_text(sample, " ") {
        let events = sample.decided(&sample.person, &command).unwrap_or_default();
        assert!(!written(&events).contains("\" \""), "{kind}: {path} may be missing");
    }
}

fn nothing_is_said_to_have_happened_in_the_future(kind: &str, sample: &Sample) {
    let ahead = |field: &str, old: &str| {
        let is_past = is_instant(old) && !AHEAD.contains(&field);
        is_past.then(|| "2999-01-01T00:00:00Z".to_owned())
    };
    for (path, command) in sample.with_each(&ahead) {
        let refusal = sample.decided(&sample.person, &command).err();
        assert!(refusal.is_some(), "{kind}: {path} takes the year 2999");
    }
}

fn nothing_ends_before_it_begins(kind: &str, sample: &Sample) {
    let before = |field: &str, old: &str| {
        let is_end = is_instant(old) && ["until", "closes", "end"].contains(&field);
        is_end.then(|| "1970-01-01T00:00:00Z".to_owned())
    };
    for (path, command) in sample.with_each(&before) {
        let refusal = sample.decided(&sample.person, &command).err();
        assert!(refusal.is_some(), "{kind}: {path} takes the year 1970");
    }
}

fn what_was_shown_and_is_no_longer_so_is_stale(kind: &str, sample: &Sample) {
    let other = |field: &str, _: &str| {
        let is_shown = ["document", "part", "version"].contains(&field);
        is_shown.then(|| Digest::of(b"other").to_string())
    };
    for (path, command) in sample.with_each(&other) {
        let refusal = sample.decided(&sample.person, &command).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::Stale, "{kind} {path}: {refusal}");
    }
}

fn a_stranger_an_auditor_and_whoever_holds_no_role_change_nothing(kind: &str, sample: &Sample) {
    // Whoever has a link to the survey answers it, and nobody knows who it was.
    if sample.command.is_anonymous() {
        return;
    }
    for person in ["stranger", "aurelia"] {
        let refusal = sample.decided(&person.parse().unwrap(), &sample.command).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::NotPermitted, "{person} {kind}: {refusal}");
    }
    // Owners of sites hold no role elsewhere: what most of them may do everybody may.
    let owners = sample.state.plan.people.iter().filter(|it| it.roles.is_empty());
    let may = owners.filter(|it| sample.decided(&it.id, &sample.command).is_ok()).count();
    assert!(may < 5 || EVERYBODY.contains(&kind), "{kind}: {may} owners may");
}

fn what_is_done_is_not_done_twice(kind: &str, sample: &Sample) {
    let mut state = sample.state.clone();
    let actor = Acting::new(&sample.state, &sample.person, sample.now).actor("test");
    for event in sample.decided(&sample.person, &sample.command).unwrap() {
        let (seq, at, baseline) = (state.seq + 1, sample.now, state.baseline);
        let is_plan = matches!(event, Event::PlanRevised { .. });
        let plan = sample.plan.clone().filter(|_| is_plan);
        let entry = Entry { seq, at, actor: actor.clone(), baseline, command: None, event };
        state.evolve(&entry, plan).unwrap();
    }
    let after = Sample { state, ..sample.clone() };
    let is_refused = after.decided(&sample.person, &sample.command).is_err();
    assert!(is_refused || AGAIN.contains(&kind), "{kind} is accepted twice");
}
