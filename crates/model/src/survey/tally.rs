//! Counted answers: the share of the satisfied, and how sure that share is.
//!
//! The share is that of the answers 4 and 5 among all from 1 to 5; what does not
//! apply is not counted. The interval is Wilson's, at 95 %, in whole numbers.
//!
//! House rule: below 30 answers, or where fewer than a fifth of those invited
//! answered, a share is indicative only.

use serde::{Deserialize, Serialize};

/// The fewest answers of which a share is more than indicative.
const ANSWERS_MIN: u32 = 30;

/// The least share of those invited who must have answered, in percent.
const RATE_PERCENT_MIN: u32 = 20;

/// The 97.5th percentile of the normal distribution, and its square, in millionths.
const Z: u128 = 1_959_964;
const Z_SQUARED: u128 = 3_841_459;
const MILLION: u128 = 1_000_000;

/// How many answered a question with 1, 2, 3, 4 and 5.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct Counts(pub [u32; 5]);

/// Between which shares the true one lies, at 95 %, in tenths of a percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Interval {
    /// From.
    pub low: u32,
    /// To.
    pub high: u32,
}

impl Counts {
    /// Adds an answer; what is no score is left out.
    pub fn add(&mut self, score: u8) {
        let place = usize::from(score).checked_sub(1).and_then(|it| self.0.get_mut(it));
        if let Some(count) = place {
            *count += 1;
        }
    }

    /// Adds those of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.0
            .iter_mut()
            .zip(other.0)
            .for_each(|(count, more)| *count = count.saturating_add(more));
    }

    /// Returns how many answered with a score.
    pub fn n(&self) -> u32 {
        self.0.iter().fold(0, |sum, it| u32::saturating_add(sum, *it))
    }

    /// Returns how many answered 4 or 5.
    pub fn top_two(&self) -> u32 {
        let [_, _, _, four, five] = self.0;
        four.saturating_add(five)
    }

    /// Returns the share of the satisfied in tenths of a percent, rounded; nothing where nobody answered.
    pub fn satisfied(&self) -> Option<u32> {
        let n = self.n();
        let share =
            (u64::from(self.top_two()) * 2_000 + u64::from(n)).checked_div(u64::from(n) * 2)?;
        u32::try_from(share).ok()
    }

    /// Returns Wilson's interval of that share; nothing where nobody answered.
    pub fn interval(&self) -> Option<Interval> {
        let (k, n) = (u128::from(self.top_two()), u128::from(self.n()));
        let spread = (k * (n - k) * MILLION * MILLION).checked_div(n)? + Z_SQUARED * MILLION / 4;
        let half = Z * spread.isqrt() / MILLION;
        let center = k * MILLION + Z_SQUARED / 2;
        let whole = n * MILLION + Z_SQUARED;
        let tenths =
            |part: u128| u32::try_from((part * 2_000 + whole) / (whole * 2)).unwrap_or(1_000);
        Some(Interval {
            low: tenths(center.saturating_sub(half)),
            high: tenths(center + half).min(1_000),
        })
    }

    /// Returns whether the share is indicative only, where `responses` of `invited` answered.
    pub fn is_indicative(&self, responses: u32, invited: u32) -> bool {
        let is_low = u64::from(responses) * 100 < u64::from(invited) * u64::from(RATE_PERCENT_MIN);
        self.n() < ANSWERS_MIN || is_low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_the_satisfied_and_its_interval() {
        for (satisfied, n, share, low, high) in [
            (469, 612, 766, 731, 798),
            (0, 10, 0, 0, 278),
            (10, 10, 1_000, 722, 1_000),
            (1, 2, 500, 95, 905),
            (75, 100, 750, 657, 825),
        ] {
            let counts = Counts([n - satisfied, 0, 0, satisfied, 0]);
            assert_eq!(counts.satisfied(), Some(share), "{satisfied} of {n}");
            assert_eq!(counts.interval(), Some(Interval { low, high }), "{satisfied} of {n}");
        }
        assert_eq!((Counts::default().satisfied(), Counts::default().interval()), (None, None));
    }

    #[test]
    fn few_answers_are_indicative_only() {
        let counts = |n| Counts([0, 0, 0, 0, n]);
        for (n, invited, is_indicative) in
            [(29, 29, true), (30, 30, false), (30, 150, false), (30, 151, true)]
        {
            assert_eq!(counts(n).is_indicative(n, invited), is_indicative, "{n} of {invited}");
        }
    }
}
