//! Watching: which probes look at a site or a component, and since when they report.
//!
//! A probe reports from the first of its answers that no gap has followed, whatever it was
//! answered: that something is down is news too.
//!
//! Source: Deploy SMF, Process 3, Table 6: "Monitor the solution during the quiet period".
//! House rule: what a probe shows nobody states; what none looks at, somebody has to.

use crate::id::ComponentId;
use crate::incident::{ImpactSites, ProbeStanding, SEEN_EVERY, probed_sites};
use crate::machine::{ComponentState, DeploymentState};
use crate::plan::MasterProjectPlan;
use crate::probe::Probe;
use crate::scope::Scope;
use crate::state::State;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// After how many questions that were not asked nobody knows what the answers would have been.
pub const MISSED_MAX: u32 = 3;

impl Probe {
    /// Returns how long nobody may have asked before nobody knows.
    pub fn patience(&self) -> SignedDuration {
        let seconds = self.every_s.saturating_mul(MISSED_MAX).saturating_add(self.time_limit_s);
        SignedDuration::from_secs(i64::from(seconds))
    }
}

/// Returns whether `probe` is asked as things stand: from stabilizing to the end of the quiet
/// period; and where it looks at a core component, from when this is verified.
pub fn is_asked(state: &State, probe: &Probe) -> bool {
    match state.deployment {
        DeploymentState::Stabilizing | DeploymentState::QuietPeriod => true,
        DeploymentState::Deploying | DeploymentState::Held => match &probe.scope {
            Scope::Component(id) => state.component(id).is_some_and(|(_, it)| {
                matches!(it.state, ComponentState::Verified | ComponentState::Accepted)
            }),
            Scope::Deployment | Scope::Core | Scope::Ring(_) | Scope::Site(_) | Scope::Rfc(_) => {
                false
            }
        },
        DeploymentState::Draft
        | DeploymentState::Ready
        | DeploymentState::MilestoneReview
        | DeploymentState::Closing
        | DeploymentState::Closed
        | DeploymentState::Terminating
        | DeploymentState::Terminated => false,
    }
}

/// Returns since when `probe` was asked without a gap up to `now`; nothing where it is not.
pub fn reporting_since(state: &State, probe: &Probe, now: Timestamp) -> Option<Timestamp> {
    let probes = &state.incidents.probes;
    let seen = probes.seen(&probe.id)?;
    // What the record says that it was asked, it says now and then.
    let lately = probe.patience().max(SEEN_EVERY * 2);
    if now.duration_since(seen) > lately {
        return None;
    }
    let changes = probes.changes.get(&probe.id)?;
    let reporting = changes.iter().rev().take_while(|it| it.standing != ProbeStanding::Unknown);
    reporting.last().map(|it| it.since)
}

/// Returns where `probe` stands at `now`: unknown, where nobody asked of late.
pub fn standing(state: &State, probe: &Probe, now: Timestamp) -> ProbeStanding {
    match reporting_since(state, probe, now) {
        Some(_) => state.incidents.probes.standing(&probe.id),
        None => ProbeStanding::Unknown,
    }
}

/// Returns the probes that look at the core component `id` alone.
pub fn of_component<'p>(
    plan: &'p MasterProjectPlan,
    id: &'p ComponentId,
) -> impl Iterator<Item = &'p Probe> {
    plan.probes.iter().filter(move |it| matches!(&it.scope, Scope::Component(of) if of == id))
}

/// Which probes look at which sites.
#[derive(Debug, Default)]
pub struct Watch<'s> {
    everywhere: Vec<&'s Probe>,
    own: BTreeMap<u32, Vec<&'s Probe>>,
}

impl<'s> Watch<'s> {
    /// Returns who watches what by the plan of `state`.
    pub fn of(state: &'s State) -> Self {
        let mut watch = Self::default();
        for probe in &state.plan.probes {
            match probed_sites(state, &probe.scope) {
                ImpactSites::All => watch.everywhere.push(probe),
                ImpactSites::Only(sites) => {
                    let positions = sites.iter().filter_map(|it| state.index.sites.get(it));
                    positions.for_each(|it| watch.own.entry(*it).or_default().push(probe));
                }
            }
        }
        watch
    }

    /// Returns the probes that look at the site at `position`.
    pub fn probes(&self, position: u32) -> impl Iterator<Item = &'s Probe> + '_ {
        let own = self.own.get(&position).map(Vec::as_slice).unwrap_or_default();
        self.everywhere.iter().chain(own).copied()
    }

    /// Returns whether a probe looks at the site at `position`.
    pub fn looks_at(&self, position: u32) -> bool {
        self.probes(position).next().is_some()
    }
}

/// Since when each site reports, as it looks at one instant.
pub struct Reports<'s> {
    state: &'s State,
    watch: Watch<'s>,
    now: Timestamp,
    /// Since when all probes that look at all sites report; nothing where one does not.
    everywhere: Option<Timestamp>,
}

impl<'s> Reports<'s> {
    /// Returns since when each site of `state` reports at `now`.
    pub fn of(state: &'s State, now: Timestamp) -> Self {
        let watch = Watch::of(state);
        let everywhere = latest(state, watch.everywhere.iter().copied(), now);
        Self { state, watch, now, everywhere }
    }

    /// Returns whether a probe looks at the site at `position`: nobody has to state what it shows.
    pub fn is_probed(&self, position: u32) -> bool {
        self.watch.looks_at(position)
    }

    /// Returns since when the site at `position` reports without a gap: by every probe that looks at
    /// it, or, where none does, by what was stated.
    pub fn since(&self, position: u32) -> Option<Timestamp> {
        if !self.is_probed(position) {
            let site = self.state.plan.sites.get(position as usize)?;
            return self.state.readiness.monitored(&site.id);
        }
        match self.watch.own.get(&position) {
            Some(own) => {
                let own = latest(self.state, own.iter().copied(), self.now)?;
                Some(self.everywhere?.max(own))
            }
            None => self.everywhere,
        }
    }
}

/// Returns since when all of `probes` report; nothing where one does not.
fn latest<'p>(
    state: &State,
    mut probes: impl Iterator<Item = &'p Probe>,
    now: Timestamp,
) -> Option<Timestamp> {
    let none = Some(Timestamp::MIN);
    probes.try_fold(none, |latest, it| {
        reporting_since(state, it, now).map(|since| latest.max(Some(since)))
    })?
}
