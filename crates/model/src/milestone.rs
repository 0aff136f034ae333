//! The milestones: convened, voted on, approved, rejected.
//!
//! Both milestones of a deployment go through the same reviews. What is special
//! to one of them, its sheet, its gate and what follows from it, stands with it.
//!
//! Source: Deploy SMF, "Deployment Stable" (Process 3) and "Deployment Complete Milestone" (Process 4, Table 7).

mod review;
mod signatures;
mod undoing;

pub use review::{FollowOnAction, Milestones, Review, Vote};
pub use signatures::{Signature, signatures};
pub(crate) use undoing::sent_back;
pub use undoing::undone;

use crate::digest::Digest;
use crate::guard::GuardReading;
use crate::id::PersonId;
use crate::machine::MilestoneTransition;
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::sheet::Sheet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A milestone of a deployment.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::Display,
    strum::EnumString,
    strum::VariantArray,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Milestone {
    /// Deployment Stable: the sites operate satisfactorily, and the quiet period begins.
    Stable,
    /// Deployment Complete: the solution is accepted, and the project can close.
    Complete,
}

impl Milestone {
    /// Returns its name in the words of the Deploy SMF.
    pub fn title(self) -> &'static str {
        match self {
            Self::Stable => "Deployment Stable",
            Self::Complete => "Deployment Complete",
        }
    }

    /// Returns the sheet that its review signs, where it has one yet.
    pub fn sheet(self) -> Option<Sheet> {
        match self {
            Self::Stable => Some(Sheet::DeploymentStable),
            Self::Complete => Some(Sheet::MilestoneReview),
        }
    }
}

/// What somebody recommends in a review.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    strum::Display,
    strum::EnumString,
    strum::VariantArray,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Recommendation {
    /// To approve the milestone.
    Go,
    /// Not to approve it.
    NoGo,
    /// Neither.
    Abstain,
}

/// Where a rejected milestone sends the deployment back to.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    strum::Display,
    strum::EnumString,
    strum::VariantArray,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ReturnTo {
    /// To stabilizing it.
    Stabilizing,
    /// To its quiet period, for more quiet days.
    QuietPeriod,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum MilestoneEvent {
    /// The review of a milestone changed its state.
    Moved {
        /// Which.
        milestone: Milestone,
        /// The number of the review, from 1.
        review: u32,
        /// How.
        transition: MilestoneTransition,
        /// Why, in somebody's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// What its guards read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gate: Vec<GuardReading>,
        /// The digest of the sheet that everybody signed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document: Option<Digest>,
        /// Where it goes back to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        returns_to: Option<ReturnTo>,
    },
    /// Its review was convened.
    Convened {
        /// Which.
        milestone: Milestone,
        /// The number of the review.
        review: u32,
        /// Who was invited.
        invitees: Vec<PersonId>,
        /// From when it is to take effect, where not from the last signature.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        effective: Option<Timestamp>,
        /// The facts of its sheet, frozen.
        facts: serde_json::Value,
        /// What its guards read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gate: Vec<GuardReading>,
    },
    /// Somebody recommended what to decide.
    Voted {
        /// Which.
        milestone: Milestone,
        /// The number of the review.
        review: u32,
        /// In which role.
        role: RoleType,
        /// What.
        recommendation: Recommendation,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// An action for somebody outside the project was put down.
    ActionAdded {
        /// Which.
        milestone: Milestone,
        /// The number of the review.
        review: u32,
        /// The action.
        action: FollowOnAction,
    },
}

/// What a person tells Landfall to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MilestoneCommand {
    /// Convene its review and freeze its document.
    Convene {
        /// Which.
        milestone: Milestone,
        /// Who is invited; nobody means everybody who signs or votes.
        invitees: Vec<PersonId>,
        /// From when it is to take effect, where not from the last signature.
        effective: Option<Timestamp>,
    },
    /// Recommend what to decide.
    Vote {
        /// Which.
        milestone: Milestone,
        /// What.
        recommendation: Recommendation,
        /// Why; needed for anything but go.
        reason: Option<String>,
    },
    /// Put down an action for somebody outside the project.
    AddAction {
        /// Which.
        milestone: Milestone,
        /// The action.
        action: FollowOnAction,
    },
    /// Adjourn its review.
    Adjourn {
        /// Which.
        milestone: Milestone,
        /// Who or what is missing.
        reason: String,
    },
    /// Reject it.
    Reject {
        /// Which.
        milestone: Milestone,
        /// Where the deployment goes back to.
        returns_to: ReturnTo,
        /// Why.
        reason: String,
    },
    /// Put it forward again after rework.
    Rework {
        /// Which.
        milestone: Milestone,
        /// What was reworked.
        reason: String,
    },
    /// Declare Deployment Complete, once the customer has accepted and everybody has signed.
    Declare {
        /// What is declared with it, in the Solution Manager's words.
        statement: Option<String>,
    },
    /// Take it back.
    Revoke {
        /// Which.
        milestone: Milestone,
        /// Why.
        reason: String,
    },
}

impl MilestoneCommand {
    /// Returns which milestone it is about.
    pub fn milestone(&self) -> Milestone {
        match self {
            Self::Convene { milestone, .. }
            | Self::Vote { milestone, .. }
            | Self::AddAction { milestone, .. }
            | Self::Adjourn { milestone, .. }
            | Self::Reject { milestone, .. }
            | Self::Rework { milestone, .. }
            | Self::Revoke { milestone, .. } => *milestone,
            Self::Declare { .. } => Milestone::Complete,
        }
    }
}

impl MilestoneEvent {
    /// Returns what it is about.
    pub fn scope(&self) -> Scope {
        Scope::Deployment
    }
}

impl fmt::Display for MilestoneEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let because = |reason: &Option<String>| {
            reason.as_ref().map_or_else(String::new, |it| format!(": {it}"))
        };
        match self {
            Self::Moved { milestone, review, transition, reason, .. } => {
                let title = milestone.title();
                write!(f, "{title}, review {review}: {transition}{}", because(reason))
            }
            Self::Convened { milestone, review, invitees, .. } => {
                let names: Vec<String> = invitees.iter().map(ToString::to_string).collect();
                let title = milestone.title();
                write!(f, "{title}, review {review}: convened with {}", names.join(", "))
            }
            Self::Voted { milestone, review, role, recommendation, reason } => {
                let (title, because) = (milestone.title(), because(reason));
                write!(f, "{title}, review {review}: {role} recommends {recommendation}{because}")
            }
            Self::ActionAdded { milestone, review, action } => {
                write!(f, "{}, review {review}: to follow on: {action}", milestone.title())
            }
        }
    }
}
