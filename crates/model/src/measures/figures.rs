//! All figures of a time, computed at once from what is measured.
//!
//! House rule: the same functions for a record and for tables; only what they are given differs.

use super::completeness::completeness;
use super::desk::{self, DeskFigures};
use super::downtime::{Ledger, WholeDowntime};
use super::escalating::{self, EscalationFigures};
use super::impact::Question;
use super::measure::{Fraction, Measure};
use super::measured::Measured;
use super::report;
use super::requests::{self, RequestFigures};
use super::weeks::weeks;
use jiff::tz::TimeZone;

/// All figures of a time.
pub struct Figures<'a> {
    /// What they were computed from.
    pub measured: &'a Measured,
    /// What was asked.
    pub question: &'a Question,
    /// Where the times of each site can be looked up.
    pub ledger: Ledger<'a>,
    /// Downtime and availability.
    pub downtime: WholeDowntime,
    /// The desk's incidents, where they are known.
    pub desk: Option<DeskFigures>,
    /// Support issues, where they are known.
    pub requests: Option<RequestFigures>,
    /// Escalations, where they are known.
    pub escalations: Option<EscalationFigures>,
    /// How much of the time is known, where anything is asked.
    pub completeness: Option<Fraction>,
}

impl<'a> Figures<'a> {
    /// Returns the figures of `measured`, with weeks as they are in `zone`.
    pub fn of(measured: &'a Measured, question: &'a Question, zone: &TimeZone) -> Self {
        let Measured { sites, impacts, maintenance, .. } = measured;
        let ledger = Ledger::new(sites, impacts, maintenance, question);
        let weeks = weeks(question.window(), zone);
        Self {
            downtime: ledger.downtime(),
            desk: measured.tickets.as_ref().map(|it| desk::figures(it, question)),
            requests: (measured.requests.as_ref())
                .map(|it| requests::figures(it, sites, question, &weeks)),
            escalations: (measured.escalations.as_ref())
                .map(|it| escalating::figures(it, question, &weeks)),
            completeness: (measured.known.as_ref()).map(|it| completeness(&ledger, sites, it)),
            ledger,
            measured,
            question,
        }
    }

    /// Returns every measure, with its rule and what it is made of.
    pub fn measures(&self) -> Vec<Measure> {
        let mut all = report::of_downtime(&self.downtime);
        let users = self.downtime.users;
        all.extend(self.desk.iter().flat_map(|it| report::of_desk(it, users)));
        all.extend(self.requests.iter().flat_map(report::of_requests));
        let incidents = self.desk.as_ref().map(|it| it.count);
        all.extend(self.escalations.iter().flat_map(|it| report::of_escalations(it, incidents)));
        all.extend(self.measured.coverage.iter().flat_map(|it| report::of_coverage(it)));
        let known = self.completeness.iter();
        all.extend(known.map(|it| report::of_completeness(*it, self.measured.sites.len())));
        all.extend(self.measured.answers.iter().flat_map(|it| report::of_satisfaction(it)));
        all
    }
}
