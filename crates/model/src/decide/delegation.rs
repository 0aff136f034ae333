//! Acts on delegations: naming who may act for oneself, and ending it.
//!
//! House rule: a delegate is named in writing before he or she signs; guard SG6, SOD-5 to SOD-7.

use super::{Acting, worded};
use crate::delegation::{Delegation, DelegationCommand, DelegationEvent};
use crate::event::Event;
use crate::guard::{Guard, GuardReading};
use crate::machine::{SignOffState, SignOffTransition};
use crate::refusal::{Refusal, RefusalCode};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::sheet::SlotId;
use jiff::{SignedDuration, Timestamp};

/// The longest that one delegation lasts.
const DELEGATION_DAYS_MAX: i64 = 366;

/// What is delegated, and for how long.
struct Wanted<'a> {
    delegate: &'a crate::id::PersonId,
    role: RoleType,
    scope: &'a Scope,
    slots: &'a [SlotId],
    from: Timestamp,
    until: Timestamp,
}

impl Acting<'_> {
    pub(super) fn delegation(&self, command: &DelegationCommand) -> Result<Vec<Event>, Refusal> {
        match command {
            DelegationCommand::Give { delegate, role, scope, slots, from, until, reason } => {
                let (role, until) = (*role, *until);
                let from = from.unwrap_or(self.now);
                let wanted = Wanted { delegate, role, scope, slots, from, until };
                self.delegate(&wanted, reason)
            }
            DelegationCommand::End { delegation, reason } => {
                self.end_delegation(*delegation, reason)
            }
        }
    }

    fn delegate(&self, it: &Wanted<'_>, reason: &str) -> Result<Vec<Event>, Refusal> {
        self.known_scope(it.scope)?;
        let reason = worded("the reason", reason)?;
        self.is_in_time(it)?;
        self.is_own(it)?;
        self.may_be_delegate(it)?;
        let is_of_slot = |slot: &&SlotId| slot.role != it.role;
        if let Some(slot) = it.slots.iter().find(is_of_slot) {
            let text = format!("{slot} is no slot of {}", it.role);
            return Err(Refusal::invalid(text, "name slots of the role type that is delegated"));
        }
        let delegation = u32::try_from(self.state.delegations.given.len()).unwrap_or(u32::MAX) + 1;
        let given = DelegationEvent::Given {
            delegation,
            delegate: it.delegate.clone(),
            role: it.role,
            scope: it.scope.clone(),
            slots: it.slots.to_vec(),
            from: it.from,
            until: it.until,
            reason,
        };
        let mut events = vec![Event::Delegation(given)];
        // Slots that were asked for already say that somebody else may fill them.
        for slot in it.slots {
            let asked = self.state.slots.get(slot);
            let asked = asked.filter(|it| it.state == SignOffState::Requested);
            events.extend(asked.map(|status| Event::SignOff {
                slot: slot.clone(),
                transition: SignOffTransition::Delegated,
                document: status.document,
                meaning: None,
                statements: vec![],
                on_behalf_of: None,
                stamp: None,
                batch: None,
                gate: vec![GuardReading::met(Guard::SG6)],
            }));
        }
        Ok(events)
    }

    fn is_in_time(&self, it: &Wanted<'_>) -> Result<(), Refusal> {
        let longest = SignedDuration::from_hours(24 * DELEGATION_DAYS_MAX);
        if it.from < self.now {
            let text = format!("a delegation from {} would reach back", it.from);
            return Err(Refusal::invalid(text, "it holds from when it is written down"));
        }
        if it.until <= it.from {
            let text = format!("the delegation would end at {}, before it begins", it.until);
            return Err(Refusal::invalid(text, "give an end after its beginning"));
        }
        if it.until.duration_since(it.from) > longest {
            let text = format!("a delegation lasts {DELEGATION_DAYS_MAX} days at most");
            return Err(Refusal::invalid(text, "give an earlier end"));
        }
        Ok(())
    }

    /// What is delegated is one's own: a delegate passes nothing on.
    fn is_own(&self, it: &Wanted<'_>) -> Result<(), Refusal> {
        let owns_a_site = self.state.plan.sites.iter().any(|site| site.owner == *self.person);
        let is_owner = it.role == RoleType::SiteOwner && *it.scope == Scope::Deployment;
        let own = self.state.roles_of(self.person, it.scope);
        if own.contains(&it.role) || (is_owner && owns_a_site) {
            return Ok(());
        }
        let text = format!("{} does not hold {} at {}", self.person, it.role, it.scope);
        Err(Refusal::new(RefusalCode::NotPermitted, text, self.ask(&[it.role], it.scope)))
    }

    /// SG6: the delegate is somebody else of the plan, whom nothing separates from the role type.
    fn may_be_delegate(&self, it: &Wanted<'_>) -> Result<(), Refusal> {
        let plan = &self.state.plan;
        let delegate = plan.person(it.delegate).ok_or_else(|| Refusal::unknown(it.delegate))?;
        let next = "name somebody else, who may act in that role type";
        if delegate.id == *self.person {
            return Err(Refusal::invalid("nobody delegates to oneself", next));
        }
        if it.role == RoleType::Auditor {
            return Err(Refusal::invalid("an audit is not delegated", "name another auditor"));
        }
        if let Some((rule, own)) = self.state.keeps_from(it.delegate, it.role) {
            let text = format!(
                "{} is {own} and cannot act as {} ({rule}: {})",
                delegate.id,
                it.role,
                rule.text()
            );
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
        }
        if let Some(leave) = delegate.leave().iter().find(|leave| {
            let zone = delegate.zone().unwrap_or(&plan.zone).rules();
            let (from, until) = (it.from.to_zoned(zone.clone()), it.until.to_zoned(zone));
            leave.first <= from.date() && until.date() <= leave.last
        }) {
            let text = format!("{} is away from {} to {}", delegate.id, leave.first, leave.last);
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
        }
        Ok(())
    }

    fn end_delegation(&self, number: u32, reason: &str) -> Result<Vec<Event>, Refusal> {
        let position = (number as usize).checked_sub(1);
        let given = position.and_then(|it| self.state.delegations.given.get(it));
        let unknown = || Refusal::unknown(format!("delegation {number}"));
        let given: &Delegation = given.ok_or_else(unknown)?;
        if given.by != *self.person && given.delegate != *self.person {
            let text =
                format!("delegation {number} is between {} and {}", given.by, given.delegate);
            let next = format!("ask {} or {}", given.by, given.delegate);
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
        }
        if given.ended.is_some() || given.until <= self.now {
            let text = format!("delegation {number} has ended");
            return Err(Refusal::new(RefusalCode::State, text, "there is nothing to do"));
        }
        let reason = worded("the reason", reason)?;
        Ok(vec![Event::Delegation(DelegationEvent::Ended { delegation: number, reason })])
    }
}
