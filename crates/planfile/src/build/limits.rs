//! Limits over all sites, and where they come from when a plan names none.
//!
//! House rule: everything has a limit, with the reason for its value.

use super::Building;
use crate::written;
use model::plan::Limits;

/// The most sites deploying at once: more than a release team can watch.
pub(crate) const SITES_AT_ONCE: u32 = 100;

/// The most computers of one site at once: a small site's switch carries them.
pub(crate) const COMPUTERS_AT_ONCE: u32 = 8;

/// The most orders in flight: one worker process carries them without swapping.
pub(crate) const ORDERS_AT_ONCE: u32 = 256;

/// The share of a link inside its window, in percent: alarms and tills use the same line.
pub(crate) const WINDOW_SHARE_PERCENT: u8 = 60;

/// The share of a link outside its window, in percent: people are at work.
pub(crate) const OUTSIDE_SHARE_PERCENT: u8 = 25;

/// How long a site may be deploying, in seconds: a night and a day, longer than any window.
pub(crate) const SITE_DEADLINE_S: u32 = 24 * 3600;

impl Building<'_> {
    pub(super) fn limits(&mut self, written: Option<written::Limits>) -> Limits {
        let written = written.unwrap_or_default();
        for rate in written.source.iter().chain(written.uplinks.values()) {
            self.limit(Some(rate.map(|it| it.kbit_per_s)), 1);
        }
        let deadline = written.site_deadline.map(|it| it.map(|length| length.0));
        Limits {
            sites_at_once: self.limit(written.sites_at_once, SITES_AT_ONCE),
            computers_at_once_per_site: self
                .limit(written.computers_at_once_per_site, COMPUTERS_AT_ONCE),
            orders_at_once: self.limit(written.orders_at_once, ORDERS_AT_ONCE),
            source_kbit_per_s: written.source.map(|it| it.kbit_per_s.into()),
            uplinks_kbit_per_s: written
                .uplinks
                .into_iter()
                .map(|(name, rate)| (name.to_string(), rate.kbit_per_s.into()))
                .collect(),
            window_share_percent: self.percent(written.window_share_percent, WINDOW_SHARE_PERCENT),
            outside_share_percent: self
                .percent(written.outside_share_percent, OUTSIDE_SHARE_PERCENT),
            site_deadline_s: self.limit(deadline, SITE_DEADLINE_S),
            component_deadline_s: written.component_deadline.map(|it| {
                let length = it.map(|length| length.0);
                self.limit(Some(length), Limits::COMPONENT_DEADLINE_S)
            }),
        }
    }
}
