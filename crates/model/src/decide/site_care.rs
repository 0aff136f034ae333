//! What a site is promised and shows: expectations, coverage, exemptions, revisits.
//!
//! Source: Deploy SMF, Process 2, Table 5.

use super::Acting;
use crate::event::Event;
use crate::refusal::Refusal;
use crate::site_care::SiteCareCommand;

impl Acting<'_> {
    pub(super) fn site_care(&self, command: &SiteCareCommand) -> Result<Vec<Event>, Refusal> {
        match *command {}
    }
}
