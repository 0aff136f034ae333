//! A file verified without a server: an exported record, an evidence package or a receipt.

use super::records::{Proven, another_record, first_bad};
use crate::args::record::Verify;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use crate::terminal::Terminal;
use jiff::Timestamp;
use record::{Opened, VerifyError};
use std::path::Path;

pub(crate) async fn verify_file(it: &Verify, terminal: Terminal) -> Result<Exit, Fault> {
    let (path, key) = (it.file.clone(), it.key.clone());
    let spinner = terminal.spinner("verifying the file");
    let begins = beginning(&path)?;
    if let (Some(kept), Some(key)) = (&it.checkpoint, &it.key) {
        is_the_one_that_was_witnessed(&path, kept, key)?;
    }
    if record::is_receipt(&begins) {
        spinner.finish_and_clear();
        return receipt_verified(it, terminal);
    }
    if record::is_package(&begins) {
        let looked = tokio::task::spawn_blocking(move || {
            let bytes = std::fs::read(&path).map_err(|error| Fault::of_file(&path, &error))?;
            Ok::<_, Fault>(record::verify_package(&bytes, key.as_ref()))
        });
        let looked = looked.await.map_err(|it| Fault::new(Exit::Failure, it.to_string()))??;
        spinner.finish_and_clear();
        return package_verified(it, looked, terminal);
    }
    let looked =
        tokio::task::spawn_blocking(move || record::verify_file(&path, key.as_ref())).await;
    spinner.finish_and_clear();
    let looked = looked.map_err(|it| Fault::new(Exit::Failure, it.to_string()))?;
    match looked {
        Ok(verified) => {
            let vouched = match &it.key {
                Some(key) => format!("signed with the key {key}"),
                None => "signed with the key that the file names itself: compare it with yours"
                    .to_owned(),
            };
            let private = opened(&it.file, it.private.as_deref())?;
            let proven = Proven::from(&verified).with_private(private);
            terminal.answer(&proven, || {
                render::record::verified(&verified, &vouched) + &render::record::opened(private)
            })?;
            Ok(Exit::Done)
        }
        Err(VerifyError::Bad(bad)) => Err(first_bad(&bad)),
        Err(error) => {
            let what = format!("{} could not be verified", it.file.display());
            Err(Fault::new(Exit::Failure, what).why(error.to_string()))
        }
    }
}

/// Holds what is private, in the file `private`, against the exported record at `path`.
fn opened(path: &Path, private: Option<&Path>) -> Result<Opened, Fault> {
    let file = std::fs::File::open(path).map(std::io::BufReader::new);
    let commitments = file.and_then(record::commitments);
    let commitments = commitments.map_err(|error| Fault::of_file(path, &error))?;
    let Some(private) = private else {
        return Ok(Opened { open: 0, closed: commitments.len() });
    };
    let openings = std::fs::read(private).map_err(|error| Fault::of_file(private, &error))?;
    record::verify_openings(&commitments, &openings).map_err(|line| {
        let what = format!("line {line} of {} opens nothing in the record", private.display());
        Fault::new(Exit::Wrong, what).next("ask for both files again, from one export")
    })
}

/// Refuses a record that is not the one of which a checkpoint was kept elsewhere.
fn is_the_one_that_was_witnessed(
    path: &Path,
    kept: &Path,
    key: &record::VerifierKey,
) -> Result<(), Fault> {
    let read = |path: &Path| std::fs::read(path).map_err(|error| Fault::of_file(path, &error));
    let mut note = String::from_utf8_lossy(&read(kept)?).into_owned();
    if !note.ends_with('\n') {
        note.push('\n');
    }
    record::began_with(&read(path)?, &note, key).map(|_| ()).map_err(|it| another_record(&it))
}

/// Returns the first bytes of the file at `path`: they say what it is.
fn beginning(path: &Path) -> Result<Vec<u8>, Fault> {
    use std::io::Read as _;
    let fault = |error: std::io::Error| Fault::of_file(path, &error);
    let mut begins = Vec::new();
    let file = std::fs::File::open(path).map_err(fault)?;
    file.take(512).read_to_end(&mut begins).map_err(fault)?;
    Ok(begins)
}

/// What authorities said of a package's checkpoints.
#[derive(serde::Serialize)]
struct Stamped {
    count: usize,
    /// When one of them saw the newest of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<Timestamp>,
    is_trusted: bool,
}

/// Returns what the authorities that are trusted said of the package.
fn stamped(it: &Verify) -> Result<Stamped, Fault> {
    let read = |path: &Path| std::fs::read(path).map_err(|error| Fault::of_file(path, &error));
    let trusted = match &it.timestamp_authority {
        Some(path) => record::authorities(&read(path)?).map_err(|error| {
            Fault::usage(format!("{}: {error}", path.display()), "name a PEM file of certificates")
        })?,
        None => Vec::new(),
    };
    match record::package_timestamps(&read(&it.file)?, &trusted) {
        Ok(all) => Ok(Stamped {
            count: all.len(),
            last: all.iter().map(|it| it.at).max(),
            is_trusted: !trusted.is_empty(),
        }),
        Err(flaw) => {
            let what = format!("the package does not stand its verification: {flaw}");
            Err(Fault::new(Exit::Wrong, what).next(
                "ask the authority for its certificates, or find out who made this timestamp",
            ))
        }
    }
}

#[derive(serde::Serialize)]
struct ProvenPackage {
    #[serde(flatten)]
    record: Proven,
    files: usize,
    documents: usize,
    signatures: usize,
    runs: usize,
    timestamps: Stamped,
}

fn package_verified(
    it: &Verify,
    looked: Result<record::VerifiedPackage, record::PackageFlaw>,
    terminal: Terminal,
) -> Result<Exit, Fault> {
    let verified = looked.map_err(|flaw| {
        let what = format!("the package does not stand its verification: {flaw}");
        Fault::new(Exit::Wrong, what)
            .next("ask for the package again, and compare the key with the one you keep")
    })?;
    let vouched = match &it.key {
        Some(key) => format!("signed with the key {key}"),
        None => "signed with the key that the file names itself: compare it with yours".to_owned(),
    };
    let record::VerifiedPackage { record, files, documents, signatures, runs, private, .. } =
        &verified;
    let proven = ProvenPackage {
        record: Proven::from(record).with_private(*private),
        files: *files,
        documents: *documents,
        signatures: *signatures,
        runs: *runs,
        timestamps: stamped(it)?,
    };
    terminal.answer(&proven, || {
        let held =
            render::record::verified(record, &vouched) + &render::record::opened(*private);
        let Stamped { count, last, is_trusted } = &proven.timestamps;
        let by = if *is_trusted {
            "an authority that you trust"
        } else {
            "an authority that you have not named: --timestamp-authority FILE"
        };
        let stamps = match last {
            Some(last) => format!("\nTimestamps: {count}, the last one at {last} by {by}."),
            None if *is_trusted => "\nTimestamps: none.".to_owned(),
            None => String::new(),
        };
        format!(
            "{held}\nThe package holds: {files} files, {documents} documents, {signatures} signatures, and a row for each of {runs} steps.{stamps}"
        )
    })?;
    Ok(Exit::Done)
}

fn receipt_verified(it: &Verify, terminal: Terminal) -> Result<Exit, Fault> {
    let path = &it.file;
    let bytes = std::fs::read(path).map_err(|error| Fault::of_file(path, &error))?;
    let verified = record::verify_receipt(&bytes, it.key.as_ref()).map_err(|flaw| {
        let what = format!("the receipt does not stand its verification: {flaw}");
        let next = "ask for the receipt again, and compare the key with the one you keep";
        Fault::new(Exit::Wrong, what).next(next)
    })?;
    let of = &verified.checkpoint;
    terminal.answer(&verified.entry, || {
        let slot = verified.entry.pointer("/event/sign-off/slot").and_then(|it| it.as_str());
        let document = verified.entry.pointer("/event/sign-off/document").and_then(|it| it.as_str());
        format!(
            "The receipt holds: entry {} of {} entries of {} is the signature {} on the document {}.",
            verified.seq,
            of.size,
            of.deployment,
            slot.unwrap_or_default(),
            document.unwrap_or_default()
        )
    })?;
    Ok(Exit::Done)
}
