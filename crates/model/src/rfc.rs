//! Requests for change: what is to be changed in production, and who authorises it.
//!
//! Source: Deploy SMF, Process 1, Best Practice ("a processed Request for Change").

mod policy;
mod review;
mod standing;
mod voiding;

pub use policy::{approval_policy_changes, levels_by_default};
pub use review::{EmergencyKind, ImplementationReview, RollbackResult};

use crate::id::{ComponentId, PersonId, RfcId, RingId, SiteId};
use crate::role_type::RoleType;
use serde::{Deserialize, Serialize};

/// How long an authorisation is valid where the request names no other, in days.
pub const VALIDITY_DAYS: u16 = 14;

/// A request to change production.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
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
    /// What else is known of it.
    #[serde(default, skip_serializing_if = "ChangeDetails::is_empty")]
    pub details: ChangeDetails,
    /// What it authorises in advance, where it is a template for standard changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<StandardTemplate>,
}

impl RequestForChange {
    /// Returns whether it is a template for later and asks for nothing itself: a standard change that
    /// covers nothing.
    pub fn is_template(&self) -> bool {
        self.category == RfcCategory::Standard && self.covers.is_empty()
    }
}

/// What else is known of a request: what an approver weighs besides reason, impact and risk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ChangeDetails {
    /// How urgent it is, 1 the most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<u8>,
    /// How likely what may go wrong is, and how much it would hurt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<RiskScore>,
    /// What it means for security.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_impact: Option<String>,
    /// Until when it is decided whether to go back, and by whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision_point: Option<String>,
    /// What ends it early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abort_criteria: Option<String>,
    /// What is to come of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_outcome: Option<String>,
    /// Who is on shift while it runs; nobody is on shift for two changes at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on_shift: Vec<PersonId>,
}

impl ChangeDetails {
    /// Returns whether nothing else is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// How likely a risk is and how much it would hurt, each from 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RiskScore {
    /// How likely, 5 the most.
    pub likelihood: u8,
    /// How bad, 5 the worst.
    pub impact: u8,
}

impl RiskScore {
    /// Returns the product of both, from 1 to 25.
    pub fn score(self) -> u8 {
        self.likelihood.saturating_mul(self.impact)
    }
}

/// What a template for standard changes authorises in advance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StandardTemplate {
    /// The most sites that one change may cover.
    pub sites_at_most: u32,
    /// The rings whose sites it may cover; none means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rings: Vec<RingId>,
    /// Until when it may be used.
    pub until: jiff::Timestamp,
    /// Why it may not be used at present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended: Option<String>,
}

/// What a request covers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Covers {
    /// Core components.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<ComponentId>,
    /// Rings, with all of their sites.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rings: Vec<RingId>,
    /// Single sites, of any ring.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<SiteId>,
}

impl Covers {
    /// Returns whether nothing is covered.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// How much scrutiny a change needs, the least first.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
    strum::Display,
    strum::EnumString,
    strum::VariantArray,
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ApprovalLevel {
    /// The role type whose holders approve.
    pub role: RoleType,
    /// How many different people must approve, at least 1.
    pub quorum: u8,
}

/// An interval of instants, the end not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
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
