//! The board: where a deployment stands, on one page.
//!
//! Computed from the state alone, so that the table, the live view and the JSON say the same.

use crate::alike::{Alike, alike};
use crate::event::sentence;
use crate::people::actor;
use jiff::{SignedDuration, Timestamp};
use model::event::Entry;
use model::guard::Supplier;
use model::id::{ComponentId, DeploymentId, RingId, Seq, SiteId};
use model::machine::{ComponentState, SignOffState, SiteState};
use model::sheet::Sheet;
use model::state::{RingCounts, State};
use planner::waiting::waiting;
use serde::Serialize;

/// The most waits that the board shows: the page must fit a screen.
pub const WAITS_MAX: usize = 10;

/// The most sites at work that the board shows.
const SITES_MAX: usize = 20;

/// The states of the sites that a board shows one by one.
const AT_WORK: [SiteState; 4] =
    [SiteState::Deploying, SiteState::Paused, SiteState::RollingBack, SiteState::Halted];

/// The most waits looked at to find those that are for people.
const WAITS_LOOKED_AT_MAX: usize = 5_000;

/// The span over which the throughput is counted, in hours.
const THROUGHPUT_HOURS: i64 = 24;

/// Where a deployment stands.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Board {
    /// The deployment.
    pub deployment: DeploymentId,
    /// Its title.
    pub title: String,
    /// Whether production is changed.
    pub purpose: String,
    /// Where it deploys to, or that it is a rehearsal.
    pub environment: String,
    /// The release, with its version.
    pub release: String,
    /// The state of the deployment.
    pub state: String,
    /// Since when it is in that state.
    pub since: Timestamp,
    /// The baseline in force; 0 before the first.
    pub baseline: u32,
    /// The last entry that it was computed from.
    pub entry: Seq,
    /// The instant at which it was computed, on the deployment's clock.
    pub at: Timestamp,
    /// The zone in which its people read a clock.
    #[serde(skip)]
    pub zone: model::window::TimeZoneName,
    /// The core components, in plan order.
    pub components: Vec<ComponentLine>,
    /// The rings, in plan order.
    pub rings: Vec<RingLine>,
    /// The sheets of the whole deployment.
    pub sheets: Vec<SheetLine>,
    /// Sites that are being worked on, at most a screenful.
    pub working: Vec<SiteLine>,
    /// How many more are.
    pub working_more: usize,
    /// How much came into service lately.
    pub throughput: Throughput,
    /// When it is forecast to come to its end.
    pub forecast: Ends,
    /// What waits on people, at most ten lines.
    pub waits: Vec<Alike>,
    /// The newest entries, the newest last.
    pub newest: Vec<EntryLine>,
}

/// One core component.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct ComponentLine {
    /// The component.
    pub component: ComponentId,
    /// Its state, in words.
    #[serde(rename = "state")]
    pub state_text: String,
    /// Its state.
    #[serde(skip)]
    pub state: ComponentState,
    /// Since when.
    pub since: Timestamp,
    /// How many of its hosts are done.
    pub hosts_done: usize,
    /// How many hosts it has.
    pub hosts: usize,
    /// Why it stands still, where somebody said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One ring.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct RingLine {
    /// The ring.
    pub ring: RingId,
    /// Its state.
    pub state: model::state::RingState,
    /// Since when.
    pub since: Timestamp,
    /// Its sites, counted by how they stand.
    pub counts: RingCounts,
    /// How many of its sites are signed off.
    pub signed_off: usize,
    /// How many sites must be verified before the next ring.
    pub verified_needed: usize,
    /// Why it is halted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One sheet of the whole deployment.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct SheetLine {
    /// The sheet.
    pub sheet: String,
    /// How many of its slots are signed.
    pub signed: usize,
    /// How many slots it has.
    pub slots: usize,
}

/// One site that is being worked on.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct SiteLine {
    /// The site.
    pub site: SiteId,
    /// Its title.
    pub title: String,
    /// Its state, in words.
    pub state: String,
    /// The stage at work, counted from 1.
    pub stage: u32,
    /// How many stages its run has.
    pub stages: u32,
    /// How many of its computers are done.
    pub computers_done: usize,
    /// How many computers it has.
    pub computers: usize,
    /// How many steps are being carried out.
    pub in_flight: usize,
}

/// How much came into service lately.
#[derive(Clone, Copy, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct Throughput {
    /// Over how many hours it is counted.
    pub hours: i64,
    /// How many sites came into service.
    pub sites: usize,
    /// How many computers they have.
    pub computers: usize,
}

/// When the deployment is forecast to come to its end.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ends {
    /// It was not asked for.
    NotAsked,
    /// It takes longer than a page may wait.
    NotYetKnown,
    /// At this instant, if everybody does at once what they are asked; where all sites are signed
    /// off already, when the last one was.
    At(Timestamp),
    /// Never, as far as can be seen.
    Never,
}

/// One entry of the record.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct EntryLine {
    /// Its number.
    pub seq: Seq,
    /// When it was written.
    pub at: Timestamp,
    /// Who answers for it.
    pub by: String,
    /// What happened, as a sentence without an end.
    pub what: String,
}

impl Board {
    /// Returns the board of `state` at `now`, with `newest` entries and the forecast.
    pub fn of(state: &State, now: Timestamp, newest: &[Entry], forecast: Ends) -> Self {
        let plan = &state.plan;
        let at_work = state.sites.standing_in(&AT_WORK);
        let working_more = at_work.len().saturating_sub(SITES_MAX);
        let working = at_work.into_iter().take(SITES_MAX).filter_map(|it| working(state, it));
        let waits = waiting(state, now, WAITS_LOOKED_AT_MAX);
        let for_people = waits.into_iter().filter(|it| matches!(it.supplier, Supplier::Roles(_)));
        Self {
            deployment: plan.deployment.clone(),
            title: plan.title.clone(),
            purpose: state.purpose.to_string(),
            environment: state.environment(),
            release: format!("{} {}", plan.release.name, plan.release.version),
            state: state.deployment.to_string(),
            since: state.deployment_since,
            baseline: state.baseline,
            entry: state.seq,
            at: now,
            zone: plan.zone.clone(),
            components: components(state),
            rings: rings(state),
            sheets: sheets(state),
            working: working.collect(),
            working_more,
            throughput: throughput(state, now),
            forecast,
            waits: oldest_first(alike(for_people)),
            newest: newest.iter().map(|it| EntryLine::of(state, it)).collect(),
        }
    }
}

/// Returns those of `waits` that a board has room for: what has waited longest is not left out.
fn oldest_first(mut waits: Vec<Alike>) -> Vec<Alike> {
    waits.sort_by_key(|it| it.wait.since);
    waits.truncate(WAITS_MAX);
    waits
}

impl EntryLine {
    /// Returns `entry` as people read it.
    pub fn of(state: &State, entry: &Entry) -> Self {
        let by = actor(&state.plan, &entry.actor);
        Self { seq: entry.seq, at: entry.at, by, what: sentence(&entry.event) }
    }
}

fn components(state: &State) -> Vec<ComponentLine> {
    let components = state.plan.components.iter().zip(&state.components);
    let line =
        |(planned, status): (&model::component::CoreComponent, &model::state::ComponentStatus)| {
            let counts = status.run.as_ref().map(model::run::Run::counts_all).unwrap_or_default();
            ComponentLine {
                component: planned.id.clone(),
                state_text: status.state.to_string(),
                state: status.state,
                since: status.since,
                hosts_done: counts.done,
                hosts: planned.hosts.len(),
                reason: status.reason.clone(),
            }
        };
    components.map(line).collect()
}

fn rings(state: &State) -> Vec<RingLine> {
    let rings = state.plan.rings.iter().zip(&state.rings).zip(&state.index.sites_of_ring);
    let signed_off = |sites: &Vec<u32>| {
        let sites = sites.iter().filter_map(|it| state.sites.get(*it as usize));
        sites.filter(|it| it.state == SiteState::SignedOff).count()
    };
    rings
        .map(|((planned, status), sites)| {
            let needed = status.counts.planned * usize::from(planned.halting.success_percent_min);
            RingLine {
                ring: planned.id.clone(),
                state: status.state,
                since: status.since,
                counts: status.counts,
                signed_off: signed_off(sites),
                verified_needed: needed.div_ceil(100),
                reason: status.reason.clone(),
            }
        })
        .collect()
}

fn sheets(state: &State) -> Vec<SheetLine> {
    let has_advance = |mode| state.plan.components.iter().any(|it| it.mode == mode);
    let has_parallel = has_advance(model::component::CoreMode::Parallel);
    let has_core = !state.plan.components.is_empty();
    let mut wanted = Vec::new();
    if has_core && has_parallel {
        wanted.push(Sheet::CoreInterim);
    }
    if has_core {
        wanted.push(Sheet::CoreFinal);
    }
    wanted.push(Sheet::SitesComplete);
    let line = |sheet: Sheet| {
        let slots = sheet.slots();
        let is_signed = |it: &&model::sheet::SlotId| {
            state.slots.get(*it).is_some_and(|it| it.state == SignOffState::Signed)
        };
        let signed = slots.iter().filter(is_signed).count();
        SheetLine { sheet: sheet.to_string(), signed, slots: slots.len() }
    };
    wanted.into_iter().map(line).collect()
}

fn working(state: &State, position: usize) -> Option<SiteLine> {
    let (planned, status) = state.plan.sites.get(position).zip(state.sites.get(position))?;
    let run = status.run.as_deref();
    let done = run.map_or(0, computers_done);
    let (stage, stages) = run.map_or((0, 0), |it| (u32::from(it.stage) + 1, u32::from(it.stages)));
    Some(SiteLine {
        site: planned.id.clone(),
        title: planned.title.clone(),
        state: status.state.to_string(),
        stage: stage.min(stages),
        stages,
        computers_done: done,
        computers: planned.computers.len(),
        in_flight: run.map_or(0, |it| it.counts_all().running),
    })
}

fn computers_done(run: &model::run::Run) -> usize {
    use model::run::{StepList, TrackState};
    let tracks = run.tracks.iter();
    let each = tracks.filter(|it| it.list == StepList::EachComputer);
    each.filter(|it| it.state == TrackState::Done).count()
}

fn throughput(state: &State, now: Timestamp) -> Throughput {
    let begins = now.checked_sub(SignedDuration::from_hours(THROUGHPUT_HOURS));
    let begins = begins.unwrap_or(Timestamp::MIN);
    let sites = state.plan.sites.iter().zip(&state.sites);
    let lately = sites.filter(|(_, it)| it.in_service.is_some_and(|at| begins < at && at <= now));
    let counted = Throughput { hours: THROUGHPUT_HOURS, ..Throughput::default() };
    lately.fold(counted, |counted, (site, _)| Throughput {
        sites: counted.sites + 1,
        computers: counted.computers + site.computers.len(),
        ..counted
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use planner::waiting::{Binds, WaitingOn};

    #[test]
    fn what_has_waited_longest_stands_first_and_is_not_left_out() {
        let wait = |seconds: i64| WaitingOn {
            scope: "deployment".parse().unwrap(),
            what: seconds.to_string(),
            guard: None,
            since: Timestamp::from_second(seconds).unwrap(),
            supplier: Supplier::System,
            people: vec![],
            command: None,
            waivable_by: vec![],
            next_look: None,
            if_nobody_acts: None,
            binds: Binds::Now,
        };
        let all = alike((0..20).rev().map(wait));
        let shown: Vec<String> = oldest_first(all).into_iter().map(|it| it.wait.what).collect();
        assert_eq!(shown, (0..10).map(|it| it.to_string()).collect::<Vec<_>>());
    }
}
