//! The bandwidth budget: how much of each line running transfers hold, and whether one more fits.
//!
//! A transfer is granted the whole rate it was planned with, or it waits. Half
//! a rate would break the proof that its work ends inside the window, and the
//! site would find that out at the worst moment. A budget is rebuilt from the
//! running transfers each time, so that nothing is ever counted twice or lost.
//!
//! House rule: no line ever carries more than its limit: not the site's, not
//! the uplink's, not the source's.

use model::id::{LineId, SiteId};
use model::link::{BandwidthLimits, Link, LinkTime, Uplink};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// How much of each line is held.
#[derive(Clone, Debug)]
pub struct Budget<'a> {
    source_kbit_per_s: Option<u32>,
    uplinks: BTreeMap<&'a LineId, u32>,
    held_at_source: u64,
    held_at_uplink: BTreeMap<LineId, u64>,
    held_at_site: BTreeMap<SiteId, u64>,
}

/// A transfer that wants to start.
#[derive(Clone, Copy, Debug)]
pub struct Demand<'a> {
    /// The site it goes to.
    pub site: &'a SiteId,
    /// The site's link.
    pub link: &'a Link,
    /// Whether the site's window is open.
    pub when: LinkTime,
    /// The rate it wants, in kbit/s; never granted beyond the link's share.
    pub wanted_kbit_per_s: u32,
}

impl<'a> Demand<'a> {
    /// Returns the demand for all that may be used of `link`, which is what a fit is reckoned with.
    pub fn whole_share(site: &'a SiteId, link: &'a Link, when: LinkTime) -> Self {
        Self { site, link, when, wanted_kbit_per_s: link.usable_kbit_per_s(when) }
    }
}

/// The rate that a transfer holds while it runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The site it goes to.
    pub site: SiteId,
    /// The uplink on the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uplink: Option<LineId>,
    /// The rate, in kbit/s, never zero.
    pub kbit_per_s: u32,
}

/// A transfer has to wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shortage {
    /// The line that is too full, the nearest to the site where there are several.
    pub at: Bottleneck,
    /// The rate that is wanted, in kbit/s.
    pub wanted_kbit_per_s: u32,
    /// The rate that is free, in kbit/s.
    pub free_kbit_per_s: u32,
}

/// A line that carries as much as it may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bottleneck {
    /// The site's own link.
    Site,
    /// An uplink that it shares.
    Uplink(LineId),
    /// The source.
    Source,
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            Bottleneck::Site => f.write_str("the site's link")?,
            Bottleneck::Uplink(name) => write!(f, "the uplink {name}")?,
            Bottleneck::Source => f.write_str("the source")?,
        }
        let Self { wanted_kbit_per_s: wanted, free_kbit_per_s: free, .. } = self;
        write!(f, " has {free} kbit/s free and the transfer wants {wanted} kbit/s")
    }
}

impl<'a> Budget<'a> {
    /// Returns the budget under `limits` of which `running` transfers hold their part.
    pub fn new<'g>(
        limits: &'a BandwidthLimits,
        running: impl IntoIterator<Item = &'g Grant>,
    ) -> Self {
        let usable = |it: &'a Uplink| (&it.id, it.usable_kbit_per_s());
        let mut budget = Self {
            source_kbit_per_s: limits.source_kbit_per_s,
            uplinks: limits.uplinks.iter().map(usable).collect(),
            held_at_source: 0,
            held_at_uplink: BTreeMap::new(),
            held_at_site: BTreeMap::new(),
        };
        running.into_iter().for_each(|grant| budget.hold(grant));
        budget
    }

    /// Grants what `demand` wants and holds it, or says which line is too full.
    ///
    /// A wish beyond the link's share is cut to it. A link or uplink of which nothing may be
    /// used, and an uplink that the limits do not name, grant nothing.
    ///
    /// # Errors
    ///
    /// Returns the nearest line to the site that is too full: wait until a transfer on it ends.
    pub fn grant(&mut self, demand: &Demand<'_>) -> Result<Grant, Shortage> {
        let Demand { site, link, when, wanted_kbit_per_s } = *demand;
        let share = link.usable_kbit_per_s(when);
        let wanted = wanted_kbit_per_s.min(share);
        let free_at_site = free(share, self.held_at_site.get(site));
        let free_at_uplink = |name: &LineId| {
            let limit = self.uplinks.get(name).copied().unwrap_or(0);
            free(limit, self.held_at_uplink.get(name))
        };
        let mut lines = vec![(Bottleneck::Site, free_at_site)];
        if let Some(name) = &link.uplink {
            lines.push((Bottleneck::Uplink(name.clone()), free_at_uplink(name)));
        }
        if let Some(limit) = self.source_kbit_per_s {
            lines.push((Bottleneck::Source, free(limit, Some(&self.held_at_source))));
        }
        // A transfer that was granted nothing would run for ever.
        let full = lines.into_iter().find(|(_, free)| wanted == 0 || *free < wanted);
        if let Some((at, free_kbit_per_s)) = full {
            return Err(Shortage { at, wanted_kbit_per_s: wanted, free_kbit_per_s });
        }
        let grant = Grant { site: site.clone(), uplink: link.uplink.clone(), kbit_per_s: wanted };
        self.hold(&grant);
        Ok(grant)
    }

    fn hold(&mut self, grant: &Grant) {
        let rate = u64::from(grant.kbit_per_s);
        self.held_at_source += rate;
        *self.held_at_site.entry(grant.site.clone()).or_default() += rate;
        if let Some(name) = &grant.uplink {
            *self.held_at_uplink.entry(name.clone()).or_default() += rate;
        }
    }
}

/// Returns what is left of `limit`: nothing where more than that is held, because the limit
/// was lowered or a window has ended since.
fn free(limit: u32, held: Option<&u64>) -> u32 {
    let held = u32::try_from(held.copied().unwrap_or(0)).unwrap_or(u32::MAX);
    limit.saturating_sub(held)
}
