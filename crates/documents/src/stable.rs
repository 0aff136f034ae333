//! D-04: the Deployment Stable interim milestone record.
//!
//! Source: Deploy SMF, Process 3, output of Table 6.

use crate::block::{Block, Said};
use crate::core_components::answers;
use crate::table_file::ring_of;
use crate::writer::Writer;
use model::scope::Scope;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Where the lines of the hand-over stand in the body.
const LINES: &str = "facts/transfer-of-responsibility/of-each/lines";

/// What of the hand-over goes over together: the same people gave and got it.
#[derive(Default)]
struct Together {
    count: usize,
    first: Option<String>,
    last: Option<String>,
}

/// Puts what was handed over, the sites ring by ring: each of them stands in the attached JSON, which is
/// what is signed.
fn hand_over(writer: &mut Writer<'_>) {
    let state = writer.paper.state;
    let Some(Value::Array(lines)) = writer.take(LINES) else { return };
    let mut groups: BTreeMap<String, (Value, Together)> = BTreeMap::new();
    for line in &lines {
        let scope = line.get("scope").and_then(Value::as_str).unwrap_or_default();
        let of: Option<Scope> = scope.parse().ok();
        let ring = of.as_ref().and_then(|it| ring_of(state, it));
        // An owner gets their own site: of a ring it is not said.
        let received = if ring.is_some() { None } else { line.get("received-by") };
        let what = match (of, ring) {
            (Some(Scope::Component(_)), _) => Scope::Core.to_string(),
            (_, Some(ring)) => format!("ring/{ring}"),
            (_, None) => scope.to_owned(),
        };
        let row = json!({ "what": what, "brought-by": line.get("brought-by"),
            "received-by": received, "given-by": line.get("given-by"), "to": line.get("to") });
        let (_, group) =
            groups.entry(row.to_string()).or_insert_with(|| (row, Together::default()));
        group.count += 1;
        let Some(since) = line.get("in-operation-since").and_then(Value::as_str) else { continue };
        let (first, last) = (group.first.take(), group.last.take());
        let since = since.to_owned();
        group.first = first.into_iter().chain([since.clone()]).min();
        group.last = last.into_iter().chain([since]).max();
    }
    let told = |(mut row, it): (Value, Together)| {
        if let Some(row) = row.as_object_mut() {
            row.insert("count".to_owned(), json!(it.count));
            row.insert("first".to_owned(), json!(it.first));
            row.insert("last".to_owned(), json!(it.last));
        }
        row
    };
    let rows: Vec<Value> = groups.into_values().map(told).collect();
    if rows.is_empty() {
        return;
    }
    let columns = ["what", "count", "first", "last", "brought-by", "received-by", "given-by", "to"];
    let table = writer.reader.table(Some("of-each"), &rows, &columns);
    writer.put(table).put(Block::Note(Said::word("each-stands-in-json")));
}

pub(crate) fn write(writer: &mut Writer<'_>) {
    let paper = writer.paper;
    let on = |topic: &str| paper.reading.on(topic);
    writer
        .section("milestone", &[on("milestones")])
        .facts(&["facts/milestone", "review", "facts/as-of", "facts/effective"])
        .section("criteria", &[on("milestones")])
        .criteria("facts/criteria")
        .section("expectations-and-specifications", &[on("assessment")])
        .table("facts/expectations", &["criterion", "text", "target", "measured"])
        .table_if_any(
            "facts/expectations-and-specifications",
            &["item", "kind", "text", "value", "verdict", "accepted"],
        )
        .list("facts/open-negatives")
        .section("readiness", &[on("readiness")])
        .table("facts/readiness/items", &["item", "text", "judged", "evidence", "said-by"])
        .table("facts/readiness/accepted", &["role", "by", "at", "plan"])
        .section("guides", &[on("readiness")])
        .table("facts/guides", &["guide", "title", "release", "place", "read-by"])
        .section("team", &[on("team")])
        .table(
            "facts/team",
            &["member", "roles", "assignment", "then", "from", "knowledge-accepted-by"],
        )
        .section("transfer-of-responsibility", &[on("team")])
        .facts(&["facts/transfer-of-responsibility/statement"]);
    hand_over(writer);
    writer
        .everything("facts/transfer-of-responsibility")
        .section("quiet-period", &[])
        .everything("facts/quiet-period")
        .section("known-issues", &[on("release-readiness")])
        .table("facts/known-issues", &["issue", "severity", "text"])
        .section("waivers", &[on("waivers")])
        .list("facts/waivers")
        .section("follow-on-actions", &[on("milestones")])
        .table("follow-on-actions", &["text", "owner", "due"]);
    answers(writer, "P3a");
}
