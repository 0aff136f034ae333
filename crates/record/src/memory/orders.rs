//! The order queue in memory.

use super::{FORGOTTEN_AFTER_US, end_of_lease, timestamp};
use crate::change::NewOrder;
use crate::error::RecordError;
use crate::queue::{
    Before, Claimed, Enlisted, OpenOrder, OrderState, Present, Receipt, Renewed, Reported,
    TOKENS_LOST, Wish,
};
use model::id::{DeploymentId, Seq};
use model::order::{Ending, Intent, Order, OrderId};
use model::planted::{Planted, is_planted};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Every order that is not at its end, by its number.
#[derive(Clone, Default)]
pub(super) struct Orders {
    last_ticket: u64,
    rows: BTreeMap<u64, Row>,
    numbers: BTreeMap<(DeploymentId, OrderId), u64>,
    late: BTreeMap<(DeploymentId, OrderId, u64), Ending>,
    workers: BTreeMap<String, Here>,
}

#[derive(Clone)]
pub(super) struct Row {
    order: Order,
    intent: Seq,
    pub(super) state: OrderState,
    pub(super) token: u64,
    holder: Option<String>,
    held_until_us: i64,
    report: Option<Ending>,
    withhold: Option<String>,
    stop: Option<String>,
    /// Whether somebody perhaps began it in what was lost of the record.
    is_perhaps_begun: bool,
}

/// A worker that has enlisted.
#[derive(Clone)]
struct Here {
    session: u64,
    until_us: i64,
}

impl Row {
    fn is_leased(&self) -> bool {
        self.state == OrderState::Held && self.held_until_us < i64::MAX
    }

    fn is_lapsed(&self, now_us: i64) -> bool {
        self.is_leased() && self.held_until_us <= now_us
    }

    fn wish(&self) -> Option<Wish> {
        Wish::of(self.withhold.clone(), self.stop.clone())
    }

    fn is_of_one_entry_with(&self, other: &Self) -> bool {
        self.intent == other.intent && self.order.deployment == other.order.deployment
    }

    fn grant(&mut self, holder: &str, token: u64, held_until_us: i64) -> Intent {
        self.state = OrderState::Held;
        self.token = token;
        self.holder = Some(holder.to_owned());
        self.held_until_us = held_until_us;
        Intent::recorded(self.order.clone(), self.intent, token)
    }
}

impl Orders {
    fn ticket(&mut self) -> u64 {
        self.last_ticket += 1;
        self.last_ticket
    }

    /// Returns an order, if it was ever given.
    pub(super) fn row(&self, deployment: &DeploymentId, id: &OrderId) -> Option<&Row> {
        self.rows.get(self.numbers.get(&(deployment.clone(), id.clone()))?)
    }

    fn row_mut(&mut self, deployment: &DeploymentId, id: &OrderId) -> Option<(u64, &mut Row)> {
        let number = *self.numbers.get(&(deployment.clone(), id.clone()))?;
        Some((number, self.rows.get_mut(&number)?))
    }

    /// Adds an order, and grants it where a worker is named.
    pub(super) fn add(&mut self, new: NewOrder) -> Option<Intent> {
        let number = self.ticket();
        let key = (new.order.deployment.clone(), new.order.id.clone());
        let mut row = Row {
            order: new.order,
            intent: new.intent,
            state: OrderState::Open,
            token: 0,
            holder: None,
            held_until_us: 0,
            report: None,
            withhold: None,
            stop: None,
            is_perhaps_begun: new.is_perhaps_begun,
        };
        let granted = new.grant.map(|holder| row.grant(&holder, number, i64::MAX));
        self.numbers.insert(key, number);
        self.rows.insert(number, row);
        granted
    }

    /// Gives an order to another worker.
    pub(super) fn regrant(
        &mut self,
        deployment: &DeploymentId,
        id: &OrderId,
        holder: &str,
    ) -> Option<Intent> {
        let token = self.ticket();
        self.row_mut(deployment, id).map(|(_, row)| row.grant(holder, token, i64::MAX))
    }

    /// Takes an order out of the queue.
    pub(super) fn remove(&mut self, deployment: &DeploymentId, id: &OrderId) {
        if let Some(number) = self.numbers.remove(&(deployment.clone(), id.clone())) {
            self.rows.remove(&number);
        }
    }

    pub(super) fn stop(&mut self, deployment: &DeploymentId, id: &OrderId, who: String) {
        if let Some((_, row)) = self.row_mut(deployment, id) {
            row.stop = Some(who);
        }
    }

    pub(super) fn withhold(&mut self, deployment: &DeploymentId, id: &OrderId, who: String) {
        let row = self.row_mut(deployment, id).map(|(_, it)| it);
        if let Some(row) = row.filter(|it| it.state != OrderState::Reported) {
            row.withhold = Some(who);
        }
    }

    /// Returns whether an order is open and the first that is left of those that one entry intends.
    pub(super) fn may_be_withdrawn(&self, deployment: &DeploymentId, id: &OrderId) -> bool {
        let number = self.numbers.get(&(deployment.clone(), id.clone()));
        let row = number.and_then(|it| Some((*it, self.rows.get(it)?)));
        row.is_some_and(|(number, row)| {
            let is_open = row.state == OrderState::Open && !row.is_perhaps_begun;
            let is_taken = row.is_leased() && is_planted(Planted::HeldTakenBack);
            (is_open || is_taken) && self.is_first(number, row)
        })
    }

    /// History was lost: each order of `deployment` that workers had or may have had is asked for anew.
    pub(super) fn forget_holders(&mut self, deployment: &DeploymentId) {
        if is_planted(Planted::QueueBelieved) {
            return;
        }
        self.last_ticket += TOKENS_LOST;
        let rows = self.rows.values_mut().filter(|it| it.order.deployment == *deployment);
        for row in rows.filter(|it| it.state != OrderState::Held || it.is_leased()) {
            (row.state, row.token, row.held_until_us) = (OrderState::Open, 0, 0);
            (row.report, row.is_perhaps_begun) = (None, true);
        }
    }

    fn is_first(&self, number: u64, row: &Row) -> bool {
        let ahead = number.checked_sub(1).and_then(|it| self.rows.get(&it));
        ahead.is_none_or(|it| !it.is_of_one_entry_with(row))
    }

    /// Returns the first of one entry at `number` and those behind it.
    fn together_from(&self, number: u64) -> Vec<u64> {
        let Some(first) = self.rows.get(&number) else { return vec![] };
        let rows = (number..).map_while(|it| Some((it, self.rows.get(&it)?)));
        let ours = rows.take_while(|(_, it)| {
            it.is_of_one_entry_with(first) && it.state != OrderState::Reported
        });
        ours.map(|(it, _)| it).collect()
    }

    pub(super) fn enlist(&mut self, worker: &str, now_us: i64, lease: Duration) -> Enlisted {
        let session = self.ticket();
        let here = Here { session, until_us: end_of_lease(now_us, lease) };
        self.workers.retain(|_, it| it.until_us >= now_us.saturating_sub(FORGOTTEN_AFTER_US));
        self.workers.insert(worker.to_owned(), here);
        Enlisted { worker: worker.to_owned(), session }
    }

    fn here(&mut self, by: &Enlisted, now_us: i64) -> Result<&mut Here, RecordError> {
        let here = self.workers.get_mut(&by.worker);
        here.filter(|it| it.session == by.session && it.until_us > now_us)
            .ok_or_else(|| by.dismissed())
    }

    pub(super) fn claim(
        &mut self,
        by: &Enlisted,
        limit: usize,
        may_claim: impl Fn(&DeploymentId) -> bool,
        (now_us, lease): (i64, Duration),
    ) -> Result<Vec<Claimed>, RecordError> {
        self.here(by, now_us)?;
        let may = |it: &Row| may_claim(&it.order.deployment);
        let all = || self.rows.iter().filter(|(_, it)| may(it));
        let first = || all().filter(|(number, it)| self.is_first(**number, it));
        let is_free =
            |it: &Row| it.is_lapsed(now_us) || it.is_leased() && is_planted(Planted::LeaseIgnored);
        let lapsed = first().filter(|(_, it)| is_free(it));
        let open = first().filter(|(_, it)| it.state == OrderState::Open);
        let next = lapsed.chain(open).take(limit).flat_map(|(it, _)| self.together_from(*it));
        let next: BTreeSet<u64> = next.collect();
        let mut claimed = Vec::with_capacity(next.len());
        for number in next {
            let token = self.ticket();
            if let Some(row) = self.rows.get_mut(&number) {
                let before = Before::of(row.holder.take(), row.is_perhaps_begun);
                let wish = row.wish();
                let intent = row.grant(&by.worker, token, end_of_lease(now_us, lease));
                claimed.push(Claimed { intent, before, wish });
            }
        }
        Ok(claimed)
    }

    pub(super) fn renew(
        &mut self,
        by: &Enlisted,
        tokens: &[u64],
        now_us: i64,
        lease: Duration,
    ) -> Result<Vec<Renewed>, RecordError> {
        let until_us = end_of_lease(now_us, lease);
        self.here(by, now_us)?.until_us = until_us;
        let mut kept = Vec::new();
        for row in self.held_under(by, tokens).filter(|it| it.held_until_us > now_us) {
            row.held_until_us = until_us;
            kept.push(Renewed { token: row.token, wish: row.wish() });
        }
        kept.sort_unstable_by_key(|it| it.token);
        Ok(kept)
    }

    pub(super) fn leave(&mut self, by: &Enlisted, tokens: &[u64], now_us: i64) {
        self.held_under(by, tokens).for_each(|row| row.held_until_us = now_us);
        if self.workers.get(&by.worker).is_some_and(|it| it.session == by.session) {
            self.workers.remove(&by.worker);
        }
    }

    /// Returns what `by` holds under a lease and one of `tokens`.
    fn held_under(&mut self, by: &Enlisted, tokens: &[u64]) -> impl Iterator<Item = &mut Row> {
        let tokens: BTreeSet<u64> = tokens.iter().copied().collect();
        let leased = self.rows.values_mut().filter(|it| it.is_leased());
        leased.filter(move |it| {
            it.holder.as_deref() == Some(by.worker.as_str()) && tokens.contains(&it.token)
        })
    }

    pub(super) fn workers(&self, now_us: i64) -> Vec<Present> {
        let present = |(worker, here): (&String, &Here)| Present {
            worker: worker.clone(),
            until: timestamp(here.until_us),
            is_silent: here.until_us <= now_us,
        };
        self.workers.iter().map(present).collect()
    }

    pub(super) fn report(&mut self, reported: Reported, now_us: i64) -> Receipt {
        let Reported { deployment, order, token, ending } = reported;
        if let Some((_, row)) = self.row_mut(&deployment, &order)
            && (row.token == token || is_planted(Planted::TokenIgnored))
        {
            if row.report.is_some() {
                return Receipt::Accepted;
            }
            if row.state == OrderState::Held && row.held_until_us > now_us {
                row.state = OrderState::Reported;
                row.report = Some(ending);
                return Receipt::Accepted;
            }
        }
        self.late.entry((deployment, order, token)).or_insert(ending);
        Receipt::Late
    }

    fn rows_of<'a>(&'a self, deployment: &'a DeploymentId) -> impl Iterator<Item = &'a Row> {
        self.rows.values().filter(move |it| it.order.deployment == *deployment)
    }

    pub(super) fn reported<'a>(
        &'a self,
        deployment: &'a DeploymentId,
    ) -> impl Iterator<Item = Reported> {
        self.rows_of(deployment).filter(|it| it.state == OrderState::Reported).filter_map(|it| {
            let (deployment, order) = (it.order.deployment.clone(), it.order.id.clone());
            Some(Reported { deployment, order, token: it.token, ending: it.report.clone()? })
        })
    }

    pub(super) fn late<'a>(
        &'a self,
        deployment: &'a DeploymentId,
    ) -> impl Iterator<Item = Reported> {
        let ours = self.late.iter().filter(move |((of, ..), _)| of == deployment);
        ours.map(|((deployment, order, token), ending)| Reported {
            deployment: deployment.clone(),
            order: order.clone(),
            token: *token,
            ending: ending.clone(),
        })
    }

    pub(super) fn unfinished<'a>(
        &'a self,
        deployment: &'a DeploymentId,
    ) -> impl Iterator<Item = OpenOrder> {
        self.rows_of(deployment).map(|it| OpenOrder {
            id: it.order.id.clone(),
            intent: it.intent,
            state: it.state,
            token: it.token,
            holder: it.holder.clone(),
            is_leased: it.is_leased(),
        })
    }
}
