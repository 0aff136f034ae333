//! Carries out orders: local processes, SSH, copies, HTTP checks.
//!
//! An order comes complete and is carried out as it stands; nothing here makes
//! a choice, and nothing is ever repeated. What makes an order safe to hand out
//! twice is the computer's own journal (`shell/journal.sh`): the same few lines
//! of POSIX shell, spoken to over SSH or to a process here, begin an order once
//! and find it again after a lost connection or a killed server.

mod answers;
mod beginning;
mod bundle;
mod cancel;
mod carry_out;
mod copy;
mod http;
mod outputs;
mod probe;
mod quote;
mod redact;
mod repository;
mod secrets;
mod session;
mod settings;
mod slept;
mod sources;
mod ssh;
mod task;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
mod verify;

pub use cancel::Cancel;
pub use carry_out::Executor;
pub use outputs::Found;
pub use quote::{Unquotable, quote};
pub use repository::{Repository, RepositoryFault, is_address};
pub use secrets::{MissingSecret, Secrets};
pub use settings::{OUTPUT_BYTES_MAX, Settings};
