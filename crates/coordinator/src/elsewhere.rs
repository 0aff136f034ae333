//! The change schedules of the other deployments of a record.
//!
//! A deployment that cannot be read stops nobody in another one. What was known of it stays, and the
//! record says of which deployments nothing newer is known: a conflict with them would not be seen.
//!
//! House rule: rules see no other deployment; what they need to know of it is read here and recorded.

use crate::act::Coordinator;
use crate::entries::{Stamp, extend};
use crate::error::CommandError;
use crate::fold;
use jiff::Timestamp;
use model::change_schedule::{ChangeScheduleEvent, ScheduledChange, scheduled};
use model::event::{Actor, Event};
use model::id::{DeploymentId, Seq};
use model::state::State;
use record::{Change, Head, Record, RecordError};
use std::collections::BTreeMap;

/// The most changes of other deployments that are kept, in the order of their names.
const CHANGES_MAX: usize = 1_000;

/// What other deployments have scheduled.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Schedules {
    pub(crate) changes: Vec<ScheduledChange>,
    /// The deployments whose schedules could not be read, or were too many.
    pub(crate) unread: Vec<DeploymentId>,
}

/// What was read of other deployments last: one that has not moved on since is not folded again.
#[derive(Default)]
pub(crate) struct Elsewhere(BTreeMap<DeploymentId, (Head, Vec<ScheduledChange>)>);

impl Elsewhere {
    /// Returns what the other deployments of `record` have scheduled: those that change production
    /// where `state` does, rehearsals where it is one.
    ///
    /// # Errors
    ///
    /// When the record cannot be read; not where one deployment of it cannot.
    pub(crate) async fn schedules(
        &mut self,
        record: &dyn Record,
        state: &State,
    ) -> Result<Schedules, CommandError> {
        let mut found = Schedules::default();
        let mut names = record.deployments().await?;
        names.sort();
        for name in names.into_iter().filter(|it| *it != state.plan.deployment) {
            match self.scheduled(record, state, &name).await {
                // Rather none of a deployment than some: the record says of which nothing is known.
                Ok(changes) if found.changes.len() + changes.len() > CHANGES_MAX => {
                    found.unread.push(name);
                }
                Ok(changes) => found.changes.extend(changes),
                Err(error) if is_of_one_deployment(&error) => {
                    let known = state.change_schedule.elsewhere.iter();
                    found.changes.extend(known.filter(|it| it.deployment == name).cloned());
                    found.unread.push(name);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    async fn scheduled(
        &mut self,
        record: &dyn Record,
        state: &State,
        name: &DeploymentId,
    ) -> Result<Vec<ScheduledChange>, CommandError> {
        let head = record.head(name).await?;
        let known = self.0.get(name).filter(|(it, _)| (it.seq, it.hash) == (head.seq, head.hash));
        if let Some((_, changes)) = known {
            return Ok(changes.clone());
        }
        let other = fold::fold(record, name).await?;
        let is_of_a_kind = other.state.purpose == state.purpose;
        let changes = if is_of_a_kind { scheduled(&other.state) } else { vec![] };
        self.0.insert(name.clone(), (other.head, changes.clone()));
        Ok(changes)
    }
}

impl Coordinator {
    /// Records what the other deployments of the record have in their change schedules, where that
    /// is something else than was known: a conflict between projects is found before it is
    /// authorised, and the record says on which knowledge. Returns the entry that says so, where one does.
    pub(crate) async fn look_elsewhere(
        &mut self,
        at: Timestamp,
    ) -> Result<Option<Seq>, CommandError> {
        let found = self.elsewhere.schedules(self.record.as_ref(), &self.state).await?;
        let known = &self.state.change_schedule;
        let is_known = found.changes == known.elsewhere && found.unread == known.unread;
        if is_known || self.quarantine.is_some() {
            return Ok(None);
        }
        let Schedules { changes, unread } = found;
        let event = Event::ChangeSchedule(ChangeScheduleEvent::Elsewhere { changes, unread });
        let mut state = self.state.clone();
        let mut change = Change::default();
        let at = at.max(self.state.at);
        let stamp = Stamp { actor: &Actor::System, at, command: None };
        extend(&mut state, &mut change.entries, &[event], &stamp, None)?;
        match self.record.append(&self.deployment, &self.head, change).await {
            Ok(appended) => {
                self.head = appended.head;
                self.state = state;
                Ok(Some(self.head.seq))
            }
            // Somebody else wrote first: what was known is decided on, and read anew next time.
            Err(RecordError::Moved { .. }) => self.catch_up().await.map(|_| None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Returns whether what is wrong is wrong with the deployment that was read: damaged, or written by a newer
/// program.
fn is_of_one_deployment(error: &CommandError) -> bool {
    match error {
        CommandError::Unreadable { .. }
        | CommandError::Impossible { .. }
        | CommandError::NoPlan { .. } => true,
        CommandError::Record(why) => {
            matches!(**why, RecordError::Corrupt { .. } | RecordError::Unknown { .. })
        }
        CommandError::Refused(_)
        | CommandError::NotThereYet { .. }
        | CommandError::Quarantined { .. }
        | CommandError::Contended
        | CommandError::Exists => false,
    }
}
