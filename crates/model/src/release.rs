//! The final release: what is to be deployed, byte for byte.
//!
//! Source: Deploy SMF, Table 3 "Final release" and the inputs of Tables 4 and 5.

use crate::digest::Digest;
use crate::id::{DeliverableId, LineId, PersonId};
use serde::{Deserialize, Serialize};

/// The final, fully tested version of the solution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinalRelease {
    /// The solution's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The files that are deployed.
    pub deliverables: Vec<SolutionDeliverable>,
    /// The documents that belong to it.
    pub documentation: Vec<Documentation>,
    /// Known issues, accepted with the release.
    pub known_issues: Vec<KnownIssue>,
    /// The decision of the Release Readiness Milestone.
    pub readiness: Option<ReleaseReadiness>,
    /// That it was declared final, and by whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<FinalDeclaration>,
}

impl FinalRelease {
    /// Returns the deliverable called `id`.
    pub fn deliverable(&self, id: &DeliverableId) -> Option<&SolutionDeliverable> {
        self.deliverables.iter().find(|it| it.id == *id)
    }

    /// Returns whoever built one of its deliverables.
    pub fn builders(&self) -> Vec<PersonId> {
        let mut builders: Vec<PersonId> =
            self.deliverables.iter().flat_map(|it| it.built_by.iter().cloned()).collect();
        builders.sort();
        builders.dedup();
        builders
    }

    /// Returns the digest of the release: of its name, version and the digests of its deliverables.
    pub fn digest(&self) -> Digest {
        let deliverables: Vec<_> =
            self.deliverables.iter().map(|it| (&it.id, it.size_bytes, it.sha256)).collect();
        crate::digest::canonical_digest(&(&self.name, &self.version, deliverables))
    }
}

/// One file of the release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SolutionDeliverable {
    /// Its name in the plan.
    pub id: DeliverableId,
    /// Its path, relative to the plan's folder.
    pub file: String,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// Its SHA-256.
    pub sha256: Digest,
    /// The size of the real thing, where this file stands in for it in a rehearsal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_in_for_bytes: Option<u64>,
    /// Who built it, and so neither approves, starts nor verifies its deployment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub built_by: Vec<PersonId>,
}

impl SolutionDeliverable {
    /// Returns the size that transfers are planned with, in bytes.
    pub fn planned_bytes(&self) -> u64 {
        self.stands_in_for_bytes.unwrap_or(self.size_bytes)
    }
}

/// A document of the release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Documentation {
    /// What it is called.
    pub title: String,
    /// Where it is found.
    pub location: String,
    /// The digest of the version that was released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
}

/// That the release was declared final: fully tested, and good enough to deploy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinalDeclaration {
    /// The day.
    pub on: jiff::civil::Date,
    /// Who declared it.
    pub by: PersonId,
    /// What was tested, and with what result.
    pub tests: String,
}

/// A fault that the release is known to have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownIssue {
    /// Its name.
    pub id: LineId,
    /// How bad it is, 1 the worst.
    pub severity: u8,
    /// What happens.
    pub text: String,
    /// What to do about it.
    pub workaround: String,
}

/// The decision with which deployment may begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseReadiness {
    /// The day of the review.
    pub on: jiff::civil::Date,
    /// What was decided.
    pub decision: ReadinessDecision,
    /// Conditions that were attached.
    pub conditions: Vec<Condition>,
    /// The release that it is about, where the decision names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<Digest>,
}

/// What a Release Readiness review decides.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, strum::Display,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ReadinessDecision {
    /// Deploy.
    Go,
    /// Deploy once the conditions are met.
    GoWithConditions,
    /// Do not deploy.
    NoGo,
}

/// A condition of a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Condition {
    /// Its name.
    pub id: LineId,
    /// What must be true.
    pub text: String,
    /// Who sees to it.
    pub owner: PersonId,
    /// By when.
    pub due: jiff::civil::Date,
}
