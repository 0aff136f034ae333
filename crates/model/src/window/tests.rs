//! House rule: what is written reads back the same, and a refusal names what is wrong.

use super::*;
use expect_test::expect;

fn read(text: &str) -> Result<MaintenanceWindow, String> {
    serde_json::from_str(text).map_err(|it| it.to_string())
}

#[test]
fn a_window_reads_back_as_it_was_written_and_says_itself_aloud() {
    for (text, aloud) in [
        (r#""always""#, "always"),
        (
            r#"{"dates":["2027-01-31"],"from":"00:00","to":"05:00"}"#,
            "2027-01-31 from 00:00 to 05:00",
        ),
        (
            r#"{"dates":["2027-02-07","2027-02-21"],"from":"22:00","to":"04:00"}"#,
            "2027-02-07, 2027-02-21 from 22:00 to 04:00",
        ),
        (
            r#"{"first":"2027-01-25","last":"2027-01-28","from":"22:00","to":"04:00","zone":"America/Chicago"}"#,
            "2027-01-25 to 2027-01-28 from 22:00 to 04:00 in America/Chicago",
        ),
        (
            r#"{"weekdays":["saturday","sunday"],"from":"00:00","to":"00:00"}"#,
            "every Saturday, Sunday from 00:00 to 00:00",
        ),
        (
            r#"{"weekdays":["monday","tuesday","wednesday","thursday"],"from":"22:00","to":"04:00"}"#,
            "Monday to Thursday from 22:00 to 04:00",
        ),
        (
            r#"{"weekdays":["monday","tuesday","wednesday","thursday","friday","saturday","sunday"],"from":"22:00","to":"04:00"}"#,
            "every day from 22:00 to 04:00",
        ),
    ] {
        let window = read(text).unwrap();
        assert_eq!(serde_json::to_string(&window).unwrap(), text);
        assert_eq!(window.to_string(), aloud);
    }
}

#[test]
fn a_window_that_contradicts_itself_is_refused_with_the_reason() {
    let many = vec![r#""2027-01-31""#; DATES_MAX + 1].join(",");
    let many = format!(r#"{{"dates":[{many}],"from":"00:00","to":"05:00"}}"#);
    let rows = [
        r#""sometimes""#,
        r#"{"from":"00:00","to":"05:00"}"#,
        r#"{"dates":[],"from":"00:00","to":"05:00"}"#,
        r#"{"weekdays":[],"from":"00:00","to":"05:00"}"#,
        r#"{"dates":["2027-01-31"],"weekdays":["sunday"],"from":"00:00","to":"05:00"}"#,
        r#"{"first":"2027-01-31","from":"00:00","to":"05:00"}"#,
        r#"{"first":"2027-01-31","last":"2027-01-30","from":"00:00","to":"05:00"}"#,
        r#"{"dates":["2027-01-31"],"from":"00:00"}"#,
        r#"{"dates":["2027-01-31"],"from":"00:00","to":"24:00"}"#,
        r#"{"dates":["2027-01-31T22:00"],"from":"00:00","to":"05:00"}"#,
        r#"{"dates":["2027-02-29"],"from":"00:00","to":"05:00"}"#,
        r#"{"weekdays":["sun"],"from":"00:00","to":"05:00"}"#,
        r#"{"dates":["2027-01-31"],"from":"00:00","to":"05:00","zone":"america/chicago"}"#,
        r#"{"dates":["2027-01-31"],"from":"00:00","to":"05:00","zone":"America/LosAngeles"}"#,
        r#"{"dates":["2027-01-31"],"from":"00:00","to":"05:00","zone":"Mars/Olympus"}"#,
        r#"{"dates":["2027-01-31"],"from":"00:00","to":"05:00","until":"06:00"}"#,
        &many,
    ];
    let story: String = rows
        .iter()
        .map(|row| {
            let error = read(row).unwrap_err();
            let (error, _place) = error.split_once(" at line").unwrap_or((&error, ""));
            format!("{error}\n")
        })
        .collect();
    expect![[r#"
        invalid value: string "sometimes", expected `always`, or a window with its days, `from` and `to`
        a window names its days: `dates`, `first` with `last`, or `weekdays`
        a window names its days: `dates`, `first` with `last`, or `weekdays`
        a window names its days: `dates`, `first` with `last`, or `weekdays`
        a window names its days once: `dates`, or `first` with `last`, or `weekdays`
        a range of dates has both a `first` and a `last`
        the range of dates ends on 2027-01-30, before it begins on 2027-01-31
        missing field `to`
        `24:00` is not a time of day: write hours and minutes from 00:00 to 23:59 (a window that is to end at midnight ends at 00:00)
        `2027-01-31T22:00` is not a date: write year, month and day such as 2027-01-31
        `2027-02-29` is not a date: write year, month and day such as 2027-01-31
        unknown variant `sun`, expected one of `monday`, `tuesday`, `wednesday`, `thursday`, `friday`, `saturday`, `sunday`
        the time zone `america/chicago` is spelled `America/Chicago`
        the time zone `America/LosAngeles` is spelled `America/Los_Angeles`
        `Mars/Olympus` is not an IANA time zone: write one such as `America/Chicago`
        unknown field `until`, expected one of `dates`, `first`, `last`, `weekdays`, `from`, `to`, `zone`
        a window lists at most 366 dates, this one 367: use `weekdays` or a range
    "#]]
    .assert_eq(&story);
}

#[test]
fn a_time_of_day_has_two_digits_a_colon_and_two_digits() {
    for (text, accepted) in [
        ("00:00", true),
        ("23:59", true),
        ("24:00", false),
        ("12:60", false),
        ("7:00", false),
        ("07:00:00", false),
        ("+7:00", false),
        ("0700", false),
        ("", false),
    ] {
        let read = text.parse::<CivilTime>();
        assert_eq!(read.is_ok(), accepted, "{text:?}");
        assert!(read.is_err() || read.unwrap().to_string() == text);
    }
}

#[test]
fn a_time_zone_is_one_of_the_program_s_own_database() {
    for (text, accepted) in [
        ("America/St_Johns", true),
        ("Australia/Lord_Howe", true),
        ("US/Central", true),
        ("UTC", true),
        ("Etc/Unknown", false),
        ("america/chicago", false),
        ("CST", false),
        ("-06:00", false),
        ("", false),
    ] {
        let read = text.parse::<TimeZoneName>();
        assert_eq!(read.is_ok(), accepted, "{text:?}");
        if let Ok(name) = read {
            assert_eq!(name.rules().iana_name(), Some(text));
        }
    }
}

#[test]
fn the_days_of_a_window_are_counted_from_the_first_to_the_last() {
    let date = |text: &str| text.parse::<Date>().unwrap();
    let (first, last) = (date("2027-03-01"), date("2027-03-14"));
    for (days, expected) in [
        (Days::Weekdays([Weekday::Sunday].into()), vec!["2027-03-07", "2027-03-14"]),
        (Days::Dates([date("2027-02-28"), date("2027-03-14")].into()), vec!["2027-03-14"]),
        (
            Days::Range { first: date("2027-01-01"), last: date("2027-03-02") },
            vec!["2027-03-01", "2027-03-02"],
        ),
        (Days::Range { first: date("2027-04-01"), last: date("2027-04-02") }, vec![]),
    ] {
        let expected: Vec<_> = expected.into_iter().map(date).collect();
        assert_eq!(days.between(first, last), expected, "{days}");
    }
}

#[test]
fn a_window_ends_on_the_next_day_unless_its_end_is_later_than_its_start() {
    let date: Date = "2027-12-31".parse().unwrap();
    for (from, to, end) in [
        ("00:00", "05:00", Some("2027-12-31")),
        ("22:00", "04:00", Some("2028-01-01")),
        ("22:00", "22:00", Some("2028-01-01")),
    ] {
        let window = DaysWindow {
            days: Days::Dates([date].into()),
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
            zone: None,
        };
        assert_eq!(window.end_date(date).map(|it| it.to_string()).as_deref(), end);
    }
}

#[test]
fn a_plan_needs_no_quotation_marks_and_is_told_the_line_of_a_mistake() {
    let text = "- always\n- { dates: [2027-01-31], from: 22:00, to: 04:00 }\n";
    let windows: Vec<MaintenanceWindow> = serde_saphyr::from_str(text).unwrap();
    let aloud: Vec<_> = windows.iter().map(MaintenanceWindow::to_string).collect();
    assert_eq!(aloud, ["always", "2027-01-31 from 22:00 to 04:00"]);
    let text = "- always\n- weekdays: [sunday]\n  from: 22:00\n  to: 24:00\n";
    let error = serde_saphyr::from_str::<Vec<MaintenanceWindow>>(text).unwrap_err();
    assert_eq!(error.location().map(|it| it.line()), Some(4), "{error}");
}

#[test]
fn the_schema_knows_the_word_and_the_fields_and_no_others() {
    let schema = schemars::schema_for!(Vec<MaintenanceWindow>);
    let text = serde_json::to_string(&schema).unwrap();
    for part in [r#""const":"always""#, r#""additionalProperties":false"#, r#""weekdays""#] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}
