//! How a maintenance window is written: `always`, or one of three ways to name its days.
//!
//! House rule: parse once at the edge, and say which two words contradict each
//! other, instead of "matches no variant".

use super::{
    CivilTime, DATES_MAX, Days, DaysWindow, MaintenanceWindow, TimeZoneName, Weekday, excerpt,
};
use jiff::civil::Date;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// A window as it is written.
#[derive(Clone, Serialize, schemars::JsonSchema)]
#[serde(untagged)]
pub(super) enum WrittenWindow {
    /// A word in place of all fields.
    Word(WindowWord),
    /// The fields.
    Fields(WindowFields),
}

/// A word that stands for a whole window.
#[derive(Clone, Copy, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum WindowWord {
    /// At any time.
    Always,
}

/// A window between two civil times. Exactly one of `dates`, `first` with `last`, and `weekdays`
/// names the days.
#[derive(Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WindowFields {
    /// The dates on which it begins, such as `[2027-01-31]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dates: Option<Vec<WrittenDate>>,
    /// The first of several dates in a row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first: Option<WrittenDate>,
    /// The last of several dates in a row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<WrittenDate>,
    /// The days of the week on which it begins, every week.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    weekdays: Option<Vec<Weekday>>,
    /// When it begins, such as `22:00`.
    from: CivilTime,
    /// When it ends; on the next day, where that is not after `from`.
    to: CivilTime,
    /// Its IANA time zone, where that is not the site's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zone: Option<TimeZoneName>,
}

/// A date as it is written. Strict, because a date with a time after it would lose the time.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("format" = "date"))]
pub(crate) struct WrittenDate(pub(crate) Date);

impl TryFrom<String> for WrittenDate {
    type Error = InvalidDate;
    fn try_from(text: String) -> Result<Self, InvalidDate> {
        let date = text.parse::<Date>().ok().filter(|it| it.to_string() == text);
        date.map(Self).ok_or_else(|| InvalidDate { text: excerpt(&text) })
    }
}

impl From<WrittenDate> for String {
    fn from(date: WrittenDate) -> Self {
        date.0.to_string()
    }
}

/// A text is not a civil date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a date: write year, month and day such as 2027-01-31")]
pub struct InvalidDate {
    /// What was given.
    pub text: String,
}

/// A window contradicts itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWindow {
    /// Its days are missing.
    #[error("a window names its days: `dates`, `first` with `last`, or `weekdays`")]
    NoDays,
    /// Its days are named twice.
    #[error("a window names its days once: `dates`, or `first` with `last`, or `weekdays`")]
    DaysTwice,
    /// A range has one end only.
    #[error("a range of dates has both a `first` and a `last`")]
    HalfRange,
    /// A range ends before it begins.
    #[error("the range of dates ends on {last}, before it begins on {first}")]
    Backwards {
        /// The first date.
        first: Date,
        /// The last date.
        last: Date,
    },
    /// It lists too many dates.
    #[error(
        "a window lists at most {DATES_MAX} dates, this one {count}: use `weekdays` or a range"
    )]
    TooManyDates {
        /// How many.
        count: usize,
    },
}

impl TryFrom<WindowFields> for MaintenanceWindow {
    type Error = InvalidWindow;

    fn try_from(written: WindowFields) -> Result<Self, InvalidWindow> {
        let WindowFields { dates, first, last, weekdays, from, to, zone } = written;
        let range = match (first, last) {
            (Some(first), Some(last)) => Some((first.0, last.0)),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => return Err(InvalidWindow::HalfRange),
        };
        let days = match (dates, range, weekdays) {
            (Some(dates), None, None) => Days::Dates(listed(&dates)?),
            (None, Some((first, last)), None) if last < first => {
                return Err(InvalidWindow::Backwards { first, last });
            }
            (None, Some((first, last)), None) => Days::Range { first, last },
            (None, None, Some(days)) if days.is_empty() => return Err(InvalidWindow::NoDays),
            (None, None, Some(days)) => Days::Weekdays(days.into_iter().collect()),
            (None, None, None) => return Err(InvalidWindow::NoDays),
            (Some(_), _, Some(_)) | (Some(_), Some(_), _) | (_, Some(_), Some(_)) => {
                return Err(InvalidWindow::DaysTwice);
            }
        };
        Ok(Self::OnDays(DaysWindow { days, from, to, zone }))
    }
}

fn listed(dates: &[WrittenDate]) -> Result<BTreeSet<Date>, InvalidWindow> {
    match dates.len() {
        0 => Err(InvalidWindow::NoDays),
        count if count > DATES_MAX => Err(InvalidWindow::TooManyDates { count }),
        _ => Ok(dates.iter().map(|it| it.0).collect()),
    }
}

impl From<MaintenanceWindow> for WrittenWindow {
    fn from(window: MaintenanceWindow) -> Self {
        let MaintenanceWindow::OnDays(DaysWindow { days, from, to, zone }) = window else {
            return Self::Word(WindowWord::Always);
        };
        let (mut dates, mut first, mut last, mut weekdays) = (None, None, None, None);
        match days {
            Days::Dates(listed) => dates = Some(listed.into_iter().map(WrittenDate).collect()),
            Days::Range { first: begin, last: end } => {
                (first, last) = (Some(WrittenDate(begin)), Some(WrittenDate(end)));
            }
            Days::Weekdays(days) => weekdays = Some(days.into_iter().collect()),
        }
        Self::Fields(WindowFields { dates, first, last, weekdays, from, to, zone })
    }
}

impl<'de> Deserialize<'de> for MaintenanceWindow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Not `untagged`: that would forget the line of a mistake and its cause.
        deserializer.deserialize_any(WindowVisitor)
    }
}

struct WindowVisitor;

impl<'de> Visitor<'de> for WindowVisitor {
    type Value = MaintenanceWindow;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`always`, or a window with its days, `from` and `to`")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<MaintenanceWindow, E> {
        match text {
            "always" => Ok(MaintenanceWindow::Always),
            _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<MaintenanceWindow, A::Error> {
        let written = WindowFields::deserialize(MapAccessDeserializer::new(map))?;
        MaintenanceWindow::try_from(written).map_err(A::Error::custom)
    }
}
