//! Whole deployments, with real processes.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails where it stands")]

mod beside;
mod cancelling;
mod ended;
mod forecast;
mod namesakes;
mod probing;
mod restored;
mod sealing;
mod untold;
mod unwitnessed;
mod whole_deployment;
mod world;
