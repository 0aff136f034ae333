//! What is still to be deployed and has no window left to do it in.
//!
//! House rule: a plan that runs out of nights is told where it wants spare ones.

use crate::calendar::Opening;
use crate::facts::{Look, calendar_now, component_calendar};
use jiff::Timestamp;
use model::machine::{ComponentState, SiteState};
use model::scope::Scope;
use model::state::State;

/// Returns the core components and sites that wait for a window at `now`, and have none ahead.
pub(crate) fn without_window(state: &State, now: Timestamp) -> Vec<Scope> {
    let look = Look::new(state, now);
    let is_shut = |it: Opening| matches!(it, Opening::Closed { opens: None, .. });
    let components = state.plan.components.iter().zip(&state.components);
    let components = components.filter(|(planned, status)| {
        use ComponentState::{Authorised, Deploying, Planned};
        matches!(status.state, Planned | Authorised | Deploying)
            && is_shut(component_calendar(&state.plan, planned).open_window(now))
    });
    let sites = state.plan.sites.iter().zip(&state.sites).enumerate();
    let sites = sites.filter(|(position, (planned, status))| {
        use SiteState::{Notified, Paused, Planned, Ready};
        let ring = look.ring_of(*position);
        matches!(status.state, Planned | Notified | Ready | Paused)
            && is_shut(calendar_now(state, planned, ring, now).open_window(now))
    });
    let components = components.map(|(it, _)| Scope::Component(it.id.clone()));
    components.chain(sites.map(|(_, (it, _))| Scope::Site(it.id.clone()))).collect()
}
