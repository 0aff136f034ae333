//! Who watches: every entry is compared with what is true, at the moment it becomes durable.
//!
//! House rule: the promises are checked from the outside. The watch reads the plan, the entries
//! and the computers by itself; the folded state serves it as a picture, never as a judge.

mod promises;
mod queue;
mod truth;

pub(crate) use self::queue::At;

use crate::computers::{Run, Stands};
use crate::watch::queue::Queue;
use crate::world::Inner;
use jiff::Timestamp;
use model::digest::Digest;
use model::event::{Entry, Event};
use model::id::{RfcId, Seq};
use model::order::{Order, OrderId};
use model::plan::MasterProjectPlan;
use model::state::State;
use record::Appended;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the watch knows.
pub(crate) struct Watch {
    /// How many orders may travel with another one of their track.
    pub(crate) orders_ahead: usize,
    pub(crate) plans: BTreeMap<String, Arc<MasterProjectPlan>>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) state: Option<State>,
    pub(crate) orders: BTreeMap<OrderId, Known>,
    pub(crate) queue: Queue,
    /// The orders that were ever intended, those whose intents were lost too.
    pub(crate) intended: BTreeSet<OrderId>,
    /// Who approved which request for change since it was last void, and with which digest.
    pub(crate) approvals: BTreeMap<RfcId, Approvals>,
    /// The steps, by the name of their orders without the attempt.
    pub(crate) steps: BTreeMap<String, Step>,
    /// The last entry that each command has brought about.
    pub(crate) commands: BTreeMap<String, Seq>,
    /// The commands that people were told are carried out.
    pub(crate) acknowledged: BTreeSet<String>,
    /// Whether history was lost and nobody has cleared it.
    pub(crate) is_quarantined: bool,
    /// The first promise that was broken.
    pub(crate) broken: Option<String>,
    /// What has happened, a line each; kept where somebody wants to read it.
    pub(crate) story: Option<Vec<String>>,
    /// A digest of everything that has happened so far.
    pub(crate) trace: u64,
}

/// An order, as its entries say.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) has_ended: bool,
    /// The scope and the track that it belongs to.
    pub(crate) track: (String, u32),
    /// The entry of its intent, and its place among those that this entry intends.
    pub(crate) place: (Seq, usize),
}

/// What was approved.
#[derive(Clone, Debug, Default)]
pub(crate) struct Approvals {
    pub(crate) by: BTreeSet<String>,
    /// What of the plan they approved.
    pub(crate) part: Option<Digest>,
    pub(crate) is_in_force: bool,
}

/// How a step stands after its last order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Ordered,
    Done,
    Failed,
    Unknown,
    /// A person has decided how it goes on.
    Decided,
}

impl Watch {
    pub(crate) fn new(keeps_story: bool, orders_ahead: usize) -> Self {
        Self {
            orders_ahead,
            plans: BTreeMap::new(),
            entries: vec![],
            state: None,
            orders: BTreeMap::new(),
            queue: Queue::default(),
            intended: BTreeSet::new(),
            approvals: BTreeMap::new(),
            steps: BTreeMap::new(),
            commands: BTreeMap::new(),
            acknowledged: BTreeSet::new(),
            is_quarantined: false,
            broken: None,
            story: keeps_story.then(Vec::new),
            trace: 0xCBF2_9CE4_8422_2325,
        }
    }

    /// Adds a line to the story.
    pub(crate) fn tell(&mut self, now: Timestamp, line: impl FnOnce() -> String) {
        if let Some(story) = &mut self.story {
            story.push(format!("{now} {}", line()));
        }
    }

    /// Notes that a promise was broken; the first one counts.
    pub(crate) fn breaks(&mut self, now: Timestamp, what: impl Into<String>) {
        let what = what.into();
        self.tell(now, || format!("BROKEN: {what}"));
        self.broken.get_or_insert_with(|| format!("{now}: {what}"));
    }

    fn note(&mut self, now: Timestamp, bytes: &[u8]) {
        for byte in now.as_microsecond().to_be_bytes().iter().chain(bytes) {
            // Source: Fowler, Noll, Vo, FNV-1a.
            self.trace = (self.trace ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
    }

    /// A command is answered by entries that become durable together, once.
    fn is_told_once(&mut self, now: Timestamp, entry: &Entry, head: Seq) {
        let Some(command) = entry.command.clone() else { return };
        let last = self.commands.insert(command.clone(), entry.seq);
        if last.is_some_and(|it| it <= head) {
            self.breaks(now, format!("command {command} is carried out again"));
        }
    }

    /// Returns the entries' state, as far as they have been watched.
    fn folded(&mut self, now: Timestamp, entry: &Entry) {
        let plan = match &entry.event {
            Event::DeploymentCreated { plan, .. } | Event::PlanRevised { plan, .. } => {
                self.plans.get(&plan.to_string()).cloned()
            }
            _ => None,
        };
        let done = match (&mut self.state, plan) {
            (Some(state), plan) => state.evolve(entry, plan).map_err(|error| error.to_string()),
            (state, Some(plan)) => match State::begin(entry, plan) {
                Ok(begun) => {
                    *state = Some(begun);
                    Ok(())
                }
                Err(error) => Err(error.to_string()),
            },
            (None, None) => Err("the record begins without a plan".to_owned()),
        };
        if let Err(why) = done {
            self.breaks(now, format!("entry {} cannot have happened: {why}", entry.seq));
        }
    }
}

impl Inner {
    /// An order begins on its computer.
    pub(crate) fn begins(&mut self, now: Timestamp, order: &Order) {
        if let Some(before) = self.watch.has_to_succeed_before(&order.id) {
            let run = self.computers.run(&before);
            let stands = run.map(Run::stands);
            // One that was interrupted has succeeded where its check found it done.
            let is_verified = run.is_some_and(|it| it.effects > 0) && stands != Some(Stands::Runs);
            if stands != Some(Stands::Ended { code: 0 }) && !is_verified {
                let what =
                    format!("{} begins, and {before} before it stands at {stands:?}", order.id);
                self.watch.breaks(now, what);
            }
        }
        self.watch.begins(now, order);
    }

    /// Watches the entries of an append that is durable now.
    pub(crate) fn appended(&mut self, now: Timestamp, bodies: &[Vec<u8>], appended: &Appended) {
        let watch = &mut self.watch;
        let mut ends_orders = false;
        let head = watch.entries.len() as Seq;
        for body in bodies {
            watch.note(now, body);
            let Ok(entry) = serde_json::from_slice::<Entry>(body) else {
                watch.breaks(now, "an entry does not read");
                continue;
            };
            watch.tell(now, || {
                let text = String::from_utf8_lossy(body);
                let event = text.split_once("\"event\":").map_or(&*text, |(_, it)| it);
                let event = event.split_once(",\"seq\":").map_or(event, |(it, _)| it);
                format!("{:>5} {}", entry.seq, event.chars().take(220).collect::<String>())
            });
            if entry.seq != watch.entries.len() as Seq + 1 {
                let last = watch.entries.len();
                watch.breaks(now, format!("entry {} follows entry {last}", entry.seq));
            }
            watch.is_told_once(now, &entry, head);
            watch.before(now, &entry);
            for (order, report) in entry.event.ends() {
                ends_orders = true;
                if let Some(lie) = truth::differs(&self.computers, order, &report.outcome) {
                    watch.breaks(now, format!("{order}: the record says {lie}"));
                }
            }
            if let Event::OrderWithdrawn { order, .. } = &entry.event
                && let Some(lie) = truth::has_begun(&self.computers, order)
            {
                watch.breaks(now, format!("{order} is withdrawn, and {lie}"));
            }
            watch.folded(now, &entry);
            watch.after(&entry);
            watch.entries.push(entry);
        }
        for intent in &appended.granted {
            if watch.orders.get(&intent.order().id).is_none_or(|it| it.has_ended) {
                let order = &intent.order().id;
                watch.breaks(now, format!("{order} is granted without an open intent"));
            }
        }
        if ends_orders {
            watch.halts_follow(now);
        }
    }
}

impl Watch {
    /// Somebody was told that their command is carried out.
    pub(crate) fn acknowledged(&mut self, command: &str) {
        self.acknowledged.insert(command.to_owned());
    }

    /// The database was put back to its first `entries` entries.
    pub(crate) fn put_back(&mut self, now: Timestamp, entries: usize) {
        if entries == self.entries.len() {
            return;
        }
        self.tell(now, || format!("the database is put back to entry {entries}"));
        let kept: Vec<Entry> = self.entries.drain(..).take(entries).collect();
        self.state = None;
        self.orders.clear();
        self.queue.forget_holders();
        self.approvals.clear();
        self.steps.clear();
        self.commands.clear();
        // What was acknowledged may be gone: that is what people accept.
        self.acknowledged.clear();
        for entry in kept {
            self.commands.extend(entry.command.clone().map(|it| (it, entry.seq)));
            self.folded(now, &entry);
            self.after(&entry);
            self.entries.push(entry);
        }
        self.is_quarantined = true;
    }

    /// People have cleared the loss of history.
    pub(crate) fn cleared(&mut self, now: Timestamp) {
        self.tell(now, || "people accept the record as it is found".to_owned());
        self.is_quarantined = false;
        self.queue.forget_holders();
    }

    /// Returns whether orders are out, and somebody will bring them to their end.
    pub(crate) fn has_orders_out(&self) -> bool {
        !self.is_quarantined && self.orders.values().any(|it| !it.has_ended)
    }
}
