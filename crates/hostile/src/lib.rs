//! Whatever is read from outside, given bytes that nobody meant.
//!
//! A target takes any bytes and panics where a promise is broken. `fuzz/` gives
//! them to cargo-fuzz, with a corpus each; the tests of this crate give them the
//! same corpora and a fixed number of mutations, so that every run of the suite
//! tries them without another compiler.

pub mod mutation;

use model::digest::canonical;
use model::event::Entry;
use model::id::DeploymentId;
use planfile::MemoryFolder;
use record::{Change, Checkpoint, Memory, Record as _, Signer, verify_lines};
use std::sync::OnceLock;

/// A promise about whatever is read.
pub type Target = fn(&[u8]);

/// All targets by the names of their corpora.
pub const TARGETS: [(&str, Target); 7] = [
    ("plan", plan),
    ("csv", csv),
    ("entry", entry),
    ("checkpoint", checkpoint),
    ("export", export),
    ("timestamp", timestamp),
    ("replies", replies),
];

/// The authority that has signed the timestamp of the corpus, over [`STAMPED`].
const AUTHORITY: &[u8] = include_bytes!("authority.pem");

/// What it was asked about.
const STAMPED: &str = "landfall";

/// When it saw that.
const STAMPED_AT: &str = "2026-11-26T18:42:59Z";

/// What the checkpoints and exports of the corpora are signed with.
const KEY: [u8; 32] = [7; 32];

/// A plan around a table of sites that comes from outside.
const AROUND_SITES: &str = include_str!("around_sites.yaml");

/// A plan loads, or says why not; one that loads is the same again from its own canonical form.
pub fn plan(bytes: &[u8]) {
    load(&MemoryFolder::default().with("landfall.yaml", &*String::from_utf8_lossy(bytes)));
}

/// A table of sites loads with its plan, or says why not.
pub fn csv(bytes: &[u8]) {
    let folder = MemoryFolder::default().with("landfall.yaml", AROUND_SITES);
    load(&folder.with("sites.csv", &*String::from_utf8_lossy(bytes)));
}

fn load(folder: &MemoryFolder) {
    let loaded = planfile::load(folder, "landfall.yaml");
    let Some(plan) = loaded.plan else {
        assert!(!loaded.diagnostics.is_empty(), "a plan that does not load says why");
        return;
    };
    let again = serde_json::from_slice(&canonical(&plan));
    let again: model::plan::MasterProjectPlan = again.expect("because a plan reads back");
    assert_eq!(again.digest(), plan.digest(), "a plan has one digest");
}

/// Lines of entries read, or do not; one that reads is the same again from its own canonical form.
pub fn entry(bytes: &[u8]) {
    for line in bytes.split(|it| *it == b'\n') {
        let Ok(entry) = serde_json::from_slice::<Entry>(line) else { continue };
        let written = canonical(&entry);
        let again = serde_json::from_slice::<Entry>(&written).expect("because an entry reads back");
        assert_eq!(canonical(&again), written, "an entry has one form");
        let _sentence = format!("{entry:?}");
    }
}

/// A checkpoint opens only as it was signed.
pub fn checkpoint(bytes: &[u8]) {
    let signer = Signer::from_seed(KEY);
    let note = String::from_utf8_lossy(bytes);
    if let Ok(opened) = Checkpoint::open(&note, signer.verifier_key()) {
        let signed = opened.sign(&signer);
        let text = |it: &str| it.split_once("\n\n").map(|(text, _)| text.to_owned());
        assert_eq!(text(&signed), text(&note), "what opens is what was signed");
    }
}

/// An export verifies only as it was written: whatever is changed in it is found.
pub fn export(bytes: &[u8]) {
    let signer = Signer::from_seed(KEY);
    if let Ok(Ok(_)) = verify_lines(bytes, Some(signer.verifier_key())) {
        assert_eq!(bytes, genuine().export, "nobody else has signed an export with this key");
    }
}

/// A timestamp verifies only as it was signed: whatever is changed in it, it says no other time.
pub fn timestamp(bytes: &[u8]) {
    let trusted = record::authorities(AUTHORITY).expect("because the file is beside this one");
    if let Ok(stamp) = record::verify_timestamp(bytes, STAMPED, &trusted) {
        assert_eq!(stamp.at.to_string(), STAMPED_AT, "nobody else has signed a timestamp");
    }
}

/// What was signed with the key that the targets know.
pub struct Genuine {
    /// A checkpoint.
    pub checkpoint: Vec<u8>,
    /// The export that it belongs to.
    pub export: Vec<u8>,
}

/// Returns what was signed: the beginning of the corpora of checkpoints and exports, made here
/// because only the program can.
///
/// # Panics
///
/// When the record in memory does not take three entries: a mistake of this crate.
pub fn genuine() -> &'static Genuine {
    static GENUINE: OnceLock<Genuine> = OnceLock::new();
    GENUINE.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.expect("because a runtime on this thread needs nothing");
        runtime.block_on(signed()).expect("because the record in memory takes three entries")
    })
}

async fn signed() -> Result<Genuine, record::RecordError> {
    let memory = Memory::simulated(Signer::from_seed(KEY), || 0);
    let deployment: DeploymentId = "FG30".parse().expect("because it is a name");
    let head = memory.create(&deployment).await?;
    let body = |number| format!(r#"{{"event":"e{number}","seq":{number}}}"#).into_bytes();
    let (entries, contents) = ((1..=3).map(body).collect(), vec![b"evidence".to_vec()]);
    let change = Change { entries, contents, ..Change::default() };
    let appended = memory.append(&deployment, &head, change).await?;
    let mut export = Vec::new();
    record::export(&memory, &deployment, &mut export).await?;
    Ok(Genuine { checkpoint: appended.checkpoint.into_bytes(), export })
}

/// What a computer says is cut into answers and output, and little of the rest is kept.
pub fn replies(bytes: &[u8]) {
    for size in [1, 7, bytes.len().max(1)] {
        let kept = executor::testing::hear(bytes.chunks(size));
        assert!(kept <= executor::testing::HEARD_BYTES_MAX, "{kept} bytes are kept of a flood");
    }
}
