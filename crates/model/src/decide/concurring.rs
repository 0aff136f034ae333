//! Who stands behind an act, and agreements that take several people.
//!
//! A delegate and whom they act for are one voice: what is kept from either is kept from both, and
//! together they are no two people.
//!
//! House rule: docs/decisions/0068-a-delegate-is-no-second-person.md.

use super::Acting;
use crate::event::Event;
use crate::id::PersonId;
use crate::planted::{Planted, is_planted};
use crate::refusal::{Refusal, RefusalCode};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::separation_of_duties as separation;
use crate::state::Concurrence;

impl Acting<'_> {
    /// Returns for whom the person acts as `role` at `scope`, where not for themselves.
    pub(super) fn on_behalf_of(&self, role: RoleType, scope: &Scope) -> Option<PersonId> {
        if self.state.roles_of(self.person, scope).contains(&role) {
            return None;
        }
        self.state.delegated(self.person, role, scope, self.now).map(|it| it.by.clone())
    }

    /// Returns the persons behind what is done as `role` at `scope`: whoever acts, and for whom.
    pub(super) fn persons_behind(&self, role: RoleType, scope: &Scope) -> Vec<PersonId> {
        let delegator = self.on_behalf_of(role, scope);
        std::iter::once(self.person.clone()).chain(delegator).collect()
    }

    /// Returns how many different people an act of two must have.
    pub(super) fn two_persons(&self) -> usize {
        match self.state.plan.profile {
            crate::profile::Profile::Solo => 1,
            crate::profile::Profile::Standard | crate::profile::Profile::Regulated => 2,
        }
    }

    /// Collects agreement to `act` from holders of each of `roles`, by at least `persons_min`
    /// different people, one or two. Returns the agreement of this person, and whether it is complete.
    ///
    /// # Errors
    ///
    /// When the person holds none of the roles, or has agreed already.
    pub(super) fn concur(
        &self,
        act: &str,
        roles: &[RoleType],
        persons_min: usize,
        scope: &Scope,
        reason: Option<&str>,
    ) -> Result<(Vec<Event>, bool), Refusal> {
        self.role(roles, scope, act)?;
        let held = self.held(scope);
        let before = self.state.concurrences.get(act).map(Vec::as_slice).unwrap_or_default();
        let has_given = |role: RoleType| before.iter().any(|it| it.role == role);
        let mine: Vec<RoleType> =
            roles.iter().copied().filter(|it| held.contains(it) && !has_given(*it)).collect();
        let is_new_person = before.iter().all(|it| it.by != *self.person);
        if mine.is_empty() && !is_new_person {
            let text = format!("{} has already agreed to {act}", self.person);
            let lacking: Vec<RoleType> =
                roles.iter().copied().filter(|it| !has_given(*it)).collect();
            let wanted = if lacking.is_empty() { roles } else { &lacking };
            return Err(Refusal::new(RefusalCode::State, text, self.ask(wanted, scope)));
        }
        let given: Vec<RoleType> = if mine.is_empty() {
            roles.iter().copied().filter(|it| held.contains(it)).take(1).collect()
        } else {
            mine
        };
        let covered = roles.iter().all(|it| has_given(*it) || given.contains(it));
        let agreed = before.iter().map(|it| it.behind().cloned().collect());
        let agreed = agreed.chain(given.iter().map(|it| self.persons_behind(*it, scope)));
        let is_enough = persons_min < 2 || separation::persons(&agreed.collect::<Vec<_>>()) > 1;
        let is_complete = covered && is_enough || is_planted(Planted::ActsAlone);
        let lacks = |it: &RoleType| !has_given(*it) && !given.contains(it);
        let lacking: Vec<RoleType> = roles.iter().copied().filter(lacks).collect();
        let wanted = match (is_complete, lacking.is_empty()) {
            (true, _) => vec![],
            (false, true) => roles.to_vec(),
            (false, false) => lacking,
        };
        let events = given.iter().map(|role| Event::Concurred {
            act: act.to_owned(),
            role: *role,
            reason: reason.map(str::to_owned),
            wanted: wanted.clone(),
            on_behalf_of: self.on_behalf_of(*role, scope),
        });
        Ok((events.collect(), is_complete))
    }

    /// Returns whether somebody behind this person, who acts as `role` at `scope`, stands behind one
    /// of the agreements `before`.
    pub(super) fn has_agreed(
        &self,
        role: RoleType,
        scope: &Scope,
        before: &[Concurrence],
    ) -> Option<PersonId> {
        let agreed: Vec<&PersonId> = before.iter().flat_map(Concurrence::behind).collect();
        self.persons_behind(role, scope).into_iter().find(|it| agreed.contains(&it))
    }
}
