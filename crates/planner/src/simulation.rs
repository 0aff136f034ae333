//! A deployment played on a virtual clock, through the real rules.
//!
//! The rules are those of the planner and of `decide`; only the world is assumed:
//! how long steps take, what fails, when people answer. The forecast assumes the
//! best of it, a rehearsal what is usual, and a storyline forces the rest.
//!
//! House rule: a simulation is not a model of the planner; it is the planner.

pub mod chance;
pub mod hours;
mod people;
mod probes;
mod storyline;
mod windows;
mod work;

pub(crate) use windows::without_window;

use crate::agenda::{Agenda, agenda_of};
use crate::facts::{Kept, Look};
use crate::waiting::{WaitingOn, waiting};
use chance::Chance;
use jiff::{SignedDuration, Timestamp};
use model::event::{Actor, Event};
use model::id::PersonId;
use model::incident::IncidentEvent;
use model::machine::DeploymentState;
use model::plan::MasterProjectPlan;
use model::scope::Scope;
use model::state::{RingState, State};
use model::storyline::Storyline;
use people::People;
use std::sync::Arc;
use storyline::Told;
use work::Work;

/// The furthest that is looked ahead, in days.
pub const HORIZON_DAYS: i64 = 400;

/// The most looks: whatever needs more moves in circles.
const LOOKS_MAX: usize = 2_000_000;

/// The most waits that are read where it comes to a standstill.
const BLOCKED_MAX: usize = 100;

/// What is assumed of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assumptions {
    /// How far it is played.
    pub until: Until,
    /// How long steps take.
    pub steps: StepTimes,
    /// How people answer.
    pub people: Answers,
    /// How many of 10,000 steps fail.
    pub steps_fail: u32,
    /// How many of 10,000 steps do not reach their computer.
    pub steps_lost: u32,
    /// How many of 10,000 requests are forgotten until a reminder comes.
    pub forgotten: u32,
}

/// How far a deployment is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Until all sites are signed off.
    AllSigned,
    /// As far as the rules lead.
    TheEnd,
}

/// How long steps take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepTimes {
    /// As the plan expects.
    Expected,
    /// Around what the plan expects.
    Spread,
}

/// How people answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// At once, whatever the hour.
    AtOnce,
    /// In their working hours, some sooner than others.
    InWorkingHours,
}

impl Assumptions {
    /// The best that can happen.
    pub const BEST: Self = Self {
        until: Until::AllSigned,
        steps: StepTimes::Expected,
        people: Answers::AtOnce,
        steps_fail: 0,
        steps_lost: 0,
        forgotten: 0,
    };

    /// What is usual: one step in 500 fails, one in 2,000 does not reach its computer, and one
    /// request in 20 is forgotten.
    pub const USUAL: Self = Self {
        until: Until::TheEnd,
        steps: StepTimes::Spread,
        people: Answers::InWorkingHours,
        steps_fail: 20,
        steps_lost: 5,
        forgotten: 500,
    };
}

/// What time passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Passed {
    /// Steps were running.
    Steps,
    /// Somebody had to answer.
    People,
    /// A ring soaked.
    Soak,
    /// A site was observed.
    Observation,
    /// It was to become stable, or the quiet period was to be ready to begin.
    Stabilizing,
    /// The quiet period went on.
    QuietPeriod,
    /// The review and the survey took their days, or the project was being closed.
    Review,
    /// A window, the end of a freeze, or another instant of the plan had to come.
    Windows,
    /// The server was down, or something was held, as the storyline says.
    Storyline,
}

/// Whoever watches a simulation; each of its moments is told in order.
pub trait Watch {
    /// `event` is about to happen at `now`.
    fn happens(&mut self, state: &State, now: Timestamp, event: &Event);
    /// Everything of one look has happened.
    fn looked(&mut self, state: &State, now: Timestamp) {
        let _ = (state, now);
    }
    /// Time passes from `from` to `to`.
    fn passes(&mut self, from: Timestamp, to: Timestamp, on: Passed) {
        let _ = (from, to, on);
    }
    /// Somebody is asked.
    fn asked(&mut self, ask: &Asked<'_>) {
        let _ = ask;
    }
    /// What somebody was asked for is there, or no longer wanted.
    fn answered(&mut self, scope: &Scope, what: &str, at: Timestamp, by: Option<&PersonId>) {
        let _ = (scope, what, at, by);
    }
    /// Returns whether nobody waits for the end any more.
    fn is_interrupted(&self) -> bool {
        false
    }
}

/// Somebody who is asked for something.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// For what it is.
    pub scope: &'a Scope,
    /// What is asked, in words.
    pub what: &'a str,
    /// Whom it reaches.
    pub people: &'a [PersonId],
    /// When.
    pub at: Timestamp,
    /// Whether it reaches them outside of their working hours and cannot wait.
    pub at_night: bool,
}

/// A deployment being played.
pub struct Simulation<'w, W> {
    state: State,
    now: Timestamp,
    horizon: Option<Timestamp>,
    assumptions: Assumptions,
    chance: Chance,
    work: Work,
    people: People,
    told: Told,
    kept: Kept,
    watch: &'w mut W,
}

/// How a simulation ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// Where the deployment stood then.
    pub deployment: DeploymentState,
    /// Whether it came as far as it was to be played.
    pub is_over: bool,
    /// What waited then, where it did not, but for what somebody would still have answered.
    pub blocked: Vec<WaitingOn>,
    /// What had to wait for a window then, and has none left.
    pub without_window: Vec<Scope>,
}

impl<'w, W: Watch> Simulation<'w, W> {
    /// Returns the simulation of what is still to come in `state`, from `now` on.
    pub fn new(
        state: State,
        now: Timestamp,
        assumptions: Assumptions,
        chance: Chance,
        watch: &'w mut W,
    ) -> Self {
        let horizon = now.checked_add(SignedDuration::from_hours(24 * HORIZON_DAYS)).ok();
        let work = Work::of(&state, now);
        let people = People::of(&state.plan);
        let told = Told::default();
        let kept = Kept::default();
        Self { state, now, horizon, assumptions, chance, work, people, told, kept, watch }
    }

    /// Returns the simulation with `storyline` forced upon it.
    pub fn with(mut self, storyline: &Storyline) -> Self {
        self.told = Told::of(storyline);
        self
    }

    /// Plays it.
    pub fn run(mut self) -> Ended {
        for _ in 0..LOOKS_MAX {
            if self.is_over() || self.watch.is_interrupted() {
                return self.end();
            }
            if let Some(until) = self.told.down_until(self.now) {
                self.pass(until, Passed::Storyline);
                continue;
            }
            if !self.orders_end() {
                break;
            }
            if self.turns() {
                continue;
            }
            if !self.probes_answer() {
                break;
            }
            let mut look = Look::with(&self.state, self.now, std::mem::take(&mut self.kept));
            let agenda = agenda_of(&mut look, usize::MAX);
            self.kept = look.kept();
            if !agenda.is_empty() {
                if !self.carry_out(agenda) {
                    break;
                }
                continue;
            }
            if self.people_answer() {
                continue;
            }
            let Some((next, on)) = self.next(agenda.next_look) else { break };
            self.pass(next, on);
        }
        self.end()
    }

    fn end(self) -> Ended {
        let (at, deployment, is_over) = (self.now, self.state.deployment, self.is_over());
        if is_over {
            return Ended { at, deployment, is_over, blocked: vec![], without_window: vec![] };
        }
        let mut blocked = waiting(&self.state, self.now, BLOCKED_MAX);
        blocked.retain(|it| !self.people.will_answer(it));
        let without_window = without_window(&self.state, self.now);
        Ended { at, deployment, is_over, blocked, without_window }
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
            | DeploymentState::Terminating => self.assumptions.until == Until::AllSigned,
            DeploymentState::Closed | DeploymentState::Terminated => true,
        }
    }

    /// Returns what happens next, and what is waited for until then; nothing where nothing does.
    fn next(&self, look: Option<Timestamp>) -> Option<(Timestamp, Passed)> {
        let candidates = [
            self.work.next().map(|at| (at, Passed::Steps)),
            self.told.next().map(|at| (at, Passed::Storyline)),
            self.people.next().map(|at| (at, Passed::People)),
            look.map(|at| (at, self.passes_on(at))),
        ];
        let (at, on) = candidates.into_iter().flatten().min_by_key(|(at, _)| *at)?;
        let on = if self.work.next().is_some() { Passed::Steps } else { on };
        self.horizon.is_none_or(|end| at <= end).then_some((at.max(self.now), on))
    }

    /// Returns what is waited for until an instant of the agenda.
    fn passes_on(&self, at: Timestamp) -> Passed {
        match self.state.deployment {
            DeploymentState::Draft
            | DeploymentState::Ready
            | DeploymentState::Deploying
            | DeploymentState::Held => self.passes_on_sites(at),
            DeploymentState::Stabilizing => Passed::Stabilizing,
            DeploymentState::QuietPeriod => Passed::QuietPeriod,
            DeploymentState::MilestoneReview
            | DeploymentState::Closing
            | DeploymentState::Closed
            | DeploymentState::Terminating
            | DeploymentState::Terminated => Passed::Review,
        }
    }

    /// Returns what is waited for until an instant of the agenda, while there are sites to deploy.
    fn passes_on_sites(&self, at: Timestamp) -> Passed {
        let soaks = |ring: &model::ring::Ring, since: Timestamp| {
            let soak = SignedDuration::from_secs(i64::from(ring.soak_s));
            since.checked_add(soak).ok() == Some(at)
        };
        let mut rings = self.state.plan.rings.iter().zip(&self.state.rings);
        if rings.any(|(ring, it)| it.state == RingState::Soaking && soaks(ring, it.since)) {
            return Passed::Soak;
        }
        let is_begun = self.state.rings.iter().all(|it| it.counts.not_started == 0);
        if is_begun { Passed::Observation } else { Passed::Windows }
    }

    fn pass(&mut self, to: Timestamp, on: Passed) {
        if to > self.now {
            self.watch.passes(self.now, to, on);
            self.now = to;
            match on {
                Passed::Steps | Passed::People => self.people.time_passes(to),
                Passed::Soak
                | Passed::Observation
                | Passed::Stabilizing
                | Passed::QuietPeriod
                | Passed::Review
                | Passed::Windows
                | Passed::Storyline => self.people.look_again(),
            }
        }
    }

    fn carry_out(&mut self, agenda: Agenda) -> bool {
        for event in &agenda.events {
            if !self.apply(event, &Actor::System, None) {
                return false;
            }
        }
        for (intended, order) in agenda.orders {
            let assumed = (&self.assumptions, &mut self.chance, &mut self.told);
            let flight = self.work.flight(&self.state, self.now, (&intended, &order), assumed);
            if !self.apply(&intended, &Actor::System, None) {
                return false;
            }
            self.work.launch(flight);
        }
        self.watch.looked(&self.state, self.now);
        true
    }

    fn orders_end(&mut self) -> bool {
        while let Some(event) = self.work.landed(self.now) {
            if !self.apply(&event, &Actor::System, None) {
                return false;
            }
        }
        true
    }

    /// Lets what the storyline says happen now. Returns whether anything did.
    fn turns(&mut self) -> bool {
        let mut happened = false;
        while let Some(act) = self.told.due(self.now) {
            happened = true;
            self.act(act);
        }
        happened
    }

    /// Lets everybody answer who does so now. Returns whether anybody did.
    fn people_answer(&mut self) -> bool {
        match self.assumptions.people {
            Answers::AtOnce => self.all_answer(),
            Answers::InWorkingHours => self.those_due_answer(),
        }
    }

    fn apply(
        &mut self,
        event: &Event,
        actor: &Actor,
        new_plan: Option<Arc<MasterProjectPlan>>,
    ) -> bool {
        self.watch.happens(&self.state, self.now, event);
        self.told.hears(event, self.now);
        self.kept.happens(&self.state, event);
        let asks_nobody = matches!(
            event,
            Event::OrderIntended { .. }
                | Event::OrdersIntended { .. }
                | Event::OrderEnded { .. }
                | Event::OrdersEnded { .. }
                | Event::OrderWithdrawn { .. }
                | Event::Phase { .. }
                | Event::Incident(IncidentEvent::ProbesSeen { .. })
        );
        if !asks_nobody {
            self.people.look_again();
        }
        let seq = self.state.seq + 1;
        let applied = self.state.apply(event, actor, self.now, seq, new_plan).is_ok();
        (self.state.seq, self.state.at) = (seq, self.now);
        applied
    }
}
