//! The deployment reports: what was done to the core, ring by ring and site by site, what was not as
//! usual, and how far it was from its schedule.
//!
//! They are computed from the state, and never edited: the same state gives the same bytes.
//!
//! Source: Deploy SMF, Process 4, Table 7, input "deployment reports".

use crate::close_out::suggestions;
use crate::digest::{Digest, canonical_digest};
use crate::id::{RingId, SiteId};
use crate::run::RunKind;
use crate::scope::Scope;
use crate::sheet::{self, Sheet};
use crate::site_care::coverage::of_all;
use crate::state::{SiteStatus, State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt;
use std::str::FromStr;

/// A deployment report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Report {
    /// All core components.
    Core,
    /// One ring with its sites.
    Ring(RingId),
    /// One site.
    Site(SiteId),
    /// What was not as usual.
    Exceptions,
    /// What was planned for when, and when it was.
    Schedule,
}

impl Report {
    /// Returns its title.
    pub fn title(&self) -> String {
        match self {
            Self::Core => "Deployment report: core components".to_owned(),
            Self::Ring(id) => format!("Deployment report: ring {id}"),
            Self::Site(id) => format!("Deployment report: site {id}"),
            Self::Exceptions => "Deployment report: exceptions".to_owned(),
            Self::Schedule => "Deployment report: schedule".to_owned(),
        }
    }
}

/// Returns all reports of the deployment but those of single sites.
pub fn reports(state: &State) -> Vec<Report> {
    let rings = state.plan.rings.iter().map(|it| Report::Ring(it.id.clone()));
    [Report::Core].into_iter().chain(rings).chain([Report::Exceptions, Report::Schedule]).collect()
}

/// Returns what `report` says; nothing where the plan knows no such ring or site.
pub fn report(state: &State, report: &Report) -> Option<Value> {
    let of_sheet = |of: &Sheet| sheet::body(state, of).get("facts").cloned();
    match report {
        Report::Core => of_sheet(&Sheet::CoreFinal),
        Report::Ring(id) => ring(state, id),
        Report::Site(id) => {
            state.site(id)?;
            of_sheet(&Sheet::Site(id.clone()))
        }
        Report::Exceptions => Some(exceptions(state)),
        Report::Schedule => Some(schedule(state)),
    }
}

/// Returns the digest of `report` as the document that it is: the one that stands at its foot.
pub fn digest(state: &State, report: &Report) -> Option<Digest> {
    self::report(state, report).map(|it| canonical_digest(&document_body(report, &it)))
}

/// Returns the body of the document that `report` is, out of the `facts` that it tells.
pub fn document_body(report: &Report, facts: &Value) -> Value {
    json!({ "document": format!("report/{report}"), "facts": facts })
}

fn ring(state: &State, id: &RingId) -> Option<Value> {
    let (planned, status) = state.ring(id)?;
    let position = *state.index.rings.get(id)? as usize;
    let of_ring = state.index.sites_of_ring.get(position).into_iter().flatten();
    let sites = of_ring.filter_map(|it| {
        let site = state.plan.sites.get(*it as usize)?;
        let status = state.sites.get(*it as usize)?;
        let otherwise = state.close_out.otherwise.get(&Scope::Site(site.id.clone())).copied();
        let otherwise = otherwise.unwrap_or_default();
        Some(json!({ "site": site.id, "state": status.state, "runs": status.runs,
            "began": deployed_from(status), "in-service": status.in_service,
            "halted": otherwise.halted, "retried": otherwise.retried,
            "passed-over": otherwise.passed_over, "left-out": otherwise.left_out }))
    });
    Some(json!({
        "ring": planned.id,
        "state": status.state.to_string(),
        "since": status.since,
        "counts": status.counts,
        "excused": status.excused.iter().map(|(site, it)| json!({ "site": site,
            "counts-as": it.counts_as, "reason": it.reason, "since": it.since })).collect::<Vec<_>>(),
        "severe": { "severity-1": status.severity_1, "severity-2": status.severity_2 },
        "sites": sites.collect::<Vec<_>>(),
    }))
}

fn exceptions(state: &State) -> Value {
    let (computers, users) = of_all(state);
    let exemptions = state.site_care.exemptions.iter().map(|it| {
        json!({ "site": it.site, "what": it.what.to_string(), "reason": it.reason, "holds": it.holds() })
    });
    let waivers = state.waivers.iter().map(|it| {
        json!({ "guard": it.guard, "scope": it.scope, "state": it.state, "reason": it.reason })
    });
    let changes = state.site_care.scope_changes.iter().map(|it| it.event.to_string());
    json!({
        "not-as-planned": suggestions(state),
        "exemptions": exemptions.collect::<Vec<_>>(),
        "waivers": waivers.collect::<Vec<_>>(),
        "scope-changes": changes.collect::<Vec<_>>(),
        "emergencies": state.change_schedule.emergencies.keys().collect::<Vec<_>>(),
        "coverage": { "computers": computers, "users": users },
    })
}

/// Returns since when a site is or was deployed to, by its present or last run; nothing where that takes
/// it back.
fn deployed_from(status: &SiteStatus) -> Option<Timestamp> {
    let run = status.run.as_ref().filter(|it| it.kind == RunKind::Deploy);
    run.map(|it| it.began)
}

/// Returns how long after `planned` it was, in minutes; nothing where one of both is unknown.
fn late_minutes(planned: Option<Timestamp>, actual: Option<Timestamp>) -> Option<i64> {
    Some(actual?.duration_since(planned?).as_mins())
}

fn schedule(state: &State) -> Value {
    let sites = state.plan.sites.iter().zip(&state.sites).map(|(site, status)| {
        // One of version 0 only says since when the site is in service.
        let slot = state.messages.slots.get(&site.id).filter(|it| it.version > 0);
        let begins = slot.map(|it| it.from);
        let began = deployed_from(status);
        json!({
            "site": site.id,
            "slot": slot.map(|it| json!({ "from": it.from, "until": it.until, "moved": it.version.saturating_sub(1) })),
            "began": began,
            "in-service": status.in_service,
            "late-minutes": late_minutes(begins, began),
        })
    });
    let rfcs = state.rfcs.iter().filter_map(|it| state.rfc(&it.id)).map(|(planned, status)| {
        json!({ "rfc": planned.id, "window": planned.window, "state": status.state,
            "since": status.since })
    });
    json!({ "sites": sites.collect::<Vec<_>>(), "changes": rfcs.collect::<Vec<_>>() })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Core => f.pad("core"),
            Self::Ring(id) => f.pad(&format!("ring/{id}")),
            Self::Site(id) => f.pad(&format!("site/{id}")),
            Self::Exceptions => f.pad("exceptions"),
            Self::Schedule => f.pad("schedule"),
        }
    }
}

/// A text names no report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is no report: write `core`, `ring/NAME`, `site/NAME`, `exceptions` or `schedule`"
)]
pub struct InvalidReport {
    /// What was given.
    pub text: String,
}

impl FromStr for Report {
    type Err = InvalidReport;

    fn from_str(text: &str) -> Result<Self, InvalidReport> {
        match text {
            "core" => return Ok(Self::Core),
            "exceptions" => return Ok(Self::Exceptions),
            "schedule" => return Ok(Self::Schedule),
            _ => {}
        }
        match text.parse::<Scope>() {
            Ok(Scope::Ring(id)) => Ok(Self::Ring(id)),
            Ok(Scope::Site(id)) => Ok(Self::Site(id)),
            Ok(Scope::Deployment | Scope::Core | Scope::Component(_) | Scope::Rfc(_)) | Err(_) => {
                Err(InvalidReport { text: text.chars().take(80).collect() })
            }
        }
    }
}

impl TryFrom<String> for Report {
    type Error = InvalidReport;
    fn try_from(text: String) -> Result<Self, InvalidReport> {
        text.parse()
    }
}

impl From<Report> for String {
    fn from(report: Report) -> Self {
        report.to_string()
    }
}
