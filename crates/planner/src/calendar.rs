//! The calendar of one place: when it may be changed, when it may next, and what keeps it shut.
//!
//! Windows and freezes are civil time; this is where they become instants. The
//! answer is never stored as truth: it is worked out when the plan is read, when
//! it is authorised, and again before each start, because the rules of a time
//! zone may change in between. `TZDATA_VERSION` says under which rules.
//!
//! Source: Deploy SMF, Process 2, Table 5 (the deployment schedule).
//! House rule: deny beats allow, and whatever is shut says until when and why.

mod interval;
mod reading;

pub use interval::{Interval, union, without};
pub use reading::{AwkwardTime, Edge, Oddity, narrowest};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::freeze::Freeze;
use model::id::LineId;
use model::window::{DaysWindow, MaintenanceWindow, TimeZoneName};
use serde::Serialize;

/// How far ahead is looked, in days. A year finds every window that returns each year; the
/// rest allows for a long freeze before it.
pub const HORIZON_DAYS: u32 = 400;

/// How far ahead is looked at first, second and last, in days. Most windows return within
/// two weeks, so most questions cost three weeks of civil dates, not a year.
const LOOK_AHEAD_DAYS: [u32; 3] = [20, 90, HORIZON_DAYS];

/// The release of the IANA time zone database that this program carries.
///
/// The library does not tell it; a test holds it to the library's version in `Cargo.lock`.
pub const TZDATA_VERSION: &str = "2026f";

/// When one place may be changed.
#[derive(Clone, Debug)]
pub struct Calendar<'a> {
    windows: Vec<ZonedWindow<'a>>,
    frozen: Vec<Frozen<'a>>,
    /// The union of `frozen`.
    shut: Vec<Interval>,
}

#[derive(Clone, Debug)]
enum ZonedWindow<'a> {
    Always,
    OnDays { window: &'a DaysWindow, zone: TimeZone },
    Between(Interval),
}

#[derive(Clone, Debug)]
struct Frozen<'a> {
    name: &'a LineId,
    interval: Interval,
}

/// Whether a place may be changed at an instant, and when that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Opening {
    /// It may.
    Open {
        /// The first instant at which it may not; nothing within the horizon where this is missing.
        until: Option<Timestamp>,
    },
    /// It may not.
    Closed {
        /// The first instant at which it may; nothing within the horizon where this is missing.
        opens: Option<Timestamp>,
        /// What it waits on.
        because: Closure,
    },
}

impl Opening {
    /// Returns when this answer changes, if it does within the horizon.
    pub fn next_change(&self) -> Option<Timestamp> {
        match self {
            Self::Open { until } => *until,
            Self::Closed { opens, .. } => *opens,
        }
    }
}

/// What keeps a place shut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Closure {
    /// No window is open.
    Window,
    /// A window is open, or the next one would open, while this freeze lasts.
    Freeze {
        /// The freeze; of several, the one that lasts longest.
        name: LineId,
        /// When it is over.
        until: Timestamp,
    },
}

impl<'a> Calendar<'a> {
    /// Returns the calendar of a place in `zone` with the union of `windows`, without `freezes`.
    ///
    /// Of the plan's freezes, give only those that forbid the work in question
    /// ([`Freeze::forbids`]). Without windows a place is never open.
    pub fn new(
        windows: &'a [MaintenanceWindow],
        freezes: impl IntoIterator<Item = &'a Freeze>,
        zone: &'a TimeZoneName,
    ) -> Self {
        let zoned = |window: &'a MaintenanceWindow| match window {
            MaintenanceWindow::Always => ZonedWindow::Always,
            MaintenanceWindow::OnDays(window) => {
                let zone = window.zone.as_ref().unwrap_or(zone).rules();
                ZonedWindow::OnDays { window, zone }
            }
        };
        let resolved = |freeze: &'a Freeze| {
            let interval = reading::widest(freeze.span, &freeze.zone.at(zone).rules())?;
            Some(Frozen { name: &freeze.name, interval })
        };
        let frozen: Vec<_> = freezes.into_iter().filter_map(resolved).collect();
        let shut = union(frozen.iter().map(|it| it.interval).collect());
        Self { windows: windows.iter().map(zoned).collect(), frozen, shut }
    }

    /// Returns the calendar of a place in `zone` that may be changed in `window` alone, without
    /// `freezes`.
    pub fn between(
        window: Interval,
        freezes: impl IntoIterator<Item = &'a Freeze>,
        zone: &'a TimeZoneName,
    ) -> Self {
        Self { windows: vec![ZonedWindow::Between(window)], ..Self::new(&[], freezes, zone) }
    }

    /// Returns whether the place may be changed at `now`, when that changes, and what keeps it shut.
    pub fn open_window(&self, now: Timestamp) -> Opening {
        let mut opening = Opening::Closed { opens: None, because: Closure::Window };
        for span in LOOK_AHEAD_DAYS.into_iter().filter_map(|days| ahead(now, days)) {
            opening = self.opening_within(span);
            if opening.next_change().is_some() {
                break;
            }
        }
        opening
    }

    /// Returns the first interval after `after` that is open for at least `length_s` seconds.
    ///
    /// It begins no earlier than `after`, and where it is open beyond the horizon, it ends there.
    pub fn next_fit(&self, length_s: u64, after: Timestamp) -> Option<Interval> {
        let mut found = None;
        for span in LOOK_AHEAD_DAYS.into_iter().filter_map(|days| ahead(after, days)) {
            found = self.intervals(span).into_iter().find(|it| it.length_s() >= length_s);
            // An interval that ends with the span may go on beyond it.
            if found.is_some_and(|it| it.end() < span.end()) {
                break;
            }
        }
        found
    }

    /// Returns when the place is open within `span`, in order; what lies outside is cut off.
    pub fn intervals(&self, span: Interval) -> Vec<Interval> {
        without(&self.windows_within(span), &self.shut)
    }

    /// Returns the times of the windows beginning from `first` to `last` that the clocks skip
    /// or show twice, so that people can be warned when the plan is read.
    ///
    /// No date further than the horizon from `first` is looked at.
    pub fn awkward_times(&self, first: Date, last: Date) -> Vec<AwkwardTime> {
        let horizon = SignedDuration::from_hours(24 * i64::from(HORIZON_DAYS));
        let last = last.min(first.saturating_add(horizon));
        let of = |(number, window): (usize, &ZonedWindow<'_>)| match window {
            ZonedWindow::Always | ZonedWindow::Between(_) => Vec::new(),
            ZonedWindow::OnDays { window, zone } => {
                let dates = window.days.between(first, last);
                dates.iter().flat_map(|it| reading::awkward(number, window, zone, *it)).collect()
            }
        };
        self.windows.iter().enumerate().flat_map(of).collect()
    }

    /// Returns the answer for the start of `span`, from what can be seen within it.
    fn opening_within(&self, span: Interval) -> Opening {
        let now = span.start();
        let windows = self.windows_within(span);
        let open = without(&windows, &self.shut);
        let seen = |instant: &Timestamp| *instant < span.end();
        match open.first() {
            Some(first) if first.contains(now) => {
                Opening::Open { until: Some(first.end()).filter(seen) }
            }
            first => {
                let opens = first.map(|it| it.start());
                // What a person waits on is whatever shuts the next window, not the night before.
                let next_window = windows.first().map(|it| it.start());
                let because = next_window.map_or(Closure::Window, |at| self.closure(at));
                Opening::Closed { opens, because }
            }
        }
    }

    /// Returns what keeps the place shut whose next window is open at `instant`.
    fn closure(&self, instant: Timestamp) -> Closure {
        let lasting = self.frozen.iter().filter(|it| it.interval.contains(instant));
        match lasting.max_by_key(|it| it.interval.end()) {
            Some(it) => Closure::Freeze { name: it.name.clone(), until: it.interval.end() },
            None => Closure::Window,
        }
    }

    /// Returns the union of the windows within `span`, whatever is frozen.
    fn windows_within(&self, span: Interval) -> Vec<Interval> {
        union(self.windows.iter().flat_map(|it| it.within(span)).collect())
    }
}

impl ZonedWindow<'_> {
    fn within(&self, span: Interval) -> Vec<Interval> {
        match self {
            Self::Always => vec![span],
            Self::Between(window) => window.intersection(span).into_iter().collect(),
            Self::OnDays { window, zone } => {
                // A window ends on the date on which it begins or on the next.
                let first = zone.to_datetime(span.start()).date();
                let first = first.yesterday().unwrap_or(first);
                let last = zone.to_datetime(span.end()).date();
                let dates = window.days.between(first, last);
                let opened = dates.into_iter().filter_map(|it| narrowest(window, zone, it));
                opened.filter_map(|it| it.intersection(span)).collect()
            }
        }
    }
}

/// Returns the `days` times 24 hours from `now`.
fn ahead(now: Timestamp, days: u32) -> Option<Interval> {
    let end = now.checked_add(SignedDuration::from_hours(24 * i64::from(days)));
    Interval::new(now, end.unwrap_or(Timestamp::MAX))
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
