//! Escalations from operations and support to the project team.
//!
//! An escalation pages one level of the support plan at a time. Each level has its
//! minutes; when they have passed, that is counted as a breach and the next level
//! is paged. The instants are kept with the entries, so that a later plan does not
//! change what was due.
//!
//! Source: Deploy SMF, Process 3, Table 6: the escalation process; Table 2: escalations.

mod event;
mod words;

pub use event::{EscalationAct, EscalationCommand, EscalationEvent, Paged, Raising};
pub use words::{
    AnswerKind, Avoidable, EscalationClosure, EscalationPath, EscalationPurpose, EscalationReason,
};

use crate::evolve::{Happening, Impossible};
use crate::id::{PersonId, RfcId};
use crate::incident::Severity;
use crate::machine::{EscalationState, Transition};
use crate::role_type::RoleType;
use crate::state::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where all of it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Escalations {
    /// Escalations, the first having number 1.
    pub list: Vec<Escalation>,
}

/// One escalation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Escalation {
    /// Its number, from 1.
    pub number: u32,
    /// Where it stands.
    pub state: EscalationState,
    /// Since when.
    pub since: Timestamp,
    /// What was raised.
    pub raising: Raising,
    /// Who raised it.
    pub raised_by: Option<PersonId>,
    /// The level that is paged, from 0, and until when it has to answer.
    pub paged: Paged,
    /// The levels that did not answer in time, and when their time had passed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub breaches: Vec<Breach>,
    /// Who first took it, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Taken>,
    /// Why it was last rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected: Option<String>,
    /// How often it was rejected.
    pub rejections: u32,
    /// How often the side that raised it insisted.
    pub insisted: u32,
    /// What was last answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closure: Option<EscalationClosure>,
    /// The knowledge article that came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// Why it could have been avoided, where somebody said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avoidable: Option<Avoidable>,
    /// The way around it and who owns it, where it ended as a known error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_error: Option<KnownError>,
}

/// A level that did not answer in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breach {
    /// The level, from 0.
    pub level: u8,
    /// When its time had passed.
    pub at: Timestamp,
}

/// Who took an escalation, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Who.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
}

/// What the project answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What kind of answer it is.
    pub kind: AnswerKind,
    /// What was given.
    pub text: String,
    /// The version of the new release, where it is a fix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// The request for change, where it is a fix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rfc: Option<RfcId>,
    /// When.
    pub at: Timestamp,
}

/// What operations live with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownError {
    /// The way around it.
    pub workaround: String,
    /// Who owns it.
    pub owner: PersonId,
}

impl Escalation {
    /// Returns whether it is not closed.
    pub fn is_open(&self) -> bool {
        !EscalationState::RESTING.contains(&self.state)
    }

    /// Returns whether the path was only tried out.
    pub fn is_drill(&self) -> bool {
        self.raising.purpose == EscalationPurpose::Drill
    }

    /// Returns whether somebody of the project was called past the levels.
    pub fn is_bypass(&self) -> bool {
        self.raising.path == EscalationPath::Bypass
    }

    /// Returns whether it was answered before the time of the first level that was paged had
    /// passed.
    pub fn is_answered_in_time(&self) -> bool {
        let target = self.raising.due;
        let answered = self.answer.as_ref().map(|it| it.at);
        self.breaches.is_empty()
            && answered.is_some_and(|at| target.is_none_or(|target| at <= target))
    }

    /// Returns how severe the incident behind it is, where there is one.
    pub fn severity(&self, state: &State) -> Option<Severity> {
        let incident = self.raising.incident.and_then(|it| state.incidents.incident(it));
        incident.map(|it| it.severity)
    }

    /// Returns the role type of the side that raised it.
    pub fn side(&self) -> RoleType {
        self.raising.side
    }
}

impl Escalations {
    /// Returns the escalation of this number.
    pub fn escalation(&self, number: u32) -> Option<&Escalation> {
        self.list.get((number as usize).checked_sub(1)?)
    }

    /// Returns the number that the next escalation gets.
    pub fn next_number(&self) -> u32 {
        u32::try_from(self.list.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// Returns the escalations that are not closed.
    pub fn open(&self) -> impl Iterator<Item = &Escalation> {
        self.list.iter().filter(|it| it.is_open())
    }

    /// Moves on by `event`.
    pub(crate) fn happened(
        &mut self,
        event: &EscalationEvent,
        happening: &Happening,
    ) -> Result<(), Impossible> {
        let at = happening.at;
        if let EscalationEvent::Raised { escalation, raising } = event {
            if *escalation != self.next_number() {
                let why = format!("escalation {escalation} is not the next");
                return Err(Impossible::Order { why });
            }
            self.list.push(Escalation::new(*escalation, raising, happening));
            return Ok(());
        }
        let number = event.number();
        let position = (number as usize).checked_sub(1);
        let it = position.and_then(|position| self.list.get_mut(position));
        let it = it.ok_or_else(|| Impossible::unknown(format!("escalation {number}")))?;
        if let Some(transition) = event.transition() {
            let before = it.state;
            it.state = transition.attempt(number, before)?;
            if it.state != before {
                it.since = at;
            }
        }
        match event {
            EscalationEvent::Raised { .. } => {}
            EscalationEvent::Accepted { at, .. } => {
                let by = happening.by.clone();
                it.accepted.get_or_insert(Taken { by, at: *at });
                it.paged.due = None;
            }
            EscalationEvent::Rejected { reason, .. } => {
                it.rejected = Some(reason.clone());
                it.rejections += 1;
                it.paged.due = None;
            }
            EscalationEvent::Unanswered { level, due, next, .. } => {
                it.breaches.push(Breach { level: *level, at: *due });
                it.paged = next.unwrap_or(Paged { level: *level, due: None });
            }
            EscalationEvent::Insisted { paged, .. } => {
                it.insisted += 1;
                it.paged = *paged;
            }
            EscalationEvent::Agreed { .. } => it.closure = Some(EscalationClosure::RejectionAgreed),
            EscalationEvent::Answered { answer, .. } => it.answer = Some(answer.clone()),
            EscalationEvent::Confirmed { article, avoidable, .. } => {
                it.closure = Some(EscalationClosure::Confirmed);
                it.article.clone_from(article);
                it.avoidable = *avoidable;
            }
            EscalationEvent::NotSolved { .. } => {}
            EscalationEvent::KnownError { known_error, .. } => {
                it.closure = Some(EscalationClosure::KnownError);
                it.known_error = Some(known_error.clone());
            }
        }
        Ok(())
    }
}

impl Escalation {
    fn new(number: u32, raising: &Raising, happening: &Happening) -> Self {
        Self {
            number,
            state: EscalationState::Raised,
            since: happening.at,
            raising: raising.clone(),
            raised_by: happening.by.clone(),
            paged: Paged { level: raising.level, due: raising.due },
            breaches: vec![],
            accepted: None,
            rejected: None,
            rejections: 0,
            insisted: 0,
            answer: None,
            closure: None,
            article: None,
            avoidable: None,
            known_error: None,
        }
    }
}
