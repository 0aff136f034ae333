//! What is looked at before a core component is touched: room for it, a point to restore from, and
//! contacts on shift.
//!
//! Source: Deploy SMF, Process 1, Table 4, as worked out in `catalogue/guards.psv`: C5.

use crate::evolve::{Happening, Impossible};
use crate::id::{ComponentId, PersonId};
use crate::scope::Scope;
use crate::site_care::Stated;
use crate::state::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum PrecheckEvent {
    /// Somebody saw that there is room for a component: machines, disks, licences, load.
    CapacityFound {
        /// The component.
        component: ComponentId,
        /// What shows it.
        evidence: String,
    },
    /// A point was taken to which the hosts of a component can be restored.
    RestorePointTaken {
        /// The component.
        component: ComponentId,
        /// What it is called where it is kept.
        reference: String,
        /// When it was taken.
        taken: Timestamp,
        /// Until when it is kept.
        kept_until: Timestamp,
    },
    /// It was said who is on shift while a component is deployed.
    ContactsNamed {
        /// The component.
        component: ComponentId,
        /// Who.
        people: Vec<PersonId>,
    },
}

/// What a person tells Landfall to do. Said of the core, it is said of every component that has not
/// been deployed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PrecheckCommand {
    /// State that there is room for a component.
    FindCapacity {
        /// The component, or the core.
        scope: Scope,
        /// What shows it.
        evidence: String,
    },
    /// Record that a point to restore from was taken.
    TakeRestorePoint {
        /// The component, or the core.
        scope: Scope,
        /// What it is called where it is kept.
        reference: String,
        /// When it was taken; now where none is given.
        taken: Option<Timestamp>,
        /// Until when it is kept.
        kept_until: Timestamp,
    },
    /// Say who is on shift while a component is deployed.
    NameContacts {
        /// The component, or the core.
        scope: Scope,
        /// Who.
        people: Vec<PersonId>,
    },
}

/// What was found before components are touched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prechecks {
    /// Component by component; one of which nothing is known is not there.
    #[serde(default)]
    pub of: BTreeMap<ComponentId, Prechecked>,
}

/// What was found before one component is touched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prechecked {
    /// That there is room for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Stated<()>>,
    /// The points that were taken, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restore_points: Vec<RestorePoint>,
    /// Who was last said to be on shift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contacts: Option<Stated<Vec<PersonId>>>,
}

/// A point to which the hosts of a component can be restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestorePoint {
    /// What it is called where it is kept.
    pub reference: String,
    /// When it was taken.
    pub taken: Timestamp,
    /// Until when it is kept.
    pub kept_until: Timestamp,
    /// Who said so.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
}

impl Prechecks {
    /// Moves on by `event`.
    pub(crate) fn happened(
        &mut self,
        event: &PrecheckEvent,
        happening: &Happening,
    ) -> Result<(), Impossible> {
        let (by, at) = (happening.by.clone(), happening.at);
        match event {
            PrecheckEvent::CapacityFound { component, evidence } => {
                let stated = Stated { what: (), evidence: evidence.clone(), by, at };
                self.of.entry(component.clone()).or_default().capacity = Some(stated);
            }
            PrecheckEvent::RestorePointTaken { component, reference, taken, kept_until } => {
                let (taken, kept_until) = (*taken, *kept_until);
                let point =
                    RestorePoint { reference: reference.clone(), taken, kept_until, by, at };
                self.of.entry(component.clone()).or_default().restore_points.push(point);
            }
            PrecheckEvent::ContactsNamed { component, people } => {
                let stated = Stated { what: people.clone(), evidence: String::new(), by, at };
                self.of.entry(component.clone()).or_default().contacts = Some(stated);
            }
        }
        Ok(())
    }
}

impl State {
    /// Returns since when what is found before `component` is touched is about it as it stands: since
    /// it was last verified or went back.
    fn stands_since(&self, component: &ComponentId) -> Option<Timestamp> {
        let went_back = self.component(component).and_then(|(_, it)| it.went_back);
        self.site_care.verified.get(component).copied().max(went_back)
    }

    /// Returns that there is room for `component`, if somebody has seen it since it last changed.
    pub fn capacity(&self, component: &ComponentId) -> Option<&Stated<()>> {
        let since = self.stands_since(component);
        let capacity = self.prechecks.of.get(component)?.capacity.as_ref()?;
        since.is_none_or(|it| it <= capacity.at).then_some(capacity)
    }

    /// Returns the point from which `component` can be restored at `now`: the newest one that was
    /// taken since the component last changed, and is still kept.
    pub fn restore_point(&self, component: &ComponentId, now: Timestamp) -> Option<&RestorePoint> {
        let since = self.stands_since(component);
        let points = &self.prechecks.of.get(component)?.restore_points;
        let counts =
            |it: &&RestorePoint| now < it.kept_until && since.is_none_or(|since| since <= it.taken);
        points.iter().rev().find(counts)
    }

    /// Returns whom somebody named as on shift for `component` since it last changed.
    pub fn contacts_named(&self, component: &ComponentId) -> Option<&Stated<Vec<PersonId>>> {
        let since = self.stands_since(component);
        let named = self.prechecks.of.get(component)?.contacts.as_ref()?;
        since.is_none_or(|it| it <= named.at).then_some(named)
    }

    /// Returns who is on shift while `component` is deployed: whom somebody named for it, else those
    /// of the requests for change that cover it. Whoever is on leave at `now` is not.
    pub fn contacts(&self, component: &ComponentId, now: Timestamp) -> Vec<PersonId> {
        let named = self.contacts_named(component);
        let of_requests = || {
            let scope = Scope::Component(component.clone());
            let people = self.requests_at(&scope).flat_map(|it| it.details.on_shift.clone());
            people.collect()
        };
        let mut people: Vec<PersonId> = named.map_or_else(of_requests, |it| it.what.clone());
        people.retain(|it| {
            self.person(it).is_some_and(|person| !person.is_away(now, &self.plan.zone))
        });
        people
    }
}

impl PrecheckEvent {
    /// Returns what it is about.
    pub fn scope(&self) -> Scope {
        match self {
            Self::CapacityFound { component, .. }
            | Self::RestorePointTaken { component, .. }
            | Self::ContactsNamed { component, .. } => Scope::Component(component.clone()),
        }
    }
}

impl fmt::Display for PrecheckEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CapacityFound { component, evidence } => {
                write!(f, "{component}: there is room for it: {evidence}")
            }
            Self::RestorePointTaken { component, reference, taken, kept_until } => write!(
                f,
                "{component}: restore point {reference} taken at {taken} and kept until {kept_until}"
            ),
            Self::ContactsNamed { component, people } => {
                let people: Vec<&str> = people.iter().map(PersonId::as_str).collect();
                write!(f, "{component}: on shift are {}", people.join(", "))
            }
        }
    }
}
