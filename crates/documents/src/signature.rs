//! The manifest of a signature: who declared what about which bytes, when, and how they were known.
//!
//! It is computed from the entry that holds the signature, so there is one truth; its canonical JSON
//! lies in an evidence package. What a signer's own key signs is the declaration, which is known before
//! anything is recorded; the manifest names its digest.
//!
//! House rule: one ceremony, one manifest a signature; nobody signs for an administrator.

use crate::name::DocumentName;
use crate::reading::{Act, Paper};
use jiff::Timestamp;
use model::authentication::ShownAgain;
use model::batch::InBatch;
use model::digest::{Digest, canonical, canonical_digest};
use model::guard::GuardReading;
use model::id::Seq;
use model::machine::SignOffTransition;
use model::sheet::SlotId;
use serde::Serialize;

/// The document that a signature is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Declared {
    /// Its name.
    pub id: String,
    /// The media type of the bytes that were digested.
    pub media: &'static str,
    /// The digest of its body.
    pub sha256: Digest,
    /// What it is in the catalogue of documents.
    #[serde(rename = "type")]
    pub kind: String,
    /// Which issue of it.
    pub version: usize,
}

/// What the gate of a slot read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GateRead {
    /// The sheet whose gate it is.
    pub id: String,
    /// The digest of what its guards read.
    pub snapshot_sha256: Digest,
}

/// Who signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Signer {
    /// Their short name.
    pub person: String,
    /// Their printed name, where the plan has it in clear: a manifest says the same for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// In which role.
    pub role: String,
    /// For which part of the deployment.
    pub scope: String,
    /// For whom, where not for themselves.
    pub on_behalf_of: Option<String>,
}

/// What a signature means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Meaning {
    /// By what the sentence is found.
    pub id: String,
    /// Its language.
    pub lang: String,
    /// The sentence, as it is recorded.
    pub text: String,
}

/// A signature, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignatureManifest {
    /// The version of this form.
    pub v: u8,
    /// The document.
    pub document: Declared,
    /// The gate that opened the slot.
    pub gate: GateRead,
    /// The slot.
    pub slot: SlotId,
    /// Who signs.
    pub signer: Signer,
    /// What they decide.
    pub decision: &'static str,
    /// What that means, as it is recorded.
    pub meaning: Meaning,
    /// Exceptions, or the reasons for declining, in the signer's words.
    pub exceptions: Vec<String>,
    /// The digest of what the signer declared, as [`model::authentication::Declaration`] has it: the very
    /// event of the entry, who, under which baseline, on which gate, and the sentence they were shown.
    pub declaration_sha256: Option<Digest>,
    /// Of which batch it is, where it was not signed by itself: what was shown in the act is then about the
    /// batch, which names this declaration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<InBatch>,
    /// How the signer was known.
    pub auth: Known,
    /// When it was recorded.
    pub signed_at: Timestamp,
    /// The zone in which the signer reads a clock.
    pub tz: String,
    /// Its place in the chain.
    pub chain: Chained,
}

/// How a signer was known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Known {
    /// The account from which it was given.
    pub account: Option<String>,
    /// By what they had shown that it is them; nothing where the account is one of the computer.
    pub method: Option<String>,
    /// When they had.
    pub at: Option<Timestamp>,
    /// What they showed in the act itself, whole: what their own key signed can be checked with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub again: Option<Box<ShownAgain>>,
}

/// A place in the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Chained {
    /// The entry.
    pub seq: Seq,
    /// The chain's hash of it.
    pub hash: Digest,
}

impl SignatureManifest {
    /// Returns the manifest as canonical JSON (RFC 8785).
    pub fn canonical(&self) -> Vec<u8> {
        canonical(self)
    }

    /// Returns the digest of the manifest.
    pub fn digest(&self) -> Digest {
        canonical_digest(self)
    }
}

/// Returns the manifest of every signature in the record, in the order of the record: those that
/// were taken back or superseded too.
pub fn signature_manifests(paper: &Paper<'_>) -> Vec<SignatureManifest> {
    let mut manifests: Vec<SignatureManifest> =
        paper.reading.all_acts().filter_map(|it| manifest(paper, it)).collect();
    manifests.sort_by_key(|it| it.chain.seq);
    manifests
}

/// Returns the manifest of an act, where it is a person's decision, made here: paper has none.
pub(crate) fn manifest(paper: &Paper<'_>, act: &Act) -> Option<SignatureManifest> {
    let decision = decision(act.transition).filter(|_| act.paper.is_none())?;
    let by = act.by.as_ref()?;
    let state = paper.state;
    let sheet = &act.slot.sheet;
    let issues = paper.reading.issues(sheet);
    let version = issues.iter().position(|it| it.digest == act.document).map_or(0, |it| it + 1);
    let name = match state.person(by) {
        Some(it) if it.private.sealed().is_some() => None,
        known => Some(known.map_or_else(|| by.to_string(), |it| it.name().to_owned())),
    };
    let scope = sheet.scope();
    let document = Declared {
        id: sheet.to_string(),
        media: "application/json",
        sha256: act.document,
        kind: DocumentName::Sheet(sheet.clone()).code().to_string(),
        version,
    };
    let gate = gate(paper, act);
    let signer = Signer {
        person: by.to_string(),
        name,
        role: act.slot.role.key(),
        scope: scope.to_string(),
        on_behalf_of: act.on_behalf_of.as_ref().map(ToString::to_string),
    };
    let meaning =
        Meaning { id: act.slot.to_string(), lang: "en".to_owned(), text: act.slot.meaning() };
    Some(SignatureManifest {
        v: 1,
        document,
        gate: GateRead { id: sheet.to_string(), snapshot_sha256: canonical_digest(&gate) },
        slot: act.slot.clone(),
        signer,
        decision,
        meaning,
        exceptions: act.statements.clone(),
        auth: Known {
            account: act.account.clone(),
            method: act.known.as_ref().map(|it| it.method.to_string()),
            at: act.known.as_ref().map(|it| it.at),
            again: act.known.as_ref().and_then(|it| it.again.clone()),
        },
        declaration_sha256: act.declared,
        batch: act.batch.clone(),
        signed_at: act.at,
        tz: views::time::zone_of(state, &scope).to_string(),
        chain: Chained { seq: act.seq, hash: act.hash },
    })
}

/// Returns what the gate read when the slot was opened, before the act.
fn gate(paper: &Paper<'_>, act: &Act) -> Vec<GuardReading> {
    let acts = paper.reading.acts(&act.slot.sheet).iter();
    let mut opened = acts.filter(|it| {
        it.slot == act.slot
            && it.document == act.document
            && it.seq < act.seq
            && it.transition == SignOffTransition::Requested
    });
    opened.next_back().map(|it| it.gate.clone()).unwrap_or_default()
}

fn decision(transition: SignOffTransition) -> Option<&'static str> {
    match transition {
        SignOffTransition::Signed => Some("accept"),
        SignOffTransition::SignedWithExceptions => Some("accept-with-exceptions"),
        SignOffTransition::Declined => Some("refuse"),
        SignOffTransition::Withdrawn => Some("withdraw"),
        SignOffTransition::Requested
        | SignOffTransition::Voided
        | SignOffTransition::Delegated
        | SignOffTransition::Superseded
        | SignOffTransition::Renewed => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A manifest as it was written by hand, with its digest.
    const EXAMPLE: &str = include_str!("../tests/signature-manifest.json");

    #[test]
    fn the_canonical_bytes_of_the_example_and_their_digest_are_the_known_ones() {
        let read: serde_json::Value = serde_json::from_str(EXAMPLE.trim_end()).unwrap();
        assert_eq!(String::from_utf8(canonical(&read)).unwrap(), EXAMPLE.trim_end());
        let digest = canonical_digest(&read).to_string();
        assert!(digest.starts_with("7d625d02") && digest.ends_with("05bf"), "{digest}");
        assert_eq!(canonical(&read).len(), 704);
    }

    #[test]
    fn the_chain_over_a_baseline_an_authorisation_and_that_signature_is_the_known_one() {
        let read: serde_json::Value = serde_json::from_str(EXAMPLE.trim_end()).unwrap();
        let signed = canonical_digest(&read);
        let events = [
            json!({ "seq": 1, "type": "baseline" }),
            json!({ "seq": 2, "type": "rfc.authorised" }),
            json!({ "manifest_sha256": signed, "seq": 3, "type": "signoff" }),
        ];
        let mut hash = Digest::from_bytes([0; 32]);
        let mut hashes = Vec::new();
        for event in &events {
            hash = Digest::of(&[&hash.as_bytes()[..], &canonical(event)].concat());
            hashes.push(hash.to_string());
        }
        for (found, (begins, ends)) in
            hashes.iter().zip([("1fb35765", "51cea"), ("f9b2263a", "1f57"), ("fcca1621", "c301b3")])
        {
            assert!(found.starts_with(begins) && found.ends_with(ends), "{found}");
        }
    }
}
