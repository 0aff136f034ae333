//! Closing: contributions, lessons, open items, access, ownership, benefits.
//!
//! Source: Deploy SMF, Process 4, Table 7: post-project analysis, project close-out report.

use super::Acting;
use crate::close_out::CloseOutCommand;
use crate::event::Event;
use crate::refusal::Refusal;

impl Acting<'_> {
    pub(super) fn close_out(&self, command: &CloseOutCommand) -> Result<Vec<Event>, Refusal> {
        match *command {}
    }
}
