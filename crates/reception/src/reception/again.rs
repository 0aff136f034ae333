//! Showing again, now, who is here: asked for where somebody puts their name under something.

use super::Reception;
use super::accounts::by_person;
use super::passkeys::PASSKEY;
use crate::error::ReceptionError;
use crate::passkey::{Answer, Assertion, Kept, Question};
use crate::password;
use crate::visitor::Visitor;
use jiff::Timestamp;
use model::digest::Digest;
use model::id::PersonId;
use zeroize::Zeroizing;

/// That somebody who is here has shown again, just now, that they are themselves, and what for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownAgain {
    /// Who.
    pub person: PersonId,
    /// What for: the digest of what they put their name under.
    pub challenge: Digest,
    /// When it was checked.
    pub at: Timestamp,
    /// By what.
    pub by: Shown,
}

/// By what somebody has shown who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A passkey signed the challenge: anybody can check that, without this server.
    Passkey(Box<Assertion>),
    /// The sign-on service of their organisation had them sign on anew, and signed the challenge as
    /// its nonce.
    SignOn {
        /// The service's address.
        issuer: String,
        /// Who they are there.
        subject: String,
        /// When it had them sign on.
        authenticated: Timestamp,
        /// What it signed, as a JSON Web Token.
        token: String,
    },
    /// They typed their password: this server says so.
    Password,
}

impl Reception {
    /// Asks the visitor to show again, now, that they are themselves, by one of their passkeys,
    /// which signs `challenge`: the digest of what they are about to put their name under.
    ///
    /// The question goes to the visitor's browser: a form of the pages with `data-passkey`, which
    /// names a route that answers with it, has it answered by `assets/passkey.js`. What the
    /// browser answers goes to [`Self::shown_again`].
    ///
    /// # Errors
    ///
    /// Where the visitor is no person who has logged in or has no passkey, or the server no name.
    pub async fn ask_again(
        &self,
        visitor: &Visitor,
        challenge: &Digest,
    ) -> Result<Question, ReceptionError> {
        by_person(visitor)?;
        let kept = self.kept(visitor.person()).await?;
        let known: Vec<Kept> = kept.into_iter().map(|it| it.1).collect();
        if known.is_empty() {
            let what = "you have no passkey yet: make one on the page of your account";
            return Err(ReceptionError::Invalid(what.to_owned()));
        }
        Ok(self.doors()?.ask_again(visitor.admission, challenge, &known, self.clock.now()))
    }

    /// Returns that the visitor has shown again who they are, where `answer` is theirs to the
    /// question of [`Self::ask_again`] about `challenge`. Each question is answered once, within
    /// five minutes, in the session in which it was asked; the device has verified who holds it.
    ///
    /// # Errors
    ///
    /// [`ReceptionError::WrongPasskey`] where it is not: ask again.
    pub async fn shown_again(
        &self,
        visitor: &Visitor,
        challenge: &Digest,
        answer: &str,
    ) -> Result<ShownAgain, ReceptionError> {
        by_person(visitor)?;
        let answer = Answer::read(answer)?;
        self.doors()?.was_asked_again(visitor.admission, challenge, &answer, self.clock.now())?;
        let identity = self.accounts.identity(PASSKEY, &answer.passkey()).await?;
        let own = identity.filter(|it| it.account == *visitor.person());
        let other = || ReceptionError::WrongPasskey("it is not one of yours".to_owned());
        let assertion = self.checked(own.ok_or_else(other)?, &answer).await?;
        Ok(self.shown(visitor, challenge, Shown::Passkey(Box::new(assertion))))
    }

    /// Returns that the visitor has shown again who they are, by their password.
    ///
    /// # Errors
    ///
    /// [`ReceptionError::WrongPassword`] where it is not theirs, and where too many attempts have
    /// failed.
    pub async fn shown_again_by_password(
        &self,
        visitor: &Visitor,
        challenge: &Digest,
        password: Zeroizing<String>,
    ) -> Result<ShownAgain, ReceptionError> {
        by_person(visitor)?;
        let hash = visitor.account.password.clone();
        self.guarded(visitor.person(), password::is_right(password, Some(hash))).await?;
        Ok(self.shown(visitor, challenge, Shown::Password))
    }

    pub(super) fn shown(&self, visitor: &Visitor, challenge: &Digest, by: Shown) -> ShownAgain {
        let (person, at) = (visitor.person().clone(), self.clock.now());
        ShownAgain { person, challenge: *challenge, at, by }
    }

    /// Returns that the visitor has shown again who they are at the sign-on service, by the name with
    /// which they came back; once, within five minutes.
    ///
    /// # Errors
    ///
    /// [`ReceptionError::WrongSignOn`] where they have not, or about another challenge.
    pub fn shown_again_by_sign_on(
        &self,
        visitor: &Visitor,
        challenge: &Digest,
        name: &str,
    ) -> Result<ShownAgain, ReceptionError> {
        let found = self.shown_by_sign_on.answered(name, self.clock.now());
        let own =
            found.filter(|(here, it)| *here == visitor.admission && it.challenge == *challenge);
        let wrong = || ReceptionError::WrongSignOn("sign on once more".to_owned());
        own.map(|(_, it)| it).ok_or_else(wrong)
    }

    /// Waits whether `person`'s password `is_right`; whoever guesses is made to wait.
    pub(super) async fn guarded(
        &self,
        person: &PersonId,
        is_right: impl Future<Output = bool>,
    ) -> Result<(), ReceptionError> {
        let keys = [format!("account {person}")];
        let now = self.clock.now();
        if let Some(wait) = self.attempts.wait(&keys, now) {
            return Err(ReceptionError::TooManyAttempts(wait));
        }
        if is_right.await {
            return Ok(());
        }
        self.attempts.failed(&keys, now);
        Err(ReceptionError::WrongPassword)
    }
}
