//! Reading: what was written comes back, and what is not there is said to be unknown.

use super::{Home, LONG, chapter, fg30, one};
use crate::{Change, Checkpoint, Record, RecordError, Snapshot};
use model::digest::Digest;

chapter! {
    a_deployment_is_created_once,
    a_deployment_that_was_never_created_is_unknown_everywhere,
    entries_are_read_in_pages,
    the_two_newest_snapshots_are_kept,
    a_snapshot_of_another_history_is_never_returned,
}

async fn a_deployment_is_created_once(home: Home) {
    let (record, deployment, head) = home.begun().await;
    let appended = record.append(&deployment, &head, one("a")).await.unwrap();
    assert_eq!(record.create(&deployment).await.unwrap(), appended.head);
    let (other, names) = ("A-1".parse().unwrap(), async || {
        let names = record.deployments().await.unwrap();
        names.iter().map(ToString::to_string).collect::<Vec<_>>()
    });
    // Whoever created it may have been interrupted: it is there with its first entry.
    let empty = record.create(&other).await.unwrap();
    assert_eq!(names().await, ["FG30"]);
    record.append(&other, &empty, one("a")).await.unwrap();
    assert_eq!(names().await, ["A-1", "FG30"]);
    let standing = record.standing(&deployment).await.unwrap();
    assert_eq!(standing.head, appended.head);
    assert_eq!(&standing.key, super::signer().verifier_key());
}

async fn a_deployment_that_was_never_created_is_unknown_everywhere(home: Home) {
    let (record, _, head) = home.begun().await;
    let nowhere = "nowhere".parse().unwrap();
    let snapshot = Snapshot { seq: 1, hash: head.hash, bytes: Vec::new() };
    let kept = Checkpoint::claimed(&record.checkpoint(&fg30()).await.unwrap()).unwrap();
    let kept = Checkpoint { deployment: "nowhere".parse().unwrap(), ..kept };
    let refusals = [
        record.head(&nowhere).await.err(),
        record.checkpoint(&nowhere).await.err(),
        record.inspect(&nowhere).await.err(),
        record.contradict(&kept).await.err(),
        record.accept_as_found(&kept).await.err(),
        record.append(&nowhere, &head, Change::default()).await.err(),
        record.read(&nowhere, 0, 1).await.err(),
        record.command(&nowhere, &"c".parse().unwrap()).await.err(),
        record.kept(&nowhere, &head.hash).await.err(),
        record.contents_between(&nowhere, 0, 1, 1).await.err(),
        record.contents(&nowhere, None, 1).await.err(),
        record.notices(&nowhere, None, 1).await.err(),
        record.notice_delivered(&nowhere, 1, 0).await.err(),
        record.snapshot(&nowhere).await.err(),
        record.put_snapshot(&nowhere, snapshot).await.err(),
        record.reported(&nowhere, 1).await.err(),
        record.late_reports(&nowhere, 1).await.err(),
        record.open_orders(&nowhere).await.err(),
        record.lead(&nowhere, "a", LONG).await.err(),
        record.keep_leading(&nowhere, 1, LONG).await.err(),
        record.stop_leading(&nowhere, 1).await.err(),
    ];
    for (place, refusal) in refusals.iter().enumerate() {
        assert!(matches!(refusal, Some(RecordError::Unknown { .. })), "{place}: {refusal:?}");
    }
}

async fn entries_are_read_in_pages(home: Home) {
    let (record, deployment, head) = home.begun().await;
    let entries = (1..=5).map(super::body).collect();
    let change = Change { entries, ..Change::default() };
    record.append(&deployment, &head, change).await.unwrap();
    let page = async |after, limit| {
        let entries = record.read(&fg30(), after, limit).await.unwrap();
        entries.iter().map(|it| it.seq).collect::<Vec<_>>()
    };
    assert_eq!(page(0, 2).await, [1, 2]);
    assert_eq!(page(2, 2).await, [3, 4]);
    assert_eq!(page(4, 2).await, [5]);
    assert!(page(5, 2).await.is_empty());
    assert!(page(u64::MAX, 2).await.is_empty());
    assert!(page(0, 0).await.is_empty());
}

async fn snapshot_of(record: &dyn Record, seq: u64) -> Snapshot {
    let entries = record.read(&fg30(), seq - 1, 1).await.unwrap();
    Snapshot { seq, hash: entries[0].hash, bytes: format!("folded to {seq}").into_bytes() }
}

async fn the_two_newest_snapshots_are_kept(home: Home) {
    let (record, deployment, head) = home.begun().await;
    assert_eq!(record.snapshot(&deployment).await.unwrap(), None);
    let entries = (1..=4).map(super::body).collect();
    let change = Change { entries, ..Change::default() };
    record.append(&deployment, &head, change).await.unwrap();
    for seq in [1, 3, 2, 4] {
        let snapshot = snapshot_of(&*record, seq).await;
        record.put_snapshot(&deployment, snapshot).await.unwrap();
    }
    let newest = snapshot_of(&*record, 4).await;
    assert_eq!(record.snapshot(&deployment).await.unwrap(), Some(newest.clone()));
    // The newest is spoilt: the one before is still there.
    let spoilt = Snapshot { hash: Digest::of(b"other"), ..newest };
    record.put_snapshot(&deployment, spoilt).await.unwrap();
    let before = snapshot_of(&*record, 3).await;
    assert_eq!(record.snapshot(&deployment).await.unwrap(), Some(before));
}

async fn a_snapshot_of_another_history_is_never_returned(home: Home) {
    let (record, deployment, head) = home.begun().await;
    record.append(&deployment, &head, one("a")).await.unwrap();
    for (seq, hash) in [(1, Digest::of(b"other")), (9, Digest::of(b"future"))] {
        let foreign = Snapshot { seq, hash, bytes: b"wrong".to_vec() };
        record.put_snapshot(&deployment, foreign).await.unwrap();
        assert_eq!(record.snapshot(&deployment).await.unwrap(), None);
    }
}
