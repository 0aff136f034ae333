//! Orders that are left for workers to claim, as the driver sees them.
//!
//! It asks the record what workers have reported, takes back what nobody has claimed and must
//! not begin any more, and leaves word where a held one is to be stopped.

use crate::flight::{CALLED_BACK, Landed};
use model::id::DeploymentId;
use model::order::{Ending, OrderId};
use model::state::State;
use record::{Change, OpenOrder, Record, RecordError, unsealed_ending};
use std::collections::HashSet;

/// The most reports that go into one append.
const REPORTS_MAX: u32 = 2_000;

/// What was asked of the queue and is not answered yet.
#[derive(Default)]
pub(crate) struct Left {
    /// Orders that were to be taken back: whoever has claimed one brings it to its end.
    taken_back: HashSet<OrderId>,
    /// Orders whose holders know that they are to stop.
    stopped: HashSet<OrderId>,
}

/// What one change asks of the queue. It counts once the change is durable.
pub(crate) struct Asked {
    taken_back: Vec<OrderId>,
    stopped: Vec<OrderId>,
}

impl Asked {
    /// Returns what `change` asks.
    pub(crate) fn by(change: &Change) -> Self {
        let stopped = change.stop.iter().map(|(order, _)| order.clone()).collect();
        Self { taken_back: change.withdraw.clone(), stopped }
    }

    /// Returns whether it is nothing.
    pub(crate) fn is_nothing(&self) -> bool {
        self.taken_back.is_empty() && self.stopped.is_empty()
    }
}

impl Left {
    /// Adds to `change` what of `called_back` is to be taken back where nobody has claimed it, and not
    /// to be begun where somebody has.
    pub(crate) fn take_back(&self, called_back: &[OrderId], change: &mut Change) {
        for order in called_back {
            // What this very change gives is taken back by the next one.
            if change.orders.iter().all(|it| it.order.id != *order)
                && !change.withdraw.contains(order)
                && !self.taken_back.contains(order)
            {
                change.withdraw.push(order.clone());
                change.withhold.push((order.clone(), CALLED_BACK.to_owned()));
            }
        }
    }

    /// Adds to `change` the orders that somebody wants stopped, for whoever holds them.
    pub(crate) fn stop(&self, state: &State, change: &mut Change) {
        for (order, who) in state.cancelled_orders() {
            if state.orders.get(order).is_some_and(|it| it.asked.is_none())
                && change.settle.iter().all(|(it, _)| it != order)
                && change.orders.iter().all(|it| it.order.id != *order)
                && !self.stopped.contains(order)
            {
                change.stop.push((order.clone(), who.to_string()));
            }
        }
    }

    /// Keeps that a change which is durable now has `asked` this: it is not asked again.
    pub(crate) fn has_asked(&mut self, asked: Asked) {
        self.taken_back.extend(asked.taken_back);
        self.stopped.extend(asked.stopped);
    }

    /// Forgets what has come to its end.
    pub(crate) fn forget_ended(&mut self, state: &State) {
        self.taken_back.retain(|it| state.orders.contains_key(it));
        self.stopped.retain(|it| state.orders.contains_key(it));
    }
}

/// Returns what workers have reported and is not in the record yet.
///
/// # Errors
///
/// When the record cannot be read.
pub(crate) async fn reported(
    record: &dyn Record,
    deployment: &DeploymentId,
) -> Result<Vec<Landed>, RecordError> {
    let reports = record.reported(deployment, REPORTS_MAX).await?;
    let landed = reports.into_iter().map(|it| Landed {
        order: it.order,
        token: Some(it.token),
        ending: it.ending,
    });
    Ok(landed.collect())
}

/// Returns that these orders were taken back before anybody had them.
pub(crate) fn withdrawn(orders: impl IntoIterator<Item = OrderId>) -> Vec<Landed> {
    let landed = |order| {
        let why = format!("it was called back by {CALLED_BACK}");
        Landed { order, token: None, ending: Ending::Withheld { why } }
    };
    orders.into_iter().map(landed).collect()
}

/// Returns what is said of orders that were to be taken up and are not what was signed.
pub(crate) fn unsealed(orders: impl IntoIterator<Item = (OrderId, u64)>) -> Vec<Landed> {
    let landed = |(order, token)| Landed { order, token: Some(token), ending: unsealed_ending() };
    orders.into_iter().map(landed).collect()
}

/// Returns those of `left` that `state` does not know: each order leaves the queue with its end, so somebody
/// else put them there.
pub(crate) fn strange<'l>(state: &State, left: &'l [OpenOrder]) -> HashSet<&'l OrderId> {
    left.iter().map(|it| &it.order.id).filter(|id| !state.orders.contains_key(*id)).collect()
}

/// Returns the orders of `state` that an earlier leader took back and could not record any more:
/// they are in flight, and no longer in the queue.
pub(crate) fn withdrawn_unrecorded(state: &State, left: &[OpenOrder]) -> Vec<Landed> {
    let open: HashSet<&OrderId> = left.iter().map(|it| &it.order.id).collect();
    let orders = state.orders.iter().filter(|(id, it)| it.asked.is_none() && !open.contains(id));
    let mut gone: Vec<OrderId> = orders.map(|(id, _)| id.clone()).collect();
    gone.sort();
    withdrawn(gone)
}
