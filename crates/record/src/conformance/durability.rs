//! Databases that lie, are full, or were changed behind the record's back.

use super::{Home, Kind, body, fg30, one, signer};
use crate::chain::Tip;
use crate::notary::Notary;
use crate::sql::SqlRecord;
use crate::{Change, Checkpoint, Flaw, Location, Record, RecordError, Snapshot, VerifyError};
use crate::{open, testing, verify};
use std::sync::Arc;

async fn begun(kind: Kind) -> (Home, SqlRecord) {
    let home = Home::new(kind);
    let notary = Notary::open(signer(), Some(&home.path("witness"))).unwrap();
    let record = match &home.location {
        Location::Memory => panic!("memory cannot be changed behind its back"),
        Location::Sqlite(path) => SqlRecord::sqlite(path, notary).await.unwrap(),
        Location::Postgres(url) => SqlRecord::postgres(url, notary).await.unwrap(),
    };
    let head = record.create(&fg30()).await.unwrap();
    let entries = ["a", "b", "c", "d"].map(body).to_vec();
    let contents = vec![b"evidence".to_vec()];
    let change = Change { entries, contents, ..Change::default() };
    record.append(&fg30(), &head, change).await.unwrap();
    (home, record)
}

// Proves: X-13
#[tokio::test]
async fn a_row_that_somebody_edited_is_the_first_bad_entry() {
    for (statement, seq, why) in [
        (
            r#"UPDATE entries SET body = CAST('{"event":"x"}' AS BLOB) WHERE seq = 3"#,
            3,
            Some(Flaw::Hash),
        ),
        ("UPDATE entries SET hash = zeroblob(32) WHERE seq = 2", 2, Some(Flaw::Hash)),
        ("DELETE FROM entries WHERE seq = 2", 2, Some(Flaw::Number { found: 3 })),
        ("DELETE FROM entries WHERE seq = 4", 4, Some(Flaw::Missing { size: 4 })),
        ("UPDATE contents SET body = zeroblob(8)", 4, None),
        ("DELETE FROM deployment_contents; DELETE FROM contents", 0, None),
    ] {
        let (_home, record) = begun(Kind::Sqlite).await;
        record.tamper(statement).await.unwrap();
        let key = signer();
        match verify(&record, &fg30(), key.verifier_key()).await {
            Err(VerifyError::Bad(bad)) => {
                assert_eq!(bad.seq, seq, "{statement}: {bad}");
                assert!(why.is_none_or(|it| it == bad.why), "{statement}");
            }
            // Only the entries say which contents there should be.
            Ok(verified) => assert_eq!((seq, verified.contents), (0, 0), "{statement}"),
            Err(other) => panic!("{statement}: {other}"),
        }
    }
}

#[tokio::test]
async fn a_head_that_somebody_turned_back_is_refused_at_start() {
    for statement in [
        "DELETE FROM entries WHERE seq = 4",
        "UPDATE deployments SET seq = 3",
        "UPDATE deployments SET frontier = zeroblob(32)",
        "UPDATE deployments SET checkpoint = ''",
        "UPDATE entries SET hash = zeroblob(32) WHERE seq = 4",
        "UPDATE deployments SET vkey = 'nobody'",
    ] {
        let (_home, record) = begun(Kind::Sqlite).await;
        let head = record.head(&fg30()).await.unwrap();
        record.tamper(statement).await.unwrap();
        let refused = record.inspect(&fg30()).await;
        assert!(matches!(refused, Err(RecordError::Corrupt { .. })), "{statement}: {refused:?}");
        // Nobody who was there before goes on from it; the entries themselves are read at the start.
        if statement.contains("deployments") {
            assert!(record.append(&fg30(), &head, one("e")).await.is_err(), "{statement}");
        }
    }
}

/// Writes entries from `first` on anew, with other bodies, with every hash that stands in the database, and
/// with a tree over `size` of them: what whoever writes to it can do without the key.
async fn forge(kind: Kind, record: &SqlRecord, first: u64, size: u64) {
    let bytes = |it: &[u8]| {
        let digits: String = it.iter().map(|it| format!("{it:02x}")).collect();
        match kind {
            Kind::Memory | Kind::Sqlite => format!("X'{digits}'"),
            Kind::Postgres => format!("'\\x{digits}'"),
        }
    };
    let stored = record.read(&fg30(), 0, 100).await.unwrap();
    let mut tip = Tip::beginning();
    for seq in 1..=size {
        let before = stored.iter().find(|it| it.seq == seq && seq < first);
        let forged = before.map_or_else(|| body(format!("forged {seq}")), |it| it.body.clone());
        let hash = tip.push(&forged);
        let (hash, forged) = (bytes(hash.as_bytes()), bytes(&forged));
        let written = format!(
            "INSERT INTO entries (deployment, seq, hash, body) VALUES ('FG30', {seq}, {hash}, {forged})
            ON CONFLICT (deployment, seq) DO UPDATE SET hash = excluded.hash, body = excluded.body"
        );
        record.tamper(&written).await.unwrap();
    }
    let hash = bytes(tip.head.hash.as_bytes());
    record.tamper(&format!("UPDATE deployments SET seq = {size}, hash = {hash}")).await.unwrap();
    if size != stored.len() as u64 {
        let peaks = bytes(&tip.tree.to_bytes());
        record.tamper(&format!("UPDATE deployments SET frontier = {peaks}")).await.unwrap();
    }
}

/// Puts the checkpoint there that an earlier program would have signed.
async fn sign_as_before(record: &SqlRecord) {
    let checkpoint = record.checkpoint(&fg30()).await.unwrap();
    let checkpoint = Checkpoint::open(&checkpoint, signer().verifier_key()).unwrap();
    let note = Checkpoint { chain: None, ..checkpoint }.sign(&signer());
    record.tamper(&format!("UPDATE deployments SET checkpoint = '{note}'")).await.unwrap();
}

#[tokio::test]
async fn a_record_that_somebody_without_the_key_wrote_anew_is_refused_although_its_witness_agrees()
{
    for kind in [Kind::Sqlite, Kind::Postgres] {
        for (first, size, is_of_before) in
            [(4, 4, false), (2, 4, false), (5, 5, false), (5, 6, false), (4, 4, true), (1, 4, true)]
        {
            let (_home, record) = begun(kind).await;
            if is_of_before {
                sign_as_before(&record).await;
                record.inspect(&fg30()).await.unwrap();
            }
            forge(kind, &record, first, size).await;
            let why = format!("{kind:?}, {first} to {size}, {is_of_before}");
            let refused = record.inspect(&fg30()).await;
            assert!(matches!(refused, Err(RecordError::Corrupt { .. })), "{why}: {refused:?}");
            if !is_of_before {
                // A server that runs, and believed it, signs nothing that goes on from there.
                let found = record.head(&fg30()).await.unwrap();
                let refused = record.append(&fg30(), &found, one("e")).await;
                assert!(matches!(refused, Err(RecordError::Corrupt { .. })), "{why}: {refused:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_record_that_an_earlier_program_signed_goes_on_and_verifies() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let (_home, record) = begun(kind).await;
        sign_as_before(&record).await;
        let key = signer();
        verify(&record, &fg30(), key.verifier_key()).await.unwrap();
        let head = record.inspect(&fg30()).await.unwrap();
        let appended = record.append(&fg30(), &head, one("e")).await.unwrap();
        let signed = Checkpoint::open(&appended.checkpoint, key.verifier_key()).unwrap();
        assert_eq!(signed.chain, Some(appended.head.hash));
        verify(&record, &fg30(), key.verifier_key()).await.unwrap();
    }
}

#[tokio::test]
async fn a_snapshot_that_somebody_edited_is_not_believed() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        for (statement, newest) in [
            ("UPDATE snapshots SET seal = seal", Some(4)),
            ("UPDATE snapshots SET body = hash WHERE seq = 4", Some(3)),
            ("UPDATE snapshots SET seal = '' WHERE seq = 4", Some(3)),
            ("UPDATE snapshots SET body = hash", None),
            // As an earlier program wrote them.
            ("UPDATE snapshots SET seal = ''", None),
        ] {
            let (_home, record) = begun(kind).await;
            for it in record.read(&fg30(), 2, 2).await.unwrap() {
                let (seq, hash) = (it.seq, it.hash);
                let snapshot = Snapshot { seq, hash, bytes: b"folded".to_vec() };
                record.put_snapshot(&fg30(), snapshot).await.unwrap();
            }
            record.tamper(statement).await.unwrap();
            let found = record.snapshot(&fg30()).await.unwrap();
            assert_eq!(found.map(|it| it.seq), newest, "{kind:?}: {statement}");
        }
    }
}

#[tokio::test]
async fn a_full_disk_refuses_the_append_and_keeps_what_there_is() {
    let (_home, record) = begun(Kind::Sqlite).await;
    record.tamper("PRAGMA max_page_count = 1").await.unwrap();
    let head = record.head(&fg30()).await.unwrap();
    let change = Change { contents: vec![vec![1; 1024 * 1024]], ..one("e") };
    let refused = record.append(&fg30(), &head, change.clone()).await.unwrap_err();
    assert!(matches!(refused, RecordError::Full { .. }), "{refused}");
    assert_eq!(record.inspect(&fg30()).await.unwrap(), head);
    // There is room again: nobody has to start anything anew.
    record.tamper("PRAGMA max_page_count = 1000000").await.unwrap();
    record.append(&fg30(), &head, change).await.unwrap();
}

#[tokio::test]
async fn a_database_that_takes_no_writes_says_so() {
    let (_home, record) = begun(Kind::Sqlite).await;
    let head = record.head(&fg30()).await.unwrap();
    record.tamper("PRAGMA query_only = ON").await.unwrap();
    let refused = record.append(&fg30(), &head, one("e")).await.unwrap_err();
    assert!(matches!(refused, RecordError::ReadOnly { .. }), "{refused}");

    // So is a standby of PostgreSQL, and a database that was set so.
    let (home, record) = begun(Kind::Postgres).await;
    drop(record);
    let Location::Postgres(url) = &home.location else { panic!("{}", home.location) };
    let name = url.split(['/', '?']).nth(3).unwrap();
    let set = format!("ALTER DATABASE {name} SET default_transaction_read_only = on");
    testing::postgres().run(&set);
    let refused = open(&home.location, signer(), None).await.err().unwrap();
    assert!(matches!(refused, RecordError::ReadOnly { .. }), "{refused}");
}

#[tokio::test]
async fn a_file_that_is_put_into_the_place_of_an_open_database_is_neither_read_nor_written() {
    let (home, record) = begun(Kind::Sqlite).await;
    let head = record.head(&fg30()).await.unwrap();
    let (path, aside) = (home.path("record.db"), home.path("aside"));
    std::fs::rename(&path, &aside).unwrap();
    for other in ["none", "a copy"] {
        if other == "a copy" {
            std::fs::copy(&aside, &path).unwrap();
        }
        let written = record.append(&fg30(), &head, one("e")).await.err().unwrap();
        assert!(matches!(written, RecordError::Replaced { .. }), "{other}: {written}");
        let read = record.head(&fg30()).await.err().unwrap();
        assert!(matches!(read, RecordError::Replaced { .. }), "{other}: {read}");
    }
    // The one that was open is put back: nothing has happened.
    std::fs::rename(&aside, &path).unwrap();
    record.append(&fg30(), &head, one("e")).await.unwrap();
}

#[tokio::test]
async fn a_file_that_is_no_database_is_called_damaged() {
    let home = Home::new(Kind::Sqlite);
    std::fs::write(home.path("record.db"), vec![0x55; 8192]).unwrap();
    let refused = open(&home.location, signer(), None).await.err().unwrap();
    assert!(matches!(refused, RecordError::Corrupt { .. }), "{refused}");
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_left_alone() {
    for (kind, yes) in [(Kind::Sqlite, "1"), (Kind::Postgres, "true")] {
        let (home, record) = begun(kind).await;
        let newer = format!(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             SELECT 99, 'newer', {yes}, checksum, 0 FROM _sqlx_migrations WHERE version = 1"
        );
        record.tamper(&newer).await.unwrap();
        let refused = open(&home.location, signer(), None).await.err().unwrap();
        assert!(matches!(refused, RecordError::Newer { version: 99 }), "{refused}");
    }
}

#[tokio::test]
async fn a_postgresql_that_would_forget_is_refused_by_name() {
    let cluster = testing::postgres();
    let url = cluster.database();
    let name = url.split(['/', '?']).nth(3).unwrap();
    for (value, weak) in [("off", true), ("local", true), ("remote_apply", false), ("on", false)] {
        cluster.run(&format!("ALTER DATABASE {name} SET synchronous_commit = {value}"));
        let opened = open(&Location::Postgres(url.clone()), signer(), None).await;
        let refused = opened.err().map(|it| it.to_string());
        let said = format!(
            "the database is set up to lose entries when the power fails: synchronous_commit is \
             {value}; set it to on or remote_apply"
        );
        assert_eq!(refused, weak.then_some(said), "{value}");
    }
}

#[tokio::test]
async fn many_processes_may_make_one_database_at_the_same_time() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let home = Arc::new(Home::new(kind));
        let processes = (0..6).map(|_| {
            let home = home.clone();
            tokio::spawn(async move { home.begun().await.2.seq })
        });
        for process in processes.collect::<Vec<_>>() {
            assert_eq!(process.await.unwrap(), 0, "{kind:?}");
        }
    }
}
