//! Whoever carries out orders and does not say what became of them.

use crate::world::World;
use async_trait::async_trait;
use coordinator::{Effects, Tell};
use executor::Cancel;
use model::order::{Intent, Outcome, Report};
use model::probe::ProbeCheck;
use std::time::Duration;

/// Takes orders, and is heard of no more.
struct Mute;

#[async_trait]
impl Effects for Mute {
    async fn carry_out(&self, _: &Intent, _: &Cancel) -> Report {
        std::future::pending().await
    }

    async fn resume(&self, _: &Intent, _: &Cancel) -> Report {
        std::future::pending().await
    }

    async fn carry_out_all(&self, _: &[(Intent, Cancel)], _: Tell<'_>) {}

    async fn resume_all(&self, _: &[(Intent, Cancel)], _: Tell<'_>) {}

    async fn probe(&self, _: &ProbeCheck, _: Duration) -> Result<(), String> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_step_whose_end_is_not_told_nobody_knows_and_the_deployment_goes_on() {
    let world = World::new(include_str!("plan.yaml")).await;
    let mut unknown = vec![];
    while unknown.is_empty() && world.people_answer().await {
        world.drive_with(Mute).await;
        let coordinator = world.coordinator().await;
        assert!(coordinator.state().orders.values().all(|it| it.asked.is_some()), "none waits");
        let entries = coordinator.entries(0, 1_000).await.unwrap();
        let ends = entries.iter().flat_map(|it| it.event.ends());
        unknown = ends
            .filter_map(|(_, report)| match &report.outcome {
                Outcome::Unknown { why } => Some(why.clone()),
                Outcome::Succeeded { .. } | Outcome::Failed { .. } => None,
            })
            .collect();
    }
    let why = unknown.first().map(String::as_str);
    assert_eq!(why, Some("whoever carried it out did not say what became of it"));
}
