//! The record's home, as everybody above sees it: one trait, three homes.

use crate::change::{Appended, Change, CommandId, Head};
use crate::entry::{Entry, Kept, Notice, Snapshot, Standing, Stretch};
use crate::error::RecordError;
use crate::key::{Signer, VerifierKey};
use crate::location::Location;
use crate::memory::Memory;
use crate::notary::Notary;
use crate::note::Checkpoint;
use crate::queue::{Claimed, Enlisted, Lead, OpenOrder, Present, Receipt, Renewed, Reported};
use crate::reaching::reach;
use crate::sql::SqlRecord;
use async_trait::async_trait;
use model::digest::Digest;
use model::forgetting::Whom;
use model::id::{DeploymentId, Seq};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Returns the record at `location`, made at first use, that signs with `signer` and tells the
/// witness in the directory `witness` before it acknowledges anything.
///
/// Before working on a deployment the caller asks [`Record::inspect`], once.
///
/// # Errors
///
/// [`RecordError::Weak`] where the database could lose what it acknowledged,
/// [`RecordError::Newer`] where a newer program has used it, [`RecordError::Unreachable`] where it
/// cannot be connected to, and what the database says.
pub async fn open(
    location: &Location,
    signer: Signer,
    witness: Option<PathBuf>,
) -> Result<Arc<dyn Record>, RecordError> {
    let notary = Notary::open(signer, witness.as_deref())?;
    Ok(match location {
        Location::Memory => Arc::new(Memory::new(notary)),
        Location::Sqlite(path) => Arc::new(SqlRecord::sqlite(path, notary).await?),
        Location::Postgres(url) => {
            reach(url).await?;
            Arc::new(SqlRecord::postgres(url, notary).await?)
        }
    })
}

/// The one tamper-evident record, and the order queue on the same database.
///
/// Every call can fail with [`RecordError::Unknown`] for a deployment that was
/// never created, and with what the database says; the errors below come besides.
#[async_trait]
pub trait Record: Send + Sync {
    /// Creates a deployment with an empty record; one that has begun stays as it is. Returns its head.
    ///
    /// # Errors
    ///
    /// As [`inspect`](Self::inspect), which is part of it.
    async fn create(&self, deployment: &DeploymentId) -> Result<Head, RecordError>;

    /// Returns all deployments that have begun, by name: one without an entry is not there yet.
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn deployments(&self) -> Result<Vec<DeploymentId>, RecordError>;

    /// Returns where a deployment's record stands.
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn standing(&self, deployment: &DeploymentId) -> Result<Standing, RecordError>;

    /// Returns where a deployment's record ends.
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn head(&self, deployment: &DeploymentId) -> Result<Head, RecordError> {
        Ok(self.standing(deployment).await?.head)
    }

    /// Returns the newest signed checkpoint, as a note.
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn checkpoint(&self, deployment: &DeploymentId) -> Result<String, RecordError> {
        Ok(self.standing(deployment).await?.checkpoint)
    }

    /// Compares the record with its own checkpoint, this process's key and the
    /// witness, and returns its head. Asked once at start, before anything is begun.
    ///
    /// # Errors
    ///
    /// [`RecordError::HistoryLost`], [`RecordError::Rewritten`], [`RecordError::OtherKey`] and
    /// [`RecordError::Corrupt`]: begin nothing until a person has decided.
    async fn inspect(&self, deployment: &DeploymentId) -> Result<Head, RecordError>;

    /// Accepts the record as it is found, after people have decided so of what `kept` vouches for: puts
    /// what the witness has seen aside and begins there anew. Where the record is still
    /// [contradicted](Self::contradict) by `kept`, it is signed anew and is not any more, the epoch is
    /// raised, which fences whoever knew more, and nobody holds its orders. The caller records who decided
    /// and why.
    ///
    /// # Errors
    ///
    /// [`RecordError::OtherKey`], [`RecordError::Corrupt`] where the record is not the one that its own
    /// checkpoint vouches for; what the database or the witness says.
    async fn accept_as_found(&self, kept: &Checkpoint) -> Result<Head, RecordError>;

    /// Takes note of a checkpoint that lies outside, that a key of the record has signed and that the
    /// record does not begin with. [`Self::inspect`] tells everybody of it from then on, whatever their own
    /// witness has seen, and no worker claims anything; the epoch is raised, which fences whoever was
    /// writing. Whoever was admitted has to log in again: a database that was put back knows nothing of
    /// whom it was taken from since. The first one stays, until the record is
    /// [accepted as it is found](Self::accept_as_found).
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn contradict(&self, kept: &Checkpoint) -> Result<(), RecordError>;

    /// Appends `change` after `expected`, in one transaction, and returns the new head.
    ///
    /// # Errors
    ///
    /// [`RecordError::Repeated`], [`RecordError::Moved`] (looked for in this order), [`RecordError::Late`],
    /// [`RecordError::Fenced`], [`RecordError::Unfit`], [`RecordError::HistoryLost`] and
    /// [`RecordError::Rewritten`]: nothing is written then.
    /// [`RecordError::Unwitnessed`] means that it *is* written. After any other error
    /// the outcome is unknown: append again with the same command.
    async fn append(
        &self,
        deployment: &DeploymentId,
        expected: &Head,
        change: Change,
    ) -> Result<Appended, RecordError>;

    /// Appends what people decide about a loss of history, without telling the witness: what it
    /// has seen must stay there until they have decided. Nothing else is written this way.
    ///
    /// # Errors
    ///
    /// As [`append`](Self::append).
    async fn append_unwitnessed(
        &self,
        deployment: &DeploymentId,
        expected: &Head,
        change: Change,
    ) -> Result<Appended, RecordError>;

    /// Returns at most `limit` entries after entry `after`, in order.
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn read(
        &self,
        deployment: &DeploymentId,
        after: Seq,
        limit: u32,
    ) -> Result<Vec<Entry>, RecordError>;

    /// Returns at most `limit` entries after entry `after` in one piece, to be folded; nothing where
    /// there are none.
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn stretch(
        &self,
        deployment: &DeploymentId,
        after: Seq,
        limit: u32,
    ) -> Result<Option<Stretch>, RecordError> {
        Ok(Stretch::of(&self.read(deployment, after, limit).await?))
    }

    /// Returns the entry that answered a command, if it was ever recorded.
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn command(
        &self,
        deployment: &DeploymentId,
        id: &CommandId,
    ) -> Result<Option<Seq>, RecordError>;

    /// Returns the content with this digest.
    ///
    /// # Errors
    ///
    /// [`RecordError::Corrupt`] where the bytes are no longer the ones of the digest.
    async fn content(&self, digest: &Digest) -> Result<Option<Vec<u8>>, RecordError>;

    /// Returns those contents that are there of these digests, in no order.
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn contents_of(&self, digests: &[Digest]) -> Result<Vec<Vec<u8>>, RecordError>;

    /// Returns the openings of `whose` in a deployment, in no order.
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn openings(
        &self,
        deployment: &DeploymentId,
        whose: &Whom,
    ) -> Result<Vec<Vec<u8>>, RecordError>;

    /// Returns who was forgotten in a deployment as far as the witness knows, whatever the record says: a
    /// database that was put back has their openings again.
    ///
    /// # Errors
    ///
    /// What the witness says.
    async fn forgotten(&self, deployment: &DeploymentId) -> Result<Vec<Whom>, RecordError>;

    /// Has the witness know exactly `whom` as forgotten in a deployment.
    ///
    /// # Errors
    ///
    /// What the witness says.
    async fn keep_forgotten(
        &self,
        deployment: &DeploymentId,
        whom: Vec<Whom>,
    ) -> Result<(), RecordError>;

    /// Writes the database anew, without the remains of what was deleted. Asked after somebody was
    /// forgotten; until then their openings may still lie in it, although nothing finds them.
    ///
    /// # Errors
    ///
    /// What the database says; then it is asked again.
    async fn scrub(&self) -> Result<(), RecordError>;

    /// Returns the content with this digest that a deployment's record refers to, without its bytes.
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn kept(
        &self,
        deployment: &DeploymentId,
        digest: &Digest,
    ) -> Result<Option<Kept>, RecordError>;

    /// Returns at most `limit` contents of a deployment that came with an entry after `after` and no
    /// later than `until`, in the order in which they came.
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn contents_between(
        &self,
        deployment: &DeploymentId,
        after: Seq,
        until: Seq,
        limit: u32,
    ) -> Result<Vec<Kept>, RecordError>;

    /// Returns at most `limit` contents of a deployment after `after`, by digest.
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn contents(
        &self,
        deployment: &DeploymentId,
        after: Option<Digest>,
        limit: u32,
    ) -> Result<Vec<Kept>, RecordError>;

    /// Returns at most `limit` undelivered notices behind the one that `after` names, oldest first.
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn notices(
        &self,
        deployment: &DeploymentId,
        after: Option<(Seq, u64)>,
        limit: u32,
    ) -> Result<Vec<Notice>, RecordError>;

    /// Marks a notice as delivered.
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn notice_delivered(
        &self,
        deployment: &DeploymentId,
        seq: Seq,
        n: u64,
    ) -> Result<(), RecordError>;

    /// Returns the newest snapshot that belongs to this history and was put here under this key.
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn snapshot(&self, deployment: &DeploymentId) -> Result<Option<Snapshot>, RecordError>;

    /// Keeps a snapshot; the two newest are kept.
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn put_snapshot(
        &self,
        deployment: &DeploymentId,
        snapshot: Snapshot,
    ) -> Result<(), RecordError>;

    /// Lets a worker begin, under a name that nobody else works under: whoever did is dismissed.
    /// It is there for as long as the lease, unless it [renews](Self::renew) it.
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn enlist(&self, worker: &str, lease: Duration) -> Result<Enlisted, RecordError>;

    /// Lets workers claim orders of a deployment for as long as it is led in `epoch`: whoever leads it has
    /// called back what must not begin any more.
    ///
    /// # Errors
    ///
    /// What the database says. Another one who leads by now changes nothing.
    async fn let_claim(&self, deployment: &DeploymentId, epoch: u64) -> Result<(), RecordError>;

    /// Gives a worker at most `limit` orders of any deployment, oldest first, for as long as the
    /// lease: those that nobody has had, and those whose holder let the lease run out. It gives those of
    /// deployments whose leader [lets them](Self::let_claim) and whose records `key` signs. One that is not what
    /// this key has sealed is given to nobody: whoever leads is told of it, as of an order whose outcome is
    /// unknown.
    ///
    /// # Errors
    ///
    /// [`RecordError::Dismissed`] where the worker was silent for too long: it enlists anew.
    async fn claim(
        &self,
        by: &Enlisted,
        key: &VerifierKey,
        limit: u32,
        lease: Duration,
    ) -> Result<Vec<Claimed>, RecordError>;

    /// Says that the worker is there, begins the leases of these tokens anew, and returns those
    /// that it still holds. An order whose token is not among them is somebody else's.
    ///
    /// # Errors
    ///
    /// [`RecordError::Dismissed`] where the worker was silent for too long: it holds nothing.
    async fn renew(
        &self,
        by: &Enlisted,
        tokens: &[u64],
        lease: Duration,
    ) -> Result<Vec<Renewed>, RecordError>;

    /// Lets a worker go, and others have at once what it held under these tokens.
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn leave(&self, by: &Enlisted, tokens: &[u64]) -> Result<(), RecordError>;

    /// Returns the workers that enlisted within the last day and have not left, by name.
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn workers(&self) -> Result<Vec<Present>, RecordError>;

    /// Takes what workers report and returns, in the same order, whether each report counts.
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn report(&self, reports: Vec<Reported>) -> Result<Vec<Receipt>, RecordError>;

    /// Returns at most `limit` accepted reports that are not yet settled, oldest order first.
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn reported(
        &self,
        deployment: &DeploymentId,
        limit: u32,
    ) -> Result<Vec<Reported>, RecordError>;

    /// Returns at most `limit` late reports. They are kept for people to read and never count.
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn late_reports(
        &self,
        deployment: &DeploymentId,
        limit: u32,
    ) -> Result<Vec<Reported>, RecordError>;

    /// Returns every order that has neither ended nor been withdrawn, oldest first.
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn open_orders(&self, deployment: &DeploymentId) -> Result<Vec<OpenOrder>, RecordError>;

    /// Makes `holder` the deployment's leader, if nobody else is, and raises the epoch. The
    /// same holder takes it again at once: its earlier self is gone, and fenced.
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn lead(
        &self,
        deployment: &DeploymentId,
        holder: &str,
        lease: Duration,
    ) -> Result<Lead, RecordError>;

    /// Returns whether somebody leads the deployment now, by a lease that has not run out.
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn is_led(&self, deployment: &DeploymentId) -> Result<bool, RecordError>;

    /// Begins the leader's lease anew, also where it has run out and nobody has taken over. False
    /// means: you no longer lead; stop.
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn keep_leading(
        &self,
        deployment: &DeploymentId,
        epoch: u64,
        lease: Duration,
    ) -> Result<bool, RecordError>;

    /// Ends the leadership of this epoch; of an earlier one there is nothing to end.
    ///
    /// # Errors
    ///
    /// What the database says.
    async fn stop_leading(&self, deployment: &DeploymentId, epoch: u64) -> Result<(), RecordError>;
}
