//! Documents of the worked example, as they are before anything has happened, and of texts that
//! nobody would write who meant well.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test fails where it stands")]

mod composing;
mod deciding;
mod printing;
mod signing;
mod structure;
mod world;
