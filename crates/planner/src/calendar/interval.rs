//! Intervals of time, and what is left of some when others are taken away.
//!
//! House rule: an interval is half-open and never empty, so that two that touch
//! share no instant and no list of them holds anything that cannot happen.

use jiff::Timestamp;
use serde::Serialize;
use std::fmt;

/// From an instant up to, and not including, a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Interval {
    start: Timestamp,
    end: Timestamp,
}

impl Interval {
    /// Returns the interval from `start` to `end`, or nothing where `end` is not after `start`.
    pub fn new(start: Timestamp, end: Timestamp) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    /// Returns its first instant.
    pub fn start(self) -> Timestamp {
        self.start
    }

    /// Returns the first instant after it.
    pub fn end(self) -> Timestamp {
        self.end
    }

    /// Returns its length in whole seconds, rounded down.
    pub fn length_s(self) -> u64 {
        self.start.duration_until(self.end).as_secs().unsigned_abs()
    }

    /// Returns whether `instant` is in it.
    pub fn contains(self, instant: Timestamp) -> bool {
        self.start <= instant && instant < self.end
    }

    /// Returns what it has in common with `other`.
    pub fn intersection(self, other: Self) -> Option<Self> {
        Self::new(self.start.max(other.start), self.end.min(other.end))
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.start, self.end)
    }
}

/// Returns the instants that are in any of `intervals`, in order; none of the result touch.
pub fn union(mut intervals: Vec<Interval>) -> Vec<Interval> {
    intervals.sort_unstable();
    let mut merged: Vec<Interval> = Vec::with_capacity(intervals.len());
    for next in intervals {
        match merged.last_mut() {
            Some(last) if next.start <= last.end => last.end = last.end.max(next.end),
            Some(_) | None => merged.push(next),
        }
    }
    merged
}

/// Returns the instants that are in `intervals` and in none of `taken`. Both are unions.
pub fn without(intervals: &[Interval], taken: &[Interval]) -> Vec<Interval> {
    let mut left = Vec::with_capacity(intervals.len());
    for interval in intervals {
        let first = taken.partition_point(|it| it.end <= interval.start);
        let overlapping = taken.iter().skip(first).take_while(|it| it.start < interval.end);
        let mut start = interval.start;
        for hole in overlapping {
            left.extend(Interval::new(start, hole.start));
            start = hole.end;
        }
        left.extend(Interval::new(start, interval.end));
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(pairs: &[(i64, i64)]) -> Vec<Interval> {
        let at = |second| Timestamp::from_second(second).unwrap();
        pairs.iter().map(|(start, end)| Interval::new(at(*start), at(*end)).unwrap()).collect()
    }

    #[test]
    fn intervals_that_overlap_or_touch_become_one() {
        for (given, expected) in [
            (&[][..], &[][..]),
            (&[(5, 6), (1, 2)], &[(1, 2), (5, 6)]),
            (&[(1, 3), (3, 5)], &[(1, 5)]),
            (&[(1, 9), (2, 3), (4, 12)], &[(1, 12)]),
        ] {
            assert_eq!(union(all(given)), all(expected));
        }
    }

    #[test]
    fn what_is_taken_away_is_gone_and_nothing_else() {
        for (taken, left) in [
            (&[][..], &[(10, 20), (30, 40)][..]),
            (&[(0, 10), (20, 30)], &[(10, 20), (30, 40)]),
            (&[(0, 50)], &[]),
            (&[(12, 14), (16, 35)], &[(10, 12), (14, 16), (35, 40)]),
            (&[(10, 15), (38, 40)], &[(15, 20), (30, 38)]),
        ] {
            assert_eq!(without(&all(&[(10, 20), (30, 40)]), &all(taken)), all(left), "{taken:?}");
        }
    }

    #[test]
    fn an_interval_is_never_empty() {
        let at = Timestamp::UNIX_EPOCH;
        assert_eq!(Interval::new(at, at), None);
        assert_eq!(Interval::new(Timestamp::MAX, at), None);
    }
}
