//! What counts against rings, and when an agreement ends with what it was about.
//!
//! House rule: the fold never decides.

use crate::guard::Guard;
use crate::id::SiteId;
use crate::incident::{IncidentEvent, ProbeStanding};
use crate::machine::SiteTransition;
use crate::plan::MasterProjectPlan;
use crate::quiet_period::QuietPeriodEvent;
use crate::release_readiness::{criteria_digest, issues_digest};
use crate::scope::Scope;
use crate::site_care::SiteCareEvent;
use crate::state::{RingState, Signal, State, attestation_key};

impl State {
    /// Whatever was agreed on about an incident was agreed on as it stood before.
    pub(super) fn agreed_on_incident(&mut self, number: u32) {
        let of = format!(" incident/{number} ");
        self.concurrences.retain(|act, _| !format!("{act} ").contains(&of));
    }

    /// A probe that goes down takes the item of the checklist back that it shows.
    pub(super) fn probe_showed(&mut self, event: &IncidentEvent) {
        let IncidentEvent::ProbeStood { probe, standing: ProbeStanding::Down, .. } = event else {
            return;
        };
        if self.plan.readiness.iter().any(|it| it.probe.as_ref() == Some(probe)) {
            self.readiness.shown_failed();
        }
    }

    /// Whoever accepts or shortens a quiet period agrees to what it was like until then.
    pub(super) fn agreed_on_quiet_period(&mut self, event: &QuietPeriodEvent) {
        match event {
            QuietPeriodEvent::Extended { number, .. }
            | QuietPeriodEvent::Ended { number, .. }
            | QuietPeriodEvent::Completed { number, .. }
            | QuietPeriodEvent::Aborted { number, .. } => {
                let of = format!(" quiet period {number}");
                self.concurrences.retain(|act, _| !act.ends_with(&of));
            }
            QuietPeriodEvent::Started { .. } | QuietPeriodEvent::DaysReported { .. } => {}
        }
    }

    /// Whoever agreed to leave a site out, to go back to it, or that its owner's refusal is resolved, agreed
    /// to it as the site stood: what is agreed on later is another thing.
    pub(super) fn agreed_on_site(&mut self, id: &SiteId, transition: SiteTransition) {
        let is_another = match transition {
            SiteTransition::ScheduleAcknowledged
            | SiteTransition::ScheduleChanged
            | SiteTransition::GateOpened
            | SiteTransition::PhaseFinished
            | SiteTransition::WindowEnded
            | SiteTransition::NextWindowBegan
            | SiteTransition::Rescheduled
            | SiteTransition::ObservationStarted
            | SiteTransition::Reconfirmed
            | SiteTransition::MaterialChange => false,
            SiteTransition::Started
            | SiteTransition::Halted
            | SiteTransition::Resumed
            | SiteTransition::RollbackStarted
            | SiteTransition::RollbackVerified
            | SiteTransition::RollbackFailed
            | SiteTransition::Deployed
            | SiteTransition::SignedOff
            | SiteTransition::Refused
            | SiteTransition::IssuesResolved
            | SiteTransition::Revisited
            | SiteTransition::Exempted => true,
        };
        if !is_another || self.concurrences.is_empty() {
            return;
        }
        let scope = Scope::Site(id.clone());
        for act in ["exempt", "resolve the refusal of", "revisit"] {
            self.concurrences.remove(&format!("{act} {scope}"));
        }
    }

    /// Whoever agreed to a revisit that was dropped has not agreed to the next one.
    pub(super) fn agreed_on_revisit(&mut self, event: &SiteCareEvent) {
        let SiteCareEvent::RevisitDropped { number, .. } = event else { return };
        let position = (*number as usize).checked_sub(1);
        let revisit = position.and_then(|it| self.site_care.revisits.get(it));
        if let Some(scope) = revisit.map(|it| Scope::Site(it.site.clone())) {
            self.concurrences.remove(&format!("revisit {scope}"));
        }
    }

    /// What was stated of the release, its known issues or the success criteria was stated of what
    /// they were.
    pub(super) fn forget_statements(&mut self, new_plan: &MasterProjectPlan) {
        let (old, new) = (&self.plan, new_plan);
        let changed = [
            (Guard::E1, old.release.digest() != new.release.digest()),
            (Guard::E4, criteria_digest(old) != criteria_digest(new)),
            (Guard::E7, issues_digest(old) != issues_digest(new)),
        ];
        for (guard, _) in changed.into_iter().filter(|(_, is_changed)| *is_changed) {
            self.attestations.remove(&attestation_key(guard, &Scope::Deployment));
        }
    }

    pub(super) fn signal_raised(&mut self, signal: Signal) {
        let of_site = match &signal.scope {
            Scope::Site(id) => {
                let site = self.index.sites.get(id);
                site.and_then(|it| self.plan.ring_of.get(*it as usize)).map(|it| *it as usize)
            }
            Scope::Ring(id) => self.index.rings.get(id).map(|it| *it as usize),
            Scope::Deployment | Scope::Core | Scope::Component(_) | Scope::Rfc(_) => None,
        };
        // Where nothing begins any more, nothing is to be halted: what goes wrong there halts the ring
        // that is next.
        let is_behind = |ring: usize| {
            self.rings.get(ring).is_some_and(|it| {
                it.state == RingState::Passed && it.counts.not_started + it.counts.running == 0
            })
        };
        let next = self.rings.iter().position(|it| it.state != RingState::Passed);
        let counted = match of_site {
            Some(ring) if !is_behind(ring) => Some(ring),
            Some(_) | None => next,
        };
        if let Some(ring) = counted.and_then(|it| self.rings.get_mut(it)) {
            match signal.severity {
                1 => ring.severity_1 += 1,
                2 => ring.severity_2 += 1,
                _ => {}
            }
        }
        self.signals.push(signal);
    }
}
