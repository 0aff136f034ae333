//! What holds for every window, freeze, zone and instant.
//!
//! House rule: gaps and folds take the narrowest reading, whatever the zone.

use super::*;
use jiff::civil::{DateTime, Time};
use jiff::tz::AmbiguousOffset;
use model::freeze::{FreezeScope, FreezeSpan, FreezeZone};
use model::window::{CivilTime, Days, Weekday};
use proptest::prelude::*;

/// Zones whose clocks move by an hour, half an hour, two hours or a day, at night, at midnight,
/// in the south, backwards in summer, or not at all.
const ZONES: [&str; 12] = [
    "America/Chicago",
    "America/St_Johns",
    "America/Santiago",
    "America/Phoenix",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Europe/Dublin",
    "Asia/Tehran",
    "Pacific/Apia",
    "UTC",
];

fn zones() -> impl Strategy<Value = TimeZoneName> {
    prop::sample::select(&ZONES).prop_map(|it| it.parse().unwrap())
}

/// Returns a zone with a date near to one on which its clocks move, where they ever do.
fn zones_and_dates() -> impl Strategy<Value = (TimeZoneName, Date)> {
    (zones(), 1_200_000_000_i64..2_000_000_000, -2_i64..=1).prop_map(|(zone, second, days)| {
        let rules = zone.rules();
        let after = Timestamp::from_second(second).unwrap();
        let change = rules.following(after).next().map_or(after, |it| it.timestamp());
        let near = change.checked_add(SignedDuration::from_hours(24 * days)).unwrap();
        let date = rules.to_datetime(near).date();
        (zone, date)
    })
}

fn times() -> impl Strategy<Value = CivilTime> {
    // Mostly at night, when clocks move.
    let minutes = prop_oneof![3 => 0..240_i32, 1 => 0..1440_i32];
    minutes.prop_map(|it| format!("{:02}:{:02}", it / 60, it % 60).parse().unwrap())
}

fn windows(near: Date) -> impl Strategy<Value = MaintenanceWindow> {
    let date = (-20_i64..60).prop_map(move |it| later(near, it));
    let dates = prop::collection::btree_set(date, 1..5).prop_map(Days::Dates);
    let range = (-20_i64..40, 0_i64..20).prop_map(move |(it, long)| Days::Range {
        first: later(near, it),
        last: later(near, it + long),
    });
    let weekday = prop::sample::select(vec![Weekday::Tuesday, Weekday::Saturday, Weekday::Sunday]);
    let weekdays = prop::collection::btree_set(weekday, 1..3).prop_map(Days::Weekdays);
    let days = prop_oneof![dates, range, weekdays];
    let on_days = (days, times(), times(), prop::option::weighted(0.2, zones()))
        .prop_map(|(days, from, to, zone)| DaysWindow { days, from, to, zone })
        .prop_map(MaintenanceWindow::OnDays);
    prop_oneof![1 => Just(MaintenanceWindow::Always), 9 => on_days]
}

fn freezes(near: Date) -> impl Strategy<Value = Freeze> {
    let days = (-10_i64..40, 0_i64..10).prop_map(move |(it, long)| FreezeSpan::Days {
        first: later(near, it),
        last: later(near, it + long),
    });
    let times = (-10_i64..40, 1_i64..10, times(), times()).prop_map(move |(it, long, from, to)| {
        let (first, last) = (later(near, it), later(near, it + long));
        FreezeSpan::Times { from: first.to_datetime(from.time()), to: last.to_datetime(to.time()) }
    });
    let clocks = prop_oneof![Just(FreezeZone::Site), zones().prop_map(FreezeZone::Named)];
    (prop_oneof![days, times], clocks, 0..9).prop_map(|(span, zone, number)| Freeze {
        name: format!("freeze-{number}").parse().unwrap(),
        span,
        zone,
        why: "busy".into(),
        allow: [].into(),
        scope: FreezeScope::All,
    })
}

/// A place near an instant.
#[derive(Debug)]
struct Place {
    zone: TimeZoneName,
    windows: Vec<MaintenanceWindow>,
    freezes: Vec<Freeze>,
    now: Timestamp,
}

fn places() -> impl Strategy<Value = Place> {
    (zones_and_dates(), 0..1440_i64).prop_flat_map(|((zone, date), minute)| {
        let midnight = zone.rules().to_ambiguous_timestamp(date.to_datetime(Time::midnight()));
        let now = midnight.compatible().unwrap();
        let now = now.checked_add(SignedDuration::from_mins(minute)).unwrap();
        let lists = (
            prop::collection::vec(windows(date), 0..4),
            prop::collection::vec(freezes(date), 0..4),
        );
        lists.prop_map(move |(windows, freezes)| Place {
            zone: zone.clone(),
            windows,
            freezes,
            now,
        })
    })
}

fn later(date: Date, days: i64) -> Date {
    date.checked_add(SignedDuration::from_hours(24 * days)).unwrap()
}

/// Returns instants of `interval`: the first, the last second, and every ten minutes between,
/// up to a thousand.
fn instants(interval: Interval) -> impl Iterator<Item = Timestamp> {
    let last = interval.end().checked_sub(SignedDuration::from_secs(1)).unwrap();
    let step = SignedDuration::from_mins(10);
    std::iter::successors(Some(interval.start()), move |it| it.checked_add(step).ok())
        .take_while(move |it| *it < last)
        .take(1000)
        .chain([last])
}

/// Returns every reading of `civil` that anybody has: both of a fold, and in a gap that of RFC 5545.
fn readings(zone: &TimeZone, civil: DateTime) -> Vec<Timestamp> {
    let readings = zone.to_ambiguous_timestamp(civil);
    match readings.offset() {
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Gap { .. } => {
            vec![readings.compatible().unwrap()]
        }
        AmbiguousOffset::Fold { .. } => {
            vec![readings.earlier().unwrap(), readings.later().unwrap()]
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(192) })]

    #[test]
    fn a_window_lies_within_what_the_clock_shows_and_within_every_reading(
        (zone, date) in zones_and_dates(),
        from in times(),
        to in times(),
    ) {
        let window = DaysWindow { days: Days::Dates([date].into()), from, to, zone: None };
        let rules = zone.rules();
        let start = date.to_datetime(from.time());
        let end = window.end_date(date).unwrap().to_datetime(to.time());
        if let Some(open) = narrowest(&window, &rules, date) {
            prop_assert!(open.start() < open.end());
            for instant in instants(open) {
                let shown = rules.to_datetime(instant);
                prop_assert!(start <= shown && shown < end, "{shown} at {instant} in {zone}");
            }
            for reading in readings(&rules, start) {
                prop_assert!(reading <= open.start(), "starts before {reading} in {zone}");
            }
            for reading in readings(&rules, end) {
                prop_assert!(open.end() <= reading, "ends after {reading} in {zone}");
            }
        }
    }

    #[test]
    fn nothing_is_open_outside_all_windows_or_inside_a_freeze(place in places()) {
        let calendar = Calendar::new(&place.windows, &place.freezes, &place.zone);
        let open = calendar.intervals(ahead(place.now, 60).unwrap());
        for interval in &open {
            for instant in instants(*interval) {
                for freeze in &place.freezes {
                    let shown = freeze.zone.at(&place.zone).rules().to_datetime(instant);
                    let frozen = freeze.span.start() <= shown && shown < freeze.span.end();
                    prop_assert!(!frozen, "{} holds at {instant}", freeze.name);
                }
                let inside = |window: &MaintenanceWindow| match window {
                    MaintenanceWindow::Always => true,
                    MaintenanceWindow::OnDays(window) => {
                        let zone = window.zone.as_ref().unwrap_or(&place.zone).rules();
                        let today = zone.to_datetime(instant).date();
                        let begun = window.days.between(later(today, -1), today);
                        begun.iter().filter_map(|it| narrowest(window, &zone, *it)).any(|it| it.contains(instant))
                    }
                };
                prop_assert!(place.windows.iter().any(inside), "no window holds {instant}");
            }
        }
        prop_assert!(open.is_sorted_by(|one, next| one.end() < next.start()));
    }

    #[test]
    fn the_answer_for_now_agrees_with_the_list_of_intervals(place in places()) {
        let calendar = Calendar::new(&place.windows, &place.freezes, &place.zone);
        let span = ahead(place.now, HORIZON_DAYS).unwrap();
        let first = calendar.intervals(span).first().copied();
        let (open, change) = match first {
            Some(it) if it.contains(place.now) => (true, Some(it.end())),
            it => (false, it.map(Interval::start)),
        };
        let answer = calendar.open_window(place.now);
        prop_assert_eq!(answer.next_change(), change.filter(|it| *it < span.end()));
        match answer {
            Opening::Open { .. } => prop_assert!(open),
            Opening::Closed { because: Closure::Window, .. } => prop_assert!(!open),
            Opening::Closed { opens, because: Closure::Freeze { until, .. } } => {
                prop_assert!(!open);
                prop_assert!(place.now < until);
                prop_assert!(opens.is_none_or(|it| until <= it));
            }
        }
    }

    #[test]
    fn work_is_given_the_first_interval_that_holds_it(place in places(), length_s in 0_u64..90_000) {
        let calendar = Calendar::new(&place.windows, &place.freezes, &place.zone);
        let open = calendar.intervals(ahead(place.now, HORIZON_DAYS).unwrap());
        let expected = open.into_iter().find(|it| it.length_s() >= length_s);
        prop_assert_eq!(calendar.next_fit(length_s, place.now), expected);
    }
}
