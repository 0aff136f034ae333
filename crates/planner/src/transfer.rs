//! Transfers: whether a site's payload fits through its link in time, and what to do where not.
//!
//! A window that ends half-way through an installation is worse than one that
//! was never begun. So the work must be shown to fit before it starts: what the
//! site really lacks, through the share of the link that it may use, then the
//! installation, then a margin. What does not fit is sent ahead, which changes
//! nothing at the site; what cannot be sent ahead either is refused with the reason.
//!
//! Source: Deploy SMF, Process 2, Table 5 (schedule and resources).
//! House rule: downloads may run outside a window, changes may not.

mod budget;
#[cfg(test)]
pub(crate) mod sample;

pub use budget::{Bottleneck, Budget, Demand, Grant, Shortage};

use model::link::{Link, LinkTime, Percent};
use serde::Serialize;
use std::fmt;

/// The longest time, in seconds, that a payload may be on its way ahead of a window. After two
/// weeks a disk in the post is faster, and the release is hardly the same any more.
pub const PRE_STAGE_S_MAX: u64 = 14 * 24 * 3600;

/// What a site lacks of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payload {
    /// Bytes that the site needs once, however many computers it has.
    pub site_bytes: u64,
    /// Bytes that each computer needs.
    pub each_computer_bytes: u64,
    /// The computers that lack them.
    pub computers: u32,
    /// Whether one computer passes them on to the others.
    pub cache: SiteCache,
}

/// Whether a site keeps what it has received for its other computers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteCache {
    /// It does: the link carries everything once.
    Present,
    /// It does not: the link carries a copy for each computer.
    Absent,
}

impl Payload {
    /// Nothing: it is there, or there is none.
    pub const NONE: Self =
        Self { site_bytes: 0, each_computer_bytes: 0, computers: 0, cache: SiteCache::Absent };

    /// Returns the bytes that go over the site's link.
    pub fn link_bytes(&self) -> u64 {
        let copies = match self.cache {
            SiteCache::Present => self.computers.min(1),
            SiteCache::Absent => self.computers,
        };
        self.site_bytes.saturating_add(self.each_computer_bytes.saturating_mul(copies.into()))
    }
}

/// What is to be done at a site within one window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SiteWork {
    /// What must be there first.
    pub payload: Payload,
    /// How long installing takes, in seconds.
    pub install_s: u32,
    /// What is kept free at the end of the window, in seconds.
    pub margin_s: u32,
}

impl SiteWork {
    /// Returns how long the changes take with what is kept free, in seconds.
    pub fn changes_s(&self) -> u64 {
        u64::from(self.install_s) + u64::from(self.margin_s)
    }

    /// Returns how long a window must be for all of it at the end of `link`, in seconds: the payload
    /// first, where the link is known. Nothing where no payload comes during a window.
    pub fn needed_s(&self, link: Option<&Link>) -> Option<u64> {
        let transfer_s = match link {
            Some(link) => self.transfer_s(link, LinkTime::InWindow)?,
            None => 0,
        };
        Some(transfer_s.saturating_add(self.changes_s()))
    }

    fn transfer_s(&self, link: &Link, when: LinkTime) -> Option<u64> {
        transfer_time_s(self.payload.link_bytes(), link.kbit_per_s, link.share(when))
    }
}

/// How a site's work fits into its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fit {
    /// Everything happens inside the window.
    InWindow {
        /// The transfer, at the share inside the window, in seconds.
        transfer_s: u64,
        /// The installation, in seconds.
        install_s: u32,
        /// What is kept free, in seconds.
        margin_s: u32,
    },
    /// The installation fits, the transfer before it does not: the payload is sent ahead.
    PreStage {
        /// The transfer, at the share outside windows, in seconds.
        transfer_s: u64,
        /// The installation, in seconds.
        install_s: u32,
        /// What is kept free, in seconds.
        margin_s: u32,
    },
    /// It cannot be done.
    Never {
        /// Why.
        why: Misfit,
    },
}

/// Why a site's work fits into no window of its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Misfit {
    /// The installation alone is too long.
    Work {
        /// What it needs with its margin, in seconds.
        needed_s: u64,
        /// What the window has, in seconds.
        window_s: u64,
    },
    /// The transfer does not fit into the window, and nothing may be sent outside windows.
    NoShareOutside,
    /// The transfer takes too long even ahead of the window.
    SlowLink {
        /// What it needs at the share outside windows, in seconds.
        needed_s: u64,
    },
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Work { needed_s, window_s } => write!(
                f,
                "installing with its margin needs {} min and the window has {} min",
                needed_s.div_ceil(60),
                window_s / 60
            ),
            Self::NoShareOutside => f.write_str(
                "the payload does not fit into the window and no share of the link may be used outside",
            ),
            Self::SlowLink { needed_s } => write!(
                f,
                "sending the payload ahead takes {} h, longer than {} h",
                needed_s.div_ceil(3600),
                PRE_STAGE_S_MAX / 3600
            ),
        }
    }
}

/// Returns how `work` fits into a window of `window_s` seconds at the end of `link`.
pub fn fits(window_s: u64, link: &Link, work: &SiteWork) -> Fit {
    let SiteWork { install_s, margin_s, .. } = *work;
    let changes_s = work.changes_s();
    if changes_s > window_s {
        return Fit::Never { why: Misfit::Work { needed_s: changes_s, window_s } };
    }
    if let Some(needed_s) = work.needed_s(Some(link))
        && needed_s <= window_s
    {
        return Fit::InWindow { transfer_s: needed_s - changes_s, install_s, margin_s };
    }
    match work.transfer_s(link, LinkTime::OutsideWindow) {
        None => Fit::Never { why: Misfit::NoShareOutside },
        Some(needed_s) if needed_s > PRE_STAGE_S_MAX => {
            Fit::Never { why: Misfit::SlowLink { needed_s } }
        }
        Some(transfer_s) => Fit::PreStage { transfer_s, install_s, margin_s },
    }
}

/// Returns how long `bytes` take through `share` of `kbit_per_s`, in seconds, rounded up.
///
/// Nothing takes no time; something takes for ever where there is no rate, and nothing is returned.
pub fn transfer_time_s(bytes: u64, kbit_per_s: u32, share: Percent) -> Option<u64> {
    // 1 kbit/s is 125 bytes a second. The rate is rounded down as `Budget` grants it.
    match (bytes, u64::from(share.of(kbit_per_s)) * 125) {
        (0, _) => Some(0),
        (_, 0) => None,
        (bytes, bytes_per_s) => Some(bytes.div_ceil(bytes_per_s)),
    }
}

#[cfg(test)]
mod tests;
