//! D-10: the communications plan, and what became of its messages, counted by message and ring.
//!
//! Source: Deploy SMF, Process 2, Table 5: communications plan.

use crate::block::{Block, Said};
use crate::reading::Paper;
use crate::table_file;
use crate::writer::Writer;
use model::message::LetterState;
use model::state::State;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(crate) fn facts(paper: &Paper<'_>) -> Value {
    let state = paper.state;
    let mut plan = state.plan.communications.as_ref().map(|it| json!(it)).unwrap_or(Value::Null);
    let mut messages = plan.as_object_mut().and_then(|it| it.remove("messages"));
    let texts = texts_of(messages.as_mut());
    let letters = table_file::letters(paper);
    json!({
        "plan": plan, "messages": messages, "texts": texts,
        "letters": letters_by_message(state), "letters-sha256": letters.digest(),
    })
}

/// How many letters of a message a ring got, and what became of them.
#[derive(Default)]
struct Count {
    letters: usize,
    readers: u64,
    delivered: usize,
    failed: usize,
    to_acknowledge: usize,
    acknowledged: usize,
}

/// Returns the letters of each message to each ring, counted: of a hundred thousand sites there are more
/// than anybody reads. Each of them stands in a file beside the document.
fn letters_by_message(state: &State) -> Vec<Value> {
    let mut counts: BTreeMap<(String, String), Count> = BTreeMap::new();
    for it in &state.messages.letters {
        let ring = table_file::ring_of(state, &it.letter.scope).unwrap_or_default();
        let count = counts.entry((it.letter.message.to_string(), ring)).or_default();
        count.letters += 1;
        count.readers += u64::from(it.letter.readers);
        match it.state {
            LetterState::Due => {}
            LetterState::Delivered => count.delivered += 1,
            LetterState::Failed => count.failed += 1,
        }
        count.to_acknowledge += usize::from(it.letter.acknowledge);
        count.acknowledged += usize::from(it.acknowledged.is_some());
    }
    let row = |((message, ring), it): ((String, String), Count)| {
        let ring = (!ring.is_empty()).then_some(ring);
        json!({ "message": message, "ring": ring, "letters": it.letters, "readers": it.readers,
            "delivered": it.delivered, "failed": it.failed,
            "to-acknowledge": it.to_acknowledge, "acknowledged": it.acknowledged })
    };
    counts.into_iter().map(row).collect()
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
        .table(
            "letters",
            &[
                "message",
                "ring",
                "letters",
                "readers",
                "delivered",
                "failed",
                "to-acknowledge",
                "acknowledged",
            ],
        )
        .facts(&["letters-sha256"]);
    let file = table_file::letters(paper);
    let sha256 = file.digest();
    writer.put(Block::Annex { file: file.name, rows: file.rows, sha256 });
}
