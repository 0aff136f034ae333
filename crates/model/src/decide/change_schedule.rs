//! The change schedule: standard changes, conflicts and how they were ruled on, reviews.
//!
//! Source: Deploy SMF, Table 4, best practice: a processed request for change.

use super::Acting;
use crate::change_schedule::ChangeScheduleCommand;
use crate::event::Event;
use crate::refusal::Refusal;

impl Acting<'_> {
    pub(super) fn change_schedule(
        &self,
        command: &ChangeScheduleCommand,
    ) -> Result<Vec<Event>, Refusal> {
        match *command {}
    }
}
