//! The record in SQLite and in PostgreSQL: one body, two engines.
//!
//! Every call that writes is one transaction. Where PostgreSQL says that a
//! transaction lost a race against another one, it is run again.

mod appending;
mod faults;
mod leading;
mod link;
mod open_file;
mod orders;
#[cfg(test)]
mod plans;
mod reading;
mod rows;
mod schema;
mod seals;
#[cfg(test)]
mod silence;
mod text;

use crate::change::{Appended, Change, CommandId, Head};
use crate::entry::{Entry, Kept, Notice, Snapshot, Standing, Stretch};
use crate::error::RecordError;
use crate::home::Record;
use crate::key::VerifierKey;
use crate::notary::Notary;
use crate::note::Checkpoint;
use crate::queue::{Claimed, Enlisted, Lead, OpenOrder, Present, Receipt, Renewed, Reported};
use async_trait::async_trait;
use link::{Database, Link};
use model::digest::Digest;
use model::forgetting::Whom;
use model::id::{DeploymentId, Seq};
use std::path::Path;
use std::time::Duration;

/// How often a transaction that lost a race is run. Each time somebody else has won, so
/// that more than a few losses in a row mean something else.
const TRIES_MAX: u32 = 10;

/// A record in a database.
pub(crate) struct SqlRecord {
    database: Database,
    notary: Notary,
}

/// Runs `$body` in a transaction that writes, with a [`Link`] named `$link`; again, where it lost a race.
macro_rules! written {
    ($record:expr, |$link:ident| $body:expr) => {{
        let mut tries = 1;
        loop {
            let attempt = async {
                let mut transaction = $record.database.write().await?;
                let mut $link = transaction.link();
                let written = $body;
                match written {
                    Ok(written) => transaction.commit().await.map(|()| written),
                    Err(error) => {
                        transaction.roll_back().await;
                        Err(error)
                    }
                }
            };
            match attempt.await {
                Err(error) if faults::lost_a_race(&error) && tries < TRIES_MAX => tries += 1,
                ended => break ended,
            }
        }
    }};
}

/// Runs `$body` with a [`Link`] named `$link` that reads.
macro_rules! found {
    ($record:expr, |$link:ident| $body:expr) => {{
        let mut reader = $record.database.read().await?;
        let mut $link = reader.link();
        $body
    }};
}

mod accounts;
pub(crate) use accounts::{Found, SqlAccounts};

impl SqlRecord {
    pub(crate) async fn sqlite(path: &Path, notary: Notary) -> Result<Self, RecordError> {
        Ok(Self { database: schema::open_sqlite(path).await?, notary })
    }

    pub(crate) async fn postgres(url: &str, notary: Notary) -> Result<Self, RecordError> {
        Ok(Self { database: schema::open_postgres(url).await?, notary })
    }
}

/// Returns what time it is on the database's clock, in microseconds since 1970.
async fn now_us(link: &mut Link<'_>) -> Result<i64, RecordError> {
    let ask = link.choose(text::NOW_SQLITE, text::NOW_POSTGRES);
    match link.row(ask, &[]).await? {
        Some(mut row) => row.integer(),
        None => Err(RecordError::corrupt("the database does not say what time it is")),
    }
}

#[async_trait]
impl Record for SqlRecord {
    async fn create(&self, deployment: &DeploymentId) -> Result<Head, RecordError> {
        written!(self, |link| appending::create(&mut link, &self.notary, deployment).await)?;
        self.inspect(deployment).await
    }

    async fn deployments(&self) -> Result<Vec<DeploymentId>, RecordError> {
        found!(self, |link| reading::deployments(&mut link).await)
    }

    async fn standing(&self, deployment: &DeploymentId) -> Result<Standing, RecordError> {
        found!(self, |link| reading::standing(&mut link, deployment).await)
    }

    async fn inspect(&self, deployment: &DeploymentId) -> Result<Head, RecordError> {
        self.notary.inspect(self, deployment).await
    }

    async fn accept_as_found(&self, kept: &Checkpoint) -> Result<Head, RecordError> {
        let (head, checkpoint) =
            written!(self, |link| appending::accept(&mut link, &self.notary, kept).await)?;
        self.notary.begin_anew(&kept.deployment, head.seq, &checkpoint).await?;
        Ok(head)
    }

    async fn contradict(&self, kept: &Checkpoint) -> Result<(), RecordError> {
        written!(self, |link| appending::contradict(&mut link, kept).await)
    }

    async fn append(
        &self,
        deployment: &DeploymentId,
        expected: &Head,
        change: Change,
    ) -> Result<Appended, RecordError> {
        self.notary.has_seen_no_other(self, deployment, expected).await?;
        self.notary.attest_rotations(deployment, expected, &change.entries).await?;
        let forget = change.forget.clone();
        let appended = self.append_unwitnessed(deployment, expected, change).await?;
        self.notary.attest(deployment, &appended.head, &appended.checkpoint).await?;
        self.notary.forgot(deployment, appended.head.seq, forget).await?;
        Ok(appended)
    }

    async fn append_unwitnessed(
        &self,
        deployment: &DeploymentId,
        expected: &Head,
        change: Change,
    ) -> Result<Appended, RecordError> {
        written!(self, |link| {
            appending::append(&mut link, &self.notary, deployment, expected, &change).await
        })
    }

    async fn read(
        &self,
        deployment: &DeploymentId,
        after: Seq,
        limit: u32,
    ) -> Result<Vec<Entry>, RecordError> {
        found!(self, |link| reading::entries(&mut link, deployment, after, limit).await)
    }

    async fn stretch(
        &self,
        deployment: &DeploymentId,
        after: Seq,
        limit: u32,
    ) -> Result<Option<Stretch>, RecordError> {
        found!(self, |link| reading::stretch(&mut link, deployment, after, limit).await)
    }

    async fn command(
        &self,
        deployment: &DeploymentId,
        id: &CommandId,
    ) -> Result<Option<Seq>, RecordError> {
        found!(self, |link| reading::command(&mut link, deployment, id).await)
    }

    async fn content(&self, digest: &Digest) -> Result<Option<Vec<u8>>, RecordError> {
        found!(self, |link| reading::content(&mut link, digest).await)
    }

    async fn contents_of(&self, digests: &[Digest]) -> Result<Vec<Vec<u8>>, RecordError> {
        found!(self, |link| reading::contents_of(&mut link, digests).await)
    }

    async fn openings(
        &self,
        deployment: &DeploymentId,
        whose: &Whom,
    ) -> Result<Vec<Vec<u8>>, RecordError> {
        found!(self, |link| reading::openings(&mut link, deployment, whose).await)
    }

    async fn forgotten(&self, deployment: &DeploymentId) -> Result<Vec<Whom>, RecordError> {
        self.notary.forgotten(deployment).await
    }

    async fn keep_forgotten(
        &self,
        deployment: &DeploymentId,
        whom: Vec<Whom>,
    ) -> Result<(), RecordError> {
        self.notary.keep_forgotten(deployment, whom).await
    }

    async fn scrub(&self) -> Result<(), RecordError> {
        self.database.scrub().await
    }

    async fn kept(
        &self,
        deployment: &DeploymentId,
        digest: &Digest,
    ) -> Result<Option<Kept>, RecordError> {
        found!(self, |link| reading::kept(&mut link, deployment, digest).await)
    }

    async fn contents_between(
        &self,
        deployment: &DeploymentId,
        after: Seq,
        until: Seq,
        limit: u32,
    ) -> Result<Vec<Kept>, RecordError> {
        let stretch = (after, until);
        found!(self, |link| {
            reading::contents_between(&mut link, deployment, stretch, limit).await
        })
    }

    async fn contents(
        &self,
        deployment: &DeploymentId,
        after: Option<Digest>,
        limit: u32,
    ) -> Result<Vec<Kept>, RecordError> {
        found!(self, |link| reading::contents(&mut link, deployment, after, limit).await)
    }

    async fn notices(
        &self,
        deployment: &DeploymentId,
        after: Option<(Seq, u64)>,
        limit: u32,
    ) -> Result<Vec<Notice>, RecordError> {
        found!(self, |link| reading::notices(&mut link, deployment, after, limit).await)
    }

    async fn notice_delivered(
        &self,
        deployment: &DeploymentId,
        seq: Seq,
        n: u64,
    ) -> Result<(), RecordError> {
        written!(self, |link| reading::deliver(&mut link, deployment, seq, n).await)
    }

    async fn snapshot(&self, deployment: &DeploymentId) -> Result<Option<Snapshot>, RecordError> {
        found!(self, |link| reading::snapshot(&mut link, &self.notary, deployment).await)
    }

    async fn put_snapshot(
        &self,
        deployment: &DeploymentId,
        snapshot: Snapshot,
    ) -> Result<(), RecordError> {
        let seal = self.notary.seal(deployment, &snapshot);
        let sealed = (&snapshot, seal.as_str());
        written!(self, |link| reading::put_snapshot(&mut link, deployment, sealed).await)
    }

    async fn enlist(&self, worker: &str, lease: Duration) -> Result<Enlisted, RecordError> {
        written!(self, |link| orders::enlist(&mut link, worker, lease).await)
    }

    async fn let_claim(&self, deployment: &DeploymentId, epoch: u64) -> Result<(), RecordError> {
        written!(self, |link| leading::let_claim(&mut link, deployment, epoch).await)
    }

    async fn claim(
        &self,
        by: &Enlisted,
        key: &VerifierKey,
        limit: u32,
        lease: Duration,
    ) -> Result<Vec<Claimed>, RecordError> {
        written!(self, |link| orders::claim(&mut link, by, key, limit, lease).await)
    }

    async fn renew(
        &self,
        by: &Enlisted,
        tokens: &[u64],
        lease: Duration,
    ) -> Result<Vec<Renewed>, RecordError> {
        written!(self, |link| orders::renew(&mut link, by, tokens, lease).await)
    }

    async fn leave(&self, by: &Enlisted, tokens: &[u64]) -> Result<(), RecordError> {
        written!(self, |link| orders::leave(&mut link, by, tokens).await)
    }

    async fn workers(&self) -> Result<Vec<Present>, RecordError> {
        found!(self, |link| orders::workers(&mut link).await)
    }

    async fn report(&self, reports: Vec<Reported>) -> Result<Vec<Receipt>, RecordError> {
        written!(self, |link| orders::report(&mut link, &reports).await)
    }

    async fn reported(
        &self,
        deployment: &DeploymentId,
        limit: u32,
    ) -> Result<Vec<Reported>, RecordError> {
        found!(self, |link| orders::reported(&mut link, text::REPORTED, deployment, limit).await)
    }

    async fn late_reports(
        &self,
        deployment: &DeploymentId,
        limit: u32,
    ) -> Result<Vec<Reported>, RecordError> {
        found!(self, |link| orders::reported(&mut link, text::LATE_REPORTS, deployment, limit)
            .await)
    }

    async fn open_orders(&self, deployment: &DeploymentId) -> Result<Vec<OpenOrder>, RecordError> {
        found!(self, |link| orders::unfinished(&mut link, deployment).await)
    }

    async fn lead(
        &self,
        deployment: &DeploymentId,
        holder: &str,
        lease: Duration,
    ) -> Result<Lead, RecordError> {
        written!(self, |link| leading::lead(&mut link, deployment, holder, lease).await)
    }

    async fn is_led(&self, deployment: &DeploymentId) -> Result<bool, RecordError> {
        found!(self, |link| leading::is_led(&mut link, deployment).await)
    }

    async fn keep_leading(
        &self,
        deployment: &DeploymentId,
        epoch: u64,
        lease: Duration,
    ) -> Result<bool, RecordError> {
        written!(self, |link| leading::keep(&mut link, deployment, epoch, lease).await)
    }

    async fn stop_leading(&self, deployment: &DeploymentId, epoch: u64) -> Result<(), RecordError> {
        written!(self, |link| leading::stop(&mut link, deployment, epoch).await)
    }
}
