//! When people work: working days in their own zone, less their leave.
//!
//! House rule: nobody is expected to answer at night, at the weekend or on leave,
//! unless they are on call for what runs just then.

use crate::calendar::Interval;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::person::{Leave, Person, WorkingHours};
use model::window::TimeZoneName;

/// The most days that are looked through: longer than any rehearsal.
const DAYS_MAX: u32 = 800;

/// When one person works.
#[derive(Clone, Debug)]
pub struct Hours {
    zone: TimeZone,
    of_day: WorkingHours,
    /// When they are away.
    pub(super) away: Vec<Interval>,
}

impl Hours {
    /// Returns the usual hours of somebody in `zone`.
    pub fn new(zone: TimeZone) -> Self {
        Self { zone, of_day: WorkingHours::DEFAULT, away: vec![] }
    }

    /// Returns the hours of `person` as the plan gives them; who names no zone lives in `zone`.
    pub fn of(person: &Person, zone: &TimeZoneName) -> Self {
        let zone = person.zone().unwrap_or(zone).rules();
        let of_day = person.hours();
        let away = person.leave().iter().filter_map(|it| days(*it, &zone)).collect();
        Self { zone, of_day, away }
    }

    /// Returns the length of a working day, in seconds.
    pub fn day_s(&self) -> i64 {
        (i64::from(self.of_day.until) - i64::from(self.of_day.from)) * 3600
    }

    /// Returns until when the person is away at `at`, if they are.
    pub fn back(&self, at: Timestamp) -> Option<Timestamp> {
        self.away.iter().filter(|it| it.contains(at)).map(|it| it.end()).max()
    }

    /// Returns whether the person works at `at`.
    pub fn is_working(&self, at: Timestamp) -> bool {
        let local = at.to_zoned(self.zone.clone());
        is_working_day(local.date())
            && (self.of_day.from..self.of_day.until).contains(&local.hour())
            && self.back(at).is_none()
    }

    /// Returns the instant at which `work_s` seconds of working time after `from` are over.
    pub fn after(&self, from: Timestamp, work_s: i64) -> Timestamp {
        let mut left_s = work_s.max(0);
        let mut day = from.to_zoned(self.zone.clone()).date();
        for _ in 0..DAYS_MAX {
            if let Some((mut begins, ends)) = self.day(day) {
                begins = begins.max(from);
                while let Some(back) = self.back(begins) {
                    begins = back;
                }
                let has_s = ends.duration_since(begins).as_secs();
                if has_s > left_s {
                    let end = begins.checked_add(SignedDuration::from_secs(left_s));
                    return end.unwrap_or(begins);
                }
                left_s -= has_s.max(0);
            }
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        Timestamp::MAX
    }

    fn day(&self, day: Date) -> Option<(Timestamp, Timestamp)> {
        if !is_working_day(day) {
            return None;
        }
        let at = |hour: i8| {
            // Somebody who works until midnight works until the next day begins.
            let civil = match Time::new(hour, 0, 0, 0) {
                Ok(time) => day.to_datetime(time),
                Err(_) => day.tomorrow().ok()?.to_datetime(Time::midnight()),
            };
            self.zone.to_ambiguous_timestamp(civil).compatible().ok()
        };
        Some((at(self.of_day.from)?, at(self.of_day.until)?))
    }
}

/// Returns the days of `leave` in `zone`, the last included.
fn days(leave: Leave, zone: &TimeZone) -> Option<Interval> {
    let begins = |day: Date| {
        zone.to_ambiguous_timestamp(day.to_datetime(Time::midnight())).compatible().ok()
    };
    Interval::new(begins(leave.first)?, begins(leave.last.tomorrow().ok()?)?)
}

fn is_working_day(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::at;
    use model::person::Particulars;

    fn somebody(hours: WorkingHours) -> Person {
        let particulars = Particulars {
            zone: Some("America/Chicago".parse().unwrap()),
            leave: vec![Leave {
                first: "2027-01-12".parse().unwrap(),
                last: "2027-01-13".parse().unwrap(),
            }],
            hours: Some(hours),
            ..Particulars::default()
        };
        Person::new("odile".parse().unwrap(), vec![], particulars)
    }

    #[test]
    fn working_time_passes_on_working_days_in_their_hours_and_not_on_leave() {
        let hours =
            Hours::of(&somebody(WorkingHours { from: 8, until: 17 }), &"UTC".parse().unwrap());
        for (what, from, work_s, until) in [
            ("the same morning", "2027-01-08T14:00:00Z", 3600, "2027-01-08T15:00:00Z"),
            ("from the night on", "2027-01-08T08:00:00Z", 3600, "2027-01-08T15:00:00Z"),
            ("over the weekend", "2027-01-08T22:30:00Z", 3600, "2027-01-11T14:30:00Z"),
            ("over a leave of two days", "2027-01-11T22:30:00Z", 3600, "2027-01-14T14:30:00Z"),
            ("whole days", "2027-01-04T14:00:00Z", 2 * hours.day_s(), "2027-01-06T14:00:00Z"),
        ] {
            assert_eq!(hours.after(at(from), work_s), at(until), "{what}");
        }
        assert!(hours.is_working(at("2027-01-08T14:00:00Z")));
        assert!(!hours.is_working(at("2027-01-08T23:00:00Z")));
        assert!(!hours.is_working(at("2027-01-13T16:00:00Z")));
    }

    #[test]
    fn who_works_until_midnight_does_so_and_who_says_nothing_works_from_eight_to_six() {
        let late = somebody(WorkingHours { from: 16, until: 24 });
        let late = Hours::of(&late, &"UTC".parse().unwrap());
        assert_eq!(late.after(at("2027-01-04T14:00:00Z"), 0), at("2027-01-04T22:00:00Z"));
        assert_eq!(late.after(at("2027-01-05T05:30:00Z"), 3600), at("2027-01-05T22:30:00Z"));
        let usual = Hours::new(TimeZone::UTC);
        assert_eq!(usual.after(at("2027-01-04T17:30:00Z"), 3600), at("2027-01-05T08:30:00Z"));
    }
}
