//! Acts on the deployment itself: baseline, opening, revision, hold.
//!
//! Source: the deployment machine (PRJ-1 to PRJ-5, PRJ-14), guards E1 to E9, X1, H1.

use super::site_care::{removes, scope_change};
use super::{Acting, worded};
use crate::command::Findings;
use crate::digest::Digest;
use crate::event::Event;
use crate::evolve::act_name;
use crate::gates::parts::Lack;
use crate::gates::{self, Found};
use crate::guard::{Guard, GuardReading};
use crate::id::RfcId;
use crate::machine::{
    DeploymentState, DeploymentTransition, RfcState, RfcTransition, SiteState, Transition,
};
use crate::plan::MasterProjectPlan;
use crate::planted::{Planted, is_planted};
use crate::refusal::{Refusal, RefusalCode, pass};
use crate::rfc::approval_policy_changes;
use crate::role_type::RoleType;
use crate::run::{Run, RunKind};
use crate::scope::Scope;
use crate::separation_of_duties::{Duty, judge};
use crate::sheet::Sheet;
use crate::site::SiteTemplate;
use crate::site_care::SiteCareEvent;
use crate::state::{Concurrence, RfcStatus, State};
use std::collections::BTreeSet;

impl State {
    /// Holds that the deliverables of `plan`, which is read from `folder`, lie where the deployment looks for
    /// them: where it was created from.
    ///
    /// # Errors
    ///
    /// Where it has other deliverables than the plan in force, and is read from another folder: every copy
    /// would find the files of before. Put them beside those, and revise from there.
    pub fn finds_deliverables(
        &self,
        plan: &MasterProjectPlan,
        folder: &str,
    ) -> Result<(), Refusal> {
        if plan.release.deliverables == self.plan.release.deliverables || folder == self.folder {
            return Ok(());
        }
        let (deployment, own) = (&plan.deployment, &self.folder);
        let text = format!(
            "{deployment} takes its deliverables from {own}, and those of this plan lie in {folder}"
        );
        let next = format!("put them and the plan into {own}, and revise from there");
        Err(Refusal::invalid(text, next))
    }
}

impl Acting<'_> {
    fn deployment_event(
        &self,
        transition: DeploymentTransition,
        reason: Option<String>,
        gate: Vec<GuardReading>,
    ) -> Result<Event, Refusal> {
        transition.attempt(&self.state.plan.deployment, self.state.deployment)?;
        Ok(Event::Deployment { transition, reason, gate })
    }

    fn of_deployment(&self, guard: Guard, found: Found) -> GuardReading {
        self.state.reading(guard, &[Scope::Deployment], self.now, found)
    }

    fn of_parts(&self, guard: Guard, lacks: Vec<Lack>) -> GuardReading {
        self.state.reading_of_parts(guard, &[Scope::Deployment], self.now, lacks)
    }

    /// Returns what the guards of the baseline read.
    pub fn baseline_gate(&self, findings: &Findings) -> Vec<GuardReading> {
        let state = self.state;
        vec![
            self.of_deployment(Guard::E2, gates::e2(findings)),
            self.of_parts(Guard::E3, gates::entry::e3(state)),
            self.of_deployment(Guard::E4, gates::e4(state)),
            self.of_parts(Guard::E5, gates::entry::e5(state)),
            self.of_parts(Guard::E6, gates::entry::e6(state)),
            self.of_deployment(Guard::E7, gates::e7(state)),
            self.of_deployment(Guard::E8, gates::e8(state, self.now)),
            self.of_deployment(Guard::E9, gates::e9(findings)),
        ]
    }

    pub(super) fn baseline(&self, findings: &Findings) -> Result<Vec<Event>, Refusal> {
        let transition = DeploymentTransition::Baselined;
        let roles = [RoleType::ProgramManager, RoleType::ReleaseManagement];
        self.role(&roles, &Scope::Deployment, "baseline the plan")?;
        self.deployment_event(transition, None, vec![])?;
        let gate = pass("the baseline", self.baseline_gate(findings))?;
        let act = act_name(transition);
        let (mut events, is_complete) = self.concur(&act, &roles, 1, &Scope::Deployment, None)?;
        if is_complete {
            events.push(self.deployment_event(transition, None, gate)?);
        }
        Ok(events)
    }

    pub(super) fn open(&self) -> Result<Vec<Event>, Refusal> {
        let roles = [RoleType::ProgramManager];
        self.role(&roles, &Scope::Deployment, "open the deployment")?;
        self.may_start(&roles, &Scope::Deployment)?;
        let transition = DeploymentTransition::Opened;
        self.deployment_event(transition, None, vec![])?;
        let reading = self.of_deployment(Guard::E1, gates::e1(self.state));
        let gate = pass("opening the deployment", vec![reading])?;
        Ok(vec![self.deployment_event(transition, None, gate)?])
    }

    pub(super) fn revise_plan(
        &self,
        digest: Digest,
        changes: &[String],
        removes_scope: bool,
        reason: &str,
    ) -> Result<Vec<Event>, Refusal> {
        let reason = worded("the reason", reason)?;
        let plan = self.new_plan.ok_or_else(|| Refusal::unknown(format!("plan {digest}")))?;
        if plan.deployment != self.state.plan.deployment {
            let text = format!("the plan is that of {}", plan.deployment);
            return Err(Refusal::invalid(text, "give the revised plan of this deployment"));
        }
        if plan.environment != self.state.plan.environment {
            let (to, from) = (plan.environment, self.state.plan.environment);
            let text =
                format!("the plan deploys to {to}, and this deployment is of {from} (LF0630)");
            let next = "keep the environment, or create a deployment of its own";
            return Err(Refusal::invalid(text, next));
        }
        if digest == self.state.plan_digest {
            let next = "there is nothing to revise";
            return Err(Refusal::new(RefusalCode::State, "the plan is the one in force", next));
        }
        let is_draft = self.state.deployment == DeploymentState::Draft;
        if !is_draft {
            self.may_change_scope()?;
        }
        self.keeps_what_has_begun(plan)?;
        // What the caller says is not enough: the rule looks for itself.
        let removes_scope = removes_scope || removes(&self.state.plan, plan);
        let act = format!("revise plan {digest}");
        let changes_policy = approval_policy_changes(&self.state.plan, plan);
        let mut roles = vec![RoleType::ProgramManager];
        roles.extend(removes_scope.then_some(RoleType::Customer));
        roles.extend(changes_policy.then_some(RoleType::ChangeAuthority));
        roles.extend(self.takes_a_role(&act, plan).then_some(RoleType::SolutionManager));
        let (mut events, is_complete) = match (is_draft, roles.as_slice()) {
            (true, _) => {
                let roles = [RoleType::ProgramManager, RoleType::ReleaseManagement];
                self.role(&roles, &Scope::Deployment, "revise the plan")?;
                (vec![], true)
            }
            (false, [alone]) => {
                self.role(&[*alone], &Scope::Deployment, "revise the plan")?;
                (vec![], true)
            }
            (false, roles) => {
                self.concur(&act, roles, self.two_persons(), &Scope::Deployment, Some(&reason))?
            }
        };
        if !is_complete {
            return Ok(events);
        }
        if !is_draft {
            let gate = vec![GuardReading::met(Guard::X1)];
            let transition = DeploymentTransition::ScopeChanged;
            events.push(self.deployment_event(transition, Some(reason.clone()), gate)?);
        }
        let (voided, unapproved) = self.voided_by(plan);
        for rfc in &voided {
            events.push(Event::Rfc {
                rfc: rfc.clone(),
                transition: RfcTransition::AuthorisationVoided,
                part: None,
                until: None,
                reason: Some(self.why_void(plan, rfc).to_owned()),
                gate: vec![],
            });
        }
        events.extend(self.schedules_changed(plan)?);
        if !is_draft && let Some(changed) = scope_change(&self.state.plan, plan, &reason) {
            events.extend(self.superseded_by_scope(&changed));
            events.push(Event::SiteCare(changed));
        }
        let baseline = if is_draft { 0 } else { self.state.baseline + 1 };
        let changes: Result<Vec<_>, _> = changes.iter().map(|it| worded("a change", it)).collect();
        let changes = changes?;
        let plan = digest;
        events.push(Event::PlanRevised { plan, baseline, changes, voided, unapproved, reason });
        Ok(events)
    }

    /// PRJ-3: nothing leaves the scope of what was declared stable while it is quiet or reviewed: what is
    /// measured would be of something else. Nobody is let agree to what cannot be.
    pub(super) fn may_leave_scope(&self) -> Result<(), Refusal> {
        match self.state.deployment {
            DeploymentState::QuietPeriod | DeploymentState::MilestoneReview => {
                self.may_change_scope()
            }
            DeploymentState::Draft
            | DeploymentState::Ready
            | DeploymentState::Deploying
            | DeploymentState::Held
            | DeploymentState::Stabilizing
            | DeploymentState::Closing
            | DeploymentState::Closed
            | DeploymentState::Terminating
            | DeploymentState::Terminated => Ok(()),
        }
    }

    /// PRJ-3: what was declared stable is not another thing while it is quiet. Nobody is let agree to a
    /// change that cannot be.
    fn may_change_scope(&self) -> Result<(), Refusal> {
        let deployment = self.state.deployment;
        let changed = DeploymentTransition::ScopeChanged;
        let refused = match changed.attempt(&self.state.plan.deployment, deployment) {
            Ok(_) => return Ok(()),
            Err(refused) => Refusal::from(refused),
        };
        Err(match deployment {
            DeploymentState::QuietPeriod => {
                let next = "take Deployment Stable back first: `landfall milestone revoke stable`";
                Refusal { next_step: next.to_owned(), ..refused }
            }
            DeploymentState::MilestoneReview => {
                let next =
                    "let the review reject the result first: `landfall milestone reject complete`";
                Refusal { next_step: next.to_owned(), ..refused }
            }
            DeploymentState::Draft
            | DeploymentState::Ready
            | DeploymentState::Deploying
            | DeploymentState::Held
            | DeploymentState::Stabilizing
            | DeploymentState::Closing
            | DeploymentState::Closed
            | DeploymentState::Terminating
            | DeploymentState::Terminated => refused,
        })
    }

    /// Returns that the sheets of all of something, which were signed of less or of more than the changed
    /// scope, are signed anew: that of all sites rests on that of the core. The scope does not change
    /// once Deployment Stable is declared (PRJ-3); whoever changes it then reopens the deployment first.
    fn superseded_by_scope(&self, changed: &SiteCareEvent) -> Vec<Event> {
        let SiteCareEvent::ScopeChanged { added, removed, .. } = changed else { return vec![] };
        let mut sheets = BTreeSet::new();
        for scope in added.iter().chain(removed) {
            sheets.insert(Sheet::SitesComplete);
            if matches!(scope, Scope::Component(_)) {
                sheets.extend([Sheet::CoreFinal, Sheet::CoreInterim]);
            }
        }
        sheets.iter().flat_map(|it| self.superseded(it)).collect()
    }

    /// SOD-9: nobody gives themselves a role type by a plan of their own, alone: neither who agrees to it
    /// now, nor who has agreed to `act`, which it is.
    fn takes_a_role(&self, act: &str, plan: &MasterProjectPlan) -> bool {
        let agreed = self.state.concurrences.get(act).into_iter().flatten();
        let mut persons = agreed.flat_map(Concurrence::behind).chain([self.person]);
        persons.any(|person| {
            let before = self.state.person(person).map(|it| it.roles.as_slice());
            let after = plan.person(person).map(|it| it.roles.as_slice()).unwrap_or_default();
            let takes = after.iter().any(|it| !before.unwrap_or_default().contains(it));
            let held = [Duty::RevisesPlan];
            takes && judge(person, &held, Duty::TakesRole, self.state.plan.profile).is_err()
        })
    }

    /// Returns the RFCs whose authorisation does not survive `plan`, and those whose approvals do not,
    /// which are still being assessed.
    fn voided_by(&self, plan: &MasterProjectPlan) -> (Vec<RfcId>, Vec<RfcId>) {
        if is_planted(Planted::ChangeKeepsAuthorisation) {
            return (vec![], vec![]);
        }
        let is_authorised =
            |it: &&RfcStatus| RfcTransition::AuthorisationVoided.follows(it.state).is_some();
        let is_approved =
            |it: &&RfcStatus| it.state == RfcState::Assessing && !it.approvals.is_empty();
        let void = self.state.voided_by(plan);
        let ids = |of: &dyn Fn(&&RfcStatus) -> bool| {
            void.iter().copied().filter(|it| of(it)).map(|it| it.id.clone()).collect()
        };
        (ids(&is_authorised), ids(&is_approved))
    }

    /// Returns why the authorisation of `rfc` does not survive `plan`, in words.
    fn why_void(&self, plan: &MasterProjectPlan, rfc: &RfcId) -> &'static str {
        match (self.state.plan.rfc(rfc), plan.rfc(rfc)) {
            (Some(_), None) => "it has left the plan",
            (Some(before), Some(_))
                if self.state.part_of(rfc) == Some(plan.part_digest(&before.covers)) =>
            {
                "the request itself, as it was authorised, has changed"
            }
            (Some(_) | None, _) => "the part of the plan that was authorised has changed",
        }
    }

    /// What has a history cannot leave the plan, nor change the computers it was done on.
    fn keeps_what_has_begun(&self, plan: &MasterProjectPlan) -> Result<(), Refusal> {
        let after = crate::state_index::StateIndex::of(plan);
        let sites = self.state.plan.sites.iter().zip(&self.state.sites);
        for (site, status) in sites.filter(|(_, status)| status.runs > 0) {
            let kept = after.sites.get(&site.id).and_then(|it| plan.sites.get(*it as usize));
            // A computer is who it is by its name; one that was replaced may have another address.
            let names = |it: &crate::site::Site| -> Vec<_> {
                it.computers.iter().map(|it| it.id.clone()).collect()
            };
            let same =
                kept.is_some_and(|it| names(it) == names(site) && it.template == site.template);
            if !same {
                let text = format!("site {} has begun and must keep its computers", site.id);
                return Err(Refusal::invalid(text, "exempt it or roll it back instead"));
            }
            // How far a run has come, and what going back undoes, is a position in its list of steps.
            let after = plan.template(&site.template).map(SiteTemplate::step_names);
            let before = self.state.plan.template(&site.template).map(SiteTemplate::step_names);
            let has_gone_back = |it: &Run| it.is_finished() && it.kind == RunKind::RollBack;
            let is_over = status.state == SiteState::Exempt
                || status.run.as_deref().is_none_or(has_gone_back);
            if !is_over && before != after {
                let text =
                    format!("site {} goes on, or back, by the steps of its template", site.id);
                let next = "keep their names and order; what they do may change";
                return Err(Refusal::invalid(text, next));
            }
        }
        let components = self.state.plan.components.iter().zip(&self.state.components);
        for (component, _) in components.filter(|(_, status)| status.runs > 0) {
            let kept = plan.component_index(&component.id);
            let kept = kept.and_then(|it| plan.components.get(it));
            let same = kept.is_some_and(|it| {
                it.hosts == component.hosts && it.step_names() == component.step_names()
            });
            if !same {
                let text = format!(
                    "component {} has begun and must keep its hosts and the names of its steps",
                    component.id
                );
                return Err(Refusal::invalid(text, "roll it back first"));
            }
        }
        let has_begun = |it: RfcState| {
            use RfcState::{BackedOut, Implemented, Implementing, Reviewed};
            matches!(it, Implementing | Implemented | BackedOut | Reviewed)
        };
        let leaves = |id: &RfcId| self.state.plan.rfc(id).is_some() && plan.rfc(id).is_none();
        let gone = self.state.rfcs.iter().find(|it| has_begun(it.state) && leaves(&it.id));
        match gone {
            None => Ok(()),
            Some(rfc) => {
                let text = format!("{} is {} and must stay in the plan", rfc.id, rfc.state);
                let next = format!(
                    "let it be closed first: `landfall why rfc/{}` says what it waits on",
                    rfc.id
                );
                Err(Refusal::invalid(text, next))
            }
        }
    }

    pub(super) fn hold_deployment(&self, reason: &str) -> Result<Vec<Event>, Refusal> {
        use RoleType::{ProgramManager, ReleaseManagement, SolutionManager};
        let roles = [ReleaseManagement, ProgramManager, SolutionManager];
        self.role(&roles, &Scope::Deployment, "hold the deployment")?;
        let reason = worded("the reason", reason)?;
        Ok(vec![self.deployment_event(DeploymentTransition::Held, Some(reason), vec![])?])
    }

    pub(super) fn release_deployment(&self, reason: &str) -> Result<Vec<Event>, Refusal> {
        let reason = worded("the cause and the decision", reason)?;
        let transition = DeploymentTransition::HoldReleased;
        self.deployment_event(transition, None, vec![])?;
        let reading = self.of_deployment(Guard::H1, gates::h1(self.state, &Scope::Deployment));
        let gate = pass("releasing the deployment", vec![reading])?;
        let roles = [RoleType::ReleaseManagement, RoleType::ProgramManager];
        let act = act_name(transition);
        let persons = self.two_persons();
        let (mut events, is_complete) =
            self.concur(&act, &roles, persons, &Scope::Deployment, Some(&reason))?;
        if is_complete {
            events.push(self.deployment_event(transition, Some(reason), gate)?);
            events.extend(self.completed_meanwhile());
        }
        Ok(events)
    }

    /// What the last signature on the sheet of all sites leads to waits for as long as the deployment
    /// is held.
    fn completed_meanwhile(&self) -> Option<Event> {
        let sheet = Sheet::SitesComplete;
        let is_signed = self.state.stands(&sheet);
        let gate = gates::sites::complete(self.state, self.now);
        let gate = pass("the sheet of all sites", gate).ok().filter(|_| is_signed)?;
        let transition = DeploymentTransition::SitesCompleted;
        Some(Event::Deployment { transition, reason: None, gate })
    }

    pub(super) fn cancel(&self, reason: &str) -> Result<Vec<Event>, Refusal> {
        self.role(&[RoleType::SolutionManager], &Scope::Deployment, "cancel the deployment")?;
        let reason = worded("the reason", reason)?;
        Ok(vec![self.deployment_event(DeploymentTransition::Cancelled, Some(reason), vec![])?])
    }
}
