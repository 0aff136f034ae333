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
    Calendar, Dates, Expired, Halts, Reached, Rehearsed, RingRehearsed, Share, Short, Stop, Tight,
    summary,
};

use crate::simulation::chance::Chance;
use crate::simulation::{
    Asked, Assumptions, Ended, HORIZON_DAYS, Passed, Simulation, Watch, without_window,
};
use crate::waiting::WaitingOn;
use jiff::Timestamp;
use model::event::{Event, RingTransition};
use model::id::{PersonId, RfcId, SiteId};
use model::machine::{DeploymentState, RfcTransition, SiteTransition};
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
    ended: usize,
    stops: BTreeMap<(DeploymentState, String), usize>,
    short: BTreeMap<Scope, ShortTally>,
    expired: BTreeMap<RfcId, usize>,
}

/// What is played, many times.
#[derive(Clone, Copy)]
pub struct Scene<'s> {
    /// Where the deployment stands.
    pub state: &'s State,
    /// When it begins.
    pub from: Timestamp,
    /// What goes otherwise than planned, in every run.
    pub storyline: &'s Storyline,
    /// Where chance begins.
    pub seed: u64,
    /// Whether nobody waits for more runs: what is played just then is not counted.
    pub is_interrupted: &'s dyn Fn() -> bool,
}

impl<'s> Scene<'s> {
    /// Returns what is played of `state` from `from` on, to its end.
    pub fn new(state: &'s State, from: Timestamp, storyline: &'s Storyline, seed: u64) -> Self {
        Self { state, from, storyline, seed, is_interrupted: &|| false }
    }
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
}

/// What is kept of one run.
struct Watching<'s> {
    is_interrupted: &'s dyn Fn() -> bool,
    reached: BTreeMap<DeploymentState, Timestamp>,
    rings: Vec<RingWatched>,
    asks: BTreeMap<(Scope, String), AskWatched>,
    tight: BTreeMap<SiteId, usize>,
    site_halts: usize,
    expired: BTreeSet<RfcId>,
    passed: BTreeMap<Passed, i64>,
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

/// Returns what ran out of windows, and its sites: core components, else the first ring. All that
/// comes after it has had to wait for it.
fn short(state: &State, ended: &Ended) -> BTreeMap<Scope, BTreeSet<SiteId>> {
    let is_component = |it: &&Scope| matches!(it, Scope::Component(_));
    let components = ended.without_window.iter().filter(is_component);
    let mut short: BTreeMap<Scope, BTreeSet<SiteId>> =
        components.map(|it| (it.clone(), BTreeSet::new())).collect();
    if !short.is_empty() {
        return short;
    }
    let mut rings: BTreeMap<u32, BTreeSet<SiteId>> = BTreeMap::new();
    for scope in &ended.without_window {
        let Scope::Site(site) = scope else { continue };
        let position =
            state.index.sites.get(site).and_then(|it| state.plan.ring_of.get(*it as usize));
        if let Some(ring) = position {
            rings.entry(*ring).or_default().insert(site.clone());
        }
    }
    let first = rings.pop_first().and_then(|(ring, sites)| {
        Some((Scope::Ring(state.plan.rings.get(ring as usize)?.id.clone()), sites))
    });
    short.extend(first);
    short
}

/// Returns what the run would have waited on for ever, in words, but for windows that never come.
fn stops(ended: &Ended) -> Vec<String> {
    if ended.is_over {
        return vec![];
    }
    // Where windows never come, only what people are asked for beside is a standstill of its own.
    let is_one = |it: &&WaitingOn| {
        let scope = &it.scope;
        ended.without_window.is_empty()
            || (it.command.is_some() && !ended.without_window.contains(scope))
    };
    let blocked: Vec<WaitingOn> = ended.blocked.iter().filter(is_one).cloned().collect();
    let mut causes = crate::forecast::causes(&blocked);
    if causes.is_empty() && ended.without_window.is_empty() {
        causes.push(format!("it does not come to its end within {HORIZON_DAYS} days"));
    }
    causes.truncate(CAUSES_MAX);
    causes
}

impl Watch for Watching<'_> {
    fn happens(&mut self, state: &State, now: Timestamp, event: &Event) {
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
        } else if let Event::Rfc { rfc, transition: RfcTransition::AuthorisationExpired, .. } =
            event
        {
            // Once the nights are over, it is no wonder.
            if without_window(state, now).is_empty() {
                self.expired.insert(rfc.clone());
            }
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
        *self.passed.entry(on).or_default() += to.duration_since(from).as_secs();
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

    fn is_interrupted(&self) -> bool {
        (self.is_interrupted)()
    }
}

impl Watching<'_> {
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

    /// Plays run `run` of `scene`, and adds what it shows. Returns whether it was not interrupted.
    pub fn play(&mut self, scene: &Scene<'_>, run: u32) -> bool {
        let Scene { state, from, storyline, seed, is_interrupted } = *scene;
        let mut watching = Watching {
            is_interrupted,
            reached: BTreeMap::new(),
            rings: vec![RingWatched::default(); state.plan.rings.len()],
            asks: BTreeMap::new(),
            tight: BTreeMap::new(),
            site_halts: 0,
            expired: BTreeSet::new(),
            passed: BTreeMap::new(),
        };
        let chance = Chance::new(seed, run);
        let usual = Assumptions::USUAL;
        let simulation = Simulation::new(state.clone(), from, usual, chance, &mut watching);
        let ended = simulation.with(storyline).run();
        if is_interrupted() {
            return false;
        }
        self.merge(Self::of(watching, state, &ended));
        true
    }

    /// Returns what one run shows.
    fn of(run: Watching<'_>, state: &State, ended: &Ended) -> Self {
        let ring = |it: RingWatched| RingTally {
            starts: it.starts.into_iter().collect(),
            verified: it.verified.into_iter().collect(),
            passes: it.passes.into_iter().collect(),
            failed_most: it.failed_most,
            halts: it.halts,
            runs_halted: usize::from(it.halts > 0),
        };
        let ask = |it: AskWatched| AskTally {
            people: it.people.into_iter().map(|it| (it, 1)).collect(),
            at: vec![it.at],
            answered: it.answered.into_iter().collect(),
            nights: usize::from(it.at_night),
        };
        let short = short(state, ended).into_iter();
        Self {
            runs: 1,
            reached: run.reached.into_iter().map(|(it, at)| (it, vec![at])).collect(),
            rings: run.rings.into_iter().map(ring).collect(),
            asks: run.asks.into_iter().map(|(key, it)| (key, ask(it))).collect(),
            tight: run.tight.into_keys().map(|it| (it, 1)).collect(),
            runs_with_site_halts: usize::from(run.site_halts > 0),
            site_halts: run.site_halts,
            // Where it comes to no end, all further time would be waited for in vain.
            passed: if ended.is_over { run.passed } else { BTreeMap::new() },
            ended: usize::from(ended.is_over),
            stops: stops(ended).into_iter().map(|it| ((ended.deployment, it), 1)).collect(),
            short: short.map(|(scope, sites)| (scope, ShortTally { runs: 1, sites })).collect(),
            expired: run.expired.into_iter().map(|it| (it, 1)).collect(),
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
        self.ended += other.ended;
        for (scope, more) in other.short {
            let tally = self.short.entry(scope).or_default();
            tally.runs += more.runs;
            tally.sites.extend(more.sites);
        }
        for (rfc, count) in other.expired {
            *self.expired.entry(rfc).or_default() += count;
        }
    }
}
