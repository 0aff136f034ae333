//! Computers: what is true on them, and what a process learns of it over a bad network.
//!
//! Each keeps a journal as real computers do: an order is begun once, and found again. The
//! journal outlives connections, the process and the computer's own crash.

mod bundle;

use crate::faults::Fault;
use crate::process::Process;
use crate::world::World;
use async_trait::async_trait;
use coordinator::{Clock as _, Effects, Tell};
use executor::Cancel;
use model::id::ComputerId;
use model::order::{Failure, Intent, Order, OrderId, Outcome, Proof, Report};
use model::planted::{Planted, is_planted};
use model::probe::ProbeCheck;
use model::scope::Scope;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// All computers, by name, and everything that was ever begun on them.
#[derive(Default)]
pub(crate) struct Computers {
    down_until: BTreeMap<String, Instant>,
    /// How often each went down.
    crashes: BTreeMap<String, u32>,
    journal: BTreeMap<OrderId, Run>,
    /// The orders that came along behind others, each with how often its computer had gone down.
    arrived: BTreeMap<OrderId, u32>,
}

/// An order that was begun on its computer.
pub(crate) struct Run {
    stands: Stands,
    /// Wakes whoever waits for its end, in the order in which they began to wait.
    has_ended: Arc<Notify>,
    /// When it began.
    begun: Instant,
    /// How often its effect took place.
    pub(crate) effects: u32,
    /// Whether the computer calls it done although it is not.
    pub(crate) is_lied: bool,
}

/// How an order stands on its computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stands {
    Runs,
    Ended {
        code: i32,
    },
    /// The computer went down, and the journal has no end.
    Interrupted,
    /// It was stopped from outside.
    Stopped,
    /// Its mark says that nobody began it, and so nobody will.
    Never,
}

impl Computers {
    pub(crate) fn run(&self, order: &OrderId) -> Option<&Run> {
        self.journal.get(order)
    }

    /// Returns whether the last order of `scope` on `computer` has had its effect.
    pub(crate) fn did_the_last(&self, scope: &Scope, computer: &ComputerId) -> bool {
        let prefix = format!("{scope}@");
        let here = format!("/{computer}/");
        let orders = self.journal.iter();
        let ours = orders.filter(|(id, _)| id.0.starts_with(&prefix) && id.0.contains(&here));
        ours.max_by_key(|(_, run)| run.begun).is_some_and(|(_, run)| run.effects > 0)
    }

    /// Returns whether anything is under way on any of them.
    pub(crate) fn are_busy(&self) -> bool {
        self.journal.values().any(|it| it.stands == Stands::Runs)
    }

    fn is_down(&self, order: &Order) -> bool {
        let until = self.down_until.get(order.place.computer().as_str());
        until.is_some_and(|it| *it > Instant::now())
    }

    fn crashes_of(&self, order: &Order) -> u32 {
        self.crashes.get(order.place.computer().as_str()).copied().unwrap_or(0)
    }

    /// Returns whether the computer went down since the order came along behind others: only of the
    /// bundle is it on disk that it began.
    fn was_restarted_since(&self, order: &Order) -> bool {
        self.arrived.get(&order.id).is_some_and(|it| *it != self.crashes_of(order))
    }

    /// Makes the mark that can be made once. Returns whether it was not there.
    fn marks(&mut self, order: &OrderId, stands: Stands) -> bool {
        if self.journal.contains_key(order) {
            return false;
        }
        let (begun, has_ended) = (Instant::now(), Arc::default());
        let run = Run { stands, has_ended, begun, effects: 0, is_lied: false };
        self.journal.insert(order.clone(), run);
        true
    }
}

impl Run {
    pub(crate) fn stands(&self) -> Stands {
        self.stands
    }

    fn ends(&mut self, end: Stands) {
        self.stands = end;
        self.has_ended.notify_waiters();
    }
}

/// The computers, as a process reaches them.
pub(crate) struct Hands {
    pub(crate) world: Arc<World>,
    pub(crate) process: Arc<Process>,
    /// Whose hands they are.
    pub(crate) name: &'static str,
}

#[async_trait]
impl Effects for Hands {
    async fn carry_out(&self, intent: &Intent, cancel: &Cancel) -> Report {
        self.alone(intent.order(), cancel, true).await
    }

    async fn resume(&self, intent: &Intent, cancel: &Cancel) -> Report {
        self.alone(intent.order(), cancel, false).await
    }

    fn orders_ahead(&self) -> usize {
        self.world.orders_ahead
    }

    async fn carry_out_all(&self, orders: &[(Intent, Cancel)], tell: Tell<'_>) {
        self.travel(orders, 0, tell).await;
    }

    async fn resume_all(&self, orders: &[(Intent, Cancel)], tell: Tell<'_>) {
        self.travel(orders, orders.len(), tell).await;
    }

    async fn probe(&self, _: &ProbeCheck, _: Duration) -> Result<(), String> {
        Ok(())
    }
}

/// An order never began and never will, for this reason.
struct Withheld {
    why: String,
}

impl Hands {
    async fn alone(&self, order: &Order, cancel: &Cancel, is_new: bool) -> Report {
        let outcome = match self.hand_out(order, cancel, is_new).await {
            Ok(report) => return report,
            Err(Withheld { why }) => Outcome::Failed { cause: Failure::NotDone { why } },
        };
        Report { outcome, took_ms: 1, output_bytes: 0, output_sha256: None, last_output: None }
    }

    async fn hand_out(
        &self,
        order: &Order,
        cancel: &Cancel,
        is_new: bool,
    ) -> Result<Report, Withheld> {
        let _works = self.process.works();
        self.process.gate().await;
        self.world.pause(1, 20).await;
        self.process.gate().await;
        let outcome = self.follow(order, cancel, is_new).await?;
        if self.world.happens(Fault::LateAnswer) {
            self.world.pause(1_000, 200_000).await;
        }
        self.process.gate().await;
        let (took_ms, output_bytes, output_sha256, last_output) = (1, 0, None, None);
        Ok(Report { outcome, took_ms, output_bytes, output_sha256, last_output })
    }

    /// Returns whether the computer of `order` gives no answer.
    fn cannot_reach(&self, order: &Order) -> bool {
        let is_down = self.world.inner().computers.is_down(order);
        is_down || self.world.happens(Fault::Unreachable)
    }

    async fn follow(
        &self,
        order: &Order,
        cancel: &Cancel,
        is_new: bool,
    ) -> Result<Outcome, Withheld> {
        let mut is_unreached = self.cannot_reach(order);
        while is_unreached && !is_new && cancel.may_yet_begin() && !self.process.is_dead() {
            tokio::time::sleep(Duration::from_secs(2)).await;
            self.process.gate().await;
            is_unreached = self.cannot_reach(order);
        }
        if is_unreached {
            let why = "no route".to_owned();
            return Ok(if is_new || is_planted(Planted::LostMeansFailed) {
                Outcome::Failed { cause: Failure::Unreachable { why } }
            } else {
                Outcome::Unknown { why }
            });
        }
        if let Some(why) = cancel.why_not_begin() {
            match if is_new { Some(true) } else { self.withhold(order).await } {
                Some(true) => return Err(Withheld { why }),
                Some(false) => {}
                None => return Ok(Outcome::Unknown { why }),
            }
        }
        if self.world.inner().computers.was_restarted_since(order)
            && self.world.inner().computers.run(&order.id).is_none()
        {
            return Ok(self.interrupted(order));
        }
        self.begin(order);
        if self.world.happens(Fault::Doubled) {
            self.begin(order);
        }
        Ok(self.hear(order, cancel, true).await)
    }

    /// Waits for the end of an order that has begun, over connections that break.
    async fn hear(&self, order: &Order, cancel: &Cancel, mut watched: bool) -> Outcome {
        let limit = Duration::from_secs(u64::from(order.time_limit_s));
        if self.world.inner().computers.run(&order.id).is_none() {
            return Outcome::Unknown { why: "no journal".to_owned() };
        }
        let ends = Instant::now() + limit;
        loop {
            let lost = self.world.happens(Fault::LostConnection);
            if lost {
                watched = false;
                self.world.pause(100, 20_000).await;
            }
            if self.world.happens(Fault::Outage) {
                watched = false;
                let lasting = Duration::from_secs(self.world.between(60, 900));
                let computer = order.place.computer().as_str().to_owned();
                let until = Instant::now() + lasting;
                self.world.inner().computers.down_until.insert(computer, until);
            }
            let end = tokio::select! {
                biased;
                end = self.end(&order.id) => end,
                () = tokio::time::sleep_until(ends) => None,
                _ = cancel.stopped() => None,
            };
            self.process.gate().await;
            self.wait_for_its_computer(order, ends).await;
            return match end {
                Some(Stands::Runs) => continue,
                Some(Stands::Stopped) | None => self.stopped(order),
                Some(end) => self.outcome(order, end, watched),
            };
        }
    }

    /// Waits until an order that has begun runs no longer.
    async fn end(&self, order: &OrderId) -> Option<Stands> {
        loop {
            let has_ended = {
                let inner = self.world.inner();
                let run = inner.computers.run(order)?;
                if run.stands != Stands::Runs {
                    return Some(run.stands);
                }
                run.has_ended.clone()
            };
            has_ended.notified().await;
        }
    }

    /// Where computers are out of reach for long, whoever lost one asks again until it is back, or
    /// the order's time is over.
    async fn wait_for_its_computer(&self, order: &Order, until: Instant) {
        if self.world.inner().faults.rate(Fault::Outage) == 0 {
            return;
        }
        while self.world.inner().computers.is_down(order)
            && Instant::now() < until
            && !self.process.is_dead()
        {
            tokio::time::sleep(Duration::from_secs(2)).await;
            self.process.gate().await;
        }
    }

    /// Returns what an end in the journal means.
    fn outcome(&self, order: &Order, end: Stands, watched: bool) -> Outcome {
        match end {
            Stands::Ended { code: 0 } => {
                let proof = if watched { Proof::Watched } else { Proof::Journal };
                Outcome::Succeeded { proof }
            }
            Stands::Ended { code } => Outcome::Failed { cause: Failure::Exit { code } },
            Stands::Never => {
                let why = "it was stopped before it began".to_owned();
                Outcome::Failed { cause: Failure::NotDone { why } }
            }
            Stands::Interrupted => self.interrupted(order),
            Stands::Runs | Stands::Stopped => self.stopped(order),
        }
    }

    /// Nobody saw the end: `verify` is asked, and what it does not confirm nobody knows.
    fn interrupted(&self, order: &Order) -> Outcome {
        if is_planted(Planted::InterruptedMeansDone) {
            return Outcome::Succeeded { proof: Proof::Journal };
        }
        match self.verify(order) {
            Some(true) => Outcome::Succeeded { proof: Proof::Verified },
            Some(false) | None => Outcome::Unknown { why: "it was interrupted".to_owned() },
        }
    }

    /// It is stopped where it is; `verify` says whether it was done before.
    fn stopped(&self, order: &Order) -> Outcome {
        if let Some(run) = self.world.inner().computers.journal.get_mut(&order.id) {
            if run.stands == Stands::Runs {
                run.ends(Stands::Stopped);
            }
            match run.stands {
                Stands::Ended { code: 0 } => {
                    return Outcome::Succeeded { proof: Proof::Journal };
                }
                Stands::Ended { code } => {
                    return Outcome::Failed { cause: Failure::Exit { code } };
                }
                Stands::Never => return self.outcome(order, Stands::Never, false),
                Stands::Runs | Stands::Interrupted | Stands::Stopped => {}
            }
        }
        let why = "it took too long".to_owned();
        if is_planted(Planted::TimeoutMeansFailed) {
            return Outcome::Failed { cause: Failure::NotDone { why } };
        }
        match self.verify(order) {
            Some(true) => Outcome::Succeeded { proof: Proof::Verified },
            Some(false) => Outcome::Failed { cause: Failure::NotDone { why } },
            None => Outcome::Unknown { why },
        }
    }

    fn verify(&self, order: &Order) -> Option<bool> {
        order.verify.as_ref()?;
        if self.world.happens(Fault::VerifyUnclear) || self.world.inner().computers.is_down(order) {
            return None;
        }
        if is_planted(Planted::VerifyAlwaysConfirms) {
            return Some(true);
        }
        let inner = self.world.inner();
        inner.computers.run(&order.id).map(|it| it.effects > 0)
    }

    /// Begins `order` on its computer, unless its journal has it.
    fn begin(&self, order: &Order) {
        let now = self.world.time.now();
        let is_repeated = {
            let mut inner = self.world.inner();
            let inner = &mut *inner;
            inner.watch.tell(now, || format!("{} arrives", order.id));
            let is_repeated = !inner.computers.marks(&order.id, Stands::Runs);
            if !is_repeated {
                inner.watch.is_begun_by((now, self.world.time.ran_us()), &order.id, self.name);
                inner.begins(now, order);
            }
            is_repeated
        };
        if !is_repeated || is_planted(Planted::JournalIgnored) {
            let (world, order) = (self.world.clone(), order.clone());
            tokio::spawn(async move { run(&world, &order).await });
        }
    }
}

/// What happens on the computer, whoever still listens.
async fn run(world: &World, order: &Order) {
    let lasting = if world.happens(Fault::StepHangs) {
        u64::from(order.time_limit_s) * 1_000 + world.between(1, 60_000)
    } else {
        world.between(200, 4_000)
    };
    let fails = world.happens(Fault::StepFails);
    let lies = !fails && world.happens(Fault::ComputerLies);
    let crashes = world.happens(Fault::ComputerCrashes);
    let effect_at = world.between(0, lasting);
    let crash_at = world.between(0, lasting);
    let first = if crashes { effect_at.min(crash_at) } else { effect_at };
    tokio::time::sleep(Duration::from_millis(first)).await;
    let still_runs = |world: &World| {
        world.inner().computers.run(&order.id).is_some_and(|it| it.stands() == Stands::Runs)
    };
    if !still_runs(world) {
        return;
    }
    if !(fails || lies || crashes && crash_at <= effect_at) {
        let now = world.time.now();
        let mut inner = world.inner();
        let inner = &mut *inner;
        if let Some(run) = inner.computers.journal.get_mut(&order.id) {
            run.effects += 1;
            inner.watch.takes_effect(now, &order.id, run.effects);
        }
    }
    let rest = if crashes { crash_at.max(first) - first } else { lasting - first };
    tokio::time::sleep(Duration::from_millis(rest)).await;
    if !still_runs(world) {
        return;
    }
    let down = Duration::from_secs(world.between(1, 300));
    let mut inner = world.inner();
    let Some(run) = inner.computers.journal.get_mut(&order.id) else { return };
    run.is_lied = lies && !crashes;
    let end = if crashes { Stands::Interrupted } else { Stands::Ended { code: i32::from(fails) } };
    run.ends(end);
    if crashes {
        let computer = order.place.computer().as_str().to_owned();
        *inner.computers.crashes.entry(computer.clone()).or_default() += 1;
        inner.computers.down_until.insert(computer, Instant::now() + down);
    }
}
