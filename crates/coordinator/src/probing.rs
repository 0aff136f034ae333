//! Probing: when each probe is asked, and what its answers come to.
//!
//! Samples live here and nowhere else; the record gets what changed. A reading is
//! kept until it is durable, and counting is done before, once for each answer.
//!
//! House rule: no data is unknown, not up.

use crate::effects::Effects;
use jiff::{SignedDuration, Timestamp};
use model::event::Event;
use model::id::LineId;
use model::incident::{IncidentEvent, ProbeStanding, SEEN_EVERY, stood};
use model::probe::Probe;
use model::state::State;
use model::watching::is_asked;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// Asks probes: those of core components from when these are verified, all from stabilizing to the
/// end of the quiet period.
pub(crate) struct Prober {
    effects: Arc<dyn Effects>,
    /// When each was last asked.
    asked: BTreeMap<LineId, Timestamp>,
    /// Those whose answer is on its way.
    in_flight: BTreeSet<LineId>,
    /// When each last answered.
    sampled: BTreeMap<LineId, Timestamp>,
    /// How often in a row each was not answered well, and since when.
    failed: BTreeMap<LineId, (u8, Timestamp)>,
    answered: mpsc::UnboundedReceiver<Answer>,
    answering: mpsc::UnboundedSender<Answer>,
}

/// What came back.
pub(crate) struct Answer {
    probe: LineId,
    at: Timestamp,
    result: Result<(), String>,
}

/// What an answer comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    probe: Probe,
    at: Timestamp,
    /// Since when nobody had asked, where that was too long.
    gap: Option<Timestamp>,
    /// How it stands, since when and why; nothing where that is not certain yet.
    stands: Option<(ProbeStanding, Timestamp, Option<String>)>,
}

fn seconds(count: u32) -> SignedDuration {
    SignedDuration::from_secs(i64::from(count))
}

impl Prober {
    pub(crate) fn new(effects: Arc<dyn Effects>) -> Self {
        // Bounded by the probes of the plan: each is asked again only when it has answered.
        let (answering, answered) = mpsc::unbounded_channel();
        let (asked, in_flight, sampled, failed) = Default::default();
        Self { effects, asked, in_flight, sampled, failed, answered, answering }
    }

    /// Asks every probe that is due, and returns when the next one is.
    pub(crate) fn ask(&mut self, state: &State, now: Timestamp) -> Option<Timestamp> {
        let asked = state.plan.probes.iter().filter(|it| is_asked(state, it));
        asked.filter_map(|probe| self.ask_one(state, probe, now)).min()
    }

    fn ask_one(&mut self, state: &State, probe: &Probe, now: Timestamp) -> Option<Timestamp> {
        let next = |at: Timestamp| at.checked_add(seconds(probe.every_s)).ok();
        let due = self.asked.get(&probe.id).copied().and_then(next);
        if self.in_flight.contains(&probe.id) {
            return None;
        }
        if let Some(due) = due.filter(|due| *due > now) {
            return Some(due);
        }
        // A server that has just begun knows nothing of the time before but what stands there; it is
        // read before any probe has answered, because an answer of one is no news of another.
        if let Some(seen) = state.incidents.probes.seen(&probe.id) {
            self.sampled.entry(probe.id.clone()).or_insert(seen);
        }
        self.asked.insert(probe.id.clone(), now);
        self.in_flight.insert(probe.id.clone());
        let (effects, answering) = (self.effects.clone(), self.answering.clone());
        let (check, probe) = (probe.check.clone(), probe.clone());
        tokio::spawn(async move {
            let limit = Duration::from_secs(u64::from(probe.time_limit_s));
            let result = effects.probe(&check, limit).await;
            // Nobody listens any more when the driver has stopped.
            let _unheard = answering.send(Answer { probe: probe.id, at: now, result });
        });
        next(now)
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// Returns the answers that have arrived, without waiting.
    pub(crate) fn arrived(&mut self) -> Vec<Answer> {
        std::iter::from_fn(|| self.answered.try_recv().ok()).collect()
    }

    /// Waits for the next answer.
    pub(crate) async fn next(&mut self) -> Option<Answer> {
        self.answered.recv().await
    }

    /// Counts an answer, and returns what it comes to.
    pub(crate) fn count(&mut self, state: &State, answer: Answer) -> Option<Reading> {
        let Answer { probe, at, result } = answer;
        self.in_flight.remove(&probe);
        let probe = state.plan.probes.iter().find(|it| it.id == probe)?.clone();
        let seen = self.sampled.insert(probe.id.clone(), at);
        let is_known = state.incidents.probes.standing(&probe.id) != ProbeStanding::Unknown;
        let gap = seen.filter(|seen| is_known && at.duration_since(*seen) > probe.patience());
        let stands = match result {
            Ok(()) => {
                self.failed.remove(&probe.id);
                Some((ProbeStanding::Up, at, None))
            }
            Err(why) => {
                let failed = self.failed.entry(probe.id.clone()).or_insert((0, at));
                failed.0 = failed.0.saturating_add(1);
                let (count, since) = *failed;
                (count >= probe.failures).then_some((ProbeStanding::Down, since, Some(why)))
            }
        };
        Some(Reading { probe, at, gap, stands })
    }
}

/// Returns what `reading` makes happen in `state`: first that nobody knew, then what is known now.
pub(crate) fn unknown(state: &State, reading: &Reading) -> Vec<Event> {
    let gap = reading.gap.map(|since| {
        let why = format!("nobody asked until {}", reading.at);
        stood(state, &reading.probe, ProbeStanding::Unknown, since, Some(&why))
    });
    gap.unwrap_or_default()
}

/// Returns what is known by `reading`.
pub(crate) fn known(state: &State, reading: &Reading) -> Vec<Event> {
    let mut events = match &reading.stands {
        Some((standing, since, why)) => {
            stood(state, &reading.probe, *standing, *since, why.as_deref())
        }
        None => vec![],
    };
    let seen = state.incidents.probes.seen;
    if seen.is_none_or(|seen| reading.at.duration_since(seen) >= SEEN_EVERY) {
        events.push(Event::Incident(IncidentEvent::ProbesSeen { at: reading.at }));
    }
    events
}
