//! What a window of civil time comes to: its instants, its length, and clocks that change in it.
//!
//! House rule: gaps and folds take the narrowest reading.

use crate::code::Code;
use crate::findings::Findings;
use crate::span::At;
use crate::written::Window;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use model::window::{Days, DaysWindow, MaintenanceWindow, TimeZoneName};

/// How long a day is, in seconds, in a week without a clock change.
const DAY_S: i64 = 86_400;

/// Returns the dates on which a window begins, or nothing where they never end.
fn dates(window: &DaysWindow) -> Option<Vec<Date>> {
    match &window.days {
        Days::Dates(dates) => Some(dates.iter().copied().collect()),
        Days::Range { first, last } => Some(window.days.between(*first, *last)),
        Days::Weekdays(_) => None,
    }
}

/// Returns the civil beginning and end of the window that begins on `date`.
fn civil(window: &DaysWindow, date: Date) -> (DateTime, DateTime) {
    let end = window.end_date(date).unwrap_or(date);
    (date.to_datetime(window.from.time()), end.to_datetime(window.to.time()))
}

/// Returns every stretch of time of `windows` at a place in `zone`, or nothing if they never end.
pub(crate) fn occurrences(
    windows: &[MaintenanceWindow],
    zone: &TimeZoneName,
) -> Option<Vec<(Timestamp, Timestamp)>> {
    let mut all = Vec::new();
    for window in windows {
        let MaintenanceWindow::OnDays(window) = window else { return None };
        let rules = window.zone.as_ref().unwrap_or(zone).rules();
        for date in dates(window)? {
            let (from, to) = civil(window, date);
            all.push((narrow(&rules, from, Edge::Begin), narrow(&rules, to, Edge::End)));
        }
    }
    Some(all)
}

/// Returns the length of the longest of `windows` at a place in `zone`, in seconds; nothing if
/// one is always open.
pub(crate) fn longest_s(windows: &[MaintenanceWindow], zone: &TimeZoneName) -> Option<i64> {
    let mut longest = 0;
    for window in windows {
        let MaintenanceWindow::OnDays(days) = window else { return None };
        let length = match occurrences(std::slice::from_ref(window), zone) {
            Some(all) => {
                all.iter().map(|(from, to)| to.as_second() - from.as_second()).max().unwrap_or(0)
            }
            None => weekly_s(days),
        };
        longest = longest.max(length);
    }
    Some(longest)
}

fn weekly_s(window: &DaysWindow) -> i64 {
    let second = |it: model::window::CivilTime| {
        i64::from(it.time().hour()) * 3600 + i64::from(it.time().minute()) * 60
    };
    let length = second(window.to) - second(window.from);
    if length > 0 { length } else { length + DAY_S }
}

/// Which end of a window is meant.
#[derive(Clone, Copy)]
enum Edge {
    Begin,
    End,
}

/// Returns the instant of `civil` that makes the window shorter.
fn narrow(rules: &TimeZone, civil: DateTime, edge: Edge) -> Timestamp {
    let ambiguous = rules.to_ambiguous_timestamp(civil);
    let fallback = || rules.to_timestamp(civil).unwrap_or(Timestamp::MAX);
    let is_gap = matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. });
    let chosen = match (edge, is_gap) {
        // A time that the clock skips is the instant at which it skips it.
        (Edge::Begin | Edge::End, true) => {
            let later = ambiguous.later().unwrap_or(Timestamp::MAX);
            rules.preceding(later).next().map(|it| it.timestamp())
        }
        (Edge::Begin, false) => ambiguous.later().ok(),
        (Edge::End, false) => ambiguous.earlier().ok(),
    };
    chosen.unwrap_or_else(fallback)
}

/// Warns of windows that begin or end at a time that a clock change in `zone` skips or repeats.
pub(crate) fn clock_changes(findings: &mut Findings, windows: &[At<Window>], zone: &TimeZoneName) {
    for window in windows {
        let MaintenanceWindow::OnDays(days) = &window.value.0 else { continue };
        let zone = days.zone.as_ref().unwrap_or(zone);
        let rules = zone.rules();
        for date in dates(days).unwrap_or_default() {
            let (from, to) = civil(days, date);
            for (time, edge) in [(from, "begins"), (to, "ends")] {
                let how = match rules.to_ambiguous_timestamp(time).offset() {
                    AmbiguousOffset::Unambiguous { .. } => continue,
                    AmbiguousOffset::Gap { .. } => "do not show",
                    AmbiguousOffset::Fold { .. } => "show twice",
                };
                let shown = time.strftime("%Y-%m-%d %H:%M");
                let what =
                    format!("this window {edge} at {shown}, which the clocks in {zone} {how}");
                let help = "the narrowest reading is taken; choose another time to be sure what people expect";
                findings.report_with(Code::ClockChange, window.at, what, Some(help));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{from_value, json};

    #[test]
    fn the_length_of_a_window_is_what_the_clocks_make_of_it() {
        for (date, from, to, zone, minutes) in [
            ("2027-03-14", "00:00", "05:00", "America/Chicago", 240),
            ("2027-03-14", "00:00", "05:00", "America/Regina", 300),
            ("2027-03-14", "00:00", "05:00", "America/Phoenix", 300),
            ("2027-03-14", "00:00", "05:00", "America/St_Johns", 240),
            ("2027-03-14", "00:00", "02:30", "America/Chicago", 120),
            ("2027-11-07", "01:30", "05:00", "America/Chicago", 210),
            ("2027-04-04", "00:00", "05:00", "Australia/Lord_Howe", 330),
            ("2027-01-31", "22:00", "04:00", "America/Chicago", 360),
        ] {
            let window = from_value(json!({ "dates": [date], "from": from, "to": to })).unwrap();
            let zone_name = zone.parse().unwrap();
            assert_eq!(
                longest_s(&[window], &zone_name),
                Some(minutes * 60),
                "{date} {from} {zone}"
            );
        }
        let zone = "America/Chicago".parse().unwrap();
        let weekly =
            from_value(json!({ "weekdays": ["sunday"], "from": "22:00", "to": "04:00" })).unwrap();
        assert_eq!(longest_s(&[weekly], &zone), Some(6 * 3600));
        assert_eq!(longest_s(&[MaintenanceWindow::Always], &zone), None);
    }
}
