//! The record in this process's memory: for rehearsals, simulation and tests.
//!
//! It keeps every promise of the other two homes but durability, and runs the
//! same conformance suite. Everything is one state under one lock.
//
// Long because: it answers every call of one trait, most of them in a line or two.

mod appending;
mod orders;

use crate::chain::Tip;
use crate::change::{Appended, Change, CommandId, Head};
use crate::entry::{Entry, Kept, Notice, Snapshot, Standing};
use crate::error::RecordError;
use crate::home::Record;
use crate::key::Signer;
use crate::key::VerifierKey;
use crate::notary::Notary;
use crate::note::Checkpoint;
use crate::queue::{Claimed, Enlisted, Lead, OpenOrder, Present, Receipt, Renewed, Reported};
use async_trait::async_trait;
use model::digest::Digest;
use model::forgetting::Whom;
use model::id::{DeploymentId, Seq};
use orders::{Orders, Row};
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

/// How many snapshots of a deployment are kept: the newest, and one more in case it is bad.
pub(crate) const SNAPSHOTS_MAX: usize = 2;

/// After how long a worker that left without a word is forgotten, in microseconds: a day.
pub(crate) const FORGOTTEN_AFTER_US: i64 = 86_400_000_000;

/// A record in memory.
pub struct Memory {
    notary: Notary,
    state: Mutex<State>,
    /// Tells the microseconds since 1970, for leases.
    now_us: Box<dyn Fn() -> i64 + Send + Sync>,
}

/// What a record in memory held at some instant, to be put back later: a backup.
#[derive(Clone)]
pub struct Backup(State);

#[derive(Clone, Default)]
struct State {
    deployments: BTreeMap<DeploymentId, Deployment>,
    contents: BTreeMap<Digest, Vec<u8>>,
    orders: Orders,
}

/// One deployment: its record and what hangs on it.
#[derive(Clone)]
struct Deployment {
    tip: Tip,
    checkpoint: String,
    key: VerifierKey,
    entries: Vec<Entry>,
    commands: BTreeMap<CommandId, Seq>,
    contents: BTreeMap<Digest, (Seq, Option<Whom>)>,
    notices: BTreeMap<(Seq, u64), Noted>,
    snapshots: BTreeMap<Seq, Snapshot>,
    leader: Option<Leader>,
    /// What somebody outside keeps of another record than this one.
    contradicted: Option<Checkpoint>,
}

#[derive(Clone)]
struct Noted {
    body: Vec<u8>,
    delivered: bool,
}

#[derive(Clone)]
struct Leader {
    holder: String,
    until_us: i64,
    lets_claim: bool,
}

/// Returns now, in microseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "leases run on the database's clock; this is it")]
fn now_us() -> i64 {
    jiff::Timestamp::now().as_microsecond()
}

/// Returns the end of a lease that begins now.
pub(crate) fn end_of_lease(now_us: i64, lease: Duration) -> i64 {
    now_us.saturating_add(i64::try_from(lease.as_micros()).unwrap_or(i64::MAX))
}

/// Returns `microseconds` since 1970 as a point in time.
pub(crate) fn timestamp(microseconds: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_microsecond(microseconds).unwrap_or(jiff::Timestamp::MAX)
}

fn many(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

impl Memory {
    pub(crate) fn new(notary: Notary) -> Self {
        Self { notary, state: Mutex::default(), now_us: Box::new(now_us) }
    }

    /// Returns an empty record that signs with `signer`, keeps its witness in this process's
    /// memory, and takes leases by the clock `now_us`, in microseconds since 1970.
    pub fn simulated(signer: Signer, now_us: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        let notary = Notary::in_memory(signer);
        Self { notary, state: Mutex::default(), now_us: Box::new(now_us) }
    }

    /// Returns what it holds now. What the witness has seen is not part of it.
    pub fn back_up(&self) -> Backup {
        Backup(self.state().clone())
    }

    /// Holds from now on what it held when `backup` was made.
    pub fn restore(&self, backup: &Backup) {
        *self.state() = backup.0.clone();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl State {
    fn deployment(&self, id: &DeploymentId) -> Result<&Deployment, RecordError> {
        self.deployments.get(id).ok_or_else(|| RecordError::Unknown { deployment: id.clone() })
    }

    fn deployment_mut(&mut self, id: &DeploymentId) -> Result<&mut Deployment, RecordError> {
        self.deployments.get_mut(id).ok_or_else(|| RecordError::Unknown { deployment: id.clone() })
    }
}

impl Deployment {
    fn new(tip: Tip, checkpoint: String, key: VerifierKey) -> Self {
        Self {
            tip,
            checkpoint,
            key,
            entries: Vec::new(),
            commands: BTreeMap::new(),
            contents: BTreeMap::new(),
            notices: BTreeMap::new(),
            snapshots: BTreeMap::new(),
            leader: None,
            contradicted: None,
        }
    }

    fn lead(&mut self, holder: &str, now_us: i64, lease: Duration) -> Lead {
        if let Some(leader) = &self.leader
            && leader.until_us > now_us
            && leader.holder != holder
        {
            let until = timestamp(leader.until_us);
            return Lead::HeldBy { holder: leader.holder.clone(), until };
        }
        let until_us = end_of_lease(now_us, lease);
        self.leader = Some(Leader { holder: holder.to_owned(), until_us, lets_claim: false });
        // As in a database: it never comes again, although what is remembered is put back.
        let now = u64::try_from(now_us).unwrap_or(0);
        self.tip.head.epoch = now.max(self.tip.head.epoch + 1);
        Lead::Taken { epoch: self.tip.head.epoch }
    }

    /// Returns whether somebody leads it and lets its orders be claimed, and nothing contradicts its record.
    fn is_led(&self, now_us: i64) -> bool {
        let leads = |it: &Leader| it.lets_claim && it.until_us > now_us;
        self.contradicted.is_none() && self.leader.as_ref().is_some_and(leads)
    }

    fn let_claim(&mut self, epoch: u64) {
        let leads = self.tip.head.epoch == epoch;
        if let Some(leader) = self.leader.as_mut().filter(|_| leads) {
            leader.lets_claim = true;
        }
    }

    fn keep_leading(&mut self, epoch: u64, now_us: i64, lease: Duration) -> bool {
        match &mut self.leader {
            Some(leader) if self.tip.head.epoch == epoch => {
                // Who was silent for too long has not called back what must not begin any more by now.
                leader.lets_claim &= leader.until_us > now_us;
                leader.until_us = end_of_lease(now_us, lease);
                true
            }
            Some(_) | None => false,
        }
    }
}

#[async_trait]
impl Record for Memory {
    async fn create(&self, deployment: &DeploymentId) -> Result<Head, RecordError> {
        self.state().deployments.entry(deployment.clone()).or_insert_with(|| {
            let tip = Tip::beginning();
            let checkpoint = self.notary.sign(deployment, &tip);
            Deployment::new(tip, checkpoint, self.notary.key().clone())
        });
        self.inspect(deployment).await
    }

    async fn deployments(&self) -> Result<Vec<DeploymentId>, RecordError> {
        let state = self.state();
        let begun = state.deployments.iter().filter(|(_, it)| it.tip.head.seq > 0);
        Ok(begun.map(|(name, _)| name.clone()).collect())
    }

    async fn standing(&self, deployment: &DeploymentId) -> Result<Standing, RecordError> {
        let state = self.state();
        let it = state.deployment(deployment)?;
        let Tip { head, tree } = it.tip.clone();
        let (checkpoint, key) = (it.checkpoint.clone(), it.key.clone());
        let contradicted = it.contradicted.clone();
        Ok(Standing { head, tree, checkpoint, key, contradicted })
    }

    async fn inspect(&self, deployment: &DeploymentId) -> Result<Head, RecordError> {
        self.notary.inspect(self, deployment).await
    }

    async fn accept_as_found(&self, kept: &Checkpoint) -> Result<Head, RecordError> {
        let deployment = &kept.deployment;
        let (head, checkpoint) = {
            let mut state = self.state();
            let it = state.deployment_mut(deployment)?;
            self.notary.check_key(deployment, &it.key)?;
            self.notary.check_tip(deployment, &it.tip, (&it.checkpoint, &it.key))?;
            let is_open = it.contradicted.as_ref().is_some_and(|it| it.is_that_of(kept));
            if is_open {
                it.tip.head.epoch += 1;
                (it.leader, it.contradicted) = (None, None);
                it.checkpoint = self.notary.sign(deployment, &it.tip);
            }
            let accepted = (it.tip.head.clone(), it.checkpoint.clone());
            if is_open {
                state.orders.forget_holders(deployment);
            }
            accepted
        };
        self.notary.begin_anew(deployment, head.seq, &checkpoint).await?;
        Ok(head)
    }

    async fn contradict(&self, kept: &Checkpoint) -> Result<(), RecordError> {
        let mut state = self.state();
        let it = state.deployment_mut(&kept.deployment)?;
        if it.contradicted.is_none() {
            it.contradicted = Some(kept.clone());
            it.tip.head.epoch += 1;
            it.leader = None;
        }
        Ok(())
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
        self.state().append(&self.notary, deployment, expected, change)
    }

    async fn read(
        &self,
        deployment: &DeploymentId,
        after: Seq,
        limit: u32,
    ) -> Result<Vec<Entry>, RecordError> {
        let state = self.state();
        let after = usize::try_from(after).unwrap_or(usize::MAX);
        let entries = state.deployment(deployment)?.entries.iter();
        Ok(entries.skip(after).take(many(limit)).cloned().collect())
    }

    async fn command(
        &self,
        deployment: &DeploymentId,
        id: &CommandId,
    ) -> Result<Option<Seq>, RecordError> {
        Ok(self.state().deployment(deployment)?.commands.get(id).copied())
    }

    async fn content(&self, digest: &Digest) -> Result<Option<Vec<u8>>, RecordError> {
        Ok(self.state().contents.get(digest).cloned())
    }

    async fn kept(
        &self,
        deployment: &DeploymentId,
        digest: &Digest,
    ) -> Result<Option<Kept>, RecordError> {
        let state = self.state();
        Ok(state.deployment(deployment)?.contents.get_key_value(digest).map(kept))
    }

    async fn contents_between(
        &self,
        deployment: &DeploymentId,
        after: Seq,
        until: Seq,
        limit: u32,
    ) -> Result<Vec<Kept>, RecordError> {
        let state = self.state();
        let mut all: Vec<Kept> = state.deployment(deployment)?.contents.iter().map(kept).collect();
        all.retain(|it| it.seq > after && it.seq <= until);
        all.sort_by_key(|it| (it.seq, it.digest));
        all.truncate(many(limit));
        Ok(all)
    }

    async fn contents(
        &self,
        deployment: &DeploymentId,
        after: Option<Digest>,
        limit: u32,
    ) -> Result<Vec<Kept>, RecordError> {
        let state = self.state();
        let all = state.deployment(deployment)?.contents.iter();
        let rest = all.filter(|(digest, _)| after.is_none_or(|it| **digest > it));
        Ok(rest.map(kept).take(many(limit)).collect())
    }

    async fn contents_of(&self, digests: &[Digest]) -> Result<Vec<Vec<u8>>, RecordError> {
        let state = self.state();
        Ok(digests.iter().filter_map(|it| state.contents.get(it).cloned()).collect())
    }

    async fn openings(
        &self,
        deployment: &DeploymentId,
        whose: &Whom,
    ) -> Result<Vec<Vec<u8>>, RecordError> {
        let state = self.state();
        let all = state.deployment(deployment)?.contents.iter();
        let theirs = all.filter(|(_, (_, of))| of.as_ref() == Some(whose));
        Ok(theirs.filter_map(|(digest, _)| state.contents.get(digest).cloned()).collect())
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

    /// What is deleted here leaves no remains that anybody could read.
    async fn scrub(&self) -> Result<(), RecordError> {
        Ok(())
    }

    async fn notices(
        &self,
        deployment: &DeploymentId,
        after: Option<(Seq, u64)>,
        limit: u32,
    ) -> Result<Vec<Notice>, RecordError> {
        let state = self.state();
        let begins = after.map_or(Bound::Unbounded, Bound::Excluded);
        let behind = state.deployment(deployment)?.notices.range((begins, Bound::Unbounded));
        let waiting = behind.filter(|(_, it)| !it.delivered).take(many(limit));
        Ok(waiting
            .map(|((seq, n), it)| Notice { seq: *seq, n: *n, body: it.body.clone() })
            .collect())
    }

    async fn notice_delivered(
        &self,
        deployment: &DeploymentId,
        seq: Seq,
        n: u64,
    ) -> Result<(), RecordError> {
        let mut state = self.state();
        if let Some(notice) = state.deployment_mut(deployment)?.notices.get_mut(&(seq, n)) {
            // It may hold what is nobody's business once it has arrived.
            notice.body.clear();
            notice.delivered = true;
        }
        Ok(())
    }

    async fn snapshot(&self, deployment: &DeploymentId) -> Result<Option<Snapshot>, RecordError> {
        let state = self.state();
        let it = state.deployment(deployment)?;
        let ours = |snapshot: &&Snapshot| {
            it.entries.iter().any(|entry| entry.seq == snapshot.seq && entry.hash == snapshot.hash)
        };
        Ok(it.snapshots.values().rev().find(ours).cloned())
    }

    async fn put_snapshot(
        &self,
        deployment: &DeploymentId,
        snapshot: Snapshot,
    ) -> Result<(), RecordError> {
        let mut state = self.state();
        let snapshots = &mut state.deployment_mut(deployment)?.snapshots;
        snapshots.insert(snapshot.seq, snapshot);
        while snapshots.len() > SNAPSHOTS_MAX {
            snapshots.pop_first();
        }
        Ok(())
    }

    async fn enlist(&self, worker: &str, lease: Duration) -> Result<Enlisted, RecordError> {
        Ok(self.state().orders.enlist(worker, (self.now_us)(), lease))
    }

    async fn let_claim(&self, deployment: &DeploymentId, epoch: u64) -> Result<(), RecordError> {
        self.state().deployment_mut(deployment)?.let_claim(epoch);
        Ok(())
    }

    async fn claim(
        &self,
        by: &Enlisted,
        key: &VerifierKey,
        limit: u32,
        lease: Duration,
    ) -> Result<Vec<Claimed>, RecordError> {
        let now_us = (self.now_us)();
        let State { deployments, orders, .. } = &mut *self.state();
        let is_theirs = |it: &Deployment| it.is_led(now_us) && it.key == *key;
        let may_claim = |id: &DeploymentId| deployments.get(id).is_some_and(is_theirs);
        orders.claim(by, many(limit), may_claim, (now_us, lease))
    }

    async fn renew(
        &self,
        by: &Enlisted,
        tokens: &[u64],
        lease: Duration,
    ) -> Result<Vec<Renewed>, RecordError> {
        self.state().orders.renew(by, tokens, (self.now_us)(), lease)
    }

    async fn leave(&self, by: &Enlisted, tokens: &[u64]) -> Result<(), RecordError> {
        self.state().orders.leave(by, tokens, (self.now_us)());
        Ok(())
    }

    async fn workers(&self) -> Result<Vec<Present>, RecordError> {
        Ok(self.state().orders.workers((self.now_us)()))
    }

    async fn report(&self, reports: Vec<Reported>) -> Result<Vec<Receipt>, RecordError> {
        let mut state = self.state();
        let now_us = (self.now_us)();
        Ok(reports.into_iter().map(|it| state.orders.report(it, now_us)).collect())
    }

    async fn reported(
        &self,
        deployment: &DeploymentId,
        limit: u32,
    ) -> Result<Vec<Reported>, RecordError> {
        let state = self.state();
        state.deployment(deployment)?;
        Ok(state.orders.reported(deployment).take(many(limit)).collect())
    }

    async fn late_reports(
        &self,
        deployment: &DeploymentId,
        limit: u32,
    ) -> Result<Vec<Reported>, RecordError> {
        let state = self.state();
        state.deployment(deployment)?;
        Ok(state.orders.late(deployment).take(many(limit)).collect())
    }

    async fn open_orders(&self, deployment: &DeploymentId) -> Result<Vec<OpenOrder>, RecordError> {
        let state = self.state();
        state.deployment(deployment)?;
        Ok(state.orders.unfinished(deployment).collect())
    }

    async fn lead(
        &self,
        deployment: &DeploymentId,
        holder: &str,
        lease: Duration,
    ) -> Result<Lead, RecordError> {
        Ok(self.state().deployment_mut(deployment)?.lead(holder, (self.now_us)(), lease))
    }

    async fn is_led(&self, deployment: &DeploymentId) -> Result<bool, RecordError> {
        let now_us = (self.now_us)();
        let mut state = self.state();
        let leader = &state.deployment_mut(deployment)?.leader;
        Ok(leader.as_ref().is_some_and(|it| it.until_us > now_us))
    }

    async fn keep_leading(
        &self,
        deployment: &DeploymentId,
        epoch: u64,
        lease: Duration,
    ) -> Result<bool, RecordError> {
        Ok(self.state().deployment_mut(deployment)?.keep_leading(epoch, (self.now_us)(), lease))
    }

    async fn stop_leading(&self, deployment: &DeploymentId, epoch: u64) -> Result<(), RecordError> {
        let mut state = self.state();
        let it = state.deployment_mut(deployment)?;
        if it.tip.head.epoch == epoch {
            it.leader = None;
        }
        Ok(())
    }
}

fn kept((digest, (seq, whose)): (&Digest, &(Seq, Option<Whom>))) -> Kept {
    Kept { digest: *digest, seq: *seq, whose: whose.clone() }
}
