//! Accounts that somebody without the key has written to, over both databases.

use super::accounts::{account, admission, at};
use super::{Home, Kind, signer};
use crate::sql::SqlRecord;
use crate::{Account, Accounts, Identity, Signer, Unsealed};
use model::digest::Digest;
use std::sync::{Arc, Mutex};

const KINDS: [Kind; 2] = [Kind::Sqlite, Kind::Postgres];

/// Accounts on a database that others write to as well, and what was told of it.
struct Written {
    home: Home,
    accounts: Accounts,
    others: SqlRecord,
    told: Arc<Mutex<Vec<String>>>,
}

async fn opened(home: &Home, signer: &Signer) -> (Accounts, Arc<Mutex<Vec<String>>>) {
    let told = Arc::new(Mutex::new(vec![]));
    let hears = told.clone();
    let tell = Arc::new(move |text: &str| hears.lock().unwrap().push(text.to_owned()));
    (Accounts::open(&home.location, signer, tell).await.unwrap(), told)
}

fn passkey(of: &str) -> Identity {
    Identity {
        kind: "passkey".to_owned(),
        id: "AAEC".to_owned(),
        account: of.parse().unwrap(),
        body: "{}".to_owned(),
        created: at(1),
    }
}

fn session() -> Digest {
    Digest::of(b"session")
}

impl Written {
    /// Returns accounts of `first`, an administrator, and `other`, who has a session and a passkey.
    async fn over(kind: Kind) -> Self {
        let home = Home::new(kind);
        let (accounts, told) = opened(&home, &signer()).await;
        assert!(accounts.create_first(&account("first")).await.unwrap());
        assert!(accounts.create(&account("other")).await.unwrap());
        accounts.admit(&admission("session", "other", at(9))).await.unwrap();
        assert!(accounts.identify(&passkey("other")).await.unwrap());
        let others = super::seals::opened(&home, signer()).await;
        Self { home, accounts, others, told }
    }

    async fn is_in(&self) -> bool {
        self.accounts.admission(&session(), at(2)).await.unwrap().is_some()
    }

    async fn knows(&self, name: &str) -> bool {
        self.accounts.account(&name.parse().unwrap()).await.unwrap().is_some()
    }

    async fn has_passkey(&self) -> bool {
        self.accounts.identity("passkey", "AAEC").await.unwrap().is_some()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_wrote_or_changed_counts_for_nothing_and_is_told_once() {
    for kind in KINDS {
        for (statement, is_in, knows_other, has_passkey, told) in [
            ("UPDATE admissions SET account = 'first'", false, true, true, "a session"),
            ("UPDATE admissions SET access = 'more'", false, true, true, "a session"),
            ("UPDATE admissions SET ends = ends + 1", false, true, true, "a session"),
            ("UPDATE admissions SET kind = 'token'", false, true, true, "a token"),
            ("UPDATE accounts SET password = 'mine'", false, false, true, "account other"),
            (
                "UPDATE accounts SET administrator = 1 WHERE name = 'other'",
                false,
                false,
                true,
                "other",
            ),
            (
                "UPDATE identities SET account = 'first'",
                true,
                true,
                false,
                "passkey of the account first",
            ),
            ("UPDATE identities SET body = '{\"mine\":1}'", true, true, false, "passkey"),
            (
                "UPDATE accounts SET seal = (SELECT seal FROM identities)",
                false,
                false,
                true,
                "other",
            ),
        ] {
            let it = Written::over(kind).await;
            it.others.tamper(statement).await.unwrap();
            for _ in 0..2 {
                assert_eq!(it.is_in().await, is_in, "{kind:?}: {statement}");
                assert_eq!(it.knows("other").await, knows_other, "{kind:?}: {statement}");
                assert_eq!(it.has_passkey().await, has_passkey, "{kind:?}: {statement}");
            }
            let said = it.told.lock().unwrap().clone();
            assert_eq!(said.len(), 1, "{kind:?}: {statement}: {said:?}");
            assert!(said[0].contains(told), "{kind:?}: {statement}: {said:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_added_lets_nobody_in_and_gives_way_to_what_is_made() {
    for kind in KINDS {
        let it = Written::over(kind).await;
        for statement in [
            "INSERT INTO accounts (name, password, administrator, disabled, created)
                VALUES ('eve', 'known', 1, 0, 1)",
            "INSERT INTO accounts (name, password, administrator, disabled, created, seal)
                SELECT 'mallory', password, administrator, disabled, created, seal
                FROM accounts WHERE name = 'first'",
            "UPDATE admissions SET account = 'eve'",
        ] {
            it.others.tamper(statement).await.unwrap();
        }
        assert!(!it.is_in().await && !it.knows("eve").await && !it.knows("mallory").await);
        let listed = it.accounts.accounts("", 9).await.unwrap();
        assert_eq!(listed, [account("first"), account("other")]);
        let unsealed = it.accounts.unsealed().await.unwrap();
        let names: Vec<_> = unsealed.accounts.iter().map(|it| it.name.to_string()).collect();
        assert_eq!(names, ["eve", "mallory"]);

        let eve = Account { is_administrator: false, ..account("eve") };
        assert!(it.accounts.create(&eve).await.unwrap(), "an administrator knows an Eve");
        assert!(!it.accounts.create(&eve).await.unwrap(), "now there is one");
        assert!(it.knows("eve").await && !it.is_in().await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_earlier_version_wrote_is_sealed_as_it_was_shown_and_logs_in_again() {
    for kind in KINDS {
        let it = Written::over(kind).await;
        for table in ["accounts", "admissions", "identities"] {
            it.others.tamper(&format!("UPDATE {table} SET seal = ''")).await.unwrap();
        }
        let (accounts, told) = opened(&it.home, &signer()).await;
        let said = told.lock().unwrap().concat();
        assert!(said.starts_with("2 accounts are not sealed yet"), "{kind:?}: {said}");
        assert!(!accounts.is_empty().await.unwrap(), "nobody else becomes the first");
        assert!(!accounts.create_first(&account("mallory")).await.unwrap());
        assert_eq!(accounts.accounts("", 9).await.unwrap(), []);

        let shown = accounts.unsealed().await.unwrap();
        let all = [account("first"), account("other")].to_vec();
        assert_eq!(shown, Unsealed { accounts: all, identities: vec![passkey("other")] });
        it.others
            .tamper("UPDATE accounts SET password = 'mine' WHERE name = 'first'")
            .await
            .unwrap();
        accounts.seal(&shown).await.unwrap();
        let left = accounts.unsealed().await.unwrap();
        let changed = Account { password: "mine".to_owned(), ..account("first") };
        assert_eq!(left, Unsealed { accounts: vec![changed], identities: vec![] }, "{kind:?}");
        assert!(it.knows("other").await && it.has_passkey().await);
        assert!(
            !it.is_in().await
                && accounts.admissions(&shown.accounts[1].name).await.unwrap().is_empty()
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_go_on_under_another_key_and_what_was_not_sealed_does_not() {
    for kind in KINDS {
        let it = Written::over(kind).await;
        it.others
            .tamper("UPDATE accounts SET password = 'mine' WHERE name = 'first'")
            .await
            .unwrap();
        let new = Signer::from_seed([8; 32]);
        let (under_new, _) = opened(&it.home, &new).await;
        assert_eq!(under_new.accounts("", 9).await.unwrap(), [], "{kind:?}: another key's");
        for _ in 0..2 {
            it.accounts.pass_on(&new).await.unwrap();
            assert_eq!(under_new.accounts("", 9).await.unwrap(), [account("other")], "{kind:?}");
            assert!(under_new.admission(&session(), at(2)).await.unwrap().is_some());
            assert!(under_new.identity("passkey", "AAEC").await.unwrap().is_some());
        }
        assert!(!it.knows("other").await, "{kind:?}: whoever has the old key only writes nothing");
        it.accounts.admit(&admission("stolen", "other", at(9))).await.unwrap();
        let stolen = under_new.admission(&Digest::of(b"stolen"), at(2)).await.unwrap();
        assert_eq!(stolen, None, "{kind:?}");
    }
}
