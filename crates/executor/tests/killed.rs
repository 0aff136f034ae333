//! Landfall's own process is killed at every stage of an order, which neither dies nor runs twice.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod scene;

use executor::Cancel;
use executor::testing::{came_about, start};
use model::order::{Failure, Order, Outcome, Place, SshAddress};
use scene::{Scene, here, intent, order, over, said, script};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Tells the killed process where it is. Without it, the test that plays its part does nothing.
const PART: &str = "LANDFALL_TEST_KILLED";

/// How far the journal is when the process is killed: the files that are there by then.
const STAGES: [&[&str]; 4] = [&[], &["begun"], &["begun", "out"], &["begun", "out", "rc"]];

fn the_order(number: usize, place: Place) -> Order {
    let work = script(
        "echo x >>\"$HOME/count-${LANDFALL_ORDER##*#}\"; i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done; echo out; exit 9",
    );
    order(&format!("core/db/killed#{number}"), place, work)
}

/// Plays the part of the process that is killed.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a process is told its part by its environment")]
async fn the_process_that_is_killed() {
    let Ok(part) = std::env::var(PART) else { return };
    let mut part = part.split('\n');
    let home = PathBuf::from(part.next().unwrap());
    let number = part.next().unwrap().parse().unwrap();
    let place = match part.next().map(|it| it.split(' ').collect::<Vec<_>>()).as_deref() {
        Some([host, port, user, key, known_hosts]) => over(&SshAddress {
            host: (*host).to_owned(),
            port: port.parse().unwrap(),
            user: (*user).to_owned(),
            identity: Some((*key).to_owned()),
            known_hosts: Some((*known_hosts).to_owned()),
            jump: None,
        }),
        _ => here(),
    };
    let scene = Scene::with(|settings| {
        settings.journal_here = home.join("journal");
        settings.home = home;
    });
    scene.executor.carry_out(&intent(&the_order(number, place)), &Cancel::new()).await;
}

#[expect(clippy::disallowed_methods, reason = "the process that is killed is this program again")]
fn process_to_kill(part: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_process_that_is_killed"])
        .env(PART, part)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn has_come_to(journals: &Path, known: usize, stage: &[&str]) -> bool {
    let journals: Vec<_> = std::fs::read_dir(journals).into_iter().flatten().flatten().collect();
    // Only the newest journal lacks nothing that the earlier ones have.
    journals.len() > known
        && journals.iter().all(|journal| stage.iter().all(|it| journal.path().join(it).exists()))
}

async fn kill_at_every_stage(home: &Path, journals: &Path, place: &Place, address: &str) {
    let scene = Scene::with(|settings| {
        settings.journal_here = home.join("journal");
        settings.home = home.to_owned();
    });
    for number in 0..STAGES.len() * 3 {
        let stage = STAGES[number % STAGES.len()];
        let mut process = process_to_kill(&format!("{}\n{number}\n{address}", home.display()));
        assert!(came_about(|| has_come_to(journals, number, stage)), "{stage:?}");
        process.kill().unwrap();
        process.wait().unwrap();
        let intent = intent(&the_order(number, place.clone()));
        let report = scene.executor.resume(&intent, &Cancel::new()).await;
        let expected = Outcome::Failed { cause: Failure::Exit { code: 9 } };
        assert_eq!(report.outcome, expected, "killed at {stage:?}: {}", said(&report));
        assert_eq!(report.output_bytes, 4);
        let count = std::fs::read_to_string(home.join(format!("count-{number}"))).unwrap();
        assert_eq!(count, "x\n", "killed at {stage:?}");
    }
}

// Proves: X-10
#[tokio::test]
async fn a_killed_process_neither_kills_nor_repeats_its_local_order() {
    let folder = tempfile::tempdir().unwrap();
    let journals = folder.path().join("journal/FG30");
    kill_at_every_stage(folder.path(), &journals, &here(), "").await;
}

#[tokio::test]
async fn a_killed_process_neither_kills_nor_repeats_its_order_over_ssh() {
    let servers = start(1).unwrap();
    let address = &servers.addresses[0];
    let (key, known_hosts) = (servers.key.display(), servers.known_hosts.display());
    let part = format!("{} {} {} {key} {known_hosts}", address.host, address.port, address.user);
    let journals = servers.home.join(".landfall/FG30");
    kill_at_every_stage(&servers.home, &journals, &over(address), &part).await;
}
