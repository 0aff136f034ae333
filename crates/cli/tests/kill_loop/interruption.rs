//! How a deployment is interrupted.

use super::World;
use crate::support::{kill, look_again};
use model::id::Seq;
use std::collections::BTreeMap;
use std::fmt;
use std::process::{Child, Command};

/// The most looks at a record that does not move: a server in the middle of something very long.
const LOOKS_MAX: usize = 20_000;
/// The most looks at a server beside one that stands still, perhaps in the middle of a transaction.
const LOOKS_BESIDE_MAX: usize = 600;
/// The most further looks before a process is killed, so that it dies anywhere.
const FURTHER_LOOKS: u64 = 2_000;
/// The most entries that a server writes while the one before it stands still.
const ENTRIES_MEANWHILE: u64 = 10;

/// What happens to the server, its workers or its database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Interruption {
    /// The server is killed.
    Killed,
    /// The server stands still, somebody tries to start it again meanwhile, and it wakes up.
    Frozen,
    /// The database server is killed with all its processes, and started again.
    DatabaseKilled,
    /// A worker is killed, and started again.
    WorkerKilled,
    /// A worker stands still, perhaps past its lease, and wakes up.
    WorkerFrozen,
}

impl World {
    /// Returns what happens next, by chance.
    pub(crate) fn draw(&mut self) -> Interruption {
        match self.chance.below(20) {
            0..=2 => Interruption::Frozen,
            3 | 4 if self.cluster.is_some() => Interruption::DatabaseKilled,
            5 if self.hands.count() > 0 => Interruption::WorkerFrozen,
            6..=13 if self.hands.count() > 0 => Interruption::WorkerKilled,
            _ => Interruption::Killed,
        }
    }

    /// Lets a server write some entries, and interrupts. Returns whether it did: a server that has
    /// nothing more to do without people ends by itself.
    pub(crate) async fn interrupt(&mut self, interruption: Interruption, entries: u64) -> bool {
        let mut server = self.hands.serve(&self.site);
        if !self.writes(&mut server, entries, LOOKS_MAX).await {
            return false;
        }
        match interruption {
            Interruption::Killed => kill(&mut server),
            Interruption::Frozen => {
                signal("STOP", &server);
                let later_self = self.hands.serve(&self.site);
                self.wakes_beside(server, later_self).await;
            }
            Interruption::DatabaseKilled => {
                self.cluster.as_mut().unwrap().kill_and_start_again();
                if self.chance.below(2) == 0 {
                    kill(&mut server);
                }
                server.wait().unwrap();
            }
            Interruption::WorkerKilled => {
                let which = self.one_worker();
                self.hands.kill_and_start_again(which, &self.site);
                self.writes_a_little(&mut server).await;
                kill(&mut server);
            }
            Interruption::WorkerFrozen => {
                let which = self.one_worker();
                signal("STOP", self.hands.worker(which));
                self.writes_a_little(&mut server).await;
                if self.chance.below(2) == 0 {
                    self.somebody_is_silent().await;
                }
                signal("CONT", self.hands.worker(which));
                self.writes_a_little(&mut server).await;
                kill(&mut server);
            }
        }
        true
    }

    fn one_worker(&mut self) -> usize {
        let workers = self.hands.count() as u64;
        usize::try_from(self.chance.below(workers)).unwrap()
    }

    async fn writes_a_little(&mut self, server: &mut Child) {
        let entries = 1 + self.chance.below(ENTRIES_MEANWHILE);
        self.writes(server, entries, LOOKS_BESIDE_MAX).await;
    }

    /// Waits until the lease of a worker is over.
    async fn somebody_is_silent(&self) {
        for _ in 0..LOOKS_MAX {
            if self.site.record.workers().await.unwrap().iter().any(|it| it.is_silent) {
                return;
            }
            look_again().await;
        }
        panic!("no lease ever ended (seed {})", self.seed);
    }

    /// Lets `other` write some entries while `frozen` stands still, wakes `frozen`, lets both go on
    /// for a moment and kills both.
    async fn wakes_beside(&mut self, mut frozen: Child, mut other: Child) {
        self.writes_a_little(&mut other).await;
        signal("CONT", &frozen);
        for _ in 0..self.chance.below(FURTHER_LOOKS) {
            tokio::task::yield_now().await;
        }
        look_again().await;
        kill(&mut other);
        kill(&mut frozen);
    }

    /// Waits until a server has written `entries`, for so many looks at most, and some random time
    /// longer. False where it ended before.
    async fn writes(&mut self, server: &mut Child, entries: u64, looks: usize) -> bool {
        let end: Seq = self.head().await + entries;
        for _ in 0..looks {
            if server.try_wait().unwrap().is_some() {
                return false;
            }
            if self.head().await >= end {
                break;
            }
            look_again().await;
        }
        for _ in 0..self.chance.below(FURTHER_LOOKS) {
            tokio::task::yield_now().await;
        }
        true
    }
}

fn signal(name: &str, process: &Child) {
    let sent = Command::new("kill").arg(format!("-{name}")).arg(process.id().to_string()).status();
    assert!(sent.unwrap().success(), "SIG{name} is sent");
}

/// What was done, and how often.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally(BTreeMap<Interruption, usize>);

impl Tally {
    pub(crate) fn note(&mut self, interruption: Interruption) {
        *self.0.entry(interruption).or_default() += 1;
    }

    pub(crate) fn add(&mut self, other: Self) {
        other.0.into_iter().for_each(|(what, times)| *self.0.entry(what).or_default() += times);
    }

    pub(crate) fn count(&self) -> usize {
        self.0.values().sum()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.0.iter().map(|(what, times)| {
            let what = match what {
                Interruption::Killed => "the server killed",
                Interruption::Frozen => "the server frozen",
                Interruption::DatabaseKilled => "the database killed",
                Interruption::WorkerKilled => "a worker killed",
                Interruption::WorkerFrozen => "a worker frozen",
            };
            format!("{what} {times} times")
        });
        f.write_str(&words.collect::<Vec<_>>().join(", "))
    }
}
