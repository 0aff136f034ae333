//! The witness: a record that lost or changed history is not taken for the one it was.

use super::{Home, Kind, LONG, append_after_all, body, chapter, fg30, one, signer};
use super::{intending, new_order};
use crate::{Change, Checkpoint, Head, Location, Record, RecordError, Signer};
use crate::{export, keys_of, receipt, rotation, verify, verify_lines, verify_receipt};
use model::digest::{Digest, canonical};
use model::forgetting::Whom;
use std::path::{Path, PathBuf};
use std::sync::Arc;

chapter! {
    an_older_record_is_told_from_the_one_it_was,
    a_record_with_other_entries_is_told_from_the_one_it_was,
    a_witness_that_lags_behind_catches_up,
    an_append_that_cannot_be_witnessed_says_that_it_is_written,
    a_lost_history_can_be_accepted_by_a_person,
    a_record_that_was_put_back_and_written_on_to_its_old_length_is_not_gone_on_with,
    another_key_is_refused,
    whoever_goes_on_after_a_restore_is_refused_before_it_is_written,
    who_is_forgotten_is_kept_exactly_as_it_was_told,
    a_deployment_without_an_entry_is_begun_under_any_key,
    a_record_goes_on_under_another_key_and_the_old_one_writes_nothing_any_more,
    what_lies_outside_of_another_record_stops_all_until_a_person_accepts_it,
}

async fn what_lies_outside_of_another_record_stops_all_until_a_person_accepts_it(home: Home) {
    let (record, deployment, head) = home.led().await;
    let appended = record.append(&deployment, &head, intending(vec![new_order("a", None)])).await;
    let before = appended.unwrap().head;
    let worker = record.enlist("worker", LONG).await.unwrap();
    let kept = |size| {
        let (deployment, root) = (fg30(), Digest::of(b"another record"));
        Checkpoint { deployment, size, root, chain: None }
    };
    record.contradict(&kept(7)).await.unwrap();
    // The first one stays.
    record.contradict(&kept(1)).await.unwrap();
    for refused in [
        record.inspect(&deployment).await.unwrap_err(),
        record.create(&deployment).await.unwrap_err(),
    ] {
        let RecordError::HistoryLost { witnessed, .. } = &refused else { panic!("{refused}") };
        assert_eq!(witnessed.size, 7, "{refused}");
    }
    let refused = record.append(&deployment, &before, one("x")).await.unwrap_err();
    assert!(matches!(refused, RecordError::Moved { .. }), "{refused}");
    assert!(record.claim(&worker, signer().verifier_key(), 10, LONG).await.unwrap().is_empty());

    // What people say about it is written, and the place stays a witness.
    let found = record.head(&deployment).await.unwrap();
    record.append_unwitnessed(&deployment, &found, one("accepted")).await.unwrap();
    record.inspect(&deployment).await.unwrap_err();
    // Of another one nobody has decided.
    assert_eq!(record.accept_as_found(&kept(1)).await.unwrap().epoch, found.epoch);
    record.inspect(&deployment).await.unwrap_err();
    let accepted = record.accept_as_found(&kept(7)).await.unwrap();
    assert_eq!(accepted.epoch, found.epoch + 1);
    assert_eq!(record.inspect(&deployment).await.unwrap(), accepted);
    // It was carried out: whoever remembers it still fences nobody.
    assert_eq!(record.accept_as_found(&kept(7)).await.unwrap(), accepted);
    record.append(&deployment, &accepted, one("y")).await.unwrap();
    super::lead(&*record, "leader").await;
    assert_eq!(record.claim(&worker, signer().verifier_key(), 10, LONG).await.unwrap().len(), 1);
    record.contradict(&kept(2)).await.unwrap();
    let refused = record.inspect(&deployment).await.unwrap_err();
    assert!(matches!(refused, RecordError::Rewritten { .. }), "{refused}");
}

fn rotating(note: &str) -> Change {
    let event = serde_json::json!({ "event": { "history": { "key-rotated": { "note": note } } } });
    Change { entries: vec![canonical(&event)], ..Change::default() }
}

async fn a_record_goes_on_under_another_key_and_the_old_one_writes_nothing_any_more(home: Home) {
    // Nobody else can open what is in this process's memory.
    if home.location == Location::Memory {
        return;
    }
    let (record, witness) = witnessed(&home, &["a"]).await;
    let new = || Signer::from_seed([9; 32]);
    let under = home.open_witnessed(new(), &witness).await;
    let head = record.head(&fg30()).await.unwrap();
    let note = rotation(2, &head.hash, &signer(), &new());
    let refused = record.append(&fg30(), &head, rotating(&note)).await.unwrap_err();
    assert!(matches!(refused, RecordError::OtherKey { .. }), "{refused}");
    let elsewhere = rotation(3, &head.hash, &signer(), &new());
    let refused = under.append(&fg30(), &head, rotating(&elsewhere)).await.unwrap_err();
    assert!(matches!(refused, RecordError::Unfit { .. }), "{refused}");
    let stranger = rotation(2, &head.hash, &Signer::from_seed([1; 32]), &new());
    let refused = under.append(&fg30(), &head, rotating(&stranger)).await.unwrap_err();
    assert!(matches!(refused, RecordError::OtherKey { .. }), "{refused}");
    let mut change = rotating(&note);
    change.entries.push(body("b"));
    let rotated = under.append(&fg30(), &head, change).await.unwrap().head;

    // Whoever froze with the old key refuses, and any key of the record verifies it whole.
    for refused in [
        record.append(&fg30(), &rotated, one("c")).await.unwrap_err(),
        record.inspect(&fg30()).await.unwrap_err(),
    ] {
        assert!(matches!(refused, RecordError::OtherKey { .. }), "{refused}");
    }
    append_after_all(&*under, one("d")).await;
    assert_eq!(under.inspect(&fg30()).await.unwrap().seq, 4);
    let mut exported = Vec::new();
    export(&*under, &fg30(), &mut exported).await.unwrap();
    let receipt = receipt(&*under, &fg30(), 4, &new()).await.unwrap().unwrap();
    for (key, holds) in [(signer(), true), (new(), true), (Signer::from_seed([1; 32]), false)] {
        let key = key.verifier_key();
        assert_eq!(verify(&*under, &fg30(), key).await.is_ok(), holds);
        assert_eq!(verify_lines(&exported[..], Some(key)).unwrap().is_ok(), holds);
        assert_eq!(verify_receipt(&receipt, Some(key)).is_ok(), holds);
    }
    assert_eq!(keys_of(&exported, new().verifier_key()).len(), 2);

    // Database and key of the day before: the witness knows the key that came after.
    let (older, _other) = restored(&home, &witness, &["a"]).await;
    let refused = older.inspect(&fg30()).await.unwrap_err();
    assert!(matches!(refused, RecordError::HistoryLost { .. }), "{refused}");
}

/// The database is put back under somebody who knows no more than it holds now, and whose append
/// would be the next one: after it nobody could tell any more.
async fn whoever_goes_on_after_a_restore_is_refused_before_it_is_written(home: Home) {
    let (_record, witness) = witnessed(&home, &["a", "b", "c"]).await;
    let (older, _other) = restored(&home, &witness, &["a", "b"]).await;
    let known = older.head(&fg30()).await.unwrap();
    for _ in 0..2 {
        let refused = older.append(&fg30(), &known, one("d")).await.unwrap_err();
        assert!(matches!(refused, RecordError::HistoryLost { .. }), "{refused}");
        assert_eq!(older.head(&fg30()).await.unwrap(), known, "nothing is written");
    }
    accept(&*older).await;
    append_after_all(&*older, one("d")).await;
}

async fn who_is_forgotten_is_kept_exactly_as_it_was_told(home: Home) {
    let (record, _witness) = witnessed(&home, &["a"]).await;
    let whom = |names: &[&str]| names.iter().map(|it| it.parse().unwrap()).collect::<Vec<Whom>>();
    let change = Change { forget: whom(&["ann", "incident/12"]), ..one("b") };
    append_after_all(&*record, change).await;
    assert_eq!(record.forgotten(&fg30()).await.unwrap(), whom(&["ann", "incident/12"]));
    record.keep_forgotten(&fg30(), whom(&["ann", "ben"])).await.unwrap();
    append_after_all(&*record, Change { forget: whom(&["cy"]), ..one("c") }).await;
    assert_eq!(record.forgotten(&fg30()).await.unwrap(), whom(&["ann", "ben", "cy"]));
}

async fn a_deployment_without_an_entry_is_begun_under_any_key(home: Home) {
    if home.location == Location::Memory {
        // A record in memory never outlives its key.
        return;
    }
    let (record, witness) = witnessed(&home, &[]).await;
    drop(record);
    let other = home.open_witnessed(Signer::from_seed([8; 32]), &witness).await;
    let head = other.create(&fg30()).await.unwrap();
    other.append(&fg30(), &head, one("a")).await.unwrap();
    let first = home.open_witnessed(signer(), &witness).await;
    let refused = first.create(&fg30()).await.unwrap_err();
    assert!(matches!(refused, RecordError::OtherKey { .. }), "{refused}");
}

/// Another record under the same name, as a restored backup would be, beside the witness of the first.
async fn restored(home: &Home, witness: &Path, words: &[&str]) -> (Arc<dyn Record>, Home) {
    let other = Home::new(match home.location {
        Location::Memory => Kind::Memory,
        Location::Sqlite(_) => Kind::Sqlite,
        Location::Postgres(_) => Kind::Postgres,
    });
    let record = other.open_witnessed(signer(), witness).await;
    // What the backup holds was written while another witness looked on.
    let aside = witness.with_extension("aside");
    std::fs::rename(witness, &aside).unwrap();
    std::fs::create_dir(witness).unwrap();
    record.create(&fg30()).await.unwrap();
    for word in words {
        append_after_all(&*record, one(word)).await;
    }
    std::fs::remove_dir_all(witness).unwrap();
    std::fs::rename(&aside, witness).unwrap();
    (record, other)
}

async fn witnessed(home: &Home, words: &[&str]) -> (Arc<dyn Record>, PathBuf) {
    let witness = home.path("witness");
    let record = home.open_witnessed(signer(), &witness).await;
    record.create(&fg30()).await.unwrap();
    for word in words {
        append_after_all(&*record, one(word)).await;
    }
    (record, witness)
}

async fn an_older_record_is_told_from_the_one_it_was(home: Home) {
    let (record, witness) = witnessed(&home, &["a", "b", "c"]).await;
    assert_eq!(record.inspect(&fg30()).await.unwrap().seq, 3);
    let (older, _other) = restored(&home, &witness, &["a", "b"]).await;
    for _ in 0..2 {
        let refused = older.inspect(&fg30()).await.unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the record of FG30 has lost history: its witness has seen entry 3, but it ends with \
             entry 2 of epoch 0; restore a later backup, or accept the loss and say why: `landfall record accept-loss`"
        );
        let refused = older.create(&fg30()).await.unwrap_err();
        assert!(matches!(refused, RecordError::HistoryLost { .. }), "{refused}");
    }
    let (empty, _other) = restored(&home, &witness, &[]).await;
    let refused = empty.create(&fg30()).await.unwrap_err();
    assert!(matches!(refused, RecordError::HistoryLost { .. }), "{refused}");
}

async fn a_record_with_other_entries_is_told_from_the_one_it_was(home: Home) {
    let (_record, witness) = witnessed(&home, &["a", "b", "c"]).await;
    for words in [&["a", "x", "c"][..], &["a", "b", "x"], &["x", "b", "c", "d", "e"]] {
        let (other, _other) = restored(&home, &witness, words).await;
        let refused = other.inspect(&fg30()).await.unwrap_err();
        assert!(matches!(refused, RecordError::Rewritten { .. }), "{words:?}: {refused}");
    }
    let (longer, _other) = restored(&home, &witness, &["a", "b", "c", "d", "e"]).await;
    assert_eq!(longer.inspect(&fg30()).await.unwrap().seq, 5);
}

async fn a_witness_that_lags_behind_catches_up(home: Home) {
    let (record, witness) = witnessed(&home, &["a", "b", "c"]).await;
    let file = witness.join("FG30.checkpoints");
    let written = std::fs::read(&file).unwrap();
    // The crash came in the middle of writing the last checkpoint.
    std::fs::write(&file, &written[..written.len() - 30]).unwrap();
    record.inspect(&fg30()).await.unwrap();
    let (older, _other) = restored(&home, &witness, &["a", "b"]).await;
    let refused = older.inspect(&fg30()).await.unwrap_err();
    assert!(matches!(refused, RecordError::HistoryLost { .. }), "{refused}");
    // Without any witness yet, the first look makes one.
    std::fs::remove_file(&file).unwrap();
    record.inspect(&fg30()).await.unwrap();
    assert!(file.exists());
}

async fn an_append_that_cannot_be_witnessed_says_that_it_is_written(home: Home) {
    let (record, witness) = witnessed(&home, &["a"]).await;
    std::fs::remove_dir_all(&witness).unwrap();
    std::fs::write(&witness, "not a directory").unwrap();
    let head = record.head(&fg30()).await.unwrap();
    let change = Change { commands: vec![("c".parse().unwrap(), 2)], ..one("b") };
    let said = record.append(&fg30(), &head, change.clone()).await.unwrap_err();
    assert!(matches!(said, RecordError::Unwitnessed { seq: 2, .. }), "{said}");
    let said = record.append(&fg30(), &head, change).await.unwrap_err();
    assert!(matches!(said, RecordError::Repeated { seq: 2, .. }), "{said}");
}

async fn a_lost_history_can_be_accepted_by_a_person(home: Home) {
    let (_record, witness) = witnessed(&home, &["a", "b", "c"]).await;
    let (older, _other) = restored(&home, &witness, &["a", "b"]).await;
    let before = older.head(&fg30()).await.unwrap();
    let accepted = accept(&*older).await;
    assert_eq!((accepted.seq, accepted.epoch), (2, before.epoch + 2));
    assert_eq!(older.inspect(&fg30()).await.unwrap(), accepted);
    // Whoever knew more is fenced; what the witness had seen is kept beside.
    let refused = older.append(&fg30(), &before, one("stale")).await.unwrap_err();
    assert!(matches!(refused, RecordError::Moved { .. }), "{refused}");
    let aside = std::fs::read_to_string(witness.join("FG30.checkpoints.before-2-1")).unwrap();
    assert!(aside.contains("landfall/FG30\n3\n"), "{aside}");
    older.append(&fg30(), &accepted, one("x")).await.unwrap();
    assert_eq!(older.inspect(&fg30()).await.unwrap().seq, 3);
}

async fn a_record_that_was_put_back_and_written_on_to_its_old_length_is_not_gone_on_with(
    home: Home,
) {
    let (_record, witness) = witnessed(&home, &["a", "b"]).await;
    let (older, other) = restored(&home, &witness, &["a"]).await;
    let before = older.head(&fg30()).await.unwrap();
    // What people decide of the loss stands in the record, and the witness is not told of it.
    older.append_unwitnessed(&fg30(), &before, one("x")).await.unwrap();
    let found = older.head(&fg30()).await.unwrap();
    assert_eq!(found.seq, 2);
    // A record in memory is only the one that made it.
    let again = match other.location {
        Location::Memory => older.clone(),
        Location::Sqlite(_) | Location::Postgres(_) => {
            other.open_witnessed(signer(), &witness).await
        }
    };
    for record in [&older, &again] {
        let refused = record.append(&fg30(), &found, one("y")).await.unwrap_err();
        assert!(matches!(refused, RecordError::Rewritten { .. }), "{refused}");
    }
    assert_eq!(older.head(&fg30()).await.unwrap(), found);
}

async fn another_key_is_refused(home: Home) {
    if home.location == Location::Memory {
        // A record in memory never outlives its key.
        return;
    }
    let (_record, witness) = witnessed(&home, &["a"]).await;
    let other = home.open_witnessed(Signer::from_seed([8; 32]), &witness).await;
    let head = other.head(&fg30()).await.unwrap();
    for refused in [
        other.inspect(&fg30()).await.unwrap_err(),
        other.append(&fg30(), &head, one("b")).await.unwrap_err(),
        other.accept_as_found(&checkpoint(&*other).await).await.unwrap_err(),
    ] {
        assert!(matches!(refused, RecordError::OtherKey { .. }), "{refused}");
    }
}

/// Returns the record's own checkpoint.
async fn checkpoint(record: &dyn Record) -> Checkpoint {
    Checkpoint::claimed(&record.checkpoint(&fg30()).await.unwrap()).unwrap()
}

/// Accepts what the witness of `record` says of it, after everybody was told.
async fn accept(record: &dyn Record) -> Head {
    let refused = record.inspect(&fg30()).await.unwrap_err();
    let (RecordError::HistoryLost { witnessed, .. } | RecordError::Rewritten { witnessed, .. }) =
        &refused
    else {
        panic!("{refused}")
    };
    record.contradict(witnessed).await.unwrap();
    record.accept_as_found(witnessed).await.unwrap()
}
