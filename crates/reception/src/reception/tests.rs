//! Coming in and acting, as many do it at once and again and again.

use super::*;
use crate::testing::{House, PASSWORD, open_survey};
use coordinator::Moment;
use model::profile::Purpose;
use model::survey::Reply;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::task::JoinSet;

/// Where everybody comes from.
const ADDRESS: &str = "192.0.2.1";

/// What the address of an invitation to the survey ends with.
const TOKEN: &str = "4f0e2d1c4f0e2d1c4f0e2d1c4f0e2d1c";

/// Returns a house in which `me` has an account.
async fn house() -> (Arc<Reception>, tempfile::TempDir) {
    let House { reception, secret, folder } = House::new().await;
    let password = Some(Zeroizing::new(PASSWORD.to_owned()));
    let name = "me".parse().unwrap();
    let first = NewAccount { name, password, is_administrator: true };
    reception.set_up(&secret, first).await.unwrap();
    (Arc::new(reception), folder)
}

fn log_in(password: &str) -> LogIn {
    let (name, label) = ("me".to_owned(), String::new());
    let password = Zeroizing::new(password.to_owned());
    LogIn { name, password, address: ADDRESS.to_owned(), label }
}

async fn visitor(reception: &Reception) -> Visitor {
    let (secret, _) = reception.log_in(log_in(PASSWORD)).await.unwrap();
    reception.visitor(secret.reveal()).await.unwrap()
}

/// Returns what becomes of `times` who log in with `password` at once.
async fn at_once(
    reception: &Arc<Reception>,
    password: &'static str,
    times: usize,
) -> BTreeMap<String, usize> {
    let mut all = JoinSet::new();
    for _ in 0..times {
        let reception = reception.clone();
        all.spawn(async move { reception.log_in(log_in(password)).await });
    }
    let mut counted = BTreeMap::new();
    while let Some(it) = all.join_next().await {
        let said = match it.unwrap() {
            Ok(_) => "in",
            Err(ReceptionError::WrongPassword) => "wrong",
            Err(ReceptionError::TooManyAttempts(_)) => "wait",
            Err(error) => panic!("{error}"),
        };
        *counted.entry(said.to_owned()).or_default() += 1;
    }
    counted
}

#[tokio::test]
async fn what_many_try_at_once_is_no_more_than_what_one_tries() {
    let (reception, _folder) = house().await;
    let counted = at_once(&reception, "guessed wrongly", 60).await;
    assert_eq!(counted, [("wait".to_owned(), 54), ("wrong".to_owned(), 6)].into());
}

#[tokio::test]
async fn many_who_log_in_at_once_wait_for_nobody_to_have_failed() {
    let (reception, _folder) = house().await;
    let counted = at_once(&reception, PASSWORD, 20).await;
    assert_eq!(counted, [("in".to_owned(), 20)].into());
}

#[tokio::test]
async fn a_phone_that_goes_on_asking_a_replaced_calendar_keeps_nobody_from_their_link() {
    let (reception, _folder) = house().await;
    let me = visitor(&reception).await;
    for _ in 0..20 {
        assert!(reception.calendar("replaced", ADDRESS).await.is_err());
    }
    let given = reception.invite(&me, me.person()).await.unwrap();
    let address = given.address.unwrap();
    let secret = address.rsplit('/').next().unwrap();
    assert_eq!(reception.invited(secret, ADDRESS).await.unwrap(), *me.person());
}

#[tokio::test]
async fn no_answer_to_the_survey_is_refused_for_want_of_a_name() {
    let (reception, folder) = house().await;
    let me = visitor(&reception).await;
    reception.create_deployment(&me, "minimal.yaml", Purpose::Rehearsal).await.unwrap();
    open_survey(folder.path(), "HELLO", "north", &[TOKEN]).await;
    reception.deployment(&me, "HELLO").await.unwrap().look().await.unwrap();
    for _ in 0..200 {
        let replies = vec![Reply { question: 1, score: Some(4), text: None }];
        let answered = reception.answer_survey("HELLO", TOKEN, ADDRESS, replies).await.unwrap();
        assert!(!answered.repeated);
    }
}

#[tokio::test]
async fn who_asks_how_a_deployment_stood_waits_while_two_others_are_told() {
    let (reception, _folder) = house().await;
    let me = visitor(&reception).await;
    let made = reception.create_deployment(&me, "minimal.yaml", Purpose::Rehearsal).await;
    let followed = made.unwrap();
    let turns = (reception.readers.turn().await.unwrap(), reception.readers.turn().await.unwrap());
    let mut asking = std::pin::pin!(followed.at(Moment::Seq(1)));
    let early = tokio::time::timeout(Duration::from_millis(100), &mut asking).await;
    assert!(early.is_err());
    drop(turns.0);
    assert_eq!(asking.await.unwrap().state.seq, 1);
}

#[tokio::test]
async fn acts_of_two_people_or_of_two_names_are_never_taken_for_one() {
    let (reception, _folder) = house().await;
    let me = visitor(&reception).await;
    let name = |person: &str, key: &str| {
        let mut visitor = me.clone();
        visitor.account.name = person.parse().unwrap();
        named(&visitor, key).unwrap()
    };
    assert_eq!(name("ines", "K1"), name("ines", "K1"));
    let long = "k".repeat(61);
    for ((person, key), (other, another)) in [
        (("ines", "K1"), ("ines", "K2")),
        (("ines", "K1"), ("oto", "K1")),
        (("ines", "meyer.K1"), ("ines.meyer", "K1")),
        (("ines", &long), ("ines", &format!("{long}.2"))),
        (("ines", &format!("{long}.2")), ("ines", &format!("{long}.3"))),
    ] {
        assert_ne!(name(person, key), name(other, another), "{person} {key}");
    }
}
