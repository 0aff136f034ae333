//! What every home of the record promises, run over all three of them.
//!
//! A case is a plain function of a fresh home. In memory and in SQLite each case
//! is a test of its own; PostgreSQL runs a chapter in one test, so that a runner
//! with a process for each test starts six servers and not sixty.

mod accounts;
mod appending;
mod durability;
mod exporting;
mod forgetting;
mod leading;
mod orders;
mod reading;
mod sealed_accounts;
mod seals;
mod witnessing;

use crate::{Change, Head, Lead, Location, NewOrder, Record, RecordError, Signer, VerifierKey};
use crate::{open, testing};
use model::digest::Digest;
use model::id::DeploymentId;
use model::order::{Order, OrderId, Outcome, Place, Proof, Report, Work};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// A lease that lasts longer than any test.
const LONG: Duration = Duration::from_secs(3600);

/// A lease that has run out when it begins.
const NONE: Duration = Duration::ZERO;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Memory,
    Sqlite,
    Postgres,
}

/// A place for a record, empty at first.
struct Home {
    location: Location,
    directory: tempfile::TempDir,
}

impl Home {
    fn new(kind: Kind) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let location = match kind {
            Kind::Memory => Location::Memory,
            Kind::Sqlite => Location::Sqlite(directory.path().join("record.db")),
            Kind::Postgres => Location::Postgres(testing::postgres().database()),
        };
        Self { location, directory }
    }

    /// Opens the record; a second time, as another process would.
    async fn open(&self) -> Arc<dyn Record> {
        open(&self.location, signer(), None).await.unwrap()
    }

    async fn open_witnessed(&self, signer: Signer, witness: &Path) -> Arc<dyn Record> {
        open(&self.location, signer, Some(witness.to_owned())).await.unwrap()
    }

    /// Opens the record and creates the deployment `FG30` in it.
    async fn begun(&self) -> (Arc<dyn Record>, DeploymentId, Head) {
        let record = self.open().await;
        let head = record.create(&fg30()).await.unwrap();
        (record, fg30(), head)
    }

    /// Returns an empty record of a deployment that somebody leads: what it is given can be claimed.
    async fn led(&self) -> (Arc<dyn Record>, DeploymentId, Head) {
        let (record, deployment, _) = self.begun().await;
        lead(&*record, "leader").await;
        let head = record.head(&deployment).await.unwrap();
        (record, deployment, head)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

/// Leads the deployment as `holder`, and lets its orders be claimed.
async fn lead(record: &dyn Record, holder: &str) -> u64 {
    let Lead::Taken { epoch } = record.lead(&fg30(), holder, LONG).await.unwrap() else {
        panic!("nobody else leads it")
    };
    record.let_claim(&fg30(), epoch).await.unwrap();
    epoch
}

/// Makes the cases of a chapter into tests.
macro_rules! chapter {
    ($($case:ident),* $(,)?) => {
        mod memory {
            use crate::conformance::{Home, Kind};
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::$case(Home::new(Kind::Memory)).await;
            })*
        }
        mod sqlite {
            use crate::conformance::{Home, Kind};
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::$case(Home::new(Kind::Sqlite)).await;
            })*
        }
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn postgres() {
            $($case(Home::new(crate::conformance::Kind::Postgres)).await;)*
        }
    };
}
use chapter;

fn signer() -> Signer {
    Signer::from_seed([7; 32])
}

/// The key that a worker trusts.
fn key() -> VerifierKey {
    signer().verifier_key().clone()
}

fn fg30() -> DeploymentId {
    "FG30".parse().unwrap()
}

fn order_id(name: &str) -> OrderId {
    OrderId(name.into())
}

/// The body of an entry that says `word`.
fn body(word: impl std::fmt::Display) -> Vec<u8> {
    format!(r#"{{"event":"{word}"}}"#).into_bytes()
}

/// A change of one entry.
fn one(word: impl std::fmt::Display) -> Change {
    Change { entries: vec![body(word)], ..Change::default() }
}

/// An order whose intent is entry 1.
fn new_order(name: &str, grant: Option<&str>) -> NewOrder {
    let order = Order {
        id: order_id(name),
        deployment: fg30(),
        place: Place::Here { computer: "pc-17".parse().unwrap() },
        work: Work::Script { text: "echo 'landfall'\n".to_owned() },
        verify: None,
        environment: std::collections::BTreeMap::new(),
        time_limit_s: 60,
        authorised: Digest::of(b"plan"),
    };
    NewOrder { order, intent: 1, grant: grant.map(str::to_owned), is_perhaps_begun: false }
}

/// A change of an entry for each of these orders.
fn intending(mut orders: Vec<NewOrder>) -> Change {
    let entries = orders.iter().flat_map(|_| one("orders-given").entries).collect();
    (1..).zip(&mut orders).for_each(|(intent, it)| it.intent = intent);
    Change { orders, entries, ..Change::default() }
}

/// A change of one entry, which intends all of these orders together.
fn intending_together(orders: Vec<NewOrder>) -> Change {
    Change { orders, ..one("orders-given") }
}

fn succeeded() -> Report {
    Report {
        outcome: Outcome::Succeeded { proof: Proof::Watched },
        took_ms: 1_200,
        output_bytes: 0,
        output_sha256: None,
        last_output: None,
    }
}

/// Appends `change` as often as somebody else is first.
async fn append_after_all(record: &dyn Record, change: Change) {
    loop {
        let head = record.head(&fg30()).await.unwrap();
        match record.append(&fg30(), &head, change.clone()).await {
            Ok(_) => return,
            Err(RecordError::Moved { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}
