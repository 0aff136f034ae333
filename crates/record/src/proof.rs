//! What signers showed in the act of signing, checked from the record alone.
//!
//! The declaration is computed again from the entry, and what was shown must be about it. A signature by
//! a passkey or by an SSH key is checked by the key itself; that a password was typed, or that a sign-on
//! service said so, is the word of the server, and stands as that in the record.
//!
//! House rule: nobody who verifies has to believe the server about a key that is not the server's.

mod batches;

use crate::ssh_signature::verify_ssh;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as URL_SAFE;
use batches::Batches;
use model::authentication::{Assertion, Proof, ShownAgain};
use model::digest::{Digest, digest_of_tree};
use model::id::Seq;
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};

/// The version of the form of declarations.
const VERSION: u8 = 1;

/// The bit with which a device says that it has verified who holds it.
const VERIFIED: u8 = 0x04;

/// What is read of a record to check what its signers showed.
#[derive(Default)]
pub(crate) struct Proofs {
    /// The entry that asked for each slot last.
    asked: BTreeMap<String, Seq>,
    /// The keys that plans name, each with its person.
    keys: HashSet<(String, String)>,
    batches: Batches,
    /// The chain's hash of the entry before.
    head: Option<Digest>,
}

impl Proofs {
    /// Notes what a plan says of people's keys; anything else that is kept beside the record says nothing.
    pub(crate) fn content(&mut self, bytes: &[u8]) {
        let Ok(plan) = serde_json::from_slice::<Value>(bytes) else { return };
        let people = plan.get("people").and_then(Value::as_array);
        for person in people.into_iter().flatten() {
            let id = person.get("id").and_then(Value::as_str).unwrap_or_default();
            let keys = person.get("ssh_keys").and_then(Value::as_array);
            for key in keys.into_iter().flatten().filter_map(Value::as_str) {
                self.keys.insert((id.to_owned(), key.to_owned()));
            }
        }
    }

    /// Notes with which hash the chain goes on after an entry.
    pub(crate) fn chained(&mut self, hash: Digest) {
        self.head = Some(hash);
    }

    /// Notes an entry. Returns the digest of what its author declared, where it is a person's act on a
    /// signature or they showed again that it is them.
    ///
    /// # Errors
    ///
    /// What of it does not hold.
    pub(crate) fn entry(
        &mut self,
        deployment: &str,
        entry: &Value,
    ) -> Result<Option<Digest>, &'static str> {
        let at = |pointer: &str| entry.pointer(pointer);
        let before = self.head.unwrap_or(Digest::from_bytes([0; 32]));
        self.batches.entry(entry, &before)?;
        let slot = at("/event/sign-off/slot").and_then(Value::as_str);
        let asked = slot.and_then(|it| self.asked.get(it)).copied();
        if let Some(slot) = slot
            && at("/event/sign-off/transition").and_then(Value::as_str) == Some("requested")
        {
            let seq = at("/seq").and_then(Value::as_u64).unwrap_or_default();
            self.asked.insert(slot.to_owned(), seq);
        }
        let person = at("/actor/person/person").and_then(Value::as_str);
        let again = at("/actor/person/known/again");
        let Some(person) = person.filter(|_| slot.is_some() || again.is_some()) else {
            return Ok(None);
        };
        let declared = digest_of_tree(&json!({
            "v": VERSION,
            "deployment": deployment,
            "baseline": at("/baseline"),
            "person": person,
            "asked": asked,
            "meaning": again.and_then(|it| it.get("meaning")),
            "event": at("/event"),
        }));
        if let Some(again) = again {
            self.holds(person, again, &declared)?;
        }
        self.batches.signature(person, entry, &declared)?;
        Ok(Some(declared))
    }

    fn holds(&self, person: &str, again: &Value, declared: &Digest) -> Result<(), &'static str> {
        let again: ShownAgain =
            serde_json::from_value(again.clone()).map_err(|_| "what was shown cannot be read")?;
        if again.challenge != *declared {
            return Err("what was shown is about something else than what is recorded");
        }
        match &again.by {
            Proof::Passkey(assertion) => is_of_passkey(assertion, declared),
            Proof::SshKey { key, signature } => {
                if !self.keys.contains(&(person.to_owned(), key.to_string())) {
                    return Err("no plan names that key of them");
                }
                verify_ssh(key, declared, signature).map_err(|_| "it is not signed by that key")
            }
            Proof::Password | Proof::SingleSignOn { .. } => Ok(()),
        }
    }
}

/// Checks that a passkey on P-256, which nearly all are, signed `declared` after it had verified who holds
/// it; one of another kind is left to those who have tools for it.
fn is_of_passkey(assertion: &Assertion, declared: &Digest) -> Result<(), &'static str> {
    const WRONG: &str = "it is not signed by that passkey";
    let decoded = |text: &str| URL_SAFE.decode(text).map_err(|_| WRONG);
    let client = decoded(&assertion.client_data)?;
    let said: Value = serde_json::from_slice(&client).map_err(|_| WRONG)?;
    let challenge = said.get("challenge").and_then(Value::as_str).unwrap_or_default();
    let is_get = said.get("type").and_then(Value::as_str) == Some("webauthn.get");
    if !is_get || decoded(challenge)? != declared.as_bytes() {
        return Err("what the passkey signed is about something else");
    }
    let data = decoded(&assertion.authenticator_data)?;
    if data.get(32).is_none_or(|it| it & VERIFIED == 0) {
        return Err("the passkey has not verified who holds it");
    }
    let part = |key: &str| assertion.public_key.get(key).and_then(Value::as_str);
    if part("crv") != Some("P-256") {
        return Ok(());
    }
    let (x, y) = (decoded(part("x").unwrap_or_default())?, decoded(part("y").unwrap_or_default())?);
    let point = [&[4][..], &x, &y].concat();
    let key = VerifyingKey::from_sec1_bytes(&point).map_err(|_| WRONG)?;
    let signature = Signature::from_der(&decoded(&assertion.signature)?).map_err(|_| WRONG)?;
    let signed = [data.as_slice(), Digest::of(&client).as_bytes()].concat();
    key.verify(&signed, &signature).map_err(|_| WRONG)
}
