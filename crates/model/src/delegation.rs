//! Delegations in writing: who may act for whom, in which role, where, until when.
//!
//! A delegate acts with the delegator's role and with their own duties: whatever the separation of
//! duties keeps from either of them is kept from the delegate. Nobody passes a delegation on.
//!
//! House rule: a delegate is named in writing before he or she signs.

use crate::evolve::{Happening, Impossible};
use crate::id::PersonId;
use crate::rights::Rights;
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::separation_of_duties::{Rule, forbidden_together};
use crate::sheet::SlotId;
use crate::state::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum DelegationEvent {
    /// Somebody named who may act for them.
    Given {
        /// Its number, from 1.
        delegation: u32,
        /// Who may act.
        delegate: PersonId,
        /// In which role type.
        role: RoleType,
        /// Where.
        scope: Scope,
        /// Only in these slots; none means everything that the role type does.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        slots: Vec<SlotId>,
        /// From when on.
        from: Timestamp,
        /// Until when.
        until: Timestamp,
        /// Why.
        reason: String,
    },
    /// A delegation was ended early.
    Ended {
        /// Its number.
        delegation: u32,
        /// Why.
        reason: String,
    },
}

/// What a person tells Landfall to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DelegationCommand {
    /// Name who may act for oneself.
    Give {
        /// Who may act.
        delegate: PersonId,
        /// In which role type.
        role: RoleType,
        /// Where.
        scope: Scope,
        /// Only in these slots; none means everything that the role type does.
        slots: Vec<SlotId>,
        /// From when on; now without.
        from: Option<Timestamp>,
        /// Until when.
        until: Timestamp,
        /// Why.
        reason: String,
    },
    /// End a delegation early.
    End {
        /// Its number.
        delegation: u32,
        /// Why.
        reason: String,
    },
}

/// Where all of it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Delegations {
    /// Every delegation, the first having number 1.
    pub given: Vec<Delegation>,
}

/// A delegation in writing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delegation {
    /// Who gave it.
    pub by: PersonId,
    /// When it was written down.
    pub at: Timestamp,
    /// Who may act.
    pub delegate: PersonId,
    /// In which role type.
    pub role: RoleType,
    /// Where.
    pub scope: Scope,
    /// Only in these slots; none means everything that the role type does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slots: Vec<SlotId>,
    /// From when on.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Why.
    pub reason: String,
    /// When it was ended early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
}

impl Delegation {
    /// Returns whether it is in force.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.ended.is_none() && self.from <= now && now < self.until
    }
}

impl Delegations {
    /// Moves on by `event`.
    pub(crate) fn happened(
        &mut self,
        event: &DelegationEvent,
        happening: &Happening,
    ) -> Result<(), Impossible> {
        match event {
            DelegationEvent::Given {
                delegate, role, scope, slots, from, until, reason, ..
            } => {
                let by = happening.by.clone();
                self.given.push(Delegation {
                    by: by.ok_or_else(|| Impossible::unknown("whoever delegates"))?,
                    at: happening.at,
                    delegate: delegate.clone(),
                    role: *role,
                    scope: scope.clone(),
                    slots: slots.clone(),
                    from: *from,
                    until: *until,
                    reason: reason.clone(),
                    ended: None,
                });
            }
            DelegationEvent::Ended { delegation, .. } => {
                let position = (*delegation as usize).checked_sub(1);
                let given = position.and_then(|it| self.given.get_mut(it));
                let given = given.ok_or_else(|| Impossible::unknown("the delegation"))?;
                given.ended = Some(happening.at);
            }
        }
        Ok(())
    }
}

impl State {
    /// Returns the delegation by which `person` may act as `role` at `scope`, for whatever the role
    /// type does there.
    pub fn delegated<'a>(
        &'a self,
        person: &'a PersonId,
        role: RoleType,
        scope: &'a Scope,
        now: Timestamp,
    ) -> Option<&'a Delegation> {
        self.delegations_of(person, scope, now).find(|it| it.role == role && it.slots.is_empty())
    }

    /// Returns the delegation by which `person` may fill `slot`.
    pub fn delegated_slot(
        &self,
        person: &PersonId,
        slot: &SlotId,
        now: Timestamp,
    ) -> Option<&Delegation> {
        let scope = slot.sheet.scope();
        self.delegations.given.iter().find(|it| {
            let fits = it.slots.is_empty() || it.slots.contains(slot);
            it.role == slot.role && fits && self.counts(it, person, &scope, now)
        })
    }

    /// Returns what was delegated to `person` at `scope` and is in force: the delegator still holds
    /// the role type there, and nothing separates it from what the delegate holds.
    pub fn delegations_of<'a>(
        &'a self,
        person: &'a PersonId,
        scope: &'a Scope,
        now: Timestamp,
    ) -> impl Iterator<Item = &'a Delegation> {
        self.delegations.given.iter().filter(move |it| self.counts(it, person, scope, now))
    }

    fn counts(&self, it: &Delegation, person: &PersonId, scope: &Scope, now: Timestamp) -> bool {
        it.delegate == *person
            && it.is_in_force(now)
            && self.lies_in(scope, &it.scope)
            && self.still_holds(&it.by, it.role, scope)
            && self.keeps_from(person, it.role).is_none()
    }

    fn still_holds(&self, person: &PersonId, role: RoleType, scope: &Scope) -> bool {
        let left = self.left_the_project(person, Rights::Contribute);
        self.roles_of(person, scope).contains(&role) && !(role.is_project() && left.is_some())
    }

    /// Returns the rule that keeps `role` from somebody who holds what `person` holds, and the role
    /// type that it separates.
    pub fn keeps_from(&self, person: &PersonId, role: RoleType) -> Option<(Rule, RoleType)> {
        let roles = self.person(person).map(|it| it.roles.as_slice()).unwrap_or_default();
        roles.iter().find_map(|own| {
            let rule = forbidden_together(*own, role)?;
            (!self.plan.profile.relaxes(rule)).then_some((rule, *own))
        })
    }

    fn lies_in(&self, scope: &Scope, around: &Scope) -> bool {
        match (around, scope) {
            (Scope::Deployment, _) | (Scope::Core, Scope::Core | Scope::Component(_)) => true,
            (Scope::Ring(ring), Scope::Site(site)) => {
                let position = self.index.sites.get(site).map(|it| *it as usize);
                let of = position.and_then(|it| self.plan.ring_of.get(it));
                let of = of.and_then(|it| self.plan.rings.get(*it as usize));
                of.is_some_and(|it| it.id == *ring)
            }
            (
                Scope::Core | Scope::Component(_) | Scope::Ring(_) | Scope::Site(_) | Scope::Rfc(_),
                _,
            ) => around == scope,
        }
    }
}

impl DelegationEvent {
    /// Returns what it is about.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Given { scope, .. } => scope.clone(),
            Self::Ended { .. } => Scope::Deployment,
        }
    }
}

impl fmt::Display for DelegationEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given { delegation, delegate, role, scope, from, until, slots, reason } => {
                let slots: Vec<String> = slots.iter().map(ToString::to_string).collect();
                let only = if slots.is_empty() { String::new() } else { ", only ".to_owned() };
                write!(
                    f,
                    "delegation {delegation}: {delegate} may act as {role} at {scope}{only}{} from {from} until {until}: {reason}",
                    slots.join(", ")
                )
            }
            Self::Ended { delegation, reason } => {
                write!(f, "delegation {delegation} ended: {reason}")
            }
        }
    }
}
