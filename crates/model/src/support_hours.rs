//! Support hours: when support answers, and how long is how long in them.
//!
//! A clock that runs in support hours stands still in between: an escalation of Friday evening
//! has to be answered on Monday morning. What is severe does not wait for Monday.
//!
//! Source: Deploy SMF, Process 3, Table 6, input "support plan".
//! House rule: hours are civil times on weekdays in a zone, because that is what people agree on.

use crate::incident::Severity;
use crate::measures::intervals::{Interval, Intervals};
use crate::window::{DaysWindow, MaintenanceWindow, TimeZoneName};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// The most days that are looked through for the end of a time: longer than any project.
const DAYS_MAX: i64 = 800;

/// When support answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportHours {
    /// The hours; several mean their union.
    pub windows: Vec<MaintenanceWindow>,
    /// The zone of the windows that name none, and of the holidays.
    pub zone: TimeZoneName,
    /// The days on which nobody answers.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub holidays: BTreeSet<Date>,
    /// What is as severe as this, or worse, is answered at any time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_any_time: Option<Severity>,
    /// What is measured in these hours alone.
    #[serde(default, skip_serializing_if = "MeasuredIn::is_always")]
    pub service: MeasuredIn,
    /// In which hours it is measured how soon incidents are acknowledged and restored.
    #[serde(default, skip_serializing_if = "MeasuredIn::is_always")]
    pub answers: MeasuredIn,
}

/// When the service is agreed to be there.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
    strum::Display,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum MeasuredIn {
    /// Around the clock.
    #[default]
    Always,
    /// While support answers, on the clock of each site.
    SupportHours,
}

impl MeasuredIn {
    // What has its default is left out, so that the digests of plans from before stay what they were.
    fn is_always(&self) -> bool {
        *self == Self::Always
    }
}

impl SupportHours {
    /// Returns whether a clock of `severity` stands still outside of these hours; that of a question
    /// without one does.
    pub fn holds_for(&self, severity: Option<Severity>) -> bool {
        // A smaller number is worse.
        severity.zip(self.at_any_time).is_none_or(|(it, least)| it > least)
    }

    /// Returns the instant at which `length` of these hours after `at` is over; nothing where they
    /// end for ever before that.
    pub fn after(&self, at: Timestamp, length: SignedDuration) -> Option<Timestamp> {
        let mut left_ms = i64::try_from(length.as_millis()).ok()?;
        let mut from = at;
        // A week at a time: most answers are due within one.
        for _ in 0..DAYS_MAX / 7 {
            let to = from.checked_add(SignedDuration::from_hours(7 * 24)).ok()?;
            for it in self.between(from, to, &self.zone).iter() {
                if it.length_ms() >= left_ms {
                    return Timestamp::from_millisecond(it.start_ms + left_ms).ok();
                }
                left_ms -= it.length_ms();
            }
            from = to;
        }
        None
    }

    /// Returns these hours from `from` to `to`, where a window that names no zone is in `zone`.
    pub fn between(&self, from: Timestamp, to: Timestamp, zone: &TimeZoneName) -> Intervals {
        let Some(whole) = Interval::new(from.as_millisecond(), to.as_millisecond()) else {
            return Intervals::default();
        };
        let all = self.windows.iter().flat_map(|it| self.of(it, (from, to), zone)).collect();
        let open = Intervals::union_of(all).intersection(&Some(whole).into());
        open.without(&self.closed((from, to), zone))
    }

    fn of(
        &self,
        window: &MaintenanceWindow,
        (from, to): (Timestamp, Timestamp),
        zone: &TimeZoneName,
    ) -> Vec<Interval> {
        let days = match window {
            MaintenanceWindow::Always => {
                let all = Interval::new(from.as_millisecond(), to.as_millisecond());
                return all.into_iter().collect();
            }
            MaintenanceWindow::OnDays(days) => days,
        };
        let rules = days.zone.as_ref().unwrap_or(zone).rules();
        let date = |at: Timestamp| at.to_zoned(rules.clone()).date();
        // A window of the day before may end on the first day.
        let first = date(from).yesterday().unwrap_or_else(|_| date(from));
        let begins = days.days.between(first, date(to)).into_iter();
        begins.filter_map(|it| on(days, it, &rules)).collect()
    }

    /// Returns when nobody answers, because it is a holiday in `zone`.
    fn closed(&self, (from, to): (Timestamp, Timestamp), zone: &TimeZoneName) -> Intervals {
        let rules = zone.rules();
        let date = |at: Timestamp| at.to_zoned(rules.clone()).date();
        let begins =
            |day: Date| day.to_zoned(rules.clone()).ok().map(|it| it.timestamp().as_millisecond());
        let days = self.holidays.range(date(from)..=date(to));
        let whole =
            days.filter_map(|day| Interval::new(begins(*day)?, begins(day.tomorrow().ok()?)?));
        Intervals::union_of(whole.collect())
    }
}

/// Returns when `window` is open that begins on `day`; nothing where the clocks leave nothing of it.
fn on(window: &DaysWindow, day: Date, rules: &TimeZone) -> Option<Interval> {
    let at = |date: Date, time: crate::window::CivilTime| {
        let civil = date.to_datetime(time.time());
        let at = rules.to_ambiguous_timestamp(civil).compatible().ok()?;
        Some(at.as_millisecond())
    };
    Interval::new(at(day, window.from)?, at(window.end_date(day)?, window.to)?)
}

impl fmt::Display for SupportHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let windows: Vec<String> = self.windows.iter().map(ToString::to_string).collect();
        write!(f, "{} ({})", windows.join("; "), self.zone)?;
        if !self.holidays.is_empty() {
            write!(f, ", but for {} holidays", self.holidays.len())?;
        }
        self.at_any_time.map_or(Ok(()), |it| write!(f, "; {it} and worse at any time"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn office() -> SupportHours {
        let days = serde_json::json!({
            "weekdays": ["monday", "tuesday", "wednesday", "thursday", "friday"],
            "from": "08:00", "to": "18:00",
        });
        SupportHours {
            windows: vec![serde_json::from_value(days).unwrap()],
            zone: "America/Chicago".parse().unwrap(),
            holidays: ["2027-05-31".parse().unwrap()].into(),
            at_any_time: Some(Severity::TWO),
            service: MeasuredIn::Always,
            answers: MeasuredIn::Always,
        }
    }

    // Proves: P3b-I1
    #[test]
    fn a_clock_stands_still_when_nobody_answers() {
        // at, minutes, until
        for (from, minutes, until) in [
            ("2027-04-05T15:00:00Z", 30, "2027-04-05T15:30:00Z"),
            // To the last minute of the day, and a minute longer: that is the next morning.
            ("2027-04-05T22:30:00Z", 30, "2027-04-05T23:00:00Z"),
            ("2027-04-05T22:30:00Z", 31, "2027-04-06T13:01:00Z"),
            // On Friday evening nobody answers until Monday morning.
            ("2027-04-09T23:30:00Z", 15, "2027-04-12T13:15:00Z"),
            // Monday 31 May is a holiday.
            ("2027-05-28T22:45:00Z", 30, "2027-06-01T13:15:00Z"),
            // Ten hours are a whole day, and twenty are two, whatever the clocks do in the night.
            ("2027-03-12T14:00:00Z", 1200, "2027-03-15T23:00:00Z"),
        ] {
            let found = office().after(at(from), SignedDuration::from_mins(minutes));
            assert_eq!(found, Some(at(until)), "{minutes} minutes from {from}");
        }
        assert!(
            !office().holds_for(Some(Severity::ONE)) && !office().holds_for(Some(Severity::TWO))
        );
        assert!(office().holds_for(Some(Severity::THREE)) && office().holds_for(None));
        let never = SupportHours { windows: vec![], ..office() };
        assert_eq!(never.after(at("2027-04-05T15:00:00Z"), SignedDuration::from_mins(1)), None);
    }

    #[test]
    fn hours_over_midnight_and_around_the_clock_are_hours_too() {
        let night = serde_json::json!({ "weekdays": ["friday"], "from": "22:00", "to": "06:00" });
        let night = SupportHours {
            windows: vec![serde_json::from_value(night).unwrap()],
            holidays: [].into(),
            zone: "UTC".parse().unwrap(),
            ..office()
        };
        let (from, to) = (at("2027-04-10T00:00:00Z"), at("2027-04-17T00:00:00Z"));
        let zone = night.zone.clone();
        // Of the Friday before, six hours; of the Friday in it, two.
        assert_eq!(night.between(from, to, &zone).length_ms(), 8 * 3_600_000);
        let always = SupportHours { windows: vec![MaintenanceWindow::Always], ..night };
        assert_eq!(always.between(from, to, &zone).length_ms(), 7 * 24 * 3_600_000);
        let until = always.after(from, SignedDuration::from_hours(1));
        assert_eq!(until, Some(at("2027-04-10T01:00:00Z")));
    }
}
