//! The quiet period: its clock, what put its end on, and what its criteria read.

use super::Answer;
use crate::block::{Block, Cell, Fact, Tone};
use crate::offer::offered;
use crate::page::Page;
use crate::trouble::{counted, sentence};
use crate::visit::Visit;
use model::machine::QuietPeriodState;
use model::quiet_period::{CriterionReading, CriterionVerdict, QuietPeriod, readings};
use views::time::between;

pub(crate) async fn page(visit: Visit) -> Answer {
    let state = visit.state();
    let terms = state.plan.quiet_period.as_ref();
    let mut page = Page::new("Quiet period").typed("landfall quiet-period show");
    let Some(period) = state.quiet_periods.last() else {
        let planned = terms.map_or_else(
            || "The plan names no terms, so that those of the process hold.".to_owned(),
            |it| {
                format!(
                    "The plan wants {} days, and {} at the least.",
                    it.length_days, it.minimum_days
                )
            },
        );
        let lead =
            format!("It has not begun. It begins when Deployment Stable is signed. {planned}");
        return Ok(page.lead(lead).shown(&visit));
    };
    let left = match (is_over(period), period.end > visit.now) {
        (true, _) => String::new(),
        (false, true) => format!("; {} are left", between(visit.now, period.end)),
        (false, false) => "; its time is over".to_owned(),
    };
    page = page.lead(format!("Quiet period {} is {}{left}.", period.number, period.state));
    page = page.with(clock(&visit, period)).with(extensions(&visit, period));
    let read = if period.criteria.is_empty() {
        readings(state, period, visit.now)
    } else {
        period.criteria.clone()
    };
    page = page.with(criteria(period, &read));
    let acts = ["extend", "shorten", "accept", "reset", "report-days"].map(|it| {
        let path = format!("quiet-period/{it}");
        let about = crate::form::kind(&path).map(|it| it.about.clone());
        Some(visit.offer_kind("", &path, &[])?.small(about.unwrap_or_default()))
    });
    Ok(page.and(offered(acts)).shown(&visit))
}

fn clock(visit: &Visit, period: &QuietPeriod) -> Block {
    let ends = if is_over(period) { "Ended" } else { "Ends" };
    let mut facts = vec![
        Fact::said("Began", visit.when(period.start)),
        Fact::said(
            "Length",
            format!("{} days, at least {}", period.length_days, period.minimum_days),
        ),
    ];
    if !period.extensions.is_empty() {
        facts.push(Fact::said("Was planned to end", visit.when(period.nominal_end)));
        facts.push(Fact::said("Put on", counted(period.extensions.len(), "time")));
    }
    facts.push(Fact::said(ends, visit.when(period.end)));
    Block::facts("Its clock", facts)
}

/// Returns whether it is over: what its criteria read is what they read then.
fn is_over(period: &QuietPeriod) -> bool {
    match period.state {
        QuietPeriodState::Completed | QuietPeriodState::Aborted => true,
        QuietPeriodState::NotStarted | QuietPeriodState::Running | QuietPeriodState::Evaluating => {
            false
        }
    }
}

fn extensions(visit: &Visit, period: &QuietPeriod) -> Block {
    let rows = period.extensions.iter().map(|it| {
        vec![
            Cell::of(visit.when(it.at)),
            Cell::of(it.by.as_ref().map_or("Landfall".to_owned(), |it| visit.name(it))),
            Cell::of(format!("by {}", between(it.from, it.to))),
            Cell::of(sentence(&it.cause)),
        ]
    });
    let columns = ["When", "Who", "Put on", "Because of"];
    Block::table("What put its end on", &columns, rows.collect(), "Nothing has.")
}

fn criteria(period: &QuietPeriod, read: &[CriterionReading]) -> Block {
    let rows = read.iter().map(|it| {
        let tone = match it.verdict {
            CriterionVerdict::Met => Tone::Good,
            CriterionVerdict::NotMet => Tone::Bad,
            CriterionVerdict::Unknown => Tone::Mind,
        };
        vec![
            Cell::of(it.criterion.text()),
            Cell::of(&it.target),
            Cell::of(&it.value),
            Cell::of(it.verdict).tone(tone),
        ]
    });
    let reads = if is_over(period) { "Was" } else { "Now" };
    let columns = ["Criterion", "Goal", reads, "Verdict"];
    Block::table("Was it uneventful?", &columns, rows.collect(), "")
}
