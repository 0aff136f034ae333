//! A forecast as people read it.

use super::counted::counted;
use super::table::{Tone, cell, number, table, text};
use crate::terminal::Setting;
use jiff::Timestamp;
use model::machine::DeploymentState;
use model::state::State;
use planner::forecast::{Forecast, objections};
use views::time::{between, when};

/// Returns `forecast` of `state`, made at `from`, as a page of text.
pub(crate) fn page(
    state: &State,
    from: Timestamp,
    forecast: &Forecast,
    setting: Setting,
) -> String {
    let plan = &state.plan;
    let zone = &plan.zone;
    let was_ended =
        matches!(state.deployment, DeploymentState::Terminating | DeploymentState::Terminated);
    let mut page = format!("{} · {}\n", plan.deployment, plan.title);
    match forecast.ends {
        Some(ends) if ends < from => {
            page +=
                &format!("All sites are signed off, the last one since {}.\n", when(ends, zone));
        }
        Some(ends) => {
            page += &format!(
                "All sites signed off by {}, {} after {}, if everybody does at once what they are asked.\n",
                when(ends, zone),
                between(from, ends),
                when(from, zone)
            );
        }
        None if was_ended => page += "It was ended before all sites were signed off.\n",
        None => {
            page += "It does not come to its end:\n";
            objections(forecast).iter().for_each(|it| page += &format!("- {it}\n"));
        }
    }
    let links = match forecast.kbit_per_s_peak {
        0 => String::new(),
        peak => format!("; they hold at most {peak} kbit/s of their links"),
    };
    page += &format!("At most {} at once{links}.\n", counted(forecast.sites_at_once_peak, "site"));
    // A table is narrow: the zone is named, and UTC stands above.
    let local = |at: Timestamp| at.to_zoned(zone.rules()).strftime("%Y-%m-%d %H:%M %Z").to_string();
    let moment = |at: Option<Timestamp>| at.map_or_else(|| "never".to_owned(), local);
    if !forecast.components.is_empty() {
        let mut components = table(setting, &["core component", "starts", "verified"]);
        for line in &forecast.components {
            components.add_row(vec![
                cell(&line.component, Tone::Plain),
                cell(moment(line.starts), Tone::Plain),
                cell(moment(line.verified), Tone::Plain),
            ]);
        }
        page += &format!("\n{}", text(&components));
    }
    let mut rings = table(setting, &["ring", "starts", "verified", "passes", "blast radius"]);
    for line in &forecast.rings {
        rings.add_row(vec![
            cell(&line.ring, Tone::Plain),
            cell(moment(line.starts), Tone::Plain),
            cell(moment(line.verified), Tone::Plain),
            cell(moment(line.passes), Tone::Plain),
            number(line.blast_radius, Tone::Plain),
        ]);
    }
    page + &format!("\n{}", text(&rings))
}
