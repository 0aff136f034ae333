//! D-18: the deployment reports: core, rings, sites, exceptions, schedule.
//!
//! Source: Deploy SMF, Process 4, Table 7, input "deployment reports".

use crate::reading::Paper;
use crate::writer::Writer;
use crate::{core_components, course, site};
use model::id::RingId;
use model::reports::{self, Report};
use model::scope::Scope;
use model::state::State;
use serde_json::Value;

pub(crate) fn facts(paper: &Paper<'_>, report: &Report) -> Option<Value> {
    reports::report(paper.state, report)
}

/// Returns a ring and its sites, as what is told of them.
fn of_ring(state: &State, id: &RingId) -> Vec<Scope> {
    let position = state.index.rings.get(id).map(|it| *it as usize);
    let sites = position.and_then(|it| state.index.sites_of_ring.get(it)).into_iter().flatten();
    let sites = sites.filter_map(|it| state.plan.sites.get(*it as usize));
    let sites = sites.map(|it| Scope::Site(it.id.clone()));
    [Scope::Ring(id.clone())].into_iter().chain(sites).collect()
}

pub(crate) fn write(writer: &mut Writer<'_>, report: &Report) {
    let paper = writer.paper;
    let on = |topic: &str| paper.reading.on(topic);
    match report {
        Report::Core => core_components::write(writer),
        Report::Site(id) => site::write(writer, id),
        Report::Ring(id) => {
            writer
                .section("ring", &[paper.reading.about(&Scope::Ring(id.clone()))])
                .facts(&["ring", "state", "since", "counts", "excused", "severe"])
                .section("sites", &[on("sites")])
                .table(
                    "sites",
                    &[
                        "site",
                        "state",
                        "runs",
                        "began",
                        "in-service",
                        "halted",
                        "retried",
                        "passed-over",
                        "left-out",
                    ],
                );
            course::write(writer, &of_ring(paper.state, id));
        }
        Report::Exceptions => {
            writer
                .section("not-as-planned", &[on("sites"), on("incidents")])
                .table("not-as-planned", &[]);
            course::write(writer, &course::scopes(paper.reading.course()));
            writer
                .section("coverage", &[on("sites")])
                .everything("coverage")
                .section("exemptions", &[on("sites")])
                .table("exemptions", &["site", "what", "reason", "holds"])
                .section("waivers", &[on("waivers")])
                .table("waivers", &["guard", "scope", "state", "reason"])
                .section("scope-changes", &[on("sites")])
                .list("scope-changes")
                .list("emergencies");
        }
        Report::Schedule => {
            writer
                .section("sites", &[on("sites"), on("messages")])
                .table("sites", &["site", "slot", "began", "in-service", "late-minutes"])
                .section("changes", &[on("changes")])
                .table("changes", &["rfc", "window", "state", "since"]);
        }
    }
}
