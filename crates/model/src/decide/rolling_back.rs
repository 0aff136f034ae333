//! Going back: a component, a site, a ring; and planning anew what went back.
//!
//! Source: the component and site machines (CMP-11, CMP-14, SIT-10, SIT-13), guard C7.

use super::{Acting, worded};
use crate::event::{Event, RingTransition};
use crate::id::{ComponentId, SiteId};
use crate::machine::{ComponentTransition, DeploymentState, SiteTransition, Transition};
use crate::refusal::{Refusal, RefusalCode};
use crate::role_type::RoleType;
use crate::run::Run;
use crate::scope::Scope;
use crate::sheet::Sheet;
use crate::state::RingState;

impl Acting<'_> {
    pub(super) fn roll_back(
        &self,
        scope: &Scope,
        reason: &str,
        accept_loss: bool,
    ) -> Result<Vec<Event>, Refusal> {
        self.known_scope(scope)?;
        let roles = [RoleType::ReleaseManagement, RoleType::OperationsManager];
        self.role(&roles, scope, "roll back")?;
        let reason = worded("the reason", reason)?;
        self.goes_back_here()?;
        match scope {
            Scope::Component(id) => self.roll_back_component(id, reason, accept_loss),
            Scope::Site(id) => {
                let mut events = self.superseded(&Sheet::SitesComplete);
                events.extend(self.roll_back_site(id, &reason, accept_loss)?);
                Ok(events)
            }
            Scope::Ring(id) => {
                let position = self.state.index.rings.get(id).map(|it| *it as usize);
                let sites = position.and_then(|it| self.state.index.sites_of_ring.get(it));
                let mut events = Vec::new();
                let is_going_on = |it: RingState| it.after(RingTransition::Halted).is_some();
                if self.state.ring(id).is_some_and(|(_, it)| is_going_on(it.state)) {
                    let why = format!("it is being rolled back: {reason}");
                    events.push(self.ring_event(id, RingTransition::Halted, why, vec![])?);
                }
                let mut of_sites = Vec::new();
                for site in sites.into_iter().flatten() {
                    let planned = self.state.plan.sites.get(*site as usize);
                    let status = self.state.sites.get(*site as usize);
                    let Some((planned, status)) = planned.zip(status) else { continue };
                    if SiteTransition::RollbackStarted.follows(status.state).is_some() {
                        of_sites.extend(self.roll_back_site(&planned.id, &reason, accept_loss)?);
                    }
                }
                if !of_sites.is_empty() {
                    events.extend(self.superseded(&Sheet::SitesComplete));
                    events.append(&mut of_sites);
                }
                if events.is_empty() {
                    let text = format!("no site of {scope} has anything to be rolled back");
                    return Err(Refusal::new(RefusalCode::State, text, "there is nothing to do"));
                }
                Ok(events)
            }
            Scope::Deployment | Scope::Core | Scope::Rfc(_) => Err(Refusal::invalid(
                format!("{scope} is not rolled back as a whole"),
                "name a component, a site or a ring",
            )),
        }
    }

    /// While what was deployed is under review, or the project is closing, nothing is carried out.
    fn goes_back_here(&self) -> Result<(), Refusal> {
        let next = match self.state.deployment {
            DeploymentState::MilestoneReview => {
                "let the review reject the result first: `landfall milestone reject complete`"
            }
            DeploymentState::Closing => {
                "revoke the milestone first: `landfall milestone revoke complete`, then let its review reject the result"
            }
            DeploymentState::Draft
            | DeploymentState::Ready
            | DeploymentState::Deploying
            | DeploymentState::Held
            | DeploymentState::Stabilizing
            | DeploymentState::QuietPeriod
            | DeploymentState::Closed
            | DeploymentState::Terminating
            | DeploymentState::Terminated => return Ok(()),
        };
        let text =
            format!("nothing is rolled back while the deployment is {}", self.state.deployment);
        Err(Refusal::new(RefusalCode::State, text, next))
    }

    fn roll_back_component(
        &self,
        id: &ComponentId,
        reason: String,
        accept_loss: bool,
    ) -> Result<Vec<Event>, Refusal> {
        let (planned, _) = self.state.component(id).ok_or_else(|| Refusal::unknown(id))?;
        let gate = vec![self.c7(
            &Scope::Component(id.clone()),
            id.as_str(),
            &planned.rollback,
            accept_loss,
        )?];
        let transition = ComponentTransition::RollbackStarted;
        let started = self.component_event(id, transition, Some(reason), gate)?;
        self.is_at_rest(&Scope::Component(id.clone()))?;
        let mut events = self.superseded(&Sheet::CoreFinal);
        events.extend(self.superseded(&Sheet::CoreInterim));
        // The sheet of all sites rests on it.
        events.extend(self.superseded(&Sheet::SitesComplete));
        events.push(started);
        Ok(events)
    }

    fn roll_back_site(
        &self,
        id: &SiteId,
        reason: &str,
        accept_loss: bool,
    ) -> Result<Vec<Event>, Refusal> {
        let (planned, _) = self.state.site(id).ok_or_else(|| Refusal::unknown(id))?;
        let template = self.state.plan.template(&planned.template);
        let template = template.ok_or_else(|| Refusal::unknown(&planned.template))?;
        let gate = vec![self.c7(
            &Scope::Site(id.clone()),
            id.as_str(),
            &template.rollback,
            accept_loss,
        )?];
        let transition = SiteTransition::RollbackStarted;
        let started = self.site_event(id, transition, Some(reason.to_owned()), gate)?;
        self.is_at_rest(&Scope::Site(id.clone()))?;
        let mut events = self.superseded(&Sheet::Site(id.clone()));
        events.push(started);
        Ok(events)
    }

    /// What is still running must end before it is undone.
    fn is_at_rest(&self, scope: &Scope) -> Result<(), Refusal> {
        if !self.state.run(scope).is_some_and(Run::is_busy) {
            return Ok(());
        }
        let text = format!("orders at {scope} are still in flight");
        Err(Refusal::new(RefusalCode::State, text, "wait until they have ended, then roll back"))
    }

    pub(super) fn replan(&self, scope: &Scope, reason: &str) -> Result<Vec<Event>, Refusal> {
        self.known_scope(scope)?;
        self.role(&[RoleType::ReleaseManagement], scope, "plan it anew")?;
        if self.state.deployment == DeploymentState::Terminating {
            let text = "the project ends early, and nothing is planned anew";
            let next = "`landfall why deployment` says what is still to be done";
            return Err(Refusal::new(RefusalCode::State, text, next));
        }
        let reason = Some(worded("the reason", reason)?);
        let event = match scope {
            Scope::Component(id) => {
                self.component_event(id, ComponentTransition::Replanned, reason, vec![])
            }
            Scope::Site(id) => {
                let event = self.site_event(id, SiteTransition::Rescheduled, reason, vec![])?;
                self.may_be_authorised(id).map(|()| event)
            }
            Scope::Deployment | Scope::Core | Scope::Ring(_) | Scope::Rfc(_) => {
                Err(Refusal::invalid(
                    format!("{scope} is not a component or a site"),
                    "name a component or a site",
                ))
            }
        };
        event.map(|it| vec![it])
    }
}
