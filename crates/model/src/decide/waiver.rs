//! Acts on waivers: letting a guard pass, by those who may, for a while.
//!
//! Source: the waiver machine, guard W1, rule SOD-8.

use super::{Acting, worded};
use crate::event::Event;
use crate::guard::Guard;
use crate::machine::{Transition, WaiverTransition};
use crate::refusal::{Refusal, RefusalCode};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::separation_of_duties as separation;
use crate::state::WaiverStatus;
use jiff::Timestamp;

/// What a request for a waiver must say.
pub(super) struct WaiverTexts<'a> {
    pub(super) reason: &'a str,
    pub(super) risk: &'a str,
    pub(super) control: &'a str,
}

impl Acting<'_> {
    pub(super) fn request_waiver(
        &self,
        guard: Guard,
        scope: &Scope,
        texts: &WaiverTexts<'_>,
        until: Timestamp,
    ) -> Result<Vec<Event>, Refusal> {
        self.known_scope(scope)?;
        if guard.waiver().authority().is_empty() {
            let text = format!("{guard} is never waived: {}", guard.text());
            return Err(Refusal::new(RefusalCode::NotPermitted, text, "make it true"));
        }
        if until <= self.now {
            let text = format!("the waiver would have ended at {until}");
            return Err(Refusal::invalid(text, "give an end that is still to come"));
        }
        let waiver = u32::try_from(self.state.waivers.len()).unwrap_or(u32::MAX) + 1;
        Ok(vec![Event::WaiverRequested {
            waiver,
            guard,
            scope: scope.clone(),
            reason: worded("the reason", texts.reason)?,
            risk: worded("the risk", texts.risk)?,
            control: worded("what is done against the risk", texts.control)?,
            until,
        }])
    }

    fn waiver(&self, number: u32) -> Result<&WaiverStatus, Refusal> {
        let position = (number as usize).checked_sub(1);
        let status = position.and_then(|it| self.state.waivers.get(it));
        status.ok_or_else(|| Refusal::unknown(format!("waiver {number}")))
    }

    pub(super) fn approve_waiver(&self, number: u32) -> Result<Vec<Event>, Refusal> {
        let status = self.waiver(number)?;
        WaiverTransition::Granted.attempt(number, status.state)?;
        let role = self.waiver_role(number, status)?;
        // Whoever gains by a waiver is whose work it lets go on.
        let mut involved: Vec<_> = status.requested_by.iter().cloned().collect();
        involved.extend(self.state.implementers_of(&status.scope));
        let mut approvers: Vec<_> = status.approvals.iter().map(|(by, _)| by.clone()).collect();
        if approvers.contains(self.person) || involved.contains(self.person) {
            let text = format!(
                "{} has asked for waiver {number}, approved it, or gains by it",
                self.person
            );
            let authority = status.guard.waiver().authority();
            let next = self.ask(authority, &status.scope);
            if self.state.plan.profile != crate::profile::Profile::Solo {
                return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
            }
        }
        approvers.push(self.person.clone());
        let mut events = vec![Event::WaiverApproved { waiver: number, role }];
        if approvers.len() >= self.state.plan.profile.waiver_approvers_min() {
            separation::may_grant_waiver(&involved, &approvers, self.state.plan.profile)?;
            let transition = WaiverTransition::Granted;
            events.push(Event::Waiver { waiver: number, transition, reason: None });
        }
        Ok(events)
    }

    fn waiver_role(&self, number: u32, status: &WaiverStatus) -> Result<RoleType, Refusal> {
        let authority = status.guard.waiver().authority();
        self.role(authority, &status.scope, &format!("decide on waiver {number}"))
    }

    pub(super) fn refuse_waiver(&self, number: u32, reason: &str) -> Result<Vec<Event>, Refusal> {
        let status = self.waiver(number)?;
        self.waiver_role(number, status)?;
        self.waiver_event(number, WaiverTransition::Refused, reason)
    }

    pub(super) fn close_waiver(&self, number: u32, reason: &str) -> Result<Vec<Event>, Refusal> {
        let status = self.waiver(number)?;
        let has_part = status.requested_by.as_ref() == Some(self.person)
            || status.approvals.iter().any(|(by, _)| by == self.person);
        if !has_part {
            self.waiver_role(number, status)?;
        }
        self.waiver_event(number, WaiverTransition::Closed, reason)
    }

    fn waiver_event(
        &self,
        waiver: u32,
        transition: WaiverTransition,
        reason: &str,
    ) -> Result<Vec<Event>, Refusal> {
        transition.attempt(waiver, self.waiver(waiver)?.state)?;
        let reason = Some(worded("the reason", reason)?);
        Ok(vec![Event::Waiver { waiver, transition, reason }])
    }
}
