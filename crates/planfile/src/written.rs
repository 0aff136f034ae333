//! The plan as it is written: the keys of `landfall.yaml` and of the files it takes in.
//!
//! What may be left out is an `Option` here and gets its default when the plan is
//! built; each default stands in the doc sentence of its key, which is also
//! the reference and the description in the JSON Schema.
//!
//! Source: Deploy SMF, inputs of Tables 4 to 6 ("Master project plan, including …").

mod care;
mod communications;
mod companions;
mod governance;
mod places;
mod probes;
mod release;
mod steps;
pub(crate) mod storyline;
mod values;

pub(crate) use care::*;
pub(crate) use communications::*;
pub(crate) use companions::*;
pub(crate) use governance::*;
pub(crate) use places::*;
pub(crate) use probes::*;
pub(crate) use release::*;
pub(crate) use steps::*;
pub(crate) use values::*;

use crate::span::At;
use model::freeze::Freeze;
use model::id::DeploymentId;
use model::profile::{Environment, Profile};
use model::rfc::RfcCategory;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A master project plan. Any of its sections may stand in a file of its own: `people: {from: people.yaml}`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(extend("required" = ["deployment", "title", "zone", "release", "people", "site-templates", "rings", "sites"]))]
pub(crate) struct PlanFile {
    /// The deployment's name, such as `FG30`.
    pub(crate) deployment: Option<At<DeploymentId>>,
    /// Its title.
    pub(crate) title: Option<At<String>>,
    /// Whose deployment it is. Default: empty.
    pub(crate) company: Option<String>,
    /// What it is for. Default: empty.
    pub(crate) vision: Option<String>,
    /// The project's IANA time zone.
    pub(crate) zone: Option<At<Zone>>,
    /// How much formality it has. Default: `standard`.
    #[schemars(extend("default" = "standard"))]
    pub(crate) profile: Option<Profile>,
    /// Whether whoever signs at a server shows in the act that it is them: `shown-again`, or `by-log-in`
    /// where that they have logged in is enough. Default: `by-log-in` for `solo`, else `shown-again`.
    pub(crate) signing: Option<At<model::authentication::Signing>>,
    /// Where it deploys to: `production`, `pilot` or `test`. What is not production is measured
    /// apart. Default: `production`.
    #[schemars(extend("default" = "production"))]
    pub(crate) environment: Option<Environment>,
    /// Values for all steps, used as `${plan.name}`. Default: none.
    #[serde(default)]
    pub(crate) variables: BTreeMap<String, At<String>>,
    /// The final release.
    pub(crate) release: Option<At<Release>>,
    /// Its people: a list here, a YAML file or a CSV file.
    pub(crate) people: Option<At<Vec<Person>>>,
    /// When it counts as a success. At least one is needed.
    #[serde(default)]
    pub(crate) success_criteria: Vec<Criterion>,
    /// The decision on strategy.
    pub(crate) strategy: Option<Strategy>,
    /// Who has an interest in it, beside the customer. Default: nobody is named.
    #[serde(default)]
    pub(crate) stakeholders: Vec<Stakeholder>,
    /// When the milestones are planned. Default: not planned.
    #[serde(default)]
    pub(crate) milestones: PlannedMilestones,
    /// How computers are reached where nothing else is said. Default: `here`.
    #[schemars(extend("default" = "here"))]
    pub(crate) connection: Option<Connection>,
    /// Named lists of steps for use in other lists.
    #[serde(default)]
    pub(crate) step_templates: Vec<StepTemplate>,
    /// Core components.
    #[serde(default)]
    pub(crate) components: Vec<Component>,
    /// What is done at each site.
    #[serde(default)]
    pub(crate) site_templates: Vec<SiteTemplate>,
    /// Rings, in the order in which they are deployed.
    #[serde(default)]
    pub(crate) rings: Vec<Ring>,
    /// What holds for every site that says nothing else.
    pub(crate) site_defaults: Option<SiteDefaults>,
    /// Sites: a list here, a YAML file or a CSV file.
    pub(crate) sites: Option<At<Vec<Site>>>,
    /// Network addresses of computers, in place of those given with their site or component:
    /// a list here, a YAML file or a CSV file.
    #[serde(default)]
    pub(crate) computers: Vec<ComputerAddress>,
    /// What is shared by all sites.
    pub(crate) limits: Option<Limits>,
    /// When nothing may be changed.
    #[serde(default)]
    pub(crate) freezes: Vec<At<Freeze>>,
    /// Requests for change.
    #[serde(default)]
    pub(crate) rfcs: Vec<Rfc>,
    /// Who must approve changes of each category. Default: the change authority, one of them for
    /// standard, minor and emergency changes, two for significant and three for major ones.
    #[serde(default)]
    pub(crate) approvals: BTreeMap<RfcCategory, Vec<Level>>,
    /// The communications plan.
    pub(crate) communications: Option<Communications>,
    /// The training plan.
    pub(crate) training: Option<Training>,
    /// The operations plan.
    pub(crate) operations: Option<Operations>,
    /// What owners and users are told to expect. Default: nothing.
    #[serde(default)]
    pub(crate) expectations: Expectations,
    /// How it is known that users have access: `probe`, where the site's checks stand for it, or
    /// `reported`. Default: `probe`.
    #[schemars(extend("default" = "probe"))]
    pub(crate) user_access: Option<model::site_care::terms::UserAccess>,
    /// The support plan.
    pub(crate) support: Option<Support>,
    /// What is asked of the running solution, again and again. Default: nothing.
    #[serde(default)]
    pub(crate) probes: Vec<Probe>,
    /// What operations and support need before they take over. Default: a built-in list.
    #[serde(default)]
    pub(crate) readiness: Vec<ReadinessItem>,
    /// The terms of the quiet period.
    pub(crate) quiet_period: Option<QuietPeriod>,
    /// The terms of the satisfaction survey.
    pub(crate) survey: Option<Survey>,
}
