//! Escalations: how often operations and support had to ask the project team, and how soon it took
//! and answered them. Drills are counted apart.
//!
//! Source: Deploy SMF, Table 2: "Number of support escalations from operations and support teams".

use super::desk::Durations;
use super::impact::Question;
use super::measure::Fraction;
use super::weeks::{Week, week_of};
use crate::escalation::{EscalationPath, EscalationPurpose, EscalationReason};
use std::collections::BTreeMap;

/// An escalation as it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raised {
    /// Its name.
    pub id: String,
    /// When it was raised.
    pub raised_ms: i64,
    /// How severe the incident behind it was at its worst; nothing where there is none.
    pub severity: Option<u8>,
    /// Why the side that raised it could not do it.
    pub cause: EscalationReason,
    /// What it was for.
    pub purpose: EscalationPurpose,
    /// The way it came.
    pub path: EscalationPath,
    /// Until when somebody had to take it.
    pub due_ms: Option<i64>,
    /// When somebody took it.
    pub accepted_ms: Option<i64>,
    /// When it was answered.
    pub answered_ms: Option<i64>,
    /// How often it was rejected.
    pub rejections: u32,
    /// How often the side that raised it insisted.
    pub insisted: u32,
    /// Whether it could have been avoided.
    pub avoidable: bool,
}

/// Escalations in figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EscalationFigures {
    /// How many.
    pub count: usize,
    /// How many times the path was only tried out.
    pub drills: usize,
    /// How many in each week.
    pub by_week: Vec<(Week, usize)>,
    /// How many of each severity; nothing where no incident was behind them.
    pub by_severity: BTreeMap<Option<u8>, usize>,
    /// How many for each cause.
    pub by_cause: BTreeMap<EscalationReason, usize>,
    /// How many were taken.
    pub accepted: usize,
    /// How many were rejected at some time.
    pub rejected: usize,
    /// In how many the side that raised them insisted.
    pub insisted: usize,
    /// How many came past the levels.
    pub bypassing: usize,
    /// How many could have been avoided.
    pub avoidable: usize,
    /// How many had a time in which to be taken.
    pub timed: usize,
    /// How many of these were taken in it.
    pub in_time: usize,
    /// From being raised to being taken.
    pub to_accept: Durations,
    /// From being raised to being answered.
    pub to_answer: Durations,
}

impl EscalationFigures {
    /// Returns how many there were per 100 of so many incidents.
    pub fn per_100_incidents(&self, incidents: usize) -> Fraction {
        Fraction::new(self.count as i128 * 100, incidents as i128)
    }
}

/// Returns the figures of the escalations raised in the time in question, as far as they were known.
pub fn figures(raised: &[Raised], question: &Question, weeks: &[Week]) -> EscalationFigures {
    let known = |at: Option<i64>| at.filter(|it| *it <= question.as_of_ms);
    let in_window = |it: &&Raised| {
        let window = question.window();
        window.is_some_and(|window| window.start_ms <= it.raised_ms && it.raised_ms < window.end_ms)
    };
    let mut figures = EscalationFigures {
        count: 0,
        drills: 0,
        by_week: weeks.iter().map(|it| (*it, 0)).collect(),
        by_severity: BTreeMap::new(),
        by_cause: BTreeMap::new(),
        accepted: 0,
        rejected: 0,
        insisted: 0,
        bypassing: 0,
        avoidable: 0,
        timed: 0,
        in_time: 0,
        to_accept: Durations::new(vec![]),
        to_answer: Durations::new(vec![]),
    };
    let (mut to_accept, mut to_answer) = (vec![], vec![]);
    for it in raised.iter().filter(in_window) {
        if it.purpose == EscalationPurpose::Drill {
            figures.drills += 1;
            continue;
        }
        figures.count += 1;
        *figures.by_severity.entry(it.severity).or_default() += 1;
        *figures.by_cause.entry(it.cause).or_default() += 1;
        if let Some(week) = week_of(weeks, it.raised_ms)
            && let Some((_, count)) = figures.by_week.get_mut(week)
        {
            *count += 1;
        }
        let (accepted, answered) = (known(it.accepted_ms), known(it.answered_ms));
        to_accept.extend(accepted.map(|at| at - it.raised_ms));
        to_answer.extend(answered.map(|at| at - it.raised_ms));
        let taken = accepted.into_iter().chain(answered).min();
        figures.accepted += usize::from(taken.is_some());
        figures.rejected += usize::from(it.rejections > 0);
        figures.insisted += usize::from(it.insisted > 0);
        figures.bypassing += usize::from(it.path == EscalationPath::Bypass);
        figures.avoidable += usize::from(it.avoidable);
        if let Some(due) = it.due_ms {
            figures.timed += 1;
            figures.in_time += usize::from(taken.is_some_and(|at| at <= due));
        }
    }
    figures.to_accept = Durations::new(to_accept);
    figures.to_answer = Durations::new(to_answer);
    figures
}
