//! When people work: working days in their own zone, less their leave.
//!
//! House rule: nobody is expected to answer at night, at the weekend or on leave,
//! unless they are on call for what runs just then.

use crate::calendar::Interval;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The local hour at which a working day begins.
pub const HOUR_FIRST: i8 = 8;
/// The local hour at which it ends.
pub const HOUR_LAST: i8 = 17;
/// The length of a working day, in seconds.
pub const DAY_S: i64 = (HOUR_LAST as i64 - HOUR_FIRST as i64) * 3600;

/// The most days that are looked through: longer than any rehearsal.
const DAYS_MAX: u32 = 800;

/// When one person works.
#[derive(Clone, Debug)]
pub struct Hours {
    zone: TimeZone,
    /// When they are away.
    pub away: Vec<Interval>,
}

impl Hours {
    /// Returns the hours of somebody in `zone` who is away in `away`.
    pub fn new(zone: TimeZone, away: Vec<Interval>) -> Self {
        Self { zone, away }
    }

    /// Returns until when the person is away at `at`, if they are.
    pub fn back(&self, at: Timestamp) -> Option<Timestamp> {
        self.away.iter().filter(|it| it.contains(at)).map(|it| it.end()).max()
    }

    /// Returns whether the person works at `at`.
    pub fn is_working(&self, at: Timestamp) -> bool {
        let local = at.to_zoned(self.zone.clone());
        is_working_day(local.date())
            && (HOUR_FIRST..HOUR_LAST).contains(&local.hour())
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
        let at = |hour: i8| self.zone.to_ambiguous_timestamp(day.at(hour, 0, 0, 0)).compatible();
        Some((at(HOUR_FIRST).ok()?, at(HOUR_LAST).ok()?))
    }
}

fn is_working_day(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::at;

    #[test]
    fn working_time_passes_on_working_days_between_eight_and_five_and_not_on_leave() {
        let zone = TimeZone::get("America/Chicago").unwrap();
        let leave = Interval::new(at("2027-01-12T06:00:00Z"), at("2027-01-14T06:00:00Z"));
        let hours = Hours::new(zone, leave.into_iter().collect());
        for (what, from, work_s, until) in [
            ("the same morning", "2027-01-08T14:00:00Z", 3600, "2027-01-08T15:00:00Z"),
            ("from the night on", "2027-01-08T08:00:00Z", 3600, "2027-01-08T15:00:00Z"),
            ("over the weekend", "2027-01-08T22:30:00Z", 3600, "2027-01-11T14:30:00Z"),
            ("over a leave of two days", "2027-01-11T22:30:00Z", 3600, "2027-01-14T14:30:00Z"),
            ("whole days", "2027-01-04T14:00:00Z", 2 * DAY_S, "2027-01-06T14:00:00Z"),
        ] {
            assert_eq!(hours.after(at(from), work_s), at(until), "{what}");
        }
        assert!(hours.is_working(at("2027-01-08T14:00:00Z")));
        assert!(!hours.is_working(at("2027-01-08T23:00:00Z")));
        assert!(!hours.is_working(at("2027-01-13T16:00:00Z")));
    }
}
