//! What sites are promised and what is asked of them, as it is written.
//!
//! Source: Deploy SMF, Process 2, Table 5.

use crate::span::At;
use model::id::{DeliverableId, LineId, StepId};
use model::role_type::RoleType;
use model::site_care::terms::RequirementKind;
use schemars::JsonSchema;
use serde::Deserialize;

/// What owners and users are told to expect.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Expectations {
    /// What users will notice. Default: empty.
    pub(crate) changes: Option<String>,
    /// The interruption that is announced. Default: empty.
    pub(crate) downtime: Option<String>,
    /// Whom to call. Default: empty.
    pub(crate) contact: Option<String>,
    /// When they answer. Default: the `hours` of `support`.
    pub(crate) support_hours: Option<String>,
}

/// Something that must be done at a site before it starts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Requirement {
    /// Its name.
    pub(crate) id: At<LineId>,
    /// What must be done.
    pub(crate) text: String,
    /// Who may say that it is done. Default: `site-owner`.
    #[schemars(extend("default" = "site-owner"))]
    pub(crate) by: Option<RoleType>,
    /// What it is about: `own`, or `resource` for power, room and people. Default: `own`.
    #[schemars(extend("default" = "own"))]
    pub(crate) kind: Option<RequirementKind>,
}

/// A file on a component's hosts that must be a deliverable of the release.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Discovery {
    /// Its name, unique among the component's discovery and checks.
    pub(crate) id: At<StepId>,
    /// The absolute path on the host. It may hold `${…}`.
    pub(crate) path: At<String>,
    /// Which deliverable of the release it must be.
    pub(crate) deliverable: At<DeliverableId>,
}
