//! A record goes on under another key: an entry that both keys have signed.
//!
//! House rule: the key is changed where it lies, by whoever administers the server; it is no act of a
//! person in the deployment, and the record says from which account it was done.

use crate::act::Coordinator;
use crate::clock::act_time;
use crate::entries::{Stamp, extend};
use crate::error::CommandError;
use crate::quarantine;
use jiff::Timestamp;
use model::command::Command;
use model::event::{Actor, Event};
use model::history::HistoryEvent;
use model::id::{DeploymentId, Seq};
use record::{Change, Record, RecordError, Signer, rotation};
use std::collections::BTreeMap;
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

/// Lets every deployment of `record` go on under another key, with `under`, the same record opened with the
/// new key. Returns the number of the entry that says so in each: of those that an earlier try rotated there
/// is none. All are opened before any is rotated: a key that is changed in some is of no use to anybody.
///
/// # Errors
///
/// When one of them cannot be read or has lost history that nobody has accepted: then none is rotated. Else
/// what the record says; asked again, it goes on where it stopped.
pub async fn rotate_keys(
    record: &Arc<dyn Record>,
    under: &Arc<dyn Record>,
    rotating: &Rotation<'_>,
    now: Timestamp,
) -> Result<BTreeMap<DeploymentId, Seq>, CommandError> {
    let mut opened = Vec::new();
    for deployment in record.deployments().await? {
        if record.standing(&deployment).await?.key == *rotating.new.verifier_key() {
            continue;
        }
        let coordinator = Coordinator::open(record.clone(), &deployment).await?;
        quarantine::may(&coordinator, &Command::Open)?;
        opened.push(coordinator);
    }
    let mut entries = BTreeMap::new();
    for coordinator in opened {
        let deployment = coordinator.deployment.clone();
        let at = act_time(&coordinator.state, now);
        entries.insert(deployment, coordinator.rotate_key(under.as_ref(), rotating, at).await?);
    }
    Ok(entries)
}

impl Coordinator {
    async fn rotate_key(
        mut self,
        under: &dyn Record,
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
