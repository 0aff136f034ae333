//! A process of a world: it can be killed, and it can stand still.
//!
//! Whatever it does outside itself goes through its gate: a dead process never passes it, and a
//! frozen one passes when it has been woken.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Something that a process is in the middle of: time does not jump meanwhile.
pub(crate) struct AtWork<'p> {
    process: &'p Process,
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.process.at_work.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A process.
#[derive(Debug, Default)]
pub(crate) struct Process {
    is_dead: AtomicBool,
    frozen_until: Mutex<Option<Instant>>,
    /// Until when it gets no answer from the database.
    cut_off_until: Mutex<Option<Instant>>,
    /// How many things it is in the middle of.
    at_work: AtomicUsize,
}

impl Process {
    /// Passes at once, once it is woken, or never.
    pub(crate) async fn gate(&self) {
        while let Some(until) = self.frozen_until() {
            tokio::time::sleep_until(until).await;
        }
        if self.is_dead() {
            std::future::pending::<()>().await;
        }
    }

    /// Says that it is in the middle of something, for as long as what is returned lives.
    pub(crate) fn works(&self) -> AtWork<'_> {
        self.at_work.fetch_add(1, Ordering::SeqCst);
        AtWork { process: self }
    }

    /// Returns whether it lives and is in the middle of something.
    pub(crate) fn is_at_work(&self) -> bool {
        !self.is_dead() && self.at_work.load(Ordering::SeqCst) > 0
    }

    /// Returns whether it stands still.
    pub(crate) fn is_frozen(&self) -> bool {
        self.frozen_until().is_some()
    }

    fn frozen_until(&self) -> Option<Instant> {
        let mut until = self.frozen_until.lock().unwrap_or_else(PoisonError::into_inner);
        *until = until.filter(|it| *it > Instant::now());
        *until
    }

    /// Keeps it from the database for `lasting`.
    pub(crate) fn cut_off(&self, lasting: Duration) {
        let mut until = self.cut_off_until.lock().unwrap_or_else(PoisonError::into_inner);
        *until = Some(Instant::now() + lasting);
    }

    /// Waits until the database can be reached.
    pub(crate) async fn reaches_the_database(&self) {
        let until = *self.cut_off_until.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(until) = until.filter(|it| *it > Instant::now()) {
            tokio::time::sleep_until(until).await;
        }
    }

    /// Kills it: it does nothing any more, whatever it was doing.
    pub(crate) fn kill(&self) {
        self.is_dead.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.is_dead.load(Ordering::SeqCst)
    }

    /// Lets it stand still for `lasting`.
    pub(crate) fn freeze(&self, lasting: Duration) {
        let mut until = self.frozen_until.lock().unwrap_or_else(PoisonError::into_inner);
        *until = Some(Instant::now() + lasting);
    }
}
