//! What each event makes of the incidents.
//!
//! House rule: the fold never decides. It refuses an entry that cannot have happened.

use super::{
    Announcement, Episode, FeedbackOutcome, Incident, IncidentEvent, Incidents, Maintenance,
    MaintenanceWindow, Opening, Problem, ProblemStanding, Processed, Segment, WorkImpact,
};
use super::{Feedback, Severity};
use crate::evolve::{Happening, Impossible};
use crate::machine::{IncidentState, Transition};
use crate::private::Private;
use crate::scope::Scope;
use jiff::Timestamp;

impl Incidents {
    /// Moves on by `event`.
    pub(crate) fn happened(
        &mut self,
        event: &IncidentEvent,
        happening: &Happening,
    ) -> Result<(), Impossible> {
        if let Some((number, transition)) = event.transition() {
            let incident = self.incident_mut(number)?;
            let before = incident.state;
            incident.state = transition.attempt(number, before)?;
            if incident.state != before {
                incident.since = happening.at;
            }
        }
        match event {
            IncidentEvent::Opened { incident, opening } => {
                if *incident != self.next_number() {
                    let why = format!("incident {incident} is not the next");
                    return Err(Impossible::Order { why });
                }
                self.list.push(Incident::new(*incident, opening, happening));
            }
            IncidentEvent::Acknowledged { incident, at } => {
                self.incident_mut(*incident)?.acknowledged = Some(*at);
            }
            IncidentEvent::Merged { incident, into, .. } => {
                self.incident_mut(*into)?;
                self.incident_mut(*incident)?.duplicate_of = Some(*into);
            }
            IncidentEvent::Unmerged { incident, .. } => {
                self.incident_mut(*incident)?.duplicate_of = None;
            }
            IncidentEvent::Cancelled { .. }
            | IncidentEvent::Escalated { .. }
            | IncidentEvent::Returned { .. }
            | IncidentEvent::Recurred { .. } => {}
            IncidentEvent::WorkedOn { incident, assignee } => {
                self.incident_mut(*incident)?.assignee = Some(assignee.clone());
            }
            IncidentEvent::WorkaroundFound { incident, workaround } => {
                self.incident_mut(*incident)?.workaround = Some(workaround.clone());
            }
            IncidentEvent::Restored { incident, at, .. } => {
                self.incident_mut(*incident)?.restored_at(*at);
            }
            IncidentEvent::Resolved { incident, cause, fix, workaround, problem } => {
                let incident = self.incident_mut(*incident)?;
                incident.cause = Some(cause.clone());
                incident.fix.clone_from(fix);
                incident.workaround = workaround.clone().or(incident.workaround.take());
                incident.problem = problem.or(incident.problem);
                incident.resolved = Some(happening.at);
            }
            IncidentEvent::Reopened { incident, at, .. } => {
                let incident = self.incident_mut(*incident)?;
                incident.episodes.push(Episode { detected: *at, restored: None });
                incident.came_back(*at);
                (incident.resolved, incident.closure) = (None, None);
                incident.count();
            }
            IncidentEvent::Closed { incident, closure } => {
                self.incident_mut(*incident)?.closure = Some(*closure);
            }
            IncidentEvent::Reclassified { incident, severity, attribution, .. } => {
                let incident = self.incident_mut(*incident)?;
                (incident.severity, incident.attribution) = (*severity, *attribution);
                incident.severity_highest = incident.severity_highest.min(*severity);
                incident.count();
            }
            IncidentEvent::SegmentOpened { incident, segment, impact } => {
                let segments = &mut self.incident_mut(*incident)?.segments;
                if segments.len() + 1 != *segment as usize {
                    let why = format!("impact {segment} of incident {incident} is not the next");
                    return Err(Impossible::Order { why });
                }
                segments.push(Segment { impact: impact.clone(), withdrawn: None });
            }
            IncidentEvent::SegmentClosed { incident, segment, end } => {
                self.segment_mut(*incident, *segment)?.impact.end = Some(*end);
            }
            IncidentEvent::SegmentCorrected { incident, segment, impact, .. } => {
                self.segment_mut(*incident, *segment)?.impact = impact.clone();
            }
            IncidentEvent::SegmentWithdrawn { incident, segment, reason } => {
                self.segment_mut(*incident, *segment)?.withdrawn = Some(reason.clone());
            }
            IncidentEvent::MaintenanceAnnounced { title, window, sites, .. } => {
                let announcements = vec![announced(happening.at, Some(*window), None)];
                let (title, sites) = (title.clone(), sites.clone());
                self.maintenances.push(Maintenance { title, sites, announcements });
            }
            IncidentEvent::MaintenanceChanged { maintenance, window, reason } => {
                self.announce(*maintenance, announced(happening.at, Some(*window), Some(reason)))?;
            }
            IncidentEvent::MaintenanceCancelled { maintenance, reason } => {
                self.announce(*maintenance, announced(happening.at, None, Some(reason)))?;
            }
            IncidentEvent::WorkHit { work, impact } => {
                self.work.push(WorkImpact { work: work.clone(), impact: impact.clone() });
            }
            IncidentEvent::FeedbackReceived { scope, from, text, .. } => {
                self.feedback.push(received(scope, from, text, happening.at));
            }
            IncidentEvent::FeedbackProcessed { feedback, outcome, answer } => {
                self.processed(*feedback, outcome.clone(), answer.clone(), happening)?;
            }
            IncidentEvent::ProblemOpened { problem, title, incidents } => {
                for incident in incidents {
                    self.incident_mut(*incident)?.problem = Some(*problem);
                }
                self.problems.push(Problem {
                    standing: ProblemStanding::Open,
                    since: happening.at,
                    title: title.clone(),
                    incidents: incidents.clone(),
                    cause: None,
                    workaround: None,
                });
            }
            IncidentEvent::ProblemAnalysed { problem, cause, workaround } => {
                let problem = self.problem_mut(*problem)?;
                problem.cause = Some(cause.clone());
                problem.workaround = workaround.clone().or(problem.workaround.take());
            }
            IncidentEvent::ProblemFixed { problem, release, rfc } => {
                let problem = self.problem_mut(*problem)?;
                let (release, rfc) = (release.clone(), rfc.clone());
                problem.standing = ProblemStanding::Fixed { release, rfc };
                problem.since = happening.at;
            }
            IncidentEvent::ProblemAccepted { problem, workaround, owner } => {
                let problem = self.problem_mut(*problem)?;
                problem.standing = ProblemStanding::KnownError { owner: owner.clone() };
                problem.workaround = Some(workaround.clone());
                problem.since = happening.at;
            }
            IncidentEvent::ProbeStood { probe, standing, since, .. } => {
                self.probes.changed(probe, *since, *standing);
            }
            IncidentEvent::ProbesSeen { at } => self.probes.seen = Some(*at),
        }
        Ok(())
    }

    fn incident_mut(&mut self, number: u32) -> Result<&mut Incident, Impossible> {
        let position = (number as usize).checked_sub(1);
        let incident = position.and_then(|it| self.list.get_mut(it));
        incident.ok_or_else(|| Impossible::unknown(format!("incident {number}")))
    }

    fn segment_mut(&mut self, incident: u32, number: u32) -> Result<&mut Segment, Impossible> {
        let segments = &mut self.incident_mut(incident)?.segments;
        let segment = (number as usize).checked_sub(1).and_then(|it| segments.get_mut(it));
        segment.ok_or_else(|| Impossible::unknown(format!("impact {number} of {incident}")))
    }

    fn problem_mut(&mut self, number: u32) -> Result<&mut Problem, Impossible> {
        let position = (number as usize).checked_sub(1);
        let problem = position.and_then(|it| self.problems.get_mut(it));
        problem.ok_or_else(|| Impossible::unknown(format!("problem {number}")))
    }

    fn announce(&mut self, number: u32, announcement: Announcement) -> Result<(), Impossible> {
        let position = (number as usize).checked_sub(1);
        let maintenance = position.and_then(|it| self.maintenances.get_mut(it));
        let maintenance =
            maintenance.ok_or_else(|| Impossible::unknown(format!("maintenance {number}")))?;
        maintenance.announcements.push(announcement);
        Ok(())
    }

    fn processed(
        &mut self,
        number: u32,
        outcome: FeedbackOutcome,
        answer: String,
        happening: &Happening,
    ) -> Result<(), Impossible> {
        let position = (number as usize).checked_sub(1);
        let feedback = position.and_then(|it| self.feedback.get_mut(it));
        let feedback = feedback.ok_or_else(|| Impossible::unknown(format!("feedback {number}")))?;
        let (by, at) = (happening.by.clone(), happening.at);
        feedback.processed = Some(Processed { by, at, outcome, answer });
        Ok(())
    }
}

fn announced(
    at: Timestamp,
    window: Option<MaintenanceWindow>,
    reason: Option<&String>,
) -> Announcement {
    Announcement { announced: at, window, reason: reason.cloned() }
}

fn received(scope: &Scope, from: &Private<String>, text: &str, at: Timestamp) -> Feedback {
    let (from, text) = (from.clone(), text.to_owned());
    Feedback { scope: scope.clone(), from, text, received: at, processed: None }
}

impl Incident {
    fn new(number: u32, opening: &Opening, happening: &Happening) -> Self {
        let opening = opening.clone();
        let segments = opening.impact.into_iter();
        let mut incident = Self {
            number,
            state: IncidentState::New,
            since: happening.at,
            kind: opening.kind,
            severity: opening.severity,
            severity_highest: opening.severity,
            attribution: opening.attribution,
            scopes: opening.scopes,
            title: opening.title,
            text: opening.text,
            source: opening.source,
            opened_by: happening.by.clone(),
            reporter: opening.reporter,
            entered: happening.at,
            acknowledged: None,
            episodes: vec![Episode { detected: opening.detected, restored: None }],
            segments: segments.map(|impact| Segment { impact, withdrawn: None }).collect(),
            assignee: None,
            workaround: None,
            cause: None,
            fix: None,
            problem: None,
            resolved: None,
            closure: None,
            duplicate_of: None,
            recurrence_of: opening.recurrence_of,
            counted_as: None,
        };
        incident.count();
        incident
    }

    /// Keeps that it counted against its rings, where it does: `opened` and its like say so.
    fn count(&mut self) {
        if self.counts() && self.severity.is_severe() {
            self.counted_as =
                Some(self.counted_as.map_or(self.severity, |it: Severity| it.min(self.severity)));
        }
    }

    /// The service is back: the episode ends, and with it every segment that was going on.
    fn restored_at(&mut self, at: Timestamp) {
        if let Some(episode) = self.episodes.last_mut() {
            episode.restored = Some(at);
        }
        for segment in self.segments.iter_mut().filter(|it| it.is_open()) {
            segment.impact.end = Some(at);
        }
    }

    /// It came back: where its impact is known, it is hit again as it was last.
    fn came_back(&mut self, at: Timestamp) {
        let last = self.segments.iter().rev().find(|it| it.withdrawn.is_none());
        if let Some(last) = last {
            let impact = super::Impact { start: at, end: None, ..last.impact.clone() };
            self.segments.push(Segment { impact, withdrawn: None });
        }
    }
}
