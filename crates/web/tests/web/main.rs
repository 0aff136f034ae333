//! The pages as a browser without scripts sees them.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails where it stands")]

mod browser;
mod links;
mod pages;
mod refused;
