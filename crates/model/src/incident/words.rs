//! The words of triage: how bad, whose cause, what kind of request, how much of a site.
//!
//! Source: Deploy SMF, Process 3, Table 6; Customer Service SMF for the kinds of request.

use crate::word::word_list;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How bad, 1 the worst, to 4. The greater severity is the smaller number.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(try_from = "u8", into = "u8")]
pub struct Severity(u8);

impl Severity {
    /// The service is down for many.
    pub const ONE: Self = Self(1);
    /// The service is badly hurt, or down for some.
    pub const TWO: Self = Self(2);
    /// It is a nuisance with a way around it.
    pub const THREE: Self = Self(3);
    /// It can wait.
    pub const FOUR: Self = Self(4);

    /// Returns the number, 1 to 4.
    pub fn number(self) -> u8 {
        self.0
    }

    /// Returns whether it closes gates and counts against rings.
    pub fn is_severe(self) -> bool {
        self <= Self::TWO
    }
}

/// A number is no severity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("severity {0} does not exist: give 1, the worst, to 4")]
pub struct UnknownSeverity(
    /// What was given.
    pub u8,
);

impl TryFrom<u8> for Severity {
    type Error = UnknownSeverity;

    fn try_from(number: u8) -> Result<Self, UnknownSeverity> {
        if (1..=4).contains(&number) { Ok(Self(number)) } else { Err(UnknownSeverity(number)) }
    }
}

impl From<Severity> for u8 {
    fn from(severity: Severity) -> Self {
        severity.0
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("severity {}", self.0))
    }
}

word_list! {
    /// Where the cause lies.
    pub enum Attribution {
        /// In what was deployed.
        Solution,
        /// In what it runs on: power, lines, other software.
        Environment,
        /// In how somebody used it.
        UserError,
        /// In something that has nothing to do with it.
        Unrelated,
        /// Nobody knows yet: it counts against the solution until somebody does.
        Undetermined,
    }
}

impl Attribution {
    /// Returns whether it counts against the solution.
    pub fn counts(self) -> bool {
        match self {
            Self::Solution | Self::Undetermined => true,
            Self::Environment | Self::UserError | Self::Unrelated => false,
        }
    }
}

word_list! {
    /// What kind of request it is. All kinds are support issues; one of them is an incident.
    pub enum RequestKind {
        /// Something does not work as it should.
        Incident,
        /// Somebody wants to know something.
        Information,
        /// Somebody wants what the service offers, such as an account.
        ServiceFulfilment,
        /// Somebody wants what the service does not offer yet.
        NewService,
    }
}

word_list! {
    /// How much of a site is hit.
    pub enum ImpactLevel {
        /// At least half of the site's users, or a critical function.
        Outage,
        /// Fewer.
        Partial,
        /// It works, slowly.
        Degraded,
    }
}
