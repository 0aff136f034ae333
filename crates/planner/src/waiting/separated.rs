//! Who is asked for something and is kept from it: by a separation of duties, or because their voice
//! was heard already.
//!
//! House rule: whoever is asked can do it; where nobody can, the wait says why and who revises the plan.

use super::{PEOPLE_MAX, WaitingOn, has_left, holders_who};
use jiff::Timestamp;
use model::command::Command;
use model::decide::{Acting, kept_from};
use model::guard::Supplier;
use model::id::PersonId;
use model::rights::Rights;
use model::role_type::RoleType;
use model::state::State;

/// Who revises the plan, so that somebody else can act.
const REVISES: RoleType = RoleType::ProgramManager;

/// Leaves out of each of `waits` those who are kept from what it asks for.
pub(super) fn apart(state: &State, now: Timestamp, waits: &mut [WaitingOn]) {
    for wait in waits {
        let Some(command) = &wait.command else { continue };
        let mut kept = vec![];
        wait.people.retain(|it| match kept_from(&Acting::new(state, it, now), command) {
            None => true,
            Some(refusal) => {
                kept.push(refusal.text);
                false
            }
        });
        let asks_somebody = !kept.is_empty() || matches!(command, Command::Rfc { .. });
        if !wait.people.is_empty() || !asks_somebody {
            continue;
        }
        wait.people = others(state, now, wait, command);
        if wait.people.is_empty() {
            kept.truncate(PEOPLE_MAX);
            let why = match kept.as_slice() {
                [] => String::new(),
                kept => format!(": {}", kept.join("; ")),
            };
            let what = wait.what.trim_end_matches('.');
            wait.what = format!("{what}, and nobody in the plan may do it{why}");
            wait.people = holders_who(state, &wait.scope, &[REVISES], |it| {
                !has_left(state, it, Rights::Contribute)
            });
            wait.supplier = Supplier::Roles(vec![REVISES]);
            wait.command = None;
        }
    }
}

/// Returns who else can do what `wait` asks for: the first few of a role type were kept from it.
fn others(state: &State, now: Timestamp, wait: &WaitingOn, command: &Command) -> Vec<PersonId> {
    let Supplier::Roles(roles) = &wait.supplier else { return vec![] };
    holders_who(state, &wait.scope, roles, |it| {
        !has_left(state, it, command.rights())
            && kept_from(&Acting::new(state, it, now), command).is_none()
    })
}
