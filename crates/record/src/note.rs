//! A checkpoint: what the record was at a size, signed.
//!
//! Written as a C2SP tlog-checkpoint in a signed note: origin, size, root, the
//! chain's hash as an extension, an empty line, and one line for each signature.
//! Whoever keeps one can tell later whether these entries are still the ones that
//! were signed; and whoever has only the last entry, whether it still is.

use crate::key::{Signer, VerifierKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::digest::Digest;
use model::id::{DeploymentId, Seq};

/// What stands before the deployment's name in the first line.
pub(crate) const ORIGIN: &str = "landfall/";

/// What stands before the chain's hash in its line.
const CHAIN: &str = "landfall-chain ";

/// What begins a line with a signature: an em dash and a space.
const SIGNATURE: &str = "— ";

/// What the record of a deployment was when it had a certain size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The deployment.
    pub deployment: DeploymentId,
    /// The number of entries.
    pub size: Seq,
    /// The root of the Merkle tree over their bodies.
    pub root: Digest,
    /// The chain's hash of the last entry; nothing where an earlier program signed.
    pub chain: Option<Digest>,
}

/// A text is not a checkpoint that the key has signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidNote {
    /// It does not have the form of a checkpoint.
    #[error("it is not a checkpoint of a record")]
    Form,
    /// It has no signature of the key, or a wrong one.
    #[error("it is not signed with the record's key")]
    Signature,
}

/// Returns the first line of the deployment's checkpoints.
pub fn origin(deployment: &DeploymentId) -> String {
    format!("{ORIGIN}{deployment}")
}

impl Checkpoint {
    fn text(&self) -> String {
        let root = STANDARD.encode(self.root.as_bytes());
        let chain = self.chain.map(|it| format!("{CHAIN}{it}\n")).unwrap_or_default();
        format!("{}\n{}\n{root}\n{chain}", origin(&self.deployment), self.size)
    }

    /// Returns the checkpoint as a note that nobody has signed, which [claims](Self::claimed) it.
    pub(crate) fn unsigned(&self) -> String {
        format!("{}\n", self.text())
    }

    /// Returns the checkpoint as a note signed by `signer`.
    pub fn sign(&self, signer: &Signer) -> String {
        sign(&self.text(), signer)
    }

    /// Returns the checkpoint in `note`, if `key` has signed it. Signatures of others are passed over.
    ///
    /// # Errors
    ///
    /// [`InvalidNote`] where it is no checkpoint, or not this key's.
    pub fn open(note: &str, key: &VerifierKey) -> Result<Self, InvalidNote> {
        let (text, _) = note.split_once("\n\n").ok_or(InvalidNote::Form)?;
        let text = format!("{text}\n");
        let checkpoint = Self::parse(&text).ok_or(InvalidNote::Form)?;
        verify(note, &text, key)?;
        Ok(checkpoint)
    }

    /// Returns the checkpoint in `note`, if one of `keys` has signed it.
    pub(crate) fn open_any(note: &str, keys: &[VerifierKey]) -> Result<Self, InvalidNote> {
        let opened = keys.iter().map(|it| Self::open(note, it));
        opened.reduce(Result::or).unwrap_or(Err(InvalidNote::Signature))
    }

    /// Returns what `note` says, whoever signed it.
    pub fn claimed(note: &str) -> Option<Self> {
        let (text, _) = note.split_once("\n\n")?;
        Self::parse(&format!("{text}\n"))
    }

    /// Returns whether `other` vouches for the same entries.
    pub(crate) fn is_that_of(&self, other: &Self) -> bool {
        (self.size, self.root) == (other.size, other.root)
    }

    /// Returns the checkpoint whose text is exactly `text`.
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let deployment = lines.next()?.strip_prefix(ORIGIN)?.parse().ok()?;
        let size = lines.next()?.parse().ok()?;
        let root = STANDARD.decode(lines.next()?).ok()?.try_into().ok()?;
        let chain = lines.next().and_then(|it| it.strip_prefix(CHAIN)?.parse().ok());
        let checkpoint = Self { deployment, size, root: Digest::from_bytes(root), chain };
        (checkpoint.text() == text).then_some(checkpoint)
    }
}

/// Returns `text`, which ends in a line feed, as a note signed by `signer`.
pub(crate) fn sign(text: &str, signer: &Signer) -> String {
    format!("{text}\n{}", signature_line(text, signer))
}

/// Returns the line with which `signer` signs a note with this text.
pub(crate) fn signature_line(text: &str, signer: &Signer) -> String {
    let key = signer.verifier_key();
    let signature = [&key.id()[..], &signer.sign(text.as_bytes())].concat();
    format!("{SIGNATURE}{} {}\n", key.name(), STANDARD.encode(signature))
}

/// Verifies that `note` is `text` with a signature of `key`. Signatures of others are passed over.
///
/// # Errors
///
/// [`InvalidNote`] where it is not.
pub(crate) fn verify(note: &str, text: &str, key: &VerifierKey) -> Result<(), InvalidNote> {
    let signatures = note.strip_prefix(text).and_then(|it| it.strip_prefix('\n'));
    let signatures = signatures.filter(|it| it.ends_with('\n')).ok_or(InvalidNote::Form)?;
    let mut signed = false;
    for line in signatures.lines() {
        let (name, encoded) = line
            .strip_prefix(SIGNATURE)
            .and_then(|it| it.split_once(' '))
            .ok_or(InvalidNote::Form)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| InvalidNote::Form)?;
        let (id, signature) = bytes.split_first_chunk().ok_or(InvalidNote::Form)?;
        if name == key.name() && *id == key.id() {
            signed = key.verifies(text.as_bytes(), signature);
            if !signed {
                return Err(InvalidNote::Signature);
            }
        }
    }
    if signed { Ok(()) } else { Err(InvalidNote::Signature) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    fn checkpoint() -> Checkpoint {
        let deployment = "FG30".parse().unwrap();
        let chain = Some(Digest::of(b"chain"));
        Checkpoint { deployment, size: 42, root: Digest::of(b"entries"), chain }
    }

    #[test]
    fn a_checkpoint_is_a_signed_note() {
        let signer = Signer::from_seed([7; 32]);
        let note = checkpoint().sign(&signer);
        expect![[r#"
            landfall+fba5dc22+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs

            landfall/FG30
            42
            h9Bc0IgXSXiDFh2k2KMjyJhraqHB/f801T/IJN7FmLI=
            landfall-chain 9414886b1ebf025db067a4cbd13a0903fbd9733a5372bba1b58bd72c1699b798

            — landfall +6XcInilC7gLn4GmI6KdezVpHEvgYDi0MdVKkLi3kADBfljXOtcT/xwkR7HBK4/4mXRDbPVv+38062BDmXC2AwHYKg4=
        "#]].assert_eq(&format!("{}\n\n{note}", signer.verifier_key()));
        assert_eq!(Checkpoint::open(&note, signer.verifier_key()), Ok(checkpoint()));
        let other = Signer::from_seed([8; 32]);
        assert_eq!(Checkpoint::open(&note, other.verifier_key()), Err(InvalidNote::Signature));
    }

    #[test]
    fn a_checkpoint_of_an_earlier_program_says_nothing_of_the_chain() {
        let note = "landfall/FG30\n42\nh9Bc0IgXSXiDFh2k2KMjyJhraqHB/f801T/IJN7FmLI=\n\n\
            \u{2014} landfall +6XcIjzCxeizHZyy5m73+xXfW/r6vImFZr+PwZSDRUwoWq87NMFwvyzZKDhI5zAEfsGaD9UHh6AEX4k5peVXay7QqAs=\n";
        let opened = Checkpoint::open(note, Signer::from_seed([7; 32]).verifier_key());
        assert_eq!(opened, Ok(Checkpoint { chain: None, ..checkpoint() }));
    }

    #[test]
    fn no_byte_of_a_note_can_be_another() {
        let signer = Signer::from_seed([7; 32]);
        let note = checkpoint().sign(&signer).into_bytes();
        for place in 0..note.len() {
            for bit in 0..7 {
                let mut bytes = note.clone();
                bytes[place] ^= 1 << bit;
                if let Ok(text) = String::from_utf8(bytes) {
                    let opened = Checkpoint::open(&text, signer.verifier_key());
                    assert!(opened.is_err(), "{text}");
                }
            }
        }
    }

    #[test]
    fn a_witness_may_add_its_own_signature() {
        let (signer, witness) = (Signer::from_seed([7; 32]), Signer::from_seed([8; 32]));
        let theirs = checkpoint().sign(&witness);
        let line = theirs.lines().last().unwrap();
        let note = format!("{}{line}\n", checkpoint().sign(&signer));
        assert_eq!(Checkpoint::open(&note, signer.verifier_key()), Ok(checkpoint()));
        assert_eq!(Checkpoint::open(&note, witness.verifier_key()), Ok(checkpoint()));
    }
}
