//! The pages as a browser without scripts sees them.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod browser;
mod pages;
mod refused;
