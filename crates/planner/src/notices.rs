//! When a site's slot is, when its messages are due, to whom they go and what they say.
//!
//! House rule: a slot that people were told is a promise. It stays as it is until it has passed or
//! the plan no longer allows it, and then everybody is told anew.

mod readers;
mod slots;
mod texts;
mod triggers;

pub use readers::letters;
pub(crate) use slots::is_ahead;
pub use slots::{due_after, due_before, slot};
pub use texts::{ACKNOWLEDGE, SURVEY, civil_span, opening, written};
pub use triggers::Triggers;

use jiff::Timestamp;
use model::companion_plans::{CommunicationsPlan, Offset, QuietHours};
use model::window::TimeZoneName;

/// What the letters of one message to one site or to everybody have in common.
pub struct Occasion<'a> {
    /// The message.
    pub message: &'a model::companion_plans::Message,
    /// What it is about.
    pub scope: model::scope::Scope,
    /// What it is sent for.
    pub name: String,
    /// The version of the slot that it tells; 0 for none.
    pub version: u32,
    /// When it was due.
    pub due: Timestamp,
    /// The letter to whose silence it draws attention.
    pub escalates: Option<u32>,
}

/// Returns `at` moved by `offset` in `zone`, by the calendar.
pub fn moved(at: Timestamp, offset: Offset, zone: &TimeZoneName) -> Timestamp {
    let rules = zone.rules();
    let civil = at.to_zoned(rules.clone()).datetime();
    let days = jiff::Span::new().days(i64::from(offset.days));
    let civil = civil.checked_add(days).unwrap_or(civil);
    let civil = match offset.at {
        Some(time) => civil.date().to_datetime(time.time()),
        None => civil,
    };
    let there = rules.to_ambiguous_timestamp(civil).compatible().unwrap_or(at);
    let hours = jiff::SignedDuration::from_hours(i64::from(offset.hours));
    there.checked_add(hours).unwrap_or(there)
}

/// Returns the first instant from `at` on at which people in `zone` may be disturbed.
pub fn outside_quiet_hours(
    plan: &CommunicationsPlan,
    zone: &TimeZoneName,
    at: Timestamp,
) -> Timestamp {
    let Some(QuietHours { from, until }) = plan.quiet_hours else { return at };
    let rules = zone.rules();
    let local = at.to_zoned(rules.clone()).datetime();
    let time = local.time();
    let (from, until) = (from.time(), until.time());
    let over_midnight = until <= from;
    let is_quiet =
        if over_midnight { time >= from || time < until } else { time >= from && time < until };
    if !is_quiet {
        return at;
    }
    let ends_tomorrow = over_midnight && time >= from;
    let date =
        if ends_tomorrow { local.date().tomorrow().unwrap_or(local.date()) } else { local.date() };
    let end = rules.to_ambiguous_timestamp(date.to_datetime(until)).later();
    end.map_or(at, |it| it.max(at))
}

#[cfg(test)]
mod tests;
