//! A worker: claims orders under a lease, carries them out, and reports.
//!
//! It decides nothing and writes no entry: what it reports, the leader records. Orders that were
//! intended together it claims together, and they travel together. Its lease is
//! kept by a task of its own, whatever the orders do. Where the lease runs out all the same,
//! because the process was frozen or the database away, it drops what it holds and begins
//! anew; the orders go on on their computers, and whoever claims them next finds them there.

use crate::effects::Effects;
use crate::journals::out_of_reach;
use crate::telling::Telling;
use executor::Cancel;
use model::id::DeploymentId;
use model::order::{Ending, Intent};
use model::planted::{Planted, is_planted};
use record::{Before, Claimed, Enlisted, HANDED_OUT_WITHIN, Record, RecordError, Reported};
use record::{VerifierKey, Wish, beside_unknown_ending};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::Instant;

/// How long a worker may be silent before others have what it holds.
pub const WORKER_LEASE: Duration = Duration::from_secs(15);
/// How often it says that it is there.
const RENEW_EVERY: Duration = Duration::from_secs(4);
/// How long before the end of its lease it stops by itself, by its own clock: the database's may
/// run faster, and an answer takes its time.
const MARGIN: Duration = Duration::from_secs(2);
/// How often it asks for orders: at first, and at most where there are none.
const ASK: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(500));
/// How often whoever has nothing to do looks for deployments whose orders it may not carry out.
const LOOK_AT_KEYS_EVERY: Duration = Duration::from_secs(60);
/// The most reports in one write.
const REPORTS_MAX: usize = 1_000;

/// Carries out orders that a leader elsewhere leaves to be claimed.
pub struct Worker {
    record: Arc<dyn Record>,
    /// The public key of the record: what another one has signed is not carried out.
    key: VerifierKey,
    effects: Arc<dyn Effects>,
    name: String,
    /// How many orders it carries out at once; those that stand behind another one wait with it.
    at_once: usize,
    /// Who is told of what keeps it from working.
    complain: Arc<dyn Fn(RecordError) + Send + Sync>,
}

/// What a worker holds, by token.
type Held = Arc<Mutex<HashMap<u64, Holding>>>;

struct Holding {
    cancel: Cancel,
    /// Shared by the orders that travel together.
    carrying_out: Arc<CarryingOut>,
}

/// Orders that are being carried out. They go on unwatched once nobody holds one of them any more.
struct CarryingOut(AbortHandle);

impl Drop for CarryingOut {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// One enlisting: until its lease is lost, or the worker is told to stop.
struct Shift<'w> {
    worker: &'w Worker,
    by: Enlisted,
    held: Held,
    is_lost: watch::Receiver<bool>,
    keeping: JoinHandle<()>,
    done: mpsc::UnboundedReceiver<Reported>,
    doing: mpsc::UnboundedSender<Reported>,
    /// Reports that no answer has come to yet.
    unsent: Vec<Reported>,
    /// When it was looked for deployments under other keys, and those that were complained of.
    looked_at_keys: Option<Instant>,
    other_keys: BTreeMap<DeploymentId, VerifierKey>,
    /// The last error that was told of.
    complained: Option<String>,
}

impl Worker {
    /// Returns a worker named `name`, for its computer and data directory and, after `#`, for
    /// itself, that carries out one order at a time of those that `key` has signed.
    pub fn new(
        record: Arc<dyn Record>,
        key: VerifierKey,
        effects: impl Effects + 'static,
        name: String,
    ) -> Self {
        let complain = Arc::new(|_| {});
        Self { record, key, effects: Arc::new(effects), name, at_once: 1, complain }
    }

    /// Returns the worker with this many orders at once, at most.
    pub fn at_once(self, at_once: usize) -> Self {
        Self { at_once, ..self }
    }

    /// Returns the worker with somebody who hears of deployments whose orders are signed with another key:
    /// they wait for a worker that trusts it.
    pub fn complaining(self, complain: impl Fn(RecordError) + Send + Sync + 'static) -> Self {
        Self { complain: Arc::new(complain), ..self }
    }

    /// Works until told to stop. What it is carrying out then goes on, and others find it.
    ///
    /// # Errors
    ///
    /// When the record cannot be used.
    pub async fn run(&self, mut told: watch::Receiver<bool>) -> Result<(), RecordError> {
        loop {
            let mut shift = Shift::begin(self).await?;
            let began = Instant::now();
            if shift.work(&mut told).await {
                let tokens = shift.tokens();
                return self.record.leave(&shift.by, &tokens).await;
            }
            drop(shift);
            if began.elapsed() < WORKER_LEASE / 2 {
                // It was not silent: another one works under its name, and each would dismiss the other for ever.
                (self.complain)(RecordError::Dismissed { worker: self.name.clone() });
                let told_meanwhile = tokio::time::timeout(WORKER_LEASE, true_or_never(&mut told));
                if told_meanwhile.await.is_ok() {
                    return Ok(());
                }
            }
        }
    }
}

impl<'w> Shift<'w> {
    async fn begin(worker: &'w Worker) -> Result<Self, RecordError> {
        let began = Instant::now();
        let by = worker.record.enlist(&worker.name, WORKER_LEASE).await?;
        let held = Held::default();
        let (lost, is_lost) = watch::channel(false);
        let keeping =
            tokio::spawn(keep(worker.record.clone(), by.clone(), held.clone(), (began, lost)));
        // Bounded by the orders that it holds.
        let (doing, done) = mpsc::unbounded_channel();
        let (unsent, looked_at_keys, other_keys) = (vec![], None, BTreeMap::new());
        Ok(Self {
            worker,
            by,
            held,
            is_lost,
            keeping,
            done,
            doing,
            unsent,
            looked_at_keys,
            other_keys,
            complained: None,
        })
    }

    /// Claims, carries out and reports. Returns whether it was told to stop; otherwise its lease
    /// is lost.
    async fn work(&mut self, told: &mut watch::Receiver<bool>) -> bool {
        let mut pause = ASK.0;
        loop {
            let mut is_lost = self.is_lost.clone();
            tokio::select! {
                biased;
                () = true_or_never(told) => return true,
                () = true_or_never(&mut is_lost) => return false,
                Some(done) = self.done.recv() => {
                    self.unsent.push(done);
                    while self.unsent.len() < REPORTS_MAX
                        && let Ok(done) = self.done.try_recv()
                    {
                        self.unsent.push(done);
                    }
                    // A database that gives no answer keeps nobody from hearing that the lease is lost.
                    tokio::select! {
                        biased;
                        () = true_or_never(&mut is_lost) => return false,
                        () = self.report() => {}
                    }
                    pause = ASK.0;
                }
                () = tokio::time::sleep(pause) => {
                    let claimed = tokio::select! {
                        biased;
                        () = true_or_never(&mut is_lost) => return false,
                        claimed = self.report_and_claim() => claimed,
                    };
                    pause = match claimed {
                        Ok(0) => (pause * 2).min(ASK.1),
                        Ok(_) => ASK.0,
                        Err(RecordError::Dismissed { .. }) => return false,
                        // The database is away, for as long as the lease lasts at most.
                        Err(error) => {
                            self.complain(error);
                            ASK.1
                        }
                    };
                }
            }
        }
    }

    fn holding(&self) -> MutexGuard<'_, HashMap<u64, Holding>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tokens(&self) -> Vec<u64> {
        self.holding().keys().copied().collect()
    }

    /// Returns how many orders it is carrying out: those that travel together count once.
    fn in_hand(&self) -> usize {
        let holding = self.holding();
        let together: HashSet<*const CarryingOut> =
            holding.values().map(|it| Arc::as_ptr(&it.carrying_out)).collect();
        together.len()
    }

    async fn report_and_claim(&mut self) -> Result<usize, RecordError> {
        self.report().await;
        let claimed = self.claim().await?;
        if claimed == 0 {
            self.look_at_keys().await?;
        }
        self.complained = None;
        Ok(claimed)
    }

    /// Tells of an error, once as long as it stays the same.
    fn complain(&mut self, error: RecordError) {
        let text = error.to_string();
        if self.complained.replace(text.clone()) != Some(text) {
            (self.worker.complain)(error);
        }
    }

    /// Complains, once each, of deployments whose records another key signs: whoever has nothing to do says on
    /// what it waits.
    async fn look_at_keys(&mut self) -> Result<(), RecordError> {
        if self.looked_at_keys.is_some_and(|it| it.elapsed() < LOOK_AT_KEYS_EVERY) {
            return Ok(());
        }
        self.looked_at_keys = Some(Instant::now());
        let Worker { record, key: trusted, complain, .. } = self.worker;
        for deployment in record.deployments().await? {
            // One that cannot be read keeps nobody from working for the others.
            let Ok(standing) = record.standing(&deployment).await else { continue };
            let key = standing.key;
            if key == *trusted || self.other_keys.get(&deployment) == Some(&key) {
                continue;
            }
            let (signs, trusted) = (key.to_string(), trusted.to_string());
            self.other_keys.insert(deployment.clone(), key);
            complain(RecordError::NotTrusted { deployment, signs, trusted });
        }
        Ok(())
    }

    /// Claims as many orders as it has hands for, with those behind them, and begins them. Returns how
    /// many it got.
    async fn claim(&self) -> Result<usize, RecordError> {
        let free = self.worker.at_once.saturating_sub(self.in_hand());
        let limit = u32::try_from(free).unwrap_or(u32::MAX);
        if limit == 0 {
            return Ok(0);
        }
        let Worker { record, key, .. } = self.worker;
        let claimed = record.claim(&self.by, key, limit, WORKER_LEASE).await?;
        let count = claimed.len();
        let mut together: Vec<Vec<Claimed>> = vec![];
        for one in claimed {
            match together.last_mut() {
                Some(last) if last.iter().all(|it| are_of_one_entry(it, &one)) => last.push(one),
                Some(_) | None => together.push(vec![one]),
            }
        }
        together.into_iter().for_each(|it| self.carry_out(it));
        Ok(count)
    }

    /// Carries out orders that are of one entry, each after the one before it has succeeded.
    fn carry_out(&self, claimed: Vec<Claimed>) {
        let before = who_before(&claimed);
        let orders: Vec<(Intent, Cancel)> = claimed.into_iter().map(with_its_wish).collect();
        let (effects, doing) = (self.worker.effects.clone(), self.doing.clone());
        let (name, mine) = (self.worker.name.clone(), orders.clone());
        // Under the lock, so that an order that ends at once is known by then.
        let mut holding = self.holding();
        let carrying_out = tokio::spawn(async move {
            let mut telling = Telling::of(&orders, |intent, ending| {
                // Nobody listens any more when the shift is over: others find its end.
                let _unheard = doing.send(reported(intent, ending));
            });
            let mut tell = |it| telling.tell(it);
            let out_of_reach = match &before {
                Before::Worker(before) => out_of_reach_of(&orders, before, &name),
                Before::Nobody | Before::Somebody => None,
            };
            match (before, out_of_reach) {
                (_, Some(endings)) => {
                    // Whoever had them may be frozen and wake up: until then nothing is known.
                    tokio::time::sleep(HANDED_OUT_WITHIN).await;
                    endings.into_iter().for_each(tell);
                }
                (Before::Nobody, None) => effects.carry_out_all(&orders, &mut tell).await,
                (Before::Worker(_) | Before::Somebody, None) => {
                    effects.resume_all(&orders, &mut tell).await;
                }
            }
        });
        let carrying_out = Arc::new(CarryingOut(carrying_out.abort_handle()));
        for (intent, cancel) in mine {
            let carrying_out = carrying_out.clone();
            holding.insert(intent.token(), Holding { cancel, carrying_out });
        }
    }

    /// Reports what has ended. It holds each order until then, so that its lease lasts.
    async fn report(&mut self) {
        // Accepted or late, it is out of its hands. After an error all of it is sent again.
        if self.unsent.is_empty() || self.worker.record.report(self.unsent.clone()).await.is_err() {
            return;
        }
        let mut holding = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        for it in self.unsent.drain(..) {
            holding.remove(&it.token);
        }
    }
}

impl Drop for Shift<'_> {
    fn drop(&mut self) {
        self.keeping.abort();
        self.holding().clear();
    }
}

/// Says that the worker is there, drops what has become somebody else's, and passes on who wants
/// what stopped.
async fn keep(
    record: Arc<dyn Record>,
    by: Enlisted,
    held: Held,
    (mut last, lost): (Instant, watch::Sender<bool>),
) {
    loop {
        let ends = last + WORKER_LEASE - MARGIN;
        tokio::time::sleep_until((Instant::now() + RENEW_EVERY).min(ends)).await;
        let asked = Instant::now();
        let tokens: Vec<u64> = lock(&held).keys().copied().collect();
        let renewing = record.renew(&by, &tokens, WORKER_LEASE);
        let kept = match tokio::time::timeout_at(ends, renewing).await {
            Ok(Ok(kept)) => kept,
            // The database is away: it is asked again for as long as the lease lasts.
            Ok(Err(error)) if asked < ends && !matches!(error, RecordError::Dismissed { .. }) => {
                continue;
            }
            Ok(Err(_)) | Err(_) if is_planted(Planted::LeaseOutlived) => return,
            Ok(Err(_)) | Err(_) => {
                // Whatever the shift is waiting for: nothing begins from now on that others may have.
                // What is dropped calls its outcome unknown: nobody reports that any more.
                lost.send_replace(true);
                lock(&held).clear();
                return;
            }
        };
        last = asked;
        let mut holding = lock(&held);
        for it in &kept {
            if let (Some(wish), Some(holding)) = (&it.wish, holding.get(&it.token)) {
                utter(wish, &holding.cancel);
            }
        }
        for token in tokens.iter().filter(|it| kept.iter().all(|kept| kept.token != **it)) {
            // One that is reported is held no more either, and has ended; those behind it go on.
            holding.remove(token);
        }
    }
}

/// Returns who may have begun one of these before.
fn who_before(claimed: &[Claimed]) -> Before {
    if is_planted(Planted::ClaimedAsNew) {
        return Before::Nobody;
    }
    let known = claimed.iter().map(|it| &it.before);
    let worker = known.clone().find(|it| matches!(it, Before::Worker(_)));
    let somebody = known.clone().find(|it| **it == Before::Somebody);
    worker.or(somebody).cloned().unwrap_or(Before::Nobody)
}

/// Returns whether two orders were intended by one entry: the later one stands behind the other.
fn are_of_one_entry(one: &Claimed, other: &Claimed) -> bool {
    let entry = |it: &Claimed| (it.intent.order().deployment.clone(), it.intent.seq());
    entry(one) == entry(other)
}

fn with_its_wish(claimed: Claimed) -> (Intent, Cancel) {
    let cancel = Cancel::begun_until(Instant::now() + HANDED_OUT_WITHIN);
    if let Some(wish) = &claimed.wish {
        utter(wish, &cancel);
    }
    (claimed.intent, cancel)
}

fn utter(wish: &Wish, cancel: &Cancel) {
    match wish {
        Wish::Withhold(who) => cancel.withhold(who),
        Wish::Stop(who) => cancel.stop(who),
    }
}

fn reported(intent: &Intent, ending: Ending) -> Reported {
    let (deployment, order) = (intent.order().deployment.clone(), intent.order().id.clone());
    Reported { deployment, order, token: intent.token(), ending }
}

/// Returns what is said of orders some of whose journals only `before` can read, where there are any.
fn out_of_reach_of(orders: &[(Intent, Cancel)], before: &str, name: &str) -> Option<Vec<Ending>> {
    let reports = orders.iter().map(|(it, _)| out_of_reach(it.order(), before, name));
    let reports: Vec<_> = reports.collect();
    reports.iter().any(Option::is_some).then_some(())?;
    let ending = |it: Option<_>| it.map_or_else(beside_unknown_ending, Ending::Ended);
    Some(reports.into_iter().map(ending).collect())
}

fn lock(held: &Held) -> MutexGuard<'_, HashMap<u64, Holding>> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until the flag is raised; for ever, where nobody can raise it any more.
async fn true_or_never(flag: &mut watch::Receiver<bool>) {
    if flag.wait_for(|it| *it).await.is_err() {
        std::future::pending::<()>().await;
    }
}
