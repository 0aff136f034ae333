//! Key questions with their answers, and success criteria with their verdicts.
//!
//! Source: Deploy SMF, key questions of Tables 4 to 7; Table 1: Product Manager assesses the deployment.

use super::Acting;
use crate::assessment::AssessmentCommand;
use crate::event::Event;
use crate::refusal::Refusal;

impl Acting<'_> {
    pub(super) fn assessment(&self, command: &AssessmentCommand) -> Result<Vec<Event>, Refusal> {
        match *command {}
    }
}
