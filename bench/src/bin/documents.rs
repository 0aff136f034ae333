//! Documents: what a page costs, what a package costs to write and to verify, and whether a press
//! that has printed ten thousand documents has grown.
//!
//! The worked example as it was created: forty sites, ten core components. What is measured is the
//! median of several rounds, after one to warm up.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "what is measured is time, and the figures are printed"
)]

use documents::{Language, Letterhead, Paper, Press, Reading, Wanted, html, shown};
use jiff::Timestamp;
use model::digest::{Digest, canonical};
use model::event::{Actor, Entry, Event};
use model::profile::Purpose;
use model::state::State;
use record::{ArchivedFile, CHAIN, RUNS, Signer, chain, tree};
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How many rounds are measured.
const ROUNDS: usize = 9;

/// How many documents a press prints before its memory is looked at again.
const DOCUMENTS: usize = 10_000;

/// Whoever prints the document of a name.
type Printing<'a> = dyn Fn(&str) -> Result<Vec<u8>, Box<dyn Error>> + 'a;

/// How many entries are verified.
const ENTRIES: u64 = 200_000;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/fieldgate");
    let loaded = planfile::load(&planfile::DiskFolder::new(&folder)?, "landfall.yaml");
    let plan = loaded.plan.ok_or("the example has a plan")?;
    let event = Event::DeploymentCreated {
        deployment: plan.deployment.clone(),
        plan: plan.digest(),
        release: plan.release.digest(),
        purpose: Purpose::Production,
        folder: "/srv".to_owned(),
    };
    let at: Timestamp = "2027-01-15T15:00:00Z".parse()?;
    let entry = Entry { seq: 1, at, actor: Actor::System, baseline: 0, command: None, event };
    let state = State::begin(&entry, Arc::new(plan))?;
    let mut reading = Reading::of(Wanted::All);
    reading.note(&state, &entry, Digest::of(b"first"));
    let paper = Paper { state: &state, now: at, reading: &reading };
    let (press, letterhead) = (Press::new(), Letterhead::default());
    let print = |name: &str| -> Result<Vec<u8>, Box<dyn Error>> {
        let document = documents::document(&paper, &name.parse()?).ok_or("it is there")?;
        let shown = shown(&document, Language::En, &letterhead);
        Ok(press.pdf(&document, &shown, &letterhead)?)
    };
    let sheet = median(|| print("core").map(|_| ()))?;
    println!("a sheet of the core components, warm: {} ms (goal 150)", sheet.as_millis());
    let package = median(|| packed(&paper, &press).map(|_| ()))?;
    println!("a package of 40 sites: {:.2} s (goal 5)", package.as_secs_f64());
    let signer = Signer::from_seed([7; 32]);
    let export = exported(&signer)?;
    let verified = median(|| Ok(record::verify_lines(export.as_slice(), None)?.map(|_| ())?))?;
    let per_s = ENTRIES as f64 / verified.as_secs_f64();
    println!("verification: {per_s:.0} entries/s (goal 200,000)");
    grown(&print)
}

fn median(
    mut each: impl FnMut() -> Result<(), Box<dyn Error>>,
) -> Result<Duration, Box<dyn Error>> {
    each()?;
    let mut took = Vec::new();
    for _ in 0..ROUNDS {
        let began = Instant::now();
        each()?;
        took.push(began.elapsed());
    }
    took.sort_unstable();
    Ok(took.get(ROUNDS / 2).copied().unwrap_or_default())
}

/// Packs every document as JSON, HTML and PDF.
fn packed(paper: &Paper<'_>, press: &Press) -> Result<Vec<u8>, Box<dyn Error>> {
    let (signer, letterhead) = (Signer::from_seed([7; 32]), Letterhead::default());
    let file = |path: String, bytes: Vec<u8>| ArchivedFile { path, bytes };
    let mut files = vec![file(CHAIN.to_owned(), vec![]), file(RUNS.to_owned(), vec![])];
    for name in documents::all(paper) {
        let Some(document) = documents::document(paper, &name) else { continue };
        let shown = shown(&document, Language::En, &letterhead);
        let path = |ending: &str| format!("documents/{}.{ending}", name.file());
        files.push(file(path("json"), document.canonical()));
        files.push(file(path("html"), html(&document, &shown, &letterhead).into_bytes()));
        files.push(file(path("pdf"), press.pdf(&document, &shown, &letterhead)?));
    }
    Ok(record::package(&paper.state.plan.deployment, files, &signer)?)
}

/// Returns an exported record of many small entries.
fn exported(signer: &Signer) -> Result<Vec<u8>, Box<dyn Error>> {
    let vkey = signer.verifier_key();
    let head = format!(
        "{{\"format\":\"landfall-record/1\",\"origin\":\"landfall/FG30\",\"vkey\":\"{vkey}\"}}\n"
    );
    let mut file = head.into_bytes();
    let (mut hash, mut tree) = (chain::beginning(), tree::Frontier::default());
    for seq in 1..=ENTRIES {
        let body = canonical(&serde_json::json!({ "seq": seq, "at": "2027-01-15T15:00:00Z",
            "actor": "system", "baseline": 1,
            "event": { "order-ended": { "order": format!("site/B27@1/pc-{seq}/copy#1") } } }));
        hash = chain::link(&hash, &body);
        tree.push(&body);
        file.extend_from_slice(format!("{{\"seq\":{seq},\"hash\":\"{hash}\",\"body\":").as_bytes());
        file.extend_from_slice(&body);
        file.extend_from_slice(b"}\n");
    }
    let (root, chain) = (tree.root(), Some(hash));
    let checkpoint = record::Checkpoint { deployment: "FG30".parse()?, size: ENTRIES, root, chain };
    let note = serde_json::to_string(&checkpoint.sign(signer))?;
    let sha256 = Digest::of(&file);
    let end = format!(
        "{{\"checkpoint\":{note},\"entries\":{ENTRIES},\"contents\":0,\"sha256\":\"{sha256}\"}}\n"
    );
    file.extend_from_slice(end.as_bytes());
    Ok(file)
}

/// Prints ten thousand documents, and compares the memory after the first thousand with that after
/// the last.
fn grown(print: &Printing<'_>) -> Result<(), Box<dyn Error>> {
    let mut early = 0;
    for number in 1..=DOCUMENTS {
        print("site/B27")?;
        if number == DOCUMENTS / 10 {
            early = resident_kib()?;
        }
    }
    let late = resident_kib()?;
    println!(
        "{DOCUMENTS} documents: {} MiB after the first tenth, {} MiB after the last",
        early / 1024,
        late / 1024
    );
    Ok(())
}

/// Returns how much memory this process holds, in KiB.
fn resident_kib() -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:")).ok_or("it is there")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse()?)
}
