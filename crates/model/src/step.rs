//! Steps: what the plan says is to be done on each computer, in order.
//!
//! House rule: a step says how to see that it was done (`verify`), how to undo
//! it (`rollback`) and whether it may be repeated; without that, a person decides.

use crate::id::{DeliverableId, StepId};
use crate::order::Setting;
use crate::role_type::RoleType;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One step of a plan. Texts may hold `${…}` references, filled in when the order is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its name, unique in its list.
    pub id: StepId,
    /// What it does, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What is done.
    pub work: StepWork,
    /// How to see that it has been done: succeeds where it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<StepWork>,
    /// How it is undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback: Option<StepWork>,
    /// Whether the plan says how it is undone: that nothing is to be undone is said too.
    #[serde(default, skip_serializing_if = "WayBack::is_said")]
    pub way_back: WayBack,
    /// Whether doing it twice does no harm.
    pub repeat: Repeat,
    /// How often it is tried before it counts as failed, at least 1.
    pub tries: u8,
    /// The wait before the second try, in seconds; it doubles with each further one.
    pub backoff_s: u32,
    /// How long one try may take, in seconds.
    pub time_limit_s: u32,
    /// How long it is expected to take, in seconds, for the forecast.
    pub expected_s: u32,
    /// Environment variables.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, Setting>,
    /// What follows when it has failed for good.
    pub on_failure: OnFailure,
}

/// Whether a plan says how a step is undone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WayBack {
    /// It does, for the step or for the whole.
    #[default]
    Said,
    /// It does not: the baseline waits for it (E6).
    Missing,
}

impl WayBack {
    fn is_said(&self) -> bool {
        *self == Self::Said
    }
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepWork {
    /// A program with its arguments; no shell reads them.
    Run(Vec<String>),
    /// A POSIX shell script. It holds no `${…}` of ours: values reach it by its environment.
    Script(String),
    /// A deliverable of the release, copied to the computer.
    Copy {
        /// Which deliverable.
        deliverable: DeliverableId,
        /// The absolute path on the computer.
        to: String,
        /// Permission bits.
        mode: u32,
    },
    /// An HTTP request whose answer is compared.
    Http {
        /// What is fetched.
        url: String,
        /// The status that means success.
        status: u16,
        /// A text that the body must contain.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        contains: Option<String>,
    },
    /// Something a person does and confirms.
    Manual {
        /// What to do.
        instructions: String,
        /// Whether evidence (a text, a reference) must be given.
        evidence: Evidence,
        /// Who may confirm it.
        role: RoleType,
    },
}

/// Whether a person's step needs evidence.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// A confirmation is enough.
    #[default]
    Optional,
    /// Without evidence it cannot be confirmed.
    Required,
}

/// Whether a step may be done again when nobody knows whether it was done.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Repeat {
    /// Only a person may decide it.
    #[default]
    Ask,
    /// Doing it twice does no harm.
    Safe,
}

/// What follows a step that has failed for good.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum OnFailure {
    /// The unit halts, and people decide.
    #[default]
    Pause,
    /// The unit is rolled back at once.
    Rollback,
    /// The unit goes on; the failure stays on its sheet.
    Continue,
}
