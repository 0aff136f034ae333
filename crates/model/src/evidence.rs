//! Evidence: what shows that a statement is true.
//!
//! It points at something that can be looked at later: an entry of the record, a
//! file by its digest, or a place that keeps it.
//!
//! House rule: written the same way everywhere: `entry/42`, `sha256:…`, `https://…`.

use crate::digest::Digest;
use crate::id::Seq;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The longest link, in characters: what a browser's address line takes.
const LINK_LENGTH_MAX: usize = 2_000;

/// What shows that a statement is true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub enum Evidence {
    /// An entry of the record.
    Entry(Seq),
    /// A file with this digest.
    File(Digest),
    /// A place that keeps it.
    Link(String),
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry(seq) => write!(f, "entry/{seq}"),
            Self::File(digest) => write!(f, "sha256:{digest}"),
            Self::Link(link) => f.pad(link),
        }
    }
}

/// A text points at nothing that could be looked at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is no evidence: write `entry/NUMBER`, `sha256:` and 64 digits, or a link that begins with `https://`"
)]
pub struct InvalidEvidence {
    /// What was given.
    pub text: String,
}

impl FromStr for Evidence {
    type Err = InvalidEvidence;

    fn from_str(text: &str) -> Result<Self, InvalidEvidence> {
        let invalid = || InvalidEvidence { text: text.chars().take(80).collect() };
        if let Some(seq) = text.strip_prefix("entry/") {
            let seq: Seq = seq.parse().map_err(|_| invalid())?;
            return if seq == 0 { Err(invalid()) } else { Ok(Self::Entry(seq)) };
        }
        if let Some(digest) = text.strip_prefix("sha256:") {
            return digest.parse().map(Self::File).map_err(|_| invalid());
        }
        let is_link = text.len() > "https://".len()
            && text.starts_with("https://")
            && text.chars().count() <= LINK_LENGTH_MAX
            && text.chars().all(|it| !it.is_control() && !it.is_whitespace());
        if is_link { Ok(Self::Link(text.to_owned())) } else { Err(invalid()) }
    }
}

impl TryFrom<String> for Evidence {
    type Error = InvalidEvidence;
    fn try_from(text: String) -> Result<Self, InvalidEvidence> {
        text.parse()
    }
}

impl From<Evidence> for String {
    fn from(evidence: Evidence) -> Self {
        evidence.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_reads_back_as_written_and_nothing_else_does() {
        let digest = Digest::of(b"report");
        for text in ["entry/42", &format!("sha256:{digest}"), "https://wiki.example/report"] {
            assert_eq!(text.parse::<Evidence>().unwrap().to_string(), text);
        }
        for wrong in ["", "entry/0", "entry/x", "sha256:12", "http://x", "https://", "https://a b"]
        {
            assert!(wrong.parse::<Evidence>().is_err(), "{wrong}");
        }
    }
}
