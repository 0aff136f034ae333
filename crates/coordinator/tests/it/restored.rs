//! A database that is put back under whoever reads it.

use crate::world::{World, begins};
use coordinator::{Author, Coordinator, Creation};
use model::command::Command;
use model::profile::Purpose;
use record::{Memory, Record, Signer};
use std::sync::Arc;

#[tokio::test]
async fn whoever_only_looks_reads_a_record_that_was_put_back_anew_and_is_told() {
    let world = World::new(include_str!("plan.yaml")).await;
    let plan = (*world.coordinator().await.state().plan).clone();
    let memory = Arc::new(Memory::simulated(Signer::from_seed([7; 32]), || 1));
    let record: Arc<dyn Record> = memory.clone();
    let author = Author { person: "me".parse().unwrap(), login: "test".to_owned(), known: None };
    let folder = world.folder.path().display().to_string();
    let creation = Creation { plan, folder, purpose: Purpose::Rehearsal };
    let mut writer =
        Coordinator::create(record.clone(), creation, &author, begins()).await.unwrap();
    let mut reader = Coordinator::open(record.clone(), &world.deployment).await.unwrap();
    let backup = memory.back_up();
    let command = Command::Cancel { reason: "the customer has left".to_owned() };
    writer.act(&author, &command, &"cancel".parse().unwrap(), begins()).await.unwrap();
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
