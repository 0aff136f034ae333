//! D-07: the post-project analysis. Facts are computed; opinions are people's own, and marked so.
//!
//! It is published, and nobody signs it.
//!
//! Source: Deploy SMF, Process 4, output of Table 7.

use crate::block::{Block, Said};
use crate::name::DocumentName;
use crate::reading::Paper;
use crate::writer::Writer;
use model::close_out::{self, Contribution, contributors};
use model::reports;
use model::state::State;
use serde_json::{Value, json};
use views::people::person;

pub(crate) fn facts(paper: &Paper<'_>) -> Value {
    let state = paper.state;
    let matrix = contributors(state).into_iter().map(|role| {
        let of_role = state.close_out.contributions.iter().filter(|it| it.role == role);
        let (given, declined): (Vec<_>, Vec<_>) =
            of_role.partition(|it| matches!(it.contribution, Contribution::Given { .. }));
        json!({ "role": role, "contributions": given.len(), "declined": declined.len() })
    });
    let mut facts = close_out::pack(state);
    let mut draft = close_out::draft(state);
    if let (Some(facts), Some(draft)) = (facts.as_object_mut(), draft.as_object_mut()) {
        draft.remove("facts");
        facts.insert("deployment-reports".to_owned(), reports_of(state));
        let satisfaction = facts.remove("satisfaction").unwrap_or_default();
        let (instruments, questions) = satisfaction_of(&satisfaction);
        facts.insert("satisfaction".to_owned(), instruments);
        facts.insert("questions".to_owned(), questions);
        let periods = facts.remove("quiet-periods").unwrap_or_default();
        facts.insert("quiet-periods".to_owned(), periods_of(&periods));
    }
    json!({ "facts": facts, "draft": draft, "who-contributed": matrix.collect::<Vec<_>>() })
}

/// Returns the deployment reports by name and digest: what they say stands in documents of their own.
fn reports_of(state: &State) -> Value {
    let reports = reports::reports(state).into_iter().map(|it| {
        let digest = reports::digest(state, &it);
        json!({ "report": it, "document": DocumentName::Report(it).to_string(), "digest": digest })
    });
    reports.collect()
}

/// Returns how many were asked and answered, and below it what they said to each question.
fn satisfaction_of(results: &Value) -> (Value, Value) {
    let results = results.as_array().map(Vec::as_slice).unwrap_or_default();
    let instruments = results.iter().map(|it| {
        json!({ "instrument": it["instrument"], "invited": it["invited"],
            "responses": it["responses"], "response-rate": it["response_rate"] })
    });
    let questions = results.iter().flat_map(|of| {
        let asked = of["questions"].as_array().map(Vec::as_slice).unwrap_or_default();
        asked.iter().map(|it| {
            json!({ "instrument": of["instrument"], "question": it["question"], "text": it["text"],
                "counts": it["counts"], "satisfied": it["satisfied"] })
        })
    });
    (instruments.collect(), questions.collect())
}

/// Returns when each quiet period began, was to end and ended, and what became of it.
fn periods_of(periods: &Value) -> Value {
    let periods = periods["periods"].as_array().map(Vec::as_slice).unwrap_or_default();
    let told = periods.iter().zip(1_u32..).map(|(it, number)| {
        let mut told: serde_json::Map<String, Value> = it
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(name, _)| !OF_REPORT.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        told.insert("quiet-period".to_owned(), json!(number));
        Value::Object(told)
    });
    told.collect()
}

/// What of a quiet period stands in its own report.
const OF_REPORT: [&str; 4] = ["facts", "criteria", "extensions", "measured"];

pub(crate) fn write(writer: &mut Writer<'_>) {
    let paper = writer.paper;
    let on = |topic: &str| paper.reading.on(topic);
    writer
        .section("meeting", &[on("close-out")])
        .everything("draft/meeting")
        .section("who-contributed", &[on("close-out")])
        .table("who-contributed", &["role", "contributions", "declined"]);
    opinions(writer);
    writer
        .section("lessons", &[on("close-out")])
        .table("draft/lessons", &["lesson", "title", "standing", "recommendation", "owner", "due"])
        .section("success-criteria", &[on("assessment")])
        .table("facts/success-criteria", &["criterion", "target", "stands"])
        .section("incidents", &[on("incidents")])
        .table(
            "facts/incidents",
            &["incident", "severity", "title", "detected", "restored", "cause"],
        )
        .section("escalations", &[on("escalations")])
        .table("facts/escalations", &["escalation", "state", "text", "purpose"])
        .section("suggested-lessons", &[])
        .table("facts/suggested-lessons", &[])
        .section("deployment-reports", &[on("sites")])
        .table("facts/deployment-reports", &["report", "document", "digest"])
        .put(Block::Note(Said::word("reports-stand-alone")))
        .section("satisfaction", &[on("survey")])
        .table("facts/satisfaction", &["instrument", "invited", "responses", "response-rate"])
        .table("facts/questions", &["instrument", "question", "text", "counts", "satisfied"])
        .put(Block::Note(Said::word("counts-legend")))
        .section("quiet-period", &[on("quiet-period")])
        .table("facts/quiet-periods", &["quiet-period", "start", "nominal-end", "end"])
        .put(Block::Note(Said::word("figures-stand-in-report")));
}

/// What people say, by topic, in their own words.
fn opinions(writer: &mut Writer<'_>) {
    let paper = writer.paper;
    let plan = &paper.state.plan;
    writer.section("opinions", &[paper.reading.on("close-out")]);
    writer.take("draft/opinions");
    writer.take("draft/declined");
    for it in &paper.state.close_out.contributions {
        let by = it.by.as_ref().map(|by| person(plan, by));
        let mut say = |about: Vec<Said>, text: &str| {
            let (text, about, at) = (text.to_owned(), Some(Said::All { all: about }), Some(it.at));
            if !text.is_empty() {
                writer.put(Block::Statement { text, by: by.clone(), about, at, entry: None });
            }
        };
        let role = Said::word(&crate::frame::role_word(it.role));
        match &it.contribution {
            Contribution::Given { topic, accomplishments, challenges, lessons } => {
                for (of, text) in [
                    ("accomplishments", accomplishments),
                    ("challenges", challenges),
                    ("lessons", lessons),
                ] {
                    say(vec![role.clone(), Said::text(topic), Said::word(of)], text);
                }
            }
            Contribution::Declined { reason } => say(vec![role], reason),
        }
    }
    let lacking = contributors(paper.state);
    for role in lacking.into_iter().filter(|it| !paper.state.close_out.has_contribution(*it)) {
        writer.lacks(Said::with("missing-contribution", &[&crate::frame::role_word(role)]));
    }
}
