//! What a rehearsal shows: dates with their spread, a calendar of requests, what stands still.
//!
//! House rule: a date is given with how sure it is: the tenth, the fiftieth and the
//! ninetieth of a hundred runs.

use super::Rehearsal;
use crate::facts::{fitting, site_calendar, site_work};
use crate::simulation::Passed;
use jiff::Timestamp;
use model::id::{PersonId, RfcId, RingId, SiteId};
use model::machine::DeploymentState;
use model::scope::Scope;
use model::state::State;
use serde::Serialize;

/// The most people named for one request.
const PEOPLE_MAX: usize = 4;

/// What a rehearsal shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rehearsed {
    /// How many runs were played.
    pub runs: usize,
    /// How many of them came to the end: closed, or terminated.
    pub ended: usize,
    /// When each state of the deployment is reached, in their order.
    pub reached: Vec<Reached>,
    /// Rings, in plan order.
    pub rings: Vec<RingRehearsed>,
    /// Who is asked for what, when; the earliest first.
    pub calendar: Vec<Calendar>,
    /// What would stand still for ever, the most frequent first, but for what has no window left.
    pub stops: Vec<Stop>,
    /// What ran out of windows and held up all that comes after it, in plan order.
    pub short: Vec<Short>,
    /// Requests for change whose authorisation ran out before they were begun, in plan order.
    pub expired: Vec<Expired>,
    /// Sites whose work does not fit any of their windows, and why.
    pub never_fits: Vec<(SiteId, String)>,
    /// Sites whose window ended before they were done, the most frequent first.
    pub tight: Vec<Tight>,
    /// How often sites halted.
    pub site_halts: Halts,
    /// Where the time goes in the runs that come to their end, the most first.
    pub time: Vec<Share>,
}

/// The spread of a date: of a hundred runs, the tenth, the fiftieth and the ninetieth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Dates {
    /// One run in ten is earlier.
    pub p10: Timestamp,
    /// Half are earlier.
    pub p50: Timestamp,
    /// Nine in ten are earlier.
    pub p90: Timestamp,
}

/// When the deployment reaches a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reached {
    /// The state.
    pub deployment: DeploymentState,
    /// In how many runs it was reached.
    pub runs: usize,
    /// When.
    pub at: Dates,
}

/// What a rehearsal shows of a ring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RingRehearsed {
    /// Which.
    pub ring: RingId,
    /// When its first site starts.
    pub starts: Option<Dates>,
    /// When its last site is verified.
    pub verified: Option<Dates>,
    /// When it has soaked.
    pub passes: Option<Dates>,
    /// The most of its sites that can fail before it stops.
    pub blast_radius: usize,
    /// The most that were failed or lost at once in any run.
    pub failed_most: usize,
    /// How often it halted.
    pub halts: Halts,
}

/// How often something halted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Halts {
    /// In how many runs.
    pub runs: usize,
    /// In all.
    pub count: usize,
}

/// A request to people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Calendar {
    /// For what it is.
    pub scope: Scope,
    /// What is asked.
    pub what: String,
    /// Whom it mostly reaches.
    pub people: Vec<PersonId>,
    /// In how many runs.
    pub runs: usize,
    /// When they are asked.
    pub asked: Dates,
    /// When it is there.
    pub answered: Option<Dates>,
    /// In how many runs it cannot wait and comes outside of everybody's working hours.
    pub at_night: usize,
}

/// Something that would stand still for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stop {
    /// Where the deployment stands then.
    pub deployment: DeploymentState,
    /// What it waits on.
    pub what: String,
    /// In how many runs.
    pub runs: usize,
}

/// A ring or core component that ran out of windows: it wants spare ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Short {
    /// Which.
    pub scope: Scope,
    /// In how many runs.
    pub runs: usize,
    /// The sites of the ring that had none left, in any run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<SiteId>,
}

/// A request for change whose authorisation ran out before it was begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Expired {
    /// Which.
    pub rfc: RfcId,
    /// In how many runs.
    pub runs: usize,
}

/// A site whose window ended before it was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tight {
    /// Which.
    pub site: SiteId,
    /// In how many runs.
    pub runs: usize,
}

/// A share of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Share {
    /// What was waited for.
    pub on: Passed,
    /// For how long on average, in seconds.
    pub average_s: i64,
    /// Of the whole, in percent.
    pub percent: i64,
}

fn dates(at: &[Timestamp]) -> Option<Dates> {
    let mut at = at.to_vec();
    at.sort_unstable();
    let of = |percent: usize| at.get((at.len().max(1) - 1) * percent / 100).copied();
    Some(Dates { p10: of(10)?, p50: of(50)?, p90: of(90)? })
}

/// Returns what `rehearsal` of `state`, from `now` on, shows.
pub fn summary(rehearsal: &Rehearsal, state: &State, now: Timestamp) -> Rehearsed {
    let reached = rehearsal.reached.iter().filter_map(|(deployment, at)| {
        Some(Reached { deployment: *deployment, runs: at.len(), at: dates(at)? })
    });
    let mut stops: Vec<Stop> = rehearsal
        .stops
        .iter()
        .map(|((deployment, what), runs)| Stop {
            deployment: *deployment,
            what: what.clone(),
            runs: *runs,
        })
        .collect();
    stops.sort_by_key(|it| std::cmp::Reverse(it.runs));
    let mut tight: Vec<Tight> = rehearsal
        .tight
        .iter()
        .map(|(site, runs)| Tight { site: site.clone(), runs: *runs })
        .collect();
    tight.sort_by_key(|it| std::cmp::Reverse(it.runs));
    Rehearsed {
        runs: rehearsal.runs,
        ended: rehearsal.ended,
        reached: reached.collect(),
        rings: rings(rehearsal, state),
        calendar: calendar(rehearsal),
        short: short(rehearsal, state),
        expired: expired(rehearsal, state),
        stops,
        never_fits: never_fits(state, now),
        tight,
        site_halts: Halts { runs: rehearsal.runs_with_site_halts, count: rehearsal.site_halts },
        time: time(rehearsal),
    }
}

fn rings(rehearsal: &Rehearsal, state: &State) -> Vec<RingRehearsed> {
    let planned = |ring: usize| state.index.sites_of_ring.get(ring).map_or(0, Vec::len);
    let rings = state.plan.rings.iter().zip(&rehearsal.rings).enumerate();
    rings
        .map(|(position, (ring, tally))| RingRehearsed {
            ring: ring.id.clone(),
            starts: dates(&tally.starts),
            verified: dates(&tally.verified),
            passes: dates(&tally.passes),
            blast_radius: ring.blast_radius(planned(position)),
            failed_most: tally.failed_most,
            halts: Halts { runs: tally.runs_halted, count: tally.halts },
        })
        .collect()
}

fn short(rehearsal: &Rehearsal, state: &State) -> Vec<Short> {
    let components = state.plan.components.iter().map(|it| Scope::Component(it.id.clone()));
    let rings = state.plan.rings.iter().map(|it| Scope::Ring(it.id.clone()));
    let of = |scope: Scope| {
        let tally = rehearsal.short.get(&scope)?;
        let sites = tally.sites.iter().cloned().collect();
        Some(Short { scope, runs: tally.runs, sites })
    };
    components.chain(rings).filter_map(of).collect()
}

fn expired(rehearsal: &Rehearsal, state: &State) -> Vec<Expired> {
    let of = |rfc: &RfcId| Some(Expired { rfc: rfc.clone(), runs: *rehearsal.expired.get(rfc)? });
    state.plan.rfcs.iter().filter_map(|it| of(&it.id)).collect()
}

fn calendar(rehearsal: &Rehearsal) -> Vec<Calendar> {
    let lines = rehearsal.asks.iter().filter_map(|((scope, what), tally)| {
        let mut people: Vec<(&PersonId, &usize)> = tally.people.iter().collect();
        people.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        Some(Calendar {
            scope: scope.clone(),
            what: what.clone(),
            people: people.into_iter().take(PEOPLE_MAX).map(|(it, _)| it.clone()).collect(),
            runs: tally.at.len(),
            asked: dates(&tally.at)?,
            answered: dates(&tally.answered),
            at_night: tally.nights,
        })
    });
    let mut lines: Vec<Calendar> = lines.collect();
    lines.sort_by_key(|it| it.asked.p50);
    lines
}

fn never_fits(state: &State, now: Timestamp) -> Vec<(SiteId, String)> {
    let plan = &state.plan;
    let sites = plan.sites.iter().zip(&plan.ring_of);
    sites
        .filter_map(|(site, ring)| {
            let template = plan.template(&site.template)?;
            let work = site_work(plan, site, template);
            let calendar = site_calendar(plan, site, *ring as usize);
            let nowhere = fitting(site, &work, &calendar, now).err()?;
            Some((site.id.clone(), nowhere.why))
        })
        .collect()
}

fn time(rehearsal: &Rehearsal) -> Vec<Share> {
    let whole_s: i64 = rehearsal.passed.values().sum();
    let runs = i64::try_from(rehearsal.ended).unwrap_or(i64::MAX).max(1);
    let mut shares: Vec<Share> = rehearsal
        .passed
        .iter()
        .map(|(on, length_s)| Share {
            on: *on,
            average_s: length_s / runs,
            percent: length_s * 100 / whole_s.max(1),
        })
        .collect();
    shares.sort_by_key(|it| std::cmp::Reverse(it.average_s));
    shares
}
