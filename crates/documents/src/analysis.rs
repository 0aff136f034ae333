//! D-07: the post-project analysis. Facts are computed; opinions are people's own, and marked so.
//!
//! It is published, and nobody signs it.
//!
//! Source: Deploy SMF, Process 4, output of Table 7.

use crate::block::{Block, Said};
use crate::reading::Paper;
use crate::writer::Writer;
use model::close_out::{self, Contribution, contributors};
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
    json!({ "facts": close_out::pack(state), "draft": close_out::draft(state), "who-contributed": matrix.collect::<Vec<_>>() })
}

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
        .everything("facts/deployment-reports")
        .section("satisfaction", &[on("survey")])
        .everything("facts/satisfaction")
        .section("quiet-period", &[on("quiet-period")])
        .everything("facts/quiet-periods");
    writer.take("draft/facts");
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
        let mut say = |about: String, text: &str| {
            let (text, about, at) = (text.to_owned(), Some(about), Some(it.at));
            if !text.is_empty() {
                writer.put(Block::Statement { text, by: by.clone(), about, at, entry: None });
            }
        };
        match &it.contribution {
            Contribution::Given { topic, accomplishments, challenges, lessons } => {
                let about = format!("{}, {topic}", it.role);
                let said = json!([accomplishments, challenges, lessons]);
                for text in said.as_array().into_iter().flatten() {
                    match text {
                        Value::String(text) => say(about.clone(), text),
                        Value::Array(several) => {
                            several
                                .iter()
                                .filter_map(Value::as_str)
                                .for_each(|it| say(about.clone(), it));
                        }
                        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {}
                    }
                }
            }
            Contribution::Declined { reason } => say(it.role.to_string(), reason),
        }
    }
    let lacking = contributors(paper.state);
    for role in lacking.into_iter().filter(|it| !paper.state.close_out.has_contribution(*it)) {
        writer.lacks(Said::with("missing-contribution", &[&crate::frame::role_word(role)]));
    }
}
