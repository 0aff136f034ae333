//! Incidents as the service desk saw them: how many, how soon acknowledged, how soon restored.
//!
//! "R" in MTTR is restore: for each incident the time from detection to
//! restoration, over its episodes, without the time between them. An incident
//! that is not restored yet has none. Beside each mean stand the count, the
//! median and the 90th percentile, because a mean alone hides the worst day.
//! Times are around the clock, or in support hours where the plan says so; which, is printed.
//!
//! Source: Deploy SMF, Process 3, Table 6: number of incidents.

use super::impact::Question;
use super::intervals::{Interval, Intervals};
use super::measure::{Fraction, MINUTE_MS};
use crate::incident::Attribution;
use crate::support_hours::MeasuredIn;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The digits of a mean in minutes.
const DIGITS: usize = 2;

/// An incident as the desk saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Its name.
    pub id: String,
    /// How severe it was at its worst; 1 is worst.
    pub severity: u8,
    /// When it was opened.
    pub opened_ms: i64,
    /// When it was detected.
    pub detected_ms: Option<i64>,
    /// When a person acknowledged it.
    pub acknowledged_ms: Option<i64>,
    /// When the service was away, from detection to restoration.
    pub episodes: Vec<Episode>,
    /// What became of it.
    pub status: TicketStatus,
    /// To whom it is put down.
    pub cause: Attribution,
    /// The hours in which its clock runs; nothing where it runs around the clock.
    pub hours: Option<Arc<Intervals>>,
}

impl Ticket {
    /// Returns how much of the time from `start_ms` to `end_ms` its clock ran.
    fn ran_ms(&self, start_ms: i64, end_ms: i64) -> i64 {
        match (&self.hours, Interval::new(start_ms, end_ms)) {
            (Some(hours), Some(span)) => hours.shared_ms(span),
            (Some(_), None) => 0,
            (None, _) => end_ms - start_ms,
        }
    }
}

/// A time in which the service was away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Episode {
    /// From when.
    pub start_ms: i64,
    /// Until when; nothing while it is.
    pub restored_ms: Option<i64>,
}

/// What became of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketStatus {
    /// It is being worked on.
    Open,
    /// The service is restored, or more.
    Restored,
    /// It is another one again, or none.
    NotCounted,
}

/// Incidents in figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskFigures {
    /// How many.
    pub count: usize,
    /// How many of each severity that there was.
    pub by_severity: BTreeMap<u8, usize>,
    /// How many are still open.
    pub open: usize,
    /// How many came back after they had been restored.
    pub reopened: usize,
    /// From detection to a person's acknowledgement.
    pub to_acknowledge: Durations,
    /// From detection to restoration.
    pub to_restore: Durations,
    /// In which hours both are measured.
    pub clock: MeasuredIn,
}

/// Returns the figures of the incidents opened in the time in question, as far as they were known.
pub fn figures(tickets: &[Ticket], question: &Question) -> DeskFigures {
    let is_known = |at_ms: i64| at_ms <= question.as_of_ms;
    let mut figures = DeskFigures {
        count: 0,
        by_severity: BTreeMap::new(),
        open: 0,
        reopened: 0,
        to_acknowledge: Durations(vec![]),
        to_restore: Durations(vec![]),
        clock: MeasuredIn::Always,
    };
    for ticket in tickets.iter().filter(|it| is_counted(it, question)) {
        let episodes: Vec<Episode> =
            ticket.episodes.iter().copied().filter(|it| is_known(it.start_ms)).collect();
        let restored: Vec<Option<i64>> =
            episodes.iter().map(|it| it.restored_ms.filter(|at| is_known(*at))).collect();
        let is_away = restored.iter().any(Option::is_none);
        figures.count += 1;
        *figures.by_severity.entry(ticket.severity).or_default() += 1;
        figures.open += usize::from(is_away || ticket.status == TicketStatus::Open);
        figures.reopened += usize::from(episodes.len() > 1);
        let acknowledged = ticket.acknowledged_ms.filter(|it| is_known(*it));
        if let (Some(detected), Some(acknowledged)) = (ticket.detected_ms, acknowledged) {
            figures.to_acknowledge.0.push(ticket.ran_ms(detected, acknowledged));
        }
        if !is_away && !episodes.is_empty() {
            let spans = episodes.iter().zip(restored);
            let spans = spans.filter_map(|(it, end)| Interval::new(it.start_ms, end?));
            let away = Intervals::union_of(spans.collect());
            let ran = away.iter().map(|it| ticket.ran_ms(it.start_ms, it.end_ms));
            figures.to_restore.0.push(ran.sum());
        }
        if ticket.hours.is_some() {
            figures.clock = MeasuredIn::SupportHours;
        }
    }
    figures.to_acknowledge.0.sort_unstable();
    figures.to_restore.0.sort_unstable();
    figures
}

/// Returns whether an incident is one of those asked for.
pub fn is_counted(ticket: &Ticket, question: &Question) -> bool {
    let is_opened_then = question
        .window()
        .is_some_and(|it| it.start_ms <= ticket.opened_ms && ticket.opened_ms < it.end_ms);
    is_opened_then
        && ticket.status != TicketStatus::NotCounted
        && question.causes.hold_incident(ticket.cause)
}

/// Durations in milliseconds, from short to long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Durations(Vec<i64>);

impl Durations {
    /// Returns these durations, sorted.
    pub fn new(mut lengths_ms: Vec<i64>) -> Self {
        lengths_ms.sort_unstable();
        Self(lengths_ms)
    }

    /// Returns how many there are.
    pub fn n(&self) -> usize {
        self.0.len()
    }

    /// Returns their sum, in milliseconds.
    pub fn sum_ms(&self) -> i128 {
        self.0.iter().copied().map(i128::from).sum()
    }

    /// Returns their mean in minutes, as it is printed.
    pub fn mean_min(&self) -> Option<f64> {
        Fraction::new(self.sum_ms(), self.0.len() as i128 * i128::from(MINUTE_MS)).rounded(DIGITS)
    }

    /// Returns the middle one in minutes, or the mean of the two in the middle.
    pub fn median_min(&self) -> Option<f64> {
        let upper = self.0.get(self.0.len() / 2)?;
        let lower = self.0.get((self.0.len() - 1) / 2)?;
        Fraction::new(upper + lower, 2 * MINUTE_MS).rounded(DIGITS)
    }

    /// Returns the shortest one in minutes that at least 90 in 100 do not exceed: nearest rank.
    pub fn p90_min(&self) -> Option<f64> {
        let rank = (self.0.len() * 9).div_ceil(10);
        Fraction::new(*self.0.get(rank.checked_sub(1)?)?, MINUTE_MS).rounded(DIGITS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beside_a_mean_stand_the_median_and_the_nearest_rank() {
        for (minutes, mean, median, p90) in [
            (&[][..], None, None, None),
            (&[7], Some(7.0), Some(7.0), Some(7.0)),
            (&[4, 10, 11, 12, 16, 65], Some(19.67), Some(11.5), Some(65.0)),
            (&[1, 2, 3, 4, 5, 6, 7, 8, 9, 100], Some(14.5), Some(5.5), Some(9.0)),
        ] {
            let durations = Durations::new(minutes.iter().map(|it| it * MINUTE_MS).collect());
            assert_eq!(durations.mean_min(), mean);
            assert_eq!(durations.median_min(), median);
            assert_eq!(durations.p90_min(), p90);
        }
    }
    #[test]
    fn a_night_does_not_count_where_the_clock_runs_in_support_hours() {
        let hour = 60 * MINUTE_MS;
        let span = |from: i64, to: i64| Interval::new(from * hour, to * hour).unwrap();
        let days = Arc::new(Intervals::union_of(vec![span(8, 17), span(32, 41)]));
        let ticket = |hours| Ticket {
            id: "1".to_owned(),
            severity: 3,
            opened_ms: 16 * hour,
            detected_ms: Some(16 * hour),
            acknowledged_ms: Some(33 * hour),
            episodes: vec![Episode { start_ms: 16 * hour, restored_ms: Some(34 * hour) }],
            status: TicketStatus::Restored,
            cause: Attribution::Solution,
            hours,
        };
        let question = Question {
            from_ms: 0,
            to_ms: 48 * hour,
            as_of_ms: 48 * hour,
            causes: super::super::impact::Causes::All,
        };
        for (hours, clock, acknowledged, restored) in [
            (None, MeasuredIn::Always, 17.0, 18.0),
            (Some(days), MeasuredIn::SupportHours, 2.0, 3.0),
        ] {
            let figures = figures(&[ticket(hours)], &question);
            assert_eq!(figures.clock, clock);
            assert_eq!(figures.to_acknowledge.mean_min(), Some(acknowledged * 60.0));
            assert_eq!(figures.to_restore.mean_min(), Some(restored * 60.0));
        }
    }
}
