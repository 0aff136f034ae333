//! D-11: the training schedule, with how far the training of each site is.
//!
//! Source: Deploy SMF, Table 1: User Experience trains users and maintains the training schedule.

use crate::block::Said;
use crate::reading::Paper;
use crate::writer::Writer;
use model::training::coverage;
use serde_json::{Value, json};

pub(crate) fn facts(paper: &Paper<'_>) -> Value {
    let state = paper.state;
    let coverage = state.plan.sites.iter().flat_map(|it| coverage(state, &it.id));
    let coverage: Vec<Value> = coverage
        .map(|it| {
            json!({ "site": it.site, "course": it.course, "trained": it.trained, "users": it.users,
            "needed": it.needed, "reached": it.is_reached() })
        })
        .collect();
    let training = json!(state.training);
    let sessions = training.get("sessions").and_then(Value::as_object).into_iter().flatten();
    let sessions: Vec<Value> = sessions.map(|(_, it)| session_of(it)).collect();
    json!({ "plan": state.plan.training, "sessions": sessions, "coverage": coverage })
}

/// Returns a session as one row: what was planned, and what became of it.
fn session_of(session: &Value) -> Value {
    let mut row = session.as_object().cloned().unwrap_or_default();
    if let Some(Value::Object(planned)) = row.remove("session") {
        row.extend(planned);
    }
    Value::Object(row)
}

pub(crate) fn write(writer: &mut Writer<'_>) {
    let paper = writer.paper;
    if paper.state.plan.training.is_none() {
        writer.lacks(Said::word("missing-training"));
    }
    writer
        .section("training-plan", &[paper.reading.on("deployment")])
        .everything("plan")
        .section("sessions", &[paper.reading.on("training")])
        .table("sessions", &["id", "course", "sites", "when", "trainer"])
        .section("coverage", &[paper.reading.on("training")])
        .table("coverage", &["site", "course", "trained", "users", "needed", "reached"]);
}
