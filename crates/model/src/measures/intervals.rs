//! Stretches of time in whole milliseconds, and what they have in common.
//!
//! House rule: half-open, never empty; a set of them is sorted and nothing in it touches,
//! so overlaps count once before anything is counted.

use jiff::Timestamp;
use std::fmt;

/// From an instant up to, and not including, a later one; in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    /// Its first millisecond.
    pub start_ms: i64,
    /// The first millisecond after it.
    pub end_ms: i64,
}

impl Interval {
    /// Returns the interval from `start_ms` to `end_ms`, or nothing where `end_ms` is not later.
    pub fn new(start_ms: i64, end_ms: i64) -> Option<Self> {
        (start_ms < end_ms).then_some(Self { start_ms, end_ms })
    }

    /// Returns its length, in milliseconds.
    pub fn length_ms(self) -> i64 {
        self.end_ms - self.start_ms
    }

    /// Returns what it has in common with `other`.
    pub fn intersection(self, other: Self) -> Option<Self> {
        Self::new(self.start_ms.max(other.start_ms), self.end_ms.min(other.end_ms))
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", instant(self.start_ms), instant(self.end_ms))
    }
}

/// Returns the instant that is `at_ms` milliseconds after 1970.
pub fn instant(at_ms: i64) -> Timestamp {
    Timestamp::from_millisecond(at_ms).unwrap_or(if at_ms < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

/// A set of instants: sorted intervals of which no two touch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Intervals(Vec<Interval>);

impl Intervals {
    /// Returns the instants that are in any of `intervals`.
    pub fn union_of(mut intervals: Vec<Interval>) -> Self {
        intervals.sort_unstable();
        let mut merged: Vec<Interval> = Vec::new();
        for next in intervals {
            match merged.last_mut() {
                Some(last) if next.start_ms <= last.end_ms => {
                    last.end_ms = last.end_ms.max(next.end_ms);
                }
                Some(_) | None => merged.push(next),
            }
        }
        Self(merged)
    }

    /// Returns the instants that are in this set or in `other`.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self::union_of(self.iter().chain(other.iter()).collect())
    }

    /// Returns the instants that are in both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let (few, many) =
            if self.0.len() < other.0.len() { (&self.0, &other.0) } else { (&other.0, &self.0) };
        let mut shared = Vec::new();
        let mut from = 0;
        for one in few {
            let rest = many.get(from..).unwrap_or_default();
            from += rest.partition_point(|it| it.end_ms <= one.start_ms);
            let rest = many.get(from..).unwrap_or_default();
            let met = rest.iter().take_while(|it| it.start_ms < one.end_ms);
            shared.extend(met.filter_map(|it| it.intersection(*one)));
        }
        Self(shared)
    }

    /// Returns the instants of this set that are not in `taken`.
    #[must_use]
    pub fn without(&self, taken: &Self) -> Self {
        let mut left = Vec::new();
        for one in &self.0 {
            let mut start_ms = one.start_ms;
            for hole in taken.touching(*one) {
                left.extend(Interval::new(start_ms, hole.start_ms));
                start_ms = hole.end_ms;
            }
            left.extend(Interval::new(start_ms, one.end_ms));
        }
        Self(left)
    }

    /// Returns its intervals that share an instant with `span`.
    pub fn touching(&self, span: Interval) -> impl Iterator<Item = Interval> {
        let first = self.0.partition_point(|it| it.end_ms <= span.start_ms);
        let rest = self.0.get(first..).unwrap_or_default();
        rest.iter().copied().take_while(move |it| it.start_ms < span.end_ms)
    }

    /// Returns its intervals in order.
    pub fn iter(&self) -> impl Iterator<Item = Interval> {
        self.0.iter().copied()
    }

    /// Returns how much of `span` is in it, in milliseconds.
    pub fn shared_ms(&self, span: Interval) -> i64 {
        self.touching(span).filter_map(|it| it.intersection(span)).map(Interval::length_ms).sum()
    }

    /// Returns its whole length, in milliseconds.
    pub fn length_ms(&self) -> i64 {
        self.iter().map(Interval::length_ms).sum()
    }

    /// Returns of how many intervals it is made.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Returns whether no instant is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A set of instants of which any part is measured at once, however many intervals it has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summed {
    set: Intervals,
    /// The length of all intervals before each, and of all.
    until_ms: Vec<i64>,
}

impl Summed {
    /// Returns `set` with its sums.
    pub fn new(set: Intervals) -> Self {
        let mut sum_ms = 0;
        let lengths = set.iter().map(|it| {
            sum_ms += it.length_ms();
            sum_ms
        });
        let until_ms = std::iter::once(0).chain(lengths).collect();
        Self { set, until_ms }
    }

    /// Returns the set.
    pub fn set(&self) -> &Intervals {
        &self.set
    }

    /// Returns how much of it lies before `at_ms`, in milliseconds.
    pub fn before_ms(&self, at_ms: i64) -> i64 {
        let whole = self.set.0.partition_point(|it| it.end_ms <= at_ms);
        let begun = self.set.0.get(whole).map_or(0, |it| at_ms.saturating_sub(it.start_ms).max(0));
        self.until_ms.get(whole).copied().unwrap_or_default() + begun
    }

    /// Returns how much of it does not lie before `at_ms`, in milliseconds.
    pub fn from_ms(&self, at_ms: i64) -> i64 {
        self.until_ms.last().copied().unwrap_or_default() - self.before_ms(at_ms)
    }

    /// Returns how much of `span` is in it, in milliseconds.
    pub fn shared_ms(&self, span: Interval) -> i64 {
        self.before_ms(span.end_ms) - self.before_ms(span.start_ms)
    }
}

impl From<Option<Interval>> for Intervals {
    fn from(interval: Option<Interval>) -> Self {
        Self(interval.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn made(pairs: &[(i64, i64)]) -> Intervals {
        Intervals::union_of(pairs.iter().filter_map(|it| Interval::new(it.0, it.1)).collect())
    }

    fn holds(set: &Intervals, at: i64) -> bool {
        set.iter().any(|it| it.start_ms <= at && at < it.end_ms)
    }

    fn pairs() -> impl Strategy<Value = Vec<(i64, i64)>> {
        proptest::collection::vec((0_i64..40, 0_i64..40), 0..8)
    }

    proptest! {
        #[test]
        fn sets_of_intervals_agree_with_asking_each_instant(one in pairs(), other in pairs()) {
            let (one, other) = (made(&one), made(&other));
            for at in 0..40 {
                let (here, there) = (holds(&one, at), holds(&other, at));
                prop_assert_eq!(holds(&one.union(&other), at), here || there);
                prop_assert_eq!(holds(&one.intersection(&other), at), here && there);
                prop_assert_eq!(holds(&one.without(&other), at), here && !there);
            }
            let asked = |from: i64, to: i64| (from..to).filter(|at| holds(&one, *at)).count() as i64;
            prop_assert_eq!(one.length_ms(), asked(0, 40));
            let summed = Summed::new(one.clone());
            for at in 0..40 {
                prop_assert_eq!(summed.before_ms(at), asked(0, at));
                prop_assert_eq!(summed.from_ms(at), asked(at, 40));
                let span = Interval::new(at, 40).unwrap();
                prop_assert_eq!(summed.shared_ms(span), one.shared_ms(span));
            }
        }
    }

    #[test]
    fn intervals_that_touch_are_one() {
        assert_eq!(made(&[(0, 5), (5, 9), (20, 20)]).count(), 1);
    }
}
