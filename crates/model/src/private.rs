//! What is private of a person: a commitment in the record, and its opening beside it.
//!
//! A value that is sealed is written as the digest of its opening, whoever writes it and for whatever.
//! So what is chained and signed never changes, and whoever destroys the opening has destroyed the value.
//!
//! House rule: what people sign stands for ever; what is known of them does not have to.

use crate::digest::{Digest, canonical};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::HashMap;

/// Returns `text` without the mail addresses in it: servers quote them in what they answer.
pub fn without_addresses(text: &str) -> String {
    let is_end = |it: char| it.is_whitespace() || "<>()[],;:\"'".contains(it);
    let mut plain = String::with_capacity(text.len());
    for part in text.split_inclusive(is_end) {
        let word = part.trim_end_matches(is_end);
        let is_address =
            word.split_once('@').is_some_and(|(of, at)| !of.is_empty() && !at.is_empty());
        plain.push_str(if is_address { "[address]" } else { word });
        plain.push_str(part.get(word.len()..).unwrap_or_default());
    }
    plain
}

/// What stands where a private value is gone.
pub const REMOVED: &str = "[removed]";

/// What keeps a sealed value from being guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Salt(Digest);

impl Salt {
    /// Returns the salt of 32 bytes that nobody else knows.
    pub fn of_chance(bytes: [u8; 32]) -> Self {
        Self(Digest::from_bytes(bytes))
    }

    /// Returns another salt that follows from this one, for what is of the same person: whoever has not
    /// got this one cannot find it, and it needs no chance.
    #[must_use]
    pub fn following(&self, what: &str) -> Self {
        Self(Digest::of(&[self.0.as_bytes(), what.as_bytes()].concat()))
    }
}

/// A value with its salt: what a commitment is the digest of, as canonical JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening<T> {
    /// The salt.
    pub salt: Salt,
    /// The value.
    pub value: T,
}

impl<T: Serialize + DeserializeOwned> Opening<T> {
    /// Returns it as it is kept.
    pub fn to_bytes(&self) -> Vec<u8> {
        canonical(self)
    }

    /// Returns the opening that is kept in `bytes`; nothing where they are none of such a value.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

/// Openings by their digests.
pub type Openings = HashMap<Digest, Vec<u8>>;

/// A value that may be sealed.
#[derive(Clone, Debug)]
pub enum Private<T> {
    /// It stands there as it is: it was not sealed yet, or before there was such a thing.
    Clear(T),
    /// A commitment stands for it.
    Sealed {
        /// The digest of the opening.
        sealed: Digest,
        /// The opening, where it is still there. It is never written with the value.
        opening: Option<Box<Opening<T>>>,
    },
}

impl<T> Private<T> {
    /// Returns the value; nothing where it is gone.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Clear(value) => Some(value),
            Self::Sealed { opening, .. } => opening.as_ref().map(|it| &it.value),
        }
    }

    /// Returns the commitment that stands for it, where one does.
    pub fn sealed(&self) -> Option<Digest> {
        match self {
            Self::Clear(_) => None,
            Self::Sealed { sealed, .. } => Some(*sealed),
        }
    }

    /// Returns its salt, where it is sealed and still there.
    pub fn salt(&self) -> Option<Salt> {
        match self {
            Self::Clear(_) => None,
            Self::Sealed { opening, .. } => opening.as_ref().map(|it| it.salt),
        }
    }

    /// Forgets the opening, where it is sealed.
    pub fn close(&mut self) {
        if let Self::Sealed { opening, .. } = self {
            *opening = None;
        }
    }
}

impl<T: Serialize + DeserializeOwned> Private<T> {
    /// Returns `value` sealed with `salt`.
    pub fn seal(value: T, salt: Salt) -> Self {
        let opening = Opening { salt, value };
        let sealed = Digest::of(&opening.to_bytes());
        Self::Sealed { sealed, opening: Some(Box::new(opening)) }
    }

    /// Returns `value` sealed with `salt`; in clear where there is none, because whatever it is of stands
    /// in clear itself.
    pub fn sealed_with(value: T, salt: Option<Salt>) -> Self {
        match salt {
            Some(salt) => Self::seal(value, salt),
            None => Self::Clear(value),
        }
    }

    /// Returns its opening as it is kept, where it is sealed and still there.
    pub fn kept(&self) -> Option<Vec<u8>> {
        match self {
            Self::Clear(_) => None,
            Self::Sealed { opening, .. } => opening.as_ref().map(|it| it.to_bytes()),
        }
    }

    /// Opens it with the opening among `openings`, where that is still there.
    pub fn open(&mut self, openings: &Openings) {
        if let Self::Sealed { sealed, opening } = self
            && opening.is_none()
            && let Some(bytes) = openings.get(sealed)
        {
            *opening = Opening::from_bytes(bytes).map(Box::new);
        }
    }
}

impl<T: std::fmt::Display> std::fmt::Display for Private<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.value() {
            Some(value) => value.fmt(f),
            None => f.pad(REMOVED),
        }
    }
}

/// What stands in the record counts: two that are written alike are alike.
impl<T: PartialEq> PartialEq for Private<T> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Clear(one), Self::Clear(other)) => one == other,
            (Self::Sealed { sealed: one, .. }, Self::Sealed { sealed: other, .. }) => one == other,
            (Self::Clear(_), Self::Sealed { .. }) | (Self::Sealed { .. }, Self::Clear(_)) => false,
        }
    }
}

impl<T: Eq> Eq for Private<T> {}

/// As it is written.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written<T> {
    Sealed(Commitment),
    Clear(T),
}

/// A commitment, as it is written.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Commitment {
    sealed: Digest,
}

impl<T: Serialize> Serialize for Private<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Clear(value) => Written::Clear(value),
            Self::Sealed { sealed, .. } => Written::Sealed(Commitment { sealed: *sealed }),
        }
        .serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Private<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Written::deserialize(deserializer)? {
            Written::Clear(value) => Self::Clear(value),
            Written::Sealed(Commitment { sealed }) => Self::Sealed { sealed, opening: None },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed() -> Private<String> {
        Private::seal("ann@example.org".to_owned(), Salt::of_chance([7; 32]))
    }

    #[test]
    fn a_sealed_value_is_written_as_its_commitment_and_nothing_else() {
        let written = String::from_utf8(canonical(&sealed())).unwrap();
        let digest = Digest::of(&sealed().kept().unwrap());
        assert_eq!(written, format!(r#"{{"sealed":"{digest}"}}"#));
        let packed = rmp_serde::to_vec_named(&sealed()).unwrap();
        assert!(!packed.windows(3).any(|it| it == b"ann"));
        for read in [
            serde_json::from_str::<Private<String>>(&written).unwrap(),
            rmp_serde::from_slice(&packed).unwrap(),
        ] {
            assert_eq!((&read, read.value()), (&sealed(), None));
        }
    }

    #[test]
    fn a_commitment_opens_with_its_own_opening_only() {
        let written = canonical(&sealed());
        let read = || serde_json::from_slice::<Private<String>>(&written).unwrap();
        let openings = |it: &Private<String>| -> Openings {
            it.kept().into_iter().map(|it| (Digest::of(&it), it)).collect()
        };
        let mut own = read();
        own.open(&openings(&sealed()));
        assert_eq!(own.value().map(String::as_str), Some("ann@example.org"));
        let salted = Private::seal("ann@example.org".to_owned(), Salt::of_chance([8; 32]));
        let mut other = read();
        other.open(&openings(&salted));
        assert_eq!(other.value(), None);
        own.close();
        assert_eq!((own.value(), own.salt(), own.kept()), (None, None, None));
    }

    #[test]
    fn what_was_written_in_clear_still_reads_and_is_written_as_it_was() {
        let read: Private<String> = serde_json::from_str(r#""ann@example.org""#).unwrap();
        assert_eq!(read.value().map(String::as_str), Some("ann@example.org"));
        assert_eq!(canonical(&read), br#""ann@example.org""#);
    }

    #[test]
    fn what_a_server_quotes_of_an_address_is_left_out() {
        for (text, plain) in [
            (
                "550 5.1.1 <ann@example.org>: no such mailbox",
                "550 5.1.1 <[address]>: no such mailbox",
            ),
            ("rfc822;ann@example.org unknown", "rfc822;[address] unknown"),
            ("250 2.0.0 queued as 4X", "250 2.0.0 queued as 4X"),
            ("at 10 @ noon", "at 10 @ noon"),
            ("ann@example.org", "[address]"),
            ("", ""),
        ] {
            assert_eq!(without_addresses(text), plain);
        }
    }

    #[test]
    fn a_salt_that_follows_is_the_same_each_time_and_another_for_another_thing() {
        let salt = Salt::of_chance([7; 32]);
        assert_eq!(salt.following("letter 1"), salt.following("letter 1"));
        assert_ne!(salt.following("letter 1"), salt.following("letter 2"));
        assert_ne!(salt.following(""), salt);
    }
}
