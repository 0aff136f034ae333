//! The power fails at any write of a record in SQLite: what was acknowledged is there afterwards.
//!
//! A process appends and says what was acknowledged, on a disk (`power_cut.c`, preloaded) that
//! loses half of what was not synced. A disk that only says that it has synced must lose something:
//! otherwise this test could not fail.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test fails where it stands")]

use record::{Change, Location, Record, Signer};
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

/// The variable that names the folder in which the process appends.
const APPENDS_IN: &str = "LANDFALL_POWER_CUT";
/// The most that it appends.
const ENTRIES: u64 = 40;
/// How often the power fails.
const CUTS: u64 = 40;
/// At which write it fails at the latest: the last ones come when all is done.
const WRITES: u64 = 260;

async fn open(folder: &Path) -> Arc<dyn Record> {
    let location = Location::Sqlite(folder.join("record.db"));
    record::open(&location, Signer::from_seed([7; 32]), None).await.unwrap()
}

/// The other process; as a test of its own it does nothing.
#[tokio::test]
async fn the_process_whose_power_fails() {
    let Ok(folder) = std::env::var(APPENDS_IN) else { return };
    let record = open(Path::new(&folder)).await;
    let deployment = "FG30".parse().unwrap();
    let mut head = record.create(&deployment).await.unwrap();
    for number in 1..=ENTRIES {
        // Entries of some pages, so that a write can be torn.
        let body = format!(r#"{{"event":"{}","seq":{number}}}"#, "x".repeat(3_000));
        let change = Change { entries: vec![body.into_bytes()], ..Change::default() };
        head = record.append(&deployment, &head, change).await.unwrap().head;
        std::io::stdout().write_all(format!("acknowledged {}\n", head.seq).as_bytes()).unwrap();
    }
}

fn shim(folder: &Path) -> PathBuf {
    let library = folder.join("power_cut.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/power_cut.c");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .arg(&library)
        .args([source, "-ldl", "-lpthread"])
        .status();
    assert!(built.unwrap().success(), "the disk that fails is built");
    library
}

/// Returns the last entry that was acknowledged before the power failed at write `at`, and whether it
/// failed at all.
fn cut(library: &Path, folder: &Path, (at, seed): (u64, u64), lies: Option<&str>) -> (u64, bool) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_process_whose_power_fails", "--nocapture"])
        .env(APPENDS_IN, folder)
        .env("LD_PRELOAD", library)
        .env("CUT_FOLDER", folder)
        .env("CUT_AT", at.to_string())
        .env("CUT_SEED", seed.to_string())
        .envs(lies.map(|it| ("CUT_LIES", it)))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let acknowledged = said.lines().filter_map(|it| it.split_once("acknowledged ")?.1.parse().ok());
    let has_failed = output.status.code() == Some(137);
    assert!(has_failed || output.status.success(), "{:?} {said}", output.status.signal());
    // What is in memory is gone with the power.
    let _ = std::fs::remove_file(folder.join("record.db-shm"));
    (acknowledged.max().unwrap_or(0), has_failed)
}

/// Returns whether the record in `folder` holds all that was acknowledged, and verifies.
async fn holds(folder: &Path, acknowledged: u64) -> bool {
    let location = Location::Sqlite(folder.join("record.db"));
    let signer = Signer::from_seed([7; 32]);
    let key = signer.verifier_key().clone();
    let Ok(record) = record::open(&location, signer, None).await else { return acknowledged == 0 };
    let deployment = "FG30".parse().unwrap();
    match record.inspect(&deployment).await {
        Ok(head) if head.seq >= acknowledged => {
            record::verify(record.as_ref(), &deployment, &key).await.is_ok()
        }
        Ok(_) => false,
        // The power failed before there was a deployment.
        Err(_) => acknowledged == 0,
    }
}

// Proves: X-10
#[tokio::test]
async fn whatever_was_acknowledged_survives_a_power_cut_and_a_lying_disk_is_found_out() {
    let library_folder = tempfile::tempdir().unwrap();
    let library = shim(library_folder.path());
    let (mut failed, mut lost_by_lies) = (0, 0);
    for seed in 1..=CUTS {
        let at = 1 + seed * 7_919 % WRITES;
        let folder = tempfile::tempdir().unwrap();
        let (acknowledged, has_failed) = cut(&library, folder.path(), (at, seed), None);
        failed += u64::from(has_failed);
        let is_whole = holds(folder.path(), acknowledged).await;
        assert!(is_whole, "cut {seed} at write {at} lost something of {acknowledged} entries");
        if seed % 4 == 0 {
            let folder = tempfile::tempdir().unwrap();
            let (acknowledged, _) = cut(&library, folder.path(), (at, seed), Some("1"));
            lost_by_lies += u64::from(!holds(folder.path(), acknowledged).await);
        }
    }
    assert!(failed > CUTS / 2, "the power failed {failed} times");
    assert!(lost_by_lies > 0, "a disk that lies about syncing loses something");
}
