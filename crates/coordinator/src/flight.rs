//! Orders in flight: handed to whoever carries them out, with their outcomes on the way back.

use crate::effects::Effects;
use executor::Cancel;
use model::order::{Intent, OrderId, Report};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Orders in flight.
pub(crate) struct Flight {
    effects: Arc<dyn Effects>,
    in_flight: HashMap<OrderId, (u64, Cancel)>,
    ended: mpsc::UnboundedReceiver<Landed>,
    ending: mpsc::UnboundedSender<Landed>,
}

/// An order that has come to its end, with the token under which it was held.
pub(crate) struct Landed {
    pub(crate) order: OrderId,
    pub(crate) token: u64,
    pub(crate) report: Report,
}

/// The most outcomes that go into one append.
const BATCH: usize = 2_000;

impl Flight {
    pub(crate) fn new(effects: Arc<dyn Effects>) -> Self {
        // Bounded by the orders in flight, which the planner bounds.
        let (ending, ended) = mpsc::unbounded_channel();
        Self { effects, in_flight: HashMap::new(), ended, ending }
    }

    /// Hands an order out. `is_new` says that nobody can have begun it before.
    pub(crate) fn launch(&mut self, intent: Intent, is_new: bool) {
        let cancel = Cancel::new();
        let (order, token) = (intent.order().id.clone(), intent.token());
        self.in_flight.insert(order.clone(), (token, cancel.clone()));
        let (effects, ending) = (self.effects.clone(), self.ending.clone());
        tokio::spawn(async move {
            let report = if is_new {
                effects.carry_out(&intent, &cancel).await
            } else {
                effects.resume(&intent, &cancel).await
            };
            // Nobody listens any more when the driver has stopped: the journal still knows.
            let _unheard = ending.send(Landed { order, token, report });
        });
    }

    pub(crate) fn len(&self) -> usize {
        self.in_flight.len()
    }

    /// Returns the outcomes that have arrived, without waiting.
    pub(crate) fn arrived(&mut self, landed: &mut Vec<Landed>) {
        while landed.len() < BATCH
            && let Ok(one) = self.ended.try_recv()
        {
            landed.push(one);
        }
    }

    /// Waits for the next outcome.
    pub(crate) async fn next(&mut self) -> Option<Landed> {
        self.ended.recv().await
    }

    /// Asks that an order be stopped; it ends as what can then be known of it.
    pub(crate) fn stop(&self, order: &OrderId, who: &str) {
        if let Some((_, cancel)) = self.in_flight.get(order) {
            cancel.stop(who);
        }
    }

    /// Forgets an order whose outcome is durable.
    pub(crate) fn done(&mut self, order: &OrderId) {
        self.in_flight.remove(order);
    }
}
