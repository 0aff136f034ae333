//! Closing and early ends as people read them.

use jiff::Timestamp;
use model::close_out::{OpenItem, open_items, suggestions};
use model::gates;
use model::guard::{GuardReading, Verdict};
use model::machine::DeploymentState;
use model::state::State;
use model::termination::begun;

/// The most suggestions that are listed; more are counted.
const SUGGESTIONS_MAX: usize = 12;

/// Returns what is left to do before the project closes.
pub(crate) fn page(state: &State, now: Timestamp) -> String {
    let mut page = match state.deployment {
        DeploymentState::Closed => "The project is closed. What it took:\n".to_owned(),
        DeploymentState::Draft
        | DeploymentState::Ready
        | DeploymentState::Deploying
        | DeploymentState::Held
        | DeploymentState::Stabilizing
        | DeploymentState::QuietPeriod
        | DeploymentState::MilestoneReview
        | DeploymentState::Closing
        | DeploymentState::Terminating
        | DeploymentState::Terminated => "Before the project closes:\n".to_owned(),
    };
    let all = [gates::close_out::gate(state, now), gates::close_out::last(state, now)].concat();
    all.iter().for_each(|it| page += &reading(it));
    let items = open_items(state);
    if !items.is_empty() {
        page += "\nOpen items:\n";
        items.iter().for_each(|it| page += &item(it));
    }
    let close_out = &state.close_out;
    if let Some(it) = &close_out.analysis {
        page += &format!("\nThe analysis is at {}: {it}.\n", it.place);
    }
    if !close_out.lessons.is_empty() {
        page += "\nLessons:\n";
    }
    for (it, number) in close_out.lessons.iter().zip(1..) {
        let lesson = &it.lesson;
        page += &format!(
            "  {number} {} ({}): {} ({}, {})\n",
            lesson.title, it.standing, lesson.recommendation, lesson.owner, lesson.due
        );
    }
    let suggested = suggestions(state);
    if !suggested.is_empty() {
        page += "\nMay be worth a lesson:\n";
    }
    for it in suggested.iter().take(SUGGESTIONS_MAX) {
        page += &format!("  {}: {}\n", it.scope, it.text);
    }
    if suggested.len() > SUGGESTIONS_MAX {
        page += &format!("  and {} more\n", suggested.len() - SUGGESTIONS_MAX);
    }
    if let Some(it) = &close_out.benefit {
        page += &format!("\nThe benefits are reviewed on {} by {}.\n", it.on, it.owner);
    }
    if let Some(it) = &close_out.benefit_found {
        page += &format!("They were reviewed: {}\n", it.text);
    }
    page
}

/// Returns what one guard reads, in a line.
pub(super) fn reading(it: &GuardReading) -> String {
    let said = match &it.verdict {
        Verdict::Met => "met".to_owned(),
        Verdict::Waived { reason, .. } => format!("waived: {reason}"),
        Verdict::Unmet { missing, supplier } => format!("{missing} ({supplier})"),
        Verdict::Unknown { missing } => format!("not known: {missing}"),
    };
    format!("  {} {said}\n", it.guard)
}

fn item(it: &OpenItem) -> String {
    use model::close_out::Settlement;
    let standing = match it.status.as_ref().map(|it| (&it.settlement, it.accepted)) {
        None => "open".to_owned(),
        Some((Settlement::Closed { how }, _)) => format!("closed: {how}"),
        Some((Settlement::Transferred { to, due }, None)) => {
            format!("waits until {to} accepts it, due {due}")
        }
        Some((Settlement::Transferred { to, due }, Some(_))) => format!("with {to}, due {due}"),
    };
    format!("  {} {}: {standing}\n", it.item, it.text)
}

/// Returns what becomes of what, and what is left to do before the termination is complete.
pub(crate) fn termination(state: &State, now: Timestamp) -> String {
    let it = &state.termination;
    let mut page = match &it.reason {
        None => "Nobody has ended the project early.\n".to_owned(),
        Some(reason) => format!("The project ends early: {reason}\n"),
    };
    if it.reason.is_none() {
        return page;
    }
    gates::termination::gate(state, now).iter().for_each(|it| page += &reading(it));
    for scope in begun(state) {
        let standing = match it.dispositions.get(&scope) {
            None => "undecided".to_owned(),
            Some(it) => format!("{}: {}", it.disposition, it.reason),
        };
        page += &format!("  {scope} {standing}\n");
    }
    page
}
