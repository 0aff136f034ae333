//! Freezes: times in which nothing is changed, whatever the windows say.
//!
//! A freeze never fails anything: what it holds back waits until it is over.
//! Some work may be let through by its tag, such as a `revisit` of a site that
//! was deployed before. Where two freezes meet, both must let it through.
//!
//! House rule: deny beats allow.

use crate::id::{LineId, RingId, SiteId};
use crate::window::{CivilTime, InvalidTimeZone, TimeZoneName, WrittenDate, excerpt};
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// A time in which nothing is changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "FreezeFields", into = "FreezeFields")]
#[schemars(with = "FreezeFields")]
pub struct Freeze {
    /// Its name, such as `easter`.
    pub name: LineId,
    /// From when to when.
    pub span: FreezeSpan,
    /// Whose clocks are meant.
    pub zone: FreezeZone,
    /// Why, for people who wait on it.
    pub why: String,
    /// The tags of work that it lets through.
    pub allow: BTreeSet<LineId>,
    /// What it holds back.
    pub scope: FreezeScope,
}

/// From when to when a freeze lasts, in civil time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FreezeSpan {
    /// Whole days, the first and the last included.
    Days {
        /// The first day.
        first: Date,
        /// The last day.
        last: Date,
    },
    /// From a minute up to, and not including, another.
    Times {
        /// When it begins.
        from: DateTime,
        /// When it is over.
        to: DateTime,
    },
}

impl FreezeSpan {
    /// Returns the civil time at which it begins.
    pub fn start(self) -> DateTime {
        match self {
            Self::Days { first, .. } => first.to_datetime(CivilTime::MIDNIGHT.time()),
            Self::Times { from, .. } => from,
        }
    }

    /// Returns the civil time at which it is over.
    pub fn end(self) -> DateTime {
        match self {
            Self::Days { last, .. } => last
                .tomorrow()
                .map_or(DateTime::MAX, |it| it.to_datetime(CivilTime::MIDNIGHT.time())),
            Self::Times { to, .. } => to,
        }
    }
}

/// Whose clocks a freeze means.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub enum FreezeZone {
    /// Those of each site, so that it begins and ends at each at another instant.
    #[default]
    Site,
    /// Those of one zone, so that it begins and ends everywhere at once.
    Named(TimeZoneName),
}

impl FreezeZone {
    /// Returns the zone that is meant at a site in zone `site`.
    pub fn at<'a>(&'a self, site: &'a TimeZoneName) -> &'a TimeZoneName {
        match self {
            Self::Site => site,
            Self::Named(zone) => zone,
        }
    }
}

impl TryFrom<String> for FreezeZone {
    type Error = InvalidTimeZone;
    fn try_from(text: String) -> Result<Self, InvalidTimeZone> {
        if text == "site" { Ok(Self::Site) } else { text.parse().map(Self::Named) }
    }
}

impl From<FreezeZone> for String {
    fn from(zone: FreezeZone) -> Self {
        match zone {
            FreezeZone::Site => "site".to_owned(),
            FreezeZone::Named(zone) => zone.into(),
        }
    }
}

/// What a freeze holds back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FreezeScope {
    /// Everything: core components and all sites.
    #[default]
    All,
    /// These sites.
    Sites(BTreeSet<SiteId>),
    /// The sites of these rings.
    Rings(BTreeSet<RingId>),
}

/// A piece of work that a freeze may hold back.
#[derive(Clone, Copy, Debug)]
pub enum FreezeSubject<'a> {
    /// Work on a core component.
    Core,
    /// Work at a site.
    Site {
        /// The site.
        site: &'a SiteId,
        /// Its ring.
        ring: &'a RingId,
    },
}

impl Freeze {
    /// Returns whether this freeze, while it lasts, holds back work on `subject` with `tags`.
    pub fn forbids(&self, subject: FreezeSubject<'_>, tags: &BTreeSet<LineId>) -> bool {
        let meant = match (&self.scope, subject) {
            (FreezeScope::All, FreezeSubject::Core | FreezeSubject::Site { .. }) => true,
            (FreezeScope::Sites(sites), FreezeSubject::Site { site, .. }) => sites.contains(site),
            (FreezeScope::Rings(rings), FreezeSubject::Site { ring, .. }) => rings.contains(ring),
            (FreezeScope::Sites(_) | FreezeScope::Rings(_), FreezeSubject::Core) => false,
        };
        meant && self.allow.is_disjoint(tags)
    }
}

/// A freeze as it is written. Either `first` and `last` name whole days, or `from` and `to`
/// name minutes.
#[derive(Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct FreezeFields {
    /// Its name.
    name: LineId,
    /// The first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first: Option<WrittenDate>,
    /// The last day; it is frozen too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<WrittenDate>,
    /// When it begins, such as `2027-02-12T18:00`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<WrittenDateTime>,
    /// When it is over, such as `2027-02-16T06:00`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<WrittenDateTime>,
    /// Whose clocks are meant: `site` or an IANA time zone.
    #[serde(default)]
    zone: FreezeZone,
    /// Why, for people who wait on it.
    why: String,
    /// The tags of work that it lets through.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    allow: BTreeSet<LineId>,
    /// What it holds back: `all`, or `sites` or `rings` with their names.
    #[serde(default)]
    scope: FreezeScope,
}

/// A freeze contradicts itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFreeze {
    /// Its days or times are missing, half given, or given twice.
    #[error("the freeze `{name}` has either `first` and `last` (days) or `from` and `to` (times)")]
    Span {
        /// The freeze.
        name: LineId,
    },
    /// It is over before it begins.
    #[error("the freeze `{name}` is over before it begins")]
    Backwards {
        /// The freeze.
        name: LineId,
    },
    /// It has no reason.
    #[error("the freeze `{name}` says why (`why`), because people will wait on it")]
    NoReason {
        /// The freeze.
        name: LineId,
    },
}

impl TryFrom<FreezeFields> for Freeze {
    type Error = InvalidFreeze;

    fn try_from(written: FreezeFields) -> Result<Self, InvalidFreeze> {
        let FreezeFields { name, first, last, from, to, zone, why, allow, scope } = written;
        let span = match (first, last, from, to) {
            (Some(first), Some(last), None, None) => {
                FreezeSpan::Days { first: first.0, last: last.0 }
            }
            (None, None, Some(from), Some(to)) => FreezeSpan::Times { from: from.0, to: to.0 },
            _ => return Err(InvalidFreeze::Span { name }),
        };
        if span.end() <= span.start() {
            return Err(InvalidFreeze::Backwards { name });
        }
        if why.trim().is_empty() {
            return Err(InvalidFreeze::NoReason { name });
        }
        Ok(Self { name, span, zone, why, allow, scope })
    }
}

impl From<Freeze> for FreezeFields {
    fn from(freeze: Freeze) -> Self {
        let Freeze { name, span, zone, why, allow, scope } = freeze;
        let (first, last, from, to) = match span {
            FreezeSpan::Days { first, last } => {
                (Some(WrittenDate(first)), Some(WrittenDate(last)), None, None)
            }
            FreezeSpan::Times { from, to } => {
                (None, None, Some(WrittenDateTime(from)), Some(WrittenDateTime(to)))
            }
        };
        Self { name, first, last, from, to, zone, why, allow, scope }
    }
}

/// A civil date and time, to the minute. Strict, because an offset would be lost.
#[derive(Clone, Copy, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
struct WrittenDateTime(DateTime);

/// A text is not a civil date and time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a date with a time of day: write it such as 2027-02-12T18:00")]
pub struct InvalidDateTime {
    /// What was given.
    pub text: String,
}

impl TryFrom<String> for WrittenDateTime {
    type Error = InvalidDateTime;

    fn try_from(text: String) -> Result<Self, InvalidDateTime> {
        text.split_once(['T', ' '])
            .and_then(|(date, time)| {
                let date = WrittenDate::try_from(date.to_owned()).ok()?;
                let time = time.parse::<CivilTime>().ok()?;
                Some(Self(date.0.to_datetime(time.time())))
            })
            .ok_or_else(|| InvalidDateTime { text: excerpt(&text) })
    }
}

impl From<WrittenDateTime> for String {
    fn from(written: WrittenDateTime) -> Self {
        written.to_string()
    }
}

impl fmt::Display for WrittenDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.strftime("%Y-%m-%dT%H:%M"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Freeze, String> {
        serde_json::from_str(text).map_err(|it| it.to_string())
    }

    #[test]
    fn a_freeze_reads_back_as_it_was_written() {
        for text in [
            r#"{"name":"sale","first":"2027-02-12","last":"2027-02-16","zone":"site","why":"sale","scope":"all"}"#,
            r#"{"name":"sale","from":"2027-02-12T18:00","to":"2027-02-16T06:00","zone":"America/Chicago","why":"sale","allow":["revisit"],"scope":{"sites":["B01"]}}"#,
            r#"{"name":"sale","first":"2027-02-12","last":"2027-02-12","zone":"site","why":"sale","scope":{"rings":["broad"]}}"#,
        ] {
            assert_eq!(serde_json::to_string(&read(text).unwrap()).unwrap(), text);
        }
        let short =
            read(r#"{"name":"sale","first":"2027-02-12","last":"2027-02-16","why":"sale"}"#);
        assert_eq!(short.map(|it| (it.zone, it.scope)), Ok((FreezeZone::Site, FreezeScope::All)));
    }

    #[test]
    fn a_freeze_that_contradicts_itself_is_refused_with_the_reason() {
        for (fields, message) in [
            (r#""first":"2027-02-12","why":"sale""#, "has either `first` and `last`"),
            (r#""first":"2027-02-12","to":"2027-02-16T00:00","why":"s""#, "has either `first`"),
            (r#""first":"2027-02-12","last":"2027-02-11","why":"s""#, "is over before it begins"),
            (r#""from":"2027-02-12T18:00","to":"2027-02-12T18:00","why":"s""#, "is over before"),
            (r#""first":"2027-02-12","last":"2027-02-16","why":" ""#, "says why"),
            (r#""from":"2027-02-12","to":"2027-02-16","why":"s""#, "is not a date with a time"),
            (r#""from":"2027-02-12T18:00Z","to":"2027-02-16","why":"s""#, "is not a date with"),
            (
                r#""first":"2027-02-12","last":"2027-02-16","why":"s","zone":"Site""#,
                "`Site` is not",
            ),
            (r#""first":"2027-02-12","last":"2027-02-16","why":"s","who":"me""#, "unknown field"),
        ] {
            let error = read(&format!(r#"{{"name":"sale",{fields}}}"#)).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
    }

    #[test]
    fn whole_days_include_the_last_one() {
        let freeze = read(r#"{"name":"a","first":"2027-02-12","last":"2027-02-16","why":"s"}"#);
        let span = freeze.unwrap().span;
        assert_eq!(span.start().to_string(), "2027-02-12T00:00:00");
        assert_eq!(span.end().to_string(), "2027-02-17T00:00:00");
    }

    #[test]
    fn a_freeze_forbids_what_it_means_and_does_not_let_through() {
        let (site, ring): (SiteId, RingId) = ("B27".parse().unwrap(), "broad".parse().unwrap());
        let at_site = FreezeSubject::Site { site: &site, ring: &ring };
        for (scope, tag, core, forbidden) in [
            (r#""all""#, "first-visit", true, true),
            (r#""all""#, "revisit", false, false),
            (r#"{"sites":["B27"]}"#, "first-visit", false, true),
            (r#"{"sites":["B27"]}"#, "revisit", false, false),
            (r#"{"sites":["B28"]}"#, "first-visit", false, false),
            (r#"{"rings":["broad"]}"#, "first-visit", false, true),
            (r#"{"rings":["pilot"]}"#, "first-visit", false, false),
        ] {
            let text = format!(
                r#"{{"name":"a","first":"2027-02-12","last":"2027-02-16","why":"s","allow":["revisit"],"scope":{scope}}}"#
            );
            let (freeze, tags) = (read(&text).unwrap(), [tag.parse().unwrap()].into());
            assert_eq!(freeze.forbids(at_site, &tags), forbidden, "{tag} under {scope}");
            assert_eq!(freeze.forbids(FreezeSubject::Core, &tags), core, "core, {tag}, {scope}");
        }
    }
}
