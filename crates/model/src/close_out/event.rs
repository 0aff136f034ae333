//! What happens while a project closes, and in which words it is put down.
//!
//! Source: Deploy SMF, Process 4, Table 7: post-project analysis, project close-out report.

use super::Availability;
use crate::digest::Digest;
use crate::evidence::Evidence;
use crate::id::{PersonId, Seq};
use crate::role_type::RoleType;
use crate::scope::Scope;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a contribution to the post-project analysis is about.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
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
pub enum Topic {
    /// All of it.
    #[default]
    Summary,
    /// What was to be reached.
    Objectives,
    /// How it was planned.
    Planning,
    /// People, money, equipment.
    Resources,
    /// How it was run, and when.
    Schedule,
    /// How it was built and specified.
    Development,
    /// How it was tested.
    Testing,
    /// What people were told.
    Communication,
    /// How people worked together.
    Team,
    /// What was delivered.
    Solution,
    /// What ran by itself.
    Automation,
    /// How it was at the sites.
    Sites,
    /// How it was for operations and support.
    OperationsAndSupport,
    /// How it was for the customer.
    Customer,
}

/// What somebody contributes to the post-project analysis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Contribution {
    /// What went well, what was hard and what is to be learnt.
    Given {
        /// About what.
        topic: Topic,
        /// What went well.
        accomplishments: String,
        /// What was hard.
        challenges: String,
        /// What is to be learnt.
        lessons: String,
    },
    /// Nothing, for a reason.
    Declined {
        /// Why.
        reason: String,
    },
}

/// A lesson: what happened, and what to do differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Lesson {
    /// Its title.
    pub title: String,
    /// What happened, and with what effect.
    pub situation: String,
    /// What to do differently, or again.
    pub recommendation: String,
    /// Who sees to it.
    pub owner: PersonId,
    /// By when.
    pub due: Date,
    /// What shows it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

/// Where a lesson stands.
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
pub enum LessonStanding {
    /// Somebody put it down.
    Proposed,
    /// It was agreed to be one.
    Agreed,
    /// It is done differently now.
    Adopted,
    /// It was found not to be one.
    Rejected,
}

/// How an open item is settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Settlement {
    /// It is done.
    Closed {
        /// How.
        how: String,
    },
    /// Somebody outside the project takes it over.
    Transferred {
        /// Who.
        to: PersonId,
        /// By when they see to it.
        due: Date,
    },
}

/// When the benefits are reviewed, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BenefitReview {
    /// The day.
    pub on: Date,
    /// Who reviews them.
    pub owner: PersonId,
    /// What is expected, and how it is measured.
    pub expects: String,
}

/// What a review found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Findings {
    /// What was found.
    pub text: String,
    /// What shows it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

/// The evidence package: the record, exported and verified offline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Package {
    /// The digest of the exported file.
    pub digest: Digest,
    /// The last entry in it.
    pub entries: Seq,
    /// Where it is stored.
    pub stored: String,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum CloseOutEvent {
    /// Somebody contributed to the post-project analysis, or declined to.
    Contributed {
        /// In which role, or for which role.
        role: RoleType,
        /// What.
        contribution: Contribution,
    },
    /// The analysis was given a day and a place, and its facts frozen.
    AnalysisPlanned {
        /// The day.
        on: Date,
        /// The place.
        place: String,
        /// Who is invited.
        invitees: Vec<PersonId>,
        /// The digest of the facts that they have before them.
        pack: Digest,
    },
    /// Somebody said whether they come to the analysis.
    AvailabilitySaid {
        /// Whether.
        availability: Availability,
    },
    /// A lesson was put down.
    LessonRecorded {
        /// Its number, from 1.
        number: u32,
        /// The lesson.
        lesson: Lesson,
    },
    /// A lesson was agreed, adopted or rejected.
    LessonDecided {
        /// Its number.
        number: u32,
        /// Where it stands now.
        standing: LessonStanding,
        /// Why.
        reason: String,
    },
    /// An open item was settled.
    ItemSettled {
        /// Its name, such as `action/1`.
        item: String,
        /// How.
        settlement: Settlement,
    },
    /// Whoever receives an open item accepted it.
    ItemAccepted {
        /// Its name.
        item: String,
    },
    /// The production access of people was revoked.
    AccessRevoked {
        /// Whose.
        people: Vec<PersonId>,
        /// What proves it.
        proof: String,
    },
    /// Operations confirms that nobody of the project has access.
    AccessConfirmed {
        /// What was looked at.
        statement: String,
    },
    /// Somebody was named as the permanent owner.
    OwnerNamed {
        /// Of what.
        scopes: Vec<Scope>,
        /// Who.
        owner: PersonId,
    },
    /// They accepted it.
    OwnershipAccepted {
        /// Of what.
        scopes: Vec<Scope>,
    },
    /// The review of the benefits was given a day and an owner.
    BenefitReviewPlanned {
        /// When, by whom.
        review: BenefitReview,
    },
    /// The benefits were reviewed.
    BenefitReviewed {
        /// What was found.
        findings: Findings,
    },
    /// The evidence package was exported, verified offline and stored.
    Packaged {
        /// Which, where.
        package: Package,
    },
}

impl CloseOutEvent {
    /// Returns what it is about.
    pub fn scope(&self) -> Scope {
        match self {
            Self::OwnerNamed { scopes, .. } | Self::OwnershipAccepted { scopes } => {
                match scopes.as_slice() {
                    [only] => only.clone(),
                    _ => Scope::Deployment,
                }
            }
            Self::Contributed { .. }
            | Self::AnalysisPlanned { .. }
            | Self::AvailabilitySaid { .. }
            | Self::LessonRecorded { .. }
            | Self::LessonDecided { .. }
            | Self::ItemSettled { .. }
            | Self::ItemAccepted { .. }
            | Self::AccessRevoked { .. }
            | Self::AccessConfirmed { .. }
            | Self::BenefitReviewPlanned { .. }
            | Self::BenefitReviewed { .. }
            | Self::Packaged { .. } => Scope::Deployment,
        }
    }
}

fn listed<T: fmt::Display>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for CloseOutEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contributed { role, contribution: Contribution::Given { topic, .. } } => {
                write!(f, "{role} contributed to the analysis, on {topic}")
            }
            Self::Contributed { role, contribution: Contribution::Declined { reason } } => {
                write!(f, "{role} contributes nothing to the analysis: {reason}")
            }
            Self::AnalysisPlanned { on, place, invitees, .. } => {
                write!(f, "the analysis is on {on}, {place}, with {}", listed(invitees))
            }
            Self::AvailabilitySaid { availability: Availability::Comes } => {
                f.write_str("comes to the analysis")
            }
            Self::AvailabilitySaid { availability: Availability::Absent { instead } } => {
                write!(f, "does not come to the analysis, and says instead: {instead}")
            }
            Self::LessonRecorded { number, lesson } => {
                write!(f, "lesson {number}: {} ({}, {})", lesson.title, lesson.owner, lesson.due)
            }
            Self::LessonDecided { number, standing, reason } => {
                write!(f, "lesson {number} is {standing}: {reason}")
            }
            Self::ItemSettled { item, settlement: Settlement::Closed { how } } => {
                write!(f, "{item} is closed: {how}")
            }
            Self::ItemSettled { item, settlement: Settlement::Transferred { to, due } } => {
                write!(f, "{item} goes over to {to}, by {due}")
            }
            Self::ItemAccepted { item } => write!(f, "{item} is accepted by who takes it over"),
            Self::AccessRevoked { people, proof } => {
                write!(f, "access revoked of {}: {proof}", listed(people))
            }
            Self::AccessConfirmed { statement } => {
                write!(f, "nobody of the project has access: {statement}")
            }
            Self::OwnerNamed { scopes, owner } => {
                write!(f, "{owner} is to own {} from now on", listed(scopes))
            }
            Self::OwnershipAccepted { scopes } => {
                write!(f, "ownership of {} is accepted", listed(scopes))
            }
            Self::BenefitReviewPlanned { review } => {
                write!(f, "the benefits are reviewed on {} by {}", review.on, review.owner)
            }
            Self::BenefitReviewed { findings } => {
                write!(f, "the benefits were reviewed: {}", findings.text)
            }
            Self::Packaged { package } => write!(
                f,
                "evidence package {} with {} entries stored: {}",
                package.digest.short(),
                package.entries,
                package.stored
            ),
        }
    }
}
