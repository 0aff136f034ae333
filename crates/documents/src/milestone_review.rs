//! D-06: the milestone review report of Deployment Complete.
//!
//! Source: Deploy SMF, Process 4, output of Table 7.

use crate::block::{Block, Said};
use crate::writer::Writer;
use model::milestone::Milestone;
use serde_json::{Value, json};

/// Puts the deployment reports into the section, with the digests that the review had before it. Older
/// reviews named the digest of what a report tells, and not that of the document that it is.
fn reports(writer: &mut Writer<'_>) {
    let rows = writer.at("facts/data-pack/deployment-reports/computed").and_then(Value::as_array);
    let is_of_documents = rows.into_iter().flatten().any(|it| it.get("digest").is_some());
    let note = if is_of_documents { "reports-of-review" } else { "reports-of-older-review" };
    writer.everything("facts/data-pack/deployment-reports").put(Block::Note(Said::word(note)));
}

/// Says which key questions the review has left without an answer.
fn open_questions(writer: &mut Writer<'_>) {
    let questions = writer.at("facts/data-pack/questions").and_then(Value::as_array);
    let is_open = |it: &&Value| it["derived"].is_null() && it["said"].is_null();
    let open = questions.into_iter().flatten().filter(is_open);
    let open: Vec<Said> = open
        .filter_map(|it| it["question"].as_str())
        .map(|it| Said::with("missing-answer", &[&it]))
        .collect();
    open.into_iter().for_each(|it| {
        writer.lacks(it);
    });
}

pub(crate) fn write(writer: &mut Writer<'_>) {
    let paper = writer.paper;
    open_questions(writer);
    let on = |topic: &str| paper.reading.on(topic);
    writer
        .section("milestone", &[on("milestones")])
        .facts(&["facts/milestone", "review", "facts/as-of", "facts/effective"])
        .section("criteria", &[on("milestones")])
        .criteria("facts/criteria")
        .section("answers", &[on("assessment")])
        .table(
            "facts/data-pack/questions",
            &["question", "text", "derived", "said", "by", "evidence"],
        )
        .section("success-criteria", &[on("assessment")])
        .table(
            "facts/data-pack/success-criteria",
            &["criterion", "target", "value", "how", "verdict"],
        )
        .section("expectations-and-specifications", &[on("assessment")])
        .table(
            "facts/data-pack/expectations-and-specifications",
            &["item", "kind", "text", "value", "verdict", "accepted"],
        )
        .section("satisfaction", &[on("survey")])
        .everything("facts/data-pack/satisfaction")
        .section("waivers", &[on("waivers")])
        .table("facts/data-pack/waivers", &["waiver", "guard", "scope", "state", "reason"])
        .list("facts/waivers")
        .section("strategy", &[on("release-readiness")])
        .everything("facts/data-pack/strategy")
        .section("risks", &[on("release-readiness")])
        .everything("facts/data-pack/risks")
        .section("deployment-reports", &[on("signatures")]);
    reports(writer);
    writer
        .section("follow-on-actions", &[on("milestones")])
        .table("follow-on-actions", &["text", "owner", "due"]);
    let votes = paper.state.milestones.last(Milestone::Complete).map(|it| it.votes.as_slice());
    let votes: Vec<_> = votes.unwrap_or_default().iter().map(|it| json!(it)).collect();
    if !votes.is_empty() {
        let table =
            writer.reader.table(None, &votes, &["role", "by", "recommendation", "reason", "at"]);
        writer.section("recommendations", &[on("milestones")]).of_today().put(table);
    }
    let opinions = model::close_out::draft(paper.state);
    if let Some(lessons) = opinions.get("lessons").and_then(|it| it.as_array())
        && !lessons.is_empty()
    {
        let table = writer.reader.table(None, lessons, &["lesson", "title", "recommendation"]);
        writer.section("lessons", &[on("close-out")]).of_today().put(table);
    }
    writer.put(Block::Note(Said::word("acceptance-before-declaration")));
}
