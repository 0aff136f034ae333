//! Orders of one computer that follow one another, and travel together.
//!
//! Each order costs a computer far away a round trip, and every computer a shell,
//! if it travels alone. So those that follow one another go out at once, to one
//! shell (`shell/bundle.sh`), which begins each only after the one before it has
//! succeeded; their outcomes come back one by one. Every intent is durable before
//! any of them leaves. Whatever cannot be heard to its end is asked for in the
//! journal, order by order, as if each had travelled alone.

mod hearing;
mod journey;

use crate::cancel::Cancel;
use crate::carry_out::{Executor, Inner, Sent};
use crate::copy::Copy;
use crate::secrets::Environment;
use crate::task::Task;
use crate::text::{Effect, Journal, LAPSE_S};
#[cfg(feature = "testing")]
pub(crate) use hearing::Hearing;
use journey::{Bundle, Freight, Member, Then};
use model::order::{Ending, Failure, Intent, Order, Outcome, Report, Work};
use std::time::Duration;
use tokio::time::Instant;
use zeroize::Zeroizing;

/// The most orders that travel together: what a halt may have to call back.
const ORDERS_MAX: usize = 32;

/// How long after it was sent off no shell begins an order of a bundle any more: what it was told, and
/// as much again for its way and its clock.
const LAPSE: Duration = Duration::from_secs(2 * LAPSE_S);

/// How long a computer that could not be asked is left alone.
const WITHHOLD_AGAIN_AFTER: Duration = Duration::from_secs(2);

/// The most bytes of copies in a bundle. More are worth the round trip of asking first whether the
/// file is there already.
const CARGO_BYTES_MAX: u64 = 1024 * 1024;

impl Executor {
    /// Carries out orders of one computer, each after the one before it has succeeded, that nobody
    /// can have begun before. Says of each what became of it, in their order.
    ///
    /// May be dropped at any time: the order under way goes on, and [`Self::resume_all`] finds it.
    pub async fn carry_out_all(
        &self,
        orders: &[(Intent, Cancel)],
        mut ended: impl FnMut(Ending) + Send,
    ) {
        self.inner.carry_out_all(orders, 0, &mut ended).await;
    }

    /// Finds orders of one computer that may have been handed out together before, and goes on as
    /// [`Self::carry_out_all`] does.
    pub async fn resume_all(
        &self,
        orders: &[(Intent, Cancel)],
        mut ended: impl FnMut(Ending) + Send,
    ) {
        self.inner.carry_out_all(orders, orders.len(), &mut ended).await;
    }
}

type Tell<'a> = &'a mut (dyn FnMut(Ending) + Send);

impl Inner {
    /// The first `sent` of `orders` may have begun already.
    async fn carry_out_all(&self, orders: &[(Intent, Cancel)], sent: usize, tell: Tell<'_>) {
        #[cfg(feature = "testing")]
        if self.pretends {
            let outcome = || Outcome::Succeeded { proof: model::order::Proof::Watched };
            return orders.iter().for_each(|_| tell(Ending::Ended(bare_report(outcome()))));
        }
        let (mut next, mut sent, mut alone) = (0, sent, false);
        let mut may_have_begun: fn() -> Sent = || Sent::Earlier;
        while let Some((intent, cancel)) = orders.get(next) {
            let order = intent.order();
            let is_new = next >= sent;
            // Whoever wants it called back or stopped does not want it to begin.
            let unwanted = cancel.is_unwanted().map(|who| format!("it was called back by {who}"));
            if let Some(why) = unwanted.or_else(|| cancel.is_late()) {
                let is_withheld = if is_new {
                    Some(true)
                } else {
                    self.surely_withhold(order, lapse(cancel)).await
                };
                match is_withheld {
                    Some(true) => return withhold_all(orders, next, &why, tell),
                    // It has begun, and is seen through.
                    Some(false) => {}
                    None => {
                        let why = format!("{why}, and its computer cannot be asked after it");
                        tell(Ending::Ended(bare_report(Outcome::Unknown { why })));
                        return self.stop_before(orders, next + 1, sent, tell).await;
                    }
                }
            }
            if is_new && !alone {
                let mut bundle = self.pack(orders.get(next..).unwrap_or_default()).await;
                if bundle.members.len() > 1 {
                    sent = next + bundle.members.len();
                    may_have_begun = || Sent::At(Instant::now());
                    let then = self.send(&mut bundle, tell).await;
                    next += bundle.ended;
                    match then {
                        Then::GoesOn | Then::Asks => {}
                        Then::Alone => (sent, alone) = (next, true),
                        Then::Stops { why } => return withhold_all(orders, next, &why, tell),
                        Then::Doubts => return self.stop_before(orders, next, sent, tell).await,
                    }
                    continue;
                }
            }
            let report = self
                .carry_out(order, cancel, if is_new { Sent::Never } else { may_have_begun() })
                .await;
            let went_well = matches!(report.outcome, Outcome::Succeeded { .. });
            if let Outcome::Failed { cause: Failure::NotDone { why } } = &report.outcome
                && cancel.is_late().as_ref() == Some(why)
            {
                return withhold_all(orders, next, why, tell);
            }
            tell(Ending::Ended(report));
            next += 1;
            if !went_well {
                return self.stop_before(orders, next, sent, tell).await;
            }
        }
    }

    /// An order did not succeed: those from `next` on must never begin. The first `sent` may be in
    /// the hands of a shell.
    async fn stop_before(
        &self,
        orders: &[(Intent, Cancel)],
        next: usize,
        sent: usize,
        tell: Tell<'_>,
    ) {
        let why = "the step before it did not succeed";
        for (position, (intent, cancel)) in orders.iter().enumerate().take(sent).skip(next) {
            let order = intent.order();
            let report = match self.surely_withhold(order, lapse(cancel)).await {
                // A shell that may not begin this one begins none behind it.
                Some(true) => return withhold_all(orders, position, why, tell),
                // It has begun, and is seen through: what stands behind it could begin meanwhile. What
                // it comes to counts for nothing, as long as nobody knows of the one before it.
                Some(false) => {
                    let found = self.carry_out(order, cancel, Sent::Earlier).await;
                    let outcome = match found.outcome {
                        Outcome::Succeeded { .. } => "succeeded".to_owned(),
                        Outcome::Failed { cause } => cause.to_string(),
                        Outcome::Unknown { why } => why,
                    };
                    let why = format!("{why}, and it had begun all the same: {outcome}");
                    Report { outcome: Outcome::Unknown { why }, ..found }
                }
                None => {
                    let why = format!("{why}, and its computer does not say that it never began");
                    bare_report(Outcome::Unknown { why })
                }
            };
            tell(Ending::Ended(report));
        }
        withhold_all(orders, sent.max(next), why, tell);
    }

    /// Sees to it that an order never begins. Nothing where its computer could not be asked `until` no
    /// shell begins it any more: said sooner, that nobody knows would be said of an order that may yet
    /// begin.
    async fn surely_withhold(&self, order: &Order, until: Instant) -> Option<bool> {
        loop {
            let is_withheld = self.withhold(order).await;
            if is_withheld.is_some() || Instant::now() >= until {
                return is_withheld;
            }
            tokio::time::sleep(WITHHOLD_AGAIN_AFTER).await;
        }
    }

    /// Sees to it that an order never begins. Nothing where its computer cannot be asked.
    async fn withhold(&self, order: &Order) -> Option<bool> {
        let here = &self.reach.settings.journal_here;
        let journal = Journal::of(&order.place, &order.deployment, &order.id, here).ok()?;
        self.task(order, journal, Zeroizing::default()).withhold().await
    }

    fn task<'a>(&'a self, order: &'a Order, journal: Journal, text: Zeroizing<String>) -> Task<'a> {
        let limit = Duration::from_secs(u64::from(order.time_limit_s));
        let place = &order.place;
        Task { reach: &self.reach, place, journal, text, limit, is_new: false, sent_at: None }
    }

    /// Returns as many of `orders` as may travel together, from the first on.
    async fn pack<'a>(&'a self, orders: &'a [(Intent, Cancel)]) -> Bundle<'a> {
        let mut bundle = Bundle { members: Vec::new(), ended: 0 };
        let mut room = CARGO_BYTES_MAX;
        let Some((first, _)) = orders.first() else { return bundle };
        for (intent, cancel) in orders.iter().take(ORDERS_MAX) {
            let order = intent.order();
            let is_near = order.place == first.order().place;
            let Some(member) = self.member(order, cancel, &mut room).await.filter(|_| is_near)
            else {
                break;
            };
            bundle.members.push(member);
        }
        bundle
    }

    /// Returns `order` as one of a bundle, where it may be one.
    async fn member<'a>(
        &'a self,
        order: &'a Order,
        cancel: &'a Cancel,
        room: &mut u64,
    ) -> Option<Member<'a>> {
        let here = &self.reach.settings.journal_here;
        let environment = Environment::of(order, self.reach.settings.secrets.as_ref()).ok()?;
        let journal = Journal::of(&order.place, &order.deployment, &order.id, here).ok()?;
        let effect = match &order.work {
            Work::Command { argv } if argv.is_empty() => return None,
            Work::Command { argv } => Freight::Process(Effect::Command(argv)),
            Work::Script { text } => Freight::Process(Effect::Script(text)),
            Work::Copy { size_bytes, .. } => {
                *room = room.checked_sub(*size_bytes)?;
                let copy = Copy::of(&order.work)?;
                copy.examine(&self.sources).await.ok()?;
                Freight::Copy(copy)
            }
            Work::Http { .. } => return None,
        };
        if let Freight::Process(effect) = &effect {
            journal.in_bundle(effect, &environment).ok()?;
        }
        let sink = Some(self.sink(order, &environment));
        let task = self.task(order, journal, Zeroizing::default());
        Some(Member { order, cancel, environment, freight: effect, task, sink })
    }
}

/// Returns until when somebody may yet begin an order: a shell that has it, or whoever had it before.
fn lapse(cancel: &Cancel) -> Instant {
    let shell = Instant::now() + LAPSE;
    cancel.begins_until().map_or(shell, |it| it.max(shell))
}

fn withhold_all(orders: &[(Intent, Cancel)], next: usize, why: &str, tell: Tell<'_>) {
    for _ in orders.get(next..).unwrap_or_default() {
        tell(Ending::Withheld { why: why.to_owned() });
    }
}

fn bare_report(outcome: Outcome) -> Report {
    Report { outcome, took_ms: 0, output_bytes: 0, output_sha256: None, last_output: None }
}
