//! Queues that somebody without the key has written to.

use super::{
    Home, Kind, LONG, NONE, fg30, intending, intending_together, key, lead, new_order, one,
};
use super::{order_id, signer};
use crate::notary::Notary;
use crate::sql::SqlRecord;
use crate::{
    Change, Head, Location, NewOrder, Record, Signer, beside_unknown_ending, rotation,
    unsealed_ending,
};
use std::sync::Arc;

const KINDS: [Kind; 2] = [Kind::Sqlite, Kind::Postgres];

/// The statement with which somebody puts an order of their own into the queue, like `a#1` in all but its name
/// and what it does.
const FORGED: &str = "INSERT INTO orders
        (deployment, number, id, intent, state, token, holder, held_until, body)
    SELECT deployment, number + 100, 'forged#1', intent, state, token, holder, held_until,
        replace(replace(body, 'a#1', 'forged#1'), 'landfall', 'owned')
    FROM orders WHERE id = 'a#1'";

/// Returns the record as whoever can write to its database has it.
pub(super) async fn opened(home: &Home, signer: Signer) -> SqlRecord {
    let notary = Notary::open(signer, None).unwrap();
    match &home.location {
        Location::Memory => panic!("nobody else writes to memory"),
        Location::Sqlite(path) => SqlRecord::sqlite(path, notary).await.unwrap(),
        Location::Postgres(url) => SqlRecord::postgres(url, notary).await.unwrap(),
    }
}

/// Returns a record that somebody leads, with these orders.
async fn with(kind: Kind, orders: Vec<NewOrder>) -> (Home, SqlRecord, Head) {
    let home = Home::new(kind);
    let record = opened(&home, signer()).await;
    record.create(&fg30()).await.unwrap();
    lead(&record, "leader").await;
    let head = record.head(&fg30()).await.unwrap();
    let appended = record.append(&fg30(), &head, intending(orders)).await.unwrap();
    (home, record, appended.head)
}

/// Returns the names of the orders that a worker gets which trusts the key of `signer`.
async fn claimed(record: &SqlRecord, signer: &Signer) -> Vec<String> {
    let by = record.enlist("w", LONG).await.unwrap();
    let claimed = record.claim(&by, signer.verifier_key(), 9, LONG).await.unwrap();
    claimed.iter().map(|it| it.intent.order().id.to_string()).collect()
}

/// Returns the names of the orders whose seals did not hold, as whoever leads hears of them.
async fn unsealed(record: &SqlRecord) -> Vec<String> {
    let reported = record.reported(&fg30(), 9).await.unwrap();
    assert!(reported.iter().all(|it| it.ending == unsealed_ending()), "{reported:?}");
    reported.iter().map(|it| it.order.to_string()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_somebody_wrote_or_changed_is_given_to_nobody_and_its_leader_hears_of_it() {
    for kind in KINDS {
        for (statement, given, not_given) in [
            (FORGED, &["a#1", "b#1"][..], &["forged#1"][..]),
            (
                "UPDATE orders SET body = replace(body, 'echo', 'rm') WHERE id = 'a#1'",
                &["b#1"],
                &["a#1"],
            ),
            ("UPDATE orders SET body = 'no JSON' WHERE id = 'b#1'", &["a#1"], &["b#1"]),
            ("UPDATE orders SET intent = 9 WHERE id = 'b#1'", &["a#1"], &["b#1"]),
            ("UPDATE orders SET intent = -1 WHERE id = 'b#1'", &["a#1"], &["b#1"]),
            ("UPDATE orders SET id = 'c#1' WHERE id = 'b#1'", &["a#1"], &["c#1"]),
            ("UPDATE orders SET number = number + 50 WHERE id = 'b#1'", &["a#1"], &["b#1"]),
            ("UPDATE seals SET first = first - 1", &[], &["a#1", "b#1"]),
            ("UPDATE seals SET note = ''", &[], &["a#1", "b#1"]),
            ("DELETE FROM seals", &[], &["a#1", "b#1"]),
        ] {
            let orders = vec![new_order("a#1", None), new_order("b#1", None)];
            let (_home, record, _) = with(kind, orders).await;
            record.tamper(statement).await.unwrap();
            assert_eq!(claimed(&record, &signer()).await, given, "{kind:?}: {statement}");
            assert_eq!(unsealed(&record).await, not_given, "{kind:?}: {statement}");
            assert_eq!(claimed(&record, &signer()).await, [""; 0], "{kind:?}: {statement}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_orders_that_travel_together_none_runs_without_those_before_it() {
    for kind in KINDS {
        for (changed, given, at_last) in [
            ("a#1", &[][..], &["a#1", "b#1", "c#1"][..]),
            ("b#1", &["a#1"], &["b#1", "c#1"]),
            ("c#1", &["a#1", "b#1"], &["c#1"]),
        ] {
            let (_home, record, head) = with(kind, vec![]).await;
            let orders = ["a#1", "b#1", "c#1"].map(|it| new_order(it, None)).to_vec();
            let head =
                record.append(&fg30(), &head, intending_together(orders)).await.unwrap().head;
            let change = format!("UPDATE orders SET body = 'other' WHERE id = '{changed}'");
            record.tamper(&change).await.unwrap();
            let by = record.enlist("w", LONG).await.unwrap();
            let claimed = record.claim(&by, &key(), 9, LONG).await.unwrap();
            let names = claimed.iter().map(|it| it.intent.order().id.to_string());
            assert_eq!(names.collect::<Vec<_>>(), given, "{kind:?}: {changed}");
            // What is left comes up once those before it have ended.
            let settle = claimed.iter().map(|it| (it.intent.order().id.clone(), it.intent.token()));
            let change = Change { settle: settle.collect(), ..one("ended") };
            record.append(&fg30(), &head, change).await.unwrap();
            assert_eq!(
                record.claim(&by, &key(), 9, LONG).await.unwrap(),
                [],
                "{kind:?}: {changed}"
            );
            let reported = record.reported(&fg30(), 9).await.unwrap();
            let names: Vec<_> = reported.iter().map(|it| it.order.to_string()).collect();
            assert_eq!(names, at_last, "{kind:?}: {changed}");
            let endings = std::iter::once(unsealed_ending())
                .chain(std::iter::repeat_with(beside_unknown_ending));
            assert!(
                reported.iter().zip(endings).all(|(it, ending)| it.ending == ending),
                "{reported:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_may_still_wake_up_and_begin_is_not_called_unknown_yet_and_takes_no_place() {
    for kind in KINDS {
        let orders = vec![new_order("a#1", None), new_order("b#1", None)];
        let (_home, record, _) = with(kind, orders).await;
        let by = record.enlist("frozen", LONG).await.unwrap();
        assert_eq!(record.claim(&by, &key(), 1, NONE).await.unwrap().len(), 1, "{kind:?}");
        record.tamper("UPDATE orders SET body = 'other' WHERE id = 'a#1'").await.unwrap();
        let awake = record.enlist("awake", LONG).await.unwrap();
        let claimed = record.claim(&awake, &key(), 1, LONG).await.unwrap();
        let names: Vec<_> = claimed.iter().map(|it| it.intent.order().id.to_string()).collect();
        assert_eq!(names, ["b#1"], "{kind:?}");
        assert_eq!(unsealed(&record).await, [""; 0], "{kind:?}: its lease has just run out");
        let later = "UPDATE orders SET held_until = held_until - 180000000 WHERE id = 'a#1'";
        record.tamper(later).await.unwrap();
        assert_eq!(record.claim(&awake, &key(), 1, LONG).await.unwrap(), [], "{kind:?}");
        assert_eq!(unsealed(&record).await, ["a#1"], "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_takes_orders_up_gets_no_licence_for_one_that_is_not_sealed() {
    for kind in KINDS {
        let orders = vec![new_order("a#1", Some("here")), new_order("b#1", Some("here"))];
        let (_home, record, head) = with(kind, orders).await;
        record
            .tamper("UPDATE orders SET body = replace(body, 'echo', 'rm') WHERE id = 'b#1'")
            .await
            .unwrap();
        let regrant = ["a#1", "b#1"].map(|it| (order_id(it), "here".to_owned())).to_vec();
        let change = Change { regrant, ..Change::default() };
        let appended = record.append(&fg30(), &head, change).await.unwrap();
        let granted: Vec<_> = appended.granted.iter().map(|it| it.order().id.to_string()).collect();
        assert_eq!(granted, ["a#1"], "{kind:?}");
        let [(order, token)] = &appended.unsealed[..] else { panic!("{:?}", appended.unsealed) };
        assert_eq!(order.to_string(), "b#1", "{kind:?}");
        // Its token settles it.
        let change = Change { settle: vec![(order.clone(), *token)], ..one("ended") };
        record.append(&fg30(), &appended.head, change).await.unwrap();
        assert_eq!(record.open_orders(&fg30()).await.unwrap().len(), 1, "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_trusts_another_key_gets_nothing_and_spoils_nothing() {
    for kind in KINDS {
        let (_home, record, _) = with(kind, vec![new_order("a#1", None)]).await;
        assert_eq!(claimed(&record, &Signer::from_seed([8; 32])).await, [""; 0], "{kind:?}");
        assert_eq!(unsealed(&record).await, [""; 0], "{kind:?}");
        // Whoever writes another key beside the record has nothing run by those who trust it.
        let other = Signer::from_seed([8; 32]);
        let vkey = format!("UPDATE deployments SET vkey = '{}'", other.verifier_key());
        record.tamper(&vkey).await.unwrap();
        assert_eq!(claimed(&record, &other).await, [""; 0], "{kind:?}");
        assert_eq!(claimed(&record, &signer()).await, [""; 0], "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_while_the_key_is_rotated_is_given_under_the_new_one() {
    for kind in KINDS {
        let orders = ["a#1", "b#1", "c#1"].map(|it| new_order(it, None)).to_vec();
        let (home, record, head) = with(kind, orders).await;
        record.tamper("UPDATE orders SET body = 'other' WHERE id = 'b#1'").await.unwrap();
        let new = Signer::from_seed([9; 32]);
        let note = rotation(head.seq + 1, &head.hash, &signer(), &new);
        let event =
            serde_json::json!({ "event": { "history": { "key-rotated": { "note": note } } } });
        let change =
            Change { entries: vec![serde_json::to_vec(&event).unwrap()], ..Change::default() };
        let under = opened(&home, Signer::from_seed([9; 32])).await;
        under.append(&fg30(), &head, change).await.unwrap();
        assert_eq!(claimed(&record, &signer()).await, [""; 0], "{kind:?}");
        assert_eq!(claimed(&record, &new).await, ["a#1", "c#1"], "{kind:?}");
        assert_eq!(unsealed(&record).await, ["b#1"], "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seals_go_with_their_orders() {
    for kind in KINDS {
        let (_home, record, mut head) = with(kind, vec![new_order("first#1", Some("here"))]).await;
        for round in 0..20 {
            let orders = vec![new_order(&format!("a#{round}"), Some("here"))];
            let appended = record.append(&fg30(), &head, intending_together(orders)).await.unwrap();
            let settle = appended.granted.iter().map(|it| (it.order().id.clone(), it.token()));
            let change = Change { settle: settle.collect(), ..one("ended") };
            head = record.append(&fg30(), &appended.head, change).await.unwrap().head;
        }
        // That of the order that is left, and that of the last one.
        assert_eq!(record.count("SELECT COUNT(*) FROM seals").await.unwrap(), 2, "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_gives_a_worker_what_is_signed_with_the_key_that_it_trusts() {
    let home = Home::new(Kind::Memory);
    let (record, deployment, head) = home.led().await;
    let record: Arc<dyn Record> = record;
    let change = intending(vec![new_order("a#1", None)]);
    record.append(&deployment, &head, change).await.unwrap();
    let by = record.enlist("w", LONG).await.unwrap();
    let other = Signer::from_seed([8; 32]);
    assert_eq!(record.claim(&by, other.verifier_key(), 9, LONG).await.unwrap(), []);
    assert_eq!(record.claim(&by, &key(), 9, LONG).await.unwrap().len(), 1);
}
