//! The key that signs checkpoints, kept outside the database.
//!
//! Whoever can edit the database must not be able to sign what he made of it. The
//! text forms are those of C2SP signed notes, so that other tools read them:
//! `PRIVATE+KEY+name+id+base64` in the key file, `name+id+base64` for the vkey.

use crate::error::RecordError;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use model::digest::Digest;
use sha2::Sha256;
use std::fmt;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

/// The name in every key made here; keys of two installations differ by their id.
const NAME: &str = "landfall";

/// The first byte of an Ed25519 key in a signed note.
const ED25519: u8 = 0x01;

/// The permission bits that would let others read or replace the key.
const MODE_OF_OTHERS: u32 = 0o077;

/// The first bytes of a digest over name and key, by which a signature says whose it is.
type KeyHash = [u8; 4];

/// The public key that verifies a record's checkpoints.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key: VerifyingKey,
}

impl VerifierKey {
    /// Returns the name in its signature lines.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the four bytes that stand before its signatures.
    pub(crate) fn id(&self) -> KeyHash {
        let key = self.key.as_bytes();
        let digest = Digest::of(&[self.name.as_bytes(), b"\n", &[ED25519], key].concat());
        let [a, b, c, d, ..] = *digest.as_bytes();
        [a, b, c, d]
    }

    /// Returns whether `signature` is this key's, of `text`.
    pub(crate) fn verifies(&self, text: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|it| self.key.verify_strict(text, &it).is_ok())
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&[ED25519], &self.key.as_bytes()[..]].concat();
        write!(f, "{}+{}+{}", self.name, hex(self.id()), STANDARD.encode(bytes))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A text is not the public key of a signed note.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not a vkey: it should look like landfall+1a2b3c4d+AbC…, as `landfall` prints it"
)]
pub struct InvalidKey {
    /// The beginning of what was given.
    pub text: String,
}

impl std::str::FromStr for VerifierKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let read = || {
            let (name, id, bytes) = parts(text)?;
            let key = Self { name, key: VerifyingKey::from_bytes(&bytes).ok()? };
            (id == hex(key.id()) && key.to_string() == text).then_some(key)
        };
        read().ok_or_else(|| InvalidKey { text: text.chars().take(80).collect() })
    }
}

/// Returns the name, the id and the key of `name+id+base64`. Base64 has `+` too, but a name has not.
fn parts(text: &str) -> Option<(String, &str, [u8; 32])> {
    let mut parts = text.splitn(3, '+');
    let (name, id, encoded) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = STANDARD.decode(encoded).ok()?;
    let key = bytes.strip_prefix(&[ED25519])?.try_into().ok()?;
    let plain = !name.is_empty() && !name.chars().any(char::is_whitespace);
    plain.then(|| (name.to_owned(), id, key))
}

fn hex(id: KeyHash) -> String {
    format!("{:08x}", u32::from_be_bytes(id))
}

/// The private key that signs checkpoints.
pub struct Signer {
    public: VerifierKey,
    key: SigningKey,
}

impl Signer {
    /// Returns the signer with this secret: for rehearsals and tests, where nothing is kept.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        let key = SigningKey::from_bytes(&seed);
        Self { public: VerifierKey { name: NAME.to_owned(), key: key.verifying_key() }, key }
    }

    /// Returns the signer whose key is in the file at `path`, which is made if it does not exist.
    ///
    /// # Errors
    ///
    /// [`RecordError::Key`], saying what to do, where the file cannot be made or
    /// read, is no key, or could be read by other accounts.
    pub fn from_file(path: &Path) -> Result<Self, RecordError> {
        let refused = |why: String| RecordError::Key { path: path.to_owned(), why };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                make(path).map_err(|error| refused(format!("it could not be made: {error}")))?;
                // Read back: another process may have been first.
                std::fs::read_to_string(path).map_err(|error| refused(error.to_string()))?
            }
            Err(error) => return Err(refused(error.to_string())),
        };
        let mode = std::fs::metadata(path).map_err(|error| refused(error.to_string()))?;
        if mode.permissions().mode() & MODE_OF_OTHERS != 0 {
            return Err(refused("other accounts can read it; chmod 600 it".to_owned()));
        }
        Self::from_text(text.trim_end())
            .ok_or_else(|| refused("it is not a PRIVATE+KEY of a signed note".to_owned()))
    }

    fn from_text(text: &str) -> Option<Self> {
        let (name, id, seed) = parts(text.strip_prefix("PRIVATE+KEY+")?)?;
        let key = SigningKey::from_bytes(&seed);
        let public = VerifierKey { name, key: key.verifying_key() };
        (hex(public.id()) == id).then_some(Self { public, key })
    }

    fn to_text(&self) -> String {
        let bytes = [&[ED25519], &self.key.as_bytes()[..]].concat();
        let id = hex(self.public.id());
        format!("PRIVATE+KEY+{}+{id}+{}\n", self.public.name, STANDARD.encode(bytes))
    }

    /// Returns the public half.
    pub fn verifier_key(&self) -> &VerifierKey {
        &self.public
    }

    /// Returns a message authentication code (RFC 2104) for `purpose`, under a secret that only whoever has this
    /// key can derive.
    pub(crate) fn code_for(&self, purpose: &str) -> Hmac<Sha256> {
        let secret = keyed(&self.key.to_bytes()).chain_update(purpose).finalize().into_bytes();
        keyed(&secret)
    }

    /// Returns the signature of `text`.
    pub(crate) fn sign(&self, text: &[u8]) -> [u8; 64] {
        self.key.sign(text).to_bytes()
    }
}

fn keyed(secret: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(secret).expect("because HMAC takes keys of any length")
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.public)
    }
}

/// Makes a key file, whole or not at all; a file that is there meanwhile stays.
fn make(path: &Path) -> std::io::Result<()> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)?;
    let mut unique = [0; 8];
    getrandom::fill(&mut unique)?;
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{:016x}", u64::from_be_bytes(unique)));
    let written = write_whole(Path::new(&beside), &Signer::from_seed(seed).to_text())
        .and_then(|()| std::fs::hard_link(&beside, path))
        .and_then(|()| sync_directory(path));
    std::fs::remove_file(&beside)?;
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

fn write_whole(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Makes the name of `path` durable.
pub(crate) fn sync_directory(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => std::fs::File::open(parent)?.sync_all(),
        Some(_) | None => std::fs::File::open(".")?.sync_all(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_only_its_owner_reads_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("record.key");
        let first = Signer::from_file(&path).unwrap();
        let again = Signer::from_file(&path).unwrap();
        assert_eq!(first.verifier_key(), again.verifier_key());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);

        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let refused = Signer::from_file(&path).unwrap_err().to_string();
        assert!(refused.ends_with("other accounts can read it; chmod 600 it"), "{refused}");
    }

    #[test]
    fn a_file_that_is_no_key_is_refused_and_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("record.key");
        write_whole(&path, "PRIVATE+KEY+landfall+00000000+AAAA\n").unwrap();
        assert!(matches!(Signer::from_file(&path), Err(RecordError::Key { .. })));
        assert!(std::fs::read_to_string(&path).unwrap().contains("00000000"));
    }

    #[test]
    fn a_vkey_reads_back_as_written_and_no_other_byte_does() {
        let vkey = Signer::from_seed([7; 32]).verifier_key().to_string();
        assert_eq!(vkey.parse::<VerifierKey>().unwrap().to_string(), vkey);
        for place in 0..vkey.len() {
            let mut bytes = vkey.clone().into_bytes();
            bytes[place] ^= 1;
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.parse::<VerifierKey>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_example_key_of_the_go_note_package_is_understood() {
        let vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let key: VerifierKey = vkey.parse().unwrap();
        let text = b"If you think cryptography is the answer to your problem,\n\
            then you don't know what your problem is.\n";
        let line = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";
        let bytes = STANDARD.decode(line).unwrap();
        assert_eq!(bytes[..4], key.id());
        assert!(key.verifies(text, &bytes[4..]));
    }
}
