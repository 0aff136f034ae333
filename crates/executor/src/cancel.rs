//! Stopping an order that is being carried out, and saying who wants it stopped.
//!
//! A cancelled order ends as one that ran out of time does: it is stopped on
//! its computer, and its outcome is what can then be known, not what was wished.

use std::sync::Arc;
use tokio::sync::watch;

/// A wish, shared by whoever may stop an order and whoever carries it out.
#[derive(Clone, Debug)]
pub struct Cancel {
    wish: Arc<watch::Sender<Option<Arc<str>>>>,
}

impl Default for Cancel {
    fn default() -> Self {
        Self::new()
    }
}

impl Cancel {
    /// Returns a wish that nobody has uttered yet.
    pub fn new() -> Self {
        Self { wish: Arc::new(watch::Sender::new(None)) }
    }

    /// Asks that the order be stopped. `who` reads well after "stopped by": `ivo.marchetti`,
    /// `the halt of ring early`. The first wish counts.
    pub fn stop(&self, who: &str) {
        self.wish.send_if_modified(|wish| {
            let first = wish.is_none();
            if first {
                *wish = Some(who.into());
            }
            first
        });
    }

    /// Waits until somebody wants the order stopped, and returns who.
    pub async fn stopped(&self) -> Arc<str> {
        let mut wishes = self.wish.subscribe();
        let wish = wishes.wait_for(Option::is_some).await.map(|wish| wish.clone());
        match wish {
            Ok(Some(who)) => who,
            // The sender lives in `self`, so the wish cannot be lost while we wait.
            Ok(None) | Err(_) => std::future::pending().await,
        }
    }
}
