//! Who may come in: accounts, and what admits them, beside the record on the same database.
//!
//! None of it is part of the record. An account says who somebody is; what they may do in a
//! deployment is a matter of its plan, and what they did stands in the record under their name.
//! Each row is sealed with a secret of the record's key: what somebody else wrote into the database
//! is as good as not there.

mod sealing;

use crate::error::RecordError;
use crate::key::Signer;
use crate::location::Location;
use crate::reaching::reach;
use crate::sql::{Found, SqlAccounts};
use jiff::{SignedDuration, Timestamp};
use model::digest::Digest;
use model::id::PersonId;
pub(crate) use sealing::{Sealed, Sealing};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

/// What whoever looks after a server is told.
pub type Told = Arc<dyn Fn(&str) + Send + Sync>;

/// The most rows that are told of which are not sealed: who writes more of them makes no more noise.
const STRANGE_MAX: usize = 1_000;

/// What stands in the database and no server of this record has written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unsealed {
    /// The accounts, by name.
    pub accounts: Vec<Account>,
    /// What shows who somebody is, by account: of these accounts, and of others.
    pub identities: Vec<Identity>,
}

/// Accounts and what admits them, on the database of the record.
pub struct Accounts {
    sql: SqlAccounts,
    believed: Mutex<Believed>,
    told: Told,
    /// What was told of already.
    strange: Mutex<HashSet<String>>,
}

impl Accounts {
    /// Opens the accounts at `location`, made at first use, which servers with the key of `signer` seal.
    /// What is found there and is not sealed is left out, and `told` of, once.
    ///
    /// # Errors
    ///
    /// [`RecordError::Storage`] for a record in memory, which nobody comes in to; and as
    /// [`open`](crate::open).
    pub async fn open(
        location: &Location,
        signer: &Signer,
        told: Told,
    ) -> Result<Self, RecordError> {
        if let Location::Postgres(url) = location {
            reach(url).await?;
        }
        let sql = SqlAccounts::open(location, Sealing::of(signer)).await?;
        let never_sealed = sql.never_sealed().await?;
        if never_sealed > 0 {
            let accounts = if never_sealed == 1 { "account is" } else { "accounts are" };
            told(&format!(
                "{never_sealed} {accounts} not sealed yet, and nobody comes in so: look with `landfall record seal-accounts`"
            ));
        }
        Ok(Self { sql, believed: Mutex::default(), told, strange: Mutex::default() })
    }

    /// Returns what was found, where it is sealed.
    fn believe<T: Sealed>(&self, found: Found<T>) -> Option<T> {
        if found.is_sealed {
            return Some(found.row);
        }
        let what = found.row.what();
        let mut strange = self.strange.lock().unwrap_or_else(PoisonError::into_inner);
        if strange.len() < STRANGE_MAX && strange.insert(what.clone()) {
            (self.told)(&format!(
                "no server of this record has written {what}, which stands in its database: it counts for nothing (`landfall record seal-accounts` shows what else there is)"
            ));
        }
        None
    }

    fn believe_all<T: Sealed>(&self, found: Vec<Found<T>>) -> Vec<T> {
        found.into_iter().filter_map(|it| self.believe(it)).collect()
    }

    /// Returns what no server of this record has written.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn unsealed(&self) -> Result<Unsealed, RecordError> {
        let (accounts, identities) = self.sql.all().await?;
        let accounts = accounts.into_iter().filter(|it| !it.is_sealed).map(|it| it.row);
        let identities = identities.into_iter().filter(|it| !it.is_sealed).map(|it| it.row);
        Ok(Unsealed { accounts: accounts.collect(), identities: identities.collect() })
    }

    /// Seals these as they were shown, after somebody has looked at them, and ends whatever admits their
    /// accounts: they log in again. What was changed in the database since does not become sealed by it.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn seal(&self, shown: &Unsealed) -> Result<(), RecordError> {
        let done = self.sql.seal(&shown.accounts, &shown.identities).await;
        self.doubt();
        done
    }

    /// Seals what is sealed with the key `new` instead, before it takes the place of this one. Done again, it
    /// goes on where it was broken off.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn pass_on(&self, new: &Signer) -> Result<(), RecordError> {
        self.sql.pass_on(&Sealing::of(new)).await
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

    /// Returns whether there is nobody yet, so that the first may be made without being admitted: not where
    /// somebody stands there whom nobody has sealed.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn is_empty(&self) -> Result<bool, RecordError> {
        Ok(self.sql.accounts("", 1).await?.is_empty())
    }

    /// Makes an account. Returns whether the name was free: one that is not sealed gives way.
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
        Ok(self.sql.account(name).await?.and_then(|it| self.believe(it)))
    }

    /// Returns at most `limit` accounts after `after`, by name.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn accounts(&self, after: &str, limit: u32) -> Result<Vec<Account>, RecordError> {
        Ok(self.believe_all(self.sql.accounts(after, limit).await?))
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
        let found = found.and_then(|(admission, account)| {
            Some((self.believe(admission)?, self.believe(account)?))
        });
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
        Ok(self.believe_all(self.sql.admissions(account).await?))
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
        Ok(self.sql.identity(kind, id).await?.and_then(|it| self.believe(it)))
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
        Ok(self.believe_all(self.sql.identities(account).await?))
    }
}
