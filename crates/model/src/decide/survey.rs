//! The satisfaction survey of users, site owners and the customer.
//!
//! Source: Deploy SMF, overview: customer satisfaction survey; Process 4, Table 7.

use super::Acting;
use crate::event::Event;
use crate::refusal::Refusal;
use crate::survey::SurveyCommand;

impl Acting<'_> {
    pub(super) fn survey(&self, command: &SurveyCommand) -> Result<Vec<Event>, Refusal> {
        match *command {}
    }
}
