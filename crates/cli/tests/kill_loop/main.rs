//! A deployment whose server and workers are killed, frozen and replaced, and whose database is killed
//! under them.
//!
//! Every step appends to a counter file of its own: every counter reads 1 at the
//! end, nothing that was acknowledged is lost, and the chain holds.
//!
//! The suite runs some dozens of interruptions; `bench/faults kills` hundreds,
//! by the variable `LANDFALL_KILLS`, and keeps the table that this prints.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test fails where it stands")]

mod hands;
mod interruption;
mod plan;
#[path = "../support/mod.rs"]
mod support;

use hands::Hands;
use interruption::Tally;
use model::id::Seq;
use model::machine::DeploymentState;
use record::testing::Cluster;
use std::io::Write as _;
use std::path::Path;
use support::{Site, load};
use tempfile::TempDir;

/// How many interruptions there are in the suite.
const INTERRUPTIONS: usize = 30;
/// The most that one deployment has room for.
const INTERRUPTIONS_MAX: usize = 250;
/// The variable that asks for another number.
const ASKED: &str = "LANDFALL_KILLS";
/// Entries that go by before interruptions, all in all: fewer than servers write in a deployment, because
/// some more go by while a process is being killed.
const ENTRIES: u64 = 180;
/// The most times that the server is started after the last interruption.
const STARTS_MAX: usize = 200;

/// A small generator of numbers, so that a failing run can be repeated by its seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit.max(1)
    }
}

/// A deployment that is interrupted, in a folder of its own.
struct World {
    folder: TempDir,
    /// The database server, where that is killed too.
    cluster: Option<Cluster>,
    site: Site,
    hands: Hands,
    chance: Chance,
    seed: u64,
}

impl World {
    async fn new(cluster: Option<Cluster>, seed: u64) -> Self {
        let folder = TempDir::new().unwrap();
        let (data, plan) = (folder.path().join("data"), folder.path().join("plan"));
        plan::write(&plan, &folder.path().join("counters"));
        let database = match &cluster {
            Some(cluster) => cluster.database(),
            None => data.join("record.db").display().to_string(),
        };
        let site = Site::create(&data, &database, load(&plan), &plan, "2027-01-04T08:00:00Z").await;
        let hands = Hands::Servers;
        Self { folder, cluster, site, hands, chance: Chance(seed), seed }
    }

    /// Returns the same world, in which workers carry out the orders.
    fn with_workers(mut self) -> Self {
        self.hands = Hands::workers(&self.site);
        self
    }

    async fn head(&self) -> Seq {
        self.site.record.head(&self.site.deployment).await.unwrap().seq
    }

    async fn is_over(&self) -> bool {
        let coordinator = self.site.coordinator().await;
        coordinator.state().deployment == DeploymentState::Stabilizing
    }

    /// Interrupts the deployment `count` times, or as often as it has room for, and lets it come to its
    /// end. Returns what was done.
    async fn survives(&mut self, count: usize) -> Tally {
        let share = (2 * ENTRIES).div_ceil(count as u64);
        let (mut tally, mut starts) = (Tally::default(), 0);
        loop {
            let before = self.head().await;
            self.site.people_answer(|_| false).await;
            let acknowledged = self.head().await;
            assert!(acknowledged >= before, "what was acknowledged is there");
            if tally.count() < count {
                let next = self.draw();
                let entries = self.chance.below(share);
                if self.interrupt(next, entries).await {
                    tally.note(next);
                }
            } else {
                starts += 1;
                assert!(starts < STARTS_MAX, "it did not come to its end (seed {})", self.seed);
                self.hands.serve(&self.site).wait().unwrap();
            }
            let left = self.head().await;
            assert!(left >= acknowledged, "acknowledged entries are lost (seed {})", self.seed);
            if self.is_over().await {
                break;
            }
        }
        self.every_counter_reads_one();
        let key = self.site.record.standing(&self.site.deployment).await.unwrap().key;
        record::verify(self.site.record.as_ref(), &self.site.deployment, &key).await.unwrap();
        tally
    }

    fn every_counter_reads_one(&self) {
        let counters = self.folder.path().join("counters");
        for counter in plan::counters(&counters) {
            let counted = std::fs::read_to_string(&counter).unwrap_or_default();
            let lines = counted.lines().count();
            assert_eq!(lines, 1, "{} (seed {}): {counted}", counter.display(), self.seed);
        }
    }
}

/// Interrupts as many deployments as it takes, one after the other: half of what is asked for, because
/// there are workers in as many again.
async fn interrupted(what: &str, world: impl AsyncFn(u64) -> World, seed: u64) {
    let asked = std::env::var(ASKED).ok().map(|it| it.parse::<usize>().unwrap().div_ceil(2));
    let wanted = asked.unwrap_or(INTERRUPTIONS);
    let (mut done, mut deployments) = (Tally::default(), 0);
    while done.count() < wanted {
        let left = (wanted - done.count()).min(INTERRUPTIONS_MAX);
        done.add(world(seed + deployments).await.survives(left).await);
        deployments += 1;
        assert!(done.count() > 0, "somebody is interrupted (seed {seed})");
    }
    if asked.is_some() {
        let counters = plan::counters(Path::new("")).len();
        let table = format!(
            "| {what}: {done}; in {deployments} deployments of {counters} counters each reads 1\n"
        );
        std::io::stdout().write_all(table.as_bytes()).unwrap();
    }
}

// Proves: X-10
#[tokio::test(flavor = "multi_thread")]
async fn kills_and_freezes_leave_every_counter_at_one_on_sqlite() {
    interrupted("SQLite", async |seed| World::new(None, seed).await, 0x5eed_0001).await;
}

// Proves: X-10
#[tokio::test(flavor = "multi_thread")]
async fn kills_and_freezes_and_a_killed_database_leave_every_counter_at_one_on_postgresql() {
    let world = async |seed| World::new(Some(Cluster::start()), seed).await;
    interrupted("PostgreSQL", world, 0x5eed_0002).await;
}

// Proves: X-10
#[tokio::test(flavor = "multi_thread")]
async fn kills_and_freezes_of_workers_leave_every_counter_at_one_on_sqlite() {
    let world = async |seed| World::new(None, seed).await.with_workers();
    interrupted("SQLite, with two workers", world, 0x5eed_0003).await;
}

// Proves: X-10
#[tokio::test(flavor = "multi_thread")]
async fn kills_and_freezes_of_workers_leave_every_counter_at_one_on_postgresql() {
    let world = async |seed| World::new(Some(Cluster::start()), seed).await.with_workers();
    interrupted("PostgreSQL, with two workers", world, 0x5eed_0004).await;
}
