//! The one place that reads time.
//!
//! A rehearsal runs on a clock that jumps to the next thing to happen whenever
//! nothing is in flight and nobody is asked; its record says so from its first entry.

use jiff::{SignedDuration, Timestamp};
use model::state::State;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// What tells the time.
pub trait Clock: Send + Sync {
    /// Returns the present instant.
    fn now(&self) -> Timestamp;

    /// Moves on to `at` at once, where this clock can. Returns whether it did.
    fn jump(&self, at: Timestamp) -> bool;
}

/// The computer's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the server's clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn jump(&self, _: Timestamp) -> bool {
        false
    }
}

/// A clock that runs as the real one does, and jumps.
#[derive(Debug)]
pub struct RehearsalClock {
    /// What it said, and when it said so.
    said: Mutex<(Timestamp, Instant)>,
}

impl RehearsalClock {
    /// Returns a clock that begins at `begins`.
    #[expect(clippy::disallowed_methods, reason = "this is the server's clock")]
    pub fn new(begins: Timestamp) -> Self {
        Self { said: Mutex::new((begins, Instant::now())) }
    }
}

impl Clock for RehearsalClock {
    fn now(&self) -> Timestamp {
        let (said, at) = *self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let elapsed = SignedDuration::try_from(at.elapsed()).unwrap_or(SignedDuration::ZERO);
        said.checked_add(elapsed).unwrap_or(said)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the server's clock")]
    fn jump(&self, at: Timestamp) -> bool {
        let now = self.now();
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        *said = (at.max(now), Instant::now());
        true
    }
}

/// Returns the instant of an act in the deployment at `state`: by the system's clock, or, in a
/// rehearsal, that of its last entry.
pub fn act_time(state: &State, system_now: Timestamp) -> Timestamp {
    match state.purpose {
        model::profile::Purpose::Production => system_now.max(state.at),
        model::profile::Purpose::Rehearsal => state.at,
    }
}
