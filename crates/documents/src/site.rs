//! D-02: the sign-off of one site.
//!
//! Source: Deploy SMF, Process 2, output of Table 5.

use crate::course;
use crate::writer::Writer;
use model::id::SiteId;
use model::scope::Scope;

pub(crate) fn write(writer: &mut Writer<'_>, site: &SiteId) {
    let paper = writer.paper;
    let here = paper.reading.about(&Scope::Site(site.clone()));
    writer
        .section("site", &[paper.reading.on("deployment")])
        .facts(&["site", "site-title", "zone", "owner", "deputy", "care/mode"])
        .section("what-was-deployed", &[here])
        .facts(&["run", "began", "in-service", "care/phases", "failures-passed-over"]);
    course::write(writer, &[Scope::Site(site.clone())]);
    writer
        .section("coverage", &[here])
        .facts(&["computers", "users", "care/coverage"])
        .table("care/exemptions", &["number", "what", "reason", "agreed-to-by", "until"])
        .section("checks", &[here])
        .facts(&["care/checks"])
        .section("requirements", &[here])
        .table("care/requirements", &["requirement", "text", "met"])
        .section("training-and-messages", &[here])
        .facts(&["care/acknowledged"])
        .section("observation", &[here])
        .facts(&["care/observed-until", "care/use", "care/confirmed-again-because"])
        .section("incidents", &[paper.reading.on("incidents")])
        .table("incidents", &["incident", "severity", "text", "at", "unresolved"])
        .section("statements", &[here])
        .statements("care/statements")
        .section("whom-to-call", &[])
        .facts(&["care/whom-to-call", "care/support-hours"]);
}
