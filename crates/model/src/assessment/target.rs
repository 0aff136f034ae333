//! The target of a success criterion, as far as it can be compared: `>= 75 % top-two of 5`.
//!
//! House rule: a number is compared exactly, in thousandths; never as a float.

use std::fmt;

/// A number in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Value {
    /// The number times a thousand.
    pub thousandths: i64,
}

impl Value {
    /// Returns `numerator ÷ denominator` in percent, rounded down, so that 99.9995 % is not 100 %.
    pub fn percent(numerator: u64, denominator: u64) -> Self {
        let scaled = u128::from(numerator) * 100_000 / u128::from(denominator.max(1));
        Self { thousandths: i64::try_from(scaled).unwrap_or(i64::MAX) }
    }
}

impl Value {
    /// Returns the number that `text` begins with.
    pub fn read(text: &str) -> Option<Self> {
        number(text.trim())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.thousandths < 0 { "-" } else { "" };
        let all = self.thousandths.unsigned_abs();
        let text = format!("{sign}{}.{:03}", all / 1_000, all % 1_000);
        f.pad(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// What a measured number has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// This or more.
    AtLeast(Value),
    /// This or less.
    AtMost(Value),
    /// More than this.
    Above(Value),
    /// Less than this.
    Below(Value),
    /// Exactly this.
    Exactly(Value),
}

impl Target {
    /// Returns the target that `text` begins with; a bare number is the least that is enough.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (make, rest): (fn(Value) -> Self, &str) = [
            (">=", Self::AtLeast as fn(Value) -> Self),
            ("≥", Self::AtLeast),
            ("<=", Self::AtMost),
            ("≤", Self::AtMost),
            (">", Self::Above),
            ("<", Self::Below),
            ("=", Self::Exactly),
        ]
        .into_iter()
        .find_map(|(sign, make)| Some((make, text.strip_prefix(sign)?)))
        .unwrap_or((Self::AtLeast, text));
        number(rest.trim()).map(make)
    }

    /// Returns whether `value` is as asked for.
    pub fn is_met(self, value: Value) -> bool {
        match self {
            Self::AtLeast(it) => value >= it,
            Self::AtMost(it) => value <= it,
            Self::Above(it) => value > it,
            Self::Below(it) => value < it,
            Self::Exactly(it) => value == it,
        }
    }
}

/// Returns the decimal number that `text` begins with.
fn number(text: &str) -> Option<Value> {
    let end = text.find(|it: char| !it.is_ascii_digit() && it != '.').unwrap_or(text.len());
    let (whole, part) = text.get(..end)?.split_once('.').unwrap_or((text.get(..end)?, ""));
    let part: String = part.chars().chain(['0', '0', '0']).take(3).collect();
    let whole: i64 = whole.parse().ok()?;
    let part: i64 = part.parse().ok()?;
    Some(Value { thousandths: whole.checked_mul(1_000)?.checked_add(part)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_read_from_its_first_number() {
        for (text, value, is_met) in [
            ("= 100 % of non-exempt", Value::percent(40, 40), true),
            ("= 100 % of non-exempt", Value::percent(199_999, 200_000), false),
            (">= 98 %, rest exempt by name", Value::percent(98, 100), true),
            (">= 99.5 % over the quiet period", Value::percent(9949, 10_000), false),
            ("<= 2.0 in branch hours", Value { thousandths: 2_000 }, true),
            ("< 2", Value { thousandths: 2_000 }, false),
            ("> 2", Value { thousandths: 2_001 }, true),
            ("100 %", Value::percent(1, 1), true),
        ] {
            assert_eq!(Target::read(text).unwrap().is_met(value), is_met, "{text}");
        }
        for open in ["", "fewer calls than before", "-30 % vs 2026", ">= 99999999999999999999"] {
            assert_eq!(Target::read(open), None, "{open}");
        }
        assert_eq!(Value::percent(469, 612).to_string(), "76.633");
    }
}
