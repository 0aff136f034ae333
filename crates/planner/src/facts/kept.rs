//! What looks have found of calendars and need not find again until time has moved on.
//!
//! House rule: what is kept is what would be found anew. A window that is open stays open until
//! it ends, and one that is shut stays shut until it opens.

use crate::calendar::{Closure, Interval, Opening};
use jiff::Timestamp;
use model::digest::Digest;
use model::event::Event;
use model::id::ComponentId;
use model::window::TimeZoneName;
use std::collections::{HashMap, HashSet};

/// What earlier looks have found of the calendars of one plan.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    plan: Option<Digest>,
    openings: HashMap<Place, (Timestamp, Opening)>,
    fits: HashMap<usize, (Timestamp, Interval, WindowFit)>,
    /// The sites whose people are not told or trained: time alone does not change that.
    unprepared: HashSet<usize>,
}

/// Whether the work of a site fits its next window.
#[derive(Clone, Debug)]
pub(super) struct WindowFit {
    /// Why not, where it does not.
    pub(super) fit: Result<(), String>,
    /// Whether the window has the length that was looked for: else a later look may find another.
    pub(super) is_wanted: bool,
}

/// What has a calendar of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// A core component.
    Component(ComponentId),
    /// A ring in a time zone, for all of its sites that have nothing else.
    Ring(usize, TimeZoneName),
    /// A site.
    Site(usize),
}

impl Kept {
    /// Returns what of this holds under `plan`.
    pub(super) fn under(self, plan: Digest) -> Self {
        if self.plan == Some(plan) { self } else { Self { plan: Some(plan), ..Self::default() } }
    }

    /// Forgets what `event`, which is happening, may change.
    pub fn happens(&mut self, event: &Event) {
        let is_of_steps = matches!(
            event,
            Event::OrderIntended { .. } | Event::OrderEnded { .. } | Event::Phase { .. }
        );
        if !is_of_steps {
            self.unprepared.clear();
        }
    }

    /// Returns whether the people of the site at `position` are told and trained, which `found`
    /// would find.
    pub(super) fn is_prepared(&mut self, position: usize, found: impl FnOnce() -> bool) -> bool {
        if self.unprepared.contains(&position) {
            return false;
        }
        let is_prepared = found();
        if !is_prepared {
            self.unprepared.insert(position);
        }
        is_prepared
    }

    /// Returns the opening of `place` at `now`, which `found` would find.
    pub(super) fn opening(
        &mut self,
        place: Place,
        now: Timestamp,
        found: impl FnOnce() -> Opening,
    ) -> Opening {
        if let Some((from, opening)) = self.openings.get(&place)
            && *from <= now
            && (*from == now || lasts(opening).is_some_and(|until| now < until))
        {
            return opening.clone();
        }
        let opening = found();
        self.openings.insert(place, (now, opening.clone()));
        opening
    }

    /// Returns whether the work of the site at `position` fits its next window, which `found` would
    /// find at `now`.
    pub(super) fn fit(
        &mut self,
        position: usize,
        now: Timestamp,
        found: impl FnOnce() -> Option<(Interval, WindowFit)>,
    ) -> Option<Result<(), String>> {
        if let Some((from, window, kept)) = self.fits.get(&position)
            && *from <= now
            && now <= window.start()
            && kept.is_wanted
        {
            return Some(kept.fit.clone());
        }
        let (window, found) = found()?;
        let fit = found.fit.clone();
        self.fits.insert(position, (now, window, found));
        Some(fit)
    }
}

/// Returns until when `opening` stays the answer; of a freeze the reason may be another before.
fn lasts(opening: &Opening) -> Option<Timestamp> {
    match opening {
        Opening::Open { until } => *until,
        Opening::Closed { opens, because: Closure::Window } => *opens,
        Opening::Closed { because: Closure::Freeze { .. }, .. } => None,
    }
}
