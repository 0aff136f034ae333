//! The satisfaction survey as people read it.

use model::state::State;
use model::survey::{Instrument, Interval, Question, QuestionResult, Results};
use std::collections::BTreeMap;
use views::time::when;

/// Returns where the survey stands, and all its `questions`.
pub(crate) fn page(state: &State, questions: &BTreeMap<Instrument, Vec<Question>>) -> String {
    let zone = &state.plan.zone;
    let mut page = match state.surveys.last() {
        None => "No survey has been opened.\n".to_owned(),
        Some(it) => {
            let end = match it.closed {
                Some(closed) => format!("closed on {}", when(closed, zone)),
                None => format!("open until {}", when(it.closes, zone)),
            };
            format!(
                "Round {}: opened on {}, {end}; {} links given out, {} answered; site owners {}, customer {}\n",
                state.surveys.rounds.len(),
                when(it.opened, zone),
                it.links.len(),
                it.by_link.len(),
                it.site_owners.len(),
                it.customer.len(),
            )
        }
    };
    for (instrument, questions) in questions {
        page += &format!("\n{instrument}\n");
        for it in questions {
            page += &format!("  {:>2} {}\n", it.number, it.text);
        }
    }
    page
}

/// Returns what the survey showed.
pub(crate) fn results(all: &[Results]) -> String {
    if all.is_empty() {
        return "Nothing can be shown: nobody has answered, or too few to stay anonymous.\n"
            .to_owned();
    }
    all.iter().map(of_instrument).collect::<Vec<_>>().join("\n")
}

fn of_instrument(it: &Results) -> String {
    let rate = it.response_rate.map_or_else(|| "no rate".to_owned(), percent);
    let mut page =
        format!("{}: {} of {} answered ({rate})\n", it.instrument, it.responses, it.invited);
    it.questions.iter().for_each(|it| page += &question(it));
    for group in &it.groups {
        let satisfied = group.satisfied.map_or_else(|| "no score".to_owned(), percent);
        page += &format!("     {}: {satisfied} of {} answers\n", group.site, group.responses);
    }
    if it.groups_withheld > 0 {
        page += &format!("     {} sites with too few answers are not shown\n", it.groups_withheld);
    }
    page
}

fn question(it: &QuestionResult) -> String {
    let indicative = if it.indicative { ", indicative" } else { "" };
    let said = match (it.satisfied, it.interval) {
        (Some(satisfied), Some(Interval { low, high })) => format!(
            "{} satisfied ({} to {}), n = {}{indicative}",
            percent(satisfied),
            percent(low),
            percent(high),
            it.counts.n()
        ),
        (_, _) => "nobody answered".to_owned(),
    };
    format!("  {:>2} {} {said}\n", it.question, it.text)
}

fn percent(tenths: u32) -> String {
    format!("{}.{} %", tenths / 10, tenths % 10)
}
