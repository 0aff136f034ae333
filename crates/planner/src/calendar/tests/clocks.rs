//! The vectors of daylight saving time, and the windows of the worked example.

use super::*;

// Proves: X-12
#[test]
fn a_window_takes_the_narrowest_reading_where_clocks_change() {
    for (place, on, from, to, expected) in [
        (
            "America/Chicago",
            "2027-03-14",
            "00:00",
            "05:00",
            "2027-03-14T06:00Z/2027-03-14T10:00Z 240 min",
        ),
        (
            "America/Regina",
            "2027-03-14",
            "00:00",
            "05:00",
            "2027-03-14T06:00Z/2027-03-14T11:00Z 300 min",
        ),
        (
            "America/Phoenix",
            "2027-03-14",
            "00:00",
            "05:00",
            "2027-03-14T07:00Z/2027-03-14T12:00Z 300 min",
        ),
        (
            "America/St_Johns",
            "2027-03-14",
            "00:00",
            "05:00",
            "2027-03-14T03:30Z/2027-03-14T07:30Z 240 min",
        ),
        (
            "Pacific/Honolulu",
            "2027-03-14",
            "00:00",
            "05:00",
            "2027-03-14T10:00Z/2027-03-14T15:00Z 300 min",
        ),
        // 02:00 to 03:00 is skipped: an end there is the instant of the gap,
        (
            "America/Chicago",
            "2027-03-14",
            "00:00",
            "02:30",
            "2027-03-14T06:00Z/2027-03-14T08:00Z 120 min",
        ),
        (
            "America/Chicago",
            "2027-03-14",
            "00:00",
            "02:00",
            "2027-03-14T06:00Z/2027-03-14T08:00Z 120 min",
        ),
        (
            "America/Chicago",
            "2027-03-14",
            "00:00",
            "03:00",
            "2027-03-14T06:00Z/2027-03-14T08:00Z 120 min",
        ),
        // a start there the later reading,
        (
            "America/Chicago",
            "2027-03-14",
            "02:30",
            "05:00",
            "2027-03-14T08:30Z/2027-03-14T10:00Z 90 min",
        ),
        (
            "America/Chicago",
            "2027-03-14",
            "02:00",
            "05:00",
            "2027-03-14T08:00Z/2027-03-14T10:00Z 120 min",
        ),
        // and what lies in the gap altogether does not open.
        ("America/Chicago", "2027-03-14", "02:15", "02:45", "-"),
        // 01:00 to 02:00 happens twice: a start is the second, an end the first.
        (
            "America/Chicago",
            "2027-11-07",
            "01:30",
            "05:00",
            "2027-11-07T07:30Z/2027-11-07T11:00Z 210 min",
        ),
        (
            "America/Chicago",
            "2027-11-07",
            "00:00",
            "01:30",
            "2027-11-07T05:00Z/2027-11-07T06:30Z 90 min",
        ),
        (
            "America/Chicago",
            "2027-11-07",
            "00:00",
            "05:00",
            "2027-11-07T05:00Z/2027-11-07T11:00Z 360 min",
        ),
        ("America/Chicago", "2027-11-07", "01:15", "01:45", "-"),
        // Half an hour, a whole day, midnight.
        (
            "Australia/Lord_Howe",
            "2027-04-04",
            "00:00",
            "05:00",
            "2027-04-03T13:00Z/2027-04-03T18:30Z 330 min",
        ),
        ("Pacific/Apia", "2011-12-30", "00:00", "05:00", "-"),
        (
            "Pacific/Apia",
            "2011-12-29",
            "22:00",
            "05:00",
            "2011-12-30T08:00Z/2011-12-30T10:00Z 120 min",
        ),
        (
            "Africa/Cairo",
            "2027-04-30",
            "00:00",
            "05:00",
            "2027-04-29T22:00Z/2027-04-30T02:00Z 240 min",
        ),
        (
            "Africa/Cairo",
            "2027-04-29",
            "22:00",
            "00:30",
            "2027-04-29T20:00Z/2027-04-29T22:00Z 120 min",
        ),
        // Over midnight, and a whole day.
        (
            "America/Chicago",
            "2027-01-25",
            "22:00",
            "04:00",
            "2027-01-26T04:00Z/2027-01-26T10:00Z 360 min",
        ),
        (
            "America/Chicago",
            "2027-03-13",
            "22:00",
            "04:00",
            "2027-03-14T04:00Z/2027-03-14T09:00Z 300 min",
        ),
        (
            "America/Chicago",
            "2027-03-14",
            "00:00",
            "00:00",
            "2027-03-14T06:00Z/2027-03-15T05:00Z 1380 min",
        ),
        ("UTC", "9999-12-31", "22:00", "04:00", "-"),
    ] {
        let window = window(Days::Dates([date(on)].into()), from, to);
        let read = told(narrowest(&window, &zone(place).rules(), date(on)));
        assert_eq!(read, expected, "{place} {on} {from} to {to}");
    }
}

/// The worked example was reckoned under release 2025b. Since then two provinces of Canada have
/// stopped changing their clocks, which moved the windows of two sites: this is why windows
/// are resolved again and again, and never stored as instants.
const MOVED: [(&str, &str, &str); 2] = [
    ("B32", "CST6CDT,M3.2.0,M11.1.0", "2027-03-14T05:00Z/2027-03-14T10:00Z 300 min"),
    ("B35", "MST7MDT,M3.2.0,M11.1.0", "2027-03-14T06:00Z/2027-03-14T11:00Z 300 min"),
];

// Proves: X-12
#[test]
fn every_window_of_the_worked_example_is_resolved_as_its_people_expect() {
    let sites = crate::transfer::sample::sites();
    assert_eq!(sites.len(), 40);
    for site in &sites {
        let id = site.field("site");
        let (on, times) = site.field("window_local").split_once(' ').unwrap();
        let (from, to) = times.split_once('-').unwrap();
        let (windows, zone) = ([night(on, from, to)], zone(site.field("tz")));
        let expected =
            format!("{} {} min", site.field("window_utc"), site.field("window_elapsed_min"));
        let calendar = Calendar::new(&windows, [], &zone);
        let open = told(calendar.next_fit(60, at("2027-01-01T00:00Z")));
        match MOVED.iter().find(|(moved, ..)| *moved == id) {
            None => assert_eq!(open, expected, "{id}"),
            Some((_, former_rules, moved_to)) => {
                assert_eq!(open, *moved_to, "{id}");
                let former_rules = TimeZone::posix(former_rules).unwrap();
                let window = window(Days::Dates([date(on)].into()), from, to);
                assert_eq!(told(narrowest(&window, &former_rules, date(on))), expected, "{id}");
            }
        }
    }
}

#[test]
fn awkward_times_are_told_when_the_plan_is_read() {
    let chicago = zone("America/Chicago");
    let windows = [
        MaintenanceWindow::Always,
        night("2027-03-14", "00:00", "02:30"),
        night("2027-03-14", "02:15", "02:45"),
        night("2027-11-06", "22:00", "01:30"),
        night("2027-11-07", "01:30", "05:00"),
        sundays(),
    ];
    let calendar = Calendar::new(&windows, [], &chicago);
    let told: String = calendar
        .awkward_times(date("2027-01-01"), date("2027-12-31"))
        .iter()
        .map(|it| format!("{}: {it}\n", it.window))
        .collect();
    expect_test::expect![[r#"
        1: the end 02:30 does not exist on 2027-03-14: it is read as 2027-03-14T08:00:00Z, and the window is open for 120 min
        2: the start 02:15 does not exist on 2027-03-14: it is read as 2027-03-14T08:15:00Z, and the window does not open that day
        2: the end 02:45 does not exist on 2027-03-14: it is read as 2027-03-14T08:00:00Z, and the window does not open that day
        3: the end 01:30 happens twice on 2027-11-07: it is read as 2027-11-07T06:30:00Z, and the window is open for 210 min
        4: the start 01:30 happens twice on 2027-11-07: it is read as 2027-11-07T07:30:00Z, and the window is open for 210 min
    "#]]
    .assert_eq(&told);
    assert_eq!(calendar.awkward_times(date("2027-06-01"), date("2027-06-30")), []);
}

#[test]
fn a_freeze_takes_the_widest_reading_and_its_own_clocks() {
    let sites = zone("America/Los_Angeles");
    let mut freeze = freeze("sale", "2027-02-12", "2027-02-16");
    let times = |from: &str, to: &str| FreezeSpan::Times {
        from: from.parse().unwrap(),
        to: to.parse().unwrap(),
    };
    let days = freeze.span;
    let (site, chicago) = (FreezeZone::Site, FreezeZone::Named(zone("America/Chicago")));
    for (span, clocks, expected) in [
        (days, &site, "2027-02-12T08:00Z/2027-02-17T08:00Z 7200 min"),
        (days, &chicago, "2027-02-12T06:00Z/2027-02-17T06:00Z 7200 min"),
        // In the gap from the instant of the gap, and up to the later reading.
        (
            times("2027-03-14T02:30", "2027-03-14T05:00"),
            &chicago,
            "2027-03-14T08:00Z/2027-03-14T10:00Z 120 min",
        ),
        (
            times("2027-03-14T00:00", "2027-03-14T02:30"),
            &chicago,
            "2027-03-14T06:00Z/2027-03-14T08:30Z 150 min",
        ),
        // In the fold from the first, and up to the second.
        (
            times("2027-11-07T01:15", "2027-11-07T01:45"),
            &chicago,
            "2027-11-07T06:15Z/2027-11-07T07:45Z 90 min",
        ),
    ] {
        freeze.span = span;
        let read = reading::widest(freeze.span, &clocks.at(&sites).rules());
        assert_eq!(told(read), expected);
    }
}
