//! The people of a plan, as a list: filtered by the role type that they hold.

use crate::listing::{Field, Item, Key, Listed, Use};
use model::machine::DeploymentState;
use model::person::Person;
use model::role_type::RoleType;
use model::scope::Scope;
use model::state::State;
use std::borrow::Cow;

/// Returns what is said before where everybody stands, once the project is over: nothing where it goes on.
pub fn over(state: &State) -> Option<&'static str> {
    match state.deployment {
        DeploymentState::Closed => Some("The project is closed. So they stood when it was."),
        DeploymentState::Terminated => Some("The project was ended. So they stood when it was."),
        DeploymentState::Draft
        | DeploymentState::Ready
        | DeploymentState::Deploying
        | DeploymentState::Held
        | DeploymentState::Stabilizing
        | DeploymentState::QuietPeriod
        | DeploymentState::MilestoneReview
        | DeploymentState::Closing
        | DeploymentState::Terminating => None,
    }
}

/// One person, in the deployment in which they take part.
#[derive(Clone, Copy, Debug)]
pub struct PersonAt<'s> {
    /// The deployment.
    pub state: &'s State,
    /// The person.
    pub person: &'s Person,
}

/// The position of the field of role types, of which a person may hold several.
const ROLE: usize = 2;

impl PersonAt<'_> {
    /// Returns the role types that they hold for the whole deployment.
    pub fn roles(&self) -> Vec<RoleType> {
        self.state.roles_of(&self.person.id, &Scope::Deployment)
    }
}

impl Listed for PersonAt<'_> {
    const FIELDS: &'static [Field] = &[
        Field { name: "person", about: "Their short name.", asked: Use::Both },
        Field { name: "name", about: "Their name.", asked: Use::Both },
        Field {
            name: "role",
            about: "A role type that they hold for the whole deployment.",
            asked: Use::Filter,
        },
    ];
}

impl Item for PersonAt<'_> {
    fn key(&self, field: usize) -> Key<'_> {
        match field {
            0 => Key::text(self.person.id.as_str()),
            1 => Key::text(self.person.name()),
            _ => Key::None,
        }
    }

    fn name(&self) -> Cow<'_, str> {
        self.person.id.as_str().into()
    }

    fn is(&self, field: usize, wanted: &str) -> bool {
        match field {
            ROLE => self.roles().iter().any(|it| it.key() == wanted),
            field => self.key(field).is(wanted),
        }
    }

    fn says(&self, text: &str) -> bool {
        self.has_field_with(text)
    }
}
