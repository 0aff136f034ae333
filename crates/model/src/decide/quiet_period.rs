//! Acts on the quiet period: extend, shorten, accept, reset, report.
//!
//! Source: Deploy SMF, "quiet period", Process 3, and Process 4, Table 7; the quiet period's machine.

use super::{Acting, worded};
use crate::event::Event;
use crate::gates::quiet_period as gate;
use crate::guard::{Guard, GuardReading};
use crate::machine::{DeploymentTransition, QuietPeriodState, QuietPeriodTransition, Transition};
use crate::milestone::{FollowOnAction, sent_back, undone};
use crate::quiet_period::{
    DayReport, QuietPeriod, QuietPeriodCommand, QuietPeriodEvent, basis_lost, changed, days_later,
    readings, report,
};
use crate::refusal::{Refusal, RefusalCode, pass};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::sheet::{Sheet, superseded};
use jiff::Timestamp;

/// The most days by which a quiet period is put on at once.
const EXTENSION_DAYS_MAX: u16 = 60;

/// The most days that are reported at once.
const DAYS_REPORTED_MAX: usize = 400;

impl Acting<'_> {
    pub(super) fn quiet_period(&self, command: &QuietPeriodCommand) -> Result<Vec<Event>, Refusal> {
        match command {
            QuietPeriodCommand::Extend { days, reason } => self.extend(*days, reason),
            QuietPeriodCommand::Shorten { reason } => self.shorten(reason),
            QuietPeriodCommand::Accept { actions, reason } => {
                self.accept_as_it_was(actions, reason)
            }
            QuietPeriodCommand::Reset { reason } => {
                let transition = QuietPeriodTransition::Aborted;
                self.quiet_role(transition, "take the basis of the quiet period back")?;
                let reason = worded("the reason", reason)?;
                let period = self.quiet_period_now()?;
                transition.attempt(period.number, period.state)?;
                // What was signed of it is under review: whoever rejects it there says so.
                DeploymentTransition::Reopened
                    .attempt(&self.state.plan.deployment, self.state.deployment)?;
                Ok(undone(self.state, &reason))
            }
            QuietPeriodCommand::ReportDays { days } => self.report_days(days),
        }
    }

    fn quiet_role(
        &self,
        transition: QuietPeriodTransition,
        act: &str,
    ) -> Result<RoleType, Refusal> {
        self.role(transition.authority().roles(), &Scope::Deployment, act)
    }

    fn quiet_period_now(&self) -> Result<&QuietPeriod, Refusal> {
        self.state.quiet_periods.last().ok_or_else(|| {
            let next = "it starts when Deployment Stable is signed";
            Refusal::new(RefusalCode::State, "there is no quiet period yet", next)
        })
    }

    fn extend(&self, days: u16, reason: &str) -> Result<Vec<Event>, Refusal> {
        use QuietPeriodTransition as T;
        let period = self.quiet_period_now()?;
        let transition = match period.state {
            QuietPeriodState::Completed => T::Reopened,
            QuietPeriodState::Evaluating => T::FoundEventful,
            QuietPeriodState::NotStarted
            | QuietPeriodState::Running
            | QuietPeriodState::Aborted => T::Extended,
        };
        self.quiet_role(transition, "extend the quiet period")?;
        transition.attempt(period.number, period.state)?;
        let reason = worded("the reason", reason)?;
        if !(1..=EXTENSION_DAYS_MAX).contains(&days) {
            let text = format!("{days} days are none, or too many at once");
            return Err(Refusal::invalid(text, format!("give 1 to {EXTENSION_DAYS_MAX} days")));
        }
        if transition != T::Reopened
            && let Some(why) = period.review_due(self.state, self.now)
        {
            let text = format!("nobody extends the quiet period again: {why}");
            let next = "accept it as it was, take it back to stabilizing, or terminate";
            return Err(Refusal::new(RefusalCode::State, text, next));
        }
        let mut events = Vec::new();
        if transition == T::Reopened {
            let extended = DeploymentTransition::QuietPeriodExtended;
            extended.attempt(&self.state.plan.deployment, self.state.deployment)?;
            // A review that is in session has the report on a shorter quiet period before it. Whoever
            // has rejected it sends it back in any case.
            events.extend(sent_back(self.state, &reason));
            events.extend(superseded(self.state, &Sheet::QuietPeriodReport));
            events.push(Event::Deployment {
                transition: extended,
                reason: Some(reason.clone()),
                gate: vec![],
            });
        }
        let to = days_later(period.end.max(self.now), days, &self.state.plan.zone);
        let (number, from, cause) = (period.number, period.end, reason);
        let extended = QuietPeriodEvent::Extended { number, transition, from, to, cause };
        events.push(Event::QuietPeriod(extended));
        Ok(events)
    }

    fn shorten(&self, reason: &str) -> Result<Vec<Event>, Refusal> {
        let transition = QuietPeriodTransition::Shortened;
        let roles = transition.authority().roles();
        self.role(roles, &Scope::Deployment, "shorten the quiet period")?;
        let reason = worded("the reason", reason)?;
        let period = self.quiet_period_now()?;
        transition.attempt(period.number, period.state)?;
        let q4 = gate::q4(self.state, period, self.now);
        let reading = self.state.reading(Guard::Q4, &[Scope::Deployment], self.now, q4);
        let gate = pass("shortening the quiet period", vec![reading])?;
        let act = format!("shorten quiet period {}", period.number);
        let (mut events, is_complete) =
            self.concur(&act, roles, self.two_persons(), &Scope::Deployment, Some(&reason))?;
        if is_complete {
            events.push(Event::QuietPeriod(QuietPeriodEvent::Ended {
                number: period.number,
                transition,
                criteria: readings(self.state, period, self.now),
                reason: Some(reason),
                gate,
            }));
        }
        Ok(events)
    }

    fn accept_as_it_was(
        &self,
        actions: &[FollowOnAction],
        reason: &str,
    ) -> Result<Vec<Event>, Refusal> {
        let transition = QuietPeriodTransition::Accepted;
        let roles = transition.authority().roles();
        self.role(roles, &Scope::Deployment, "accept the quiet period as it was")?;
        let reason = worded("the reason", reason)?;
        let period = self.quiet_period_now()?;
        transition.attempt(period.number, period.state)?;
        let readings_of_gate: Vec<GuardReading> =
            vec![gate::q1(self.state, period, self.now), gate::q3(self.state, period, self.now)];
        let gate = pass("accepting the quiet period", readings_of_gate)?;
        let actions: Vec<FollowOnAction> =
            actions.iter().map(|it| self.checked_action(it)).collect::<Result<_, _>>()?;
        let act = format!("accept quiet period {}", period.number);
        let (mut events, is_complete) =
            self.concur(&act, roles, self.two_persons(), &Scope::Deployment, Some(&reason))?;
        if !is_complete && !actions.is_empty() {
            let text = "whoever agrees first agrees, and puts no actions down";
            let next = "agree without them; the one who agrees last gives them all: `--action`";
            return Err(Refusal::new(RefusalCode::State, text, next));
        }
        if is_complete {
            events.push(Event::QuietPeriod(QuietPeriodEvent::Completed {
                number: period.number,
                transition,
                criteria: readings(self.state, period, self.now),
                facts: report(self.state, period, self.now),
                actions,
                reason: Some(reason),
                gate,
            }));
        }
        Ok(events)
    }

    fn report_days(&self, days: &[DayReport]) -> Result<Vec<Event>, Refusal> {
        let roles =
            [RoleType::OperationsManager, RoleType::SupportManager, RoleType::ProductManager];
        self.role(&roles, &Scope::Deployment, "report how much work there was")?;
        if days.is_empty() || days.len() > DAYS_REPORTED_MAX {
            let next = "give days such as 2027-04-06=10234";
            return Err(Refusal::invalid("no day is given, or too many at once", next));
        }
        let today = self.now.to_zoned(self.state.plan.zone.rules()).date();
        if let Some(late) = days.iter().find(|it| it.day >= today) {
            let text = format!("{} is not over in {}", late.day, self.state.plan.zone);
            return Err(Refusal::invalid(text, "report days that are over"));
        }
        Ok(vec![Event::QuietPeriod(QuietPeriodEvent::DaysReported { days: days.to_vec() })])
    }

    /// Returns that the next quiet period runs, from the instant `start`.
    pub(super) fn quiet_period_started(&self, start: Timestamp) -> Event {
        let terms = self.state.quiet_terms();
        Event::QuietPeriod(QuietPeriodEvent::Started {
            number: self.state.quiet_periods.next_number(),
            start,
            end: days_later(start, terms.length_days, &self.state.plan.zone),
            length_days: terms.length_days,
            minimum_days: terms.minimum_days,
            release: self.state.plan.release.digest(),
        })
    }

    /// Returns that the quiet period has ended and its report is signed.
    ///
    /// # Errors
    ///
    /// When its gate is not open, or what it was judged by is no longer so.
    pub(super) fn quiet_period_reported(&self) -> Result<Event, Refusal> {
        let period = self.quiet_period_now()?;
        let lost = basis_lost(self.state, period);
        if let Some(why) = lost.or_else(|| changed(self.state, period, self.now)) {
            let text = format!("the report is no longer of what the quiet period was: {why}");
            let next = "wait until you are asked to sign its next version";
            return Err(Refusal::new(RefusalCode::Gate, text, next));
        }
        let transition = DeploymentTransition::QuietPeriodEnded;
        transition.attempt(&self.state.plan.deployment, self.state.deployment)?;
        let gate =
            pass("the end of the quiet period", gate::readings(self.state, period, self.now))?;
        Ok(Event::Deployment { transition, reason: None, gate })
    }
}
