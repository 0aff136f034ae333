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
    Some(
        json!({ "escalation": it, "in-time": it.is_answered_in_time(), "drill": it.is_drill(), "incident": incident }),
    )
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
        .everything("escalation/paged")
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
            "escalation/article",
            "escalation/avoidable",
            "escalation/known_error",
        ]);
}
