//! Baselines: what was agreed when, by whom and why, and how far it was kept.
//!
//! Source: Deploy SMF, Table 1, "Program Manager"; Table 3, "Baseline".

use crate::companion_plans::PlannedMilestones;
use crate::digest::Digest;
use crate::id::{ComponentId, PersonId, RfcId, RingId, SiteId};
use crate::milestone::Milestone;
use crate::plan::MasterProjectPlan;
use crate::site_care::coverage::in_scope;
use crate::state::State;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A state of the plan that was agreed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// Its number, from 1.
    pub number: u32,
    /// Since when.
    pub since: Timestamp,
    /// Who decided it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// The digest of its plan.
    pub plan: Digest,
    /// The digest of its release.
    pub release: Digest,
    /// What it changed, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<String>,
    /// The requests whose authorisation it voided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub voided: Vec<RfcId>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What it plans.
    pub planned: Extent,
}

/// How much a plan plans, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// Its core components.
    pub components: usize,
    /// Its sites.
    pub sites: usize,
    /// Their users.
    pub users: u64,
    /// Their computers.
    pub computers: usize,
    /// When its milestones are due.
    #[serde(default, skip_serializing_if = "PlannedMilestones::is_empty")]
    pub milestones: PlannedMilestones,
}

impl Extent {
    /// Returns how much `plan` plans.
    pub fn of(plan: &MasterProjectPlan) -> Self {
        Self {
            components: plan.components.len(),
            sites: plan.sites.len(),
            users: plan.sites.iter().map(|it| u64::from(it.users)).sum(),
            computers: plan.sites.iter().map(|it| it.computers.len()).sum(),
            milestones: plan.milestones,
        }
    }
}

impl State {
    /// Notes the plan in force as a baseline: the first, or one with what it `changed`.
    pub(crate) fn baselined(
        &mut self,
        by: Option<PersonId>,
        at: Timestamp,
        changed: Option<(&Vec<String>, &Vec<RfcId>, &String)>,
    ) {
        self.baselines.push(Baseline {
            number: self.baseline,
            since: at,
            by,
            plan: self.plan_digest,
            release: self.plan.release.digest(),
            changes: changed.map(|it| it.0.clone()).unwrap_or_default(),
            voided: changed.map(|it| it.1.clone()).unwrap_or_default(),
            reason: changed.map(|it| it.2.clone()),
            planned: Extent::of(&self.plan),
        });
    }
}

/// How far it came otherwise than planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Variance {
    /// Each milestone that has a day.
    pub milestones: Vec<MilestoneVariance>,
    /// Each site that was told a slot.
    pub sites: Vec<SiteVariance>,
    /// What the first baseline planned, where there is one.
    pub planned: Option<Extent>,
    /// What is in scope now.
    pub in_scope: Extent,
    /// The chain of what came last, which decided when all was done; first things first.
    pub critical_path: Vec<Link>,
}

/// When a milestone was due, and when it was reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MilestoneVariance {
    /// Which.
    pub milestone: Milestone,
    /// The day in the first baseline that names one.
    pub first_planned: Date,
    /// The day in the plan in force.
    pub planned: Option<Date>,
    /// When it was reached.
    pub reached: Option<Timestamp>,
    /// How many days after the first planned day it was reached; negative where before.
    pub late_days: Option<i32>,
}

/// When a site was to begin, and when it began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SiteVariance {
    /// Which.
    pub site: SiteId,
    /// The beginning of the first slot that it was told.
    pub first_told: Timestamp,
    /// The beginning of the last one.
    pub told: Timestamp,
    /// How often its slot was moved.
    pub moved: u32,
    /// When its last run began.
    pub began: Option<Timestamp>,
    /// How many minutes after its first slot that was; negative where before.
    pub late_minutes: Option<i64>,
}

/// Something on the critical path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Link {
    /// A core component was verified.
    Component {
        /// Which.
        component: ComponentId,
        /// When.
        at: Timestamp,
    },
    /// The last site of a ring came into service.
    Ring {
        /// The ring.
        ring: RingId,
        /// The site.
        site: SiteId,
        /// When.
        at: Timestamp,
    },
}

/// Returns how far it came otherwise than planned.
pub fn variance(state: &State) -> Variance {
    let in_scope_now = Extent {
        sites: in_scope(state).count(),
        users: in_scope(state).map(|(it, _)| u64::from(it.users)).sum(),
        computers: in_scope(state).map(|(it, _)| it.computers.len()).sum(),
        ..Extent::of(&state.plan)
    };
    Variance {
        milestones: [Milestone::Stable, Milestone::Complete]
            .into_iter()
            .filter_map(|it| milestone(state, it))
            .collect(),
        sites: sites(state).collect(),
        planned: state.baselines.first().map(|it| it.planned.clone()),
        in_scope: in_scope_now,
        critical_path: critical_path(state),
    }
}

fn day_of(planned: &PlannedMilestones, milestone: Milestone) -> Option<Date> {
    match milestone {
        Milestone::Stable => planned.stable,
        Milestone::Complete => planned.complete,
    }
}

fn milestone(state: &State, milestone: Milestone) -> Option<MilestoneVariance> {
    let planned = day_of(&state.plan.milestones, milestone);
    let mut earlier = state.baselines.iter();
    let first = earlier.find_map(|it| day_of(&it.planned.milestones, milestone)).or(planned)?;
    let reached = state.milestones.approved(milestone).and_then(|it| it.in_effect());
    let late_days = reached.and_then(|it| {
        let day = it.to_zoned(state.plan.zone.rules()).date();
        first.until(day).ok().map(|it| it.get_days())
    });
    Some(MilestoneVariance { milestone, first_planned: first, planned, reached, late_days })
}

fn sites(state: &State) -> impl Iterator<Item = SiteVariance> + '_ {
    in_scope(state).filter_map(|(site, status)| {
        let slot = state.messages.slots.get(&site.id).filter(|it| it.version > 0)?;
        let first_told = slot.first.unwrap_or(slot.from);
        let began = status.run.as_ref().map(|it| it.began);
        Some(SiteVariance {
            site: site.id.clone(),
            first_told,
            told: slot.from,
            moved: slot.version.saturating_sub(1),
            began,
            late_minutes: began.map(|it| it.duration_since(first_told).as_mins()),
        })
    })
}

/// Returns the chain of what came last: of the core the component that was verified last and what
/// it needed, then of each ring the site that came into service last.
fn critical_path(state: &State) -> Vec<Link> {
    let verified = |id: &ComponentId| state.site_care.verified.get(id).copied();
    let components = || state.plan.components.iter();
    let mut chain = Vec::new();
    let mut next =
        components().filter_map(|it| Some((verified(&it.id)?, it))).max_by_key(|it| it.0);
    while let Some((at, component)) = next {
        chain.push(Link::Component { component: component.id.clone(), at });
        let needed = components().filter(|it| component.needs.contains(&it.id));
        let needed = needed.filter_map(|it| Some((verified(&it.id)?, it)));
        // What it needs was verified before it, and so the chain ends.
        next = needed.filter(|(before, _)| *before < at).max_by_key(|it| it.0);
    }
    chain.reverse();
    for (position, ring) in state.plan.rings.iter().enumerate() {
        let of_ring = state.plan.sites_of_ring(position);
        let last = of_ring
            .filter_map(|(site, planned)| Some((state.sites.get(site)?.in_service?, &planned.id)));
        let last = last.max_by_key(|it| it.0);
        chain.extend(last.map(|(at, site)| Link::Ring {
            ring: ring.id.clone(),
            site: site.clone(),
            at,
        }));
    }
    chain
}
