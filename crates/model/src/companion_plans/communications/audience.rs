//! To whom a message goes.
//!
//! Source: Deploy SMF, Table 1 and Process 2, Table 5.

use crate::id::PersonId;
use crate::role_type::RoleType;

/// To whom a message goes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// The owners of the sites it is about.
    SiteOwners,
    /// Those who may sign for the owners.
    Deputies,
    /// The users of the sites it is about.
    Users,
    /// The holders of these role types.
    Holders(Vec<RoleType>),
    /// Everybody: people of the plan and users of sites.
    Everybody,
    /// One person.
    Person(PersonId),
}

/// The words of a plan for an audience.
const WORDS: &[(&str, Word)] = &[
    ("site owners", Word::SiteOwners),
    ("site owner", Word::SiteOwners),
    ("affected owners", Word::SiteOwners),
    ("owners", Word::SiteOwners),
    ("deputies", Word::Deputies),
    ("users", Word::Users),
    ("affected users", Word::Users),
    ("customer", Word::Roles(&[RoleType::Customer])),
    ("operations", Word::Roles(&[RoleType::OperationsManager, RoleType::OperationsExperience])),
    ("support", Word::Roles(&[RoleType::SupportManager])),
    ("stakeholders", Word::Roles(&[RoleType::Stakeholder])),
    ("change authority", Word::Roles(&[RoleType::ChangeAuthority])),
    ("release management", Word::Roles(&[RoleType::ReleaseManagement])),
    ("user experience", Word::Roles(&[RoleType::UserExperience])),
    ("product manager", Word::Roles(&[RoleType::ProductManager])),
    ("program manager", Word::Roles(&[RoleType::ProgramManager])),
    ("project team", Word::Roles(RoleType::PROJECT)),
    ("all", Word::Everybody),
    ("everybody", Word::Everybody),
];

#[derive(Clone, Copy)]
enum Word {
    SiteOwners,
    Deputies,
    Users,
    Roles(&'static [RoleType]),
    Everybody,
}

impl Audience {
    /// Returns whom `text` names, such as `users and customer`, and the words that name nobody.
    ///
    /// A word with a dot or a dash in it is the short name of a person.
    pub fn read(text: &str) -> (Vec<Self>, Vec<String>) {
        let text = text.replace(" and ", ",").replace('+', ",");
        let (mut found, mut unread) = (Vec::new(), Vec::new());
        for word in text.split(',').map(str::trim).filter(|it| !it.is_empty()) {
            match Self::of(&word.to_lowercase()) {
                Some(it) => found.push(it),
                None => unread.push(word.to_owned()),
            }
        }
        (found, unread)
    }

    fn of(word: &str) -> Option<Self> {
        let known = WORDS.iter().find(|(it, _)| *it == word);
        match known {
            Some((_, Word::SiteOwners)) => Some(Self::SiteOwners),
            Some((_, Word::Deputies)) => Some(Self::Deputies),
            Some((_, Word::Users)) => Some(Self::Users),
            Some((_, Word::Roles(roles))) => Some(Self::Holders(roles.to_vec())),
            Some((_, Word::Everybody)) => Some(Self::Everybody),
            None if word.contains(['.', '-']) => word.parse().ok().map(Self::Person),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audience_is_read_as_people_write_it() {
        for (text, found, unread) in [
            ("users", "[Users]", "[]"),
            ("affected owners and users", "[SiteOwners, Users]", "[]"),
            ("users, customer", "[Users, Holders([Customer])]", "[]"),
            ("site owners + support", "[SiteOwners, Holders([SupportManager])]", "[]"),
            ("all", "[Everybody]", "[]"),
            ("noor.vasquez", "[Person(PersonId(\"noor.vasquez\"))]", "[]"),
            ("users and the cat", "[Users]", "[\"the cat\"]"),
            ("", "[]", "[]"),
        ] {
            let (are, left) = Audience::read(text);
            assert_eq!(format!("{are:?}"), found, "{text}");
            assert_eq!(format!("{left:?}"), unread, "{text}");
        }
    }
}
