//! Stopping a site in the middle of a step, while the server works on it.

use crate::world::World;
use coordinator::clock::act_time;
use coordinator::{Author, Coordinator};
use model::command::Command;
use model::machine::SiteState;
use model::scope::Scope;
use model::state::State;
use std::time::Duration;

/// How often the record is looked at, and how often at most.
const LOOK_EVERY: Duration = Duration::from_millis(50);
const LOOKS_MAX: usize = 1_200;

/// Waits until the deployment is as `wanted` says, and returns its coordinator.
async fn until(world: &World, wanted: impl Fn(&State) -> bool) -> Coordinator {
    for _ in 0..LOOKS_MAX {
        let coordinator = world.coordinator().await;
        if wanted(coordinator.state()) {
            return coordinator;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    panic!("it did not come about");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_site_stops_in_the_middle_of_its_step_and_waits_for_a_decision() {
    let short =
        r#"script: 'test -s "$COUNTERS/install" && echo ran >> "$COUNTERS/$LANDFALL_STEP"'"#;
    let endless = "script: 'sleep 3600', verify: {script: 'false'}";
    let plan = include_str!("plan.yaml").replace(short, endless);
    assert!(plan.contains(endless), "the plan has an endless step");
    let world = World::new(&plan).await;
    let site: Scope = "site/s1".parse().unwrap();
    let is_asleep = |state: &State| {
        state.orders.iter().any(|(order, it)| it.scope == site && order.0.contains("/verify#"))
    };
    // People answer until the endless step is all that is left.
    while world.people_answer().await {
        let rested = tokio::time::timeout(LOOK_EVERY * 20, world.drive()).await;
        if rested.is_err() {
            break;
        }
    }
    let served = world.serve();
    let mut coordinator = until(&world, is_asleep).await;
    let author = Author { person: "me".parse().unwrap(), login: "test".to_owned(), known: None };
    let at = act_time(coordinator.state(), coordinator.state().at);
    let reason = "the branch is on emergency power".to_owned();
    let command = Command::CancelOrders { scope: site.clone(), reason };
    coordinator.act(&author, &command, &"cancel".parse().unwrap(), at).await.unwrap();
    let coordinator = until(&world, |state| {
        state.site(&"s1".parse().unwrap()).is_some_and(|(_, it)| it.state == SiteState::Halted)
    })
    .await;
    assert!(coordinator.state().orders.is_empty(), "nothing is in flight any more");
    assert!(coordinator.state().cancelled.is_empty(), "the wish is fulfilled");
    served.abort();
}
