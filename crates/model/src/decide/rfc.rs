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
use crate::gates::{Found, missing};
use crate::guard::{Guard, GuardReading};
use crate::id::RfcId;
use crate::machine::{RfcState, RfcTransition, Transition};
use crate::refusal::{Refusal, RefusalCode, pass};
use crate::rfc::{RequestForChange, RfcCategory};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::separation_of_duties as separation;
use crate::state::RfcStatus;
use jiff::SignedDuration;

impl Acting<'_> {
    pub(super) fn rfc(&self, id: &RfcId, act: &RfcAct) -> Result<Vec<Event>, Refusal> {
        let (planned, status) = self.state.rfc(id).ok_or_else(|| Refusal::unknown(id))?;
        let request = Request { acting: self, planned, status };
        match act {
            RfcAct::Submit => request.submit(),
            RfcAct::Classify { category } => request.classify(*category),
            RfcAct::Return { reason } => request.by_authority(RfcTransition::Returned, reason),
            RfcAct::Approve { part, conditions } => request.approve(*part, conditions.as_deref()),
            RfcAct::AuthoriseEmergency { part, reason } => {
                request.authorise_emergency(*part, reason)
            }
            RfcAct::Reject { reason } => request.by_authority(RfcTransition::Rejected, reason),
            RfcAct::Schedule => request.schedule(),
            RfcAct::Cancel { reason } => request.cancel(reason),
            RfcAct::Review { reason } => request.review(reason),
            RfcAct::Close => request.close(),
        }
    }
}

struct Request<'a> {
    acting: &'a Acting<'a>,
    planned: &'a RequestForChange,
    status: &'a RfcStatus,
}

impl Request<'_> {
    fn happened(
        &self,
        transition: RfcTransition,
        reason: Option<String>,
        gate: Vec<GuardReading>,
    ) -> Result<Event, Refusal> {
        transition.attempt(&self.planned.id, self.status.state)?;
        let rfc = self.planned.id.clone();
        Ok(Event::Rfc { rfc, transition, part: None, until: None, reason, gate })
    }

    fn scope(&self) -> Scope {
        Scope::Rfc(self.planned.id.clone())
    }

    fn read(&self, guard: Guard, found: Found) -> GuardReading {
        self.acting.state.reading(guard, &[self.scope()], self.acting.now, found)
    }

    fn take_role(&self, roles: &[RoleType], act: &str) -> Result<RoleType, Refusal> {
        self.acting.role(roles, &self.scope(), &format!("{act} {}", self.planned.id))
    }

    fn submit(&self) -> Result<Vec<Event>, Refusal> {
        let is_requester = *self.acting.person == self.planned.requested_by;
        if !is_requester {
            self.take_role(&[RoleType::ReleaseManagement], "submit")?;
        }
        self.happened(RfcTransition::Submitted, None, vec![])?;
        let gate = pass("submitting", vec![self.read(Guard::RF1, rf1(self.planned))])?;
        Ok(vec![self.happened(RfcTransition::Submitted, None, gate)?])
    }

    fn classify(&self, category: RfcCategory) -> Result<Vec<Event>, Refusal> {
        self.take_role(&[RoleType::ChangeAuthority], "classify")?;
        Ok(vec![self.happened(RfcTransition::Classified, Some(category.to_string()), vec![])?])
    }

    fn by_authority(&self, transition: RfcTransition, reason: &str) -> Result<Vec<Event>, Refusal> {
        self.take_role(&[RoleType::ChangeAuthority], "decide on")?;
        let reason = worded("the reason", reason)?;
        Ok(vec![self.happened(transition, Some(reason), vec![])?])
    }

    /// Returns the digest of the plan part as it is now, if it is what was shown.
    fn shown(&self, part: Digest) -> Result<Digest, Refusal> {
        let index = &self.acting.state.index;
        let position = index.rfcs.get(&self.planned.id).map(|it| *it as usize);
        let now = position.and_then(|it| index.parts.get(it)).copied();
        let now = now.ok_or_else(|| Refusal::unknown(&self.planned.id))?;
        if now == part {
            return Ok(now);
        }
        let text =
            format!("the plan part of {} is no longer the one that was shown", self.planned.id);
        let next = "read it again with `landfall rfc show`, then approve what it says now";
        Err(Refusal::new(RefusalCode::Stale, text, next))
    }

    fn is_separate(&self) -> Result<Vec<separation::Rule>, Refusal> {
        let change = separation::Change {
            requester: &self.planned.requested_by,
            plan_author: &self.planned.requested_by,
            implementers: &self.planned.implementers,
            builders: &[],
        };
        let profile = self.acting.state.plan.profile;
        Ok(separation::may_approve(change, self.acting.person, profile)?)
    }

    fn approve(&self, part: Digest, conditions: Option<&str>) -> Result<Vec<Event>, Refusal> {
        // Asked of the machine first, so that an approval after the start is impossible.
        self.happened(RfcTransition::Authorised, None, vec![])?;
        let part = self.shown(part)?;
        let conditions = conditions.map(|it| worded("the condition", it)).transpose()?;
        let mut approvals = self.status.approvals.clone();
        let held = self.acting.held(&self.scope());
        let roles: Vec<RoleType> = self.planned.levels.iter().map(|it| it.role).collect();
        self.take_role(&roles, "approve")?;
        self.is_separate()?;
        let open = self.planned.levels.iter().zip(0_u8..).find(|(level, number)| {
            let given = approvals.iter().filter(|(_, it)| it == number).count();
            given < usize::from(level.quorum)
        });
        let Some((level, number)) = open else {
            return Err(self.gate_closed());
        };
        if !held.contains(&level.role) {
            let text = format!("{} waits on {} first", self.planned.id, level.role);
            let next = self.acting.ask(&[level.role], &self.scope());
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
        }
        if approvals.iter().any(|(by, it)| by == self.acting.person && *it == number) {
            let text = format!("{} has approved {} already", self.acting.person, self.planned.id);
            let next = self.acting.ask(&[level.role], &self.scope());
            return Err(Refusal::new(RefusalCode::State, text, next));
        }
        approvals.push((self.acting.person.clone(), number));
        let rfc = self.planned.id.clone();
        let mut events = vec![Event::RfcApproved { rfc, level: number, part, conditions }];
        let rf2 = self.read(Guard::RF2, rf2(self.planned, &approvals));
        let rf3 = self.read(Guard::RF3, Ok(()));
        if rf2.verdict.passes() && rf3.verdict.passes() {
            events.push(self.authorised(RfcTransition::Authorised, part, None, vec![rf2, rf3])?);
        }
        Ok(events)
    }

    fn gate_closed(&self) -> Refusal {
        let text = format!("{} has all of its approvals", self.planned.id);
        Refusal::new(RefusalCode::State, text, "it can be scheduled")
    }

    fn authorised(
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

    fn authorise_emergency(&self, part: Digest, reason: &str) -> Result<Vec<Event>, Refusal> {
        self.take_role(&[RoleType::ChangeAuthority], "authorise")?;
        let reason = worded("why it cannot wait", reason)?;
        let part = self.shown(part)?;
        self.is_separate()?;
        let gate = vec![GuardReading::met(Guard::RF4)];
        let transition = RfcTransition::EmergencyAuthorised;
        Ok(vec![self.authorised(transition, part, Some(reason), gate)?])
    }

    fn schedule(&self) -> Result<Vec<Event>, Refusal> {
        self.take_role(&[RoleType::ReleaseManagement], "schedule")?;
        self.happened(RfcTransition::Scheduled, None, vec![])?;
        let gate = pass("scheduling", vec![self.read(Guard::RF6, self.rf6())])?;
        Ok(vec![self.happened(RfcTransition::Scheduled, None, gate)?])
    }

    fn rf6(&self) -> Found {
        match self.planned.window {
            Some(window) if window.until <= self.acting.now => missing(
                format!("the window of {} ended at {}", self.planned.id, window.until),
                &[RoleType::ReleaseManagement],
            ),
            Some(_) | None => Ok(()),
        }
    }

    fn cancel(&self, reason: &str) -> Result<Vec<Event>, Refusal> {
        self.take_role(&[RoleType::ReleaseManagement, RoleType::ChangeAuthority], "cancel")?;
        let reason = worded("the reason", reason)?;
        Ok(vec![self.happened(RfcTransition::Cancelled, Some(reason), vec![])?])
    }

    fn review(&self, reason: &str) -> Result<Vec<Event>, Refusal> {
        self.take_role(&[RoleType::ChangeAuthority], "review")?;
        let reason = worded("the review", reason)?;
        if self.planned.implementers.contains(self.acting.person) {
            let text = format!("{} carried out {}", self.acting.person, self.planned.id);
            let next = "ask somebody who did not";
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
        }
        Ok(vec![self.happened(RfcTransition::Reviewed, Some(reason), vec![])?])
    }

    fn close(&self) -> Result<Vec<Event>, Refusal> {
        self.take_role(&[RoleType::ChangeAuthority], "close")?;
        let rf8 = if self.status.state == RfcState::Reviewed {
            Ok(())
        } else {
            missing("the review after implementation is missing", &[RoleType::ChangeAuthority])
        };
        self.happened(RfcTransition::Closed, None, vec![])?;
        let gate = pass("closing", vec![self.read(Guard::RF8, rf8)])?;
        Ok(vec![self.happened(RfcTransition::Closed, None, gate)?])
    }
}

/// RF1: the request is complete.
pub(super) fn rf1(planned: &RequestForChange) -> Found {
    let empty = [
        ("a title", &planned.title),
        ("a reason", &planned.reason),
        ("the impact", &planned.impact),
        ("the risk", &planned.risk),
        ("a rollback plan", &planned.rollback_plan),
        ("test evidence", &planned.test_evidence),
    ]
    .into_iter()
    .find(|(_, text)| text.trim().is_empty());
    let covers_nothing = planned.covers.components.is_empty() && planned.covers.rings.is_empty();
    match empty {
        Some((what, _)) => {
            missing(format!("{} lacks {what}", planned.id), &[RoleType::ReleaseManagement])
        }
        None if covers_nothing => {
            missing(format!("{} covers nothing", planned.id), &[RoleType::ReleaseManagement])
        }
        None => Ok(()),
    }
}

/// RF2: every level has its quorum, of people who neither asked nor carry it out.
pub(super) fn rf2(planned: &RequestForChange, approvals: &[(crate::id::PersonId, u8)]) -> Found {
    let open = planned.levels.iter().zip(0_u8..).find(|(level, number)| {
        let given = approvals.iter().filter(|(_, it)| it == number).count();
        given < usize::from(level.quorum)
    });
    match open {
        None => Ok(()),
        Some((level, number)) => {
            let given = approvals.iter().filter(|(_, it)| *it == number).count();
            let text = format!("{given} of {} approvals by {}", level.quorum, level.role);
            missing(text, &[level.role])
        }
    }
}
