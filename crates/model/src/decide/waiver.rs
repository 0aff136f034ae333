//! Acts on waivers: letting a guard pass, by those who may, for a while.
//!
//! Source: the waiver machine, guard W1, rule SOD-8.

use super::{Acting, worded};
use crate::event::Event;
use crate::guard::{Guard, Waivability};
use crate::id::PersonId;
use crate::machine::{Transition, WaiverTransition};
use crate::profile::Profile;
use crate::refusal::{Refusal, RefusalCode};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::separation_of_duties as separation;
use crate::state::WaiverStatus;
use jiff::Timestamp;

/// A waiver as it is asked for.
pub(super) struct Wanted<'a> {
    pub(super) guard: Guard,
    pub(super) part: Option<&'a str>,
    pub(super) scope: &'a Scope,
    pub(super) until: Timestamp,
    pub(super) reason: &'a str,
    pub(super) risk: &'a str,
    pub(super) control: &'a str,
}

impl Acting<'_> {
    pub(super) fn request_waiver(&self, wanted: &Wanted<'_>) -> Result<Vec<Event>, Refusal> {
        self.known_scope(wanted.scope)?;
        self.may_be_waived(wanted)?;
        self.ends_in_time(wanted.until)?;
        let part = self.part_of_guard(wanted)?;
        self.can_be_decided(wanted)?;
        let waiver = u32::try_from(self.state.waivers.len()).unwrap_or(u32::MAX) + 1;
        Ok(vec![Event::WaiverRequested {
            waiver,
            guard: wanted.guard,
            scope: wanted.scope.clone(),
            reason: worded("the reason", wanted.reason)?,
            risk: worded("the risk", wanted.risk)?,
            control: worded("what is done against the risk", wanted.control)?,
            until: wanted.until,
            part,
        }])
    }

    /// W1: the guard can be waived, under this profile too.
    fn may_be_waived(&self, wanted: &Wanted<'_>) -> Result<(), Refusal> {
        let guard = wanted.guard;
        if guard == Guard::Q2 {
            let text =
                format!("{guard} is never waived: an eventful quiet period is accepted as it was");
            let next = "Customer and Operations Manager accept it: `landfall quiet-period accept`";
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
        }
        let profile = self.state.plan.profile;
        let never = match (guard.waiver(), guard.waiver_under(profile)) {
            (Waivability::Never, _) => format!("{guard} is never waived"),
            (_, Waivability::Never) => format!("{guard} is never waived in the profile {profile}"),
            (_, Waivability::WholeBy(_) | Waivability::PartBy { .. }) => return Ok(()),
        };
        let text = format!("{never}: {}", guard.text());
        Err(Refusal::new(
            RefusalCode::NotPermitted,
            text,
            "make it true: `landfall why` names who can",
        ))
    }

    /// W1: it ends, and no later than the next milestone as far as its day is known.
    fn ends_in_time(&self, until: Timestamp) -> Result<(), Refusal> {
        if until <= self.now {
            let text = format!("the waiver would have ended at {until}");
            return Err(Refusal::invalid(text, "give an end that is still to come"));
        }
        match self.state.next_milestone() {
            Some((milestone, at)) if at > self.now && until > at => {
                let title = milestone.title();
                let text = format!("the waiver would outlast {title}, which is planned for {at}");
                let next = format!("let it end by {at}; what is open then is decided anew");
                Err(Refusal::invalid(text, next))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Of a guard that has parts with names, one of them is waived: never the whole.
    fn part_of_guard(&self, wanted: &Wanted<'_>) -> Result<Option<String>, Refusal> {
        let guard = wanted.guard;
        match (guard.named_parts(), wanted.part) {
            (None, None) => Ok(None),
            (None, Some(_)) => {
                let text = format!("{guard} has no parts with names");
                Err(Refusal::invalid(text, "leave `--part` out"))
            }
            (Some(parts), None) => {
                let text = format!("only a part of {guard} can be waived, and none is named");
                Err(Refusal::invalid(text, format!("name it with `--part`: {parts}")))
            }
            (Some(_), Some(part)) => {
                let part = worded("the part", part)?;
                let open = self.state.parts_of(guard, wanted.scope);
                if open.contains(&part) {
                    return Ok(Some(part));
                }
                let text = format!("{part} is no part of {guard} that can be waived here");
                let next = match open.as_slice() {
                    [] => "nothing of it is open here".to_owned(),
                    some => format!("name one of {}", some.join(", ")),
                };
                Err(Refusal::new(RefusalCode::Unknown, text, next))
            }
        }
    }

    /// W1: each role type that must approve has somebody who did not ask for it, and these are
    /// different people.
    fn can_be_decided(&self, wanted: &Wanted<'_>) -> Result<(), Refusal> {
        if self.state.plan.profile == Profile::Solo {
            return Ok(());
        }
        let involved = self.involved(Some(self.person), wanted.scope);
        let eligible = |role: &RoleType| {
            let mut people = self.state.holders_at(*role, wanted.scope);
            people.retain(|it| !involved.contains(it));
            people
        };
        let authority = wanted.guard.waiver().authority();
        if let Some(vacant) = authority.iter().find(|role| eligible(role).is_empty()) {
            let text = format!(
                "nobody could approve it as {vacant}: whoever asks for a waiver, or gains by it, does not"
            );
            let next = "let somebody else ask for it, or name another holder in the plan";
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
        }
        let all: std::collections::BTreeSet<PersonId> =
            authority.iter().flat_map(eligible).collect();
        let wanted = self.state.plan.profile.waiver_approvers_min();
        if all.len() < wanted {
            let text = format!(
                "it takes {wanted} people who did not ask for it, and there is {}",
                all.len()
            );
            let next = "let somebody else ask for it, or name another holder in the plan";
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
        }
        Ok(())
    }

    /// Returns whoever asked for a waiver at `scope`, and whoever gains by it: whose work it lets
    /// go on.
    fn involved(&self, requester: Option<&PersonId>, scope: &Scope) -> Vec<PersonId> {
        let mut involved: Vec<PersonId> = requester.into_iter().cloned().collect();
        involved.extend(self.state.implementers_of(scope));
        involved
    }

    fn waiver(&self, number: u32) -> Result<&WaiverStatus, Refusal> {
        let position = (number as usize).checked_sub(1);
        let status = position.and_then(|it| self.state.waivers.get(it));
        status.ok_or_else(|| Refusal::unknown(format!("waiver {number}")))
    }

    pub(super) fn approve_waiver(&self, number: u32) -> Result<Vec<Event>, Refusal> {
        let status = self.waiver(number)?;
        WaiverTransition::Granted.attempt(number, status.state)?;
        self.waiver_role(number, status)?;
        let involved = self.involved(status.requested_by.as_ref(), &status.scope);
        let mut approvers: Vec<_> = status.approvals.iter().map(|(by, _)| by.clone()).collect();
        let authority = status.guard.waiver().authority();
        let profile = self.state.plan.profile;
        // Each of the role types that must approve does, by somebody of its own.
        let held = self.held(&status.scope);
        let given = |role: &RoleType| status.approvals.iter().any(|(_, it)| it == role);
        let own: Vec<RoleType> = authority.iter().copied().filter(|it| held.contains(it)).collect();
        let open = own.iter().copied().find(|it| !given(it));
        let role = open.or(own.first().copied().filter(|_| profile == Profile::Solo));
        let has_part = |it: &PersonId| {
            approvers.contains(it) || status.on_behalf.contains(it) || involved.contains(it)
        };
        let behind = role
            .map_or_else(|| vec![self.person.clone()], |it| self.persons_behind(it, &status.scope));
        if let Some(party) = behind.iter().find(|it| has_part(it))
            && profile != Profile::Solo
        {
            let text =
                format!("{party} has asked for waiver {number}, approved it, or gains by it");
            let next = self.ask(authority, &status.scope);
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
        }
        let Some(role) = role else {
            let lacking: Vec<RoleType> =
                authority.iter().copied().filter(|it| !given(it)).collect();
            let names: Vec<String> = lacking.iter().map(ToString::to_string).collect();
            let text = format!("waiver {number} still needs {}", names.join(" and "));
            let next = self.ask(&lacking, &status.scope);
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
        };
        approvers.push(self.person.clone());
        let on_behalf_of = self.on_behalf_of(role, &status.scope);
        let mut events = vec![Event::WaiverApproved { waiver: number, role, on_behalf_of }];
        let is_whole =
            profile == Profile::Solo || authority.iter().all(|it| given(it) || *it == role);
        if is_whole && approvers.len() >= profile.waiver_approvers_min() {
            separation::may_grant_waiver(&involved, &approvers, profile)?;
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
