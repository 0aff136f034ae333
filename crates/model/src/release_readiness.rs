//! Release Readiness: what has to be on record before a deployment begins.
//!
//! The release is declared final, its inputs are registered, the pilot is compared with the
//! criteria, known issues are accepted, the customer acknowledges the criteria, and the review
//! decides. Each of these is of exactly what was shown: when that changes, it counts no more.
//!
//! A plan may say the same of itself. What is recorded here goes before what the plan says.
//!
//! Source: Deploy SMF, overview, "Release Readiness Milestone", and the inputs of Tables 4 and 5.
//! Meets: G-06, E-01, E-02, E-03, E-06, T-6, T-8

mod command;
mod event;
mod inputs;
mod risk;
mod strategy;

pub use command::ReleaseReadinessCommand;
pub use event::{ReadinessReview, ReadinessVote, ReleaseReadinessEvent};
pub use inputs::{InputKind, InputRow, inputs, register_digest};
pub use risk::{Risk, risks};
pub use strategy::{StrategySection, infrastructure_strategy, strategy_digest};

use crate::assessment::Judgement;
use crate::companion_plans::{Experience, StrategyDecision};
use crate::digest::{Digest, canonical_digest};
use crate::evolve::{Happening, Impossible};
use crate::id::{LineId, PersonId, Seq};
use crate::milestone::Recommendation;
use crate::plan::MasterProjectPlan;
use crate::release::{Condition, ReadinessDecision};
use crate::role_type::RoleType;
use crate::state::State;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where all of it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReleaseReadiness {
    /// That the release was declared final.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<Declared>,
    /// Inputs that people put into the register.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<LineId, RegisteredInput>,
    /// What the pilot showed, by criterion.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pilot: BTreeMap<LineId, Judgement>,
    /// Who accepted the known issues.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub issues_accepted: Vec<Agreed>,
    /// That support has the known issues in its knowledge base.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issues_published: Option<Published>,
    /// That the customer acknowledged the success criteria.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criteria: Option<Agreed>,
    /// The decision on strategy, where it was recorded here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<RecordedStrategy>,
    /// What the team has as experience, where it was recorded here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub experience: Option<RecordedExperience>,
    /// Votes cast on releases, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub votes: Vec<CastVote>,
    /// Reviews, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reviews: Vec<HeldReview>,
    /// What became of the conditions of the decision in force.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub conditions: BTreeMap<LineId, ConditionStatus>,
    /// When the plan became the first baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baselined: Option<Timestamp>,
}

/// That the release was declared final.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    /// Which, by its digest.
    pub release: Digest,
    /// Its version.
    pub version: String,
    /// What was tested, and with what result.
    pub tests: String,
    /// The digest of the issues that were known.
    pub known_issues: Digest,
    /// Who declared it.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
}

/// An input that somebody put into the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisteredInput {
    /// What it is.
    pub kind: InputKind,
    /// Where it comes from.
    pub source: String,
    /// Its digest.
    pub sha256: Digest,
    /// Why it was changed after the baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Under which baseline it was put there; 0 before the first.
    pub baseline: u32,
    /// Who put it there.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
}

/// That somebody agreed to something, as it stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    /// The digest of what they agreed to.
    pub to: Digest,
    /// In which role.
    pub role: RoleType,
    /// Who.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// The entry that holds it.
    pub seq: Seq,
}

/// That support has the known issues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// The digest of the issues.
    pub issues: Digest,
    /// Where they are.
    pub place: String,
    /// When.
    pub at: Timestamp,
}

/// A decision on strategy that was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedStrategy {
    /// The decision.
    pub decision: StrategyDecision,
    /// Who recorded it.
    pub by: Option<PersonId>,
    /// When it was recorded.
    pub at: Timestamp,
}

/// What the team has as experience, as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedExperience {
    /// What it is.
    pub experience: Experience,
    /// Who recorded it.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
}

/// A vote that somebody cast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CastVote {
    /// On which release.
    pub release: Digest,
    /// In which role.
    pub role: RoleType,
    /// Who.
    pub by: PersonId,
    /// What they recommend.
    pub recommendation: Recommendation,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A review that was held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldReview {
    /// The review.
    pub review: ReadinessReview,
    /// Who recorded it.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// The entry that holds it.
    pub seq: Seq,
}

/// What became of a condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConditionStatus {
    /// It is fulfilled.
    Closed {
        /// What shows it.
        evidence: String,
        /// Who closed it.
        by: Option<PersonId>,
        /// When.
        at: Timestamp,
    },
    /// It is carried on as an open item.
    Carried {
        /// Who sees to it.
        owner: PersonId,
        /// By when.
        due: Date,
        /// Why it need not be fulfilled before.
        reason: String,
        /// Who carried it on.
        by: Option<PersonId>,
        /// When.
        at: Timestamp,
    },
}

/// Returns the digest of the success criteria of `plan`: what the customer acknowledges.
pub fn criteria_digest(plan: &MasterProjectPlan) -> Digest {
    canonical_digest(&plan.success_criteria)
}

/// Returns the digest of the known issues of `plan`: what is accepted and published.
pub fn issues_digest(plan: &MasterProjectPlan) -> Digest {
    canonical_digest(&plan.release.known_issues)
}

impl ReleaseReadiness {
    /// Moves on by `event`.
    #[expect(clippy::unnecessary_wraps, reason = "every noun of the record moves on in one way")]
    pub(crate) fn happened(
        &mut self,
        event: &ReleaseReadinessEvent,
        happening: &Happening,
        baseline: u32,
    ) -> Result<(), Impossible> {
        use ReleaseReadinessEvent as E;
        let Happening { by, at, seq } = happening.clone();
        match event.clone() {
            E::DeclaredFinal { release, version, tests, known_issues } => {
                self.declared = Some(Declared { release, version, tests, known_issues, by, at });
            }
            E::InputRegistered { input, kind, source, sha256, reason } => {
                let it = RegisteredInput { kind, source, sha256, reason, baseline, by, at };
                self.inputs.insert(input, it);
            }
            E::PilotJudged { criterion, measurement } => {
                self.pilot.insert(criterion, Judgement { by, at, seq, measurement });
            }
            E::KnownIssuesAccepted { issues, role } => {
                self.issues_accepted.retain(|it| it.to == issues && it.role != role);
                self.issues_accepted.push(Agreed { to: issues, role, by, at, seq });
            }
            E::KnownIssuesPublished { issues, place } => {
                self.issues_published = Some(Published { issues, place, at });
            }
            E::CriteriaAcknowledged { criteria, role } => {
                self.criteria = Some(Agreed { to: criteria, role, by, at, seq });
            }
            E::StrategyDecided { decision } => {
                self.strategy = Some(RecordedStrategy { decision, by, at });
            }
            E::ExperienceTold { experience } => {
                self.experience = Some(RecordedExperience { experience, by, at });
            }
            E::Voted { release, role, recommendation, reason } => {
                if let Some(by) = by {
                    self.votes.retain(|it| (&it.by, it.role) != (&by, role));
                    self.votes.push(CastVote { release, role, by, recommendation, reason });
                }
            }
            E::Reviewed { review } => {
                self.conditions.clear();
                self.reviews.push(HeldReview { review: *review, by, at, seq });
            }
            E::ConditionClosed { condition, evidence } => {
                self.conditions.insert(condition, ConditionStatus::Closed { evidence, by, at });
            }
            E::ConditionCarried { condition, owner, due, reason } => {
                let it = ConditionStatus::Carried { owner, due, reason, by, at };
                self.conditions.insert(condition, it);
            }
        }
        Ok(())
    }

    /// Returns the votes cast on `release`.
    pub fn votes_on(&self, release: Digest) -> impl Iterator<Item = &CastVote> {
        self.votes.iter().filter(move |it| it.release == release)
    }
}

/// The decision on which a deployment rests: the last review on record, or what the plan says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecisionInForce<'a> {
    /// The day of the review.
    pub on: Date,
    /// What was decided.
    pub decision: ReadinessDecision,
    /// The conditions that were attached.
    pub conditions: &'a [Condition],
    /// The release that it is about.
    pub release: Digest,
}

impl State {
    /// Returns the digest of the release in force.
    pub fn release_digest(&self) -> Digest {
        self.index.release.unwrap_or_else(|| self.plan.release.digest())
    }

    /// Returns the Release Readiness decision: the last review on record, else what the plan says.
    pub fn readiness_decision(&self) -> Option<DecisionInForce<'_>> {
        if let Some(HeldReview { review, .. }) = self.release_readiness.reviews.last() {
            return Some(DecisionInForce {
                on: review.on,
                decision: review.decision,
                conditions: &review.conditions,
                release: review.release,
            });
        }
        let planned = self.plan.release.readiness.as_ref()?;
        Some(DecisionInForce {
            on: planned.on,
            decision: planned.decision,
            conditions: &planned.conditions,
            release: planned.release.unwrap_or_else(|| self.release_digest()),
        })
    }

    /// Returns the conditions of the decision in force that are neither closed nor carried on.
    pub fn open_conditions(&self) -> Vec<&Condition> {
        let conditions = self.readiness_decision().map(|it| it.conditions).unwrap_or_default();
        let settled = &self.release_readiness.conditions;
        conditions.iter().filter(|it| !settled.contains_key(&it.id)).collect()
    }

    /// Returns the decision on strategy: the recorded one, else the plan's.
    pub fn strategy(&self) -> Option<&StrategyDecision> {
        let recorded = self.release_readiness.strategy.as_ref().map(|it| &it.decision);
        recorded.or(self.plan.strategy.as_ref())
    }

    /// Returns what the team has as experience with such an infrastructure, where that was told.
    pub fn experience(&self) -> Option<&Experience> {
        let recorded = self.release_readiness.experience.as_ref().map(|it| &it.experience);
        recorded.or_else(|| self.strategy()?.experience.as_ref())
    }

    /// Returns the digest of the known issues of the plan in force.
    pub fn issues_digest(&self) -> Digest {
        *self.index.known_issues.or_anew(|| issues_digest(&self.plan))
    }

    /// Returns the role types that accepted the known issues as they stand.
    pub fn issues_accepted_by(&self) -> impl Iterator<Item = RoleType> {
        let issues = self.issues_digest();
        let accepted = self.release_readiness.issues_accepted.iter();
        accepted.filter(move |it| it.to == issues).map(|it| it.role)
    }

    /// Returns whether the customer acknowledged the success criteria as they stand.
    pub fn criteria_acknowledged(&self) -> bool {
        let acknowledged = self.release_readiness.criteria.as_ref();
        acknowledged.is_some_and(|it| it.to == criteria_digest(&self.plan))
    }

    /// Returns whether the release in force was declared final, on record or by its plan.
    pub fn is_declared_final(&self) -> bool {
        let declared = self.release_readiness.declared.as_ref();
        self.plan.release.declared.is_some()
            || declared.is_some_and(|it| it.release == self.release_digest())
    }
}
