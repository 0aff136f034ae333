//! A measure as it is shown: its value and everything that the value was made of.
//!
//! House rule: exact until it is printed; no data is unknown, never nought or a hundred per cent.

use super::intervals::Intervals;

/// How many milliseconds a minute has.
pub const MINUTE_MS: i64 = 60_000;
/// The digits of a figure in minutes.
pub const MINUTES_DIGITS: usize = 4;
/// The digits of a share, such as availability.
pub const SHARE_DIGITS: usize = 8;

/// A figure as an exact fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fraction {
    /// What is counted.
    pub numerator: i128,
    /// Out of what; a figure out of nothing is not known.
    pub denominator: i128,
}

impl Fraction {
    /// Returns `numerator` out of `denominator`.
    pub fn new(numerator: impl Into<i128>, denominator: impl Into<i128>) -> Self {
        Self { numerator: numerator.into(), denominator: denominator.into() }
    }

    /// Returns its value with so many digits after the point; nothing where it is out of nothing.
    pub fn rounded(self, digits: usize) -> Option<f64> {
        if self.denominator == 0 {
            return None;
        }
        let divisor = greatest_common_divisor(self.numerator, self.denominator);
        let value = (self.numerator / divisor) as f64 / (self.denominator / divisor) as f64;
        rounded(value, digits)
    }

    /// Returns how many of `parts` it is, rounded down; nothing where it is out of nothing.
    pub fn share_of(self, parts: u16) -> Option<u16> {
        let scaled = self.numerator.checked_mul(i128::from(parts))?;
        u16::try_from(scaled.checked_div(self.denominator)?).ok()
    }

    /// Returns whether it is at least `other`; nothing where one of them is out of nothing.
    pub fn is_at_least(self, other: Self) -> Option<bool> {
        if self.denominator == 0 || other.denominator == 0 {
            return None;
        }
        let left = self.numerator.checked_mul(other.denominator)?;
        Some(left >= other.numerator.checked_mul(self.denominator)?)
    }
}

fn greatest_common_divisor(mut one: i128, mut other: i128) -> i128 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    if one == 0 { 1 } else { one.abs() }
}

/// Returns `value` with so many digits after the point.
pub(crate) fn rounded(value: f64, digits: usize) -> Option<f64> {
    let written: f64 = format!("{value:.digits$}").parse().ok()?;
    // Minus nought reads as if something had been lost.
    Some(if written == 0.0 { 0.0 } else { written })
}

/// Returns a time in minutes, as it is printed.
pub fn minutes(length_ms: impl Into<i128>) -> f64 {
    Fraction::new(length_ms, MINUTE_MS).rounded(MINUTES_DIGITS).unwrap_or_default()
}

/// A measure with what it is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// Its name for people.
    pub name: &'static str,
    /// How it is computed, in one sentence.
    pub rule: &'static str,
    /// Its exact value, before its unit.
    pub value: Fraction,
    /// In what it is counted.
    pub unit: Unit,
    /// How many things it was made of: sites, incidents, answers.
    pub n: usize,
    /// The times it is made of, where it is made of time.
    pub intervals: Intervals,
    /// How far chance could move it, where it is made of answers.
    pub confidence: Option<Confidence>,
}

/// How far chance could move a share of answers: Wilson's interval at 95 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Confidence {
    /// The least that it may be in truth.
    pub low: f64,
    /// The most.
    pub high: f64,
    /// Whether there were too few answers for more than an indication.
    pub only_indicates: bool,
}

/// In what a measure is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Milliseconds, shown as minutes.
    Time,
    /// Milliseconds times users, shown as user-minutes.
    UserTime,
    /// A part of a whole, shown in per cent.
    Share,
    /// Things.
    Count,
}

impl Measure {
    /// Returns the measure called `name`, so far made of nothing.
    pub fn new(name: &'static str, rule: &'static str, value: Fraction, unit: Unit) -> Self {
        let (n, intervals, confidence) = Default::default();
        Self { name, rule, value, unit, n, intervals, confidence }
    }

    /// Returns it as made of `n` things.
    #[must_use]
    pub fn of(self, n: usize) -> Self {
        Self { n, ..self }
    }

    /// Returns it as made of these times.
    #[must_use]
    pub fn during(self, intervals: &Intervals) -> Self {
        Self { intervals: intervals.clone(), ..self }
    }

    /// Returns its value as people read it; "n/a" where it cannot be known.
    pub fn shown(&self) -> String {
        let per = match self.unit {
            Unit::Time | Unit::UserTime => Fraction {
                numerator: self.value.numerator,
                denominator: self.value.denominator.saturating_mul(MINUTE_MS.into()),
            },
            Unit::Share => Fraction {
                numerator: self.value.numerator.saturating_mul(100),
                denominator: self.value.denominator,
            },
            Unit::Count => self.value,
        };
        let Some(value) = per.rounded(MINUTES_DIGITS) else { return "n/a".to_owned() };
        match self.unit {
            Unit::Time => format!("{value} min"),
            Unit::UserTime => format!("{value} user-minutes"),
            Unit::Share => format!("{value} %"),
            Unit::Count => format!("{value}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_rounded_once_and_out_of_nothing_is_not_known() {
        for (numerator, denominator, digits, expected) in [
            (4153, 40, 4, Some(103.825)),
            (118, 6, 2, Some(19.67)),
            (1, 3, 8, Some(0.333_333_33)),
            (-1, 1_000_000, 4, Some(0.0)),
            (0, 7, 4, Some(0.0)),
            (5, 0, 4, None),
        ] {
            assert_eq!(Fraction::new(numerator, denominator).rounded(digits), expected);
        }
    }
}
