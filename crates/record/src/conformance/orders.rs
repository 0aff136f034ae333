//! The order queue: nobody acts on an order that is not his, however late he wakes.

use super::{Home, LONG, NONE, chapter, intending, new_order, one, order_id, signer, succeeded};
use crate::{Change, OrderState, Receipt, RecordError, Reported};
use model::order::{Intent, OrderId};
use std::collections::BTreeSet;

chapter! {
    open_orders_are_claimed_oldest_first_and_once,
    an_order_may_be_granted_as_it_is_given,
    tokens_only_ever_rise,
    only_the_token_that_is_current_settles_an_order,
    a_frozen_worker_can_neither_renew_nor_report,
    a_report_counts_once_however_often_it_is_sent,
    a_late_report_is_kept_and_never_counts,
    an_order_that_nobody_claimed_can_be_withdrawn,
    an_order_can_be_given_to_another_worker,
    a_lease_is_renewed_only_by_its_holder,
    of_many_claimants_each_order_has_one,
    a_halt_and_a_claim_in_a_race_never_both_have_an_order,
}

fn ids(intents: &[Intent]) -> Vec<String> {
    intents.iter().map(|it| it.order().id.to_string()).collect()
}

fn reported(id: &OrderId, token: u64) -> Reported {
    Reported { deployment: super::fg30(), order: id.clone(), token, report: succeeded() }
}

async fn open_orders_are_claimed_oldest_first_and_once(home: Home) {
    let (record, deployment, head) = home.begun().await;
    let first = intending(vec![new_order("z#1", None), new_order("a#1", None)]);
    let first = record.append(&deployment, &head, first).await.unwrap();
    let second = intending(vec![new_order("m#1", None)]);
    record.append(&deployment, &first.head, second).await.unwrap();

    assert_eq!(record.claim("w", 0, LONG).await.unwrap(), []);
    let claimed = record.claim("w", 2, LONG).await.unwrap();
    assert_eq!(ids(&claimed), ["z#1", "a#1"]);
    assert_eq!(claimed[0].order(), &new_order("z#1", None).order);
    assert_eq!(claimed[0].seq(), 1);
    assert_eq!(ids(&record.claim("v", 9, LONG).await.unwrap()), ["m#1"]);
    assert_eq!(record.claim("w", 9, LONG).await.unwrap(), []);
    let all = record.open_orders(&deployment).await.unwrap();
    let line = |it: &crate::OpenOrder| (it.order.id.to_string(), it.holder.clone(), it.state);
    let held = |id: &str, by: &str| (id.to_owned(), Some(by.to_owned()), OrderState::Held);
    let lines: Vec<_> = all.iter().map(line).collect();
    assert_eq!(lines, [held("z#1", "w"), held("a#1", "w"), held("m#1", "v")]);
}

async fn an_order_may_be_granted_as_it_is_given(home: Home) {
    let (record, deployment, head) = home.begun().await;
    let orders = vec![new_order("a#1", Some("here")), new_order("b#1", None)];
    let appended = record.append(&deployment, &head, intending(orders)).await.unwrap();
    assert_eq!(ids(&appended.granted), ["a#1"]);
    assert!(appended.granted[0].token() > 0);
    // Without a lease it never runs out.
    assert_eq!(record.expired(&deployment).await.unwrap(), []);
    assert_eq!(ids(&record.claim("w", 9, LONG).await.unwrap()), ["b#1"]);
}

async fn tokens_only_ever_rise(home: Home) {
    let (record, deployment, mut head) = home.begun().await;
    let mut last = 0;
    let mut rise = |intents: &[Intent]| {
        for intent in intents {
            assert!(intent.token() > last, "{} after {last}", intent.token());
            last = intent.token();
        }
    };
    for round in 0..3 {
        let name = |it: &str| format!("{it}#{round}");
        let orders = vec![
            new_order(&name("a"), None),
            new_order(&name("b"), Some("here")),
            new_order(&name("c"), Some("here")),
        ];
        let appended = record.append(&deployment, &head, intending(orders)).await.unwrap();
        rise(&appended.granted);
        rise(&record.claim("w", 9, LONG).await.unwrap());
        let regrant = ["c", "a"].map(|it| (order_id(&name(it)), "other".to_owned()));
        let change = Change { regrant: regrant.to_vec(), ..one("regranted") };
        let appended = record.append(&deployment, &appended.head, change).await.unwrap();
        assert_eq!(ids(&appended.granted), [name("c"), name("a")]);
        rise(&appended.granted);
        head = appended.head;
    }
}

async fn only_the_token_that_is_current_settles_an_order(home: Home) {
    let (record, deployment, head) = home.begun().await;
    let orders = vec![new_order("a#1", Some("here")), new_order("b#1", Some("here"))];
    let given = record.append(&deployment, &head, intending(orders)).await.unwrap();
    let [a, b] = [0, 1].map(|it: usize| given.granted[it].token());
    let settle = |id: &str, token| Change { settle: vec![(order_id(id), token)], ..one("ended") };
    let regrant = vec![(order_id("a#1"), "here".to_owned())];
    let again = Change { regrant, ..one("regranted") };
    let again = record.append(&deployment, &given.head, again).await.unwrap();
    let both = vec![(order_id("b#1"), b), (order_id("a#1"), a)];
    for stale in [
        settle("a#1", a),
        settle("b#1", a),
        settle("never#1", 1),
        Change { settle: both, ..one("ended") },
    ] {
        let refused = record.append(&deployment, &again.head, stale).await.unwrap_err();
        assert!(matches!(refused, RecordError::Fenced { .. }), "{refused}");
    }
    assert_eq!(record.head(&deployment).await.unwrap(), again.head);
    let ended = settle("a#1", again.granted[0].token());
    let ended = record.append(&deployment, &again.head, ended).await.unwrap();
    let left = record.open_orders(&deployment).await.unwrap();
    assert_eq!(left.iter().map(|it| it.order.id.to_string()).collect::<Vec<_>>(), ["b#1"]);
    // What has ended, has ended.
    let twice = settle("a#1", again.granted[0].token());
    let refused = record.append(&deployment, &ended.head, twice).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "order a#1 is no longer held as this change supposes; read the open orders and decide again"
    );
}

async fn a_frozen_worker_can_neither_renew_nor_report(home: Home) {
    let (record, deployment, head) = home.begun().await;
    let orders = vec![new_order("a#1", None), new_order("b#1", None)];
    let given = record.append(&deployment, &head, intending(orders)).await.unwrap();
    let frozen = record.claim("frozen", 1, NONE).await.unwrap();
    let token = frozen[0].token();
    assert_eq!(record.expired(&deployment).await.unwrap(), [order_id("a#1")]);
    assert!(record.renew("frozen", &[token], LONG).await.unwrap().is_empty());
    let late = record.report(vec![reported(&order_id("a#1"), token)]).await.unwrap();
    assert_eq!(late, [Receipt::Late]);
    assert_eq!(record.reported(&deployment, 10).await.unwrap(), []);
    // What it held is not up for grabs: somebody has to ask the computer first.
    assert_eq!(ids(&record.claim("awake", 9, LONG).await.unwrap()), ["b#1"]);

    let regrant = vec![(order_id("a#1"), "awake".to_owned())];
    let change = Change { regrant, ..one("regranted") };
    let again = record.append(&deployment, &given.head, change).await.unwrap();
    assert_eq!(record.expired(&deployment).await.unwrap(), []);
    assert!(record.renew("frozen", &[token], LONG).await.unwrap().is_empty());
    let fresh = again.granted[0].token();
    let receipts = record
        .report(vec![reported(&order_id("a#1"), token), reported(&order_id("a#1"), fresh)])
        .await;
    assert_eq!(receipts.unwrap(), [Receipt::Late, Receipt::Accepted]);
    let counted = record.reported(&deployment, 10).await.unwrap();
    assert_eq!(counted, [reported(&order_id("a#1"), fresh)]);
}

async fn a_report_counts_once_however_often_it_is_sent(home: Home) {
    let (record, deployment, head) = home.begun().await;
    let orders = ["a#1", "b#1", "c#1"].map(|it| new_order(it, None)).to_vec();
    let given = record.append(&deployment, &head, intending(orders)).await.unwrap();
    let claimed = record.claim("w", 9, LONG).await.unwrap();
    let all: Vec<_> = claimed.iter().map(|it| reported(&it.order().id, it.token())).collect();
    for _ in 0..2 {
        assert_eq!(record.report(all.clone()).await.unwrap(), [Receipt::Accepted; 3]);
    }
    assert_eq!(record.reported(&deployment, 10).await.unwrap(), all);
    assert_eq!(record.reported(&deployment, 2).await.unwrap(), all[..2]);
    assert_eq!(record.late_reports(&deployment, 10).await.unwrap(), []);
    assert!(record.renew("w", &[all[0].token], LONG).await.unwrap().is_empty());
    // A report that has come is not lost by handing the order on.
    let regrant = vec![(order_id("a#1"), "other".to_owned())];
    let change = Change { regrant, ..Change::default() };
    let refused = record.append(&deployment, &given.head, change).await.unwrap_err();
    assert!(matches!(refused, RecordError::Fenced { .. }), "{refused}");

    let settle = all.iter().map(|it| (it.order.clone(), it.token)).collect();
    let change = Change { settle, ..one("ended") };
    record.append(&deployment, &given.head, change).await.unwrap();
    assert_eq!(record.reported(&deployment, 10).await.unwrap(), []);
    // The worker never heard that its report was accepted.
    assert_eq!(record.report(all.clone()).await.unwrap(), [Receipt::Accepted; 3]);
    assert_eq!(record.report(Vec::new()).await.unwrap(), []);
}

async fn a_late_report_is_kept_and_never_counts(home: Home) {
    let (record, deployment, head) = home.begun().await;
    let given = intending(vec![new_order("a#1", Some("here"))]);
    let given = record.append(&deployment, &head, given).await.unwrap();
    let token = given.granted[0].token();
    let settle = Change { settle: vec![(order_id("a#1"), token)], ..one("ended") };
    record.append(&deployment, &given.head, settle).await.unwrap();
    let late = [reported(&order_id("a#1"), token), reported(&order_id("never#1"), 1)];
    for _ in 0..2 {
        let receipts = record.report(late.to_vec()).await.unwrap();
        assert_eq!(receipts, [Receipt::Late, Receipt::Late]);
    }
    assert_eq!(record.late_reports(&deployment, 10).await.unwrap(), late);
    assert_eq!(record.reported(&deployment, 10).await.unwrap(), []);
}

async fn an_order_that_nobody_claimed_can_be_withdrawn(home: Home) {
    let (record, deployment, head) = home.begun().await;
    let orders = ["a#1", "b#1", "c#1"].map(|it| new_order(it, None)).to_vec();
    let given = record.append(&deployment, &head, intending(orders)).await.unwrap();
    let claimed = record.claim("w", 1, LONG).await.unwrap();
    assert_eq!(ids(&claimed), ["a#1"]);
    let withdraw = ["c#1", "a#1", "b#1", "never#1"].map(order_id).to_vec();
    let halted = Change { withdraw, ..one("halted") };
    let halted = record.append(&deployment, &given.head, halted).await.unwrap();
    assert_eq!(halted.withdrawn, ["c#1", "b#1"].map(order_id));
    assert_eq!(record.claim("w", 9, LONG).await.unwrap(), []);
    let left = record.open_orders(&deployment).await.unwrap();
    assert_eq!((left.len(), left[0].state), (1, OrderState::Held));
    // The name of a withdrawn order is used up too.
    let again = intending(vec![new_order("b#1", None)]);
    let refused = record.append(&deployment, &halted.head, again).await.unwrap_err();
    assert!(matches!(refused, RecordError::Unfit { .. }), "{refused}");
}

async fn an_order_can_be_given_to_another_worker(home: Home) {
    let (record, deployment, head) = home.begun().await;
    let orders = vec![new_order("a#1", None), new_order("b#1", Some("gone"))];
    let given = record.append(&deployment, &head, intending(orders)).await.unwrap();
    let regrant = vec![(order_id("b#1"), "here".to_owned()), (order_id("a#1"), "here".to_owned())];
    let change = Change { regrant, ..Change::default() };
    let again = record.append(&deployment, &given.head, change).await.unwrap();
    assert_eq!(ids(&again.granted), ["b#1", "a#1"]);
    assert_eq!(record.claim("w", 9, LONG).await.unwrap(), []);
    let all = record.open_orders(&deployment).await.unwrap();
    assert!(all.iter().all(|it| it.holder.as_deref() == Some("here") && it.intent == 1));
    let tokens: BTreeSet<u64> = all.iter().map(|it| it.token).collect();
    assert_eq!(tokens, again.granted.iter().map(Intent::token).collect());
}

async fn a_lease_is_renewed_only_by_its_holder(home: Home) {
    let (record, deployment, head) = home.begun().await;
    let orders = ["a#1", "b#1"].map(|it| new_order(it, None)).to_vec();
    record.append(&deployment, &head, intending(orders)).await.unwrap();
    let claimed = record.claim("w", 9, LONG).await.unwrap();
    let tokens: Vec<u64> = claimed.iter().map(Intent::token).collect();
    assert!(record.renew("thief", &tokens, LONG).await.unwrap().is_empty());
    assert!(record.renew("w", &[], LONG).await.unwrap().is_empty());
    let asked = [tokens[1], 0, tokens[0], tokens[1]];
    assert_eq!(record.renew("w", &asked, LONG).await.unwrap(), tokens);
    assert_eq!(record.renew("w", &tokens[..1], NONE).await.unwrap(), tokens[..1]);
    assert_eq!(record.renew("w", &tokens, LONG).await.unwrap(), tokens[1..]);
    assert_eq!(record.expired(&deployment).await.unwrap(), [order_id("a#1")]);
}

async fn of_many_claimants_each_order_has_one(home: Home) {
    let (record, deployment, head) = home.begun().await;
    let orders = (0..200).map(|it| new_order(&format!("o#{it}"), None)).collect();
    record.append(&deployment, &head, intending(orders)).await.unwrap();
    let workers = (0..8).map(|worker| {
        let record = record.clone();
        tokio::spawn(async move {
            let mut mine = Vec::new();
            loop {
                let claimed = record.claim(&worker.to_string(), 7, LONG).await.unwrap();
                let reports = claimed.iter().map(|it| reported(&it.order().id, it.token()));
                let receipts = record.report(reports.collect()).await.unwrap();
                assert!(receipts.iter().all(|it| *it == Receipt::Accepted));
                mine.extend(ids(&claimed));
                // Rows that another claimant was taking are passed over, so ask until none are open.
                let open = record.open_orders(&super::fg30()).await.unwrap();
                if !open.iter().any(|it| it.state == OrderState::Open) {
                    return mine;
                }
            }
        })
    });
    let mut all = Vec::new();
    for worker in workers.collect::<Vec<_>>() {
        all.extend(worker.await.unwrap());
    }
    assert_eq!(all.len(), 200);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 200);
    let tokens: BTreeSet<u64> =
        record.reported(&deployment, 1_000).await.unwrap().iter().map(|it| it.token).collect();
    assert_eq!(tokens.len(), 200);
    crate::verify(&*record, &deployment, signer().verifier_key()).await.unwrap();
}

async fn a_halt_and_a_claim_in_a_race_never_both_have_an_order(home: Home) {
    let (record, deployment, mut head) = home.begun().await;
    for round in 0..5 {
        let names: Vec<String> = (0..60).map(|it| format!("o{it}#{round}")).collect();
        let orders = names.iter().map(|it| new_order(it, None)).collect();
        let given = record.append(&deployment, &head, intending(orders)).await.unwrap();
        let claimant = tokio::spawn({
            let record = record.clone();
            async move {
                let mut mine = BTreeSet::new();
                for _ in 0..12 {
                    mine.extend(ids(&record.claim("w", 5, LONG).await.unwrap()));
                }
                mine
            }
        });
        let withdraw = names.iter().rev().map(|it| order_id(it)).collect();
        let halted = Change { withdraw, ..one("halted") };
        let halted = record.append(&deployment, &given.head, halted).await.unwrap();
        let claimed = claimant.await.unwrap();
        let withdrawn: BTreeSet<String> =
            halted.withdrawn.iter().map(ToString::to_string).collect();
        assert!(claimed.is_disjoint(&withdrawn));
        assert_eq!(claimed.len() + withdrawn.len(), 60);
        head = halted.head;
    }
}
