//! Who is asked to sign and is kept from it by a separation of duties.
//!
//! House rule: whoever is asked can do it; where nobody can, the wait says why and what to do.

use super::{WaitingOn, holders};
use jiff::Timestamp;
use model::command::Command;
use model::decide::{Acting, kept_from_signing};
use model::guard::Supplier;
use model::role_type::RoleType;
use model::state::State;

/// Who revises the plan, so that somebody else can sign.
const REVISE: [RoleType; 2] = [RoleType::ProgramManager, RoleType::ReleaseManagement];

/// Leaves out of each of `waits` on a signature those whom a separation of duties keeps from it.
pub(super) fn apart(state: &State, now: Timestamp, waits: &mut [WaitingOn]) {
    for wait in waits {
        let Some(Command::Sign { slot, .. }) = &wait.command else { continue };
        let mut kept = None;
        let keeps = |person: &_| kept_from_signing(&Acting::new(state, person, now), slot);
        wait.people.retain(|it| match keeps(it) {
            None => true,
            Some(refusal) => {
                kept = Some(refusal);
                false
            }
        });
        if let Some(refusal) = kept.filter(|_| wait.people.is_empty()) {
            wait.what = format!("{}; {}: {}", wait.what, refusal.text, refusal.next_step);
            wait.people = holders(state, &wait.scope, &REVISE);
            wait.supplier = Supplier::Roles(REVISE.to_vec());
            wait.command = None;
        }
    }
}
