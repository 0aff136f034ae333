//! A whole deployment for tests: a state, its record, a clock, and every promise checked at
//! every entry.
//!
//! House rule: the promises are checked from the outside, by other code than keeps them.

use super::ledger::Ledger;
use super::promises;
use crate::agenda::{Agenda, agenda, agenda_ahead, agenda_of};
use crate::facts::{Kept, Look};
use crate::people::answer;
use crate::waiting::{WaitingOn, waiting, waiting_of, why};
use jiff::{SignedDuration, Timestamp};
use model::command::Command;
use model::decide::{Acting, decide};
use model::digest::Digest;
use model::event::{Actor, Entry, Event};
use model::id::RfcId;
use model::order::{Failure, OrderId, Outcome, Proof, Report};
use model::plan::MasterProjectPlan;
use model::refusal::Refusal;
use model::state::{OrderPlace, State};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// The most looks until nothing is left to do at one instant.
const LOOKS_MAX: usize = 200;

#[derive(Clone)]
pub(super) struct World {
    pub(super) state: State,
    pub(super) now: Timestamp,
    pub(super) record: Vec<Entry>,
    pub(super) plans: HashMap<Digest, Arc<MasterProjectPlan>>,
    pub(super) ledger: Ledger,
    /// How many orders travel with another one.
    pub(super) ahead: usize,
    /// The orders that must not begin any more, where they have not.
    pub(super) called_back: BTreeSet<OrderId>,
    /// The digests of the parts of the plan in force, found by this test and not by the index.
    pub(super) parts: Arc<BTreeMap<RfcId, Digest>>,
    /// What earlier looks have found, as a simulation keeps it.
    kept: Kept,
}

pub(super) const WELL: Outcome = Outcome::Succeeded { proof: Proof::Watched };

pub(super) fn exit(code: i32) -> Outcome {
    Outcome::Failed { cause: Failure::Exit { code } }
}

pub(super) fn unreachable() -> Outcome {
    Outcome::Failed { cause: Failure::Unreachable { why: "no route".to_owned() } }
}

pub(super) fn unknown() -> Outcome {
    Outcome::Unknown { why: "silence".to_owned() }
}

fn parts(plan: &MasterProjectPlan) -> Arc<BTreeMap<RfcId, Digest>> {
    let parts = plan.rfcs.iter().map(|it| (it.id.clone(), plan.part_digest(&it.covers)));
    Arc::new(parts.collect())
}

impl World {
    /// Returns a newly created deployment of `plan`.
    pub(super) fn of(plan: MasterProjectPlan) -> Self {
        let entry = crate::fixture::creation(&plan);
        let plan = Arc::new(plan);
        let state = State::begin(&entry, plan.clone()).unwrap();
        let parts = parts(&plan);
        let plans = [(plan.digest(), plan)].into();
        let ledger = Ledger::default();
        let (now, record, called_back) = (entry.at, vec![entry], BTreeSet::new());
        let kept = Kept::default();
        Self { state, now, record, plans, ledger, ahead: 0, called_back, parts, kept }
    }

    /// Returns a deployment of `plan` that was opened and authorised, with its core signed off, at
    /// the moment at which its first site starts.
    pub(super) fn ready(plan: MasterProjectPlan) -> Self {
        let mut world = Self::of(plan);
        world.until(|it| it.state.sites.iter().any(|it| it.runs > 0));
        world
    }

    pub(super) fn waits(&self) -> Vec<WaitingOn> {
        waiting(&self.state, self.now, usize::MAX)
    }

    /// Returns what `scope` waits on, a line each.
    pub(super) fn why(&self, scope: &str) -> String {
        let line = |it: WaitingOn| {
            let people: Vec<&str> = it.people.iter().map(|it| it.as_str()).collect();
            let from = match it.supplier {
                model::guard::Supplier::Roles(_) => people.join(" or "),
                supplier => supplier.to_string(),
            };
            format!("{}: {} [{from}]\n", it.scope, it.what)
        };
        why(&self.state, self.now, &scope.parse().unwrap()).into_iter().map(line).collect()
    }

    pub(super) fn apply(&mut self, event: Event, actor: Actor) {
        promises::before(self, &event, &actor);
        self.ledger.note(&self.state, &event);
        self.kept.happens(&self.state, &event);
        let seq = self.state.seq + 1;
        let baseline = self.state.baseline;
        let new_plan = match &event {
            Event::PlanRevised { plan, .. } => self.plans.get(plan).cloned(),
            _ => None,
        };
        let entry = Entry { seq, at: self.now, actor, baseline, command: None, event };
        if let Err(impossible) = self.state.evolve(&entry, new_plan) {
            panic!("{impossible}: {entry:#?}");
        }
        if matches!(entry.event, Event::PlanRevised { .. }) {
            self.parts = parts(&self.state.plan);
        }
        self.record.push(entry);
        promises::after(self);
    }

    /// Lets the agenda act until nothing is left to do now. Returns whether anything was done.
    pub(super) fn look(&mut self) -> bool {
        for looks in 0..LOOKS_MAX {
            let ask = |state| agenda_ahead(state, self.now, usize::MAX, self.ahead);
            let found = ask(&self.state);
            assert_eq!(found, ask(&self.state.clone()));
            self.called_back.extend(found.called_back.iter().cloned());
            if self.ahead == 0 {
                self.keeps(&found);
            }
            if found.is_empty() {
                promises::at_rest(self);
                return looks > 0;
            }
            for event in found.events {
                self.apply(event, Actor::System);
            }
            for (intended, order) in found.orders {
                assert!(
                    matches!(&intended, Event::OrderIntended { order: id, .. } if *id == order.id)
                );
                self.apply(intended, Actor::System);
            }
        }
        panic!("the agenda moves in circles: {:#?}", agenda(&self.state, self.now, usize::MAX));
    }

    /// What was kept of earlier looks shows what a fresh look has `found`; it may look again sooner.
    fn keeps(&mut self, found: &Agenda) {
        let mut look = Look::with(&self.state, self.now, std::mem::take(&mut self.kept));
        let kept = agenda_of(&mut look, usize::MAX);
        self.kept = look.kept();
        assert_eq!((&kept.events, &kept.orders), (&found.events, &found.orders));
        let is_in_time = |at| kept.next_look.is_some_and(|it| it <= at);
        assert!(found.next_look.is_none_or(is_in_time), "{kept:?} looks later than {found:?}");
        let mut look = Look::with(&self.state, self.now, std::mem::take(&mut self.kept));
        let is_asked = |it: &WaitingOn| it.command.is_some();
        let kept: Vec<_> = waiting_of(&mut look, usize::MAX).into_iter().filter(is_asked).collect();
        self.kept = look.kept();
        let fresh: Vec<_> = self.waits().into_iter().filter(is_asked).collect();
        assert_eq!(kept, fresh, "what people are asked is what they would be asked anew");
    }

    pub(super) fn act(&mut self, person: &str, command: &Command) -> Result<(), Refusal> {
        let person = person.parse().unwrap();
        let new_plan = match command {
            Command::RevisePlan { plan, .. } => self.plans.get(plan).cloned(),
            _ => None,
        };
        let new_plan = new_plan.as_deref();
        let acting = Acting::new(&self.state, &person, self.now).with_plan(new_plan);
        let events = decide(&acting, command)?;
        assert!(!events.is_empty(), "an accepted command leaves entries: {command:?}");
        let actor = acting.actor("test");
        for event in events {
            self.apply(event, actor.clone());
        }
        Ok(())
    }

    /// Lets the first person who may carry out `command`, from the `offset`th on. Returns whether
    /// anybody could.
    pub(super) fn anybody(&mut self, offset: usize, command: &Command) -> bool {
        let people: Vec<String> =
            self.state.plan.people.iter().map(|it| it.id.to_string()).collect();
        let people = people.iter().cycle().skip(offset % people.len()).take(people.len());
        people.into_iter().any(|it| self.act(it, command).is_ok())
    }

    /// Returns the orders in flight, without people's steps and what stands behind others, by name.
    pub(super) fn in_flight(&self) -> Vec<OrderId> {
        let is_meant = |it: &OrderPlace| it.asked.is_none() && !self.state.is_behind(it);
        let orders = self.state.orders.iter().filter(|(_, it)| is_meant(it));
        let mut orders: Vec<OrderId> = orders.map(|(id, _)| id.clone()).collect();
        orders.sort();
        orders
    }

    /// Ends an order that is under way, and what stands behind it where it comes to its end by that:
    /// after an outcome that nobody knows, the next one may have begun.
    pub(super) fn end(&mut self, order: &OrderId, outcome: Outcome) {
        let behind = self.behind(order);
        let (went_well, is_unknown) = (outcome == WELL, matches!(outcome, Outcome::Unknown { .. }));
        self.end_one(order, outcome);
        let is_back = behind.first().is_some_and(|it| self.called_back.contains(it));
        if went_well && !is_back {
            return;
        }
        for (place, order) in behind.into_iter().enumerate() {
            if is_unknown && place == 0 && !is_back {
                self.end_one(&order, unknown());
            } else {
                let why = "it was called back".to_owned();
                self.apply(Event::OrderWithdrawn { order, why }, Actor::System);
            }
        }
    }

    /// Returns the orders that stand behind `order`, in their order.
    fn behind(&self, order: &OrderId) -> Vec<OrderId> {
        let Some(first) = self.state.orders.get(order) else { return vec![] };
        let is_behind = |it: &OrderPlace| {
            (&it.scope, it.track) == (&first.scope, first.track) && it.number > first.number
        };
        let behind = self.state.orders.iter().filter(|(_, it)| is_behind(it));
        let mut behind: Vec<_> = behind.map(|(id, it)| (it.number, id.clone())).collect();
        behind.sort();
        behind.into_iter().map(|(_, id)| id).collect()
    }

    fn end_one(&mut self, order: &OrderId, outcome: Outcome) {
        let report =
            Report { outcome, took_ms: 1, output_bytes: 0, output_sha256: None, last_output: None };
        self.apply(Event::OrderEnded { order: order.clone(), report }, Actor::System);
    }

    pub(super) fn pass(&mut self, seconds: i64) {
        self.now = self.now.checked_add(SignedDuration::from_secs(seconds)).unwrap();
    }

    /// Lets the person whom `wait` asks answer. Returns whether anybody could.
    pub(super) fn answered(&mut self, wait: &WaitingOn) -> bool {
        let Some((person, _, events)) = answer(&self.state, self.now, wait) else { return false };
        for event in events {
            let login = "test".to_owned();
            self.apply(event, Actor::Person { person: person.clone(), login, known: None });
        }
        true
    }

    /// Returns the entries from the `after`th on that have one of `words`, a short line each.
    pub(super) fn story(&self, after: usize, words: &[&str]) -> String {
        let lines = self.record.iter().skip(after).map(super::words::line);
        let lines = lines.filter(|it| words.iter().any(|word| it.contains(word)));
        lines.map(|it| it + "\n").collect()
    }

    /// Lets everything go well until an order is in flight whose name begins with `prefix`.
    pub(super) fn until_ordered(&mut self, prefix: &str) -> OrderId {
        let found = |it: &Self| it.in_flight().into_iter().find(|it| it.0.starts_with(prefix));
        self.until(|it| found(it).is_some());
        found(self).unwrap()
    }

    /// Lets everything go well until `happened`.
    pub(super) fn until(&mut self, happened: impl Fn(&Self) -> bool) {
        for _ in 0..500 {
            self.look();
            if happened(self) {
                return;
            }
            self.settle_once();
        }
        panic!("it never happens: {:#?}", self.waits());
    }
}
