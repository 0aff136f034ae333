//! Passkeys: keys that a person's own device holds, and uses once it knows who holds it.
//!
//! A browser is asked with what [`Question`] says, and its answer, as
//! `JSON.stringify` writes it, comes back. It is checked by `webauthn-rs`, which always wants the device
//! to have verified its user. What was signed names this server and the challenge, so that it
//! is worth nothing elsewhere and for nothing else.

use crate::error::ReceptionError;
use crate::origin::Origin;
use crate::questions::{ANSWERED_WITHIN, Questions};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use model::authentication::Assertion;
use model::digest::Digest;
use model::id::PersonId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    AuthenticationResult, COSEKeyType, Passkey, PasskeyAuthentication, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, Uuid, Webauthn, WebauthnBuilder,
};

/// The most bytes of an answer: a certificate chain fits, an archive does not.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// What a browser is asked: the argument of `navigator.credentials.create` or `.get`, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// To make a passkey: for `PublicKeyCredential.parseCreationOptionsFromJSON`.
    Create(Value),
    /// To use one: for `PublicKeyCredential.parseRequestOptionsFromJSON`.
    Get(Value),
}

/// A passkey of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its name, which its device gave it.
    pub id: String,
    /// What its holder calls it.
    pub label: String,
    /// When it was made.
    pub created: Timestamp,
}

/// What is kept of a passkey.
#[derive(Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) label: String,
    pub(crate) passkey: Passkey,
}

/// What was asked, beside the challenge that it is named by.
#[derive(Debug)]
enum Asked {
    ToRegister(PersonId, Box<PasskeyRegistration>),
    ToLogIn,
    /// Somebody who is here, by the admission with this digest.
    Again(Digest),
}

/// What passkeys are asked and answer.
pub(crate) struct Passkeys {
    webauthn: Webauthn,
    host: String,
    asked: Questions<Asked>,
}

/// An answer that was read, and not checked yet.
pub(crate) struct Answer {
    credential: PublicKeyCredential,
    challenge: Digest,
}

impl Answer {
    /// Returns the answer that a browser gave.
    pub(crate) fn read(text: &str) -> Result<Self, ReceptionError> {
        let unreadable = || wrong("it cannot be read");
        if text.len() > ANSWER_BYTES_MAX {
            return Err(unreadable());
        }
        let credential: PublicKeyCredential =
            serde_json::from_str(text).map_err(|_| unreadable())?;
        let challenge = challenge_in(&credential.response.client_data_json)?;
        Ok(Self { credential, challenge })
    }

    /// Returns the name of the passkey that gave it.
    pub(crate) fn passkey(&self) -> String {
        encoded(&self.credential.raw_id)
    }

    /// Returns what it shows of the passkey that gave it.
    pub(crate) fn shows(&self, passkey: &Passkey) -> Assertion {
        let response = &self.credential.response;
        Assertion {
            credential: self.passkey(),
            public_key: json_web_key(passkey),
            authenticator_data: encoded(&response.authenticator_data),
            client_data: encoded(&response.client_data_json),
            signature: encoded(&response.signature),
        }
    }
}

impl Passkeys {
    /// Returns what asks for a server at `origin`; nothing where it is reached by a number, to which no
    /// passkey can be bound.
    pub(crate) fn at(origin: &Origin) -> Option<Self> {
        let host = origin.url().domain()?.to_owned();
        let built = WebauthnBuilder::new(&host, origin.url())
            .and_then(|it| it.rp_name("Landfall").timeout(ANSWERED_WITHIN.unsigned_abs()).build());
        Some(Self { webauthn: built.ok()?, host, asked: Questions::default() })
    }

    /// Asks `person` for a new passkey, other than those they have.
    pub(crate) fn ask_for_new(
        &self,
        person: &PersonId,
        known: &[Kept],
        now: Timestamp,
    ) -> Result<Question, ReceptionError> {
        let known = known.iter().map(|it| it.passkey.cred_id().clone()).collect();
        let name = person.as_str();
        let begun =
            self.webauthn.start_passkey_registration(handle(person), name, name, Some(known));
        let (question, state) = begun.map_err(wrong)?;
        let challenge = encoded(&question.public_key.challenge);
        let mut question = serde_json::to_value(question.public_key).unwrap_or_default();
        // It is to be found without the name of its account: whoever logs in gives none.
        if let Some(wanted) = question.pointer_mut("/authenticatorSelection") {
            wanted["residentKey"] = "required".into();
            wanted["requireResidentKey"] = true.into();
        }
        self.asked.ask(challenge, Asked::ToRegister(person.clone(), Box::new(state)), now);
        Ok(Question::Create(question))
    }

    /// Returns the new passkey that `person`'s browser answers with, and its name.
    pub(crate) fn made(
        &self,
        person: &PersonId,
        answer: &str,
        now: Timestamp,
    ) -> Result<(String, Passkey), ReceptionError> {
        let unreadable = || wrong("it cannot be read");
        if answer.len() > ANSWER_BYTES_MAX {
            return Err(unreadable());
        }
        let answer: RegisterPublicKeyCredential =
            serde_json::from_str(answer).map_err(|_| unreadable())?;
        let challenge = challenge_in(&answer.response.client_data_json)?;
        match self.asked.answered(&encoded(challenge.as_bytes()), now) {
            Some(Asked::ToRegister(asked, state)) if asked == *person => {
                let made = self.webauthn.finish_passkey_registration(&answer, &state);
                let passkey = made.map_err(wrong)?;
                Ok((encoded(passkey.cred_id()), passkey))
            }
            Some(Asked::ToRegister(..) | Asked::ToLogIn | Asked::Again(_)) | None => Err(unasked()),
        }
    }

    /// Asks whoever wants to log in for their passkey. `challenge` is one that nobody knows.
    pub(crate) fn ask_to_log_in(&self, challenge: &Digest, now: Timestamp) -> Question {
        self.asked.ask(encoded(challenge.as_bytes()), Asked::ToLogIn, now);
        self.question(challenge, &[])
    }

    /// Asks somebody who is here, by the admission `here`, to sign `challenge` by one of `known`.
    pub(crate) fn ask_again(
        &self,
        here: Digest,
        challenge: &Digest,
        known: &[Kept],
        now: Timestamp,
    ) -> Question {
        self.asked.ask(encoded(challenge.as_bytes()), Asked::Again(here), now);
        self.question(challenge, known)
    }

    fn question(&self, challenge: &Digest, known: &[Kept]) -> Question {
        let allowed = known
            .iter()
            .map(|it| json!({"type": "public-key", "id": encoded(it.passkey.cred_id())}));
        Question::Get(json!({
            "challenge": encoded(challenge.as_bytes()),
            "timeout": ANSWERED_WITHIN.as_millis(),
            "rpId": self.host,
            "allowCredentials": allowed.collect::<Vec<_>>(),
            "userVerification": "required",
        }))
    }

    /// Holds that whoever wants to log in was asked for `answer`.
    pub(crate) fn was_asked_to_log_in(
        &self,
        answer: &Answer,
        now: Timestamp,
    ) -> Result<(), ReceptionError> {
        match self.asked.answered(&encoded(answer.challenge.as_bytes()), now) {
            Some(Asked::ToLogIn) => Ok(()),
            Some(Asked::ToRegister(..) | Asked::Again(_)) | None => Err(unasked()),
        }
    }

    /// Holds that whoever is here by the admission `here` was asked for `answer`, to `challenge`.
    pub(crate) fn was_asked_again(
        &self,
        here: Digest,
        challenge: &Digest,
        answer: &Answer,
        now: Timestamp,
    ) -> Result<(), ReceptionError> {
        if answer.challenge != *challenge {
            return Err(wrong("it signs something else"));
        }
        match self.asked.answered(&encoded(challenge.as_bytes()), now) {
            Some(Asked::Again(asked)) if asked == here => Ok(()),
            Some(Asked::ToRegister(..) | Asked::ToLogIn | Asked::Again(_)) | None => Err(unasked()),
        }
    }

    /// Checks that `passkey` gave `answer` here, after its device had verified who holds it.
    pub(crate) fn check(
        &self,
        passkey: &Passkey,
        answer: &Answer,
    ) -> Result<AuthenticationResult, ReceptionError> {
        let begun = self.webauthn.start_passkey_authentication(std::slice::from_ref(passkey));
        let (_, state) = begun.map_err(wrong)?;
        let state =
            about(&state, &answer.challenge).ok_or_else(|| wrong("it cannot be checked"))?;
        let checked = self.webauthn.finish_passkey_authentication(&answer.credential, &state);
        checked.map_err(wrong)
    }
}

/// Returns `state` with a challenge of ours: the library chooses one at random, and what is signed
/// here says what it is signed for.
fn about(state: &PasskeyAuthentication, challenge: &Digest) -> Option<PasskeyAuthentication> {
    let mut state = serde_json::to_value(state).ok()?;
    *state.pointer_mut("/ast/challenge")? = encoded(challenge.as_bytes()).into();
    serde_json::from_value(state).ok()
}

/// Returns by what devices tell accounts apart: always the same for one, and no name.
fn handle(person: &PersonId) -> Uuid {
    let digest = Digest::of(format!("landfall account {person}").as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.as_bytes()[..16]);
    Uuid::from_bytes(bytes)
}

/// Returns the challenge that a browser says it was given.
fn challenge_in(client_data: &[u8]) -> Result<Digest, ReceptionError> {
    #[derive(Deserialize)]
    struct Said {
        challenge: String,
    }
    let said: Option<Said> = serde_json::from_slice(client_data).ok();
    let bytes = said.and_then(|it| BASE64_URL_SAFE_NO_PAD.decode(it.challenge).ok());
    let challenge = bytes.and_then(|it| <[u8; 32]>::try_from(it).ok());
    challenge.map(Digest::from_bytes).ok_or_else(unasked)
}

fn json_web_key(passkey: &Passkey) -> Value {
    let key = passkey.get_public_key();
    match &key.key {
        COSEKeyType::EC_EC2(it) => {
            let curve = if it.x.len() == 32 { "P-256" } else { "P-384" };
            json!({"kty": "EC", "crv": curve, "x": encoded(&it.x), "y": encoded(&it.y)})
        }
        COSEKeyType::EC_OKP(it) => json!({"kty": "OKP", "crv": "Ed25519", "x": encoded(&it.x)}),
        COSEKeyType::RSA(it) => json!({"kty": "RSA", "n": encoded(&it.n), "e": encoded(&it.e)}),
    }
}

fn encoded(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn wrong(why: impl std::fmt::Display) -> ReceptionError {
    ReceptionError::WrongPasskey(why.to_string())
}

fn unasked() -> ReceptionError {
    wrong("it was not asked for, or five minutes have passed; try again")
}

#[cfg(test)]
mod tests;
