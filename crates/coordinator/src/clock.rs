//! The one place that reads time.
//!
//! A clock that is set wrong would open windows, end quiet periods, and stamp entries that no later
//! one can be before. So the server goes by the time that has gone by, compares the clock with it,
//! and says so in the record where they differ: nothing begins until they agree, or somebody has
//! looked.
//!
//! A rehearsal runs on a clock that jumps to the next thing to happen whenever
//! nothing is in flight and nobody is asked; its record says so from its first entry.

use jiff::{SignedDuration, Timestamp};
use model::event::Event;
use model::history::{ClockDoubt, HistoryEvent};
use model::state::State;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// What tells the time.
pub trait Clock: Send + Sync {
    /// Returns the present instant.
    fn now(&self) -> Timestamp;

    /// Moves on to `at` at once, where this clock can. Returns whether it did.
    fn jump(&self, at: Timestamp) -> bool;

    /// Returns what makes it doubtful what time it is, if anything does.
    fn doubt(&self) -> Option<ClockDoubt> {
        None
    }

    /// Goes on from what it says now, where that is still the doubt that somebody has looked at: it is
    /// right. A clock that has jumped again since is another matter.
    fn accept(&self, _: &ClockDoubt) {}
}

/// By how much a clock may differ from the time that has gone by: the server adopts what it says, as
/// time servers put it right. More is a jump.
pub const TOLERANCE: SignedDuration = SignedDuration::from_secs(120);

/// Where the time since the computer was started is read, what it slept through included.
const UPTIME: &str = "/proc/uptime";

/// A clock that can be set, watched: it goes by the time that has gone by since it was last right.
pub struct SteadyClock {
    wall: Box<dyn Fn() -> Timestamp + Send + Sync>,
    elapsed: Box<dyn Fn() -> SignedDuration + Send + Sync>,
    /// When it was last right, and what had gone by then.
    right: Mutex<(Timestamp, SignedDuration)>,
}

impl SteadyClock {
    /// Returns a clock that says what `wall` says, as long as that agrees with what has `elapsed`.
    pub fn new(
        wall: impl Fn() -> Timestamp + Send + Sync + 'static,
        elapsed: impl Fn() -> SignedDuration + Send + Sync + 'static,
    ) -> Self {
        let right = Mutex::new((wall(), elapsed()));
        Self { wall: Box::new(wall), elapsed: Box::new(elapsed), right }
    }

    /// Returns the computer's own clock.
    #[expect(clippy::disallowed_methods, reason = "this is the server's clock")]
    pub fn of_this_computer() -> Self {
        let began = Instant::now();
        let elapsed = move || {
            let uptime = std::fs::read_to_string(UPTIME).ok();
            let seconds = uptime.as_deref().and_then(|it| it.split(' ').next()?.parse().ok());
            seconds.and_then(|it: f64| SignedDuration::try_from_secs_f64(it).ok()).unwrap_or_else(
                || SignedDuration::try_from(began.elapsed()).unwrap_or(SignedDuration::MAX),
            )
        };
        Self::new(Timestamp::now, elapsed)
    }

    /// Returns the time by what has gone by, and what the clock says where that is something else.
    fn read(&self) -> (Timestamp, Option<Timestamp>) {
        let (wall, elapsed) = ((self.wall)(), (self.elapsed)());
        let mut right = self.right.lock().unwrap_or_else(PoisonError::into_inner);
        let expected = right.0.checked_add(elapsed - right.1).unwrap_or(wall);
        if wall.duration_since(expected).abs() > TOLERANCE {
            return (expected, Some(wall));
        }
        *right = (wall, elapsed);
        (wall, None)
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> Timestamp {
        self.read().0
    }

    fn jump(&self, _: Timestamp) -> bool {
        false
    }

    fn doubt(&self) -> Option<ClockDoubt> {
        let (expected, said) = self.read();
        said.map(|said| ClockDoubt { said, expected })
    }

    fn accept(&self, looked_at: &ClockDoubt) {
        let (wall, elapsed) = ((self.wall)(), (self.elapsed)());
        let mut right = self.right.lock().unwrap_or_else(PoisonError::into_inner);
        let expected = right.0.checked_add(elapsed - right.1).unwrap_or(wall);
        let since = wall.duration_since(expected) - looked_at.ahead();
        if since.abs() <= TOLERANCE {
            *right = (wall, elapsed);
        }
    }
}

/// What a server has seen of its clock.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Whether it was wrong.
    was_wrong: bool,
    /// What it last said of its own clock: people who have looked at another server's have not looked at it.
    doubted: Option<ClockDoubt>,
    /// How often people had said that it is right.
    accepted: Option<u32>,
}

impl Seen {
    /// Returns what is to be said of `clock` in `state`, if anything: that it cannot be relied on, or
    /// that it is right again.
    pub(crate) fn look(&mut self, clock: &dyn Clock, state: &State) -> Option<Event> {
        let accepted = state.history.clocks_accepted;
        if self.accepted.replace(accepted).is_some_and(|it| it < accepted) {
            let looked_at = state.history.clock_accepted.as_ref();
            if let Some(looked_at) = looked_at.filter(|it| self.doubted.as_ref() == Some(it)) {
                clock.accept(looked_at);
            }
            self.was_wrong = false;
        }
        let now = clock.now();
        let is_behind = state.at.duration_since(now) > TOLERANCE;
        let behind = is_behind.then_some(ClockDoubt { said: now, expected: state.at });
        match (clock.doubt().or(behind), &state.history.clock) {
            (Some(doubt), None) => {
                self.was_wrong = true;
                self.doubted = Some(doubt.clone());
                Some(Event::History(HistoryEvent::ClockDoubted { doubt }))
            }
            // One that another server doubted, or this one before it was started anew, may be right by
            // accident: then a person has to look.
            (None, Some(_)) if self.was_wrong => {
                Some(Event::History(HistoryEvent::ClockSettled { said: now }))
            }
            (Some(_), Some(_)) => {
                self.was_wrong = true;
                None
            }
            (None, _) => None,
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    #[test]
    fn a_clock_that_is_put_right_is_followed_and_one_that_jumps_is_not() {
        let begins: Timestamp = "2027-03-01T12:00:00Z".parse().unwrap();
        let (wall, elapsed) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicI64::new(0)));
        let (said, gone) = (wall.clone(), elapsed.clone());
        let clock = SteadyClock::new(
            move || begins + SignedDuration::from_secs(said.load(Ordering::SeqCst)),
            move || SignedDuration::from_secs(gone.load(Ordering::SeqCst)),
        );
        let day = 86_400;
        for (what, says, after, is_read_as, is_doubted) in [
            ("it runs", 100, 100, 100, false),
            ("it is put right by a minute", 260, 200, 260, false),
            ("it jumps twenty days ahead", 20 * day, 300, 360, true),
            ("it has come back", 470, 400, 470, false),
            ("it jumps ten days back", -10 * day, 500, 570, true),
        ] {
            wall.store(says, Ordering::SeqCst);
            elapsed.store(after, Ordering::SeqCst);
            let read = clock.now().duration_since(begins).as_secs();
            assert_eq!((read, clock.doubt().is_some()), (is_read_as, is_doubted), "{what}");
        }
        let looked_at = clock.doubt().unwrap();
        wall.store(20 * day, Ordering::SeqCst);
        clock.accept(&looked_at);
        assert_eq!(clock.now().duration_since(begins).as_secs(), 570, "it has jumped again since");
        wall.store(30 - 10 * day, Ordering::SeqCst);
        elapsed.store(530, Ordering::SeqCst);
        clock.accept(&looked_at);
        assert_eq!(clock.now().duration_since(begins).as_secs(), 30 - 10 * day, "it is as it was");
        assert_eq!(clock.doubt(), None);
    }
}
