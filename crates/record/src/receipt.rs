//! A receipt: one entry of a record, and the proof that it belongs to a checkpoint.
//!
//! Whoever has it can show what they signed without the rest of the record. It is plain text in three
//! parts that other tools read: the entry, a proof of the form `c2sp.org/tlog-proof@v1`, and an
//! in-toto statement in a DSSE envelope, both signed with the record's key.
//!
//! House rule: what is handed out verifies by itself.

use crate::error::RecordError;
use crate::home::Record;
use crate::key::{Signer, VerifierKey};
use crate::notary::PAGE;
use crate::note::{Checkpoint, InvalidNote};
use crate::rotation::{self, InvalidRotation, Keys};
use crate::tree;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::digest::{Digest, canonical};
use model::id::{DeploymentId, Seq};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The name of the format.
const FORMAT: &str = "landfall-receipt/1";

/// The first line of a proof.
const PROOF: &str = "c2sp.org/tlog-proof@v1";

/// The media type of what the envelope holds.
const PAYLOAD: &str = "application/vnd.in-toto+json";

/// What the statement says of its subject.
const PREDICATE: &str = "urn:landfall:sign-off:v1";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Receipt {
    format: String,
    vkey: String,
    /// How the record came from its first key to this one, where it did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    keys: Vec<String>,
    entry: String,
    proof: String,
    statement: Envelope,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Envelope {
    payload_type: String,
    payload: String,
    signatures: Vec<Signature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signature {
    keyid: String,
    sig: String,
}

/// A receipt that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedReceipt {
    /// The number of the entry.
    pub seq: Seq,
    /// The entry's body.
    pub entry: Value,
    /// The checkpoint that it belongs to.
    pub checkpoint: Checkpoint,
}

/// The first thing in a receipt that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptFlaw {
    /// It is not written as a receipt is.
    #[error("form: {0}")]
    Form(&'static str),
    /// It is signed with another key than the expected one.
    #[error("key: it names {0}, which is not the one expected")]
    Key(String),
    /// It says how the record came from one key to another, and that is not so.
    #[error("key rotation: {0}")]
    Rotation(InvalidRotation),
    /// The checkpoint is not signed with the key.
    #[error("checkpoint: {0}")]
    Checkpoint(InvalidNote),
    /// The entry does not belong to the checkpoint.
    #[error("proof: the entry does not belong to the checkpoint")]
    Proof,
    /// The statement is not the one of the entry, or not signed.
    #[error("statement: {0}")]
    Statement(&'static str),
}

/// Returns the receipt of entry `seq`, signed by `signer`, as a file.
///
/// # Errors
///
/// What the database says; nothing where there is no such entry.
pub async fn receipt(
    record: &dyn Record,
    deployment: &DeploymentId,
    seq: Seq,
    signer: &Signer,
) -> Result<Option<Vec<u8>>, RecordError> {
    let standing = record.standing(deployment).await?;
    let size = standing.head.seq;
    let (mut leaves, mut body, mut keys) = (Vec::new(), None, Vec::new());
    let mut read: Seq = 0;
    while read < size {
        let limit = u32::try_from(size - read).unwrap_or(PAGE).min(PAGE);
        let page = record.read(deployment, read, limit).await?;
        let Some(last) = page.last() else { return Ok(None) };
        read = last.seq;
        for entry in page {
            leaves.push(tree::leaf(&entry.body));
            keys.extend(rotation::note_of(&entry.body));
            if entry.seq == seq {
                body = String::from_utf8(entry.body).ok();
            }
        }
    }
    let Some(body) = body else { return Ok(None) };
    let index = (seq - 1) as usize;
    let mut proof = format!("{PROOF}\nindex {index}\n");
    for hash in tree::proof(&leaves, index) {
        proof += &format!("{}\n", STANDARD.encode(hash.as_bytes()));
    }
    proof += &format!("\n{}", standing.checkpoint);
    let vkey = signer.verifier_key().to_string();
    let payload = canonical(&statement(&body));
    let signature = Signature {
        keyid: vkey.clone(),
        sig: STANDARD.encode(signer.sign(&envelope_text(&payload))),
    };
    let statement = Envelope {
        payload_type: PAYLOAD.to_owned(),
        payload: STANDARD.encode(payload),
        signatures: vec![signature],
    };
    let format = FORMAT.to_owned();
    Ok(Some(canonical(&Receipt { format, vkey, keys, entry: body, proof, statement })))
}

/// Returns what is stated about the document that the entry signs.
fn statement(body: &str) -> Value {
    let entry: Value = serde_json::from_str(body).unwrap_or_default();
    let act = entry.pointer("/event/sign-off").cloned().unwrap_or_default();
    let name = act.get("slot").and_then(Value::as_str).unwrap_or_default();
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{ "name": name, "digest": { "sha256": act.get("document") } }],
        "predicateType": PREDICATE,
        "predicate": { "entry": entry },
    })
}

/// Returns what is signed of an envelope: its pre-authentication encoding.
fn envelope_text(payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {PAYLOAD} {} ", PAYLOAD.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

/// Returns whether `bytes` begin as a receipt does.
pub fn is_receipt(bytes: &[u8]) -> bool {
    bytes.starts_with(b"{\"entry\":")
}

/// Verifies a receipt. Without an expected key the one that it names is used: then only accidents are
/// found.
///
/// # Errors
///
/// The first thing that does not hold.
pub fn verify_receipt(
    bytes: &[u8],
    expected: Option<&VerifierKey>,
) -> Result<VerifiedReceipt, ReceiptFlaw> {
    let read: Receipt = serde_json::from_slice(bytes)
        .map_err(|_| ReceiptFlaw::Form("it is not JSON of a receipt"))?;
    if read.format != FORMAT || canonical(&read) != bytes {
        return Err(ReceiptFlaw::Form("it is not the canonical JSON of a receipt"));
    }
    let key: VerifierKey = read.vkey.parse().map_err(|_| ReceiptFlaw::Form("it names no key"))?;
    let mut keys = Keys::default();
    for note in &read.keys {
        keys.note(note).map_err(ReceiptFlaw::Rotation)?;
    }
    if keys.last().is_some_and(|it| *it != key)
        || keys.signing(expected.unwrap_or(&key)) != Some(&key)
    {
        return Err(ReceiptFlaw::Key(read.vkey));
    }
    let (proof, note) =
        read.proof.split_once("\n\n").ok_or(ReceiptFlaw::Form("its proof has no checkpoint"))?;
    let checkpoint = Checkpoint::open(note, &key).map_err(ReceiptFlaw::Checkpoint)?;
    let mut lines = proof.lines();
    let index = match (lines.next(), lines.next().and_then(|it| it.strip_prefix("index "))) {
        (Some(PROOF), Some(index)) => {
            index.parse::<u64>().ok().filter(|it| it.to_string() == index)
        }
        _ => None,
    };
    let index = index.ok_or(ReceiptFlaw::Form("its proof is of another form"))?;
    let hash = |line: &str| {
        let bytes: [u8; 32] = STANDARD.decode(line).ok()?.try_into().ok()?;
        Some(Digest::from_bytes(bytes))
    };
    let hashes: Option<Vec<Digest>> = lines.map(hash).collect();
    let hashes = hashes.ok_or(ReceiptFlaw::Form("its proof is of another form"))?;
    let leaf = tree::leaf(read.entry.as_bytes());
    if tree::root_of(&leaf, index, checkpoint.size, &hashes) != Some(checkpoint.root) {
        return Err(ReceiptFlaw::Proof);
    }
    let payload = STANDARD.decode(&read.statement.payload).unwrap_or_default();
    if payload != canonical(&statement(&read.entry)) || read.statement.payload_type != PAYLOAD {
        return Err(ReceiptFlaw::Statement("it says something else than the entry"));
    }
    let is_signed = matches!(read.statement.signatures.as_slice(), [one]
        if one.keyid == read.vkey
            && STANDARD.decode(&one.sig).is_ok_and(|it| key.verifies(&envelope_text(&payload), &it)));
    if !is_signed {
        return Err(ReceiptFlaw::Statement("it is not signed with the key"));
    }
    let entry = serde_json::from_str(&read.entry)
        .map_err(|_| ReceiptFlaw::Form("its entry is not JSON"))?;
    Ok(VerifiedReceipt { seq: index + 1, entry, checkpoint })
}
