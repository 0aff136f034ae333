//! The intents of orders that travel together, as one entry.
//!
//! House rule: no order is carried out before its intent is durable. One entry holds the
//! intents of a whole bundle: they stand or fall together, and a step costs a name more.

use model::event::Event;
use model::order::Order;

/// Returns the orders of an agenda with the event that intends them: those of one track that follow
/// one another share one.
pub(crate) fn intended(orders: Vec<(Event, Order)>) -> Vec<(Event, Vec<Order>)> {
    let mut bundles: Vec<(Event, Vec<Order>)> = Vec::new();
    for (event, order) in orders {
        match bundles.last_mut() {
            Some((first, together)) if is_of_one_track(first, &event) => together.push(order),
            Some(_) | None => bundles.push((event, vec![order])),
        }
    }
    for (event, together) in &mut bundles {
        if together.len() > 1
            && let Event::OrderIntended { scope, track, .. } = event
        {
            let orders = together.iter().map(|it| it.id.clone()).collect();
            *event = Event::OrdersIntended { orders, scope: scope.clone(), track: *track };
        }
    }
    bundles
}

fn is_of_one_track(one: &Event, other: &Event) -> bool {
    if let (
        Event::OrderIntended { scope: one, track, .. },
        Event::OrderIntended { scope: other, track: same, .. },
    ) = (one, other)
    {
        return one == other && track == same;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::digest::Digest;
    use model::order::{OrderId, Place, Work};
    use model::scope::Scope;

    /// Returns the intent of an order of the site `site`, on `track`.
    fn one(site: &str, track: u32, number: u32) -> (Event, Order) {
        let scope = Scope::Site(site.parse().unwrap());
        let id = OrderId(format!("{site}/{track}/{number}").into());
        let order = Order {
            id: id.clone(),
            deployment: "FG30".parse().unwrap(),
            place: Place::Here { computer: "pc".parse().unwrap() },
            work: Work::Script { text: "true".to_owned() },
            verify: None,
            environment: [].into(),
            time_limit_s: 60,
            authorised: Digest::of(b"plan"),
        };
        (Event::OrderIntended { order: id, scope, track }, order)
    }

    #[test]
    fn the_orders_of_one_track_share_an_entry_and_no_others_do() {
        let agenda =
            vec![one("a", 0, 1), one("a", 0, 2), one("a", 0, 3), one("a", 1, 1), one("b", 1, 1)];
        let names = |orders: &[OrderId]| -> Vec<String> {
            orders.iter().map(ToString::to_string).collect()
        };
        let found: Vec<(Vec<String>, usize, bool)> = intended(agenda)
            .iter()
            .map(|(event, orders)| {
                let is_shared = matches!(event, Event::OrdersIntended { .. });
                (names(event.intends()), orders.len(), is_shared)
            })
            .collect();
        let named = |it: &[&str]| it.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            found,
            [
                (named(&["a/0/1", "a/0/2", "a/0/3"]), 3, true),
                (named(&["a/1/1"]), 1, false),
                (named(&["b/1/1"]), 1, false),
            ]
        );
    }
}
