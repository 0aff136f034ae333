//! Storylines of rehearsals, as they are written.
//!
//! House rule: a storyline changes the world, never a rule.

use super::values::{Instant, Length};
use crate::span::At;
use model::id::{ComputerId, PersonId, SiteId, StepId};
use model::scope::Scope;
use serde::Deserialize;

/// A file with a storyline.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct StorylineFile {
    /// Its turns.
    pub(crate) storyline: Vec<At<Turn>>,
}

/// One thing that goes otherwise than planned: when, and exactly one act.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Turn {
    /// The instant.
    pub(crate) at: Option<Instant>,
    /// What must have happened first, such as `site/B03 started`.
    pub(crate) when: Option<At<String>>,
    /// How much later than that.
    pub(crate) after: Option<Length>,
    /// Steps fail.
    pub(crate) fail: Option<Fail>,
    /// Computers cannot be reached.
    pub(crate) lose: Option<Lose>,
    /// Somebody reports an incident.
    pub(crate) incident: Option<Incident>,
    /// An owner refuses a site.
    pub(crate) refuse: Option<Refuse>,
    /// Somebody is away.
    pub(crate) absent: Option<Absent>,
    /// Something is held.
    pub(crate) hold: Option<Hold>,
    /// The server is down for so long.
    pub(crate) outage: Option<Length>,
    /// The plan is replaced.
    pub(crate) revise: Option<Revise>,
}

/// Steps that fail.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Fail {
    pub(crate) scope: At<Scope>,
    pub(crate) computer: Option<At<ComputerId>>,
    pub(crate) step: Option<At<StepId>>,
    /// How often. Default: once.
    pub(crate) times: Option<u32>,
}

/// Computers that cannot be reached.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Lose {
    pub(crate) scope: At<Scope>,
    pub(crate) computer: Option<At<ComputerId>>,
    pub(crate) r#for: Length,
}

/// An incident.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Incident {
    pub(crate) scope: At<Scope>,
    pub(crate) severity: At<u8>,
    pub(crate) text: String,
}

/// A refusal.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Refuse {
    pub(crate) site: At<SiteId>,
    pub(crate) reason: String,
}

/// Somebody who is away.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Absent {
    pub(crate) person: At<PersonId>,
    pub(crate) r#for: Length,
}

/// Something that is held.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Hold {
    pub(crate) scope: At<Scope>,
    pub(crate) reason: String,
    pub(crate) r#for: Length,
}

/// A plan that replaces the one in force.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Revise {
    pub(crate) plan: At<String>,
    pub(crate) reason: String,
}
