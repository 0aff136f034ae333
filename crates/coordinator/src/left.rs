//! Orders that are left for workers to claim, as the driver sees them.
//!
//! It asks the record what workers have reported, takes back what nobody has claimed and must
//! not begin any more, and leaves word where a held one is to be stopped.

use crate::flight::{CALLED_BACK, Landed};
use crate::journals::out_of_reach;
use model::id::DeploymentId;
use model::order::{Ending, Intent, OrderId};
use model::state::State;
use record::{Change, OpenOrder, Record, RecordError, beside_unknown_ending, unsealed_ending};
use std::collections::{HashMap, HashSet};

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

/// Orders that were taken up, by what becomes of them.
#[derive(Default)]
pub(crate) struct TakenUp {
    /// These are asked for on their computers.
    pub(crate) resumed: Vec<Intent>,
    /// Nobody here can find out what became of these, which is said of them in this order.
    pub(crate) lost: Vec<Landed>,
    /// These the deployment does not know: each order leaves the queue with its end, so somebody else put them
    /// there.
    pub(crate) strange: Vec<Landed>,
}

/// Returns what becomes of what was `left` and is taken up by `holder`: of some it got licences, and some are
/// `unsealed`, each with its token. Outcomes of a track count one after the other, so where one of them is lost,
/// all of its track are.
pub(crate) fn taken_up(
    state: &State,
    left: &[OpenOrder],
    granted: Vec<Intent>,
    unsealed: Vec<(OrderId, u64)>,
    holder: &str,
) -> TakenUp {
    let mut granted: HashMap<OrderId, Intent> =
        granted.into_iter().map(|it| (it.order().id.clone(), it)).collect();
    let unsealed: HashMap<OrderId, u64> = unsealed.into_iter().collect();
    let track = |id: &OrderId| state.orders.get(id).map(|it| (&it.scope, it.track));
    let mut endings: HashMap<&OrderId, Ending> = HashMap::new();
    let mut broken = HashSet::new();
    for OpenOrder { id, holder: before, .. } in left {
        let report = || {
            let order = granted.get(id)?.order();
            out_of_reach(order, before.as_deref()?, holder)
        };
        let ending = match unsealed.contains_key(id) {
            true => Some(unsealed_ending()),
            false => report().map(Ending::Ended),
        };
        if let Some(ending) = ending {
            endings.insert(id, ending);
            broken.extend(track(id));
        }
    }
    let mut all = TakenUp::default();
    for OpenOrder { id, .. } in left {
        let intent = granted.remove(id);
        let token = intent.as_ref().map(Intent::token).or_else(|| unsealed.get(id).copied());
        let landed = |ending| Landed { order: id.clone(), token, ending };
        match (token, track(id), intent) {
            (None, ..) => {}
            (Some(_), None, _) => all.strange.push(landed(unsealed_ending())),
            (Some(_), Some(track), Some(intent)) if !broken.contains(&track) => {
                all.resumed.push(intent);
            }
            (Some(_), Some(_), _) => {
                let ending = endings.remove(id);
                all.lost.push(landed(ending.unwrap_or_else(beside_unknown_ending)));
            }
        }
    }
    all
}

/// Returns the orders of `state` that an earlier leader took back and could not record any more:
/// they are in flight, and no longer in the queue.
pub(crate) fn withdrawn_unrecorded(state: &State, left: &[OpenOrder]) -> Vec<Landed> {
    let open: HashSet<&OrderId> = left.iter().map(|it| &it.id).collect();
    let orders = state.orders.iter().filter(|(id, it)| it.asked.is_none() && !open.contains(id));
    let mut gone: Vec<OrderId> = orders.map(|(id, _)| id.clone()).collect();
    gone.sort();
    withdrawn(gone)
}
