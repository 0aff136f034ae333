//! Accounts and what admits them, over both databases.

use super::{Home, Kind, fg30, signer};
use crate::{Account, Accounts, Admission, AdmissionKind, Checkpoint, Identity, Refused, Signer};
use jiff::{SignedDuration, Timestamp};
use model::digest::Digest;
use std::sync::Arc;

pub(super) fn at(hour: i64) -> Timestamp {
    let midnight: Timestamp = "2027-02-01T00:00:00Z".parse().unwrap();
    midnight + SignedDuration::from_hours(hour)
}

pub(super) fn account(name: &str) -> Account {
    Account {
        name: name.parse().unwrap(),
        password: "$argon2id$…".to_owned(),
        is_administrator: name == "first",
        is_disabled: false,
        created: at(0),
    }
}

pub(super) fn admission(secret: &str, of: &str, ends: Timestamp) -> Admission {
    Admission {
        digest: Digest::of(secret.as_bytes()),
        account: of.parse().unwrap(),
        kind: AdmissionKind::Session,
        label: "a browser".to_owned(),
        access: "full".to_owned(),
        created: at(1),
        ends,
    }
}

async fn only_one_is_the_first(accounts: &Accounts) {
    assert!(accounts.is_empty().await.unwrap());
    assert!(accounts.create_first(&account("first")).await.unwrap());
    assert!(!accounts.create_first(&account("other")).await.unwrap());
    assert!(!accounts.create(&account("first")).await.unwrap());
    assert!(accounts.create(&account("other")).await.unwrap());
    let names: Vec<String> =
        accounts.accounts("", 9).await.unwrap().iter().map(|it| it.name.to_string()).collect();
    assert_eq!(names, ["first", "other"]);
    assert_eq!(accounts.accounts("first", 9).await.unwrap(), [account("other")]);
}

async fn an_admission_ends_with_its_time_its_use_and_its_account(accounts: &Accounts) {
    let (early, late) = (admission("early", "other", at(2)), admission("late", "other", at(9)));
    accounts.admit(&early).await.unwrap();
    accounts.admit(&late).await.unwrap();
    assert_eq!(accounts.admission(&early.digest, at(2)).await.unwrap(), None);
    let found = accounts.admission(&late.digest, at(2)).await.unwrap();
    assert_eq!(found, Some((late.clone(), account("other"))));

    assert!(accounts.end(&early.digest).await.unwrap());
    assert!(!accounts.end(&early.digest).await.unwrap());

    let disabled = Account { is_disabled: true, ..account("other") };
    assert!(accounts.replace(&disabled).await.unwrap());
    assert_eq!(accounts.admission(&late.digest, at(2)).await.unwrap(), None);
    assert_eq!(accounts.end_all(&disabled.name).await.unwrap(), 1);
    assert!(accounts.admissions(&disabled.name).await.unwrap().is_empty());
}

async fn an_identity_shows_one_person_only(accounts: &Accounts) {
    let identity = |account: &str, body: &str| Identity {
        kind: "passkey".to_owned(),
        id: "AAEC".to_owned(),
        account: account.parse().unwrap(),
        body: body.to_owned(),
        created: at(1),
    };
    assert!(accounts.identify(&identity("first", "{}")).await.unwrap());
    assert!(accounts.identify(&identity("first", "{\"n\":1}")).await.unwrap());
    assert!(!accounts.identify(&identity("other", "{}")).await.unwrap());
    let kept = accounts.identity("passkey", "AAEC").await.unwrap();
    assert_eq!(kept, Some(identity("first", "{\"n\":1}")));
    let (first, other) = ("first".parse().unwrap(), "other".parse().unwrap());
    assert_eq!(accounts.identities(&other).await.unwrap(), []);
    assert!(!accounts.forget(&other, "passkey", "AAEC").await.unwrap());
    assert!(accounts.forget(&first, "passkey", "AAEC").await.unwrap());
    assert_eq!(accounts.identities(&first).await.unwrap(), []);
}

async fn what_was_refused_is_found_from_the_newest_on_and_forgotten_in_time(accounts: &Accounts) {
    let refused = |minute: i64, account: &str| Refused {
        at: at(minute),
        account: account.to_owned(),
        deployment: "D".to_owned(),
        what: "sign".to_owned(),
        why: "it is for somebody else".to_owned(),
    };
    for (id, minute) in [("a", 1), ("b", 2), ("c", 3)] {
        accounts.refused(id, &refused(minute, id), at(2)).await.unwrap();
    }
    let found = accounts.refusals(at(9), 9).await.unwrap();
    assert_eq!(found, [refused(3, "c"), refused(2, "b")]);
    assert_eq!(accounts.refusals(at(3), 9).await.unwrap(), [refused(2, "b")]);
}

async fn what_another_server_ends_is_believed_for_a_second_at_most(home: &Home, here: &Accounts) {
    let there = opened(home, &signer()).await;
    assert!(here.create(&account("busy")).await.unwrap());
    let session = admission("busy", "busy", at(9));
    here.admit(&session).await.unwrap();
    let seen = at(2);
    assert!(here.admission(&session.digest, seen).await.unwrap().is_some());
    assert!(there.end(&session.digest).await.unwrap());
    let soon = seen + SignedDuration::from_millis(900);
    assert!(here.admission(&session.digest, soon).await.unwrap().is_some());
    let later = seen + SignedDuration::from_secs(1);
    assert_eq!(here.admission(&session.digest, later).await.unwrap(), None);

    let another = admission("another", "busy", at(9));
    here.admit(&another).await.unwrap();
    assert!(here.admission(&another.digest, seen).await.unwrap().is_some());
    assert!(here.end(&another.digest).await.unwrap());
    assert_eq!(here.admission(&another.digest, seen).await.unwrap(), None, "here it ends at once");
}

/// A database that was put back knows of tokens that have been taken from people since.
async fn whoever_was_admitted_logs_in_again_where_history_was_lost(
    home: &Home,
    accounts: &Accounts,
) {
    let record = home.open().await;
    record.create(&fg30()).await.unwrap();
    let before = admission("of the day before", "first", at(9));
    accounts.admit(&before).await.unwrap();
    let kept = |size| Checkpoint { deployment: fg30(), size, root: Digest::of(b"x"), chain: None };
    record.contradict(&kept(7)).await.unwrap();
    assert_eq!(accounts.admissions(&before.account).await.unwrap(), []);

    // Who has logged in since stays, whoever else finds it out.
    let since = admission("since", "first", at(9));
    accounts.admit(&since).await.unwrap();
    record.contradict(&kept(8)).await.unwrap();
    record.accept_as_found(&kept(7)).await.unwrap();
    assert_eq!(accounts.admissions(&since.account).await.unwrap(), [since]);
}

/// Returns the accounts as a server with this key opens them.
async fn opened(home: &Home, signer: &Signer) -> Accounts {
    Accounts::open(&home.location, signer, Arc::new(|_: &str| ())).await.unwrap()
}

async fn chapter(kind: Kind) {
    let home = Home::new(kind);
    let accounts = opened(&home, &signer()).await;
    only_one_is_the_first(&accounts).await;
    an_admission_ends_with_its_time_its_use_and_its_account(&accounts).await;
    an_identity_shows_one_person_only(&accounts).await;
    what_was_refused_is_found_from_the_newest_on_and_forgotten_in_time(&accounts).await;
    what_another_server_ends_is_believed_for_a_second_at_most(&home, &accounts).await;
    whoever_was_admitted_logs_in_again_where_history_was_lost(&home, &accounts).await;
}

#[tokio::test]
async fn whoever_is_admitted_by_sqlite() {
    chapter(Kind::Sqlite).await;
}

#[tokio::test]
async fn whoever_is_admitted_by_postgresql() {
    chapter(Kind::Postgres).await;
}

#[tokio::test]
async fn nobody_comes_in_to_a_record_in_memory() {
    let home = Home::new(Kind::Memory);
    assert!(Accounts::open(&home.location, &signer(), Arc::new(|_: &str| ())).await.is_err());
}
