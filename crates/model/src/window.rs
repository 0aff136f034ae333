//! Maintenance windows: when a place may be changed, told in the civil time of that place.
//!
//! A window says what the clock on the wall shows, because that is what people
//! agree on. Which instants are meant is worked out late and more than once
//! (`planner::calendar`): laws change clocks, and they do so at short notice.
//!
//! House rule: a window is civil time in the site's own zone, unless it names another.

use crate::as_text::as_text;
use jiff::civil::{Date, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use written::WrittenWindow;

mod written;

pub(crate) use written::WrittenDate;
pub use written::{InvalidDate, InvalidWindow};

/// The most dates that one window lists. A year of nights; more is a weekly window or a range.
pub const DATES_MAX: usize = 366;

/// When a place may be changed. Several windows mean their union; none at all never opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(into = "WrittenWindow")]
#[schemars(with = "WrittenWindow")]
pub enum MaintenanceWindow {
    /// At any time.
    Always,
    /// Between two civil times on certain days.
    OnDays(DaysWindow),
}

/// A window between two civil times on certain days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DaysWindow {
    /// The civil dates on which it begins.
    pub days: Days,
    /// When it begins.
    pub from: CivilTime,
    /// When it ends: on the next day, where that is not after `from`.
    pub to: CivilTime,
    /// Its zone, where that is not the site's.
    pub zone: Option<TimeZoneName>,
}

/// The civil dates on which a window begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Days {
    /// These.
    Dates(BTreeSet<Date>),
    /// Every date from the first to the last, both included.
    Range {
        /// The first date.
        first: Date,
        /// The last date.
        last: Date,
    },
    /// Every week on these days.
    Weekdays(BTreeSet<Weekday>),
}

impl Days {
    /// Returns the dates from `first` to `last`, both included, on which the window begins.
    pub fn between(&self, first: Date, last: Date) -> Vec<Date> {
        match self {
            Self::Dates(dates) => {
                dates.iter().copied().filter(|it| (first..=last).contains(it)).collect()
            }
            Self::Range { first: begin, last: end } => {
                dates(first.max(*begin), last.min(*end)).collect()
            }
            Self::Weekdays(days) => {
                dates(first, last).filter(|it| days.contains(&it.weekday().into())).collect()
            }
        }
    }
}

/// Returns every date from `first` to `last`, both included.
fn dates(first: Date, last: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(first), |it| it.tomorrow().ok()).take_while(move |it| *it <= last)
}

impl DaysWindow {
    /// Returns the date on which the window that begins on `date` ends, or nothing on the last
    /// day of the calendar.
    pub fn end_date(&self, date: Date) -> Option<Date> {
        if self.to > self.from { Some(date) } else { date.tomorrow().ok() }
    }
}

impl fmt::Display for MaintenanceWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always => f.write_str("always"),
            Self::OnDays(window) => window.fmt(f),
        }
    }
}

impl fmt::Display for DaysWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} from {} to {}", self.days, self.from, self.to)?;
        self.zone.as_ref().map_or(Ok(()), |zone| write!(f, " in {zone}"))
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dates(dates) => f.write_str(&joined(dates)),
            Self::Range { first, last } => write!(f, "{first} to {last}"),
            Self::Weekdays(days) => f.write_str(&every(days)),
        }
    }
}

/// Returns days of the week in words: three and more that follow each other are a span.
fn every(days: &BTreeSet<Weekday>) -> String {
    let follow =
        days.iter().zip(days.iter().skip(1)).all(|(one, next)| *next as u8 == *one as u8 + 1);
    match (days.len(), days.first(), days.last()) {
        (7.., ..) => "every day".to_owned(),
        (3.., Some(first), Some(last)) if follow => format!("{first} to {last}"),
        _ => format!("every {}", joined(days)),
    }
}

fn joined<T: ToString>(items: &BTreeSet<T>) -> String {
    items.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
}

/// A time of day, to the minute, from 00:00 to 23:59.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = "^([01][0-9]|2[0-3]):[0-5][0-9]$"))]
pub struct CivilTime(Time);

impl CivilTime {
    /// The first minute of a day.
    pub const MIDNIGHT: Self = Self(Time::midnight());

    /// Returns the time for date arithmetic.
    pub fn time(self) -> Time {
        self.0
    }
}

/// A text is not a time of day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not a time of day: write hours and minutes from 00:00 to 23:59 (a window that is to end at midnight ends at 00:00)"
)]
pub struct InvalidCivilTime {
    /// What was given.
    pub text: String,
}

impl std::str::FromStr for CivilTime {
    type Err = InvalidCivilTime;

    fn from_str(text: &str) -> Result<Self, InvalidCivilTime> {
        let two_digits = |it: &str| {
            let plain = it.len() == 2 && it.bytes().all(|digit| digit.is_ascii_digit());
            plain.then(|| it.parse::<i8>().ok()).flatten()
        };
        text.split_once(':')
            .and_then(|(hour, minute)| Some((two_digits(hour)?, two_digits(minute)?)))
            .and_then(|(hour, minute)| Time::new(hour, minute, 0, 0).ok())
            .map(Self)
            .ok_or_else(|| InvalidCivilTime { text: excerpt(text) })
    }
}

impl TryFrom<String> for CivilTime {
    type Error = InvalidCivilTime;
    fn try_from(text: String) -> Result<Self, InvalidCivilTime> {
        text.parse()
    }
}

impl From<CivilTime> for String {
    fn from(time: CivilTime) -> Self {
        time.to_string()
    }
}

impl fmt::Display for CivilTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

/// Returns as much of a refused text as a message can bear.
pub(crate) fn excerpt(text: &str) -> String {
    text.chars().take(80).collect()
}

/// A day of the week.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
    strum::Display,
)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the days of the week need no explanation")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl From<jiff::civil::Weekday> for Weekday {
    fn from(day: jiff::civil::Weekday) -> Self {
        match day {
            jiff::civil::Weekday::Monday => Self::Monday,
            jiff::civil::Weekday::Tuesday => Self::Tuesday,
            jiff::civil::Weekday::Wednesday => Self::Wednesday,
            jiff::civil::Weekday::Thursday => Self::Thursday,
            jiff::civil::Weekday::Friday => Self::Friday,
            jiff::civil::Weekday::Saturday => Self::Saturday,
            jiff::civil::Weekday::Sunday => Self::Sunday,
        }
    }
}

/// The name of an IANA time zone, such as `America/St_Johns`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, schemars::JsonSchema)]
#[schemars(with = "String")]
pub struct TimeZoneName(Arc<str>);

as_text!(TimeZoneName, |it, serializer| serializer.serialize_str(&it.0));

impl TimeZoneName {
    /// Returns the name of the zone that is none of any place.
    pub fn utc() -> Self {
        Self("UTC".into())
    }

    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the rules of the zone, from the time zone database inside the program.
    ///
    /// Never the computer's own database: the same plan means the same instants everywhere.
    ///
    /// # Panics
    ///
    /// Never: a name that exists was found in the same database.
    pub fn rules(&self) -> TimeZone {
        TimeZoneDatabase::bundled()
            .get(&self.0)
            .expect("because the name was found in this database when it was parsed")
    }
}

/// A text is not the name of a time zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTimeZone {
    /// No such zone is known.
    #[error("`{text}` is not an IANA time zone: write one such as `America/Chicago`")]
    Unknown {
        /// What was given.
        text: String,
    },
    /// The zone is spelled otherwise.
    #[error("the time zone `{text}` is spelled `{spelling}`")]
    Misspelled {
        /// What was given.
        text: String,
        /// The right spelling.
        spelling: String,
    },
}

impl std::str::FromStr for TimeZoneName {
    type Err = InvalidTimeZone;

    fn from_str(text: &str) -> Result<Self, InvalidTimeZone> {
        // Sites by the thousand name a handful of zones.
        static KNOWN: LazyLock<Mutex<BTreeSet<Arc<str>>>> = LazyLock::new(Mutex::default);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(name) = known.get(text) {
            return Ok(Self(name.clone()));
        }
        let unknown = || InvalidTimeZone::Unknown { text: excerpt(text) };
        let zone = TimeZoneDatabase::bundled().get(text).map_err(|_| {
            let spelled = spelled_alike(text);
            spelled.map_or_else(unknown, |spelling| InvalidTimeZone::Misspelled {
                text: excerpt(text),
                spelling,
            })
        })?;
        match zone.iana_name() {
            Some(_) if zone.is_unknown() => Err(unknown()),
            Some(name) if name == text => {
                let name: Arc<str> = text.into();
                known.insert(name.clone());
                Ok(Self(name))
            }
            Some(name) => {
                Err(InvalidTimeZone::Misspelled { text: excerpt(text), spelling: name.to_owned() })
            }
            None => Err(unknown()),
        }
    }
}

/// Returns the zone that has the letters of `text`, with others between them: `_` is easily left out.
fn spelled_alike(text: &str) -> Option<String> {
    let letters = |it: &str| -> String {
        it.chars().filter(char::is_ascii_alphanumeric).map(|it| it.to_ascii_lowercase()).collect()
    };
    let wanted = letters(text);
    let bundled = TimeZoneDatabase::bundled();
    let mut known = bundled.available();
    known.find(|it| letters(it.as_str()) == wanted).map(|it| it.as_str().to_owned())
}

impl TryFrom<String> for TimeZoneName {
    type Error = InvalidTimeZone;
    fn try_from(text: String) -> Result<Self, InvalidTimeZone> {
        text.parse()
    }
}

impl From<TimeZoneName> for String {
    fn from(name: TimeZoneName) -> Self {
        name.0.as_ref().to_owned()
    }
}

impl fmt::Display for TimeZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests;
