//! D-04: the Deployment Stable interim milestone record.
//!
//! Source: Deploy SMF, Process 3, output of Table 6.

use crate::core_components::answers;
use crate::writer::Writer;

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
        .table(
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
