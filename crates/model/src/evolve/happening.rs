//! When an event happened, and that it cannot have.
//!
//! House rule: the fold never decides. It refuses an entry that cannot have happened.

use crate::machine::StateRefusal;

/// An entry cannot have happened in the state it meets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Impossible {
    /// The state machine has no such transition.
    #[error(transparent)]
    State(#[from] StateRefusal),
    /// It names something that is not there.
    #[error("{what} is not in the plan")]
    Unknown {
        /// What is named.
        what: String,
    },
    /// It follows something that it cannot follow.
    #[error("{why}")]
    Order {
        /// Why.
        why: String,
    },
}

/// When an event happened, by whom, as which entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// The person who answers for it; nobody where the program does.
    pub by: Option<crate::id::PersonId>,
    /// When.
    pub at: jiff::Timestamp,
    /// The entry that holds it.
    pub seq: crate::id::Seq,
}

impl Impossible {
    pub(crate) fn unknown(what: impl std::fmt::Display) -> Self {
        Self::Unknown { what: what.to_string() }
    }
}
