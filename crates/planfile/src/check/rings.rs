//! Whether each ring has sites, and windows in which their work fits and that no freeze covers.
//!
//! Windows are looked at once for each ring and zone, not for each site.
//!
//! House rule: the work must fit: durations plus transfer end inside the window,
//! or the content is pre-staged.

use super::windows::{clock_changes, longest_s, occurrences};
use crate::build::rings::BuiltRing;
use crate::build::sites::BuiltSites;
use crate::build::templates::BuiltTemplate;
use crate::build::{Building, Names};
use crate::code::Code;
use crate::span::At;
use jiff::tz::TimeZone;
use model::freeze::{Freeze, FreezeScope, FreezeSubject};
use model::id::{DeliverableId, LineId};
use model::link::LinkTime;
use model::plan::Limits;
use model::release::{FinalRelease, SolutionDeliverable};
use model::site::Site;
use model::step::Step;
use model::window::TimeZoneName;
use std::collections::{BTreeSet, HashMap, HashSet};

/// What is checked together.
pub(crate) struct Parts<'p> {
    /// The rings.
    pub(crate) rings: &'p [BuiltRing],
    /// The sites.
    pub(crate) sites: &'p BuiltSites,
    /// The site templates.
    pub(crate) templates: &'p [BuiltTemplate],
    /// The release.
    pub(crate) release: &'p FinalRelease,
    /// The limits.
    pub(crate) limits: &'p Limits,
    /// The freezes.
    pub(crate) freezes: &'p [At<Freeze>],
}

/// Reports rings without sites, work that cannot fit, and windows that are all frozen.
pub(crate) fn check(building: &mut Building<'_>, parts: &Parts<'_>) {
    empty_rings(building, parts);
    frozen_sites_exist(building, parts);
    let templates: HashMap<&LineId, (&BuiltTemplate, Payload)> = parts
        .templates
        .iter()
        .map(|it| (&it.model.id, (it, Payload::of(it, parts.release))))
        .collect();
    let mut longest: HashMap<(u32, TimeZoneName), Option<i64>> = HashMap::new();
    for (site, at, ring) in &parts.sites.all {
        let Some(ring) = ring else { continue };
        let Some(of_ring) = parts.rings.get(*ring as usize) else { continue };
        let of_ring_s = *longest.entry((*ring, site.zone.clone())).or_insert_with(|| {
            clock_changes(building.findings, &of_ring.windows, &site.zone);
            frozen(building, of_ring, site, parts.freezes);
            longest_s(&of_ring.model.windows, &site.zone)
        });
        let has_own = !site.windows.is_empty();
        let window_s = if has_own { longest_s(&site.windows, &site.zone) } else { of_ring_s };
        let Some((template, payload)) = templates.get(&site.template) else { continue };
        // A window of no length at all has been reported as missing.
        let Some(window_s) = window_s.filter(|it| *it > 0) else { continue };
        let work = Work::of(site, template, payload.bytes(site.computers.len()), parts.limits);
        if work.total_s() > window_s {
            let what = format!(
                "{work} do not fit the {} of the longest window of site `{}`",
                minutes(window_s),
                site.id
            );
            let help =
                "pre-stage the payload (`prestaged: true`), widen the window, or split the work";
            building.findings.report_with(Code::WindowTooShort, *at, what, Some(help));
        }
    }
}

fn empty_rings(building: &mut Building<'_>, parts: &Parts<'_>) {
    // Where a site was left out, or its ring has a fault, a ring may only seem to be empty.
    if building.cuts.has_section("sites")
        || parts.sites.all.iter().any(|(_, _, ring)| ring.is_none())
    {
        return;
    }
    let used: HashSet<u32> = parts.sites.all.iter().filter_map(|(_, _, ring)| *ring).collect();
    for (ring, position) in parts.rings.iter().zip(0..) {
        if !used.contains(&position) {
            let what = format!("the ring `{}` has no sites", ring.model.id);
            building.findings.report_with(
                Code::EmptyRing,
                ring.at,
                what,
                Some("give it sites (`ring:` of a site), or remove it"),
            );
        }
    }
}

fn frozen_sites_exist(building: &mut Building<'_>, parts: &Parts<'_>) {
    let known: HashSet<_> = parts.sites.all.iter().map(|(site, _, _)| &site.id).collect();
    for freeze in parts.freezes {
        let FreezeScope::Sites(named) = &freeze.scope else { continue };
        for site in named.iter().filter(|it| !known.contains(it)) {
            let all = |_: &Names| known.iter().copied().cloned().collect();
            building.knows("site", &At::new(site.clone(), freeze.at), false, all);
        }
    }
}

/// Reports that every window of `ring` at sites in the zone of `site` lies in freezes.
fn frozen(building: &mut Building<'_>, ring: &BuiltRing, site: &Site, freezes: &[At<Freeze>]) {
    let subject = FreezeSubject::Site { site: &site.id, ring: &ring.model.id };
    let meant = freezes.iter().filter(|it| match it.scope {
        FreezeScope::All | FreezeScope::Rings(_) => it.forbids(subject, &BTreeSet::new()),
        FreezeScope::Sites(_) => false,
    });
    let meant: Vec<_> = meant.collect();
    let Some(windows) = occurrences(&ring.model.windows, &site.zone) else { return };
    let covers = |freeze: &Freeze, from, to| {
        let rules = freeze.zone.at(&site.zone).rules();
        instant(&rules, freeze.span.start()) <= from && to <= instant(&rules, freeze.span.end())
    };
    let is_frozen = |(from, to): &(_, _)| meant.iter().any(|it| covers(it, *from, *to));
    if windows.is_empty() || !windows.iter().all(is_frozen) {
        return;
    }
    let why: Vec<&str> = meant.iter().map(|it| it.name.as_str()).collect();
    let what = format!(
        "every window of ring `{}` at sites in {} lies in a freeze (`{}`)",
        ring.model.id,
        site.zone,
        why.join("`, `")
    );
    building.findings.report_with(
        Code::FrozenWindows,
        ring.at,
        what,
        Some("move the windows or the freeze"),
    );
}

fn instant(rules: &TimeZone, civil: jiff::civil::DateTime) -> jiff::Timestamp {
    rules.to_timestamp(civil).unwrap_or(jiff::Timestamp::MAX)
}

/// What the link of a site must carry, in bytes.
struct Payload {
    once: u64,
    for_each: u64,
}

impl Payload {
    fn of(template: &BuiltTemplate, release: &FinalRelease) -> Self {
        let sum = |wanted: &dyn Fn(&DeliverableId) -> bool| {
            let copied = release.deliverables.iter().filter(|it| wanted(&it.id));
            copied.map(SolutionDeliverable::planned_bytes).fold(0, u64::saturating_add)
        };
        let (once, each) = (&template.copied_once, &template.copied_to_each);
        if template.model.site_cache {
            return Self { once: sum(&|it| once.contains(it) || each.contains(it)), for_each: 0 };
        }
        Self { once: sum(&|it| once.contains(it)), for_each: sum(&|it| each.contains(it)) }
    }

    fn bytes(&self, computers: usize) -> u64 {
        self.once.saturating_add(self.for_each.saturating_mul(computers as u64))
    }
}

/// What must fit a window, in seconds.
struct Work {
    transfer_s: i64,
    install_s: i64,
    margin_s: i64,
}

impl Work {
    fn of(site: &Site, template: &BuiltTemplate, bytes: u64, limits: &Limits) -> Self {
        let install_s =
            site.install_s.map_or_else(|| declared_s(site, template, limits), i64::from);
        let rate = site.link.as_ref().map(|it| u64::from(it.usable_kbit_per_s(LinkTime::InWindow)));
        let transfer_s = match rate {
            Some(kbit_per_s) if !site.prestaged => {
                let kbit = bytes.saturating_mul(8) / 1_000;
                i64::try_from(kbit.checked_div(kbit_per_s).unwrap_or(0)).unwrap_or(i64::MAX / 4)
            }
            Some(_) | None => 0,
        };
        Self { transfer_s, install_s, margin_s: template.model.margin_s.into() }
    }

    fn total_s(&self) -> i64 {
        self.transfer_s.saturating_add(self.install_s).saturating_add(self.margin_s)
    }
}

impl std::fmt::Display for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { transfer_s, install_s, margin_s } = self;
        let (transfer, install, margin) =
            (minutes(*transfer_s), minutes(*install_s), minutes(*margin_s));
        write!(f, "{transfer} of transfer, {install} of work and {margin} of margin")
    }
}

fn minutes(seconds: i64) -> String {
    format!("{} min", seconds.saturating_add(59) / 60)
}

/// Returns how long the declared steps of a site take.
fn declared_s(site: &Site, template: &BuiltTemplate, limits: &Limits) -> i64 {
    let sum = |steps: &[Step]| steps.iter().map(|it| i64::from(it.expected_s)).sum::<i64>();
    let at_once = limits.computers_at_once_per_site.max(1) as usize;
    let turns: usize =
        template.model.batches(site.computers.len()).iter().map(|it| it.div_ceil(at_once)).sum();
    let turns = i64::try_from(turns).unwrap_or(i64::MAX / 4);
    let each = sum(&template.model.each_computer).saturating_mul(turns);
    sum(&template.model.before).saturating_add(each).saturating_add(sum(&template.model.after))
}
