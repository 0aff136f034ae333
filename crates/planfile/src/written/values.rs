//! Values that people write with their unit: times, rates, zones, digests.
//!
//! House rule: types before checks; units stand beside their number.

use crate::code::Code;
use model::digest::Digest;
use model::window::{MaintenanceWindow, TimeZoneName};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;

/// Returns the code of a value refused by the newtype called `name`, where it has one of its own.
pub(crate) fn code_of(name: &str) -> Option<Code> {
    match name {
        "Zone" => Some(Code::UnknownZone),
        "Window" => Some(Code::BadWindow),
        "Sha256" => Some(Code::BadDigest),
        _ => None,
    }
}

/// An IANA time zone, such as `America/Chicago`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(inline)]
pub(crate) struct Zone(pub(crate) TimeZoneName);

/// A maintenance window.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(inline)]
pub(crate) struct Window(pub(crate) MaintenanceWindow);

/// A SHA-256 as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Sha256(pub(crate) Digest);

impl JsonSchema for Sha256 {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Sha256".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9a-f]{64}$" })
    }
}

/// A length of time in whole seconds, written `45s`, `30m`, `1h30m` or `5d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Length(pub(crate) u32);

impl std::str::FromStr for Length {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{}` is not a length of time: write one such as `45s`, `30m`, `1h30m` or `5d`",
                shortened(text)
            )
        };
        let (mut seconds, mut digits, mut units_left) = (0_u32, String::new(), "dhms");
        for letter in text.chars() {
            if letter.is_ascii_digit() {
                digits.push(letter);
                continue;
            }
            let (_, smaller) = units_left.split_once(letter).ok_or_else(wrong)?;
            units_left = smaller;
            let unit = match letter {
                'd' => 86_400,
                'h' => 3_600,
                'm' => 60,
                _ => 1,
            };
            let count: u32 = digits.parse().map_err(|_| wrong())?;
            digits.clear();
            let more = count.checked_mul(unit).and_then(|it| seconds.checked_add(it));
            seconds = more.ok_or_else(|| format!("`{}` is too long", shortened(text)))?;
        }
        if digits.is_empty() && units_left != "dhms" { Ok(Self(seconds)) } else { Err(wrong()) }
    }
}

/// A rate, written `2 Mbit/s`; also with `kbit/s` and `Gbit/s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    /// In kbit/s.
    pub(crate) kbit_per_s: u32,
}

impl std::str::FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{}` is not a rate: write one such as `512 kbit/s`, `2.5 Mbit/s` or `1 Gbit/s`",
                shortened(text)
            )
        };
        let (number, unit) = text.split_once(' ').ok_or_else(wrong)?;
        let scale = match unit.trim() {
            "kbit/s" => 1,
            "Mbit/s" => 1_000,
            "Gbit/s" => 1_000_000,
            _ => return Err(wrong()),
        };
        let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
        let is_number = |it: &str| {
            !it.is_empty() && it.len() <= 9 && it.bytes().all(|digit| digit.is_ascii_digit())
        };
        if !is_number(whole) || !is_number(part) {
            return Err(wrong());
        }
        let whole: u64 = whole.parse().map_err(|_| wrong())?;
        let part_scale = 10_u64.pow(u32::try_from(part.len()).map_err(|_| wrong())?);
        let part: u64 = part.parse().map_err(|_| wrong())?;
        let kbit_per_s = whole * scale + part * scale / part_scale;
        let kbit_per_s = u32::try_from(kbit_per_s).map_err(|_| wrong())?;
        Ok(Self { kbit_per_s })
    }
}

/// Permission bits, written in octal such as `0644`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileMode(pub(crate) u32);

impl std::str::FromStr for FileMode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bits =
            u32::from_str_radix(text, 8).ok().filter(|bits| *bits <= 0o7777 && text.len() <= 5);
        bits.map(Self).ok_or_else(|| {
            format!("`{}` is not a file mode: write it in octal, such as `0644`", shortened(text))
        })
    }
}

/// A civil date, such as `2027-01-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Day(pub(crate) jiff::civil::Date);

impl std::str::FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let day = text.parse::<jiff::civil::Date>().ok().filter(|it| it.to_string() == text);
        day.map(Self).ok_or_else(|| {
            format!("`{}` is not a date: write one such as `2027-01-31`", shortened(text))
        })
    }
}

/// An instant with its offset, such as `2027-01-31T06:00:00Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Instant(pub(crate) jiff::Timestamp);

impl std::str::FromStr for Instant {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| {
            format!("`{}` is not an instant: write one with its offset, such as `2027-01-31T06:00:00Z` or `2027-01-31T00:00:00-06:00`", shortened(text))
        })
    }
}

/// A share, written `99.5 %`, with at most two digits after the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    /// In hundredths of a percent.
    pub(crate) hundredths: u16,
}

impl std::str::FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            let text = shortened(text);
            format!("`{text}` is not a share: write one such as `99.5 %` or `95 %`")
        };
        let number = text.strip_suffix('%').map(str::trim_end).ok_or_else(wrong)?;
        let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
        let are_digits = |it: &str, most: usize| {
            (1..=most).contains(&it.len()) && it.bytes().all(|digit| digit.is_ascii_digit())
        };
        if !are_digits(whole, 3) || !are_digits(part, 2) {
            return Err(wrong());
        }
        let whole: u16 = whole.parse().map_err(|_| wrong())?;
        let tens = if part.len() == 1 { 10 } else { 1 };
        let part: u16 = part.parse().map_err(|_| wrong())?;
        let hundredths = whole * 100 + part * tens;
        if hundredths > 10_000 { Err(wrong()) } else { Ok(Self { hundredths }) }
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

macro_rules! written_as_text {
    ($($name:ident $pattern:literal,)*) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    )*};
}

written_as_text! {
    Length "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$",
    Rate "^[0-9]+(\\.[0-9]+)? [kMG]bit/s$",
    FileMode "^[0-7]{3,5}$",
    Day "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    Share "^[0-9]{1,3}(\\.[0-9]{1,2})? ?%$",
    Instant "^[0-9]{4}-[0-9]{2}-[0-9]{2}T.+$",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_has_its_units_once_and_from_large_to_small() {
        for (text, seconds) in [
            ("45s", Some(45)),
            ("30m", Some(1_800)),
            ("1h30m", Some(5_400)),
            ("5d", Some(432_000)),
            ("1d2h3m4s", Some(93_784)),
            ("0s", Some(0)),
            ("", None),
            ("5", None),
            ("m", None),
            ("30m1h", None),
            ("1m1m", None),
            ("-5m", None),
            ("99999999d", None),
        ] {
            assert_eq!(text.parse::<Length>().ok().map(|it| it.0), seconds, "{text:?}");
        }
    }

    #[test]
    fn a_share_has_its_sign_and_is_at_most_everything() {
        for (text, hundredths) in [
            ("99.5 %", Some(9_950)),
            ("99.05%", Some(9_905)),
            ("95 %", Some(9_500)),
            ("100 %", Some(10_000)),
            ("100.01 %", None),
            ("99.123 %", None),
            ("99", None),
            ("-1 %", None),
            (" %", None),
        ] {
            assert_eq!(text.parse::<Share>().ok().map(|it| it.hundredths), hundredths, "{text:?}");
        }
    }

    #[test]
    fn a_rate_has_a_number_and_a_unit() {
        for (text, kbit_per_s) in [
            ("2 Mbit/s", Some(2_000)),
            ("2.5 Mbit/s", Some(2_500)),
            ("512 kbit/s", Some(512)),
            ("1 Gbit/s", Some(1_000_000)),
            ("2Mbit/s", None),
            ("2 MB/s", None),
            ("-1 kbit/s", None),
            ("1. kbit/s", None),
            ("9999999 Gbit/s", None),
        ] {
            assert_eq!(text.parse::<Rate>().ok().map(|it| it.kbit_per_s), kbit_per_s, "{text:?}");
        }
    }
}
