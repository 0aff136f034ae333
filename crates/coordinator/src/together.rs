//! The intents of orders that travel together, as one entry; and their outcomes, where they arrive so.
//!
//! House rule: no order is carried out before its intent is durable. One entry holds the
//! intents of a whole bundle: they stand or fall together, and a step costs a name more. Outcomes come
//! one by one; those of one track that are heard of before anything is written share an entry too.

use crate::flight::Landed;
use model::event::Event;
use model::order::{Ending, Order, OrderEnd, Outcome};
use model::scope::Scope;
use model::state::State;
use std::collections::HashMap;

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

/// Returns what has `landed` as events: successes of one track that follow one another share one. Of what
/// `state` does not know there is nothing to say: somebody else put it into the queue.
pub(crate) fn ended(state: &State, landed: &[Landed]) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    // Where the last success of each track stands, as long as nothing else of it has landed since.
    let mut open: HashMap<(&Scope, u32), usize> = HashMap::new();
    for Landed { order, ending, .. } in landed {
        let Some(place) = state.orders.get(order) else { continue };
        let (order, track) = (order.clone(), (&place.scope, place.track));
        let succeeded = match ending {
            Ending::Ended(report) if matches!(report.outcome, Outcome::Succeeded { .. }) => {
                Some(OrderEnd { order: order.clone(), report: report.clone() })
            }
            Ending::Ended(_) | Ending::Withheld { .. } => None,
        };
        let Some(end) = succeeded else {
            open.remove(&track);
            events.push(match ending {
                Ending::Ended(report) => Event::OrderEnded { order, report: report.clone() },
                Ending::Withheld { why } => Event::OrderWithdrawn { order, why: why.clone() },
            });
            continue;
        };
        let before = open.get(&track).and_then(|it| events.get_mut(*it));
        if let Some(Event::OrdersEnded { ended }) = before {
            ended.push(end);
        } else {
            open.insert(track, events.len());
            events.push(Event::OrdersEnded { ended: vec![end] });
        }
    }
    for event in &mut events {
        if let Event::OrdersEnded { ended } = event
            && let [OrderEnd { order, report }] = ended.as_slice()
        {
            *event = Event::OrderEnded { order: order.clone(), report: report.clone() };
        }
    }
    events
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
    use model::event::{Actor, Entry};
    use model::order::{OrderId, Place, Proof, Report, Work};
    use model::plan::MasterProjectPlan;
    use model::profile::Purpose;
    use model::state::OrderPlace;

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

    /// Returns a state in which the orders called `names` are under way, each of the site and the track
    /// that its name begins with.
    fn under_way(names: &[&str]) -> State {
        let name = "FG30".parse().unwrap();
        let plan = MasterProjectPlan::empty(name, "Etc/UTC".parse().unwrap());
        let created = Event::DeploymentCreated {
            deployment: plan.deployment.clone(),
            plan: plan.digest(),
            release: plan.release.digest(),
            purpose: Purpose::Rehearsal,
            folder: String::new(),
        };
        let (actor, at) = (Actor::System, "2027-01-04T08:00:00Z".parse().unwrap());
        let entry = Entry { seq: 1, at, actor, baseline: 0, command: None, event: created };
        let mut state = State::begin(&entry, plan.into()).unwrap();
        for name in names {
            let (site, track) = name.split_once('/').unwrap();
            let track = track.split_once('/').unwrap().0.parse().unwrap();
            let scope = Scope::Site(site.parse().unwrap());
            let place = OrderPlace { scope, track, number: 1, since: at, asked: None };
            state.orders.insert(OrderId((*name).into()), place);
        }
        state
    }

    fn landed(name: &str, outcome: Option<Outcome>) -> Landed {
        let ending = match outcome {
            None => Ending::Withheld { why: "it was called back".to_owned() },
            Some(outcome) => Ending::Ended(Report::unseen(outcome)),
        };
        Landed { order: OrderId(name.into()), token: None, ending }
    }

    #[test]
    fn successes_of_one_track_that_landed_together_share_an_entry_and_nothing_else_does() {
        let well = || Some(Outcome::Succeeded { proof: Proof::Watched });
        let unknown = || Some(Outcome::Unknown { why: "it went away".to_owned() });
        let all = ["a/0/1", "b/0/1", "a/0/2", "a/1/1", "b/0/2", "b/0/3", "a/0/3"];
        let state = under_way(&all);
        let outcomes = [well(), well(), well(), well(), unknown(), None, well()];
        let landed: Vec<Landed> =
            all.into_iter().zip(outcomes).map(|(name, it)| landed(name, it)).collect();
        let told: Vec<String> = ended(&state, &landed)
            .iter()
            .map(|event| {
                let names: Vec<&str> = event.ends().map(|(it, _)| &*it.0).collect();
                let kind = match names.len() {
                    0 => "withdrawn",
                    1 if matches!(event, Event::OrderEnded { .. }) => "alone",
                    _ => "together",
                };
                format!("{kind} {}", names.join(" "))
            })
            .collect();
        let expected = [
            "together a/0/1 a/0/2 a/0/3",
            "alone b/0/1",
            "alone a/1/1",
            "alone b/0/2",
            "withdrawn ",
        ];
        assert_eq!(told, expected);
    }
}
