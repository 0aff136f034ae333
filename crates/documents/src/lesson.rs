//! D-15: a lesson.
//!
//! Source: Deploy SMF, Process 4, Table 7.

use crate::reading::Paper;
use crate::writer::Writer;
use serde_json::{Value, json};

pub(crate) fn facts(paper: &Paper<'_>, number: u32) -> Option<Value> {
    let it = paper.state.close_out.lessons.get((number as usize).checked_sub(1)?)?;
    let decided = paper.reading.decided().lesson(number).iter().map(|it| {
        json!({ "standing": it.standing, "reason": it.reason, "by": it.act.by, "at": it.act.at,
            "entry": it.act.seq })
    });
    Some(json!({ "lesson": it.lesson, "by": it.by, "entry": it.seq, "standing": it.standing,
        "decided": decided.collect::<Vec<_>>() }))
}

pub(crate) fn write(writer: &mut Writer<'_>) {
    let from = writer.paper.reading.on("close-out");
    writer
        .section("lesson", &[from])
        .facts(&[
            "lesson/title",
            "lesson/situation",
            "lesson/recommendation",
            "lesson/owner",
            "lesson/due",
            "standing",
            "by",
            "entry",
        ])
        .everything("lesson")
        .section("decision", &[from])
        .table_if_any("decided", &["standing", "reason", "by", "at", "entry"]);
}
