//! A person's SSH key, as the plan names it.
//!
//! House rule: what is believed of a key is what the baseline says; who holds it shows it by signing.

use crate::as_text::as_text;
use std::fmt;
use std::str::FromStr;

/// The kinds of keys that may sign: those whose signatures need no old digest.
const KINDS: [&str; 4] = [
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
];

/// The most letters of a key.
const LETTERS_MAX: usize = 400;

/// A public SSH key: its kind and its bytes in base64, without a comment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SshKey(String);

/// A text is no SSH key that may sign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no public SSH key of a kind that signs: write a line such as `ssh-ed25519 AAAA…`")]
pub struct InvalidSshKey;

impl SshKey {
    /// Returns it as it is written in `authorized_keys`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SshKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for SshKey {
    type Err = InvalidSshKey;

    fn from_str(text: &str) -> Result<Self, InvalidSshKey> {
        let mut words = text.split_whitespace();
        let (Some(kind), Some(key)) = (words.next(), words.next()) else {
            return Err(InvalidSshKey);
        };
        let is_base64 = |it: char| it.is_ascii_alphanumeric() || matches!(it, '+' | '/' | '=');
        let is_one = KINDS.contains(&kind)
            && key.starts_with("AAAA")
            && key.len() <= LETTERS_MAX
            && key.chars().all(is_base64);
        if is_one { Ok(Self(format!("{kind} {key}"))) } else { Err(InvalidSshKey) }
    }
}

as_text!(SshKey, |it, serializer| serializer.serialize_str(&it.0));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_its_kind_and_its_bytes_and_nothing_else() {
        for (text, read) in [
            ("ssh-ed25519 AAAAC3Nz+/= ann@laptop", Some("ssh-ed25519 AAAAC3Nz+/=")),
            ("  ssh-ed25519   AAAAC3Nz ", Some("ssh-ed25519 AAAAC3Nz")),
            ("ssh-rsa AAAAB3Nz", None),
            ("ssh-ed25519", None),
            ("ssh-ed25519 C3NzAAAA", None),
            ("ssh-ed25519 AAAA;rm", None),
            ("-----BEGIN OPENSSH PRIVATE KEY-----", None),
            ("", None),
        ] {
            let found: Option<SshKey> = text.parse().ok();
            assert_eq!(found.as_ref().map(SshKey::as_str), read, "{text}");
        }
    }
}
