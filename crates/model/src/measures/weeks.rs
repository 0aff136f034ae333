//! Weeks as people count them: from Monday to Sunday, in the project's zone.
//!
//! House rule: ISO weeks; where the clocks change, a week is an hour longer or shorter.

use super::intervals::{Interval, instant};
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The most weeks that are told apart: ten years. A longer time has none.
pub const WEEKS_MAX: usize = 530;

/// How long a week is where no clock changes, in milliseconds.
pub const WEEK_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// A week of the time in question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Week {
    /// Its Monday.
    pub monday: Date,
    /// What of it lies in the time in question.
    pub span: Interval,
}

/// Returns the weeks of `window` in `zone`, in order.
pub fn weeks(window: Option<Interval>, zone: &TimeZone) -> Vec<Week> {
    let Some(window) = window else { return vec![] };
    if window.length_ms() / WEEK_MS >= WEEKS_MAX as i64 {
        return vec![];
    }
    let first = instant(window.start_ms).to_zoned(zone.clone()).date();
    let since_monday = i64::from(first.weekday().to_monday_zero_offset());
    let monday = first.checked_sub(jiff::Span::new().days(since_monday)).ok();
    let mondays =
        std::iter::successors(monday, |it| it.checked_add(jiff::Span::new().days(7)).ok());
    let begins_ms = |monday: Date| {
        let begin = zone.to_ambiguous_timestamp(monday.at(0, 0, 0, 0)).compatible();
        begin.map_or(i64::MAX, |it| it.as_millisecond())
    };
    let whole = mondays.map(|monday| {
        let next = monday.checked_add(jiff::Span::new().days(7));
        let end_ms = next.map_or(i64::MAX, begins_ms);
        (monday, Interval { start_ms: begins_ms(monday), end_ms })
    });
    whole
        .take_while(|(_, it)| it.start_ms < window.end_ms)
        .filter_map(|(monday, it)| Some(Week { monday, span: it.intersection(window)? }))
        .collect()
}

/// Returns which of `weeks` holds `at_ms`.
pub fn week_of(weeks: &[Week], at_ms: i64) -> Option<usize> {
    let position = weeks.partition_point(|it| it.span.end_ms <= at_ms);
    weeks.get(position).filter(|it| it.span.start_ms <= at_ms).map(|_| position)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from: &str, to: &str) -> Option<Interval> {
        let ms = |it: &str| it.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        Interval::new(ms(from), ms(to))
    }

    #[test]
    fn a_week_begins_on_monday_in_the_zone_and_is_cut_at_the_window() {
        let zone = TimeZone::get("America/Chicago").unwrap();
        let found = weeks(window("2027-03-10T12:00:00Z", "2027-03-16T00:00:00Z"), &zone);
        let told: Vec<String> =
            found.iter().map(|it| format!("{} {}", it.monday, it.span)).collect();
        // The clocks go forward on 14 March: the next week begins at 05:00 UTC, not at 06:00.
        expect_test::expect![[r#"
            2027-03-08 2027-03-10T12:00:00Z/2027-03-15T05:00:00Z
            2027-03-15 2027-03-15T05:00:00Z/2027-03-16T00:00:00Z"#]]
        .assert_eq(&told.join("\n"));
        let at = |it: &str| it.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        assert_eq!(week_of(&found, at("2027-03-15T04:59:59Z")), Some(0));
        assert_eq!(week_of(&found, at("2027-03-15T05:00:00Z")), Some(1));
        assert_eq!(week_of(&found, at("2027-03-16T00:00:00Z")), None);
        assert_eq!(week_of(&found, at("2027-03-09T00:00:00Z")), None);
    }

    #[test]
    fn a_time_without_end_has_no_weeks_and_no_time_has_none() {
        assert_eq!(
            weeks(window("1970-01-01T00:00:00Z", "2200-01-01T00:00:00Z"), &TimeZone::UTC),
            []
        );
        assert_eq!(weeks(None, &TimeZone::UTC), []);
    }
}
