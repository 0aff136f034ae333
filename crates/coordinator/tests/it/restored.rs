//! A database that is put back under whoever reads it.

use crate::world::{World, begins};
use coordinator::{Author, Coordinator, Creation};
use model::command::Command;
use model::forgetting::Whom;
use model::history::HistoryCommand;
use model::profile::Purpose;
use record::{Memory, Record, Signer};
use std::sync::Arc;

fn me() -> Author {
    Author { person: "me".parse().unwrap(), login: "test".to_owned(), known: None }
}

/// Returns a record whose copies can be put back, with a deployment of `world`'s plan in it.
async fn begun(world: &World) -> (Arc<Memory>, Coordinator) {
    let plan = (*world.coordinator().await.state().plan).clone();
    let memory = Arc::new(Memory::simulated(Signer::from_seed([7; 32]), || 1));
    let folder = world.folder.path().display().to_string();
    let creation = Creation { plan, folder, purpose: Purpose::Rehearsal };
    let writer = Coordinator::create(memory.clone(), creation, &me(), begins()).await.unwrap();
    (memory, writer)
}

async fn acts(coordinator: &mut Coordinator, command: &Command) {
    let id = format!("act-{}", coordinator.head().seq);
    coordinator.act(&me(), command, &id.parse().unwrap(), begins()).await.unwrap();
}

#[tokio::test]
async fn a_deployment_that_is_over_comes_out_of_quarantine() {
    let world = World::new(include_str!("plan.yaml")).await;
    let (memory, mut writer) = begun(&world).await;
    acts(&mut writer, &Command::Cancel { reason: "the customer has left".to_owned() }).await;
    assert!(writer.state().is_sealed());
    let backup = memory.back_up();
    let person: Whom = "me".parse().unwrap();
    let reason = "asked for it".to_owned();
    let forget = HistoryCommand::ForgetPerson { person: person.clone(), reason: reason.clone() };
    acts(&mut writer, &Command::History(forget)).await;

    memory.restore(&backup);
    let mut opened = Coordinator::open(memory.clone(), &world.deployment).await.unwrap();
    let loss = opened.quarantine().expect("its witness has seen more").clone();
    let wait = planner::waiting::quarantine(opened.state(), &loss);
    assert_eq!(wait.people, [me().person]);
    let named = wait.command.unwrap();
    assert_eq!(
        named,
        Command::History(HistoryCommand::AcceptLoss { loss: loss.clone(), reason: String::new() })
    );
    acts(&mut opened, &Command::History(HistoryCommand::AcceptLoss { loss, reason })).await;
    let again = Coordinator::open(memory.clone(), &world.deployment).await.unwrap();
    assert!(opened.quarantine().is_none() && again.quarantine().is_none());
}

#[tokio::test]
async fn whoever_only_looks_reads_a_record_that_was_put_back_anew_and_is_told() {
    let world = World::new(include_str!("plan.yaml")).await;
    let (memory, mut writer) = begun(&world).await;
    let record: Arc<dyn Record> = memory.clone();
    let mut reader = Coordinator::open(record.clone(), &world.deployment).await.unwrap();
    let backup = memory.back_up();
    acts(&mut writer, &Command::Cancel { reason: "the customer has left".to_owned() }).await;
    assert!(reader.look().await.unwrap());
    let (known, before) = (reader.head().seq, reader.state().deployment);

    memory.restore(&backup);
    reader.catch_up().await.unwrap_err();
    assert!(reader.look().await.unwrap());
    assert!(reader.head().seq < known && reader.state().deployment != before);
    let loss = reader.quarantine().expect("its witness has seen more");
    assert_eq!((loss.witnessed, loss.found), (known, reader.head().seq));
    assert!(!reader.look().await.unwrap());
    // Also whoever has no witness that has seen more is told.
    let standing = record.standing(&world.deployment).await.unwrap();
    assert_eq!(standing.contradicted.map(|it| it.size), Some(known));
}

#[tokio::test]
async fn whoever_looks_is_out_of_quarantine_once_the_right_database_is_there_again() {
    let world = World::new(include_str!("plan.yaml")).await;
    let (memory, mut writer) = begun(&world).await;
    let backup = memory.back_up();
    acts(&mut writer, &Command::Cancel { reason: "the customer has left".to_owned() }).await;
    let right = memory.back_up();
    let mut reader = Coordinator::open(memory.clone(), &world.deployment).await.unwrap();
    memory.restore(&backup);
    assert!(reader.look().await.unwrap() && reader.quarantine().is_some());
    memory.restore(&right);
    assert!(reader.look().await.unwrap());
    assert_eq!(reader.quarantine(), None);
    assert_eq!(reader.state().deployment, writer.state().deployment);
}

#[tokio::test]
async fn another_entry_of_the_same_number_is_another_record() {
    let world = World::new(include_str!("plan.yaml")).await;
    let (memory, mut writer) = begun(&world).await;
    let backup = memory.back_up();
    acts(&mut writer, &Command::Cancel { reason: "the customer has left".to_owned() }).await;
    let mut reader = Coordinator::open(memory.clone(), &world.deployment).await.unwrap();
    memory.restore(&backup);
    // What people say of the loss comes in the place of what was lost.
    let mut opened = Coordinator::open(memory.clone(), &world.deployment).await.unwrap();
    let loss = opened.quarantine().unwrap().clone();
    let missing = reader.head().seq - opened.head().seq;
    let reason = "the disk failed".to_owned();
    acts(&mut opened, &Command::History(HistoryCommand::AcceptLoss { loss, reason })).await;
    assert!(opened.head().seq >= reader.head().seq, "{missing} were lost");
    assert!(reader.look().await.unwrap());
    assert_eq!(reader.state().deployment, opened.state().deployment);
    assert_eq!(reader.head().hash, opened.head().hash);
}
