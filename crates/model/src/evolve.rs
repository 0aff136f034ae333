//! What an event makes of the state.
//!
//! House rule: the fold never decides. It refuses an entry that cannot have
//! happened, which is a fault of the program or tampering.

mod beginnings;
mod happening;
mod orders;
mod replacing;
mod requests;
mod signals;
mod units;

pub use happening::{Happening, Impossible};

use crate::change_schedule::ChangeScheduleEvent;
use crate::dispute::{DisputeEvent, Means};
use crate::event::{Actor, Entry, Event};
use crate::guard::Guard;
use crate::id::RfcId;
use crate::machine::Transition;
use crate::machine::deployment::{DeploymentState, DeploymentTransition};
use crate::machine::sign_off::{SignOffState, SignOffTransition};
use crate::machine::waiver::WaiverState;
use crate::paper::PaperEvent;
use crate::plan::MasterProjectPlan;
use crate::run::Run;
use crate::scope::Scope;
use crate::state::{
    Attestation, Concurrence, Hold, Outstanding, RfcStatus, Signal, SlotStatus, State,
    WaiverStatus, attestation_key,
};
use crate::state_index::StateIndex;
use crate::work;
use beginnings::new_rfc;
use std::sync::Arc;

impl State {
    /// Returns the state after the first entry of a record, a `DeploymentCreated`.
    ///
    /// # Errors
    ///
    /// When the entry is another one, or names another plan.
    pub fn begin(entry: &Entry, plan: Arc<MasterProjectPlan>) -> Result<Self, Impossible> {
        let Event::DeploymentCreated { plan: digest, purpose, folder, .. } = &entry.event else {
            return Err(Impossible::Order {
                why: "a record begins with the creation of its deployment".to_owned(),
            });
        };
        let at = entry.at;
        let mut state = Self {
            index: Arc::new(StateIndex::default()),
            plan: crate::state_index::no_plan(),
            plan_digest: *digest,
            purpose: *purpose,
            folder: folder.clone(),
            baseline: 0,
            baselines: vec![],
            deployment: DeploymentState::default(),
            deployment_since: at,
            components: vec![],
            sites: Default::default(),
            rings: vec![],
            rfcs: vec![],
            slots: Default::default(),
            waivers: vec![],
            attestations: Default::default(),
            concurrences: [].into(),
            holds: [].into(),
            orders: Default::default(),
            outstanding: Default::default(),
            cancelled: [].into(),
            signals: Default::default(),
            incidents: Default::default(),
            escalations: Default::default(),
            readiness: Default::default(),
            seen: Default::default(),
            sheets: Default::default(),
            digests: Default::default(),
            assignments: Default::default(),
            milestones: Default::default(),
            quiet_periods: Default::default(),
            surveys: Default::default(),
            assessments: Default::default(),
            close_out: Default::default(),
            termination: Default::default(),
            history: Default::default(),
            delegations: Default::default(),
            disputes: Default::default(),
            papers: Default::default(),
            batches: Default::default(),
            change_schedule: Default::default(),
            site_care: Default::default(),
            messages: Default::default(),
            training: Default::default(),
            prechecks: Default::default(),
            release_readiness: Default::default(),
            seq: entry.seq,
            at,
        };
        state.adopt_plan(plan, at);
        Ok(state)
    }

    /// Gives a state that came from a snapshot its plan again.
    pub fn with_plan(self, plan: Arc<MasterProjectPlan>) -> Self {
        let index = StateIndex::of(&plan);
        self.with_indexed_plan(plan, index)
    }

    /// Gives a state that came from a snapshot its plan again, of which `index` is made already.
    pub fn with_indexed_plan(mut self, plan: Arc<MasterProjectPlan>, index: StateIndex) -> Self {
        self.index = Arc::new(index);
        self.plan = plan;
        self.outstanding = Outstanding {
            behind: self.orders.values().filter(|it| self.is_behind(it)).count(),
            asked: self.orders.values().filter(|it| it.asked.is_some()).count(),
        };
        self
    }

    /// Moves the state on by one entry. `new_plan` is the plan that a `PlanRevised` names.
    ///
    /// # Errors
    ///
    /// When the entry cannot have happened; the state is then of no use any more.
    pub fn evolve(
        &mut self,
        entry: &Entry,
        new_plan: Option<Arc<MasterProjectPlan>>,
    ) -> Result<(), Impossible> {
        if entry.seq != self.seq + 1 {
            let why = format!("entry {} cannot follow entry {}", entry.seq, self.seq);
            return Err(Impossible::Order { why });
        }
        self.apply(&entry.event, &entry.actor, entry.at, entry.seq, new_plan)?;
        self.seq = entry.seq;
        self.at = entry.at;
        Ok(())
    }

    /// Moves the state on by an event that is about to become entry `seq`.
    ///
    /// # Errors
    ///
    /// When the event cannot happen here.
    pub fn apply(
        &mut self,
        event: &Event,
        actor: &Actor,
        at: jiff::Timestamp,
        seq: crate::id::Seq,
        new_plan: Option<Arc<MasterProjectPlan>>,
    ) -> Result<(), Impossible> {
        let by = actor.person().cloned();
        let happening = Happening { by: by.clone(), at, seq };
        self.forget_digests(event);
        self.forget_seen(event);
        self.went_otherwise(event);
        match event {
            Event::DeploymentCreated { .. } => {
                return Err(Impossible::Order { why: "a deployment is created once".to_owned() });
            }
            Event::Deployment { transition, .. } => {
                self.deployment_happened(*transition, by, at)?;
            }
            Event::Concurred { act, role, wanted, on_behalf_of, .. } => {
                let by = by.ok_or_else(|| Impossible::unknown("the person who agreed"))?;
                let (role, wanted) = (*role, wanted.clone());
                let on_behalf_of = on_behalf_of.clone();
                let concurrence = Concurrence { by, role, at, wanted, on_behalf_of };
                self.concurrences.entry(act.clone()).or_default().push(concurrence);
            }
            Event::PlanRevised { plan, baseline, changes, voided, unapproved, reason } => {
                let new_plan = new_plan.ok_or_else(|| Impossible::unknown("the revised plan"))?;
                self.forget_statements(&new_plan);
                self.adopt_plan(new_plan, at);
                self.unapproved(unapproved)?;
                // Who agreed to something agreed to it under the plan that is no longer in force.
                self.concurrences.clear();
                self.plan_digest = *plan;
                self.baseline = *baseline;
                if *baseline > 0 {
                    self.baselined(by, at, Some((changes, voided, reason)));
                }
            }
            Event::Component { component, transition, reason, .. } => {
                self.component_happened(component, *transition, reason.as_deref(), at)?;
            }
            Event::Site { site, transition, reason, .. } => {
                self.site_happened(site, *transition, reason.as_deref(), at)?;
            }
            Event::Phase { scope, stage, transition } => {
                self.phase_happened(scope, *stage, *transition)?;
            }
            Event::Ring { ring, transition, reason, .. } => {
                self.ring_happened(ring, *transition, reason.as_deref(), at)?;
            }
            Event::Rfc { rfc, transition, part, until, reason, .. } => {
                let status = self.rfc_mut(rfc)?;
                requests::happened(status, *transition, reason.as_deref(), at)?;
                status.part = part.or(status.part);
                status.until = until.or(status.until);
                // Most approvals nobody disputes: what copies share stays as it is.
                if requests::is_anew(status, *transition) && !self.disputes.approvals.is_empty() {
                    self.disputes.forget_approvals(rfc, None);
                }
            }
            Event::RfcApproved { rfc, level, on_behalf_of, .. } => {
                let by = by.ok_or_else(|| Impossible::unknown("the approver"))?;
                let status = self.rfc_mut(rfc)?;
                let given = (at, Means::of(actor.known()));
                requests::approved(status, (by, *level), given, on_behalf_of.clone());
            }
            Event::SignOff {
                slot,
                transition,
                document,
                statements,
                on_behalf_of,
                batch,
                gate,
                ..
            } => {
                self.sign_off_happened(slot, *transition, *document, statements, by, at)?;
                if let Some(status) = self.slots.get_mut(slot) {
                    status.noted(*transition, actor, seq);
                    // SG6 is read of delegates; a deputy is one of two who may.
                    let is_delegate = gate.iter().any(|it| it.guard == Guard::SG6);
                    status.on_behalf_of = on_behalf_of.clone().filter(|_| is_delegate);
                    status.batch = batch.as_ref().map(|it| it.batch);
                    let signed = status.batch.and_then(|it| self.batches.get(it)?.signed);
                    status.means = signed.map(|(_, means)| means).or(status.means);
                }
                // Most signatures nobody disputes: what copies share stays as it is.
                if self.disputes.knows(slot) {
                    self.disputes.forget(slot);
                }
            }
            Event::WaiverRequested { guard, scope, reason, risk, control, until, part, .. } => {
                self.waivers.push(WaiverStatus {
                    part: part.clone(),
                    risk: risk.clone(),
                    control: control.clone(),
                    state: WaiverState::default(),
                    since: at,
                    guard: *guard,
                    scope: scope.clone(),
                    reason: reason.clone(),
                    requested_by: by,
                    approvals: vec![],
                    on_behalf: vec![],
                    until: *until,
                });
            }
            Event::WaiverApproved { waiver, role, on_behalf_of } => {
                let by = by.ok_or_else(|| Impossible::unknown("the approver"))?;
                let status = self.waiver_mut(*waiver)?;
                status.approvals.push((by, *role));
                status.on_behalf.extend(on_behalf_of.clone());
            }
            Event::Waiver { waiver, transition, .. } => {
                let status = self.waiver_mut(*waiver)?;
                status.state = transition.attempt(waiver, status.state)?;
                status.since = at;
            }
            Event::Attested { guard, scope, statement } => {
                let attestation = Attestation { by, at, statement: statement.clone(), seq };
                self.attestations.insert(attestation_key(*guard, scope), attestation);
            }
            Event::Hold { scope, held: true, reason, holding } => {
                let hold = Hold { by, since: at, reason: reason.clone(), holding: *holding };
                self.holds.insert(scope.to_string(), hold);
            }
            Event::Hold { scope, held: false, .. } => {
                self.holds.remove(&scope.to_string());
                self.let_go(scope, at);
            }
            Event::SignalRaised { scope, severity, text, incident } => {
                let (scope, text) = (scope.clone(), text.clone());
                let signal = Signal { scope, severity: *severity, text, at, incident: *incident };
                self.signal_raised(signal);
            }
            Event::OrdersCancelled { scope, .. } => {
                let by = by.ok_or_else(|| Impossible::unknown("whoever cancels"))?;
                self.cancelled.insert(scope.to_string(), by);
            }
            Event::OrderIntended { scope, track, .. }
            | Event::OrdersIntended { scope, track, .. } => {
                self.orders_intended(event.intends(), scope, *track, at)?;
            }
            Event::StepAsked { order, scope, track, role } => {
                self.step_asked(order, (scope, *track), *role, at)?;
            }
            Event::OrderEnded { .. } | Event::OrdersEnded { .. } => {
                for (order, report) in event.ends() {
                    self.order_ended(order, report, at)?;
                }
            }
            Event::OrderWithdrawn { order, .. } => {
                self.order_withdrawn(order)?;
            }
            Event::StepDecided { scope, tracks, decision, .. } => {
                for track in tracks {
                    work::with_track(self, scope, *track, |kind, steps, track| {
                        units::decided(track, kind, steps, *decision);
                    })
                    .ok_or_else(|| Impossible::unknown(scope))?;
                }
                if let Some(run) = self.run_mut(scope) {
                    run.turn_back();
                }
                self.recount_at(scope);
            }
            Event::Incident(it) => {
                self.incidents.happened(it, &happening)?;
                self.probe_showed(it);
                if let Some((number, _)) = it.transition() {
                    self.agreed_on_incident(number);
                }
            }
            Event::Escalation(it) => self.escalations.happened(it, &happening)?,
            Event::Readiness(it) => self.readiness.happened(it, &happening)?,
            Event::Assignment(it) => self.assignments.happened(it, &happening)?,
            Event::Milestone(it) => self.milestones.happened(it, &happening)?,
            Event::QuietPeriod(it) => {
                self.quiet_periods.happened(it, &happening)?;
                self.agreed_on_quiet_period(it);
            }
            Event::Survey(it) => {
                let plan = &self.plan;
                let asked = || plan.survey.clone().unwrap_or_default().questions;
                self.surveys.happened(it, &happening, &asked)?;
            }
            Event::Assessment(it) => self.assessments.happened(it, &happening)?,
            Event::CloseOut(it) => self.close_out.happened(it, &happening)?,
            Event::Termination(it) => self.termination.happened(it, &happening)?,
            Event::History(it) => self.history_happened(it, &happening)?,
            Event::Delegation(it) => self.delegations.happened(it, &happening)?,
            Event::Dispute(it) => {
                self.disputes.happened(it, &happening)?;
                if let DisputeEvent::ApprovalSetAside { rfc, by, .. } = it {
                    requests::set_aside(self.rfc_mut(rfc)?, by);
                }
            }
            Event::Batch(it) => self.batches.happened(it, &happening, actor)?,
            Event::Paper(it) => {
                self.papers.happened(it, &happening)?;
                if let PaperEvent::Attested {
                    paper, slot, document, signer, on_behalf_of, ..
                } = it
                {
                    let (signed, by) = (SignOffTransition::Signed, Some(signer.clone()));
                    self.sign_off_happened(slot, signed, *document, &[], by, at)?;
                    if let Some(status) = self.slots.get_mut(slot) {
                        status.paper = Some(*paper);
                        status.on_behalf_of.clone_from(on_behalf_of);
                    }
                }
            }
            Event::ChangeSchedule(it) => {
                self.change_schedule.happened(it, &happening)?;
                if let ChangeScheduleEvent::StandardRequested { request, .. }
                | ChangeScheduleEvent::EmergencyRequested { request } = it
                {
                    self.rfcs.push(new_rfc(&request.id, at));
                }
                self.change_schedule.shown(it, Means::of(actor.known()));
            }
            Event::SiteCare(it) => {
                self.site_care.happened(it, &happening)?;
                self.agreed_on_revisit(it);
            }
            Event::Message(it) => self.messages.happened(it, &happening)?,
            Event::Training(it) => self.training.happened(it, &happening)?,
            Event::Precheck(it) => self.prechecks.happened(it, &happening)?,
            Event::ReleaseReadiness(it) => {
                self.release_readiness.happened(it, &happening, self.baseline)?;
            }
        }
        Ok(())
    }

    fn deployment_happened(
        &mut self,
        transition: DeploymentTransition,
        by: Option<crate::id::PersonId>,
        at: jiff::Timestamp,
    ) -> Result<(), Impossible> {
        let before = self.deployment;
        self.deployment = transition.attempt(&self.plan.deployment, before)?;
        if self.deployment != before {
            self.deployment_since = at;
        }
        self.concurrences.remove(&act_name(transition));
        if transition == DeploymentTransition::DeclaredStable {
            // Nothing leaves the scope of what is stable: who agreed to that agreed to what it was before.
            let leaves = |act: &str| act.starts_with("exempt ") || act.starts_with("descope ");
            self.concurrences.retain(|act, _| !leaves(act));
        }
        if transition == DeploymentTransition::CompletionRevoked {
            // What was packed is not what the project will end with.
            self.close_out.package = None;
        }
        if transition == DeploymentTransition::HoldReleased {
            self.let_go(&Scope::Deployment, at);
        }
        if transition == DeploymentTransition::Baselined {
            self.baseline = 1;
            self.release_readiness.baselined = Some(at);
            self.baselined(by, at, None);
        }
        Ok(())
    }

    fn sign_off_happened(
        &mut self,
        slot: &crate::sheet::SlotId,
        transition: SignOffTransition,
        document: crate::digest::Digest,
        statements: &[String],
        by: Option<crate::id::PersonId>,
        at: jiff::Timestamp,
    ) -> Result<(), Impossible> {
        let new = || SlotStatus {
            state: SignOffState::default(),
            since: at,
            document,
            asked: None,
            by: None,
            on_behalf_of: None,
            statements: vec![],
            means: None,
            paper: None,
            batch: None,
        };
        let status = self.slots.entry(slot.clone()).or_insert_with(|| new().into());
        // A void slot is asked for anew on the new version of its sheet: it is another slot.
        if transition == SignOffTransition::Requested && status.state == SignOffState::Void {
            *status = new().into();
        }
        status.state = transition.attempt(slot, status.state)?;
        status.since = at;
        status.document = document;
        status.by = by;
        status.on_behalf_of = None;
        status.statements = statements.to_vec();
        status.paper = None;
        status.batch = None;
        Ok(())
    }

    /// Returns the run of a component or site, to be moved on.
    pub(crate) fn run_mut(&mut self, scope: &Scope) -> Option<&mut Run> {
        match scope {
            Scope::Component(id) => {
                let position = *self.index.components.get(id)? as usize;
                self.components.get_mut(position)?.run.as_mut()
            }
            Scope::Site(id) => {
                let position = *self.index.sites.get(id)? as usize;
                self.sites.get_mut(position)?.run.as_deref_mut()
            }
            Scope::Deployment | Scope::Core | Scope::Ring(_) | Scope::Rfc(_) => None,
        }
    }

    fn track_mut(
        &mut self,
        scope: &Scope,
        track: u32,
    ) -> Result<&mut crate::run::Track, Impossible> {
        let run = self.run_mut(scope);
        let track = run.and_then(|it| it.tracks.get_mut(track as usize));
        track.ok_or_else(|| Impossible::unknown(scope))
    }

    fn rfc_mut(&mut self, id: &RfcId) -> Result<&mut RfcStatus, Impossible> {
        self.rfcs.iter_mut().find(|it| it.id == *id).ok_or_else(|| Impossible::unknown(id))
    }

    fn waiver_mut(&mut self, number: u32) -> Result<&mut WaiverStatus, Impossible> {
        let position = (number as usize).checked_sub(1);
        let status = position.and_then(|it| self.waivers.get_mut(it));
        status.ok_or_else(|| Impossible::unknown(format!("waiver {number}")))
    }
}

/// Returns the name under which agreements to `transition` are collected.
pub fn act_name(transition: DeploymentTransition) -> String {
    format!("deployment {transition}")
}
