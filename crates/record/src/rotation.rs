//! The keys of a record, one after the other: an entry says that it goes on under another one.
//!
//! The old key and the new one both sign that entry's place, so that whoever trusts any of them can
//! follow the record to its end, and whoever holds only one can lead it nowhere.
//!
//! House rule: no key follows another but by an entry of the record that both have signed.

use crate::key::{Signer, VerifierKey};
use crate::note::{sign, signature_line, verify};
use model::digest::Digest;
use model::id::Seq;
use serde_json::Value;

/// The first line of what both keys sign.
const FORMAT: &str = "landfall-key/1";

/// What an entry has in it that rotates the key, and hardly any other.
const MARK: &str = "\"key-rotated\"";

/// Where the note stands in such an entry.
const POINTER: &str = "/event/history/key-rotated/note";

/// Returns the note with which the record goes on from `old` to `new` in entry `seq`, which follows the
/// entry with the hash `previous`.
pub fn rotation(seq: Seq, previous: &Digest, old: &Signer, new: &Signer) -> String {
    let text = text(seq, previous, old.verifier_key(), new.verifier_key());
    sign(&text, old) + &signature_line(&text, new)
}

fn text(seq: Seq, previous: &Digest, old: &VerifierKey, new: &VerifierKey) -> String {
    format!("{FORMAT}\n{seq}\n{previous}\n{old}\n{new}\n")
}

/// Returns the keys of a note, if both have signed it, with the place that it is about.
fn open(note: &str) -> Option<(Seq, Digest, VerifierKey, VerifierKey)> {
    let (head, _) = note.split_once("\n\n")?;
    let mut lines = head.lines().skip(1);
    let seq = lines.next()?.parse().ok()?;
    let previous = lines.next()?.parse().ok()?;
    let old: VerifierKey = lines.next()?.parse().ok()?;
    let new: VerifierKey = lines.next()?.parse().ok()?;
    let text = text(seq, &previous, &old, &new);
    verify(note, &text, &old).ok()?;
    verify(note, &text, &new).ok()?;
    Some((seq, previous, old, new))
}

/// Returns the note of an entry that rotates the key; an empty one where it has none.
pub(crate) fn note_of(body: &[u8]) -> Option<String> {
    if !std::str::from_utf8(body).is_ok_and(|it| it.contains(MARK)) {
        return None;
    }
    let entry: Value = serde_json::from_slice(body).ok()?;
    // Somebody's words may hold the mark: what is no such event rotates nothing.
    entry.pointer("/event/history/key-rotated")?;
    Some(entry.pointer(POINTER).and_then(Value::as_str).unwrap_or_default().to_owned())
}

/// An entry does not lead from one key to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRotation {
    /// The old key and the new one have not both signed it.
    #[error("it is not signed by the old key and by the new one")]
    Signature,
    /// It is about another place in the record.
    #[error("it was made for another place of a record")]
    Place,
    /// It goes on from another key than the one before it.
    #[error("it goes on from another key than the one that signed before it")]
    Key,
}

/// The keys of a record up to an entry, the first one first; none where it was never rotated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Keys {
    chain: Vec<VerifierKey>,
}

impl Keys {
    /// Takes up entry `seq`, which follows the entry with the hash `previous`.
    pub(crate) fn entry(
        &mut self,
        seq: Seq,
        previous: &Digest,
        body: &[u8],
    ) -> Result<(), InvalidRotation> {
        let Some(note) = note_of(body) else { return Ok(()) };
        let (of, after, ..) = open(&note).ok_or(InvalidRotation::Signature)?;
        if (of, after) != (seq, *previous) {
            return Err(InvalidRotation::Place);
        }
        self.note(&note)
    }

    /// Takes up a note, wherever it stands.
    pub(crate) fn note(&mut self, note: &str) -> Result<(), InvalidRotation> {
        let (_, _, old, new) = open(note).ok_or(InvalidRotation::Signature)?;
        if self.chain.last().is_some_and(|it| *it != old) {
            return Err(InvalidRotation::Key);
        }
        if self.chain.is_empty() {
            self.chain.push(old);
        }
        self.chain.push(new);
        Ok(())
    }

    /// Returns the key that signs now, if `trusted` is one of the record's keys.
    pub(crate) fn signing<'a>(&'a self, trusted: &'a VerifierKey) -> Option<&'a VerifierKey> {
        match self.chain.last() {
            None => Some(trusted),
            Some(last) => self.chain.contains(trusted).then_some(last),
        }
    }

    /// Returns the keys that have ever signed, if `trusted` is one of them.
    pub(crate) fn all(&self, trusted: &VerifierKey) -> Vec<VerifierKey> {
        if self.chain.contains(trusted) { self.chain.clone() } else { vec![trusted.clone()] }
    }

    /// Returns the keys, the first one first; none where it was never rotated.
    pub(crate) fn in_order(&self) -> &[VerifierKey] {
        &self.chain
    }

    /// Returns the key that an entry rotated to last.
    pub(crate) fn last(&self) -> Option<&VerifierKey> {
        self.chain.last()
    }
}

/// Returns all keys that notes lead to from `key`, forwards and backwards, with itself.
pub(crate) fn related(notes: &[String], key: &VerifierKey) -> Vec<VerifierKey> {
    let edges: Vec<_> = notes.iter().filter_map(|it| open(it)).collect();
    let mut known = vec![key.clone()];
    loop {
        let missing = |(_, _, old, new): &(Seq, Digest, VerifierKey, VerifierKey)| match (
            known.contains(old),
            known.contains(new),
        ) {
            (true, false) => Some(new.clone()),
            (false, true) => Some(old.clone()),
            (true, true) | (false, false) => None,
        };
        match edges.iter().find_map(missing) {
            Some(more) => known.push(more),
            None => return known,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signers() -> [Signer; 3] {
        [7, 8, 9].map(|it| Signer::from_seed([it; 32]))
    }

    fn body(note: &str) -> Vec<u8> {
        serde_json::json!({ "event": { "history": { "key-rotated": { "note": note } } } })
            .to_string()
            .into_bytes()
    }

    #[test]
    fn keys_lead_from_one_to_the_next_and_any_of_them_leads_to_the_last() {
        let [one, two, three] = signers();
        let previous = Digest::of(b"previous");
        let mut keys = Keys::default();
        assert_eq!(keys.signing(one.verifier_key()), Some(one.verifier_key()));
        let notes = [rotation(4, &previous, &one, &two), rotation(9, &previous, &two, &three)];
        keys.entry(4, &previous, &body(&notes[0])).unwrap();
        keys.entry(9, &previous, &body(&notes[1])).unwrap();
        for trusted in [&one, &two, &three] {
            assert_eq!(keys.signing(trusted.verifier_key()), Some(three.verifier_key()));
        }
        let stranger = Signer::from_seed([1; 32]);
        assert_eq!(keys.signing(stranger.verifier_key()), None);
        assert_eq!(related(&notes, one.verifier_key()).len(), 3);
        assert_eq!(related(&notes, stranger.verifier_key()).len(), 1);
    }

    #[test]
    fn what_one_key_alone_says_or_says_of_another_place_leads_nowhere() {
        let [one, two, three] = signers();
        let previous = Digest::of(b"previous");
        let good = rotation(4, &previous, &one, &two);
        let entry = |note: &str| Keys::default().entry(4, &previous, &body(note));
        assert_eq!(entry(&good), Ok(()));
        // Without the last line, the new key has not agreed.
        let lines: Vec<&str> = good.split_inclusive('\n').collect();
        let (last, rest) = lines.split_last().unwrap();
        assert_eq!(entry(&rest.concat()), Err(InvalidRotation::Signature));
        let without_old: String = [&rest[..rest.len() - 1], &[*last]].concat().concat();
        assert_eq!(entry(&without_old), Err(InvalidRotation::Signature));
        assert_eq!(entry(""), Err(InvalidRotation::Signature));
        assert_eq!(entry(&rotation(5, &previous, &one, &two)), Err(InvalidRotation::Place));
        let elsewhere = rotation(4, &Digest::of(b"other"), &one, &two);
        assert_eq!(entry(&elsewhere), Err(InvalidRotation::Place));
        let mut keys = Keys::default();
        keys.entry(4, &previous, &body(&good)).unwrap();
        let other = body(&rotation(5, &previous, &one, &three));
        assert_eq!(keys.entry(5, &previous, &other), Err(InvalidRotation::Key));
        for at in 0..good.len() {
            let mut bytes = good.clone().into_bytes();
            bytes[at] ^= 1;
            let Ok(text) = String::from_utf8(bytes) else { continue };
            assert!(entry(&text).is_err(), "{text}");
        }
    }

    #[test]
    fn somebody_s_words_rotate_no_key() {
        let entry = br#"{"event":{"hold":{"reason":"they say \"key-rotated\""}}}"#;
        assert_eq!(note_of(entry), None);
        assert_eq!(note_of(br#"{"key-rotated":1,"event":"open"}"#), None);
        assert_eq!(note_of(&body("x")).as_deref(), Some("x"));
    }
}
