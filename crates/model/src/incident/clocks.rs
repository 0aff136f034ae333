//! The clocks of an incident: until when it is to be acknowledged, restored and resolved.
//!
//! Source: Deploy SMF, Process 3, Table 6, input "support plan".
//! House rule: a clock that the agreement does not know runs nowhere.

use super::Incident;
use crate::companion_plans::{SupportPlan, SupportTarget};
use crate::plan::MasterProjectPlan;
use jiff::Timestamp;
use serde::Serialize;

/// What is to be done with an incident in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, strum::Display, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Clock {
    /// Somebody sees it.
    Acknowledge,
    /// The service is back.
    Restore,
    /// Its cause is dealt with.
    Resolve,
}

impl Clock {
    fn minutes(self, target: &SupportTarget) -> Option<u32> {
        match self {
            Self::Acknowledge => target.acknowledge_minutes,
            Self::Restore => target.restore_minutes,
            Self::Resolve => target.resolve_minutes,
        }
    }

    /// Returns when it was done, where it was.
    fn stopped(self, of: &Incident) -> Option<Timestamp> {
        match self {
            Self::Acknowledge => of.acknowledged,
            Self::Restore => of.restored(),
            Self::Resolve => of.resolved,
        }
    }
}

/// Where a clock of an incident stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ClockStanding {
    /// Which.
    pub clock: Clock,
    /// Until when it was to be done.
    pub due: Timestamp,
    /// When it was done, where it was.
    pub stopped: Option<Timestamp>,
}

impl ClockStanding {
    /// Returns whether it was not done in time, as far as that is known at `now`.
    pub fn is_late(&self, now: Timestamp) -> bool {
        self.stopped.unwrap_or(now) > self.due
    }
}

/// Returns where `clock` of `incident` stands; nothing where the agreement names no time for it.
pub fn clock(plan: &MasterProjectPlan, incident: &Incident, clock: Clock) -> Option<ClockStanding> {
    let support: &SupportPlan = plan.support.as_ref()?;
    let target = support.targets.iter().find(|it| it.severity == incident.severity)?;
    let minutes = clock.minutes(target)?;
    let began = incident.episodes.last().map_or(incident.entered, |it| it.detected);
    let due = support.due(Some(incident.severity), began, minutes)?;
    Some(ClockStanding { clock, due, stopped: clock.stopped(incident) })
}
