//! Acts before a core component is touched: room for it, a restore point, contacts on shift.
//!
//! Source: Deploy SMF, Process 1, Table 4; guard C5.

use super::{Acting, worded};
use crate::event::Event;
use crate::id::{ComponentId, PersonId};
use crate::machine::ComponentState;
use crate::precheck::{PrecheckCommand, PrecheckEvent};
use crate::refusal::{Refusal, RefusalCode};
use crate::role_type::RoleType;
use crate::scope::Scope;
use jiff::{SignedDuration, Timestamp};

/// The longest time for which a restore point is kept, in days: ten years. What is beyond is a slip.
const KEPT_DAYS_MAX: i64 = 3_660;

/// Those who look at a component before it is touched.
const LOOKING: &[RoleType] =
    &[RoleType::ReleaseManagement, RoleType::OperationsExperience, RoleType::OperationsManager];

impl Acting<'_> {
    pub(super) fn precheck(&self, command: &PrecheckCommand) -> Result<Vec<Event>, Refusal> {
        let events = match command {
            PrecheckCommand::FindCapacity { scope, evidence } => {
                let components = self.untouched(scope, "say that there is room for it")?;
                let evidence = worded("what shows it", evidence)?;
                let known = |it: &ComponentId| {
                    self.state.capacity(it).is_some_and(|it| it.evidence == evidence)
                };
                if components.iter().all(known) {
                    return Err(known_already("that there is room"));
                }
                let found = |component| {
                    let evidence = evidence.clone();
                    PrecheckEvent::CapacityFound { component, evidence }
                };
                components.into_iter().map(found).collect()
            }
            PrecheckCommand::TakeRestorePoint { scope, reference, taken, kept_until } => {
                let taken = taken.unwrap_or(self.now);
                self.take_restore_point(scope, reference, (taken, *kept_until))?
            }
            PrecheckCommand::NameContacts { scope, people } => self.name_contacts(scope, people)?,
        };
        Ok(events.into_iter().map(Event::Precheck).collect())
    }

    fn take_restore_point(
        &self,
        scope: &Scope,
        reference: &str,
        (taken, kept_until): (Timestamp, Timestamp),
    ) -> Result<Vec<PrecheckEvent>, Refusal> {
        let components = self.untouched(scope, "record a restore point")?;
        let reference = worded("what the restore point is called", reference)?;
        if taken > self.now {
            let text = format!("a restore point of {taken} is still to come");
            return Err(Refusal::invalid(text, "record it once it has been taken"));
        }
        if kept_until <= self.now {
            let text = format!("the restore point was kept until {kept_until}");
            return Err(Refusal::invalid(
                text,
                "take another one, or give the day until which it is kept",
            ));
        }
        let latest = self.now.checked_add(SignedDuration::from_hours(24 * KEPT_DAYS_MAX));
        if latest.is_ok_and(|it| kept_until > it) {
            let text = format!("a restore point is kept for {KEPT_DAYS_MAX} days at most");
            return Err(Refusal::invalid(text, "give the day until which it is kept"));
        }
        let of = |component: ComponentId| PrecheckEvent::RestorePointTaken {
            component,
            reference: reference.clone(),
            taken,
            kept_until,
        };
        let known = |it: &ComponentId| {
            let points = self.state.prechecks.of.get(it).map(|it| it.restore_points.as_slice());
            let mut points = points.unwrap_or_default().iter();
            points.any(|it| {
                (&it.reference, it.taken, it.kept_until) == (&reference, taken, kept_until)
            })
        };
        if components.iter().all(known) {
            return Err(known_already(&format!("restore point {reference}")));
        }
        Ok(components.into_iter().map(of).collect())
    }

    fn name_contacts(
        &self,
        scope: &Scope,
        people: &[PersonId],
    ) -> Result<Vec<PrecheckEvent>, Refusal> {
        let components = self.untouched(scope, "say who is on shift")?;
        if people.is_empty() {
            return Err(Refusal::invalid("nobody is named", "name who is on shift"));
        }
        for id in people {
            let person = self.taking_over(id)?;
            if person.is_away(self.now, &self.state.plan.zone) {
                let text = format!("{id} is on leave today");
                return Err(Refusal::invalid(text, "name somebody who is there"));
            }
        }
        let mut people = people.to_vec();
        people.sort();
        people.dedup();
        let known = |it: &ComponentId| {
            let named = self.state.contacts_named(it);
            named.is_some_and(|it| it.what == people)
        };
        if components.iter().all(known) {
            return Err(known_already("who is on shift"));
        }
        let of = |component| PrecheckEvent::ContactsNamed { component, people: people.clone() };
        Ok(components.into_iter().map(of).collect())
    }

    /// Returns the components at `scope` that have still to be deployed.
    fn untouched(&self, scope: &Scope, act: &str) -> Result<Vec<ComponentId>, Refusal> {
        self.known_scope(scope)?;
        self.role(LOOKING, scope, act)?;
        let is_named = |id: &ComponentId| match scope {
            Scope::Core => true,
            Scope::Component(it) => it == id,
            Scope::Deployment | Scope::Ring(_) | Scope::Site(_) | Scope::Rfc(_) => false,
        };
        let is_ahead = |state| match state {
            ComponentState::Planned
            | ComponentState::Authorised
            | ComponentState::Halted
            | ComponentState::RolledBack => true,
            ComponentState::Adopting
            | ComponentState::Deploying
            | ComponentState::Verifying
            | ComponentState::Verified
            | ComponentState::Accepted
            | ComponentState::RollingBack
            | ComponentState::Descoped => false,
        };
        let all = self.state.plan.components.iter().zip(&self.state.components);
        let ahead = all.filter(|(it, status)| is_named(&it.id) && is_ahead(status.state));
        let ahead: Vec<ComponentId> = ahead.map(|(it, _)| it.id.clone()).collect();
        if ahead.is_empty() {
            let text = format!("no core component at {scope} has still to be deployed");
            let next = "name a component, or the core";
            return Err(Refusal::new(RefusalCode::State, text, next));
        }
        Ok(ahead)
    }
}

fn known_already(what: &str) -> Refusal {
    let text = format!("{what} is on record already");
    Refusal::new(RefusalCode::State, text, "there is nothing to do")
}
