//! Time in a world: one clock for all, which runs with the scheduler and is moved on whenever
//! nothing happens until something is due.

use crate::world::World;
use coordinator::Clock;
use coordinator::clock::SteadyClock;
use jiff::{SignedDuration, Timestamp};
use model::history::ClockDoubt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// When every world begins: a Monday morning.
const BEGINS: &str = "2027-01-04T08:00:00Z";

/// The clock of a world.
pub(crate) struct Time {
    begun: Timestamp,
    started: tokio::time::Instant,
    inner: Mutex<Inner>,
}

struct Inner {
    /// By how much it was moved on so far.
    jumped: SignedDuration,
    /// When the next person does something: time never jumps past it.
    next_act: Option<Timestamp>,
}

impl Time {
    pub(crate) fn new() -> Self {
        let begun = BEGINS.parse().expect("because it is written as one");
        let inner = Inner { jumped: SignedDuration::ZERO, next_act: None };
        Self { begun, started: tokio::time::Instant::now(), inner: Mutex::new(inner) }
    }

    /// Returns how many microseconds the scheduler has run: the database's clock.
    pub(crate) fn ran_us(&self) -> i64 {
        i64::try_from(self.started.elapsed().as_micros()).unwrap_or(i64::MAX)
    }

    /// Says when the next person does something.
    pub(crate) fn acts_at(&self, next: Option<Timestamp>) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).next_act = next;
    }
}

impl Clock for Time {
    fn now(&self) -> Timestamp {
        let jumped = self.inner.lock().unwrap_or_else(PoisonError::into_inner).jumped;
        let ran = SignedDuration::from_micros(self.ran_us());
        self.begun.checked_add(jumped.saturating_add(ran)).unwrap_or(Timestamp::MAX)
    }

    fn jump(&self, at: Timestamp) -> bool {
        let now = self.now();
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let to = inner.next_act.map_or(at, |act| at.min(act));
        if to <= now {
            return false;
        }
        inner.jumped = inner.jumped.saturating_add(to.duration_since(now));
        true
    }
}

/// The clock of a server's computer: it can be wrong, and the server has to notice.
pub(crate) struct ServerClock {
    world: Arc<World>,
    steady: SteadyClock,
}

impl ServerClock {
    /// Returns the clock of a server that is started now, `wrong_by_s` seconds ahead of the true time.
    pub(crate) fn new(world: &Arc<World>, wrong_by_s: &Arc<AtomicI64>) -> Self {
        let (wall, elapsed, wrong) = (world.time.clone(), world.time.clone(), wrong_by_s.clone());
        let steady = SteadyClock::new(
            move || {
                let by = SignedDuration::from_secs(wrong.load(Ordering::SeqCst));
                wall.now().saturating_add(by).unwrap_or(Timestamp::MAX)
            },
            move || elapsed.now().duration_since(elapsed.begun),
        );
        Self { world: world.clone(), steady }
    }
}

impl Clock for ServerClock {
    fn now(&self) -> Timestamp {
        self.steady.now()
    }

    fn jump(&self, at: Timestamp) -> bool {
        // A server that stood still does not know what another one has begun meanwhile.
        if self.world.inner().is_busy() {
            return false;
        }
        // What the server waits for is as far away as it believes.
        let (away, time) = (at.duration_since(self.now()), &self.world.time);
        time.now().checked_add(away).is_ok_and(|at| time.jump(at))
    }

    fn doubt(&self) -> Option<ClockDoubt> {
        self.steady.doubt()
    }

    fn accept(&self, looked_at: &ClockDoubt) {
        self.steady.accept(looked_at);
    }
}
