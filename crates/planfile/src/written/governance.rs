//! People, requests for change, success criteria and strategy, as they are written.
//!
//! Source: Deploy SMF, Table 1, and Process 1, Best Practice.

use super::values::{Day, Instant, Zone};
use crate::span::At;
use model::companion_plans::StakeholderReview;
use model::id::{ComponentId, LineId, PersonId, RfcId, RingId, SiteId};
use model::rfc::RfcCategory;
use model::role_type::RoleType;
use schemars::JsonSchema;
use serde::Deserialize;

/// Somebody with a part in the deployment.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Person {
    /// Their short name, with which they act, such as `ivo.marchetti`.
    pub(crate) id: At<PersonId>,
    /// Their name as printed. Default: their `id`.
    pub(crate) name: Option<String>,
    /// The role types they hold. Site owners hold theirs through their sites. Default: none.
    #[serde(default)]
    pub(crate) roles: Vec<At<RoleType>>,
    /// Where messages reach them. Default: nowhere.
    pub(crate) mail: Option<String>,
    /// Whether they may be called at any hour to authorise an emergency. Default: false.
    #[serde(default)]
    pub(crate) on_call: bool,
    /// Where they live and work. Default: the project's zone.
    pub(crate) zone: Option<At<Zone>>,
    /// When they are away. Default: never.
    #[serde(default)]
    pub(crate) leave: Vec<At<Leave>>,
    /// The SSH keys with which they sign, as in `authorized_keys`. Default: none.
    #[serde(default)]
    pub(crate) ssh_keys: Vec<At<String>>,
    /// Between which local hours they are asked. Default: 8 to 18.
    pub(crate) hours: Option<At<Hours>>,
}

/// Days on which somebody is away, both included.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Leave {
    /// The first day.
    pub(crate) first: Day,
    /// The last day.
    pub(crate) last: Day,
}

/// Local hours, the end not included.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Hours {
    /// The first hour, 0 to 23.
    pub(crate) from: u8,
    /// The hour at which they end, 1 to 24.
    pub(crate) until: u8,
}

/// What must be true for the deployment to count as a success.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Criterion {
    /// Its name.
    pub(crate) id: At<LineId>,
    /// What must be true.
    pub(crate) text: String,
    /// What is measured.
    pub(crate) measure: String,
    /// What the measure must be.
    pub(crate) target: String,
    /// When it is measured. Default: `Deployment Complete Milestone`.
    #[schemars(extend("default" = "Deployment Complete Milestone"))]
    pub(crate) at: Option<String>,
}

/// A decision on how to deploy, and when it was taken.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Strategy {
    /// The day.
    pub(crate) on: Day,
    /// Who decided.
    pub(crate) by: Vec<RoleType>,
    /// What was decided for the infrastructure.
    pub(crate) infrastructure: String,
    /// What was decided for the sites.
    pub(crate) sites: String,
    /// What the team has deployed that is similar, or what stands in for such experience. Default:
    /// that is recorded later.
    pub(crate) experience: Option<Experience>,
}

/// What the team has as experience with such an infrastructure, or what stands in for it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Experience {
    /// `similar`, where it has deployed a similar one; else `rehearsed`, `help` from somebody who
    /// has, or `extra-approver`, where one person more approves each change of the core.
    pub(crate) kind: ExperienceKind,
    /// What, where and when; with what result; who; or why that is enough.
    pub(crate) text: String,
}

/// What a team has as experience.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ExperienceKind {
    /// It has deployed a similar infrastructure.
    Similar,
    /// It has not, and rehearsed this deployment.
    Rehearsed,
    /// It has not, and somebody with experience helps.
    Help,
    /// It has not, and one person more approves each change of the core.
    ExtraApprover,
}

/// Somebody with an interest in the outcome, beside the customer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Stakeholder {
    /// Who.
    pub(crate) person: At<PersonId>,
    /// What they want of it, or fear.
    pub(crate) interest: String,
    /// The sites that it is about. Default: all.
    #[serde(default)]
    pub(crate) sites: Vec<At<SiteId>>,
    /// The reviews to which they are invited. Default: none.
    #[serde(default)]
    pub(crate) reviews: Vec<StakeholderReview>,
}

/// When the milestones are planned, in the project's zone. No waiver is asked for beyond the next.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct PlannedMilestones {
    /// The day of Deployment Stable. Default: not planned.
    pub(crate) deployment_stable: Option<Day>,
    /// The day of Deployment Complete. Default: not planned.
    pub(crate) deployment_complete: Option<At<Day>>,
}

/// A request to change production.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Rfc {
    /// Its name.
    pub(crate) id: At<RfcId>,
    /// What it is about.
    pub(crate) title: String,
    /// How much scrutiny it needs.
    pub(crate) category: RfcCategory,
    /// Who asks.
    pub(crate) requested_by: At<PersonId>,
    /// Who carries it out. Default: nobody is named.
    #[serde(default)]
    pub(crate) implementers: Vec<At<PersonId>>,
    /// What it covers. A standard change may leave it out: it is a template.
    #[serde(default)]
    pub(crate) covers: Covers,
    /// Why it is wanted.
    pub(crate) reason: String,
    /// What it touches: users, sites, other solutions.
    pub(crate) impact: String,
    /// What may go wrong, and what is done against it.
    pub(crate) risk: String,
    /// How it is undone, and until when that is decided.
    pub(crate) rollback_plan: String,
    /// What was tested, and where the results are.
    pub(crate) test_evidence: String,
    /// Who must approve: every level, in order. Default: as `approvals` says for the category.
    pub(crate) levels: Option<Vec<Level>>,
    /// The interval outside which nothing of it may run. Default: the windows alone decide.
    pub(crate) window: Option<At<Interval>>,
    /// How long an authorisation stays valid when it is not begun, in days. Default: 14.
    #[schemars(extend("default" = 14))]
    pub(crate) validity_days: Option<At<u16>>,
    /// How urgent it is, 1 the most. Default: not said.
    pub(crate) priority: Option<At<u8>>,
    /// How likely what may go wrong is, and how much it would hurt. Needed for what is not minor.
    pub(crate) risk_score: Option<At<RiskScore>>,
    /// What it means for security. Needed for what is not minor.
    pub(crate) security_impact: Option<String>,
    /// Until when it is decided whether to go back, and by whom. Needed for what is not minor.
    pub(crate) decision_point: Option<String>,
    /// What ends it early. Needed for what is not minor.
    pub(crate) abort_criteria: Option<String>,
    /// What is to come of it. Default: not said.
    pub(crate) expected_outcome: Option<String>,
    /// Who is on shift while it runs. Default: nobody is named.
    #[serde(default)]
    pub(crate) on_shift: Vec<At<PersonId>>,
    /// What it authorises in advance, for a standard change. Default: it is no template.
    pub(crate) template: Option<StandardTemplate>,
}

/// How likely a risk is and how much it would hurt, each from 1 to 5.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct RiskScore {
    /// How likely, 5 the most.
    pub(crate) likelihood: u8,
    /// How bad, 5 the worst.
    pub(crate) impact: u8,
}

/// What a template for standard changes authorises in advance.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct StandardTemplate {
    /// The most sites that one change may cover. Default: 1.
    #[schemars(extend("default" = 1))]
    pub(crate) sites_at_most: Option<At<u32>>,
    /// The rings whose sites it may cover. Default: all.
    #[serde(default)]
    pub(crate) rings: Vec<At<RingId>>,
    /// Until when it may be used.
    pub(crate) until: Instant,
    /// Why it may not be used at present. Default: it may.
    pub(crate) suspended: Option<String>,
}

/// What a request covers.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Covers {
    /// Core components. Default: none.
    #[serde(default)]
    pub(crate) components: Vec<At<ComponentId>>,
    /// Rings, with all of their sites. Default: none.
    #[serde(default)]
    pub(crate) rings: Vec<At<RingId>>,
}

/// One level of approval.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Level {
    /// The role type whose holders approve.
    pub(crate) role: At<RoleType>,
    /// How many different people must approve. Default: 1.
    #[schemars(extend("default" = 1))]
    pub(crate) quorum: Option<At<u8>>,
}

/// An interval of instants, the end not included.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Interval {
    /// Its beginning.
    pub(crate) from: Instant,
    /// Its end.
    pub(crate) until: Instant,
}
