//! What is measured: sites, what hit them, what was announced, and the time in question.
//!
//! Source: Deploy SMF, Process 3, Table 6: number of incidents, downtime.

use super::intervals::{Interval, Intervals};
use crate::incident::{Attribution, ImpactLevel};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A site as it is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeasuredSite {
    /// Its name.
    pub name: String,
    /// How many users it has.
    pub users: u32,
    /// How many computers; they stand in for users where there are none.
    pub computers: u32,
    /// Since when its users work with the release; from the beginning where nobody says.
    pub in_service_ms: Option<i64>,
    /// When the service is agreed to be there; always where nobody says.
    pub agreed_hours: Option<Arc<Intervals>>,
}

impl MeasuredSite {
    /// Returns how much the site counts: its users, or its computers where it has none.
    pub fn weight(&self) -> u32 {
        if self.users == 0 { self.computers } else { self.users }
    }
}

/// Which sites are meant, by their positions in the list of sites.
#[derive(Clone, Debug, PartialEq, Eq, schemars::JsonSchema)]
pub enum Reach {
    /// All of them.
    All,
    /// These.
    Some(Vec<u32>),
}

/// A stretch of an incident or change that hit somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impact {
    /// The incident or change.
    pub of: String,
    /// When it began.
    pub start_ms: i64,
    /// When it was over; nothing while it is not.
    pub end_ms: Option<i64>,
    /// Where.
    pub reach: Reach,
    /// How badly.
    pub level: ImpactLevel,
    /// How many users at each of these sites; all where nobody says.
    pub affected: Option<u32>,
    /// To whom it is put down.
    pub cause: Attribution,
}

/// A stretch in which work was to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maintenance {
    /// The change.
    pub of: String,
    /// When.
    pub span: Interval,
    /// Where.
    pub reach: Reach,
    /// Whether people were told in time.
    pub notice: Notice,
}

/// Whether people were told of work in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// They were; what breaks meanwhile is planned.
    Announced,
    /// They were not, or too late; what breaks is unplanned.
    Unannounced,
}

/// Which causes count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Causes {
    /// These: what is attributable.
    Only(BTreeSet<Attribution>),
    /// All of them: what people experienced.
    All,
}

impl Causes {
    /// Returns what counts against the solution: its own faults and what is not known yet.
    pub fn attributable() -> Self {
        Self::Only([Attribution::Solution, Attribution::Undetermined].into())
    }

    /// Returns whether a stretch of impact put down to `cause` counts.
    pub fn hold(&self, cause: Attribution) -> bool {
        match self {
            Self::Only(causes) => causes.contains(&cause),
            Self::All => true,
        }
    }

    /// Returns whether an incident put down to `cause` is counted. As people experienced it, an
    /// incident that has nothing to do with the solution is still none of it.
    pub fn hold_incident(&self, cause: Attribution) -> bool {
        match self {
            Self::Only(causes) => causes.contains(&cause),
            Self::All => cause != Attribution::Unrelated,
        }
    }
}

/// The time in question, as it looks from an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Where the time begins.
    pub from_ms: i64,
    /// Where it ends.
    pub to_ms: i64,
    /// From when it is looked at: nothing later is known.
    pub as_of_ms: i64,
    /// Which causes count.
    pub causes: Causes,
}

impl Question {
    /// Returns the time that is measured: up to its end, or to when it is looked at.
    pub fn window(&self) -> Option<Interval> {
        Interval::new(self.from_ms, self.to_ms.min(self.as_of_ms))
    }
}
