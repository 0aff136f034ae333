//! What a site is promised and shows: expectations, coverage, exemptions, revisits.
//!
//! Source: Deploy SMF, Process 2, Table 5.

mod exempting;
mod losses;
mod revisiting;

pub(super) use losses::one_by_one;

use super::{Acting, pass, worded};
use crate::digest::Digest;
use crate::event::Event;
use crate::guard::{Guard, GuardReading};
use crate::id::{ComponentId, LineId, SiteId};
use crate::machine::{
    ComponentState, ComponentTransition, SignOffState, SignOffTransition, SiteState, SiteTransition,
};
use crate::plan::MasterProjectPlan;
use crate::refusal::{Refusal, RefusalCode};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::sheet::{Sheet, SlotId};
use crate::site_care::terms::{requirements, version};
use crate::site_care::{ItemOrigin, SiteCareCommand, SiteCareEvent};
use std::collections::BTreeSet;

/// The most sites whose access is reported in one act.
const SITES_AT_ONCE_MAX: usize = 100_000;

impl Acting<'_> {
    pub(super) fn site_care(&self, command: &SiteCareCommand) -> Result<Vec<Event>, Refusal> {
        let events = match command {
            SiteCareCommand::ReportAccess { sites, source } => self.report_access(sites, source),
            SiteCareCommand::MeetRequirement { site, requirement, evidence } => {
                self.meet_requirement(site, requirement, evidence)
            }
            SiteCareCommand::ObserveUse { site, percent, evidence } => {
                self.observe_use(site, *percent, evidence)
            }
            SiteCareCommand::JoinLate { site, users, computers, note } => {
                self.join_late(site, (*users, *computers), note)
            }
            SiteCareCommand::RequestExemption { site, what, reason, until } => {
                self.request_exemption(site, what, reason, *until)
            }
            SiteCareCommand::ApproveExemption { number } => self.approve_exemption(*number),
            SiteCareCommand::EndExemption { number, reason } => self.end_exemption(*number, reason),
            SiteCareCommand::CloseItem { number, how } => self.close_item(*number, how),
            SiteCareCommand::OpenRevisit { site, cause, reference, reason } => {
                self.open_revisit(site, *cause, reference.as_deref(), reason)
            }
            SiteCareCommand::DropRevisit { number, reason } => self.drop_revisit(*number, reason),
            SiteCareCommand::AgreeToRevisit { number, rfc } => {
                return self.agree_to_revisit(*number, rfc.as_ref());
            }
            SiteCareCommand::AskAgain { slot, how } => return self.ask_again(slot, how),
            SiteCareCommand::Descope { component, reason } => {
                return self.descope(component, reason);
            }
        };
        Ok(events?.into_iter().map(Event::SiteCare).collect())
    }

    pub(super) fn acknowledge_schedule(
        &self,
        site: &SiteId,
        shown: Digest,
    ) -> Result<Vec<Event>, Refusal> {
        let scope = Scope::Site(site.clone());
        let position = self.state.index.sites.get(site).ok_or_else(|| Refusal::unknown(site))?;
        self.role(&[RoleType::SiteOwner], &scope, "acknowledge the schedule of the site")?;
        let gate = vec![GuardReading::met(Guard::S3)];
        let moved = self.site_event(site, SiteTransition::ScheduleAcknowledged, None, gate)?;
        let present = self.state.told_version(*position as usize);
        if present != Some(shown) {
            let text = format!("what {site} is told to expect is no longer what was shown");
            let next = format!("read it again with `landfall acknowledge site/{site}`");
            return Err(Refusal::new(RefusalCode::Stale, text, next));
        }
        let acknowledged = SiteCareEvent::Acknowledged { site: site.clone(), version: shown };
        let mut events = vec![Event::SiteCare(acknowledged), moved];
        events.extend(self.schedule_letters_acknowledged(site));
        Ok(events)
    }

    /// Returns that the sites whose owners acknowledged something else than `plan` says are
    /// planned anew.
    pub(super) fn schedules_changed(
        &self,
        plan: &MasterProjectPlan,
    ) -> Result<Vec<Event>, Refusal> {
        let after = crate::state_index::StateIndex::of(plan);
        let mut events = Vec::new();
        for (site, status) in self.state.plan.sites.iter().zip(&self.state.sites) {
            if !matches!(status.state, SiteState::Notified | SiteState::Ready) {
                continue;
            }
            let told = after.sites.get(&site.id).and_then(|it| version(plan, *it as usize));
            let told = told.map(|it| self.state.with_slot(&site.id, it));
            let care = self.state.site_care.of(&site.id);
            let acknowledged = care.and_then(|it| it.acknowledged.as_ref()).map(|it| it.0);
            if told.is_some() && acknowledged.is_some() && told != acknowledged {
                let why = "what its owner acknowledged has changed".to_owned();
                let transition = SiteTransition::ScheduleChanged;
                events.push(self.site_event(&site.id, transition, Some(why), vec![])?);
            }
        }
        Ok(events)
    }

    fn report_access(
        &self,
        sites: &[(SiteId, u32)],
        source: &str,
    ) -> Result<Vec<SiteCareEvent>, Refusal> {
        use RoleType::{
            OperationsManager, ReleaseManagement, SiteOwner, SupportManager, UserExperience,
        };
        let source = worded("how it is known", source)?;
        if sites.is_empty() || sites.len() > SITES_AT_ONCE_MAX {
            let next = format!("give at least one site, and at most {SITES_AT_ONCE_MAX}");
            return Err(Refusal::invalid("no site is named, or too many are", next));
        }
        let mut named = BTreeSet::new();
        let mut events = Vec::new();
        for (site, users) in sites {
            let (planned, status) = self.state.site(site).ok_or_else(|| Refusal::unknown(site))?;
            let roles =
                [UserExperience, ReleaseManagement, SiteOwner, OperationsManager, SupportManager];
            self.role(&roles, &Scope::Site(site.clone()), "report who has access")?;
            if !named.insert(site) {
                let text = format!("site {site} is named twice");
                return Err(Refusal::invalid(text, "give one number for each site"));
            }
            if *users > planned.users {
                let text = format!("{site} has {} users in the plan, not {users}", planned.users);
                let next = "count those of the plan; who came later is told with `coverage late`";
                return Err(Refusal::invalid(text, next));
            }
            if status.in_service.is_none() {
                let text = format!("site {site} is {}, so nobody can have access", status.state);
                return Err(Refusal::new(RefusalCode::State, text, "report once it is deployed"));
            }
            let (site, source) = (site.clone(), source.clone());
            events.push(SiteCareEvent::AccessReported { site, users: *users, source });
        }
        Ok(events)
    }

    fn meet_requirement(
        &self,
        site: &SiteId,
        requirement: &LineId,
        evidence: &str,
    ) -> Result<Vec<SiteCareEvent>, Refusal> {
        let scope = Scope::Site(site.clone());
        let position = self.state.index.sites.get(site).ok_or_else(|| Refusal::unknown(site))?;
        let planned =
            requirements(&self.state.plan, *position as usize).find(|it| it.id == *requirement);
        let planned = planned.ok_or_else(|| {
            let text = format!("site {site} has no requirement {requirement}");
            let next = format!("`landfall why site/{site}` names those that are open");
            Refusal::new(RefusalCode::Unknown, text, next)
        })?;
        self.role(&[planned.by], &scope, &format!("say that {requirement} is met"))?;
        let evidence = worded("what shows it", evidence)?;
        if self.state.site_care.of(site).is_some_and(|it| it.met.contains_key(requirement)) {
            let text = format!("requirement {requirement} of {site} is met already");
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to do"));
        }
        let (site, requirement) = (site.clone(), requirement.clone());
        Ok(vec![SiteCareEvent::RequirementMet { site, requirement, evidence }])
    }

    fn observe_use(
        &self,
        site: &SiteId,
        percent: u8,
        evidence: &str,
    ) -> Result<Vec<SiteCareEvent>, Refusal> {
        let scope = Scope::Site(site.clone());
        let (_, status) = self.state.site(site).ok_or_else(|| Refusal::unknown(site))?;
        let roles = [RoleType::SiteOwner, RoleType::UserExperience, RoleType::ReleaseManagement];
        self.role(&roles, &scope, "say how much the site is used")?;
        let evidence = worded("what shows it", evidence)?;
        if percent > 100 {
            let text = format!("{percent} % is more than all of the usual use");
            return Err(Refusal::invalid(text, "give 0 to 100"));
        }
        if !matches!(status.state, SiteState::Deployed | SiteState::Observing) {
            let text = format!("site {site} is {}, not being observed", status.state);
            return Err(Refusal::new(RefusalCode::State, text, "say so while it is observed"));
        }
        Ok(vec![SiteCareEvent::UseObserved { site: site.clone(), percent, evidence }])
    }

    fn join_late(
        &self,
        site: &SiteId,
        (users, computers): (u32, u32),
        note: &str,
    ) -> Result<Vec<SiteCareEvent>, Refusal> {
        let scope = Scope::Site(site.clone());
        let (_, status) = self.state.site(site).ok_or_else(|| Refusal::unknown(site))?;
        let roles = [RoleType::SupportManager, RoleType::OperationsManager, RoleType::SiteOwner];
        self.role(&roles, &scope, "take over whoever came late")?;
        let note = worded("who they are", note)?;
        if users == 0 && computers == 0 {
            return Err(Refusal::invalid("nobody came", "give users or computers"));
        }
        if !matches!(status.state, SiteState::SignedOff | SiteState::Reconfirm) {
            let text = format!("site {site} is {}: it is still the project's", status.state);
            let next = "revise the plan, so that they are deployed with their site";
            return Err(Refusal::new(RefusalCode::State, text, next));
        }
        Ok(vec![SiteCareEvent::LateJoined { site: site.clone(), users, computers, note }])
    }

    fn close_item(&self, number: u32, how: &str) -> Result<Vec<SiteCareEvent>, Refusal> {
        let position = (number as usize).checked_sub(1);
        let item = position.and_then(|it| self.state.site_care.items.get(it));
        let item = item.ok_or_else(|| Refusal::unknown(format!("item {number}")))?;
        if item.owner.as_ref() != Some(self.person) {
            let roles =
                [RoleType::ReleaseManagement, RoleType::SiteOwner, RoleType::OperationsManager];
            self.role(&roles, &item.scope, &format!("say that item {number} is done"))?;
        }
        let how = worded("how it was done", how)?;
        if item.closed.is_some() {
            let text = format!("item {number} is done already");
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to do"));
        }
        if item.origin == ItemOrigin::Refusal {
            let text = format!("item {number} is what the owner of {} refused for", item.scope);
            let next = "`landfall resolve-refusal` says that it was resolved; it takes two roles";
            return Err(Refusal::new(RefusalCode::State, text, next));
        }
        Ok(vec![SiteCareEvent::ItemClosed { number, how }])
    }

    /// Returns that the open items of `site` that come from refusals are done, and how.
    pub(super) fn refusals_settled(&self, site: &SiteId, how: &str) -> Vec<Event> {
        let here = Scope::Site(site.clone());
        let open = self.state.site_care.open_items(&here);
        let of_refusal = open.filter(|(_, it)| it.origin == ItemOrigin::Refusal);
        of_refusal
            .map(|(number, _)| {
                Event::SiteCare(SiteCareEvent::ItemClosed { number, how: how.to_owned() })
            })
            .collect()
    }

    fn ask_again(&self, slot: &SlotId, how: &str) -> Result<Vec<Event>, Refusal> {
        let scope = slot.sheet.scope();
        let roles = [RoleType::ReleaseManagement, RoleType::ProgramManager];
        self.role(&roles, &scope, "ask for a signature again")?;
        let how = worded("how it was seen to", how)?;
        let status = self.state.slots.get(slot);
        let is_owing =
            |it: SignOffState| matches!(it, SignOffState::Declined | SignOffState::Withdrawn);
        let Some(status) = status.filter(|it| is_owing(it.state)) else {
            let text = format!("nobody has declined to sign {slot}, or withdrew it");
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to ask again"));
        };
        if let (Sheet::Site(site), RoleType::SiteOwner, SignOffState::Declined) =
            (&slot.sheet, slot.role, status.state)
        {
            let text = format!("the owner of {site} refused the site");
            let next = format!("`landfall resolve-refusal site/{site}` says that it was resolved");
            return Err(Refusal::new(RefusalCode::State, text, next));
        }
        Ok(vec![Event::SignOff {
            slot: slot.clone(),
            transition: SignOffTransition::Renewed,
            document: status.document,
            meaning: None,
            statements: vec![how],
            on_behalf_of: None,
            stamp: None,
            batch: None,
            gate: vec![],
        }])
    }

    fn descope(&self, id: &ComponentId, reason: &str) -> Result<Vec<Event>, Refusal> {
        let scope = Scope::Component(id.clone());
        let reason = worded("the reason", reason)?;
        let gate = vec![GuardReading::met(Guard::X1)];
        let transition = ComponentTransition::Descoped;
        let descoped = self.component_event(id, transition, Some(reason.clone()), vec![])?;
        self.may_leave_scope()?;
        let plan = &self.state.plan;
        let live = plan.components.iter().zip(&self.state.components);
        let mut live = live.filter(|(_, it)| it.state != ComponentState::Descoped);
        if let Some((by, _)) = live.find(|(it, _)| it.needs.contains(id)) {
            let text = format!("component {} needs {id}", by.id);
            return Err(Refusal::invalid(text, "revise the plan so that it does without"));
        }
        if let Some(site) = plan.sites.iter().find(|it| it.needs.contains(id)) {
            let text = format!("site {} needs {id}", site.id);
            return Err(Refusal::invalid(text, "revise the plan so that it does without"));
        }
        let act = format!("descope {scope}");
        let roles = [RoleType::ProgramManager, RoleType::Customer];
        let persons = self.two_persons();
        let (mut events, is_complete) =
            self.concur(&act, &roles, persons, &Scope::Deployment, Some(&reason))?;
        if is_complete && let Event::Component { component, transition, reason, .. } = descoped {
            let gate = pass(&act, gate)?;
            events.push(Event::Component { component, transition, reason, gate });
        }
        Ok(events)
    }
}

/// Returns how the scope differs between two plans, or nothing where it does not.
pub(super) fn scope_change(
    before: &MasterProjectPlan,
    after: &MasterProjectPlan,
    reason: &str,
) -> Option<SiteCareEvent> {
    let scopes = |plan: &MasterProjectPlan| -> BTreeSet<Scope> {
        let components = plan.components.iter().map(|it| Scope::Component(it.id.clone()));
        components.chain(plan.sites.iter().map(|it| Scope::Site(it.id.clone()))).collect()
    };
    let users = |plan: &MasterProjectPlan| plan.sites.iter().map(|it| u64::from(it.users)).sum();
    let computers = |plan: &MasterProjectPlan| {
        plan.sites.iter().map(|it| u64::try_from(it.computers.len()).unwrap_or(u64::MAX)).sum()
    };
    let (old, new) = (scopes(before), scopes(after));
    let (users_before, users_after): (u64, u64) = (users(before), users(after));
    let (computers_before, computers_after): (u64, u64) = (computers(before), computers(after));
    let is_same = old == new && users_before == users_after && computers_before == computers_after;
    (!is_same).then(|| SiteCareEvent::ScopeChanged {
        added: new.difference(&old).cloned().collect(),
        removed: old.difference(&new).cloned().collect(),
        users_before,
        users_after,
        computers_before,
        computers_after,
        reason: reason.to_owned(),
    })
}

/// Returns whether a plan takes something out of what another would deliver: components, sites,
/// users or computers.
pub(super) fn removes(before: &MasterProjectPlan, after: &MasterProjectPlan) -> bool {
    let index = crate::state_index::StateIndex::of(after);
    let lost =
        |component: &crate::component::CoreComponent| !index.components.contains_key(&component.id);
    let shrunk = |site: &crate::site::Site| {
        let kept = index.sites.get(&site.id).and_then(|it| after.sites.get(*it as usize));
        kept.is_none_or(|it| it.users < site.users || it.computers.len() < site.computers.len())
    };
    before.components.iter().any(lost) || before.sites.iter().any(shrunk)
}
