//! Milestones as people read them.

use super::people::{any_of, person};
use super::time::when;
use model::milestone::{Milestone, Review};
use model::responsibility::{Duty, turns};
use model::role_type::RoleType;
use model::state::State;

/// Returns where both milestones stand, review by review.
pub(crate) fn page(state: &State) -> String {
    let mut page = String::new();
    for milestone in [Milestone::Stable, Milestone::Complete] {
        let standing = state.milestones.state(milestone);
        page += &format!("{}: {standing}\n", milestone.title());
        for it in state.milestones.reviews(milestone) {
            page += &review(state, it);
        }
    }
    for duty in [Duty::Running, Duty::Answering] {
        page += &format!("{}:\n", duty.text());
        for turn in turns(state, duty) {
            let from = turn.from.map(|it| when(it, &state.plan.zone));
            let from = from.unwrap_or_else(|| "from the beginning".to_owned());
            let words = |roles: &[RoleType]| {
                let names: Vec<String> = roles.iter().map(ToString::to_string).collect();
                names.join(", ")
            };
            page += &format!("  {from}: {}", words(&turn.first));
            if !turn.behind.is_empty() {
                page += &format!("; behind: {}", words(&turn.behind));
            }
            page.push('\n');
        }
    }
    page
}

fn review(state: &State, it: &Review) -> String {
    let zone = &state.plan.zone;
    let mut text = format!("  review {}: {} on {}\n", it.number, it.state, when(it.since, zone));
    if let Some(reason) = &it.reason {
        text += &format!("    {reason}\n");
    }
    if let Some(at) = it.convened {
        let invited = any_of(&state.plan, &it.invitees);
        text += &format!("    convened on {} with {invited}\n", when(at, zone));
    }
    if let Some(at) = it.in_effect() {
        text += &format!("    in effect since {}\n", when(at, zone));
    }
    for vote in &it.votes {
        let reason = vote.reason.as_ref().map_or_else(String::new, |it| format!(": {it}"));
        let by = person(&state.plan, &vote.by);
        text += &format!("    {by}, {}: {}{reason}\n", vote.role, vote.recommendation);
    }
    for action in &it.actions {
        text += &format!("    to follow on: {action}\n");
    }
    text
}
