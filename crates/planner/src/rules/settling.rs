//! People who put everything right again, as real people would: release, decide, resume, sign.
//!
//! House rule: when faults stop and people answer, a deployment comes to its end.

use super::world::{WELL, World};
use crate::agenda::agenda;
use crate::waiting::WaitingOn;
use model::command::{Command, Resumable};
use model::event::StepDecision;
use model::machine::{ComponentState, DeploymentState, RfcState, SiteState};
use model::plan::MasterProjectPlan;
use model::rfc::{Covers, RequestForChange};
use model::run::TrackState;
use model::scope::Scope;
use std::sync::Arc;

/// The most rounds of answers until a deployment of nine sites must have come to its end.
const ROUNDS_MAX: usize = 1_500;

fn said() -> String {
    "it was put right".to_owned()
}

impl World {
    pub(super) fn is_over(&self) -> bool {
        self.state.deployment == DeploymentState::Stabilizing
    }

    /// Lets faults stop and people answer, until all sites are signed off or exempt.
    pub(super) fn settle(&mut self) {
        for _ in 0..ROUNDS_MAX {
            if self.is_over() {
                return;
            }
            self.settle_once();
        }
        panic!("it never ends: {:#?}", self.waits());
    }

    pub(super) fn settle_once(&mut self) {
        assert!(self.settled_once(), "nothing moves: {:#?}", self.waits());
    }

    /// Lets people answer once, or time pass. Returns whether anything moves.
    pub(super) fn settled_once(&mut self) -> bool {
        self.settled_once_but(&|_| false)
    }

    /// The same, while nobody answers those waits that `leave` names.
    pub(super) fn settled_once_but(&mut self, leave: &dyn Fn(&WaitingOn) -> bool) -> bool {
        self.look();
        let mut moved = false;
        for order in self.in_flight() {
            self.end(&order, WELL);
            moved = true;
        }
        moved |= self.look();
        for wait in self.waits().iter().filter(|it| !leave(it)) {
            moved |= self.answered(wait);
        }
        for command in self.remedies() {
            moved |= self.anybody(0, &command);
        }
        if !moved {
            moved |= self.request_anew();
        }
        if !moved {
            let next = agenda(&self.state, self.now, usize::MAX).next_look;
            let Some(next) = next else { return false };
            assert!(next > self.now);
            self.now = next;
        }
        true
    }

    /// Returns what people do that no wait puts into one command.
    fn remedies(&self) -> Vec<Command> {
        let state = &self.state;
        let mut all = vec![];
        for scope in state.holds.keys() {
            let scope = scope.parse().unwrap();
            all.push(Command::Hold { scope, held: false, reason: said() });
        }
        let components = state.plan.components.iter().zip(&state.components);
        let components = components.map(|(it, status)| {
            let is_back = status.state == ComponentState::RolledBack;
            (Scope::Component(it.id.clone()), is_back, status.run.as_ref())
        });
        let sites = state.plan.sites.iter().zip(&state.sites);
        let sites = sites.map(|(it, status)| {
            let is_back = status.state == SiteState::RolledBack;
            (Scope::Site(it.id.clone()), is_back, status.run.as_deref())
        });
        for (scope, is_back, run) in components.chain(sites) {
            let is_unknown =
                |run: &model::run::Run| run.tracks.iter().any(|it| it.state == TrackState::Unknown);
            if run.is_some_and(is_unknown) {
                let decision = StepDecision::NotDone;
                all.push(Command::Decide {
                    scope: scope.clone(),
                    computers: vec![],
                    decision,
                    reason: said(),
                });
            }
            if is_back {
                all.push(Command::Replan { scope, reason: said() });
            }
        }
        for (site, status) in state.plan.sites.iter().zip(&state.sites) {
            let id = site.id.clone();
            if status.state == SiteState::Refused {
                for _ in 0..2 {
                    all.push(Command::ResolveRefusal { site: id.clone(), reason: said() });
                }
            }
        }
        if state.deployment == DeploymentState::Held {
            all.extend([0, 1].map(|_| Command::ReleaseDeployment { reason: said() }));
        }
        let only = vec![Resumable::Failed, Resumable::Lost, Resumable::NotStarted];
        for ring in &state.plan.rings {
            let again =
                Command::ResumeRing { ring: ring.id.clone(), reason: said(), only: only.clone() };
            all.extend([again.clone(), again]);
        }
        all
    }

    /// Asks for another change where everything that covered something is done or was rejected.
    fn request_anew(&mut self) -> bool {
        let state = &self.state;
        let is_dead = |it: RfcState| {
            use RfcState::{BackedOut, Cancelled, Closed, Implemented, Rejected, Reviewed};
            matches!(it, Implemented | BackedOut | Reviewed | Closed | Rejected | Cancelled)
        };
        let is_covered = |covers: &dyn Fn(&Covers) -> bool| {
            let rfcs = state.plan.rfcs.iter().filter(|it| covers(&it.covers));
            rfcs.filter_map(|it| state.rfc(&it.id)).any(|(_, it)| !is_dead(it.state))
        };
        let rings = state.plan.rings.iter().enumerate().filter(|(position, ring)| {
            let mut sites = state.sites.iter().zip(&state.plan.ring_of);
            let wants = |it: SiteState| {
                use SiteState::{Deploying, Notified, Paused, Planned, Ready};
                matches!(it, Planned | Notified | Ready | Paused | Deploying)
            };
            sites.any(|(site, of)| *of as usize == *position && wants(site.state))
                && !is_covered(&|it| it.rings.contains(&ring.id))
        });
        let rings: Vec<_> = rings.map(|(_, it)| it.id.clone()).collect();
        let components = state.plan.components.iter().zip(&state.components);
        let components = components.filter(|(planned, status)| {
            use ComponentState::{Authorised, Deploying, Planned};
            matches!(status.state, Planned | Authorised | Deploying)
                && !is_covered(&|it| it.components.contains(&planned.id))
        });
        let components: Vec<_> = components.map(|(it, _)| it.id.clone()).collect();
        if rings.is_empty() && components.is_empty() {
            return false;
        }
        let id = format!("R-more-{}", state.plan.rfcs.len()).parse().unwrap();
        let covers = Covers { components, rings, sites: vec![] };
        let more = RequestForChange { id, covers, ..state.plan.rfcs[0].clone() };
        let mut plan = MasterProjectPlan::clone(&state.plan);
        plan.rfcs.push(more);
        self.revised(plan)
    }

    /// Replaces the plan. Returns whether the Program Manager could.
    pub(super) fn revised(&mut self, plan: MasterProjectPlan) -> bool {
        let digest = plan.digest();
        self.plans.insert(digest, Arc::new(plan));
        let changes = vec!["as discussed".to_owned()];
        let removes_scope = false;
        let reason = said();
        self.act("sabela", &Command::RevisePlan { plan: digest, changes, removes_scope, reason })
            .is_ok()
    }
}
