//! The plans beside the deployment plan, as they are written.
//!
//! Source: Deploy SMF, inputs of Tables 5 and 6, and Table 1 "User Experience".

use crate::span::At;
use model::id::{LineId, PersonId};
use model::role_type::RoleType;
use schemars::JsonSchema;
use serde::Deserialize;

/// Who is trained, and how many must be before a site starts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Training {
    /// The share of a site's users that must be trained, in percent. Default: 80.
    #[schemars(extend("default" = 80))]
    pub(crate) threshold_percent: Option<At<u8>>,
    /// Its courses. Default: none.
    #[serde(default)]
    pub(crate) courses: Vec<Course>,
    /// When they are held. Default: empty.
    pub(crate) schedule: Option<String>,
}

/// A course of the training plan.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Course {
    /// Its name.
    pub(crate) id: At<LineId>,
    /// Its title.
    pub(crate) title: String,
    /// How long it takes, in minutes.
    pub(crate) length_minutes: u32,
    /// How it is held, such as `live online`.
    pub(crate) mode: String,
    /// How many can attend.
    pub(crate) seats: u32,
    /// Its languages. Default: not stated.
    #[serde(default)]
    pub(crate) languages: Vec<String>,
    /// Who attends it, as the audience of a message. Default: `users`, who count for guard S5.
    #[schemars(extend("default" = "users"))]
    pub(crate) audience: Option<At<String>>,
}

/// How the solution is run.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Operations {
    /// The document and its version.
    pub(crate) document: String,
    /// The operations guides that must be available. Default: none.
    #[serde(default)]
    pub(crate) guides: Vec<Guide>,
}

/// A guide for operations.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Guide {
    /// Its name.
    pub(crate) id: At<LineId>,
    /// Its title.
    pub(crate) title: String,
}

/// How users are helped, and how issues escalate.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Support {
    /// The document and its version.
    pub(crate) document: String,
    /// When support answers.
    pub(crate) hours: String,
    /// Who is asked, level by level. Default: nobody.
    #[serde(default)]
    pub(crate) escalation: Vec<Escalation>,
    /// How many severity 2 incidents may be open when the deployment is declared stable. Default: 0.
    #[schemars(extend("default" = 0))]
    pub(crate) open_severity_2_max: Option<u32>,
    /// How long a resolved incident may be reopened, in days. Default: 7.
    #[schemars(extend("default" = 7))]
    pub(crate) reopen_days: Option<u16>,
}

/// One level of escalation.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Escalation {
    /// Who is asked.
    pub(crate) who: String,
    /// How long they have to answer, in minutes.
    pub(crate) answer_minutes: u32,
    /// The role type whose holders are paged. Default: whoever of the project answers.
    pub(crate) role: Option<At<RoleType>>,
    /// The people who are paged, beside the holders of the role type. Default: nobody.
    #[serde(default)]
    pub(crate) people: Vec<At<PersonId>>,
}

/// The terms of the quiet period.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct QuietPeriod {
    /// Its length in calendar days. Default: 30.
    #[schemars(extend("default" = 30))]
    pub(crate) length_days: Option<At<u16>>,
    /// The least it may be shortened to, in days. Default: 15.
    #[schemars(extend("default" = 15))]
    pub(crate) minimum_days: Option<At<u16>>,
    /// What makes it uneventful, beside the built-in criteria. Default: nothing more.
    #[serde(default)]
    pub(crate) uneventful: Vec<String>,
}
