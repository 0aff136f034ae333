//! Escalations from operations and support to the project team.
//!
//! Source: Deploy SMF, Process 3, Table 6: a process for escalating issues; Table 2: number of support escalations.

use super::Acting;
use crate::escalation::EscalationCommand;
use crate::event::Event;
use crate::refusal::Refusal;

impl Acting<'_> {
    pub(super) fn escalation(&self, command: &EscalationCommand) -> Result<Vec<Event>, Refusal> {
        match *command {}
    }
}
