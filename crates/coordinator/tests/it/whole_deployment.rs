//! From a draft to all sites signed off, on real processes.

use crate::world::World;
use model::machine::{DeploymentState, SiteState};
use std::fs::read_to_string;

const PLAN: &str = include_str!("plan.yaml");

// Proves: G-05, G-07, P1-A1, P2-A1, X-18
#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_comes_to_its_end_and_every_step_ran_once() {
    let world = World::new(PLAN).await;
    world.to_the_end().await;
    let coordinator = world.coordinator().await;
    let state = coordinator.state();
    assert_eq!(state.deployment, DeploymentState::Stabilizing);
    assert!(state.sites.iter().all(|it| it.state == SiteState::SignedOff));
    let root = world.folder.path().join("sites");
    assert_eq!(read_to_string(root.join("base/install")).unwrap(), "ran\n");
    for site in 1..=7 {
        for (computer, steps) in [
            ("pc-01", &["prepare", "install", "verify", "smoke"][..]),
            ("pc-02", &["install", "verify"]),
            ("pc-03", &["install", "verify"]),
        ] {
            for step in steps {
                let counter = root.join(format!("s{site}/{computer}/{step}"));
                let counted = read_to_string(&counter);
                assert_eq!(counted.unwrap(), "ran\n", "{}", counter.display());
            }
        }
    }
}
