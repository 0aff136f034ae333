//! For tests: what can be done on the pages.

use model::command::Command;

/// The routes of the pages, as they are written.
pub const ROUTES: &str = include_str!("pages.rs");

/// Returns a command of each kind that has a form, with the name of the form.
///
/// # Panics
///
/// Where a form does not say its command.
pub fn commands() -> Vec<(&'static str, Command)> {
    let sample = |kind: &'static crate::form::Kind| {
        let command = crate::form::samples::of(kind);
        (kind.path.as_str(), command.expect("because a test of the forms fills in each"))
    };
    crate::form::kinds().iter().map(sample).collect()
}
