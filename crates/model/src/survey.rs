//! The satisfaction survey of users, site owners and the customer.
//!
//! Source: Deploy SMF, overview: customer satisfaction survey; Process 4, Table 7.

use crate::evolve::{Happening, Impossible};
use crate::scope::Scope;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum SurveyEvent {}

/// What a person tells Landfall to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SurveyCommand {}

/// Where all of it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Surveys {}

impl Surveys {
    /// Moves on by `event`.
    pub(crate) fn happened(
        &mut self,
        event: &SurveyEvent,
        _happening: &Happening,
    ) -> Result<(), Impossible> {
        match *event {}
    }
}

impl SurveyEvent {
    /// Returns what it is about.
    pub fn scope(&self) -> Scope {
        match *self {}
    }
}

impl fmt::Display for SurveyEvent {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}
