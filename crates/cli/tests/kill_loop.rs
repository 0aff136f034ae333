//! Fifty kills of the server at random instants of a deployment, on SQLite and on PostgreSQL.
//!
//! Every step appends to a counter file of its own: every counter reads 1 at the
//! end, nothing that was acknowledged is lost, and the chain holds.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test fails where it stands")]

mod support;

use model::id::Seq;
use model::machine::DeploymentState;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Child;
use support::{Site, kill, load};
use tempfile::TempDir;

const KILLS: usize = 50;
const SITES: usize = 60;
/// The most entries that the server may write before it is killed: a fiftieth of all, and some.
const ENTRIES_MAX: u64 = 12;
/// The most times that the server is started after the last kill.
const STARTS_MAX: usize = 200;

const PLAN: &str = r#"
deployment: KILLED
title: A deployment whose server is killed
zone: Europe/Vienna
profile: solo
variables: {root: '@ROOT@'}
release:
  name: Counter
  version: 1.0.0
  readiness: {on: 2027-01-01, decision: go}
  deliverables: []
people:
  - id: me
    roles: [solution-manager, program-manager, release-management, tester, product-manager, user-experience, customer, operations-manager, support-manager, change-authority]
success-criteria:
  - {id: counted, text: Every step ran once, measure: counters, target: 1}
site-templates:
  - id: branch
    before: [@prepare]
    each-computer: [@install, @configure]
    after: [@smoke]
    observation: {lasting: 60s}
    rollback: {forward-fix: counters do not go back}
rings:
  - {id: pilot, kind: pilot, windows: [always], soak: 1h}
  - {id: broad, kind: broad, concurrency: free, sites-at-once: 8, windows: [always], soak: 1h}
sites: {from: sites.csv}
rfcs:
  - id: RFC-1
    title: Everything
    category: minor
    requested-by: me
    covers: {rings: [pilot, broad]}
    reason: To see whether kills matter.
    impact: A folder.
    risk: None.
    rollback-plan: The folder is removed.
    test-evidence: This test.
    levels: [{role: change-authority}]
"#;

/// Writes the plan into `folder`; each step is a script of its own that counts.
fn write_plan(folder: &Path, root: &Path) {
    let step = |name: &str| {
        format!(
            "{{id: {name}, environment: {{ROOT: '${{plan.root}}/${{site.id}}/${{computer.id}}'}}, \
             script: 'mkdir -p \"$ROOT\" && echo \"$LANDFALL_ORDER\" >> \"$ROOT/$LANDFALL_STEP\"', rollback: nothing}}"
        )
    };
    let mut text = PLAN.to_owned();
    for name in ["prepare", "install", "configure", "smoke"] {
        text = text.replace(&format!("@{name}"), &step(name));
    }
    text = text.replace("@ROOT@", &root.display().to_string());
    let mut sites = String::from("id,ring,owner,users,computers\n");
    for number in 1..=SITES {
        let ring = if number == 1 { "pilot" } else { "broad" };
        writeln!(sites, "s{number:02},{ring},me,1,2").unwrap();
    }
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("landfall.yaml"), text).unwrap();
    std::fs::write(folder.join("sites.csv"), sites).unwrap();
}

/// A small generator of numbers, so that a failing run can be repeated by its seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

async fn head(site: &Site) -> Seq {
    site.record.head(&site.deployment).await.unwrap().seq
}

/// Lets the server write some entries and kills it; false where it had nothing more to do.
async fn kill_after(site: &Site, server: &mut Child, entries: u64, looks: u64) -> bool {
    let end = head(site).await + entries;
    while head(site).await < end {
        if server.try_wait().unwrap().is_some() {
            return false;
        }
        support::look_again().await;
    }
    for _ in 0..looks {
        tokio::task::yield_now().await;
    }
    kill(server);
    true
}

async fn survives(database: &str, data: &Path, folder: &Path, root: &Path, seed: u64) {
    write_plan(folder, root);
    let mut site = Site::create(data, database, load(folder), folder, "2027-01-04T08:00:00Z").await;
    let (mut chance, mut kills, mut starts) = (Chance(seed), 0, 0);
    loop {
        let before = head(&site).await;
        site.people_answer(|_| false).await;
        let acknowledged = head(&site).await;
        assert!(acknowledged >= before, "what was acknowledged is there");
        let mut server = site.serve();
        if kills < KILLS {
            let (entries, looks) = (chance.below(ENTRIES_MAX), chance.below(2_000));
            kills += usize::from(kill_after(&site, &mut server, entries, looks).await);
        } else {
            starts += 1;
            assert!(starts < STARTS_MAX, "it did not come to its end (seed {seed})");
            server.wait().unwrap();
        }
        assert!(
            head(&site).await >= acknowledged,
            "a kill lost acknowledged entries (seed {seed})"
        );
        let coordinator = site.coordinator().await;
        if coordinator.state().deployment == DeploymentState::Stabilizing {
            break;
        }
    }
    assert_eq!(kills, KILLS, "the deployment was over before all kills (seed {seed})");
    for number in 1..=SITES {
        for (computer, steps) in [
            ("pc-01", &["prepare", "install", "configure", "smoke"][..]),
            ("pc-02", &["install", "configure"]),
        ] {
            for step in steps {
                let counter = root.join(format!("s{number:02}/{computer}/{step}"));
                let counted = std::fs::read_to_string(&counter).unwrap_or_default();
                let lines = counted.lines().count();
                assert_eq!(lines, 1, "{} (seed {seed}): {counted}", counter.display());
            }
        }
    }
    let key = site.record.standing(&site.deployment).await.unwrap().key;
    record::verify(site.record.as_ref(), &site.deployment, &key).await.unwrap();
}

// Proves: X-10
#[tokio::test(flavor = "multi_thread")]
async fn fifty_kills_leave_every_counter_at_one_on_sqlite() {
    let world = TempDir::new().unwrap();
    let data = world.path().join("data");
    let database = data.join("record.db").display().to_string();
    let (folder, root) = (world.path().join("plan"), world.path().join("counters"));
    survives(&database, &data, &folder, &root, 0x5eed_0001).await;
}

// Proves: X-10
#[tokio::test(flavor = "multi_thread")]
async fn fifty_kills_leave_every_counter_at_one_on_postgresql() {
    let world = TempDir::new().unwrap();
    let database = record::testing::postgres().database();
    let (folder, root) = (world.path().join("plan"), world.path().join("counters"));
    survives(&database, &world.path().join("data"), &folder, &root, 0x5eed_0002).await;
}
