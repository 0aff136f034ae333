//! For tests: what the engine does in a moment that a test need not live through.
//!
//! House rule: what is recorded here is what the engine would record, in the same words.

use crate::act::Coordinator;
use crate::entries::{Stamp, extend};
use crate::error::CommandError;
use model::digest::Digest;
use model::event::{Actor, Event};
use model::id::DeploymentId;
use model::machine::SignOffTransition;
use model::sheet::{self, SlotId};
use record::{Change, Record};
use std::sync::Arc;

/// Asks for signatures in `slots`, as the engine does once their sheets are ready, and returns the digest
/// of each sheet.
///
/// # Errors
///
/// When the record cannot be read or written.
pub async fn ask_to_sign(
    record: Arc<dyn Record>,
    deployment: &DeploymentId,
    slots: &[SlotId],
) -> Result<Vec<Digest>, CommandError> {
    let Coordinator { mut state, head, .. } = Coordinator::open(record.clone(), deployment).await?;
    let asked: Vec<Digest> = slots.iter().map(|it| sheet::digest(&state, &it.sheet)).collect();
    let event = |(slot, document): (&SlotId, &Digest)| Event::SignOff {
        slot: slot.clone(),
        transition: SignOffTransition::Requested,
        document: *document,
        meaning: None,
        statements: vec![],
        on_behalf_of: None,
        stamp: None,
        batch: None,
        gate: vec![],
    };
    let events: Vec<Event> = slots.iter().zip(&asked).map(event).collect();
    let mut change = Change::default();
    let stamp = Stamp { actor: &Actor::System, at: state.at, command: None };
    extend(&mut state, &mut change.entries, &events, &stamp, None)?;
    record.append(deployment, &head, change).await?;
    Ok(asked)
}
