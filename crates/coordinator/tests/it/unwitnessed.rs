//! A witness that cannot be told, or is told late.

use crate::world::{World, begins};
use coordinator::Author;
use coordinator::clock::act_time;
use executor::testing::came_about_meanwhile;
use model::command::Command;
use model::machine::DeploymentState;
use model::state::State;
use std::fs::File;
use tokio::time::{Duration, Instant};

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

// Proves: X-10
#[tokio::test(flavor = "multi_thread")]
async fn what_is_witnessed_late_does_not_begin_where_everything_is_held_by_then() {
    // Nothing travels behind a step of more than a minute.
    let of_base = "environment: {COUNTERS: '${plan.root}/base'}";
    let counts = r#"script: 'mkdir -p "$COUNTERS" && echo ran >> "$COUNTERS/$LANDFALL_STEP"', "#;
    let waits = r#"script: 'mkdir -p "$COUNTERS"; until test -e "$COUNTERS/go"; do sleep 0.05; done', expected: 2m, "#;
    let looks = r#"script: 'test -s "$COUNTERS/install"', "#;
    let checks = r#"script: 'echo ran >> "$COUNTERS/check"', "#;
    let plan = include_str!("plan.yaml")
        .replace(&format!("{counts}{of_base}"), &format!("{waits}{of_base}"))
        .replace(&format!("{looks}{of_base}"), &format!("{checks}{of_base}"));
    let world = World::new(&plan).await;
    let base = world.folder.path().join("sites/base");
    let served = world.serve();
    let begun = world.until_answered(|| base.exists()).await;
    assert!(begun, "the first step runs");
    let (mut coordinator, mut looks) = (world.coordinator().await, world.coordinator().await);
    let lock = format!("witness/{}.lock", world.deployment);
    let lock = File::create(world.folder.path().join(lock)).unwrap();
    lock.lock().unwrap();
    std::fs::write(base.join("go"), "").unwrap();
    // Its end and the intent of the check are in the record, and not witnessed.
    let is_check = |state: &State| state.orders.keys().any(|it| it.0.contains("/check#"));
    while !is_check(coordinator.state()) {
        coordinator.catch_up().await.unwrap();
    }
    let decided = Instant::now();
    let me = Author { person: "me".parse().unwrap(), login: "test".to_owned(), known: None };
    let at = act_time(coordinator.state(), coordinator.state().at);
    let hold = tokio::spawn(async move {
        let hold = Command::HoldDeployment { reason: "the line is down".to_owned() };
        coordinator.act(&me, &hold, &"hold".parse().unwrap(), at).await
    });
    while looks.state().deployment != DeploymentState::Held {
        looks.catch_up().await.unwrap();
    }
    // For longer than what was decided is believed.
    assert!(came_about_meanwhile(|| decided.elapsed() > Duration::from_secs(2)).await);
    lock.unlock().unwrap();
    hold.await.unwrap().unwrap();
    world.until(|state| !is_check(state)).await;
    assert!(!base.join("check").exists(), "it has not begun");
    served.abort();
}
