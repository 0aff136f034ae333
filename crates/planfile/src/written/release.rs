//! The final release, as it is written.
//!
//! Source: Deploy SMF, Table 3 "Final release" and the inputs of Tables 4 and 5.

use super::values::{Day, Sha256};
use crate::span::At;
use model::id::{DeliverableId, LineId, PersonId};
use model::release::ReadinessDecision;
use schemars::JsonSchema;
use serde::Deserialize;

/// The final, fully tested version of the solution.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Release {
    /// The solution's name.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// The files that are deployed. Default: none.
    #[serde(default)]
    pub(crate) deliverables: Vec<Deliverable>,
    /// The documents that belong to it. Default: none.
    #[serde(default)]
    pub(crate) documentation: Vec<Documentation>,
    /// Known issues, accepted with the release. Default: none.
    #[serde(default)]
    pub(crate) known_issues: Vec<KnownIssue>,
    /// The decision of the Release Readiness Milestone.
    pub(crate) readiness: Option<At<Readiness>>,
    /// That it was declared final. Default: that is recorded later.
    pub(crate) declared_final: Option<FinalDeclaration>,
}

/// That the release was declared final: fully tested, and good enough to deploy.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct FinalDeclaration {
    /// The day.
    pub(crate) on: Day,
    /// Who declared it.
    pub(crate) by: At<PersonId>,
    /// What was tested, and with what result.
    pub(crate) tests: String,
}

/// One file of the release.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Deliverable {
    /// Its name in the plan.
    pub(crate) id: At<DeliverableId>,
    /// Its path, relative to the plan's folder.
    pub(crate) file: At<String>,
    /// Its size in bytes.
    pub(crate) size_bytes: u64,
    /// Its SHA-256: 64 lower-case hexadecimal digits.
    pub(crate) sha256: At<Sha256>,
    /// The size of the real thing, where this file stands in for it in a rehearsal. Default: it
    /// is the real thing.
    pub(crate) stands_in_for_bytes: Option<u64>,
    /// Who built it, and so neither approves, starts nor verifies its deployment. Default: nobody
    /// is named.
    #[serde(default)]
    pub(crate) built_by: Vec<At<PersonId>>,
}

/// A document of the release.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Documentation {
    /// What it is called.
    pub(crate) title: String,
    /// Where it is found.
    pub(crate) location: String,
    /// The SHA-256 of the version that was released. Default: not known.
    pub(crate) sha256: Option<At<Sha256>>,
}

/// A fault that the release is known to have.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct KnownIssue {
    /// Its name.
    pub(crate) id: At<LineId>,
    /// How bad it is, 1 the worst.
    pub(crate) severity: At<u8>,
    /// What happens.
    pub(crate) text: String,
    /// What to do about it. Default: nothing.
    pub(crate) workaround: Option<String>,
}

/// The decision with which deployment may begin.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Readiness {
    /// The day of the review.
    pub(crate) on: Day,
    /// What was decided.
    pub(crate) decision: ReadinessDecision,
    /// Conditions that were attached. Default: none.
    #[serde(default)]
    pub(crate) conditions: Vec<Condition>,
    /// The digest of the release that it is about, as `landfall release-readiness show` prints it.
    /// Default: the release of this plan.
    pub(crate) release: Option<At<Sha256>>,
}

/// A condition of a decision.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Condition {
    /// Its name.
    pub(crate) id: At<LineId>,
    /// What must be true.
    pub(crate) text: String,
    /// Who sees to it.
    pub(crate) owner: At<PersonId>,
    /// By when.
    pub(crate) due: Day,
}
