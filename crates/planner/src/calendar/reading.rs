//! What a civil time means where the clocks skip it or show it twice.
//!
//! When clocks go forward, some civil times do not exist (a gap); when they go
//! back, some happen twice (a fold). RFC 5545 reads 02:30 in a gap as if the
//! clocks had not moved yet; the clock on the wall reaches 02:30 at the instant
//! of the gap itself. Work that stays inside the narrower of all readings is
//! inside the window whichever of them its owner had in mind. A freeze takes
//! the wider, for the same reason.
//!
//! House rule: windows take the narrowest reading, freezes the widest.

use super::Interval;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, AmbiguousTimestamp, Offset, TimeZone};
use model::freeze::FreezeSpan;
use model::window::{CivilTime, DaysWindow};
use serde::Serialize;
use std::fmt;

/// Which reading of a civil time is taken where there are several.
#[derive(Clone, Copy)]
enum Take {
    Earliest,
    Latest,
}

/// Returns the instants of the window that begins on `date`: from the latest reading of its start
/// to the earliest reading of its end. Nothing where these leave nothing.
pub fn narrowest(window: &DaysWindow, zone: &TimeZone, date: Date) -> Option<Interval> {
    let (from, to) = edges(window, date)?;
    Interval::new(instant(zone, from, Take::Latest)?, instant(zone, to, Take::Earliest)?)
}

/// Returns the instants of a freeze: from the earliest reading of its start to the latest of its end.
pub(super) fn widest(span: FreezeSpan, zone: &TimeZone) -> Option<Interval> {
    // The calendar ends in the year 9999. A freeze beyond it lasts until then.
    let start = instant(zone, span.start(), Take::Earliest).unwrap_or(Timestamp::MAX);
    let end = instant(zone, span.end(), Take::Latest).unwrap_or(Timestamp::MAX);
    Interval::new(start, end)
}

/// Returns the civil times at which the window that begins on `date` begins and ends.
fn edges(window: &DaysWindow, date: Date) -> Option<(DateTime, DateTime)> {
    let end_date = window.end_date(date)?;
    Some((date.to_datetime(window.from.time()), end_date.to_datetime(window.to.time())))
}

fn instant(zone: &TimeZone, civil: DateTime, take: Take) -> Option<Timestamp> {
    let readings = zone.to_ambiguous_timestamp(civil);
    match (readings.offset(), take) {
        (AmbiguousOffset::Gap { after, .. }, Take::Earliest) => gap(zone, readings, after),
        (AmbiguousOffset::Gap { .. }, Take::Latest) => readings.later().ok(),
        (AmbiguousOffset::Fold { .. }, Take::Earliest) => readings.earlier().ok(),
        (AmbiguousOffset::Fold { .. }, Take::Latest) => readings.later().ok(),
        (AmbiguousOffset::Unambiguous { .. }, Take::Earliest | Take::Latest) => {
            readings.unambiguous().ok()
        }
    }
}

/// Returns the instant at which the clocks skip a civil time and go on at offset `after`.
fn gap(zone: &TimeZone, readings: AmbiguousTimestamp, after: Offset) -> Option<Timestamp> {
    // The two readings lie on both sides of the gap, less than its length away.
    let (before_gap, after_gap) = (readings.earlier().ok()?, readings.later().ok()?);
    let transition = zone
        .following(before_gap)
        .take_while(|it| it.timestamp() <= after_gap)
        .find(|it| it.offset() == after);
    Some(transition.map_or(before_gap, |it| it.timestamp()))
}

/// A civil time of a window that does not exist on a date, or exists twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AwkwardTime {
    /// The window, counted from 0 in the list it stands in.
    pub window: usize,
    /// Which of its times.
    pub edge: Edge,
    /// The date on which that time is awkward.
    pub date: Date,
    /// The time.
    pub time: CivilTime,
    /// What the clocks do to it.
    pub oddity: Oddity,
    /// How it is read.
    pub read_as: Timestamp,
    /// What the window comes to that day; nothing where it does not open at all.
    pub opens: Option<Interval>,
}

/// The beginning or the end of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Edge {
    /// Its `from`.
    From,
    /// Its `to`.
    To,
}

/// What the clocks do to a civil time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Oddity {
    /// They skip it.
    Gap,
    /// They show it twice.
    Fold,
}

impl fmt::Display for AwkwardTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let edge = match self.edge {
            Edge::From => "start",
            Edge::To => "end",
        };
        let oddity = match self.oddity {
            Oddity::Gap => "does not exist",
            Oddity::Fold => "happens twice",
        };
        let Self { date, time, read_as, .. } = self;
        write!(
            f,
            "the {edge} {time} {oddity} on {date}: it is read as {read_as}, and the window "
        )?;
        match self.opens {
            Some(opens) => write!(f, "is open for {} min", opens.length_s() / 60),
            None => f.write_str("does not open that day"),
        }
    }
}

/// Returns the awkward times of the window that begins on `date`.
pub(super) fn awkward(
    number: usize,
    window: &DaysWindow,
    zone: &TimeZone,
    date: Date,
) -> Vec<AwkwardTime> {
    let Some((from, to)) = edges(window, date) else { return Vec::new() };
    let opens = narrowest(window, zone, date);
    let both =
        [(Edge::From, from, window.from, Take::Latest), (Edge::To, to, window.to, Take::Earliest)];
    both.into_iter()
        .filter_map(|(edge, civil, time, take)| {
            let oddity = match zone.to_ambiguous_timestamp(civil).offset() {
                AmbiguousOffset::Unambiguous { .. } => return None,
                AmbiguousOffset::Gap { .. } => Oddity::Gap,
                AmbiguousOffset::Fold { .. } => Oddity::Fold,
            };
            let read_as = instant(zone, civil, take)?;
            let date = civil.date();
            Some(AwkwardTime { window: number, edge, date, time, oddity, read_as, opens })
        })
        .collect()
}
