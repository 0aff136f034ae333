//! A forecast as people read it.

use super::counted::counted;
use super::table::{Tone, cell, number, table, text};
use crate::terminal::Setting;
use jiff::Timestamp;
use model::plan::MasterProjectPlan;
use planner::forecast::{Forecast, objections};
use views::time::{between, when};

/// Returns `forecast`, made at `from`, as a page of text.
pub(crate) fn page(
    plan: &MasterProjectPlan,
    from: Timestamp,
    forecast: &Forecast,
    setting: Setting,
) -> String {
    let zone = &plan.zone;
    let mut page = format!("{} · {}\n", plan.deployment, plan.title);
    match forecast.ends {
        Some(ends) => {
            page += &format!(
                "All sites signed off by {}, {} after {}, if everybody does at once what they are asked.\n",
                when(ends, zone),
                between(from, ends),
                when(from, zone)
            );
        }
        None => page += "It does not come to its end:\n",
    }
    if forecast.ends.is_none() {
        objections(forecast).iter().for_each(|it| page += &format!("- {it}\n"));
    }
    page += &format!(
        "At most {} at once; they hold at most {} kbit/s of their links.\n",
        counted(forecast.sites_at_once_peak, "site"),
        forecast.kbit_per_s_peak
    );
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
    let mut rings = table(setting, &["ring", "starts", "verified", "passes", "can fail at most"]);
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
