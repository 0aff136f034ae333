//! Requests for change: what is to be changed in production, and who authorises it.
//!
//! Source: Deploy SMF, Process 1, Best Practice ("a processed Request for Change").

use crate::id::{ComponentId, PersonId, RfcId, RingId};
use crate::role_type::RoleType;
use serde::{Deserialize, Serialize};

/// How long an authorisation is valid where the request names no other, in days.
pub const VALIDITY_DAYS: u16 = 14;

/// A request to change production.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestForChange {
    /// Its name.
    pub id: RfcId,
    /// What it is about.
    pub title: String,
    /// How much scrutiny it needs.
    pub category: RfcCategory,
    /// Who asks.
    pub requested_by: PersonId,
    /// Who carries it out.
    pub implementers: Vec<PersonId>,
    /// What it covers.
    pub covers: Covers,
    /// Why it is wanted.
    pub reason: String,
    /// What it touches: users, sites, other solutions.
    pub impact: String,
    /// What may go wrong, and what is done against it.
    pub risk: String,
    /// How it is undone, and until when that is decided.
    pub rollback_plan: String,
    /// What was tested, and where the results are.
    pub test_evidence: String,
    /// Who must approve: every level, in order.
    pub levels: Vec<ApprovalLevel>,
    /// The interval outside which nothing of it may run; none means that the windows alone decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<ChangeWindow>,
    /// How long an authorisation stays valid when it is not begun, in days.
    pub validity_days: u16,
}

/// What a request covers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covers {
    /// Core components.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<ComponentId>,
    /// Rings, with all of their sites.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rings: Vec<RingId>,
}

/// How much scrutiny a change needs.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, strum::Display,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum RfcCategory {
    /// Authorised beforehand by a template.
    Standard,
    /// Small and known.
    Minor,
    /// Many are touched.
    Significant,
    /// The business depends on it.
    Major,
    /// To restore service, security or safety; reviewed afterwards.
    Emergency,
}

/// One level of approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalLevel {
    /// The role type whose holders approve.
    pub role: RoleType,
    /// How many different people must approve, at least 1.
    pub quorum: u8,
}

/// An interval of instants, the end not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeWindow {
    /// Its beginning.
    pub from: jiff::Timestamp,
    /// Its end.
    pub until: jiff::Timestamp,
}

impl ChangeWindow {
    /// Returns whether `at` lies in it.
    pub fn contains(&self, at: jiff::Timestamp) -> bool {
        self.from <= at && at < self.until
    }
}
