//! What has effects outside the record: computers and probes, as the driver sees them.
//!
//! House rule: effects carry decisions out and make none. The executor is the one
//! that reaches real computers; a simulation puts computers of its own in its place.

use async_trait::async_trait;
use executor::{Cancel, Executor};
use model::order::{Ending, Intent, Outcome, Report};
use model::probe::ProbeCheck;
use std::time::Duration;

/// The most orders that travel with another one of their computer: what a halt has to call back.
const ORDERS_AHEAD: usize = 31;

/// What is told what became of each of several orders, in their order.
pub type Tell<'a> = &'a mut (dyn FnMut(Ending) + Send);

/// Carries out orders and asks probes, many at once.
#[async_trait]
pub trait Effects: Send + Sync {
    /// Carries out an order that nobody can have begun before, and returns what became of it.
    /// May be dropped at any time: the order goes on, and [`Self::resume`] finds it.
    async fn carry_out(&self, intent: &Intent, cancel: &Cancel) -> Report;

    /// Finds an order that may have been handed out before, or begins it, and returns what
    /// became of it.
    async fn resume(&self, intent: &Intent, cancel: &Cancel) -> Report;

    /// Returns how many orders may travel with another one of their computer: none, unless whoever
    /// carries them out says otherwise.
    fn orders_ahead(&self) -> usize {
        0
    }

    /// Carries out orders of one computer, each after the one before it has succeeded, that nobody
    /// can have begun before.
    async fn carry_out_all(&self, orders: &[(Intent, Cancel)], tell: Tell<'_>) {
        for (position, (intent, cancel)) in orders.iter().enumerate() {
            let unwanted = cancel.is_unwanted().filter(|_| position > 0);
            let stops = match unwanted {
                Some(who) => Some((position, format!("it was called back by {who}"))),
                None => {
                    let report = self.carry_out(intent, cancel).await;
                    let why = why_not_on(&report).map(|it| (position + 1, it));
                    tell(Ending::Ended(report));
                    why
                }
            };
            if let Some((first, why)) = stops {
                let left = orders.get(first..).unwrap_or_default();
                left.iter().for_each(|_| tell(Ending::Withheld { why: why.clone() }));
                return;
            }
        }
    }

    /// Finds orders of one computer that may have been handed out together before, and goes on as
    /// [`Self::carry_out_all`] does.
    async fn resume_all(&self, orders: &[(Intent, Cancel)], tell: Tell<'_>) {
        let mut left = orders.iter();
        let mut last = None;
        for (intent, cancel) in left.by_ref() {
            let report = self.resume(intent, cancel).await;
            let why = why_not_on(&report);
            let outcome = report.outcome.clone();
            tell(Ending::Ended(report));
            if let Some(why) = why {
                last = Some((outcome, why));
                break;
            }
        }
        let Some((outcome, why)) = last else { return };
        if matches!(outcome, Outcome::Unknown { .. }) && left.next().is_some() {
            // It may have begun, if the one before had succeeded after all.
            let why = "nobody knows what became of the step before it";
            tell(Ending::Ended(Report::unknown(why)));
        }
        left.for_each(|_| tell(Ending::Withheld { why: why.clone() }));
    }

    /// Asks a probe once.
    ///
    /// # Errors
    ///
    /// With what was found, where it is not well or gave no answer within `limit`.
    async fn probe(&self, check: &ProbeCheck, limit: Duration) -> Result<(), String>;
}

#[async_trait]
impl Effects for Executor {
    async fn carry_out(&self, intent: &Intent, cancel: &Cancel) -> Report {
        Self::carry_out(self, intent, cancel).await
    }

    async fn resume(&self, intent: &Intent, cancel: &Cancel) -> Report {
        Self::resume(self, intent, cancel).await
    }

    fn orders_ahead(&self) -> usize {
        ORDERS_AHEAD
    }

    async fn carry_out_all(&self, orders: &[(Intent, Cancel)], tell: Tell<'_>) {
        Self::carry_out_all(self, orders, tell).await;
    }

    async fn resume_all(&self, orders: &[(Intent, Cancel)], tell: Tell<'_>) {
        Self::resume_all(self, orders, tell).await;
    }

    async fn probe(&self, check: &ProbeCheck, limit: Duration) -> Result<(), String> {
        Self::probe(self, check, limit).await
    }
}

/// Returns why nothing behind an order with this report begins, where that is so.
fn why_not_on(report: &Report) -> Option<String> {
    match report.outcome {
        Outcome::Succeeded { .. } => None,
        Outcome::Failed { .. } | Outcome::Unknown { .. } => {
            Some("the step before it did not succeed".to_owned())
        }
    }
}
