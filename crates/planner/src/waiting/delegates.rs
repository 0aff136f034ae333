//! Delegates, named beside those for whom they may act.
//!
//! House rule: whoever is asked, so is whom they named in writing; nobody waits for somebody on
//! leave whose delegate could act.

use super::{PEOPLE_MAX, WaitingOn};
use jiff::Timestamp;
use model::command::Command;
use model::delegation::Delegation;
use model::guard::Supplier;
use model::id::PersonId;
use model::state::State;

/// Names the delegates in force at `now` in each of `waits`, each after whom they act for.
pub(super) fn beside(state: &State, now: Timestamp, waits: &mut [WaitingOn]) {
    if !state.delegations.given.iter().any(|it| it.is_in_force(now)) {
        return;
    }
    for wait in waits {
        let delegates = delegates(state, now, wait);
        for (by, delegate) in delegates {
            if wait.people.contains(&delegate) {
                continue;
            }
            let after = wait.people.iter().position(|it| *it == by).map_or(0, |it| it + 1);
            wait.people.insert(after, delegate);
        }
        wait.people.truncate(2 * PEOPLE_MAX);
    }
}

/// Returns who may act for whom where `wait` asks people.
fn delegates(state: &State, now: Timestamp, wait: &WaitingOn) -> Vec<(PersonId, PersonId)> {
    let Supplier::Roles(roles) = &wait.supplier else { return vec![] };
    let is_asked = |it: &Delegation| {
        let slot = match &wait.command {
            Some(Command::Sign { slot, .. }) => Some(slot),
            Some(_) | None => None,
        };
        match slot {
            Some(slot) => it.slots.is_empty() || it.slots.contains(slot),
            None => it.slots.is_empty(),
        }
    };
    let people: Vec<PersonId> =
        state.delegations.given.iter().map(|it| it.delegate.clone()).collect();
    let mut found = Vec::new();
    for delegate in people {
        let given = state.delegations_of(&delegate, &wait.scope, now);
        for it in given.filter(|it| roles.contains(&it.role) && is_asked(it)) {
            let pair = (it.by.clone(), delegate.clone());
            if !found.contains(&pair) {
                found.push(pair);
            }
        }
    }
    found
}
