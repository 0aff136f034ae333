//! Rings: opening, halting, soaking, passing.
//!
//! House rule: halt when `failed > floor(planned x p / 100)`; complete never
//! implies success; all checks of a gate pass in the same look.

use super::{Agenda, deadline};
use crate::facts::Look;
use jiff::{SignedDuration, Timestamp};
use model::event::{Event, RingTransition};
use model::gates::{Found, h1, missing};
use model::guard::{Guard, GuardReading, Supplier};
use model::incident::Severity;
use model::machine::SiteState;
use model::planted::{Planted, is_planted};
use model::ring::{Ring, tolerated};
use model::role_type::RoleType;
use model::scope::Scope;
use model::state::{RingState, RingStatus};

pub(super) fn rings(look: &mut Look<'_>, agenda: &mut Agenda) {
    // A plan that was revised later may have brought another ring.
    let mut earlier_passed = super::works(look.state.deployment);
    for (position, (planned, status)) in look.plan().rings.iter().zip(&look.state.rings).enumerate()
    {
        let happened = match status.state {
            RingState::Waiting if earlier_passed || is_planted(Planted::RingsBesideEachOther) => {
                Some((RingTransition::Opened, None, vec![]))
            }
            RingState::Waiting | RingState::Halted => None,
            RingState::Open | RingState::Soaking => {
                halted(planned, status).or_else(|| advanced(look, position, planned, status))
            }
            // Sites come into a ring that has passed, too, or are gone back to there.
            RingState::Passed => halted(planned, status),
        };
        if let Some((transition, reason, gate)) = happened {
            agenda.events.push(Event::Ring { ring: planned.id.clone(), transition, reason, gate });
        }
        earlier_passed = earlier_passed && status.state == RingState::Passed;
    }
}

fn halted(
    planned: &Ring,
    status: &RingStatus,
) -> Option<(RingTransition, Option<String>, Vec<GuardReading>)> {
    let why = broken_budget(planned, status)?;
    Some((RingTransition::Halted, Some(why), vec![]))
}

/// Halts the rings whose budget is exceeded, and no more: what a ring must not do, it must not do
/// while nobody knows what time it is either.
pub(super) fn halts(look: &Look<'_>, agenda: &mut Agenda) {
    for (planned, status) in look.plan().rings.iter().zip(&look.state.rings) {
        let goes_on = status.state.after(RingTransition::Halted).is_some();
        if let Some(why) = broken_budget(planned, status).filter(|_| goes_on) {
            let (ring, transition) = (planned.id.clone(), RingTransition::Halted);
            agenda.events.push(Event::Ring { ring, transition, reason: Some(why), gate: vec![] });
        }
    }
}

/// Returns which budget of the ring is exceeded, in words.
pub fn broken_budget(planned: &Ring, status: &RingStatus) -> Option<String> {
    if is_planted(Planted::BudgetIgnored) {
        return None;
    }
    let all = status.counts.planned;
    let rule = &planned.halting;
    let exceeded = |what: &str, count: usize, percent: u8| {
        let allowed = tolerated(all, percent);
        (count > allowed).then(|| format!("{count} of {all} sites {what}, {allowed} are tolerated"))
    };
    let signals = |severity: u8, count: u32, allowed: u32| {
        (count > allowed).then(|| {
            let what = if count == 1 { "incident or refusal" } else { "incidents or refusals" };
            format!("{count} {what} of severity {severity}, {allowed} are tolerated")
        })
    };
    exceeded("failed", status.failed(), rule.failed_percent)
        .or_else(|| exceeded("are lost", status.lost(), rule.lost_percent))
        .or_else(|| signals(1, status.severity_1, rule.severity_1))
        .or_else(|| signals(2, status.severity_2, rule.severity_2))
}

/// Returns whether enough sites of the ring are verified.
fn has_succeeded(planned: &Ring, status: &RingStatus) -> bool {
    let counts = &status.counts;
    let good = counts.verified + counts.exempt;
    good * 100 >= counts.planned * usize::from(planned.halting.success_percent_min)
}

/// Returns what keeps the ring at `position` from being behind us, but for its soak: too few of its
/// sites are verified, one is past its deadline, of one nobody knows whether a step had an effect,
/// or something severe is open at one.
pub(crate) fn health(look: &Look<'_>, position: usize) -> Found {
    let state = look.state;
    let Some((planned, status)) = look.plan().rings.get(position).zip(state.rings.get(position))
    else {
        return Ok(());
    };
    if !has_succeeded(planned, status) {
        let counts = &status.counts;
        let text = format!(
            "{} of {} sites of ring {} are verified; {} % are needed",
            counts.verified, counts.planned, planned.id, planned.halting.success_percent_min
        );
        return Err((text, Supplier::System));
    }
    let scope = Scope::Ring(planned.id.clone());
    h1(state, &scope)?;
    let limit_s = look.plan().limits.site_deadline_s;
    let late = of_ring(look, position).find(|site| {
        let status = state.sites.get(*site).filter(|it| it.state == SiteState::Deploying);
        let ends = status.and_then(|it| deadline(state, it.since, limit_s));
        ends.is_some_and(|it| it <= look.now)
    });
    if let Some(site) = late.and_then(|it| look.plan().sites.get(it)) {
        let text = format!("{} is past its deadline of {limit_s} s", site.id);
        return missing(text, &[RoleType::ReleaseManagement]);
    }
    nothing_severe(look, position, planned)
}

fn of_ring(look: &Look<'_>, position: usize) -> impl Iterator<Item = usize> {
    let sites = look.state.index.sites_of_ring.get(position);
    sites.into_iter().flatten().map(|it| *it as usize)
}

/// No severity 1 incident is open at a site of the ring, and not more of severity 2 than it bears.
fn nothing_severe(look: &Look<'_>, position: usize, planned: &Ring) -> Found {
    let mut severity_2 = 0;
    for incident in look.state.incidents.closing_gates() {
        let here = of_ring(look, position).filter_map(|it| look.plan().sites.get(it));
        let Some(site) = here.into_iter().find(|it| incident.is_at(&it.id)) else { continue };
        severity_2 += 1;
        if incident.severity <= Severity::ONE || severity_2 > planned.halting.severity_2 {
            let text = format!(
                "incident {}, {}, is open at {} of ring {}: {}",
                incident.number, incident.severity, site.id, planned.id, incident.title
            );
            return missing(text, &[RoleType::SupportManager, RoleType::OperationsManager]);
        }
    }
    Ok(())
}

/// Returns what keeps the sites of the ring at `position` from beginning because of their rings: one
/// before it is not behind us, it is halted itself, or it has not begun.
///
/// A plan that was revised may have brought another ring before one that is open.
pub(crate) fn lets_begin(look: &Look<'_>, position: usize) -> Found {
    let Some((planned, status)) =
        look.plan().rings.get(position).zip(look.state.rings.get(position))
    else {
        return Ok(());
    };
    if status.state == RingState::Halted && !is_planted(Planted::HaltIgnored) {
        return is_halted(planned, status);
    }
    // The first of those before it that is not behind us says what all wait for.
    if !is_planted(Planted::RingsBesideEachOther) {
        (0..position).try_for_each(|it| not_behind(look, it))?;
    }
    match status.state {
        RingState::Waiting => Err((format!("ring {} has not begun", planned.id), Supplier::System)),
        RingState::Open | RingState::Soaking | RingState::Halted | RingState::Passed => Ok(()),
    }
}

/// Returns that the ring `planned` is halted, and why.
pub(crate) fn is_halted(planned: &Ring, status: &RingStatus) -> Found {
    let why = status.reason.as_deref().unwrap_or("no reason was recorded");
    let text = format!("ring {} is halted: {why}", planned.id);
    missing(text, &[RoleType::ReleaseManagement, RoleType::ProgramManager])
}

/// Returns what keeps the ring at `position` from being behind us: its health, or its soak.
fn not_behind(look: &Look<'_>, position: usize) -> Found {
    let Some((planned, status)) =
        look.plan().rings.get(position).zip(look.state.rings.get(position))
    else {
        return Ok(());
    };
    match status.state {
        RingState::Passed => Ok(()),
        RingState::Waiting => Err((format!("ring {} has not begun", planned.id), Supplier::System)),
        RingState::Halted => is_halted(planned, status),
        RingState::Open | RingState::Soaking => {
            health(look, position)?;
            soaked(planned, status, look.now)?;
            // It passes by itself, once the deployment goes on.
            Err((format!("ring {} has soaked, and has not passed", planned.id), Supplier::System))
        }
    }
}

fn soak_ends(planned: &Ring, status: &RingStatus) -> Timestamp {
    let soak = SignedDuration::from_secs(i64::from(planned.soak_s));
    status.since.checked_add(soak).unwrap_or(Timestamp::MAX)
}

/// The ring has stayed healthy for as long as it must.
fn soaked(planned: &Ring, status: &RingStatus, now: Timestamp) -> Found {
    let ends = soak_ends(planned, status);
    if status.state == RingState::Soaking && (ends <= now || is_planted(Planted::SoakIgnored)) {
        return Ok(());
    }
    let text = format!("ring {} soaks until {ends}", planned.id);
    Err((text, if ends <= now { Supplier::System } else { Supplier::At(ends) }))
}

fn advanced(
    look: &mut Look<'_>,
    position: usize,
    planned: &Ring,
    status: &RingStatus,
) -> Option<(RingTransition, Option<String>, Vec<GuardReading>)> {
    match (status.state, health(look, position)) {
        (RingState::Open, Ok(())) => Some((RingTransition::SoakStarted, None, vec![])),
        (RingState::Soaking, Err((why, _))) => {
            Some((RingTransition::SoakBroken, Some(why), vec![]))
        }
        (RingState::Soaking, Ok(())) => {
            look.again(Some(soak_ends(planned, status)));
            // What may be waived of S8 is the soak.
            let scopes = [Scope::Ring(planned.id.clone()), Scope::Deployment];
            let found = soaked(planned, status, look.now);
            let reading = look.state.reading(Guard::S8, &scopes, look.now, found);
            reading.verdict.passes().then(|| (RingTransition::Passed, None, vec![reading]))
        }
        (RingState::Open, Err(_))
        | (RingState::Waiting | RingState::Halted | RingState::Passed, _) => None,
    }
}
