//! What was folded last, kept for the next time: only what others have written since is read.
//!
//! House rule: the record is the truth; what is kept is what would be folded anew.

use crate::act::Coordinator;
use crate::error::CommandError;
use model::id::DeploymentId;
use record::Record;
use std::sync::{Arc, Mutex, PoisonError};

/// A deployment as it was folded last.
#[derive(Default)]
pub(crate) struct Folded(Mutex<Option<Coordinator>>);

impl Folded {
    /// Keeps `coordinator` for the next time.
    pub(crate) fn keep(&self, coordinator: Coordinator) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(coordinator);
    }

    /// Returns `deployment` as it stands, taking up what was kept of it.
    pub(crate) async fn take_up(
        &self,
        record: &Arc<dyn Record>,
        deployment: &DeploymentId,
    ) -> Result<Coordinator, CommandError> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        match kept.filter(|it| it.deployment == *deployment) {
            Some(mut kept) => kept.catch_up().await.map(|_| kept),
            None => Coordinator::fold(record.clone(), deployment).await,
        }
    }
}
