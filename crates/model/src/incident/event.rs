//! What can happen to incidents, maintenance, feedback and problems.
//!
//! House rule: events never change meaning; the sentence of each is what people read.

use super::impact::{Impact, ImpactSites, MaintenanceWindow, Work};
use super::probing::ProbeStanding;
use super::problem::FeedbackOutcome;
use super::words::{Attribution, RequestKind, Severity};
use crate::guard::GuardReading;
use crate::id::{LineId, PersonId, RfcId};
use crate::machine::IncidentTransition;
use crate::private::Private;
use crate::scope::Scope;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What was reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Opening {
    /// What kind of request it is.
    pub kind: RequestKind,
    /// How bad.
    pub severity: Severity,
    /// Where the cause lies, as far as anybody knows.
    pub attribution: Attribution,
    /// What it is about, at least one.
    pub scopes: Vec<Scope>,
    /// What happened, in a line.
    pub title: String,
    /// What happened, at length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// When somebody or something noticed it; it may have been entered later.
    pub detected: Timestamp,
    /// Where it came from.
    pub source: Source,
    /// Who reported it, where that is not whoever entered it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub reporter: Option<Private<String>>,
    /// When, where and how much was hit, as far as that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impact: Option<Impact>,
    /// The incident that has come back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurrence_of: Option<u32>,
}

impl Opening {
    /// Returns what a person reports who says little: an incident at `scope`, whose cause nobody
    /// knows.
    pub fn reported(scope: Scope, severity: Severity, title: String, detected: Timestamp) -> Self {
        Self {
            kind: RequestKind::Incident,
            severity,
            attribution: Attribution::Undetermined,
            scopes: vec![scope],
            title,
            text: None,
            detected,
            source: Source::person(),
            reporter: None,
            impact: None,
            recurrence_of: None,
        }
    }
}

/// Where an incident came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Source {
    /// The kind of source, such as `person`, `landfall`, `probe` or the name of another system.
    pub system: String,
    /// Its name there. The same name from the same system is the same incident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

impl Source {
    /// Returns the source of what a person entered here.
    pub fn person() -> Self {
        Self { system: "person".to_owned(), id: None }
    }

    /// Returns the source of what the program itself found.
    pub fn landfall() -> Self {
        Self { system: "landfall".to_owned(), id: None }
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum IncidentEvent {
    /// It was reported.
    Opened {
        /// Its number, from 1.
        incident: u32,
        /// What was reported.
        opening: Box<Opening>,
    },
    /// A person has seen it.
    Acknowledged {
        /// Its number.
        incident: u32,
        /// When they saw it; it may have been entered later.
        at: Timestamp,
    },
    /// It was found to be another incident.
    Merged {
        /// Its number.
        incident: u32,
        /// The other's number.
        into: u32,
        /// Why.
        reason: String,
        /// What its guards read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gate: Vec<GuardReading>,
    },
    /// It turned out not to be a duplicate.
    Unmerged {
        /// Its number.
        incident: u32,
        /// Why.
        reason: String,
    },
    /// It was found to be a false alarm.
    Cancelled {
        /// Its number.
        incident: u32,
        /// Why.
        reason: String,
        /// What its guards read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gate: Vec<GuardReading>,
    },
    /// Somebody works on it.
    WorkedOn {
        /// Its number.
        incident: u32,
        /// Who.
        assignee: PersonId,
    },
    /// A way around it was found.
    WorkaroundFound {
        /// Its number.
        incident: u32,
        /// What it is.
        workaround: String,
    },
    /// The project team was asked.
    Escalated {
        /// Its number.
        incident: u32,
        /// The escalation's number.
        escalation: u32,
        /// What its guards read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gate: Vec<GuardReading>,
    },
    /// The project team answered.
    Returned {
        /// Its number.
        incident: u32,
        /// The escalation's number.
        escalation: u32,
    },
    /// The service is back: every segment that was going on has ended.
    Restored {
        /// Its number.
        incident: u32,
        /// When it was back; it may have been entered later.
        at: Timestamp,
        /// What shows it.
        confirmation: String,
        /// What its guards read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gate: Vec<GuardReading>,
    },
    /// Its cause was dealt with.
    Resolved {
        /// Its number.
        incident: u32,
        /// The cause.
        cause: String,
        /// How it was mended, where it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fix: Option<String>,
        /// The way around it, where there is only that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        workaround: Option<String>,
        /// The problem behind it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        problem: Option<u32>,
    },
    /// It came back within the reopen limit.
    Reopened {
        /// Its number.
        incident: u32,
        /// When it came back.
        at: Timestamp,
        /// What was seen.
        reason: String,
        /// What its guards read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gate: Vec<GuardReading>,
    },
    /// It is closed.
    Closed {
        /// Its number.
        incident: u32,
        /// Who agreed.
        closure: Closure,
    },
    /// It came back after the reopen limit, as another incident.
    Recurred {
        /// Its number.
        incident: u32,
        /// The other's number.
        again: u32,
    },
    /// Its severity or attribution was changed.
    Reclassified {
        /// Its number.
        incident: u32,
        /// How bad it was held to be.
        from_severity: Severity,
        /// How bad it is.
        severity: Severity,
        /// Where the cause was held to lie.
        from_attribution: Attribution,
        /// Where it lies.
        attribution: Attribution,
        /// Why.
        reason: String,
        /// What its guards read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gate: Vec<GuardReading>,
    },
    /// More was hit.
    SegmentOpened {
        /// Its number.
        incident: u32,
        /// The segment's number, from 1.
        segment: u32,
        /// When, where and how much.
        impact: Impact,
    },
    /// What was hit is no longer.
    SegmentClosed {
        /// Its number.
        incident: u32,
        /// The segment's number.
        segment: u32,
        /// Since when.
        end: Timestamp,
    },
    /// What was said of a segment was wrong.
    SegmentCorrected {
        /// Its number.
        incident: u32,
        /// The segment's number.
        segment: u32,
        /// What is right.
        impact: Impact,
        /// Why.
        reason: String,
    },
    /// There was no such segment.
    SegmentWithdrawn {
        /// Its number.
        incident: u32,
        /// The segment's number.
        segment: u32,
        /// Why.
        reason: String,
    },
    /// Work on the solution was announced.
    MaintenanceAnnounced {
        /// Its number, from 1.
        maintenance: u32,
        /// What is done.
        title: String,
        /// When.
        window: MaintenanceWindow,
        /// Where.
        sites: ImpactSites,
    },
    /// Announced work was moved.
    MaintenanceChanged {
        /// Its number.
        maintenance: u32,
        /// When it takes place now.
        window: MaintenanceWindow,
        /// Why.
        reason: String,
    },
    /// Announced work was called off.
    MaintenanceCancelled {
        /// Its number.
        maintenance: u32,
        /// Why.
        reason: String,
    },
    /// Work on the solution hit its users.
    WorkHit {
        /// The work.
        work: Work,
        /// When, where and how much.
        impact: Impact,
    },
    /// A customer or user said something.
    FeedbackReceived {
        /// Its number, from 1.
        feedback: u32,
        /// What it is about.
        scope: Scope,
        /// Who said it.
        from: Private<String>,
        /// What they said.
        text: String,
    },
    /// The Product Manager processed feedback.
    FeedbackProcessed {
        /// Its number.
        feedback: u32,
        /// What was made of it.
        outcome: FeedbackOutcome,
        /// What was answered.
        answer: String,
    },
    /// A cause behind incidents is looked for.
    ProblemOpened {
        /// Its number, from 1.
        problem: u32,
        /// What it is.
        title: String,
        /// The incidents that it causes.
        incidents: Vec<u32>,
    },
    /// The cause is known, or a way around it.
    ProblemAnalysed {
        /// Its number.
        problem: u32,
        /// The cause.
        cause: String,
        /// The way around it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        workaround: Option<String>,
    },
    /// A new release mends it.
    ProblemFixed {
        /// Its number.
        problem: u32,
        /// The version of the new release.
        release: String,
        /// The request for change.
        rfc: RfcId,
    },
    /// Operations live with it.
    ProblemAccepted {
        /// Its number.
        problem: u32,
        /// The way around it.
        workaround: String,
        /// Who owns it.
        owner: PersonId,
    },
    /// A probe stands otherwise than before.
    ProbeStood {
        /// Which.
        probe: LineId,
        /// How.
        standing: ProbeStanding,
        /// Since when.
        since: Timestamp,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// The probes were asked all the while until then.
    ProbesSeen {
        /// Until when.
        at: Timestamp,
    },
}

/// Who agreed that an incident is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Closure {
    /// Whoever reported it, or Support for them.
    Confirmed,
    /// Nobody objected in time.
    Unconfirmed,
}

impl IncidentEvent {
    /// Returns the transition of an incident that it is, and the incident's number.
    pub fn transition(&self) -> Option<(u32, IncidentTransition)> {
        use IncidentTransition as Happened;
        Some(match *self {
            Self::Acknowledged { incident, .. } => (incident, Happened::Acknowledged),
            Self::Merged { incident, .. } => (incident, Happened::Merged),
            Self::Unmerged { incident, .. } => (incident, Happened::Unmerged),
            Self::Cancelled { incident, .. } => (incident, Happened::Cancelled),
            Self::WorkedOn { incident, .. } => (incident, Happened::WorkedOn),
            Self::Escalated { incident, .. } => (incident, Happened::Escalated),
            Self::Returned { incident, .. } => (incident, Happened::Returned),
            Self::Restored { incident, .. } => (incident, Happened::Restored),
            Self::Resolved { incident, .. } => (incident, Happened::Resolved),
            Self::Reopened { incident, .. } => (incident, Happened::Reopened),
            Self::Closed { incident, .. } => (incident, Happened::Closed),
            Self::Recurred { incident, .. } => (incident, Happened::Recurred),
            Self::Reclassified { incident, .. } => (incident, Happened::Reclassified),
            Self::Opened { .. }
            | Self::WorkaroundFound { .. }
            | Self::SegmentOpened { .. }
            | Self::SegmentClosed { .. }
            | Self::SegmentCorrected { .. }
            | Self::SegmentWithdrawn { .. }
            | Self::MaintenanceAnnounced { .. }
            | Self::MaintenanceChanged { .. }
            | Self::MaintenanceCancelled { .. }
            | Self::WorkHit { .. }
            | Self::FeedbackReceived { .. }
            | Self::FeedbackProcessed { .. }
            | Self::ProblemOpened { .. }
            | Self::ProblemAnalysed { .. }
            | Self::ProblemFixed { .. }
            | Self::ProblemAccepted { .. }
            | Self::ProbeStood { .. }
            | Self::ProbesSeen { .. } => return None,
        })
    }

    /// Returns what it is about, as far as the event alone says it.
    pub fn scope(&self) -> Scope {
        let first = |scopes: &[Scope]| scopes.first().cloned().unwrap_or(Scope::Deployment);
        match self {
            Self::Opened { opening, .. } => first(&opening.scopes),
            Self::FeedbackReceived { scope, .. } => scope.clone(),
            Self::SegmentOpened { impact, .. }
            | Self::SegmentCorrected { impact, .. }
            | Self::WorkHit { impact, .. } => match &impact.sites {
                ImpactSites::Only(sites) => {
                    sites.first().cloned().map_or(Scope::Deployment, Scope::Site)
                }
                ImpactSites::All => Scope::Deployment,
            },
            Self::Acknowledged { .. }
            | Self::Merged { .. }
            | Self::Unmerged { .. }
            | Self::Cancelled { .. }
            | Self::WorkedOn { .. }
            | Self::WorkaroundFound { .. }
            | Self::Escalated { .. }
            | Self::Returned { .. }
            | Self::Restored { .. }
            | Self::Resolved { .. }
            | Self::Reopened { .. }
            | Self::Closed { .. }
            | Self::Recurred { .. }
            | Self::Reclassified { .. }
            | Self::SegmentClosed { .. }
            | Self::SegmentWithdrawn { .. }
            | Self::MaintenanceAnnounced { .. }
            | Self::MaintenanceChanged { .. }
            | Self::MaintenanceCancelled { .. }
            | Self::FeedbackProcessed { .. }
            | Self::ProblemOpened { .. }
            | Self::ProblemAnalysed { .. }
            | Self::ProblemFixed { .. }
            | Self::ProblemAccepted { .. }
            | Self::ProbeStood { .. }
            | Self::ProbesSeen { .. } => Scope::Deployment,
        }
    }
}
