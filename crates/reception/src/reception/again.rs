//! Showing again, now, who is here: asked for where somebody puts their name under something.

use super::Reception;
use super::passkeys::PASSKEY;
use crate::error::ReceptionError;
use crate::passkey::{Answer, Kept, Question};
use crate::password;
use crate::visitor::Visitor;
use model::authentication::Proof;
use model::digest::Digest;
use model::ssh_key::SshKey;
use record::AdmissionKind;
use zeroize::Zeroizing;

/// What somebody gives to show, in the act, that it is them.
#[derive(Debug)]
pub enum Showing {
    /// Their password.
    Password(Zeroizing<String>),
    /// What their browser answered to [`Reception::ask_again`].
    Passkey(String),
    /// The name with which they came back from the sign-on service.
    SignOn(String),
    /// A signature by their SSH key, which the plan names. It is checked where it is recorded.
    SshKey {
        /// The key.
        key: SshKey,
        /// The signature.
        signature: String,
    },
}

/// By what somebody here can show again that it is them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// By a password.
    pub password: bool,
    /// By a passkey.
    pub passkey: bool,
    /// By the sign-on service at this address.
    pub sign_on: Option<String>,
}

impl Ways {
    /// Returns whether there is none.
    pub fn is_none(&self) -> bool {
        !self.password && !self.passkey && self.sign_on.is_none()
    }
}

impl Reception {
    /// Returns by what the visitor can show again, now, that it is them.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn ways(&self, visitor: &Visitor) -> Result<Ways, ReceptionError> {
        let passkey = self.knows_passkeys() && !self.kept(visitor.person()).await?.is_empty();
        let is_linked = visitor.kind == AdmissionKind::Session && self.is_linked(visitor).await?;
        let sign_on = self.sign_on_provider().filter(|_| is_linked).map(str::to_owned);
        Ok(Ways { password: !visitor.account.password.is_empty(), passkey, sign_on })
    }

    /// Asks the visitor to show again, now, that they are themselves, by one of their passkeys,
    /// which signs `challenge`: the digest of what they are about to put their name under.
    ///
    /// # Errors
    ///
    /// Where a token asks, the visitor has no passkey, or the server no name.
    pub async fn ask_again(
        &self,
        visitor: &Visitor,
        challenge: &Digest,
    ) -> Result<Question, ReceptionError> {
        is_here(visitor)?;
        let kept = self.kept(visitor.person()).await?;
        let known: Vec<Kept> = kept.into_iter().map(|it| it.1).collect();
        if known.is_empty() {
            let what = "you have no passkey yet: make one on the page of your account";
            return Err(ReceptionError::Invalid(what.to_owned()));
        }
        Ok(self.doors()?.ask_again(visitor.admission, challenge, &known, self.clock.now()))
    }

    /// Returns what shows that the visitor, who is here, is themselves: what they have `given` about
    /// `challenge`. A question to a passkey is answered once, within five minutes, where it was asked; its
    /// device has verified who holds it. Whoever guesses a password is made to wait.
    ///
    /// # Errors
    ///
    /// Where it does not show that: ask again.
    pub async fn shown_again(
        &self,
        visitor: &Visitor,
        challenge: &Digest,
        given: Showing,
    ) -> Result<Proof, ReceptionError> {
        is_here(visitor)?;
        match given {
            Showing::Password(password) => {
                let hash = visitor.account.password.clone();
                let keys = [format!("account {}", visitor.person())];
                self.guarded(&keys, password, Some(hash)).await?;
                Ok(Proof::Password)
            }
            Showing::Passkey(answer) => self.shown_by_passkey(visitor, challenge, &answer).await,
            Showing::SignOn(name) => {
                let found = self.shown_by_sign_on.answered(&name, self.clock.now());
                let own = found
                    .filter(|(here, about, _)| *here == visitor.admission && about == challenge);
                let wrong = || ReceptionError::WrongSignOn("sign on once more".to_owned());
                own.map(|(_, _, it)| it).ok_or_else(wrong)
            }
            Showing::SshKey { key, signature } => Ok(Proof::SshKey { key, signature }),
        }
    }

    async fn shown_by_passkey(
        &self,
        visitor: &Visitor,
        challenge: &Digest,
        answer: &str,
    ) -> Result<Proof, ReceptionError> {
        let answer = Answer::read(answer)?;
        self.doors()?.was_asked_again(visitor.admission, challenge, &answer, self.clock.now())?;
        let identity = self.accounts.identity(PASSKEY, &answer.passkey()).await?;
        let own = identity.filter(|it| it.account == *visitor.person());
        let other = || ReceptionError::WrongPasskey("it is not one of yours".to_owned());
        Ok(Proof::Passkey(self.checked(own.ok_or_else(other)?, &answer).await?))
    }

    /// Holds that `password` is the one behind `hash`; whoever guesses under `keys` is made to wait.
    ///
    /// Whose turn it is counts as having failed until it is known: what hundreds try at once is no more
    /// than what one tries. There are fewer turns at once than may fail, so nobody waits for others who
    /// log in.
    pub(super) async fn guarded(
        &self,
        keys: &[String],
        password: Zeroizing<String>,
        hash: Option<String>,
    ) -> Result<(), ReceptionError> {
        let turn = password::turn().await;
        let now = self.clock.now();
        if let Some(wait) = self.attempts.begun(keys, now) {
            return Err(ReceptionError::TooManyAttempts(wait));
        }
        if !password::is_right(&turn, password, hash).await {
            return Err(ReceptionError::WrongPassword);
        }
        self.attempts.taken_back(keys, now);
        Ok(())
    }
}

/// Whoever shows that it is them is there: a token is a program's.
fn is_here(visitor: &Visitor) -> Result<(), ReceptionError> {
    match visitor.kind {
        AdmissionKind::Session | AdmissionKind::Link => Ok(()),
        AdmissionKind::Token => {
            let what = "a token cannot show who is here: log in".to_owned();
            Err(ReceptionError::NotAllowed { what })
        }
    }
}
