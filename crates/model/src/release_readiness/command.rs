//! What people tell Landfall on the way to Release Readiness.
//!
//! House rule: a command names by its digest what was shown.

use super::{InputKind, ReadinessReview};
use crate::assessment::Measurement;
use crate::companion_plans::{Experience, StrategyDecision};
use crate::digest::Digest;
use crate::id::{LineId, PersonId};
use crate::milestone::Recommendation;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What a person tells Landfall to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReleaseReadinessCommand {
    /// Declare the release final.
    DeclareFinal {
        /// The digest of the release that was shown.
        release: Digest,
        /// What was tested, and with what result.
        tests: String,
    },
    /// Put an input into the register.
    RegisterInput {
        /// Its name.
        input: LineId,
        /// What it is.
        kind: InputKind,
        /// Where it comes from.
        source: String,
        /// Its digest.
        sha256: Digest,
        /// Why; needed after the baseline.
        reason: Option<String>,
    },
    /// Put down what the pilot showed for a success criterion.
    JudgePilot {
        /// Which.
        criterion: LineId,
        /// What was measured.
        measurement: Measurement,
    },
    /// Accept the known issues.
    AcceptKnownIssues {
        /// The digest of the issues that were shown.
        issues: Digest,
    },
    /// Say that support has the known issues in its knowledge base.
    PublishKnownIssues {
        /// The digest of the issues.
        issues: Digest,
        /// Where they are.
        place: String,
    },
    /// Acknowledge the success criteria, as the customer.
    AcknowledgeCriteria {
        /// The digest of the criteria that were shown.
        criteria: Digest,
    },
    /// Put down how it is deployed.
    DecideStrategy {
        /// The decision.
        decision: StrategyDecision,
    },
    /// Tell what experience the team has.
    TellExperience {
        /// What it has, or what stands in for it.
        experience: Experience,
    },
    /// Vote on the release.
    Vote {
        /// The digest of the release that was shown.
        release: Digest,
        /// What is recommended.
        recommendation: Recommendation,
        /// Why; needed for anything but go.
        reason: Option<String>,
    },
    /// Record what the review decided. Votes are given with it only where it was held elsewhere.
    Review {
        /// The review.
        review: Box<ReadinessReview>,
    },
    /// Close a condition.
    CloseCondition {
        /// Which.
        condition: LineId,
        /// What shows that it is fulfilled.
        evidence: String,
    },
    /// Carry a condition on as an open item.
    CarryCondition {
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
