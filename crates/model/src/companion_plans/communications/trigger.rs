//! When a message is sent: relative to a site's slot, or on an event.
//!
//! House rule: a day is a day of the calendar. `T-28 d` is the same time of day in the site's own
//! zone, whatever the clocks do in between.

use crate::window::CivilTime;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// When a message is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// Before the site's slot, or, from `T+0` on, after the site has come into service.
    Slot(Offset),
    /// When a site's slot is moved.
    SlotMoved,
    /// When something happens to a site.
    Site(Vec<SiteMoment>),
    /// At a milestone, or so long after it.
    Milestone(MilestoneMoment, Offset),
}

/// A distance in days and hours, and the time of day at which it ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offset {
    /// Days of the calendar; negative before.
    pub days: i32,
    /// Hours on top.
    pub hours: i32,
    /// The local time of that day; that of the slot where none is given.
    pub at: Option<CivilTime>,
}

/// Something that happens to a site and that people are told of at once.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum SiteMoment {
    /// Its steps begin.
    Started,
    /// Its steps and checks have succeeded.
    Finished,
    /// It is halted.
    Stopped,
    /// It is rolled back.
    RolledBack,
}

/// A milestone that people are told of.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum MilestoneMoment {
    /// The Deployment Stable Interim Milestone.
    DeploymentStable,
    /// The Deployment Complete Milestone.
    DeploymentComplete,
}

/// A text says no time at which Landfall could send something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is no time that Landfall knows: write `T-7 d`, `T+1 d 08:00 local`, `started, finished, stopped`, `Deployment Stable +14 d`, `Deployment Complete` or `any change of a window`"
)]
pub struct UnreadTrigger {
    /// What was written.
    pub text: String,
}

impl Trigger {
    /// Returns whether it lies before the site's slot.
    pub fn is_before_slot(&self) -> bool {
        match self {
            Self::Slot(offset) => offset.is_before(),
            Self::SlotMoved | Self::Site(_) | Self::Milestone(..) => false,
        }
    }
}

impl Offset {
    /// Returns whether it lies before what it is relative to.
    pub fn is_before(self) -> bool {
        self.days < 0 || (self.days == 0 && self.hours < 0)
    }
}

impl FromStr for Trigger {
    type Err = UnreadTrigger;

    fn from_str(text: &str) -> Result<Self, UnreadTrigger> {
        let unread = || UnreadTrigger { text: text.chars().take(80).collect() };
        let lower = text.trim().to_lowercase();
        let lower = lower.as_str();
        if let Some(rest) = lower.strip_prefix('t')
            && rest.trim_start().starts_with(['+', '-'])
        {
            return offset(rest).map(Self::Slot).ok_or_else(unread);
        }
        for (word, milestone) in [
            ("deployment stable", MilestoneMoment::DeploymentStable),
            ("dsim", MilestoneMoment::DeploymentStable),
            ("deployment complete", MilestoneMoment::DeploymentComplete),
            ("dcm", MilestoneMoment::DeploymentComplete),
        ] {
            if let Some(rest) = lower.strip_prefix(word) {
                let after =
                    if rest.trim().is_empty() { Some(Offset::default()) } else { offset(rest) };
                let after = after.filter(|it| !it.is_before()).ok_or_else(unread)?;
                return Ok(Self::Milestone(milestone, after));
            }
        }
        if matches!(lower, "any change of a window" | "on any window change" | "slot moved") {
            return Ok(Self::SlotMoved);
        }
        let words = lower.replace(" or ", ",").replace(" and ", ",");
        let moments: Option<Vec<SiteMoment>> = words.split(',').map(moment).collect();
        moments.map(Self::Site).ok_or_else(unread)
    }
}

fn moment(word: &str) -> Option<SiteMoment> {
    match word.trim() {
        "started" => Some(SiteMoment::Started),
        "finished" => Some(SiteMoment::Finished),
        "stopped" | "halted" => Some(SiteMoment::Stopped),
        "rolled back" => Some(SiteMoment::RolledBack),
        _ => None,
    }
}

/// Returns the offset written as `-28 d`, `+1 d 08:00 local`, `-2 h` or `+0`.
fn offset(text: &str) -> Option<Offset> {
    let text = text.trim();
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let rest = rest.trim_start();
    let digits = rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(rest.len());
    let (count, rest) = rest.split_at_checked(digits)?;
    let count: i32 = count.parse().ok().filter(|it| (0..=400).contains(it))?;
    let mut words = rest.split_whitespace();
    let mut offset = Offset::default();
    match words.next() {
        Some("d" | "day" | "days") => offset.days = sign * count,
        Some("h" | "hour" | "hours") => offset.hours = sign * count,
        None if count == 0 => {}
        Some(_) | None => return None,
    }
    match (words.next(), words.next(), words.next()) {
        (None, ..) => {}
        (Some(time), None | Some("local"), None) => offset.at = Some(time.parse().ok()?),
        _ => return None,
    }
    Some(offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match text.parse::<Trigger>() {
            Ok(Trigger::Slot(it)) => format!(
                "slot {:+} d {:+} h {:?}",
                it.days,
                it.hours,
                it.at.map(|it| it.to_string())
            ),
            Ok(it) => format!("{it:?}"),
            Err(_) => "unread".to_owned(),
        }
    }

    #[test]
    fn a_trigger_is_read_as_people_write_it() {
        for (text, is) in [
            ("T-28 d", "slot -28 d +0 h None"),
            ("T+0", "slot +0 d +0 h None"),
            ("t -2 h", "slot +0 d -2 h None"),
            ("T+1 d 08:00 local", "slot +1 d +0 h Some(\"08:00\")"),
            ("T-1 day 17:30", "slot -1 d +0 h Some(\"17:30\")"),
            ("any change of a window", "SlotMoved"),
            ("started, finished or stopped", "Site([Started, Finished, Stopped])"),
            ("T-7", "unread"),
            ("T-7 weeks", "unread"),
            ("T-9999 d", "unread"),
            ("T-1 d noon", "unread"),
            ("The week before", "unread"),
            ("Deployment Stable-3 d", "unread"),
            ("", "unread"),
        ] {
            assert_eq!(read(text), is, "{text}");
        }
        for text in ["Deployment Stable+14 d", "DSIM +14 d"] {
            let after = Offset { days: 14, ..Offset::default() };
            let expected = Trigger::Milestone(MilestoneMoment::DeploymentStable, after);
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        assert!("Deployment Complete".parse::<Trigger>().is_ok());
    }
}
