//! What an event makes of orders: intended, asked of a person, ended, taken back.
//!
//! House rule: an order stands in the state from its intent to its one outcome, and no longer.

use super::Impossible;
use crate::order::{OrderId, Report};
use crate::role_type::RoleType;
use crate::run::{Run, TrackState};
use crate::scope::Scope;
use crate::site_care::adoption::finding;
use crate::state::{OrderPlace, State};
use crate::work;
use jiff::Timestamp;

impl State {
    pub(super) fn orders_intended(
        &mut self,
        orders: &[OrderId],
        scope: &Scope,
        track: u32,
        at: Timestamp,
    ) -> Result<(), Impossible> {
        for order in orders {
            let ordered = self.track_mut(scope, track)?;
            let before = ordered.ahead;
            ordered.ordered();
            let (number, after) = (ordered.orders, ordered.ahead);
            self.outstanding.behind += usize::from(after - before);
            let (scope, asked) = (scope.clone(), None);
            let place = OrderPlace { scope, track, number, since: at, asked };
            self.orders.insert(order.clone(), place);
        }
        Ok(())
    }

    pub(super) fn step_asked(
        &mut self,
        order: &OrderId,
        (scope, track): (&Scope, u32),
        role: RoleType,
        at: Timestamp,
    ) -> Result<(), Impossible> {
        let asked = self.track_mut(scope, track)?;
        asked.ordered();
        asked.state = TrackState::Asked;
        let (scope, number, asked) = (scope.clone(), asked.orders, Some(role));
        let place = OrderPlace { scope, track, number, since: at, asked };
        self.outstanding.asked += 1;
        self.orders.insert(order.clone(), place);
        Ok(())
    }

    pub(super) fn order_withdrawn(&mut self, order: &OrderId) -> Result<(), Impossible> {
        let place = self.order_over(order)?;
        let track = self.track_mut(&place.scope, place.track)?;
        let before = track.ahead;
        track.withdrawn();
        let gone = before - track.ahead;
        self.outstanding.behind -= usize::from(gone);
        self.settled_at(&place.scope);
        Ok(())
    }

    pub(super) fn order_ended(
        &mut self,
        order: &OrderId,
        report: &Report,
        at: Timestamp,
    ) -> Result<(), Impossible> {
        let place = self.order_over(order)?;
        if let Some((component, found)) = finding(self, &place, report) {
            self.site_care.found.entry(component).or_default().push(found);
        }
        let begun = work::with_track(self, &place.scope, place.track, |kind, steps, track| {
            let before = track.ahead;
            track.ended(kind, steps, &report.outcome, at);
            before.saturating_sub(track.ahead)
        });
        let begun = begun.ok_or_else(|| Impossible::unknown(&place.scope))?;
        self.outstanding.behind -= usize::from(begun);
        self.settled_at(&place.scope);
        Ok(())
    }

    /// An order less is under way at `scope`: whoever wanted the last one stopped has what they wanted.
    fn settled_at(&mut self, scope: &Scope) {
        self.recount_at(scope);
        if !self.cancelled.is_empty() && !self.run(scope).is_some_and(Run::is_busy) {
            self.cancelled.remove(&scope.to_string());
        }
    }

    /// Takes an order that has come to its end out of those that have not.
    fn order_over(&mut self, order: &OrderId) -> Result<OrderPlace, Impossible> {
        let place = self.orders.remove(order).ok_or_else(|| Impossible::unknown(order))?;
        if place.asked.is_some() {
            self.outstanding.asked -= 1;
        }
        Ok(place)
    }
}
