//! Messages of the communications plan on their way to people.
//!
//! Source: Deploy SMF, Process 2, Table 5: communications plan; did the team communicate the schedule?

use super::Acting;
use crate::event::Event;
use crate::message::MessageCommand;
use crate::refusal::Refusal;

impl Acting<'_> {
    pub(super) fn message(&self, command: &MessageCommand) -> Result<Vec<Event>, Refusal> {
        match *command {}
    }
}
