//! A world: chance, faults, time, computers, the database, and who watches that promises are kept.

use crate::chance::Chance;
use crate::computers::Computers;
use crate::faults::{Fault, Faults};
use crate::plans::Plans;
use crate::process::Process;
use crate::time::Time;
use crate::watch::Watch;
use coordinator::Clock as _;
use record::{Memory, Signer};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How many orders travel with another one where they do: enough for a whole site plan.
const ORDERS_AHEAD: usize = 31;

/// Returns whether workers carry out the orders of the world of `seed`: one world in nine has some.
pub fn has_workers(seed: u64) -> bool {
    seed % 9 == 4
}

/// Everything outside the processes.
pub(crate) struct World {
    pub(crate) time: Arc<Time>,
    pub(crate) memory: Memory,
    /// How many orders may travel with another one: in every other world they go alone.
    pub(crate) orders_ahead: usize,
    pub(crate) plans: &'static Plans,
    inner: Mutex<Inner>,
}

/// What changes under one lock; nobody waits while holding it.
pub(crate) struct Inner {
    pub(crate) chance: Chance,
    pub(crate) faults: Faults,
    pub(crate) is_healed: bool,
    /// By how many seconds the clocks of the servers' computers are ahead of the true time.
    pub(crate) clocks: Vec<Arc<AtomicI64>>,
    /// The processes that live.
    pub(crate) processes: Vec<Arc<Process>>,
    /// Whether workers carry orders out, which lie in the queue until one has them.
    pub(crate) has_workers: bool,
    pub(crate) computers: Computers,
    pub(crate) watch: Watch,
}

impl Inner {
    /// Returns whether anything is under way on a computer, in a process or between two.
    pub(crate) fn is_busy(&self) -> bool {
        self.computers.are_busy()
            || self.processes.iter().any(|it| it.is_at_work())
            || self.has_workers && self.watch.has_orders_out()
    }
}

impl World {
    /// Returns the world of `seed`.
    pub(crate) fn new(seed: u64, keeps_story: bool) -> Arc<Self> {
        let mut chance = Chance::new(seed);
        let faults = Faults::of(seed, &mut chance);
        let time = Arc::new(Time::new());
        let clock = time.clone();
        let memory = Memory::simulated(Signer::from_seed(crate::run::KEY), move || clock.ran_us());
        let orders_ahead = if chance.below(2) == 0 { 0 } else { ORDERS_AHEAD };
        let plans =
            if faults.rate(Fault::PlanReplaced) > 0 { Plans::replaced() } else { Plans::kept() };
        let (computers, watch) = (Computers::default(), Watch::new(keeps_story, orders_ahead));
        let inner = Mutex::new(Inner {
            chance,
            faults,
            is_healed: false,
            clocks: vec![],
            processes: vec![],
            has_workers: has_workers(seed),
            computers,
            watch,
        });
        Arc::new(Self { time, memory, orders_ahead, plans, inner })
    }

    pub(crate) fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether `fault` happens on this occasion.
    pub(crate) fn happens(&self, fault: Fault) -> bool {
        let mut inner = self.inner();
        let rate = inner.faults.rate(fault);
        let happens = inner.chance.happens(rate);
        if happens {
            let now = self.time.now();
            inner.watch.tell(now, || format!("fault: {fault}"));
        }
        happens
    }

    /// Returns a number from `first` to `last`.
    pub(crate) fn between(&self, first: u64, last: u64) -> u64 {
        self.inner().chance.between(first, last)
    }

    /// Waits between `first` and `last` milliseconds.
    pub(crate) async fn pause(&self, first: u64, last: u64) {
        let lasting = self.between(first, last);
        tokio::time::sleep(Duration::from_millis(lasting)).await;
    }

    /// Returns whether all faults have ended.
    pub(crate) fn is_healed(&self) -> bool {
        self.inner().is_healed
    }

    /// Sets the clocks of the servers' computers right.
    pub(crate) fn set_clocks(&self) {
        let inner = self.inner();
        inner.clocks.iter().for_each(|it| it.store(0, Ordering::SeqCst));
    }

    /// Ends all faults: from now on everything must come to its end.
    pub(crate) fn heal(&self) {
        self.set_clocks();
        let now = self.time.now();
        let mut inner = self.inner();
        inner.faults = Faults::none();
        inner.is_healed = true;
        inner.watch.tell(now, || "no more faults".to_owned());
    }
}
