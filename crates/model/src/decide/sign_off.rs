//! Acts on sign-off sheets: sign, refuse, resolve a refusal, revisit.
//!
//! The last signature and what follows from it stand in one change: there is no
//! instant at which a sheet is signed and its site is not.
//!
//! Source: Deploy SMF, outputs of Tables 4 and 5; the sign-off machine, SG1 to SG5, V1 to V6.

use super::{Acting, worded};
use crate::digest::Digest;
use crate::event::Event;
use crate::gates;
use crate::guard::{Guard, GuardReading};
use crate::id::SiteId;
use crate::machine::{
    ComponentState, ComponentTransition, DeploymentTransition, SignOffState, SignOffTransition,
    SiteTransition, Transition,
};
use crate::milestone::Milestone;
use crate::refusal::{Refusal, RefusalCode, pass};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::separation_of_duties::{self as separation, Paper};
use crate::sheet::{self, Sheet, SlotId};
use crate::state::SlotStatus;

impl Acting<'_> {
    fn slot(&self, slot: &SlotId, document: Digest) -> Result<&SlotStatus, Refusal> {
        let status = self.state.slots.get(slot).ok_or_else(|| {
            let text = format!("nobody has been asked to sign {slot} yet");
            Refusal::new(RefusalCode::State, text, "`landfall why` says what it waits on")
        })?;
        if status.state == SignOffState::Requested
            && (status.document != document || sheet::digest(self.state, &slot.sheet) != document)
        {
            let text = format!("the sheet of {} is no longer the one that was shown", slot.sheet);
            let next = format!("read it again with `landfall sheet {}`", slot.sheet);
            return Err(Refusal::new(RefusalCode::Stale, text, next));
        }
        Ok(status)
    }

    /// Returns what the profile relaxed so that this person may fill `slot`.
    fn may_fill(&self, slot: &SlotId) -> Result<Vec<separation::Rule>, Refusal> {
        let scope = slot.sheet.scope();
        let profile = self.state.plan.profile;
        let held = self.held(&scope);
        let mut relaxed = Vec::new();
        if let (Sheet::Site(id), RoleType::SiteOwner) = (&slot.sheet, slot.role) {
            let (site, _) = self.state.site(id).ok_or_else(|| Refusal::unknown(id))?;
            let deputy = site.deputy.as_ref();
            relaxed.extend(separation::may_sign_for_site(
                self.person,
                &held,
                &site.owner,
                deputy,
                profile,
            )?);
        } else {
            let roles = gates::milestone::signers(&self.state.plan, slot);
            self.role(&roles, &scope, &format!("sign {slot}"))?;
        }
        if matches!(slot.role, RoleType::OperationsManager | RoleType::SupportManager) {
            relaxed.extend(separation::may_take_over(self.person, &held, profile)?);
        }
        if (&slot.sheet, slot.role) == (&Sheet::MilestoneReview, RoleType::Customer) {
            relaxed.extend(self.accepts_for_customer("accept the solution")?);
        }
        // SOD-15: the last slot must not leave the sheet with too few different people.
        let others = slot.sheet.slots().into_iter().filter(|it| it != slot);
        let others: Vec<&SlotStatus> = others.filter_map(|it| self.state.slots.get(&it)).collect();
        let signed = |it: &&&SlotStatus| it.state == SignOffState::Signed;
        if others.iter().filter(signed).count() + 1 == slot.sheet.slots().len() {
            let is_review = slot.sheet == Sheet::MilestoneReview;
            let paper = if is_review { Paper::DeploymentComplete } else { Paper::Sheet };
            let signers = others.iter().filter_map(|it| it.by.clone());
            let signers: Vec<_> = signers.chain([self.person.clone()]).collect();
            relaxed.extend(separation::enough_persons(paper, &signers, profile)?);
        }
        Ok(relaxed)
    }

    pub(super) fn sign(
        &self,
        slot: &SlotId,
        document: Digest,
        exceptions: &[String],
    ) -> Result<Vec<Event>, Refusal> {
        let status = self.slot(slot, document)?;
        let transition = match exceptions {
            [] => SignOffTransition::Signed,
            _ => SignOffTransition::SignedWithExceptions,
        };
        transition.attempt(slot, status.state)?;
        let relaxed = self.may_fill(slot)?;
        let statements: Vec<String> =
            exceptions.iter().map(|it| exception(it)).collect::<Result<_, _>>()?;
        let mut gate: Vec<GuardReading> =
            [Guard::SG2, Guard::SG3, Guard::SG4].map(GuardReading::met).to_vec();
        if !statements.is_empty() {
            gate.push(GuardReading::met(Guard::SG5));
        }
        let owner = match &slot.sheet {
            Sheet::Site(id) => self.state.site(id).map(|(site, _)| site.owner.clone()),
            Sheet::CoreInterim
            | Sheet::CoreFinal
            | Sheet::SitesComplete
            | Sheet::DeploymentStable
            | Sheet::QuietPeriodReport
            | Sheet::MilestoneReview
            | Sheet::CloseOut
            | Sheet::Termination => None,
        };
        let for_owner = slot.role == RoleType::SiteOwner;
        let signed = Event::SignOff {
            slot: slot.clone(),
            transition,
            document,
            meaning: Some(slot.meaning()),
            statements,
            on_behalf_of: owner.filter(|it| for_owner && it != self.person),
            stamp: self.stamp(&relaxed),
            gate,
        };
        let mut events = vec![signed];
        let is_last = slot.sheet.slots().iter().all(|it| {
            it == slot
                || self.state.slots.get(it).is_some_and(|it| it.state == SignOffState::Signed)
        });
        if is_last {
            let m2 = gates::milestone::m2(self.state, slot, document);
            m2.map_err(|(missing, _)| {
                let next = format!("read it again with `landfall sheet {}`", slot.sheet);
                Refusal::new(RefusalCode::Stale, missing, next)
            })?;
            events.extend(self.sheet_is_signed(&slot.sheet, document)?);
        }
        Ok(events)
    }

    fn stamp(&self, relaxed: &[separation::Rule]) -> Option<String> {
        let stamp = self.state.plan.profile.stamp();
        let rules: Vec<String> = relaxed.iter().map(ToString::to_string).collect();
        match (stamp, rules.is_empty()) {
            (Some(stamp), false) => Some(format!("{stamp}: {}", rules.join(", "))),
            (Some(_), true) => None,
            (None, false) => Some(format!("relaxed: {}", rules.join(", "))),
            (None, true) => None,
        }
    }

    /// Returns what follows once every slot of `sheet` is signed.
    fn sheet_is_signed(&self, sheet: &Sheet, document: Digest) -> Result<Vec<Event>, Refusal> {
        match sheet {
            Sheet::CoreInterim | Sheet::CoreFinal => self.core_is_signed(sheet),
            Sheet::Site(site) => {
                let gate = pass(&format!("the sign-off of {site}"), self.site_gate(site))?;
                Ok(vec![self.site_event(site, SiteTransition::SignedOff, None, gate)?])
            }
            Sheet::DeploymentStable => self.stable_is_signed(document),
            Sheet::QuietPeriodReport => Ok(vec![self.quiet_period_reported()?]),
            Sheet::MilestoneReview => {
                let (state, now) = (self.state, self.now);
                let gate = pass("Deployment Complete", gates::complete::gate(state, now))?;
                Ok(vec![self.milestone_approved(Milestone::Complete, document, gate)?])
            }
            // What these lead to, a person says.
            Sheet::CloseOut | Sheet::Termination => Ok(vec![]),
            Sheet::SitesComplete => {
                let gate = pass("the sheet of all sites", self.sites_gate())?;
                let transition = DeploymentTransition::SitesCompleted;
                transition.attempt(&self.state.plan.deployment, self.state.deployment)?;
                Ok(vec![Event::Deployment { transition, reason: None, gate }])
            }
        }
    }

    fn core_is_signed(&self, sheet: &Sheet) -> Result<Vec<Event>, Refusal> {
        let reading = gates::incidents::cs1(self.state, sheet, self.now);
        let gate = pass("the sheet of the core components", vec![reading])?;
        let verified = self.state.plan.components.iter().zip(&self.state.components).filter(
            |(planned, status)| {
                status.state == ComponentState::Verified
                    && (*sheet == Sheet::CoreFinal
                        || planned.mode == crate::component::CoreMode::Advance)
            },
        );
        Ok(verified
            .map(|(planned, _)| Event::Component {
                component: planned.id.clone(),
                transition: ComponentTransition::Accepted,
                reason: None,
                gate: gate.clone(),
            })
            .collect())
    }

    /// Returns what the guards of a site's sign-off read.
    pub fn site_gate(&self, site: &SiteId) -> Vec<GuardReading> {
        let (state, now) = (self.state, self.now);
        let ring = self.ring_scope(site);
        let scopes = [Scope::Site(site.clone()), ring.clone(), Scope::Deployment];
        let read = |guard, found| state.reading(guard, &scopes, now, found);
        // V4, the technical signature, is met by the order in which slots are asked.
        vec![
            read(Guard::V1, gates::v1(state, site)),
            gates::incidents::v2(state, site, &scopes, now),
            read(Guard::V3, gates::v3(state, site, now)),
            read(Guard::V4, gates::v4(state, site)),
            GuardReading::met(Guard::V5),
            read(Guard::V6, gates::v6(state, site, &ring)),
        ]
    }

    /// Returns what the guards of the sites-complete sheet read.
    pub fn sites_gate(&self) -> Vec<GuardReading> {
        let read = |guard, found| self.state.reading(guard, &[Scope::Deployment], self.now, found);
        vec![
            read(Guard::SC1, gates::sc1(self.state)),
            GuardReading::met(Guard::SC2),
            read(Guard::SC3, gates::sc3(self.state)),
        ]
    }

    pub(super) fn refuse(
        &self,
        slot: &SlotId,
        document: Digest,
        reasons: &[String],
    ) -> Result<Vec<Event>, Refusal> {
        let status = self.slot(slot, document)?;
        SignOffTransition::Declined.attempt(slot, status.state)?;
        self.may_fill(slot)?;
        if reasons.is_empty() {
            return Err(Refusal::invalid("a reason is missing", "say what must change"));
        }
        let statements: Vec<String> =
            reasons.iter().map(|it| worded("the reason", it)).collect::<Result<_, _>>()?;
        let why = statements.join("; ");
        let mut events = vec![Event::SignOff {
            slot: slot.clone(),
            transition: SignOffTransition::Declined,
            document,
            meaning: None,
            statements,
            on_behalf_of: None,
            stamp: None,
            gate: vec![GuardReading::met(Guard::SG2)],
        }];
        if let (Sheet::Site(site), RoleType::SiteOwner) = (&slot.sheet, slot.role) {
            let scope = Scope::Site(site.clone());
            let text = format!("the owner refused the sign-off: {why}");
            events.push(self.site_event(site, SiteTransition::Refused, Some(why), vec![])?);
            events.push(Event::SignalRaised { scope, severity: 2, text, incident: None });
        }
        Ok(events)
    }

    pub(super) fn resolve_refusal(
        &self,
        site: &SiteId,
        reason: &str,
    ) -> Result<Vec<Event>, Refusal> {
        let scope = Scope::Site(site.clone());
        let reason = worded("how it was resolved", reason)?;
        let transition = SiteTransition::IssuesResolved;
        self.site_event(site, transition, None, vec![])?;
        let roles = [RoleType::ReleaseManagement, RoleType::Tester];
        let act = format!("resolve the refusal of {scope}");
        let (mut events, is_complete) = self.concur(&act, &roles, 1, &scope, Some(&reason))?;
        if is_complete {
            let scopes = [scope, self.ring_scope(site), Scope::Deployment];
            let reading = gates::incidents::v2(self.state, site, &scopes, self.now);
            let gate = pass(&act, vec![reading])?;
            events.push(self.site_event(site, transition, Some(reason), gate)?);
        }
        Ok(events)
    }

    pub(super) fn revisit(&self, site: &SiteId, reason: &str) -> Result<Vec<Event>, Refusal> {
        let scope = Scope::Site(site.clone());
        let reason = worded("the reason", reason)?;
        let transition = SiteTransition::Revisited;
        self.site_event(site, transition, None, vec![])?;
        let roles = [RoleType::ReleaseManagement, RoleType::ProductManager];
        let act = format!("revisit {scope}");
        let (mut events, is_complete) = self.concur(&act, &roles, 1, &scope, Some(&reason))?;
        if is_complete {
            events.extend(self.superseded(&Sheet::Site(site.clone())));
            events.push(self.site_event(site, transition, Some(reason), vec![])?);
        }
        Ok(events)
    }

    /// Returns that every signature on `sheet` no longer counts.
    pub(super) fn superseded(&self, sheet: &Sheet) -> Vec<Event> {
        sheet::superseded(self.state, sheet)
    }
}

/// An exception names who sees to it and by when: `text (owner, date)`.
fn exception(text: &str) -> Result<String, Refusal> {
    let text = worded("the exception", text)?;
    let has_owner_and_date = text
        .rsplit_once('(')
        .and_then(|(_, end)| end.strip_suffix(')'))
        .and_then(|it| it.rsplit_once(','))
        .is_some_and(|(owner, date)| {
            !owner.trim().is_empty() && date.trim().parse::<jiff::civil::Date>().is_ok()
        });
    if has_owner_and_date {
        return Ok(text);
    }
    let next = "write it as `what is open (who sees to it, 2027-04-02)`";
    Err(Refusal::invalid("an exception needs an owner and a date", next))
}
