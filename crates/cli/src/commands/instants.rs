//! Instants as people type them.
//!
//! House rule: an hour that occurs twice is never guessed.

use crate::fault::Fault;
use jiff::Timestamp;
use jiff::civil::DateTime;
use model::window::TimeZoneName;

/// Returns the instant that `text` names: with its offset, or by the clock of the project's zone.
///
/// # Errors
///
/// When it is none, or the clock shows it twice or never.
pub(crate) fn instant(text: &str, zone: &TimeZoneName) -> Result<Timestamp, Fault> {
    if let Ok(at) = text.parse() {
        return Ok(at);
    }
    let next = "write it as 2027-04-08T14:07Z, or with an offset: 2027-04-08T09:07-05:00";
    let civil: DateTime =
        text.parse().map_err(|_| Fault::usage(format!("`{text}` is no instant"), next))?;
    zone.rules().to_ambiguous_zoned(civil).unambiguous().map(|it| it.timestamp()).map_err(|_| {
        let what = format!("{text} occurs twice or never in {zone}");
        Fault::usage(what, next)
    })
}

/// Returns the instant that `text` names, where there is one.
///
/// # Errors
///
/// As `instant`.
pub(crate) fn optional(
    text: Option<&str>,
    zone: &TimeZoneName,
) -> Result<Option<Timestamp>, Fault> {
    text.map(|it| instant(it, zone)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_that_occurs_twice_or_never_needs_its_offset() {
        let zone: TimeZoneName = "America/Chicago".parse().unwrap();
        for (text, instant_) in [
            ("2027-04-08T14:07Z", Some("2027-04-08T14:07:00Z")),
            ("2027-04-08T09:07-05:00", Some("2027-04-08T14:07:00Z")),
            ("2027-04-08 09:07", Some("2027-04-08T14:07:00Z")),
            ("2027-11-07 01:30", None),
            ("2027-11-07T01:30-06:00", Some("2027-11-07T07:30:00Z")),
            ("2027-03-14 02:30", None),
            ("yesterday", None),
        ] {
            let found = instant(text, &zone).ok().map(|it| it.to_string());
            assert_eq!(found.as_deref(), instant_, "{text}");
        }
    }
}
