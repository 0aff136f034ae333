//! Accounts and tokens: made, changed, ended.

use super::links::is_to_site;
use super::{NewAccount, NewToken, Reception, TOKEN_LASTS_MAX};
use crate::access::Reach;
use crate::error::ReceptionError;
use crate::password;
use crate::secret::{Secret, digest_of};
use crate::visitor::Visitor;
use jiff::{SignedDuration, Timestamp};
use model::authentication::AuthenticationMethod;
use model::digest::Digest;
use model::id::PersonId;
use record::{Account, Admission};
use zeroize::Zeroizing;

/// The most accounts that are listed: a hundred thousand sites have an owner and a deputy each.
const ACCOUNTS_MAX: u32 = 200_000;

impl Reception {
    /// Makes the first account, an administrator's, for whoever knows the secret of the set-up.
    ///
    /// # Errors
    ///
    /// Where there is somebody already, the secret is another one, or the password too short.
    pub async fn set_up(&self, secret: &str, first: NewAccount) -> Result<(), ReceptionError> {
        if self.set_up.as_ref() != Some(&digest_of(secret)) {
            return Err(ReceptionError::NotAdmitted);
        }
        let first = NewAccount { is_administrator: true, ..first };
        if first.password.is_none() {
            return Err(ReceptionError::Invalid("the first account needs a password".to_owned()));
        }
        let account = self.account_of(first).await?;
        if self.accounts.create_first(&account).await? {
            Ok(())
        } else {
            Err(ReceptionError::AlreadySetUp)
        }
    }

    /// Holds that the visitor looks after accounts, here and now; else keeps that they tried.
    pub(super) async fn administers(
        &self,
        visitor: &Visitor,
        what: &str,
    ) -> Result<(), ReceptionError> {
        if visitor.account.is_administrator && visitor.access.reach == Reach::Person {
            return Ok(());
        }
        let why = "accounts are looked after by an administrator who has logged in".to_owned();
        self.refused(visitor, None, what, why).await
    }

    async fn account_of(&self, it: NewAccount) -> Result<Account, ReceptionError> {
        let password = match it.password {
            Some(password) => password::hash(password).await?,
            None => String::new(),
        };
        Ok(Account {
            name: it.name,
            password,
            is_administrator: it.is_administrator,
            is_disabled: false,
            created: self.clock.now(),
        })
    }

    /// Makes an account, for an administrator.
    ///
    /// # Errors
    ///
    /// Where the visitor is none, the name is taken, or the password too short.
    pub async fn create(&self, visitor: &Visitor, it: NewAccount) -> Result<(), ReceptionError> {
        self.administers(visitor, "make an account").await?;
        let account = self.account_of(it).await?;
        if self.accounts.create(&account).await? {
            Ok(())
        } else {
            Err(ReceptionError::Taken(account.name))
        }
    }

    /// Lets an account no longer come in, or lets it again; for an administrator. What admits it
    /// now ends.
    ///
    /// # Errors
    ///
    /// Where the visitor is none or means themselves, or there is no such account.
    pub async fn disable(
        &self,
        visitor: &Visitor,
        name: &PersonId,
        is_disabled: bool,
    ) -> Result<(), ReceptionError> {
        self.administers(visitor, "change an account").await?;
        if visitor.person() == name {
            let what = "nobody shuts themselves out: another administrator does".to_owned();
            return Err(ReceptionError::NotAllowed { what });
        }
        let account = self.known(name).await?;
        self.accounts.replace(&Account { is_disabled, ..account }).await?;
        if is_disabled {
            self.accounts.end_all(name).await?;
        }
        Ok(())
    }

    /// Replaces the visitor's own password, or gives them their first. All other sessions and tokens of theirs
    /// end, and with a password that is replaced the links to sites, too: who chooses their first one may do
    /// so because such a link wants it.
    ///
    /// # Errors
    ///
    /// Where the old one is wrong, or the new one too short.
    pub async fn change_password(
        &self,
        visitor: &Visitor,
        old: Zeroizing<String>,
        new: Zeroizing<String>,
    ) -> Result<(), ReceptionError> {
        by_person(visitor)?;
        let account = self.known(visitor.person()).await?;
        // Whoever came in by an invitation, a passkey or single sign-on chooses their first one.
        let is_first = account.password.is_empty();
        if !is_first {
            let keys = [format!("account {}", account.name)];
            self.guarded(&keys, old, Some(account.password.clone())).await?;
        }
        let password = password::hash(new).await?;
        self.accounts.replace(&Account { password, ..account }).await?;
        for other in self.accounts.admissions(visitor.person()).await? {
            let stays = is_first && is_to_site(&other);
            if other.digest != visitor.admission && !stays {
                self.accounts.end(&other.digest).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn known(&self, name: &PersonId) -> Result<Account, ReceptionError> {
        let account = self.accounts.account(name).await?;
        account.ok_or_else(|| ReceptionError::Unknown(format!("account {name}")))
    }

    /// Makes a token for the visitor's own programs. It is shown once.
    ///
    /// # Errors
    ///
    /// Where the visitor is no person who has logged in, or the token would reach too far.
    pub async fn token(
        &self,
        visitor: &Visitor,
        it: NewToken,
    ) -> Result<(Secret, Timestamp), ReceptionError> {
        by_person(visitor)?;
        if it.access.reach == Reach::Person {
            let what = "a token reads or acts; it never stands for the person";
            return Err(ReceptionError::Invalid(what.to_owned()));
        }
        if it.lasts <= SignedDuration::ZERO || it.lasts > TOKEN_LASTS_MAX {
            return Err(ReceptionError::Invalid("a token lasts from 1 to 366 days".to_owned()));
        }
        if it.label.trim().is_empty() {
            return Err(ReceptionError::Invalid("a token needs a label".to_owned()));
        }
        let person = visitor.person().clone();
        self.admit(person, AuthenticationMethod::Token, &it.label, it.access, it.lasts).await
    }

    /// Returns what admits the visitor, the oldest first.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn admissions(&self, visitor: &Visitor) -> Result<Vec<Admission>, ReceptionError> {
        Ok(self.accounts.admissions(visitor.person()).await?)
    }

    /// Ends one of the visitor's own admissions.
    ///
    /// # Errors
    ///
    /// Where it is not theirs.
    pub async fn end(&self, visitor: &Visitor, digest: &Digest) -> Result<(), ReceptionError> {
        by_person(visitor)?;
        let own = self.accounts.admissions(visitor.person()).await?;
        if !own.iter().any(|it| it.digest == *digest) {
            return Err(ReceptionError::NotAdmitted);
        }
        self.accounts.end(digest).await?;
        Ok(())
    }

    /// Returns an account, for an administrator.
    ///
    /// # Errors
    ///
    /// Where the visitor is none, or there is no such account.
    pub async fn account(
        &self,
        visitor: &Visitor,
        name: &PersonId,
    ) -> Result<Account, ReceptionError> {
        self.administers(visitor, "look at an account").await?;
        self.known(name).await
    }

    /// Returns the accounts by their names, for an administrator.
    ///
    /// # Errors
    ///
    /// Where the visitor is none.
    pub async fn accounts(&self, visitor: &Visitor) -> Result<Vec<Account>, ReceptionError> {
        self.administers(visitor, "list the accounts").await?;
        Ok(self.accounts.accounts("", ACCOUNTS_MAX).await?)
    }
}

pub(super) fn by_person(visitor: &Visitor) -> Result<(), ReceptionError> {
    if visitor.access.reach == Reach::Person {
        return Ok(());
    }
    let what = "a token cannot do this: log in".to_owned();
    Err(ReceptionError::NotAllowed { what })
}
