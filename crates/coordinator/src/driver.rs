//! The loop that drives a deployment: outcomes in, agenda out, one append for both.
//!
//! Each round takes every outcome that has arrived, lets the planner say what is
//! next until it has nothing more to say, and appends all of it in one
//! transaction: the outcomes, what follows from them, and the intents of the
//! next orders, granted to this process at once. So a sequential step costs one
//! commit, and a thousand steps in flight share one.

// Long because: the loop and its one append are read together.

use crate::act::Coordinator;
use crate::clock::{Clock, Seen};
use crate::effects::Effects;
use crate::entries::{Stamp, extend};
use crate::error::CommandError;
use crate::flight::{Before, Flight, Handed, Landed};
use crate::fold::snapshot_every;
use crate::folded::Folded;
use crate::leading::{LEASE, Leading};
use crate::left::{self, Asked, Left};
use crate::letters::{Answered, Outbox, TakenUp};
use crate::notices::{Notice, Teller, told};
use crate::posted;
use crate::probing::{self, Prober, Reading};
use crate::quarantine::{self, went_back};
use crate::sealing;
use crate::together;
use jiff::Timestamp;
use model::event::{Actor, Event};
use model::id::{DeploymentId, Seq};
use model::machine::DeploymentState;
use model::order::OrderId;
use model::planted::{Planted, is_planted};
use model::scope::Scope;
use model::state::State;
use planner::agenda::{Handing, Kept, agenda_as_kept, not_going_on};
use planner::waiting::waiting_as_kept;
use record::{Change, HANDED_OUT_WITHIN, Lead, NewOrder, OpenOrder, OrderState, Record};
use record::{RecordError, Snapshot};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How often the record is looked at for what others wrote: the truth; there is no other signal.
const POLL: Duration = Duration::from_millis(100);
/// How often where workers report there.
const POLL_FOR_WORKERS: Duration = Duration::from_millis(25);
/// How often workers are let claim anew.
const LET_CLAIM_EVERY: Duration = Duration::from_secs(5);
/// How long what was decided may be written. A server that stood still meanwhile would record what
/// the time by then forbids.
const DECIDED_FOR: Duration = Duration::from_secs(60);

/// After this time what was decided is looked at again before orders are handed out: the write was held up,
/// and people may have held or halted what it gives orders to.
const STILL_SO_FOR: Duration = Duration::from_secs(1);
/// The most looks of one round: each adds to what the one before left.
const LOOKS_MAX: usize = 1_000;
/// The most orders granted in one round, so that a round stays short.
const ORDERS_PER_ROUND: usize = 1_000;
/// Outcomes are gathered while more orders than this are in flight beside them.
const GATHER_FROM: usize = 16;
/// The longest that outcomes are gathered for one round. They are for twice as long as the last
/// round took, so that rounds take a third of the time however many computers there are.
const GATHER_MAX: Duration = Duration::from_millis(20);
/// The most notices passed on in one round.
const NOTICES_PER_ROUND: u32 = 100;
/// The most waits looked through to find one that is for people.
const WAITS_MAX: usize = 10_000;

/// Drives deployments.
pub struct Driver {
    record: Arc<dyn Record>,
    effects: Arc<dyn Effects>,
    clock: Arc<dyn Clock>,
    holder: String,
    teller: Option<Arc<dyn Teller>>,
    post: Option<Arc<notices::Post>>,
    orders_to: OrdersTo,
    /// What was last folded: the next run reads only what others have written since.
    folded: Folded,
}

/// Who carries out the orders of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrdersTo {
    /// The server that makes them: each is granted to it with its intent.
    ThisServer,
    /// Workers, which claim them under a lease.
    Workers,
}

/// When a driver comes to rest.
#[derive(Clone, Debug)]
pub enum Until {
    /// When it is told to.
    Stopped(watch::Receiver<bool>),
    /// When nothing is in flight and nothing can happen without a person or time.
    Idle,
}

/// Why a driver has come to rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rest {
    /// It was told to.
    Stopped,
    /// Nothing is in flight, and nothing happens before this instant, if ever, without a person: of a
    /// deployment that is over, whatever it was told to rest for, so that nobody watches it for ever.
    Idle {
        /// When it should look again.
        next_look: Option<Timestamp>,
        /// The last entry that it has seen.
        seen: Seq,
    },
}

/// Why a driver could not go on.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// Somebody else drives the deployment.
    #[error(
        "{holder} drives {deployment} until {until}, or for as long as it says that it is there"
    )]
    HeldBy {
        /// The deployment.
        deployment: DeploymentId,
        /// Who.
        holder: String,
        /// Until when, if it falls silent.
        until: Timestamp,
    },
    /// Somebody else has taken over: this one was silent for too long.
    #[error("another server has taken over {deployment}")]
    Superseded {
        /// The deployment.
        deployment: DeploymentId,
    },
    /// The deployment could not be read or written.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<RecordError> for DriveError {
    fn from(error: RecordError) -> Self {
        Self::Command(error.into())
    }
}

impl Driver {
    /// Returns a driver that works under the name `holder`: the same name for the same server,
    /// so that it takes its deployments up again at once after a crash.
    pub fn new(
        record: Arc<dyn Record>,
        effects: impl Effects + 'static,
        clock: Arc<dyn Clock>,
        holder: String,
    ) -> Self {
        Self {
            record,
            effects: Arc::new(effects),
            clock,
            holder,
            teller: None,
            post: None,
            orders_to: OrdersTo::ThisServer,
            folded: Folded::default(),
        }
    }

    /// Returns the driver with somebody who passes on what people are told.
    pub fn telling(self, teller: Arc<dyn Teller>) -> Self {
        Self { teller: Some(teller), ..self }
    }

    /// Returns the driver with a post that sends letters; without one they wait.
    pub fn posting(self, post: Arc<notices::Post>) -> Self {
        Self { post: Some(post), ..self }
    }

    /// Returns the driver with its orders given to `whom`.
    pub fn giving(self, whom: OrdersTo) -> Self {
        Self { orders_to: whom, ..self }
    }

    /// Drives `deployment` until it comes to rest.
    ///
    /// # Errors
    ///
    /// When somebody else drives it, or the record cannot be relied on.
    pub async fn run(&self, deployment: &DeploymentId, until: Until) -> Result<Rest, DriveError> {
        quarantine::is_over(&self.record, deployment).await?;
        let epoch = match self.record.lead(deployment, &self.holder, LEASE).await? {
            Lead::Taken { epoch } => epoch,
            Lead::HeldBy { holder, until } => {
                let deployment = deployment.clone();
                return Err(DriveError::HeldBy { deployment, holder, until });
            }
        };
        let leading = Leading::keep(self.record.clone(), deployment.clone(), epoch);
        let coordinator = self.folded.take_up(&self.record, deployment).await?;
        let flight = Flight::new(self.effects.clone());
        let prober = Prober::new(self.effects.clone());
        let mut drive = Drive {
            driver: self,
            coordinator,
            flight,
            prober,
            outbox: Outbox::new(self.post.clone(), self.clock.clone()),
            epoch,
            leading,
            left: Left::default(),
            let_claim_at: None,
            kept: Kept::default(),
            seen: Seen::default(),
            held_back: vec![],
            readings: vec![],
            answered: vec![],
            told: None,
        };
        let rest = drive.run(until).await;
        if let Err(DriveError::Command(error)) = &rest
            && quarantine::tells_of_loss(error)
        {
            // Before another server leads, whose witness may have seen less.
            quarantine::is_over(&self.record, deployment).await.ok();
        }
        self.record.stop_leading(deployment, epoch).await?;
        if rest.is_ok() {
            self.folded.keep(drive.coordinator);
        }
        rest
    }
}

/// When to look again.
struct Next {
    /// Because something may happen by itself.
    look: Option<Timestamp>,
    /// Because a probe is due.
    probe: Option<Timestamp>,
}

struct Drive<'d> {
    driver: &'d Driver,
    coordinator: Coordinator,
    flight: Flight,
    prober: Prober,
    outbox: Outbox,
    epoch: u64,
    leading: Leading,
    left: Left,
    /// When workers were last let claim what is left to them.
    let_claim_at: Option<tokio::time::Instant>,
    /// What earlier looks have found, and later ones need not find again.
    kept: Kept,
    /// What was seen of the clock.
    seen: Seen,
    /// Outcomes whose append did not succeed yet.
    held_back: Vec<Landed>,
    /// What probes came to and is not durable yet.
    readings: Vec<Reading>,
    /// What became of letters, and is not in the record yet.
    answered: Vec<Answered>,
    /// The last notice that was read.
    told: Option<(Seq, u64)>,
}

impl Drive<'_> {
    async fn run(&mut self, mut until: Until) -> Result<Rest, DriveError> {
        self.take_up().await?;
        self.tell().await?;
        let mut polled = tokio::time::interval(match self.driver.orders_to {
            OrdersTo::ThisServer => POLL,
            OrdersTo::Workers => POLL_FOR_WORKERS,
        });
        polled.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let began = tokio::time::Instant::now();
            let Next { look: next_look, probe: next_probe } = self.round().await?;
            let took = began.elapsed();
            let rest = Rest::Idle { next_look, seen: self.coordinator.state.seq };
            self.let_claim().await?;
            let is_busy = self.flight.len() + self.prober.in_flight() > 0
                || self.outbox.is_busy()
                || self.awaits_workers();
            let is_over = next_probe.is_none() && self.has_ended().await?;
            let rests = matches!(until, Until::Idle) || is_over;
            if !is_busy && !self.asks_people() {
                // Probes alone bring nothing about: time jumps only towards something else.
                let to = next_look.map(|at| next_probe.map_or(at, |probe| at.min(probe)));
                let jumped = to.is_some_and(|at| self.driver.clock.jump(at));
                if jumped {
                    continue;
                }
                if rests {
                    return Ok(rest);
                }
            } else if !is_busy && rests {
                return Ok(rest);
            }
            loop {
                // In order, so that the same happenings always take the same way.
                tokio::select! {
                    biased;
                    () = stopped(&mut until) => return Ok(Rest::Stopped),
                    () = self.leading.lost() => return Err(self.superseded()),
                    landed = self.flight.next() => {
                        self.held_back.extend(landed);
                        // Others are at work meanwhile: what comes in now shares the next write.
                        let gathers = (took * 2).min(GATHER_MAX);
                        if self.flight.len() > self.held_back.len() + GATHER_FROM {
                            tokio::time::sleep(gathers).await;
                        }
                        break;
                    }
                    answer = self.prober.next() => {
                        let state = &self.coordinator.state;
                        self.readings.extend(answer.and_then(|it| self.prober.count(state, it)));
                        break;
                    }
                    answered = self.outbox.next() => {
                        self.answered.extend(answered);
                        break;
                    }
                    _ = polled.tick() => {
                        let now = self.driver.clock.now();
                        let is_due = [next_look, next_probe].into_iter().flatten().any(|at| at <= now);
                        let is_due = is_due || self.is_to_let_claim();
                        if self.catch_up().await? || is_due || self.hear_workers().await? {
                            break;
                        }
                    }
                }
            }
        }
    }

    /// Reads what others have written. Returns whether there was anything.
    async fn catch_up(&mut self) -> Result<bool, CommandError> {
        let Self { coordinator, kept, .. } = self;
        let caught_up = coordinator.catch_up_telling(|before, event| kept.happens(before, event));
        let caught_up = caught_up.await;
        if caught_up.is_err() {
            // What was told of may not have come to be.
            self.kept = Kept::default();
        }
        caught_up
    }

    fn superseded(&self) -> DriveError {
        DriveError::Superseded { deployment: self.coordinator.deployment.clone() }
    }

    /// Returns an error where history was lost meanwhile, or where what is known was read after another one
    /// had taken over: the epoch is then another one's, and would fence nothing.
    fn still_leads(&self) -> Result<(), DriveError> {
        if let Some(loss) = self.coordinator.quarantine().cloned() {
            let deployment = self.coordinator.deployment.clone();
            return Err(CommandError::Quarantined { deployment, loss }.into());
        }
        if self.coordinator.head.epoch == self.epoch { Ok(()) } else { Err(self.superseded()) }
    }

    /// Returns whether the deployment is over, and nothing is owed to anybody: no letter waits to be sent
    /// again, and the clock is not doubted.
    fn is_over(&self) -> bool {
        let state = &self.coordinator.state;
        state.is_sealed() && self.outbox.next_try().is_none() && state.history.clock.is_none()
    }

    fn awaits_workers(&self) -> bool {
        match self.driver.orders_to {
            OrdersTo::ThisServer => false,
            OrdersTo::Workers => self.coordinator.state.handed_out() > 0,
        }
    }

    /// Takes what workers have reported since. Returns whether there was anything.
    async fn hear_workers(&mut self) -> Result<bool, RecordError> {
        if self.awaits_workers() && self.held_back.is_empty() {
            let record = self.driver.record.as_ref();
            self.held_back = left::reported(record, &self.coordinator.deployment).await?;
        }
        Ok(!self.held_back.is_empty())
    }

    /// Returns whether an order that an earlier leader left behind is this one's to carry out: what
    /// workers have, they keep.
    fn is_taken_up(&self, it: &OpenOrder) -> bool {
        match (self.driver.orders_to, it.state) {
            (OrdersTo::ThisServer, OrderState::Held | OrderState::Open) => true,
            (OrdersTo::Workers, OrderState::Held) => !it.is_leased,
            (OrdersTo::Workers, OrderState::Open) | (_, OrderState::Reported) => false,
        }
    }

    /// Takes up the orders that an earlier leader, or this one before it was killed, left behind:
    /// each is asked for on its computer, under a new token.
    async fn take_up(&mut self) -> Result<(), DriveError> {
        let record = self.driver.record.clone();
        let deployment = self.coordinator.deployment.clone();
        let left = record.open_orders(&deployment).await?;
        if is_planted(Planted::NotTakenUp) {
            return Ok(());
        }
        self.coordinator.catch_up().await?;
        self.held_back = left::withdrawn_unrecorded(&self.coordinator.state, &left);
        if left.is_empty() {
            return Ok(());
        }
        self.held_back.extend(left::reported(record.as_ref(), &deployment).await?);
        let (regrant, waiting): (Vec<_>, Vec<_>) = left.iter().partition(|it| self.is_taken_up(it));
        let regrant: Vec<_> =
            regrant.into_iter().map(|it| (it.id.clone(), self.driver.holder.clone())).collect();
        let is_strange = |id: &OrderId| !self.coordinator.state.orders.contains_key(id);
        let withdraw: Vec<_> =
            waiting.into_iter().map(|it| it.id.clone()).filter(|it| is_strange(it)).collect();
        let appended = loop {
            self.coordinator.catch_up().await?;
            self.still_leads()?;
            let (regrant, withdraw) = (regrant.clone(), withdraw.clone());
            let change = Change { regrant, withdraw, ..Change::default() };
            match record.append(&deployment, &self.coordinator.head, change).await {
                Ok(appended) => break appended,
                // A person was first: what they wrote changes nothing about the orders left behind.
                Err(RecordError::Moved { found, .. }) if found.epoch == self.epoch => {}
                Err(error) => return Err(error.into()),
            }
        };
        self.coordinator.head = appended.head;
        // What must not begin any more is called back before anybody takes it up.
        let state = &self.coordinator.state;
        let now = self.driver.clock.now().max(state.at);
        let called_back = not_going_on(state, now);
        let until = tokio::time::Instant::now() + HANDED_OUT_WITHIN;
        let is_new = is_planted(Planted::TakenUpAsNew);
        let before = if is_new { Before::Nobody } else { Before::Perhaps };
        let handed = Handed { before, until };
        let (granted, unsealed) = (appended.granted, appended.unsealed);
        let taken_up = left::taken_up(state, &left, granted, unsealed, &self.driver.holder);
        self.held_back.extend(taken_up.strange);
        self.held_back.extend(left::withdrawn(appended.withdrawn));
        // Whoever had them may be frozen and wake up: until then nothing is known.
        self.flight.land_at(until, taken_up.lost);
        self.flight.launch_tracks(state, taken_up.resumed, handed, &called_back);
        Ok(())
    }

    /// Returns whether the deployment is over, and no report of it waits in the queue: of what somebody else
    /// put there, too, nobody would hear any more.
    async fn has_ended(&mut self) -> Result<bool, CommandError> {
        if !self.is_over() {
            return Ok(false);
        }
        if self.held_back.is_empty() {
            let (record, deployment) = (&*self.driver.record, &self.coordinator.deployment);
            self.held_back = left::reported(record, deployment).await?;
        }
        Ok(self.held_back.is_empty())
    }

    /// Lets workers claim what is left to them after a look, which has called back what must not begin any
    /// more.
    async fn let_claim(&mut self) -> Result<(), RecordError> {
        if self.is_to_let_claim() {
            let deployment = &self.coordinator.deployment;
            self.driver.record.let_claim(deployment, self.epoch).await?;
            self.let_claim_at = Some(tokio::time::Instant::now());
            // What nobody has ordered is reported too, where somebody put it into the queue.
            if self.held_back.is_empty() {
                self.held_back = left::reported(self.driver.record.as_ref(), deployment).await?;
            }
        }
        Ok(())
    }

    /// Returns whether it is time for that: again and again, since a lease that lapsed meanwhile ends it.
    fn is_to_let_claim(&self) -> bool {
        self.driver.orders_to == OrdersTo::Workers
            && self.let_claim_at.is_none_or(|it| it.elapsed() >= LET_CLAIM_EVERY)
    }

    fn asks_people(&mut self) -> bool {
        // Before the opening, and while everything is held, time alone brings nothing about.
        let waits_as_a_whole = match self.coordinator.state.deployment {
            DeploymentState::Draft | DeploymentState::Ready | DeploymentState::Held => true,
            DeploymentState::Deploying
            | DeploymentState::Stabilizing
            | DeploymentState::QuietPeriod
            | DeploymentState::MilestoneReview
            | DeploymentState::Closing
            | DeploymentState::Closed
            | DeploymentState::Terminating
            | DeploymentState::Terminated => false,
        };
        if waits_as_a_whole {
            return true;
        }
        let state = &self.coordinator.state;
        let now = self.driver.clock.now().max(state.at);
        let waits = waiting_as_kept(state, now, WAITS_MAX, &mut self.kept);
        waits.iter().any(|it| it.holds_up(now))
    }

    /// Records what has arrived and what follows from it, and launches what is next. Returns when
    /// to look again at the latest.
    async fn round(&mut self) -> Result<Next, DriveError> {
        loop {
            let decided = tokio::time::Instant::now();
            self.stop_cancelled();
            let mut landed = std::mem::take(&mut self.held_back);
            self.flight.arrived(&mut landed);
            for answer in self.prober.arrived() {
                let reading = self.prober.count(&self.coordinator.state, answer);
                self.readings.extend(reading);
            }
            let mut answered = std::mem::take(&mut self.answered);
            answered.extend(self.outbox.arrived());
            let not_after = Some(decided + DECIDED_FOR);
            let mut change = Change { not_after, ..Change::default() };
            let before = self.coordinator.state.clone();
            self.tell_of_what_is_strange(&landed);
            let next_look = self.plan_round(&mut change, &landed, &answered)?;
            let asked = Asked::by(&change);
            if change.entries.is_empty() && change.settle.is_empty() && asked.is_nothing() {
                self.readings.clear();
                self.outbox.send(&self.coordinator.state);
                let now = self.driver.clock.now().max(self.coordinator.state.at);
                let probe = self.prober.ask(&self.coordinator.state, now);
                let next_try = self.outbox.next_try();
                let look = next_look.into_iter().chain(next_try).min();
                return Ok(Next { look, probe });
            }
            self.still_leads()?;
            let deployment = &self.coordinator.deployment;
            let appended =
                self.driver.record.append(deployment, &self.coordinator.head, change).await;
            match appended {
                Ok(appended) => {
                    self.coordinator.head = appended.head;
                    self.readings.clear();
                    for landed in &landed {
                        self.flight.done(&landed.order);
                    }
                    self.held_back.extend(left::withdrawn(appended.withdrawn));
                    self.left.has_asked(asked);
                    self.left.forget_ended(&self.coordinator.state);
                    let state = &self.coordinator.state;
                    let until = decided + HANDED_OUT_WITHIN;
                    let before =
                        if is_perhaps_begun(state) { Before::Perhaps } else { Before::Nobody };
                    let handed = Handed { before, until };
                    let called_back = if decided.elapsed() > STILL_SO_FOR {
                        self.called_back_since().await?
                    } else {
                        vec![]
                    };
                    let state = &self.coordinator.state;
                    self.flight.launch_tracks(state, appended.granted, handed, &called_back);
                    self.keep_snapshot().await?;
                    self.tell().await?;
                }
                // Somebody was first, or it was decided too long ago: it is decided anew.
                Err(error) if is_decided_anew(&error, self.epoch) => {
                    if !is_planted(Planted::OutcomeForgotten) {
                        self.held_back = landed;
                    }
                    answered.iter().for_each(|it| self.outbox.again(it));
                    self.answered = answered;
                    self.go_back_to(before).await?;
                }
                Err(RecordError::Moved { .. }) => return Err(self.superseded()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// What was written took long to be witnessed: reads what others have written meanwhile, and returns the
    /// orders that must not begin any more.
    async fn called_back_since(&mut self) -> Result<Vec<OrderId>, DriveError> {
        self.catch_up().await?;
        self.still_leads()?;
        let state = &self.coordinator.state;
        Ok(not_going_on(state, self.driver.clock.now().max(state.at)))
    }

    /// Tells whoever looks after the server of orders that the deployment has never given: the record has no
    /// word for them, and nobody has carried them out.
    fn tell_of_what_is_strange(&self, landed: &[Landed]) {
        let state = &self.coordinator.state;
        for Landed { order, .. } in landed {
            if !state.orders.contains_key(order) {
                self.tell_that_others_write(&format!(
                    "{order} stood in the queue, and was never ordered"
                ));
            }
        }
    }

    /// Tells whoever looks after the server that others write to its database, which shows in `what`.
    fn tell_that_others_write(&self, what: &str) {
        let Some(teller) = &self.driver.teller else { return };
        let text = format!("somebody else writes to the database: {what}");
        let (deployment, scope) = (self.coordinator.deployment.clone(), Scope::Deployment);
        teller.tell(&Notice { deployment, scope, text, people: vec![] });
    }

    /// Asks for an end of the orders that somebody has cancelled.
    fn stop_cancelled(&self) {
        for (order, who) in self.coordinator.state.cancelled_orders() {
            self.flight.stop(order, who.as_str());
        }
    }

    /// Passes on what people are to be told, oldest first, and takes up letters that are to be sent.
    async fn tell(&mut self) -> Result<(), DriveError> {
        let deployment = self.coordinator.deployment.clone();
        let record = self.driver.record.clone();
        loop {
            // Letters that cannot be sent yet stay in the outbox: they are read once.
            let kept = record.notices(&deployment, self.told, NOTICES_PER_ROUND).await?;
            let Some(last) = kept.last().map(|it| (it.seq, it.n)) else { break };
            for kept in kept {
                let key = (kept.seq, kept.n);
                let state = &self.coordinator.state;
                match self.outbox.take_up(key, &kept.body, state, record.as_ref()).await? {
                    TakenUp::Letter => continue,
                    // It stays where it is, for whoever looks into it.
                    TakenUp::Strange { letter, why } => {
                        self.tell_that_others_write(&format!(
                            "letter {letter} stood there to be sent, but {why}; it is not sent"
                        ));
                        continue;
                    }
                    TakenUp::NoLetter => {}
                }
                let Some(teller) = &self.driver.teller else { continue };
                if let Ok(notice) = serde_json::from_slice::<Notice>(&kept.body) {
                    teller.tell(&notice);
                }
                record.notice_delivered(&deployment, kept.seq, kept.n).await?;
            }
            self.told = Some(last);
        }
        for (seq, n) in self.outbox.settled(&self.coordinator.state) {
            record.notice_delivered(&deployment, seq, n).await?;
        }
        Ok(())
    }

    /// The state has moved on to what was not written: it is again what it was `before`, and moves on
    /// by what was written instead.
    async fn go_back_to(&mut self, before: State) -> Result<(), DriveError> {
        let (deployment, known) =
            (self.coordinator.deployment.clone(), self.coordinator.head.clone());
        self.kept = Kept::default();
        self.coordinator.state = before;
        // Whoever wrote first wrote after what was known here, or the record is another one.
        let last = known.seq.checked_sub(1);
        let last = match last {
            Some(before) => self.driver.record.read(&deployment, before, 1).await?,
            None => vec![],
        };
        if last.first().is_none_or(|it| it.hash != known.hash) && known.seq > 0 {
            let found = self.driver.record.head(&deployment).await?;
            return Err(went_back(&deployment, &known, &found).into());
        }
        self.coordinator.catch_up().await?;
        Ok(())
    }

    /// Moves the state on by what has arrived and by the agenda, until that is empty, and puts
    /// all of it into `change`.
    fn plan_round(
        &mut self,
        change: &mut Change,
        landed: &[Landed],
        answered: &[Answered],
    ) -> Result<Option<Timestamp>, CommandError> {
        let state = &mut self.coordinator.state;
        // First of all: what people have said of the clock since says what time it is.
        let of_the_clock = self.seen.look(self.driver.clock.as_ref(), state);
        let now = self.driver.clock.now().max(state.at);
        let stamp = Stamp { actor: &Actor::System, at: now, command: None };
        of_the_clock.iter().for_each(|it| self.kept.happens(state, it));
        extend(state, &mut change.entries, of_the_clock.as_slice(), &stamp, None)?;
        let ended = together::ended(&self.coordinator.state, landed);
        self.happens(change, now, &ended)?;
        let settled = landed.iter().filter_map(|it| Some((it.order.clone(), it.token?)));
        change.settle.extend(settled);
        for reading in std::mem::take(&mut self.readings) {
            let unknown = probing::unknown(&self.coordinator.state, &reading);
            self.happens(change, now, &unknown)?;
            let known = probing::known(&self.coordinator.state, &reading);
            self.tells(change, &known);
            self.happens(change, now, &known)?;
            self.readings.push(reading);
        }
        for it in answered {
            let event = self.outbox.event(&self.coordinator.state, it);
            self.happens(change, now, event.as_slice())?;
        }
        let ahead = self.driver.effects.orders_ahead();
        let (handing, grant) = match self.driver.orders_to {
            OrdersTo::ThisServer => (Handing::Here { ahead }, Some(self.driver.holder.clone())),
            OrdersTo::Workers => (Handing::Workers { ahead }, None),
        };
        let mut granted = 0;
        let mut next_look = None;
        for _ in 0..LOOKS_MAX {
            let left = ORDERS_PER_ROUND.saturating_sub(granted);
            let state = &self.coordinator.state;
            let mut agenda = agenda_as_kept(state, now, left, handing, &mut self.kept);
            next_look = agenda.next_look;
            match handing {
                Handing::Here { .. } => self.flight.call_back(&agenda.called_back),
                Handing::Workers { .. } => self.left.take_back(&agenda.called_back, change),
            }
            if agenda.is_empty() {
                break;
            }
            let due = agenda.events.iter().filter_map(posted::letter_of);
            sealing::keep_letters(state, due, change);
            change.notices.extend(posted::seal(state, &mut agenda.events));
            self.happens(change, now, &agenda.events)?;
            self.tells(change, &agenda.events);
            for (intended, orders) in together::intended(agenda.orders) {
                self.happens(change, now, &[intended])?;
                granted += orders.len();
                let state = &self.coordinator.state;
                let intent = state.seq;
                let new = |order| {
                    let grant = grant.clone();
                    NewOrder { order, intent, grant, is_perhaps_begun: is_perhaps_begun(state) }
                };
                change.orders.extend(orders.into_iter().map(new));
            }
        }
        if matches!(handing, Handing::Workers { .. }) {
            self.left.stop(&self.coordinator.state, change);
        }
        Ok(next_look)
    }

    /// Moves the state on by `events`, and puts their entries into `change`.
    fn happens(
        &mut self,
        change: &mut Change,
        at: Timestamp,
        events: &[Event],
    ) -> Result<(), CommandError> {
        let stamp = Stamp { actor: &Actor::System, at, command: None };
        for event in events {
            self.kept.happens(&self.coordinator.state, event);
            let event = std::slice::from_ref(event);
            extend(&mut self.coordinator.state, &mut change.entries, event, &stamp, None)?;
        }
        Ok(())
    }

    /// Puts what people are told of `events` into `change`.
    fn tells(&self, change: &mut Change, events: &[Event]) {
        let state = &self.coordinator.state;
        change.notices.extend(events.iter().filter_map(|it| told(state, it)));
    }

    async fn keep_snapshot(&mut self) -> Result<(), DriveError> {
        let seq = self.coordinator.state.seq;
        if seq < self.coordinator.snapshot_seq + snapshot_every(&self.coordinator.state) {
            return Ok(());
        }
        let Some(bytes) = self.coordinator.state.to_snapshot() else { return Ok(()) };
        let hash = self.coordinator.head.hash;
        let deployment = &self.coordinator.deployment;
        self.driver.record.put_snapshot(deployment, Snapshot { seq, hash, bytes }).await?;
        self.coordinator.snapshot_seq = seq;
        Ok(())
    }
}

/// Returns whether what is given out in `state` as new may have begun: it may stand in what was lost of
/// the record.
fn is_perhaps_begun(state: &State) -> bool {
    state.history.has_gaps() && !is_planted(Planted::GapsForgotten)
}

fn is_decided_anew(error: &RecordError, epoch: u64) -> bool {
    matches!(error, RecordError::Moved { found, .. } if found.epoch == epoch)
        || matches!(error, RecordError::Late { .. })
}

async fn stopped(until: &mut Until) {
    match until {
        Until::Stopped(told) => {
            // A teller that is gone will never tell: then nothing stops it but the process's end.
            if told.wait_for(|it| *it).await.is_err() {
                std::future::pending::<()>().await;
            }
        }
        Until::Idle => std::future::pending().await,
    }
}
