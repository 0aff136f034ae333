//! Whether the work of a site fits a window: its payload over its line, and its steps.
//!
//! House rule: the work must end inside of the window, or the content is sent ahead.

use crate::calendar::{Calendar, Interval};
use crate::transfer::{Fit, Payload, SiteCache, SiteWork, fits};
use jiff::Timestamp;
use model::link::{BandwidthLimits, Uplink};
use model::plan::MasterProjectPlan;
use model::site::{Site, SiteTemplate};
use model::step::{Step, StepWork};

/// Returns the limits of the source and of shared uplinks.
pub fn bandwidth_limits(plan: &MasterProjectPlan) -> BandwidthLimits {
    let narrow = |rate: u64| u32::try_from(rate).unwrap_or(u32::MAX);
    let uplinks = plan.limits.uplinks_kbit_per_s.iter().filter_map(|(id, rate)| {
        let id = id.parse().ok()?;
        Some(Uplink { id, kbit_per_s: narrow(*rate), share_percent: model::link::Percent::all() })
    });
    BandwidthLimits {
        source_kbit_per_s: plan.limits.source_kbit_per_s.map(narrow),
        uplinks: uplinks.collect(),
    }
}

/// Returns the work of deploying `site`: its payload, and the seconds that its steps take.
pub fn site_work(plan: &MasterProjectPlan, site: &Site, template: &SiteTemplate) -> SiteWork {
    SiteWork {
        payload: payload(plan, site, template),
        install_s: site.install_s.unwrap_or_else(|| expected_s(plan, site, template)),
        margin_s: template.margin_s,
    }
}

/// Returns what `site` lacks of the release: nothing where it was sent ahead.
pub fn payload(plan: &MasterProjectPlan, site: &Site, template: &SiteTemplate) -> Payload {
    let bytes = |steps: &[Step]| -> u64 {
        let deliverables = steps.iter().filter_map(|step| match &step.work {
            StepWork::Copy { deliverable, .. } => plan.release.deliverable(deliverable),
            StepWork::Run(_)
            | StepWork::Script(_)
            | StepWork::Http { .. }
            | StepWork::Manual { .. } => None,
        });
        deliverables.map(model::release::SolutionDeliverable::planned_bytes).sum()
    };
    let cache = if template.site_cache { SiteCache::Present } else { SiteCache::Absent };
    let computers = u32::try_from(site.computers.len()).unwrap_or(u32::MAX);
    if site.prestaged {
        return Payload { site_bytes: 0, each_computer_bytes: 0, computers, cache };
    }
    Payload {
        site_bytes: bytes(&template.before) + bytes(&template.after),
        each_computer_bytes: bytes(&template.each_computer),
        computers,
        cache,
    }
}

/// Returns how long the steps of `site` are expected to take, phase by phase, in seconds.
pub fn expected_s(plan: &MasterProjectPlan, site: &Site, template: &SiteTemplate) -> u32 {
    let sum = |steps: &[Step]| steps.iter().map(|it| it.expected_s).sum::<u32>();
    let at_once = plan.limits.computers_at_once_per_site.max(1) as usize;
    let waves: usize =
        template.batches(site.computers.len()).iter().map(|it| it.div_ceil(at_once)).sum();
    let waves = u32::try_from(waves).unwrap_or(u32::MAX);
    sum(&template.before)
        + waves.saturating_mul(sum(&template.each_computer))
        + sum(&template.after)
}

/// Returns whether the work of `site` fits into a window of `window_s` seconds; sites without a
/// described link are asked for their steps only.
///
/// # Errors
///
/// With why it does not fit, in words.
pub fn site_fit(
    plan: &MasterProjectPlan,
    site: &Site,
    template: &SiteTemplate,
    window_s: u64,
) -> Result<(), String> {
    let work = site_work(plan, site, template);
    let changes_s = u64::from(work.install_s) + u64::from(work.margin_s);
    let fit = match &site.link {
        Some(link) => fits(window_s, link, &work),
        None if changes_s <= window_s => return Ok(()),
        None => {
            return Err(format!(
                "its steps and the margin take {changes_s} s, its window has {window_s} s"
            ));
        }
    };
    match fit {
        Fit::InWindow { .. } => Ok(()),
        Fit::PreStage { transfer_s, .. } => Err(format!(
            "its payload takes {transfer_s} s to arrive and does not fit its window of {window_s} s: pre-stage it"
        )),
        Fit::Never { why } => Err(format!("its work never fits its window of {window_s} s: {why}")),
    }
}

/// Returns the longest interval of the site's calendar that lies ahead, in seconds, if any.
pub fn longest_window_s(
    calendar: &Calendar<'_>,
    now: Timestamp,
    wanted_s: u64,
) -> Option<Interval> {
    calendar.next_fit(wanted_s, now).or_else(|| calendar.next_fit(1, now))
}
