//! Acts on sign-off sheets: sign, refuse, resolve a refusal, revisit.
//!
//! The last signature and what follows from it stand in one change: there is no
//! instant at which a sheet is signed and its site is not.
//!
//! Source: Deploy SMF, outputs of Tables 4 and 5; the sign-off machine, SG1 to SG5, V1 to V6.

// Long because: the acts on one sheet, and who may do them, are read side by side.

use super::{Acting, worded};
use crate::digest::Digest;
use crate::event::Event;
use crate::gates;
use crate::guard::{Guard, GuardReading};
use crate::id::{PersonId, SiteId};
use crate::machine::{
    ComponentState, ComponentTransition, DeploymentState, DeploymentTransition, SignOffState,
    SignOffTransition, SiteState, SiteTransition, Transition,
};
use crate::milestone::Milestone;
use crate::planted::{Planted, is_planted};
use crate::refusal::{Refusal, RefusalCode, pass};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::separation_of_duties::{self as separation, Paper};
use crate::sheet::{self, Sheet, SlotId};
use crate::site_care::coverage::coverage;
use crate::site_care::{ItemOrigin, RevisitState, SiteCareEvent};
use crate::state::SlotStatus;
use jiff::civil::Date;

impl Acting<'_> {
    pub(super) fn slot(&self, slot: &SlotId, document: Digest) -> Result<&SlotStatus, Refusal> {
        let status = self.state.slots.get(slot).ok_or_else(|| {
            let text = format!("nobody has been asked to sign {slot} yet");
            Refusal::new(RefusalCode::State, text, "`landfall why` says what it waits on")
        })?;
        if status.state == SignOffState::Requested
            && !is_planted(Planted::SignatureOfAnotherSheet)
            && (status.document != document || sheet::digest(self.state, &slot.sheet) != document)
        {
            let text = format!("the sheet of {} is no longer the one that was shown", slot.sheet);
            let next = format!("read it again with `landfall sheet {}`", slot.sheet);
            return Err(Refusal::new(RefusalCode::Stale, text, next));
        }
        Ok(status)
    }

    /// Returns what the profile relaxed so that this person may fill `slot`.
    pub(super) fn may_fill(&self, slot: &SlotId) -> Result<Vec<separation::Rule>, Refusal> {
        let is_of_site = matches!((&slot.sheet, slot.role), (Sheet::Site(_), RoleType::SiteOwner));
        if !is_of_site && self.state.delegated_slot(self.person, slot, self.now).is_none() {
            let roles = gates::milestone::signers(&self.state.plan, slot);
            self.role(&roles, &slot.sheet.scope(), &format!("sign {slot}"))?;
        }
        let mut relaxed = self.not_separated_from(slot)?;
        if (&slot.sheet, slot.role) == (&Sheet::MilestoneReview, RoleType::Customer) {
            relaxed.extend(self.accepts_for_customer("accept the solution")?);
        }
        Ok(relaxed)
    }

    /// Returns what the profile relaxed so that no separation of duties keeps this person from
    /// filling `slot`.
    fn not_separated_from(&self, slot: &SlotId) -> Result<Vec<separation::Rule>, Refusal> {
        let profile = self.state.plan.profile;
        let held = self.held(&slot.sheet.scope());
        let mut relaxed = Vec::new();
        if let (Sheet::Site(id), RoleType::SiteOwner) = (&slot.sheet, slot.role) {
            let (site, _) = self.state.site(id).ok_or_else(|| Refusal::unknown(id))?;
            let delegate = self.state.delegated_slot(self.person, slot, self.now);
            let deputy = delegate.map(|_| self.person).or(site.deputy.as_ref());
            relaxed.extend(separation::may_sign_for_site(
                self.person,
                &held,
                &site.owner,
                deputy,
                profile,
            )?);
        }
        if matches!(slot.role, RoleType::OperationsManager | RoleType::SupportManager) {
            relaxed.extend(separation::may_take_over(self.person, &held, profile)?);
        }
        // SOD-15: the last slot must not leave the sheet with too few different people, and a delegate
        // is none (docs/decisions/0068-a-delegate-is-no-second-person.md).
        let others = slot.sheet.slots().into_iter().filter(|it| it != slot);
        let others: Vec<&SlotStatus> =
            others.filter_map(|it| self.state.slots.get(&it)).map(|it| &**it).collect();
        let signed = |it: &&&SlotStatus| it.state == SignOffState::Signed;
        if others.iter().filter(signed).count() + 1 == slot.sheet.slots().len() {
            let is_review = slot.sheet == Sheet::MilestoneReview;
            let paper = if is_review { Paper::DeploymentComplete } else { Paper::Sheet };
            let voices = others.iter().map(|it| it.behind().cloned().collect());
            let own = std::iter::once(self.person.clone()).chain(self.delegator(slot)).collect();
            let voices: Vec<Vec<PersonId>> = voices.chain([own]).collect();
            relaxed.extend(separation::enough_persons(paper, &voices, profile)?);
        }
        Ok(relaxed)
    }

    /// SOD-7: whoever accepts for Operations or Support what the project hands over is not of the project,
    /// also where nothing is signed.
    ///
    /// # Errors
    ///
    /// Where this person is: somebody else of Operations or Support has to.
    pub(super) fn may_accept_from_project(&self) -> Result<(), Refusal> {
        let held = self.held(&Scope::Deployment);
        let kept = separation::may_take_over(self.person, &held, self.state.plan.profile);
        let Err(kept) = kept else { return Ok(()) };
        let takes_over =
            |it: &RoleType| matches!(it, RoleType::OperationsManager | RoleType::SupportManager);
        let others = self.state.plan.people.iter().filter(|it| {
            it.roles.iter().any(takes_over) && !it.roles.iter().any(|role| role.is_project())
        });
        let others: Vec<String> = others.map(|it| it.id.to_string()).collect();
        let next_step = match others.as_slice() {
            [] => "name another holder in the plan, who is not of the project".to_owned(),
            some => format!("ask {}", some.join(" or ")),
        };
        Err(Refusal { next_step, ..kept.into() })
    }

    /// Returns who delegated `slot` to this person, where it is not theirs anyway.
    pub(super) fn delegator(&self, slot: &SlotId) -> Option<PersonId> {
        if self.state.roles_of(self.person, &slot.sheet.scope()).contains(&slot.role) {
            return None;
        }
        self.state.delegated_slot(self.person, slot, self.now).map(|it| it.by.clone())
    }

    /// Returns why a separation of duties keeps this person from filling `slot`.
    pub(super) fn kept_from_signing(&self, slot: &SlotId) -> Option<Refusal> {
        self.not_separated_from(slot).err()
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
        let exceptions = self.exceptions(exceptions)?;
        let said = |it: &Exception| format!("{} ({}, {})", it.text, it.owner, it.due);
        let statements: Vec<String> = exceptions.iter().map(said).collect();
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
        let by_delegation = self.delegator(slot);
        if by_delegation.is_some() {
            gate.push(GuardReading::met(Guard::SG6));
        }
        let as_deputy = owner.filter(|it| for_owner && it != self.person);
        let signed = Event::SignOff {
            slot: slot.clone(),
            transition,
            document,
            meaning: Some(slot.meaning()),
            statements,
            on_behalf_of: by_delegation.or(as_deputy),
            stamp: self.stamp(&relaxed),
            batch: None,
            gate,
        };
        let mut events = vec![signed];
        events.extend(self.follows_signature(slot, document, &exceptions)?);
        Ok(events)
    }

    /// Returns what follows once `slot` is signed on `document`, with these exceptions: the last
    /// signature locks the sheet.
    pub(super) fn follows_signature(
        &self,
        slot: &SlotId,
        document: Digest,
        exceptions: &[Exception],
    ) -> Result<Vec<Event>, Refusal> {
        let mut events = self.exceptions_noted(slot, exceptions);
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
            if exceptions.is_empty() {
                self.is_complete_without_exceptions(&slot.sheet)?;
            }
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
                let mut readings = gates::sites::sign_off(self.state, site, self.now);
                // The technical signature is one of them, even where it is the last.
                readings.retain(|it| it.guard != Guard::V4);
                readings.push(GuardReading::met(Guard::V4));
                let gate = pass(&format!("the sign-off of {site}"), readings)?;
                self.site_is_signed(site, gate)
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
                let gate =
                    pass("the sheet of all sites", gates::sites::complete(self.state, self.now))?;
                // A sheet that was superseded is signed anew where the deployment stands by then.
                if self.state.deployment != DeploymentState::Deploying {
                    return Ok(vec![]);
                }
                let transition = DeploymentTransition::SitesCompleted;
                transition.attempt(&self.state.plan.deployment, self.state.deployment)?;
                Ok(vec![Event::Deployment { transition, reason: None, gate }])
            }
        }
    }

    /// Returns what follows once a site's sheet is signed: it is signed off or reconfirmed, and
    /// whatever its owner had refused for, and the revisit that led here, are over.
    fn site_is_signed(
        &self,
        site: &SiteId,
        gate: Vec<GuardReading>,
    ) -> Result<Vec<Event>, Refusal> {
        let status = self.state.site(site).map(|(_, it)| it.state);
        let transition = match status {
            Some(SiteState::Reconfirm) => SiteTransition::Reconfirmed,
            Some(_) | None => SiteTransition::SignedOff,
        };
        let mut events = vec![self.site_event(site, transition, None, gate)?];
        events.extend(self.refusals_settled(site, "the owner has signed"));
        let under_way = self.state.site_care.revisits.open_at(site);
        let under_way = under_way.filter(|(_, it)| it.state == RevisitState::UnderWay);
        events.extend(
            under_way.map(|(number, _)| Event::SiteCare(SiteCareEvent::RevisitClosed { number })),
        );
        Ok(events)
    }

    /// A site that is not wholly covered is complete with exceptions only.
    fn is_complete_without_exceptions(&self, sheet: &Sheet) -> Result<(), Refusal> {
        let Sheet::Site(site) = sheet else { return Ok(()) };
        let slots = sheet.slots().into_iter().filter_map(|it| self.state.slots.get(&it));
        let has_some = slots.into_iter().any(|it| !it.statements.is_empty());
        let coverage = coverage(self.state, site);
        if has_some || coverage.as_ref().is_none_or(crate::site_care::coverage::Coverage::is_whole)
        {
            return Ok(());
        }
        let coverage = coverage.map(|it| (it.computers, it.users)).unwrap_or_default();
        let text = format!(
            "{site} is not wholly covered: {} of {} computers, {} of {} users",
            coverage.0.covered,
            coverage.0.due(),
            coverage.1.covered,
            coverage.1.due()
        );
        let next =
            "sign with `--exception \"what is open; who sees to it; date\"`, or exempt the rest";
        Err(Refusal::new(RefusalCode::Gate, text, next))
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
        let opened = self.reasons_noted(slot, &statements);
        let mut events = vec![Event::SignOff {
            slot: slot.clone(),
            transition: SignOffTransition::Declined,
            document,
            meaning: None,
            statements,
            on_behalf_of: None,
            stamp: None,
            batch: None,
            gate: vec![GuardReading::met(Guard::SG2)],
        }];
        if let (Sheet::Site(site), RoleType::SiteOwner) = (&slot.sheet, slot.role) {
            let scope = Scope::Site(site.clone());
            let text = format!("the owner refused the sign-off: {why}");
            events.push(self.site_event(site, SiteTransition::Refused, Some(why), vec![])?);
            events.push(Event::SignalRaised { scope, severity: 2, text, incident: None });
            events.extend(opened);
        }
        Ok(events)
    }

    /// Takes one's own signature back, before the milestone that rests on it.
    pub(super) fn withdraw(&self, slot: &SlotId, reason: &str) -> Result<Vec<Event>, Refusal> {
        let reason = worded("the reason", reason)?;
        let status = self.state.slots.get(slot).ok_or_else(|| Refusal::unknown(slot))?;
        SignOffTransition::Withdrawn.attempt(slot, status.state)?;
        if status.by.as_ref() != Some(self.person) {
            let by = status.by.as_ref().map_or_else(String::new, ToString::to_string);
            let text = format!("{slot} was signed by {by}");
            let next = format!("only who signed withdraws: ask {by}");
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
        }
        self.is_before_the_next_milestone(&slot.sheet)?;
        let mut events = vec![Event::SignOff {
            slot: slot.clone(),
            transition: SignOffTransition::Withdrawn,
            document: status.document,
            meaning: None,
            statements: vec![reason.clone()],
            on_behalf_of: None,
            stamp: None,
            batch: None,
            gate: vec![GuardReading::met(Guard::SG2)],
        }];
        // What rests on it no longer does.
        if let Sheet::Site(site) = &slot.sheet
            && self.state.site(site).is_some_and(|(_, it)| it.state == SiteState::SignedOff)
        {
            let why = format!("{} withdrew the signature: {reason}", self.person);
            events.push(self.site_event(
                site,
                SiteTransition::MaterialChange,
                Some(why),
                vec![],
            )?);
            events.extend(self.superseded(&Sheet::SitesComplete));
        }
        Ok(events)
    }

    pub(super) fn is_before_the_next_milestone(&self, sheet: &Sheet) -> Result<(), Refusal> {
        let state = self.state.deployment;
        let is_before = match sheet {
            Sheet::CoreInterim | Sheet::CoreFinal | Sheet::Site(_) | Sheet::SitesComplete => {
                matches!(
                    state,
                    DeploymentState::Deploying
                        | DeploymentState::Held
                        | DeploymentState::Stabilizing
                )
            }
            Sheet::DeploymentStable => state == DeploymentState::Stabilizing,
            Sheet::QuietPeriodReport => state == DeploymentState::QuietPeriod,
            Sheet::MilestoneReview => {
                let is_approved = self.state.milestones.approved(Milestone::Complete).is_some();
                state == DeploymentState::MilestoneReview && !is_approved
            }
            Sheet::CloseOut => state == DeploymentState::Closing,
            Sheet::Termination => state == DeploymentState::Terminating,
        };
        if is_before {
            return Ok(());
        }
        let text = format!("a milestone rests on {sheet}: the deployment is {state}");
        let next = if *sheet == Sheet::MilestoneReview {
            "the Solution Manager or the customer take it back: `landfall milestone revoke complete`"
        } else {
            "reopen the stabilizing, or raise an incident; a signature stands from here on"
        };
        Err(Refusal::new(RefusalCode::State, text, next))
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
            events.extend(self.refusals_settled(site, &reason));
            events.push(self.site_event(site, transition, Some(reason), gate)?);
        }
        Ok(events)
    }

    /// Returns that every signature on `sheet` no longer counts.
    pub(super) fn superseded(&self, sheet: &Sheet) -> Vec<Event> {
        sheet::superseded(self.state, sheet)
    }
}

/// What is open where somebody signs all the same.
pub(super) struct Exception {
    text: String,
    owner: PersonId,
    due: Date,
}

impl Exception {
    /// Reads `what is open; who sees to it; date`, or `what is open (who sees to it, date)`.
    fn parse(written: &str) -> Result<Self, Refusal> {
        let written = worded("the exception", written)?;
        let parts = match written.rsplit_once(';') {
            Some((before, due)) => before.rsplit_once(';').map(|(text, owner)| (text, owner, due)),
            None => written.rsplit_once('(').and_then(|(text, end)| {
                let (owner, due) = end.strip_suffix(')')?.rsplit_once(',')?;
                Some((text, owner, due))
            }),
        };
        let read = parts.and_then(|(text, owner, due)| {
            let text = text.trim();
            let (owner, due) = (owner.trim().parse().ok()?, due.trim().parse().ok()?);
            (!text.is_empty()).then(|| Self { text: text.to_owned(), owner, due })
        });
        read.ok_or_else(|| {
            let next =
                "write it as `what is open; who sees to it; 2027-04-02`, with a person of the plan";
            Refusal::invalid("an exception needs an owner and a date", next)
        })
    }
}

impl Acting<'_> {
    /// Returns the exceptions that are written, each with somebody who sees to it in time.
    fn exceptions(&self, written: &[String]) -> Result<Vec<Exception>, Refusal> {
        let today = self.now.to_zoned(self.state.plan.zone.rules()).date();
        let mut read = Vec::with_capacity(written.len());
        for written in written {
            let exception = Exception::parse(written)?;
            if self.state.person(&exception.owner).is_none() {
                let text = format!("{} is nobody in this plan", exception.owner);
                return Err(Refusal::invalid(text, "name a person of the plan who sees to it"));
            }
            if exception.due < today {
                let text = format!("{} lies in the past", exception.due);
                return Err(Refusal::invalid(text, "give a day by which it will be done"));
            }
            read.push(exception);
        }
        Ok(read)
    }

    /// Returns the number of the next outstanding item.
    fn next_item(&self) -> u32 {
        u32::try_from(self.state.site_care.items.len()).unwrap_or(u32::MAX - 1) + 1
    }

    fn exceptions_noted(&self, slot: &SlotId, exceptions: &[Exception]) -> Vec<Event> {
        let numbered = (self.next_item()..).zip(exceptions);
        let opened = numbered.map(|(number, it)| SiteCareEvent::ItemOpened {
            number,
            scope: slot.sheet.scope(),
            origin: ItemOrigin::Exception,
            text: it.text.clone(),
            owner: Some(it.owner.clone()),
            due: Some(it.due),
        });
        opened.map(Event::SiteCare).collect()
    }

    fn reasons_noted(&self, slot: &SlotId, reasons: &[String]) -> Vec<Event> {
        let numbered = (self.next_item()..).zip(reasons);
        let opened = numbered.map(|(number, text)| SiteCareEvent::ItemOpened {
            number,
            scope: slot.sheet.scope(),
            origin: ItemOrigin::Refusal,
            text: text.clone(),
            owner: None,
            due: None,
        });
        opened.map(Event::SiteCare).collect()
    }
}
