//! Keeping the lead of a deployment, beside whatever takes long.
//!
//! The lease is begun anew by a task of its own: a round of a thousand outcomes, or a
//! thousand rounds without a pause, must not let it run out. The epoch is the fence; the
//! lease only keeps others from taking over from one that works.

use model::id::DeploymentId;
use record::Record;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long a leader may be silent before another one takes over.
pub(crate) const LEASE: Duration = Duration::from_secs(15);
/// How often the leader says that it is there.
const KEEP_EVERY: Duration = Duration::from_secs(4);

/// Says that the leader is there, for as long as it is kept.
pub(crate) struct Leading {
    is_lost: watch::Receiver<bool>,
    keeping: JoinHandle<()>,
}

impl Leading {
    /// Begins to say that the leader of `epoch` is there.
    pub(crate) fn keep(record: Arc<dyn Record>, deployment: DeploymentId, epoch: u64) -> Self {
        let (lost, is_lost) = watch::channel(false);
        let keeping = tokio::spawn(async move {
            loop {
                tokio::time::sleep(KEEP_EVERY).await;
                // What ails the database is told to whoever writes next.
                if let Ok(false) = record.keep_leading(&deployment, epoch, LEASE).await {
                    lost.send_replace(true);
                    return;
                }
            }
        });
        Self { is_lost, keeping }
    }

    /// Waits until somebody else leads.
    pub(crate) async fn lost(&mut self) {
        if self.is_lost.wait_for(|it| *it).await.is_err() {
            // The task ended without a word: whoever writes is told by the epoch.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Leading {
    fn drop(&mut self) {
        self.keeping.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::{Lead, Memory, Signer};
    use tokio::time::{Instant, advance, sleep};

    fn record() -> Arc<dyn Record> {
        let began = Instant::now();
        let now_us = move || i64::try_from(began.elapsed().as_micros()).unwrap();
        Arc::new(Memory::simulated(Signer::from_seed([7; 32]), now_us))
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_is_busy_for_longer_than_its_lease_leads_on() {
        let (record, deployment) = (record(), "FG30".parse().unwrap());
        record.create(&deployment).await.unwrap();
        let taken = record.lead(&deployment, "a", LEASE).await.unwrap();
        assert_eq!(taken, Lead::Taken { epoch: 1 });
        let leading = Leading::keep(record.clone(), deployment.clone(), 1);
        // A round that takes ten leases, in which nobody asks `leading` for anything.
        sleep(LEASE * 10).await;
        let refused = record.lead(&deployment, "b", LEASE).await.unwrap();
        assert!(matches!(refused, Lead::HeldBy { .. }), "{refused:?}");
        // Once it is gone, others have to wait for no more than its lease.
        drop(leading);
        sleep(LEASE).await;
        let taken = record.lead(&deployment, "b", LEASE).await.unwrap();
        assert!(matches!(taken, Lead::Taken { epoch: 2.. }), "{taken:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_slept_past_its_lease_is_told_only_where_somebody_took_over() {
        let (record, deployment) = (record(), "FG30".parse().unwrap());
        record.create(&deployment).await.unwrap();
        record.lead(&deployment, "a", LEASE).await.unwrap();
        let mut leading = Leading::keep(record.clone(), deployment.clone(), 1);
        advance(LEASE * 2).await;
        sleep(KEEP_EVERY * 2).await;
        assert!(!*leading.is_lost.borrow());
        let refused = record.lead(&deployment, "b", LEASE).await.unwrap();
        assert!(matches!(refused, Lead::HeldBy { .. }), "{refused:?}");

        record.stop_leading(&deployment, 1).await.unwrap();
        record.lead(&deployment, "b", LEASE).await.unwrap();
        leading.lost().await;
    }
}
