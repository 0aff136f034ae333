//! The gate of the quiet period: Q1 to Q4, and D1.
//!
//! Source: Deploy SMF, Process 4, Table 7: was the quiet period uneventful? As worked out in
//! `catalogue/guards.psv`.

use super::{Found, missing};
use crate::guard::{Guard, GuardReading, Supplier};
use crate::machine::QuietPeriodState;
use crate::quiet_period::{self as quiet, CriterionVerdict, QuietPeriod, stated_in};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::state::State;
use jiff::Timestamp;

/// Returns what the guards of the end of `period` read: Q1, Q2 and Q3.
pub fn readings(state: &State, period: &QuietPeriod, now: Timestamp) -> Vec<GuardReading> {
    vec![q1(state, period, now), q2(state, period, now), q3(state, period, now)]
}

/// Q1: its end is behind it, and its least length too. Of the two only the least length can be
/// waived.
pub fn q1(state: &State, period: &QuietPeriod, now: Timestamp) -> GuardReading {
    if now < period.end {
        let text = format!("the quiet period runs until {}", period.end);
        return GuardReading::unmet(Guard::Q1, text, Supplier::At(period.end));
    }
    let least = period.minimum_end(state);
    let found = if now < least {
        let text = format!("the quiet period lasts {} days at least", period.minimum_days);
        Err((text, Supplier::At(least)))
    } else {
        Ok(())
    };
    state.reading(Guard::Q1, &[Scope::Deployment], now, found)
}

/// Q2: every criterion of an uneventful quiet period is true, or it was accepted as it was. Nothing
/// else waives it: the record would call it uneventful.
pub fn q2(state: &State, period: &QuietPeriod, now: Timestamp) -> GuardReading {
    if period.accepted_as_it_was {
        return GuardReading::met(Guard::Q2);
    }
    let readings = match period.state {
        QuietPeriodState::Completed => period.criteria.clone(),
        QuietPeriodState::NotStarted
        | QuietPeriodState::Running
        | QuietPeriodState::Evaluating
        | QuietPeriodState::Aborted => quiet::readings(state, period, now),
    };
    let first = |verdict| readings.iter().find(|it| it.verdict == verdict);
    let roles = [RoleType::OperationsManager, RoleType::Customer];
    let found = match (first(CriterionVerdict::NotMet), first(CriterionVerdict::Unknown)) {
        (None, None) => Ok(()),
        (Some(it), _) => missing(it.to_string(), &roles),
        (None, Some(it)) => missing(it.to_string(), &[RoleType::OperationsManager]),
    };
    super::read_strictly(Guard::Q2, found)
}

/// Q3: enough of it was measured, and the gaps are explained. Where the plan has probes, their
/// answers say how much; where it has none, operations does.
pub fn q3(state: &State, period: &QuietPeriod, now: Timestamp) -> GuardReading {
    let found = match quiet::measured_share(state, period, now) {
        None => unprobed(state, period),
        Some(share) if share < state.quiet_terms().rules.measured_min() => {
            let text = format!(
                "probes know of {} of the site-minutes, {} % are asked for; what nobody asked is unknown, not up",
                quiet::hundredths(share),
                state.quiet_terms().rules.measured_percent_min
            );
            missing(text, &[RoleType::OperationsManager, RoleType::Customer])
        }
        Some(_) if quiet::is_whole(state, period, now) => Ok(()),
        Some(_) if stated_in(state, Guard::Q3, period) => Ok(()),
        Some(share) => {
            let text = format!(
                "probes know of {} of the site-minutes, and nobody has explained the gaps",
                quiet::hundredths(share)
            );
            missing(text, &[RoleType::OperationsManager])
        }
    };
    state.reading(Guard::Q3, &[Scope::Deployment], now, found)
}

fn unprobed(state: &State, period: &QuietPeriod) -> Found {
    if stated_in(state, Guard::Q3, period) {
        return Ok(());
    }
    let percent = state.quiet_terms().rules.measured_percent_min;
    let text = format!(
        "nobody has stated that {percent} % of the site-minutes were measured, and why not all"
    );
    missing(text, &[RoleType::OperationsManager])
}

/// Q4: its least length is over, and every criterion is true.
pub fn q4(state: &State, period: &QuietPeriod, now: Timestamp) -> Found {
    let least = period.minimum_end(state);
    if now < least {
        let text = format!("the quiet period lasts {} days at least", period.minimum_days);
        return Err((text, Supplier::At(least)));
    }
    let readings = quiet::readings(state, period, now);
    match readings.iter().find(|it| it.verdict != CriterionVerdict::Met) {
        None => Ok(()),
        Some(it) => missing(it.to_string(), &[RoleType::OperationsManager]),
    }
}

/// D1: the quiet period is completed.
pub fn d1(state: &State) -> Found {
    match state.quiet_periods.last().map(|it| it.state) {
        Some(QuietPeriodState::Completed) => Ok(()),
        Some(it) => missing(format!("the quiet period is {it}"), &[RoleType::OperationsManager]),
        None => missing("there was no quiet period yet", &[RoleType::ProgramManager]),
    }
}
