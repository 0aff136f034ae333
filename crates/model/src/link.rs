//! Links: a site's line to the rest of the network, and how much of it a deployment may use.
//!
//! House rule: a share is a rate. "50 %" means half the rate all of the time,
//! never the whole rate half of the time: the people at the site work on the same line.

use crate::id::LineId;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A site's line to the rest of the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Its rate towards the site, in kbit/s.
    pub kbit_per_s: u32,
    /// What it is made of.
    pub kind: LinkKind,
    /// The share of it that a deployment may use inside a maintenance window.
    #[serde(default = "Percent::in_window")]
    pub share_in_window_percent: Percent,
    /// The share of it that a deployment may use at all other times.
    #[serde(default = "Percent::outside")]
    pub share_outside_percent: Percent,
    /// The uplink that it shares with other sites.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uplink: Option<LineId>,
}

impl Link {
    /// Returns a line of `kbit_per_s` with the shares of a plan that names none.
    pub fn new(kbit_per_s: u32, kind: LinkKind) -> Self {
        Self {
            kbit_per_s,
            kind,
            share_in_window_percent: Percent::in_window(),
            share_outside_percent: Percent::outside(),
            uplink: None,
        }
    }

    /// Returns the share that may be used `when`.
    pub fn share(&self, when: LinkTime) -> Percent {
        match when {
            LinkTime::InWindow => self.share_in_window_percent,
            LinkTime::OutsideWindow => self.share_outside_percent,
        }
    }

    /// Returns the rate that may be used `when`, in kbit/s, rounded down.
    pub fn usable_kbit_per_s(&self, when: LinkTime) -> u32 {
        self.share(when).of(self.kbit_per_s)
    }
}

/// When a link is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkTime {
    /// Inside one of the site's maintenance windows.
    InWindow,
    /// At any other time.
    OutsideWindow,
}

/// What a link is made of. It decides nothing; people who plan want to see it.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
    strum::Display,
    strum::EnumString,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum LinkKind {
    /// A network that the site shares with the source.
    Local,
    /// A line leased for the site alone.
    LeasedLine,
    /// Optical fibre.
    Fibre,
    /// Television cable.
    Cable,
    /// A telephone line.
    Dsl,
    /// A mobile network.
    Lte,
    /// A radio link.
    Microwave,
    /// A satellite.
    Satellite,
}

/// A share from 0 to 100 percent.
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
#[serde(try_from = "u8", into = "u8")]
#[schemars(with = "u8", extend("maximum" = 100))]
pub struct Percent(u8);

impl Percent {
    /// Everything.
    pub const ALL: Self = Self(100);

    /// The share inside a window where a plan names none: the site is closed, but its
    /// alarms, tills and backups use the same line.
    pub const IN_WINDOW_DEFAULT: Self = Self(60);

    /// The share outside windows where a plan names none: people are at work.
    pub const OUTSIDE_DEFAULT: Self = Self(25);

    fn in_window() -> Self {
        Self::IN_WINDOW_DEFAULT
    }

    fn outside() -> Self {
        Self::OUTSIDE_DEFAULT
    }

    /// Returns the whole of it.
    pub fn all() -> Self {
        Self::ALL
    }

    /// Returns this share of `rate`, rounded down.
    pub fn of(self, rate: u32) -> u32 {
        let share = u64::from(rate) * u64::from(self.0) / 100;
        u32::try_from(share).expect("because a share is never more than the whole")
    }
}

/// A number is not a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{number} is not a share in percent: write a whole number from 0 to 100")]
pub struct InvalidPercent {
    /// What was given.
    pub number: u8,
}

impl TryFrom<u8> for Percent {
    type Error = InvalidPercent;
    fn try_from(number: u8) -> Result<Self, InvalidPercent> {
        if number <= 100 { Ok(Self(number)) } else { Err(InvalidPercent { number }) }
    }
}

impl From<Percent> for u8 {
    fn from(percent: Percent) -> Self {
        percent.0
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", self.0)
    }
}

/// What may leave the source, and what sites share on the way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BandwidthLimits {
    /// The most that all transfers together may take at the source, in kbit/s. Without it the
    /// source is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_kbit_per_s: Option<u32>,
    /// The uplinks that sites share.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uplinks: Vec<Uplink>,
}

/// A line that several sites share on their way to the source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Uplink {
    /// Its name, such as `pacific-ring`.
    pub id: LineId,
    /// Its rate towards the sites, in kbit/s.
    pub kbit_per_s: u32,
    /// The share of it that a deployment may use.
    #[serde(default = "Percent::all")]
    pub share_percent: Percent,
}

impl Uplink {
    /// Returns the rate that may be used, in kbit/s, rounded down.
    pub fn usable_kbit_per_s(&self) -> u32 {
        self.share_percent.of(self.kbit_per_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_reads_with_cautious_defaults_and_reads_back() {
        let link: Link = serde_json::from_str(r#"{"kbit_per_s":2000,"kind":"satellite"}"#).unwrap();
        assert_eq!(link, Link::new(2000, LinkKind::Satellite));
        assert_eq!(
            serde_json::to_string(&link).unwrap(),
            r#"{"kbit_per_s":2000,"kind":"satellite","share_in_window_percent":60,"share_outside_percent":25}"#
        );
        for wrong in [
            r#"{"kbit_per_s":2000,"kind":"string"}"#,
            r#"{"kbit_per_s":-1,"kind":"lte"}"#,
            r#"{"kbit_per_s":1,"kind":"lte","share_in_window_percent":101}"#,
            r#"{"kbit_per_s":1,"kind":"lte","mbit_per_s":1}"#,
        ] {
            assert!(serde_json::from_str::<Link>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_share_is_a_part_of_the_rate_rounded_down() {
        for (percent, rate, share) in [
            (60, 500_000, 300_000),
            (25, 2_000, 500),
            (50, 3, 1),
            (0, 9, 0),
            (100, u32::MAX, u32::MAX),
        ] {
            assert_eq!(
                Percent::try_from(percent).unwrap().of(rate),
                share,
                "{percent} % of {rate}"
            );
        }
    }

    #[test]
    fn the_time_decides_the_share() {
        let link = Link::new(6_000, LinkKind::Lte);
        for (when, rate) in [(LinkTime::InWindow, 3_600), (LinkTime::OutsideWindow, 1_500)] {
            assert_eq!(link.usable_kbit_per_s(when), rate);
        }
    }
}
