//! The plans beside the deployment plan, as they are written.
//!
//! Source: Deploy SMF, inputs of Tables 5 and 6, and Table 1 "User Experience".

use super::values::{Day, Length, Share, Window, Zone};
use crate::span::At;
use model::companion_plans::RequirementProof;
use model::id::{LineId, PersonId};
use model::readiness::ReadinessArea;
use model::role_type::RoleType;
use model::support_hours::MeasuredIn;
use model::survey::{Asked, Instrument, Translation};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

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
    /// What operations needs of the solution, each with the check that proves it. Default: nothing.
    #[serde(default)]
    pub(crate) requirements: Vec<OperationsRequirement>,
}

/// Something that operations needs of the solution.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct OperationsRequirement {
    /// Its name.
    pub(crate) id: At<LineId>,
    /// What must be true.
    pub(crate) text: String,
    /// What proves it: a `component` whose checks pass, a `probe`, or an item of `readiness`.
    pub(crate) proof: RequirementProof,
}

/// A guide for operations.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Guide {
    /// Its name.
    pub(crate) id: At<LineId>,
    /// Its title.
    pub(crate) title: String,
    /// The probe that shows whether its place can be reached. Default: whoever reads it has reached it.
    pub(crate) probe: Option<At<LineId>>,
}

/// How users are helped, and how issues escalate.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Support {
    /// The document and its version.
    pub(crate) document: String,
    /// When support answers, in words.
    pub(crate) hours: String,
    /// The hours in which its clocks run. Default: around the clock.
    pub(crate) calendar: Option<SupportCalendar>,
    /// How soon incidents are to be acknowledged, restored and resolved. Default: nothing is agreed.
    #[serde(default)]
    pub(crate) targets: Vec<SupportTarget>,
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

/// When support answers, and its clocks run.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct SupportCalendar {
    /// The hours, each as a window; several mean their union.
    pub(crate) windows: Vec<At<Window>>,
    /// The zone of windows that name none, and of the holidays. Default: the plan's.
    pub(crate) zone: Option<At<Zone>>,
    /// The days on which nobody answers. Default: none.
    #[serde(default)]
    pub(crate) holidays: Vec<At<Day>>,
    /// What is as severe as this, or worse, is answered at any time. Default: nothing is.
    pub(crate) at_any_time: Option<At<u8>>,
    /// When the service is agreed to be there, and is measured: `always`, or in `support-hours` on
    /// the clock of each site. Default: `always`.
    #[schemars(extend("default" = "always"))]
    pub(crate) service: Option<MeasuredIn>,
    /// How it is measured how soon incidents are acknowledged and restored: `always`, or in
    /// `support-hours` for what waits for them. Default: `always`.
    #[schemars(extend("default" = "always"))]
    pub(crate) answers: Option<MeasuredIn>,
}

/// How soon incidents of a severity are to be answered, in the hours in which their clocks run.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct SupportTarget {
    /// Of which, 1 to 4.
    pub(crate) severity: At<u8>,
    /// Until when somebody has seen it. Default: nothing is agreed.
    pub(crate) acknowledge: Option<At<Length>>,
    /// Until when the service is back. Default: nothing is agreed.
    pub(crate) restore: Option<At<Length>>,
    /// Until when its cause is dealt with. Default: nothing is agreed.
    pub(crate) resolve: Option<At<Length>>,
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
    /// How many quiet days must follow what disturbs it.
    #[serde(default)]
    pub(crate) tail_days: TailDays,
    /// What is asked of it beside the texts of `uneventful`.
    #[serde(default)]
    pub(crate) criteria: QuietCriteria,
    /// When nobody extends it again.
    #[serde(default)]
    pub(crate) review_after: ReviewAfter,
}

/// The terms of the satisfaction survey.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Survey {
    /// The languages in which it is asked, as tags such as `fr-CA`. Default: none is named.
    #[serde(default)]
    pub(crate) languages: Vec<String>,
    /// The fewest answers of a group that is shown by itself, 5 at least. Default: 5.
    #[schemars(extend("default" = 5))]
    pub(crate) threshold: Option<At<u32>>,
    /// The share of users who are asked, 1 to 100 percent. Default: 100.
    #[schemars(extend("default" = 100))]
    pub(crate) sample_percent: Option<At<u8>>,
    /// How long a round is open, 3 to 60 days. Default: 10.
    #[schemars(extend("default" = 10))]
    pub(crate) open_days: Option<At<u16>>,
    /// What is asked beside the standard questions: numbered from 31 in each instrument. Default:
    /// nothing.
    #[serde(default)]
    pub(crate) questions: Vec<At<SurveyQuestion>>,
    /// The texts of questions in other languages than English: by language, instrument and number.
    /// Default: the survey is in English.
    #[serde(default)]
    pub(crate) translations: BTreeMap<String, At<Translation>>,
}

/// A question of the survey.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct SurveyQuestion {
    /// Who is asked: `users`, `site-owners` or `customer`. Default: `users`.
    #[serde(default = "users")]
    pub(crate) of: Instrument,
    /// How it is answered: by a `score` from 1 to 5, or by a `text`. Default: `score`.
    #[serde(default = "score")]
    pub(crate) answer: Asked,
    /// What it asks, in English.
    pub(crate) text: String,
}

fn users() -> Instrument {
    Instrument::Users
}

fn score() -> Asked {
    Asked::Score
}

/// How many quiet days must follow what disturbs a quiet period.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct TailDays {
    /// After a severity 1 incident was restored. Default: 15.
    #[schemars(extend("default" = 15))]
    #[serde(rename = "severity-1")]
    pub(crate) severity_1: Option<At<u16>>,
    /// After a severity 2 incident was restored. Default: 7.
    #[schemars(extend("default" = 7))]
    #[serde(rename = "severity-2")]
    pub(crate) severity_2: Option<At<u16>>,
    /// After an emergency change ended. Default: 7.
    #[schemars(extend("default" = 7))]
    pub(crate) emergency_change: Option<At<u16>>,
}

/// What makes a quiet period uneventful.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct QuietCriteria {
    /// The most severity 2 incidents of the solution for each 1,000 targeted users; one is always
    /// let pass. Default: 2.
    #[schemars(extend("default" = 2))]
    #[serde(rename = "severity-2-per-1000-users")]
    pub(crate) severity_2_per_1000_users: Option<At<u16>>,
    /// The least user-weighted availability. Default: `99.5 %`.
    #[schemars(extend("default" = "99.5 %"))]
    pub(crate) availability: Option<At<Share>>,
    /// The most escalations in its last seven days, and no more than in its first. Default: 3.
    #[schemars(extend("default" = 3))]
    pub(crate) escalations_last_week: Option<At<u16>>,
    /// The least share of site-minutes that must be measured, in percent. Default: 95.
    #[schemars(extend("default" = 95))]
    pub(crate) measured_percent: Option<At<u8>>,
    /// The least number of days with a usual amount of work. Default: 15.
    #[schemars(extend("default" = 15))]
    pub(crate) representative_days: Option<At<u16>>,
    /// The share of the median amount of work that makes a day usual, in percent. Default: 40.
    #[schemars(extend("default" = 40))]
    pub(crate) representative_percent: Option<At<u8>>,
}

/// When nobody extends a quiet period again: it is accepted as it was, taken back or terminated.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct ReviewAfter {
    /// After how many extensions. Default: 2.
    #[schemars(extend("default" = 2))]
    pub(crate) extensions: Option<u16>,
    /// After how many days. Default: 60.
    #[schemars(extend("default" = 60))]
    pub(crate) days: Option<u16>,
}

/// An item of the readiness checklist.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct ReadinessItem {
    /// Its name.
    pub(crate) id: At<LineId>,
    /// Whose work it makes possible: `operations`, `support` or `service`.
    pub(crate) area: ReadinessArea,
    /// What must be there.
    pub(crate) text: String,
    /// The role type whose holders judge it. Default: that of its area.
    pub(crate) owner: Option<At<RoleType>>,
    /// The probe that shows by itself whether it is there. Default: somebody judges it.
    pub(crate) probe: Option<At<LineId>>,
}
