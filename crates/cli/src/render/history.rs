//! Baselines as people read them, and how far a deployment came otherwise than planned.

use super::table::{Tone, cell, number, table, text};
use crate::terminal::Setting;
use model::baseline::{Extent, Link, Variance};
use model::state::State;
use views::time::when;

/// The most sites that are listed: those that are furthest from what they were told.
const SITES_MAX: usize = 20;

/// Returns the baselines and the variance, as a page of text.
pub(crate) fn page(state: &State, variance: &Variance, setting: Setting) -> String {
    let mut page = baselines(state);
    page += &milestones(state, variance);
    if let Some(planned) = &variance.planned {
        page += &format!(
            "\nScope: {} planned first, {} now.\n",
            extent(planned),
            extent(&variance.in_scope)
        );
    }
    page += &sites(state, variance, setting);
    page + &critical_path(state, variance)
}

fn extent(it: &Extent) -> String {
    format!(
        "{} components, {} sites, {} users and {} computers",
        it.components, it.sites, it.users, it.computers
    )
}

fn baselines(state: &State) -> String {
    let zone = &state.plan.zone;
    if state.baselines.is_empty() {
        return "There is no baseline yet.\n".to_owned();
    }
    let mut page = String::new();
    for it in &state.baselines {
        let by = it.by.as_ref().map(|it| format!(", by {it}")).unwrap_or_default();
        let why = it.reason.as_ref().map(|it| format!(": {it}")).unwrap_or_default();
        page += &format!(
            "Baseline {}, {}{by}, plan {}{why}\n",
            it.number,
            when(it.since, zone),
            it.plan.short()
        );
        it.changes.iter().for_each(|it| page += &format!("  {it}\n"));
        if !it.voided.is_empty() {
            let voided: Vec<&str> = it.voided.iter().map(|it| it.as_str()).collect();
            page += &format!("  void: {}\n", voided.join(", "));
        }
    }
    page
}

fn milestones(state: &State, variance: &Variance) -> String {
    let mut page = String::new();
    for it in &variance.milestones {
        let moved = match it.planned {
            Some(day) if day != it.first_planned => format!(", moved to {day}"),
            Some(_) => String::new(),
            None => ", planned no more".to_owned(),
        };
        let reached = match (it.reached, it.late_days) {
            (Some(at), Some(days)) => {
                let late = match days {
                    0 => "on its day".to_owned(),
                    days if days < 0 => format!("{} days early", -days),
                    days => format!("{days} days late"),
                };
                format!("reached {}, {late}", when(at, &state.plan.zone))
            }
            (_, _) => "not reached".to_owned(),
        };
        let title = it.milestone.title();
        page += &format!("\n{title}: planned for {}{moved}; {reached}\n", it.first_planned);
    }
    page
}

fn sites(state: &State, variance: &Variance, setting: Setting) -> String {
    let mut sites: Vec<_> = variance.sites.iter().collect();
    if sites.is_empty() {
        return String::new();
    }
    sites.sort_by_key(|it| -it.late_minutes.unwrap_or(0).abs());
    let left = sites.len().saturating_sub(SITES_MAX);
    let headings = ["site", "first told", "told", "moved", "began", "late by"];
    let mut rows = table(setting, &headings);
    for it in sites.into_iter().take(SITES_MAX) {
        let zone = state.site(&it.site).map_or(&state.plan.zone, |(site, _)| &site.zone);
        let minutes = it.late_minutes.map(|it| format!("{it} min")).unwrap_or_default();
        rows.add_row(vec![
            cell(&it.site, Tone::Plain),
            cell(when(it.first_told, zone), Tone::Plain),
            cell(when(it.told, zone), Tone::Plain),
            number(it.moved as usize, Tone::Plain),
            cell(it.began.map(|at| when(at, zone)).unwrap_or_default(), Tone::Plain),
            cell(minutes, Tone::Plain),
        ]);
    }
    let more = if left > 0 { format!("and {left} more: --json\n") } else { String::new() };
    format!("\n{}\n{more}", text(&rows))
}

fn critical_path(state: &State, variance: &Variance) -> String {
    if variance.critical_path.is_empty() {
        return String::new();
    }
    let zone = &state.plan.zone;
    let lines = variance.critical_path.iter().map(|it| match it {
        Link::Component { component, at } => {
            format!("  component/{component} verified {}\n", when(*at, zone))
        }
        Link::Ring { ring, site, at } => {
            format!("  ring/{ring}: site/{site} in service {}\n", when(*at, zone))
        }
    });
    format!("\nWhat came last, and so decided the end:\n{}", lines.collect::<String>())
}
