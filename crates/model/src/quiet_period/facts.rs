//! What the state shows of a quiet period: what disturbed it, what undid it, what was seen.
//!
//! Source: Deploy SMF, Process 3, outputs of Table 6: number of incidents, downtime.

use super::{
    CriterionReading, Disturbance, Observed, QuietPeriod, TailEvent, criteria, days_later,
    whole_days,
};
use crate::companion_plans::QuietPeriodTerms;
use crate::guard::Guard;
use crate::incident::Severity;
use crate::machine::{IncidentState, RfcState};
use crate::milestone::Milestone;
use crate::scope::Scope;
use crate::state::{RfcStatus, State};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::borrow::Cow;

/// The share of sites that must go back for the quiet period to begin anew, in percent.
pub(super) const SITES_BACK_PERCENT: usize = 5;

const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

impl State {
    /// Returns the terms of the quiet period: the plan's, or the usual ones.
    pub fn quiet_terms(&self) -> Cow<'_, QuietPeriodTerms> {
        match &self.plan.quiet_period {
            Some(terms) => Cow::Borrowed(terms),
            None => Cow::Owned(QuietPeriodTerms::default()),
        }
    }
}

impl QuietPeriod {
    fn holds(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// Returns when its least length is over.
    pub fn minimum_end(&self, state: &State) -> Timestamp {
        days_later(self.start, self.minimum_days, &state.plan.zone)
    }

    /// Returns why nobody extends it again, where that is so.
    pub fn review_due(&self, state: &State, now: Timestamp) -> Option<String> {
        let terms = state.quiet_terms();
        let rules = &terms.rules;
        let day = days_later(self.start, rules.review_after_days, &state.plan.zone);
        if self.extensions.len() >= usize::from(rules.review_after_extensions) {
            return Some(format!("it was put on {} times", self.extensions.len()));
        }
        (now >= day).then(|| format!("day {} has come", rules.review_after_days))
    }
}

/// Returns what happened in `period` after which a time without any must follow.
pub fn disturbances(state: &State, period: &QuietPeriod) -> Vec<TailEvent> {
    let changes = state.rfcs.iter().filter(|it| it.was_emergency);
    let changes = changes.filter_map(|it| {
        let (what, name) = (Disturbance::EmergencyChange, it.id.to_string());
        Some(TailEvent { what, name, at: it.ended? })
    });
    let incidents = state.incidents.list.iter().filter(|it| it.counts());
    let incidents = incidents.filter_map(|it| {
        if matches!(it.state, IncidentState::Cancelled | IncidentState::Duplicate) {
            return None;
        }
        let what = match it.severity_highest {
            Severity::ONE => Disturbance::Severity1,
            Severity::TWO => Disturbance::Severity2,
            _ => return None,
        };
        Some(TailEvent { what, name: format!("incident {}", it.number), at: it.restored()? })
    });
    changes.chain(incidents).filter(|it| period.start <= it.at).collect()
}

/// Returns the emergency changes that are under way: the time without any has not begun.
fn emergencies_under_way(state: &State) -> impl Iterator<Item = &RfcStatus> {
    state.rfcs.iter().filter(|it| it.was_emergency && it.state == RfcState::Implementing)
}

/// Returns how many incidents of `severity` were entered in `period` and count against the solution.
fn severe(state: &State, period: &QuietPeriod, severity: Severity) -> u32 {
    let incidents = state.incidents.list.iter().filter(|it| it.counts());
    let its_own = incidents
        .filter(|it| !matches!(it.state, IncidentState::Cancelled | IncidentState::Duplicate));
    let severe = its_own.filter(|it| it.severity_highest == severity);
    count(severe.filter(|it| period.holds(it.detected())))
}

fn count(things: impl Iterator) -> u32 {
    u32::try_from(things.count()).unwrap_or(u32::MAX)
}

/// Returns since when `period` rests on what was declared stable: it may begin to run later.
fn declared(state: &State, period: &QuietPeriod) -> Timestamp {
    let approved = state.milestones.approved(Milestone::Stable).and_then(|it| it.approved);
    approved.map_or(period.start, |it| it.min(period.start))
}

/// Returns what took away the basis of `period`, in words, where something did.
pub fn basis_lost(state: &State, period: &QuietPeriod) -> Option<String> {
    let declared = declared(state, period);
    let went_back = |at: Option<Timestamp>| at.is_some_and(|it| it >= declared);
    let components = state.plan.components.iter().zip(&state.components);
    let mut components = components.filter(|(_, it)| went_back(it.went_back));
    if let Some((component, _)) = components.next() {
        return Some(format!("core component {} went back", component.id));
    }
    let seen = state.sites_seen();
    let in_scope = seen.in_scope;
    let back = seen.went_back.iter().filter(|it| **it >= declared).count();
    if back > 0 && back * 100 >= in_scope * SITES_BACK_PERCENT {
        return Some(format!("{back} of {in_scope} sites went back"));
    }
    let is_other = state.index.release.is_some_and(|it| it != period.release);
    is_other.then(|| "another release is deployed on the core".to_owned())
}

/// Returns what was seen of `period` up to `now`.
pub fn observed(state: &State, period: &QuietPeriod, now: Timestamp) -> Observed {
    let until = period.end.min(now);
    let last_week = until.checked_sub(WEEK).unwrap_or(period.start).max(period.start);
    let first_week = period.start.checked_add(WEEK).unwrap_or(until);
    let escalated = |from: Timestamp, to: Timestamp| {
        let raised = state.escalations.list.iter().filter(|it| !it.is_drill());
        count(raised.filter(|it| from <= it.raising.at && it.raising.at < to))
    };
    let seen = state.sites_seen();
    let components = state.components.iter().filter_map(|it| it.went_back);
    let back = components.chain(seen.went_back.iter().copied());
    let rollbacks = back.filter(|it| *it >= period.start).count();
    let emergencies = disturbances(state, period).into_iter();
    let emergencies = emergencies.filter(|it| it.what == Disturbance::EmergencyChange);
    let texts = !state.quiet_terms().uneventful.is_empty();
    Observed {
        users: seen.users,
        severity_1: severe(state, period, Severity::ONE),
        severity_2: severe(state, period, Severity::TWO),
        open: count(state.incidents.closing_gates()),
        availability: availability(state, period, now),
        escalations_first_week: escalated(period.start, first_week),
        escalations_last_week: escalated(last_week, until),
        emergency_changes_last_week: count(emergencies.filter(|it| last_week < it.at))
            + count(emergencies_under_way(state)),
        rollbacks: u32::try_from(rollbacks).unwrap_or(u32::MAX),
        representative_days: representative_days(state, period, until),
        stated: texts.then(|| stated_in(state, Guard::Q2, period)),
    }
}

/// The parts of the whole in which shares are counted: hundredths of a percent.
const PARTS: u16 = 10_000;

/// Returns the user-weighted availability of `period`, rounded down; nothing where too little is
/// known of it, while nobody has stated that the figures are complete where no probe looks, and
/// nothing where no service was agreed.
fn availability(state: &State, period: &QuietPeriod, now: Timestamp) -> Option<u16> {
    let is_measurable = || match measured_share(state, period, now) {
        Some(share) => share >= state.quiet_terms().rules.measured_min(),
        None => stated_in(state, Guard::Q3, period),
    };
    is_measurable().then(|| state.measured_of(period, now).availability)?.share_of(PARTS)
}

/// Returns the share of the site-minutes of `period` that probes know of, in hundredths of a
/// percent, rounded down; nothing where the plan has no probe.
pub fn measured_share(state: &State, period: &QuietPeriod, now: Timestamp) -> Option<u16> {
    if state.plan.probes.is_empty() {
        return None;
    }
    state.measured_of(period, now).known?.share_of(PARTS)
}

/// Returns whether all of `period` up to `now` is known by probes.
pub fn is_whole(state: &State, period: &QuietPeriod, now: Timestamp) -> bool {
    let known = || state.measured_of(period, now).known;
    !state.plan.probes.is_empty() && known().is_some_and(|it| it.numerator == it.denominator)
}

/// Returns whether `guard` was stated since `period` began.
pub(crate) fn stated_in(state: &State, guard: Guard, period: &QuietPeriod) -> bool {
    let stated = state.attested(guard, &[Scope::Deployment]);
    stated.is_some_and(|it| it.at >= period.start)
}

/// Returns how many days of `period` up to `until` had a usual amount of work; of the days that
/// were reported those that were over by then, and lay in it as a whole. Where nobody reported any,
/// each whole day since its start counts, and the report says so.
fn representative_days(state: &State, period: &QuietPeriod, until: Timestamp) -> u16 {
    let zone = state.plan.zone.rules();
    let begins = |day: Date| day.to_zoned(zone.clone()).ok().map(|it| it.timestamp());
    let is_whole = |day: Date| {
        let ends = day.tomorrow().ok().and_then(begins);
        begins(day).is_some_and(|it| period.start <= it) && ends.is_some_and(|it| it <= until)
    };
    let first = period.start.to_zoned(zone.clone()).date();
    let last = until.to_zoned(zone.clone()).date();
    let days = state.quiet_periods.days();
    if days.range(first..=last).next().is_none() {
        return whole_days(period.start, until, &state.plan.zone);
    }
    let reported = days.range(first..=last).filter(|(day, _)| is_whole(**day));
    let mut reported: Vec<u64> = reported.map(|(_, it)| *it).collect();
    reported.sort_unstable();
    let median = reported.get(reported.len() / 2).copied().unwrap_or_default();
    let percent = u128::from(state.quiet_terms().rules.representative_percent_min);
    let least = u128::from(median) * percent;
    let is_usual = |it: &&u64| **it > 0 && u128::from(**it) * 100 >= least;
    let usual = reported.iter().filter(is_usual).count();
    u16::try_from(usual).unwrap_or(u16::MAX)
}

/// Returns what the criteria of `period` read at the instant `now`.
pub fn readings(state: &State, period: &QuietPeriod, now: Timestamp) -> Vec<CriterionReading> {
    criteria(&observed(state, period, now), &state.quiet_terms().rules)
}

/// Returns the facts of the report on `period`, as they are at the instant `now`.
pub fn report(state: &State, period: &QuietPeriod, now: Timestamp) -> Value {
    let seen = observed(state, period, now);
    let days = state.quiet_periods.days().len();
    json!({
        "quiet-period": period.number,
        "start": period.start,
        "nominal-end": period.nominal_end,
        "end": period.end.min(now),
        "extensions": period.extensions.iter().map(|it| json!({
            "at": it.at, "from": it.from, "to": it.to, "cause": it.cause,
        })).collect::<Vec<_>>(),
        "criteria": readings(state, period, now),
        "incidents": { "severity-1": seen.severity_1, "severity-2": seen.severity_2, "open": seen.open },
        "escalations": { "first-week": seen.escalations_first_week, "last-week": seen.escalations_last_week },
        "emergency-changes": disturbances(state, period).iter()
            .filter(|it| it.what == Disturbance::EmergencyChange)
            .map(|it| json!({ "change": it.name, "ended": it.at }))
            .chain(emergencies_under_way(state).map(|it| json!({ "change": it.id, "ended": null })))
            .collect::<Vec<_>>(),
        "representative-days": {
            "days": seen.representative_days,
            "from": if days == 0 { "no work was reported: each whole day counts" } else { "reported work" },
        },
        "measured": state.attested(Guard::Q3, &[Scope::Deployment]).map(|it| &it.statement),
        "performance": super::performance::performance(state, period, now),
    })
}
