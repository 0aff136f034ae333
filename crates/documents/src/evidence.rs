//! D-20: what the evidence package holds, and how complete it is.
//!
//! House rule: no step runs without a row of the population; this counts both.

use crate::block::Said;
use crate::reading::Paper;
use crate::table_file;
use crate::writer::Writer;
use serde_json::{Value, json};

pub(crate) fn facts(paper: &Paper<'_>) -> Value {
    let state = paper.state;
    let files: Vec<Value> = table_file::table_files(paper)
        .iter()
        .map(|it| json!({ "file": it.name, "rows": it.rows, "sha256": it.digest() }))
        .collect();
    let orders = paper.reading.on("orders").len();
    json!({
        "entries": paper.reading.last().map(|(seq, _, _)| seq),
        "entries-about-orders": orders,
        "files": files,
        "package": state.close_out.package,
        "requests": state.rfcs.len(),
        "waivers": state.waivers.len(),
        "emergencies": state.change_schedule.emergencies.len(),
        "losses-of-history": state.history.losses.len(),
    })
}

pub(crate) fn write(writer: &mut Writer<'_>) {
    let paper = writer.paper;
    let from = paper.reading.on("deployment");
    if paper.state.close_out.package.is_none() {
        writer.lacks(Said::word("missing-package"));
    }
    writer
        .section("population", &[from])
        .facts(&[
            "entries",
            "entries-about-orders",
            "requests",
            "waivers",
            "emergencies",
            "losses-of-history",
        ])
        .section("files", &[from])
        .table("files", &["file", "rows", "sha256"])
        .section("package", &[paper.reading.on("close-out")])
        .everything("package");
}
