//! The pages as a browser without scripts sees them.

mod browser;
mod pages;
mod refused;
