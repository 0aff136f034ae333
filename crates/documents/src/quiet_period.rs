//! D-05: the quiet-period performance report.
//!
//! Source: Deploy SMF, Process 3, outputs of Table 6: number of incidents, downtime.

use crate::block::{Block, Said};
use crate::core_components::answers;
use crate::writer::Writer;
use serde_json::{Value, json};

pub(crate) fn write(writer: &mut Writer<'_>) {
    let paper = writer.paper;
    let on = |topic: &str| paper.reading.on(topic);
    writer
        .section("verdict", &[on("quiet-period")])
        .facts(&["verdict", "reason"])
        .facts(&["report/quiet-period", "report/start", "report/nominal-end", "report/end"])
        .table("report/extensions", &["at", "from", "to", "cause"])
        .section("criteria", &[on("quiet-period"), on("incidents"), on("escalations")]);
    criteria(writer);
    writer
        .facts(&[
            "report/incidents",
            "report/escalations",
            "report/representative-days",
            "report/measured",
        ])
        .table("report/emergency-changes", &["change", "ended"])
        .section("performance", &[on("quiet-period"), on("incidents"), on("escalations")])
        .facts(&["report/performance/service", "report/performance/a-month-of-this"])
        .facts(&["report/performance/sites/sites", "report/performance/sites/left-out"])
        .titled_table(
            "report/performance/sites/rows",
            "sites",
            &[
                "site",
                "availability",
                "unplanned",
                "planned",
                "partial",
                "degraded",
                "agreed",
                "user-minutes-lost",
            ],
        )
        .facts(&["report/performance/sites/table-sha256"])
        .everything("report")
        .section("follow-on-actions", &[on("quiet-period")])
        .table("follow-on-actions", &["text", "owner", "due"]);
    answers(writer, "P3b");
}

/// Puts what each criterion asked for and found into the section. The most escalations that are let pass
/// come of a rule, which the number alone does not tell.
fn criteria(writer: &mut Writer<'_>) {
    let first_week = writer.at("report/escalations/first-week").cloned().unwrap_or_default();
    let Some(Value::Array(criteria)) = writer.take("report/criteria") else { return };
    let row = |it: &Value| {
        json!({ "criterion": it["criterion"], "asked-for": it["target"], "found": it["value"],
            "verdict": it["verdict"] })
    };
    let rows: Vec<Value> = criteria.iter().map(row).collect();
    let columns = ["criterion", "asked-for", "found", "verdict"];
    let table = writer.reader.table(Some("criteria"), &rows, &columns);
    writer.put(table);
    if criteria.iter().any(|it| it["criterion"] == "escalations") {
        writer.put(Block::Note(Said::with("escalations-rule", &[&first_week])));
    }
}
