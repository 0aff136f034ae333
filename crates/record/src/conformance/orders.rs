//! The order queue: nobody acts on an order that is not his, however late he wakes.

// Long because: what is promised of the queue is one list, and is read as one.

use super::{Home, LONG, NONE, chapter, intending, intending_together, key};
use super::{new_order, one, order_id, signer, succeeded};
use crate::{
    Before, Change, Checkpoint, Lead, OrderState, Receipt, Record, RecordError, Reported, Wish,
};
use model::digest::Digest;
use model::order::{Ending, Intent, OrderId};
use std::collections::BTreeSet;
use std::time::Duration;

chapter! {
    open_orders_are_claimed_oldest_first_and_once,
    an_order_may_be_granted_as_it_is_given,
    tokens_only_ever_rise,
    only_the_token_that_is_current_settles_an_order,
    a_frozen_worker_can_neither_claim_nor_renew_nor_report,
    a_worker_under_a_name_dismisses_the_one_before_it,
    a_holder_is_told_that_its_order_is_to_be_stopped,
    a_report_counts_once_however_often_it_is_sent,
    a_late_report_is_kept_and_never_counts,
    an_order_that_nobody_claimed_can_be_withdrawn,
    an_order_can_be_given_to_another_worker,
    a_lease_is_renewed_only_by_its_holder,
    of_many_claimants_each_order_has_one,
    a_halt_and_a_claim_in_a_race_never_both_have_an_order,
    orders_of_one_entry_are_claimed_together_and_by_one,
    what_stands_behind_one_that_is_claimed_is_not_withdrawn,
    of_many_claimants_one_has_all_orders_of_an_entry,
    orders_are_claimed_for_as_long_as_somebody_leads,
    what_may_have_begun_is_neither_new_to_whoever_claims_it_nor_taken_back,
    where_history_was_lost_every_order_is_asked_for_anew,
}

fn ids(intents: &[Intent]) -> Vec<String> {
    intents.iter().map(|it| it.order().id.to_string()).collect()
}

/// Returns what `worker`, newly enlisted, gets.
async fn claim(record: &dyn Record, worker: &str, limit: u32, lease: Duration) -> Vec<Intent> {
    let by = record.enlist(worker, LONG).await.unwrap();
    let claimed = record.claim(&by, &key(), limit, lease).await.unwrap();
    claimed.into_iter().map(|it| it.intent).collect()
}

/// Returns the tokens that `worker`, newly enlisted, still holds.
async fn renew(record: &dyn Record, worker: &str, tokens: &[u64], lease: Duration) -> Vec<u64> {
    let by = record.enlist(worker, LONG).await.unwrap();
    let kept = record.renew(&by, tokens, lease).await.unwrap();
    kept.into_iter().map(|it| it.token).collect()
}

fn reported(id: &OrderId, token: u64) -> Reported {
    let ending = Ending::Ended(succeeded());
    Reported { deployment: super::fg30(), order: id.clone(), token, ending }
}

async fn open_orders_are_claimed_oldest_first_and_once(home: Home) {
    let (record, deployment, head) = home.led().await;
    let first = intending(vec![new_order("z#1", None), new_order("a#1", None)]);
    let first = record.append(&deployment, &head, first).await.unwrap();
    let second = intending(vec![new_order("m#1", None)]);
    record.append(&deployment, &first.head, second).await.unwrap();

    assert_eq!(claim(&*record, "w", 0, LONG).await, []);
    let claimed = claim(&*record, "w", 2, LONG).await;
    assert_eq!(ids(&claimed), ["z#1", "a#1"]);
    assert_eq!(claimed[0].order(), &new_order("z#1", None).order);
    assert_eq!(claimed[0].seq(), 1);
    assert_eq!(ids(&claim(&*record, "v", 9, LONG).await), ["m#1"]);
    assert_eq!(claim(&*record, "w", 9, LONG).await, []);
    let all = record.open_orders(&deployment).await.unwrap();
    let line = |it: &crate::OpenOrder| (it.id.to_string(), it.holder.clone(), it.state);
    let held = |id: &str, by: &str| (id.to_owned(), Some(by.to_owned()), OrderState::Held);
    let lines: Vec<_> = all.iter().map(line).collect();
    assert_eq!(lines, [held("z#1", "w"), held("a#1", "w"), held("m#1", "v")]);
}

async fn an_order_may_be_granted_as_it_is_given(home: Home) {
    let (record, deployment, head) = home.led().await;
    let orders = vec![new_order("a#1", Some("here")), new_order("b#1", None)];
    let appended = record.append(&deployment, &head, intending(orders)).await.unwrap();
    assert_eq!(ids(&appended.granted), ["a#1"]);
    assert!(appended.granted[0].token() > 0);
    // Without a lease it never runs out.
    assert!(record.open_orders(&deployment).await.unwrap().iter().all(|it| !it.is_leased));
    assert_eq!(ids(&claim(&*record, "w", 9, LONG).await), ["b#1"]);
    assert!(record.open_orders(&deployment).await.unwrap()[1].is_leased);
}

async fn tokens_only_ever_rise(home: Home) {
    let (record, deployment, mut head) = home.led().await;
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
        rise(&claim(&*record, "w", 9, LONG).await);
        let regrant = ["c", "a"].map(|it| (order_id(&name(it)), "other".to_owned()));
        let change = Change { regrant: regrant.to_vec(), ..one("regranted") };
        let appended = record.append(&deployment, &appended.head, change).await.unwrap();
        assert_eq!(ids(&appended.granted), [name("c"), name("a")]);
        rise(&appended.granted);
        head = appended.head;
    }
}

async fn only_the_token_that_is_current_settles_an_order(home: Home) {
    let (record, deployment, head) = home.led().await;
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
    assert_eq!(left.iter().map(|it| it.id.to_string()).collect::<Vec<_>>(), ["b#1"]);
    // What has ended, has ended.
    let twice = settle("a#1", again.granted[0].token());
    let refused = record.append(&deployment, &ended.head, twice).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "order a#1 is no longer held as this change supposes; read the open orders and decide again"
    );
}

async fn a_frozen_worker_can_neither_claim_nor_renew_nor_report(home: Home) {
    let (record, deployment, head) = home.led().await;
    let orders = vec![new_order("a#1", None), new_order("b#1", None)];
    let given = record.append(&deployment, &head, intending(orders)).await.unwrap();
    let frozen = record.enlist("frozen", LONG).await.unwrap();
    let held = record.claim(&frozen, &key(), 1, NONE).await.unwrap();
    assert_eq!(held[0].before, Before::Nobody);
    let token = held[0].intent.token();
    // It is woken when its lease has run out.
    assert_eq!(record.renew(&frozen, &[token], NONE).await.unwrap(), []);
    for refused in [
        record.claim(&frozen, &key(), 9, LONG).await.err(),
        record.renew(&frozen, &[token], LONG).await.err(),
    ] {
        assert!(matches!(refused, Some(RecordError::Dismissed { .. })), "{refused:?}");
    }
    let late = record.report(vec![reported(&order_id("a#1"), token)]).await.unwrap();
    assert_eq!(late, [Receipt::Late]);
    assert_eq!(record.reported(&deployment, 10).await.unwrap(), []);

    // Whoever gets what it held is told that it may have been begun.
    let awake = record.enlist("awake", LONG).await.unwrap();
    let taken = record.claim(&awake, &key(), 9, LONG).await.unwrap();
    let before: Vec<_> = taken.iter().map(|it| it.before.clone()).collect();
    assert_eq!(before, [Before::Worker("frozen".to_owned()), Before::Nobody]);
    let late = record.report(vec![reported(&order_id("a#1"), token)]).await.unwrap();
    assert_eq!(late, [Receipt::Late]);
    assert!(renew(&*record, "frozen", &[token], LONG).await.is_empty());
    let fresh = taken[0].intent.token();
    assert!(fresh > token);
    let settle = |token| Change { settle: vec![(order_id("a#1"), token)], ..one("ended") };
    let stale = record.append(&deployment, &given.head, settle(token)).await.unwrap_err();
    assert!(matches!(stale, RecordError::Fenced { .. }), "{stale}");
    record.append(&deployment, &given.head, settle(fresh)).await.unwrap();
}

async fn a_worker_under_a_name_dismisses_the_one_before_it(home: Home) {
    let (record, deployment, head) = home.led().await;
    let orders = vec![new_order("a#1", None), new_order("b#1", None)];
    record.append(&deployment, &head, intending(orders)).await.unwrap();
    let earlier = record.enlist("w", LONG).await.unwrap();
    let held = record.claim(&earlier, &key(), 1, LONG).await.unwrap();
    let later = record.enlist("w", LONG).await.unwrap();
    assert!(record.claim(&earlier, &key(), 1, LONG).await.is_err());
    assert_eq!(record.claim(&later, &key(), 9, LONG).await.unwrap().len(), 1);
    record.enlist("v", NONE).await.unwrap();
    let present = record.workers().await.unwrap();
    let lines: Vec<_> = present.iter().map(|it| (it.worker.as_str(), it.is_silent)).collect();
    assert_eq!(lines, [("v", true), ("w", false)]);

    // One that leaves makes room at once, and only for what it names.
    record.leave(&later, &[held[0].intent.token()]).await.unwrap();
    let taken = record.enlist("v", LONG).await.unwrap();
    let taken = record.claim(&taken, &key(), 9, LONG).await.unwrap();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].before, Before::Worker("w".to_owned()));
    assert_eq!(record.workers().await.unwrap().len(), 1);
}

async fn a_holder_is_told_that_its_order_is_to_be_stopped(home: Home) {
    let (record, deployment, head) = home.led().await;
    let orders = vec![new_order("a#1", None), new_order("b#1", None)];
    let given = record.append(&deployment, &head, intending(orders)).await.unwrap();
    let by = record.enlist("w", LONG).await.unwrap();
    let held = record.claim(&by, &key(), 9, LONG).await.unwrap();
    let tokens: Vec<u64> = held.iter().map(|it| it.intent.token()).collect();
    let stop = vec![(order_id("b#1"), "ivo".to_owned()), (order_id("never#1"), "ivo".to_owned())];
    let change = Change { stop, ..Change::default() };
    record.append(&deployment, &given.head, change).await.unwrap();
    let kept = record.renew(&by, &tokens, LONG).await.unwrap();
    let wishes: Vec<_> = kept.into_iter().map(|it| it.wish).collect();
    assert_eq!(wishes, [None, Some(Wish::Stop("ivo".to_owned()))]);
}

async fn a_report_counts_once_however_often_it_is_sent(home: Home) {
    let (record, deployment, head) = home.led().await;
    let orders = ["a#1", "b#1", "c#1"].map(|it| new_order(it, None)).to_vec();
    let given = record.append(&deployment, &head, intending(orders)).await.unwrap();
    let claimed = claim(&*record, "w", 9, LONG).await;
    let all: Vec<_> = claimed.iter().map(|it| reported(&it.order().id, it.token())).collect();
    for _ in 0..2 {
        assert_eq!(record.report(all.clone()).await.unwrap(), [Receipt::Accepted; 3]);
    }
    assert_eq!(record.reported(&deployment, 10).await.unwrap(), all);
    assert_eq!(record.reported(&deployment, 2).await.unwrap(), all[..2]);
    assert_eq!(record.late_reports(&deployment, 10).await.unwrap(), []);
    assert!(renew(&*record, "w", &[all[0].token], LONG).await.is_empty());
    // A report that has come is not lost by handing the order on.
    let regrant = vec![(order_id("a#1"), "other".to_owned())];
    let change = Change { regrant, ..Change::default() };
    let refused = record.append(&deployment, &given.head, change).await.unwrap_err();
    assert!(matches!(refused, RecordError::Fenced { .. }), "{refused}");

    let settle = all.iter().map(|it| (it.order.clone(), it.token)).collect();
    let change = Change { settle, ..one("ended") };
    record.append(&deployment, &given.head, change).await.unwrap();
    assert_eq!(record.reported(&deployment, 10).await.unwrap(), []);
    // The worker never heard that its report was accepted; by now the queue knows nothing of it.
    assert_eq!(record.report(all.clone()).await.unwrap(), [Receipt::Late; 3]);
    assert_eq!(record.report(Vec::new()).await.unwrap(), []);
}

async fn a_late_report_is_kept_and_never_counts(home: Home) {
    let (record, deployment, head) = home.led().await;
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
    let (record, deployment, head) = home.led().await;
    let orders = ["a#1", "b#1", "c#1"].map(|it| new_order(it, None)).to_vec();
    let given = record.append(&deployment, &head, intending(orders)).await.unwrap();
    let claimed = claim(&*record, "w", 1, LONG).await;
    assert_eq!(ids(&claimed), ["a#1"]);
    let withdraw = ["c#1", "a#1", "b#1", "never#1"].map(order_id).to_vec();
    let halted = Change { withdraw, ..one("halted") };
    let halted = record.append(&deployment, &given.head, halted).await.unwrap();
    assert_eq!(halted.withdrawn, ["c#1", "b#1"].map(order_id));
    assert_eq!(claim(&*record, "w", 9, LONG).await, []);
    let left = record.open_orders(&deployment).await.unwrap();
    assert_eq!((left.len(), left[0].state), (1, OrderState::Held));
}

async fn an_order_can_be_given_to_another_worker(home: Home) {
    let (record, deployment, head) = home.led().await;
    let orders = vec![new_order("a#1", None), new_order("b#1", Some("gone"))];
    let given = record.append(&deployment, &head, intending(orders)).await.unwrap();
    let regrant = vec![(order_id("b#1"), "here".to_owned()), (order_id("a#1"), "here".to_owned())];
    let change = Change { regrant, ..Change::default() };
    let again = record.append(&deployment, &given.head, change).await.unwrap();
    assert_eq!(ids(&again.granted), ["b#1", "a#1"]);
    assert_eq!(claim(&*record, "w", 9, LONG).await, []);
    let all = record.open_orders(&deployment).await.unwrap();
    let line = |it: &crate::OpenOrder| (it.holder.clone(), it.intent);
    let lines: Vec<_> = all.iter().map(line).collect();
    assert_eq!(lines, [(Some("here".to_owned()), 1), (Some("here".to_owned()), 2)]);
    let tokens: BTreeSet<u64> = all.iter().map(|it| it.token).collect();
    assert_eq!(tokens, again.granted.iter().map(Intent::token).collect());
}

async fn a_lease_is_renewed_only_by_its_holder(home: Home) {
    let (record, deployment, head) = home.led().await;
    let orders = ["a#1", "b#1"].map(|it| new_order(it, None)).to_vec();
    record.append(&deployment, &head, intending(orders)).await.unwrap();
    let claimed = claim(&*record, "w", 9, LONG).await;
    let tokens: Vec<u64> = claimed.iter().map(Intent::token).collect();
    assert!(renew(&*record, "thief", &tokens, LONG).await.is_empty());
    assert!(renew(&*record, "w", &[], LONG).await.is_empty());
    let asked = [tokens[1], 0, tokens[0], tokens[1]];
    assert_eq!(renew(&*record, "w", &asked, LONG).await, tokens);
    assert_eq!(renew(&*record, "w", &tokens[..1], NONE).await, tokens[..1]);
    assert_eq!(renew(&*record, "w", &tokens, LONG).await, tokens[1..]);
}

async fn of_many_claimants_each_order_has_one(home: Home) {
    let (record, deployment, head) = home.led().await;
    let orders = (0..200).map(|it| new_order(&format!("o#{it}"), None)).collect();
    record.append(&deployment, &head, intending(orders)).await.unwrap();
    let workers = (0..8).map(|worker| {
        let record = record.clone();
        tokio::spawn(async move {
            let mut mine = Vec::new();
            loop {
                let claimed = claim(&*record, &worker.to_string(), 7, LONG).await;
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
    let (record, deployment, mut head) = home.led().await;
    for round in 0..5 {
        let names: Vec<String> = (0..60).map(|it| format!("o{it}#{round}")).collect();
        let orders = names.iter().map(|it| new_order(it, None)).collect();
        let given = record.append(&deployment, &head, intending(orders)).await.unwrap();
        let claimant = tokio::spawn({
            let record = record.clone();
            async move {
                let mut mine = BTreeSet::new();
                for _ in 0..12 {
                    mine.extend(ids(&claim(&*record, "w", 5, LONG).await));
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

async fn orders_of_one_entry_are_claimed_together_and_by_one(home: Home) {
    let (record, deployment, head) = home.led().await;
    let orders = ["a#1", "a#2", "a#3"].map(|it| new_order(it, None)).to_vec();
    let given = record.append(&deployment, &head, intending_together(orders)).await.unwrap();
    let mut alone = intending(vec![new_order("b#1", None)]);
    alone.orders[0].intent = given.head.seq + 1;
    let given = record.append(&deployment, &given.head, alone).await.unwrap();
    // One is asked for: it comes with those behind it.
    let first = claim(&*record, "first", 1, NONE).await;
    assert_eq!(ids(&first), ["a#1", "a#2", "a#3"]);
    // Its lease has run out, and the next one gets all of them, however few it asks for.
    let second = record.enlist("second", LONG).await.unwrap();
    let taken = record.claim(&second, &key(), 1, LONG).await.unwrap();
    assert!(taken.iter().all(|it| it.before == Before::Worker("first".to_owned())));
    let tokens: Vec<u64> = taken.iter().map(|it| it.intent.token()).collect();
    // One after the other comes to its end; meanwhile nobody else has those behind it.
    let report = reported(&order_id("a#1"), tokens[0]);
    assert_eq!(record.report(vec![report]).await.unwrap(), [Receipt::Accepted]);
    assert_eq!(record.renew(&second, &tokens, NONE).await.unwrap().len(), 2);
    assert_eq!(ids(&claim(&*record, "third", 1, LONG).await), ["b#1"]);
    assert_eq!(claim(&*record, "third", 9, LONG).await, [], "the end of the first is not recorded");
    let settle = Change { settle: vec![(order_id("a#1"), tokens[0])], ..one("ended") };
    record.append(&deployment, &given.head, settle).await.unwrap();
    assert_eq!(ids(&claim(&*record, "third", 1, LONG).await), ["a#2", "a#3"]);
}

async fn what_stands_behind_one_that_is_claimed_is_not_withdrawn(home: Home) {
    let (record, deployment, head) = home.led().await;
    let names = ["a#1", "a#2", "b#1", "b#2"].map(order_id);
    let of = |name: &str| {
        let orders = [1, 2].map(|it| new_order(&format!("{name}#{it}"), None)).to_vec();
        intending_together(orders)
    };
    let given = record.append(&deployment, &head, of("a")).await.unwrap();
    let mut next = of("b");
    next.orders.iter_mut().for_each(|it| it.intent = given.head.seq + 1);
    let given = record.append(&deployment, &given.head, next).await.unwrap();
    let by = record.enlist("w", LONG).await.unwrap();
    let held = record.claim(&by, &key(), 1, LONG).await.unwrap();
    assert_eq!(held.len(), 2);
    let withhold = names.iter().map(|it| (it.clone(), "the halt".to_owned())).collect();
    let halted = Change { withdraw: names.to_vec(), withhold, ..one("halted") };
    let halted = record.append(&deployment, &given.head, halted).await.unwrap();
    assert_eq!(halted.withdrawn, names[2..]);
    // Whoever holds the others is told, and says that one never began.
    let tokens: Vec<u64> = held.iter().map(|it| it.intent.token()).collect();
    let kept = record.renew(&by, &tokens, LONG).await.unwrap();
    let back = Some(Wish::Withhold("the halt".to_owned()));
    let wishes: Vec<_> = kept.into_iter().map(|it| it.wish).collect();
    assert_eq!(wishes, [back.clone(), back.clone()]);
    let ending = Ending::Withheld { why: "it was called back by the halt".to_owned() };
    let withheld = Reported { ending, ..reported(&names[1], tokens[1]) };
    assert_eq!(record.report(vec![withheld.clone()]).await.unwrap(), [Receipt::Accepted]);
    assert_eq!(record.reported(&deployment, 9).await.unwrap(), [withheld]);
    // Whoever gets it next knows it from the start.
    record.leave(&by, &tokens).await.unwrap();
    let other = record.enlist("v", LONG).await.unwrap();
    let taken = record.claim(&other, &key(), 9, LONG).await.unwrap();
    assert_eq!(taken.into_iter().map(|it| it.wish).collect::<Vec<_>>(), [back]);
}

async fn of_many_claimants_one_has_all_orders_of_an_entry(home: Home) {
    let (record, deployment, mut head) = home.led().await;
    for entry in 0..20 {
        let orders = (0..5).map(|it| new_order(&format!("o{entry}#{it}"), None));
        let mut change = intending_together(orders.collect());
        change.orders.iter_mut().for_each(|it| it.intent = head.seq + 1);
        head = record.append(&deployment, &head, change).await.unwrap().head;
    }
    let workers = (0..6).map(|worker| {
        let record = record.clone();
        tokio::spawn(async move {
            let mut mine = Vec::new();
            while mine.len() < 100 {
                let claimed = claim(&*record, &worker.to_string(), 2, LONG).await;
                mine.extend(claimed.into_iter().map(|it| (it.seq(), it.order().id.to_string())));
                let open = record.open_orders(&super::fg30()).await.unwrap();
                if !open.iter().any(|it| it.state == OrderState::Open) {
                    break;
                }
            }
            mine
        })
    });
    let mut all = Vec::new();
    for worker in workers.collect::<Vec<_>>() {
        let mine = worker.await.unwrap();
        for entry in mine.iter().map(|it| it.0).collect::<BTreeSet<_>>() {
            let of_entry: Vec<_> = mine.iter().filter(|it| it.0 == entry).collect();
            assert_eq!(of_entry.len(), 5, "{of_entry:?}");
        }
        all.extend(mine);
    }
    assert_eq!(all.len(), 100);
}

async fn orders_are_claimed_for_as_long_as_somebody_leads(home: Home) {
    let (record, deployment, head) = home.begun().await;
    let orders = ["a#1", "b#1"].map(|it| new_order(it, None)).to_vec();
    record.append(&deployment, &head, intending(orders)).await.unwrap();
    let by = record.enlist("w", LONG).await.unwrap();
    assert_eq!(record.claim(&by, &key(), 1, LONG).await.unwrap(), [], "nobody has led it yet");
    let Lead::Taken { epoch } = record.lead(&deployment, "s", LONG).await.unwrap() else {
        panic!("nobody else leads it")
    };
    assert_eq!(
        record.claim(&by, &key(), 1, LONG).await.unwrap(),
        [],
        "it has called nothing back yet"
    );
    record.let_claim(&deployment, epoch - 1).await.unwrap();
    assert_eq!(
        record.claim(&by, &key(), 1, LONG).await.unwrap(),
        [],
        "an earlier leader lets nobody"
    );
    record.let_claim(&deployment, epoch).await.unwrap();
    assert_eq!(record.claim(&by, &key(), 1, NONE).await.unwrap().len(), 1);
    assert!(record.keep_leading(&deployment, epoch, NONE).await.unwrap());
    assert_eq!(
        record.claim(&by, &key(), 9, LONG).await.unwrap(),
        [],
        "its leader has fallen silent"
    );
    assert!(record.keep_leading(&deployment, epoch, LONG).await.unwrap());
    assert_eq!(
        record.claim(&by, &key(), 1, NONE).await.unwrap(),
        [],
        "nor has it since it was silent"
    );
    record.let_claim(&deployment, epoch).await.unwrap();
    assert_eq!(record.claim(&by, &key(), 1, NONE).await.unwrap().len(), 1, "it has looked again");
    record.stop_leading(&deployment, epoch).await.unwrap();
    assert_eq!(record.claim(&by, &key(), 9, LONG).await.unwrap(), [], "its leader has left");
    super::lead(&*record, "t").await;
    assert_eq!(record.claim(&by, &key(), 9, LONG).await.unwrap().len(), 2);
}

async fn what_may_have_begun_is_neither_new_to_whoever_claims_it_nor_taken_back(home: Home) {
    let (record, deployment, head) = home.led().await;
    let mut orders = ["a#1", "b#1", "c#1"].map(|it| new_order(it, None)).to_vec();
    orders[..2].iter_mut().for_each(|it| it.is_perhaps_begun = true);
    let given = record.append(&deployment, &head, intending(orders)).await.unwrap();
    let withdraw = ["b#1", "c#1"].map(order_id).to_vec();
    let halted = Change { withdraw, ..one("halted") };
    let halted = record.append(&deployment, &given.head, halted).await.unwrap();
    assert_eq!(halted.withdrawn, [order_id("c#1")]);
    let by = record.enlist("w", LONG).await.unwrap();
    let claimed = record.claim(&by, &key(), 9, LONG).await.unwrap();
    assert_eq!(claimed.iter().map(|it| &it.before).collect::<Vec<_>>(), [&Before::Somebody; 2]);
}

async fn where_history_was_lost_every_order_is_asked_for_anew(home: Home) {
    let (record, deployment, head) = home.led().await;
    let mut orders = ["a#1", "b#1", "c#1"].map(|it| new_order(it, None)).to_vec();
    orders.push(new_order("d#1", Some("s")));
    let given = record.append(&deployment, &head, intending(orders)).await.unwrap();
    let by = record.enlist("w", LONG).await.unwrap();
    let held = record.claim(&by, &key(), 2, LONG).await.unwrap();
    let tokens: Vec<u64> = held.iter().map(|it| it.intent.token()).collect();
    let report = reported(&order_id("a#1"), tokens[0]);
    assert_eq!(record.report(vec![report]).await.unwrap(), [Receipt::Accepted]);

    let root = Digest::of(b"another record");
    let kept = Checkpoint { deployment: deployment.clone(), size: 9, root, chain: None };
    record.contradict(&kept).await.unwrap();
    record.accept_as_found(&kept).await.unwrap();
    super::lead(&*record, "s").await;
    assert_eq!(record.reported(&deployment, 9).await.unwrap(), []);
    assert_eq!(record.renew(&by, &tokens, LONG).await.unwrap(), []);
    let late = record.report(vec![reported(&order_id("b#1"), tokens[1])]).await.unwrap();
    assert_eq!(late, [Receipt::Late]);
    let taken = record.claim(&by, &key(), 9, LONG).await.unwrap();
    let lines: Vec<_> =
        taken.iter().map(|it| (it.intent.order().id.to_string(), it.before.clone())).collect();
    let line = |id: &str, before| (id.to_owned(), before);
    let worker = || Before::Worker("w".to_owned());
    let anew = [line("a#1", worker()), line("b#1", worker()), line("c#1", Before::Somebody)];
    assert_eq!(lines, anew);
    // Whoever was at work in what was lost may hold tokens that the record knows nothing of.
    let far = given.granted[0].token() + crate::queue::TOKENS_LOST;
    assert!(taken.iter().all(|it| it.intent.token() > far));
    // What its leader holds without a lease, the leader takes up by itself.
    let left = record.open_orders(&deployment).await.unwrap();
    assert_eq!((left[3].state, left[3].token), (OrderState::Held, given.granted[0].token()));
}
