//! The change schedules of the other deployments of a record.
//!
//! House rule: rules see no other deployment; what they need to know of it is read here and recorded.

use crate::error::CommandError;
use crate::fold;
use model::change_schedule::{ScheduledChange, scheduled};
use model::state::State;
use record::Record;
use std::sync::Arc;

/// The most changes of other deployments that are kept.
const CHANGES_MAX: usize = 1_000;

/// Returns what the other deployments of `record` have scheduled: those that change production
/// where `state` does, rehearsals where it is one.
pub(crate) async fn schedules(
    record: &Arc<dyn Record>,
    state: &State,
) -> Result<Vec<ScheduledChange>, CommandError> {
    let mut changes = Vec::new();
    let mut names = record.deployments().await?;
    names.sort();
    for name in names.iter().filter(|it| **it != state.plan.deployment) {
        let other = fold::fold(record.as_ref(), name).await?.state;
        if other.purpose == state.purpose {
            changes.extend(scheduled(&other));
        }
    }
    changes.truncate(CHANGES_MAX);
    Ok(changes)
}
