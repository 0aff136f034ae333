//! The project team: who is on it, and who has left it for what.
//!
//! Source: Deploy SMF, Process 3, Table 6, and Process 4, Table 7: have team members transferred out of the project?

use super::Acting;
use crate::assignment::AssignmentCommand;
use crate::event::Event;
use crate::refusal::Refusal;

impl Acting<'_> {
    pub(super) fn assignment(&self, command: &AssignmentCommand) -> Result<Vec<Event>, Refusal> {
        match *command {}
    }
}
