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
}

impl Person {
    /// Returns whether they hold `role` in the whole deployment.
    pub fn holds(&self, role: RoleType) -> bool {
        self.roles.contains(&role)
    }
}
