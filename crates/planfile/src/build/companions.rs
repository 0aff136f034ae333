//! The plans beside the deployment plan.
//!
//! Source: Deploy SMF, inputs of Tables 5 and 6, and Table 1 "User Experience".

use crate::written;
use model::companion_plans::{
    Course, EscalationLevel, OperationsGuide, OperationsPlan, QuietPeriodTerms, SupportPlan,
    TrainingPlan,
};
use model::gates::incidents::REOPEN_DAYS;

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
    let guide = |it: written::Guide| OperationsGuide { id: it.id.value, title: it.title };
    OperationsPlan {
        document: written.document,
        guides: written.guides.into_iter().map(guide).collect(),
    }
}

pub(super) fn support(written: written::Support) -> SupportPlan {
    let level = |it: written::Escalation| EscalationLevel {
        who: it.who,
        answer_minutes: it.answer_minutes,
        role: it.role.map(|it| it.value),
        people: it.people.into_iter().map(|it| it.value).collect(),
    };
    SupportPlan {
        document: written.document,
        hours: written.hours,
        escalation: written.escalation.into_iter().map(level).collect(),
        open_severity_2_max: written.open_severity_2_max.unwrap_or(0),
        reopen_days: written.reopen_days.unwrap_or(REOPEN_DAYS),
    }
}

pub(super) fn quiet_period(written: written::QuietPeriod) -> QuietPeriodTerms {
    QuietPeriodTerms {
        length_days: written.length_days.map_or(QUIET_LENGTH_DAYS, |it| it.value),
        minimum_days: written.minimum_days.map_or(QUIET_MINIMUM_DAYS, |it| it.value),
        uneventful: written.uneventful,
    }
}
