//! The people of a deployment.
//!
//! Source: Deploy SMF, Table 1, and the parties it names beside the project team.

use crate::id::PersonId;
use crate::role_type::RoleType;
use serde::{Deserialize, Serialize};

/// Somebody with a part in the deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Their short name, with which they act.
    pub id: PersonId,
    /// Their name as printed.
    pub name: String,
    /// The role types they hold. Site owners hold theirs through their sites.
    pub roles: Vec<RoleType>,
    /// Where messages reach them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
    /// Whether they may be called at any hour to authorise an emergency.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub on_call: bool,
    /// Where they live and work, where that is not the project's zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<crate::window::TimeZoneName>,
    /// When they are away, whole days, the last included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leave: Vec<Leave>,
    /// The SSH keys with which they sign.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ssh_keys: Vec<crate::ssh_key::SshKey>,
    /// Between which local hours they are asked; none means 08:00 to 18:00.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<WorkingHours>,
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
    /// Returns whether they hold `role` in the whole deployment.
    pub fn holds(&self, role: RoleType) -> bool {
        self.roles.contains(&role)
    }

    /// Returns whether they are away on the local day of `at`.
    pub fn is_away(&self, at: jiff::Timestamp, project: &crate::window::TimeZoneName) -> bool {
        let day = at.to_zoned(self.zone.as_ref().unwrap_or(project).rules()).date();
        self.leave.iter().any(|it| it.first <= day && day <= it.last)
    }

    /// Returns whether `at` falls outside of the hours in which they are asked.
    pub fn is_night(&self, at: jiff::Timestamp, project: &crate::window::TimeZoneName) -> bool {
        let hour = at.to_zoned(self.zone.as_ref().unwrap_or(project).rules()).hour();
        let hours = self.hours.unwrap_or(WorkingHours::DEFAULT);
        !(hours.from <= hour && hour < hours.until)
    }
}
