//! A rehearsal as people read it: dates with their spread, who is asked when, what stands still.

use super::counted::counted;
use super::table::{Tone, bad_count, cell, number, table, text};
use crate::terminal::Setting;
use jiff::{SignedDuration, Timestamp};
use model::plan::MasterProjectPlan;
use model::scope::Scope;
use model::window::TimeZoneName;
use planner::rehearsal::{Calendar, Dates, Rehearsed};
use planner::simulation::Passed;
use views::time::{between, lasting};

/// The share of runs in which something must happen to stand in the calendar, in percent.
const USUAL_PERCENT: usize = 50;

/// The most lines of one list.
const LINES_MAX: usize = 20;

/// Returns what a rehearsal of `plan` shows, as a page of text.
pub(crate) fn page(
    plan: &MasterProjectPlan,
    rehearsed: &Rehearsed,
    (from, wanted): (Timestamp, u32),
    setting: Setting,
) -> String {
    let zone = &plan.zone;
    let runs = rehearsed.runs;
    let mut page = format!("{} · {}\n", plan.deployment, plan.title);
    let counted_runs = match runs < wanted as usize {
        true => format!("{runs} of {}", counted(wanted as usize, "run")),
        false => counted(runs, "run"),
    };
    page += &format!("{counted_runs} from {}. ", local(from, zone));
    page += &match runs - rehearsed.ended {
        0 => "All come to the end.\n".to_owned(),
        without => {
            format!("{} come to the end, {without} do not: see below why.\n", rehearsed.ended)
        }
    };
    page += &reached(rehearsed, zone, setting);
    page += &rings(rehearsed, zone, setting);
    page += &stands_still(rehearsed);
    page += &time(rehearsed, setting);
    page + &calendar(plan, rehearsed, setting)
}

fn local(at: Timestamp, zone: &TimeZoneName) -> String {
    at.to_zoned(zone.rules()).strftime("%Y-%m-%d %a %H:%M %Z").to_string()
}

fn day(at: Option<Timestamp>, zone: &TimeZoneName) -> String {
    at.map_or_else(|| "never".to_owned(), |at| at.to_zoned(zone.rules()).date().to_string())
}

fn reached(rehearsed: &Rehearsed, zone: &TimeZoneName, setting: Setting) -> String {
    let mut rows = table(setting, &["deployment", "runs", "1 in 10 by", "half by", "9 in 10 by"]);
    for line in &rehearsed.reached {
        let all = line.runs == rehearsed.runs;
        rows.add_row(vec![
            cell(line.deployment, Tone::Plain),
            number(line.runs, if all { Tone::Plain } else { Tone::Mind }),
            cell(local(line.at.p10, zone), Tone::Plain),
            cell(local(line.at.p50, zone), Tone::Plain),
            cell(local(line.at.p90, zone), Tone::Plain),
        ]);
    }
    format!("\n{}", text(&rows))
}

fn rings(rehearsed: &Rehearsed, zone: &TimeZoneName, setting: Setting) -> String {
    let headings = [
        "ring",
        "starts",
        "verified (half, 9 in 10)",
        "passes (half, 9 in 10)",
        "blast radius",
        "failed at most",
        "halted in",
    ];
    let mut rows = table(setting, &headings);
    let two = |dates: Option<Dates>| {
        format!("{}, {}", day(dates.map(|it| it.p50), zone), day(dates.map(|it| it.p90), zone))
    };
    for line in &rehearsed.rings {
        let tone = if line.failed_most > line.blast_radius { Tone::Bad } else { Tone::Plain };
        rows.add_row(vec![
            cell(&line.ring, Tone::Plain),
            cell(day(line.starts.map(|it| it.p50), zone), Tone::Plain),
            cell(two(line.verified), Tone::Plain),
            cell(two(line.passes), Tone::Plain),
            number(line.blast_radius, Tone::Plain),
            number(line.failed_most, tone),
            bad_count(line.halts.runs),
        ]);
    }
    format!("\n{}", text(&rows))
}

fn stands_still(rehearsed: &Rehearsed) -> String {
    let mut page = String::new();
    let runs = rehearsed.runs;
    if rehearsed.site_halts.count > 0 {
        let halts = rehearsed.site_halts;
        page += &format!("Sites halted {} times, in {} of {runs} runs.\n", halts.count, halts.runs);
    }
    for it in &rehearsed.short {
        let sites: Vec<&str> = it.sites.iter().take(LINES_MAX).map(|it| it.as_str()).collect();
        let sites = if sites.is_empty() { "" } else { &format!(" for {}", sites.join(", ")) };
        page += &format!(
            "{} has no window left{sites} in {} of {runs} runs, and what comes after it waits: it wants spare ones.\n",
            it.scope, it.runs
        );
    }
    for it in rehearsed.expired.iter().take(LINES_MAX) {
        page += &format!(
            "The authorisation of {} runs out before it is begun in {} of {runs} runs: it is given too early.\n",
            it.rfc, it.runs
        );
    }
    for (site, why) in rehearsed.never_fits.iter().take(LINES_MAX) {
        page += &format!("site/{site} does not fit: {why}\n");
    }
    for it in rehearsed.tight.iter().take(LINES_MAX) {
        page += &format!(
            "The window of site/{} ended before it was done, in {} of {runs} runs.\n",
            it.site, it.runs
        );
    }
    for it in rehearsed.stops.iter().take(LINES_MAX) {
        page += &format!(
            "In {} of {runs} runs it stands still while {}: {}.\n",
            it.runs,
            it.deployment,
            it.what.trim_end_matches('.')
        );
    }
    if page.is_empty() { page } else { format!("\n{page}") }
}

fn time(rehearsed: &Rehearsed, setting: Setting) -> String {
    if rehearsed.ended == 0 {
        return String::new();
    }
    let mut rows = table(setting, &["where the time goes", "on average", "%"]);
    for it in &rehearsed.time {
        let what = match it.on {
            Passed::Steps => "steps run",
            Passed::People => "people have to answer",
            Passed::Soak => "rings soak",
            Passed::Observation => "sites are observed",
            Passed::Stabilizing => "operation becomes stable",
            Passed::QuietPeriod => "the quiet period passes",
            Passed::Review => "the review and the survey take their days",
            Passed::Windows => "windows and freezes have to pass",
            Passed::Storyline => "as the storyline says",
        };
        rows.add_row(vec![
            cell(what, Tone::Plain),
            cell(lasting(SignedDuration::from_secs(it.average_s)), Tone::Plain),
            number(usize::try_from(it.percent).unwrap_or(0), Tone::Plain),
        ]);
    }
    format!("\n{}", text(&rows))
}

/// Returns the zone in which people at `scope` read a clock.
fn zone_of<'p>(plan: &'p MasterProjectPlan, scope: &Scope) -> &'p TimeZoneName {
    let zone = match scope {
        Scope::Site(id) => plan.sites.iter().find(|it| it.id == *id).map(|it| &it.zone),
        Scope::Component(_) | Scope::Deployment | Scope::Core | Scope::Ring(_) | Scope::Rfc(_) => {
            None
        }
    };
    zone.unwrap_or(&plan.zone)
}

fn takes(line: &Calendar) -> String {
    line.answered.map_or_else(|| "never".to_owned(), |it| between(line.asked.p50, it.p50))
}

fn calendar(plan: &MasterProjectPlan, rehearsed: &Rehearsed, setting: Setting) -> String {
    let is_usual = |runs: usize| runs * 100 >= rehearsed.runs * USUAL_PERCENT;
    let headings = ["asked (half by)", "9 in 10 by", "after", "for", "what", "who"];
    let mut rows = table(setting, &headings);
    let (usual, seldom): (Vec<_>, Vec<_>) =
        rehearsed.calendar.iter().partition(|it| is_usual(it.runs));
    for line in usual {
        let zone = zone_of(plan, &line.scope);
        let who: Vec<String> = line.people.iter().map(ToString::to_string).collect();
        let night = if line.at_night > 0 { ", at night" } else { "" };
        rows.add_row(vec![
            cell(local(line.asked.p50, zone), Tone::Plain),
            cell(day(Some(line.asked.p90), zone), Tone::Plain),
            cell(takes(line), Tone::Plain),
            cell(&line.scope, Tone::Plain),
            cell(&line.what, Tone::Plain),
            cell(format!("{}{night}", who.join(", ")), Tone::Plain),
        ]);
    }
    let mut page = format!("\n{}", text(&rows));
    if !seldom.is_empty() {
        page += &format!(
            "{} further requests came in fewer than half of the runs; `--json` lists them.\n",
            seldom.len()
        );
    }
    page
}
