//! What each track of a run may do next, kept by other code than the model's.
//!
//! House rule: steps go in order; no path leads from failed or unknown to the next step without a
//! recorded rule or a recorded human decision; an order's name is never used twice.

use model::event::{Event, StepDecision};
use model::order::{Failure, OrderId, Outcome};
use model::run::{RunKind, Track};
use model::scope::Scope;
use model::state::State;
use model::step::{OnFailure, Repeat, Step};
use std::collections::{HashMap, HashSet};

type Key = (Scope, u32, u32);

#[derive(Clone, Default)]
pub(super) struct Ledger {
    used: HashSet<OrderId>,
    in_flight: HashMap<OrderId, Key>,
    tracks: HashMap<Key, Past>,
}

#[derive(Clone)]
struct Past {
    position: usize,
    tries: u8,
    may: May,
    /// How many orders stand behind the one in flight, or behind one that did not succeed.
    behind: usize,
    /// How many of those came to an end though nobody knows what became of the one before.
    unclear: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum May {
    Go,
    InFlight,
    Stop,
}

impl Ledger {
    /// Checks `event` against what its track may do in `state`, and keeps it.
    pub(super) fn note(&mut self, state: &State, event: &Event) {
        match event {
            Event::OrderIntended { order, scope, track }
            | Event::StepAsked { order, scope, track, .. } => {
                self.ordered(state, order, scope, *track);
            }
            Event::OrdersIntended { orders, scope, track } => {
                orders.iter().for_each(|it| self.ordered(state, it, scope, *track));
            }
            Event::OrderEnded { .. } | Event::OrdersEnded { .. } => {
                event.ends().for_each(|(order, it)| self.ended(state, order, &it.outcome));
            }
            Event::OrderWithdrawn { order, .. } => {
                let key = self.in_flight.remove(order).expect("because it was ordered");
                let past = self.tracks.get_mut(&key).unwrap();
                match past.may {
                    May::InFlight => (past.may, past.tries) = (May::Go, 0),
                    May::Go | May::Stop => past.behind -= 1,
                }
            }
            Event::StepDecided { scope, tracks, decision, .. } => {
                let number = state.run(scope).unwrap().number;
                for track in tracks {
                    self.decided(state, (scope.clone(), number, *track), *decision);
                }
            }
            _ => {}
        }
    }

    fn ordered(&mut self, state: &State, order: &OrderId, scope: &Scope, track: u32) {
        assert!(self.used.insert(order.clone()), "{order} is used twice");
        let run = state.run(scope).unwrap();
        let at = &run.tracks[track as usize];
        let key = (scope.clone(), run.number, track);
        let (position, may) = (usize::from(at.next), May::Go);
        let first = Past { position, tries: 0, may, behind: 0, unclear: 0 };
        assert!(run.kind == RunKind::RollBack || at.next == 0 || self.tracks.contains_key(&key));
        let past = self.tracks.entry(key.clone()).or_insert(first);
        let is_behind = past.may == May::InFlight;
        let ahead = if is_behind { past.behind + 1 } else { 0 };
        let step = turns(state, scope, run.kind, at)[past.position + ahead].0.clone();
        let named = order.0.rsplit('/').next().unwrap().split('#').next().unwrap().to_owned();
        assert_eq!(named, step, "{order} is out of order");
        if is_behind {
            past.behind += 1;
        } else {
            assert_eq!((past.may, past.behind), (May::Go, 0), "{order} has no leave to go on");
            past.may = May::InFlight;
            past.tries += 1;
        }
        self.in_flight.insert(order.clone(), key);
    }

    fn ended(&mut self, state: &State, order: &OrderId, outcome: &Outcome) {
        let key = self.in_flight.remove(order).expect("because it was ordered");
        let run = state.run(&key.0).unwrap();
        assert_eq!(run.number, key.1, "{order} ends in another run");
        let track = &run.tracks[key.2 as usize];
        let all = turns(state, &key.0, run.kind, track);
        let past = self.tracks.get_mut(&key).unwrap();
        if past.may != May::InFlight {
            past.behind -= 1;
            past.unclear += 1;
            return;
        }
        let (_, step, undo) = &all[past.position];
        let has_tries = past.tries < step.tries;
        match outcome {
            Outcome::Succeeded { .. } if past.behind > 0 => {
                (past.position, past.tries, past.behind) = (past.position + 1, 1, past.behind - 1);
            }
            Outcome::Succeeded { .. } => past.goes_on(&all),
            Outcome::Failed { cause } if has_tries && may_help(cause) => past.may = May::Go,
            Outcome::Failed { .. } if step.on_failure == OnFailure::Continue && !undo => {
                past.goes_on(&all);
            }
            Outcome::Unknown { .. } if has_tries && step.repeat == Repeat::Safe => {
                past.may = May::Go;
            }
            Outcome::Failed { .. } | Outcome::Unknown { .. } => past.may = May::Stop,
        }
    }

    fn decided(&mut self, state: &State, key: Key, decision: StepDecision) {
        let run = state.run(&key.0).unwrap();
        let all = turns(state, &key.0, run.kind, &run.tracks[key.2 as usize]);
        let past = self.tracks.get_mut(&key).expect("because only what was ordered goes wrong");
        assert_eq!((past.may, past.behind), (May::Stop, 0), "only what went wrong is decided on");
        match decision {
            StepDecision::Retry => (past.may, past.tries) = (May::Go, 0),
            StepDecision::NotDone => (past.may, past.tries, past.unclear) = (May::Go, 0, 0),
            StepDecision::Ignore | StepDecision::Done => past.goes_on(&all),
            StepDecision::Exclude | StepDecision::Failed => {}
        }
    }
}

impl Past {
    fn goes_on(&mut self, all: &[(String, Step, bool)]) {
        (self.position, self.tries, self.may) = (self.position + 1, 0, May::Go);
        if let (Some((_, step, _)), 1..) = (all.get(self.position), self.unclear) {
            let may =
                if step.repeat == Repeat::Safe && step.tries > 1 { May::Go } else { May::Stop };
            (self.unclear, self.tries, self.may) = (self.unclear - 1, 1, may);
        }
    }
}

fn may_help(cause: &Failure) -> bool {
    matches!(cause, Failure::Exit { .. } | Failure::Unreachable { .. })
}

/// Returns the steps of a track in the order in which they are taken: name, step, whether undone.
fn turns(state: &State, scope: &Scope, kind: RunKind, track: &Track) -> Vec<(String, Step, bool)> {
    let steps = model::work::steps(&state.plan, state, scope, track.list);
    let steps = steps.into_iter().cloned();
    if kind != RunKind::RollBack {
        return steps.map(|it| (it.id.to_string(), it, false)).collect();
    }
    let done = steps.take(usize::from(track.done_before)).filter(|it| it.rollback.is_some());
    let mut back: Vec<_> = done.map(|it| (format!("undo-{}", it.id), it, true)).collect();
    back.reverse();
    back
}
