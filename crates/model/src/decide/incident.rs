//! Incidents and their impact, support issues, feedback and problems.
//!
//! Source: Deploy SMF, Process 3, Table 6: number of incidents, downtime; Table 2: support issues.

use super::Acting;
use crate::event::Event;
use crate::incident::IncidentCommand;
use crate::refusal::Refusal;

impl Acting<'_> {
    pub(super) fn incident(&self, command: &IncidentCommand) -> Result<Vec<Event>, Refusal> {
        match *command {}
    }
}
