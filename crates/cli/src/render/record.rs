//! Entries of the record as lines.

use model::event::Entry;
use model::state::State;
use record::Verified;
use views::event::{scope_of, sentence};
use views::people::actor;
use views::time::{exactly, told, zone_of};

/// Returns an entry as one line: number, time, what, who.
pub(crate) fn line(state: &State, entry: &Entry) -> String {
    let zone = zone_of(state, &scope_of(state, &entry.event));
    let by = actor(&state.plan, &entry.actor);
    let said = told(&sentence(&entry.event), zone);
    format!("{:>7}  {}  {said}  · {by}\n", entry.seq, exactly(entry.at, zone))
}

/// Returns what holds of a record.
pub(crate) fn verified(verified: &Verified, vouched_by: &str) -> String {
    let Verified { entries, head, checkpoint, contents } = verified;
    format!(
        "The record of {} holds: {} and {}, {vouched_by}.\nhead {head}\nroot {}\n",
        checkpoint.deployment,
        if *entries == 1 { "1 entry".to_owned() } else { format!("{entries} entries") },
        if *contents == 1 { "1 content".to_owned() } else { format!("{contents} contents") },
        checkpoint.root
    )
}
