//! The agenda: what to do now.
//!
//! It is computed from the state and the time alone. Asking twice gives the same
//! agenda; carrying it out leaves an empty one until something happens or time
//! passes. Events of one agenda do not see one another: it is asked again until
//! nothing is left.
//!
//! Source: Deploy SMF, Processes 1 and 2; the transitions whose authority is the system.

mod calls;
mod changes;
mod completing;
mod components;
mod incidents;
mod notices;
mod progress;
mod rings;
mod sheets;
mod site_care;
mod sites;
mod stable;

pub use crate::facts::Kept;
pub(crate) use calls::CallsBack;
pub(crate) use incidents::closes_unconfirmed;
pub(crate) use progress::{deadline, what_breaks};
pub use rings::broken_budget;
pub(crate) use rings::{health, is_halted, lets_begin};
pub(crate) use sheets::core_sheet;
pub(crate) use sites::phase_success;
pub use sites::{running_grants, shortage, whose_turn};

use crate::facts::{Look, Moved};
use jiff::Timestamp;
use model::event::Event;
use model::machine::DeploymentState;
use model::order::{Order, OrderId};
use model::state::State;
use std::collections::BTreeSet;

/// Why what runs is halted while the deployment is given up.
const GIVEN_UP: &str = "the project ends early";

/// What to do now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agenda {
    /// What happens by itself, on a true condition.
    pub events: Vec<Event>,
    /// What is to be carried out; each with the `OrderIntended` that must be durable first.
    pub orders: Vec<(Event, Order)>,
    /// The orders that must not begin any more, where they have not: those that stand behind others,
    /// or, where workers claim them, all.
    pub called_back: Vec<OrderId>,
    /// The earliest instant at which the agenda may be another without an event.
    pub next_look: Option<Timestamp>,
}

impl Agenda {
    /// Returns whether nothing is to be recorded now.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.orders.is_empty()
    }
}

/// Returns what to do in `state` at the instant `now`, with at most `orders_max` new orders.
pub fn agenda(state: &State, now: Timestamp, orders_max: usize) -> Agenda {
    agenda_of(&mut Look::new(state, now), orders_max)
}

/// Returns what to do as [`agenda`] does, and up to `ahead` orders behind each that is given: to
/// travel with it, and each to begin after the one before it has succeeded.
pub fn agenda_ahead(state: &State, now: Timestamp, orders_max: usize, ahead: usize) -> Agenda {
    let mut look = Look::new(state, now);
    look.ahead = ahead;
    look.calls_back = if ahead > 0 { CallsBack::Behind } else { CallsBack::Nothing };
    agenda_of(&mut look, orders_max)
}

/// Who gets orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handing {
    /// The server that asks: each has begun, but for those that travel behind another one.
    Here {
        /// The most orders that travel with another one.
        ahead: usize,
    },
    /// Workers, which claim them: each may still wait for one, and is called back wherever no orders
    /// are given now.
    Workers {
        /// The most orders that travel with another one.
        ahead: usize,
    },
}

/// Returns what to do as [`agenda`] does, with at most `orders_max` new orders, without finding again
/// what `kept` has found. [`Kept::happens`] is told of every event in between; where others have
/// written, nothing is kept.
pub fn agenda_as_kept(
    state: &State,
    now: Timestamp,
    orders_max: usize,
    handing: Handing,
    kept: &mut Kept,
) -> Agenda {
    let mut look = Look::with(state, now, std::mem::take(kept));
    (look.ahead, look.calls_back) = match handing {
        Handing::Here { ahead: 0 } => (0, CallsBack::Nothing),
        Handing::Here { ahead } => (ahead, CallsBack::Behind),
        Handing::Workers { ahead } => (ahead, CallsBack::All),
    };
    let agenda = agenda_of(&mut look, orders_max);
    *kept = look.kept();
    agenda
}

/// Returns what to do as `look` sees it, with at most `orders_max` new orders.
pub(crate) fn agenda_of(look: &mut Look<'_>, orders_max: usize) -> Agenda {
    let state = look.state;
    let mut agenda = Agenda::default();
    if state.is_sealed() {
        return agenda;
    }
    if state.history.clock.is_some() {
        // Nobody knows what time it is: what was begun comes to its end, and nothing begins.
        if state.deployment == DeploymentState::Deploying {
            rings::halts(look, &mut agenda);
        }
        sites::sites_at_rest(look, &mut agenda);
        sites::sites_going_back(look, &mut agenda, &mut 0);
        look.nothing_goes_on();
        agenda.called_back = called_back(look);
        return agenda;
    }
    let limit = (state.plan.limits.orders_at_once as usize).saturating_sub(state.in_flight());
    let mut room = limit.min(orders_max);
    if let Some(moved) = look.carrying_on() {
        carry_on(look, &mut agenda, &mut room, moved);
        return agenda;
    }
    changes::waivers(look, &mut agenda);
    site_care::exemptions(look, &mut agenda);
    let works = works(state.deployment);
    changes::rfcs(look, &mut agenda);
    incidents::clocks(look, &mut agenda);
    notices::notices(look, &mut agenda);
    // A site whose slot has moved is asked anew before anything else happens to it.
    if agenda.events.iter().any(|it| matches!(it, Event::Site { .. })) {
        agenda.next_look = look.next;
        return agenda;
    }
    if works {
        rings::rings(look, &mut agenda);
        // A ring that halts is halted before anything more of it is ordered.
        if agenda.events.iter().any(is_halt) {
            agenda.next_look = look.next;
            return agenda;
        }
        components::components(look, &mut agenda, &mut room);
        sites::sites(look, &mut agenda, &mut room);
        site_care::material_changes(look, &mut agenda);
        sheets::sheets(look, &mut agenda);
        stable::stable(look, &mut agenda);
    } else if state.deployment == DeploymentState::Held {
        // What is under way comes to its end, and nothing more of it begins.
        components::components_at_rest(look, &mut agenda);
        sites::sites_at_rest(look, &mut agenda);
        look.nothing_goes_on();
        // A hold keeps nobody from going back.
        components::components_going_back(look, &mut agenda, &mut room);
        sites::sites_going_back(look, &mut agenda, &mut room);
        // What is signed of it is asked on the sheet as it is by then.
        sheets::sheets(look, &mut agenda);
    } else if state.deployment == DeploymentState::Terminating {
        components::components_given_up(look, &mut agenda);
        sites::sites_given_up(look, &mut agenda);
        look.nothing_goes_on();
        components::components_going_back(look, &mut agenda, &mut room);
        sites::sites_going_back(look, &mut agenda, &mut room);
    }
    completing::completing(look, &mut agenda);
    agenda.called_back = called_back(look);
    agenda.next_look = look.next;
    // Where an order waits for room, the end of any other one makes it.
    if works && !look.lacks_room {
        look.at_rest();
    }
    agenda
}

/// Returns whether sites and components may start while the deployment stands like this.
pub(crate) fn works(deployment: DeploymentState) -> bool {
    match deployment {
        DeploymentState::Deploying
        | DeploymentState::Stabilizing
        | DeploymentState::QuietPeriod => true,
        DeploymentState::Draft
        | DeploymentState::Ready
        | DeploymentState::Held
        | DeploymentState::MilestoneReview
        | DeploymentState::Closing
        | DeploymentState::Closed
        | DeploymentState::Terminating
        | DeploymentState::Terminated => false,
    }
}

/// Looks where steps have ended or were given out alone: nothing else has changed.
fn carry_on(look: &mut Look<'_>, agenda: &mut Agenda, room: &mut usize, moved: BTreeSet<Moved>) {
    for place in moved {
        match place {
            Moved::Component(position) => components::component(look, agenda, position, room),
            Moved::Site(position) => sites::site(look, agenda, position, room),
        }
    }
    agenda.called_back = behind_others(look);
    agenda.next_look = look.next;
    if !look.lacks_room {
        look.at_rest();
    }
}

/// Returns the orders that stood behind one that has not succeeded, where others may hold them.
fn behind_others(look: &Look<'_>) -> Vec<OrderId> {
    if look.calls_back != CallsBack::All {
        return vec![];
    }
    let orders = look.state.orders.iter();
    by_name(orders.filter(|(_, it)| look.state.is_called_back(it)).map(|(id, _)| id))
}

/// Returns these orders by their names: what is done first does not depend on where they are kept.
fn by_name<'s>(orders: impl Iterator<Item = &'s OrderId>) -> Vec<OrderId> {
    let mut orders: Vec<OrderId> = orders.cloned().collect();
    orders.sort_unstable();
    orders
}

/// Returns the orders that may not have begun at whatever gets no orders now: a halt, a window that
/// has closed or an authorisation that is gone lets what is under way come to its end, and no more.
fn called_back(look: &Look<'_>) -> Vec<OrderId> {
    let state = look.state;
    if look.calls_back == CallsBack::Nothing {
        return vec![];
    }
    let waits = state.orders.iter().filter(|(_, place)| {
        // Most orders are of what goes on: that is asked first.
        let stops = !look.is_going_on(&place.scope);
        match look.calls_back {
            CallsBack::Nothing => false,
            CallsBack::Behind => stops && state.is_behind(place),
            CallsBack::All => place.asked.is_none() && (stops || state.is_called_back(place)),
        }
    });
    by_name(waits.map(|(id, _)| id))
}

/// Returns the orders of whatever gets no orders at `now`, those under way too, and those that stood
/// behind one that has not succeeded: found open after a restart, they must not begin any more,
/// where they have not.
pub fn not_going_on(state: &State, now: Timestamp) -> Vec<OrderId> {
    let mut look = Look::new(state, now);
    look.calls_back = CallsBack::All;
    // A look that ends early has not come to all that goes on: the rest is called back with it.
    let _what_to_do = agenda_of(&mut look, 0);
    called_back(&look)
}

fn is_halt(event: &Event) -> bool {
    use model::event::RingTransition::Halted;
    matches!(event, Event::Ring { transition: Halted, .. })
}
