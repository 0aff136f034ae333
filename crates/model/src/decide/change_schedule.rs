//! Acts on the change schedule: standard changes, emergencies, conflicts, reviews.
//!
//! Source: Deploy SMF, Table 4, best practice: a processed request for change; RF3 to RF5, RF8, SOD-10.

use super::rfc::Request;
use super::{Acting, worded};
use crate::change_schedule::{
    ChangeScheduleCommand, ChangeScheduleEvent, EMERGENCY_REVIEW_WORKING_DAYS, Emergency, conflicts,
};
use crate::digest::Digest;
use crate::event::Event;
use crate::gates::{self, Found, missing};
use crate::guard::{Guard, GuardReading};
use crate::id::{DeploymentId, PersonId, RfcId, SiteId};
use crate::machine::{RfcState, RfcTransition, Transition};
use crate::profile::Profile;
use crate::refusal::{Refusal, RefusalCode, pass};
use crate::rfc::{
    ApprovalLevel, ChangeWindow, Covers, EmergencyKind, ImplementationReview, RequestForChange,
    RfcCategory,
};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::separation_of_duties as separation;
use jiff::civil::{Date, Weekday};

impl Acting<'_> {
    pub(super) fn change_schedule(
        &self,
        command: &ChangeScheduleCommand,
    ) -> Result<Vec<Event>, Refusal> {
        match command {
            ChangeScheduleCommand::RequestStandard { template, sites, window, reason } => {
                self.request_standard(template, sites, *window, reason)
            }
            ChangeScheduleCommand::RequestEmergency { request } => self.request_emergency(request),
            ChangeScheduleCommand::Rule { rfc, deployment, other, ruling } => {
                self.rule(rfc, (deployment, other), ruling)
            }
        }
    }

    /// Asks for a standard change: a request of its own, submitted at once.
    fn request_standard(
        &self,
        template: &RfcId,
        sites: &[SiteId],
        window: Option<ChangeWindow>,
        reason: &str,
    ) -> Result<Vec<Event>, Refusal> {
        let state = self.state;
        let planned = state.plan.rfc(template).ok_or_else(|| Refusal::unknown(template))?;
        self.role(&[RoleType::ReleaseManagement], &Scope::Deployment, "ask for a standard change")?;
        if planned.template.is_none() {
            let text = format!("{template} is no template for standard changes");
            let next = "`landfall rfc list` shows which are; submit a request of its own otherwise";
            return Err(Refusal::invalid(text, next));
        }
        if sites.is_empty() {
            return Err(Refusal::invalid("no site is named", "name the sites: `site/NAME`"));
        }
        for site in sites {
            state.site(site).ok_or_else(|| Refusal::unknown(site))?;
        }
        if window.is_some_and(|it| it.until <= it.from || it.until <= self.now) {
            let text = "the window is over, or ends before it begins";
            return Err(Refusal::invalid(text, "give one that lies ahead"));
        }
        let mut sites = sites.to_vec();
        sites.sort();
        sites.dedup();
        let number = state.change_schedule.standard.iter().filter(|it| it.template == *template);
        let id = format!("{template}-{}", number.count() + 1);
        let taken = || Refusal::invalid(format!("there is an RFC {id} already"), "rename it");
        let rfc: RfcId = id.parse().map_err(|_| taken())?;
        if state.request(&rfc).is_some() {
            return Err(taken());
        }
        let request = RequestForChange {
            id: rfc.clone(),
            requested_by: self.person.clone(),
            covers: Covers { sites, ..Covers::default() },
            reason: worded("the reason", reason)?,
            window: window.or(planned.window),
            template: None,
            ..planned.clone()
        };
        let gate = gates::rf1(&request, state.plan.profile);
        let gate = vec![state.reading(Guard::RF1, &[Scope::Rfc(rfc.clone())], self.now, gate)];
        let gate = pass("asking for a standard change", gate)?;
        let (template, request) = (template.clone(), Box::new(request));
        let asked = ChangeScheduleEvent::StandardRequested { template, request };
        let transition = RfcTransition::Submitted;
        let submitted = Event::Rfc { rfc, transition, part: None, until: None, reason: None, gate };
        Ok(vec![Event::ChangeSchedule(asked), submitted])
    }

    /// Asks for a change in an emergency: what it must say is less than of any other, because it
    /// cannot wait, and its review says the rest.
    fn request_emergency(&self, asked: &RequestForChange) -> Result<Vec<Event>, Refusal> {
        let state = self.state;
        let roles =
            [RoleType::ReleaseManagement, RoleType::OperationsManager, RoleType::SupportManager];
        self.role(&roles, &Scope::Deployment, "ask for a change in an emergency")?;
        if state.request(&asked.id).is_some() {
            let text = format!("there is an RFC {} already", asked.id);
            return Err(Refusal::invalid(text, "give it another name"));
        }
        let Some(window) = asked.window.filter(|it| it.from < it.until && self.now < it.until)
        else {
            let text = "an emergency has a window that lies ahead";
            return Err(Refusal::invalid(text, "say from when until when: `--from`, `--until`"));
        };
        let covers = &asked.covers;
        let sites = covers.sites.iter().cloned().map(Scope::Site);
        let rings = covers.rings.iter().cloned().map(Scope::Ring);
        let components = covers.components.iter().cloned().map(Scope::Component);
        let scopes: Vec<Scope> = sites.chain(rings).chain(components).collect();
        if scopes.is_empty() {
            return Err(Refusal::invalid("it covers nothing", "name sites, rings or components"));
        }
        scopes.iter().try_for_each(|it| self.known_scope(it))?;
        if asked.implementers.is_empty() {
            let text = "nobody carries it out";
            return Err(Refusal::invalid(text, "name who does: `--implementer`"));
        }
        let known = |it: &PersonId| state.plan.person(it).is_some();
        if let Some(stranger) = asked.implementers.iter().find(|it| !known(it)) {
            return Err(Refusal::unknown(stranger));
        }
        let request = RequestForChange {
            id: asked.id.clone(),
            title: worded("the title", &asked.title)?,
            category: RfcCategory::Emergency,
            requested_by: self.person.clone(),
            implementers: asked.implementers.clone(),
            covers: covers.clone(),
            reason: worded("the reason", &asked.reason)?,
            impact: worded("the impact", &asked.impact)?,
            risk: worded("the risk", &asked.risk)?,
            rollback_plan: worded("the way back", &asked.rollback_plan)?,
            test_evidence: worded("what was tried", &asked.test_evidence)?,
            levels: vec![ApprovalLevel { role: RoleType::ChangeAuthority, quorum: 1 }],
            window: Some(window),
            validity_days: 1,
            details: asked.details.clone(),
            template: None,
        };
        let request = Box::new(request);
        Ok(vec![Event::ChangeSchedule(ChangeScheduleEvent::EmergencyRequested { request })])
    }

    /// Rules on a conflict: within the deployment the change authority, beyond it the Solution
    /// Manager, who settles conflicts between projects.
    fn rule(
        &self,
        rfc: &RfcId,
        (deployment, other): (&DeploymentId, &RfcId),
        ruling: &str,
    ) -> Result<Vec<Event>, Refusal> {
        self.state.rfc(rfc).ok_or_else(|| Refusal::unknown(rfc))?;
        let is_elsewhere = *deployment != self.state.plan.deployment;
        let role = if is_elsewhere { RoleType::SolutionManager } else { RoleType::ChangeAuthority };
        self.role(&[role], &Scope::Rfc(rfc.clone()), "rule on a conflict")?;
        let ruling = worded("the ruling", ruling)?;
        let found = conflicts(self.state, rfc);
        let found = found.iter().find(|it| it.other == *other && it.deployment == *deployment);
        let Some(conflict) = found else {
            let text = format!("{rfc} does not meet {other} of {deployment}");
            let next = "`landfall change-schedule` lists the conflicts";
            return Err(Refusal::new(RefusalCode::State, text, next));
        };
        if let Some(ruling) = &conflict.ruling {
            let text = format!("it was ruled on: {ruling}");
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to do"));
        }
        Ok(vec![Event::ChangeSchedule(ChangeScheduleEvent::ConflictRuled {
            rfc: rfc.clone(),
            deployment: deployment.clone(),
            other: other.clone(),
            ruling,
            on: Some(conflict.meeting()),
        })])
    }
}

impl Request<'_> {
    pub(super) fn authorise_emergency(
        &self,
        part: Digest,
        kind: Option<EmergencyKind>,
        reason: &str,
    ) -> Result<Vec<Event>, Refusal> {
        let reason = worded("why it cannot wait", reason)?;
        let part = self.shown(part)?;
        let gate = self.may_authorise_emergency()?;
        let transition = RfcTransition::EmergencyAuthorised;
        self.happened(transition, None, vec![])?;
        let kind = kind.ok_or_else(|| {
            let next = "say what it restores: service, security or safety";
            Refusal::invalid("what the emergency restores is missing", next)
        })?;
        let rfc = self.planned.id.clone();
        let review_due = self.review_due();
        let on_behalf_of = self.acting.on_behalf_of(RoleType::ChangeAuthority, &self.scope());
        let justified =
            ChangeScheduleEvent::EmergencyJustified { rfc, kind, review_due, on_behalf_of };
        Ok(vec![
            self.authorised(transition, part, Some(reason), gate)?,
            Event::ChangeSchedule(justified),
        ])
    }

    /// Returns what the gate of an emergency reads where this person may authorise it.
    pub(super) fn may_authorise_emergency(&self) -> Result<Vec<GuardReading>, Refusal> {
        self.take_role(&[RoleType::ChangeAuthority], "authorise")?;
        self.persons_behind().iter().try_for_each(|it| self.is_separate_for(it).map(|_| ()))?;
        pass("the emergency", vec![self.read(Guard::RF4, self.on_call())])
    }

    /// RF4: the approver is the one on call, where the plan says who is.
    fn on_call(&self) -> Found {
        let plan = &self.acting.state.plan;
        let on_call: Vec<&str> = (plan.holders(RoleType::ChangeAuthority))
            .filter(|it| it.on_call)
            .map(|it| it.id.as_str())
            .collect();
        if on_call.is_empty() || on_call.contains(&self.acting.person.as_str()) {
            return Ok(());
        }
        let text = format!("{} is on call for emergencies", on_call.join(" or "));
        missing(text, &[RoleType::ChangeAuthority])
    }

    fn review_due(&self) -> Date {
        let zone = self.acting.state.plan.zone.rules();
        working_days_after(self.acting.now.to_zoned(zone).date(), EMERGENCY_REVIEW_WORKING_DAYS)
    }

    fn emergency(&self) -> Result<&Emergency, Refusal> {
        let found = self.acting.state.change_schedule.emergencies.get(&self.planned.id);
        found.ok_or_else(|| {
            let text = format!("{} was no emergency", self.planned.id);
            Refusal::new(RefusalCode::State, text, "review it with `landfall rfc review`")
        })
    }

    pub(super) fn review_emergency(
        &self,
        justified: bool,
        finding: &str,
    ) -> Result<Vec<Event>, Refusal> {
        let finding = worded("the finding", finding)?;
        let emergency = self.emergency()?;
        if emergency.review.is_some() {
            let text = format!("the emergency of {} has been reviewed", self.planned.id);
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to do"));
        }
        self.may_review_emergency()?;
        let rfc = self.planned.id.clone();
        let reviewed = ChangeScheduleEvent::EmergencyReviewed { rfc, justified, finding };
        Ok(vec![Event::ChangeSchedule(reviewed)])
    }

    /// Whoever reviews an emergency neither authorised it nor carried it out.
    pub(super) fn may_review_emergency(&self) -> Result<(), Refusal> {
        self.may_review()?;
        let profile = self.acting.state.plan.profile;
        for reviewer in self.persons_behind() {
            for approver in self.emergency()?.behind() {
                separation::may_review_emergency(approver, &reviewer, profile)?;
            }
        }
        Ok(())
    }

    /// Returns the persons behind what is done as the change authority.
    fn persons_behind(&self) -> Vec<PersonId> {
        self.acting.persons_behind(RoleType::ChangeAuthority, &self.scope())
    }

    /// Nobody reviews what they carried out.
    pub(super) fn may_review(&self) -> Result<(), Refusal> {
        self.take_role(&[RoleType::ChangeAuthority], "review")?;
        let profile = self.acting.state.plan.profile;
        let relaxes = profile.relaxes(separation::Rule::ImplementerNeverApproves);
        let behind = self.persons_behind();
        let carried_out = |it: &&PersonId| self.planned.implementers.contains(it);
        if let Some(person) = behind.iter().find(carried_out).filter(|_| !relaxes) {
            let text = format!("{person} carried out {}", self.planned.id);
            let next = "ask somebody who did not";
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
        }
        Ok(())
    }

    /// Reviews in a sentence: enough for one person alone, and for a standard change that is not
    /// of the sample.
    pub(super) fn review(&self, reason: &str) -> Result<Vec<Event>, Refusal> {
        self.may_review()?;
        let reason = worded("the review", reason)?;
        let reviewed = self.happened(RfcTransition::Reviewed, Some(reason), vec![])?;
        let state = self.acting.state;
        let is_enough = state.plan.profile == Profile::Solo
            || state.change_schedule.is_sampled_out(&self.planned.id);
        if is_enough {
            return Ok(vec![reviewed]);
        }
        let text =
            "the review has to say whether it was a success, met its objectives and was on time";
        let next =
            "say `--success` or `--failure`, and with what: see `landfall rfc review --help`";
        Err(Refusal::invalid(text, next))
    }

    pub(super) fn review_in_full(
        &self,
        review: &ImplementationReview,
    ) -> Result<Vec<Event>, Refusal> {
        self.may_review()?;
        let lessons = worded("what was learnt", &review.lessons)?;
        let side_effects = review.side_effects.as_deref();
        let side_effects = side_effects.map(|it| worded("the side effects", it)).transpose()?;
        if review.success && !review.objectives_met {
            let text = "a change that did not meet its objectives was no success";
            return Err(Refusal::invalid(text, "call it a failure, or say that it met them"));
        }
        let is_backed_out = self.status.state == RfcState::BackedOut;
        if is_backed_out && review.rollback == crate::rfc::RollbackResult::NotNeeded {
            let text = format!("{} was backed out", self.planned.id);
            return Err(Refusal::invalid(text, "say whether going back worked"));
        }
        let rfc = self.planned.id.clone();
        let review =
            ImplementationReview { lessons: lessons.clone(), side_effects, ..review.clone() };
        Ok(vec![
            self.happened(RfcTransition::Reviewed, Some(lessons), vec![])?,
            Event::ChangeSchedule(ChangeScheduleEvent::Reviewed { rfc, review }),
        ])
    }

    /// Only what people do is begun and finished by a word: of the plan's steps the engine knows.
    fn by_hand(&self, act: &str) -> Result<(), Refusal> {
        let acting = self.acting;
        if acting.state.change_schedule.urgent(&self.planned.id).is_none() {
            let text = format!("the work of {} is steps of the plan", self.planned.id);
            let next = "the engine begins and ends it: `landfall why` says what it waits on";
            return Err(Refusal::new(RefusalCode::State, text, next));
        }
        if self.planned.implementers.contains(acting.person) {
            return Ok(());
        }
        self.take_role(&[RoleType::ReleaseManagement], act).map(|_| ())
    }

    pub(super) fn begin(&self) -> Result<Vec<Event>, Refusal> {
        self.by_hand("begin")?;
        self.happened(RfcTransition::Started, None, vec![])?;
        let now = self.acting.now;
        if let Some(window) = self.planned.window.filter(|it| !it.contains(now)) {
            let ChangeWindow { from, until } = window;
            let text = format!("the window of {} is {from} to {until}", self.planned.id);
            return Err(Refusal::new(RefusalCode::Gate, text, "begin it in its window"));
        }
        let part = self.acting.state.part_of(&self.planned.id);
        let disputed = self.acting.state.disputed_request(&self.planned.id);
        let rf7 = if let Some(disputed) = disputed {
            missing(disputed, &[RoleType::ChangeAuthority])
        } else if part == self.status.part {
            Ok(())
        } else {
            let text = format!("{} no longer authorises what the plan says", self.planned.id);
            missing(text, &[RoleType::ChangeAuthority])
        };
        let gate = pass("beginning", vec![self.read(Guard::RF7, rf7)])?;
        Ok(vec![self.happened(RfcTransition::Started, None, gate)?])
    }

    pub(super) fn finish(&self, evidence: &str) -> Result<Vec<Event>, Refusal> {
        self.by_hand("finish")?;
        let evidence = worded("what shows it", evidence)?;
        Ok(vec![self.happened(RfcTransition::Implemented, Some(evidence), vec![])?])
    }

    pub(super) fn back_out(&self, reason: &str) -> Result<Vec<Event>, Refusal> {
        self.take_role(&[RoleType::ReleaseManagement], "back out")?;
        let reason = worded("the reason", reason)?;
        RfcTransition::BackedOut.attempt(&self.planned.id, self.status.state)?;
        Ok(vec![self.happened(RfcTransition::BackedOut, Some(reason), vec![])?])
    }
}

/// Returns the day that is `days` working days after `day`.
fn working_days_after(day: Date, days: u8) -> Date {
    let mut day = day;
    let mut left = days;
    while left > 0 {
        day = day.saturating_add(jiff::Span::new().days(1));
        if !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            left -= 1;
        }
    }
    day
}
