//! Milestones as people read them.

use jiff::Timestamp;
use model::digest::Digest;
use model::gates::milestone::readings;
use model::milestone::{Milestone, Review, Signature, signatures};
use model::responsibility::{Duty, transfers, turns};
use model::role_type::RoleType;
use model::state::State;
use views::people::{any_of, person};
use views::time::when;

/// Returns where both milestones stand: what they still lack, who has signed, review by review.
pub(crate) fn page(state: &State, now: Timestamp) -> String {
    let mut page = String::new();
    for milestone in [Milestone::Stable, Milestone::Complete] {
        let standing = state.milestones.state(milestone);
        page += &format!("{}: {standing}\n", milestone.title());
        if state.milestones.approved(milestone).is_none() {
            page += &distance(state, milestone, now);
        }
        page += &signed(state, milestone);
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
    page + &gone_over(state)
}

/// The most things that are listed as gone over; more are counted.
const TRANSFERS_MAX: usize = 20;

/// Returns what has gone over to whom, and until when the project stands behind it.
fn gone_over(state: &State) -> String {
    let zone = &state.plan.zone;
    let all = transfers(state);
    let mut text = String::new();
    for it in all.iter().take(TRANSFERS_MAX) {
        let behind =
            it.behind_until.map(|at| format!("; the project behind it until {}", when(at, zone)));
        let behind = behind.unwrap_or_default();
        text += &format!("{} is with {} since {}{behind}\n", it.scope, it.to, when(it.at, zone));
    }
    if all.len() > TRANSFERS_MAX {
        text += &format!("and {} more\n", all.len() - TRANSFERS_MAX);
    }
    text
}

/// Returns how far the criteria of a milestone are from being met.
fn distance(state: &State, milestone: Milestone, now: Timestamp) -> String {
    let gate = readings(state, milestone, now);
    let open: Vec<_> = gate.iter().filter(|it| !it.verdict.passes()).collect();
    let met = gate.len() - open.len();
    let mut text = format!("  {met} of {} criteria are met\n", gate.len());
    open.iter().for_each(|it| text += &super::close_out::reading(it));
    text
}

/// Returns who has signed, when, and under which digest; nothing where nobody was asked.
fn signed(state: &State, milestone: Milestone) -> String {
    let zone = &state.plan.zone;
    let asked = signatures(state, milestone).into_iter();
    let asked = asked.filter_map(|it| Some((it.at?, it.document?, it)));
    let line = |(at, document, it): (Timestamp, Digest, Signature)| {
        let by = it.by.as_ref().map(|it| format!(" by {}", person(&state.plan, it)));
        let (by, digest) = (by.unwrap_or_default(), document.short());
        let paper = state.said_on_paper(&it.slot).map(|it| format!(", {it}")).unwrap_or_default();
        let at = when(at, zone);
        format!("  {}: {}{by} on {at}, sheet {digest}{paper}\n", it.slot.role, it.state)
    };
    asked.map(line).collect()
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
