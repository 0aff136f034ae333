//! What operations and support need before they take over: checklist, guides, monitoring.
//!
//! Source: Deploy SMF, Process 3, Table 6: operations plan, support plan, operations guides.

use super::Acting;
use crate::event::Event;
use crate::readiness::ReadinessCommand;
use crate::refusal::Refusal;

impl Acting<'_> {
    pub(super) fn readiness(&self, command: &ReadinessCommand) -> Result<Vec<Event>, Refusal> {
        match *command {}
    }
}
