//! The milestones: what they still lack, who recommended what, who has signed.

use super::Answer;
use crate::block::{Block, Body, Cell, Link, Tone};
use crate::offer::offered;
use crate::page::Page;
use crate::trouble::{reading, sentence};
use crate::visit::Visit;
use model::gates::milestone::readings;
use model::guard::{GuardReading, Verdict};
use model::machine::MilestoneState;
use model::milestone::{Milestone, Review};

pub(crate) async fn page(visit: Visit) -> Answer {
    let state = visit.state();
    let mut page = Page::new("Milestone review").typed("landfall milestone show");
    for milestone in [Milestone::Stable, Milestone::Complete] {
        let title = milestone.title();
        let standing = state.milestones.state(milestone);
        let gate = readings(state, milestone, visit.now);
        let met = gate.iter().filter(|it| it.verdict.passes()).count();
        let lead = format!("{title} is {standing}; {met} of {} criteria are met.", gate.len());
        page = page.with(criteria(&visit, title, &gate).lead(lead));
        if let Some(sheet) = milestone.sheet() {
            let mut block = super::documents::signatures(&visit, &sheet);
            block.title = format!("Signatures for {title}");
            block.id = format!("signatures-{milestone:?}").to_lowercase();
            page = page.with(block);
        }
        page = page
            .and(state.milestones.reviews(milestone).iter().map(|it| review(&visit, title, it)));
    }
    let acts = crate::form::kinds().iter().filter(|it| it.path.starts_with("milestone/"));
    let acts = acts.map(|it| Some(offer(&visit, &it.path)?.small(it.about.clone())));
    Ok(page.and(offered(acts)).shown(&visit))
}

/// Returns the act at this address, where it can be done with one of the milestones.
fn offer(visit: &Visit, path: &str) -> Option<Link> {
    let field = format!("c.{}.milestone", path.replace('/', "."));
    [Milestone::Stable, Milestone::Complete].into_iter().find_map(|it| {
        let word = serde_json::to_value(it).ok()?.as_str()?.to_owned();
        visit.offer_kind("", path, &[(field.clone(), word)])
    })
}

fn criteria(visit: &Visit, title: &str, gate: &[GuardReading]) -> Block {
    read(visit, format!("Criteria of {title}"), gate)
}

/// Returns what the guards of a gate read.
pub(super) fn read(visit: &Visit, title: impl Into<String>, gate: &[GuardReading]) -> Block {
    let zone = &visit.state().plan.zone;
    let rows = gate.iter().map(|it| {
        let (word, tone) = match &it.verdict {
            Verdict::Met => ("met", Tone::Good),
            Verdict::Unmet { .. } => ("not met", Tone::Bad),
            Verdict::Waived { .. } => ("waived", Tone::Mind),
            Verdict::Unknown { .. } => ("not known", Tone::Mind),
        };
        vec![
            Cell::of(it.guard).small(it.guard.text()),
            Cell::of(word).tone(tone),
            Cell::of(if it.verdict == Verdict::Met { String::new() } else { reading(it, zone) }),
        ]
    });
    Block::table(title, &["Criterion", "Reads", "What is missing"], rows.collect(), "")
}

fn review(visit: &Visit, title: &str, it: &Review) -> Block {
    let mut lines = vec![Cell::of(format!("It is {} since {}.", it.state, visit.when(it.since)))];
    lines.extend(it.reason.as_deref().map(|it| Cell::of(sentence(it))));
    lines.extend(it.convened.map(|at| {
        let invited = views::people::all_of(&visit.state().plan, &it.invitees);
        Cell::of(format!("Convened on {} with {invited}.", visit.when(at)))
    }));
    lines.extend(it.in_effect().map(|at| Cell::of(format!("In effect since {}.", visit.when(at)))));
    for vote in &it.votes {
        let reason = vote.reason.as_ref().map(|it| sentence(it)).unwrap_or_default();
        let said = format!("{}, {}: {}", visit.name(&vote.by), vote.role, vote.recommendation);
        lines.push(Cell::of(said).small(reason));
    }
    lines.extend(it.actions.iter().map(|it| Cell::of(format!("To follow on: {it}."))));
    let mut block = Block::new(format!("Review {} of {title}", it.number), Body::Lines(lines));
    if it.votes.is_empty() {
        block = block.lead(match it.state {
            MilestoneState::InReview => "Nobody has recommended anything yet.",
            MilestoneState::Pending
            | MilestoneState::ReadyForReview
            | MilestoneState::Approved
            | MilestoneState::Rejected
            | MilestoneState::Revoked => "Nobody recommended anything.",
        });
    }
    block
}
