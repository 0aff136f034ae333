//! Asking a witness, whose volume may hang: aside from all else, and for so long.

use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// How long a witness may take to answer: it writes one line to a disk.
const ANSWERS_WITHIN: Duration = Duration::from_secs(30);

/// How many may ask a witness at once: those that hang take up no more threads than that.
const ASKING_MAX: usize = 64;

/// The places of those who ask.
#[derive(Debug)]
pub(super) struct Asking(Arc<Semaphore>);

impl Default for Asking {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(ASKING_MAX)))
    }
}

impl Asking {
    /// Does `work` on a thread of its own, and returns what came of it.
    ///
    /// # Errors
    ///
    /// What `work` says; and [`io::ErrorKind::TimedOut`] where it says nothing in time.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let places = self.0.clone();
        let asked = async {
            let place = places.acquire_owned().await.map_err(io::Error::other)?;
            let work = move || {
                let done = work();
                // For as long as it hangs it keeps its place.
                drop(place);
                done
            };
            tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
        };
        tokio::time::timeout(ANSWERS_WITHIN, asked).await.unwrap_or_else(|_| {
            let what = format!("it has not answered for {} s", ANSWERS_WITHIN.as_secs());
            Err(io::Error::new(io::ErrorKind::TimedOut, what))
        })
    }
}
