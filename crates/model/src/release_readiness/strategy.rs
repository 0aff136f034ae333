//! The strategy for the infrastructure: approach, order, rollback, windows, contacts.
//!
//! What was decided is people's word; order, rollback and windows are the plan's, so the document
//! cannot say anything else than what is done.
//!
//! Source: Deploy SMF, Process 1, Table 4, key question on the documented strategy.
//! Meets: P1-Q3

use crate::component::{CoreMode, RollbackPlan};
use crate::digest::{Digest, canonical_digest};
use crate::person::Person;
use crate::role_type::RoleType;
use crate::state::State;
use serde::Serialize;

/// One section of the strategy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StrategySection {
    /// Its heading.
    pub heading: &'static str,
    /// What it says; nothing where that is missing.
    pub lines: Vec<String>,
}

/// Returns the strategy for the infrastructure, section by section.
pub fn infrastructure_strategy(state: &State) -> Vec<StrategySection> {
    sections(state, reached)
}

fn sections(state: &State, contact: fn(&Person) -> String) -> Vec<StrategySection> {
    let approach: Vec<String> = state
        .strategy()
        .map(|it| it.infrastructure.trim().to_owned())
        .filter(|it| !it.is_empty())
        .into_iter()
        .collect();
    vec![
        StrategySection { heading: "approach", lines: approach },
        StrategySection { heading: "order", lines: order(state) },
        StrategySection { heading: "rollback", lines: rollback(state) },
        StrategySection { heading: "windows", lines: windows(state) },
        StrategySection { heading: "contacts", lines: contacts(state, contact) },
    ]
}

/// Returns the digest of the strategy as it stands: of people who are sealed, with their commitments.
pub fn strategy_digest(state: &State) -> Digest {
    canonical_digest(&sections(state, stands))
}

fn order(state: &State) -> Vec<String> {
    let line = |it: &crate::component::CoreComponent| {
        let mode = match it.mode {
            CoreMode::Advance => "in advance",
            CoreMode::Parallel => "beside the sites",
        };
        let needs: Vec<&str> = it.needs.iter().map(|it| it.as_str()).collect();
        let after = if needs.is_empty() {
            String::new()
        } else {
            format!(", after {}", needs.join(" and "))
        };
        format!("{}: {mode}{after}", it.id)
    };
    state.plan.components.iter().map(line).collect()
}

fn rollback(state: &State) -> Vec<String> {
    let line = |it: &crate::component::CoreComponent| {
        let steps = match &it.rollback {
            RollbackPlan::Steps { loses: None } => {
                "its steps are undone, nothing is lost".to_owned()
            }
            RollbackPlan::Steps { loses: Some(loses) } => {
                format!("its steps are undone, which loses {loses}")
            }
            RollbackPlan::ForwardFix { .. } => "it is fixed forward, never undone".to_owned(),
        };
        format!("{}: {steps}", it.id)
    };
    state.plan.components.iter().map(line).collect()
}

fn windows(state: &State) -> Vec<String> {
    let line = |it: &crate::component::CoreComponent| match it.windows.len() {
        0 => format!("{}: at any time, {}", it.id, it.zone),
        1 => format!("{}: one window, {}", it.id, it.zone),
        several => format!("{}: {several} windows, {}", it.id, it.zone),
    };
    state.plan.components.iter().map(line).collect()
}

fn contacts(state: &State, contact: fn(&Person) -> String) -> Vec<String> {
    let roles = [RoleType::ReleaseManagement, RoleType::OperationsManager];
    let of = |role: RoleType| state.plan.holders(role).map(move |it| (role, it));
    let line = |(role, person): (RoleType, &Person)| format!("{role}: {}", contact(person));
    roles.into_iter().flat_map(of).map(line).collect()
}

/// Returns under which name somebody is known, and where they are reached.
fn reached(person: &Person) -> String {
    match person.mail() {
        Some(mail) => format!("{}, {mail}", person.name()),
        None => person.name().to_owned(),
    }
}

/// Returns what stands for somebody where it is digested.
fn stands(person: &Person) -> String {
    person.private.sealed().map_or_else(|| reached(person), |it| it.to_string())
}
