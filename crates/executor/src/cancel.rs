//! Stopping an order that is being carried out, and saying who wants it stopped.
//!
//! A cancelled order ends as one that ran out of time does: it is stopped on
//! its computer, and its outcome is what can then be known, not what was wished.

use crate::slept::slept_ms;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::time::Instant;

/// By how much what was slept may differ between two looks at two clocks, in milliseconds.
const SLEPT_TOLERANCE_MS: i64 = 100;

/// Why an order is not sent off after its time.
const LATE: &str = "it could not be handed out in time";

/// A wish, shared by whoever may stop an order and whoever carries it out.
#[derive(Clone, Debug)]
pub struct Cancel {
    wish: Arc<watch::Sender<Wish>>,
    /// After this an order that has not been sent off is not begun any more.
    begun_until: Option<Departure>,
}

/// Until when an order may be sent off.
#[derive(Clone, Copy, Debug)]
struct Departure {
    until: Instant,
    /// How long this computer had slept when that was said, in milliseconds: whoever takes over from one
    /// that sleeps counts the time, and its own timers do not.
    slept_ms: i64,
}

impl Departure {
    fn is_over(self) -> bool {
        Instant::now() > self.until || slept_ms() - self.slept_ms > SLEPT_TOLERANCE_MS
    }
}

/// What is wished of an order, and by whom.
#[derive(Clone, Debug, Default)]
enum Wish {
    /// That it goes on.
    #[default]
    None,
    /// That it does not begin, where it has not.
    Withhold(Arc<str>),
    /// That it stops, wherever it stands.
    Stop(Arc<str>),
}

impl Default for Cancel {
    fn default() -> Self {
        Self::new()
    }
}

impl Cancel {
    /// Returns a wish that nobody has uttered yet.
    pub fn new() -> Self {
        Self { wish: Arc::new(watch::Sender::new(Wish::None)), begun_until: None }
    }

    /// Returns a wish that nobody has uttered yet, for an order that may be sent off until then, and not
    /// after this computer has slept: a process that stood still meanwhile would begin what the time by
    /// then forbids.
    pub fn begun_until(until: Instant) -> Self {
        Self { begun_until: Some(Departure { until, slept_ms: slept_ms() }), ..Self::new() }
    }

    /// Returns why an order that nobody can have begun is not to be sent off any more, where that is so.
    fn is_late(&self) -> Option<String> {
        let is_late = self.begun_until.is_some_and(Departure::is_over);
        is_late.then(|| LATE.to_owned())
    }

    /// Returns why an order that has not begun is not to begin any more, where that is so.
    pub fn why_not_begin(&self) -> Option<String> {
        self.is_unwanted().map(|who| called_back(&who)).or_else(|| self.is_late())
    }

    /// Waits until an order that has not begun is not to begin any more, and returns why.
    pub(crate) async fn not_to_begin(&self) -> String {
        let late = async {
            match self.begun_until {
                Some(it) => tokio::time::sleep_until(it.until).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            who = self.unwanted() => called_back(&who),
            () = late => LATE.to_owned(),
        }
    }

    /// Returns until when an order that has not been sent off may be; nothing where nobody has said so.
    pub fn begins_until(&self) -> Option<Instant> {
        self.begun_until.map(|it| it.until)
    }

    /// Returns whether another one who was handed the order before may yet begin it.
    pub fn may_yet_begin(&self) -> bool {
        self.begun_until.is_some_and(|it| Instant::now() <= it.until)
    }

    /// Asks that the order be stopped. `who` reads well after "stopped by": `ivo.marchetti`,
    /// `the halt of ring early`. The first wish counts.
    pub fn stop(&self, who: &str) {
        self.wish.send_if_modified(|wish| match wish {
            Wish::None | Wish::Withhold(_) => {
                *wish = Wish::Stop(who.into());
                true
            }
            Wish::Stop(_) => false,
        });
    }

    /// Asks that the order, which stands behind another one of its computer, does not begin. One
    /// that has begun by then goes on. `who` as in [`Self::stop`].
    pub fn withhold(&self, who: &str) {
        self.wish.send_if_modified(|wish| match wish {
            Wish::None => {
                *wish = Wish::Withhold(who.into());
                true
            }
            Wish::Withhold(_) | Wish::Stop(_) => false,
        });
    }

    /// Waits until somebody wants the order stopped, and returns who.
    pub async fn stopped(&self) -> Arc<str> {
        self.uttered(|wish| match wish {
            Wish::Stop(who) => Some(Arc::clone(who)),
            Wish::None | Wish::Withhold(_) => None,
        })
        .await
    }

    /// Waits until somebody wants that the order does not begin, and returns who.
    pub(crate) async fn unwanted(&self) -> Arc<str> {
        self.uttered(Wish::who).await
    }

    /// Returns who does not want the order to begin, if anybody.
    pub fn is_unwanted(&self) -> Option<Arc<str>> {
        self.wish.borrow().who()
    }

    async fn uttered(&self, who: impl Fn(&Wish) -> Option<Arc<str>>) -> Arc<str> {
        let mut wishes = self.wish.subscribe();
        let wish = wishes.wait_for(|it| who(it).is_some()).await.map(|it| who(&it));
        match wish {
            Ok(Some(who)) => who,
            // The sender lives in `self`, so the wish cannot be lost while we wait.
            Ok(None) | Err(_) => std::future::pending().await,
        }
    }
}

fn called_back(who: &str) -> String {
    format!("it was called back by {who}")
}

impl Wish {
    fn who(&self) -> Option<Arc<str>> {
        match self {
            Self::None => None,
            Self::Withhold(who) | Self::Stop(who) => Some(Arc::clone(who)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn an_order_does_not_begin_on_a_computer_that_has_slept_since_it_was_handed_out() {
        let until = Instant::now() + Duration::from_secs(180);
        let awake = Cancel::begun_until(until);
        assert_eq!(awake.why_not_begin(), None);
        // As if it had slept for a second since.
        let departure = Departure { until, slept_ms: slept_ms() - 1_000 };
        let slept = Cancel { begun_until: Some(departure), ..Cancel::new() };
        assert_eq!(slept.why_not_begin().as_deref(), Some(LATE));
    }
}
