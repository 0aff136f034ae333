//! Where the quiet periods stand: the one that runs, and all before it.
//!
//! House rule: one quiet period for the whole project; what is aborted keeps its history.

use super::{CriterionReading, QuietPeriodEvent};
use crate::digest::Digest;
use crate::evolve::{Happening, Impossible};
use crate::id::PersonId;
use crate::machine::{QuietPeriodState, QuietPeriodTransition, Transition};
use crate::milestone::FollowOnAction;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Where all quiet periods stand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct QuietPeriods {
    periods: Vec<QuietPeriod>,
    days: BTreeMap<Date, u64>,
}

/// One quiet period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietPeriod {
    /// Its number, from 1.
    pub number: u32,
    /// Where it stands.
    pub state: QuietPeriodState,
    /// Since when.
    pub since: Timestamp,
    /// When its clock began to run.
    pub start: Timestamp,
    /// When it would have ended if nothing had happened.
    pub nominal_end: Timestamp,
    /// When it ends, or ended.
    pub end: Timestamp,
    /// Its length in calendar days.
    pub length_days: u16,
    /// The least it can be shortened to, in days.
    pub minimum_days: u16,
    /// The release that is watched.
    pub release: Digest,
    /// What put its end on, the first one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<Extension>,
    /// What its criteria read when it was last judged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub criteria: Vec<CriterionReading>,
    /// The facts of its report, frozen when it was completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<serde_json::Value>,
    /// What others follow on with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<FollowOnAction>,
    /// Whether it was accepted although it was not uneventful.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub accepted_as_it_was: bool,
    /// Why, where somebody or something said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// That the end of a quiet period was put on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// How.
    pub how: QuietPeriodTransition,
    /// When it was decided.
    pub at: Timestamp,
    /// Who decided it; nobody where it was the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// The end as it was.
    pub from: Timestamp,
    /// The end as it is.
    pub to: Timestamp,
    /// What did it, in words.
    pub cause: String,
}

/// How much work there was on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DayReport {
    /// The day, in the project's zone.
    pub day: Date,
    /// How many transactions.
    pub transactions: u64,
}

impl fmt::Display for DayReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.day, self.transactions)
    }
}

/// A text is no report of a day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write a day and its transactions, such as 2027-04-06=10234")]
pub struct InvalidDayReport;

impl std::str::FromStr for DayReport {
    type Err = InvalidDayReport;

    fn from_str(text: &str) -> Result<Self, InvalidDayReport> {
        let (day, transactions) = text.split_once('=').ok_or(InvalidDayReport)?;
        let day = day.parse().map_err(|_| InvalidDayReport)?;
        let transactions = transactions.parse().map_err(|_| InvalidDayReport)?;
        Ok(Self { day, transactions })
    }
}

impl QuietPeriods {
    /// Returns all quiet periods, the first one first.
    pub fn all(&self) -> &[QuietPeriod] {
        &self.periods
    }

    /// Returns the last quiet period.
    pub fn last(&self) -> Option<&QuietPeriod> {
        self.periods.last()
    }

    /// Returns the quiet period that runs or is judged.
    pub fn open(&self) -> Option<&QuietPeriod> {
        self.last().filter(|it| match it.state {
            QuietPeriodState::Running | QuietPeriodState::Evaluating => true,
            QuietPeriodState::NotStarted
            | QuietPeriodState::Completed
            | QuietPeriodState::Aborted => false,
        })
    }

    /// Returns the number of the next quiet period.
    pub fn next_number(&self) -> u32 {
        self.last().map_or(1, |it| it.number + 1)
    }

    /// Returns how much work was reported of each day.
    pub fn days(&self) -> &BTreeMap<Date, u64> {
        &self.days
    }

    fn moved(
        &mut self,
        number: u32,
        transition: QuietPeriodTransition,
        at: Timestamp,
    ) -> Result<&mut QuietPeriod, Impossible> {
        let name = format!("{number}");
        let last = self.periods.last_mut().filter(|it| it.number == number);
        let it = last.ok_or_else(|| Impossible::unknown(format!("quiet period {number}")))?;
        it.state = transition.attempt(name, it.state)?;
        it.since = at;
        Ok(it)
    }

    /// Moves on by `event`.
    pub(crate) fn happened(
        &mut self,
        event: &QuietPeriodEvent,
        happening: &Happening,
    ) -> Result<(), Impossible> {
        let (by, at) = (happening.by.clone(), happening.at);
        match event {
            QuietPeriodEvent::Started {
                number,
                start,
                end,
                length_days,
                minimum_days,
                release,
            } => {
                if self.open().is_some() || *number != self.next_number() {
                    let why = format!("quiet period {number} cannot start now");
                    return Err(Impossible::Order { why });
                }
                self.periods.push(QuietPeriod {
                    number: *number,
                    state: QuietPeriodState::Running,
                    since: at,
                    start: *start,
                    nominal_end: *end,
                    end: *end,
                    length_days: *length_days,
                    minimum_days: *minimum_days,
                    release: *release,
                    extensions: vec![],
                    criteria: vec![],
                    facts: None,
                    actions: vec![],
                    accepted_as_it_was: false,
                    reason: None,
                });
            }
            QuietPeriodEvent::Extended { number, transition, from, to, cause } => {
                let it = self.moved(*number, *transition, at)?;
                let (how, from, to, cause) = (*transition, *from, *to, cause.clone());
                it.extensions.push(Extension { how, at, by, from, to, cause });
                it.end = to;
                (it.facts, it.accepted_as_it_was, it.reason) = (None, false, None);
                it.actions.clear();
            }
            QuietPeriodEvent::Ended { number, transition, criteria, reason, .. } => {
                let it = self.moved(*number, *transition, at)?;
                it.criteria.clone_from(criteria);
                it.reason.clone_from(reason);
                it.end = it.end.min(at);
                (it.facts, it.accepted_as_it_was) = (None, false);
                it.actions.clear();
            }
            QuietPeriodEvent::Completed {
                number,
                transition,
                criteria,
                facts,
                actions,
                reason,
                ..
            } => {
                let it = self.moved(*number, *transition, at)?;
                it.criteria.clone_from(criteria);
                it.facts = Some(facts.clone());
                it.actions.clone_from(actions);
                it.reason = reason.clone().or(it.reason.take());
                it.accepted_as_it_was = *transition == QuietPeriodTransition::Accepted;
            }
            QuietPeriodEvent::Aborted { number, cause } => {
                let it = self.moved(*number, QuietPeriodTransition::Aborted, at)?;
                it.reason = Some(cause.clone());
            }
            QuietPeriodEvent::DaysReported { days } => {
                self.days.extend(days.iter().map(|it| (it.day, it.transactions)));
            }
        }
        Ok(())
    }
}
