//! A row of the outbox: a letter that is on its way, with the token that stands in it.
//!
//! House rule: a row only says again what the record says by digest; one that says anything else is of
//! no letter.

use model::companion_plans::{Channel, MessageText};
use model::digest::{Digest, canonical, canonical_digest};
use model::event::Event;
use model::message::{Letter, LetterStatus, LetterText, MessageEvent};
use model::profile::Purpose;
use model::state::State;
use planner::notices::written;
use serde::{Deserialize, Serialize};

/// The length of a token, in bytes: nobody guesses 128 bits.
const TOKEN_BYTES: usize = 16;

/// A row of the outbox: a letter, and the token that stands in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Posted {
    /// The number of the letter.
    pub(crate) letter: u32,
    /// What it says, as it was when it became due; nothing where that is sealed, and found by its digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<MessageText>,
    /// Its token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<String>,
}

impl Posted {
    /// Returns the letter of `state` that it is of.
    ///
    /// # Errors
    ///
    /// Where it is of none: how it differs from what the record says.
    pub(crate) fn letter_in<'s>(&self, state: &'s State) -> Result<&'s LetterStatus, &'static str> {
        match state.purpose {
            Purpose::Rehearsal => return Err("nothing leaves a rehearsal"),
            Purpose::Production => {}
        }
        let known = state.messages.letter(self.letter).ok_or("the record has no such letter")?;
        let Letter { text, token, .. } = &known.letter;
        let says_the_same = match text {
            LetterText::Kept(digest) => {
                self.text.as_ref().is_some_and(|it| canonical_digest(it) == *digest)
            }
            // What it says is found by its digest, whatever stands here.
            LetterText::Sealed { .. } => true,
        };
        if !says_the_same {
            return Err("it says something else than the record has of it");
        }
        if self.token.as_ref().map(|it| Digest::of(it.as_bytes())) != *token {
            return Err("its token is another one than the record has of it");
        }
        Ok(known)
    }
}

/// Puts a token into each letter of `events` that is to be acknowledged, and returns what goes
/// into the outbox. In a rehearsal nothing does.
pub(crate) fn seal(state: &State, events: &mut [Event]) -> Vec<Vec<u8>> {
    let leaves = |letter: &Letter| match state.purpose {
        Purpose::Rehearsal => false,
        Purpose::Production => letter.channel != Channel::Hand && letter.address.is_some(),
    };
    let mut outbox = Vec::new();
    for event in events {
        if let Event::Message(MessageEvent::Due(letter)) = event
            && leaves(letter)
        {
            let token = if letter.acknowledge { token() } else { None };
            letter.token = token.as_ref().map(|it| Digest::of(it.as_bytes()));
            let text = match letter.text {
                LetterText::Kept(_) => Some(written(state, letter)),
                LetterText::Sealed { .. } => None,
            };
            outbox.push(canonical(&Posted { letter: letter.letter, text, token }));
        }
    }
    outbox
}

/// Returns a new token; none where this computer gives no random numbers, and then the letter is
/// acknowledged in person.
fn token() -> Option<String> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes.iter().map(|it| format!("{it:02x}")).collect())
}

/// Returns the letter that `event` makes due, where it does.
pub(crate) fn letter_of(event: &Event) -> Option<&Letter> {
    if let Event::Message(MessageEvent::Due(letter)) = event { Some(letter) } else { None }
}
