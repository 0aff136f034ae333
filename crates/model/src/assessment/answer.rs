//! Where a key question stands: answered by the program, by a person, stale or open.
//!
//! House rule: an answer rests on facts, and is stale when they are other facts.

use super::{Answer, KeyQuestion, facts};
use crate::digest::{Digest, canonical_digest};
use crate::state::State;
use serde::Serialize;

/// Where a key question stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The question.
    pub question: KeyQuestion,
    /// Its text.
    pub text: &'static str,
    /// What the program answers from the state, where it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub derived: Option<String>,
    /// What a person answered last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered: Option<Answer>,
    /// Whether the facts have changed since that person answered.
    pub stale: bool,
    /// The digest of the facts that bear on it now.
    pub basis: Digest,
}

impl Standing {
    /// Returns whether it has an answer that holds.
    pub fn is_answered(&self) -> bool {
        self.derived.is_some() || (self.answered.is_some() && !self.stale)
    }
}

/// Returns where `question` stands.
pub fn standing(state: &State, question: KeyQuestion) -> Standing {
    let facts::Facts { derived, basis } = facts::facts(state, question);
    let basis = canonical_digest(&basis);
    let answered = state.assessments.answers.get(&question).cloned();
    let stale = answered.as_ref().is_some_and(|it| it.basis != basis);
    Standing { question, text: question.text(), derived, answered, stale, basis }
}
