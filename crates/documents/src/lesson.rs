//! D-15: a lesson.
//!
//! Source: Deploy SMF, Process 4, Table 7.

use crate::reading::Paper;
use crate::writer::Writer;
use serde_json::{Value, json};

pub(crate) fn facts(paper: &Paper<'_>, number: u32) -> Option<Value> {
    let it = paper.state.close_out.lessons.get((number as usize).checked_sub(1)?)?;
    Some(json!({ "lesson": it.lesson, "by": it.by, "entry": it.seq, "standing": it.standing }))
}

pub(crate) fn write(writer: &mut Writer<'_>) {
    writer
        .section("lesson", &[writer.paper.reading.on("close-out")])
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
        .everything("lesson");
}
