//! Rings: opening, halting, soaking, passing.
//!
//! House rule: halt when `failed > floor(planned x p / 100)`; complete never
//! implies success; all checks of a gate pass in the same look.

use super::Agenda;
use crate::facts::Look;
use jiff::SignedDuration;
use model::event::{Event, RingTransition};
use model::guard::{Guard, GuardReading, Supplier};
use model::machine::DeploymentState;
use model::planted::{Planted, is_planted};
use model::ring::{Ring, tolerated};
use model::scope::Scope;
use model::state::{RingState, RingStatus};

pub(super) fn rings(look: &mut Look<'_>, agenda: &mut Agenda) {
    let mut earlier_passed = look.state.deployment == DeploymentState::Deploying;
    for (planned, status) in look.plan().rings.iter().zip(&look.state.rings) {
        let happened = match status.state {
            RingState::Waiting if earlier_passed || is_planted(Planted::RingsBesideEachOther) => {
                Some((RingTransition::Opened, None, vec![]))
            }
            RingState::Waiting | RingState::Halted | RingState::Passed => None,
            RingState::Open | RingState::Soaking => match broken_budget(planned, status) {
                Some(why) => Some((RingTransition::Halted, Some(why), vec![])),
                None => advanced(look, planned, status).map(|(it, gate)| (it, None, gate)),
            },
        };
        if let Some((transition, reason, gate)) = happened {
            agenda.events.push(Event::Ring { ring: planned.id.clone(), transition, reason, gate });
        }
        earlier_passed = earlier_passed && status.state == RingState::Passed;
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
            format!("{count} severity {severity} incidents or refusals, {allowed} are tolerated")
        })
    };
    exceeded("failed", status.failed(), rule.failed_percent)
        .or_else(|| exceeded("are lost", status.lost(), rule.lost_percent))
        .or_else(|| signals(1, status.severity_1, rule.severity_1))
        .or_else(|| signals(2, status.severity_2, rule.severity_2))
}

/// Returns whether enough sites of the ring are verified.
pub(super) fn has_succeeded(planned: &Ring, status: &RingStatus) -> bool {
    let counts = &status.counts;
    let good = counts.verified + counts.exempt;
    good * 100 >= counts.planned * usize::from(planned.halting.success_percent_min)
}

fn advanced(
    look: &mut Look<'_>,
    planned: &Ring,
    status: &RingStatus,
) -> Option<(RingTransition, Vec<GuardReading>)> {
    match (status.state, has_succeeded(planned, status)) {
        (RingState::Open, true) => Some((RingTransition::SoakStarted, vec![])),
        (RingState::Soaking, false) => Some((RingTransition::SoakBroken, vec![])),
        (RingState::Soaking, true) => {
            let soak = SignedDuration::from_secs(i64::from(planned.soak_s));
            let ends = status.since.checked_add(soak).ok()?;
            look.again(Some(ends));
            // What may be waived of S8 is the soak.
            let scopes = [Scope::Ring(planned.id.clone()), Scope::Deployment];
            let text = || (format!("ring {} soaks until {ends}", planned.id), Supplier::At(ends));
            let found = if ends <= look.now || is_planted(Planted::SoakIgnored) {
                Ok(())
            } else {
                Err(text())
            };
            let reading = look.state.reading(Guard::S8, &scopes, look.now, found);
            reading.verdict.passes().then(|| (RingTransition::Passed, vec![reading]))
        }
        (RingState::Open, false)
        | (RingState::Waiting | RingState::Halted | RingState::Passed, _) => None,
    }
}
