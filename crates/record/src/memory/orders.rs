//! The order queue in memory.

use super::end_of_lease;
use crate::change::NewOrder;
use crate::queue::{OpenOrder, OrderState, Receipt, Reported};
use model::id::{DeploymentId, Seq};
use model::order::{Intent, Order, OrderId, Report};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Every order ever given, by its number; and which of them are not at their end.
#[derive(Clone, Default)]
pub(super) struct Orders {
    last_ticket: u64,
    rows: BTreeMap<u64, Row>,
    numbers: BTreeMap<(DeploymentId, OrderId), u64>,
    unfinished: BTreeSet<u64>,
    late: BTreeMap<(DeploymentId, OrderId, u64), Report>,
}

#[derive(Clone)]
pub(super) struct Row {
    order: Order,
    intent: Seq,
    pub(super) state: OrderState,
    pub(super) token: u64,
    holder: Option<String>,
    held_until_us: i64,
    report: Option<Report>,
}

impl Row {
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
        };
        let granted = new.grant.map(|holder| row.grant(&holder, number, i64::MAX));
        self.numbers.insert(key, number);
        self.unfinished.insert(number);
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

    /// Puts an order at its end.
    pub(super) fn finish(&mut self, deployment: &DeploymentId, id: &OrderId, state: OrderState) {
        if let Some((number, row)) = self.row_mut(deployment, id) {
            row.state = state;
            self.unfinished.remove(&number);
        }
    }

    pub(super) fn claim(&mut self, worker: &str, limit: usize, held_until_us: i64) -> Vec<Intent> {
        let is_open =
            |it: &&u64| self.rows.get(it).is_some_and(|row| row.state == OrderState::Open);
        let next: Vec<u64> = self.unfinished.iter().filter(is_open).take(limit).copied().collect();
        let mut intents = Vec::with_capacity(next.len());
        for number in next {
            let token = self.ticket();
            if let Some(row) = self.rows.get_mut(&number) {
                intents.push(row.grant(worker, token, held_until_us));
            }
        }
        intents
    }

    pub(super) fn renew(
        &mut self,
        worker: &str,
        tokens: &[u64],
        now_us: i64,
        lease: Duration,
    ) -> Vec<u64> {
        let tokens: BTreeSet<u64> = tokens.iter().copied().collect();
        let mut kept = Vec::new();
        for number in &self.unfinished {
            let Some(row) = self.rows.get_mut(number) else { continue };
            let held = row.state == OrderState::Held && row.held_until_us > now_us;
            if held && row.holder.as_deref() == Some(worker) && tokens.contains(&row.token) {
                row.held_until_us = end_of_lease(now_us, lease);
                kept.push(row.token);
            }
        }
        kept.sort_unstable();
        kept
    }

    pub(super) fn report(&mut self, reported: Reported, now_us: i64) -> Receipt {
        let Reported { deployment, order, token, report } = reported;
        if let Some((_, row)) = self.row_mut(&deployment, &order)
            && row.token == token
        {
            if row.report.is_some() {
                return Receipt::Accepted;
            }
            if row.state == OrderState::Held && row.held_until_us > now_us {
                row.state = OrderState::Reported;
                row.report = Some(report);
                return Receipt::Accepted;
            }
        }
        self.late.entry((deployment, order, token)).or_insert(report);
        Receipt::Late
    }

    fn rows_of<'a>(&'a self, deployment: &'a DeploymentId) -> impl Iterator<Item = &'a Row> {
        let rows = self.unfinished.iter().filter_map(|it| self.rows.get(it));
        rows.filter(move |it| it.order.deployment == *deployment)
    }

    pub(super) fn reported<'a>(
        &'a self,
        deployment: &'a DeploymentId,
    ) -> impl Iterator<Item = Reported> {
        self.rows_of(deployment).filter(|it| it.state == OrderState::Reported).filter_map(|it| {
            let (deployment, order) = (it.order.deployment.clone(), it.order.id.clone());
            Some(Reported { deployment, order, token: it.token, report: it.report.clone()? })
        })
    }

    pub(super) fn late<'a>(
        &'a self,
        deployment: &'a DeploymentId,
    ) -> impl Iterator<Item = Reported> {
        let ours = self.late.iter().filter(move |((of, ..), _)| of == deployment);
        ours.map(|((deployment, order, token), report)| Reported {
            deployment: deployment.clone(),
            order: order.clone(),
            token: *token,
            report: report.clone(),
        })
    }

    pub(super) fn expired(&self, deployment: &DeploymentId, now_us: i64) -> Vec<OrderId> {
        let held = self.rows_of(deployment).filter(|it| it.state == OrderState::Held);
        let mut gone: Vec<&Row> = held.filter(|it| it.held_until_us <= now_us).collect();
        gone.sort_by_key(|it| it.held_until_us);
        gone.into_iter().map(|it| it.order.id.clone()).collect()
    }

    pub(super) fn unfinished<'a>(
        &'a self,
        deployment: &'a DeploymentId,
    ) -> impl Iterator<Item = OpenOrder> {
        self.rows_of(deployment).map(|it| OpenOrder {
            order: it.order.clone(),
            intent: it.intent,
            state: it.state,
            token: it.token,
            holder: it.holder.clone(),
        })
    }
}
