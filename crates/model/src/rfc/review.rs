//! The review after implementation, and what justifies an emergency.
//!
//! Source: Change and Configuration SMF, "Validate and Review the Change"; X-07 of `catalogue/requirements.psv`.

use serde::{Deserialize, Serialize};

/// What an emergency restores: the only three things that may not wait.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::VariantArray,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum EmergencyKind {
    /// A service that is down or failing.
    Service,
    /// A hole that is or will be used.
    Security,
    /// The safety of people.
    Safety,
}

/// Whether going back worked.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::VariantArray,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum RollbackResult {
    /// Nobody had to go back.
    NotNeeded,
    /// It was undone as planned.
    Worked,
    /// It could not be undone as planned.
    Failed,
}

/// What a review after implementation says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ImplementationReview {
    /// Whether the change counts as a success.
    pub success: bool,
    /// Whether it met its objectives.
    pub objectives_met: bool,
    /// Whether it ended in the time that was planned.
    pub on_time: bool,
    /// What it did besides, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side_effects: Option<String>,
    /// The incidents that it caused, by number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<u32>,
    /// Whether going back worked.
    pub rollback: RollbackResult,
    /// What was learnt.
    pub lessons: String,
}

impl ImplementationReview {
    /// Returns the review of a change that went as planned.
    pub fn as_planned(lessons: impl Into<String>) -> Self {
        Self {
            success: true,
            objectives_met: true,
            on_time: true,
            side_effects: None,
            incidents: vec![],
            rollback: RollbackResult::NotNeeded,
            lessons: lessons.into(),
        }
    }
}
