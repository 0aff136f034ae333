//! The plans beside the deployment plan.
//!
//! Source: Deploy SMF, inputs of Tables 5 and 6, and Table 1 "User Experience".

use super::Building;
use crate::code::Code;
use crate::span::At;
use crate::written;
use crate::written::Length;
use model::companion_plans::{
    Course, EscalationLevel, OperationsGuide, OperationsPlan, OperationsRequirement,
    QuietPeriodRules, QuietPeriodTerms, SupportPlan, SupportTarget, TrainingPlan,
};
use model::gates::incidents::REOPEN_DAYS;
use model::incident::{Severity, UnknownSeverity};
use model::readiness::{ReadinessArea, ReadinessItem};
use model::role_type::RoleType;
use model::support_hours::SupportHours;

/// The share of a site's users that must be trained where the plan names none, in percent.
pub(crate) const TRAINED_PERCENT: u8 = 80;

/// The length of a quiet period where the plan names none, in days.
pub(crate) const QUIET_LENGTH_DAYS: u16 = 30;

/// The least to which a quiet period may be shortened where the plan names none, in days.
pub(crate) const QUIET_MINIMUM_DAYS: u16 = 15;

pub(super) fn training(written: written::Training) -> TrainingPlan {
    let course = |it: written::Course| Course {
        id: it.id.value,
        title: it.title,
        length_minutes: it.length_minutes,
        mode: it.mode,
        seats: it.seats,
        languages: it.languages,
        audience: it.audience.map(|it| it.value),
    };
    TrainingPlan {
        threshold_percent: written
            .threshold_percent
            .map_or(TRAINED_PERCENT, |it| it.value.min(100)),
        courses: written.courses.into_iter().map(course).collect(),
        schedule: written.schedule.unwrap_or_default(),
    }
}

pub(super) fn operations(written: written::Operations) -> OperationsPlan {
    let guide = |it: written::Guide| OperationsGuide {
        id: it.id.value,
        title: it.title,
        probe: it.probe.map(|it| it.value),
    };
    let requirement = |it: written::OperationsRequirement| OperationsRequirement {
        id: it.id.value,
        text: it.text,
        proof: it.proof,
    };
    OperationsPlan {
        document: written.document,
        guides: written.guides.into_iter().map(guide).collect(),
        requirements: written.requirements.into_iter().map(requirement).collect(),
    }
}

impl Building<'_> {
    pub(super) fn support(&mut self, written: written::Support) -> SupportPlan {
        let level = |it: written::Escalation| EscalationLevel {
            who: it.who,
            answer_minutes: it.answer_minutes,
            role: it.role.map(|it| it.value),
            people: it.people.into_iter().map(|it| it.value).collect(),
        };
        let targets = written.targets.into_iter().filter_map(|it| self.target(&it));
        SupportPlan {
            targets: targets.collect(),
            calendar: written.calendar.map(|it| self.calendar(it)),
            document: written.document,
            hours: written.hours,
            escalation: written.escalation.into_iter().map(level).collect(),
            open_severity_2_max: written.open_severity_2_max.unwrap_or(0),
            reopen_days: written.reopen_days.unwrap_or(REOPEN_DAYS),
        }
    }

    fn calendar(&mut self, written: written::SupportCalendar) -> SupportHours {
        SupportHours {
            windows: written.windows.into_iter().map(|it| it.value.0).collect(),
            zone: written.zone.map_or_else(|| self.zone.clone(), |it| it.value.0),
            holidays: written.holidays.into_iter().map(|it| it.value.0).collect(),
            at_any_time: written.at_any_time.and_then(|it| self.severity(&it)),
            service: written.service.unwrap_or_default(),
            answers: written.answers.unwrap_or_default(),
        }
    }

    fn target(&mut self, written: &written::SupportTarget) -> Option<SupportTarget> {
        /// A target is in whole minutes, and one at least.
        fn minutes(it: Option<&At<Length>>) -> Option<u32> {
            it.map(|it| it.value.0.div_ceil(60).max(1))
        }
        Some(SupportTarget {
            severity: self.severity(&written.severity)?,
            acknowledge_minutes: minutes(written.acknowledge.as_ref()),
            restore_minutes: minutes(written.restore.as_ref()),
            resolve_minutes: minutes(written.resolve.as_ref()),
        })
    }

    /// Returns the severity that is written; another number is reported.
    pub(super) fn severity(&mut self, written: &At<u8>) -> Option<Severity> {
        let severity = written.value.try_into();
        let reported = severity.map_err(|why: UnknownSeverity| {
            self.findings.report(Code::BadValue, written.at, why.to_string());
        });
        reported.ok()
    }
}

pub(super) fn readiness(written: Vec<written::ReadinessItem>) -> Vec<ReadinessItem> {
    let item = |it: written::ReadinessItem| {
        let owner = match it.area {
            ReadinessArea::Operations | ReadinessArea::Service => RoleType::OperationsManager,
            ReadinessArea::Support => RoleType::SupportManager,
        };
        ReadinessItem {
            id: it.id.value,
            area: it.area,
            text: it.text,
            owner: it.owner.map_or(owner, |it| it.value),
            probe: it.probe.map(|it| it.value),
        }
    };
    written.into_iter().map(item).collect()
}

pub(super) fn quiet_period(written: written::QuietPeriod) -> QuietPeriodTerms {
    QuietPeriodTerms {
        rules: rules(&written),
        length_days: written.length_days.map_or(QUIET_LENGTH_DAYS, |it| it.value),
        minimum_days: written.minimum_days.map_or(QUIET_MINIMUM_DAYS, |it| it.value),
        uneventful: written.uneventful,
    }
}

/// Returns the rules of a quiet period, as written or as usual.
pub(crate) fn rules(written: &written::QuietPeriod) -> QuietPeriodRules {
    let (tail, criteria) = (&written.tail_days, &written.criteria);
    let usual = QuietPeriodRules::default();
    let days = |it: &Option<At<u16>>, usual: u16| it.as_ref().map_or(usual, |it| it.value);
    let percent = |it: &Option<At<u8>>, usual: u8| it.as_ref().map_or(usual, |it| it.value);
    let availability = criteria.availability.as_ref().map(|it| it.value.hundredths);
    QuietPeriodRules {
        tail_severity_1_days: days(&tail.severity_1, usual.tail_severity_1_days),
        tail_severity_2_days: days(&tail.severity_2, usual.tail_severity_2_days),
        tail_emergency_change_days: days(&tail.emergency_change, usual.tail_emergency_change_days),
        severity_2_per_1000_users_max: days(
            &criteria.severity_2_per_1000_users,
            usual.severity_2_per_1000_users_max,
        ),
        availability_min: availability.unwrap_or(usual.availability_min),
        escalations_last_week_max: days(
            &criteria.escalations_last_week,
            usual.escalations_last_week_max,
        ),
        measured_percent_min: percent(&criteria.measured_percent, usual.measured_percent_min),
        representative_days_min: days(&criteria.representative_days, usual.representative_days_min),
        representative_percent_min: percent(
            &criteria.representative_percent,
            usual.representative_percent_min,
        ),
        review_after_extensions: written
            .review_after
            .extensions
            .unwrap_or(usual.review_after_extensions),
        review_after_days: written.review_after.days.unwrap_or(usual.review_after_days),
    }
}
