//! The rehearsal: a deployment played many times, and what all of that shows.
//!
//! Each run is a simulation under usual assumptions with chance of its own; the
//! same seed gives the same runs. What is kept does not depend on the order in
//! which runs are added, so that several threads may play them.
//!
//! House rule: find who will be asked, what will not fit and where it would stand still
//! before the first day.

mod tally;

pub use tally::{
    Calendar, Dates, Halts, Reached, Rehearsed, RingRehearsed, Share, Short, Stop, Tight, summary,
};

use crate::simulation::chance::Chance;
use crate::simulation::{Asked, Assumptions, Ended, Passed, Simulation, Watch};
use jiff::Timestamp;
use model::event::{Event, RingTransition};
use model::guard::{Guard, Supplier};
use model::id::{PersonId, RingId, SiteId};
use model::machine::{DeploymentState, SiteTransition};
use model::scope::Scope;
use model::state::{RingState, State};
use model::storyline::Storyline;
use std::collections::{BTreeMap, BTreeSet};

/// What is kept of all runs so far.
#[derive(Clone, Debug, Default)]
pub struct Rehearsal {
    runs: usize,
    reached: BTreeMap<DeploymentState, Vec<Timestamp>>,
    rings: Vec<RingTally>,
    asks: BTreeMap<(Scope, String), AskTally>,
    tight: BTreeMap<SiteId, usize>,
    runs_with_site_halts: usize,
    site_halts: usize,
    passed: BTreeMap<Passed, i64>,
    stops: BTreeMap<(DeploymentState, String), usize>,
    short: BTreeMap<RingId, ShortTally>,
}

#[derive(Clone, Debug, Default)]
struct ShortTally {
    runs: usize,
    sites: BTreeSet<SiteId>,
}

#[derive(Clone, Debug, Default)]
struct RingTally {
    starts: Vec<Timestamp>,
    verified: Vec<Timestamp>,
    passes: Vec<Timestamp>,
    failed_most: usize,
    halts: usize,
    runs_halted: usize,
}

#[derive(Clone, Debug, Default)]
struct AskTally {
    people: BTreeMap<PersonId, usize>,
    at: Vec<Timestamp>,
    answered: Vec<Timestamp>,
    nights: usize,
    nobody: usize,
}

/// What is kept of one run.
#[derive(Default)]
struct Watching {
    reached: BTreeMap<DeploymentState, Timestamp>,
    rings: Vec<RingWatched>,
    asks: BTreeMap<(Scope, String), AskWatched>,
    tight: BTreeMap<SiteId, usize>,
    site_halts: usize,
    passed: BTreeMap<Passed, i64>,
    /// The time since something happened last; where nothing ever does again, it is no part of
    /// the whole.
    passing: Vec<(Passed, i64)>,
}

#[derive(Clone, Default)]
struct RingWatched {
    starts: Option<Timestamp>,
    verified: Option<Timestamp>,
    passes: Option<Timestamp>,
    failed_most: usize,
    halts: usize,
}

struct AskWatched {
    people: Vec<PersonId>,
    at: Timestamp,
    answered: Option<Timestamp>,
    at_night: bool,
}

/// The most causes of one standstill that are kept.
const CAUSES_MAX: usize = 5;

/// Returns the rings that had no window left for sites of theirs when a run came to a standstill.
fn short(state: &State, ended: &Ended) -> BTreeMap<RingId, BTreeSet<SiteId>> {
    let mut short: BTreeMap<RingId, BTreeSet<SiteId>> = BTreeMap::new();
    for wait in &ended.blocked {
        let has_none = matches!(wait.guard, Some(Guard::S6 | Guard::S7))
            && matches!(wait.supplier, Supplier::Roles(_));
        let Scope::Site(site) = &wait.scope else { continue };
        let position = state.index.sites.get(site).filter(|_| has_none);
        let ring = position.and_then(|it| state.plan.ring_of.get(*it as usize));
        if let Some(ring) = ring.and_then(|it| state.plan.rings.get(*it as usize)) {
            short.entry(ring.id.clone()).or_default().insert(site.clone());
        }
    }
    short
}

impl Watch for Watching {
    fn happens(&mut self, state: &State, now: Timestamp, event: &Event) {
        for (on, length_s) in self.passing.drain(..) {
            *self.passed.entry(on).or_default() += length_s;
        }
        if let Event::Deployment { transition, .. } = event {
            if let Some(after) = state.deployment.after(*transition) {
                self.reached.entry(after).or_insert(now);
            }
        } else if let Event::Ring { ring, transition, .. } = event {
            let position = state.index.rings.get(ring).map(|it| *it as usize);
            let Some(it) = position.and_then(|it| self.rings.get_mut(it)) else { return };
            if *transition == RingTransition::Halted {
                it.halts += 1;
            } else if *transition == RingTransition::Passed {
                it.passes = Some(now);
            }
        } else if let Event::Site { site, transition, .. } = event {
            self.note_site(state, site, *transition, now);
        }
    }

    fn looked(&mut self, state: &State, _: Timestamp) {
        for (it, status) in self.rings.iter_mut().zip(&state.rings) {
            if status.state != RingState::Waiting {
                let bad = status.counts.failed + status.counts.lost;
                it.failed_most = it.failed_most.max(bad);
            }
        }
    }

    fn passes(&mut self, from: Timestamp, to: Timestamp, on: Passed) {
        self.passing.push((on, to.duration_since(from).as_secs()));
    }

    fn asked(&mut self, ask: &Asked<'_>) {
        self.asks.entry((ask.scope.clone(), ask.what.to_owned())).or_insert_with(|| AskWatched {
            people: ask.people.to_vec(),
            at: ask.at,
            answered: None,
            at_night: ask.at_night,
        });
    }

    fn answered(&mut self, scope: &Scope, what: &str, at: Timestamp, _: Option<&PersonId>) {
        if let Some(it) = self.asks.get_mut(&(scope.clone(), what.to_owned())) {
            it.answered.get_or_insert(at);
        }
    }
}

impl Watching {
    fn note_site(
        &mut self,
        state: &State,
        id: &SiteId,
        transition: SiteTransition,
        now: Timestamp,
    ) {
        let position = state.index.sites.get(id).map(|it| *it as usize);
        let ring = position.and_then(|it| state.plan.ring_of.get(it)).map(|it| *it as usize);
        let Some(it) = ring.and_then(|it| self.rings.get_mut(it)) else { return };
        if transition == SiteTransition::Started {
            it.starts.get_or_insert(now);
        } else if transition == SiteTransition::Deployed {
            it.verified = Some(now);
        } else if transition == SiteTransition::Halted {
            self.site_halts += 1;
        } else if transition == SiteTransition::WindowEnded {
            *self.tight.entry(id.clone()).or_default() += 1;
        }
    }
}

impl Rehearsal {
    /// Returns how many runs it holds.
    pub fn runs(&self) -> usize {
        self.runs
    }

    /// Plays run `run` of `state`, from `now` on, and adds what it shows.
    pub fn play(
        &mut self,
        state: &State,
        now: Timestamp,
        storyline: &Storyline,
        (seed, run): (u64, u32),
    ) {
        let mut watching = Watching {
            rings: vec![RingWatched::default(); state.plan.rings.len()],
            ..Watching::default()
        };
        let chance = Chance::new(seed, run);
        let simulation =
            Simulation::new(state.clone(), now, Assumptions::USUAL, chance, &mut watching);
        let ended = simulation.with(storyline).run();
        self.add(watching, &ended);
        for (ring, sites) in short(state, &ended) {
            let tally = self.short.entry(ring).or_default();
            tally.runs += 1;
            tally.sites.extend(sites);
        }
    }

    fn add(&mut self, run: Watching, ended: &Ended) {
        self.merge(Self::of(run, ended));
    }

    /// Returns what one run shows.
    fn of(run: Watching, ended: &Ended) -> Self {
        let ring = |it: RingWatched| RingTally {
            starts: it.starts.into_iter().collect(),
            verified: it.verified.into_iter().collect(),
            passes: it.passes.into_iter().collect(),
            failed_most: it.failed_most,
            halts: it.halts,
            runs_halted: usize::from(it.halts > 0),
        };
        let ask = |it: AskWatched| AskTally {
            nobody: usize::from(it.people.is_empty()),
            people: it.people.into_iter().map(|it| (it, 1)).collect(),
            at: vec![it.at],
            answered: it.answered.into_iter().collect(),
            nights: usize::from(it.at_night),
        };
        let causes = if ended.is_over { vec![] } else { crate::forecast::causes(&ended.blocked) };
        let causes = causes.into_iter().take(CAUSES_MAX);
        Self {
            runs: 1,
            reached: run.reached.into_iter().map(|(it, at)| (it, vec![at])).collect(),
            rings: run.rings.into_iter().map(ring).collect(),
            asks: run.asks.into_iter().map(|(key, it)| (key, ask(it))).collect(),
            tight: run.tight.into_keys().map(|it| (it, 1)).collect(),
            runs_with_site_halts: usize::from(run.site_halts > 0),
            site_halts: run.site_halts,
            passed: run.passed,
            stops: causes.map(|it| ((ended.deployment, it), 1)).collect(),
            short: BTreeMap::new(),
        }
    }

    /// Adds the runs of `other`.
    pub fn merge(&mut self, other: Self) {
        self.runs += other.runs;
        for (deployment, at) in other.reached {
            self.reached.entry(deployment).or_default().extend(at);
        }
        self.rings.resize_with(self.rings.len().max(other.rings.len()), RingTally::default);
        for (tally, ring) in self.rings.iter_mut().zip(other.rings) {
            tally.starts.extend(ring.starts);
            tally.verified.extend(ring.verified);
            tally.passes.extend(ring.passes);
            tally.failed_most = tally.failed_most.max(ring.failed_most);
            tally.halts += ring.halts;
            tally.runs_halted += ring.runs_halted;
        }
        for (key, ask) in other.asks {
            let tally = self.asks.entry(key).or_default();
            for (person, count) in ask.people {
                *tally.people.entry(person).or_default() += count;
            }
            tally.at.extend(ask.at);
            tally.answered.extend(ask.answered);
            tally.nights += ask.nights;
            tally.nobody += ask.nobody;
        }
        for (site, count) in other.tight {
            *self.tight.entry(site).or_default() += count;
        }
        self.site_halts += other.site_halts;
        self.runs_with_site_halts += other.runs_with_site_halts;
        for (on, length_s) in other.passed {
            *self.passed.entry(on).or_default() += length_s;
        }
        for (stop, count) in other.stops {
            *self.stops.entry(stop).or_default() += count;
        }
        for (ring, more) in other.short {
            let tally = self.short.entry(ring).or_default();
            tally.runs += more.runs;
            tally.sites.extend(more.sites);
        }
    }
}
