//! Acts on requests for change.
//!
//! An approval is of a plan part's digest. It counts only while the part is the
//! same, and only by people who neither ask for the change nor carry it out.
//!
//! Source: Deploy SMF, Process 1, Best Practice; the RFC machine, guards RF1 to RF8.

use super::{Acting, worded};
use crate::command::RfcAct;
use crate::digest::Digest;
use crate::event::Event;
use crate::gates::{self, Found};
use crate::guard::{Guard, GuardReading};
use crate::id::{PersonId, RfcId, SiteId};
use crate::machine::{RfcTransition, Transition};
use crate::planted::{Planted, is_planted};
use crate::refusal::{Refusal, RefusalCode, pass};
use crate::rfc::{RequestForChange, RfcCategory};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::separation_of_duties as separation;
use crate::state::RfcStatus;
use jiff::SignedDuration;

impl Acting<'_> {
    /// What is planned anew while nothing would ever authorise its work would wait for ever.
    pub(super) fn may_be_authorised(&self, site: &SiteId) -> Result<(), Refusal> {
        if self.state.may_be_authorised(site) {
            return Ok(());
        }
        let text = format!("every request for change that covers {site} is over");
        let next = format!(
            "revise the plan with a new request for it (`landfall deployment revise`), or leave it out (`landfall exempt site/{site}`)"
        );
        Err(Refusal::new(RefusalCode::State, text, next))
    }

    pub(super) fn rfc(&self, id: &RfcId, act: &RfcAct) -> Result<Vec<Event>, Refusal> {
        let (planned, status) = self.state.rfc(id).ok_or_else(|| Refusal::unknown(id))?;
        let request = Request { acting: self, planned, status };
        match act {
            RfcAct::Submit => request.submit(),
            RfcAct::Classify { category } => request.classify(*category),
            RfcAct::Return { reason } => request.by_authority(RfcTransition::Returned, reason),
            RfcAct::Approve { part, conditions } => request.approve(*part, conditions.as_deref()),
            RfcAct::AuthoriseEmergency { part, kind, reason } => {
                request.authorise_emergency(*part, *kind, reason)
            }
            RfcAct::ReviewEmergency { justified, finding } => {
                request.review_emergency(*justified, finding)
            }
            RfcAct::ReviewImplementation { review } => request.review_in_full(review),
            RfcAct::Begin => request.begin(),
            RfcAct::Finish { evidence } => request.finish(evidence),
            RfcAct::BackOut { reason } => request.back_out(reason),
            RfcAct::Reject { reason } => request.by_authority(RfcTransition::Rejected, reason),
            RfcAct::Schedule => request.schedule(),
            RfcAct::Cancel { reason } => request.cancel(reason),
            RfcAct::Review { reason } => request.review(reason),
            RfcAct::Close => request.close(),
        }
    }

    /// Returns why this person is kept from `act` on a request, which others of their role type may
    /// carry out.
    pub(super) fn kept_from_request(&self, id: &RfcId, act: &RfcAct) -> Option<Refusal> {
        let (planned, status) = self.state.rfc(id)?;
        let request = Request { acting: self, planned, status };
        match act {
            RfcAct::Approve { .. } => request.voice().err(),
            RfcAct::AuthoriseEmergency { .. } => request.may_authorise_emergency().err(),
            RfcAct::ReviewEmergency { .. } => request.may_review_emergency().err(),
            RfcAct::Review { .. } | RfcAct::ReviewImplementation { .. } => {
                request.may_review().err()
            }
            RfcAct::Submit
            | RfcAct::Classify { .. }
            | RfcAct::Return { .. }
            | RfcAct::Begin
            | RfcAct::Finish { .. }
            | RfcAct::BackOut { .. }
            | RfcAct::Reject { .. }
            | RfcAct::Schedule
            | RfcAct::Cancel { .. }
            | RfcAct::Close => None,
        }
    }
}

/// One person's voice among the approvals of a request.
struct Voice {
    /// The number of the level at which it counts.
    level: u8,
    /// For whom it is given, where not for the person themselves.
    on_behalf_of: Option<PersonId>,
}

pub(super) struct Request<'a> {
    pub(super) acting: &'a Acting<'a>,
    pub(super) planned: &'a RequestForChange,
    pub(super) status: &'a RfcStatus,
}

impl Request<'_> {
    pub(super) fn happened(
        &self,
        transition: RfcTransition,
        reason: Option<String>,
        gate: Vec<GuardReading>,
    ) -> Result<Event, Refusal> {
        transition.attempt(&self.planned.id, self.status.state)?;
        let rfc = self.planned.id.clone();
        Ok(Event::Rfc { rfc, transition, part: None, until: None, reason, gate })
    }

    pub(super) fn scope(&self) -> Scope {
        Scope::Rfc(self.planned.id.clone())
    }

    pub(super) fn read(&self, guard: Guard, found: Found) -> GuardReading {
        self.acting.state.reading(guard, &[self.scope()], self.acting.now, found)
    }

    pub(super) fn take_role(&self, roles: &[RoleType], act: &str) -> Result<RoleType, Refusal> {
        self.acting.role(roles, &self.scope(), &format!("{act} {}", self.planned.id))
    }

    fn submit(&self) -> Result<Vec<Event>, Refusal> {
        let is_requester = *self.acting.person == self.planned.requested_by;
        if !is_requester {
            self.take_role(&[RoleType::ReleaseManagement], "submit")?;
        }
        self.happened(RfcTransition::Submitted, None, vec![])?;
        let gate = pass(
            "submitting",
            vec![self.read(Guard::RF1, gates::rf1(self.planned, self.acting.state.plan.profile))],
        )?;
        Ok(vec![self.happened(RfcTransition::Submitted, None, gate)?])
    }

    fn classify(&self, category: RfcCategory) -> Result<Vec<Event>, Refusal> {
        self.take_role(&[RoleType::ChangeAuthority], "classify")?;
        if category == RfcCategory::Emergency && self.planned.category != category {
            let text = format!("{} was not submitted as an emergency", self.planned.id);
            let next = "an emergency is authorised from its draft: `landfall rfc emergency`";
            return Err(Refusal::invalid(text, next));
        }
        Ok(vec![self.happened(RfcTransition::Classified, Some(category.to_string()), vec![])?])
    }

    fn by_authority(&self, transition: RfcTransition, reason: &str) -> Result<Vec<Event>, Refusal> {
        self.take_role(&[RoleType::ChangeAuthority], "decide on")?;
        let reason = worded("the reason", reason)?;
        Ok(vec![self.happened(transition, Some(reason), vec![])?])
    }

    /// Returns the digest of the plan part as it is now, if it is what was shown.
    pub(super) fn shown(&self, part: Digest) -> Result<Digest, Refusal> {
        if self.acting.state.part_of(&self.planned.id) == Some(part) {
            return Ok(part);
        }
        let text =
            format!("the plan part of {} is no longer the one that was shown", self.planned.id);
        let next = "read it again with `landfall rfc show`, then approve what it says now";
        Err(Refusal::new(RefusalCode::Stale, text, next))
    }

    fn is_separate(&self) -> Result<Vec<separation::Rule>, Refusal> {
        self.is_separate_for(self.acting.person)
    }

    pub(super) fn is_separate_for(
        &self,
        person: &PersonId,
    ) -> Result<Vec<separation::Rule>, Refusal> {
        let builders = self.acting.state.plan.release.builders();
        let change = separation::Change {
            requester: &self.planned.requested_by,
            plan_author: &self.planned.requested_by,
            implementers: &self.planned.implementers,
            builders: &builders,
        };
        let profile = self.acting.state.plan.profile;
        Ok(separation::may_approve(change, person, profile)?)
    }

    fn approve(&self, part: Digest, conditions: Option<&str>) -> Result<Vec<Event>, Refusal> {
        // Asked of the machine first, so that an approval after the start is impossible.
        self.happened(RfcTransition::Authorised, None, vec![])?;
        let part = self.shown(part)?;
        let conditions = conditions.map(|it| worded("the condition", it)).transpose()?;
        let Voice { level, on_behalf_of } = self.voice()?;
        let mut approvals = self.acting.state.undisputed_approvals(self.status);
        approvals.push((self.acting.person.clone(), level));
        let rfc = self.planned.id.clone();
        let mut events = vec![Event::RfcApproved { rfc, level, part, conditions, on_behalf_of }];
        events.extend(self.authorised_by(part, &approvals)?);
        Ok(events)
    }

    /// Returns the voice that this person has at the level that is open now.
    fn voice(&self) -> Result<Voice, Refusal> {
        let approvals = self.acting.state.undisputed_approvals(self.status);
        let held = self.acting.held(&self.scope());
        let levels = self.acting.state.levels_of(self.planned, self.status);
        let roles: Vec<RoleType> = levels.iter().map(|it| it.role).collect();
        self.take_role(&roles, "approve")?;
        if !is_planted(Planted::RequesterApproves) {
            self.is_separate()?;
        }
        let Some((level, number)) = gates::open_level(&levels, &approvals) else {
            return Err(self.gate_closed());
        };
        if !held.contains(&level.role) {
            let text = format!("{} waits on {} first", self.planned.id, level.role);
            let next = self.acting.ask(&[level.role], &self.scope());
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
        }
        let given = &self.status.approvals;
        if given.iter().any(|(by, it)| by == self.acting.person && *it == number) {
            let text = format!("{} has approved {} already", self.acting.person, self.planned.id);
            let next = self.acting.ask(&[level.role], &self.scope());
            return Err(Refusal::new(RefusalCode::State, text, next));
        }
        let on_behalf_of = self.acting.on_behalf_of(level.role, &self.scope());
        self.has_a_voice(on_behalf_of.as_ref(), number)?;
        Ok(Voice { level: number, on_behalf_of })
    }

    /// Returns that it is authorised, where `approvals` are enough.
    pub(super) fn authorised_by(
        &self,
        part: Digest,
        approvals: &[(PersonId, u8)],
    ) -> Result<Option<Event>, Refusal> {
        let levels = self.acting.state.levels_of(self.planned, self.status);
        let rf2 = self.read(Guard::RF2, gates::rf2(&levels, approvals));
        let rf3 = self.read(Guard::RF3, gates::rf3(self.acting.state, &self.planned.id));
        if !rf2.verdict.passes() && !is_planted(Planted::QuorumOfOne) {
            return Ok(None);
        }
        // The last approval authorises: it is refused while a conflict is open.
        pass("the authorisation", vec![rf3.clone()])?;
        self.authorised(RfcTransition::Authorised, part, None, vec![rf2, rf3]).map(Some)
    }

    /// A delegate speaks for whom the separation of duties lets speak, and both have one voice.
    fn has_a_voice(&self, behalf: Option<&PersonId>, level: u8) -> Result<(), Refusal> {
        if let Some(delegator) = behalf {
            self.is_separate_for(delegator)?;
        }
        let has_spoken = |it: &&PersonId| self.status.behind(level).any(|by| by == *it);
        let mut voices = behalf.into_iter().chain([self.acting.person]);
        let Some(voice) = voices.find(has_spoken) else { return Ok(()) };
        let text =
            format!("{voice} has approved {} already, in person or by a delegate", self.planned.id);
        let next = self.acting.ask(&[RoleType::ChangeAuthority], &self.scope());
        Err(Refusal::new(RefusalCode::State, text, next))
    }

    fn gate_closed(&self) -> Refusal {
        let text = format!("{} has all of its approvals", self.planned.id);
        Refusal::new(RefusalCode::State, text, "it can be scheduled")
    }

    pub(super) fn authorised(
        &self,
        transition: RfcTransition,
        part: Digest,
        reason: Option<String>,
        gate: Vec<GuardReading>,
    ) -> Result<Event, Refusal> {
        transition.attempt(&self.planned.id, self.status.state)?;
        let validity = SignedDuration::from_hours(24 * i64::from(self.planned.validity_days));
        let until = self.acting.now.checked_add(validity).ok();
        let rfc = self.planned.id.clone();
        Ok(Event::Rfc { rfc, transition, part: Some(part), until, reason, gate })
    }

    fn schedule(&self) -> Result<Vec<Event>, Refusal> {
        self.take_role(&[RoleType::ReleaseManagement], "schedule")?;
        self.happened(RfcTransition::Scheduled, None, vec![])?;
        if let Some(disputed) = self.acting.state.disputed_request(&self.planned.id) {
            let next = "`landfall dispute list` says what is disputed, and by whom";
            return Err(Refusal::new(RefusalCode::Gate, disputed, next));
        }
        let rf6 = gates::rf6(self.planned, self.status.until, self.acting.now);
        let gate = pass("scheduling", vec![self.read(Guard::RF6, rf6)])?;
        Ok(vec![self.happened(RfcTransition::Scheduled, None, gate)?])
    }

    fn cancel(&self, reason: &str) -> Result<Vec<Event>, Refusal> {
        self.take_role(&[RoleType::ReleaseManagement, RoleType::ChangeAuthority], "cancel")?;
        let reason = worded("the reason", reason)?;
        Ok(vec![self.happened(RfcTransition::Cancelled, Some(reason), vec![])?])
    }

    fn close(&self) -> Result<Vec<Event>, Refusal> {
        self.take_role(&[RoleType::ChangeAuthority], "close")?;
        let rf8 = gates::rf8(self.acting.state, &self.planned.id);
        self.happened(RfcTransition::Closed, None, vec![])?;
        let gate = pass("closing", vec![self.read(Guard::RF8, rf8)])?;
        Ok(vec![self.happened(RfcTransition::Closed, None, gate)?])
    }
}
