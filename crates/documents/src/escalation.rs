//! D-13: an escalation from operations or support to the project team.
//!
//! Source: Deploy SMF, Process 3, Table 6: the escalation process.

use crate::reading::Paper;
use crate::writer::Writer;
use serde_json::{Value, json};

pub(crate) fn facts(paper: &Paper<'_>, number: u32) -> Option<Value> {
    let it = paper.state.escalations.escalation(number)?;
    let incident = it.raising.incident.and_then(|it| paper.state.incidents.incident(it));
    let incident = incident.map(|it| {
        json!({ "incident": it.number, "severity": it.severity, "title": it.title, "state": it.state,
            "detected": it.detected(), "restored": it.restored() })
    });
    let mut escalation = json!(it);
    counted_from_one(&mut escalation);
    let end = paper.reading.decided().end_of(number);
    let end = end.map(|it| json!({ "at": it.at, "by": it.by, "entry": it.seq }));
    Some(
        json!({ "escalation": escalation, "in-time": it.is_answered_in_time(), "drill": it.is_drill(), "incident": incident, "end": end }),
    )
}

/// Counts the levels of an escalation as people do: the first is level 1.
fn counted_from_one(of: &mut Value) {
    match of {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_u64().filter(|_| name == "level") {
                    Some(level) => *value = json!(level + 1),
                    None => counted_from_one(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(counted_from_one),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

pub(crate) fn write(writer: &mut Writer<'_>) {
    let paper = writer.paper;
    let from = paper.reading.on("escalations");
    writer
        .section("escalation", &[from])
        .facts(&[
            "escalation/number",
            "escalation/state",
            "escalation/since",
            "drill",
            "in-time",
            "escalation/raised_by",
        ])
        .section("raised", &[from])
        .everything("escalation/raising")
        .facts(&["escalation/paged"])
        .section("incident", &[paper.reading.on("incidents")])
        .everything("incident")
        .section("answer", &[from])
        .facts(&[
            "escalation/accepted",
            "escalation/answer",
            "escalation/rejected",
            "escalation/rejections",
            "escalation/insisted",
        ])
        .table("escalation/breaches", &["level", "at"])
        .section("end", &[from])
        .facts(&[
            "escalation/closure",
            "end/at",
            "end/by",
            "end/entry",
            "escalation/article",
            "escalation/avoidable",
            "escalation/known_error",
        ]);
}
