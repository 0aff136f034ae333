//! The watch's own book of the queue: who has which order until when, as workers were told.

use super::Watch;
use jiff::Timestamp;
use model::order::OrderId;
use record::{Before, Claimed, Enlisted, Receipt, Renewed, Reported};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What workers were told of the orders that they asked for.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    /// Who has an order, or had it last, since the queue was last put back.
    holders: BTreeMap<OrderId, Holder>,
    /// The orders that somebody ever had.
    had: BTreeSet<OrderId>,
}

/// Somebody who has an order.
#[derive(Debug)]
struct Holder {
    worker: String,
    token: u64,
    /// The end of the lease, on the database's clock.
    until_us: i64,
    has_reported: bool,
}

impl Queue {
    /// Nobody knows any more who has what.
    pub(super) fn forget_holders(&mut self) {
        self.holders.clear();
    }
}

/// An instant, by the world's clock and by the database's, in microseconds.
pub(crate) type At = (Timestamp, i64);

impl Watch {
    /// A worker was given orders.
    pub(crate) fn claimed(
        &mut self,
        (now, ran_us): At,
        by: &Enlisted,
        claimed: &[Claimed],
        lease: Duration,
    ) {
        for it in claimed {
            let (order, token) = (&it.intent.order().id, it.intent.token());
            self.tell(now, || format!("{} claims {order} after {:?}", by.worker, it.before));
            if self.orders.get(order).is_none_or(|it| it.has_ended) {
                self.breaks(now, format!("{order} is claimed without an open intent"));
            }
            if let Some(wrong) =
                self.queue.holders.get(order).and_then(|it| it.keeps(token, ran_us))
            {
                self.breaks(now, format!("{order} is claimed by {}, and {wrong}", by.worker));
            }
            let was_had = !self.queue.had.insert(order.clone());
            // Until somebody has noticed that the database was put back, nobody knows better.
            if was_had && it.before == Before::Nobody && !self.is_quarantined {
                self.breaks(now, format!("{order} is new to {}, and was had before", by.worker));
            }
            let (worker, until_us) = (by.worker.clone(), end(ran_us, lease));
            let holder = Holder { worker, token, until_us, has_reported: false };
            self.queue.holders.insert(order.clone(), holder);
        }
    }

    /// A worker was told which of its orders it still has.
    pub(crate) fn renewed(
        &mut self,
        (now, ran_us): At,
        by: &Enlisted,
        kept: &[Renewed],
        lease: Duration,
    ) {
        for it in kept {
            let mut all = self.queue.holders.iter_mut();
            let Some((order, holder)) = all.find(|(_, held)| held.token == it.token) else {
                continue;
            };
            let is_its_own = holder.worker == by.worker && holder.until_us > ran_us;
            holder.until_us = end(ran_us, lease);
            if !is_its_own {
                let what = format!("{} keeps {order}, which {} has", by.worker, holder.worker);
                self.breaks(now, what);
            }
        }
    }

    /// `name` begins an order: where workers do, the one that has it.
    pub(crate) fn is_begun_by(&mut self, (now, ran_us): At, order: &OrderId, name: &str) {
        let Some(holder) = self.queue.holders.get(order) else { return };
        if holder.worker != name || holder.until_us <= ran_us {
            let what =
                format!("{name} begins {order}, which {} had until its lease ended", holder.worker);
            self.breaks(now, what);
        }
    }

    /// A worker has left, and given back what it held under `tokens`.
    pub(crate) fn left(&mut self, tokens: &[u64]) {
        for holder in self.queue.holders.values_mut().filter(|it| tokens.contains(&it.token)) {
            holder.until_us = 0;
        }
    }

    /// A worker was told which of its reports count.
    pub(crate) fn reported(&mut self, (now, ran_us): At, reports: &[Reported], told: &[Receipt]) {
        for (it, _) in reports.iter().zip(told).filter(|(_, told)| **told == Receipt::Accepted) {
            let Some(holder) = self.queue.holders.get_mut(&it.order) else { continue };
            let is_held = holder.until_us > ran_us || holder.has_reported;
            let is_its_own = holder.token == it.token && is_held;
            holder.has_reported = true;
            if !is_its_own {
                self.breaks(now, format!("a report of {} counts from somebody else", it.order));
            }
        }
    }
}

impl Holder {
    /// Returns why nobody may get its order under `token` at `ran_us`, where nobody may.
    fn keeps(&self, token: u64, ran_us: i64) -> Option<String> {
        let Self { worker, .. } = self;
        if self.has_reported {
            return Some(format!("{worker} has told its end"));
        }
        if self.until_us > ran_us {
            return Some(format!("{worker} has it"));
        }
        (self.token >= token).then(|| format!("{worker} had it under a later token"))
    }
}

fn end(ran_us: i64, lease: Duration) -> i64 {
    ran_us.saturating_add(i64::try_from(lease.as_micros()).unwrap_or(i64::MAX))
}
