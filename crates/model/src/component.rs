//! Core components: the infrastructure that sites depend on.
//!
//! Source: Deploy SMF, Process 1, Table 4.

use crate::id::{ComponentId, ComputerId};
use crate::step::Step;
use crate::window::MaintenanceWindow;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A part of the solution's infrastructure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoreComponent {
    /// Its name.
    pub id: ComponentId,
    /// What it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The computers it runs on, deployed one after another.
    pub hosts: Vec<Computer>,
    /// How they are reached.
    pub connection: Connection,
    /// The components that must be verified first.
    pub needs: Vec<ComponentId>,
    /// Whether sites wait for it altogether.
    pub mode: CoreMode,
    /// Whether it was deployed in the pilot and is to be adopted.
    pub adopt: Adopt,
    /// What is done on each host, in order.
    pub steps: Vec<Step>,
    /// What is looked at before it is taken over from the pilot; it only reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discovery: Vec<Step>,
    /// How each host is checked afterwards; all must pass.
    pub checks: Vec<Step>,
    /// What happens if it must go back.
    pub rollback: RollbackPlan,
    /// When it may be changed. Civil times are in `zone`.
    pub windows: Vec<MaintenanceWindow>,
    /// The zone of its windows.
    pub zone: crate::window::TimeZoneName,
    /// Values for its steps.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
}

impl CoreComponent {
    /// Returns the names of its steps and checks, in order.
    pub fn step_names(&self) -> Vec<&crate::id::StepId> {
        self.steps.iter().chain(&self.checks).map(|it| &it.id).collect()
    }
}

/// A computer of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Computer {
    /// Its name, unique in its site or component.
    pub id: ComputerId,
    /// Its name or address on the network; may end in `:port`.
    pub host: String,
}

/// How the computers of a component or site are reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Connection {
    /// They are this computer.
    Here,
    /// Over SSH.
    Ssh(SshConnection),
}

/// What SSH connections of a plan have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SshConnection {
    /// The account.
    pub user: String,
    /// The TCP port where a host names none.
    pub port: u16,
    /// The private key's path on Landfall's own computer; without one the agent is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// The known-hosts file's path on Landfall's own computer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_hosts: Option<String>,
    /// The computer through which they are reached, as `host` or `host:port`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jump: Option<String>,
}

/// When a core component is deployed, seen from the sites.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum CoreMode {
    /// Before any site: sites wait for the signed core sheet.
    #[default]
    Advance,
    /// Beside the sites: a site waits only for the components it needs.
    Parallel,
}

/// Whether a component that the pilot deployed is taken over.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Adopt {
    /// It is deployed.
    #[default]
    No,
    /// Its checks are run first; where all pass it is taken as it is, else it is deployed.
    FromPilot,
}

/// How a component or a site goes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RollbackPlan {
    /// Each step's own `rollback`, in reverse order.
    Steps {
        /// What is lost by going back, if anything; such a rollback needs its own approval.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        loses: Option<String>,
    },
    /// It does not go back: faults are fixed forward. A declared choice with a reason.
    ForwardFix {
        /// Why.
        reason: String,
    },
}
