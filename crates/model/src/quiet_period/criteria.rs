//! Whether a quiet period was uneventful: each criterion with its target, its value, its verdict.
//!
//! Source: Deploy SMF, Process 4, Table 7: was the quiet period uneventful, or were numerous
//! incidents documented?

use crate::companion_plans::QuietPeriodRules;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What makes a quiet period uneventful. Its doc sentence is its text.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    strum::EnumMessage,
    strum::VariantArray,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Criterion {
    /// Severity 1 incidents of the solution.
    #[serde(rename = "severity-1")]
    Severity1,
    /// Severity 2 incidents of the solution.
    #[serde(rename = "severity-2")]
    Severity2,
    /// Severity 1 and 2 incidents open at the end.
    OpenAtTheEnd,
    /// User-weighted availability.
    Availability,
    /// Escalations of the last seven days.
    Escalations,
    /// Emergency changes in the last seven days.
    EmergencyChanges,
    /// Rollbacks.
    Rollbacks,
    /// Days with a usual amount of work.
    RepresentativeDays,
    /// What the plan asks for in words.
    Stated,
}

impl Criterion {
    /// Returns what it is about, in words.
    pub fn text(self) -> &'static str {
        use strum::EnumMessage as _;
        let text = self.get_documentation().expect("because every criterion has a doc sentence");
        text.trim_end_matches('.')
    }
}

/// What was seen of a quiet period. Nothing is not known rather than good.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// Users that the solution is for.
    pub users: u64,
    /// Severity 1 incidents of the solution, or of nobody knows what.
    pub severity_1: u32,
    /// Severity 2 incidents of the same.
    pub severity_2: u32,
    /// Severity 1 and 2 incidents that are not restored.
    pub open: u32,
    /// User-weighted availability, in hundredths of a percent, where it was measured.
    pub availability: Option<u16>,
    /// Escalations in the first seven days.
    pub escalations_first_week: u32,
    /// Escalations in the last seven days.
    pub escalations_last_week: u32,
    /// Emergency changes that ended in the last seven days, or are under way.
    pub emergency_changes_last_week: u32,
    /// Components and sites that went back.
    pub rollbacks: u32,
    /// Days with a usual amount of work.
    pub representative_days: u16,
    /// What the plan asks for in words, and whether it was stated.
    pub stated: Option<bool>,
}

/// Whether a criterion is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum CriterionVerdict {
    /// It is.
    Met,
    /// It is not.
    #[strum(to_string = "not met")]
    NotMet,
    /// Nobody knows.
    Unknown,
}

/// What one criterion read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionReading {
    /// Which.
    pub criterion: Criterion,
    /// What was asked, in words.
    pub target: String,
    /// What was found, in words.
    pub value: String,
    /// Whether it is true.
    pub verdict: CriterionVerdict,
}

impl fmt::Display for CriterionReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.criterion.text();
        write!(f, "{text}: {}, asked for {}: {}", self.value, self.target, self.verdict)
    }
}

/// The most severity 2 incidents that `rules` let pass among `users`: one at least.
fn severity_2_max(users: u64, rules: &QuietPeriodRules) -> u64 {
    (users * u64::from(rules.severity_2_per_1000_users_max) / 1_000).max(1)
}

/// Returns hundredths of a percent as they are shown.
pub(crate) fn hundredths(value: u16) -> String {
    format!("{}.{:02} %", value / 100, value % 100)
}

/// Returns what each criterion reads of what was `observed`, under `rules`.
pub fn criteria(observed: &Observed, rules: &QuietPeriodRules) -> Vec<CriterionReading> {
    let read = |criterion, target: String, value: String, verdict| CriterionReading {
        criterion,
        target,
        value,
        verdict,
    };
    let at_most = |criterion, value: u32, most: u64| {
        let verdict =
            if u64::from(value) <= most { CriterionVerdict::Met } else { CriterionVerdict::NotMet };
        read(criterion, format!("at most {most}"), value.to_string(), verdict)
    };
    let most = observed.escalations_first_week.min(rules.escalations_last_week_max.into());
    let availability = match observed.availability {
        None => CriterionVerdict::Unknown,
        Some(value) if value >= rules.availability_min => CriterionVerdict::Met,
        Some(_) => CriterionVerdict::NotMet,
    };
    let enough_days = observed.representative_days >= rules.representative_days_min;
    let mut readings = vec![
        at_most(Criterion::Severity1, observed.severity_1, 0),
        at_most(Criterion::Severity2, observed.severity_2, severity_2_max(observed.users, rules)),
        at_most(Criterion::OpenAtTheEnd, observed.open, 0),
        read(
            Criterion::Availability,
            format!("at least {}", hundredths(rules.availability_min)),
            observed.availability.map_or_else(|| "not known".to_owned(), hundredths),
            availability,
        ),
        at_most(Criterion::Escalations, observed.escalations_last_week, most.into()),
        at_most(Criterion::EmergencyChanges, observed.emergency_changes_last_week, 0),
        at_most(Criterion::Rollbacks, observed.rollbacks, 0),
        read(
            Criterion::RepresentativeDays,
            format!("at least {}", rules.representative_days_min),
            observed.representative_days.to_string(),
            if enough_days { CriterionVerdict::Met } else { CriterionVerdict::NotMet },
        ),
    ];
    if let Some(is_stated) = observed.stated {
        let (value, verdict) = if is_stated {
            ("stated", CriterionVerdict::Met)
        } else {
            ("not stated", CriterionVerdict::Unknown)
        };
        let target = "the statement of operations".to_owned();
        readings.push(read(Criterion::Stated, target, value.to_owned(), verdict));
    }
    readings
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    fn quiet() -> Observed {
        Observed {
            users: 1_575,
            severity_2: 3,
            availability: Some(9_971),
            escalations_first_week: 4,
            escalations_last_week: 1,
            representative_days: 19,
            ..Observed::default()
        }
    }

    // Proves: P4a-Q4
    #[test]
    fn the_worked_example_is_uneventful() {
        let mut text = String::new();
        for it in criteria(&quiet(), &QuietPeriodRules::default()) {
            text += &format!("{it}\n");
        }
        expect![[r#"
            Severity 1 incidents of the solution: 0, asked for at most 0: met
            Severity 2 incidents of the solution: 3, asked for at most 3: met
            Severity 1 and 2 incidents open at the end: 0, asked for at most 0: met
            User-weighted availability: 99.71 %, asked for at least 99.50 %: met
            Escalations of the last seven days: 1, asked for at most 3: met
            Emergency changes in the last seven days: 0, asked for at most 0: met
            Rollbacks: 0, asked for at most 0: met
            Days with a usual amount of work: 19, asked for at least 15: met
        "#]]
        .assert_eq(&text);
    }

    #[test]
    fn every_criterion_fails_by_itself_and_no_measure_is_not_a_good_one() {
        let with = |change: fn(&mut Observed)| {
            let mut observed = quiet();
            change(&mut observed);
            let bad = criteria(&observed, &QuietPeriodRules::default()).into_iter();
            let bad = bad.filter(|it| it.verdict != CriterionVerdict::Met);
            bad.map(|it| it.to_string()).collect::<Vec<_>>().join("; ")
        };
        let rows = [
            with(|_| {}),
            with(|it| it.severity_1 = 1),
            with(|it| it.severity_2 = 4),
            with(|it| it.open = 1),
            with(|it| it.availability = Some(9_949)),
            with(|it| it.availability = None),
            with(|it| it.escalations_last_week = 4),
            with(|it| (it.escalations_first_week, it.escalations_last_week) = (0, 1)),
            with(|it| it.emergency_changes_last_week = 1),
            with(|it| it.rollbacks = 1),
            with(|it| it.representative_days = 14),
            with(|it| it.stated = Some(false)),
            with(|it| it.stated = Some(true)),
            // Few users: one severity 2 is let pass all the same.
            with(|it| (it.users, it.severity_2) = (10, 1)),
            with(|it| (it.users, it.severity_2) = (10, 2)),
        ];
        expect![[r#"

            Severity 1 incidents of the solution: 1, asked for at most 0: not met
            Severity 2 incidents of the solution: 4, asked for at most 3: not met
            Severity 1 and 2 incidents open at the end: 1, asked for at most 0: not met
            User-weighted availability: 99.49 %, asked for at least 99.50 %: not met
            User-weighted availability: not known, asked for at least 99.50 %: unknown
            Escalations of the last seven days: 4, asked for at most 3: not met
            Escalations of the last seven days: 1, asked for at most 0: not met
            Emergency changes in the last seven days: 1, asked for at most 0: not met
            Rollbacks: 1, asked for at most 0: not met
            Days with a usual amount of work: 14, asked for at least 15: not met
            What the plan asks for in words: not stated, asked for the statement of operations: unknown


            Severity 2 incidents of the solution: 2, asked for at most 1: not met"#]].assert_eq(&rows.join("\n"));
    }
}
