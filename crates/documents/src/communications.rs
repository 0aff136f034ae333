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
    let messages = plan.as_object_mut().and_then(|it| it.remove("messages"));
    json!({ "plan": plan, "messages": messages, "letters": letters })
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
        .section("letters", &[paper.reading.on("messages")])
        .table("letters", &["letter", "message", "about", "to", "since", "state", "acknowledged"]);
}
