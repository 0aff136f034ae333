//! The plans beside the deployment plan: communications, training, operations, support.
//!
//! Source: Deploy SMF, inputs of Tables 5 and 6, and Table 1 "User Experience".

use crate::id::LineId;
use crate::role_type::RoleType;
use serde::{Deserialize, Serialize};

/// Who is told what, when and how.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommunicationsPlan {
    /// Its messages.
    pub messages: Vec<Message>,
}

/// A message of the communications plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its name.
    pub id: LineId,
    /// When it is sent, relative to the site's window or to an event, such as `T-7 d`.
    pub when: String,
    /// To whom.
    pub audience: String,
    /// How, such as `mail`.
    pub channels: Vec<String>,
    /// What it says.
    pub text: String,
    /// Whether it must be acknowledged.
    pub acknowledge: bool,
}

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
}

/// How the solution is run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationsPlan {
    /// The document and its version.
    pub document: String,
    /// The operations guides that must be available.
    pub guides: Vec<OperationsGuide>,
}

/// A guide for operations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationsGuide {
    /// Its name.
    pub id: LineId,
    /// Its title.
    pub title: String,
}

/// How users are helped, and how issues escalate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportPlan {
    /// The document and its version.
    pub document: String,
    /// When support answers.
    pub hours: String,
    /// Who is asked, level by level.
    pub escalation: Vec<EscalationLevel>,
}

/// One level of escalation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EscalationLevel {
    /// Who is asked.
    pub who: String,
    /// How long they have to answer, in minutes.
    pub answer_minutes: u32,
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
    /// What makes it uneventful.
    pub uneventful: Vec<String>,
}

/// A decision on how to deploy, and when it was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrategyDecision {
    /// The day.
    pub on: jiff::civil::Date,
    /// Who decided.
    pub by: Vec<RoleType>,
    /// What was decided for the infrastructure.
    pub infrastructure: String,
    /// What was decided for the sites.
    pub sites: String,
}
