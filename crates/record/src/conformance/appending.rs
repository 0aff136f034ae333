//! Appending: all of a change or nothing, in order, once.

use super::{Home, append_after_all, body, chapter, fg30, intending, new_order, one, order_id};
use crate::{Change, CommandId, Record, RecordError, chain, origin};
use model::digest::Digest;
use std::collections::BTreeSet;

chapter! {
    entries_are_numbered_from_one_and_each_hash_covers_all_before_it,
    a_writer_that_somebody_overtook_is_refused_and_nothing_is_written,
    a_writer_of_an_earlier_epoch_is_refused,
    a_command_is_recorded_once_for_ever,
    a_change_that_contradicts_itself_is_refused,
    a_change_that_fails_at_its_end_leaves_no_trace,
    contents_are_kept_once_under_their_digest,
    contents_are_found_with_the_entry_that_brought_them,
    notices_wait_in_order_until_they_are_delivered,
    a_batch_of_two_thousand_entries_is_one_change,
    of_twenty_writers_in_a_race_each_entry_stands_exactly_once,
    two_processes_may_use_one_record,
}

fn command(name: &str) -> CommandId {
    name.parse().unwrap()
}

async fn entries_are_numbered_from_one_and_each_hash_covers_all_before_it(home: Home) {
    let (record, deployment, head) = home.begun().await;
    assert_eq!((head.seq, head.hash, head.epoch), (0, chain::beginning(), 0));
    let change = Change { entries: vec![body("a"), body("b")], ..Change::default() };
    let appended = record.append(&deployment, &head, change).await.unwrap();
    let third = record.append(&deployment, &appended.head, one("c")).await.unwrap();

    let entries = record.read(&deployment, 0, 10).await.unwrap();
    let mut hash = chain::beginning();
    for (entry, (seq, word)) in entries.iter().zip([(1, "a"), (2, "b"), (3, "c")]) {
        hash = chain::link(&hash, &body(word));
        assert_eq!((entry.seq, &entry.body, entry.hash), (seq, &body(word), hash));
    }
    assert_eq!(entries.len(), 3);
    assert_eq!((third.head.seq, third.head.hash), (3, hash));
    assert_eq!(record.head(&deployment).await.unwrap(), third.head);
    let note = record.checkpoint(&deployment).await.unwrap();
    assert_eq!(note, third.checkpoint);
    assert!(note.starts_with(&format!("{}\n3\n", origin(&deployment))), "{note}");
}

async fn a_writer_that_somebody_overtook_is_refused_and_nothing_is_written(home: Home) {
    let (record, deployment, head) = home.begun().await;
    let first = record.append(&deployment, &head, one("a")).await.unwrap();
    let late = Change {
        commands: vec![(command("late"), 1)],
        orders: vec![new_order("late#1", None)],
        contents: vec![b"late".to_vec()],
        notices: vec![b"late".to_vec()],
        ..one("late")
    };
    let refused = record.append(&deployment, &head, late).await.unwrap_err();
    let RecordError::Moved { expected, found, .. } = &refused else { panic!("{refused}") };
    assert_eq!((expected, found), (&head, &first.head));
    assert_eq!(record.head(&deployment).await.unwrap(), first.head);
    assert_eq!(record.read(&deployment, 0, 10).await.unwrap().len(), 1);
    assert_no_trace_of_late(&*record).await;
}

async fn assert_no_trace_of_late(record: &dyn Record) {
    assert_eq!(record.command(&fg30(), &command("late")).await.unwrap(), None);
    assert_eq!(record.open_orders(&fg30()).await.unwrap(), []);
    assert_eq!(record.content(&Digest::of(b"late")).await.unwrap(), None);
    assert_eq!(record.contents(&fg30(), None, 10).await.unwrap(), []);
    assert_eq!(record.notices(&fg30(), None, 10).await.unwrap(), []);
}

async fn a_writer_of_an_earlier_epoch_is_refused(home: Home) {
    let (record, deployment, head) = home.begun().await;
    record.lead(&deployment, "other", super::LONG).await.unwrap();
    let epoch = record.head(&deployment).await.unwrap().epoch;
    let refused = record.append(&deployment, &head, one("a")).await.unwrap_err();
    let said = format!(
        "the record of FG30 has moved on: it was expected to end with entry 0 of epoch 0 and ends \
         with entry 0 of epoch {epoch}; read it from there and decide again"
    );
    assert_eq!(refused.to_string(), said);
    assert_eq!(record.read(&deployment, 0, 10).await.unwrap(), []);
}

async fn a_command_is_recorded_once_for_ever(home: Home) {
    let (record, deployment, head) = home.begun().await;
    let change = |word| Change { commands: vec![(command("c-1"), 1)], ..one(word) };
    let first = record.append(&deployment, &head, change("a")).await.unwrap();
    // The reply was lost: the sender knows the old head, and tries again with it.
    for expected in [&head, &first.head] {
        let refused = record.append(&deployment, expected, change("again")).await.unwrap_err();
        assert_eq!(refused.to_string(), "command c-1 is in the record already, as entry 1");
    }
    let alone = Change { commands: vec![(command("c-1"), 1)], ..Change::default() };
    let refused = record.append(&deployment, &first.head, alone).await.unwrap_err();
    assert!(matches!(refused, RecordError::Repeated { seq: 1, .. }), "{refused}");
    assert_eq!(record.head(&deployment).await.unwrap(), first.head);
    assert_eq!(record.command(&deployment, &command("c-1")).await.unwrap(), Some(1));
    assert_eq!(record.command(&deployment, &command("c-2")).await.unwrap(), None);
}

async fn a_change_that_contradicts_itself_is_refused(home: Home) {
    let (record, deployment, head) = home.begun().await;
    let order = |name| new_order(name, None);
    let given = record.append(&deployment, &head, intending(vec![order("given#1")])).await.unwrap();
    let none = Change::default;
    let mut foreign = order("x#1");
    foreign.order.deployment = "other".parse().unwrap();
    for (change, why) in [
        (Change { entries: vec![br#"{"seq":7}"#.to_vec()], ..none() }, "it calls itself entry 7"),
        (Change { entries: vec![b"{\n}".to_vec()], ..none() }, "it is not one line of canonical"),
        (Change { orders: vec![order("x#1"), order("x#1")], ..none() }, "order x#1 is named twice"),
        (
            Change { orders: vec![order("y#1"), order("given#1")], ..none() },
            "order given#1 was given",
        ),
        (Change { orders: vec![foreign], ..none() }, "order x#1 is of other"),
        (
            Change { orders: vec![crate::NewOrder { intent: 9, ..order("x#1") }], ..none() },
            "order x#1 has no intent in the record",
        ),
        (
            Change { commands: vec![(command("c"), 1), (command("c"), 1)], ..none() },
            "command c is answered twice",
        ),
    ] {
        let refused = record.append(&deployment, &given.head, change).await.unwrap_err();
        assert!(matches!(refused, RecordError::Unfit { .. }), "{refused}");
        assert!(refused.to_string().contains(why), "{refused}");
    }
    assert_eq!(record.head(&deployment).await.unwrap(), given.head);
    assert_eq!(record.open_orders(&deployment).await.unwrap().len(), 1);
}

async fn a_change_that_fails_at_its_end_leaves_no_trace(home: Home) {
    let (record, deployment, head) = home.begun().await;
    let change = Change {
        commands: vec![(command("late"), 1)],
        orders: vec![new_order("late#1", Some("worker"))],
        contents: vec![b"late".to_vec()],
        notices: vec![b"late".to_vec()],
        regrant: vec![(order_id("nowhere#1"), "worker".to_owned())],
        ..one("late")
    };
    let refused = record.append(&deployment, &head, change).await.unwrap_err();
    assert!(matches!(refused, RecordError::Fenced { .. }), "{refused}");
    assert_eq!(record.head(&deployment).await.unwrap(), head);
    assert_eq!(record.read(&deployment, 0, 10).await.unwrap(), []);
    assert_no_trace_of_late(&*record).await;
}

async fn contents_are_kept_once_under_their_digest(home: Home) {
    let (record, deployment, head) = home.begun().await;
    let large = vec![0xa5; 3 * 1024 * 1024];
    let contents = vec![b"one".to_vec(), large.clone(), b"one".to_vec(), Vec::new()];
    let change = Change { contents, ..one("a") };
    let first = record.append(&deployment, &head, change).await.unwrap();
    let change = Change { contents: vec![b"one".to_vec(), b"two".to_vec()], ..one("b") };
    record.append(&deployment, &first.head, change).await.unwrap();

    for bytes in [&b"one"[..], b"two", b"", &large] {
        let found = record.content(&Digest::of(bytes)).await.unwrap();
        assert!(found.as_deref() == Some(bytes), "{} bytes", bytes.len());
    }
    assert_eq!(record.content(&Digest::of(b"three")).await.unwrap(), None);
    let first_page = record.contents(&deployment, None, 3).await.unwrap();
    let rest =
        record.contents(&deployment, first_page.last().map(|it| it.digest), 3).await.unwrap();
    let all: Vec<_> = [first_page, rest].concat();
    assert!(all.is_sorted_by_key(|it| it.digest));
    let seqs = |bytes: &[u8]| {
        let digest = Digest::of(bytes);
        all.iter().filter(|it| it.digest == digest).map(|it| it.seq).collect::<Vec<_>>()
    };
    assert_eq!((seqs(b"one"), seqs(b"two"), all.len()), (vec![1], vec![2], 4));
}

async fn contents_are_found_with_the_entry_that_brought_them(home: Home) {
    let (record, deployment, mut head) = home.begun().await;
    for word in ["one", "two", "three"] {
        let contents = vec![word.as_bytes().to_vec(), format!("{word} more").into_bytes()];
        let change = Change { contents, ..one(word) };
        head = record.append(&deployment, &head, change).await.unwrap().head;
    }
    let between = async |after, until, limit| {
        let found = record.contents_between(&deployment, after, until, limit).await.unwrap();
        found.iter().map(|it| it.seq).collect::<Vec<_>>()
    };
    assert_eq!(between(0, 3, 10).await, [1, 1, 2, 2, 3, 3]);
    assert_eq!(between(1, 2, 10).await, [2, 2]);
    assert_eq!(between(1, 3, 3).await, [2, 2, 3]);
    assert_eq!(between(3, 9, 10).await, [0; 0]);
    let two = record.kept(&deployment, &Digest::of(b"two")).await.unwrap().unwrap();
    assert_eq!((two.digest, two.seq, two.whose), (Digest::of(b"two"), 2, None));
    // What another deployment refers to is none of this one's.
    let other = "OTHER".parse().unwrap();
    let begun = record.create(&other).await.unwrap();
    let change = Change { contents: vec![b"theirs".to_vec()], ..one("a") };
    record.append(&other, &begun, change).await.unwrap();
    assert_eq!(record.kept(&deployment, &Digest::of(b"theirs")).await.unwrap(), None);
}

async fn notices_wait_in_order_until_they_are_delivered(home: Home) {
    let (record, deployment, head) = home.begun().await;
    let notices = |words: [&str; 2]| words.iter().map(|it| it.as_bytes().to_vec()).collect();
    let change = Change { notices: notices(["a", "b"]), ..one("a") };
    let first = record.append(&deployment, &head, change).await.unwrap();
    // Without an entry of their own they share the number of the one before.
    let change = Change { notices: notices(["c", "d"]), ..Change::default() };
    let second = record.append(&deployment, &first.head, change).await.unwrap();
    assert_eq!(second.head, first.head);
    let waiting = async || {
        let notices = record.notices(&deployment, None, 10).await.unwrap();
        let line = |it: crate::Notice| (it.seq, it.n, String::from_utf8(it.body).unwrap());
        notices.into_iter().map(line).collect::<Vec<_>>()
    };
    let row = |n, word: &str| (1, n, word.to_owned());
    assert_eq!(waiting().await, [row(0, "a"), row(1, "b"), row(2, "c"), row(3, "d")]);
    record.notice_delivered(&deployment, 1, 0).await.unwrap();
    record.notice_delivered(&deployment, 1, 2).await.unwrap();
    record.notice_delivered(&deployment, 1, 2).await.unwrap();
    assert_eq!(waiting().await, [row(1, "b"), row(3, "d")]);
    assert_eq!(record.notices(&deployment, None, 1).await.unwrap().len(), 1);
    let behind = record.notices(&deployment, Some((1, 1)), 10).await.unwrap();
    assert_eq!(behind.iter().map(|it| (it.seq, it.n)).collect::<Vec<_>>(), [(1, 3)]);
    assert_eq!(record.notices(&deployment, Some((1, 3)), 10).await.unwrap(), []);
}

async fn a_batch_of_two_thousand_entries_is_one_change(home: Home) {
    let (record, deployment, head) = home.begun().await;
    let numbered = |it: u64| format!(r#"{{"event":"e","seq":{it}}}"#).into_bytes();
    let orders = (0..700).map(|it| new_order(&format!("o#{it}"), (it % 2 == 0).then_some("w")));
    let change = Change {
        commands: (1..=2_000).map(|it| (command(&format!("c-{it}")), it)).collect(),
        entries: (1..=2_000).map(numbered).collect(),
        orders: orders.collect(),
        contents: (0..600).map(|it: u32| it.to_string().into_bytes()).collect(),
        notices: (0..600).map(|it: u32| it.to_string().into_bytes()).collect(),
        ..Change::default()
    };
    let appended = record.append(&deployment, &head, change).await.unwrap();
    assert_eq!((appended.head.seq, appended.granted.len()), (2_000, 350));
    let page = record.read(&deployment, 1_200, 500).await.unwrap();
    assert_eq!((page.len(), page[0].seq, page[499].seq), (500, 1_201, 1_700));
    assert_eq!(record.read(&deployment, 1_900, 500).await.unwrap().len(), 100);
    assert_eq!(record.command(&deployment, &command("c-1999")).await.unwrap(), Some(1_999));
    assert_eq!(record.open_orders(&deployment).await.unwrap().len(), 700);
    assert_eq!(record.contents(&deployment, None, 1_000).await.unwrap().len(), 600);
    let key = super::signer();
    let verified = crate::verify(&*record, &deployment, key.verifier_key()).await.unwrap();
    assert_eq!((verified.entries, verified.contents), (2_000, 600));

    let settle = appended.granted.iter().map(|it| (it.order().id.clone(), it.token())).collect();
    let withdraw = (0..700).filter(|it| it % 2 == 1).map(|it| order_id(&format!("o#{it}")));
    let change = Change { settle, withdraw: withdraw.collect(), ..one("ended") };
    let ended = record.append(&deployment, &appended.head, change).await.unwrap();
    assert_eq!(ended.withdrawn.len(), 350);
    assert_eq!(record.open_orders(&deployment).await.unwrap(), []);
}

async fn of_twenty_writers_in_a_race_each_entry_stands_exactly_once(home: Home) {
    let (record, deployment, _) = home.begun().await;
    let writers = (0..20).map(|it| {
        let record = record.clone();
        tokio::spawn(async move { append_after_all(&*record, one(it)).await })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let entries = record.read(&deployment, 0, 100).await.unwrap();
    let bodies: BTreeSet<Vec<u8>> = entries.iter().map(|it| it.body.clone()).collect();
    assert_eq!(bodies, (0..20).map(body).collect());
    assert_eq!(entries.len(), 20);
    let key = super::signer();
    crate::verify(&*record, &deployment, key.verifier_key()).await.unwrap();
}

async fn two_processes_may_use_one_record(home: Home) {
    let (one_process, deployment, _) = home.begun().await;
    let other = match home.location {
        crate::Location::Memory => one_process.clone(),
        crate::Location::Sqlite(_) | crate::Location::Postgres(_) => home.open().await,
    };
    let writers = [one_process, other.clone()].map(|record| {
        tokio::spawn(async move {
            for it in 0..20 {
                append_after_all(&*record, one(it)).await;
            }
        })
    });
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(other.head(&deployment).await.unwrap().seq, 40);
    assert_eq!(other.inspect(&deployment).await.unwrap().seq, 40);
}
