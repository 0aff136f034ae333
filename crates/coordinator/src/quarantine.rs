//! Quarantine: history was lost, nothing starts, and two people decide.
//!
//! A database that was put back to an earlier day is consistent in itself. Its
//! witness knows better; and so does whoever has read further than it reaches now.
//! Whoever finds it out writes it where everybody looks: another server has a
//! witness of its own, or none.
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

/// How often a record is compared anew where people have accepted what was found before.
const COMPARED_MAX: usize = 8;

/// What was found when a record was compared with what is kept outside of it.
struct Found {
    /// What is kept outside.
    kept: Checkpoint,
    /// What was lost, as it shows.
    loss: Loss,
    /// When the witness was last told of anything; nothing where somebody else has seen it.
    since: Option<Timestamp>,
}

/// Returns what the record has lost, as its witness says or somebody else has seen; nothing where it is
/// whole.
///
/// # Errors
///
/// When the record cannot be read, or is damaged in another way.
async fn found(
    record: &dyn Record,
    deployment: &DeploymentId,
) -> Result<Option<Found>, CommandError> {
    let (kept, seq, since) = match record.inspect(deployment).await {
        Ok(_) => return Ok(None),
        Err(_) if is_planted(Planted::WitnessNotAsked) => return Ok(None),
        Err(RecordError::HistoryLost { witnessed, found, since, .. }) => {
            (*witnessed, found.seq, since)
        }
        Err(RecordError::Rewritten { witnessed, since, .. }) => {
            (*witnessed, record.head(deployment).await?.seq, since)
        }
        Err(error) => return Err(error.into()),
    };
    let loss = lost(&kept, seq);
    Ok(Some(Found { kept, loss, since }))
}

/// Returns whether nothing of the record is lost, as far as its witness or anybody else knows.
///
/// # Errors
///
/// When the record cannot be read, or is damaged in another way.
pub(crate) async fn is_whole(
    record: &dyn Record,
    deployment: &DeploymentId,
) -> Result<bool, CommandError> {
    Ok(found(record, deployment).await?.is_none())
}

fn lost(kept: &Checkpoint, found: Seq) -> Loss {
    Loss { witnessed: kept.size, root: kept.root, found }
}

/// Returns whether `loss` is the one that the record is `contradicted` by.
fn stands(loss: &Loss, contradicted: Option<&Checkpoint>) -> bool {
    contradicted.is_some_and(|it| lost(it, loss.found).is_that_of(loss))
}

/// Returns an error where history is lost and nobody has accepted it.
///
/// # Errors
///
/// Then, and as [`Coordinator::open`].
pub(crate) async fn is_over(
    record: &Arc<dyn Record>,
    deployment: &DeploymentId,
) -> Result<(), CommandError> {
    if is_whole(record.as_ref(), deployment).await? {
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

/// Returns whether `error` may come of a loss of history: somebody has to be told before another server
/// leads.
pub(crate) fn tells_of_loss(error: &CommandError) -> bool {
    use RecordError::{Corrupt, HistoryLost, Rewritten, WentBack};
    let CommandError::Record(error) = error else { return false };
    matches!(**error, HistoryLost { .. } | Rewritten { .. } | WentBack { .. } | Corrupt { .. })
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
    let loss = lost(&kept, opened.head.seq);
    if opened.state.history.has_accepted(&loss) || opened.state.history.covers(&loss, since) {
        return Ok(false);
    }
    record.contradict(&kept).await?;
    Ok(true)
}

impl Coordinator {
    /// Goes into quarantine where somebody outside contradicts the record, and out of it where two people
    /// have accepted, through another program, what was lost, or where the right database is there again.
    /// Returns whether it did any of that.
    pub(crate) async fn hear_of_loss(
        &mut self,
        contradicted: Option<Checkpoint>,
    ) -> Result<bool, CommandError> {
        let history = &self.state.history;
        match &self.quarantine {
            // While nobody has decided, what is known here stands where everybody looks. Where it does not,
            // it could not be written, another loss was found first, or it is over.
            Some(known) if history.has_accepted(known) || !stands(known, contradicted.as_ref()) => {
                let before = self.quarantine.clone();
                self.compare().await?;
                Ok(self.quarantine != before)
            }
            Some(_) => Ok(false),
            None => {
                let found = self.head.seq;
                let loss = contradicted.map(|it| as_found(&self.state, &lost(&it, found)));
                self.quarantine = loss.filter(|it| !history.has_accepted(it));
                Ok(self.quarantine.is_some())
            }
        }
    }

    /// Reads what others have written since, for whoever only looks. Returns whether there was anything. A
    /// record that is not the one any more that was read is opened anew.
    ///
    /// # Errors
    ///
    /// When the record cannot be read.
    pub async fn look(&mut self) -> Result<bool, CommandError> {
        match self.catch_up().await {
            Err(error) if self.is_another_record(&error).await? => {
                *self = Self::open(self.record.clone(), &self.deployment).await?;
                Ok(true)
            }
            looked => looked,
        }
    }

    /// Returns whether `error` comes of it that the entry that was read last is not in the record any more.
    async fn is_another_record(&self, error: &CommandError) -> Result<bool, CommandError> {
        let CommandError::Record(error) = error else { return Ok(false) };
        if matches!(**error, RecordError::WentBack { .. }) {
            return Ok(true);
        }
        if !matches!(**error, RecordError::Corrupt { .. }) {
            return Ok(false);
        }
        let before = self.head.seq.saturating_sub(1);
        let last = self.record.read(&self.deployment, before, 1).await?;
        Ok(last.first().is_none_or(|it| it.hash != self.head.hash))
    }

    /// Returns what was lost of the record and nobody has accepted yet.
    pub fn quarantine(&self) -> Option<&Loss> {
        self.quarantine.as_ref()
    }

    /// Compares the record with what is kept outside of it. Goes into quarantine where some of it is lost,
    /// and has everybody know; lets it go on as it was found where two people have accepted that, also where
    /// another program was killed between their decision and this.
    pub(crate) async fn compare(&mut self) -> Result<(), CommandError> {
        for _ in 0..COMPARED_MAX {
            let Some(Found { kept, loss, since }) =
                found(self.record.as_ref(), &self.deployment).await?
            else {
                self.quarantine = None;
                return self.forget_again().await;
            };
            let loss = as_found(&self.state, &loss);
            let history = &self.state.history;
            self.quarantine = Some(loss.clone());
            if !history.has_accepted(&loss) && !history.covers(&loss, since) {
                // Where it cannot be written, whoever reads here is told all the same.
                if self.record.contradict(&kept).await.is_ok() {
                    self.head.epoch = self.record.head(&self.deployment).await?.epoch;
                }
                return Ok(());
            }
            match self.record.accept_as_found(&kept).await {
                Ok(accepted) => self.head.epoch = accepted.epoch,
                // Another program was at it, too.
                Err(RecordError::Moved { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Lets the record go on as it was found, once two people have accepted that.
    pub(crate) async fn finish_accepting(&mut self) -> Result<(), CommandError> {
        match &self.quarantine {
            Some(loss) if self.state.history.has_accepted(loss) => self.compare().await,
            Some(_) | None => Ok(()),
        }
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
