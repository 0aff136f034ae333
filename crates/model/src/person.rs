//! The people of a deployment.
//!
//! Source: Deploy SMF, Table 1, and the parties it names beside the project team.

use crate::digest::Digest;
use crate::id::PersonId;
use crate::private::{Private, REMOVED};
use crate::role_type::RoleType;
use crate::ssh_key::SshKey;
use crate::window::TimeZoneName;
use serde::{Deserialize, Serialize};

/// Somebody with a part in the deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Person {
    /// Their short name, with which they act.
    pub id: PersonId,
    /// What is private of them.
    pub private: Private<Particulars>,
    /// The role types they hold. Site owners hold theirs through their sites.
    pub roles: Vec<RoleType>,
    /// Whether they may be called at any hour to authorise an emergency.
    pub on_call: bool,
    /// The SSH keys with which they sign.
    pub ssh_keys: Vec<SshKey>,
}

/// What is private of a person, and sealed as one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Particulars {
    /// Their name as printed.
    pub name: String,
    /// Where messages reach them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
    /// Where they live and work, where that is not the project's zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<TimeZoneName>,
    /// When they are away, whole days, the last included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leave: Vec<Leave>,
    /// Between which local hours they are asked; none means 08:00 to 18:00.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<WorkingHours>,
}

impl Particulars {
    /// Returns those of somebody of whom no more is known than a name.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

/// A person as a plan has them: what is private stands among the rest, or a commitment does.
#[derive(Serialize, Deserialize)]
struct Written {
    id: PersonId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    roles: Vec<RoleType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mail: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    on_call: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zone: Option<TimeZoneName>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    leave: Vec<Leave>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ssh_keys: Vec<SshKey>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hours: Option<WorkingHours>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sealed: Option<Digest>,
}

impl From<Written> for Person {
    fn from(written: Written) -> Self {
        let Written { id, name, roles, mail, on_call, zone, leave, ssh_keys, hours, sealed } =
            written;
        let private = match sealed {
            Some(sealed) => Private::Sealed { sealed, opening: None },
            None => {
                let name = name.unwrap_or_else(|| id.to_string());
                Private::Clear(Particulars { name, mail, zone, leave, hours })
            }
        };
        Self { id, private, roles, on_call, ssh_keys }
    }
}

impl From<Person> for Written {
    fn from(person: Person) -> Self {
        let Person { id, private, roles, on_call, ssh_keys } = person;
        let (clear, sealed) = match private {
            Private::Clear(clear) => (Some(clear), None),
            Private::Sealed { sealed, .. } => (None, Some(sealed)),
        };
        let name = clear.as_ref().map(|it| it.name.clone());
        let Particulars { mail, zone, leave, hours, .. } = clear.unwrap_or_default();
        Self { id, name, roles, mail, on_call, zone, leave, ssh_keys, hours, sealed }
    }
}

/// Days on which somebody is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leave {
    /// The first.
    pub first: jiff::civil::Date,
    /// The last.
    pub last: jiff::civil::Date,
}

/// The local hours in which somebody is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkingHours {
    /// From this hour on, 0 to 23.
    pub from: i8,
    /// Until this hour, 1 to 24.
    pub until: i8,
}

impl WorkingHours {
    /// The hours of whoever names no others.
    pub const DEFAULT: Self = Self { from: 8, until: 18 };
}

impl Person {
    /// Returns somebody who holds `roles`, as a plan file has them: in clear.
    pub fn new(id: PersonId, roles: Vec<RoleType>, particulars: Particulars) -> Self {
        let private = Private::Clear(particulars);
        Self { id, private, roles, on_call: false, ssh_keys: vec![] }
    }

    /// Returns whether they hold `role` in the whole deployment.
    pub fn holds(&self, role: RoleType) -> bool {
        self.roles.contains(&role)
    }

    /// Returns their name as printed; a mark where it is gone.
    pub fn name(&self) -> &str {
        self.private.value().map_or(REMOVED, |it| it.name.as_str())
    }

    /// Returns where messages reach them, where that is known.
    pub fn mail(&self) -> Option<&str> {
        self.private.value()?.mail.as_deref()
    }

    /// Returns where they live and work, where that is not the project's zone.
    pub fn zone(&self) -> Option<&TimeZoneName> {
        self.private.value()?.zone.as_ref()
    }

    /// Returns when they are away.
    pub fn leave(&self) -> &[Leave] {
        self.private.value().map(|it| it.leave.as_slice()).unwrap_or_default()
    }

    /// Returns between which local hours they are asked.
    pub fn hours(&self) -> WorkingHours {
        self.private.value().and_then(|it| it.hours).unwrap_or(WorkingHours::DEFAULT)
    }

    /// Returns whether they are away on the local day of `at`.
    pub fn is_away(&self, at: jiff::Timestamp, project: &TimeZoneName) -> bool {
        let day = at.to_zoned(self.zone().unwrap_or(project).rules()).date();
        self.leave().iter().any(|it| it.first <= day && day <= it.last)
    }

    /// Returns whether `at` falls outside of the hours in which they are asked.
    pub fn is_night(&self, at: jiff::Timestamp, project: &TimeZoneName) -> bool {
        let hour = at.to_zoned(self.zone().unwrap_or(project).rules()).hour();
        let hours = self.hours();
        !(hours.from <= hour && hour < hours.until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::canonical;
    use crate::private::Salt;

    const IN_CLEAR: &str = r#"{"hours":{"from":9,"until":17},"id":"ann","leave":[{"first":"2027-01-12","last":"2027-01-13"}],"mail":"ann@example.org","name":"Ann Ash","on_call":true,"roles":["developer"],"zone":"America/Chicago"}"#;

    #[test]
    fn a_person_of_an_older_plan_reads_and_is_written_as_before() {
        let read: Person = serde_json::from_str(IN_CLEAR).unwrap();
        assert_eq!((read.name(), read.mail()), ("Ann Ash", Some("ann@example.org")));
        assert_eq!(String::from_utf8(canonical(&read)).unwrap(), IN_CLEAR);
    }

    #[test]
    fn a_sealed_person_is_written_without_what_is_private_and_is_a_mark_once_that_is_gone() {
        let mut person: Person = serde_json::from_str(IN_CLEAR).unwrap();
        let particulars = person.private.value().unwrap().clone();
        person.private = Private::seal(particulars, Salt::of_chance([7; 32]));
        let sealed = person.private.sealed().unwrap();
        let written = String::from_utf8(canonical(&person)).unwrap();
        let expected =
            format!(r#"{{"id":"ann","on_call":true,"roles":["developer"],"sealed":"{sealed}"}}"#);
        assert_eq!(written, expected);
        assert_eq!((person.name(), person.hours().until), ("Ann Ash", 17));
        person.private.close();
        assert_eq!(String::from_utf8(canonical(&person)).unwrap(), expected);
        assert_eq!((person.name(), person.mail(), person.zone()), (REMOVED, None, None));
        assert_eq!((person.leave(), person.hours()), (&[][..], WorkingHours::DEFAULT));
    }
}
