//! Orders in flight: handed to whoever carries them out, with their outcomes on the way back.

use crate::effects::Effects;
use crate::telling::Telling;
use executor::Cancel;
use model::order::{Ending, Intent, OrderId};
use model::scope::Scope;
use model::state::State;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Orders in flight.
pub(crate) struct Flight {
    effects: Arc<dyn Effects>,
    in_flight: HashMap<OrderId, Cancel>,
    ended: mpsc::UnboundedReceiver<Landed>,
    ending: mpsc::UnboundedSender<Landed>,
    /// What carries them out. Nothing goes out any more once nobody listens; what has begun goes on on its
    /// computer.
    carrying_out: JoinSet<()>,
}

/// Whether somebody can have begun an order before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    /// Nobody can.
    Nobody,
    /// An earlier leader, or this one before it was killed, may have.
    Perhaps,
}

/// How orders are handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Handed {
    /// Whether somebody can have begun them before.
    pub(crate) before: Before,
    /// Until when they may begin: what the record allowed then, it may not allow later.
    pub(crate) until: Instant,
}

/// An order that has come to its end, with the token under which it was held.
pub(crate) struct Landed {
    pub(crate) order: OrderId,
    /// Nothing where nobody has had it.
    pub(crate) token: Option<u64>,
    pub(crate) ending: Ending,
}

/// Who calls back what must not begin any more: reads well after "called back by".
pub(crate) const CALLED_BACK: &str = "the engine: what it belongs to goes on no longer";

/// A track, by its component or site.
type TrackOf<'s> = (&'s Scope, u32);

/// The most outcomes that go into one append.
const BATCH: usize = 2_000;

impl Flight {
    pub(crate) fn new(effects: Arc<dyn Effects>) -> Self {
        // Bounded by the orders in flight, which the planner bounds.
        let (ending, ended) = mpsc::unbounded_channel();
        let (in_flight, carrying_out) = (HashMap::new(), JoinSet::new());
        Self { effects, in_flight, ended, ending, carrying_out }
    }

    /// Hands orders out, in the order of their intents: those of one track together. Those that are
    /// `called_back` do not begin any more.
    pub(crate) fn launch_tracks(
        &mut self,
        state: &State,
        mut granted: Vec<Intent>,
        handed: Handed,
        called_back: &[OrderId],
    ) {
        granted.sort_by_key(Intent::seq);
        let mut tracks: Vec<(Option<TrackOf<'_>>, Vec<Intent>)> = Vec::new();
        for intent in granted {
            let place = state.orders.get(&intent.order().id);
            let track = place.map(|it| (&it.scope, it.track));
            match tracks.last_mut().filter(|(last, _)| track.is_some() && *last == track) {
                Some((_, intents)) => intents.push(intent),
                None => tracks.push((track, vec![intent])),
            }
        }
        for (_, intents) in tracks {
            self.launch(intents, handed, called_back);
        }
    }

    /// Hands the orders of one track out, each to begin after the one before it has
    /// succeeded.
    fn launch(&mut self, intents: Vec<Intent>, handed: Handed, called_back: &[OrderId]) {
        let cancel = |it| (it, Cancel::begun_until(handed.until));
        let orders: Vec<(Intent, Cancel)> = intents.into_iter().map(cancel).collect();
        for (intent, cancel) in &orders {
            if called_back.contains(&intent.order().id) {
                cancel.withhold(CALLED_BACK);
            }
            self.in_flight.insert(intent.order().id.clone(), cancel.clone());
        }
        let (effects, ending) = (self.effects.clone(), self.ending.clone());
        while self.carrying_out.try_join_next().is_some() {}
        self.carrying_out.spawn(async move {
            let mut telling = Telling::of(&orders, |intent, it| {
                let (order, token) = (intent.order().id.clone(), Some(intent.token()));
                // Nobody listens any more when the driver has stopped: the journal still knows.
                let _unheard = ending.send(Landed { order, token, ending: it });
            });
            let mut tell = |it| telling.tell(it);
            match handed.before {
                Before::Nobody => effects.carry_out_all(&orders, &mut tell).await,
                Before::Perhaps => effects.resume_all(&orders, &mut tell).await,
            }
        });
    }

    /// Lets orders whose ends nobody here can find out land at `until`, one after the other, each with what is
    /// said of it.
    pub(crate) fn land_at(&mut self, until: Instant, all: Vec<Landed>) {
        for landed in &all {
            self.in_flight.insert(landed.order.clone(), Cancel::begun_until(until));
        }
        let ending = self.ending.clone();
        self.carrying_out.spawn(async move {
            tokio::time::sleep_until(until).await;
            for landed in all {
                let _unheard = ending.send(landed);
            }
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
        if let Some(cancel) = self.in_flight.get(order) {
            cancel.stop(who);
        }
    }

    /// Asks that orders which stand behind others do not begin, where they have not.
    pub(crate) fn call_back(&self, orders: &[OrderId]) {
        for cancel in orders.iter().filter_map(|it| self.in_flight.get(it)) {
            cancel.withhold(CALLED_BACK);
        }
    }

    /// Forgets an order whose outcome is durable.
    pub(crate) fn done(&mut self, order: &OrderId) {
        self.in_flight.remove(order);
    }
}
