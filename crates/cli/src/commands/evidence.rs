//! The evidence package: the record with its documents and tables, in one file that proves itself.
//!
//! House rule: what is in it is computed from the very entries that are in it.

use super::records::KEEP_THE_KEY;
use crate::args::evidence::{EvidenceOf, Forms};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use documents::{
    CERTIFICATION, Language, Letterhead, Paper, Press, README, Reading, VERIFIER,
    configuration_files, html, metric_files, shown, signature_manifests, table_files,
};
use model::digest::Digest;
use model::event::{Entry, Event};
use model::id::Seq;
use model::machine::SignOffTransition;
use model::order::{OrderId, Outcome, Report};
use model::sheet::SlotId;
use model::state::State;
use record::{ArchivedFile, CHAIN, PRIVATE, RUNS, Signer};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

/// How often it is begun anew because somebody wrote meanwhile.
const ATTEMPTS: usize = 5;

pub(crate) async fn evidence(it: &EvidenceOf, desk: Desk) -> Result<Exit, Fault> {
    match it {
        EvidenceOf::Package { file, without_private, documents, letterhead, fonts } => {
            let stationery = Stationery {
                forms: *documents,
                is_private: !without_private,
                letterhead: super::documents::letterhead(letterhead.as_deref())?,
                press: super::documents::press(fonts.as_deref())?,
            };
            package(file, &stationery, &desk).await
        }
        EvidenceOf::Checkpoint => {
            let standing = desk.coordinator.record().standing(&desk.deployment()).await?;
            let note = standing.checkpoint;
            desk.terminal.answer(&note, || note.trim_end().to_owned())?;
            Ok(Exit::Done)
        }
        EvidenceOf::Receipt { slot, file } => receipt(slot, file, &desk).await,
        EvidenceOf::Sample { seed, count } => super::samples::sample(*seed, *count, &desk).await,
    }
}

/// On what the documents of a package are printed, and in which forms.
struct Stationery {
    forms: Forms,
    /// Whether what is private of people is in it.
    is_private: bool,
    letterhead: Letterhead,
    press: Press,
}

#[derive(serde::Serialize)]
struct Packed<'a> {
    file: &'a Path,
    files: usize,
    entries: Seq,
    sha256: Digest,
}

async fn package(path: &Path, on: &Stationery, desk: &Desk) -> Result<Exit, Fault> {
    is_free(path)?;
    let signer = signer(desk).await?;
    let spinner = desk.terminal.spinner("packing the evidence");
    let collected = collected(desk, on).await;
    spinner.finish_and_clear();
    let (mut files, entries) = collected?;
    files.extend(timestamps(desk, entries)?);
    let chain = files.iter().find(|it| it.path == CHAIN).map_or(&[][..], |it| &it.bytes);
    let keys = record::keys_of(chain, signer.verifier_key());
    let keys: String = keys.iter().map(|it| format!("{it}\n")).collect();
    files.push(file("keys/record.vkey", keys));
    let count = files.len();
    let bytes = record::package(&desk.deployment(), files, &signer).map_err(|name| {
        Fault::new(Exit::Failure, format!("{name} is no name for a file of a package"))
    })?;
    let sha256 = Digest::of(&bytes);
    std::fs::write(path, &bytes).map_err(|error| Fault::of_file(path, &error))?;
    desk.answer(&Packed { file: path, files: count, entries, sha256 }, || {
        format!(
            "{count} files with {1} are in {0}, SHA-256 {sha256}.\n\nVerify it anywhere:\n  landfall verify {0} --key KEY\n  tar -xf {0} README/verify.py && python3 README/verify.py {0} KEY\n{KEEP_THE_KEY}",
            path.display(),
            render::counted::entries(entries)
        )
    })?;
    Ok(Exit::Done)
}

#[derive(serde::Serialize)]
struct Received<'a> {
    file: &'a Path,
    entry: Seq,
}

async fn receipt(slot: &SlotId, path: &Path, desk: &Desk) -> Result<Exit, Fault> {
    desk.known(desk.state(), &slot.sheet.scope())?;
    is_free(path)?;
    let signer = signer(desk).await?;
    let (record, deployment) = (desk.coordinator.record(), desk.deployment());
    let mut newest = None;
    let noted = &mut |_: &State, entry: &Entry, _| {
        if let Event::SignOff { slot: of, transition, .. } = &entry.event
            && of == slot
            && matches!(
                transition,
                SignOffTransition::Signed | SignOffTransition::SignedWithExceptions
            )
        {
            newest = Some(entry.seq);
        }
    };
    coordinator::read_through(&*record, &deployment, noted).await?;
    let entry = newest.ok_or_else(|| {
        let next = format!("`landfall sheet {}` shows who has signed", slot.sheet);
        Fault::new(Exit::Refused, format!("nobody has signed {slot}")).next(next)
    })?;
    let bytes = record::receipt(&*record, &deployment, entry, &signer).await?;
    let bytes = bytes.unwrap_or_default();
    std::fs::write(path, bytes).map_err(|error| Fault::of_file(path, &error))?;
    desk.answer(&Received { file: path, entry }, || {
        format!(
            "The receipt of entry {entry} is in {0}.\n\nVerify it anywhere:\n  landfall verify {0} --key KEY\n{KEEP_THE_KEY}",
            path.display()
        )
    })?;
    Ok(Exit::Done)
}

/// Refuses to write over a file.
fn is_free(path: &Path) -> Result<(), Fault> {
    if !path.exists() {
        return Ok(());
    }
    let what = format!("{} is there already", path.display());
    Err(Fault::usage(what, "name another file: evidence is never written over"))
}

/// Returns the record's key, which is not found through a server.
async fn signer(desk: &Desk) -> Result<Signer, Fault> {
    if desk.surroundings.client().await?.is_some() {
        let next = "run it where the record's key is, without --server";
        return Err(Fault::usage("evidence is signed with the record's key", next));
    }
    desk.surroundings.signer()
}

fn file(path: &str, bytes: impl Into<Vec<u8>>) -> ArchivedFile {
    ArchivedFile { path: path.to_owned(), bytes: bytes.into() }
}

/// Returns the timestamps over checkpoints of the first `entries` entries, each with its checkpoint.
fn timestamps(desk: &Desk, entries: Seq) -> Result<Vec<ArchivedFile>, Fault> {
    let folder = desk.surroundings.timestamps(&desk.deployment());
    let Ok(listed) = folder.read_dir() else { return Ok(Vec::new()) };
    let names = listed.filter_map(|it| it.ok()?.file_name().into_string().ok());
    let is_within = |name: &str| name.parse::<Seq>().is_ok_and(|it| it <= entries);
    let names = names.filter_map(|it| it.strip_suffix(".checkpoint").map(str::to_owned));
    let names: BTreeSet<String> = names.filter(|it| is_within(it)).collect();
    let mut files = Vec::new();
    for name in names {
        for ending in ["checkpoint", "tst"] {
            let path = folder.join(format!("{name}.{ending}"));
            let bytes = std::fs::read(&path).map_err(|error| Fault::of_file(&path, &error))?;
            files.push(file(&format!("timestamps/{name}.{ending}"), bytes));
        }
    }
    Ok(files)
}

/// Returns the files of a package, and how many entries its record has.
async fn collected(desk: &Desk, on: &Stationery) -> Result<(Vec<ArchivedFile>, Seq), Fault> {
    let (record, deployment) = (desk.coordinator.record(), desk.deployment());
    for _ in 0..ATTEMPTS {
        let mut chain = Vec::new();
        let entries = record::export(&*record, &deployment, &mut chain).await?;
        let mut reading = Reading::of(documents::Wanted::All);
        let mut runs = Runs::default();
        let noted = &mut |state: &State, entry: &Entry, hash| {
            reading.note(state, entry, hash);
            runs.note(entry);
        };
        let mut state = coordinator::read_through(&*record, &deployment, noted).await?;
        // Somebody wrote meanwhile: documents and record would be of two moments.
        if state.seq != entries {
            continue;
        }
        let openings = if on.is_private {
            let commitments = record::commitments(chain.as_slice());
            let commitments = commitments.map_err(|it| Fault::of_file(Path::new(CHAIN), &it))?;
            vec![file(PRIVATE, record::openings(&*record, &commitments).await?)]
        } else {
            state = state.without_private();
            vec![]
        };
        let mut files = vec![
            file("README/README.md", README),
            file("README/verify.py", VERIFIER),
            file("certification.txt", CERTIFICATION),
            file(CHAIN, chain),
            file(RUNS, runs.table()),
        ];
        files.extend(openings);
        // As of the last entry: whoever packs the same record later gets the same bytes.
        let paper = Paper { state: &state, now: state.at, reading: &reading };
        for table in table_files(&paper) {
            files.push(file(&format!("population/{}", table.name), table.bytes));
        }
        for manifest in signature_manifests(&paper) {
            let name = format!("signatures/{}.json", manifest.chain.seq);
            files.push(file(&name, manifest.canonical()));
        }
        let more = [metric_files(&paper), configuration_files(&paper, &on.letterhead)].concat();
        files.extend(more.into_iter().map(|(path, bytes)| file(&path, bytes)));
        let plans: BTreeSet<Digest> = state.baselines.iter().map(|it| it.plan).collect();
        for digest in plans.into_iter().chain([state.plan.digest()]) {
            let path = format!("config/plans/{digest}.json");
            if files.iter().all(|it| it.path != path)
                && let Some(plan) = record.content(&digest).await?
            {
                files.push(file(&path, plan));
            }
        }
        papers(&paper, on, &mut files)?;
        return Ok((files, entries));
    }
    let next = "try again while nothing is being deployed";
    Err(Fault::new(Exit::Failure, "the record is being written all the time").next(next))
}

fn papers(paper: &Paper<'_>, on: &Stationery, files: &mut Vec<ArchivedFile>) -> Result<(), Fault> {
    let Stationery { forms, letterhead, press, .. } = on;
    for name in super::documents::all(paper) {
        let Some(document) = documents::document(paper, &name) else { continue };
        let path = |ending: &str| format!("documents/{}.{ending}", name.file());
        files.push(file(&path("json"), document.canonical()));
        if *forms == Forms::Json {
            continue;
        }
        let shown = shown(&document, Language::En, letterhead);
        files.push(file(&path("html"), html(&document, &shown, letterhead)));
        if *forms == Forms::Pdf {
            let pdf = press.pdf(&document, &shown, letterhead).map_err(|error| {
                Fault::new(Exit::Failure, format!("{name} cannot be printed"))
                    .why(error.to_string())
            })?;
            files.push(file(&path("pdf"), pdf));
        }
    }
    Ok(())
}

/// Every step that came to its end: the population that auditors draw from.
#[derive(Default)]
struct Runs {
    intended: HashMap<String, (Seq, String)>,
    rows: Vec<String>,
}

impl Runs {
    fn note(&mut self, entry: &Entry) {
        let intend = |it: &OrderId| (it.0.to_string(), (entry.seq, entry.at.to_string()));
        self.intended.extend(entry.event.intends().iter().map(intend));
        for (order, report) in entry.event.ends() {
            self.row(entry, order, report);
        }
    }

    fn row(&mut self, entry: &Entry, order: &OrderId, report: &Report) {
        let name = order.0.to_string();
        let (intended, began) = self.intended.remove(&name).unwrap_or_default();
        let scope = name.split('@').next().unwrap_or_default();
        let outcome = match &report.outcome {
            Outcome::Succeeded { .. } => "succeeded",
            Outcome::Failed { .. } => "failed",
            Outcome::Unknown { .. } => "unknown",
        };
        let (seq, at) = (entry.seq, entry.at);
        self.rows.push(format!(
            "\"{}\",{scope},{intended},{began},{seq},{at},{outcome},{}\r\n",
            name.replace('"', "\"\""),
            report.took_ms
        ));
    }

    fn table(&self) -> Vec<u8> {
        let head =
            "order,scope,intended_entry,intended_at,ended_entry,ended_at,outcome,took_ms\r\n";
        (head.to_owned() + &self.rows.concat()).into_bytes()
    }
}
