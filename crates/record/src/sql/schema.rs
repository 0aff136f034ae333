//! Opening a database: its schema, and whether it keeps what it acknowledges.
//!
//! Durability is no option of the user's. A power cut takes acknowledged entries
//! from a database that is set up weaker than this, so it is refused.

use super::faults::fault;
use super::link::{Database, Link};
use super::open_file::OpenFile;
use crate::error::RecordError;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Executor as _, PgPool, SqlSafeStr as _, Sqlite, SqlitePool};
use std::path::Path;
use std::time::Duration;
use tokio::time::Instant;

/// How long a statement waits for another process that writes to the same file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long whoever finds a new file locked waits before it looks again.
const LOCKED_AGAIN_AFTER: Duration = Duration::from_millis(10);

/// How many connections read a SQLite file at once: more readers than cores only queue there.
const SQLITE_READERS: u32 = 4;

/// How many connections one process opens to PostgreSQL, whose default for all is 100.
const POSTGRES_CONNECTIONS: u32 = 8;

/// How long PostgreSQL lets a transaction of ours do nothing. Whoever is frozen in the middle of
/// one holds rows that others need: it is taken back, and fails when its owner wakes up.
const IDLE_IN_TRANSACTION: &str = "SET idle_in_transaction_session_timeout = '10s'";

/// A setting that a database must have.
struct Needed {
    name: &'static str,
    ask: &'static str,
    values: &'static [&'static str],
    text: &'static str,
}

const SQLITE_NEEDED: [Needed; 4] = [
    Needed { name: "journal_mode", ask: "PRAGMA journal_mode", values: &["wal"], text: "wal" },
    Needed { name: "synchronous", ask: "PRAGMA synchronous", values: &["2", "3"], text: "full" },
    Needed { name: "foreign_keys", ask: "PRAGMA foreign_keys", values: &["1"], text: "on" },
    Needed { name: "busy_timeout", ask: "PRAGMA busy_timeout", values: &["10000"], text: "10000" },
];

const POSTGRES_NEEDED: [Needed; 3] = [
    Needed { name: "fsync", ask: "SHOW fsync", values: &["on"], text: "on" },
    Needed { name: "full_page_writes", ask: "SHOW full_page_writes", values: &["on"], text: "on" },
    Needed {
        name: "synchronous_commit",
        ask: "SHOW synchronous_commit",
        values: &["on", "remote_apply"],
        text: "on or remote_apply",
    },
];

/// How the number of an order is declared: in SQLite as the number of its row, which takes this word.
const NUMBERS: [&str; 2] =
    ["number BIGINT NOT NULL PRIMARY KEY", "number INTEGER NOT NULL PRIMARY KEY"];

/// Returns the changes of the schema, oldest first, with the orders numbered as `number` says. A
/// change that was released is never edited.
fn migrator(number: &str) -> Migrator {
    let unfinished = include_str!("../../migrations/0004_unfinished_orders.sql");
    let versions = [
        (1, "record", include_str!("../../migrations/0001_record.sql").to_owned()),
        (2, "workers", include_str!("../../migrations/0002_workers.sql").to_owned()),
        (3, "accounts", include_str!("../../migrations/0003_accounts.sql").to_owned()),
        (4, "unfinished orders", unfinished.replace(NUMBERS[0], number)),
        (5, "refusals", include_str!("../../migrations/0005_refusals.sql").to_owned()),
        (6, "bundles", include_str!("../../migrations/0006_bundles.sql").to_owned()),
        (7, "openings", include_str!("../../migrations/0007_openings.sql").to_owned()),
        (8, "contradicted", include_str!("../../migrations/0008_contradicted.sql").to_owned()),
        (
            9,
            "contents by entry",
            include_str!("../../migrations/0009_contents_by_entry.sql").to_owned(),
        ),
        (10, "perhaps begun", include_str!("../../migrations/0010_perhaps_begun.sql").to_owned()),
        (
            11,
            "sealed snapshots",
            include_str!("../../migrations/0011_sealed_snapshots.sql").to_owned(),
        ),
        (12, "seals", include_str!("../../migrations/0012_seals.sql").to_owned()),
        (
            13,
            "sealed accounts",
            include_str!("../../migrations/0013_sealed_accounts.sql").to_owned(),
        ),
    ];
    let migration = |(version, name, text): (i64, &'static str, String)| {
        // Safe: the text is ours.
        let text = AssertSqlSafe(text).into_sql_str();
        Migration::new(version, name.into(), MigrationType::Simple, text, false)
    };
    Migrator::with_migrations(versions.map(migration).to_vec())
}

/// Opens the file at `path`, made at first use.
pub(super) async fn open_sqlite(path: &Path) -> Result<Database, RecordError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool = |options: SqliteConnectOptions, connections| {
        let pool = SqlitePoolOptions::new().max_connections(connections).test_before_acquire(false);
        pool.idle_timeout(None).max_lifetime(None).connect_lazy_with(options)
    };
    let writer: SqlitePool = pool(options.clone(), 1);
    let readers = pool(options.pragma("query_only", "ON"), SQLITE_READERS);
    {
        let mut connection = first_connection(&writer).await?;
        check(&mut Link::Sqlite(&mut connection), &SQLITE_NEEDED).await?;
    }
    // Under the write lock: another process may be opening the same new file.
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await.map_err(fault)?;
    migrator(NUMBERS[1]).run_direct(None, &mut *transaction, false).await.map_err(unmigrated)?;
    transaction.commit().await.map_err(fault)?;
    Ok(Database::Sqlite { writer, readers, file: OpenFile::at(path)? })
}

/// Returns the first connection to a file. Where several processes make it at once, all but one are told that it
/// is locked while it changes to its log, without a wait: they try again for as long as any statement waits.
async fn first_connection(writer: &SqlitePool) -> Result<PoolConnection<Sqlite>, RecordError> {
    let until = Instant::now() + BUSY_TIMEOUT;
    loop {
        match writer.acquire().await.map_err(fault) {
            Err(RecordError::Locked { .. }) if Instant::now() < until => {
                tokio::time::sleep(LOCKED_AGAIN_AFTER).await;
            }
            connected => return connected,
        }
    }
}

/// Opens the database at `url`.
pub(super) async fn open_postgres(url: &str) -> Result<Database, RecordError> {
    let options: PgConnectOptions = url.parse().map_err(fault)?;
    let pool: PgPool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .after_connect(|connection, _| {
            Box::pin(async move { connection.execute(IDLE_IN_TRANSACTION).await.map(|_| ()) })
        })
        .connect_with(options.application_name("landfall"))
        .await
        .map_err(fault)?;
    let mut connection = pool.acquire().await.map_err(fault)?;
    check(&mut Link::Postgres(&mut connection), &POSTGRES_NEEDED).await?;
    migrator(NUMBERS[0]).run_direct(None, &mut *connection, false).await.map_err(unmigrated)?;
    drop(connection);
    Ok(Database::Postgres(pool))
}

async fn check(link: &mut Link<'_>, needed: &'static [Needed]) -> Result<(), RecordError> {
    for needed in needed {
        let found = match link.row(needed.ask, &[]).await? {
            Some(mut row) => row.as_text()?,
            None => String::new(),
        };
        if !needed.values.contains(&found.as_str()) {
            let (setting, needed) = (needed.name, needed.text);
            return Err(RecordError::Weak { setting, found, needed });
        }
    }
    Ok(())
}

fn unmigrated(error: MigrateError) -> RecordError {
    if let MigrateError::VersionMissing(version) = error {
        return RecordError::Newer { version };
    }
    if let MigrateError::VersionMismatch(version) = error {
        let what = format!("step {version} of its schema is not the one this program made");
        return RecordError::Corrupt { what };
    }
    if let MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) = error {
        return fault(error);
    }
    RecordError::Storage { source: error.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_setting_that_would_lose_entries_is_refused_by_name() {
        let options = SqliteConnectOptions::new()
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .busy_timeout(BUSY_TIMEOUT);
        for (options, setting) in [
            (options.clone().synchronous(SqliteSynchronous::Normal), "synchronous"),
            (options.clone().journal_mode(SqliteJournalMode::Delete), "journal_mode"),
            (options.clone().foreign_keys(false), "foreign_keys"),
            (options.clone().busy_timeout(Duration::ZERO), "busy_timeout"),
        ] {
            let directory = tempfile::tempdir().unwrap();
            let options = options.filename(directory.path().join("record.db"));
            let pool = SqlitePoolOptions::new().connect_with(options).await.unwrap();
            let mut connection = pool.acquire().await.unwrap();
            let refused = check(&mut Link::Sqlite(&mut connection), &SQLITE_NEEDED).await;
            let named =
                matches!(&refused, Err(RecordError::Weak { setting: it, .. }) if *it == setting);
            assert!(named, "{setting}: {refused:?}");
        }
    }
}
