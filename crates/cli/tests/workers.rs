//! Two servers and four workers on one PostgreSQL, as processes: killed, frozen past their lease, woken.
//!
//! Every step appends to a counter file of its own: every counter reads 1 at the end, and the
//! chain holds.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test fails where it stands")]

#[expect(dead_code, reason = "these servers have data directories of their own")]
mod support;

use model::machine::DeploymentState;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use support::{Site, kill, load};
use tempfile::TempDir;

const SITES: usize = 24;
/// The most looks at the deployment until something must have happened; each takes some milliseconds.
const LOOKS_MAX: usize = 60_000;

const PLAN: &str = r#"
deployment: SHARED
title: A deployment whose work is shared
zone: Europe/Vienna
profile: solo
release:
  name: Counter
  version: 1.0.0
  readiness: {on: 2027-01-01, decision: go}
  deliverables: []
people:
  - id: me
    roles: [solution-manager, program-manager, developer, release-management, operations-experience, test-manager, tester, product-manager, user-experience, customer, operations-manager, support-manager, change-authority]
success-criteria:
  - {id: counted, text: Every step ran once, measure: counters, target: 1}
site-templates:
  - id: branch
    each-computer:
      - {id: first, environment: {ROOT: '@ROOT@/${site.id}/${computer.id}'}, script: '@COUNT@', rollback: nothing}
      - {id: second, environment: {ROOT: '@ROOT@/${site.id}/${computer.id}'}, script: '@COUNT@', rollback: nothing}
    observation: {lasting: 60s}
    rollback: {forward-fix: counters do not go back}
rings:
  - {id: all, kind: pilot, concurrency: free, sites-at-once: 6, windows: [always], soak: 1h}
sites: {from: sites.csv}
rfcs:
  - id: RFC-1
    title: Everything
    category: minor
    requested-by: me
    covers: {rings: [all]}
    reason: To see who does the work.
    impact: A folder.
    risk: None.
    rollback-plan: The folder is removed.
    test-evidence: This test.
    levels: [{role: change-authority}]
"#;

/// A step counts, and takes long enough to be caught at it.
const COUNT: &str =
    "mkdir -p \"$ROOT\" && echo \"$LANDFALL_ORDER\" >> \"$ROOT/$LANDFALL_STEP\"; sleep 0.2";

fn write_plan(folder: &Path, root: &Path) {
    let plan = PLAN.replace("@ROOT@", &root.display().to_string()).replace("@COUNT@", COUNT);
    let mut sites = String::from("id,ring,owner,users,computers\n");
    for number in 1..=SITES {
        writeln!(sites, "s{number:02},all,me,1,2").unwrap();
    }
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("landfall.yaml"), plan).unwrap();
    std::fs::write(folder.join("sites.csv"), sites).unwrap();
}

/// Processes of the program, ended with the test.
struct Processes {
    database: String,
    folder: PathBuf,
    all: Vec<Child>,
}

impl Processes {
    /// Starts the program with `words` and the data directory `data`; returns its place.
    fn start(&mut self, data: &str, words: &[&str]) -> usize {
        let program = Command::new(env!("CARGO_BIN_EXE_landfall"))
            .args(["--database", &self.database, "--data"])
            .arg(self.folder.join(data))
            .args(words)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn();
        self.all.push(program.unwrap());
        self.all.len() - 1
    }

    fn server(&mut self, data: &str) -> usize {
        self.start(data, &["serve", "--orders-to", "workers"])
    }

    fn worker(&mut self, data: &str, words: &[&str]) -> usize {
        self.start(data, &[&["worker", "--orders-at-once", "2"], words].concat())
    }

    fn one(&mut self, place: usize) -> &mut Child {
        self.all.get_mut(place).unwrap()
    }

    fn signal(&mut self, place: usize, name: &str) {
        let process = self.one(place).id().to_string();
        assert!(Command::new("kill").args([name, &process]).status().unwrap().success());
    }

    fn kill(&mut self, place: usize) {
        kill(self.one(place));
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        for process in &mut self.all {
            let _gone = process.kill();
            let _gone = process.wait();
        }
    }
}

/// Lets people answer until `is_so`.
async fn until(what: &str, site: &mut Site, is_so: impl AsyncFn(&Site) -> bool) {
    for _ in 0..LOOKS_MAX {
        if is_so(site).await {
            return;
        }
        site.people_answer(|_| false).await;
        support::look_again().await;
    }
    panic!("it never came to this: {what}");
}

async fn epoch(site: &Site) -> u64 {
    site.record.head(&site.deployment).await.unwrap().epoch
}

/// Returns whether the worker whose name ends with `own` holds an order.
async fn holds(site: &Site, own: &str) -> bool {
    let open = site.record.open_orders(&site.deployment).await.unwrap();
    open.iter().any(|it| it.is_leased && it.holder.as_deref().is_some_and(|it| it.ends_with(own)))
}

/// Returns the names of the workers that are there, in order.
async fn present(site: &Site) -> Vec<String> {
    let all = site.record.workers().await.unwrap();
    let there = all.into_iter().filter(|it| !it.is_silent);
    there.map(|it| it.worker.rsplit('#').next().unwrap().to_owned()).collect()
}

/// Returns the public key of the server with this data directory, as whoever starts a worker is told it.
fn key_of(data: &Path) -> String {
    record::Signer::from_file(&data.join("key")).unwrap().verifier_key().to_string()
}

/// Returns how often each step has counted, by site, computer and step.
fn counted(root: &Path) -> Vec<(String, usize)> {
    let mut counted = Vec::new();
    for number in 1..=SITES {
        for computer in ["pc-01", "pc-02"] {
            for step in ["first", "second"] {
                let name = format!("s{number:02}/{computer}/{step}");
                let lines = std::fs::read_to_string(root.join(&name)).unwrap_or_default();
                counted.push((name, lines.lines().count()));
            }
        }
    }
    counted
}

// Proves: X-10
#[tokio::test(flavor = "multi_thread")]
async fn two_servers_and_four_workers_share_the_work_and_repeat_nothing() {
    let world = TempDir::new().unwrap();
    let (folder, root) = (world.path().join("plan"), world.path().join("counters"));
    write_plan(&folder, &root);
    let database = record::testing::postgres().database();
    let data = world.path().join("first");
    let mut site =
        Site::create(&data, &database, load(&folder), &folder, "2027-01-04T08:00:00Z").await;
    std::fs::create_dir(world.path().join("second")).unwrap();
    std::fs::copy(data.join("key"), world.path().join("second/key")).unwrap();
    let mut processes =
        Processes { database: database.clone(), folder: world.path().to_owned(), all: vec![] };

    let key = key_of(&data);
    let first = processes.server("first");
    until("the first server leads", &mut site, async |it| epoch(it).await > 0).await;
    let of_the_first = epoch(&site).await;
    let second = processes.server("second");
    let workers = ["w1", "w2", "w3", "w4"]
        .map(|it| processes.worker("hands", &["--name", it, "--record-key", &key]));
    until("all workers are there", &mut site, async |it| present(it).await.len() == 4).await;

    // One worker is killed and one frozen, each while it has work.
    until("w2 has work", &mut site, async |it| holds(it, "#w2").await).await;
    processes.signal(workers[1], "-STOP");
    until("w1 has work", &mut site, async |it| holds(it, "#w1").await).await;
    processes.kill(workers[0]);
    // The leader is frozen past its lease: the other one takes over, and is not disturbed by its waking.
    processes.signal(first, "-STOP");
    until("the second server leads", &mut site, async |it| epoch(it).await > of_the_first).await;
    let of_the_second = epoch(&site).await;
    until("others have what w2 held", &mut site, async |it| !holds(it, "#w2").await).await;
    processes.signal(first, "-CONT");
    processes.signal(workers[1], "-CONT");
    until("w2 works again", &mut site, async |it| {
        present(it).await == ["w2", "w3", "w4"].map(str::to_owned)
    })
    .await;
    assert_eq!(epoch(&site).await, of_the_second, "the one that was woken writes no more");

    // Killed, it leaves the work to the one that stood by.
    processes.kill(second);
    until("the first server leads again", &mut site, async |it| epoch(it).await > of_the_second)
        .await;
    let of_the_last = epoch(&site).await;
    until("all is deployed", &mut site, async |it| {
        it.coordinator().await.state().deployment == DeploymentState::Stabilizing
    })
    .await;
    assert_eq!(epoch(&site).await, of_the_last, "it leads on");
    for place in [first, workers[1], workers[2], workers[3]] {
        processes.signal(place, "-TERM");
        assert!(processes.one(place).wait().unwrap().success());
    }
    assert_eq!(present(&site).await, Vec::<String>::new(), "whoever is stopped says good-bye");

    for (step, times) in counted(&root) {
        assert_eq!(times, 1, "{step}");
    }
    let key = site.record.standing(&site.deployment).await.unwrap().key;
    record::verify(site.record.as_ref(), &site.deployment, &key).await.unwrap();
}

/// An order of somebody's own, like one that waits in all but its name and what it does.
const FORGED: &str = "INSERT INTO orders
        (deployment, number, id, intent, state, token, holder, held_until, body)
    SELECT deployment, number + 1000000, 'forged', intent, state, token, holder, held_until,
        replace(replace(body, id, 'forged'), 'mkdir -p', 'touch @OWNED@; mkdir -p')
    FROM orders WHERE state = 'open' ORDER BY number LIMIT 1";
/// What waits does something else as well.
const CHANGED: &str =
    "UPDATE orders SET body = replace(body, 'mkdir -p', 'touch @OWNED@; mkdir -p')
    WHERE number IN (SELECT number FROM orders WHERE state = 'open' AND id <> 'forged'
        ORDER BY number DESC LIMIT 2)";

// Proves: X-13
#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_writes_into_the_queue_without_the_key_runs_nowhere() {
    let world = TempDir::new().unwrap();
    let (folder, root) = (world.path().join("plan"), world.path().join("counters"));
    write_plan(&folder, &root);
    let database = record::testing::postgres().database();
    let data = world.path().join("first");
    let mut site =
        Site::create(&data, &database, load(&folder), &folder, "2027-01-04T08:00:00Z").await;
    let mut processes =
        Processes { database: database.clone(), folder: world.path().to_owned(), all: vec![] };
    processes.server("first");
    let open = async |it: &Site| it.record.open_orders(&it.deployment).await.unwrap();
    until("orders wait", &mut site, async |it| open(it).await.len() >= 8).await;

    let owned = world.path().join("owned");
    for statement in [FORGED, CHANGED] {
        let statement = statement.replace("@OWNED@", &owned.display().to_string());
        record::testing::postgres().tamper(&database, &statement);
    }
    // A worker with a key of its own is given nothing.
    processes.worker("stranger", &["--name", "stranger"]);
    until("the stranger is there", &mut site, async |it| present(it).await.len() == 1).await;
    processes.worker("hands", &["--name", "w1", "--record-key", &key_of(&data)]);
    until("all is deployed", &mut site, async |it| {
        assert!(!holds(it, "#stranger").await, "it trusts another key");
        it.coordinator().await.state().deployment == DeploymentState::Stabilizing
    })
    .await;
    assert!(!owned.exists(), "nobody has signed for that");
    until("what nobody has ordered leaves the queue", &mut site, async |it| {
        open(it).await.is_empty()
    })
    .await;

    let entries = site.record.read(&site.deployment, 0, 10_000).await.unwrap();
    let of = |it: &record::Entry| String::from_utf8_lossy(&it.body).into_owned();
    let said = |text: &str| entries.iter().filter(|it| of(it).contains(text)).count();
    // What was changed, and what travels behind it.
    assert_eq!(said("is not signed with the record's key"), 1);
    assert_eq!(said("nobody knows what became of the steps beside it"), 1);
    assert!(
        !entries.iter().any(|it| of(it).contains("forged")),
        "and the record knows nothing of the other"
    );
    // What was changed counts once, by an order that people decided on.
    for (step, times) in counted(&root) {
        assert_eq!(times, 1, "{step}");
    }
}
