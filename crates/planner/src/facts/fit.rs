//! Whether the work of a site fits a window: its payload over its line, and its steps.
//!
//! House rule: the work must end inside of the window, or the content is sent ahead.

use crate::calendar::{Calendar, Interval};
use crate::transfer::{Fit, Payload, SiteCache, SiteWork, fits};
use jiff::{SignedDuration, Timestamp};
use model::link::{BandwidthLimits, Uplink};
use model::plan::MasterProjectPlan;
use model::site::{Site, SiteTemplate};
use model::site_care::terms::SiteMode;
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
    // At a site that only gets access no step runs.
    if site.prestaged || site.terms.mode != SiteMode::Client {
        return Payload::NONE;
    }
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

/// The window that the work of a site fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fitting {
    /// The first window that is long enough for all of it.
    pub window: Interval,
    /// The last instant at which the work may begin there.
    pub begins_by: Timestamp,
}

/// No window ahead is long enough for the work of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FitsNowhere {
    /// Why, in words.
    pub why: String,
    /// The window that comes nearest: the first that is long enough for its steps, or the next one.
    /// Nothing where no window is ahead.
    pub nearest: Option<Interval>,
}

/// Returns the first window of `calendar` after `after` that the whole of `work` fits, which is that of
/// `site`: the transfer of its payload, its steps and the margin. A site without a described link needs
/// its steps and the margin alone.
///
/// # Errors
///
/// Where none is ahead, with the reason: what is too long is shortened or sent ahead.
pub fn fitting(
    site: &Site,
    work: &SiteWork,
    calendar: &Calendar<'_>,
    after: Timestamp,
) -> Result<Fitting, FitsNowhere> {
    if let Some(needed_s) = work.needed_s(site.link.as_ref())
        && let Some(window) = calendar.next_fit(needed_s.max(1), after)
    {
        let needed = SignedDuration::from_secs(i64::try_from(needed_s).unwrap_or(i64::MAX));
        let begins_by = window.end().checked_sub(needed).unwrap_or(window.start());
        return Ok(Fitting { window, begins_by });
    }
    let nearest = calendar.next_fit(work.changes_s().max(1), after);
    let nearest = nearest.or_else(|| calendar.next_fit(1, after));
    let why = match nearest {
        Some(window) => why_not(site, work, window.length_s()),
        None => "it has no window ahead".to_owned(),
    };
    Err(FitsNowhere { why, nearest })
}

/// Returns why `work` does not fit a window of `window_s` seconds, in words.
fn why_not(site: &Site, work: &SiteWork, window_s: u64) -> String {
    match site.link.as_ref().map(|link| fits(window_s, link, work)) {
        Some(Fit::PreStage { transfer_s, .. }) => format!(
            "its payload takes {transfer_s} s to arrive and does not fit its window of {window_s} s: pre-stage it"
        ),
        Some(Fit::Never { why }) => {
            format!("its work never fits its window of {window_s} s: {why}")
        }
        Some(Fit::InWindow { .. }) | None => {
            let changes_s = work.changes_s();
            format!("its steps and the margin take {changes_s} s, its window has {window_s} s")
        }
    }
}
