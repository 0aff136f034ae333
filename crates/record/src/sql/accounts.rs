//! Accounts and what admits them, in SQLite and in PostgreSQL.

use super::link::{Database, Link, Row};
use super::{TRIES_MAX, faults, schema, text};
use crate::account::{Account, Admission, Identity, Refused};
use crate::error::RecordError;
use crate::location::Location;
use jiff::Timestamp;
use model::digest::Digest;
use model::id::PersonId;

/// Accounts in a database.
pub(crate) struct SqlAccounts {
    database: Database,
}

fn time(us: i64) -> Result<Timestamp, RecordError> {
    Timestamp::from_microsecond(us).map_err(|error| RecordError::corrupt(error.to_string()))
}

fn name(text: String) -> Result<PersonId, RecordError> {
    text.try_into().map_err(|_| RecordError::corrupt("an account has an impossible name"))
}

fn account(row: &mut Row) -> Result<Account, RecordError> {
    Ok(Account {
        name: name(row.text()?)?,
        password: row.text()?,
        is_administrator: row.integer()? != 0,
        is_disabled: row.integer()? != 0,
        created: time(row.integer()?)?,
    })
}

fn admission(row: &mut Row) -> Result<Admission, RecordError> {
    Ok(Admission {
        digest: row.digest()?,
        account: name(row.text()?)?,
        kind: row.text()?.parse().map_err(|_| RecordError::corrupt("an unknown admission"))?,
        label: row.text()?,
        access: row.text()?,
        created: time(row.integer()?)?,
        ends: time(row.integer()?)?,
    })
}

fn identity(mut row: Row) -> Result<Identity, RecordError> {
    Ok(Identity {
        kind: row.text()?,
        id: row.text()?,
        account: name(row.text()?)?,
        body: row.text()?,
        created: time(row.integer()?)?,
    })
}

async fn create(link: &mut Link<'_>, it: &Account, is_first: bool) -> Result<bool, RecordError> {
    if is_first && link.row(text::ACCOUNTS, &["".into(), 1_i64.into()]).await?.is_some() {
        return Ok(false);
    }
    let values = [
        it.name.as_str().into(),
        it.password.as_str().into(),
        i64::from(it.is_administrator).into(),
        i64::from(it.is_disabled).into(),
        it.created.as_microsecond().into(),
    ];
    Ok(link.run(text::ADD_ACCOUNT, &values).await? > 0)
}

async fn admit(link: &mut Link<'_>, it: &Admission) -> Result<(), RecordError> {
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
    ];
    link.run(text::ADD_ADMISSION, &values).await.map(|_| ())
}

impl SqlAccounts {
    pub(crate) async fn open(location: &Location) -> Result<Self, RecordError> {
        let database = match location {
            Location::Sqlite(path) => schema::open_sqlite(path).await?,
            Location::Postgres(url) => schema::open_postgres(url).await?,
            Location::Memory => {
                let what = "a record in memory has no accounts; keep it in a file or in PostgreSQL";
                return Err(RecordError::Storage { source: what.into() });
            }
        };
        Ok(Self { database })
    }

    pub(crate) async fn create(&self, it: &Account, is_first: bool) -> Result<bool, RecordError> {
        written!(self, |link| create(&mut link, it, is_first).await)
    }

    pub(crate) async fn replace(&self, it: &Account) -> Result<bool, RecordError> {
        let (administrator, disabled) = (i64::from(it.is_administrator), i64::from(it.is_disabled));
        let values = [
            it.password.as_str().into(),
            administrator.into(),
            disabled.into(),
            it.name.as_str().into(),
        ];
        written!(self, |link| link.run(text::REPLACE_ACCOUNT, &values).await.map(|it| it > 0))
    }

    pub(crate) async fn account(&self, name: &PersonId) -> Result<Option<Account>, RecordError> {
        let values = [name.as_str().into()];
        let row = found!(self, |link| link.row(text::ACCOUNT, &values).await)?;
        row.map(|mut row| account(&mut row)).transpose()
    }

    pub(crate) async fn accounts(
        &self,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Account>, RecordError> {
        let values = [after.into(), i64::from(limit).into()];
        let rows = found!(self, |link| link.rows(text::ACCOUNTS, &values).await)?;
        rows.into_iter().map(|mut row| account(&mut row)).collect()
    }

    pub(crate) async fn admit(&self, it: &Admission) -> Result<(), RecordError> {
        written!(self, |link| admit(&mut link, it).await)
    }

    pub(crate) async fn admission(
        &self,
        digest: &Digest,
        now: Timestamp,
    ) -> Result<Option<(Admission, Account)>, RecordError> {
        let values = [digest.into(), now.as_microsecond().into()];
        let row = found!(self, |link| link.row(text::ADMISSION, &values).await)?;
        row.map(|mut row| Ok((admission(&mut row)?, account(&mut row)?))).transpose()
    }

    pub(crate) async fn admissions(&self, of: &PersonId) -> Result<Vec<Admission>, RecordError> {
        let values = [of.as_str().into()];
        let rows = found!(self, |link| link.rows(text::ADMISSIONS, &values).await)?;
        rows.into_iter().map(|mut row| admission(&mut row)).collect()
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
        let values = [
            it.kind.as_str().into(),
            it.id.as_str().into(),
            it.account.as_str().into(),
            it.body.as_str().into(),
            it.created.as_microsecond().into(),
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
    ) -> Result<Option<Identity>, RecordError> {
        let values = [kind.into(), id.into()];
        let row = found!(self, |link| link.row(text::IDENTITY, &values).await)?;
        row.map(identity).transpose()
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

    pub(crate) async fn identities(&self, of: &PersonId) -> Result<Vec<Identity>, RecordError> {
        let values = [of.as_str().into()];
        let rows = found!(self, |link| link.rows(text::IDENTITIES, &values).await)?;
        rows.into_iter().map(identity).collect()
    }
}
