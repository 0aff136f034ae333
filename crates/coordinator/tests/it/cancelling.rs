//! Stopping a site in the middle of a step, while the server works on it.

use crate::world::{LOOK_EVERY, World};
use coordinator::Author;
use coordinator::clock::act_time;
use model::command::Command;
use model::machine::SiteState;
use model::scope::Scope;
use model::state::State;

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
    let mut coordinator = world.until(is_asleep).await;
    let author = Author { person: "me".parse().unwrap(), login: "test".to_owned(), known: None };
    let at = act_time(coordinator.state(), coordinator.state().at);
    let reason = "the branch is on emergency power".to_owned();
    let command = Command::CancelOrders { scope: site.clone(), reason };
    coordinator.act(&author, &command, &"cancel".parse().unwrap(), at).await.unwrap();
    let coordinator = world
        .until(|state| {
            state.site(&"s1".parse().unwrap()).is_some_and(|(_, it)| it.state == SiteState::Halted)
        })
        .await;
    assert!(coordinator.state().orders.is_empty(), "nothing is in flight any more");
    assert!(coordinator.state().cancelled.is_empty(), "the wish is fulfilled");
    served.abort();
}
