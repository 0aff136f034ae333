//! Measures as they are printed for programs: their keys, their units, their digits.
//!
//! House rule: a printed key never changes its meaning. Minutes have four digits after the point,
//! shares eight, and the desk's minutes two; what cannot be known is null.

mod more;

use super::desk::{DeskFigures, Durations};
use super::downtime::{SiteDowntime, WholeDowntime};
use super::figures::Figures;
use super::impact::MeasuredSite;
use super::measure::{MINUTE_MS, MINUTES_DIGITS, SHARE_DIGITS, minutes};
pub use more::{PrintedEscalations, PrintedMeasure, PrintedRequests};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// All figures of a time. What is not known of a table that nobody gave is left out.
#[derive(Serialize)]
pub struct Printed<'a> {
    /// Where it was measured, of a deployment: what is not `production` is no measure of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The service.
    pub summary: PrintedSummary,
    /// Every site, in the order of the sites.
    pub sites: PrintedSites<'a>,
    /// The incidents; null where nothing is known of them.
    pub tickets: Option<PrintedDesk>,
    /// Support issues.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests: Option<PrintedRequests<'a>>,
    /// Escalations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escalations: Option<PrintedEscalations>,
    /// How many rows were left out, because they are of another environment than production.
    #[serde(skip_serializing_if = "is_nought")]
    pub left_out: usize,
    /// Every measure with its rule and what it is made of, where more was given than the service
    /// and its incidents.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub measures: Vec<PrintedMeasure>,
}

impl<'a> Printed<'a> {
    /// Returns `figures` as they are printed.
    pub fn new(figures: &'a Figures<'_>) -> Self {
        let measured = figures.measured;
        let has_more = measured.requests.is_some()
            || measured.escalations.is_some()
            || measured.coverage.is_some()
            || measured.answers.is_some()
            || measured.known.is_some();
        let measures = if has_more { figures.measures() } else { vec![] };
        let requests = figures.requests.as_ref();
        Self {
            environment: None,
            summary: PrintedSummary::new(&figures.downtime),
            sites: PrintedSites { sites: &measured.sites, downtimes: &figures.downtime.sites },
            tickets: figures.desk.as_ref().map(PrintedDesk::new),
            requests: requests.map(|it| PrintedRequests::new(it, &measured.sites)),
            escalations: figures.escalations.as_ref().map(PrintedEscalations::new),
            left_out: measured.left_out,
            measures: measures.iter().map(PrintedMeasure::new).collect(),
        }
    }
}

fn is_nought(count: &usize) -> bool {
    *count == 0
}

/// The service in figures.
#[derive(Debug, PartialEq, Serialize)]
pub struct PrintedSummary {
    /// How long any site was down.
    pub any_site_min: f64,
    /// How long all sites were down at once.
    pub all_sites_min: f64,
    /// How long an average user was without the service.
    pub user_weighted_downtime_min: Option<f64>,
    /// The user-minutes that were lost.
    pub user_minutes_lost: f64,
    /// How long an average site was down.
    pub site_mean_unplanned_min: Option<f64>,
    /// The share of the agreed time, user by user, in which the service was there.
    pub availability_user_weighted: Option<f64>,
    /// How long sites were down within announced work, one after the other.
    pub planned_site_min: f64,
    /// Whether something that counts was still going on.
    pub provisional: bool,
}

impl PrintedSummary {
    fn new(service: &WholeDowntime) -> Self {
        let in_minutes = |mut it: super::measure::Fraction| {
            it.denominator *= i128::from(MINUTE_MS);
            it.rounded(MINUTES_DIGITS)
        };
        Self {
            any_site_min: minutes(service.any_site.length_ms()),
            all_sites_min: minutes(service.all_sites.length_ms()),
            user_weighted_downtime_min: in_minutes(service.user_weighted()),
            user_minutes_lost: minutes(service.user_ms),
            site_mean_unplanned_min: in_minutes(service.site_mean()),
            availability_user_weighted: service.availability().rounded(SHARE_DIGITS),
            planned_site_min: minutes(service.planned_site_ms),
            provisional: service.is_provisional,
        }
    }
}

/// A site in figures.
#[derive(Debug, PartialEq, Serialize)]
pub struct PrintedSite {
    /// How long it was down though the service was agreed.
    pub unplanned_min: f64,
    /// How long it was down within announced work.
    pub planned_min: f64,
    /// How long the service was agreed to be there.
    pub agreed_service_min: f64,
    /// The user-minutes that it lost.
    pub user_min: f64,
    /// The share of the agreed time in which it was up; null where none was agreed.
    pub availability: Option<f64>,
}

impl PrintedSite {
    /// Returns `site` in figures.
    pub fn new(site: &SiteDowntime) -> Self {
        Self {
            unplanned_min: minutes(site.unplanned_ms),
            planned_min: minutes(site.planned_ms),
            agreed_service_min: minutes(site.agreed_ms),
            user_min: minutes(site.user_ms),
            availability: site.availability().rounded(SHARE_DIGITS),
        }
    }
}

/// Every site under its name.
pub struct PrintedSites<'a> {
    sites: &'a [MeasuredSite],
    downtimes: &'a [SiteDowntime],
}

impl Serialize for PrintedSites<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.sites.len()))?;
        for (site, downtime) in self.sites.iter().zip(self.downtimes) {
            map.serialize_entry(&site.name, &PrintedSite::new(downtime))?;
        }
        map.end()
    }
}

/// The desk's incidents in figures.
#[derive(Debug, PartialEq, Serialize)]
pub struct PrintedDesk {
    /// How many.
    pub count: usize,
    /// How many of each severity that there was.
    pub by_severity: BTreeMap<u8, usize>,
    /// How many are still open.
    pub open: usize,
    /// How many came back.
    pub reopened: usize,
    /// From detection to acknowledgement.
    pub mtta_min: PrintedDurations,
    /// From detection to restoration.
    pub mttr_min: PrintedDurations,
}

impl PrintedDesk {
    /// Returns `desk` as it is printed.
    pub fn new(desk: &DeskFigures) -> Self {
        Self {
            count: desk.count,
            by_severity: desk.by_severity.clone(),
            open: desk.open,
            reopened: desk.reopened,
            mtta_min: PrintedDurations::new(&desk.to_acknowledge),
            mttr_min: PrintedDurations::new(&desk.to_restore),
        }
    }
}

/// Durations in figures.
#[derive(Debug, PartialEq, Serialize)]
pub struct PrintedDurations {
    /// How many there are.
    pub n: usize,
    /// Their mean, in minutes.
    pub mean: Option<f64>,
    /// Their median.
    pub median: Option<f64>,
    /// Their 90th percentile, by nearest rank.
    pub p90: Option<f64>,
}

impl PrintedDurations {
    /// Returns `durations` as they are printed.
    pub fn new(durations: &Durations) -> Self {
        Self {
            n: durations.n(),
            mean: durations.mean_min(),
            median: durations.median_min(),
            p90: durations.p90_min(),
        }
    }
}
