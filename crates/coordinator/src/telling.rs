//! Telling what became of orders that travel together: each is told of once, whatever becomes of whoever
//! carries them out.
//!
//! House rule: an order without an end waits for ever, so there is none. Of what was not told, nobody knows.

use executor::Cancel;
use model::order::{Ending, Intent, Report};
use std::slice::Iter;

/// Tells of orders, in their order; at its end, of those that nobody has told of, that nobody knows.
pub(crate) struct Telling<'o, S: FnMut(&Intent, Ending)> {
    left: Iter<'o, (Intent, Cancel)>,
    says: S,
}

impl<'o, S: FnMut(&Intent, Ending)> Telling<'o, S> {
    /// Returns a telling of `orders` that `says` each on.
    pub(crate) fn of(orders: &'o [(Intent, Cancel)], says: S) -> Self {
        Self { left: orders.iter(), says }
    }

    /// Tells how the next order ended.
    pub(crate) fn tell(&mut self, ending: Ending) {
        if let Some((intent, _)) = self.left.next() {
            (self.says)(intent, ending);
        }
    }
}

impl<S: FnMut(&Intent, Ending)> Drop for Telling<'_, S> {
    fn drop(&mut self) {
        for (intent, _) in self.left.by_ref() {
            let report = Report::unknown("whoever carried it out did not say what became of it");
            (self.says)(intent, Ending::Ended(report));
        }
    }
}
