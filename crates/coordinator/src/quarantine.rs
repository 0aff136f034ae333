//! Quarantine: history was lost, nothing starts, and two people decide.
//!
//! A database that was put back to an earlier day is consistent in itself. Its
//! witness knows better; and so does whoever has read further than it reaches now.
//!
//! House rule: nothing starts after a loss of history until two people have accepted it.

use crate::act::Coordinator;
use crate::entries::{Stamp, extend};
use crate::error::CommandError;
use jiff::Timestamp;
use model::command::Command;
use model::event::{Actor, Event};
use model::forgetting::Whom;
use model::history::{HistoryCommand, HistoryEvent, Loss, as_found};
use model::id::{DeploymentId, Seq};
use model::planted::{Planted, is_planted};
use model::refusal::{Refusal, RefusalCode};
use record::{Change, Checkpoint, Head, Record, RecordError};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Returns what the record has lost, as its witness says; nothing where it is whole.
///
/// # Errors
///
/// When the record cannot be read, or is damaged in another way.
pub(crate) async fn loss(
    record: &dyn Record,
    deployment: &DeploymentId,
) -> Result<Option<Loss>, CommandError> {
    match record.inspect(deployment).await {
        Ok(_) => Ok(None),
        Err(_) if is_planted(Planted::WitnessNotAsked) => Ok(None),
        Err(RecordError::HistoryLost { witnessed, found, .. }) => {
            Ok(Some(lost(*witnessed, found.seq)))
        }
        Err(RecordError::Rewritten { witnessed, .. }) => {
            let head = record.head(deployment).await?;
            Ok(Some(lost(*witnessed, head.seq)))
        }
        Err(error) => Err(error.into()),
    }
}

fn lost(Checkpoint { size, root, .. }: Checkpoint, found: Seq) -> Loss {
    Loss { witnessed: size, root, found }
}

/// Returns an error where history is lost and nobody has accepted it.
///
/// # Errors
///
/// Then, and as [`loss`].
pub(crate) async fn is_over(
    record: &Arc<dyn Record>,
    deployment: &DeploymentId,
) -> Result<(), CommandError> {
    if loss(record.as_ref(), deployment).await?.is_none() {
        return Ok(());
    }
    match Coordinator::open(record.clone(), deployment).await?.quarantine {
        None => Ok(()),
        Some(loss) => Err(CommandError::Quarantined { deployment: deployment.clone(), loss }),
    }
}

/// Returns the error of a record that ends before what was read of it.
pub(crate) fn went_back(deployment: &DeploymentId, known: &Head, found: &Head) -> RecordError {
    let (deployment, found) = (deployment.clone(), found.clone());
    RecordError::WentBack { deployment, known: known.clone(), found }
}

/// Returns an error where `command` may not be carried out while history is lost, or is about a
/// loss that there is not.
pub(crate) fn may(coordinator: &Coordinator, command: &Command) -> Result<(), CommandError> {
    let accepts = matches!(command, Command::History(HistoryCommand::AcceptLoss { .. }));
    match &coordinator.quarantine {
        None if accepts => {
            let text = "nothing of the record is lost";
            Err(Refusal::new(RefusalCode::State, text, "go on").into())
        }
        Some(loss) if !accepts => {
            let (deployment, loss) = (coordinator.deployment.clone(), loss.clone());
            Err(CommandError::Quarantined { deployment, loss })
        }
        None | Some(_) => Ok(()),
    }
}

/// Returns whether a deployment is in quarantine now that somebody outside keeps `note`, a checkpoint that a
/// key of its record has signed and that the record does not begin with. It is not where people have
/// accepted that loss: what was there `since` before they did, belongs to what they accepted.
///
/// # Errors
///
/// When the record cannot be read or written.
pub async fn is_contradicted(
    record: &Arc<dyn Record>,
    deployment: &DeploymentId,
    note: &str,
    since: Option<Timestamp>,
) -> Result<bool, CommandError> {
    let opened = Coordinator::open(record.clone(), deployment).await?;
    if opened.quarantine.is_some() {
        return Ok(true);
    }
    let Some(kept) = Checkpoint::claimed(note) else { return Ok(false) };
    let loss = lost(kept, opened.head.seq);
    if opened.state.history.has_accepted(&loss) || opened.state.history.covers(&loss, since) {
        return Ok(false);
    }
    record.contradict(deployment, note).await?;
    Ok(true)
}

impl Coordinator {
    /// Goes into quarantine where somebody outside contradicts the record, and out of it where two people
    /// have accepted, through another program, what was lost. Returns whether it did either.
    pub(crate) async fn hear_of_loss(
        &mut self,
        contradicted: Option<Checkpoint>,
    ) -> Result<bool, CommandError> {
        let history = &self.state.history;
        match &self.quarantine {
            Some(known) if history.has_accepted(known) => {
                self.quarantine = loss(self.record.as_ref(), &self.deployment).await?;
                self.finish_accepting().await?;
                Ok(self.quarantine.is_none())
            }
            Some(_) => Ok(false),
            None => {
                let found = self.head.seq;
                let loss = contradicted.map(|it| as_found(&self.state, &lost(it, found)));
                self.quarantine = loss.filter(|it| !history.has_accepted(it));
                Ok(self.quarantine.is_some())
            }
        }
    }

    /// Returns what was lost of the record and nobody has accepted yet.
    pub fn quarantine(&self) -> Option<&Loss> {
        self.quarantine.as_ref()
    }

    /// Lets the record go on as it was found, once two people have accepted that; also where this
    /// program was killed between their decision and this.
    pub(crate) async fn finish_accepting(&mut self) -> Result<(), CommandError> {
        let Some(loss) = &self.quarantine else { return Ok(()) };
        if self.state.history.has_accepted(loss) {
            let accepted = self.record.accept_as_found(&self.deployment).await?;
            self.head.epoch = accepted.epoch;
            self.quarantine = None;
            self.forget_again().await?;
        }
        Ok(())
    }

    /// Forgets whoever was forgotten in what was lost: the database that was put back knows them again.
    /// Also where this program was killed before it came to that. Then has the witness know who is forgotten.
    pub(crate) async fn forget_again(&mut self) -> Result<(), CommandError> {
        let mut whom = Vec::new();
        for it in self.record.forgotten(&self.deployment).await? {
            let is_known = self.state.history.forgotten.contains_key(&it);
            if !is_known && !self.record.openings(&self.deployment, &it).await?.is_empty() {
                whom.push(it);
            }
        }
        if let Some((person, also)) = whom.split_first() {
            let (person, also) = (person.clone(), also.to_vec());
            let reason = "they had been forgotten in what was lost of the record".to_owned();
            let event = HistoryEvent::PersonForgotten { person, also, reason };
            self.append_forgotten(event, whom).await?;
        }
        self.tell_of_forgotten().await
    }

    async fn append_forgotten(
        &mut self,
        event: HistoryEvent,
        forget: Vec<Whom>,
    ) -> Result<(), CommandError> {
        let mut state = self.state.clone();
        let mut change = Change { forget, ..Change::default() };
        let stamp = Stamp { actor: &Actor::System, at: state.at, command: None };
        extend(&mut state, &mut change.entries, &[Event::History(event)], &stamp, None)?;
        self.head = self.record.append(&self.deployment, &self.head, change).await?.head;
        self.state = state;
        Ok(self.record.scrub().await?)
    }

    /// Has the witness know who is forgotten. It may not have been told, where this program was killed
    /// between the record and it; and it knows numbers of incidents and feedback that were lost and will be
    /// given again: whoever is behind the next one asked for nothing.
    pub(crate) async fn tell_of_forgotten(&self) -> Result<(), CommandError> {
        let known: BTreeSet<Whom> =
            self.record.forgotten(&self.deployment).await?.into_iter().collect();
        let people = known.iter().filter(|it| matches!(it, Whom::Person(_)));
        let whom: BTreeSet<Whom> =
            self.state.history.forgotten.keys().chain(people).cloned().collect();
        if whom != known {
            let whom = whom.into_iter().collect();
            self.record.keep_forgotten(&self.deployment, whom).await?;
        }
        Ok(())
    }
}
