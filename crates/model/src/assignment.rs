//! The project team: who is on it, and who has left it for what.
//!
//! A plan names people, and each of the project's own has an assignment from the
//! baseline on. It needs no entry of its own until something happens to it.
//!
//! Source: Deploy SMF, Process 3, Table 6, and Process 4, Table 7: have team members transferred out of the project?

mod involvement;

pub use involvement::{Involvement, involvement};

use crate::evolve::{Happening, Impossible};
use crate::guard::GuardReading;
use crate::id::PersonId;
use crate::machine::{AssignmentState, AssignmentTransition, Transition};
use crate::person::Person;
use crate::profile::Profile;
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::state::State;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// What becomes of a member of the team once the deployment is stable.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    strum::Display,
    strum::EnumString,
    strum::VariantArray,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Staying {
    /// They leave, and only review and sign until they are released.
    Leaves,
    /// They are on call through the quiet period.
    OnCall,
    /// They stay for good, in operations.
    Operations,
    /// They stay for good, in support.
    Support,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum AssignmentEvent {
    /// An assignment changed its state.
    Moved {
        /// Whose.
        person: PersonId,
        /// How.
        transition: AssignmentTransition,
        /// The role type that they have for good, where they were transferred.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<RoleType>,
        /// Why, the rota, or what proves that access was revoked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// What its guards read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gate: Vec<GuardReading>,
    },
    /// It was answered what becomes of somebody.
    Answered {
        /// Whom.
        person: PersonId,
        /// What.
        answer: Staying,
        /// From which day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Date>,
        /// Until which day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Date>,
    },
    /// Operations or support accepted what somebody knows.
    KnowledgeAccepted {
        /// Whose knowledge.
        person: PersonId,
        /// In which role it was accepted.
        role: RoleType,
        /// What was handed over, and how.
        what: String,
    },
}

/// What a person tells Landfall to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AssignmentCommand {
    /// Accept one's own assignment.
    Accept,
    /// Say what becomes of people.
    Answer {
        /// Whom.
        persons: Vec<PersonId>,
        /// What.
        answer: Staying,
        /// From which day.
        from: Option<Date>,
        /// Until which day.
        until: Option<Date>,
    },
    /// Accept, for operations or support, what people know.
    AcceptKnowledge {
        /// Whose knowledge.
        persons: Vec<PersonId>,
        /// What was handed over, and how.
        what: String,
    },
    /// Put people on call.
    PutOnCall {
        /// Whom.
        persons: Vec<PersonId>,
        /// When they answer.
        rota: String,
    },
    /// Move people to operations or support for good.
    Transfer {
        /// Whom.
        persons: Vec<PersonId>,
        /// To what: Operations Manager's or Support Manager's side.
        role: RoleType,
    },
    /// Let people only review and sign.
    Finish {
        /// Whom.
        persons: Vec<PersonId>,
        /// Why.
        reason: String,
    },
    /// Recall people who are on call, once Deployment Stable is revoked.
    Recall {
        /// Whom.
        persons: Vec<PersonId>,
        /// Why.
        reason: String,
    },
    /// Release people, whose access is revoked.
    Release {
        /// Whom.
        persons: Vec<PersonId>,
        /// What proves that their access is revoked.
        proof: String,
    },
}

/// Where all assignments stand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Assignments {
    people: BTreeMap<PersonId, Assignment>,
}

/// Where one person's assignment stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// Its state; nothing where nothing has happened to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<AssignmentState>,
    /// Since when.
    pub since: Timestamp,
    /// What becomes of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Staying>,
    /// From which day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// Until which day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// What they know and who has accepted it, in which role.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub knowledge: Vec<Knowledge>,
    /// The role type that they have for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleType>,
    /// Why, the rota, or what proves that access was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What somebody knows, and that it was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Knowledge {
    /// What was handed over, and how.
    pub what: String,
    /// Who accepted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// In which role.
    pub role: RoleType,
    /// When.
    pub at: Timestamp,
}

impl Assignments {
    /// Returns what is known of the assignment of `person`, where anything happened to it.
    pub fn of(&self, person: &PersonId) -> Option<&Assignment> {
        self.people.get(person)
    }

    /// Moves on by `event`.
    pub(crate) fn happened(
        &mut self,
        event: &AssignmentEvent,
        happening: &Happening,
    ) -> Result<(), Impossible> {
        let new = || Assignment {
            state: None,
            since: happening.at,
            answer: None,
            from: None,
            until: None,
            knowledge: vec![],
            role: None,
            reason: None,
        };
        let it = self.people.entry(event.person().clone()).or_insert_with(new);
        match event {
            AssignmentEvent::Moved { person, transition, role, reason, .. } => {
                let from = it.state.unwrap_or_else(|| begins_as(*transition));
                it.state = Some(transition.attempt(person, from)?);
                it.since = happening.at;
                it.role = role.or(it.role);
                it.reason.clone_from(reason);
            }
            AssignmentEvent::Answered { answer, from, until, .. } => {
                (it.answer, it.from, it.until) = (Some(*answer), *from, *until);
            }
            AssignmentEvent::KnowledgeAccepted { role, what, .. } => {
                let by = happening.by.clone();
                let (what, role, at) = (what.clone(), *role, happening.at);
                it.knowledge.push(Knowledge { what, by, role, at });
            }
        }
        Ok(())
    }
}

/// Returns the state in which somebody was to whom `transition` is the first thing that happens:
/// one person alone is active without saying so.
fn begins_as(transition: AssignmentTransition) -> AssignmentState {
    let named = AssignmentState::Named;
    if transition.follows(named).is_some() { named } else { AssignmentState::Active }
}

impl State {
    /// Returns where the assignment of `person` stands; nothing for who is not of the project.
    pub fn assignment(&self, person: &PersonId) -> Option<AssignmentState> {
        let planned = self.person(person)?;
        planned.roles.iter().any(|it| it.is_project()).then(|| {
            let state = self.assignments.of(person).and_then(|it| it.state);
            state.unwrap_or(match self.plan.profile {
                Profile::Solo => AssignmentState::Active,
                Profile::Standard | Profile::Regulated => AssignmentState::Named,
            })
        })
    }

    /// Returns the members of the project team, in plan order.
    pub fn team(&self) -> impl Iterator<Item = (&Person, AssignmentState)> {
        self.plan.people.iter().filter_map(|it| Some((it, self.assignment(&it.id)?)))
    }
}

/// Returns whether somebody holds only role types that span all projects: they stay, whatever
/// becomes of this one.
pub fn spans_projects(person: &Person) -> bool {
    let mut of_project = person.roles.iter().filter(|it| it.is_project());
    of_project.all(|it| matches!(it, RoleType::SolutionManager | RoleType::TestManager))
}

impl AssignmentEvent {
    /// Returns whose assignment it is about.
    pub fn person(&self) -> &PersonId {
        match self {
            Self::Moved { person, .. }
            | Self::Answered { person, .. }
            | Self::KnowledgeAccepted { person, .. } => person,
        }
    }

    /// Returns what it is about.
    pub fn scope(&self) -> Scope {
        Scope::Deployment
    }
}

impl fmt::Display for AssignmentEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Moved { person, transition, role, reason, .. } => {
                write!(f, "assignment of {person}: {transition}")?;
                if let Some(role) = role {
                    write!(f, ", as {role}")?;
                }
                reason.as_ref().map_or(Ok(()), |it| write!(f, ": {it}"))
            }
            Self::Answered { person, answer, from, until } => {
                write!(f, "after Deployment Stable, {person}: {answer}")?;
                from.map_or(Ok(()), |it| write!(f, " from {it}"))?;
                until.map_or(Ok(()), |it| write!(f, " until {it}"))
            }
            Self::KnowledgeAccepted { person, role, what } => {
                write!(f, "{role} accepted what {person} knows: {what}")
            }
        }
    }
}
