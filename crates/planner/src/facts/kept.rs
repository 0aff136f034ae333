//! What looks have found of calendars and need not find again until time has moved on.
//!
//! House rule: what is kept is what would be found anew. A window that is open stays open until
//! it ends, and one that is shut stays shut until it opens.

mod asking;

use super::{FitsNowhere, Fitting};
use crate::calendar::{Closure, Opening};
use crate::notices::Triggers;
use crate::waiting::WaitingOn;
use jiff::Timestamp;
use model::digest::Digest;
use model::event::Event;
use model::id::ComponentId;
use model::scope::Scope;
use model::state::{RingCounts, State};
use model::window::TimeZoneName;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// What earlier looks have found of the calendars of one plan.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    plan: Option<Digest>,
    openings: HashMap<Place, (Timestamp, Opening)>,
    /// The windows that the work of sites fits, and from when on they do.
    fits: HashMap<usize, (Timestamp, Fitting)>,
    /// The sites whose people are not told or trained: time alone does not change that.
    unprepared: HashSet<usize>,
    triggers: Option<Arc<Triggers>>,
    /// Whether no site is to be told anything until one moves.
    sites_told: bool,
    /// Whether all who have signed for a site have signed for the release of this plan.
    signed_for_release: bool,
    rest: Option<Rest>,
    waits: asking::SiteWaits,
    /// The sites of which nobody is to be asked to sign anything, and until when time does not change
    /// that.
    unasked: HashMap<usize, Option<Timestamp>>,
}

/// That a look found nothing to do but to carry on what is begun.
#[derive(Clone, Debug)]
struct Rest {
    /// How the sites of each ring stood.
    counts: Vec<RingCounts>,
    /// Until when time brings nothing about.
    until: Option<Timestamp>,
    /// Where steps have been given out or ended since.
    moved: BTreeSet<Moved>,
}

/// Where a step was given out or ended, in the order in which places are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moved {
    /// A core component, by its position.
    Component(usize),
    /// A site, by its position.
    Site(usize),
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

    /// Forgets what `event`, which is about to happen in `state`, may change.
    pub fn happens(&mut self, state: &State, event: &Event) {
        let touched = asking::touched(state, event);
        self.waits.forget(touched);
        match touched {
            asking::Touched::None => {}
            asking::Touched::One(position) => {
                self.unprepared.remove(&position);
                self.unasked.remove(&position);
            }
            asking::Touched::All => {
                self.unprepared.clear();
                self.unasked.clear();
            }
        }
        if matches!(event, Event::Site { .. } | Event::PlanRevised { .. } | Event::Message(_)) {
            self.sites_told = false;
        }
        let scope = if let Event::OrderIntended { scope, .. }
        | Event::OrdersIntended { scope, .. }
        | Event::StepAsked { scope, .. }
        | Event::Phase { scope, .. } = event
        {
            Some(scope)
        } else if let Event::OrderEnded { order, .. } | Event::OrderWithdrawn { order, .. } = event
        {
            state.orders.get(order).map(|it| &it.scope)
        } else if let Event::OrdersEnded { ended } = event {
            // All of them are of one track.
            ended.first().and_then(|it| state.orders.get(&it.order)).map(|it| &it.scope)
        } else {
            None
        };
        let moved = scope.and_then(|it| moved(state, it));
        match (moved, &mut self.rest) {
            (Some(moved), Some(rest)) => {
                rest.moved.insert(moved);
            }
            (None, _) => self.rest = None,
            (Some(_), None) => {}
        }
    }

    /// Returns where alone something may be to be done at `now`, and until when, if nothing happened
    /// since the last look but steps.
    pub(super) fn carrying_on(
        &mut self,
        state: &State,
        now: Timestamp,
    ) -> Option<(BTreeSet<Moved>, Option<Timestamp>)> {
        let is_same = |it: &Rest| {
            let counts = state.rings.iter().map(|it| &it.counts);
            it.until.is_none_or(|until| now < until) && it.counts.iter().eq(counts)
        };
        let rest = self.rest.take().filter(is_same)?;
        Some((rest.moved, rest.until))
    }

    /// Notes that the look at `state`, whose next is `until`, found nothing else to do.
    pub(super) fn at_rest(&mut self, state: &State, until: Option<Timestamp>) {
        let counts = state.rings.iter().map(|it| it.counts).collect();
        self.rest = Some(Rest { counts, until, moved: BTreeSet::new() });
    }

    /// Returns what the site at `position` waits on at `now`, where that is known, and from when on
    /// it may be something else.
    pub(super) fn site_waits(
        &self,
        position: usize,
        now: Timestamp,
    ) -> Option<(Arc<[WaitingOn]>, Option<Timestamp>)> {
        self.waits.known(position, now)
    }

    /// Keeps what the site at `position` was found to wait on.
    pub(super) fn keep_site_waits(
        &mut self,
        state: &State,
        position: usize,
        waits: &[WaitingOn],
        until: Option<Timestamp>,
    ) {
        self.waits.keep(state, position, waits, until);
    }

    /// Returns until when nobody is to be asked to sign anything of the site at `position`, where that
    /// is known.
    pub(super) fn unasked(&self, position: usize, now: Timestamp) -> Option<Option<Timestamp>> {
        let until = *self.unasked.get(&position)?;
        until.is_none_or(|it| now < it).then_some(until)
    }

    /// Keeps that nobody is to be asked to sign anything of the site at `position` before `until`.
    pub(super) fn keep_unasked(&mut self, position: usize, until: Option<Timestamp>) {
        self.unasked.insert(position, until);
    }

    /// Returns whether no site is to be told anything until one moves.
    pub(super) fn are_sites_told(&self) -> bool {
        self.sites_told
    }

    /// Keeps that no site is to be told anything until one moves.
    pub(super) fn sites_are_told(&mut self) {
        self.sites_told = true;
    }

    /// Returns whether all who have signed for a site are known to have signed for the release of the
    /// plan.
    pub(super) fn are_signed_for_release(&self) -> bool {
        self.signed_for_release
    }

    /// Keeps that all who have signed for a site have signed for the release of the plan.
    pub(super) fn signed_for_release(&mut self) {
        self.signed_for_release = true;
    }

    /// Returns the triggers of the plan's messages, which `found` would find.
    pub(super) fn triggers(&mut self, found: impl FnOnce() -> Triggers) -> Arc<Triggers> {
        self.triggers.get_or_insert_with(|| Arc::new(found())).clone()
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

    /// Returns the window that the work of the site at `position` fits, which `found` would find at
    /// `now`. It stays the first one for as long as the work may begin in it.
    pub(super) fn fitting(
        &mut self,
        position: usize,
        now: Timestamp,
        found: impl FnOnce() -> Result<Fitting, FitsNowhere>,
    ) -> Result<Fitting, FitsNowhere> {
        if let Some((from, kept)) = self.fits.get(&position)
            && *from <= now
            && now <= kept.begins_by
        {
            return Ok(*kept);
        }
        let found = found()?;
        self.fits.insert(position, (now, found));
        Ok(found)
    }
}

fn moved(state: &State, scope: &Scope) -> Option<Moved> {
    match scope {
        Scope::Component(id) => {
            state.index.components.get(id).map(|it| Moved::Component(*it as usize))
        }
        Scope::Site(id) => state.index.sites.get(id).map(|it| Moved::Site(*it as usize)),
        Scope::Deployment | Scope::Core | Scope::Ring(_) | Scope::Rfc(_) => None,
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
