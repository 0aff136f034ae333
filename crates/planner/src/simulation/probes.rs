//! The probes of a simulation: all that are asked are answered well.
//!
//! House rule: what is assumed of the world is assumed here, and the rules see it as the record
//! would tell it.

use super::{Simulation, Watch};
use model::event::{Actor, Event};
use model::incident::{IncidentEvent, ProbeStanding, stood};
use model::watching::is_asked;

impl<W: Watch> Simulation<'_, W> {
    /// Lets every probe that is asked now be answered. Returns whether it could be.
    pub(super) fn probes_answer(&mut self) -> bool {
        let asked = self.state.plan.probes.clone();
        let asked: Vec<_> = asked.into_iter().filter(|it| is_asked(&self.state, it)).collect();
        if asked.is_empty() {
            return true;
        }
        for probe in asked {
            let events = stood(&self.state, &probe, ProbeStanding::Up, self.now, None);
            if !events.iter().all(|it| self.apply(it, &Actor::System, None)) {
                return false;
            }
        }
        let is_seen = self.state.incidents.probes.seen == Some(self.now);
        let seen = Event::Incident(IncidentEvent::ProbesSeen { at: self.now });
        is_seen || self.apply(&seen, &Actor::System, None)
    }
}
