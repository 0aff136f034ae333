//! Having a person forgotten: everything private that is known of them is destroyed.
//!
//! House rule: two people decide it, nobody is forgotten while something waits for them, and nobody is
//! told that it is done where it cannot be.

use super::{Acting, worded};
use crate::event::Event;
use crate::forgetting::Whom;
use crate::history::HistoryEvent;
use crate::id::PersonId;
use crate::machine::SiteState;
use crate::person::Person;
use crate::private::Private;
use crate::refusal::{Refusal, RefusalCode};
use crate::role_type::RoleType;
use crate::scope::Scope;

/// Who must agree that a person is forgotten: whoever answers for the work, and whoever runs the service.
pub const FORGET: [RoleType; 2] = [RoleType::ProgramManager, RoleType::OperationsManager];

/// Who must agree once the project has gone: whoever runs the service, and whoever supports its users.
pub const FORGET_AFTERWARDS: [RoleType; 2] =
    [RoleType::OperationsManager, RoleType::SupportManager];

fn refused<T>(text: String, next: &str) -> Result<T, Refusal> {
    Err(Refusal::new(RefusalCode::State, text, next))
}

impl Acting<'_> {
    pub(super) fn forget(&self, whom: &Whom, reason: &str) -> Result<Vec<Event>, Refusal> {
        let roles = if self.state.is_sealed() { &FORGET_AFTERWARDS } else { &FORGET };
        self.role(roles, &Scope::Deployment, "have a person forgotten")?;
        let reason = worded("the reason", reason)?;
        if let Some(at) = self.state.history.forgotten.get(whom) {
            return refused(format!("{whom} was forgotten on {at:.0}"), "there is nothing to do");
        }
        let names = match whom {
            Whom::Person(person) => self.names_of(person)?,
            Whom::ReporterOf(_) | Whom::GiverOf(_) => vec![self.name_behind(whom)?],
        };
        let act = format!("forget {whom}");
        let persons = self.two_persons();
        let (mut events, is_complete) =
            self.concur(&act, roles, persons, &Scope::Deployment, Some(&reason))?;
        if is_complete {
            let also = self.reports_of(&names).filter(|it| it != whom).collect();
            let person = whom.clone();
            events.push(Event::History(HistoryEvent::PersonForgotten { person, also, reason }));
        }
        Ok(events)
    }

    /// Returns the names under which `person` may have reported something, where they may be forgotten.
    fn names_of(&self, person: &PersonId) -> Result<Vec<String>, Refusal> {
        let history = &self.state.history;
        let planned = self.state.person(person);
        if planned.is_none() && !history.former.contains(person) {
            return Err(Refusal::unknown(person));
        }
        if history.in_clear.contains(person) {
            let text = format!(
                "a plan names {person} in clear: it was recorded before people were sealed"
            );
            let next = "it goes with the whole record, once its time of keeping is over";
            return refused(text, next);
        }
        let asked = planned.filter(|_| !self.state.is_sealed());
        if let Some(part) = asked.and_then(|it| self.part_of(it)) {
            let text = format!("{person} still {part}, and may be asked for it");
            let next = "give that to somebody else in a revised plan, or wait until all is closed";
            return refused(text, next);
        }
        let printed = planned.and_then(|it| it.private.value()).map(|it| it.name.clone());
        let before = self.names.iter().cloned();
        Ok(before.chain(printed).chain([person.to_string()]).collect())
    }

    /// Returns the name of whoever is behind a report.
    fn name_behind(&self, whom: &Whom) -> Result<String, Refusal> {
        let Some((_, known)) = self.state.reporters().find(|(it, _)| it == whom) else {
            let text = format!("nobody is named behind {whom}");
            let next = "`landfall incident list` and `landfall feedback list` show which there are";
            return Err(Refusal::new(RefusalCode::Unknown, text, next));
        };
        match known {
            Private::Clear(_) => {
                let text =
                    format!("{whom} names them in clear: it was recorded before they were sealed");
                refused(text, "it goes with the whole record, once its time of keeping is over")
            }
            Private::Sealed { opening: Some(opening), .. } => Ok(opening.value.clone()),
            Private::Sealed { opening: None, .. } => {
                refused(format!("nothing is known of {whom} any more"), "there is nothing to do")
            }
        }
    }

    /// Returns behind which reports one of `names` stands.
    fn reports_of(&self, names: &[String]) -> impl Iterator<Item = Whom> {
        let is_theirs = |it: &Private<String>| {
            let said =
                it.value().filter(|_| it.sealed().is_some()).map(|it| it.trim().to_lowercase());
            said.is_some_and(|it| names.iter().any(|name| name.trim().to_lowercase() == it))
        };
        self.state.reporters().filter(move |(_, it)| is_theirs(it)).map(|(whom, _)| whom)
    }

    /// Returns which part of the deployment is still `person`'s: reads well after their name.
    fn part_of(&self, person: &Person) -> Option<String> {
        let roles = self.state.roles_of(&person.id, &Scope::Deployment);
        if !self.has_left(person)
            && let Some(role) = roles.first()
        {
            return Some(format!("holds the role type {role}"));
        }
        let takes_part =
            |state: SiteState| !matches!(state, SiteState::Exempt | SiteState::RolledBack);
        let own = self.state.plan.sites.iter().zip(&self.state.sites).find(|(site, status)| {
            let is_theirs = site.owner == person.id || site.deputy.as_ref() == Some(&person.id);
            is_theirs && takes_part(status.state)
        });
        if let Some((site, _)) = own {
            return Some(format!("answers for site {}", site.id));
        }
        let mut for_others = self.state.delegations_of(&person.id, &Scope::Deployment, self.now);
        let delegated = for_others.next()?;
        Some(format!("acts for {} as {}", delegated.by, delegated.role))
    }
}
