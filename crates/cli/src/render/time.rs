//! Instants and durations as people read them: always with a zone, always with a unit.

use jiff::{SignedDuration, Timestamp};
use model::scope::Scope;
use model::state::State;
use model::window::TimeZoneName;

/// Returns the zone in which people at `scope` read a clock.
pub(crate) fn zone_of<'s>(state: &'s State, scope: &Scope) -> &'s TimeZoneName {
    match scope {
        Scope::Site(id) => state.site(id).map(|(site, _)| &site.zone),
        Scope::Component(id) => state.component(id).map(|(component, _)| &component.zone),
        Scope::Deployment | Scope::Core | Scope::Ring(_) | Scope::Rfc(_) => None,
    }
    .unwrap_or(&state.plan.zone)
}

/// Returns `at` on the clock of `zone` and in UTC, to the minute.
pub(crate) fn when(at: Timestamp, zone: &TimeZoneName) -> String {
    both(at, zone, "%H:%M")
}

/// Returns `at` on the clock of `zone` and in UTC, to the second.
pub(crate) fn exactly(at: Timestamp, zone: &TimeZoneName) -> String {
    both(at, zone, "%H:%M:%S")
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
pub(crate) fn between(from: Timestamp, to: Timestamp) -> String {
    lasting(to.duration_since(from))
}

/// Returns `length` in its two largest units.
pub(crate) fn lasting(length: SignedDuration) -> String {
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
