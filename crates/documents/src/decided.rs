//! What people decided, where the state keeps only what came of it: who approved a request for change,
//! of what and when; who ended an escalation; why a lesson was agreed or rejected.
//!
//! House rule: facts name the entries they come from.

use jiff::Timestamp;
use model::close_out::{CloseOutEvent, LessonStanding};
use model::digest::Digest;
use model::event::{Actor, Entry, Event};
use model::id::{PersonId, RfcId, Seq};
use model::machine::RfcTransition;
use model::state::State;
use std::collections::BTreeMap;

/// What people decided, as it was read of the record.
#[derive(Clone, Debug, Default)]
pub(crate) struct Decided {
    approvals: BTreeMap<RfcId, Vec<Approval>>,
    authorised: BTreeMap<RfcId, Act>,
    ends: BTreeMap<u32, Act>,
    lessons: BTreeMap<u32, Vec<Ruling>>,
}

/// Who did something, and when; nobody where the program did by itself.
#[derive(Clone, Debug)]
pub(crate) struct Act {
    pub(crate) seq: Seq,
    pub(crate) at: Timestamp,
    pub(crate) by: Option<PersonId>,
}

/// An approval of a request for change.
#[derive(Clone, Debug)]
pub(crate) struct Approval {
    pub(crate) act: Act,
    /// The digest of the part of the plan that is approved.
    pub(crate) part: Digest,
    pub(crate) conditions: Option<String>,
}

/// What was decided about a lesson, and why.
#[derive(Clone, Debug)]
pub(crate) struct Ruling {
    pub(crate) act: Act,
    pub(crate) standing: LessonStanding,
    pub(crate) reason: String,
}

impl Act {
    fn of(entry: &Entry) -> Self {
        let by = match &entry.actor {
            Actor::System => None,
            Actor::Person { person, .. } => Some(person.clone()),
        };
        Self { seq: entry.seq, at: entry.at, by }
    }
}

impl Decided {
    /// Notes an entry, with the state that it led to.
    pub(crate) fn note(&mut self, state: &State, entry: &Entry) {
        if let Event::RfcApproved { rfc, part, conditions, .. } = &entry.event {
            let (act, conditions) = (Act::of(entry), conditions.clone());
            let approval = Approval { act, part: *part, conditions };
            self.approvals.entry(rfc.clone()).or_default().push(approval);
        }
        if let Event::Rfc { rfc, transition, .. } = &entry.event {
            self.note_request(rfc, *transition, entry);
        }
        if let Event::Escalation(event) = &entry.event {
            let number = event.number();
            let found = state.escalations.escalation(number);
            if found.is_some_and(|it| it.closure.is_some()) {
                self.ends.entry(number).or_insert_with(|| Act::of(entry));
            }
        }
        if let Event::CloseOut(CloseOutEvent::LessonDecided { number, standing, reason }) =
            &entry.event
        {
            let (act, reason) = (Act::of(entry), reason.clone());
            let ruling = Ruling { act, standing: *standing, reason };
            self.lessons.entry(*number).or_default().push(ruling);
        }
    }

    fn note_request(&mut self, rfc: &RfcId, transition: RfcTransition, entry: &Entry) {
        use RfcTransition as T;
        let ends = [T::Submitted, T::AuthorisationVoided, T::AuthorisationExpired];
        if matches!(transition, T::Authorised | T::EmergencyAuthorised | T::StandardMatched) {
            self.authorised.insert(rfc.clone(), Act::of(entry));
        } else if ends.contains(&transition) {
            self.authorised.remove(rfc);
        }
    }

    /// Returns the approvals of a request for change that count, which are its last `count`: whatever
    /// was approved before is void.
    pub(crate) fn approvals(&self, rfc: &RfcId, count: usize) -> &[Approval] {
        let all = self.approvals.get(rfc).map(Vec::as_slice).unwrap_or_default();
        all.get(all.len().saturating_sub(count)..).unwrap_or_default()
    }

    /// Returns what authorised a request for change that is authorised.
    pub(crate) fn authorised(&self, rfc: &RfcId) -> Option<&Act> {
        self.authorised.get(rfc)
    }

    /// Returns what ended an escalation.
    pub(crate) fn end_of(&self, escalation: u32) -> Option<&Act> {
        self.ends.get(&escalation)
    }

    /// Returns what was decided about a lesson, in order.
    pub(crate) fn lesson(&self, number: u32) -> &[Ruling] {
        self.lessons.get(&number).map(Vec::as_slice).unwrap_or_default()
    }
}
