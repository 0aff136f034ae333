//! Whom somebody asks to have forgotten, and what the state knows no more from then on.
//!
//! House rule: a person who was forgotten is a short name, and an incident's reporter not even that.

use crate::as_text::as_text;
use crate::digest::Digest;
use crate::event::Event;
use crate::evolve::{Happening, Impossible};
use crate::history::HistoryEvent;
use crate::id::{InvalidName, PersonId};
use crate::incident::{IncidentEvent, Incidents};
use crate::private::{Openings, Private};
use crate::state::State;
use jiff::Timestamp;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Whose a private value is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, schemars::JsonSchema)]
#[schemars(with = "String")]
pub enum Whom {
    /// A person of the plan.
    Person(PersonId),
    /// Whoever reported the incident with this number.
    ReporterOf(u32),
    /// Whoever gave the feedback with this number.
    GiverOf(u32),
}

as_text!(Whom, |it, serializer| serializer.collect_str(it));

impl fmt::Display for Whom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(id) => f.pad(id.as_str()),
            Self::ReporterOf(incident) => f.pad(&format!("incident/{incident}")),
            Self::GiverOf(feedback) => f.pad(&format!("feedback/{feedback}")),
        }
    }
}

/// A text names nobody who could be forgotten.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` names nobody: write a short name, or `incident/12` or `feedback/3` for who is behind it"
)]
pub struct InvalidWhom {
    /// What was given.
    pub text: String,
}

impl FromStr for Whom {
    type Err = InvalidWhom;

    fn from_str(text: &str) -> Result<Self, InvalidWhom> {
        let invalid = || InvalidWhom { text: text.chars().take(80).collect() };
        let number = |it: &str| it.parse().map_err(|_| invalid());
        match text.split_once('/') {
            Some(("incident", it)) => number(it).map(Self::ReporterOf),
            Some(("feedback", it)) => number(it).map(Self::GiverOf),
            _ => text.parse().map(Self::Person).map_err(|_: InvalidName| invalid()),
        }
    }
}

/// Returns whom `event` has forgotten.
pub fn forgotten(event: &Event) -> impl Iterator<Item = Whom> {
    let whom = if let Event::History(HistoryEvent::PersonForgotten { person, also, .. }) = event {
        Some([person].into_iter().chain(also).cloned())
    } else {
        None
    };
    whom.into_iter().flatten()
}

/// Returns who is behind what was reported, where `event` is a report, and what it says of them.
pub fn reported(event: &mut Event) -> Option<(Whom, &mut Private<String>)> {
    if let Event::Incident(IncidentEvent::Opened { incident, opening }) = event {
        Some((Whom::ReporterOf(*incident), opening.reporter.as_mut()?))
    } else if let Event::Incident(IncidentEvent::FeedbackReceived { feedback, from, .. }) = event {
        Some((Whom::GiverOf(*feedback), from))
    } else {
        None
    }
}

impl State {
    /// Returns what is known of whoever is behind incidents and feedback.
    pub fn reporters(&self) -> impl Iterator<Item = (Whom, &Private<String>)> {
        let incidents = self.incidents.list.iter();
        let reporters =
            incidents.filter_map(|it| Some((Whom::ReporterOf(it.number), it.reporter.as_ref()?)));
        let givers = (1..).zip(&self.incidents.feedback);
        reporters.chain(givers.map(|(number, it)| (Whom::GiverOf(number), &it.from)))
    }

    fn reporters_mut(&mut self) -> impl Iterator<Item = (Whom, &mut Private<String>)> {
        let Incidents { list, feedback, .. } = &mut *self.incidents;
        let reporters = list
            .iter_mut()
            .filter_map(|it| Some((Whom::ReporterOf(it.number), it.reporter.as_mut()?)));
        let givers = (1..).zip(feedback);
        reporters.chain(givers.map(|(number, it)| (Whom::GiverOf(number), &mut it.from)))
    }

    /// Returns the commitments in what was reported.
    pub fn commitments(&self) -> Vec<Digest> {
        self.reporters().filter_map(|(_, it)| it.sealed()).collect()
    }

    /// Opens what is sealed of whoever reported something, as far as `openings` has it.
    pub fn open(&mut self, openings: &Openings) {
        self.reporters_mut().for_each(|(_, it)| it.open(openings));
    }

    /// Returns the state as whoever sees it who is told nothing private.
    #[must_use]
    pub fn without_private(mut self) -> Self {
        let people = &mut Arc::make_mut(&mut self.plan).people;
        people.iter_mut().for_each(|it| it.private.close());
        self.reporters_mut().for_each(|(_, it)| it.close());
        self
    }

    /// Moves on by what happened to the record's own history.
    pub(crate) fn history_happened(
        &mut self,
        event: &HistoryEvent,
        happening: &Happening,
    ) -> Result<(), Impossible> {
        self.history.happened(event, happening)?;
        if let HistoryEvent::PersonForgotten { person, also, .. } = event {
            let whom: Vec<&Whom> = [person].into_iter().chain(also).collect();
            self.forget(&whom, happening.at);
        }
        Ok(())
    }

    /// Knows nothing private of `whom` any more: it is gone from the record.
    fn forget(&mut self, whom: &[&Whom], at: Timestamp) {
        let reporters = self.reporters_mut();
        reporters.filter(|(of, _)| whom.contains(&of)).for_each(|(_, it)| it.close());
        for whom in whom {
            let Whom::Person(person) = whom else { continue };
            if self.person(person).is_some_and(|it| it.private.value().is_some()) {
                let people = &mut Arc::make_mut(&mut self.plan).people;
                people.iter_mut().filter(|it| it.id == *person).for_each(|it| it.private.close());
            }
            self.messages.forget_reader(person, at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_is_written_and_read_the_same_way() {
        for text in ["ann", "incident/12", "feedback/3"] {
            assert_eq!(text.parse::<Whom>().map(|it| it.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "incident/", "incident/x", "site/B27", "Ann Ash"] {
            assert!(text.parse::<Whom>().is_err(), "{text}");
        }
    }
}
