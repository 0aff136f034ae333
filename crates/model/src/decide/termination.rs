//! An early end: what becomes of each component and site.
//!
//! Source: Deploy SMF, overview: the team has effectively terminated the project.

use super::Acting;
use crate::event::Event;
use crate::refusal::Refusal;
use crate::termination::TerminationCommand;

impl Acting<'_> {
    pub(super) fn termination(&self, command: &TerminationCommand) -> Result<Vec<Event>, Refusal> {
        match *command {}
    }
}
