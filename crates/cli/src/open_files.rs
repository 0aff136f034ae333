//! How many files this process may have open: connections to callers and to computers, and the pipes of
//! steps, are all made of them.
//!
//! What a computer lets a process have at once is far more than what it gives it at first.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The most that are asked for. Steps on this computer inherit it, and some programs go through every
/// number up to it to close what they were left with.
const OPEN_FILES_MAX: u64 = 65_536;

/// Takes what this computer lets the process have.
pub(crate) fn raise() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(OPEN_FILES_MAX, |it| it.min(OPEN_FILES_MAX));
    if current.is_some_and(|it| it < wanted) {
        let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
        debug_assert!(raised.is_ok(), "a process may have what it is let");
    }
}

/// Returns how many files the process may have open.
pub(crate) fn limit() -> u64 {
    getrlimit(Resource::Nofile).current.unwrap_or(OPEN_FILES_MAX)
}
