//! How the solution performed in its quiet period: the tables of the report, each by site and for
//! the service, with what they were computed from.
//!
//! Figures are exact until they are written, and are written as texts with their unit, so that the
//! report has the same bytes everywhere. Of many sites those are listed that lost something; the
//! digest of the whole table stands beside them, and `landfall measures` shows all of it.
//!
//! Source: Deploy SMF, Process 3, outputs of Table 6: number of incidents, downtime.

use super::QuietPeriod;
use crate::digest::canonical_digest;
use crate::incident::{Clock, ImpactLevel, Incident, ProbeStanding, clock};
use crate::machine::IncidentState;
use crate::measures::downtime::{Ledger, SiteDowntime, WholeDowntime};
use crate::measures::impact::{Causes, Impact, Question, Reach};
use crate::measures::intervals::{Interval, Intervals, instant};
use crate::measures::measure::{Fraction, MINUTE_MS};
use crate::measures::measured::Measured;
use crate::measures::recorded;
use crate::state::State;
use jiff::Timestamp;
use serde_json::{Value, json};

/// The most sites that are listed one by one: more do not fit what people sign.
const SITES_LISTED_MAX: usize = 200;

/// The most rows of any other table: more is for a program.
const ROWS_MAX: usize = 500;

/// Returns the tables of the report on `period` as they are at the instant `now`.
pub(super) fn performance(state: &State, period: &QuietPeriod, now: Timestamp) -> Value {
    let until = period.end.min(now);
    let measured = recorded::measured(state, until);
    let question = |causes| Question {
        from_ms: period.start.as_millisecond(),
        to_ms: until.as_millisecond(),
        as_of_ms: now.as_millisecond(),
        causes,
    };
    let attributable = question(Causes::attributable());
    let (ours, all) = (whole(&measured, &attributable), whole(&measured, &question(Causes::All)));
    let held = |at: Timestamp| period.start <= at && at < until;
    let incidents = incidents(state, period, until);
    json!({
        "service": { "attributable": service(&ours), "as-experienced": service(&all) },
        "sites": sites(&measured, &attributable, &ours),
        "impact": impacts(&measured, &attributable),
        "down-at-any-site": ours.any_site.iter().take(ROWS_MAX).map(span).collect::<Vec<_>>(),
        "incident-list": incidents.iter().map(|it| incident(state, it)).collect::<Vec<_>>(),
        "escalation-list": escalations(state, held),
        "changes": changes(state, held),
        "completeness": completeness(state, period, until),
        "a-month-of-this": month(state, &ours, period, until),
    })
}

/// Returns the incidents that are listed of `period` up to `until`.
pub(super) fn incidents<'s>(
    state: &'s State,
    period: &QuietPeriod,
    until: Timestamp,
) -> Vec<&'s Incident> {
    let held = |at: Timestamp| period.start <= at && at < until;
    let within = |it: &&Incident| held(it.detected()) || it.restored().is_some_and(held);
    state.incidents.list.iter().filter(within).take(ROWS_MAX).collect()
}

fn whole(measured: &Measured, question: &Question) -> WholeDowntime {
    Ledger::new(&measured.sites, &measured.impacts, &measured.maintenance, question).downtime()
}

/// Returns `it` with so many digits after the point, rounded half up; nothing out of nothing.
fn written(it: Fraction, digits: u32) -> Option<String> {
    let scale = 10_i128.pow(digits);
    let twice = it.numerator.checked_mul(scale * 2)?.checked_add(it.denominator)?;
    let units = twice.checked_div_euclid(it.denominator.checked_mul(2)?)?;
    let width = digits as usize;
    Some(format!("{}.{:0width$}", units / scale, units % scale))
}

fn minutes(length_ms: impl Into<i128>) -> String {
    let text = written(Fraction::new(length_ms, MINUTE_MS), 2);
    format!("{} min", text.unwrap_or_default())
}

fn minutes_of(it: Fraction) -> Option<String> {
    let it = Fraction::new(it.numerator, it.denominator * i128::from(MINUTE_MS));
    written(it, 2).map(|it| format!("{it} min"))
}

fn percent(it: Fraction) -> Option<String> {
    let it = Fraction::new(it.numerator * 100, it.denominator);
    written(it, 4).map(|it| format!("{it} %"))
}

fn span(it: Interval) -> Value {
    json!({ "from": instant(it.start_ms), "until": instant(it.end_ms), "length": minutes(it.length_ms()) })
}

fn service(of: &WholeDowntime) -> Value {
    json!({
        "any-site": minutes(of.any_site.length_ms()),
        "all-sites": minutes(of.all_sites.length_ms()),
        "user-weighted": minutes_of(of.user_weighted()),
        "site-mean": minutes_of(of.site_mean()),
        "user-minutes-lost": minutes(of.user_ms),
        "planned-of-all-sites": minutes(of.planned_site_ms),
        "availability": percent(of.availability()),
        "is-provisional": of.is_provisional,
    })
}

/// When a site was hit at a level that is no outage.
struct Lesser {
    everywhere: Intervals,
    own: std::collections::HashMap<u32, Vec<Interval>>,
}

impl Lesser {
    fn of(impacts: &[Impact], question: &Question, level: ImpactLevel) -> Self {
        let (mut everywhere, mut own) = (vec![], std::collections::HashMap::new());
        let counted =
            impacts.iter().filter(|it| it.level == level && question.causes.hold(it.cause));
        for it in counted {
            let Some(span) = clipped(it, question) else { continue };
            match &it.reach {
                Reach::All => everywhere.push(span),
                Reach::Some(at) => {
                    at.iter().for_each(|at| own.entry(*at).or_insert_with(Vec::new).push(span));
                }
            }
        }
        Self { everywhere: Intervals::union_of(everywhere), own }
    }

    fn at(&self, position: u32) -> i64 {
        match self.own.get(&position) {
            None => self.everywhere.length_ms(),
            Some(own) => self.everywhere.union(&Intervals::union_of(own.clone())).length_ms(),
        }
    }
}

fn clipped(it: &Impact, question: &Question) -> Option<Interval> {
    let end_ms = it.end_ms.filter(|it| *it <= question.as_of_ms).unwrap_or(question.as_of_ms);
    question.window()?.intersection(Interval::new(it.start_ms, end_ms)?)
}

fn sites(measured: &Measured, question: &Question, of: &WholeDowntime) -> Value {
    let partial = Lesser::of(&measured.impacts, question, ImpactLevel::Partial);
    let degraded = Lesser::of(&measured.impacts, question, ImpactLevel::Degraded);
    let row = |(position, (site, down)): (
        u32,
        (&crate::measures::impact::MeasuredSite, &SiteDowntime),
    )| {
        json!({
            "site": site.name,
            "unplanned": minutes(down.unplanned_ms),
            "planned": minutes(down.planned_ms),
            "partial": minutes(partial.at(position)),
            "degraded": minutes(degraded.at(position)),
            "agreed": minutes(down.agreed_ms),
            "availability": percent(down.availability()),
            "user-minutes-lost": minutes(down.user_ms),
        })
    };
    let rows: Vec<Value> = (0..).zip(measured.sites.iter().zip(&of.sites)).map(row).collect();
    let digest = canonical_digest(&rows);
    let lost: Vec<bool> = of.sites.iter().map(|it| it.user_ms > 0 || it.planned_ms > 0).collect();
    let count = rows.len();
    let is_short = count <= SITES_LISTED_MAX;
    let listed = rows.into_iter().zip(lost).filter(|(_, lost)| is_short || *lost);
    let listed: Vec<Value> = listed.map(|(row, _)| row).take(SITES_LISTED_MAX).collect();
    let left_out = count - listed.len();
    json!({ "rows": listed, "sites": count, "left-out": left_out, "table-sha256": digest })
}

/// Returns the stretches of impact that were counted, so that a reader can compute all of it anew.
fn impacts(measured: &Measured, question: &Question) -> Value {
    let of = |it: &Impact| {
        let span = clipped(it, question)?;
        let sites = match &it.reach {
            Reach::All => json!("all"),
            Reach::Some(at) => {
                let names = at.iter().filter_map(|it| measured.sites.get(*it as usize));
                json!(names.take(SITES_LISTED_MAX).map(|it| &it.name).collect::<Vec<_>>())
            }
        };
        Some(json!({
            "of": it.of,
            "from": instant(span.start_ms),
            "until": instant(span.end_ms),
            "sites": sites,
            "level": it.level,
            "users": it.affected,
            "attribution": it.cause,
        }))
    };
    json!(measured.impacts.iter().filter_map(of).take(ROWS_MAX).collect::<Vec<_>>())
}

fn incident(state: &State, it: &Incident) -> Value {
    let since = |at: Option<Timestamp>| {
        at.map(|at| minutes(at.as_millisecond() - it.detected().as_millisecond()))
    };
    let late = [Clock::Acknowledge, Clock::Restore, Clock::Resolve].into_iter();
    let late = late.filter_map(|clock_of| clock(&state.plan, it, clock_of));
    let late: Vec<Clock> = late.filter(|it| it.is_late(state.at)).map(|it| it.clock).collect();
    let mut row = json!({
        "incident": it.number,
        "severity": it.severity_highest,
        "text": it.title,
        "attribution": it.attribution,
        "counts": it.counts() && !matches!(it.state, IncidentState::Cancelled | IncidentState::Duplicate),
        "state": it.state.to_string(),
        "detected": it.detected(),
        "time-to-acknowledge": since(it.acknowledged),
        "time-to-restore": since(it.restored()),
        "reopened": it.episodes.len().saturating_sub(1),
        "cause": it.cause,
        "fix": it.fix,
    });
    if let Some(row) = row.as_object_mut().filter(|_| !late.is_empty()) {
        row.insert("late".to_owned(), json!(late));
    }
    row
}

fn escalations(state: &State, held: impl Fn(Timestamp) -> bool) -> Value {
    let raised = state.escalations.list.iter().filter(|it| !it.is_drill() && held(it.raising.at));
    let row = |it: &crate::escalation::Escalation| {
        json!({
            "escalation": it.number,
            "raised": it.raising.at,
            "cause": it.raising.reason,
            "accepted": it.accepted.as_ref().map(|it| it.at),
            "answered": it.answer.as_ref().map(|it| it.at),
            "levels-that-did-not-answer": it.breaches.len(),
            "avoidable": it.avoidable,
        })
    };
    json!(raised.take(ROWS_MAX).map(row).collect::<Vec<_>>())
}

fn changes(state: &State, held: impl Fn(Timestamp) -> bool) -> Value {
    let ended = state.rfcs.iter().filter_map(|it| Some((it, it.ended.filter(|at| held(*at))?)));
    let row = |(it, at): (&crate::state::RfcStatus, Timestamp)| {
        let category = state.rfc(&it.id).map(|(request, _)| request.category);
        json!({
            "change": it.id,
            "category": it.category.or(category),
            "was-emergency": it.was_emergency,
            "ended": at,
            "state": it.state.to_string(),
        })
    };
    json!(ended.take(ROWS_MAX).map(row).collect::<Vec<_>>())
}

/// Returns of how much of the time probes know, and when nobody asked.
fn completeness(state: &State, period: &QuietPeriod, until: Timestamp) -> Value {
    let share = super::measured_share(state, period, until).map(super::hundredths);
    let whole = Interval::new(period.start.as_millisecond(), until.as_millisecond());
    let gaps = state.plan.probes.iter().flat_map(|probe| {
        let known = state.incidents.probes.known(&probe.id);
        let gaps: Vec<Interval> = Intervals::from(whole).without(&known).iter().collect();
        gaps.into_iter().map(move |it| {
            json!({ "probe": probe.id, "at": probe.scope, "standing": ProbeStanding::Unknown,
                "from": instant(it.start_ms), "until": instant(it.end_ms), "length": minutes(it.length_ms()) })
        })
    });
    json!({ "known": share, "gaps": gaps.take(ROWS_MAX).collect::<Vec<_>>() })
}

/// Returns what operations can expect of a month, by what the quiet period was like: the period's
/// purpose is to find that out.
fn month(state: &State, of: &WholeDowntime, period: &QuietPeriod, until: Timestamp) -> Value {
    /// Thirty days.
    const MONTH_MS: i128 = 30 * 24 * 3_600_000;
    let length_ms = i128::from(until.as_millisecond() - period.start.as_millisecond());
    let held = |at: Timestamp| period.start <= at && at < until;
    let counted = state.incidents.list.iter().filter(|it| {
        it.counts()
            && held(it.detected())
            && !matches!(it.state, IncidentState::Cancelled | IncidentState::Duplicate)
    });
    let incidents = Fraction::new(counted.count() as i128 * MONTH_MS, length_ms);
    let weighted = of.user_weighted();
    let down = Fraction::new(weighted.numerator * MONTH_MS, weighted.denominator * length_ms);
    json!({
        "incidents": written(incidents, 1),
        "user-weighted-downtime": minutes_of(down),
    })
}
