//! The database as a process sees it: over a connection that fails, with a process that is killed.
//!
//! What is behind it is the record in memory, which keeps the promises of the others but
//! durability; durable is what it holds.

use crate::faults::Fault;
use crate::process::Process;
use crate::watch::At;
use crate::world::World;
use async_trait::async_trait;
use coordinator::Clock as _;
use model::digest::Digest;
use model::forgetting::Whom;
use model::id::{DeploymentId, Seq};

use record::{
    Appended, Change, Checkpoint, Claimed, CommandId, Enlisted, Entry, Head, Kept, Lead, Notice,
    OpenOrder, Present, Receipt, Record, RecordError, Renewed, Reported, Snapshot, Standing,
    VerifierKey,
};
use std::sync::Arc;
use std::time::Duration;

/// A process's connection.
pub(crate) struct Connection {
    pub(crate) world: Arc<World>,
    pub(crate) process: Arc<Process>,
    pub(crate) is: Is,
}

/// What a process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Is {
    /// It leads a deployment, or waits to.
    Server,
    /// It carries out what a server leaves to be claimed.
    Worker,
    /// Somebody acts in it, and waits for the answer: it is not killed.
    Client,
}

impl Connection {
    async fn killed(&self) -> ! {
        self.process.kill();
        std::future::pending().await
    }

    /// What can go wrong before a change is durable.
    async fn before_commit(&self) -> Result<(), RecordError> {
        self.process.gate().await;
        self.process.reaches_the_database().await;
        if self.is != Is::Client && self.world.happens(Fault::KilledBeforeCommit) {
            self.killed().await;
        }
        if self.world.happens(Fault::CommitFails) {
            return Err(Self::broken());
        }
        self.world.pause(0, 5).await;
        Ok(())
    }

    /// What can go wrong once it is.
    async fn after_commit(&self) -> Result<(), RecordError> {
        if self.is != Is::Client && self.world.happens(Fault::KilledAfterCommit) {
            self.killed().await;
        }
        if self.world.happens(Fault::CommitAnswerLost) {
            return Err(Self::broken());
        }
        self.process.reaches_the_database().await;
        self.process.gate().await;
        Ok(())
    }

    fn at(&self) -> At {
        (self.world.time.now(), self.world.time.ran_us())
    }

    fn broken() -> RecordError {
        RecordError::Storage { source: "the connection broke".into() }
    }
}

#[async_trait]
impl Record for Connection {
    async fn append(
        &self,
        deployment: &DeploymentId,
        expected: &Head,
        change: Change,
    ) -> Result<Appended, RecordError> {
        let _works = self.process.works();
        self.before_commit().await?;
        let bodies = change.entries.clone();
        let epoch = self.world.memory.standing(deployment).await?.head.epoch;
        let appended = self.world.memory.append(deployment, expected, change).await?;
        let now = self.world.time.now();
        self.world.inner().appended(now, &bodies, &appended);
        if self.is == Is::Server && expected.epoch != epoch {
            let what = format!("a leader of epoch {} writes in epoch {epoch}", expected.epoch);
            self.world.inner().watch.breaks(now, what);
        }
        self.after_commit().await?;
        Ok(appended)
    }

    async fn append_unwitnessed(
        &self,
        deployment: &DeploymentId,
        expected: &Head,
        change: Change,
    ) -> Result<Appended, RecordError> {
        self.process.gate().await;
        let bodies = change.entries.clone();
        let memory = &self.world.memory;
        let appended = memory.append_unwitnessed(deployment, expected, change).await?;
        let now = self.world.time.now();
        self.world.inner().appended(now, &bodies, &appended);
        Ok(appended)
    }

    async fn create(&self, deployment: &DeploymentId) -> Result<Head, RecordError> {
        self.world.memory.create(deployment).await
    }

    async fn deployments(&self) -> Result<Vec<DeploymentId>, RecordError> {
        self.world.memory.deployments().await
    }

    async fn standing(&self, deployment: &DeploymentId) -> Result<Standing, RecordError> {
        self.process.gate().await;
        self.world.memory.standing(deployment).await
    }

    async fn inspect(&self, deployment: &DeploymentId) -> Result<Head, RecordError> {
        self.process.gate().await;
        self.world.memory.inspect(deployment).await
    }

    async fn accept_as_found(&self, kept: &Checkpoint) -> Result<Head, RecordError> {
        let accepted = self.world.memory.accept_as_found(kept).await?;
        let now = self.world.time.now();
        self.world.inner().watch.cleared(now);
        Ok(accepted)
    }

    async fn contradict(&self, kept: &Checkpoint) -> Result<(), RecordError> {
        self.world.memory.contradict(kept).await
    }

    async fn read(
        &self,
        deployment: &DeploymentId,
        after: Seq,
        limit: u32,
    ) -> Result<Vec<Entry>, RecordError> {
        self.process.gate().await;
        self.world.memory.read(deployment, after, limit).await
    }

    async fn command(
        &self,
        deployment: &DeploymentId,
        id: &CommandId,
    ) -> Result<Option<Seq>, RecordError> {
        self.world.memory.command(deployment, id).await
    }

    async fn content(&self, digest: &Digest) -> Result<Option<Vec<u8>>, RecordError> {
        self.world.memory.content(digest).await
    }

    async fn contents_of(&self, digests: &[Digest]) -> Result<Vec<Vec<u8>>, RecordError> {
        self.world.memory.contents_of(digests).await
    }

    async fn openings(
        &self,
        deployment: &DeploymentId,
        whose: &Whom,
    ) -> Result<Vec<Vec<u8>>, RecordError> {
        self.world.memory.openings(deployment, whose).await
    }

    async fn forgotten(&self, deployment: &DeploymentId) -> Result<Vec<Whom>, RecordError> {
        self.world.memory.forgotten(deployment).await
    }

    async fn keep_forgotten(
        &self,
        deployment: &DeploymentId,
        whom: Vec<Whom>,
    ) -> Result<(), RecordError> {
        self.world.memory.keep_forgotten(deployment, whom).await
    }

    async fn scrub(&self) -> Result<(), RecordError> {
        self.world.memory.scrub().await
    }

    async fn kept(
        &self,
        deployment: &DeploymentId,
        digest: &Digest,
    ) -> Result<Option<Kept>, RecordError> {
        self.world.memory.kept(deployment, digest).await
    }

    async fn contents_between(
        &self,
        deployment: &DeploymentId,
        after: Seq,
        until: Seq,
        limit: u32,
    ) -> Result<Vec<Kept>, RecordError> {
        self.world.memory.contents_between(deployment, after, until, limit).await
    }

    async fn contents(
        &self,
        deployment: &DeploymentId,
        after: Option<Digest>,
        limit: u32,
    ) -> Result<Vec<Kept>, RecordError> {
        self.world.memory.contents(deployment, after, limit).await
    }

    async fn notices(
        &self,
        deployment: &DeploymentId,
        after: Option<(Seq, u64)>,
        limit: u32,
    ) -> Result<Vec<Notice>, RecordError> {
        self.process.gate().await;
        self.world.memory.notices(deployment, after, limit).await
    }

    async fn notice_delivered(
        &self,
        deployment: &DeploymentId,
        seq: Seq,
        n: u64,
    ) -> Result<(), RecordError> {
        self.world.memory.notice_delivered(deployment, seq, n).await
    }

    async fn snapshot(&self, deployment: &DeploymentId) -> Result<Option<Snapshot>, RecordError> {
        self.world.memory.snapshot(deployment).await
    }

    async fn put_snapshot(
        &self,
        deployment: &DeploymentId,
        snapshot: Snapshot,
    ) -> Result<(), RecordError> {
        self.process.gate().await;
        self.world.memory.put_snapshot(deployment, snapshot).await
    }

    async fn enlist(&self, worker: &str, lease: Duration) -> Result<Enlisted, RecordError> {
        self.before_commit().await?;
        self.world.memory.enlist(worker, lease).await
    }

    async fn let_claim(&self, deployment: &DeploymentId, epoch: u64) -> Result<(), RecordError> {
        self.process.gate().await;
        self.world.memory.let_claim(deployment, epoch).await
    }

    async fn claim(
        &self,
        by: &Enlisted,
        key: &VerifierKey,
        limit: u32,
        lease: Duration,
    ) -> Result<Vec<Claimed>, RecordError> {
        let _works = self.process.works();
        self.before_commit().await?;
        let claimed = self.world.memory.claim(by, key, limit, lease).await?;
        let at = self.at();
        self.world.inner().watch.claimed(at, by, &claimed, lease);
        self.after_commit().await?;
        Ok(claimed)
    }

    async fn renew(
        &self,
        by: &Enlisted,
        tokens: &[u64],
        lease: Duration,
    ) -> Result<Vec<Renewed>, RecordError> {
        self.before_commit().await?;
        let kept = self.world.memory.renew(by, tokens, lease).await?;
        let at = self.at();
        self.world.inner().watch.renewed(at, by, &kept, lease);
        self.after_commit().await?;
        Ok(kept)
    }

    async fn leave(&self, by: &Enlisted, tokens: &[u64]) -> Result<(), RecordError> {
        self.before_commit().await?;
        self.world.memory.leave(by, tokens).await?;
        self.world.inner().watch.left(tokens);
        self.after_commit().await
    }

    async fn workers(&self) -> Result<Vec<Present>, RecordError> {
        self.world.memory.workers().await
    }

    async fn report(&self, reports: Vec<Reported>) -> Result<Vec<Receipt>, RecordError> {
        let _works = self.process.works();
        self.before_commit().await?;
        let receipts = self.world.memory.report(reports.clone()).await?;
        let at = self.at();
        self.world.inner().watch.reported(at, &reports, &receipts);
        self.after_commit().await?;
        Ok(receipts)
    }

    async fn reported(
        &self,
        deployment: &DeploymentId,
        limit: u32,
    ) -> Result<Vec<Reported>, RecordError> {
        self.process.gate().await;
        self.world.memory.reported(deployment, limit).await
    }

    async fn late_reports(
        &self,
        deployment: &DeploymentId,
        limit: u32,
    ) -> Result<Vec<Reported>, RecordError> {
        self.world.memory.late_reports(deployment, limit).await
    }

    async fn open_orders(&self, deployment: &DeploymentId) -> Result<Vec<OpenOrder>, RecordError> {
        self.process.gate().await;
        self.world.memory.open_orders(deployment).await
    }

    async fn lead(
        &self,
        deployment: &DeploymentId,
        holder: &str,
        lease: Duration,
    ) -> Result<Lead, RecordError> {
        self.process.gate().await;
        self.world.memory.lead(deployment, holder, lease).await
    }

    async fn is_led(&self, deployment: &DeploymentId) -> Result<bool, RecordError> {
        self.process.gate().await;
        self.world.memory.is_led(deployment).await
    }

    async fn keep_leading(
        &self,
        deployment: &DeploymentId,
        epoch: u64,
        lease: Duration,
    ) -> Result<bool, RecordError> {
        self.process.gate().await;
        self.world.memory.keep_leading(deployment, epoch, lease).await
    }

    async fn stop_leading(&self, deployment: &DeploymentId, epoch: u64) -> Result<(), RecordError> {
        self.process.gate().await;
        self.world.memory.stop_leading(deployment, epoch).await
    }
}
