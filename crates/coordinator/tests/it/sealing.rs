//! What is private enters the record as a commitment; what was recorded in clear reads as it did.

use crate::world::{World, begins};
use coordinator::{Author, Coordinator};
use model::command::Command;
use model::digest::canonical;
use model::event::{Actor, Entry, Event};
use model::history::HistoryCommand;
use model::profile::Purpose;
use record::{Change, Location, Signer};
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
