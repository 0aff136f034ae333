//! Databases that lie, are full, or were changed behind the record's back.

use super::{Home, Kind, body, fg30, one, signer};
use crate::notary::Notary;
use crate::sql::SqlRecord;
use crate::{Change, Flaw, Location, Record, RecordError, VerifyError, open, testing, verify};

async fn begun(kind: Kind) -> (Home, SqlRecord) {
    let home = Home::new(kind);
    let notary = Notary::open(signer(), None).unwrap();
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
        record.tamper(statement).await.unwrap();
        let before = record.inspect(&fg30()).await;
        // A frontier with wrong hashes shows in the next checkpoint at the latest.
        let shown = match before {
            Err(RecordError::Corrupt { .. }) => true,
            Ok(head) => {
                record.append(&fg30(), &head, one("e")).await.unwrap();
                let key = signer();
                verify(&record, &fg30(), key.verifier_key()).await.is_err()
            }
            Err(other) => panic!("{statement}: {other}"),
        };
        assert!(shown, "{statement}");
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
        let home = std::sync::Arc::new(Home::new(kind));
        let processes = (0..6).map(|_| {
            let home = home.clone();
            tokio::spawn(async move { home.begun().await.2.seq })
        });
        for process in processes.collect::<Vec<_>>() {
            assert_eq!(process.await.unwrap(), 0, "{kind:?}");
        }
    }
}
