//! Orders in flight: how long each takes, and what becomes of it.
//!
//! House rule: steps take as long as the plan expects, payloads as long as the links say.

use super::chance::{Chance, STEP_TIMES};
use super::storyline::Told;
use super::{Assumptions, StepTimes};
use crate::transfer::transfer_time_s;
use jiff::{SignedDuration, Timestamp};
use model::event::Event;
use model::link::LinkTime;
use model::order::{Failure, Order, OrderId, Outcome, Proof, Report};
use model::scope::Scope;
use model::state::State;
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// How long it takes to find that a computer cannot be reached, in seconds.
const UNREACHABLE_S: i64 = 30;

/// What becomes of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fate {
    /// It succeeds.
    Well,
    /// Its step fails.
    Fails,
    /// Its time limit passes before it is done.
    TooLong,
    /// Its computer cannot be reached.
    Lost,
}

/// An order in flight; those that end first come first.
pub(super) type Flight = (Timestamp, OrderId, Fate);

/// The orders in flight.
#[derive(Default)]
pub(super) struct Work {
    in_flight: BinaryHeap<Reverse<Flight>>,
    /// The deliverables that have arrived at a site with a cache.
    sent: BTreeSet<(Scope, String)>,
}

impl Work {
    /// Returns what is in flight in `state`: it is taken to end now.
    pub(super) fn of(state: &State, now: Timestamp) -> Self {
        let in_flight = state.orders.iter().filter(|(_, it)| it.asked.is_none());
        let in_flight = in_flight.map(|(order, _)| Reverse((now, order.clone(), Fate::Well)));
        Self { in_flight: in_flight.collect(), sent: BTreeSet::new() }
    }

    /// Returns when the next order ends.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.in_flight.peek().map(|Reverse((at, _, _))| *at)
    }

    pub(super) fn launch(&mut self, flight: Flight) {
        self.in_flight.push(Reverse(flight));
    }

    /// Returns the end of the next order that has ended by `now`.
    pub(super) fn landed(&mut self, now: Timestamp) -> Option<Event> {
        if self.next()? > now {
            return None;
        }
        let Reverse((_, order, fate)) = self.in_flight.pop()?;
        let failed = |cause| Outcome::Failed { cause };
        let outcome = match fate {
            Fate::Well => Outcome::Succeeded { proof: Proof::Watched },
            Fate::Fails => failed(Failure::Exit { code: 1 }),
            Fate::TooLong => failed(Failure::NotDone { why: "its time limit passed".to_owned() }),
            Fate::Lost => failed(Failure::Unreachable { why: "no answer".to_owned() }),
        };
        Some(Event::OrderEnded { order, report: Report::unseen(outcome) })
    }

    /// Returns when an order that begins now ends, and how.
    pub(super) fn flight(
        &mut self,
        state: &State,
        now: Timestamp,
        (intended, order): (&Event, &Order),
        (assumptions, chance, told): (&Assumptions, &mut Chance, &mut Told),
    ) -> Flight {
        let after =
            |length_s: i64| now.checked_add(SignedDuration::from_secs(length_s)).unwrap_or(now);
        let Event::OrderIntended { scope, track, .. } = intended else {
            return (now, order.id.clone(), Fate::Well);
        };
        let run = state.run(scope);
        let track = run.and_then(|it| Some((it.kind, it.tracks.get(*track as usize)?)));
        let Some((kind, track)) = track else { return (now, order.id.clone(), Fate::Well) };
        let steps = model::work::steps(&state.plan, state, scope, track.list);
        let Some(turn) = track.turn(kind, &steps) else {
            return (now, order.id.clone(), Fate::Well);
        };
        let computer = order.place.computer();
        let is_lost = told.loses(scope, computer, now) || chance.happens(assumptions.steps_lost);
        if is_lost {
            return (after(UNREACHABLE_S), order.id.clone(), Fate::Lost);
        }
        let expected_s = turn.step.expected_s;
        let takes_s = match assumptions.steps {
            StepTimes::Expected => i64::from(expected_s),
            StepTimes::Spread => chance.around(expected_s, &STEP_TIMES),
        };
        let takes_s = takes_s + self.transfer_s(state, scope, order);
        let limit_s = i64::from(turn.step.time_limit_s);
        if assumptions.steps == StepTimes::Spread && takes_s > limit_s {
            return (after(limit_s), order.id.clone(), Fate::TooLong);
        }
        let fails =
            told.fails(scope, computer, &turn.step.id) || chance.happens(assumptions.steps_fail);
        (after(takes_s), order.id.clone(), if fails { Fate::Fails } else { Fate::Well })
    }

    /// Returns how long the payload of an order is on its way, in seconds.
    fn transfer_s(&mut self, state: &State, scope: &Scope, order: &Order) -> i64 {
        let (model::order::Work::Copy { deliverable, .. }, Scope::Site(id)) = (&order.work, scope)
        else {
            return 0;
        };
        let Some((site, _)) = state.site(id) else { return 0 };
        let Some(link) = &site.link else { return 0 };
        let template = state.plan.template(&site.template);
        let has_cache = template.is_some_and(|it| it.site_cache);
        let is_first = self.sent.insert((scope.clone(), deliverable.to_string()));
        if site.prestaged || (has_cache && !is_first) {
            return 0;
        }
        let bytes = state.plan.release.deliverable(deliverable);
        let bytes = bytes.map_or(0, model::release::SolutionDeliverable::planned_bytes);
        let share = link.share(LinkTime::InWindow);
        let takes_s = transfer_time_s(bytes, link.kbit_per_s, share).unwrap_or(0);
        i64::try_from(takes_s).unwrap_or(i64::MAX)
    }
}
