//! The forecast: the same rules on a virtual clock.
//!
//! Steps take as long as the plan expects, payloads as long as the links say, and
//! people answer at once. What comes out is the earliest end that the plan allows,
//! and, where there is none, on what it would wait for ever.
//!
//! House rule: the forecast is not a model of the planner; it is the planner.

use crate::agenda::agenda;
use crate::people::answer;
use crate::transfer::transfer_time_s;
use crate::waiting::{WaitingOn, waiting};
use jiff::{SignedDuration, Timestamp};
use model::event::{Actor, Event, RingTransition};
use model::guard::Supplier;
use model::id::{ComponentId, RingId};
use model::link::LinkTime;
use model::machine::{ComponentTransition, DeploymentState, SiteTransition};
use model::order::{Order, OrderId, Outcome, Proof, Report, Work};
use model::scope::Scope;
use model::state::State;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// The furthest that a forecast looks ahead, in days.
pub const HORIZON_DAYS: i64 = 400;

/// The most looks of one forecast: a plan that needs more moves in circles.
const LOOKS_MAX: usize = 2_000_000;

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
    let mut world = World::new(state.clone(), now);
    world.run();
    world.found
}

/// Returns the forecast of a deployment that goes as far as its plan can be read, in words that
/// say why it does not end; nothing where it does.
pub fn objections(forecast: &Forecast) -> Vec<String> {
    if forecast.ends.is_some() {
        return vec![];
    }
    // What only waits on time, or on something else that waits, is not what it waits on for ever.
    let is_cause = |it: &&WaitingOn| match &it.supplier {
        Supplier::Roles(_) => true,
        Supplier::System | Supplier::At(_) => false,
    };
    let text = |it: &WaitingOn| format!("{} would wait for ever: {}", it.scope, it.what);
    let mut texts: Vec<String> = forecast.blocked.iter().filter(is_cause).map(text).collect();
    if texts.is_empty() {
        texts = forecast.blocked.iter().map(text).collect();
    }
    texts.truncate(20);
    if texts.is_empty() {
        texts.push(format!("it does not come to its end within {HORIZON_DAYS} days"));
    }
    texts
}

struct World {
    state: State,
    now: Timestamp,
    ends: Option<Timestamp>,
    in_flight: BinaryHeap<Reverse<(Timestamp, OrderId)>>,
    sent: BTreeMap<(Scope, String), Timestamp>,
    found: Forecast,
}

impl World {
    fn new(state: State, now: Timestamp) -> Self {
        let planned = |ring: usize| state.index.sites_of_ring.get(ring).map_or(0, Vec::len);
        let found = Forecast {
            components: state
                .plan
                .components
                .iter()
                .map(|it| ComponentForecast {
                    component: it.id.clone(),
                    starts: None,
                    verified: None,
                })
                .collect(),
            rings: state
                .plan
                .rings
                .iter()
                .enumerate()
                .map(|(position, it)| RingForecast {
                    ring: it.id.clone(),
                    starts: None,
                    verified: None,
                    passes: None,
                    blast_radius: it.blast_radius(planned(position)),
                })
                .collect(),
            ..Forecast::default()
        };
        let ends = now.checked_add(SignedDuration::from_hours(24 * HORIZON_DAYS)).ok();
        // What is in flight now is taken to end now.
        let in_flight = state.orders.iter().filter(|(_, it)| it.asked.is_none());
        let in_flight = in_flight.map(|(order, _)| Reverse((now, order.clone()))).collect();
        Self { state, now, ends, in_flight, sent: BTreeMap::new(), found }
    }

    fn run(&mut self) {
        for _ in 0..LOOKS_MAX {
            if self.is_over() {
                self.found.ends = Some(self.now);
                return;
            }
            let agenda = agenda(&self.state, self.now, usize::MAX);
            if !agenda.is_empty() {
                if !self.carry_out(agenda) {
                    break;
                }
                continue;
            }
            if self.people_answer() {
                continue;
            }
            let ends = self.in_flight.peek().map(|Reverse((at, _))| *at);
            let next = match (ends, agenda.next_look) {
                (Some(ends), Some(look)) => Some(ends.min(look)),
                (ends, look) => ends.or(look),
            };
            let Some(next) = next.filter(|next| self.ends.is_none_or(|end| *next <= end)) else {
                break;
            };
            self.now = next.max(self.now);
            if !self.orders_end() {
                break;
            }
        }
        self.found.blocked = waiting(&self.state, self.now, 100);
    }

    fn is_over(&self) -> bool {
        match self.state.deployment {
            DeploymentState::Draft
            | DeploymentState::Ready
            | DeploymentState::Deploying
            | DeploymentState::Held => false,
            DeploymentState::Stabilizing
            | DeploymentState::QuietPeriod
            | DeploymentState::MilestoneReview
            | DeploymentState::Closing
            | DeploymentState::Closed
            | DeploymentState::Terminating
            | DeploymentState::Terminated => true,
        }
    }

    fn carry_out(&mut self, agenda: crate::agenda::Agenda) -> bool {
        for event in &agenda.events {
            self.note(event);
            if !self.apply(event, &Actor::System) {
                return false;
            }
        }
        for (intended, order) in agenda.orders {
            let takes_s = self.takes_s(&intended, &order);
            if !self.apply(&intended, &Actor::System) {
                return false;
            }
            let ends = self.now.checked_add(SignedDuration::from_secs(takes_s)).unwrap_or(self.now);
            self.in_flight.push(Reverse((ends, order.id)));
        }
        let running: usize = self.state.rings.iter().map(|it| it.counts.running).sum();
        self.found.sites_at_once_peak = self.found.sites_at_once_peak.max(running);
        let look = crate::facts::Look::new(&self.state, self.now);
        let held = crate::agenda::running_grants(&look);
        let held: u64 = held.iter().map(|it| u64::from(it.kbit_per_s)).sum();
        self.found.kbit_per_s_peak = self.found.kbit_per_s_peak.max(held);
        true
    }

    /// Returns how long an order takes, in seconds: as the plan expects, and its payload's way.
    fn takes_s(&mut self, intended: &Event, order: &Order) -> i64 {
        let Event::OrderIntended { scope, track, .. } = intended else { return 0 };
        let Some(run) = self.state.run(scope) else { return 0 };
        let Some(track) = run.tracks.get(*track as usize) else { return 0 };
        let steps = model::work::steps(&self.state.plan, &self.state, scope, track.list);
        let expected_s = track.turn(run.kind, &steps).map_or(0, |it| it.step.expected_s);
        i64::from(expected_s) + self.transfer_s(scope, order)
    }

    fn transfer_s(&mut self, scope: &Scope, order: &Order) -> i64 {
        let (Work::Copy { deliverable, .. }, Scope::Site(id)) = (&order.work, scope) else {
            return 0;
        };
        let Some((site, _)) = self.state.site(id) else { return 0 };
        let template = self.state.plan.template(&site.template);
        let has_cache = template.is_some_and(|it| it.site_cache);
        let key = (scope.clone(), deliverable.to_string());
        let was_sent = self.sent.contains_key(&key);
        let bytes = self.state.plan.release.deliverable(deliverable);
        let bytes = bytes.map_or(0, model::release::SolutionDeliverable::planned_bytes);
        let Some(link) = &site.link else { return 0 };
        if site.prestaged || (has_cache && was_sent) {
            return 0;
        }
        let share = link.share(LinkTime::InWindow);
        let takes_s = transfer_time_s(bytes, link.kbit_per_s, share).unwrap_or(0);
        self.sent.insert(key, self.now);
        i64::try_from(takes_s).unwrap_or(i64::MAX)
    }

    /// Lets everybody who is asked answer. Returns whether anybody did.
    fn people_answer(&mut self) -> bool {
        let mut answered = false;
        for wait in waiting(&self.state, self.now, usize::MAX) {
            let Some((person, _, events)) = answer(&self.state, self.now, &wait) else { continue };
            let actor = Actor::Person { person, login: String::new() };
            answered |= events.iter().all(|event| self.apply(event, &actor)) && !events.is_empty();
        }
        answered
    }

    fn orders_end(&mut self) -> bool {
        while let Some(Reverse((at, order))) = self.in_flight.peek().cloned() {
            if at > self.now {
                break;
            }
            self.in_flight.pop();
            let report = Report {
                outcome: Outcome::Succeeded { proof: Proof::Watched },
                took_ms: 0,
                output_bytes: 0,
                output_sha256: None,
                last_output: None,
            };
            if !self.apply(&Event::OrderEnded { order, report }, &Actor::System) {
                return false;
            }
        }
        true
    }

    fn apply(&mut self, event: &Event, actor: &Actor) -> bool {
        let seq = self.state.seq + 1;
        let applied = self.state.apply(event, actor, self.now, seq, None).is_ok();
        (self.state.seq, self.state.at) = (seq, self.now);
        applied
    }

    /// Keeps what the forecast is asked for.
    fn note(&mut self, event: &Event) {
        if let Event::Component { component, transition, .. } = event {
            self.note_component(component, *transition);
        } else if let Event::Site { site, transition, .. } = event {
            self.note_site(site, *transition);
        } else if let Event::Ring { ring, transition: RingTransition::Passed, .. } = event {
            let position = self.state.index.rings.get(ring).map(|it| *it as usize);
            if let Some(it) = position.and_then(|it| self.found.rings.get_mut(it)) {
                it.passes = Some(self.now);
            }
        }
    }

    fn note_component(&mut self, component: &ComponentId, transition: ComponentTransition) {
        use ComponentTransition as Happened;
        let position = self.state.index.components.get(component).map(|it| *it as usize);
        let Some(it) = position.and_then(|it| self.found.components.get_mut(it)) else { return };
        if matches!(transition, Happened::Started | Happened::AdoptionStarted) {
            it.starts = it.starts.or(Some(self.now));
        } else if matches!(transition, Happened::ChecksPassed | Happened::AdoptionMatched) {
            it.verified = Some(self.now);
        }
    }

    fn note_site(&mut self, site: &model::id::SiteId, transition: SiteTransition) {
        let position = self.state.index.sites.get(site).map(|it| *it as usize);
        let ring = position.and_then(|it| self.state.plan.ring_of.get(it));
        let ring = ring.and_then(|it| self.found.rings.get_mut(*it as usize));
        let Some(it) = ring else { return };
        if transition == SiteTransition::Started {
            it.starts = it.starts.or(Some(self.now));
        } else if transition == SiteTransition::Deployed {
            it.verified = Some(self.now);
        }
    }
}
