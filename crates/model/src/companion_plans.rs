//! The plans beside the deployment plan: communications, training, operations, support.
//!
//! Source: Deploy SMF, inputs of Tables 5 and 6, and Table 1 "User Experience".

use crate::id::{ComponentId, LineId, PersonId, SiteId};
mod communications;

pub use communications::{
    Audience, BOUNCE_LIMIT_PERCENT, Channel, CommunicationsPlan, LANGUAGE, Message,
    MessageEscalation, MessageText, MilestoneMoment, Offset, QuietHours, REFERENCES, SiteMoment,
    Trigger, UnreadTrigger, Webhook,
};

use crate::incident::Severity;
use crate::role_type::RoleType;
use crate::support_hours::SupportHours;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Who is trained, and how many must be before a site starts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrainingPlan {
    /// The share of a site's users that must be trained, in percent.
    pub threshold_percent: u8,
    /// Its courses.
    pub courses: Vec<Course>,
    /// When they are held.
    pub schedule: String,
}

/// A course of the training plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// Its name.
    pub id: LineId,
    /// Its title.
    pub title: String,
    /// How long it takes.
    pub length_minutes: u32,
    /// How it is held.
    pub mode: String,
    /// How many can attend.
    pub seats: u32,
    /// Its languages.
    pub languages: Vec<String>,
    /// Who attends it; the users of sites where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
}

impl Course {
    /// Returns whether the users of sites attend it.
    pub fn is_for_users(&self) -> bool {
        self.audience.as_ref().is_none_or(|it| Audience::read(it).0.contains(&Audience::Users))
    }
}

/// How the solution is run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationsPlan {
    /// The document and its version.
    pub document: String,
    /// The operations guides that must be available.
    pub guides: Vec<OperationsGuide>,
    /// What operations needs of the solution, each with the check that proves it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<OperationsRequirement>,
}

/// Something that operations needs of the solution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationsRequirement {
    /// Its name.
    pub id: LineId,
    /// What must be true.
    pub text: String,
    /// What proves it.
    pub proof: RequirementProof,
}

/// What proves that the design meets a requirement of operations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RequirementProof {
    /// The checks of this component passed.
    Component(ComponentId),
    /// This probe answered well.
    Probe(LineId),
    /// This item of the readiness checklist is there.
    Readiness(LineId),
}

impl std::fmt::Display for RequirementProof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Component(id) => write!(f, "the checks of component/{id}"),
            Self::Probe(id) => write!(f, "probe {id}"),
            Self::Readiness(id) => write!(f, "item {id} of the readiness checklist"),
        }
    }
}

/// A guide for operations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationsGuide {
    /// Its name.
    pub id: LineId,
    /// Its title.
    pub title: String,
    /// The probe that shows whether its place can be reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<LineId>,
}

/// How users are helped, and how issues escalate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportPlan {
    /// The document and its version.
    pub document: String,
    /// When support answers, in words.
    pub hours: String,
    /// The hours in which its clocks run; around the clock, where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<SupportHours>,
    /// How soon incidents are to be acknowledged, restored and resolved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<SupportTarget>,
    /// Who is asked, level by level.
    pub escalation: Vec<EscalationLevel>,
    /// How many severity 2 incidents may be open when the deployment is declared stable.
    #[serde(default, skip_serializing_if = "is_default")]
    pub open_severity_2_max: u32,
    /// How long a resolved incident may be reopened, in days.
    #[serde(default = "reopen_days", skip_serializing_if = "is_reopen_days")]
    pub reopen_days: u16,
}

impl Default for SupportPlan {
    fn default() -> Self {
        let (document, hours) = (String::new(), String::new());
        let reopen_days = reopen_days();
        Self {
            document,
            hours,
            calendar: None,
            targets: vec![],
            escalation: vec![],
            open_severity_2_max: 0,
            reopen_days,
        }
    }
}

// What has its default is left out, so that the digests of plans from before stay what they were.
fn is_default(number: &u32) -> bool {
    *number == 0
}

fn reopen_days() -> u16 {
    crate::gates::incidents::REOPEN_DAYS
}

fn is_reopen_days(days: &u16) -> bool {
    *days == reopen_days()
}

/// How soon incidents of a severity are to be answered, each in minutes of the support hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportTarget {
    /// Of which.
    pub severity: Severity,
    /// Somebody has seen it, after it was detected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledge_minutes: Option<u32>,
    /// The service is back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restore_minutes: Option<u32>,
    /// Its cause is dealt with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolve_minutes: Option<u32>,
}

/// One level of escalation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EscalationLevel {
    /// Who is asked, in words.
    pub who: String,
    /// How long they have to answer, in minutes.
    pub answer_minutes: u32,
    /// The role type whose holders are paged, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleType>,
    /// The people who are paged, beside the holders of the role type.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<PersonId>,
}

impl SupportPlan {
    /// Returns when `minutes` are over that begin at `at`: in support hours, where the clock of what
    /// is as severe runs in them; nothing where these never come.
    pub fn due(
        &self,
        severity: Option<Severity>,
        at: Timestamp,
        minutes: u32,
    ) -> Option<Timestamp> {
        let length = SignedDuration::from_mins(i64::from(minutes));
        match self.calendar.as_ref().filter(|it| it.holds_for(severity)) {
            Some(hours) => hours.after(at, length),
            None => at.checked_add(length).ok(),
        }
    }

    /// Returns the level from which on the project team is asked: the first whose role type is
    /// one of the project's, or the first of all.
    pub fn first_project_level(&self) -> usize {
        let is_project = |it: &EscalationLevel| it.role.is_some_and(RoleType::is_project);
        self.escalation.iter().position(is_project).unwrap_or(0)
    }
}

/// What must be true for the deployment to count as a success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuccessCriterion {
    /// Its name.
    pub id: LineId,
    /// What must be true.
    pub text: String,
    /// What is measured.
    pub measure: String,
    /// What the measure must be.
    pub target: String,
    /// When it is measured.
    pub at: String,
}

/// The terms of the quiet period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietPeriodTerms {
    /// Its length in calendar days.
    pub length_days: u16,
    /// The least it may be shortened to, in days.
    pub minimum_days: u16,
    /// What makes it uneventful, beside the criteria of `rules`.
    pub uneventful: Vec<String>,
    /// What puts its end on, what is asked of it, and when it is reviewed in any case.
    #[serde(default, skip_serializing_if = "QuietPeriodRules::is_default")]
    pub rules: QuietPeriodRules,
}

impl Default for QuietPeriodTerms {
    fn default() -> Self {
        Self {
            length_days: 30,
            minimum_days: 15,
            uneventful: vec![],
            rules: QuietPeriodRules::default(),
        }
    }
}

/// What puts the end of a quiet period on, what is asked of it, and when it is reviewed in any
/// case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietPeriodRules {
    /// Quiet days that must follow the restoring of a severity 1 incident.
    pub tail_severity_1_days: u16,
    /// Quiet days that must follow the restoring of a severity 2 incident.
    pub tail_severity_2_days: u16,
    /// Quiet days that must follow the end of an emergency change.
    pub tail_emergency_change_days: u16,
    /// The most severity 2 incidents for each 1,000 targeted users; one is always let pass.
    pub severity_2_per_1000_users_max: u16,
    /// The least user-weighted availability, in hundredths of a percent.
    pub availability_min: u16,
    /// The most escalations in its last seven days.
    pub escalations_last_week_max: u16,
    /// The least share of site-minutes that must be measured, in percent.
    pub measured_percent_min: u8,
    /// The least number of days with a usual amount of work.
    pub representative_days_min: u16,
    /// The share of the median amount of work that makes a day usual, in percent.
    pub representative_percent_min: u8,
    /// After how many extensions nobody extends it again.
    pub review_after_extensions: u16,
    /// After how many days nobody extends it again.
    pub review_after_days: u16,
}

impl Default for QuietPeriodRules {
    fn default() -> Self {
        Self {
            tail_severity_1_days: 15,
            tail_severity_2_days: 7,
            tail_emergency_change_days: 7,
            severity_2_per_1000_users_max: 2,
            availability_min: 9_950,
            escalations_last_week_max: 3,
            measured_percent_min: 95,
            representative_days_min: 15,
            representative_percent_min: 40,
            review_after_extensions: 2,
            review_after_days: 60,
        }
    }
}

impl QuietPeriodRules {
    /// Returns the least share of site-minutes that must be measured, in hundredths of a percent.
    pub fn measured_min(&self) -> u16 {
        u16::from(self.measured_percent_min) * 100
    }

    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// The days on which the milestones are planned, in the project's zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedMilestones {
    /// Deployment Stable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stable: Option<jiff::civil::Date>,
    /// Deployment Complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete: Option<jiff::civil::Date>,
}

impl PlannedMilestones {
    /// Returns whether none is planned.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A decision on how to deploy, and when it was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StrategyDecision {
    /// The day.
    pub on: jiff::civil::Date,
    /// Who decided.
    pub by: Vec<RoleType>,
    /// What was decided for the infrastructure.
    pub infrastructure: String,
    /// What was decided for the sites.
    pub sites: String,
    /// What the team has instead of, or as, experience with such an infrastructure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub experience: Option<Experience>,
}

/// Whether the team has deployed a similar infrastructure, and what stands in for it where not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Experience {
    /// It has: what it deployed, where and when.
    Similar(String),
    /// It has not, and rehearsed this deployment: with what result.
    Rehearsed(String),
    /// It has not, and somebody with experience helps: who.
    Help(String),
    /// It has not, and one person more approves each change of the core: why that is enough.
    ExtraApprover(String),
}

impl Experience {
    /// Returns what was said.
    pub fn text(&self) -> &str {
        match self {
            Self::Similar(text)
            | Self::Rehearsed(text)
            | Self::Help(text)
            | Self::ExtraApprover(text) => text,
        }
    }
}

impl std::fmt::Display for Experience {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Similar(text) => write!(f, "Yes: {text}"),
            Self::Rehearsed(text) => write!(f, "No; it was rehearsed: {text}"),
            Self::Help(text) => write!(f, "No; there is help: {text}"),
            Self::ExtraApprover(text) => write!(f, "No; one person more approves: {text}"),
        }
    }
}

/// Somebody with an interest in the outcome: what it is, for which sites, and what they review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stakeholder {
    /// Who.
    pub person: PersonId,
    /// What they want of it, or fear.
    pub interest: String,
    /// The sites that it is about; none named means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<SiteId>,
    /// The reviews to which they are invited.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reviews: Vec<StakeholderReview>,
}

/// A review to which stakeholders are invited.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
    strum::Display,
    strum::VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum StakeholderReview {
    /// Whether the release may be deployed.
    ReleaseReadiness,
    /// Whether the sites operate satisfactorily.
    DeploymentStable,
    /// Whether the deployment is complete.
    DeploymentComplete,
    /// What was learned.
    PostProjectAnalysis,
}
