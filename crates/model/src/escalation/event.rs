//! What can happen to escalations, and what people tell Landfall to do with them.
//!
//! House rule: events never change meaning; the sentence of each is what people read.

use super::words::{AnswerKind, Avoidable, EscalationPath, EscalationPurpose, EscalationReason};
use super::{Answer, KnownError};
use crate::guard::GuardReading;
use crate::id::{PersonId, RfcId};
use crate::machine::EscalationTransition;
use crate::role_type::RoleType;
use crate::scope::Scope;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What was raised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raising {
    /// The incident behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<u32>,
    /// Why the side that raised it cannot do it.
    pub reason: EscalationReason,
    /// What is needed.
    pub text: String,
    /// The steps of the support plan that were tried before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tried: Vec<String>,
    /// The side that raised it: Operations or Support.
    pub side: RoleType,
    /// When; a direct call is recorded afterwards.
    pub at: Timestamp,
    /// The way it came.
    pub path: EscalationPath,
    /// What it is for.
    pub purpose: EscalationPurpose,
    /// The level that was paged first, from 0.
    pub level: u8,
    /// Until when that level has to answer; no clock runs where the plan names no level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
}

/// The level that is paged, and until when it has to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paged {
    /// The level, from 0.
    pub level: u8,
    /// Until when; nothing where no clock runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum EscalationEvent {
    /// Operations or Support asked the project.
    Raised {
        /// Its number, from 1.
        escalation: u32,
        /// What was raised.
        raising: Box<Raising>,
    },
    /// Somebody of the project took it.
    Accepted {
        /// Its number.
        escalation: u32,
        /// When; after a direct call it is recorded afterwards.
        at: Timestamp,
    },
    /// The project did not take it.
    Rejected {
        /// Its number.
        escalation: u32,
        /// Why: known, out of scope, not reproducible.
        reason: String,
    },
    /// The level's time passed without an answer.
    Unanswered {
        /// Its number.
        escalation: u32,
        /// The level, from 0.
        level: u8,
        /// When its time had passed.
        due: Timestamp,
        /// The level that is paged next; nothing where there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<Paged>,
    },
    /// The side that raised it did not agree with the rejection.
    Insisted {
        /// Its number.
        escalation: u32,
        /// Why.
        reason: String,
        /// The level that is paged now.
        paged: Paged,
    },
    /// The side that raised it agreed with the rejection.
    Agreed {
        /// Its number.
        escalation: u32,
    },
    /// The project gave an answer.
    Answered {
        /// Its number.
        escalation: u32,
        /// What it gave.
        answer: Answer,
    },
    /// The side that raised it confirmed the answer.
    Confirmed {
        /// Its number.
        escalation: u32,
        /// The knowledge article that came of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        article: Option<String>,
        /// Why it could have been avoided.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        avoidable: Option<Avoidable>,
        /// What its guards read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gate: Vec<GuardReading>,
    },
    /// The answer did not solve it.
    NotSolved {
        /// Its number.
        escalation: u32,
        /// What is still wrong.
        reason: String,
    },
    /// Operations took it over as a known error.
    KnownError {
        /// Its number.
        escalation: u32,
        /// What they live with.
        known_error: KnownError,
        /// What its guards read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gate: Vec<GuardReading>,
    },
}

/// What a person tells Landfall to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EscalationCommand {
    /// Ask the project.
    Raise {
        /// The incident behind it.
        incident: Option<u32>,
        /// Why.
        reason: EscalationReason,
        /// What is needed.
        text: String,
        /// The steps of the support plan that were tried before.
        tried: Vec<String>,
        /// When somebody of the project was called past the levels, where that was so.
        called: Option<Timestamp>,
        /// What it is for.
        purpose: EscalationPurpose,
    },
    /// Do something with one escalation.
    Act {
        /// Its number.
        escalation: u32,
        /// What.
        act: EscalationAct,
    },
}

/// What can be done with one escalation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EscalationAct {
    /// Take it.
    Accept {
        /// When, where a direct call was taken earlier.
        at: Option<Timestamp>,
    },
    /// Do not take it.
    Reject {
        /// Why.
        reason: String,
    },
    /// Do not agree with the rejection: one level up.
    Insist {
        /// Why.
        reason: String,
    },
    /// Agree with the rejection.
    Agree,
    /// Give a fix, a workaround or knowledge.
    Answer {
        /// What kind of answer it is.
        kind: AnswerKind,
        /// What is given.
        text: String,
        /// The version of the new release, where it is a fix.
        release: Option<String>,
        /// The request for change, where it is a fix.
        rfc: Option<RfcId>,
    },
    /// Confirm the answer.
    Confirm {
        /// The knowledge article that came of it.
        article: Option<String>,
        /// Why it could have been avoided.
        avoidable: Option<Avoidable>,
    },
    /// State that the answer did not solve it.
    Reopen {
        /// What is still wrong.
        reason: String,
    },
    /// Take it over as a known error, as Operations.
    AcceptKnownError {
        /// The way around it.
        workaround: String,
        /// Who owns it.
        owner: PersonId,
    },
}

impl EscalationEvent {
    /// Returns the escalation's number.
    pub fn number(&self) -> u32 {
        match *self {
            Self::Raised { escalation, .. }
            | Self::Accepted { escalation, .. }
            | Self::Rejected { escalation, .. }
            | Self::Unanswered { escalation, .. }
            | Self::Insisted { escalation, .. }
            | Self::Agreed { escalation }
            | Self::Answered { escalation, .. }
            | Self::Confirmed { escalation, .. }
            | Self::NotSolved { escalation, .. }
            | Self::KnownError { escalation, .. } => escalation,
        }
    }

    /// Returns the transition that it is; none where it begins.
    pub fn transition(&self) -> Option<EscalationTransition> {
        use EscalationTransition as Happened;
        Some(match self {
            Self::Raised { .. } => return None,
            Self::Accepted { .. } => Happened::Accepted,
            Self::Rejected { .. } => Happened::Rejected,
            Self::Unanswered { .. } => Happened::Unanswered,
            Self::Insisted { .. } => Happened::Insisted,
            Self::Agreed { .. } => Happened::Agreed,
            Self::Answered { .. } => Happened::Answered,
            Self::Confirmed { .. } => Happened::Confirmed,
            Self::NotSolved { .. } => Happened::NotSolved,
            Self::KnownError { .. } => Happened::KnownError,
        })
    }

    /// Returns what it is about.
    pub fn scope(&self) -> Scope {
        Scope::Deployment
    }
}

impl fmt::Display for EscalationEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.number();
        match self {
            Self::Raised { raising, .. } => {
                let Raising { incident, reason, text, side, path, purpose, level, .. } =
                    raising.as_ref();
                let what = match purpose {
                    EscalationPurpose::Real => "raised",
                    EscalationPurpose::Drill => "raised as a drill",
                };
                let way = match path {
                    EscalationPath::Levels => format!("level {} is paged", level + 1),
                    EscalationPath::Bypass => "by a direct call, recorded afterwards".to_owned(),
                };
                let of = incident.map(|it| format!(" for incident {it}")).unwrap_or_default();
                write!(f, "escalation {number}{of} {what} by {side}, {reason}, {way}: {text}")
            }
            Self::Accepted { at, .. } => write!(f, "escalation {number} accepted at {at}"),
            Self::Rejected { reason, .. } => write!(f, "escalation {number} rejected: {reason}"),
            Self::Unanswered { level, due, next, .. } => {
                write!(f, "escalation {number}: level {} did not answer by {due}", level + 1)?;
                match next {
                    Some(next) => write!(f, "; level {} is paged", next.level + 1),
                    None => write!(f, "; there is no further level"),
                }
            }
            Self::Insisted { reason, paged, .. } => {
                let level = paged.level + 1;
                write!(f, "escalation {number} insisted on, level {level} is paged: {reason}")
            }
            Self::Agreed { .. } => write!(f, "escalation {number} closed as rejected"),
            Self::Answered { answer, .. } => {
                write!(f, "escalation {number} answered, {}: {}", answer.kind, answer.text)?;
                match (&answer.release, &answer.rfc) {
                    (Some(release), Some(rfc)) => write!(f, "; release {release} under {rfc}"),
                    (Some(release), None) => write!(f, "; release {release}"),
                    (None, Some(rfc)) => write!(f, "; under {rfc}"),
                    (None, None) => Ok(()),
                }
            }
            Self::Confirmed { article, avoidable, .. } => {
                write!(f, "escalation {number} confirmed")?;
                if let Some(article) = article {
                    write!(f, ", article {article}")?;
                }
                match avoidable {
                    Some(avoidable) => write!(f, ", avoidable: {avoidable}"),
                    None => Ok(()),
                }
            }
            Self::NotSolved { reason, .. } => write!(f, "escalation {number} not solved: {reason}"),
            Self::KnownError { known_error, .. } => {
                let KnownError { workaround, owner } = known_error;
                write!(f, "escalation {number} is a known error of {owner}: {workaround}")
            }
        }
    }
}
