//! What is printed beside the service and its incidents: support issues, escalations, and every
//! measure with its rule.
//!
//! House rule: a figure without its rule, its numerator and its denominator is an opinion.

use super::PrintedDurations;
use crate::escalation::EscalationReason;
use crate::incident::RequestKind;
use crate::measures::escalating::EscalationFigures;
use crate::measures::impact::MeasuredSite;
use crate::measures::measure::{Measure, Unit};
use crate::measures::requests::{RequestFigures, per_100_users_and_week};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;

/// The digits of a rate.
const RATE_DIGITS: usize = 4;

/// Support issues in figures.
#[derive(Debug, PartialEq, Serialize)]
pub struct PrintedRequests<'a> {
    /// How many.
    pub count: usize,
    /// How many more were opened before their site was in service.
    pub during_deployment: usize,
    /// How many per 100 users in service.
    pub per_100_users: Option<f64>,
    /// How many per 100 users and week in service.
    pub per_100_users_and_week: Option<f64>,
    /// How many of each kind that there was.
    pub by_kind: BTreeMap<RequestKind, usize>,
    /// Week by week.
    pub by_week: Vec<PrintedWeek>,
    /// How many at each site that had any.
    pub by_site: BTreeMap<&'a str, usize>,
    /// How many about no site in particular.
    pub of_service: usize,
}

/// A week in figures.
#[derive(Debug, PartialEq, Serialize)]
pub struct PrintedWeek {
    /// Its Monday.
    pub week: Date,
    /// How many.
    pub count: usize,
    /// How many per 100 users in service, had the whole week been like it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_100_users: Option<f64>,
}

impl<'a> PrintedRequests<'a> {
    /// Returns `requests` at `sites` as they are printed.
    pub fn new(requests: &RequestFigures, sites: &'a [MeasuredSite]) -> Self {
        let of_week = |(week, count, user_ms): &(crate::measures::weeks::Week, usize, i128)| {
            let per_100_users = per_100_users_and_week(*count, *user_ms).rounded(RATE_DIGITS);
            PrintedWeek { week: week.monday, count: *count, per_100_users }
        };
        let by_site = sites.iter().zip(&requests.by_site).filter(|(_, count)| **count > 0);
        Self {
            count: requests.count,
            during_deployment: requests.during_deployment,
            per_100_users: requests.per_100_users().rounded(RATE_DIGITS),
            per_100_users_and_week: requests.per_100_users_and_week().rounded(RATE_DIGITS),
            by_kind: requests.by_kind.clone(),
            by_week: requests.by_week.iter().map(of_week).collect(),
            by_site: by_site.map(|(site, count)| (site.name.as_str(), *count)).collect(),
            of_service: requests.of_service,
        }
    }
}

/// Escalations in figures.
#[derive(Debug, PartialEq, Serialize)]
pub struct PrintedEscalations {
    /// How many.
    pub count: usize,
    /// How many times the path was only tried out.
    pub drills: usize,
    /// Week by week.
    pub by_week: Vec<PrintedWeek>,
    /// How many of each severity; `none` where no incident was behind them.
    pub by_severity: BTreeMap<String, usize>,
    /// How many for each cause.
    pub by_cause: BTreeMap<EscalationReason, usize>,
    /// How many were taken.
    pub accepted: usize,
    /// How many were rejected at some time.
    pub rejected: usize,
    /// In how many the side that raised them insisted.
    pub insisted: usize,
    /// How many came past the levels.
    pub bypassing: usize,
    /// How many could have been avoided.
    pub avoidable: usize,
    /// From being raised to being taken.
    pub to_accept_min: PrintedDurations,
    /// From being raised to being answered.
    pub to_answer_min: PrintedDurations,
}

impl PrintedEscalations {
    /// Returns `escalations` as they are printed.
    pub fn new(escalations: &EscalationFigures) -> Self {
        let of_week = |(week, count): &(crate::measures::weeks::Week, usize)| PrintedWeek {
            week: week.monday,
            count: *count,
            per_100_users: None,
        };
        let severity = |it: &Option<u8>| it.map_or_else(|| "none".to_owned(), |it| it.to_string());
        let by_severity = escalations.by_severity.iter();
        Self {
            count: escalations.count,
            drills: escalations.drills,
            by_week: escalations.by_week.iter().map(of_week).collect(),
            by_severity: by_severity.map(|(it, count)| (severity(it), *count)).collect(),
            by_cause: escalations.by_cause.clone(),
            accepted: escalations.accepted,
            rejected: escalations.rejected,
            insisted: escalations.insisted,
            bypassing: escalations.bypassing,
            avoidable: escalations.avoidable,
            to_accept_min: PrintedDurations::new(&escalations.to_accept),
            to_answer_min: PrintedDurations::new(&escalations.to_answer),
        }
    }
}

/// A measure with everything that it is made of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PrintedMeasure {
    /// Its name.
    pub measure: &'static str,
    /// How it is computed.
    pub rule: &'static str,
    /// Its value, as people read it.
    pub value: String,
    /// What is counted: milliseconds, users times milliseconds, or things. Null beyond 64 bits.
    pub numerator: Option<i64>,
    /// Out of what; out of nought it is not known.
    pub denominator: Option<i64>,
    /// In what both are counted.
    pub unit: &'static str,
    /// How many things it was made of.
    pub n: usize,
    /// The times it is made of, where it is made of time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub intervals: Vec<String>,
    /// Between which shares the true one lies at 95 %, where it is made of answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wilson_95: Option<[f64; 2]>,
    /// Whether there were too few answers for more than an indication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only_indicates: Option<bool>,
}

impl PrintedMeasure {
    /// Returns `measure` as it is printed.
    pub fn new(measure: &Measure) -> Self {
        Self {
            measure: measure.name,
            rule: measure.rule,
            value: measure.shown(),
            numerator: i64::try_from(measure.value.numerator).ok(),
            denominator: i64::try_from(measure.value.denominator).ok(),
            unit: match measure.unit {
                Unit::Time => "milliseconds",
                Unit::UserTime => "users times milliseconds",
                Unit::Share => "a share",
                Unit::Count => "things",
            },
            n: measure.n,
            intervals: measure.intervals.iter().map(|it| it.to_string()).collect(),
            wilson_95: measure.confidence.map(|it| [it.low, it.high]),
            only_indicates: measure.confidence.map(|it| it.only_indicates),
        }
    }
}
