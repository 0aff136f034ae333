//! The one place that knows that there are two engines.
//!
//! A statement goes out as text with `$1` placeholders and plain values, and
//! comes back as rows of plain values. Everything above is written once, as
//! ordinary code, and says the same to SQLite and to PostgreSQL.

use super::faults::fault;
use super::open_file::OpenFile;
use super::text;
use crate::error::RecordError;
use model::digest::Digest;
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgArguments;
use sqlx::{
    Column as _, PgConnection, PgPool, Postgres, Row as _, SqlSafeStr as _, Sqlite,
    SqliteConnection, SqlitePool, TypeInfo as _, ValueRef as _,
};
use std::time::Duration;

/// A database with its connections.
pub(crate) enum Database {
    /// SQLite has one writer at a time; a second connection would only wait in line.
    Sqlite { writer: SqlitePool, readers: SqlitePool, file: OpenFile },
    /// PostgreSQL.
    Postgres(PgPool),
}

/// A statement.
#[derive(Clone)]
pub(crate) struct Statement {
    pub(super) text: sqlx::SqlStr,
    /// Whether the connection keeps it prepared; not worth it where hardly any two are alike.
    pub(super) kept: bool,
}

impl From<&'static str> for Statement {
    fn from(text: &'static str) -> Self {
        Self { text: text.into_sql_str(), kept: true }
    }
}

/// A value that goes out with a statement.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    Integer(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a> From<&'a Digest> for Value<'a> {
    fn from(digest: &'a Digest) -> Self {
        Self::Bytes(digest.as_bytes())
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<u64> for Value<'_> {
    /// Sequence numbers, tokens and epochs never come near 2^63.
    fn from(number: u64) -> Self {
        Self::Integer(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

/// The values of many tuples at one place of theirs: PostgreSQL takes them as one.
#[derive(Clone, Debug)]
pub(crate) enum Column<'a> {
    Integers(Vec<i64>),
    Texts(Vec<&'a str>),
    Bytes(Vec<&'a [u8]>),
}

/// A row that came back, taken apart from left to right.
pub(crate) struct Row(std::vec::IntoIter<Cell>);

#[derive(Debug)]
enum Cell {
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
    Null,
}

impl Row {
    fn next(&mut self) -> Result<Cell, RecordError> {
        self.0.next().ok_or_else(|| RecordError::corrupt("a row is shorter than it should be"))
    }

    pub(crate) fn integer(&mut self) -> Result<i64, RecordError> {
        match self.next()? {
            Cell::Integer(number) => Ok(number),
            other @ (Cell::Text(_) | Cell::Bytes(_) | Cell::Null) => Err(wrong("a number", &other)),
        }
    }

    /// Returns a sequence number, a token or an epoch.
    pub(crate) fn number(&mut self) -> Result<u64, RecordError> {
        let number = self.integer()?;
        u64::try_from(number).map_err(|_| wrong("a count", &Cell::Integer(number)))
    }

    pub(crate) fn text(&mut self) -> Result<String, RecordError> {
        match self.next()? {
            Cell::Text(text) => Ok(text),
            other @ (Cell::Integer(_) | Cell::Bytes(_) | Cell::Null) => Err(wrong("text", &other)),
        }
    }

    /// Returns whatever is there, as text.
    pub(crate) fn as_text(&mut self) -> Result<String, RecordError> {
        match self.next()? {
            Cell::Integer(number) => Ok(number.to_string()),
            Cell::Text(text) => Ok(text),
            other @ (Cell::Bytes(_) | Cell::Null) => Err(wrong("a setting", &other)),
        }
    }

    pub(crate) fn bytes(&mut self) -> Result<Vec<u8>, RecordError> {
        match self.next()? {
            Cell::Bytes(bytes) => Ok(bytes),
            other @ (Cell::Integer(_) | Cell::Text(_) | Cell::Null) => Err(wrong("bytes", &other)),
        }
    }

    /// Returns whatever is there, as bytes: SQLite joins bytes to a text.
    pub(crate) fn as_bytes(&mut self) -> Result<Vec<u8>, RecordError> {
        match self.next()? {
            Cell::Text(text) => Ok(text.into_bytes()),
            Cell::Bytes(bytes) => Ok(bytes),
            other @ (Cell::Integer(_) | Cell::Null) => Err(wrong("bytes", &other)),
        }
    }

    pub(crate) fn digest(&mut self) -> Result<Digest, RecordError> {
        let bytes = self.bytes()?;
        let found = bytes.len();
        bytes.try_into().map(Digest::from_bytes).map_err(|_| {
            RecordError::corrupt(format!("a stored digest has {found} bytes instead of 32"))
        })
    }
}

fn wrong(wanted: &str, found: &Cell) -> RecordError {
    let found = match found {
        Cell::Integer(number) => format!("the number {number}"),
        Cell::Text(_) => "text".to_owned(),
        Cell::Bytes(_) => "bytes".to_owned(),
        Cell::Null => "nothing".to_owned(),
    };
    RecordError::corrupt(format!("{found} is stored where {wanted} should be"))
}

/// Returns `$statement` as a query of sqlx with its values bound.
macro_rules! bound {
    ($engine:ty, $statement:expr, $values:expr) => {{
        let mut query = sqlx::query::<$engine>($statement.text.clone()).persistent($statement.kept);
        for value in $values {
            query = match *value {
                Value::Integer(number) => query.bind(number),
                Value::Text(text) => query.bind(text),
                Value::Bytes(bytes) => query.bind(bytes),
            };
        }
        query
    }};
}

/// Returns one row of sqlx as plain values, by the types that the engine names.
macro_rules! cells {
    ($row:expr) => {{
        let row = $row;
        let mut cells = Vec::with_capacity(row.columns().len());
        for column in row.columns() {
            let place = column.ordinal();
            let value = row.try_get_raw(place)?;
            cells.push(if value.is_null() {
                Cell::Null
            } else {
                match value.type_info().name() {
                    "INTEGER" | "INT8" => Cell::Integer(row.try_get(place)?),
                    "BLOB" | "BYTEA" => Cell::Bytes(row.try_get(place)?),
                    _ => Cell::Text(row.try_get(place)?),
                }
            });
        }
        Ok(Row(cells.into_iter()))
    }};
}

/// How long PostgreSQL may take to answer one statement, of which the longest take seconds. Whoever waits for
/// longer waits for somebody who is gone, and would for good: a computer without power sends nothing, and a
/// connection on which nothing is sent is not found broken.
const ANSWERS_WITHIN: Duration = Duration::from_secs(120);

/// Returns what PostgreSQL answers to `asked`, or that it does not.
async fn answered<T>(
    asked: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    let silent = |_| {
        let said = format!("the database has not answered for {} s", ANSWERS_WITHIN.as_secs());
        sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, said))
    };
    tokio::time::timeout(ANSWERS_WITHIN, asked).await.map_err(silent)?
}

/// A connection on which statements are run, one after the other.
pub(crate) enum Link<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

impl Link<'_> {
    /// Runs a statement and returns its rows.
    pub(crate) async fn rows(
        &mut self,
        statement: impl Into<Statement>,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, RecordError> {
        let statement = statement.into();
        let rows = match self {
            Self::Sqlite(connection) => {
                let query = bound!(Sqlite, statement, values);
                query.fetch_all(&mut **connection).await.and_then(sqlite_rows)
            }
            Self::Postgres(connection) => {
                let query = bound!(Postgres, statement, values);
                answered(query.fetch_all(&mut **connection)).await.and_then(postgres_rows)
            }
        };
        rows.map_err(fault)
    }

    /// Runs a statement whose last values are columns, and returns its rows. Of PostgreSQL alone.
    pub(crate) async fn rows_of_columns(
        &mut self,
        statement: Statement,
        values: &[Value<'_>],
        columns: &[Column<'_>],
    ) -> Result<Vec<Row>, RecordError> {
        let Self::Postgres(connection) = self else { return Err(columns_are_of_postgres()) };
        let query = with_columns(bound!(Postgres, statement, values), columns);
        answered(query.fetch_all(&mut **connection)).await.and_then(postgres_rows).map_err(fault)
    }

    /// Runs a statement whose last values are columns, and returns how many rows it changed. Of
    /// PostgreSQL alone.
    pub(crate) async fn run_columns(
        &mut self,
        statement: Statement,
        values: &[Value<'_>],
        columns: &[Column<'_>],
    ) -> Result<u64, RecordError> {
        let Self::Postgres(connection) = self else { return Err(columns_are_of_postgres()) };
        let query = with_columns(bound!(Postgres, statement, values), columns);
        let changed = answered(query.execute(&mut **connection)).await;
        changed.map(|it| it.rows_affected()).map_err(fault)
    }

    /// Runs a statement and returns its first row.
    pub(crate) async fn row(
        &mut self,
        statement: impl Into<Statement>,
        values: &[Value<'_>],
    ) -> Result<Option<Row>, RecordError> {
        Ok(self.rows(statement, values).await?.into_iter().next())
    }

    /// Runs a statement and returns how many rows it changed.
    pub(crate) async fn run(
        &mut self,
        statement: impl Into<Statement>,
        values: &[Value<'_>],
    ) -> Result<u64, RecordError> {
        let statement = statement.into();
        let changed = match self {
            Self::Sqlite(connection) => {
                let query = bound!(Sqlite, statement, values);
                query.execute(&mut **connection).await.map(|it| it.rows_affected())
            }
            Self::Postgres(connection) => {
                let query = bound!(Postgres, statement, values);
                answered(query.execute(&mut **connection)).await.map(|it| it.rows_affected())
            }
        };
        changed.map_err(fault)
    }

    /// Returns `sqlite` on SQLite and `postgres` on PostgreSQL: for the few statements that differ.
    pub(crate) fn choose(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self {
            Self::Sqlite(_) => sqlite,
            Self::Postgres(_) => postgres,
        }
    }
}

fn with_columns<'q>(
    query: sqlx::query::Query<'q, Postgres, PgArguments>,
    columns: &'q [Column<'q>],
) -> sqlx::query::Query<'q, Postgres, PgArguments> {
    columns.iter().fold(query, |query, column| match column {
        Column::Integers(numbers) => query.bind(numbers),
        Column::Texts(texts) => query.bind(texts),
        Column::Bytes(bytes) => query.bind(bytes),
    })
}

fn columns_are_of_postgres() -> RecordError {
    RecordError::corrupt("a statement for PostgreSQL was sent to SQLite")
}

fn sqlite_rows(rows: Vec<sqlx::sqlite::SqliteRow>) -> Result<Vec<Row>, sqlx::Error> {
    rows.iter().map(|row| cells!(row)).collect()
}

fn postgres_rows(rows: Vec<sqlx::postgres::PgRow>) -> Result<Vec<Row>, sqlx::Error> {
    rows.iter().map(|row| cells!(row)).collect()
}

/// A transaction that writes. Dropped before its end, it is rolled back.
pub(crate) enum Transaction {
    Sqlite(SqliteTransaction),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl Transaction {
    pub(crate) fn link(&mut self) -> Link<'_> {
        match self {
            Self::Sqlite(transaction) => Link::Sqlite(&mut transaction.connection),
            Self::Postgres(transaction) => Link::Postgres(transaction),
        }
    }

    pub(crate) async fn commit(self) -> Result<(), RecordError> {
        let committed = match self {
            Self::Sqlite(transaction) => transaction.end("COMMIT").await,
            Self::Postgres(transaction) => answered(transaction.commit()).await,
        };
        committed.map_err(fault)
    }

    /// Takes everything back. Where that fails the connection is closed, which does it too.
    pub(crate) async fn roll_back(self) {
        match self {
            Self::Sqlite(transaction) => transaction.end("ROLLBACK").await.ok(),
            Self::Postgres(transaction) => answered(transaction.rollback()).await.ok(),
        };
    }
}

/// A transaction of SQLite.
///
/// SQLite itself rolls back when the disk is full or fails, and sqlx would then count a
/// transaction that is no longer there, and refuse every later one on this connection.
/// So it is begun and ended by hand, and a connection in doubt is closed.
pub(crate) struct SqliteTransaction {
    connection: PoolConnection<Sqlite>,
    ended: bool,
}

impl SqliteTransaction {
    async fn begin(writer: &SqlitePool) -> Result<Self, sqlx::Error> {
        // Owned before it begins: a caller that gives up meanwhile must not leave it open.
        let mut transaction = Self { connection: writer.acquire().await?, ended: false };
        sqlx::query("BEGIN IMMEDIATE").execute(&mut *transaction.connection).await?;
        Ok(transaction)
    }

    async fn end(mut self, statement: &'static str) -> Result<(), sqlx::Error> {
        sqlx::query(statement).execute(&mut *self.connection).await?;
        self.ended = true;
        Ok(())
    }
}

impl Drop for SqliteTransaction {
    fn drop(&mut self) {
        if !self.ended {
            self.connection.close_on_drop();
        }
    }
}

/// A connection that reads.
pub(crate) enum Reader {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

impl Reader {
    pub(crate) fn link(&mut self) -> Link<'_> {
        match self {
            Self::Sqlite(connection) => Link::Sqlite(connection),
            Self::Postgres(connection) => Link::Postgres(connection),
        }
    }
}

impl Database {
    /// Begins a transaction that writes. On SQLite the write lock comes first: a
    /// transaction that reads before it writes would fail at once beside another writer.
    pub(crate) async fn write(&self) -> Result<Transaction, RecordError> {
        let begun = match self {
            Self::Sqlite { writer, file, .. } => {
                file.still_there()?;
                SqliteTransaction::begin(writer).await.map(Transaction::Sqlite)
            }
            Self::Postgres(pool) => answered(pool.begin()).await.map(Transaction::Postgres),
        };
        begun.map_err(fault)
    }

    /// Writes the database anew, without the remains of what was deleted.
    pub(crate) async fn scrub(&self) -> Result<(), RecordError> {
        match self {
            Self::Sqlite { writer, .. } => {
                let mut connection = writer.acquire().await.map_err(fault)?;
                let mut link = Link::Sqlite(&mut connection);
                link.run(text::SCRUB_SQLITE, &[]).await?;
                // The log holds pages of before until it is emptied, which a reader holds up.
                let emptied = link.row(text::EMPTY_LOG_SQLITE, &[]).await?;
                match emptied.map(|mut row| row.integer()).transpose()? {
                    Some(0) => Ok(()),
                    Some(_) | None => {
                        let source = "somebody reads the database all the time".into();
                        Err(RecordError::Storage { source })
                    }
                }
            }
            Self::Postgres(pool) => {
                let mut connection = pool.acquire().await.map_err(fault)?;
                let mut link = Link::Postgres(&mut connection);
                for statement in text::SCRUB_POSTGRES {
                    link.run(statement, &[]).await?;
                }
                Ok(())
            }
        }
    }

    /// Returns a connection that reads.
    pub(crate) async fn read(&self) -> Result<Reader, RecordError> {
        let acquired = match self {
            Self::Sqlite { readers, file, .. } => {
                file.still_there()?;
                readers.acquire().await.map(Reader::Sqlite)
            }
            Self::Postgres(pool) => pool.acquire().await.map(Reader::Postgres),
        };
        acquired.map_err(fault)
    }
}
