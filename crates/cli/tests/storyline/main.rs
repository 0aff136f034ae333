//! The worked example from its baseline to its sealed record, with what went otherwise than planned,
//! played against the real engine on a clock that the story moves.
//!
//! The computers are directories on this one, and their steps really run. The people answer at
//! once, but for those of whom the story says something else. What is checked are the instants
//! and figures that the example's guide names.

#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails where it stands"
)]

mod close_out;
mod core_components;
mod desk;
mod exemption;
#[path = "../support/folder.rs"]
mod folder;
mod milestone;
mod paper;
mod pipe;
mod program;
mod quiet_period;
mod refusal;
mod sites;
mod stabilizing;
mod stage;
mod training;

use stage::Stage;

// Proves: P1-Q2, P2-D7, P3a-Q2, P4-D2, P4a-A1, P4b-A1, X-02, X-07, X-08, X-10, X-12
#[tokio::test(flavor = "multi_thread")]
async fn forty_branches_are_deployed_stabilised_accepted_and_closed_whatever_goes_otherwise_than_planned()
 {
    let mut stage = Stage::new().await;
    training::of_b38_lies_ahead(&mut stage);
    core_components::are_deployed(&mut stage).await;
    sites::are_deployed_and_signed(&mut stage).await;
    stabilizing::leads_to_deployment_stable(&mut stage).await;
    quiet_period::is_put_on_by_thirty_hours_and_a_half(&mut stage).await;
    milestone::is_reached(&mut stage).await;
    close_out::seals_the_record(&mut stage).await;
    paper::holds_up(&mut stage).await;
    stage.verifies().await;
}
