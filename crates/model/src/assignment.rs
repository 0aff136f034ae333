//! The project team: who is on it, and who has left it for what.
//!
//! Source: Deploy SMF, Process 3, Table 6, and Process 4, Table 7: have team members transferred out of the project?

use crate::evolve::{Happening, Impossible};
use crate::scope::Scope;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum AssignmentEvent {}

/// What a person tells Landfall to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AssignmentCommand {}

/// Where all of it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Assignments {}

impl Assignments {
    /// Moves on by `event`.
    pub(crate) fn happened(
        &mut self,
        event: &AssignmentEvent,
        _happening: &Happening,
    ) -> Result<(), Impossible> {
        match *event {}
    }
}

impl AssignmentEvent {
    /// Returns what it is about.
    pub fn scope(&self) -> Scope {
        match *self {}
    }
}

impl fmt::Display for AssignmentEvent {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}
