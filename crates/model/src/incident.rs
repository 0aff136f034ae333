//! Incidents and their impact, support issues, feedback and problems.
//!
//! Four instants of an incident are kept apart: when the impact began, when it was
//! noticed, when a person saw it, and when the service was back. A merged incident
//! keeps its own segments and reporters; whoever asks for the impact of the other
//! gets both, and unmerging loses nothing.
//!
//! Source: Deploy SMF, Process 3, Table 6: number of incidents, downtime; Table 2: support issues.

mod clocks;
mod command;
mod event;
mod folding;
mod impact;
mod probing;
mod problem;
mod sentences;
mod words;

pub use clocks::{Clock, ClockStanding, clock};
pub use command::{FeedbackDecision, IncidentAct, IncidentCommand};
pub use event::{Closure, IncidentEvent, Opening, Source};
pub use impact::{
    Announcement, Impact, ImpactSites, Maintenance, MaintenanceWindow, Segment, Work, WorkImpact,
};
pub use probing::{ProbeChange, ProbeStanding, Probes, SEEN_EVERY, probed_sites, stood};
pub use problem::{Feedback, FeedbackOutcome, Problem, ProblemStanding, Processed};
pub use words::{Attribution, ImpactLevel, RequestKind, Severity, UnknownSeverity};

use crate::event::Event;
use crate::id::{PersonId, SiteId};
use crate::machine::IncidentState;
use crate::private::Private;
use crate::scope::Scope;
use crate::state::State;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// An incident entered so long after it was noticed is marked as late.
pub const LATE_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// Where all of it stands. Whatever has a number has it from 1, in the order of the record.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Incidents {
    /// Incidents and other requests.
    pub list: Vec<Incident>,
    /// Announced work.
    pub maintenances: Vec<Maintenance>,
    /// What work on the solution hit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub work: Vec<WorkImpact>,
    /// What customers and users said.
    pub feedback: Vec<Feedback>,
    /// The causes behind incidents.
    pub problems: Vec<Problem>,
    /// Where the probes stand, and stood.
    #[serde(default)]
    pub probes: Probes,
}

/// One incident or other request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// Its number, from 1.
    pub number: u32,
    /// Where it stands.
    pub state: IncidentState,
    /// Since when.
    pub since: Timestamp,
    /// What kind of request it is.
    pub kind: RequestKind,
    /// How bad it is.
    pub severity: Severity,
    /// How bad it has ever been: a lower severity later does not erase it.
    pub severity_highest: Severity,
    /// Where the cause lies.
    pub attribution: Attribution,
    /// What it is about.
    pub scopes: Vec<Scope>,
    /// What happened, in a line.
    pub title: String,
    /// What happened, at length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Where it came from.
    pub source: Source,
    /// Who entered it; nobody where the program did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_by: Option<PersonId>,
    /// Who reported it, where that is not whoever entered it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reporter: Option<Private<String>>,
    /// When it was entered.
    pub entered: Timestamp,
    /// When a person saw it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Timestamp>,
    /// From noticing to restoring: one episode, and one more each time that it came back.
    pub episodes: Vec<Episode>,
    /// The impact, segment by segment, numbered from 1.
    pub segments: Vec<Segment>,
    /// Who works on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<PersonId>,
    /// The way around it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workaround: Option<String>,
    /// The cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// How it was mended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// The problem behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<u32>,
    /// When it was last resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<Timestamp>,
    /// How it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closure: Option<Closure>,
    /// The incident that it is a duplicate of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicate_of: Option<u32>,
    /// The incident that it is a recurrence of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurrence_of: Option<u32>,
    /// The severity under which it last counted against a ring.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_as: Option<Severity>,
}

/// From noticing an incident to restoring the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Episode {
    /// When it was noticed.
    pub detected: Timestamp,
    /// When the service was back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored: Option<Timestamp>,
}

impl Incident {
    /// Returns whether it is neither closed nor found to be none.
    pub fn is_open(&self) -> bool {
        !IncidentState::RESTING.contains(&self.state)
    }

    /// Returns whether its cause is still to be dealt with.
    pub fn is_unresolved(&self) -> bool {
        self.is_open() && self.state != IncidentState::Resolved
    }

    /// Returns whether it counts against the solution: an incident, not another request, whose
    /// cause lies there or is not known.
    pub fn counts(&self) -> bool {
        self.kind == RequestKind::Incident && self.attribution.counts()
    }

    /// Returns whether it closes gates: severe, unresolved, and counting against the solution.
    pub fn closes_gates(&self) -> bool {
        self.counts() && self.severity.is_severe() && self.is_unresolved()
    }

    /// Returns whether it is about `site` itself.
    pub fn is_at(&self, site: &SiteId) -> bool {
        self.scopes.iter().any(|it| matches!(it, Scope::Site(id) if id == site))
    }

    /// Returns when it was first noticed.
    pub fn detected(&self) -> Timestamp {
        self.episodes.first().map_or(self.entered, |it| it.detected)
    }

    /// Returns when its impact began: the start of its first segment, or when it was noticed.
    pub fn impact_start(&self) -> Timestamp {
        let counted = self.segments.iter().filter(|it| it.withdrawn.is_none());
        counted.map(|it| it.impact.start).min().unwrap_or(self.detected())
    }

    /// Returns when the service was last back, where it is.
    pub fn restored(&self) -> Option<Timestamp> {
        self.episodes.last().and_then(|it| it.restored)
    }

    /// Returns how often it came back.
    pub fn reopens(&self) -> usize {
        self.episodes.len().saturating_sub(1)
    }

    /// Returns whether it was entered long after it was noticed.
    pub fn is_late(&self) -> bool {
        self.entered.duration_since(self.detected()) > LATE_AFTER
    }
}

impl Incidents {
    /// Returns the incident of this number.
    pub fn incident(&self, number: u32) -> Option<&Incident> {
        self.list.get((number as usize).checked_sub(1)?)
    }

    /// Returns the number that the next incident gets.
    pub fn next_number(&self) -> u32 {
        u32::try_from(self.list.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// Returns the incidents and other requests that are open.
    pub fn open(&self) -> impl Iterator<Item = &Incident> {
        self.list.iter().filter(|it| it.is_open())
    }

    /// Returns the incidents that close gates.
    pub fn closing_gates(&self) -> impl Iterator<Item = &Incident> {
        self.list.iter().filter(|it| it.closes_gates())
    }

    /// Returns the impact of an incident with that of everything merged into it.
    pub fn impact_of(&self, number: u32) -> impl Iterator<Item = &Impact> {
        let of = self
            .list
            .iter()
            .filter(move |it| it.number == number || self.merged_into(it.number) == Some(number));
        let segments = of.flat_map(|it| &it.segments).filter(|it| it.withdrawn.is_none());
        segments.map(|it| &it.impact)
    }

    /// Returns the incident that `number` is in the end a duplicate of, where it is one.
    pub fn merged_into(&self, number: u32) -> Option<u32> {
        let mut into = self.incident(number)?.duplicate_of?;
        // As many steps as there are incidents: a circle ends too.
        for _ in 0..self.list.len() {
            match self.incident(into)?.duplicate_of {
                Some(next) => into = next,
                None => break,
            }
        }
        Some(into)
    }

    /// Returns the problem of this number.
    pub fn problem(&self, number: u32) -> Option<&Problem> {
        self.problems.get((number as usize).checked_sub(1)?)
    }
}

/// Returns that `opening` happens as incident `number`, and that it counts against its rings.
pub fn opened(state: &State, number: u32, opening: Opening) -> Vec<Event> {
    let counts = opening.kind == RequestKind::Incident
        && opening.attribution.counts()
        && opening.severity.is_severe();
    let signals = if counts {
        signals(state, number, opening.severity, &opening.scopes, &opening.title)
    } else {
        vec![]
    };
    let opened = IncidentEvent::Opened { incident: number, opening: Box::new(opening) };
    [Event::Incident(opened)].into_iter().chain(signals).collect()
}

/// Returns what counts against rings: once for each ring that has one of `scopes`.
pub(crate) fn signals(
    state: &State,
    incident: u32,
    severity: Severity,
    scopes: &[Scope],
    text: &str,
) -> Vec<Event> {
    let mut rings = Vec::new();
    let mut signals = Vec::new();
    for scope in scopes {
        let ring = match scope {
            Scope::Site(id) => {
                let site = state.index.sites.get(id);
                site.and_then(|it| state.plan.ring_of.get(*it as usize)).copied()
            }
            Scope::Ring(id) => state.index.rings.get(id).copied(),
            Scope::Deployment | Scope::Core | Scope::Component(_) | Scope::Rfc(_) => None,
        };
        if !rings.contains(&ring) {
            rings.push(ring);
            signals.push(Event::SignalRaised {
                scope: scope.clone(),
                severity: severity.number(),
                text: text.to_owned(),
                incident: Some(incident),
            });
        }
    }
    signals
}
