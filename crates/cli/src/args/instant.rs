//! Instants as options give them: with their zone, since no plan is at hand that says in which one a
//! clock is meant.

use jiff::Timestamp;

/// Returns the instant that `text` names.
///
/// # Errors
///
/// When it is none, with how one is written.
pub(super) fn instant(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| {
        "write a time with its zone, such as 2027-02-07T02:00:00Z or 2027-02-06T20:00:00-06:00"
            .to_owned()
    })
}
