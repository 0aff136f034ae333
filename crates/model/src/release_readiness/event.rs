//! What happens on the way to Release Readiness.
//!
//! House rule: each event holds the digest of what was shown.

use super::InputKind;
use crate::assessment::Measurement;
use crate::companion_plans::{Experience, StrategyDecision};
use crate::digest::Digest;
use crate::evidence::Evidence;
use crate::id::{LineId, PersonId};
use crate::milestone::Recommendation;
use crate::release::{Condition, ReadinessDecision};
use crate::role_type::RoleType;
use crate::scope::Scope;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ReleaseReadinessEvent {
    /// The release was declared final: fully tested, and good enough to deploy.
    DeclaredFinal {
        /// Which, by its digest.
        release: Digest,
        /// Its version.
        version: String,
        /// What was tested, and with what result.
        tests: String,
        /// The digest of the issues that were known.
        known_issues: Digest,
    },
    /// An input was put into the register.
    InputRegistered {
        /// Its name.
        input: LineId,
        /// What it is.
        kind: InputKind,
        /// Where it comes from.
        source: String,
        /// Its digest.
        sha256: Digest,
        /// Why, where it changes the register after the baseline.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// What the pilot showed was compared with a success criterion.
    PilotJudged {
        /// Which.
        criterion: LineId,
        /// What was measured.
        measurement: Measurement,
    },
    /// The known issues were accepted.
    KnownIssuesAccepted {
        /// Their digest.
        issues: Digest,
        /// In which role.
        role: RoleType,
    },
    /// Support has the known issues in its knowledge base.
    KnownIssuesPublished {
        /// Their digest.
        issues: Digest,
        /// Where they are.
        place: String,
    },
    /// The customer knows and accepts the success criteria.
    CriteriaAcknowledged {
        /// Their digest.
        criteria: Digest,
        /// In which role.
        role: RoleType,
    },
    /// It was decided how to deploy.
    StrategyDecided {
        /// The decision.
        decision: StrategyDecision,
    },
    /// It was told what experience the team has.
    ExperienceTold {
        /// What it has, or what stands in for it.
        experience: Experience,
    },
    /// Somebody voted on the release.
    Voted {
        /// Which, by its digest.
        release: Digest,
        /// In which role.
        role: RoleType,
        /// What they recommend.
        recommendation: Recommendation,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The review was held and has decided.
    Reviewed {
        /// The review.
        review: Box<ReadinessReview>,
    },
    /// A condition of the decision is fulfilled.
    ConditionClosed {
        /// Which.
        condition: LineId,
        /// What shows it.
        evidence: String,
    },
    /// A condition of the decision is carried on as an open item.
    ConditionCarried {
        /// Which.
        condition: LineId,
        /// Who sees to it.
        owner: PersonId,
        /// By when.
        due: Date,
        /// Why it need not be fulfilled before.
        reason: String,
    },
}

/// A Release Readiness review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ReadinessReview {
    /// The release, by its digest.
    pub release: Digest,
    /// The day.
    pub on: Date,
    /// What was decided.
    pub decision: ReadinessDecision,
    /// Who voted how.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub votes: Vec<ReadinessVote>,
    /// What must be fulfilled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Where its minutes are, where it was held elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<Evidence>,
}

/// A vote of a Release Readiness review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ReadinessVote {
    /// In which role.
    pub role: RoleType,
    /// Who, by name.
    pub by: String,
    /// What they recommend.
    pub recommendation: Recommendation,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl ReleaseReadinessEvent {
    /// Returns what it is about.
    pub fn scope(&self) -> Scope {
        Scope::Deployment
    }
}

impl fmt::Display for ReleaseReadinessEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DeclaredFinal { release, version, tests, .. } => {
                write!(f, "{version}, release {}, declared final: {tests}", release.short())
            }
            Self::InputRegistered { input, kind, source, sha256, reason } => {
                write!(f, "input {input} ({kind}) registered as {} of {source}", sha256.short())?;
                reason.as_ref().map_or(Ok(()), |it| write!(f, ": {it}"))
            }
            Self::PilotJudged { criterion, measurement: it } => {
                write!(f, "pilot, {criterion}: {}, {}: {}", it.value, it.verdict, it.how)
            }
            Self::KnownIssuesAccepted { issues, role } => {
                write!(f, "known issues {} accepted by {role}", issues.short())
            }
            Self::KnownIssuesPublished { issues, place } => {
                write!(f, "known issues {} published: {place}", issues.short())
            }
            Self::CriteriaAcknowledged { criteria, role } => {
                write!(f, "success criteria {} acknowledged by {role}", criteria.short())
            }
            Self::StrategyDecided { decision } => {
                write!(f, "strategy of {}: {}", decision.on, decision.infrastructure)
            }
            Self::ExperienceTold { experience } => {
                write!(f, "experience with such an infrastructure: {experience}")
            }
            Self::Voted { release, role, recommendation, reason } => {
                write!(f, "release {}: {role} votes {recommendation}", release.short())?;
                reason.as_ref().map_or(Ok(()), |it| write!(f, ": {it}"))
            }
            Self::Reviewed { review: it } => {
                let (release, votes) = (it.release.short(), it.votes.len());
                let conditions = it.conditions.len();
                write!(
                    f,
                    "Release Readiness of {release}, {}: {}, {votes} votes, {conditions} conditions",
                    it.on, it.decision
                )
            }
            Self::ConditionClosed { condition, evidence } => {
                write!(f, "condition {condition} closed: {evidence}")
            }
            Self::ConditionCarried { condition, owner, due, reason } => {
                write!(f, "condition {condition} carried on by {owner} until {due}: {reason}")
            }
        }
    }
}
