//! Entries of the record as lines.

use super::counted;
use model::event::Entry;
use model::state::State;
use record::{Opened, Verified};
use views::event::{scope_of, sentence};
use views::people::{actor, person};
use views::sample::Sample;
use views::time::{exactly, told, zone_of};

/// Returns an entry as one line: number, time, what, who.
pub(crate) fn line(state: &State, entry: &Entry) -> String {
    let zone = zone_of(state, &scope_of(state, &entry.event));
    let by = actor(&state.plan, &entry.actor);
    let said = told(&sentence(&entry.event), zone);
    format!("{:>7}  {}  {said}  · {by}\n", entry.seq, exactly(entry.at, zone))
}

/// Returns a sample of changes, one after the other.
pub(crate) fn sample(state: &State, sample: &Sample<'_>) -> String {
    let mut text = sample.summary() + "\n";
    for it in &sample.changes {
        let title = it.request.map(|it| it.title.as_str()).unwrap_or_default();
        text += &format!("\n{}: {title}\n", it.status.id);
        if let Some(request) = it.request {
            let by = person(&state.plan, &request.requested_by);
            text += &format!("  {}, asked for by {by}: {}\n", request.category, request.reason);
            text += &format!("  risk: {}; going back: {}\n", request.risk, request.rollback_plan);
        }
        for (approver, level) in &it.status.approvals {
            let by = person(&state.plan, approver);
            text += &format!("  approved by {by}, at level {}\n", level + 1);
        }
        text += &format!("  it is {}\n", it.status.state);
        it.entries.iter().for_each(|entry| text += &line(state, entry));
        if it.left_out > 0 {
            text += &format!("and {} entries more\n", it.left_out);
        }
    }
    text
}

/// Returns how much of what is private can be read; nothing where nothing is sealed.
pub(crate) fn opened(opened: Opened) -> String {
    match opened {
        Opened { open: 0, closed: 0 } => String::new(),
        Opened { open, closed } => {
            format!("Private values: {open} open, {closed} closed.\n")
        }
    }
}

/// Returns what holds of a record.
pub(crate) fn verified(verified: &Verified, vouched_by: &str) -> String {
    let Verified { entries, head, checkpoint, contents } = verified;
    format!(
        "The record of {} holds: {} and {}, {vouched_by}.\nhead {head}\nroot {}\n",
        checkpoint.deployment,
        counted::entries(*entries),
        if *contents == 1 { "1 content".to_owned() } else { format!("{contents} contents") },
        checkpoint.root
    )
}
