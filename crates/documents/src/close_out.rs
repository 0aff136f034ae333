//! D-08: the project close-out report.
//!
//! Source: Deploy SMF, Process 4, output of Table 7.

use crate::block::{Block, Fact, Said};
use crate::writer::Writer;
use serde_json::{Value, json};

pub(crate) fn write(writer: &mut Writer<'_>) {
    let paper = writer.paper;
    let on = |topic: &str| paper.reading.on(topic);
    writer
        .section("intent", &[on("deployment")])
        .facts(&["vision"])
        .table("success-criteria", &["criterion", "stands"])
        .section("open-items", &[on("close-out")])
        .table("open-items", &["item", "text", "settlement", "owner"])
        .section("changes", &[on("changes")])
        .table("changes", &["rfc", "state"])
        .section("owners", &[on("close-out")])
        .table("owners", &["name", "owner", "accepted"])
        .section("access", &[on("close-out")]);
    access(writer);
    writer
        .facts(&["access-confirmed"])
        .section("benefits", &[on("close-out")])
        .facts(&["benefit-review"])
        .section("lessons", &[on("close-out")])
        .table("lessons", &["title", "situation", "recommendation", "owner", "due"])
        .section("analysis", &[on("close-out")])
        .facts(&["contributions", "contributions-sha256"]);
}

/// Puts whose access was revoked, by their names.
fn access(writer: &mut Writer<'_>) {
    let Some(Value::Object(revoked)) = writer.take("access-revoked") else { return };
    let row = |(person, it): (&String, &Value)| json!({ "person": person, "at": it["at"], "proof": it["proof"] });
    let rows: Vec<Value> = revoked.iter().map(row).collect();
    if rows.is_empty() {
        let said = Said::word("none");
        writer.put(Block::Facts(vec![Fact { name: "access-revoked".to_owned(), said }]));
    } else {
        let table = writer.reader.table(Some("access-revoked"), &rows, &["person", "at", "proof"]);
        writer.put(table);
    }
}
