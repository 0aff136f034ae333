//! Documents on their way from a draft to a locked version.
//!
//! Source: Deploy SMF, outputs of Tables 4 to 7.

use super::Acting;
use crate::document::DocumentCommand;
use crate::event::Event;
use crate::refusal::Refusal;

impl Acting<'_> {
    pub(super) fn document(&self, command: &DocumentCommand) -> Result<Vec<Event>, Refusal> {
        match *command {}
    }
}
