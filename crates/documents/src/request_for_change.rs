//! D-12: a request for change, from what was asked to what was learnt.
//!
//! Source: Deploy SMF, Process 1, best practice; Change and Configuration SMF.

use crate::reading::Paper;
use crate::writer::Writer;
use model::id::RfcId;
use model::scope::Scope;
use serde_json::{Value, json};

pub(crate) fn facts(paper: &Paper<'_>, id: &RfcId) -> Option<Value> {
    let state = paper.state;
    let (request, status) = state.rfc(id)?;
    let (approvals, schedule) = (&status.approvals, &state.change_schedule);
    let disputed = state.disputed_approvals(id);
    let decided = paper.reading.decided();
    let noted = decided.approvals(id, approvals.len());
    let authorised = decided.authorised(id);
    let approvals = (0..).zip(approvals).map(|(number, (by, level)): (usize, _)| {
        let dispute = disputed.iter().find(|it| it.by == *by).map(|it| it.dispute);
        let mut row = json!({ "by": by, "level": level + 1 });
        let noted = noted.get(number).filter(|it| it.act.by.as_ref() == Some(by));
        if let Some((row, it)) = row.as_object_mut().zip(noted) {
            row.insert("at".to_owned(), json!(it.act.at));
            row.insert("entry".to_owned(), json!(it.act.seq));
            row.insert("part".to_owned(), json!(it.part));
            row.insert("conditions".to_owned(), json!(it.conditions));
        }
        // Said only where it is so: what was printed before stays what it was.
        if let Some((row, dispute)) = row.as_object_mut().zip(dispute) {
            row.insert("dispute".to_owned(), json!(dispute));
        }
        row
    });
    let levels = state.levels_of(request, status);
    let sites = request.covers.rings.iter().filter_map(|it| state.index.rings.get(it));
    let sites = sites.filter_map(|it| state.index.sites_of_ring.get(*it as usize)).map(Vec::len);
    Some(json!({
        "request": request,
        "standing": {
            "state": status.state, "since": status.since, "category": status.category,
            "authorised-at": authorised.map(|it| it.at),
            "authorised-entry": authorised.map(|it| it.seq),
            "authorised-part": status.part, "part-now": state.part_of(id), "until": status.until,
            "was-emergency": status.was_emergency, "ended": status.ended, "reason": status.reason,
            "on-behalf-of": status.spoken_for().collect::<Vec<_>>(),
        },
        "release-sha256": state.release_digest(),
        "sites-of-rings": sites.sum::<usize>() + request.covers.sites.len(),
        "levels": levels,
        "approvals": approvals.collect::<Vec<_>>(),
        "emergency": schedule.emergencies.get(id).map(|it| {
            let mut said = json!({ "kind": it.kind, "by": it.by, "at": it.at,
                "review-due": it.review_due, "reviewed": it.review });
            let dispute = disputed.iter().find(|of| Some(&of.by) == it.by.as_ref());
            if let Some((said, of)) = said.as_object_mut().zip(dispute) {
                said.insert("dispute".to_owned(), json!(of.dispute));
            }
            said
        }),
        "review": schedule.reviews.get(id),
        "rulings": schedule.rulings.iter().filter(|it| it.rfc == *id).collect::<Vec<_>>(),
    }))
}

pub(crate) fn write(writer: &mut Writer<'_>, id: &RfcId) {
    let here = writer.paper.reading.about(&Scope::Rfc(id.clone()));
    writer
        .section("what-is-asked", &[here])
        .facts(&[
            "request/id",
            "request/title",
            "request/category",
            "request/requested-by",
            "request/requested_by",
            "request/implementers",
            "request/reason",
            "request/details/expected_outcome",
            "request/details/priority",
        ])
        .section("covers", &[here])
        .facts(&[
            "request/covers",
            "sites-of-rings",
            "release-sha256",
            "standing/authorised-part",
            "standing/part-now",
        ])
        .section("impact-and-risk", &[here])
        .facts(&[
            "request/impact",
            "request/risk",
            "request/details/score",
            "request/details/security_impact",
            "request/test_evidence",
        ])
        .section("way-back", &[here])
        .facts(&[
            "request/rollback_plan",
            "request/details/decision_point",
            "request/details/abort_criteria",
        ])
        .section("window", &[here])
        .facts(&["request/window", "request/validity_days", "request/details/on_shift"])
        .section("authorisation", &[here])
        .facts(&[
            "standing/state",
            "standing/since",
            "standing/category",
            "standing/authorised-at",
            "standing/authorised-entry",
            "standing/until",
            "standing/was-emergency",
            "standing/ended",
            "standing/reason",
            "standing/on-behalf-of",
        ])
        .table("levels", &["role", "quorum"])
        .table("approvals", &["level", "by", "at", "entry", "part", "conditions", "dispute"])
        .section("emergency", &[here])
        .everything("emergency")
        .section("conflicts", &[here])
        .table("rulings", &["other", "deployment", "ruling", "by", "at"])
        .section("review", &[here])
        .everything("review")
        .section("log", &[here]);
    writer.take("request/levels");
    log(writer, &Scope::Rfc(id.clone()));
}

/// Says how many entries the record has about `scope`, and where.
fn log(writer: &mut Writer<'_>, scope: &Scope) {
    let count = writer.paper.reading.about(scope).len();
    writer.put(crate::block::Block::Note(crate::block::Said::with("log-of-entries", &[&count])));
}
