//! The sentence of each event of incidents, maintenance, feedback and problems.
//!
//! House rule: what people read is made of the event alone.

use super::event::{Closure, IncidentEvent};
use super::impact::MaintenanceWindow;
use super::problem::FeedbackOutcome;
use super::words::RequestKind;
use std::fmt;

impl fmt::Display for IncidentEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opened { incident, opening } => {
                let scopes: Vec<String> = opening.scopes.iter().map(ToString::to_string).collect();
                let what = match opening.kind {
                    RequestKind::Incident => opening.severity.to_string(),
                    kind @ (RequestKind::Information
                    | RequestKind::ServiceFulfilment
                    | RequestKind::NewService) => format!("request, {kind}"),
                };
                let scopes = scopes.join(", ");
                write!(f, "incident {incident} opened, {what} at {scopes}: {}", opening.title)?;
                match opening.recurrence_of {
                    Some(before) => write!(f, " (recurrence of incident {before})"),
                    None => Ok(()),
                }
            }
            Self::Acknowledged { incident, at } => {
                write!(f, "incident {incident} acknowledged at {at}")
            }
            Self::Merged { incident, into, reason, .. } => {
                write!(f, "incident {incident} is a duplicate of incident {into}: {reason}")
            }
            Self::Unmerged { incident, reason } => {
                write!(f, "incident {incident} is no duplicate: {reason}")
            }
            Self::Cancelled { incident, reason, .. } => {
                write!(f, "incident {incident} cancelled: {reason}")
            }
            Self::WorkedOn { incident, assignee } => {
                write!(f, "incident {incident}: {assignee} works on it")
            }
            Self::WorkaroundFound { incident, workaround } => {
                write!(f, "incident {incident} has a workaround: {workaround}")
            }
            Self::Escalated { incident, escalation, .. } => {
                write!(f, "incident {incident} escalated, as escalation {escalation}")
            }
            Self::Returned { incident, escalation } => {
                write!(f, "incident {incident} came back from escalation {escalation}")
            }
            Self::Restored { incident, at, confirmation, .. } => {
                write!(f, "incident {incident}: service restored at {at}: {confirmation}")
            }
            Self::Resolved { incident, cause, fix, workaround, problem } => {
                write!(f, "incident {incident} resolved: {cause}")?;
                if let Some(fix) = fix {
                    write!(f, "; fix: {fix}")?;
                }
                if let Some(workaround) = workaround {
                    write!(f, "; workaround: {workaround}")?;
                }
                match problem {
                    Some(problem) => write!(f, "; problem {problem}"),
                    None => Ok(()),
                }
            }
            Self::Reopened { incident, at, reason, .. } => {
                write!(f, "incident {incident} reopened, back since {at}: {reason}")
            }
            Self::Closed { incident, closure: Closure::Confirmed } => {
                write!(f, "incident {incident} closed")
            }
            Self::Closed { incident, closure: Closure::Unconfirmed } => {
                write!(f, "incident {incident} closed, unconfirmed: nobody objected in time")
            }
            Self::Recurred { incident, again } => {
                write!(f, "incident {incident} came back as incident {again}")
            }
            Self::Reclassified {
                incident,
                from_severity,
                severity,
                from_attribution,
                attribution,
                reason,
                ..
            } => write!(
                f,
                "incident {incident} reclassified from {from_severity}, {from_attribution} to {severity}, {attribution}: {reason}"
            ),
            Self::SegmentOpened { incident, segment, impact } => {
                write!(f, "incident {incident}, impact {segment}: {impact}")
            }
            Self::SegmentClosed { incident, segment, end } => {
                write!(f, "incident {incident}, impact {segment} ended at {end}")
            }
            Self::SegmentCorrected { incident, segment, impact, reason } => {
                write!(f, "incident {incident}, impact {segment} corrected: {impact}: {reason}")
            }
            Self::SegmentWithdrawn { incident, segment, reason } => {
                write!(f, "incident {incident}, impact {segment} withdrawn: {reason}")
            }
            Self::MaintenanceAnnounced { maintenance, title, window, sites } => {
                let MaintenanceWindow { start, end } = window;
                write!(
                    f,
                    "maintenance {maintenance} announced, {start} to {end} at {sites}: {title}"
                )
            }
            Self::WorkHit { work, impact } => write!(f, "{work} hit users: {impact}"),
            Self::MaintenanceChanged { maintenance, window, reason } => {
                let MaintenanceWindow { start, end } = window;
                write!(f, "maintenance {maintenance} moved to {start} to {end}: {reason}")
            }
            Self::MaintenanceCancelled { maintenance, reason } => {
                write!(f, "maintenance {maintenance} called off: {reason}")
            }
            Self::FeedbackReceived { feedback, scope, from, text } => {
                write!(f, "feedback {feedback} of {from} on {scope}: {text}")
            }
            Self::FeedbackProcessed { feedback, outcome, answer } => {
                let outcome = match outcome {
                    FeedbackOutcome::Incident(incident) => format!("became incident {incident}"),
                    FeedbackOutcome::Revisit => "leads to a revisit".to_owned(),
                    FeedbackOutcome::Answered => "answered".to_owned(),
                };
                write!(f, "feedback {feedback} {outcome}: {answer}")
            }
            Self::ProblemOpened { problem, title, incidents } => {
                let incidents: Vec<String> = incidents.iter().map(ToString::to_string).collect();
                write!(f, "problem {problem} behind incidents {}: {title}", incidents.join(", "))
            }
            Self::ProblemAnalysed { problem, cause, workaround } => {
                write!(f, "problem {problem} understood: {cause}")?;
                match workaround {
                    Some(workaround) => write!(f, "; workaround: {workaround}"),
                    None => Ok(()),
                }
            }
            Self::ProblemFixed { problem, release, rfc } => {
                write!(f, "problem {problem} is fixed by release {release} under {rfc}")
            }
            Self::ProblemAccepted { problem, workaround, owner } => {
                write!(f, "problem {problem} is a known error of {owner}: {workaround}")
            }
            Self::ProbeStood { probe, standing, since, why } => {
                write!(f, "probe {probe} is {standing} since {since}")?;
                match why {
                    Some(why) => write!(f, ": {why}"),
                    None => Ok(()),
                }
            }
            Self::ProbesSeen { at } => write!(f, "the probes were asked until {at}"),
        }
    }
}
