//! The handover as people read it: what went over, from whom to whom, since when.

use model::responsibility::{Handover, HandoverStep, Signer};
use model::state::State;
use views::people::person;
use views::time::when;

/// The most things that are listed one by one; more are counted, and `--json` has them all.
const LISTED_MAX: usize = 100;

/// Returns the handover of `all`.
pub(crate) fn page(state: &State, all: &[Handover]) -> String {
    let mut text = String::new();
    for it in all.iter().take(LISTED_MAX) {
        text += &format!("{}\n", it.scope);
        if it.steps.is_empty() {
            text += "  with the project: nothing of it is handed over yet\n";
        }
        it.steps.iter().for_each(|step| text += &line(state, step));
    }
    if all.len() > LISTED_MAX {
        text += &format!("and {} more; --json lists them all\n", all.len() - LISTED_MAX);
    }
    text
}

fn line(state: &State, step: &HandoverStep) -> String {
    let zone = &state.plan.zone;
    let received: Vec<String> = step.received_by.iter().map(|it| signer(state, it)).collect();
    let behind =
        step.behind_until.map(|at| format!("; the project behind it until {}", when(at, zone)));
    format!(
        "  {} since {}: given by {}, received by {}, under {}{}\n",
        step.stage,
        when(step.at, zone),
        signer(state, &step.given_by),
        received.join(" and "),
        step.document.short(),
        behind.unwrap_or_default(),
    )
}

fn signer(state: &State, it: &Signer) -> String {
    let name = it.by.as_ref().map_or_else(|| "nobody".to_owned(), |by| person(&state.plan, by));
    format!("{name} ({})", it.role)
}
