//! How the two databases carry out what is asked in a loop: by index, whatever has piled up.
//!
//! Ordered by another column than its index, the claim once walked 400,000 ended
//! orders: 847 ms instead of 1. These tests look at the plans over 1,000,000 orders.

use super::SqlRecord;
use super::link::{Statement, Value};
use super::text;
use crate::error::RecordError;
use crate::key::Signer;
use crate::notary::Notary;
use crate::testing;
use sqlx::{AssertSqlSafe, SqlSafeStr as _};

fn loose(text: String) -> Statement {
    Statement { text: AssertSqlSafe(text).into_sql_str(), kept: false }
}

impl SqlRecord {
    /// Changes the database behind the record's back.
    pub(crate) async fn tamper(&self, statement: &str) -> Result<(), RecordError> {
        // Outside of a transaction, where some settings are ignored.
        use super::link::{Database, Link};
        match &self.database {
            Database::Sqlite { writer, .. } => {
                let mut connection = writer.acquire().await.map_err(super::faults::fault)?;
                Link::Sqlite(&mut connection).run(loose(statement.to_owned()), &[]).await?;
            }
            Database::Postgres(pool) => {
                let mut connection = pool.acquire().await.map_err(super::faults::fault)?;
                Link::Postgres(&mut connection).run(loose(statement.to_owned()), &[]).await?;
            }
        }
        Ok(())
    }

    /// Returns the number that `statement` selects.
    pub(crate) async fn count(&self, statement: &str) -> Result<u64, RecordError> {
        let mut transaction = self.database.write().await?;
        let row = transaction.link().row(loose(statement.to_owned()), &[]).await?;
        row.ok_or_else(|| RecordError::corrupt("nothing was selected"))?.number()
    }

    async fn plan(&self, explain: &str, statement: &str, values: &[Value<'_>]) -> String {
        let mut transaction = self.database.write().await.unwrap();
        let explained = loose(format!("{explain} {}", statement.replace("{}", "$4")));
        let mut plan = String::new();
        for mut row in transaction.link().rows(explained, values).await.unwrap() {
            while let Ok(cell) = row.as_text() {
                plan.push_str(&cell);
                plan.push(' ');
            }
            plan.push('\n');
        }
        plan
    }
}

/// Every statement that is asked in a loop, with as many values as it takes, and its index.
fn asked_in_a_loop(
    [open, lapsed]: [&'static str; 2],
) -> [(&'static str, Vec<Value<'static>>, &'static str); 9] {
    let (name, number, text) = (Value::Text("FG30"), Value::Integer(10), Value::Text("w"));
    [
        (open, vec![number, number, text], "orders_open"),
        (lapsed, vec![number, number, text], "orders_lapsed"),
        (text::RENEW, vec![number, text, number, number], "orders_leased"),
        (text::REPORTED, vec![name, number], "orders_reported"),
        (text::NOTICES, vec![name, number, number, number], "notices_undelivered"),
        (text::READ, vec![name, number, number], "entries"),
        (text::SEAL, vec![name, number], "seals"),
        (text::FORGET_SEALS, vec![name, number], "seals"),
        (text::CONTENTS_BETWEEN, vec![name, number, number, number], "deployment_contents_seq"),
    ]
}

const ORDERS: &str = "SELECT 1000000 + n, 'FG30', 'o#' || n, 1,
    CASE WHEN n % 1000 = 0 THEN 'open' WHEN n % 1000 = 1 THEN 'held'
        WHEN n % 1000 = 2 THEN 'reported' ELSE 'held' END, n, '',
        CASE WHEN n % 1000 = 1 THEN 0 ELSE 9223372036854775807 END, '{}' FROM numbers";
const INTO_ORDERS: &str = "INSERT INTO orders
    (number, deployment, id, intent, state, token, holder, held_until, body)";
const NOTICES: &str = "INSERT INTO notices (deployment, seq, n, delivered, body)
    SELECT deployment, number, 0, CASE WHEN state = 'held' THEN 1 ELSE 0 END,
        CAST('n' AS BYTEA) FROM orders WHERE number < 1100000";
const SEALS: &str = "INSERT INTO seals (deployment, first, digests, note)
    SELECT deployment, number, CAST('d' AS BYTEA), '' FROM orders WHERE number < 1100000";
const ENTRIES: &str = "INSERT INTO entries (deployment, seq, hash, body)
    SELECT deployment, number, CAST('h' AS BYTEA), CAST('b' AS BYTEA) FROM orders
    WHERE number < 1100000";

const CONTENTS: &str = "INSERT INTO contents (digest, body)
    SELECT CAST('d' || number AS BYTES), CAST('c' AS BYTEA) FROM orders WHERE number < 1100000";
const DEPLOYMENT_CONTENTS: &str = "INSERT INTO deployment_contents (deployment, digest, seq, whose)
    SELECT deployment, CAST('d' || number AS BYTES), number, '' FROM orders WHERE number < 1100000";

/// `bytes` is the type of bytes of the database.
async fn fill(record: &SqlRecord, orders: String, bytes: &str) {
    let contents = [CONTENTS, DEPLOYMENT_CONTENTS].map(|it| it.replace("BYTES", bytes));
    let [contents, of_deployment] = &contents;
    for statement in [&orders, NOTICES, SEALS, ENTRIES, contents, of_deployment, "ANALYZE"] {
        record.tamper(statement).await.unwrap();
    }
}

fn notary() -> Notary {
    Notary::open(Signer::from_seed([7; 32]), None).unwrap()
}

#[tokio::test]
async fn sqlite_answers_what_is_asked_in_a_loop_by_index_and_sorts_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let record = SqlRecord::sqlite(&directory.path().join("record.db"), notary()).await.unwrap();
    let numbers = "WITH RECURSIVE numbers (n) AS
        (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000000)";
    let orders = format!("{INTO_ORDERS} {numbers} {ORDERS}");
    for analysed in [false, true] {
        if analysed {
            fill(&record, orders.clone(), "BLOB").await;
        }
        for (statement, values, index) in asked_in_a_loop([text::OPEN_SQLITE, text::LAPSED_SQLITE])
        {
            let plan = record.plan("EXPLAIN QUERY PLAN", statement, &values).await;
            assert!(plan.contains(index), "{statement}\n{plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{statement}\n{plan}");
        }
        let values = [Value::Text("FG30"), Value::Integer(8)];
        let plan = record.plan("EXPLAIN QUERY PLAN", text::FORGET_SEALS, &values).await;
        assert!(plan.contains("orders USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"), "{plan}");
    }
}

#[tokio::test]
async fn postgresql_answers_what_is_asked_in_a_loop_by_index_and_sorts_nothing() {
    let record = SqlRecord::postgres(&testing::postgres().database(), notary()).await.unwrap();
    let orders = format!(
        "{INTO_ORDERS} {}",
        ORDERS.replace("FROM numbers", "FROM generate_series(1, 1000000) AS numbers (n)")
    );
    fill(&record, orders, "BYTEA").await;
    for (statement, values, index) in asked_in_a_loop([text::OPEN_POSTGRES, text::LAPSED_POSTGRES])
    {
        let plan = record.plan("EXPLAIN", statement, &values).await;
        // The deployments of a record lie on one page, and most often are one.
        let plan = plan.replace("Seq Scan on deployments", "");
        assert!(!plan.contains("Seq Scan"), "{statement}\n{plan}");
        // Where all rows are of one deployment, another small index may serve as well.
        if [text::OPEN_POSTGRES, text::LAPSED_POSTGRES].contains(&statement) {
            assert!(plan.contains(index), "{statement}\n{plan}");
            assert!(!plan.contains("Sort"), "{statement}\n{plan}");
        }
    }
}
