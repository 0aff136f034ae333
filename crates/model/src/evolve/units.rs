//! What an event makes of components, sites, stages and rings.
//!
//! House rule: a state changes by its machine's table and by nothing else.

use super::Impossible;
use crate::event::{RingTransition, StepDecision};
use crate::id::{RingId, SiteId};
use crate::machine::Transition;
use crate::machine::core_component::{ComponentState, ComponentTransition};
use crate::machine::site::{SiteState, SiteTransition};
use crate::machine::site_phase::PhaseTransition;
use crate::plan::MasterProjectPlan;
use crate::ring;
use crate::run::{RunKind, Track, TrackState};
use crate::scope::Scope;
use crate::site_care::terms::SiteMode;
use crate::state::{Excuse, RingState, SiteCount, SiteStatus, State};
use crate::work;
use std::collections::BTreeMap;

impl State {
    pub(super) fn component_happened(
        &mut self,
        id: &crate::id::ComponentId,
        transition: ComponentTransition,
        reason: Option<&str>,
        at: jiff::Timestamp,
    ) -> Result<(), Impossible> {
        let position = self.index.components.get(id).copied();
        let position = position.ok_or_else(|| Impossible::unknown(id))? as usize;
        let plan = self.plan.clone();
        let (planned, status) = plan
            .components
            .get(position)
            .zip(self.components.get_mut(position))
            .ok_or_else(|| Impossible::unknown(id))?;
        status.state = transition.attempt(id, status.state)?;
        status.since = at;
        status.reason = reason.map(str::to_owned);
        match transition {
            ComponentTransition::Started => {
                status.runs += 1;
                status.run = Some(work::component_run(planned, RunKind::Deploy, status.runs, at));
            }
            ComponentTransition::AdoptionStarted => {
                self.site_care.found.remove(id);
                status.runs += 1;
                status.run = Some(work::component_run(planned, RunKind::Adopt, status.runs, at));
            }
            ComponentTransition::AdoptionMatched => {
                status.adopted = true;
                self.site_care.verified.insert(id.clone(), at);
            }
            ComponentTransition::ChecksPassed => {
                self.site_care.verified.insert(id.clone(), at);
            }
            ComponentTransition::DriftFound => status.drifted = true,
            ComponentTransition::RollbackStarted => {
                status.runs += 1;
                let run = status.run.take();
                status.run = run.map(|it| work::component_backwards(planned, &it, status.runs, at));
                status.went_back = Some(at);
            }
            ComponentTransition::Replanned | ComponentTransition::ChangedAfterAcceptance => {
                status.adopted = false;
            }
            ComponentTransition::Authorised
            | ComponentTransition::StepsFinished
            | ComponentTransition::Halted
            | ComponentTransition::ChecksFailed
            | ComponentTransition::Resumed
            | ComponentTransition::RollbackVerified
            | ComponentTransition::RollbackFailed
            | ComponentTransition::Accepted
            | ComponentTransition::Descoped
            | ComponentTransition::AuthorisationLost => {}
        }
        Ok(())
    }

    /// What is under way of the core at `scope` goes on from `at`, after it was held.
    pub(super) fn let_go(&mut self, scope: &Scope, at: jiff::Timestamp) {
        for (planned, status) in self.plan.components.iter().zip(&mut self.components) {
            let is_meant = match scope {
                Scope::Deployment | Scope::Core => true,
                Scope::Component(id) => *id == planned.id,
                Scope::Ring(_) | Scope::Site(_) | Scope::Rfc(_) => false,
            };
            if is_meant && status.state == ComponentState::Deploying {
                status.let_go = Some(at);
            }
        }
    }

    pub(super) fn site_happened(
        &mut self,
        id: &SiteId,
        transition: SiteTransition,
        reason: Option<&str>,
        at: jiff::Timestamp,
    ) -> Result<(), Impossible> {
        let position = self.index.sites.get(id).copied();
        let position = position.ok_or_else(|| Impossible::unknown(id))? as usize;
        let plan = self.plan.clone();
        let template = self.index.template_of_site.get(position);
        let template = template.and_then(|it| plan.templates.get(*it as usize));
        let (planned, status) = plan
            .sites
            .get(position)
            .zip(self.sites.get_mut(position))
            .ok_or_else(|| Impossible::unknown(id))?;
        let template = template.ok_or_else(|| Impossible::unknown(&planned.template))?;
        let before = status.state;
        status.state = transition.attempt(id, before)?;
        if status.state != before {
            status.since = at;
        }
        status.reason = reason.map(Into::into);
        if before == SiteState::Halted
            && let Some(care) = self.site_care.sites.get_mut(id)
        {
            care.goes_on = None;
        }
        match transition {
            SiteTransition::Started => {
                status.runs += 1;
                let computers = match planned.terms.mode {
                    SiteMode::Client => planned.computers.len(),
                    // Nothing runs there: the run is over at once.
                    SiteMode::AccessOnly | SiteMode::None => 0,
                };
                let run = work::site_run(template, computers, status.runs, at);
                status.run = Some(Box::new(run));
            }
            SiteTransition::RollbackStarted => {
                status.runs += 1;
                let run = status.run.take();
                let back = run.map(|it| work::site_backwards(template, &it, status.runs, at));
                status.run = back.map(Box::new);
                status.in_service = None;
                status.went_back = Some(at);
            }
            SiteTransition::MaterialChange => {
                let care = self.site_care.sites.entry(id.clone()).or_default();
                care.material = reason.map(str::to_owned);
            }
            SiteTransition::Deployed => {
                status.in_service = Some(at);
                let care = self.site_care.sites.entry(id.clone()).or_default();
                care.release = Some(plan.release.digest());
                care.material = None;
            }
            SiteTransition::SignedOff | SiteTransition::Reconfirmed => {
                let care = self.site_care.sites.entry(id.clone()).or_default();
                care.confirmed = Some(plan.release.digest());
            }
            SiteTransition::ScheduleAcknowledged
            | SiteTransition::ScheduleChanged
            | SiteTransition::GateOpened
            | SiteTransition::PhaseFinished
            | SiteTransition::WindowEnded
            | SiteTransition::NextWindowBegan
            | SiteTransition::Halted
            | SiteTransition::Resumed
            | SiteTransition::RollbackVerified
            | SiteTransition::RollbackFailed
            | SiteTransition::Rescheduled
            | SiteTransition::ObservationStarted
            | SiteTransition::Refused
            | SiteTransition::Exempted
            | SiteTransition::IssuesResolved
            | SiteTransition::Revisited => {}
        }
        self.sites.moved(position, before);
        self.recount(position);
        self.agreed_on_site(id, transition);
        Ok(())
    }

    /// Keeps the counts of a ring in step with what happened to the steps of one of its sites.
    pub(super) fn recount_at(&mut self, scope: &Scope) {
        if let Scope::Site(id) = scope
            && let Some(position) = self.index.sites.get(id).copied()
        {
            self.recount(position as usize);
        }
    }

    /// Keeps the counts of a site's ring in step with the site.
    pub(super) fn recount(&mut self, position: usize) {
        let Some(status) = self.sites.get_mut(position) else { return };
        let before = status.counts_as;
        status.counts_as = counts_as(status);
        let after = status.counts_as;
        let ring = self.plan.ring_of.get(position).map(|it| *it as usize);
        if before != after
            && let Some(ring) = ring.and_then(|it| self.rings.get_mut(it))
        {
            *ring.counts.of(before) = ring.counts.of(before).saturating_sub(1);
            *ring.counts.of(after) += 1;
            // An excuse ends when the site that it was for is tried again.
            if let Some(site) = self.plan.sites.get(position) {
                ring.excused.remove(&site.id);
            }
        }
    }

    pub(super) fn phase_happened(
        &mut self,
        scope: &Scope,
        stage: u16,
        transition: PhaseTransition,
    ) -> Result<(), Impossible> {
        let run = self.run_mut(scope).ok_or_else(|| Impossible::unknown(scope))?;
        if run.stage != stage {
            let why = format!("stage {stage} of {scope} is not the present one, {}", run.stage);
            return Err(Impossible::Order { why });
        }
        match transition {
            PhaseTransition::Finished => run.stage += 1,
            PhaseTransition::Started
            | PhaseTransition::Failed
            | PhaseTransition::Resumed
            | PhaseTransition::Reset => {}
        }
        Ok(())
    }

    pub(super) fn ring_happened(
        &mut self,
        id: &RingId,
        transition: RingTransition,
        reason: Option<&str>,
        at: jiff::Timestamp,
    ) -> Result<(), Impossible> {
        let position = self.index.rings.get(id).copied();
        let position = position.ok_or_else(|| Impossible::unknown(id))? as usize;
        let status = self.rings.get_mut(position).ok_or_else(|| Impossible::unknown(id))?;
        let after = status.state.after(transition).ok_or_else(|| Impossible::Order {
            why: format!("ring {id} cannot be {transition} while it is {}", status.state),
        })?;
        status.state = after;
        status.since = at;
        status.reason = reason.map(str::to_owned);
        if transition == RingTransition::Resumed {
            (status.severity_1, status.severity_2) = (0, 0);
            status.excused = excused(&self.plan, &self.sites, position, reason, at);
            for only in ring::choices() {
                self.concurrences.remove(&ring::resume_act(id, &only));
            }
        }
        Ok(())
    }
}

/// Returns the sites of the ring at `position` that have failed or are lost: whoever let it go on for
/// this `reason` bears with them.
fn excused(
    plan: &MasterProjectPlan,
    sites: &crate::standing::Standing,
    position: usize,
    reason: Option<&str>,
    at: jiff::Timestamp,
) -> BTreeMap<SiteId, Excuse> {
    let reason = reason.unwrap_or_default();
    let of_ring = plan.sites_of_ring(position);
    let bad = of_ring.filter_map(|(site, planned)| {
        let counts_as = sites.get(site)?.counts_as;
        match counts_as {
            SiteCount::Failed | SiteCount::Lost => {
                let excuse = Excuse { counts_as, reason: reason.to_owned(), since: at };
                Some((planned.id.clone(), excuse))
            }
            SiteCount::NotStarted
            | SiteCount::Running
            | SiteCount::Verified
            | SiteCount::Exempt => None,
        }
    });
    bad.collect()
}

impl RingState {
    /// Returns the state that follows `transition`, or nothing where it cannot happen.
    pub fn after(self, transition: RingTransition) -> Option<Self> {
        let (from, to): (&[Self], Self) = match transition {
            RingTransition::Opened => (&[Self::Waiting], Self::Open),
            RingTransition::Halted => (&[Self::Open, Self::Soaking, Self::Passed], Self::Halted),
            RingTransition::Resumed => (&[Self::Halted], Self::Open),
            RingTransition::SoakStarted => (&[Self::Open], Self::Soaking),
            RingTransition::SoakBroken => (&[Self::Soaking], Self::Open),
            RingTransition::Passed => (&[Self::Soaking], Self::Passed),
        };
        from.contains(&self).then_some(to)
    }
}

/// How a site counts, by its state and, where it halted, by what stopped it.
fn counts_as(status: &SiteStatus) -> SiteCount {
    // Where no step failed it was unreachable, unknown, past its deadline or stopped: lost.
    let is_lost = || status.run.as_ref().is_some_and(|run| run.counts_all().failed == 0);
    match status.state {
        SiteState::Planned | SiteState::Notified | SiteState::Ready => SiteCount::NotStarted,
        SiteState::Deploying | SiteState::Paused => SiteCount::Running,
        SiteState::Halted if is_lost() => SiteCount::Lost,
        SiteState::Halted | SiteState::RollingBack | SiteState::RolledBack => SiteCount::Failed,
        SiteState::Deployed
        | SiteState::Observing
        | SiteState::SignedOff
        | SiteState::Refused
        | SiteState::Reconfirm => SiteCount::Verified,
        SiteState::Exempt => SiteCount::Exempt,
    }
}

/// Moves a track on as people decided.
pub(super) fn decided(
    track: &mut Track,
    kind: RunKind,
    steps: &[&crate::step::Step],
    decision: StepDecision,
) {
    use crate::order::{Outcome, Proof};
    match decision {
        StepDecision::Retry => track.retry(),
        StepDecision::NotDone => track.not_done(),
        StepDecision::Ignore => track.pass_over(kind, steps),
        StepDecision::Exclude => track.state = TrackState::Excluded,
        StepDecision::Failed => track.state = TrackState::Failed,
        StepDecision::Done => {
            let outcome = Outcome::Succeeded { proof: Proof::Attested };
            track.ended(kind, steps, &outcome, jiff::Timestamp::UNIX_EPOCH);
        }
    }
}
