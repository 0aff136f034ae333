//! The quiet period: its clock, its extensions, its verdict.
//!
//! Source: Deploy SMF, Key Terms: quiet period; Process 3, Table 6.

use super::Acting;
use crate::event::Event;
use crate::quiet_period::QuietPeriodCommand;
use crate::refusal::Refusal;

impl Acting<'_> {
    pub(super) fn quiet_period(&self, command: &QuietPeriodCommand) -> Result<Vec<Event>, Refusal> {
        match *command {}
    }
}
