//! What exactly was meant: the SHA-256 of some bytes.
//!
//! House rule: what people approve and sign is a digest, and the bytes behind
//! it are canonical JSON (RFC 8785), so that two machines agree on them.

mod tree;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;

/// The SHA-256 of some bytes, written as 64 lower-case hexadecimal digits.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

impl Digest {
    /// Returns the digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Returns the digest whose 32 bytes are `bytes`.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the first eight digits: enough to compare by eye, never enough to decide.
    pub fn short(&self) -> String {
        self.to_string().chars().take(8).collect()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.short())
    }
}

/// A text is not a SHA-256 digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a SHA-256 digest has 64 lower-case hexadecimal digits")]
pub struct InvalidDigest;

impl std::str::FromStr for Digest {
    type Err = InvalidDigest;

    fn from_str(text: &str) -> Result<Self, InvalidDigest> {
        let mut bytes = [0; 32];
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(InvalidDigest);
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair
                .iter()
                .try_fold(0, |value, digit| Some(value * 16 + nibble(*digit)?))
                .ok_or(InvalidDigest)?;
        }
        Ok(Self(bytes))
    }
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

impl TryFrom<String> for Digest {
    type Error = InvalidDigest;
    fn try_from(text: String) -> Result<Self, InvalidDigest> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

/// Returns `value` as canonical JSON (RFC 8785).
///
/// # Panics
///
/// Never for the types of this crate: their maps have text keys and their
/// numbers are integers below 2^53.
pub fn canonical(value: &impl Serialize) -> Vec<u8> {
    canonical_tree(&serde_json::to_value(value).expect("because our types have text keys"))
}

fn canonical_tree(tree: &serde_json::Value) -> Vec<u8> {
    tree::written(tree).unwrap_or_else(|| {
        serde_json_canonicalizer::to_vec(tree).expect("because numbers of a tree are finite")
    })
}

/// Returns the digest of `value` as canonical JSON.
pub fn canonical_digest(value: &impl Serialize) -> Digest {
    Digest::of(&canonical(value))
}

/// Returns the digest of `tree` as canonical JSON.
pub fn digest_of_tree(tree: &serde_json::Value) -> Digest {
    Digest::of(&canonical_tree(tree))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_reads_back_as_written_and_nothing_else_does() {
        let digest = Digest::of(b"landfall");
        assert_eq!(digest.to_string().parse(), Ok(digest));
        for wrong in ["", "00", &digest.to_string().to_uppercase(), &"g".repeat(64)] {
            assert_eq!(wrong.parse::<Digest>(), Err(InvalidDigest), "{wrong}");
        }
    }

    #[test]
    fn the_order_in_which_a_map_was_written_does_not_matter() {
        let one: serde_json::Value = serde_json::from_str(r#"{"b":1,"a":[true,null]}"#).unwrap();
        assert_eq!(canonical(&one), br#"{"a":[true,null],"b":1}"#);
    }
}
