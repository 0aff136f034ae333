//! Orders that travel together: one shell on their computer, and whoever listens to it.
//!
//! Source: decision 0032. The shell begins an order only after the one before it has succeeded,
//! while the connection that brought it lives, and no later than a minute after it arrived.

use super::{Hands, Run, Stands, Withheld, run};
use crate::faults::Fault;
use crate::process::Process;
use crate::world::World;
use coordinator::{Clock as _, Tell};
use executor::Cancel;
use model::order::{Ending, Failure, Intent, Order, Outcome, Report};
use model::planted::{Planted, is_planted};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// No order of a bundle begins later than this after it arrived.
const LAPSE: Duration = Duration::from_secs(60);
/// How often it is looked whether an order has begun.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What the shell of a bundle and whoever sent it have in common.
struct Connection {
    is_lost: AtomicBool,
    process: Arc<Process>,
}

impl Connection {
    fn lives(&self) -> bool {
        !self.is_lost.load(Ordering::SeqCst) && !self.process.is_dead()
    }
}

/// How listening to a bundle ended.
enum Then {
    /// How far it came must be asked for, order by order.
    Asks,
    /// One did not succeed, and those behind it may be in the hands of its shell.
    Doubts,
    /// Nothing was begun, for this reason.
    Stops(String),
}

impl Hands {
    /// Carries orders out one after the other; the first `sent` of them may have begun already.
    pub(super) async fn travel(
        &self,
        orders: &[(Intent, Cancel)],
        mut sent: usize,
        tell: Tell<'_>,
    ) {
        let mut next = 0;
        while let Some((intent, cancel)) = orders.get(next) {
            let order = intent.order();
            let is_new = next >= sent;
            if let Some(why) = cancel.why_not_begin() {
                let is_withheld = if is_new {
                    Some(true)
                } else {
                    self.surely_withhold(order, lapse(cancel)).await
                };
                match is_withheld {
                    Some(true) => return withhold_all(orders, next, &why, tell),
                    Some(false) => {}
                    None => {
                        tell(Ending::Ended(bare(Outcome::Unknown { why })));
                        return self.stop_before(orders, (next + 1, sent), tell).await;
                    }
                }
            }
            if is_new && orders.len() - next > 1 {
                sent = orders.len();
                match self.send(orders, &mut next, tell).await {
                    Then::Asks => continue,
                    Then::Doubts => return self.stop_before(orders, (next, sent), tell).await,
                    Then::Stops(why) => return withhold_all(orders, next, &why, tell),
                }
            }
            let report = match self.hand_out(order, cancel, is_new).await {
                Ok(report) => report,
                Err(Withheld { why }) => return withhold_all(orders, next, &why, tell),
            };
            let went_well = matches!(report.outcome, Outcome::Succeeded { .. });
            tell(Ending::Ended(report));
            next += 1;
            if !went_well {
                return self.stop_before(orders, (next, sent), tell).await;
            }
        }
    }

    /// Sends off the orders from `next` on, and listens for as long as there is something to hear.
    async fn send(&self, orders: &[(Intent, Cancel)], next: &mut usize, tell: Tell<'_>) -> Then {
        let _works = self.process.works();
        let Some((first, _)) = orders.get(*next) else { return Then::Asks };
        self.process.gate().await;
        self.world.pause(1, 20).await;
        self.process.gate().await;
        if let Some(why) = orders.get(*next).and_then(|(_, cancel)| cancel.why_not_begin()) {
            return Then::Stops(why);
        }
        if self.cannot_reach(first.order()) {
            *next += 1;
            let cause = Failure::Unreachable { why: "no route".to_owned() };
            tell(Ending::Ended(bare(Outcome::Failed { cause })));
            return Then::Stops("the step before it did not succeed".to_owned());
        }
        let connection =
            Arc::new(Connection { is_lost: AtomicBool::new(false), process: self.process.clone() });
        let rest: Vec<Order> =
            orders.iter().skip(*next).map(|(it, _)| it.order().clone()).collect();
        let times = if self.world.happens(Fault::Doubled) { 2 } else { 1 };
        for _ in 0..times {
            let (world, connection, rest) = (self.world.clone(), connection.clone(), rest.clone());
            tokio::spawn(async move { shell(&world, &connection, &rest).await });
        }
        while let Some((intent, cancel)) = orders.get(*next) {
            if self.world.happens(Fault::LostConnection) {
                connection.is_lost.store(true, Ordering::SeqCst);
                self.world.pause(100, 20_000).await;
                return Then::Asks;
            }
            let order = intent.order();
            if !self.has_begun(order, &connection, cancel).await {
                return Then::Asks;
            }
            let outcome = self.hear(order, cancel, true).await;
            if self.world.happens(Fault::LateAnswer) {
                self.world.pause(1_000, 200_000).await;
            }
            self.process.gate().await;
            let went_well = matches!(outcome, Outcome::Succeeded { .. });
            tell(Ending::Ended(bare(outcome)));
            *next += 1;
            if !went_well {
                return Then::Doubts;
            }
        }
        Then::Asks
    }

    /// Waits until an order has begun. False where its shell is not going to begin it, or is not to.
    async fn has_begun(&self, order: &Order, connection: &Connection, cancel: &Cancel) -> bool {
        let patience = Instant::now() + LAPSE;
        loop {
            if self.world.inner().computers.run(&order.id).is_some() {
                return true;
            }
            if Instant::now() > patience || !connection.lives() || cancel.is_unwanted().is_some() {
                return false;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// An order did not succeed: those from `next` on must never begin. The first `sent` may be in
    /// the hands of a shell.
    async fn stop_before(
        &self,
        orders: &[(Intent, Cancel)],
        (next, sent): (usize, usize),
        tell: Tell<'_>,
    ) {
        let why = "the step before it did not succeed";
        for (position, (intent, cancel)) in orders.iter().enumerate().take(sent).skip(next) {
            let order = intent.order();
            let report = match self.surely_withhold(order, lapse(cancel)).await {
                Some(true) => return withhold_all(orders, position, why, tell),
                Some(false) => {
                    // What it comes to counts for nothing.
                    let _found = self.hand_out(order, cancel, false).await;
                    bare(Outcome::Unknown { why: format!("{why}, and it had begun") })
                }
                None => {
                    let why = format!("{why}, and its computer does not say that it never began");
                    bare(Outcome::Unknown { why })
                }
            };
            tell(Ending::Ended(report));
        }
        withhold_all(orders, sent.max(next), why, tell);
    }

    /// Asks again for as long as a shell may begin the order.
    async fn surely_withhold(&self, order: &Order, until: Instant) -> Option<bool> {
        let _works = self.process.works();
        loop {
            let is_withheld = self.withhold(order).await;
            if is_withheld.is_some() || Instant::now() >= until || self.process.is_dead() {
                return is_withheld;
            }
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    }

    /// Sees to it that an order never begins. Nothing where its computer cannot be asked.
    pub(super) async fn withhold(&self, order: &Order) -> Option<bool> {
        let _works = self.process.works();
        self.process.gate().await;
        self.world.pause(1, 20).await;
        self.process.gate().await;
        if self.cannot_reach(order) {
            return None;
        }
        let mut inner = self.world.inner();
        inner.computers.marks(&order.id, Stands::Never);
        let stands = inner.computers.run(&order.id).map(Run::stands);
        Some(stands == Some(Stands::Never) && !inner.computers.was_restarted_since(order))
    }
}

/// The shell on the computer, whoever still listens.
async fn shell(world: &World, connection: &Connection, orders: &[Order]) {
    let arrived = Instant::now();
    {
        let mut inner = world.inner();
        for order in orders {
            let crashes = inner.computers.crashes_of(order);
            inner.computers.arrived.entry(order.id.clone()).or_insert(crashes);
        }
    }
    for order in orders {
        if !connection.lives() || arrived.elapsed() > LAPSE || !begins(world, order) {
            return;
        }
        run(world, order).await;
        let ended = world.inner().computers.run(&order.id).map(Run::stands);
        if ended != Some(Stands::Ended { code: 0 }) {
            return;
        }
    }
}

/// Makes the mark of `order`, where the shell that asks is still there to make it.
fn begins(world: &World, order: &Order) -> bool {
    let now = world.time.now();
    let mut inner = world.inner();
    let inner = &mut *inner;
    if inner.computers.was_restarted_since(order) {
        return false;
    }
    if inner.computers.marks(&order.id, Stands::Runs) {
        inner.watch.tell(now, || format!("{} begins behind others", order.id));
        inner.begins(now, order);
        return true;
    }
    is_planted(Planted::JournalIgnored)
}

/// Until when somebody may yet begin an order: a shell that has it, or whoever had it before.
fn lapse(cancel: &Cancel) -> Instant {
    let shell = Instant::now() + 2 * LAPSE;
    cancel.begins_until().map_or(shell, |it| it.max(shell))
}

fn withhold_all(orders: &[(Intent, Cancel)], next: usize, why: &str, tell: Tell<'_>) {
    for _ in orders.get(next..).unwrap_or_default() {
        tell(Ending::Withheld { why: why.to_owned() });
    }
}

fn bare(outcome: Outcome) -> Report {
    Report { outcome, took_ms: 1, output_bytes: 0, output_sha256: None, last_output: None }
}
