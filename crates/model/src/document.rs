//! Documents on their way from a draft to a locked version.
//!
//! Source: Deploy SMF, outputs of Tables 4 to 7.

use crate::evolve::{Happening, Impossible};
use crate::machine::{DocumentState, SignOffState};
use crate::scope::Scope;
use crate::sheet::Sheet;
use crate::state::State;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum DocumentEvent {}

/// What a person tells Landfall to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentCommand {}

/// Where all of it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Documents {}

impl Documents {
    /// Moves on by `event`.
    pub(crate) fn happened(
        &mut self,
        event: &DocumentEvent,
        _happening: &Happening,
    ) -> Result<(), Impossible> {
        match *event {}
    }
}

impl DocumentEvent {
    /// Returns what it is about.
    pub fn scope(&self) -> Scope {
        match *self {}
    }
}

impl fmt::Display for DocumentEvent {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

/// Returns where the document of `sheet` stands: what its slots say, and nothing else.
pub fn standing(state: &State, sheet: &Sheet) -> DocumentState {
    let slots = sheet.slots();
    let states: Vec<SignOffState> =
        slots.iter().filter_map(|it| state.slots.get(it)).map(|it| it.state).collect();
    let any = |wanted: SignOffState| states.contains(&wanted);
    if states.len() == slots.len() && states.iter().all(|it| *it == SignOffState::Signed) {
        DocumentState::Locked
    } else if any(SignOffState::Requested) {
        DocumentState::InSignature
    } else if any(SignOffState::Superseded) {
        DocumentState::Superseded
    } else {
        DocumentState::Draft
    }
}
