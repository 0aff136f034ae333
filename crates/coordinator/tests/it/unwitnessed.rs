//! A witness that cannot be told.

use crate::world::{World, begins};
use coordinator::Author;
use model::command::Command;

#[tokio::test]
async fn a_command_is_not_acknowledged_before_the_witness_knows_of_it_however_often_it_is_given() {
    let world = World::new(include_str!("plan.yaml")).await;
    let path = |name: &str| world.folder.path().join(name);
    let mut coordinator = world.coordinator().await;
    let me = Author { person: "me".parse().unwrap(), login: "test".to_owned(), known: None };
    let command = Command::Cancel { reason: "the customer has left".to_owned() };
    let id = "cancel-1".parse().unwrap();
    std::fs::rename(path("witness"), path("aside")).unwrap();
    std::fs::write(path("witness"), "not a directory").unwrap();
    for number in 0..3 {
        let said = coordinator.act(&me, &command, &id, begins()).await;
        assert!(said.is_err(), "{number}: {said:?}");
    }
    std::fs::remove_file(path("witness")).unwrap();
    std::fs::rename(path("aside"), path("witness")).unwrap();
    let acted = coordinator.act(&me, &command, &id, begins()).await.unwrap();
    assert!(acted.repeated);
    let witnessed = path(&format!("witness/{}.checkpoints", world.deployment));
    let witnessed = std::fs::read_to_string(witnessed).unwrap();
    let last = format!("landfall/{}\n{}\n", world.deployment, acted.last);
    assert!(witnessed.contains(&last), "{witnessed}");
}
