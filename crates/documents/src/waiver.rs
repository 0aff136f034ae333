//! D-17: a waiver: which guard was let pass, why, by whom and until when.
//!
//! House rule: whatever is let pass has a reason, an end and two people behind it.

use crate::block::{Block, Fact, Said};
use crate::reading::Paper;
use crate::writer::Writer;
use serde_json::{Value, json};

pub(crate) fn facts(paper: &Paper<'_>, number: u32) -> Option<Value> {
    let it = paper.state.waivers.get((number as usize).checked_sub(1)?)?;
    let approvals: Vec<Value> =
        it.approvals.iter().map(|(by, role)| json!({ "by": by, "role": role })).collect();
    Some(json!({
        "waiver": number, "guard": it.guard, "part": it.part, "what-it-asks": it.guard.text(),
        "scope": it.scope, "reason": it.reason, "risk": it.risk, "control": it.control,
        "requested-by": it.requested_by, "state": it.state, "since": it.since, "until": it.until,
        "approvals": approvals,
    }))
}

pub(crate) fn write(writer: &mut Writer<'_>, number: u32) {
    let from = writer.paper.reading.of_waiver(number);
    writer
        .section("what-is-let-pass", &[from])
        .facts(&["waiver", "guard", "what-it-asks", "part", "scope"])
        .section("why", &[from])
        .facts(&["reason", "risk", "control", "requested-by"])
        .section("authorisation", &[from])
        .facts(&["state", "since", "until"])
        .table("approvals", &["role", "by"]);
    let used = writer.paper.reading.all_acts().filter(|act| {
        let guard =
            writer.paper.state.waivers.get((number as usize).saturating_sub(1)).map(|it| it.guard);
        act.gate.iter().any(|it| {
            Some(it.guard) == guard && matches!(it.verdict, model::guard::Verdict::Waived { .. })
        })
    });
    let used = used.count();
    writer.section("outcome", &[from]).put(Block::Facts(vec![Fact {
        name: "signatures-that-rest-on-it".to_owned(),
        said: Said::text(used),
    }]));
}
