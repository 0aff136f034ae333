//! Who may come in: accounts, and what admits them, beside the record on the same database.
//!
//! None of it is part of the record. An account says who somebody is; what they may do in a
//! deployment is a matter of its plan, and what they did stands in the record under their name.

use crate::error::RecordError;
use crate::location::Location;
use crate::reaching::reach;
use crate::sql::SqlAccounts;
use jiff::{SignedDuration, Timestamp};
use model::digest::Digest;
use model::id::PersonId;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Somebody who may come in. In each deployment they act as the person of the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The name, the same as the person's in the plans.
    pub name: PersonId,
    /// The password's hash in PHC form; empty for whoever has none.
    pub password: String,
    /// Whether they look after accounts. It gives no right in any deployment.
    pub is_administrator: bool,
    /// Whether they may not come in for now.
    pub is_disabled: bool,
    /// When it was made.
    pub created: Timestamp,
}

/// What admits a person: a session, a token for a program, or a link that works once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// The digest of the secret. The secret itself is kept by whoever was given it.
    pub digest: Digest,
    /// Whom it admits.
    pub account: PersonId,
    /// What it is.
    pub kind: AdmissionKind,
    /// What its holder calls it.
    pub label: String,
    /// What it admits to, in the words of whoever made it.
    pub access: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends.
    pub ends: Timestamp,
}

/// What admits a person.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumString, serde::Serialize,
)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum AdmissionKind {
    /// A browser, after its user has logged in.
    Session,
    /// A program, for whoever made the token.
    Token,
    /// A link in a message, which works once.
    Link,
}

/// Something that shows who somebody is, besides a password: a passkey, or a name at another
/// sign-on service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// What kind of thing it is: `passkey`, or the address of a sign-on service.
    pub kind: String,
    /// Its name there.
    pub id: String,
    /// Whom it shows.
    pub account: PersonId,
    /// What is needed to check it.
    pub body: String,
    /// When it was made.
    pub created: Timestamp,
}

/// Something that was refused for want of authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// When.
    pub at: Timestamp,
    /// The account that tried it.
    pub account: String,
    /// The deployment; empty where it was about none.
    pub deployment: String,
    /// What was tried.
    pub what: String,
    /// Why it was refused.
    pub why: String,
}

/// How long who is admitted is believed without another look at the database. What is ended through
/// these accounts is ended at once; what another server ends, within this time.
const BELIEVED_FOR: SignedDuration = SignedDuration::from_secs(1);

/// The most admissions that are believed; beyond, all are looked at again.
const BELIEVED_MAX: usize = 10_000;

/// Who was admitted a moment ago.
#[derive(Default)]
struct Believed {
    /// How often accounts were changed here.
    changes: u64,
    admitted: HashMap<Digest, (Timestamp, Admission, Account)>,
}

/// Accounts and what admits them, on the database of the record.
pub struct Accounts {
    sql: SqlAccounts,
    believed: Mutex<Believed>,
}

impl Accounts {
    /// Opens the accounts at `location`, made at first use.
    ///
    /// # Errors
    ///
    /// [`RecordError::Storage`] for a record in memory, which nobody comes in to; and as
    /// [`open`](crate::open).
    pub async fn open(location: &Location) -> Result<Self, RecordError> {
        if let Location::Postgres(url) = location {
            reach(url).await?;
        }
        Ok(Self { sql: SqlAccounts::open(location).await?, believed: Mutex::default() })
    }

    fn believed(&self) -> MutexGuard<'_, Believed> {
        self.believed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has everybody looked at again: something has changed.
    fn doubt(&self) {
        let mut believed = self.believed();
        believed.changes += 1;
        believed.admitted.clear();
    }

    /// Returns whether there is nobody yet, so that the first may be made without being admitted.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn is_empty(&self) -> Result<bool, RecordError> {
        Ok(self.sql.accounts("", 1).await?.is_empty())
    }

    /// Makes an account. Returns whether the name was free.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn create(&self, account: &Account) -> Result<bool, RecordError> {
        self.sql.create(account, false).await
    }

    /// Makes the first account. Returns whether there was none yet.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn create_first(&self, account: &Account) -> Result<bool, RecordError> {
        self.sql.create(account, true).await
    }

    /// Replaces what is known of an account. Returns whether there is one of its name.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn replace(&self, account: &Account) -> Result<bool, RecordError> {
        let done = self.sql.replace(account).await;
        self.doubt();
        done
    }

    /// Returns an account.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn account(&self, name: &PersonId) -> Result<Option<Account>, RecordError> {
        self.sql.account(name).await
    }

    /// Returns at most `limit` accounts after `after`, by name.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn accounts(&self, after: &str, limit: u32) -> Result<Vec<Account>, RecordError> {
        self.sql.accounts(after, limit).await
    }

    /// Keeps what admits somebody from now on, and forgets what ended before it was made.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn admit(&self, admission: &Admission) -> Result<(), RecordError> {
        self.sql.admit(admission).await
    }

    /// Returns the admission whose secret has this digest, with the account, where it has not
    /// ended at `now` and the account may come in.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn admission(
        &self,
        digest: &Digest,
        now: Timestamp,
    ) -> Result<Option<(Admission, Account)>, RecordError> {
        let changes = {
            let believed = self.believed();
            if let Some((at, admission, account)) = believed.admitted.get(digest)
                && *at <= now
                && now.duration_since(*at) < BELIEVED_FOR
                && now < admission.ends
            {
                return Ok(Some((admission.clone(), account.clone())));
            }
            believed.changes
        };
        let found = self.sql.admission(digest, now).await?;
        let mut believed = self.believed();
        // What was changed while it was looked at may be another by now.
        if let Some((admission, account)) = &found
            && believed.changes == changes
        {
            if believed.admitted.len() >= BELIEVED_MAX {
                believed.admitted.clear();
            }
            believed.admitted.insert(*digest, (now, admission.clone(), account.clone()));
        }
        drop(believed);
        Ok(found)
    }

    /// Returns what admits `account`, the oldest first.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn admissions(&self, account: &PersonId) -> Result<Vec<Admission>, RecordError> {
        self.sql.admissions(account).await
    }

    /// Ends an admission. Returns whether it was there: of two who use a link at once, one is told so.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn end(&self, digest: &Digest) -> Result<bool, RecordError> {
        let done = self.sql.end(digest).await;
        self.doubt();
        done
    }

    /// Ends everything that admits `account`. Returns how much there was.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn end_all(&self, account: &PersonId) -> Result<u64, RecordError> {
        let done = self.sql.end_all(account).await;
        self.doubt();
        done
    }

    /// Keeps something that shows who somebody is, or replaces what was kept under its name.
    /// Returns whether it was kept: it is not where it shows somebody else.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn identify(&self, identity: &Identity) -> Result<bool, RecordError> {
        self.sql.identify(identity).await
    }

    /// Forgets something that shows who `account` is. Returns whether it was kept.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn forget(
        &self,
        account: &PersonId,
        kind: &str,
        id: &str,
    ) -> Result<bool, RecordError> {
        self.sql.forget(account, kind, id).await
    }

    /// Returns what is kept under a name.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn identity(&self, kind: &str, id: &str) -> Result<Option<Identity>, RecordError> {
        self.sql.identity(kind, id).await
    }

    /// Keeps that something was refused under the name `id`, and forgets what was refused before
    /// `until`.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn refused(
        &self,
        id: &str,
        refused: &Refused,
        until: Timestamp,
    ) -> Result<(), RecordError> {
        self.sql.refused(id, refused, until).await
    }

    /// Returns at most `limit` refusals before `before`, the newest first.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn refusals(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Refused>, RecordError> {
        self.sql.refusals(before, limit).await
    }

    /// Returns what shows who `account` is.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn identities(&self, account: &PersonId) -> Result<Vec<Identity>, RecordError> {
        self.sql.identities(account).await
    }
}
