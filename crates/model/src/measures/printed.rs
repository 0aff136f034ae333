//! Measures as they are printed for programs: their keys, their units, their digits.
//!
//! House rule: a printed key never changes its meaning. Minutes have four digits after the point,
//! shares eight, and the desk's minutes two; what cannot be known is null.

use super::desk::{DeskFigures, Durations};
use super::downtime::{SiteDowntime, WholeDowntime};
use super::impact::MeasuredSite;
use super::measure::{MINUTE_MS, MINUTES_DIGITS, SHARE_DIGITS, minutes};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// All figures of a time.
#[derive(Serialize)]
pub struct Printed<'a> {
    /// The service.
    pub summary: PrintedSummary,
    /// Every site, in the order of the sites.
    pub sites: PrintedSites<'a>,
    /// The incidents; null where nothing is known of them.
    pub tickets: Option<PrintedDesk>,
}

impl<'a> Printed<'a> {
    /// Returns the figures of `service`, whose sites are `sites`, and of its desk.
    pub fn new(
        sites: &'a [MeasuredSite],
        service: &'a WholeDowntime,
        desk: Option<&DeskFigures>,
    ) -> Self {
        Self {
            summary: PrintedSummary::new(service),
            sites: PrintedSites { sites, downtimes: &service.sites },
            tickets: desk.map(PrintedDesk::new),
        }
    }
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
    fn new(durations: &Durations) -> Self {
        Self {
            n: durations.n(),
            mean: durations.mean_min(),
            median: durations.median_min(),
            p90: durations.p90_min(),
        }
    }
}
