//! D-16: the Release Readiness record, with which a deployment begins.
//!
//! Source: Deploy SMF, overview, "Release Readiness Milestone".

use crate::block::Said;
use crate::core_components::answers;
use crate::reading::Paper;
use crate::writer::Writer;
use model::release_readiness::{infrastructure_strategy, inputs, risks};
use model::state::State;
use serde_json::{Value, json};
use std::path::Path;

pub(crate) fn facts(paper: &Paper<'_>) -> Value {
    let state = paper.state;
    let decision = state.readiness_decision().map(|it| {
        json!({ "on": it.on, "decision": it.decision, "conditions": it.conditions, "release-sha256": it.release })
    });
    let votes: Vec<Value> = state.release_readiness.votes_on(state.release_digest()).map(|it| {
        json!({ "role": it.role, "by": it.by, "recommendation": it.recommendation, "reason": it.reason })
    }).collect();
    let strategy: Vec<Value> = infrastructure_strategy(state)
        .iter()
        .map(|it| json!({ "heading": it.heading, "lines": it.lines }))
        .collect();
    let rows = |it: Vec<Value>| it;
    let inputs = rows(inputs(state).iter().map(|it| {
        json!({ "input": it.input, "kind": it.kind, "source": source_of(state, &it.source), "sha256": it.sha256, "reason": it.reason })
    }).collect());
    let risks = rows(
        risks(state)
            .iter()
            .map(|it| json!({ "of": it.of, "text": it.text, "control": it.control }))
            .collect(),
    );
    json!({
        "release": { "name": state.plan.release.name, "version": state.plan.release.version,
            "sha256": state.release_digest(), "final": final_of(state),
            "criteria-acknowledged": model::gates::entry::e4(state).is_ok(),
            "open-conditions": state.open_conditions() },
        "decision": decision, "votes": votes, "inputs": inputs, "strategy": strategy, "risks": risks,
        "deliverables": state.plan.release.deliverables,
        "known-issues": state.plan.release.known_issues,
        "success-criteria": state.plan.success_criteria,
    })
}

/// Returns where an input comes from: of the folder of the plan its name, and not where it lies on the
/// computer of whoever made the deployment.
fn source_of<'a>(state: &State, source: &'a str) -> &'a str {
    if source != state.folder {
        return source;
    }
    let name = Path::new(source).file_name().and_then(|it| it.to_str());
    name.unwrap_or(source)
}

/// Returns that the release was declared final; where nobody has said so, that, and not a "no".
fn final_of(state: &State) -> &'static str {
    if state.is_declared_final() { "declared" } else { "not declared" }
}

pub(crate) fn write(writer: &mut Writer<'_>) {
    let paper = writer.paper;
    let from = paper.reading.on("release-readiness");
    if paper.state.readiness_decision().is_none() {
        writer.lacks(Said::word("missing-decision"));
    }
    writer
        .section("release", &[from])
        .everything("release")
        .table("deliverables", &["name", "path", "version", "sha256"])
        .section("decision", &[from])
        .everything("decision")
        .table_if_any("votes", &["role", "by", "recommendation", "reason"])
        .section("success-criteria", &[from])
        .table("success-criteria", &["id", "text", "target", "at"])
        .section("known-issues", &[from])
        .table("known-issues", &["id", "severity", "text", "workaround"])
        .section("inputs", &[from])
        .table("inputs", &["input", "kind", "source", "sha256", "reason"])
        .section("strategy", &[from])
        .table("strategy", &["heading", "lines"])
        .section("risks", &[from])
        .table("risks", &["of", "text", "control"]);
    answers(writer, "RR");
}
