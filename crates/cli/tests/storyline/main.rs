//! The worked example from its baseline to its sealed record: eighteen things that went otherwise
//! than planned, played against the real engine on a clock that the story moves.
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

mod core_components;
mod pipe;
mod sites;
mod stage;

use stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn eighteen_things_go_otherwise_and_the_record_is_sealed() {
    let mut stage = Stage::new().await;
    core_components::are_deployed(&mut stage).await;
    sites::are_deployed_and_signed(&mut stage).await;
    stage.verifies().await;
}
