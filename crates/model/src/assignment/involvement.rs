//! How many of the project team are still involved, and how: the measure M-4.
//!
//! Who spans all projects is counted beside: they stay, whatever becomes of this one.
//!
//! Source: Deploy SMF, Table 2: no project team members still actively involved in the project.

use super::spans_projects;
use crate::machine::AssignmentState;
use crate::state::State;
use serde::Serialize;
use std::fmt;

/// How many of the project team stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Involvement {
    /// At work for the project: who is named and never left is as active as who accepted.
    pub active: usize,
    /// On call.
    pub on_call: usize,
    /// Reviewing and signing only.
    pub closing: usize,
    /// In operations or support for good.
    pub transferred: usize,
    /// Gone, with their access revoked.
    pub released: usize,
    /// At work for all projects: not counted as active.
    pub spanning: usize,
}

impl Involvement {
    /// Returns how many are counted: all but those who span projects.
    pub fn counted(self) -> usize {
        self.active + self.on_call + self.closing + self.transferred + self.released
    }

    /// Returns how many have left what they did.
    pub fn left(self) -> usize {
        self.closing + self.transferred + self.released
    }
}

/// Returns how the project team is involved.
pub fn involvement(state: &State) -> Involvement {
    let mut all = Involvement::default();
    for (member, standing) in state.team() {
        let count = match standing {
            AssignmentState::Named | AssignmentState::Active if spans_projects(member) => {
                &mut all.spanning
            }
            AssignmentState::Named | AssignmentState::Active => &mut all.active,
            AssignmentState::OnCall => &mut all.on_call,
            AssignmentState::Closing => &mut all.closing,
            AssignmentState::TransferredToOperations => &mut all.transferred,
            AssignmentState::Released => &mut all.released,
        };
        *count += 1;
    }
    all
}

impl fmt::Display for Involvement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of {} are active; {} on call, {} closing, {} transferred, {} released",
            self.active,
            self.counted(),
            self.on_call,
            self.closing,
            self.transferred,
            self.released
        )
    }
}
