//! Measures as people read them: each with its rule, what it is made of, and the times.

mod more;

use super::table::{Tone, cell, table, text};
use crate::terminal::Setting;
use jiff::Zoned;
use jiff::tz::TimeZone;
use model::measures::desk::{DeskFigures, Durations};
use model::measures::figures::Figures;
use model::measures::impact::Causes;
use model::measures::intervals::{Interval, Intervals, instant};
use model::measures::measure::{Measure, Unit, minutes};
use model::measures::outcomes::{Outcome, OutcomeStanding};
use model::measures::printed::PrintedSite;
use model::measures::weeks::WEEK_MS;
use model::window::TimeZoneName;
use views::time::exactly;

/// The most sites that are listed: the worst first.
const SITES_MAX: usize = 25;
/// The most intervals that are listed for one measure.
const INTERVALS_MAX: usize = 50;

/// Returns all of `figures` by the clock of `zone`, of a deployment in `environment` where it is one.
pub(crate) fn figures(
    it: &Figures<'_>,
    zone: &TimeZoneName,
    environment: Option<&str>,
    setting: Setting,
) -> String {
    let measures = it.measures();
    let mut shown = format!("{}\n\n", heading(it, zone, environment));
    shown += &self::measures(&measures, setting);
    if let Some(desk) = &it.desk {
        shown += &format!("\n{}", durations(desk, setting));
    }
    if let Some(requests) = &it.requests {
        shown += &format!("\n{}", more::requests(requests, setting));
    }
    if let Some(escalations) = &it.escalations {
        shown += &more::escalations(escalations, setting);
    }
    for measure in measures.iter().filter(|it| !it.intervals.is_empty()) {
        shown += &format!("\n{}\n{}", measure.name, intervals(&measure.intervals));
    }
    shown + &format!("\n{}", sites(it, setting))
}

fn heading(it: &Figures<'_>, zone: &TimeZoneName, environment: Option<&str>) -> String {
    let question = it.question;
    let causes = match &question.causes {
        Causes::All => "as experienced, whatever the cause".to_owned(),
        Causes::Only(causes) => {
            let causes: Vec<String> = causes.iter().map(ToString::to_string).collect();
            format!("attributable: {}", causes.join(", "))
        }
    };
    let at = |at_ms| exactly(instant(at_ms), zone);
    let (from, to) = (at(question.from_ms), at(question.to_ms));
    let state = if it.downtime.is_provisional {
        "provisional, something was still going on"
    } else {
        "nothing was still going on"
    };
    let has_hours = it.measured.sites.iter().any(|it| it.agreed_hours.is_some());
    let clock = if has_hours { "in agreed hours" } else { "around the clock" };
    let environment = environment.map_or_else(String::new, |it| format!("{it}: "));
    let left_out = match it.measured.left_out {
        0 => String::new(),
        rows => format!("\n{rows} rows of other environments than production are left out"),
    };
    format!(
        "{environment}{from} up to {to}, {causes}\nas of {}: {state}; {clock}{left_out}",
        at(question.as_of_ms)
    )
}

fn sites(it: &Figures<'_>, setting: Setting) -> String {
    let mut worst: Vec<_> = (0..).zip(&it.measured.sites).zip(&it.downtime.sites).collect();
    worst.retain(|(_, it)| it.user_ms > 0 || it.unplanned_ms > 0);
    let all = it.measured.sites.len();
    if worst.is_empty() {
        return format!(
            "None of {all} sites was down or lost user-minutes; --json lists every one"
        );
    }
    worst.sort_by_key(|((position, _), it)| (-it.unplanned_ms, -it.user_ms, *position));
    let headings = ["site", "down", "planned", "agreed", "user-minutes", "availability", "when"];
    let mut rows = table(setting, &headings);
    for ((position, site), downtime) in worst.iter().take(SITES_MAX) {
        let figures = PrintedSite::new(downtime);
        let times = it.ledger.site_times(*position);
        let when: Vec<String> = times
            .iter()
            .flat_map(|it| it.unplanned.iter().take(INTERVALS_MAX))
            .map(shortly)
            .collect();
        rows.add_row([
            cell(&site.name, Tone::Plain),
            cell(format!("{} min", figures.unplanned_min), Tone::Plain),
            cell(format!("{} min", figures.planned_min), Tone::Plain),
            cell(format!("{} min", figures.agreed_service_min), Tone::Plain),
            cell(figures.user_min, Tone::Plain),
            cell(share(figures.availability), Tone::Plain),
            cell(when.join("\n"), Tone::Plain),
        ]);
    }
    let rest = all - worst.len().min(SITES_MAX);
    format!("{}\n{rest} of {all} sites are not listed; --json lists every one", text(&rows))
}

fn share(availability: Option<f64>) -> String {
    availability.map_or_else(|| "n/a".to_owned(), |it| format!("{:.4} %", it * 100.0))
}

/// Returns measures with their rules.
pub(crate) fn measures(measures: &[Measure], setting: Setting) -> String {
    let mut rows = table(setting, &["measure", "value", "from", "n", "rule"]);
    for measure in measures {
        rows.add_row([
            cell(measure.name, Tone::Plain),
            cell(value(measure), Tone::Plain),
            cell(parts(measure), Tone::Plain),
            cell(measure.n, Tone::Plain),
            cell(measure.rule, Tone::Plain),
        ]);
    }
    text(&rows)
}

/// Returns the value of a measure, with how far chance could move it.
fn value(measure: &Measure) -> String {
    match measure.confidence {
        None => measure.shown(),
        Some(it) => {
            let indicates = if it.only_indicates { ", only indicates" } else { "" };
            let (low, high) = (it.low * 100.0, it.high * 100.0);
            format!("{} (95 %: {low:.1} to {high:.1} %{indicates})", measure.shown())
        }
    }
}

/// Returns the numerator and the denominator of a measure.
fn parts(measure: &Measure) -> String {
    let (numerator, denominator) = (measure.value.numerator, measure.value.denominator);
    let is_share_of_time = measure.unit == Unit::Share && denominator > 1_000_000;
    match measure.unit {
        Unit::Time | Unit::UserTime if denominator == 1 => String::new(),
        Unit::Time | Unit::UserTime => format!("{} / {denominator}", minutes(numerator)),
        Unit::Share if is_share_of_time => {
            format!("{} / {}", minutes(numerator), minutes(denominator))
        }
        Unit::Count if denominator == 1 => String::new(),
        // A rate per 100 users and week: no deployment has so many users.
        Unit::Count if denominator > 1_000_000_000 => {
            let week_ms = i128::from(WEEK_MS);
            let tenths = denominator * 10 / week_ms;
            let (whole, tenth) = (tenths / 10, tenths % 10);
            format!("{} / {whole}.{tenth} user-weeks", numerator / (100 * week_ms))
        }
        Unit::Share | Unit::Count => format!("{numerator} / {denominator}"),
    }
}

/// Returns the measures of the outcomes.
pub(crate) fn outcomes(outcomes: &[Outcome], setting: Setting) -> String {
    let mut rows = table(setting, &["measure", "value", "n", "outcome", "rule"]);
    for outcome in outcomes {
        let tone = match outcome.standing {
            OutcomeStanding::Reached => Tone::Good,
            OutcomeStanding::Open | OutcomeStanding::Unknown => Tone::Mind,
            OutcomeStanding::Judged => Tone::Plain,
        };
        rows.add_row([
            cell(outcome.measure, Tone::Plain),
            cell(&outcome.value, Tone::Plain),
            cell(outcome.n, Tone::Plain),
            cell(outcome.standing, tone),
            cell(outcome.rule, Tone::Plain),
        ]);
    }
    text(&rows)
}

fn durations(desk: &DeskFigures, setting: Setting) -> String {
    let mut rows = table(setting, &["from detection", "n", "median", "90th percentile", "mean"]);
    let shown = |it: Option<f64>| it.map_or_else(|| "n/a".to_owned(), |it| format!("{it} min"));
    let mut row = |name: &str, it: &Durations| {
        rows.add_row([
            cell(name, Tone::Plain),
            cell(it.n(), Tone::Plain),
            cell(shown(it.median_min()), Tone::Plain),
            cell(shown(it.p90_min()), Tone::Plain),
            cell(shown(it.mean_min()), Tone::Plain),
        ]);
    };
    row("to acknowledgement", &desk.to_acknowledge);
    row("to restoration", &desk.to_restore);
    text(&rows)
}

/// Returns an interval in UTC, without what its end repeats of its start.
fn shortly(interval: Interval) -> String {
    let utc = |at_ms: i64| instant(at_ms).to_zoned(TimeZone::UTC);
    let clock = |at: &Zoned| {
        let has_seconds = at.second() != 0 || at.subsec_nanosecond() != 0;
        at.strftime(if has_seconds { "%H:%M:%S" } else { "%H:%M" }).to_string()
    };
    let (start, end) = (utc(interval.start_ms), utc(interval.end_ms));
    let day = if start.date() == end.date() { String::new() } else { format!("{} ", end.date()) };
    format!("{} {} to {day}{} UTC", start.date(), clock(&start), clock(&end))
}

fn intervals(set: &Intervals) -> String {
    let mut lines: String = set
        .iter()
        .take(INTERVALS_MAX)
        .map(|it| format!("  {}  {} min\n", shortly(it), minutes(it.length_ms())))
        .collect();
    if set.count() > INTERVALS_MAX {
        lines += &format!("  and {} more\n", set.count() - INTERVALS_MAX);
    }
    lines
}
