//! Acts on what has halted or must: halt, resume, guided failure, rollback.
//!
//! House rule: no path leads from failed or unknown to the next step without a
//! recorded rule or a recorded human decision.

use super::site_care::one_by_one;
use super::{Acting, worded};
use crate::command::Resumable;
use crate::event::{Event, RingTransition, StepDecision};
use crate::gates;
use crate::guard::{Guard, GuardReading};
use crate::id::{ComponentId, ComputerId, RingId, SiteId};
use crate::machine::{ComponentState, ComponentTransition, SiteState, SiteTransition, Transition};
use crate::order::{Failure, Outcome, Proof, Report};
use crate::refusal::{Refusal, RefusalCode, pass};
use crate::ring;
use crate::role_type::RoleType;
use crate::run::{Run, RunKind, TrackState};
use crate::scope::Scope;
use crate::site_care::SiteCareEvent;
use crate::state::{Holding, SiteCount};
use crate::step::{Evidence, StepWork};

const RELEASE: &[RoleType] = &[RoleType::ReleaseManagement];

impl Acting<'_> {
    pub(super) fn component_event(
        &self,
        id: &ComponentId,
        transition: ComponentTransition,
        reason: Option<String>,
        gate: Vec<GuardReading>,
    ) -> Result<Event, Refusal> {
        let (_, status) = self.state.component(id).ok_or_else(|| Refusal::unknown(id))?;
        transition.attempt(id, status.state)?;
        Ok(Event::Component { component: id.clone(), transition, reason, gate })
    }

    pub(super) fn halt_ring(&self, ring: &RingId, reason: &str) -> Result<Vec<Event>, Refusal> {
        use RoleType::{OperationsManager, ProgramManager, ReleaseManagement, SolutionManager};
        let scope = Scope::Ring(ring.clone());
        let roles = [ReleaseManagement, ProgramManager, SolutionManager, OperationsManager];
        self.role(&roles, &scope, "halt a ring")?;
        let reason = worded("the reason", reason)?;
        Ok(vec![self.ring_event(ring, RingTransition::Halted, reason, vec![])?])
    }

    pub(super) fn ring_event(
        &self,
        ring: &RingId,
        transition: RingTransition,
        reason: String,
        gate: Vec<GuardReading>,
    ) -> Result<Event, Refusal> {
        let (_, status) = self.state.ring(ring).ok_or_else(|| Refusal::unknown(ring))?;
        if status.state.after(transition).is_none() {
            let text = format!("ring {ring} cannot be {transition} while it is {}", status.state);
            let next = format!("`landfall why ring/{ring}` says what it waits on");
            return Err(Refusal::new(RefusalCode::State, text, next));
        }
        Ok(Event::Ring { ring: ring.clone(), transition, reason: Some(reason), gate })
    }

    pub(super) fn halt_site(&self, site: &SiteId, reason: &str) -> Result<Vec<Event>, Refusal> {
        let scope = Scope::Site(site.clone());
        let roles = [RoleType::ReleaseManagement, RoleType::SiteOwner];
        self.role(&roles, &scope, "halt the site")?;
        let reason = worded("the reason", reason)?;
        Ok(vec![self.site_event(site, SiteTransition::Halted, Some(reason), vec![])?])
    }

    pub(super) fn cancel_orders(&self, scope: &Scope, reason: &str) -> Result<Vec<Event>, Refusal> {
        use RoleType::{OperationsManager, ReleaseManagement, SiteOwner};
        self.known_scope(scope)?;
        let roles = [ReleaseManagement, OperationsManager, SiteOwner];
        self.role(&roles, scope, "stop what is being carried out")?;
        let reason = worded("the reason", reason)?;
        if !self.state.run(scope).is_some_and(Run::is_busy) {
            let text = format!("nothing is being carried out at {scope}");
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to stop"));
        }
        Ok(vec![Event::OrdersCancelled { scope: scope.clone(), reason }])
    }

    pub(super) fn resume_ring(
        &self,
        ring: &RingId,
        reason: &str,
        only: &[Resumable],
    ) -> Result<Vec<Event>, Refusal> {
        let scope = Scope::Ring(ring.clone());
        let roles = [RoleType::ReleaseManagement, RoleType::ProgramManager];
        self.may_start(&roles, &scope)?;
        let reason = worded("the cause and the decision", reason)?;
        self.ring_event(ring, RingTransition::Resumed, reason.clone(), vec![])?;
        let act = ring::resume_act(ring, only);
        let reading = self.state.reading(
            Guard::H1,
            std::slice::from_ref(&scope),
            self.now,
            gates::h1(self.state, &scope),
        );
        let gate = pass(&format!("resuming ring {ring}"), vec![reading])?;
        let (mut events, is_complete) =
            self.concur(&act, &roles, self.two_persons(), &scope, Some(&reason))?;
        if !is_complete {
            return Ok(events);
        }
        let position = self.state.index.rings.get(ring).map(|it| *it as usize);
        let sites = position.and_then(|it| self.state.index.sites_of_ring.get(it));
        for site in sites.into_iter().flatten() {
            let site = *site as usize;
            let Some((planned, status)) =
                self.state.plan.sites.get(site).zip(self.state.sites.get(site))
            else {
                continue;
            };
            let is_wanted = match status.counts_as {
                SiteCount::Failed => only.contains(&Resumable::Failed),
                SiteCount::Lost => only.contains(&Resumable::Lost),
                SiteCount::NotStarted
                | SiteCount::Running
                | SiteCount::Verified
                | SiteCount::Exempt => false,
            };
            let is_decided = self.state.site_care.goes_on(&planned.id).is_some();
            if is_wanted && status.state == SiteState::Halted && !is_decided {
                events.extend(self.retried(&Scope::Site(planned.id.clone()), &reason)?);
            }
        }
        if !only.contains(&Resumable::NotStarted)
            && !self.state.holds.contains_key(&scope.to_string())
        {
            let reason = format!("resumed only for sites that had begun: {reason}");
            let holding = Holding::Beginnings;
            events.push(Event::Hold { scope, held: true, reason, holding });
        }
        events.push(self.ring_event(ring, RingTransition::Resumed, reason, gate)?);
        Ok(events)
    }

    /// Returns that every bad track of a halted component or site is tried again.
    fn retried(&self, scope: &Scope, reason: &str) -> Result<Vec<Event>, Refusal> {
        let mut events = Vec::new();
        if let Some(run) = self.state.run(scope) {
            let bad = tracks_in(run, &[TrackState::Failed, TrackState::Lost]);
            if !bad.is_empty() {
                events.push(self.step_decided(scope, run, bad, StepDecision::Retry, reason));
            }
        }
        events.push(self.resumed(scope, reason)?);
        Ok(events)
    }

    fn resumed(&self, scope: &Scope, reason: &str) -> Result<Event, Refusal> {
        // A rollback that failed is gone on with as a rollback: it never becomes a deployment.
        let goes_back = self.state.run(scope).is_some_and(|it| it.kind == RunKind::RollBack);
        let gate = if goes_back { [Guard::H1, Guard::C7].as_slice() } else { &[Guard::H1] };
        let gate = gate.iter().copied().map(GuardReading::met).collect();
        let words = reason.to_owned();
        let reason = Some(words.clone());
        match scope {
            Scope::Component(id) => {
                let back = ComponentTransition::RollbackStarted;
                let transition = if goes_back { back } else { ComponentTransition::Resumed };
                self.component_event(id, transition, reason, gate)
            }
            Scope::Site(id) if goes_back => {
                self.site_event(id, SiteTransition::RollbackStarted, reason, gate)
            }
            Scope::Site(id) => self.goes_on(id, words),
            Scope::Deployment | Scope::Core | Scope::Ring(_) | Scope::Rfc(_) => {
                Err(Refusal::invalid(
                    format!("{scope} is not a component or a site"),
                    "name a component or a site",
                ))
            }
        }
    }

    /// A person decides that a site goes on; it does as soon as every limit lets it, like any other.
    fn goes_on(&self, site: &SiteId, reason: String) -> Result<Event, Refusal> {
        self.site_event(site, SiteTransition::Resumed, None, vec![])?;
        if self.state.site_care.goes_on(site).is_some() {
            let text = format!("it is decided that site {site} goes on, as soon as it may");
            let next = format!("`landfall why site/{site}` says what it waits on");
            return Err(Refusal::new(RefusalCode::State, text, next));
        }
        Ok(Event::SiteCare(SiteCareEvent::ResumeDecided { site: site.clone(), reason }))
    }

    pub(super) fn resume(&self, scope: &Scope, reason: &str) -> Result<Vec<Event>, Refusal> {
        self.known_scope(scope)?;
        self.role(RELEASE, scope, "resume it")?;
        self.may_start(RELEASE, scope)?;
        let reason = worded("the cause and the decision", reason)?;
        self.resumed(scope, &reason)?;
        let reading = self.state.reading(
            Guard::H1,
            std::slice::from_ref(scope),
            self.now,
            gates::h1(self.state, scope),
        );
        pass(&format!("resuming {scope}"), vec![reading])?;
        self.retried(scope, &reason)
    }

    fn step_decided(
        &self,
        scope: &Scope,
        run: &Run,
        tracks: Vec<u32>,
        decision: StepDecision,
        reason: &str,
    ) -> Event {
        let computers = tracks.iter().filter_map(|it| {
            let track = run.tracks.get(*it as usize)?;
            self.computer_name(scope, track.computer as usize)
        });
        let mut computers: Vec<ComputerId> = computers.collect();
        computers.dedup();
        Event::StepDecided {
            scope: scope.clone(),
            computers,
            tracks,
            step: None,
            decision,
            reason: reason.to_owned(),
        }
    }

    fn computer_name(&self, scope: &Scope, position: usize) -> Option<ComputerId> {
        let computers = match scope {
            Scope::Component(id) => &self.state.component(id)?.0.hosts,
            Scope::Site(id) => &self.state.site(id)?.0.computers,
            Scope::Deployment | Scope::Core | Scope::Ring(_) | Scope::Rfc(_) => return None,
        };
        computers.get(position).map(|it| it.id.clone())
    }

    pub(super) fn decide_steps(
        &self,
        scope: &Scope,
        computers: &[ComputerId],
        decision: StepDecision,
        reason: &str,
    ) -> Result<Vec<Event>, Refusal> {
        self.known_scope(scope)?;
        let roles = [RoleType::ReleaseManagement, RoleType::Tester];
        self.role(&roles, scope, "decide how a failed step goes on")?;
        let reason = worded("the reason", reason)?;
        let Some(run) = self.state.run(scope) else {
            let text = format!("nothing has run at {scope}");
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to decide"));
        };
        let decided_states: &[TrackState] = match decision {
            StepDecision::Done | StepDecision::NotDone | StepDecision::Failed => {
                &[TrackState::Unknown]
            }
            StepDecision::Retry => &[TrackState::Failed, TrackState::Lost],
            StepDecision::Ignore | StepDecision::Exclude => {
                &[TrackState::Failed, TrackState::Lost, TrackState::Unknown]
            }
        };
        let is_named = |track: u32| {
            let computer = run.tracks.get(track as usize).map(|it| it.computer as usize);
            let name = computer.and_then(|it| self.computer_name(scope, it));
            computers.is_empty() || name.is_some_and(|it| computers.contains(&it))
        };
        let tracks = tracks_in(run, decided_states);
        let tracks: Vec<u32> = tracks.into_iter().filter(|it| is_named(*it)).collect();
        if tracks.is_empty() {
            let text = format!("no step at {scope} needs the decision `{decision}`");
            let next = format!("`landfall why {scope}` says what it waits on");
            return Err(Refusal::new(RefusalCode::State, text, next));
        }
        self.still_runs(scope, decision)?;
        one_by_one(scope, decision, computers, tracks.len())?;
        let bad = [TrackState::Failed, TrackState::Lost, TrackState::Unknown];
        let settles_all = tracks.len() == tracks_in(run, &bad).len();
        let goes_on = settles_all && decision != StepDecision::Failed && self.is_halted(scope);
        let mut events = vec![self.step_decided(scope, run, tracks, decision, &reason)];
        if goes_on {
            events.push(self.resumed(scope, &reason)?);
        }
        Ok(events)
    }

    /// Where the run of a site is over, nothing of it is carried out again.
    fn still_runs(&self, scope: &Scope, decision: StepDecision) -> Result<(), Refusal> {
        use SiteState::{Deploying, Halted, Paused, RollingBack};
        let Scope::Site(id) = scope else { return Ok(()) };
        let runs = |it: SiteState| matches!(it, Deploying | Paused | Halted | RollingBack);
        let over = self.state.site(id).map(|(_, it)| it.state).filter(|it| !runs(*it));
        let next = match decision {
            StepDecision::Retry => format!(
                "exempt the computer (`landfall coverage exempt {scope}`), or go back: `landfall revisit {scope}`, `landfall rollback {scope}`"
            ),
            StepDecision::NotDone => "decide `failed`, `ignore` or `exclude`".to_owned(),
            StepDecision::Done
            | StepDecision::Failed
            | StepDecision::Ignore
            | StepDecision::Exclude => return Ok(()),
        };
        let Some(state) = over else { return Ok(()) };
        let text = format!("site {id} is {state}: no step of its last run is carried out again");
        Err(Refusal::new(RefusalCode::State, text, next))
    }

    fn is_halted(&self, scope: &Scope) -> bool {
        match scope {
            Scope::Component(id) => {
                self.state.component(id).is_some_and(|(_, it)| it.state == ComponentState::Halted)
            }
            Scope::Site(id) => {
                let is_halted =
                    self.state.site(id).is_some_and(|(_, it)| it.state == SiteState::Halted);
                is_halted && self.state.site_care.goes_on(id).is_none()
            }
            Scope::Deployment | Scope::Core | Scope::Ring(_) | Scope::Rfc(_) => false,
        }
    }

    pub(super) fn confirm(
        &self,
        scope: &Scope,
        computer: Option<&ComputerId>,
        done: bool,
        evidence: Option<&str>,
    ) -> Result<Vec<Event>, Refusal> {
        self.known_scope(scope)?;
        let evidence = evidence.map(|it| worded("the evidence", it)).transpose()?;
        let run = self.state.run(scope);
        let named = |track: u32| {
            let track = run.and_then(|it| it.tracks.get(track as usize));
            track.and_then(|it| self.computer_name(scope, it.computer as usize))
        };
        let mut asked: Vec<_> = self
            .state
            .orders
            .iter()
            .filter(|(_, it)| it.scope == *scope && it.asked.is_some())
            .filter(|(_, it)| computer.is_none_or(|name| named(it.track).as_ref() == Some(name)))
            .collect();
        asked.sort_by_key(|(order, _)| *order);
        let (order, place) = match asked.as_slice() {
            [one] => *one,
            [] => {
                let text = format!("nobody has been asked to do anything at {scope}");
                let next = format!("`landfall why {scope}` says what it waits on");
                return Err(Refusal::new(RefusalCode::State, text, next));
            }
            several => {
                let text = format!("{} steps at {scope} wait to be confirmed", several.len());
                return Err(Refusal::invalid(text, "name the computer"));
            }
        };
        let role = place.asked.unwrap_or(RoleType::ReleaseManagement);
        self.role(&[role], scope, "confirm the step")?;
        self.may_confirm(role, scope)?;
        if done && evidence.is_none() && self.needs_evidence(scope, place.track) {
            let text = "the plan asks for evidence of this step";
            return Err(Refusal::invalid(text, "give it with `--evidence`"));
        }
        let why = || evidence.clone().unwrap_or_else(|| "no reason was given".to_owned());
        let outcome = if done {
            Outcome::Succeeded { proof: Proof::Attested }
        } else {
            Outcome::Failed { cause: Failure::Attested { why: why() } }
        };
        let took = self.now.duration_since(place.since).as_millis();
        let report = Report {
            outcome,
            took_ms: u64::try_from(took).unwrap_or(0),
            output_bytes: 0,
            output_sha256: None,
            last_output: evidence,
        };
        Ok(vec![Event::OrderEnded { order: order.clone(), report }])
    }

    fn needs_evidence(&self, scope: &Scope, track: u32) -> bool {
        let Some(run) = self.state.run(scope) else { return false };
        let Some(track) = run.tracks.get(track as usize) else { return false };
        let steps = crate::work::steps(&self.state.plan, self.state, scope, track.list);
        let turn = track.turn(run.kind, &steps);
        match turn
            .and_then(|it| if it.undo { it.step.rollback.as_ref() } else { Some(&it.step.work) })
        {
            Some(StepWork::Manual { evidence, .. }) => *evidence == Evidence::Required,
            Some(
                StepWork::Run(_)
                | StepWork::Script(_)
                | StepWork::Copy { .. }
                | StepWork::Http { .. },
            )
            | None => false,
        }
    }
}

/// Returns the positions of the tracks of `run` that are in one of `states`, none of which a track has
/// before its stage: one of a later stage has it where a decision turned the run back.
fn tracks_in(run: &Run, states: &[TrackState]) -> Vec<u32> {
    let tracks = run.tracks.iter().zip(0_u32..);
    // Of one whose later orders are still being called back, it is not known what is to be decided.
    let wanted = tracks.filter(|(it, _)| states.contains(&it.state) && it.ahead == 0);
    wanted.map(|(_, position)| position).collect()
}
