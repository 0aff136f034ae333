//! Accounts and what admits them, in SQLite and in PostgreSQL.

use super::link::{Database, Link, Row};
use super::{TRIES_MAX, faults, schema, text};
use crate::account::{Account, Admission, Identity, Refused, Sealed, Sealing};
use crate::error::RecordError;
use crate::location::Location;
use jiff::Timestamp;
use model::digest::Digest;
use model::id::PersonId;

/// Accounts in a database, sealed.
pub(crate) struct SqlAccounts {
    database: Database,
    sealing: Sealing,
}

type Done = Result<(), RecordError>;

/// A row, and whether a server of this record wrote it.
pub(crate) struct Found<T> {
    pub(crate) row: T,
    pub(crate) is_sealed: bool,
}

fn time(us: i64) -> Result<Timestamp, RecordError> {
    Timestamp::from_microsecond(us).map_err(|error| RecordError::corrupt(error.to_string()))
}

fn name(text: String) -> Result<PersonId, RecordError> {
    text.try_into().map_err(|_| RecordError::corrupt("an account has an impossible name"))
}

fn found<T: Sealed>(it: T, seal: &str, sealing: &Sealing) -> Found<T> {
    Found { is_sealed: sealing.holds(&it, seal), row: it }
}

fn account(row: &mut Row, sealing: &Sealing) -> Result<Found<Account>, RecordError> {
    let account = Account {
        name: name(row.text()?)?,
        password: row.text()?,
        is_administrator: row.integer()? != 0,
        is_disabled: row.integer()? != 0,
        created: time(row.integer()?)?,
    };
    Ok(found(account, &row.text()?, sealing))
}

fn admission(row: &mut Row, sealing: &Sealing) -> Result<Found<Admission>, RecordError> {
    let admission = Admission {
        digest: row.digest()?,
        account: name(row.text()?)?,
        kind: row.text()?.parse().map_err(|_| RecordError::corrupt("an unknown admission"))?,
        label: row.text()?,
        access: row.text()?,
        created: time(row.integer()?)?,
        ends: time(row.integer()?)?,
    };
    Ok(found(admission, &row.text()?, sealing))
}

fn identity(row: &mut Row, sealing: &Sealing) -> Result<Found<Identity>, RecordError> {
    let identity = Identity {
        kind: row.text()?,
        id: row.text()?,
        account: name(row.text()?)?,
        body: row.text()?,
        created: time(row.integer()?)?,
    };
    Ok(found(identity, &row.text()?, sealing))
}

async fn create(
    link: &mut Link<'_>,
    it: &Account,
    sealing: &Sealing,
    is_first: bool,
) -> Result<bool, RecordError> {
    if is_first && link.row(text::ACCOUNTS, &["".into(), 1_i64.into()]).await?.is_some() {
        return Ok(false);
    }
    // One that is not sealed is as good as none.
    if let Some(mut row) = link.row(text::ACCOUNT, &[it.name.as_str().into()]).await?
        && account(&mut row, sealing)?.is_sealed
    {
        return Ok(false);
    }
    let seal = sealing.seal(it);
    let values = [
        it.name.as_str().into(),
        it.password.as_str().into(),
        i64::from(it.is_administrator).into(),
        i64::from(it.is_disabled).into(),
        it.created.as_microsecond().into(),
        seal.as_str().into(),
    ];
    Ok(link.run(text::PUT_ACCOUNT, &values).await? > 0)
}

async fn admit(link: &mut Link<'_>, it: &Admission, seal: &str) -> Result<(), RecordError> {
    let (kind, created) = (it.kind.to_string(), it.created.as_microsecond());
    link.run(text::FORGET_ADMISSIONS, &[created.into()]).await?;
    let values = [
        (&it.digest).into(),
        it.account.as_str().into(),
        kind.as_str().into(),
        it.label.as_str().into(),
        it.access.as_str().into(),
        created.into(),
        it.ends.as_microsecond().into(),
        seal.into(),
    ];
    link.run(text::ADD_ADMISSION, &values).await.map(|_| ())
}

async fn seal_account(link: &mut Link<'_>, it: &Account, with: &Sealing) -> Done {
    let seal = with.seal(it);
    let values = [seal.as_str().into(), it.name.as_str().into()];
    link.run(text::SEAL_ACCOUNT, &values).await.map(|_| ())
}

async fn seal_admission(link: &mut Link<'_>, it: &Admission, with: &Sealing) -> Done {
    let seal = with.seal(it);
    let values = [seal.as_str().into(), (&it.digest).into()];
    link.run(text::SEAL_ADMISSION, &values).await.map(|_| ())
}

async fn seal_identity(link: &mut Link<'_>, it: &Identity, with: &Sealing) -> Done {
    let seal = with.seal(it);
    let values = [seal.as_str().into(), it.kind.as_str().into(), it.id.as_str().into()];
    link.run(text::SEAL_IDENTITY, &values).await.map(|_| ())
}

/// Seals what `old` has sealed with `new`.
async fn pass_on(link: &mut Link<'_>, old: &Sealing, new: &Sealing) -> Done {
    for mut row in link.rows(text::ACCOUNTS, &["".into(), i64::MAX.into()]).await? {
        let found = account(&mut row, old)?;
        if found.is_sealed {
            seal_account(link, &found.row, new).await?;
        }
    }
    for mut row in link.rows(text::ALL_ADMISSIONS, &[]).await? {
        let found = admission(&mut row, old)?;
        if found.is_sealed {
            seal_admission(link, &found.row, new).await?;
        }
    }
    for mut row in link.rows(text::ALL_IDENTITIES, &[]).await? {
        let found = identity(&mut row, old)?;
        if found.is_sealed {
            seal_identity(link, &found.row, new).await?;
        }
    }
    Ok(())
}

impl SqlAccounts {
    pub(crate) async fn open(location: &Location, sealing: Sealing) -> Result<Self, RecordError> {
        let database = match location {
            Location::Sqlite(path) => schema::open_sqlite(path).await?,
            Location::Postgres(url) => schema::open_postgres(url).await?,
            Location::Memory => {
                let what = "a record in memory has no accounts; keep it in a file or in PostgreSQL";
                return Err(RecordError::Storage { source: what.into() });
            }
        };
        Ok(Self { database, sealing })
    }

    pub(crate) async fn create(&self, it: &Account, is_first: bool) -> Result<bool, RecordError> {
        written!(self, |link| create(&mut link, it, &self.sealing, is_first).await)
    }

    pub(crate) async fn replace(&self, it: &Account) -> Result<bool, RecordError> {
        let (administrator, disabled) = (i64::from(it.is_administrator), i64::from(it.is_disabled));
        let seal = self.sealing.seal(it);
        let values = [
            it.password.as_str().into(),
            administrator.into(),
            disabled.into(),
            seal.as_str().into(),
            it.name.as_str().into(),
        ];
        written!(self, |link| link.run(text::REPLACE_ACCOUNT, &values).await.map(|it| it > 0))
    }

    pub(crate) async fn account(
        &self,
        name: &PersonId,
    ) -> Result<Option<Found<Account>>, RecordError> {
        let values = [name.as_str().into()];
        let row = found!(self, |link| link.row(text::ACCOUNT, &values).await)?;
        row.map(|mut row| account(&mut row, &self.sealing)).transpose()
    }

    pub(crate) async fn accounts(
        &self,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Found<Account>>, RecordError> {
        let values = [after.into(), i64::from(limit).into()];
        let rows = found!(self, |link| link.rows(text::ACCOUNTS, &values).await)?;
        rows.into_iter().map(|mut row| account(&mut row, &self.sealing)).collect()
    }

    /// Returns how many accounts have never been sealed by anybody.
    pub(crate) async fn never_sealed(&self) -> Result<u64, RecordError> {
        let row = found!(self, |link| link.row(text::NEVER_SEALED, &[]).await)?;
        row.map_or(Ok(0), |mut row| row.number())
    }

    /// Returns all accounts, and all that shows who somebody is, by account.
    pub(crate) async fn all(
        &self,
    ) -> Result<(Vec<Found<Account>>, Vec<Found<Identity>>), RecordError> {
        let all = ["".into(), i64::MAX.into()];
        let (accounts, identities) = found!(self, |link| {
            let accounts = link.rows(text::ACCOUNTS, &all).await?;
            (accounts, link.rows(text::ALL_IDENTITIES, &[]).await?)
        });
        let accounts = accounts.into_iter().map(|mut row| account(&mut row, &self.sealing));
        let identities = identities.into_iter().map(|mut row| identity(&mut row, &self.sealing));
        Ok((accounts.collect::<Result<_, _>>()?, identities.collect::<Result<_, _>>()?))
    }

    /// Seals these as they are, and ends whatever admits their accounts.
    pub(crate) async fn seal(&self, accounts: &[Account], identities: &[Identity]) -> Done {
        let with = &self.sealing;
        written!(self, |link| {
            for it in accounts {
                seal_account(&mut link, it, with).await?;
                link.run(text::END_ADMISSIONS, &[it.name.as_str().into()]).await?;
            }
            for it in identities {
                seal_identity(&mut link, it, with).await?;
            }
            Ok(())
        })
    }

    /// Seals what is sealed with `new` instead.
    pub(crate) async fn pass_on(&self, new: &Sealing) -> Done {
        written!(self, |link| pass_on(&mut link, &self.sealing, new).await)
    }

    pub(crate) async fn admit(&self, it: &Admission) -> Result<(), RecordError> {
        let seal = self.sealing.seal(it);
        written!(self, |link| admit(&mut link, it, &seal).await)
    }

    pub(crate) async fn admission(
        &self,
        digest: &Digest,
        now: Timestamp,
    ) -> Result<Option<(Found<Admission>, Found<Account>)>, RecordError> {
        let values = [digest.into(), now.as_microsecond().into()];
        let row = found!(self, |link| link.row(text::ADMISSION, &values).await)?;
        let with = &self.sealing;
        row.map(|mut row| Ok((admission(&mut row, with)?, account(&mut row, with)?))).transpose()
    }

    pub(crate) async fn admissions(
        &self,
        of: &PersonId,
    ) -> Result<Vec<Found<Admission>>, RecordError> {
        let values = [of.as_str().into()];
        let rows = found!(self, |link| link.rows(text::ADMISSIONS, &values).await)?;
        rows.into_iter().map(|mut row| admission(&mut row, &self.sealing)).collect()
    }

    pub(crate) async fn end(&self, digest: &Digest) -> Result<bool, RecordError> {
        let values = [digest.into()];
        written!(self, |link| link.run(text::END_ADMISSION, &values).await.map(|it| it > 0))
    }

    pub(crate) async fn end_all(&self, of: &PersonId) -> Result<u64, RecordError> {
        let values = [of.as_str().into()];
        written!(self, |link| link.run(text::END_ADMISSIONS, &values).await)
    }

    pub(crate) async fn identify(&self, it: &Identity) -> Result<bool, RecordError> {
        let seal = self.sealing.seal(it);
        let values = [
            it.kind.as_str().into(),
            it.id.as_str().into(),
            it.account.as_str().into(),
            it.body.as_str().into(),
            it.created.as_microsecond().into(),
            seal.as_str().into(),
        ];
        written!(self, |link| link.run(text::ADD_IDENTITY, &values).await.map(|it| it > 0))
    }

    pub(crate) async fn forget(
        &self,
        of: &PersonId,
        kind: &str,
        id: &str,
    ) -> Result<bool, RecordError> {
        let values = [of.as_str().into(), kind.into(), id.into()];
        written!(self, |link| link.run(text::FORGET_IDENTITY, &values).await.map(|it| it > 0))
    }

    pub(crate) async fn identity(
        &self,
        kind: &str,
        id: &str,
    ) -> Result<Option<Found<Identity>>, RecordError> {
        let values = [kind.into(), id.into()];
        let row = found!(self, |link| link.row(text::IDENTITY, &values).await)?;
        row.map(|mut row| identity(&mut row, &self.sealing)).transpose()
    }

    pub(crate) async fn refused(
        &self,
        id: &str,
        it: &Refused,
        until: Timestamp,
    ) -> Result<(), RecordError> {
        let values = [
            id.into(),
            it.at.as_microsecond().into(),
            it.account.as_str().into(),
            it.deployment.as_str().into(),
            it.what.as_str().into(),
            it.why.as_str().into(),
        ];
        let forgotten = [until.as_microsecond().into()];
        written!(self, |link| {
            link.run(text::FORGET_REFUSALS, &forgotten).await?;
            link.run(text::ADD_REFUSAL, &values).await.map(|_| ())
        })
    }

    pub(crate) async fn refusals(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Refused>, RecordError> {
        let values = [before.as_microsecond().into(), i64::from(limit).into()];
        let rows = found!(self, |link| link.rows(text::REFUSALS, &values).await)?;
        let refusal = |mut row: Row| {
            Ok(Refused {
                at: time(row.integer()?)?,
                account: row.text()?,
                deployment: row.text()?,
                what: row.text()?,
                why: row.text()?,
            })
        };
        rows.into_iter().map(refusal).collect()
    }

    pub(crate) async fn identities(
        &self,
        of: &PersonId,
    ) -> Result<Vec<Found<Identity>>, RecordError> {
        let values = [of.as_str().into()];
        let rows = found!(self, |link| link.rows(text::IDENTITIES, &values).await)?;
        rows.into_iter().map(|mut row| identity(&mut row, &self.sealing)).collect()
    }
}
