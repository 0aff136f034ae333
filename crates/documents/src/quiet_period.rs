//! D-05: the quiet-period performance report.
//!
//! Source: Deploy SMF, Process 3, outputs of Table 6: number of incidents, downtime.

use crate::core_components::answers;
use crate::writer::Writer;

pub(crate) fn write(writer: &mut Writer<'_>) {
    let paper = writer.paper;
    let on = |topic: &str| paper.reading.on(topic);
    writer
        .section("verdict", &[on("quiet-period")])
        .facts(&["verdict", "reason"])
        .section("performance", &[on("quiet-period"), on("incidents"), on("escalations")])
        .everything("report")
        .section("follow-on-actions", &[on("quiet-period")])
        .table("follow-on-actions", &["text", "owner", "due"]);
    answers(writer, "P3b");
}
