//! Comparing the release's files with what the plan says of them.
//!
//! House rule: the bytes that are deployed are the bytes that were approved.

use crate::code::Code;
use crate::diagnostic::{Diagnostic, quoted};
use crate::folder::Folder;
use model::digest::Digest;
use model::plan::MasterProjectPlan;
use model::release::SolutionDeliverable;
use sha2::Digest as _;
use std::io::Read;

/// How much of a file is held at once, in bytes.
const CHUNK_BYTES: usize = 256 << 10;

/// Returns what differs between the files in `folder` and the deliverables of `plan`.
///
/// Files are read in pieces, whatever their size. A file of another size is not read at all.
pub fn verify_deliverables(folder: &dyn Folder, plan: &MasterProjectPlan) -> Vec<Diagnostic> {
    plan.release.deliverables.iter().filter_map(|it| verify(folder, it)).collect()
}

fn verify(folder: &dyn Folder, deliverable: &SolutionDeliverable) -> Option<Diagnostic> {
    let name = quoted(deliverable.id.as_str());
    let file = match folder.open(&deliverable.file) {
        Ok(file) => file,
        Err(error) => {
            let what = format!("the deliverable {name} cannot be read: {error}");
            return found(
                Code::DeliverableMissing,
                deliverable,
                what,
                "put the file there, or correct `file` in the release",
            );
        }
    };
    if file.size_bytes != deliverable.size_bytes {
        let what = format!(
            "the deliverable {name} has {} bytes; the plan says {}",
            file.size_bytes, deliverable.size_bytes
        );
        return found(
            Code::SizeMismatch,
            deliverable,
            what,
            "put the released file there, or correct the plan and have it approved again",
        );
    }
    match digest_of(file.reader) {
        Ok(sha256) if sha256 == deliverable.sha256 => None,
        Ok(sha256) => {
            let what = format!(
                "the deliverable {name} has the SHA-256 {sha256}; the plan says {}",
                deliverable.sha256
            );
            found(
                Code::DigestMismatch,
                deliverable,
                what,
                "put the released file there, or correct the plan and have it approved again",
            )
        }
        Err(error) => {
            let what = format!("the deliverable {name} cannot be read to its end: {error}");
            found(Code::DeliverableMissing, deliverable, what, "check the disk that holds it")
        }
    }
}

fn digest_of(mut reader: Box<dyn Read + '_>) -> std::io::Result<Digest> {
    let mut hash = sha2::Sha256::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match reader.read(&mut chunk) {
            Ok(0) => return Ok(Digest::from_bytes(hash.finalize().into())),
            Ok(count) => hash.update(chunk.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn found(
    code: Code,
    deliverable: &SolutionDeliverable,
    what: String,
    help: &str,
) -> Option<Diagnostic> {
    Some(Diagnostic {
        code,
        severity: code.severity(),
        file: deliverable.file.clone(),
        line: 0,
        column: 0,
        snippet: None,
        what,
        help: Some(help.to_owned()),
    })
}
