//! What has effects outside the record: computers and probes, as the driver sees them.
//!
//! House rule: effects carry decisions out and make none. The executor is the one
//! that reaches real computers; a simulation puts computers of its own in its place.

use async_trait::async_trait;
use executor::{Cancel, Executor};
use model::order::{Intent, Report};
use model::probe::ProbeCheck;
use std::time::Duration;

/// Carries out orders and asks probes, many at once.
#[async_trait]
pub trait Effects: Send + Sync {
    /// Carries out an order that nobody can have begun before, and returns what became of it.
    /// May be dropped at any time: the order goes on, and [`Self::resume`] finds it.
    async fn carry_out(&self, intent: &Intent, cancel: &Cancel) -> Report;

    /// Finds an order that may have been handed out before, or begins it, and returns what
    /// became of it.
    async fn resume(&self, intent: &Intent, cancel: &Cancel) -> Report;

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

    async fn probe(&self, check: &ProbeCheck, limit: Duration) -> Result<(), String> {
        Self::probe(self, check, limit).await
    }
}
