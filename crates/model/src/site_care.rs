//! What a site is promised and shows: expectations, coverage, exemptions, revisits.
//!
//! Source: Deploy SMF, Process 2, Table 5.

use crate::evolve::{Happening, Impossible};
use crate::scope::Scope;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum SiteCareEvent {}

/// What a person tells Landfall to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SiteCareCommand {}

/// Where all of it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SiteCare {}

impl SiteCare {
    /// Moves on by `event`.
    pub(crate) fn happened(
        &mut self,
        event: &SiteCareEvent,
        _happening: &Happening,
    ) -> Result<(), Impossible> {
        match *event {}
    }
}

impl SiteCareEvent {
    /// Returns what it is about.
    pub fn scope(&self) -> Scope {
        match *self {}
    }
}

impl fmt::Display for SiteCareEvent {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}
