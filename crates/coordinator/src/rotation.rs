//! A record goes on under another key: an entry that both keys have signed.
//!
//! House rule: the key is changed where it lies, by whoever administers the server; it is no act of a
//! person in the deployment, and the record says from which account it was done.

use crate::act::Coordinator;
use crate::entries::{Stamp, extend};
use crate::error::CommandError;
use crate::quarantine;
use jiff::Timestamp;
use model::command::Command;
use model::event::{Actor, Event};
use model::history::HistoryEvent;
use model::id::Seq;
use record::{Change, Record, RecordError, Signer, rotation};
use std::sync::Arc;

/// How often it is tried anew because somebody else wrote first.
const ATTEMPTS: usize = 20;

/// A change of the key that signs a record.
#[derive(Debug)]
pub struct Rotation<'a> {
    /// The key that has signed so far.
    pub old: &'a Signer,
    /// The key that signs from now on.
    pub new: &'a Signer,
    /// The account of the computer from which it is done.
    pub login: String,
    /// Why.
    pub reason: String,
}

impl Coordinator {
    /// Lets the deployment's record go on under another key, with `under`, the same record opened with the
    /// new key. Returns the number of the entry that says so.
    ///
    /// # Errors
    ///
    /// When history was lost and nobody has accepted it, or the record says no.
    pub async fn rotate_key(
        mut self,
        under: Arc<dyn Record>,
        rotating: &Rotation<'_>,
        at: Timestamp,
    ) -> Result<Seq, CommandError> {
        for _ in 0..ATTEMPTS {
            quarantine::may(&self, &Command::Open)?;
            let Rotation { old, new, login, reason } = rotating;
            let note = rotation(self.head.seq + 1, &self.head.hash, old, new);
            let (login, reason) = (login.clone(), reason.clone());
            let event = Event::History(HistoryEvent::KeyRotated { note, login, reason });
            let mut change = Change::default();
            let at = at.max(self.state.at);
            let stamp = Stamp { actor: &Actor::System, at, command: None };
            extend(&mut self.state.clone(), &mut change.entries, &[event], &stamp, None)?;
            match under.append(&self.deployment, &self.head, change).await {
                Ok(appended) => return Ok(appended.head.seq),
                Err(RecordError::Moved { .. }) => drop(self.catch_up().await?),
                Err(error) => return Err(error.into()),
            }
        }
        Err(CommandError::Contended)
    }
}
