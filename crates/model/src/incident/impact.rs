//! Impact: when, where and how much was hit, as segments; and the work that was announced.
//!
//! A segment is never overwritten without a trace: what stands here is the latest
//! word, and each correction is an entry of the record with its reason.
//!
//! Source: Deploy SMF, Process 3, Table 6, output "Downtime".

use super::words::ImpactLevel;
use crate::id::{RfcId, SiteId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Which sites are hit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ImpactSites {
    /// All of them.
    All,
    /// These.
    Only(Vec<SiteId>),
}

impl ImpactSites {
    /// Returns whether `site` is hit.
    pub fn includes(&self, site: &SiteId) -> bool {
        match self {
            Self::All => true,
            Self::Only(sites) => sites.contains(site),
        }
    }
}

impl fmt::Display for ImpactSites {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.pad("all sites"),
            Self::Only(sites) => match sites.as_slice() {
                [] => f.pad("no site"),
                [one] => f.pad(&format!("site {one}")),
                [first, others @ ..] => f.pad(&format!("site {first} and {} more", others.len())),
            },
        }
    }
}

/// When, where and how much was hit. Half open: the end is not part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Impact {
    /// Since when.
    pub start: Timestamp,
    /// Until when; open where it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Timestamp>,
    /// Where.
    pub sites: ImpactSites,
    /// How much.
    pub level: ImpactLevel,
    /// How many users at each site; all of them where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<u32>,
}

impl fmt::Display for Impact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {} from {}", self.level, self.sites, self.start)?;
        match self.end {
            Some(end) => write!(f, " to {end}"),
            None => write!(f, ", going on"),
        }
    }
}

/// A segment of an incident's impact, as it is known now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// The impact.
    pub impact: Impact,
    /// Why it counts no more, where it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
}

impl Segment {
    /// Returns whether the impact goes on.
    pub fn is_open(&self) -> bool {
        self.impact.end.is_none() && self.withdrawn.is_none()
    }
}

/// Work that was announced, with everything that was ever announced of it.
///
/// Only what was announced long enough before its start counts as planned, so each
/// announcement keeps its instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    /// What is done.
    pub title: String,
    /// Where.
    pub sites: ImpactSites,
    /// What was announced, oldest first.
    pub announcements: Vec<Announcement>,
}

impl Maintenance {
    /// Returns the window in force, or `None` where the work was called off.
    pub fn window(&self) -> Option<MaintenanceWindow> {
        self.announcements.last().and_then(|it| it.window)
    }

    /// Returns the window that was in force at `at`, by what had been announced until then.
    pub fn window_at(&self, at: Timestamp) -> Option<MaintenanceWindow> {
        let known = self.announcements.iter().rev().find(|it| it.announced <= at);
        known.and_then(|it| it.window)
    }
}

/// What was announced, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// When it was announced.
    pub announced: Timestamp,
    /// The window; nothing where the work was called off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<MaintenanceWindow>,
    /// Why it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Work on the solution that may hit its users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    /// Announced work, by its number.
    Maintenance(u32),
    /// A change.
    Change(RfcId),
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Maintenance(number) => write!(f, "maintenance {number}"),
            Self::Change(rfc) => write!(f, "{rfc}"),
        }
    }
}

/// What work hit, that nobody reports as an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkImpact {
    /// The work.
    pub work: Work,
    /// When, where and how much.
    pub impact: Impact,
}

/// When announced work takes place. Half open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct MaintenanceWindow {
    /// Its beginning.
    pub start: Timestamp,
    /// Its end.
    pub end: Timestamp,
}
