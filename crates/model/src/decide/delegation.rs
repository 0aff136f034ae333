//! Delegations in writing: who may act for whom, where, until when.
//!
//! House rule: a delegate is named in writing before he or she signs.

use super::Acting;
use crate::delegation::DelegationCommand;
use crate::event::Event;
use crate::refusal::Refusal;

impl Acting<'_> {
    pub(super) fn delegation(&self, command: &DelegationCommand) -> Result<Vec<Event>, Refusal> {
        match *command {}
    }
}
