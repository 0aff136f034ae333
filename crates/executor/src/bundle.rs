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

use crate::beginning::Beginning;
use crate::cancel::Cancel;
use crate::carry_out::{Executor, Inner};
use crate::copy::Copy;
use crate::secrets::Environment;
use crate::text::{Effect, Journal};
use futures::future::join_all;
#[cfg(feature = "testing")]
pub(crate) use hearing::Hearing;
use journey::{Bundle, Freight, Member, Then};
use model::order::{Ending, Failure, Intent, Order, Outcome, Report, Work};
use std::collections::VecDeque;
use tokio::time::Instant;
use zeroize::Zeroizing;

/// The most orders that travel together: what a halt may have to call back.
const ORDERS_MAX: usize = 32;

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
        self.inner.carry_out_all(orders, Beginning::Unsent, &mut ended).await;
    }

    /// Finds orders of one computer that may have been handed out together before, and goes on as
    /// [`Self::carry_out_all`] does.
    pub async fn resume_all(
        &self,
        orders: &[(Intent, Cancel)],
        mut ended: impl FnMut(Ending) + Send,
    ) {
        self.inner.carry_out_all(orders, Beginning::Earlier, &mut ended).await;
    }
}

type Tell<'a> = &'a mut (dyn FnMut(Ending) + Send);

/// An order with what is known of its beginning.
struct Traveller<'a> {
    order: &'a Order,
    cancel: &'a Cancel,
    beginning: Beginning,
}

impl Inner {
    /// Of all `orders` so much is known.
    async fn carry_out_all(&self, orders: &[(Intent, Cancel)], known: Beginning, tell: Tell<'_>) {
        #[cfg(feature = "testing")]
        if self.pretends {
            let outcome = || Outcome::Succeeded { proof: model::order::Proof::Watched };
            return orders.iter().for_each(|_| tell(Ending::Ended(Report::unseen(outcome()))));
        }
        let travellers = orders.iter().map(|(intent, cancel)| {
            let (order, beginning) = (intent.order(), known);
            Traveller { order, cancel, beginning }
        });
        let mut all: Vec<Traveller<'_>> = travellers.collect();
        let (mut left, mut alone) = (all.as_mut_slice(), false);
        while let Some((one, behind)) = left.split_first_mut() {
            // Whoever wants it called back or stopped does not want it to begin. One that is known to
            // have begun is seen through.
            if !one.beginning.is_marked()
                && let Some(why) = one.cancel.why_not_begin()
            {
                match self.is_withheld(one, Instant::now()).await {
                    Some(true) => return withhold_all(left.len(), &why, tell),
                    Some(false) => {
                        one.beginning.learn(Beginning::Marked { since: Instant::now() });
                    }
                    None => {
                        let why = format!("{why}, and its computer cannot be asked after it");
                        tell(Ending::Ended(Report::unknown(why)));
                        return self.stop_before(behind, tell).await;
                    }
                }
            }
            if one.beginning.is_new() && !alone {
                let mut bundle = self.pack(left).await;
                if bundle.members.len() > 1 {
                    let then = self.send(&mut bundle, tell).await;
                    let (ended, beginnings) = bundle.beginnings();
                    for (one, known) in left.iter_mut().zip(beginnings) {
                        one.beginning.learn(known);
                    }
                    left = std::mem::take(&mut left).get_mut(ended..).unwrap_or_default();
                    match then {
                        Then::GoesOn | Then::Asks => {}
                        Then::Alone => alone = true,
                        Then::Stops { why } => return withhold_all(left.len(), &why, tell),
                        Then::Doubts => return self.stop_before(left, tell).await,
                    }
                    continue;
                }
            }
            let Some(one) = left.first() else { return };
            let report = match self.carry_out(one.order, one.cancel, one.beginning).await {
                Ending::Ended(report) => report,
                Ending::Withheld { why } => return withhold_all(left.len(), &why, tell),
            };
            let went_well = matches!(report.outcome, Outcome::Succeeded { .. });
            tell(Ending::Ended(report));
            left = std::mem::take(&mut left).get_mut(1..).unwrap_or_default();
            if !went_well {
                return self.stop_before(left, tell).await;
            }
        }
    }

    /// An order did not succeed: those `left` behind it must never begin.
    async fn stop_before(&self, left: &[Traveller<'_>], tell: Tell<'_>) {
        let why = "the step before it did not succeed";
        let since = Instant::now();
        let mut known = VecDeque::new();
        for (position, one) in left.iter().enumerate() {
            let is_withheld = match known.pop_front() {
                Some(is_withheld) => is_withheld,
                None => self.is_withheld(one, since).await,
            };
            if is_withheld.is_none() && known.is_empty() {
                // By now nobody begins any of those behind it either: they are asked about side by side.
                let behind = left.iter().skip(position + 1);
                known = join_all(behind.map(|it| self.is_withheld(it, since))).await.into();
            }
            let report = match is_withheld {
                // A shell that may not begin this one begins none behind it.
                Some(true) => return withhold_all(left.len() - position, why, tell),
                // It has begun, and is seen through: what stands behind it could begin meanwhile. What
                // it comes to counts for nothing, as long as nobody knows of the one before it.
                Some(false) => {
                    let known = Beginning::Marked { since: Instant::now() };
                    let found = match self.carry_out(one.order, one.cancel, known).await {
                        Ending::Ended(found) => found,
                        Ending::Withheld { why } => {
                            Report::unseen(Outcome::Failed { cause: Failure::NotDone { why } })
                        }
                    };
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
                    Report::unknown(why)
                }
            };
            tell(Ending::Ended(report));
        }
    }

    /// Sees to it that an order never begins, for as long as somebody may begin it that was heard of until
    /// `since`. Returns whether that is so, and nothing where its computer cannot be asked.
    async fn is_withheld(&self, one: &Traveller<'_>, since: Instant) -> Option<bool> {
        if one.beginning.is_new() {
            return Some(true);
        }
        let here = &self.reach.settings.journal_here;
        let order = one.order;
        let journal = Journal::of(&order.place, &order.deployment, &order.id, here).ok()?;
        self.task(order, journal, Zeroizing::default()).surely_withhold(one.cancel, since).await
    }

    /// Returns as many of those `left` as may travel together, from the first on.
    async fn pack<'a>(&'a self, left: &[Traveller<'a>]) -> Bundle<'a> {
        let mut bundle = Bundle { members: Vec::new(), ended: 0, known: Beginning::Unsent };
        let mut room = CARGO_BYTES_MAX;
        let Some(first) = left.first() else { return bundle };
        let may_come =
            |it: &&Traveller<'a>| it.beginning.is_new() && it.order.place == first.order.place;
        for (position, one) in left.iter().take(ORDERS_MAX).take_while(may_come).enumerate() {
            // One that was called back stays here, and so do those behind it: nobody has to be asked
            // whether it has begun. The first one is asked about as the bundle leaves.
            if position > 0 && one.cancel.is_unwanted().is_some() {
                break;
            }
            let Some(member) = self.member(one.order, one.cancel, &mut room).await else { break };
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
        let journal = journal.knowing(&order.id, &environment);
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

fn withhold_all(count: usize, why: &str, tell: Tell<'_>) {
    for _ in 0..count {
        tell(Ending::Withheld { why: why.to_owned() });
    }
}
