//! The clock of a quiet period: its nominal end, and what puts the end on.
//!
//! House rule: an end is the same civil time a number of calendar days later, so that a change of
//! clocks neither gives nor takes an hour of anybody's day.

use crate::companion_plans::QuietPeriodRules;
use crate::window::TimeZoneName;
use jiff::{Span, Timestamp};

/// Something after which a time without any must follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disturbance {
    /// A severity 1 incident was restored.
    Severity1,
    /// A severity 2 incident was restored.
    Severity2,
    /// An emergency change ended.
    EmergencyChange,
}

/// When something happened after which a time without any must follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TailEvent {
    /// What.
    pub what: Disturbance,
    /// Its name, as it is shown: `incident 7`, `RFC-E01`.
    pub name: String,
    /// When it was over.
    pub at: Timestamp,
}

/// Returns the same civil time in `zone`, `days` calendar days after `at`.
pub fn days_later(at: Timestamp, days: u16, zone: &TimeZoneName) -> Timestamp {
    let later = at.to_zoned(zone.rules()).checked_add(Span::new().days(i64::from(days)));
    later.map_or(Timestamp::MAX, |it| it.timestamp())
}

/// Returns how many days have passed from `start` to `until`, each to the same civil time in `zone`.
/// A day that is not over does not count.
pub fn whole_days(start: Timestamp, until: Timestamp, zone: &TimeZoneName) -> u16 {
    let (first, last) = (start.to_zoned(zone.rules()), until.to_zoned(zone.rules()));
    let begun = first.date().until(last.date()).map(|it| it.get_days()).unwrap_or_default();
    let begun = u16::try_from(begun).unwrap_or_default();
    if days_later(start, begun, zone) <= until { begun } else { begun.saturating_sub(1) }
}

impl Disturbance {
    fn tail_days(self, rules: &QuietPeriodRules) -> u16 {
        match self {
            Self::Severity1 => rules.tail_severity_1_days,
            Self::Severity2 => rules.tail_severity_2_days,
            Self::EmergencyChange => rules.tail_emergency_change_days,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Severity1 => "severity 1 restored",
            Self::Severity2 => "severity 2 restored",
            Self::EmergencyChange => "emergency change ended",
        }
    }
}

/// Returns the end that `events` put in place of `end`, and why; nothing where they do not. It
/// never lies before `end`.
pub fn tail(
    end: Timestamp,
    events: &[TailEvent],
    rules: &QuietPeriodRules,
    zone: &TimeZoneName,
) -> Option<(Timestamp, String)> {
    let ends = events.iter().map(|it| {
        let days = it.what.tail_days(rules);
        (days_later(it.at, days, zone), it, days)
    });
    let (to, event, days) = ends.max_by_key(|(to, _, _)| *to)?;
    let cause = format!("{}: {} at {}, and {days} days", event.name, event.what.words(), event.at);
    (to > end).then_some((to, cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZoneName {
        name.parse().unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    // Proves: T-4
    #[test]
    fn the_nominal_end_is_the_same_civil_time_whatever_the_clocks_do() {
        // start, days, zone, end, hours
        for (start, days, name, end, hours) in [
            ("2027-04-05T21:00:00Z", 21, "America/Chicago", "2027-04-26T21:00:00Z", 504),
            // Thirty days with the clocks put forward: an hour less.
            ("2027-03-01T18:00:00Z", 30, "America/Chicago", "2027-03-31T17:00:00Z", 719),
            // And put back: an hour more.
            ("2027-10-20T17:00:00Z", 30, "America/Chicago", "2027-11-19T18:00:00Z", 721),
            ("2027-03-01T18:00:00Z", 30, "UTC", "2027-03-31T18:00:00Z", 720),
            // Half an hour on Lord Howe.
            ("2027-03-20T01:00:00Z", 30, "Australia/Lord_Howe", "2027-04-19T01:30:00Z", 720),
            // An end that does not exist: 02:30 on the night of the change is 03:30.
            ("2027-02-12T08:30:00Z", 30, "America/Chicago", "2027-03-14T08:30:00Z", 720),
            // An end that exists twice: the first of both.
            ("2027-10-08T06:30:00Z", 30, "America/Chicago", "2027-11-07T06:30:00Z", 720),
            // Months and years are passed like any other day.
            ("2028-02-14T12:00:00Z", 15, "UTC", "2028-02-29T12:00:00Z", 360),
        ] {
            let start = at(start);
            let found = days_later(start, days, &zone(name));
            assert_eq!(found, at(end), "{name}");
            assert_eq!(found.duration_since(start).as_hours(), hours, "{name}");
        }
    }

    #[test]
    fn a_day_that_is_not_over_is_no_whole_day() {
        for (start, until, name, days) in [
            ("2027-04-05T09:00:00Z", "2027-04-05T09:00:00Z", "UTC", 0),
            ("2027-04-05T09:00:00Z", "2027-04-06T08:59:59Z", "UTC", 0),
            ("2027-04-05T09:00:00Z", "2027-04-06T09:00:00Z", "UTC", 1),
            ("2027-04-05T09:00:00Z", "2027-04-20T00:01:00Z", "UTC", 14),
            ("2027-04-05T09:00:00Z", "2027-04-20T09:00:00Z", "UTC", 15),
            // The clocks were put forward: fifteen days are an hour less.
            ("2027-03-01T18:00:00Z", "2027-03-16T17:00:00Z", "America/Chicago", 15),
            ("2027-03-01T18:00:00Z", "2027-03-16T16:59:59Z", "America/Chicago", 14),
        ] {
            assert_eq!(whole_days(at(start), at(until), &zone(name)), days, "{until} in {name}");
        }
    }

    // Proves: T-4
    #[test]
    fn the_worked_example_is_put_on_by_thirty_hours_and_a_half() {
        let rules = QuietPeriodRules::default();
        let chicago = zone("America/Chicago");
        let nominal = at("2027-04-26T21:00:00Z");
        let restored = TailEvent {
            what: Disturbance::Severity2,
            name: "incident 5".to_owned(),
            at: at("2027-04-20T16:40:00Z"),
        };
        let (end, cause) =
            tail(nominal, std::slice::from_ref(&restored), &rules, &chicago).unwrap();
        assert_eq!(end, at("2027-04-27T16:40:00Z"));
        assert_eq!(cause, "incident 5: severity 2 restored at 2027-04-20T16:40:00Z, and 7 days");
        let change = TailEvent {
            what: Disturbance::EmergencyChange,
            name: "CHG-E01".to_owned(),
            at: at("2027-04-21T03:30:00Z"),
        };
        let both = [restored, change];
        let (end, cause) = tail(end, &both, &rules, &chicago).unwrap();
        assert_eq!(end, at("2027-04-28T03:30:00Z"));
        assert_eq!(cause, "CHG-E01: emergency change ended at 2027-04-21T03:30:00Z, and 7 days");
        assert_eq!(end.duration_since(nominal).as_mins(), 30 * 60 + 30);
        // Asked again it stays: the rule is monotone and never shortens.
        assert_eq!(tail(end, &both, &rules, &chicago), None);
    }

    #[test]
    fn a_severity_1_is_followed_by_fifteen_days_and_an_early_one_by_nothing() {
        let (rules, utc) = (QuietPeriodRules::default(), zone("UTC"));
        let end = at("2027-04-30T00:00:00Z");
        // what, when it was over, the end
        for (what, over, expected) in [
            (Disturbance::Severity1, "2027-04-15T00:00:00Z", None),
            (Disturbance::Severity1, "2027-04-15T00:00:01Z", Some("2027-04-30T00:00:01Z")),
            (Disturbance::Severity1, "2027-04-29T12:00:00Z", Some("2027-05-14T12:00:00Z")),
            (Disturbance::Severity2, "2027-04-10T00:00:00Z", None),
            (Disturbance::Severity2, "2027-04-29T23:59:59Z", Some("2027-05-06T23:59:59Z")),
        ] {
            let event = TailEvent { what, name: "incident 1".to_owned(), at: at(over) };
            let found = tail(end, &[event], &rules, &utc).map(|(to, _)| to);
            assert_eq!(found, expected.map(at), "{over}");
        }
        assert_eq!(tail(end, &[], &rules, &utc), None);
    }
}
