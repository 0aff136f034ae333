//! What one place waits on: its own waits, and of a whole those of its parts.
//!
//! House rule: nothing waits without saying on what.

use super::{
    WaitingOn, agreements, changes, components, delegates, deployment, disputes, incidents,
    notices, papers, rings, separated, sites, still_there, waiting_of,
};
use crate::facts::Look;
use jiff::Timestamp;
use model::guard::Supplier;
use model::scope::Scope;
use model::state::{RingState, State};

/// The most waits of its parts that are told of a whole.
const PARTS_MAX: usize = 20;

/// Returns what `scope` waits on at the instant `now`. Where nobody is asked for anything for the deployment
/// or a ring itself, what holds up its parts holds it up: some of that too.
pub fn why(state: &State, now: Timestamp, scope: &Scope) -> Vec<WaitingOn> {
    let mut look = Look::new(state, now);
    let mut waits = all_of(&mut look, scope);
    let is_told = match scope {
        Scope::Ring(_) => waits.iter().any(|it| it.supplier != Supplier::System),
        Scope::Deployment | Scope::Core | Scope::Component(_) | Scope::Site(_) | Scope::Rfc(_) => {
            waits.iter().any(|it| it.holds_up(now))
        }
    };
    if !is_told {
        let parts = parts_of(&mut look, scope);
        let parts: Vec<WaitingOn> = parts.into_iter().filter(|it| !waits.contains(it)).collect();
        waits.extend(parts);
    }
    let mut waits = still_there(state, waits);
    delegates::beside(state, now, &mut waits);
    separated::apart(state, now, &mut waits);
    waits
}

/// Returns what the parts of the deployment or of a ring wait on, or those of the ring in front of it; of
/// anything else nothing.
fn parts_of(look: &mut Look<'_>, scope: &Scope) -> Vec<WaitingOn> {
    let state = look.state;
    let position = match scope {
        Scope::Deployment => return waiting_of(look, PARTS_MAX),
        Scope::Ring(id) => state.index.rings.get(id).map(|it| *it as usize),
        Scope::Core | Scope::Component(_) | Scope::Site(_) | Scope::Rfc(_) => None,
    };
    let Some(position) = position else { return vec![] };
    let until = state.rings.get(..=position).unwrap_or_default();
    let first = until.iter().position(|it| it.state != RingState::Passed).unwrap_or(position);
    let mut waits = if first == position { vec![] } else { rings::ring(look, first) };
    for site in state.index.sites_of_ring.get(first).into_iter().flatten() {
        let site = *site as usize;
        if waits.len() >= PARTS_MAX {
            break;
        }
        if state.sites.get(site).is_some_and(|it| sites::may_wait(it.state)) {
            waits.extend(sites::site(look, site));
        }
    }
    waits.truncate(PARTS_MAX);
    waits
}

fn all_of(look: &mut Look<'_>, scope: &Scope) -> Vec<WaitingOn> {
    let state = look.state;
    match scope {
        Scope::Deployment => {
            let mut waits = deployment::deployment(look);
            waits.extend(deployment::slots(look, None));
            waits.extend(disputes::disputes(state, None));
            waits.extend(papers::papers(state, None));
            waits.extend(incidents::incidents(look));
            waits.extend(notices::letters(look, Some(scope)));
            waits.extend(notices::sessions(look));
            waits.extend(agreements::half_agreed(state));
            waits
        }
        Scope::Core => {
            let mut waits = deployment::slots(look, Some(&Scope::Core));
            waits.extend(disputes::disputes(state, Some(scope)));
            waits.extend(papers::papers(state, Some(scope)));
            waits.extend(components::sheet(look));
            for position in 0..state.plan.components.len() {
                waits.extend(components::component(look, position));
            }
            waits
        }
        Scope::Component(id) => match state.index.components.get(id) {
            Some(position) => components::component(look, *position as usize),
            None => vec![],
        },
        Scope::Ring(id) => match state.index.rings.get(id) {
            Some(position) => rings::ring(look, *position as usize),
            None => vec![],
        },
        Scope::Site(id) => match state.index.sites.get(id) {
            Some(position) => {
                let mut waits = sites::site(look, *position as usize);
                waits.extend(notices::letters(look, Some(scope)));
                waits.extend(disputes::disputes(state, Some(scope)));
                waits.extend(papers::papers(state, Some(scope)));
                waits.extend(agreements::half_agreed(state).filter(|it| it.scope == *scope));
                waits
            }
            None => vec![],
        },
        Scope::Rfc(id) => {
            let mut waits = changes::rfc(look, id);
            waits.extend(disputes::disputes(state, Some(scope)));
            waits
        }
    }
}
