//! What is private enters the record as a commitment; what was recorded in clear reads as it did.

use crate::world::{World, begins};
use coordinator::{Author, Coordinator};
use model::command::Command;
use model::digest::canonical;
use model::event::{Actor, Entry, Event};
use model::forgetting::Whom;
use model::history::{HistoryCommand, HistoryEvent};
use model::profile::Purpose;
use record::{Change, Location, NewOpening, Signer};
use std::sync::Arc;

const PLAN: &str = include_str!("plan.yaml");

fn forget(whom: &str) -> Command {
    let (person, reason) = (whom.parse().unwrap(), "asked for it".to_owned());
    Command::History(HistoryCommand::ForgetPerson { person, reason })
}

fn author() -> Author {
    Author { person: "me".parse().unwrap(), login: "test".to_owned(), known: None }
}

#[tokio::test]
async fn a_record_in_clear_reads_as_before_and_says_that_nobody_in_it_can_be_forgotten() {
    let world = World::new(PLAN).await;
    let sealed = world.coordinator().await.state().plan.clone();
    assert!(sealed.people.iter().all(|it| it.private.sealed().is_some()));
    let plan = sealed.in_clear();
    let signer = Signer::from_seed([7; 32]);
    let record = record::open(&Location::Memory, signer, None).await.unwrap();
    let head = record.create(&plan.deployment).await.unwrap();
    let (deployment, release) = (plan.deployment.clone(), plan.release.digest());
    let event = Event::DeploymentCreated {
        deployment: deployment.clone(),
        plan: plan.digest(),
        release,
        purpose: Purpose::Rehearsal,
        folder: String::new(),
    };
    let (actor, baseline) = (Actor::System, 0);
    let entry = Entry { seq: 1, at: begins(), actor, baseline, command: None, event };
    let (entries, contents) = (vec![canonical(&entry)], vec![canonical(&plan)]);
    let change = Change { entries, contents, ..Change::default() };
    record.append(&deployment, &head, change).await.unwrap();
    let mut opened = Coordinator::open(Arc::clone(&record), &deployment).await.unwrap();
    assert_eq!(opened.state().plan.as_ref(), &plan);
    assert_eq!(opened.state().plan_digest, plan.digest());
    let id = "forget-1".parse().unwrap();
    let refused = opened.act(&author(), &forget("me"), &id, begins()).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "a plan names me in clear: it was recorded before people were sealed"
    );
}

fn whom(names: &[&str]) -> Vec<Whom> {
    names.iter().map(|it| it.parse().unwrap()).collect()
}

/// Another process forgets `who`, and is killed before it comes to the witness.
async fn forget_and_die(world: &World, who: &str) {
    let coordinator = world.coordinator().await;
    let head = coordinator.head();
    let (person, reason) = (who.parse().unwrap(), "asked for it".to_owned());
    let event = Event::History(HistoryEvent::PersonForgotten { person, also: vec![], reason });
    let (seq, at, actor) = (head.seq + 1, coordinator.state().at, Actor::System);
    let entry = Entry { seq, at, actor, baseline: 0, command: None, event };
    let (entries, forget) = (vec![canonical(&entry)], whom(&[who]));
    let change = Change { entries, forget, ..Change::default() };
    world.record.append_unwitnessed(&world.deployment, head, change).await.unwrap();
}

#[tokio::test]
async fn a_revision_that_races_with_forgetting_does_not_bring_the_person_back() {
    let world = World::new(PLAN).await;
    let mut late = world.coordinator().await;
    let mut plan = late.state().plan.in_clear();
    plan.title = "Another title".to_owned();
    plan.people[0].private = named("Somebody Else");
    forget_and_die(&world, "me").await;
    let changes = vec!["title".to_owned()];
    late.revise(&author(), plan, changes, false, "a new title", begins()).await.unwrap();
    for coordinator in [late, world.coordinator().await] {
        assert_eq!(coordinator.state().plan.title, "Another title");
        assert_eq!(coordinator.state().plan.people[0].private.value(), None);
    }
    let me = "me".parse().unwrap();
    let openings = world.record.openings(&world.deployment, &me).await.unwrap();
    assert_eq!(openings.len(), 0, "what was forgotten stays so");
}

fn named(name: &str) -> model::private::Private<model::person::Particulars> {
    model::private::Private::Clear(model::person::Particulars::named(name))
}

#[tokio::test]
async fn the_witness_comes_to_know_who_was_forgotten_when_the_deployment_is_opened() {
    let world = World::new(PLAN).await;
    forget_and_die(&world, "me").await;
    let known = async || world.record.forgotten(&world.deployment).await.unwrap();
    assert_eq!(known().await, []);
    world.coordinator().await;
    assert_eq!(known().await, whom(&["me"]));
}

#[tokio::test]
async fn after_a_loss_only_those_are_forgotten_again_who_are_there_and_no_number_beforehand() {
    let world = World::new(PLAN).await;
    let record = world.record.as_ref();
    // What was lost knew of an incident 12, and had forgotten three people.
    let lost = whom(&["gone", "me", "incident/12"]);
    record.keep_forgotten(&world.deployment, lost).await.unwrap();
    let opened = world.coordinator().await;
    let forgotten: Vec<Whom> = opened.state().history.forgotten.keys().cloned().collect();
    assert_eq!(forgotten, whom(&["me"]));
    let known = record.forgotten(&world.deployment).await.unwrap();
    assert_eq!(known, whom(&["gone", "me"]));
    // The next incident of that number is another one, and so is who reported it.
    let reporter = "incident/12".parse().unwrap();
    let body = br#"{"salt":"salt","value":"a reporter"}"#.to_vec();
    let openings = vec![NewOpening { whose: reporter, body }];
    let change = Change { openings, ..Change::default() };
    record.append(&world.deployment, opened.head(), change).await.unwrap();
    let opened = world.coordinator().await;
    assert_eq!(opened.state().history.forgotten.len(), 1);
    let kept = record.openings(&world.deployment, &whom(&["incident/12"])[0]).await.unwrap();
    assert_eq!(kept.len(), 1);
}
