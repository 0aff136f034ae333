//! D-14: the checklist of operations and support readiness, with every handover.
//!
//! Source: Deploy SMF, Process 3, Table 6.

use crate::block::Said;
use crate::reading::Paper;
use crate::writer::Writer;
use model::readiness::{checklist, standing};
use serde_json::{Value, json};

pub(crate) fn facts(paper: &Paper<'_>) -> Value {
    let state = paper.state;
    let items: Vec<Value> = checklist(&state.plan)
        .into_iter()
        .map(|it| {
            let stands = standing(state, &it, state.at);
            json!({ "item": it.id, "area": it.area, "text": it.text, "owner-role": it.owner,
            "judged": stands.judgement, "evidence": stands.evidence, "at": stands.at,
            "said-by": stands.said_by })
        })
        .collect();
    json!({ "items": items, "accepted": state.readiness.accepted(),
        "handovers": model::responsibility::lines(state) })
}

pub(crate) fn write(writer: &mut Writer<'_>) {
    let paper = writer.paper;
    let open = checklist(&paper.state.plan)
        .into_iter()
        .filter(|it| standing(paper.state, it, paper.state.at).judgement.is_none());
    let open: Vec<Said> = open.map(|it| Said::with("missing-item", &[&it.id])).collect();
    open.into_iter().for_each(|it| {
        writer.lacks(it);
    });
    let from = paper.reading.on("readiness");
    writer
        .section("checklist", &[from])
        .table("items", &["item", "text", "judged", "evidence", "said-by", "at"])
        .section("accepted", &[from])
        .table("accepted", &["role", "by", "at", "plan"])
        .section("transfer-of-responsibility", &[paper.reading.on("team")])
        .titled_table(
            "handovers/lines",
            "of-each",
            &["scope", "in-operation-since", "brought-by", "received-by", "given-by", "to"],
        )
        .everything("handovers");
}
