//! The API, asked as programs ask it: the real routes over a real record.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails where it stands")]

mod admission;
mod asking;
mod bad_input;
mod server;
mod signing;
mod survey;

use server::Server;
