//! Two workers under one name.

use coordinator::{Effects, WORKER_LEASE, Worker};
use executor::Cancel;
use model::order::{Intent, Report};
use model::probe::ProbeCheck;
use record::{Memory, Record, Signer};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::time::{Duration, Instant, sleep};

/// Nobody orders anything.
struct Idle;

#[async_trait::async_trait]
impl Effects for Idle {
    async fn carry_out(&self, intent: &Intent, _: &Cancel) -> Report {
        panic!("{} was ordered", intent.order().id)
    }

    async fn resume(&self, intent: &Intent, _: &Cancel) -> Report {
        panic!("{} was ordered", intent.order().id)
    }

    async fn probe(&self, check: &ProbeCheck, _: Duration) -> Result<(), String> {
        panic!("{check:?} was asked for")
    }
}

#[tokio::test(start_paused = true)]
async fn two_workers_of_one_name_say_so_and_do_not_dismiss_each_other_all_the_time() {
    let began = Instant::now();
    let now_us = move || i64::try_from(began.elapsed().as_micros()).unwrap();
    let signer = Signer::from_seed([7; 32]);
    let key = signer.verifier_key().clone();
    let record: Arc<dyn Record> = Arc::new(Memory::simulated(signer, now_us));
    let complaints = Arc::new(AtomicU32::new(0));
    let (_never, told) = tokio::sync::watch::channel(false);
    for _ in 0..2 {
        let complaints = complaints.clone();
        let worker = Worker::new(record.clone(), key.clone(), Idle, "pc:/data#w1".to_owned());
        let worker = worker.complaining(move |error| {
            assert!(error.to_string().contains("another one works under its name"), "{error}");
            complaints.fetch_add(1, Ordering::SeqCst);
        });
        let told = told.clone();
        tokio::spawn(async move { worker.run(told).await });
    }
    let leases = 20;
    sleep(WORKER_LEASE * leases).await;
    let complaints = complaints.load(Ordering::SeqCst);
    assert!((1..=leases + 1).contains(&complaints), "{complaints} in {leases} leases");
}
