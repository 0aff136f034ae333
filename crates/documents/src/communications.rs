//! D-10: the communications plan, and what became of its messages.
//!
//! Source: Deploy SMF, Process 2, Table 5: communications plan.

use crate::block::Said;
use crate::reading::Paper;
use crate::writer::Writer;
use serde_json::{Value, json};

pub(crate) fn facts(paper: &Paper<'_>) -> Value {
    let state = paper.state;
    let letters: Vec<Value> = state.messages.letters.iter().map(|it| {
        json!({ "letter": it.letter.letter, "message": it.letter.message, "about": it.letter.scope,
                "to": it.letter.to, "since": it.since, "state": it.state,
                "acknowledged": it.acknowledged.as_ref().map(|(_, at)| at), "sha256": it.letter.text })
    }).collect();
    let mut plan = state.plan.communications.as_ref().map(|it| json!(it)).unwrap_or(Value::Null);
    let mut messages = plan.as_object_mut().and_then(|it| it.remove("messages"));
    let texts = texts_of(messages.as_mut());
    json!({ "plan": plan, "messages": messages, "texts": texts, "letters": letters })
}

/// Takes the texts of the messages out of them, and returns them by message and language.
fn texts_of(messages: Option<&mut Value>) -> Vec<Value> {
    let mut texts = Vec::new();
    for message in messages.and_then(Value::as_array_mut).into_iter().flatten() {
        let id = message.get("id").cloned();
        let taken = message.as_object_mut().and_then(|it| it.remove("texts"));
        for (language, text) in taken.as_ref().and_then(Value::as_object).into_iter().flatten() {
            texts.push(json!({ "message": id, "language": language,
                "subject": text.get("subject"), "body": text.get("body") }));
        }
    }
    texts
}

pub(crate) fn write(writer: &mut Writer<'_>) {
    let paper = writer.paper;
    if paper.state.plan.communications.is_none() {
        writer.lacks(Said::word("missing-communications"));
    }
    writer
        .section("communications-plan", &[paper.reading.on("deployment")])
        .everything("plan")
        .section("messages", &[paper.reading.on("deployment")])
        .table("messages", &["id", "to", "when", "title", "subject", "channel", "acknowledge"])
        .table("texts", &["message", "language", "subject", "body"])
        .section("letters", &[paper.reading.on("messages")])
        .table("letters", &["letter", "message", "about", "to", "since", "state", "acknowledged"]);
}
