//! One message to one reader.
//!
//! House rule: delivered means accepted by the reader's own server. What happens to it after that
//! is known only when it comes back, or when its reader acknowledges it. What it says to a person who is
//! sealed, and where it goes, is sealed too.

use crate::companion_plans::Channel;
use crate::digest::Digest;
use crate::id::{LineId, PersonId, SiteId};
use crate::private::Private;
use crate::scope::Scope;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One message to one reader, as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Its number, from 1.
    pub letter: u32,
    /// The message of the plan.
    pub message: LineId,
    /// The site or deployment that it is about.
    pub scope: Scope,
    /// Its reader.
    pub to: Addressee,
    /// What it is sent for, such as `slot 2` or `deployment-stable`.
    pub occasion: String,
    /// The version of the slot that it tells; 0 where it tells none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub version: u32,
    /// When it was due.
    pub due: Timestamp,
    /// Its language.
    pub language: String,
    /// How it is passed on.
    pub channel: Channel,
    /// Where it goes; nothing where nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Private<String>>,
    /// How many people read it: one, or the users of a site.
    pub readers: u32,
    /// What it says, without the token.
    pub text: LetterText,
    /// Whether it must be acknowledged.
    #[serde(default, skip_serializing_if = "is_false")]
    pub acknowledge: bool,
    /// The digest of the token with which it can be acknowledged once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Digest>,
    /// The letter to whose silence it draws attention.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalates: Option<u32>,
}

/// What a letter says, by the digest of the bytes that are kept of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum LetterText {
    /// They are the text itself.
    Kept(Digest),
    /// They are the opening of a text to a person.
    Sealed {
        /// Its digest.
        sealed: Digest,
    },
}

impl LetterText {
    /// Returns the digest under which the bytes are kept.
    pub fn digest(&self) -> Digest {
        match self {
            Self::Kept(digest) | Self::Sealed { sealed: digest } => *digest,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(it: &bool) -> bool {
    !it
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(it: &u32) -> bool {
    *it == 0
}

/// Who reads a letter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Addressee {
    /// A person of the plan.
    Person(PersonId),
    /// The users of a site, through one address.
    UsersOf(SiteId),
    /// Another program.
    Program(LineId),
}

impl fmt::Display for Addressee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(id) => f.pad(id.as_str()),
            Self::UsersOf(site) => f.pad(&format!("the users of {site}")),
            Self::Program(id) => f.pad(&format!("program {id}")),
        }
    }
}

/// How far a letter has come.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::Display, strum::VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum LetterState {
    /// It waits to be sent.
    Due,
    /// It was accepted, or handed over.
    Delivered,
    /// It came back from all of its readers, or could not be sent.
    Failed,
}

/// Where a letter stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterStatus {
    /// As it was written.
    pub letter: Letter,
    /// How far it has come.
    pub state: LetterState,
    /// Since when.
    pub since: Timestamp,
    /// How many readers it has not reached although it was sent.
    pub bounced: u32,
    /// Why it has not reached them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Who acknowledged it, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<(Option<PersonId>, Timestamp)>,
}

impl LetterStatus {
    pub(super) fn new(letter: Letter, at: Timestamp) -> Self {
        let (bounced, why, acknowledged) = (0, None, None);
        Self { letter, state: LetterState::Due, since: at, bounced, why, acknowledged }
    }

    pub(super) fn arrived(&mut self, at: Timestamp) {
        (self.state, self.since, self.bounced, self.why) = (LetterState::Delivered, at, 0, None);
    }

    pub(super) fn bounced(&mut self, readers: u32, why: &str, at: Timestamp) {
        self.bounced = self.bounced.saturating_add(readers).min(self.letter.readers);
        self.why = Some(why.to_owned());
        self.since = at;
        let is_lost = self.bounced >= self.letter.readers;
        self.state = if is_lost { LetterState::Failed } else { LetterState::Delivered };
    }

    pub(super) fn failed(&mut self, why: &str, at: Timestamp) {
        (self.state, self.since) = (LetterState::Failed, at);
        self.bounced = self.letter.readers;
        self.why = Some(why.to_owned());
    }

    pub(super) fn forgotten(&mut self, at: Timestamp) {
        self.letter.address.iter_mut().for_each(Private::close);
        if self.state == LetterState::Due {
            self.failed("its reader was forgotten", at);
        }
    }

    /// Returns whether an answer to it is still asked for.
    pub fn is_open(&self) -> bool {
        self.letter.acknowledge && self.acknowledged.is_none()
    }
}
