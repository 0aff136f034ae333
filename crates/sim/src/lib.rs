//! The real rules and the real loop, in a world of faults that comes from a seed.
//!
//! The coordinator, the planner, the model and the record in memory are those of
//! the program. The computers, the network, the clock, the people and the moments
//! at which a process dies are made here, all from one seed: the same seed gives
//! the same trace, entry by entry. Whatever becomes durable is compared at once
//! with what is promised and with what is true on the computers.
//!
//! A simulation that finds nothing proves nothing by itself. So bugs can be
//! planted (`model::planted`), and each must be found.

#![expect(clippy::wildcard_enum_match_arm, reason = "the watch looks at what it has a promise for")]

mod chance;
mod computers;
mod database;
mod faults;
mod people;
mod plans;
mod process;
mod run;
mod time;
mod watch;
mod world;

pub use run::{Outcome, run};
pub use world::has_workers;
