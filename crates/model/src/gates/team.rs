//! The gates of the project team: A1, A2, ST7 and D4.
//!
//! Source: Deploy SMF, Process 3, Table 6, and Process 4, Table 7, as worked out in
//! `catalogue/guards.psv`.

use super::parts::Lack;
use super::{Found, missing};
use crate::assignment::{Staying, spans_projects};
use crate::id::PersonId;
use crate::machine::{AssignmentState, AssignmentTransition};
use crate::person::Person;
use crate::profile::Profile;
use crate::role_type::RoleType;
use crate::state::State;

/// A1: the person does not hold role types that must be separate.
pub fn a1(state: &State, person: &PersonId) -> Vec<Lack> {
    let person = state.person(person);
    person.map(|it| super::entry::roles_together(it, state.plan.profile)).unwrap_or_default()
}

/// A2: operations or support have accepted what the person knows.
pub fn a2(state: &State, person: &PersonId) -> Found {
    let is_accepted = state.assignments.of(person).is_some_and(|it| !it.knowledge.is_empty());
    if is_accepted || state.plan.profile == Profile::Solo {
        return Ok(());
    }
    missing(
        format!("neither operations nor support have accepted what {person} knows"),
        &[RoleType::OperationsManager, RoleType::SupportManager],
    )
}

/// Returns what `member` lacks for Deployment Stable: an acceptance, an answer, or their knowledge.
pub fn lacks(state: &State, member: &Person) -> Found {
    match state.assignment(&member.id) {
        Some(AssignmentState::Named) => {
            let roles: Vec<RoleType> =
                member.roles.iter().copied().filter(|it| it.is_project()).collect();
            return missing(format!("{} has not accepted the assignment", member.id), &roles);
        }
        Some(AssignmentState::Active | AssignmentState::OnCall) => {}
        Some(
            AssignmentState::TransferredToOperations
            | AssignmentState::Closing
            | AssignmentState::Released,
        )
        | None => return Ok(()),
    }
    if spans_projects(member) || state.plan.profile == Profile::Solo {
        return Ok(());
    }
    if state.assignments.of(&member.id).is_none_or(|it| it.answer.is_none()) {
        let text = format!("it is not said whether {} leaves or stays", member.id);
        return missing(text, &[RoleType::ProgramManager]);
    }
    a2(state, &member.id)
}

/// ST7: every member of the team leaves or stays, and has handed over what they know.
pub fn st7(state: &State) -> Vec<Lack> {
    let lack = |(member, _): (&Person, AssignmentState)| {
        let (missing, supplier) = lacks(state, member).err()?;
        Some(Lack { part: Some(member.id.to_string()), missing, supplier })
    };
    state.team().filter_map(lack).collect()
}

/// Returns what becomes of an active `member` when Deployment Stable is signed; nothing for who
/// spans projects.
pub fn transition_at_stable(
    state: &State,
    member: &Person,
) -> Option<(AssignmentTransition, Option<RoleType>)> {
    use AssignmentTransition::{DutiesFinished, PutOnCall, Transferred};
    if spans_projects(member) {
        return None;
    }
    let answer = state.assignments.of(&member.id).and_then(|it| it.answer);
    Some(match answer {
        None | Some(Staying::OnCall) => (PutOnCall, None),
        Some(Staying::Leaves) => (DutiesFinished, None),
        Some(Staying::Operations) => (Transferred, Some(RoleType::OperationsManager)),
        Some(Staying::Support) => (Transferred, Some(RoleType::SupportManager)),
    })
}

/// D4: nobody is active on the project but who spans projects, and somebody owns the service. Of
/// this only a person may be waived by name, until the waiver ends; that somebody owns it never.
pub fn d4(state: &State) -> Vec<Lack> {
    let is_left = |member: &Person, standing| match standing {
        AssignmentState::Named | AssignmentState::Active => spans_projects(member),
        // Who is on call ends with the milestone.
        AssignmentState::OnCall
        | AssignmentState::TransferredToOperations
        | AssignmentState::Closing
        | AssignmentState::Released => true,
    };
    let there = state.team().filter(|(member, standing)| !is_left(member, *standing));
    let mut lacks: Vec<Lack> = there
        .map(|(member, standing)| {
            let text = format!("{} is still {standing} on the project", member.id);
            Lack::of(member.id.to_string(), text, &[RoleType::ProgramManager])
        })
        .collect();
    let unowned = crate::close_out::without_owner(state);
    lacks.extend(unowned.first().map(|scope| {
        let text = format!("nobody has accepted to own {scope} for good");
        Lack::never(text, &[RoleType::ProgramManager, RoleType::OperationsManager])
    }));
    lacks
}
