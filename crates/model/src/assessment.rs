//! Key questions with their answers, and success criteria with their verdicts.
//!
//! Source: Deploy SMF, key questions of Tables 4 to 7; overview: success criteria.

mod answer;
mod criterion;
mod facts;
mod question;
mod satisfaction;
mod target;

pub use answer::{Standing, standing};
pub use criterion::{
    Computed, CriterionStanding, criteria, criterion, figures, is_due_at_completion,
};
pub use question::KeyQuestion;
pub use satisfaction::satisfaction;
pub use target::{Target, Value};

use crate::digest::Digest;
use crate::evidence::Evidence;
use crate::evolve::{Happening, Impossible};
use crate::id::{LineId, PersonId, RingId, Seq};
use crate::role_type::RoleType;
use crate::scope::Scope;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// What an acceptance item is.
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
pub enum ItemKind {
    /// What the customer expects.
    Expectation,
    /// What was specified.
    Specification,
}

/// How a measured value compares with what was asked for.
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
pub enum Verdict {
    /// It is as asked for.
    #[strum(to_string = "met")]
    Met,
    /// It is not.
    #[strum(to_string = "not met")]
    NotMet,
}

/// What was measured, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Measurement {
    /// The value, with its unit.
    pub value: String,
    /// How it compares.
    pub verdict: Verdict,
    /// How it was measured.
    pub how: String,
    /// What shows it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum AssessmentEvent {
    /// Somebody answered a key question.
    QuestionAnswered {
        /// Which.
        question: KeyQuestion,
        /// In which role.
        role: RoleType,
        /// The answer.
        answer: String,
        /// What shows it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        evidence: Vec<Evidence>,
        /// The digest of the facts on which the answer rests.
        basis: Digest,
    },
    /// What a success criterion asks for was measured by hand.
    CriterionMeasured {
        /// Which.
        criterion: LineId,
        /// What was measured.
        measurement: Measurement,
    },
    /// An expectation or a specification was judged.
    ItemJudged {
        /// Its name.
        item: LineId,
        /// What it is.
        kind: ItemKind,
        /// What is expected or specified.
        text: String,
        /// What was found.
        measurement: Measurement,
    },
    /// The Product Manager assessed a ring, or the whole.
    Assessed {
        /// The ring; none means the whole deployment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ring: Option<RingId>,
        /// How good it was, from 1 to 5, the best.
        rating: u8,
        /// In words.
        text: String,
        /// What was known by measuring when it was assessed.
        figures: String,
    },
    /// The customer accepted a criterion or an item that is not met, as it is.
    ShortfallAccepted {
        /// Its name.
        item: LineId,
        /// The value that is accepted.
        value: String,
        /// Why.
        reason: String,
    },
}

/// What a person tells Landfall to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AssessmentCommand {
    /// Answer a key question.
    Answer {
        /// Which.
        question: KeyQuestion,
        /// The answer.
        answer: String,
        /// What shows it.
        evidence: Vec<Evidence>,
    },
    /// Put down what was measured for a success criterion.
    Measure {
        /// Which.
        criterion: LineId,
        /// What was measured.
        measurement: Measurement,
    },
    /// Judge an expectation or a specification.
    Judge {
        /// Its name.
        item: LineId,
        /// What it is.
        kind: ItemKind,
        /// What is expected or specified.
        text: String,
        /// What was found.
        measurement: Measurement,
    },
    /// Assess a ring, or the whole, against the success criteria.
    Assess {
        /// The ring; none means the whole deployment.
        ring: Option<RingId>,
        /// How good it was, from 1 to 5, the best.
        rating: u8,
        /// In words.
        text: String,
    },
    /// Accept a criterion or an item that is not met, as it is.
    AcceptShortfall {
        /// Its name.
        item: LineId,
        /// Why.
        reason: String,
    },
}

/// Where all of it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Assessments {
    /// The last answer to each question that somebody answered.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<KeyQuestion, Answer>,
    /// What was last measured by hand.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub measured: BTreeMap<LineId, Judgement>,
    /// Expectations and specifications, as last judged.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub items: BTreeMap<LineId, AcceptanceItem>,
    /// What the customer accepted as it is.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub accepted: BTreeMap<LineId, Acceptance>,
    /// How the Product Manager assessed rings, by `ring/NAME`, and the whole, by `deployment`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub assessed: BTreeMap<String, Assessed>,
}

/// How a ring, or the whole, was assessed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessed {
    /// How good it was, from 1 to 5, the best.
    pub rating: u8,
    /// In words.
    pub text: String,
    /// What was known by measuring then.
    pub figures: String,
    /// Who.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
}

/// The last answer to a key question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Who.
    pub by: Option<PersonId>,
    /// In which role.
    pub role: RoleType,
    /// When.
    pub at: Timestamp,
    /// The entry that holds it.
    pub seq: Seq,
    /// The answer.
    pub answer: String,
    /// What shows it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// The digest of the facts on which it rests.
    pub basis: Digest,
}

/// What was measured or judged by hand, by whom and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// Who.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// The entry that holds it.
    pub seq: Seq,
    /// What was measured.
    pub measurement: Measurement,
}

/// An expectation or specification, as last judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptanceItem {
    /// What it is.
    pub kind: ItemKind,
    /// What is expected or specified.
    pub text: String,
    /// What was found.
    pub judgement: Judgement,
}

/// That the customer accepts a shortfall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// Who.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// The entry that holds it.
    pub seq: Seq,
    /// The value that is accepted; another one is not.
    pub value: String,
    /// Why.
    pub reason: String,
}

impl Assessments {
    /// Moves on by `event`.
    #[expect(clippy::unnecessary_wraps, reason = "every noun of the record moves on in one way")]
    pub(crate) fn happened(
        &mut self,
        event: &AssessmentEvent,
        happening: &Happening,
    ) -> Result<(), Impossible> {
        let Happening { by, at, seq } = happening.clone();
        match event {
            AssessmentEvent::QuestionAnswered { question, role, answer, evidence, basis } => {
                let (answer, evidence) = (answer.clone(), evidence.clone());
                let it = Answer { by, role: *role, at, seq, answer, evidence, basis: *basis };
                self.answers.insert(*question, it);
            }
            AssessmentEvent::CriterionMeasured { criterion, measurement } => {
                let it = Judgement { by, at, seq, measurement: measurement.clone() };
                self.measured.insert(criterion.clone(), it);
            }
            AssessmentEvent::ItemJudged { item, kind, text, measurement } => {
                let judgement = Judgement { by, at, seq, measurement: measurement.clone() };
                let it = AcceptanceItem { kind: *kind, text: text.clone(), judgement };
                self.items.insert(item.clone(), it);
            }
            AssessmentEvent::Assessed { ring, rating, text, figures } => {
                let (rating, text, figures) = (*rating, text.clone(), figures.clone());
                let of = ring.clone().map_or(Scope::Deployment, Scope::Ring).to_string();
                self.assessed.insert(of, Assessed { rating, text, figures, by, at });
            }
            AssessmentEvent::ShortfallAccepted { item, value, reason } => {
                let (value, reason) = (value.clone(), reason.clone());
                self.accepted.insert(item.clone(), Acceptance { by, at, seq, value, reason });
            }
        }
        Ok(())
    }

    /// Returns the customer's acceptance of `item` at exactly `value`.
    pub fn acceptance(&self, item: &LineId, value: &str) -> Option<&Acceptance> {
        self.accepted.get(item).filter(|it| it.value == value)
    }
}

impl AssessmentEvent {
    /// Returns what it is about.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Assessed { ring: Some(ring), .. } => Scope::Ring(ring.clone()),
            Self::Assessed { ring: None, .. }
            | Self::QuestionAnswered { .. }
            | Self::CriterionMeasured { .. }
            | Self::ItemJudged { .. }
            | Self::ShortfallAccepted { .. } => Scope::Deployment,
        }
    }
}

impl fmt::Display for AssessmentEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::QuestionAnswered { question, role, answer, .. } => {
                write!(f, "{question} answered by {role}: {answer}")
            }
            Self::CriterionMeasured { criterion, measurement: it } => {
                write!(f, "criterion {criterion}: {}, {}: {}", it.value, it.verdict, it.how)
            }
            Self::ItemJudged { item, kind, text, measurement: it } => {
                write!(f, "{kind} {item} ({text}): {}, {}", it.value, it.verdict)
            }
            Self::Assessed { ring, rating, text, figures } => {
                let of = ring.clone().map_or(Scope::Deployment, Scope::Ring);
                write!(f, "{of} assessed at {rating} of 5: {text} ({figures})")
            }
            Self::ShortfallAccepted { item, value, reason } => {
                write!(f, "{item} accepted at {value}: {reason}")
            }
        }
    }
}
