//! From events to the bytes of entries, and back.
//!
//! House rule: an entry's bytes are canonical JSON, made once; they are stored
//! and hashed as made and never written anew.

use crate::error::CommandError;
use jiff::Timestamp;
use model::close_out::CloseOutEvent;
use model::digest::canonical;
use model::event::{Actor, Entry, Event};
use model::history::HistoryEvent;
use model::id::Seq;
use model::plan::MasterProjectPlan;
use model::state::State;
use record::CommandId;
use std::sync::Arc;

/// Who answers for new entries, when, and by which command.
pub(crate) struct Stamp<'a> {
    pub(crate) actor: &'a Actor,
    pub(crate) at: Timestamp,
    pub(crate) command: Option<&'a CommandId>,
}

/// Moves `state` on by `events` and adds the bodies of their entries to `bodies`.
///
/// # Errors
///
/// When an event cannot happen; the state is then of no use any more.
pub(crate) fn extend(
    state: &mut State,
    bodies: &mut Vec<Vec<u8>>,
    events: &[Event],
    stamp: &Stamp<'_>,
    new_plan: Option<&Arc<MasterProjectPlan>>,
) -> Result<(), CommandError> {
    for (number, event) in events.iter().enumerate() {
        // A sealed record is read-only; what still comes from outside is not written any more.
        if state.is_sealed() && !is_after_the_seal(event) {
            continue;
        }
        let entry = Entry {
            seq: state.seq + 1,
            at: stamp.at.max(state.at),
            actor: if number == 0 { stamp.actor.clone() } else { stamp.actor.afterwards() },
            baseline: state.baseline,
            command: stamp.command.map(ToString::to_string),
            event: event.clone(),
        };
        state
            .evolve(&entry, new_plan.cloned())
            .map_err(|source| CommandError::Impossible { seq: entry.seq, source })?;
        bodies.push(canonical(&entry));
    }
    Ok(())
}

/// The benefits are reviewed long after a project, its record outlives the server's key, its database may
/// be put back, a clock that was doubted is right again, and people are forgotten when they ask for it, by
/// two who agree: nothing else is written after the seal.
fn is_after_the_seal(event: &Event) -> bool {
    matches!(
        event,
        Event::CloseOut(CloseOutEvent::BenefitReviewed { .. })
            | Event::History(
                HistoryEvent::KeyRotated { .. }
                    | HistoryEvent::PersonForgotten { .. }
                    | HistoryEvent::LossAccepted { .. }
                    | HistoryEvent::ClockSettled { .. }
                    | HistoryEvent::ClockAccepted { .. }
            )
            | Event::Concurred { .. }
    )
}

/// Returns the entry numbered `seq` whose bytes are `body`.
///
/// # Errors
///
/// When this version does not know its words.
pub(crate) fn parse(seq: Seq, body: &[u8]) -> Result<Entry, CommandError> {
    serde_json::from_slice(body).map_err(|source| CommandError::Unreadable { seq, source })
}
