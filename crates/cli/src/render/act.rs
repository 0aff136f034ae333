//! What came of an act.

use coordinator::Acted;
use model::event::Event;
use model::state::State;
use views::event::{scope_of, sentence};
use views::time::{told, zone_of};

/// Returns what came of an act, a line an entry.
pub(crate) fn text(state: &State, acted: &Acted) -> String {
    let deployment = &state.plan.deployment;
    if acted.repeated {
        return format!(
            "{deployment}: done before, as entry {}; nothing new was recorded\n",
            acted.first
        );
    }
    let entries = (acted.first..).zip(&acted.events);
    let line = |(seq, event): (_, &Event)| {
        let said = told(&sentence(event), zone_of(state, &scope_of(state, event)));
        format!("{deployment} entry {seq}: {said}\n")
    };
    entries.map(line).collect()
}

/// Returns whether the act has collected agreement only, and takes somebody else too.
pub(crate) fn lacks_agreement(events: &[Event]) -> bool {
    !events.is_empty()
        && events.iter().all(|it| {
            matches!(
                it,
                Event::Concurred { .. } | Event::RfcApproved { .. } | Event::WaiverApproved { .. }
            )
        })
}
