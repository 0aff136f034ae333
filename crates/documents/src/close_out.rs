//! D-08: the project close-out report.
//!
//! Source: Deploy SMF, Process 4, output of Table 7.

use crate::writer::Writer;

pub(crate) fn write(writer: &mut Writer<'_>) {
    let paper = writer.paper;
    let on = |topic: &str| paper.reading.on(topic);
    writer
        .section("intent", &[on("deployment")])
        .facts(&["vision"])
        .table("success-criteria", &["criterion", "stands"])
        .section("open-items", &[on("close-out")])
        .table("open-items", &["item", "text", "settlement", "owner"])
        .section("changes", &[on("changes")])
        .table("changes", &["rfc", "state"])
        .section("owners", &[on("close-out")])
        .table("owners", &["name", "owner", "accepted"])
        .section("access", &[on("close-out")])
        .table("access-revoked", &["name", "at", "proof"])
        .facts(&["access-confirmed"])
        .section("benefits", &[on("close-out")])
        .facts(&["benefit-review"])
        .section("lessons", &[on("close-out")])
        .table("lessons", &["title", "situation", "recommendation", "owner", "due"])
        .section("analysis", &[on("close-out")])
        .facts(&["contributions", "contributions-sha256"]);
}
