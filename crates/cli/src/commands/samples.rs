//! An auditor's sample: changes that a seed has chosen, each from its request to its review.

use super::records::PAGE;
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use model::event::{Entry, Event};
use model::id::RfcId;
use model::rfc::RequestForChange;
use model::scope::Scope;
use model::state::{RfcStatus, State};
use serde::Serialize;
use std::collections::BTreeSet;

/// The most entries that are laid out of one change; more are counted, and `record show` has them.
const ENTRIES_MAX: usize = 2_000;

/// The most changes of one sample: what a person reads in a day.
pub(crate) const SAMPLE_MAX: usize = 200;

/// A sample of the changes of a deployment.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Sample<'s> {
    /// What chose it.
    seed: u64,
    /// All changes there are, by name.
    population: Vec<&'s RfcId>,
    /// The rule by which anybody finds the same.
    rule: &'static str,
    /// Those that were chosen.
    pub(crate) changes: Vec<Change<'s>>,
}

/// One change, from its request to its review.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Change<'s> {
    /// What was asked for.
    pub(crate) request: Option<&'s RequestForChange>,
    /// Where it stands, with its approvals.
    pub(crate) status: &'s RfcStatus,
    /// What the record has of it, and of what it covers, in order.
    pub(crate) entries: Vec<Entry>,
    /// How many entries more there are.
    pub(crate) left_out: usize,
}

impl Sample<'_> {
    /// Returns what chose the changes, and out of how many.
    pub(crate) fn summary(&self) -> String {
        format!(
            "{} of {} changes, by seed {}: {}\n",
            self.changes.len(),
            self.population.len(),
            self.seed,
            self.rule
        )
    }
}

const RULE: &str = "the smallest SHA-256 of the seed, a line feed and the name";

pub(crate) async fn sample(seed: u64, count: usize, desk: &Desk) -> Result<Exit, Fault> {
    let state = desk.state();
    let population: BTreeSet<&RfcId> = state.rfcs.iter().map(|it| &it.id).collect();
    let chosen = model::sample::sample(population.iter().copied(), seed, count.min(SAMPLE_MAX));
    let of = |id: &RfcId| {
        let status = state.rfcs.iter().find(|it| it.id == *id)?;
        let request = state.request(id);
        Some(Change { request, status, entries: vec![], left_out: 0 })
    };
    let mut changes: Vec<Change<'_>> = chosen.into_iter().filter_map(of).collect();
    let mut last = 0;
    loop {
        let page = desk.coordinator.entries(last, PAGE).await?;
        let Some(newest) = page.last() else { break };
        last = newest.seq;
        for entry in page {
            for change in changes.iter_mut().filter(|it| concerns(state, it, &entry)) {
                if change.entries.len() < ENTRIES_MAX {
                    change.entries.push(entry.clone());
                } else {
                    change.left_out += 1;
                }
            }
        }
    }
    let population = population.into_iter().collect();
    let sample = Sample { seed, population, rule: RULE, changes };
    desk.terminal.answer(&sample, || render::record::sample(state, &sample))?;
    Ok(Exit::Done)
}

/// Returns whether `entry` is about the change, or about what happened to a whole that it covers.
fn concerns(state: &State, change: &Change<'_>, entry: &Entry) -> bool {
    let scope = views::event::scope_of(state, &entry.event);
    let is_whole = matches!(
        &entry.event,
        Event::Component { .. } | Event::Site { .. } | Event::Ring { .. } | Event::SignOff { .. }
    );
    let covers = change.request.map(|it| &it.covers);
    match &scope {
        Scope::Rfc(id) => *id == change.status.id,
        Scope::Component(id) => is_whole && covers.is_some_and(|it| it.components.contains(id)),
        Scope::Ring(id) => is_whole && covers.is_some_and(|it| it.rings.contains(id)),
        Scope::Site(id) => {
            let ring =
                state.index.sites.get(id).and_then(|it| state.plan.ring_of.get(*it as usize));
            let ring = ring.and_then(|it| state.plan.rings.get(*it as usize));
            let of_ring =
                |it: &model::rfc::Covers| ring.is_some_and(|ring| it.rings.contains(&ring.id));
            is_whole && covers.is_some_and(|it| it.sites.contains(id) || of_ring(it))
        }
        Scope::Deployment | Scope::Core => false,
    }
}
