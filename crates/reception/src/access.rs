//! What an admission admits to: a person may do what their role allows, a program less.

use model::authentication::{AuthenticationMethod, is_for_a_person, signs};
use model::command::Command;
use model::id::DeploymentId;
use serde::{Deserialize, Serialize};

/// What an admission admits to, within what its person may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// Whether it may act, or read only.
    pub reach: Reach,
    /// The deployments it reaches; empty for all of the person's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deployments: Vec<DeploymentId>,
}

/// How far an admission reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// To read.
    Read,
    /// To read and to act, but not to sign: a signature is a person's, here and now.
    Act,
    /// To everything the person may do.
    Person,
}

/// What is kept of an admission: what it admits to, and by what its person was known.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Granted {
    pub(crate) access: Access,
    pub(crate) by: AuthenticationMethod,
}

impl Access {
    /// Returns the access of a person who has logged in.
    pub(crate) fn of_person() -> Self {
        Self { reach: Reach::Person, deployments: vec![] }
    }

    /// Returns whether it reaches `deployment`.
    pub fn reaches(&self, deployment: &DeploymentId) -> bool {
        self.deployments.is_empty() || self.deployments.contains(deployment)
    }

    /// Returns why `command` may not be given with it; nothing where it may.
    pub fn forbids(&self, command: &Command) -> Option<&'static str> {
        match self.reach {
            Reach::Person => None,
            Reach::Read => Some("this token may read only"),
            Reach::Act if signs(command) => {
                Some("a signature is a person's: log in and sign there, a token never signs")
            }
            Reach::Act if is_for_a_person(command) => {
                Some("this is for a person to decide: log in and say so there, a token never does")
            }
            Reach::Act => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::sheet::{Sheet, SlotId};

    fn access(reach: Reach) -> Access {
        Access { reach, deployments: vec![] }
    }

    #[test]
    fn a_token_never_signs_and_one_that_reads_never_acts() {
        let slot: SlotId = Sheet::SitesComplete.slots().remove(0);
        let withdraw = Command::Withdraw { slot, reason: "mistaken".to_owned() };
        let hold = Command::HoldDeployment { reason: "power".to_owned() };
        let waive = Command::ApproveWaiver { waiver: 1 };
        for (reach, command, is_allowed) in [
            (Reach::Person, &withdraw, true),
            (Reach::Person, &hold, true),
            (Reach::Act, &withdraw, false),
            (Reach::Person, &waive, true),
            (Reach::Act, &waive, false),
            (Reach::Act, &hold, true),
            (Reach::Read, &withdraw, false),
            (Reach::Read, &hold, false),
        ] {
            assert_eq!(access(reach).forbids(command).is_none(), is_allowed, "{reach:?}");
        }
    }
}
