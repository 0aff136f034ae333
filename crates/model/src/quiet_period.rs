//! The quiet period: its clock, its extensions, its verdict.
//!
//! Its clock is civil: a number of calendar days in the project's zone. It is
//! never paused; what disturbs it puts its end on, and never back.
//!
//! Source: Deploy SMF, "quiet period", Process 3 and Process 4, Table 7.

mod changed;
mod clock;
mod criteria;
mod facts;
mod performance;
mod seen;
mod standing;

pub use changed::{changed, judged_anew};
pub use clock::{Disturbance, TailEvent, days_later, tail, whole_days};
pub(crate) use criteria::hundredths;
pub use criteria::{Criterion, CriterionReading, CriterionVerdict, Observed, criteria};
pub(crate) use facts::stated_in;
pub use facts::{basis_lost, disturbances, is_whole, measured_share, observed, readings, report};
pub use seen::Seen;
pub use standing::{DayReport, Extension, QuietPeriod, QuietPeriods};

use crate::digest::Digest;
use crate::guard::GuardReading;
use crate::machine::QuietPeriodTransition;
use crate::milestone::FollowOnAction;
use crate::scope::Scope;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What happened. Each names the number of the quiet period, from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum QuietPeriodEvent {
    /// Its clock runs.
    Started {
        /// Its number.
        number: u32,
        /// From when.
        start: Timestamp,
        /// Until when, if nothing happens.
        end: Timestamp,
        /// Its length in calendar days.
        length_days: u16,
        /// The least it can be shortened to, in days.
        minimum_days: u16,
        /// The release that is watched.
        release: Digest,
    },
    /// Its end was put on.
    Extended {
        /// Its number.
        number: u32,
        /// How: by what happened, by somebody, after its evaluation, or by the review.
        transition: QuietPeriodTransition,
        /// The end as it was.
        from: Timestamp,
        /// The end as it is.
        to: Timestamp,
        /// What did it, in words.
        cause: String,
    },
    /// Its end was reached, and it is judged.
    Ended {
        /// Its number.
        number: u32,
        /// How: by time, shortened, or anew because what it was judged by has changed.
        transition: QuietPeriodTransition,
        /// What its criteria read.
        criteria: Vec<CriterionReading>,
        /// Why, where it was shortened or is judged anew.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// What its guards read, where it was shortened.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gate: Vec<GuardReading>,
    },
    /// It is over, with a verdict.
    Completed {
        /// Its number.
        number: u32,
        /// How: uneventful, or accepted as it was.
        transition: QuietPeriodTransition,
        /// What its criteria read.
        criteria: Vec<CriterionReading>,
        /// The facts of its report, frozen.
        facts: serde_json::Value,
        /// What others follow on with.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        actions: Vec<FollowOnAction>,
        /// Why, where it was accepted as it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// What its guards read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gate: Vec<GuardReading>,
    },
    /// What it rested on is undone; the next one has the next number.
    Aborted {
        /// Its number.
        number: u32,
        /// What undid it.
        cause: String,
    },
    /// It was reported how much work there was on days.
    DaysReported {
        /// The days, and how much.
        days: Vec<DayReport>,
    },
}

/// What a person tells Landfall to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum QuietPeriodCommand {
    /// Put its end on.
    Extend {
        /// By how many days.
        days: u16,
        /// Why.
        reason: String,
    },
    /// End it before its time, not before its minimum.
    Shorten {
        /// Why.
        reason: String,
    },
    /// Accept it as it was.
    Accept {
        /// What others follow on with.
        actions: Vec<FollowOnAction>,
        /// Why.
        reason: String,
    },
    /// Take its basis back: the deployment is to be stabilized again.
    Reset {
        /// Why.
        reason: String,
    },
    /// Report how much work there was on days.
    ReportDays {
        /// The days, and how much.
        days: Vec<DayReport>,
    },
}

impl QuietPeriodEvent {
    /// Returns what it is about.
    pub fn scope(&self) -> Scope {
        Scope::Deployment
    }
}

impl fmt::Display for QuietPeriodEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started { number, start, end, length_days, .. } => {
                write!(f, "quiet period {number} of {length_days} days from {start} to {end}")
            }
            Self::Extended { number, from, to, cause, .. } => {
                write!(f, "quiet period {number} put on from {from} to {to}: {cause}")
            }
            Self::Ended { number, transition, reason, .. } => {
                write!(f, "quiet period {number}: {transition}")?;
                reason.as_ref().map_or(Ok(()), |it| write!(f, ": {it}"))
            }
            Self::Completed { number, transition, reason, .. } => {
                write!(f, "quiet period {number}: {transition}")?;
                reason.as_ref().map_or(Ok(()), |it| write!(f, ": {it}"))
            }
            Self::Aborted { number, cause } => write!(f, "quiet period {number} aborted: {cause}"),
            Self::DaysReported { days } => {
                let days: Vec<String> = days.iter().map(ToString::to_string).collect();
                write!(f, "work reported: {}", days.join(", "))
            }
        }
    }
}
