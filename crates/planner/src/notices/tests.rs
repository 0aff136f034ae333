//! Times of messages, in zones whose clocks change.

use super::*;
use crate::fixture::at;
use model::companion_plans::Trigger;

fn offset(text: &str) -> Offset {
    match text.parse::<Trigger>() {
        Ok(Trigger::Slot(offset)) => offset,
        other => panic!("{text}: {other:?}"),
    }
}

// Proves: P2-Q4
#[test]
fn an_offset_counts_days_of_the_calendar_in_the_sites_own_zone() {
    for (slot, offset_text, zone, is) in [
        // 28 days before, the clocks had not been put forward: the same time of day all the same.
        ("2027-03-14T15:00:00Z", "T-28 d", "America/Los_Angeles", "2027-02-14T16:00:00Z"),
        ("2027-02-07T06:00:00Z", "T-7 d", "America/Chicago", "2027-01-31T06:00:00Z"),
        ("2027-02-07T06:00:00Z", "T+1 d 08:00 local", "America/Chicago", "2027-02-08T14:00:00Z"),
        ("2027-02-07T06:00:00Z", "T-1 d 17:30", "America/Chicago", "2027-02-06T23:30:00Z"),
        ("2027-03-28T23:00:00Z", "T-2 h", "Europe/Vienna", "2027-03-28T21:00:00Z"),
        // 02:30 does not exist that night in Vienna: the clock that people see is an hour further.
        ("2027-03-27T12:00:00Z", "T+1 d 02:30", "Europe/Vienna", "2027-03-28T01:30:00Z"),
        // A half hour beside everybody else.
        ("2027-02-07T10:30:00Z", "T+1 d 08:00 local", "America/St_Johns", "2027-02-08T11:30:00Z"),
    ] {
        let found = moved(at(slot), offset(offset_text), &zone.parse().unwrap());
        assert_eq!(found, at(is), "{offset_text} of {slot} in {zone}");
    }
}

#[test]
fn nobody_is_disturbed_in_quiet_hours_of_their_own_zone() {
    let night = QuietHours { from: "20:00".parse().unwrap(), until: "06:00".parse().unwrap() };
    let noon = QuietHours { from: "12:00".parse().unwrap(), until: "13:00".parse().unwrap() };
    for (quiet, due, zone, is) in [
        (None, "2027-02-07T06:00:00Z", "America/Chicago", "2027-02-07T06:00:00Z"),
        // Midnight in Chicago is told at six, and is nine in the morning in Vienna.
        (Some(night), "2027-02-07T06:00:00Z", "America/Chicago", "2027-02-07T12:00:00Z"),
        (Some(night), "2027-02-07T08:00:00Z", "Europe/Vienna", "2027-02-07T08:00:00Z"),
        // In the evening it waits for the next morning.
        (Some(night), "2027-02-08T02:30:00Z", "America/Chicago", "2027-02-08T12:00:00Z"),
        (Some(night), "2027-02-07T12:00:00Z", "America/Chicago", "2027-02-07T12:00:00Z"),
        (Some(noon), "2027-02-07T11:59:00Z", "UTC", "2027-02-07T11:59:00Z"),
        (Some(noon), "2027-02-07T12:00:00Z", "UTC", "2027-02-07T13:00:00Z"),
        // The night in which the clocks go forward is an hour shorter.
        (Some(night), "2027-03-14T04:00:00Z", "America/Chicago", "2027-03-14T11:00:00Z"),
    ] {
        let plan = CommunicationsPlan { quiet_hours: quiet, ..CommunicationsPlan::default() };
        let found = outside_quiet_hours(&plan, &zone.parse().unwrap(), at(due));
        assert_eq!(found, at(is), "{due} in {zone}");
    }
}

#[test]
fn a_slot_is_told_with_weekday_zone_and_distance_from_utc() {
    let span = |from: &str, until: &str, zone: &str, language: &str| {
        civil_span(at(from), at(until), &zone.parse().unwrap(), language)
    };
    assert_eq!(
        span("2027-02-07T06:00:00Z", "2027-02-07T12:00:00Z", "America/Chicago", "en"),
        "Sun 2027-02-07 00:00 – 06:00 (America/Chicago, UTC-06:00)"
    );
    assert_eq!(
        span("2027-03-15T03:00:00Z", "2027-03-15T10:30:00Z", "America/Los_Angeles", "es-US"),
        "dom 2027-03-14 20:00 – lun 2027-03-15 03:30 (America/Los_Angeles, UTC-07:00)"
    );
    // The clocks go forward, and back, in between.
    assert_eq!(
        span("2027-03-14T06:00:00Z", "2027-03-14T10:00:00Z", "America/Chicago", "en"),
        "Sun 2027-03-14 00:00 (UTC-06:00) – 05:00 (UTC-05:00) (America/Chicago)"
    );
    assert_eq!(
        span("2027-10-30T22:00:00Z", "2027-10-31T03:00:00Z", "Europe/Vienna", "de"),
        "So 2027-10-31 00:00 (UTC+02:00) – 04:00 (UTC+01:00) (Europe/Vienna)"
    );
}
