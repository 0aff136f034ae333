//! An auditor's sample: changes that a seed has chosen, each from its request to its review.

use crate::event::scope_of;
use model::event::{Entry, Event};
use model::id::{RfcId, Seq};
use model::rfc::{Covers, RequestForChange};
use model::scope::Scope;
use model::state::{RfcStatus, State};
use serde::Serialize;
use std::collections::BTreeSet;

/// The most entries that are laid out of one change; more are counted.
const ENTRIES_MAX: usize = 2_000;

/// The most changes of one sample: what a person reads in a day.
pub const SAMPLE_MAX: usize = 200;

/// How many changes a sample has where nobody says: what auditors take of a population.
pub const SAMPLE_USUAL: usize = 25;

const RULE: &str = "the smallest SHA-256 of the seed, a line feed and the name";

/// A sample of the changes of a deployment.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Sample<'s> {
    /// What chose it.
    seed: u64,
    /// All changes there are, by name.
    population: Vec<&'s RfcId>,
    /// The rule by which anybody finds the same.
    rule: &'static str,
    /// The last entry that was looked through.
    pub looked_through: Seq,
    /// Those that were chosen.
    pub changes: Vec<SampledChange<'s>>,
}

/// One change, from its request to its review.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct SampledChange<'s> {
    /// What was asked for; nothing where it is no longer in the plan.
    pub request: Option<&'s RequestForChange>,
    /// Where it stands, with its approvals.
    pub status: &'s RfcStatus,
    /// What the record has of it, and of what it covers, in order.
    pub entries: Vec<Entry>,
    /// How many entries more there are.
    pub left_out: usize,
}

impl<'s> Sample<'s> {
    /// Returns `count` changes of `state`, as `seed` chooses them: 200 at most, and of none what the record
    /// has of it, which is still to be [taken](Self::take).
    pub fn of(state: &'s State, seed: u64, count: usize) -> Self {
        let population: BTreeSet<&RfcId> = state.rfcs.iter().map(|it| &it.id).collect();
        let chosen = model::sample::sample(population.iter().copied(), seed, count.min(SAMPLE_MAX));
        let of = |id: &RfcId| {
            let status = state.rfcs.iter().find(|it| it.id == *id)?;
            let request = state.request(id);
            Some(SampledChange { request, status, entries: vec![], left_out: 0 })
        };
        let changes = chosen.into_iter().filter_map(of).collect();
        let population = population.into_iter().collect();
        Self { seed, population, rule: RULE, looked_through: 0, changes }
    }

    /// Takes what concerns the changes out of `entries`, which come in their order.
    pub fn take(&mut self, state: &State, entries: &[Entry]) {
        for entry in entries {
            self.looked_through = entry.seq;
            let scope = scope_of(state, &entry.event);
            for change in self.changes.iter_mut().filter(|it| it.concerns(state, &scope, entry)) {
                if change.entries.len() < ENTRIES_MAX {
                    change.entries.push(entry.clone());
                } else {
                    change.left_out += 1;
                }
            }
        }
    }

    /// Returns what chose the changes, and out of how many.
    pub fn summary(&self) -> String {
        format!(
            "{} of {} changes, by seed {}: {}",
            self.changes.len(),
            self.population.len(),
            self.seed,
            self.rule
        )
    }
}

impl SampledChange<'_> {
    /// Returns whether `entry`, which is about `scope`, is about the change, or about what happened to a
    /// whole that it covers.
    fn concerns(&self, state: &State, scope: &Scope, entry: &Entry) -> bool {
        let is_whole = matches!(
            &entry.event,
            Event::Component { .. }
                | Event::Site { .. }
                | Event::Ring { .. }
                | Event::SignOff { .. }
        );
        let covers = self.request.map(|it| &it.covers);
        match scope {
            Scope::Rfc(id) => *id == self.status.id,
            Scope::Component(id) => is_whole && covers.is_some_and(|it| it.components.contains(id)),
            Scope::Ring(id) => is_whole && covers.is_some_and(|it| it.rings.contains(id)),
            Scope::Site(id) => {
                let ring =
                    state.index.sites.get(id).and_then(|it| state.plan.ring_of.get(*it as usize));
                let ring = ring.and_then(|it| state.plan.rings.get(*it as usize));
                let of_ring = |it: &Covers| ring.is_some_and(|ring| it.rings.contains(&ring.id));
                is_whole && covers.is_some_and(|it| it.sites.contains(id) || of_ring(it))
            }
            Scope::Deployment | Scope::Core => false,
        }
    }
}
