//! The milestones: convened, voted on, approved, rejected.
//!
//! Source: Deploy SMF, Key Terms (Deployment Stable) and Process 4 (Deployment Complete).

use super::Acting;
use crate::event::Event;
use crate::milestone::MilestoneCommand;
use crate::refusal::Refusal;

impl Acting<'_> {
    pub(super) fn milestone(&self, command: &MilestoneCommand) -> Result<Vec<Event>, Refusal> {
        match *command {}
    }
}
