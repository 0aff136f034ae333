//! Training: sessions, attendance, coverage of sites.
//!
//! Source: Deploy SMF, Table 1: User Experience trains users and maintains the training schedule.

use super::Acting;
use crate::event::Event;
use crate::refusal::Refusal;
use crate::training::TrainingCommand;

impl Acting<'_> {
    pub(super) fn training(&self, command: &TrainingCommand) -> Result<Vec<Event>, Refusal> {
        match *command {}
    }
}
