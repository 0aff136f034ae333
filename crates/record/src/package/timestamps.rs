//! The timestamps in a package: checkpoints of its record, and what authorities said of each.

use super::{CHAIN, PackageFlaw, key_of};
use crate::archive::{ArchivedFile, files};
use crate::elsewhere::begins_with;
use crate::key::VerifierKey;
use crate::timestamp::{Timestamped, verify_timestamp};
use rustls_pki_types::CertificateDer;

/// Where they lie: a checkpoint, and beside it what an authority said of it.
const FOLDER: &str = "timestamps/";

/// What the name of a checkpoint ends in.
const CHECKPOINT: &str = ".checkpoint";

/// What the name of a timestamp ends in.
const TIMESTAMP: &str = ".tst";

/// Returns the timestamps of a package that was verified, each from one of the authorities `trusted`, where
/// any are named.
///
/// # Errors
///
/// The first one that does not hold.
pub fn package_timestamps(
    bytes: &[u8],
    trusted: &[CertificateDer<'_>],
) -> Result<Vec<Timestamped>, PackageFlaw> {
    let files = files(bytes).map_err(|why| PackageFlaw::Archive { why })?;
    let chain = files.iter().find(|it| it.path == CHAIN).map_or(&[][..], |it| &it.bytes);
    match key_of(chain) {
        Some(key) => timestamps(&files, chain, &key, trusted),
        None => Ok(Vec::new()),
    }
}

/// Holds the timestamps among `files` against the record in `chain`, which ends with `key`.
pub(super) fn timestamps(
    files: &[ArchivedFile],
    chain: &[u8],
    key: &VerifierKey,
    trusted: &[CertificateDer<'_>],
) -> Result<Vec<Timestamped>, PackageFlaw> {
    let flaw = |path: &str, why: String| PackageFlaw::Timestamp { path: path.to_owned(), why };
    let (mut notes, mut found) = (Vec::new(), Vec::new());
    let own = || files.iter().filter(|it| it.path.starts_with(FOLDER));
    for file in own() {
        let Some(name) = file.path.strip_suffix(CHECKPOINT) else {
            let beside = file.path.strip_suffix(TIMESTAMP).map(|it| format!("{it}{CHECKPOINT}"));
            if own().all(|it| Some(&it.path) != beside.as_ref()) {
                return Err(flaw(&file.path, "it has no checkpoint beside it".to_owned()));
            }
            continue;
        };
        let note = String::from_utf8_lossy(&file.bytes).into_owned();
        let token = format!("{name}{TIMESTAMP}");
        let token = own().find(|it| it.path == token);
        let token = token.ok_or_else(|| flaw(&file.path, "it has no timestamp".to_owned()))?;
        let stamp = verify_timestamp(&token.bytes, &note, trusted);
        found.push(stamp.map_err(|why| flaw(&token.path, why.to_string()))?);
        notes.push(note);
    }
    if !notes.is_empty() {
        begins_with(chain, &notes, key).map_err(|why| flaw(FOLDER, why.to_string()))?;
    }
    Ok(found)
}
