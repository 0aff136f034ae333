//! Messages of the communications plan on their way to people.
//!
//! Source: Deploy SMF, Process 2, Table 5: communications plan; did the team communicate the schedule?

use crate::evolve::{Happening, Impossible};
use crate::scope::Scope;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum MessageEvent {}

/// What a person tells Landfall to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MessageCommand {}

/// Where all of it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Messages {}

impl Messages {
    /// Moves on by `event`.
    pub(crate) fn happened(
        &mut self,
        event: &MessageEvent,
        _happening: &Happening,
    ) -> Result<(), Impossible> {
        match *event {}
    }
}

impl MessageEvent {
    /// Returns what it is about.
    pub fn scope(&self) -> Scope {
        match *self {}
    }
}

impl fmt::Display for MessageEvent {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}
