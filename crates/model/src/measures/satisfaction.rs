//! Satisfaction: the share of people who answered 4 or 5 of 5, and how far chance could move it.
//!
//! Source: Deploy SMF, Process 4: customer satisfaction survey.

use super::measure::{Fraction, rounded};

/// The 97.5th percentile of the normal distribution: 95 % lie within it on both sides.
const NORMAL_95: f64 = 1.959_963_984_540_054;
/// The digits of shares.
const DIGITS: usize = 4;
/// The digits of the mean answer.
const MEAN_DIGITS: usize = 3;
/// With fewer answers than this the figure only indicates.
const ANSWERS_MIN: u64 = 30;

/// Answers from 1 to 5, one a person; "not applicable" and blanks are not among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// How many answered 1, 2, 3, 4 and 5.
    pub counts: [u64; 5],
    /// How many were asked; nothing where nobody knows.
    pub asked: Option<u64>,
}

impl Answers {
    /// Returns how many answered.
    pub fn n(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Returns how many were content: 4 or 5.
    pub fn content(&self) -> u64 {
        let [_, _, _, four, five] = self.counts;
        four + five
    }

    /// Returns the share of those who were content.
    pub fn share(&self) -> Fraction {
        Fraction::new(self.content(), self.n())
    }

    /// Returns the share as it is printed.
    pub fn share_rounded(&self) -> Option<f64> {
        self.share().rounded(DIGITS)
    }

    /// Returns the mean answer as it is printed.
    pub fn mean_rounded(&self) -> Option<f64> {
        let sum: u64 = self.counts.iter().zip(1..).map(|(count, answer)| count * answer).sum();
        Fraction::new(sum, self.n()).rounded(MEAN_DIGITS)
    }

    /// Returns Wilson's interval for the share, with a confidence of 95 %.
    pub fn wilson_95(&self) -> Option<(f64, f64)> {
        wilson_95(self.content(), self.n())
    }

    /// Returns whether the figure only indicates: too few answers, or too small a part of those
    /// who were asked.
    pub fn only_indicates(&self) -> bool {
        self.n() < ANSWERS_MIN || self.asked.is_some_and(|it| self.n() * 5 < it)
    }
}

/// Returns Wilson's interval for `content` of `n`, with a confidence of 95 %, as it is printed.
pub fn wilson_95(content: u64, n: u64) -> Option<(f64, f64)> {
    if n == 0 {
        return None;
    }
    let (z, n, share) = (NORMAL_95, n as f64, content as f64 / n as f64);
    let scale = 1.0 + z * z / n;
    let centre = (share + z * z / (2.0 * n)) / scale;
    let half = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt() / scale;
    Some((rounded((centre - half).max(0.0), DIGITS)?, rounded((centre + half).min(1.0), DIGITS)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_wilson_stands_beside_the_share() {
        for (content, n, expected) in [
            (469, 612, Some((0.7312, 0.7981))),
            (0, 0, None),
            (0, 10, Some((0.0, 0.2775))),
            (10, 10, Some((0.7225, 1.0))),
        ] {
            assert_eq!(wilson_95(content, n), expected);
        }
    }

    #[test]
    fn too_few_answers_only_indicate() {
        for (fives, asked, expected) in
            [(29, None, true), (30, None, false), (30, Some(150), false), (30, Some(151), true)]
        {
            let answers = Answers { counts: [0, 0, 0, 0, fives], asked };
            assert_eq!(answers.only_indicates(), expected, "{fives} of {asked:?}");
        }
    }

    #[test]
    fn nobody_who_answered_is_not_a_hundred_per_cent() {
        assert_eq!(Answers::default().share_rounded(), None);
        let answers = Answers { counts: [20, 40, 83, 242, 227], asked: Some(1_575) };
        assert_eq!((answers.n(), answers.share_rounded()), (612, Some(0.7663)));
        assert_eq!(answers.mean_rounded(), Some(4.007));
    }
}
