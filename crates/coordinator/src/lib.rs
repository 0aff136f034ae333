//! The only writer of the record: command, decide, append; agenda to orders; the clock.
//!
//! It holds no truth of its own. What it knows it has folded from the record;
//! what it decides, `model` and `planner` decided; what it appends is fenced by
//! the head it expected, so that two of it can never both write entry 42.

mod act;
mod author;
pub mod clock;
mod creation;
mod driver;
mod effects;
mod elsewhere;
mod entries;
mod error;
mod findings;
mod flight;
mod fold;
mod folded;
mod journals;
mod leading;
mod left;
mod letters;
mod notices;
mod parsing;
mod posted;
mod probing;
mod quarantine;
mod rotation;
mod sealing;
mod telling;
#[cfg(feature = "testing")]
pub mod testing;
mod together;
mod worker;

pub use self::notices::{Notice, Teller};
pub use act::{Acted, Coordinator};
pub use author::Author;
pub use clock::Clock;
pub use creation::Creation;
pub use driver::{DriveError, Driver, OrdersTo, Rest, Until};
pub use effects::{Effects, Tell};
pub use error::CommandError;
pub use fold::{Moment, read_through, state_at};
pub use quarantine::is_contradicted;
pub use rotation::{Rotation, rotate_keys};
pub use worker::{WORKER_LEASE, Worker};
