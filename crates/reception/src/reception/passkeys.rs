//! Passkeys of accounts: made, used to log in, used to show again who is here.

use super::accounts::by_person;
use super::{LABEL_LETTERS_MAX, Reception, SESSION_LASTS};
use crate::access::Access;
use crate::error::ReceptionError;
use crate::passkey::{Answer, Held, Kept, Passkeys, Question};
use crate::secret::Secret;
use crate::visitor::Visitor;
use jiff::Timestamp;
use model::authentication::{Assertion, AuthenticationMethod};
use model::id::PersonId;
use record::Identity;

/// What kind of identity a passkey is.
pub(super) const PASSKEY: &str = "passkey";

/// The most passkeys of one account.
const PASSKEYS_MAX: usize = 20;

impl Reception {
    pub(super) fn doors(&self) -> Result<&Passkeys, ReceptionError> {
        let what = "passkeys are bound to the name by which people reach the server: start it with --address https://…";
        self.passkeys.as_ref().ok_or_else(|| ReceptionError::Invalid(what.to_owned()))
    }

    /// Returns whether people can come in with passkeys here.
    pub fn knows_passkeys(&self) -> bool {
        self.passkeys.is_some()
    }

    pub(super) async fn kept(
        &self,
        person: &PersonId,
    ) -> Result<Vec<(Identity, Kept)>, ReceptionError> {
        let all = self.accounts.identities(person).await?.into_iter();
        let passkeys = all.filter(|it| it.kind == PASSKEY);
        Ok(passkeys.filter_map(|it| Some((it.clone(), kept_in(&it)?))).collect())
    }

    /// Returns the visitor's own passkeys.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn passkeys(&self, visitor: &Visitor) -> Result<Vec<Held>, ReceptionError> {
        let held = |(it, kept): (Identity, Kept)| Held {
            id: it.id,
            label: kept.label,
            created: it.created,
        };
        Ok(self.kept(visitor.person()).await?.into_iter().map(held).collect())
    }

    /// Asks the visitor's browser to make a passkey. Its answer goes to [`Self::add_passkey`].
    ///
    /// # Errors
    ///
    /// Where the visitor is no person who has logged in, has too many, or the server has no name.
    pub async fn ask_for_passkey(&self, visitor: &Visitor) -> Result<Question, ReceptionError> {
        by_person(visitor)?;
        let known: Vec<Kept> =
            self.kept(visitor.person()).await?.into_iter().map(|it| it.1).collect();
        if known.len() >= PASSKEYS_MAX {
            let what = format!("an account has at most {PASSKEYS_MAX} passkeys: remove one first");
            return Err(ReceptionError::Invalid(what));
        }
        self.doors()?.ask_for_new(visitor.person(), &known, self.clock.now())
    }

    /// Keeps the passkey that the visitor's browser has made, under what they call it.
    ///
    /// # Errors
    ///
    /// [`ReceptionError::WrongPasskey`] where it was not asked for or does not verify its user.
    pub async fn add_passkey(
        &self,
        visitor: &Visitor,
        label: &str,
        answer: &str,
    ) -> Result<(), ReceptionError> {
        by_person(visitor)?;
        let label: String =
            label.trim().chars().filter(|it| !it.is_control()).take(LABEL_LETTERS_MAX).collect();
        if label.is_empty() {
            let what = "a passkey needs a label, such as the name of its device";
            return Err(ReceptionError::Invalid(what.to_owned()));
        }
        let now = self.clock.now();
        let (id, passkey) = self.doors()?.made(visitor.person(), answer, now)?;
        let identity = identity(visitor.person(), id, &Kept { label, passkey }, now);
        if self.accounts.identify(&identity).await? {
            Ok(())
        } else {
            Err(ReceptionError::WrongPasskey("it is another account's".to_owned()))
        }
    }

    /// Removes one of the visitor's own passkeys.
    ///
    /// # Errors
    ///
    /// Where it is not theirs.
    pub async fn remove_passkey(&self, visitor: &Visitor, id: &str) -> Result<(), ReceptionError> {
        by_person(visitor)?;
        if self.accounts.forget(visitor.person(), PASSKEY, id).await? {
            Ok(())
        } else {
            let what = format!("passkey {id}").chars().take(80).collect();
            Err(ReceptionError::Unknown(what))
        }
    }

    /// Asks whoever wants to log in for their passkey; nobody has to say who they are. The answer
    /// goes to [`Self::log_in_by_passkey`].
    ///
    /// # Errors
    ///
    /// Where the server has no name.
    pub fn ask_to_log_in(&self) -> Result<Question, ReceptionError> {
        let challenge = Secret::random()?.digest();
        Ok(self.doors()?.ask_to_log_in(&challenge, self.clock.now()))
    }

    /// Lets somebody in with a passkey, from `address`. Returns the secret of their session, which
    /// is called `label`, and when it ends.
    ///
    /// # Errors
    ///
    /// [`ReceptionError::WrongPasskey`] where the answer was not asked for, the passkey is not
    /// known, or its device did not verify who holds it; and where too many attempts have failed.
    pub async fn log_in_by_passkey(
        &self,
        answer: &str,
        address: &str,
        label: &str,
    ) -> Result<(Secret, Timestamp), ReceptionError> {
        let keys = [format!("address {address}")];
        let now = self.clock.now();
        if let Some(wait) = self.attempts.wait(&keys, now) {
            return Err(ReceptionError::TooManyAttempts(wait));
        }
        let account = self.account_of_passkey(answer, now).await;
        if matches!(account, Err(ReceptionError::WrongPasskey(_))) {
            self.attempts.failed(&keys, now);
        }
        self.admit(
            account?,
            AuthenticationMethod::Passkey,
            label,
            Access::of_person(),
            SESSION_LASTS,
        )
        .await
    }

    async fn account_of_passkey(
        &self,
        answer: &str,
        now: Timestamp,
    ) -> Result<PersonId, ReceptionError> {
        let answer = Answer::read(answer)?;
        self.doors()?.was_asked_to_log_in(&answer, now)?;
        let unknown = || ReceptionError::WrongPasskey("nobody here has it".to_owned());
        let identity = self.accounts.identity(PASSKEY, &answer.passkey()).await?;
        let identity = identity.ok_or_else(unknown)?;
        let account = self.accounts.account(&identity.account).await?;
        let account = account.filter(|it| !it.is_disabled).ok_or_else(unknown)?;
        self.checked(identity, &answer).await?;
        Ok(account.name)
    }

    /// Checks that the passkey of `identity` gave `answer`, and keeps what its device counts.
    pub(super) async fn checked(
        &self,
        identity: Identity,
        answer: &Answer,
    ) -> Result<Assertion, ReceptionError> {
        let unreadable = || ReceptionError::WrongPasskey("what is kept cannot be read".to_owned());
        let mut kept = kept_in(&identity).ok_or_else(unreadable)?;
        let result = self.doors()?.check(&kept.passkey, answer)?;
        if kept.passkey.update_credential(&result) == Some(true) {
            let body = serde_json::to_string(&kept).unwrap_or_default();
            self.accounts.identify(&Identity { body, ..identity }).await?;
        }
        Ok(answer.shows(&kept.passkey))
    }
}

fn kept_in(identity: &Identity) -> Option<Kept> {
    serde_json::from_str(&identity.body).ok()
}

fn identity(person: &PersonId, id: String, kept: &Kept, created: Timestamp) -> Identity {
    let body = serde_json::to_string(kept).unwrap_or_default();
    Identity { kind: PASSKEY.to_owned(), id, account: person.clone(), body, created }
}
