//! The forecast: the same rules on a virtual clock.
//!
//! Steps take as long as the plan expects, payloads as long as the links say, and
//! people answer at once. What comes out is the earliest end that the plan allows,
//! and, where there is none, on what it would wait for ever.
//!
//! House rule: the forecast is not a model of the planner; it is the planner.

use crate::simulation::chance::Chance;
use crate::simulation::{Assumptions, Simulation, Watch};
use crate::waiting::WaitingOn;
use jiff::Timestamp;
use model::component::CoreComponent;
use model::event::{Event, RingTransition};
use model::guard::Supplier;
use model::id::{ComponentId, RingId, SiteId};
use model::machine::{ComponentTransition, SiteTransition};
use model::ring::Ring;
use model::state::State;
use model::state_index::StateIndex;
use serde::Serialize;

pub use crate::simulation::HORIZON_DAYS;

/// What a forecast found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Forecast {
    /// When all sites are signed off, if that day comes.
    pub ends: Option<Timestamp>,
    /// Core components, in plan order.
    pub components: Vec<ComponentForecast>,
    /// Rings, in plan order.
    pub rings: Vec<RingForecast>,
    /// What it would wait on for ever, where it does not end.
    pub blocked: Vec<WaitingOn>,
    /// The most sites deploying at once.
    pub sites_at_once_peak: usize,
    /// The most that running sites hold of their links at once, in kbit/s.
    pub kbit_per_s_peak: u64,
}

/// What a forecast found about a core component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComponentForecast {
    /// Which.
    pub component: ComponentId,
    /// When it starts.
    pub starts: Option<Timestamp>,
    /// When it is verified.
    pub verified: Option<Timestamp>,
}

/// What a forecast found about a ring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RingForecast {
    /// Which.
    pub ring: RingId,
    /// When its first site starts.
    pub starts: Option<Timestamp>,
    /// When its last site is verified.
    pub verified: Option<Timestamp>,
    /// When it has soaked.
    pub passes: Option<Timestamp>,
    /// The most of its sites that can fail before it stops.
    pub blast_radius: usize,
}

/// Returns the forecast of what is still to come in `state`, from `now` on.
pub fn forecast(state: &State, now: Timestamp) -> Forecast {
    let mut watching = Watching::new(state);
    let chance = Chance::new(0, 0);
    let ended = Simulation::new(state.clone(), now, Assumptions::BEST, chance, &mut watching).run();
    let ends = ended.is_over.then_some(ended.at);
    Forecast { ends, blocked: ended.blocked, ..watching.found }
}

/// Returns the forecast of a deployment that goes as far as its plan can be read, in words that
/// say why it does not end; nothing where it does.
pub fn objections(forecast: &Forecast) -> Vec<String> {
    if forecast.ends.is_some() {
        return vec![];
    }
    let mut texts = causes(&forecast.blocked);
    if texts.is_empty() {
        texts.push(format!("it does not come to its end within {HORIZON_DAYS} days"));
    }
    texts
}

/// Returns what of `blocked` would be waited on for ever, in words.
pub fn causes(blocked: &[WaitingOn]) -> Vec<String> {
    // What only waits on time, or on something else that waits, is not what it waits on for ever.
    let is_cause = |it: &&WaitingOn| match &it.supplier {
        Supplier::Roles(_) => true,
        Supplier::System | Supplier::At(_) => false,
    };
    let text = |it: &WaitingOn| format!("{} would wait for ever: {}", it.scope, it.what);
    let mut texts: Vec<String> = blocked.iter().filter(is_cause).map(text).collect();
    if texts.is_empty() {
        texts = blocked.iter().map(text).collect();
    }
    texts.truncate(20);
    texts
}

/// What is kept of a simulation for the forecast.
struct Watching<'s> {
    index: &'s StateIndex,
    found: Forecast,
}

impl Watch for Watching<'_> {
    fn happens(&mut self, state: &State, now: Timestamp, event: &Event) {
        if let Event::Component { component, transition, .. } = event {
            self.note_component(component, *transition, now);
        } else if let Event::Site { site, transition, .. } = event {
            self.note_site(state, site, *transition, now);
        } else if let Event::Ring { ring, transition: RingTransition::Passed, .. } = event {
            let position = self.index.rings.get(ring).map(|it| *it as usize);
            if let Some(it) = position.and_then(|it| self.found.rings.get_mut(it)) {
                it.passes = Some(now);
            }
        }
    }

    fn looked(&mut self, state: &State, now: Timestamp) {
        let running: usize = state.rings.iter().map(|it| it.counts.running).sum();
        self.found.sites_at_once_peak = self.found.sites_at_once_peak.max(running);
        let look = crate::facts::Look::new(state, now);
        let held = crate::agenda::running_grants(&look);
        let held: u64 = held.iter().map(|it| u64::from(it.kbit_per_s)).sum();
        self.found.kbit_per_s_peak = self.found.kbit_per_s_peak.max(held);
    }
}

impl<'s> Watching<'s> {
    fn new(state: &'s State) -> Self {
        let planned = |ring: usize| state.index.sites_of_ring.get(ring).map_or(0, Vec::len);
        let component = |it: &CoreComponent| ComponentForecast {
            component: it.id.clone(),
            starts: None,
            verified: None,
        };
        let ring = |(position, it): (usize, &Ring)| RingForecast {
            ring: it.id.clone(),
            starts: None,
            verified: None,
            passes: None,
            blast_radius: it.blast_radius(planned(position)),
        };
        let found = Forecast {
            components: state.plan.components.iter().map(component).collect(),
            rings: state.plan.rings.iter().enumerate().map(ring).collect(),
            ..Forecast::default()
        };
        Self { index: &state.index, found }
    }

    fn note_component(
        &mut self,
        id: &ComponentId,
        transition: ComponentTransition,
        now: Timestamp,
    ) {
        use ComponentTransition as Happened;
        let position = self.index.components.get(id).map(|it| *it as usize);
        let Some(it) = position.and_then(|it| self.found.components.get_mut(it)) else { return };
        if matches!(transition, Happened::Started | Happened::AdoptionStarted) {
            it.starts = it.starts.or(Some(now));
        } else if matches!(transition, Happened::ChecksPassed | Happened::AdoptionMatched) {
            it.verified = Some(now);
        }
    }

    fn note_site(
        &mut self,
        state: &State,
        id: &SiteId,
        transition: SiteTransition,
        now: Timestamp,
    ) {
        let position = self.index.sites.get(id).map(|it| *it as usize);
        let ring = position.and_then(|it| state.plan.ring_of.get(it)).map(|it| *it as usize);
        let Some(it) = ring.and_then(|it| self.found.rings.get_mut(it)) else { return };
        if transition == SiteTransition::Started {
            it.starts = it.starts.or(Some(now));
        } else if transition == SiteTransition::Deployed {
            it.verified = Some(now);
        }
    }
}
