//! Documents on their way from a draft to a locked version.
//!
//! Source: Deploy SMF, outputs of Tables 4 to 7.

use crate::machine::{DocumentState, SignOffState};
use crate::sheet::Sheet;
use crate::state::State;

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
