//! The evidence package: a record, its documents and its tables in one file that anybody can verify.
//!
//! It is an archive whose first files say what the others are: a manifest with the digest of each,
//! and a note in which the record's key signs that manifest. Verifying needs no server, trusts
//! nothing in the file but the key, and names the first thing that does not hold.
//!
//! House rule: what a document says about signatures stands in the chain, or the package is refused.

mod timestamps;

pub use timestamps::package_timestamps;

use crate::archive::{ArchivedFile, archive, files, is_name};
use crate::chain::beginning;
use crate::export::{read_content_line, read_entry_line, verify_lines};
use crate::key::{Signer, VerifierKey};
use crate::note;
use crate::note::InvalidNote;
use crate::opening::{Opened, PRIVATE, commitments, verify_openings};
use crate::proof::Proofs;
use crate::rotation::Keys;
use crate::verify::{FirstBad, Verified};
use model::digest::{Digest, canonical, digest_of_tree};
use model::id::{DeploymentId, Seq};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The name of the format.
const FORMAT: &str = "landfall-evidence/1";

/// The file that names all others with their digests.
const MANIFEST: &str = "manifest.json";

/// The file in which the key signs the manifest.
const NOTE: &str = "manifest.note";

/// The exported record.
pub const CHAIN: &str = "chain.ndjson";

/// The table with a row for each step that came to its end.
pub const RUNS: &str = "population/runs.csv";

/// Where the plans lie, each under its digest.
const PLANS: &str = "config/plans/";

/// The first bytes of a package: the name of its first file.
const FIRST_BYTES: &[u8] = b"manifest.json\0";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: String,
    deployment: DeploymentId,
    files: Vec<Listed>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    path: String,
    size: usize,
    sha256: Digest,
}

/// A package that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedPackage {
    /// The record in it.
    pub record: Verified,
    /// How many files it has, besides the two that name and sign the others.
    pub files: usize,
    /// How many documents.
    pub documents: usize,
    /// How many signatures on them.
    pub signatures: usize,
    /// How many steps that came to their end.
    pub runs: usize,
    /// How many private values can be read in it, and how many cannot.
    pub private: Opened,
    /// How many timestamps of authorities, whoever these are: see [`package_timestamps`].
    pub timestamps: usize,
}

/// The first thing in a package that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackageFlaw {
    /// It is not written as a package is.
    #[error("archive: {why}")]
    Archive {
        /// What is wrong.
        why: String,
    },
    /// Its manifest is not one.
    #[error("manifest: {why}")]
    Manifest {
        /// What is wrong.
        why: &'static str,
    },
    /// Its manifest is not signed with the key that is expected.
    #[error("key: the manifest is not signed by it: {0}")]
    Key(InvalidNote),
    /// A file is missing, has other bytes, or is not named in the manifest.
    #[error("file {path}: {why}")]
    File {
        /// The file.
        path: String,
        /// What is wrong.
        why: &'static str,
    },
    /// The record in it does not hold.
    #[error("chain: {0}")]
    Chain(FirstBad),
    /// A document does not have the digest that it says, or says what the record does not.
    #[error("document {path}: {why}")]
    Document {
        /// The file.
        path: String,
        /// What is wrong.
        why: String,
    },
    /// A plan is not one of the record.
    #[error("plan {path}: the record has no such plan")]
    Plan {
        /// The file.
        path: String,
    },
    /// A timestamp is not one over a checkpoint of the record.
    #[error("timestamp {path}: {why}")]
    Timestamp {
        /// The file.
        path: String,
        /// What is wrong.
        why: String,
    },
    /// A signature is not the one in the record.
    #[error("signature {path}: {why}")]
    Signature {
        /// The file.
        path: String,
        /// What is wrong.
        why: &'static str,
    },
    /// What somebody showed in the act of signing is not about that act, or not by their key.
    #[error("proof: entry {seq}: {why}")]
    Proof {
        /// The entry.
        seq: Seq,
        /// What is wrong.
        why: &'static str,
    },
    /// A line of the file with what is private opens nothing in the record.
    #[error("private: line {line} opens nothing in the record")]
    Private {
        /// Which line, from 1.
        line: usize,
    },
    /// The table of what was done does not have a row for everything that was.
    #[error("population: {rows} rows for {runs} steps that came to their end")]
    Population {
        /// How many rows it has.
        rows: usize,
        /// How many steps the record knows.
        runs: usize,
    },
}

/// Returns whether `bytes` begin as a package does.
pub fn is_package(bytes: &[u8]) -> bool {
    bytes.starts_with(FIRST_BYTES)
}

/// Returns `files` as the evidence package of `deployment`, signed by `signer`.
///
/// # Errors
///
/// The path of a file whose name an archive cannot have.
pub fn package(
    deployment: &DeploymentId,
    files: Vec<ArchivedFile>,
    signer: &Signer,
) -> Result<Vec<u8>, String> {
    if let Some(wrong) = files.iter().find(|it| !is_name(&it.path)) {
        return Err(wrong.path.clone());
    }
    let listed = files.iter().map(|it| Listed {
        path: it.path.clone(),
        size: it.bytes.len(),
        sha256: Digest::of(&it.bytes),
    });
    let (format, deployment) = (FORMAT.to_owned(), deployment.clone());
    let manifest = canonical(&Manifest { format, deployment, files: listed.collect() });
    let note = note::sign(&text(&manifest), signer).into_bytes();
    let first = [(MANIFEST, manifest), (NOTE, note)];
    let first = first.map(|(path, bytes)| ArchivedFile { path: path.to_owned(), bytes });
    let all: Vec<ArchivedFile> = first.into_iter().chain(files).collect();
    Ok(archive(&all))
}

/// Returns what the key signs of a manifest.
fn text(manifest: &[u8]) -> String {
    format!("{FORMAT}\n{}\n", Digest::of(manifest))
}

/// Verifies a package and returns what holds. Without an expected key the one that the record in it
/// names is used: then only accidents are found.
///
/// # Errors
///
/// The first thing that does not hold.
pub fn verify_package(
    bytes: &[u8],
    expected: Option<&VerifierKey>,
) -> Result<VerifiedPackage, PackageFlaw> {
    let found = files(bytes).map_err(|why| PackageFlaw::Archive { why })?;
    let mut found = found.into_iter();
    let (Some(manifest), Some(note)) = (found.next(), found.next()) else {
        return Err(PackageFlaw::Archive { why: "it has no manifest".to_owned() });
    };
    let wrong = |why| PackageFlaw::Manifest { why };
    if (manifest.path.as_str(), note.path.as_str()) != (MANIFEST, NOTE) {
        return Err(wrong("it does not come first, and its note second"));
    }
    let files: Vec<ArchivedFile> = found.collect();
    let chain = files.iter().find(|it| it.path == CHAIN);
    let own = chain.and_then(|it| key_of(&it.bytes).map(|own| (it, own)));
    let key = match (expected, own) {
        // The record was rotated to another key than the one that is trusted: it says so itself.
        (Some(trusted), Some((chain, own)))
            if *trusted != own && leads_to(&chain.bytes, trusted) =>
        {
            own
        }
        (Some(trusted), _) => trusted.clone(),
        (None, Some((_, own))) => own,
        (None, None) => return Err(wrong("nothing says which key has signed it")),
    };
    let note = String::from_utf8(note.bytes).map_err(|_| PackageFlaw::Key(InvalidNote::Form))?;
    note::verify(&note, &text(&manifest.bytes), &key).map_err(PackageFlaw::Key)?;
    let listed =
        listed(&manifest.bytes).ok_or(wrong("it is not the canonical JSON of a manifest"))?;
    are_listed(&files, &listed)?;
    let chain =
        chain.ok_or_else(|| PackageFlaw::File { path: CHAIN.to_owned(), why: "it is missing" })?;
    let record = match verify_lines(chain.bytes.as_slice(), Some(&key)) {
        Ok(Ok(verified)) => verified,
        Ok(Err(bad)) => return Err(PackageFlaw::Chain(bad)),
        Err(_) => {
            return Err(PackageFlaw::File { path: CHAIN.to_owned(), why: "it cannot be read" });
        }
    };
    if record.checkpoint.deployment != listed.deployment {
        return Err(wrong("it is of another deployment than the record"));
    }
    let acts = Acts::of(&listed.deployment, &chain.bytes)?;
    let (mut documents, mut signatures) = (0, 0);
    for file in &files {
        if file.path.starts_with("documents/") && file.path.ends_with(".json") {
            document(file, &acts)?;
            documents += 1;
        } else if file.path.starts_with("signatures/") {
            signature(file, &acts)?;
            signatures += 1;
        } else if file.path.starts_with(PLANS) {
            let digest = Digest::of(&file.bytes);
            let is_named = file.path == format!("{PLANS}{digest}.json");
            if !is_named || !acts.contents.contains(&digest) {
                return Err(PackageFlaw::Plan { path: file.path.clone() });
            }
        }
    }
    let rows = files.iter().find(|it| it.path == RUNS).map_or(0, |it| rows(&it.bytes));
    if rows != acts.runs {
        return Err(PackageFlaw::Population { rows, runs: acts.runs });
    }
    let sealed = commitments(chain.bytes.as_slice());
    let sealed = sealed.map_err(|_| PackageFlaw::Private { line: 0 })?;
    let openings = files.iter().find(|it| it.path == PRIVATE).map_or(&[][..], |it| &it.bytes);
    let private = verify_openings(&sealed, openings);
    let private = private.map_err(|line| PackageFlaw::Private { line })?;
    let timestamps = timestamps::timestamps(&files, &chain.bytes, &key, &[])?.len();
    let files = files.len();
    let runs = rows;
    Ok(VerifiedPackage { record, files, documents, signatures, runs, private, timestamps })
}

/// Returns the keys of an exported record that ends with `signing`, the first one first.
pub fn keys_of(chain: &[u8], signing: &VerifierKey) -> Vec<VerifierKey> {
    let mut keys = Keys::default();
    let mut previous = beginning();
    for entry in chain.split(|it| *it == b'\n').filter_map(read_entry_line) {
        // What does not hold is found by whoever verifies it.
        keys.entry(entry.seq, &previous, &entry.body).ok();
        previous = entry.hash;
    }
    keys.all(signing)
}

/// Returns whether an exported record holds, and `trusted` is one of the keys that it was signed with.
fn leads_to(chain: &[u8], trusted: &VerifierKey) -> bool {
    matches!(verify_lines(chain, Some(trusted)), Ok(Ok(_)))
}

/// Returns the key that an exported record names in its first line.
fn key_of(chain: &[u8]) -> Option<VerifierKey> {
    let line = chain.split(|it| *it == b'\n').next()?;
    let header: Value = serde_json::from_slice(line).ok()?;
    header.get("vkey")?.as_str()?.parse().ok()
}

fn listed(manifest: &[u8]) -> Option<Manifest> {
    let read: Manifest = serde_json::from_slice(manifest).ok()?;
    (read.format == FORMAT && canonical(&read) == manifest).then_some(read)
}

fn are_listed(files: &[ArchivedFile], manifest: &Manifest) -> Result<(), PackageFlaw> {
    let flaw = |path: &str, why| Err(PackageFlaw::File { path: path.to_owned(), why });
    for (file, listed) in files.iter().zip(&manifest.files) {
        if file.path != listed.path {
            return flaw(&file.path, "it does not stand where the manifest names it");
        }
        if file.bytes.len() != listed.size || Digest::of(&file.bytes) != listed.sha256 {
            return flaw(&file.path, "it has other bytes than the manifest says");
        }
    }
    match (files.get(manifest.files.len()), manifest.files.get(files.len())) {
        (Some(more), _) => flaw(&more.path, "the manifest does not name it"),
        (None, Some(lacking)) => flaw(&lacking.path, "it is missing"),
        (None, None) => Ok(()),
    }
}

/// How many rows a table has besides its head: none of its cells has a line in it.
fn rows(table: &[u8]) -> usize {
    table.iter().filter(|it| **it == b'\n').count().saturating_sub(1)
}

/// What of the chain documents and signatures are held against.
struct Acts {
    signed: BTreeMap<Seq, Signed>,
    contents: BTreeSet<Digest>,
    runs: usize,
}

/// How a signature by hand stands among the others: no transition of a signature is called so.
const ON_PAPER: &str = "attested";

/// A signature in the chain.
struct Signed {
    hash: String,
    slot: String,
    transition: String,
    document: String,
    declared: Option<String>,
}

impl Acts {
    /// Returns the acts of a record that was verified, after what their authors showed in them was checked.
    fn of(deployment: &DeploymentId, chain: &[u8]) -> Result<Self, PackageFlaw> {
        let mut acts = Self { signed: BTreeMap::new(), contents: BTreeSet::new(), runs: 0 };
        let mut proofs = Proofs::default();
        // Plans stand after the entries that name them.
        let lines = || chain.split(|it| *it == b'\n');
        lines().filter_map(read_content_line).for_each(|it| {
            acts.contents.insert(Digest::of(&it));
            proofs.content(&it);
        });
        for entry in lines().filter_map(read_entry_line) {
            let Ok(body) = serde_json::from_slice::<Value>(&entry.body) else { continue };
            let declared = proofs.entry(deployment.as_str(), &body);
            let declared = declared.map_err(|why| PackageFlaw::Proof { seq: entry.seq, why })?;
            proofs.chained(entry.hash);
            let event = body.get("event");
            let several = body.pointer("/event/orders-ended/ended").and_then(Value::as_array);
            acts.runs += several.map_or(0, Vec::len);
            if event.and_then(|it| it.get("order-ended")).is_some() {
                acts.runs += 1;
            }
            let attested = body.pointer("/event/paper/attested");
            let Some(act) = event.and_then(|it| it.get("sign-off")).or(attested) else { continue };
            let text =
                |key: &str| act.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            let transition = attested.map_or_else(|| text("transition"), |_| ON_PAPER.to_owned());
            let signed = Signed {
                hash: entry.hash.to_string(),
                slot: text("slot"),
                transition,
                document: text("document"),
                declared: declared.map(|it| it.to_string()),
            };
            acts.signed.insert(entry.seq, signed);
        }
        Ok(acts)
    }
}

/// Holds a document against its own digest, and what it says of signatures against the chain.
fn document(file: &ArchivedFile, acts: &Acts) -> Result<(), PackageFlaw> {
    let flaw = |why: &str| PackageFlaw::Document { path: file.path.clone(), why: why.to_owned() };
    let read: Value = serde_json::from_slice(&file.bytes).map_err(|_| flaw("it is not JSON"))?;
    if canonical(&read) != file.bytes {
        return Err(flaw("it is not canonical JSON"));
    }
    let text =
        |of: &Value, key: &str| of.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let digest = text(&read, "digest");
    let body = read.get("body").ok_or_else(|| flaw("it has no body"))?;
    if digest_of_tree(body).to_string() != digest {
        return Err(flaw("its body does not have the digest that it says"));
    }
    let slots = read.get("slots").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for slot in slots {
        let wanted = match text(slot, "stands").as_str() {
            "is-signed" => "signed",
            "is-signed-on-paper" => ON_PAPER,
            _ => continue,
        };
        let seq = slot.get("entry").and_then(Value::as_u64).unwrap_or_default();
        let of = format!("{}:{}", text(&read, "document"), text(slot, "role"));
        let holds = acts.signed.get(&seq).is_some_and(|it| {
            it.slot == of && it.document == digest && it.transition.starts_with(wanted)
        });
        if !holds {
            return Err(flaw(&format!("entry {seq} of the record is no signature of {of} on it")));
        }
    }
    Ok(())
}

/// Holds the manifest of a signature against the entry that it is of.
fn signature(file: &ArchivedFile, acts: &Acts) -> Result<(), PackageFlaw> {
    let flaw = |why| PackageFlaw::Signature { path: file.path.clone(), why };
    let read: Value = serde_json::from_slice(&file.bytes).map_err(|_| flaw("it is not JSON"))?;
    if canonical(&read) != file.bytes {
        return Err(flaw("it is not canonical JSON"));
    }
    let at = |pointer: &str| read.pointer(pointer);
    let seq = at("/chain/seq").and_then(Value::as_u64).unwrap_or_default();
    let Some(act) = acts.signed.get(&seq) else {
        return Err(flaw("the record has no such signature"));
    };
    let is_of_entry = at("/chain/hash").and_then(Value::as_str) == Some(act.hash.as_str());
    let is_of_document =
        at("/document/sha256").and_then(Value::as_str) == Some(act.document.as_str());
    let is_of_slot = at("/slot").and_then(Value::as_str) == Some(act.slot.as_str());
    let declared = at("/declaration_sha256").and_then(Value::as_str);
    let is_declared = declared == act.declared.as_deref();
    if is_of_entry && is_of_document && is_of_slot && is_declared {
        Ok(())
    } else {
        Err(flaw("it says something else than the record"))
    }
}

#[cfg(test)]
mod tests;
