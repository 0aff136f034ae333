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
use jiff::{SignedDuration, Timestamp};
use model::event::Event;
use model::guard::Supplier;
use model::id::{ComponentId, RingId, SiteId};
use model::machine::{ComponentTransition, DeploymentState, SiteState, SiteTransition};
use model::ring::Ring;
use model::state::{RingState, SiteStatus, State};
use model::state_index::StateIndex;
use serde::Serialize;

pub use crate::simulation::HORIZON_DAYS;

/// What a forecast found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Forecast {
    /// When all sites are signed off, if that day comes; when the last one was, where all are.
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
    let ends = match ended.deployment {
        // A project that was ended early leaves sites unsigned for good.
        DeploymentState::Terminating | DeploymentState::Terminated => all_signed_off(state),
        DeploymentState::Draft
        | DeploymentState::Ready
        | DeploymentState::Deploying
        | DeploymentState::Held
        | DeploymentState::Stabilizing
        | DeploymentState::QuietPeriod
        | DeploymentState::MilestoneReview
        | DeploymentState::Closing
        | DeploymentState::Closed => {
            ended.is_over.then(|| all_signed_off(state).unwrap_or(ended.at))
        }
    };
    Forecast { ends, blocked: ended.blocked, ..watching.found }
}

/// Returns when the last site was signed off or exempted, where all of them are.
pub fn all_signed_off(state: &State) -> Option<Timestamp> {
    let is_done = |it: &SiteStatus| matches!(it.state, SiteState::SignedOff | SiteState::Exempt);
    let last = state.sites.iter().map(|it| it.since).max();
    last.filter(|_| state.sites.iter().all(is_done))
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

/// Returns how the ring at `position` stands as the forecast begins.
fn ring(state: &State, position: usize, planned: &Ring) -> RingForecast {
    let sites = state.index.sites_of_ring.get(position);
    let sites = || sites.into_iter().flatten().filter_map(|it| state.sites.get(*it as usize));
    let began = |it: &SiteStatus| it.run.as_deref().map(|it| it.began);
    let counts = state.rings.get(position).map(|it| it.counts).unwrap_or_default();
    let are_all = counts.planned > 0 && counts.verified + counts.exempt == counts.planned;
    RingForecast {
        ring: planned.id.clone(),
        starts: sites().filter_map(began).min(),
        verified: sites().filter_map(|it| it.in_service).max().filter(|_| are_all),
        passes: None,
        blast_radius: planned.blast_radius(counts.planned),
    }
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
        }
    }

    fn looked(&mut self, state: &State, now: Timestamp) {
        self.note_soaks(state);
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
        let components = state.plan.components.iter().zip(&state.components);
        let components = components.map(|(it, status)| ComponentForecast {
            component: it.id.clone(),
            starts: status.run.as_ref().map(|it| it.began),
            verified: state.site_care.verified.get(&it.id).copied(),
        });
        let rings = state.plan.rings.iter().enumerate();
        let rings = rings.map(|(position, it)| ring(state, position, it));
        let (components, rings) = (components.collect(), rings.collect());
        let found = Forecast { components, rings, ..Forecast::default() };
        let mut watching = Self { index: &state.index, found };
        watching.note_soaks(state);
        watching
    }

    /// Notes when each ring has soaked, or will have. The last one soaks on after all sites are
    /// signed off, where nobody looks any further.
    fn note_soaks(&mut self, state: &State) {
        let rings = state.plan.rings.iter().zip(&state.rings);
        for (it, (planned, status)) in self.found.rings.iter_mut().zip(rings) {
            let soak = SignedDuration::from_secs(i64::from(planned.soak_s));
            it.passes = match status.state {
                RingState::Soaking => status.since.checked_add(soak).ok(),
                RingState::Passed => Some(status.since),
                RingState::Waiting | RingState::Open | RingState::Halted => None,
            };
        }
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
