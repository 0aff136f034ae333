//! Instants and durations as people read them: always with a zone, always with a unit.

use jiff::{SignedDuration, Timestamp};
use model::scope::Scope;
use model::state::State;
use model::window::TimeZoneName;

/// Returns the zone in which people at `scope` read a clock.
pub fn zone_of<'s>(state: &'s State, scope: &Scope) -> &'s TimeZoneName {
    match scope {
        Scope::Site(id) => state.site(id).map(|(site, _)| &site.zone),
        Scope::Component(id) => state.component(id).map(|(component, _)| &component.zone),
        Scope::Deployment | Scope::Core | Scope::Ring(_) | Scope::Rfc(_) => None,
    }
    .unwrap_or(&state.plan.zone)
}

/// Returns `at` on the clock of `zone` and in UTC, to the minute.
pub fn when(at: Timestamp, zone: &TimeZoneName) -> String {
    both(at, zone, "%H:%M")
}

/// Returns `at` on the clock of `zone` and in UTC, to the second.
pub fn exactly(at: Timestamp, zone: &TimeZoneName) -> String {
    both(at, zone, "%H:%M:%S")
}

/// Returns `at` in UTC, to the second: of what is of no place, such as an account.
pub fn in_utc(at: Timestamp) -> String {
    exactly(at, &TimeZoneName::utc())
}

/// Returns `said` with each instant in it on the clock of `zone` and in UTC, as people read it.
pub fn told(said: &str, zone: &TimeZoneName) -> String {
    let mut text = String::with_capacity(said.len());
    let mut rest = said;
    while let Some((before, after)) = rest.split_once('Z') {
        let is_outside = |it: char| !it.is_ascii_digit() && !"-:.T".contains(it);
        let start = before.rfind(is_outside).map_or(0, |at| {
            at + before.get(at..).and_then(|it| it.chars().next()).map_or(1, char::len_utf8)
        });
        let (words, instant) = before.split_at(start);
        text += words;
        match format!("{instant}Z").parse() {
            Ok(at) => text += &when(at, zone),
            Err(_) => {
                text += instant;
                text.push('Z');
            }
        }
        rest = after;
    }
    text + rest
}

fn both(at: Timestamp, zone: &TimeZoneName, clock: &str) -> String {
    let here = at.to_zoned(zone.rules());
    let utc = at.to_zoned(jiff::tz::TimeZone::UTC);
    let in_utc = format!("{} UTC", utc.strftime(clock));
    if zone.as_str() == "UTC" {
        return format!("{} {in_utc}", utc.date());
    }
    let in_utc =
        if here.date() == utc.date() { in_utc } else { format!("{} {in_utc}", utc.date()) };
    format!("{} {} ({in_utc})", here.date(), here.strftime(&format!("{clock} %Z")))
}

/// Returns how long it is from `from` to `to`, in the two largest units.
pub fn between(from: Timestamp, to: Timestamp) -> String {
    lasting(to.duration_since(from))
}

/// Returns `length` in its two largest units.
pub fn lasting(length: SignedDuration) -> String {
    let seconds = length.as_secs().max(0);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    let parts = [(days, "d"), (hours, "h"), (minutes, "min"), (seconds % 60, "s")];
    let mut parts = parts.into_iter().skip_while(|(count, _)| *count == 0).take(2);
    let Some((count, unit)) = parts.next() else { return "0 s".to_owned() };
    match parts.next() {
        Some((0, _)) | None => format!("{count} {unit}"),
        Some((less, smaller)) => format!("{count} {unit} {less} {smaller}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Proves: X-12
    #[test]
    fn an_instant_is_told_on_the_clock_of_the_place_and_in_utc() {
        for (zone, at, expected) in [
            ("America/Chicago", "2027-01-31T06:00:00Z", "2027-01-31 00:00 CST (06:00 UTC)"),
            (
                "America/Chicago",
                "2027-01-31T04:30:00Z",
                "2027-01-30 22:30 CST (2027-01-31 04:30 UTC)",
            ),
            ("UTC", "2027-01-31T04:30:00Z", "2027-01-31 04:30 UTC"),
            ("Europe/Vienna", "2027-07-01T10:00:00Z", "2027-07-01 12:00 CEST (10:00 UTC)"),
        ] {
            assert_eq!(when(at.parse().unwrap(), &zone.parse().unwrap()), expected);
        }
    }

    #[test]
    fn instants_in_a_sentence_are_told_like_all_others() {
        let zone = "America/Chicago".parse().unwrap();
        for (said, expected) in [
            (
                "restored at 2027-01-31T06:00:00.048182501Z: Z is back",
                "restored at 2027-01-31 00:00 CST (06:00 UTC): Z is back",
            ),
            (
                "from 2027-01-31T06:00:00Z to 2027-01-31T07:00:00Z",
                "from 2027-01-31 00:00 CST (06:00 UTC) to 2027-01-31 01:00 CST (07:00 UTC)",
            ),
            ("\u{fc}2027-01-31T06:00:00Z", "\u{fc}2027-01-31 00:00 CST (06:00 UTC)"),
            ("room 3-Z, at 25:61Z", "room 3-Z, at 25:61Z"),
            ("Z", "Z"),
            ("", ""),
        ] {
            assert_eq!(told(said, &zone), expected);
        }
    }

    #[test]
    fn a_duration_has_its_units() {
        for (seconds, expected) in [
            (0, "0 s"),
            (-5, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3_725, "1 h 2 min"),
            (86_400, "1 d"),
            (86_399, "23 h 59 min"),
            (90_000, "1 d 1 h"),
        ] {
            assert_eq!(lasting(SignedDuration::from_secs(seconds)), expected);
        }
    }
}
