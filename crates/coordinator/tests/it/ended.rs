//! A deployment that is over: nobody watches it for ever.

use crate::world::World;
use coordinator::Author;
use coordinator::clock::act_time;
use model::command::Command;
use record::Lead;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_leads_a_deployment_no_longer_once_it_is_over() {
    let world = World::new(include_str!("plan.yaml")).await;
    let served = world.serve();
    let mut coordinator = world.coordinator().await;
    let author = Author { person: "me".parse().unwrap(), login: "test".to_owned(), known: None };
    let command = Command::Cancel { reason: "the customer has left".to_owned() };
    loop {
        let id = format!("cancel-{}", coordinator.head().seq).parse().unwrap();
        let now = act_time(coordinator.state(), coordinator.state().at);
        if coordinator.act(&author, &command, &id, now).await.is_ok() {
            break;
        }
        // The server wrote first.
        coordinator.catch_up().await.unwrap();
    }
    served.await.unwrap();
    let lead = world.record.lead(&world.deployment, "another", Duration::from_secs(15)).await;
    assert!(matches!(lead.unwrap(), Lead::Taken { .. }));
}
