//! A deployment that is followed: read by many, written through one coordinator.

use crate::error::ReceptionError;
use coordinator::clock::act_time;
use coordinator::{Acted, Author, Clock, CommandError, Coordinator, Moment};
use jiff::Timestamp;
use model::command::Command;
use model::digest::Digest;
use model::event::Entry;
use model::history::Loss;
use model::id::{DeploymentId, Seq};
use model::plan::MasterProjectPlan;
use model::state::State;
use record::{CommandId, Record};
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::sync::{Mutex, Semaphore, SemaphorePermit, watch};
use views::entry_list::EntryAt;
use views::listing::{Key, Listing, Order, Unlisted, Wanted};
use views::sample::Sample;

/// How often the record is asked whether others have written: by other servers and command lines.
/// What is done through this server is seen at once.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// How long to wait before a record that could not be read is looked at again.
const AGAIN_AFTER: Duration = Duration::from_secs(3);

/// How long a forecast is good enough, where the record moves on all the time.
const FORECAST_EVERY: Duration = Duration::from_secs(30);

/// How many entries are read at once to find those that are wanted.
const READ_AT_ONCE: u64 = 500;

/// The most entries that are looked at for one page.
const LOOKED_AT_MAX: u64 = 10_000;

/// The most entries that are looked through for an auditor's sample: it is answered within a second or two.
const SAMPLED_MAX: Seq = 200_000;

/// How many of them are read at once.
const SAMPLED_AT_ONCE: u32 = 5_000;

/// How many records are folded from their first entry on at once, for those who ask how a deployment
/// stood: each fills a core while it is read, and those who act need one too.
const FOLDED_AT_ONCE: usize = 2;

/// Those of a server who have a record folded from its first entry on: so many at once, and the others
/// wait for their turn.
#[derive(Debug)]
pub(crate) struct Readers(Semaphore);

impl Default for Readers {
    fn default() -> Self {
        Self(Semaphore::new(FOLDED_AT_ONCE))
    }
}

impl Readers {
    /// Waits for a turn, which lasts until it is dropped.
    pub(crate) async fn turn(&self) -> Result<SemaphorePermit<'_>, ReceptionError> {
        let stopping = |_| ReceptionError::Invalid("the server is stopping".to_owned());
        self.0.acquire().await.map_err(stopping)
    }
}

/// How a deployment stands, for everybody who reads it now.
#[derive(Debug)]
pub struct Standing {
    /// Its state.
    pub state: State,
    /// What was lost of its record and is not accepted yet.
    pub loss: Option<Loss>,
    /// The chain's hash of its last entry; nothing of a moment that is over.
    pub hash: Option<Digest>,
}

impl Standing {
    /// Returns what time it is in the deployment.
    pub fn now(&self, clock: &dyn Clock) -> Timestamp {
        act_time(&self.state, clock.now())
    }
}

/// When a deployment ends, by the plan and what has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// The entry of the record up to which it was computed.
    pub entry: Seq,
    /// When all sites are signed off, if everybody does at once what they are asked, or when they
    /// were; nothing where that never comes.
    pub ends: Option<Timestamp>,
}

#[derive(Debug, Default)]
struct Forecasting {
    newest: Option<Forecast>,
    is_at_work: bool,
}

/// A deployment that is followed.
pub struct Followed {
    forecasting: std::sync::Mutex<Forecasting>,
    coordinator: Mutex<Coordinator>,
    standing: watch::Sender<Arc<Standing>>,
    readers: Arc<Readers>,
}

fn standing(coordinator: &Coordinator) -> Arc<Standing> {
    Arc::new(Standing {
        state: coordinator.state().clone(),
        loss: coordinator.quarantine().cloned(),
        hash: Some(coordinator.head().hash),
    })
}

impl Followed {
    /// Opens a deployment and follows it for as long as somebody holds it.
    ///
    /// # Errors
    ///
    /// As [`Coordinator::open`].
    pub(crate) async fn open(
        record: Arc<dyn Record>,
        deployment: &DeploymentId,
        readers: Arc<Readers>,
    ) -> Result<Arc<Self>, CommandError> {
        let coordinator = Coordinator::open(record, deployment).await?;
        let (standing, _) = watch::channel(standing(&coordinator));
        let followed = Arc::new(Self {
            forecasting: std::sync::Mutex::default(),
            coordinator: Mutex::new(coordinator),
            standing,
            readers,
        });
        let weak = Arc::downgrade(&followed);
        tokio::spawn(async move {
            let mut pause = LOOK_EVERY;
            loop {
                tokio::time::sleep(pause).await;
                let Some(followed) = weak.upgrade() else { break };
                // What cannot be read now is read at a later look; whoever acts is told why.
                let looked = followed.look().await;
                pause = if looked.is_ok() { LOOK_EVERY } else { AGAIN_AFTER };
            }
        });
        Ok(followed)
    }

    /// Returns the newest forecast that is known, and has a newer one made where the record has moved
    /// on since, or time beyond it: one at a time, and beside everything else.
    pub fn forecast(self: &Arc<Self>, now: Timestamp) -> Option<Forecast> {
        let standing = self.standing();
        let entry = standing.state.seq;
        let mut forecasting = self.forecasting.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = forecasting.newest;
        let is_over = |it: &Forecast| it.entry != entry || it.ends.is_some_and(|at| at < now);
        if !forecasting.is_at_work && newest.is_none_or(|it| is_over(&it)) {
            forecasting.is_at_work = true;
            let followed = self.clone();
            tokio::spawn(async move {
                let made = tokio::task::spawn_blocking(move || {
                    planner::forecast::forecast(&standing.state, now).ends
                });
                let ends = made.await.ok();
                {
                    let mut it =
                        followed.forecasting.lock().unwrap_or_else(PoisonError::into_inner);
                    it.newest = ends.map(|ends| Forecast { entry, ends }).or(it.newest);
                }
                // Where the record moves on all the time, a computer has other things to do too.
                tokio::time::sleep(FORECAST_EVERY).await;
                let mut it = followed.forecasting.lock().unwrap_or_else(PoisonError::into_inner);
                it.is_at_work = false;
            });
        }
        newest
    }

    /// Returns how the deployment stands.
    pub fn standing(&self) -> Arc<Standing> {
        self.standing.borrow().clone()
    }

    /// Returns what tells of each change of how the deployment stands.
    pub fn changes(&self) -> watch::Receiver<Arc<Standing>> {
        self.standing.subscribe()
    }

    fn publish(&self, coordinator: &Coordinator) {
        let is_news = {
            let known = self.standing.borrow();
            known.hash != Some(coordinator.head().hash)
                || known.loss.as_ref() != coordinator.quarantine()
        };
        if is_news {
            self.standing.send_replace(standing(coordinator));
        }
    }

    /// Reads what others have written since, and returns how the deployment stands then.
    ///
    /// # Errors
    ///
    /// When the record cannot be read.
    pub async fn look(&self) -> Result<Arc<Standing>, CommandError> {
        let mut coordinator = self.coordinator.lock().await;
        coordinator.look().await?;
        self.publish(&coordinator);
        Ok(self.standing())
    }

    /// Carries out `command` for `author`, who has `seen` the record up to an entry where they say so, under
    /// the name `id`.
    ///
    /// # Errors
    ///
    /// As [`Coordinator::act`].
    pub async fn act(
        &self,
        (author, seen): (&Author, Option<Seq>),
        command: &Command,
        id: &CommandId,
        clock: &dyn Clock,
    ) -> Result<Acted, CommandError> {
        let mut coordinator = self.coordinator.lock().await;
        coordinator.look().await?;
        let at = act_time(coordinator.state(), clock.now());
        let acted = coordinator.having_seen(seen).act(author, command, id, at).await;
        self.publish(&coordinator);
        acted
    }

    /// Replaces the plan by `plan`, read from `folder`, for `author`, who has `seen` the record up to an
    /// entry where they say so.
    ///
    /// # Errors
    ///
    /// As [`Coordinator::revise`] and [`State::finds_deliverables`].
    pub async fn revise(
        &self,
        (author, seen): (&Author, Option<Seq>),
        (plan, folder): (MasterProjectPlan, &str),
        reason: &str,
        clock: &dyn Clock,
    ) -> Result<Acted, CommandError> {
        let mut coordinator = self.coordinator.lock().await;
        coordinator.look().await?;
        let at = act_time(coordinator.state(), clock.now());
        coordinator.state().finds_deliverables(&plan, folder)?;
        let old = &coordinator.state().plan;
        let diff = planfile::diff(old, &plan);
        let changes = diff.sections.iter().flat_map(|it| it.sentences.iter().cloned()).collect();
        let removes_scope = plan.removes_scope_of(old);
        let revising = coordinator.having_seen(seen);
        let revised = revising.revise(author, plan, changes, removes_scope, reason, at).await;
        self.publish(&coordinator);
        revised
    }

    /// Returns at most `limit` entries after `after`.
    ///
    /// # Errors
    ///
    /// When the record cannot be read.
    pub async fn entries(&self, after: Seq, limit: u32) -> Result<Vec<Entry>, ReceptionError> {
        let coordinator = self.coordinator.lock().await;
        Ok(coordinator.entries(after, limit).await?)
    }

    /// Returns the page of entries that is wanted, of the record as far as `state` has it.
    ///
    /// # Errors
    ///
    /// When the record cannot be read, or the page does not go on at that mark.
    pub async fn listed(
        &self,
        state: &State,
        wanted: &Wanted,
    ) -> Result<Listing<EntryAt>, ReceptionError> {
        let invalid = |it: Unlisted| ReceptionError::Invalid(it.to_string());
        let last = state.seq;
        let is_newest_first = matches!(wanted.by, Some((_, Order::Descending)));
        let mut at = match wanted.went_to().map_err(invalid)? {
            Some(Key::Number(seq)) => seq,
            Some(Key::Instant(_) | Key::Text(_) | Key::None) => {
                return Err(invalid(Unlisted::Mark));
            }
            None if is_newest_first => last.saturating_add(1),
            None => 0,
        };
        // Whatever is read is wanted, where nothing is filtered.
        let at_once = if wanted.is_narrowed() { READ_AT_ONCE } else { wanted.limit as u64 };
        let (mut items, mut looked_at) = (Vec::new(), 0);
        while items.len() < wanted.limit && looked_at < LOOKED_AT_MAX {
            let left = if is_newest_first { at.saturating_sub(1) } else { last.saturating_sub(at) };
            let count = left.min(at_once);
            if count == 0 {
                break;
            }
            let after = if is_newest_first { left - count } else { at };
            let mut read = self.entries(after, u32::try_from(count).unwrap_or(u32::MAX)).await?;
            if read.is_empty() {
                break;
            }
            if is_newest_first {
                read.reverse();
            }
            for entry in read {
                (at, looked_at) = (entry.seq, looked_at + 1);
                let item = EntryAt::of(state, entry);
                if wanted.lets_pass(&item) {
                    items.push(item);
                }
                if items.len() == wanted.limit {
                    break;
                }
            }
        }
        let has_more = if is_newest_first { at > 1 } else { at < last };
        let next = has_more.then(|| wanted.mark_after(Key::Number(at), &at.to_string()));
        let count = usize::try_from(last).unwrap_or(usize::MAX);
        Ok(Listing { items, next, count })
    }

    /// Returns `count` changes of `state`, as `seed` chooses them, with what the first 200,000 entries have
    /// of them.
    ///
    /// # Errors
    ///
    /// When the record cannot be read.
    pub async fn sample<'s>(
        &self,
        state: &'s State,
        seed: u64,
        count: usize,
    ) -> Result<Sample<'s>, ReceptionError> {
        let mut sample = Sample::of(state, seed, count);
        let end = state.seq.min(SAMPLED_MAX);
        let mut last = 0;
        while last < end {
            let mut entries = self.entries(last, SAMPLED_AT_ONCE).await?;
            entries.retain(|it| it.seq <= end);
            let Some(newest) = entries.last() else { break };
            last = newest.seq;
            sample.take(state, &entries);
        }
        Ok(sample)
    }

    /// Reads the whole record from its first entry on, and has each entry noted; see
    /// [`Coordinator::read_through`].
    ///
    /// # Errors
    ///
    /// When the record cannot be read.
    pub async fn read_through(
        &self,
        noted: &mut (dyn FnMut(&State, &Entry, Digest) + Send),
    ) -> Result<State, ReceptionError> {
        let (record, deployment) = self.reader().await;
        Ok(coordinator::read_through(&*record, &deployment, noted).await?)
    }

    /// Returns how the deployment stood at `moment`, once it is its turn to be read.
    ///
    /// # Errors
    ///
    /// When the record cannot be read, or there was no deployment yet.
    pub async fn at(&self, moment: Moment) -> Result<Standing, ReceptionError> {
        let _turn = self.readers.turn().await?;
        let (record, deployment) = self.reader().await;
        let state = coordinator::state_at(&*record, &deployment, moment).await?;
        Ok(Standing { state, loss: None, hash: None })
    }

    /// A reader of its own: whoever reads long keeps nobody from acting.
    async fn reader(&self) -> (Arc<dyn Record>, DeploymentId) {
        let coordinator = self.coordinator.lock().await;
        (coordinator.record(), coordinator.state().plan.deployment.clone())
    }
}
