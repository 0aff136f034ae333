//! Incidents and their impact, support issues, feedback and problems.
//!
//! Source: Deploy SMF, Process 3, Table 6: number of incidents, downtime; Table 2: support issues.

use crate::evolve::{Happening, Impossible};
use crate::scope::Scope;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum IncidentEvent {}

/// What a person tells Landfall to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IncidentCommand {}

/// Where all of it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Incidents {}

impl Incidents {
    /// Moves on by `event`.
    pub(crate) fn happened(
        &mut self,
        event: &IncidentEvent,
        _happening: &Happening,
    ) -> Result<(), Impossible> {
        match *event {}
    }
}

impl IncidentEvent {
    /// Returns what it is about.
    pub fn scope(&self) -> Scope {
        match *self {}
    }
}

impl fmt::Display for IncidentEvent {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}
