//! What people tell Landfall to do with incidents, maintenance, feedback and problems.
//!
//! House rule: a command is data; it leaves entries or a refusal.

use super::event::Opening;
use super::impact::{Impact, ImpactSites, MaintenanceWindow, Work};
use super::words::{Attribution, Severity};
use crate::id::{PersonId, RfcId};
use crate::scope::Scope;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a person tells Landfall to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IncidentCommand {
    /// Report something.
    Open(Box<Opening>),
    /// Do something with one incident.
    Act {
        /// Its number.
        incident: u32,
        /// What.
        act: IncidentAct,
    },
    /// Announce work on the solution.
    AnnounceMaintenance {
        /// What is done.
        title: String,
        /// When.
        window: MaintenanceWindow,
        /// Where.
        sites: ImpactSites,
    },
    /// Move announced work.
    ChangeMaintenance {
        /// Its number.
        maintenance: u32,
        /// When it takes place now.
        window: MaintenanceWindow,
        /// Why.
        reason: String,
    },
    /// Call announced work off.
    CancelMaintenance {
        /// Its number.
        maintenance: u32,
        /// Why.
        reason: String,
    },
    /// Record what work on the solution hit, within its window or beyond it.
    RecordWork {
        /// The work.
        work: Work,
        /// When, where and how much.
        impact: Impact,
    },
    /// Pass on what a customer or user said.
    GiveFeedback {
        /// What it is about.
        scope: Scope,
        /// Who said it, where that is not whoever enters it.
        from: Option<String>,
        /// What they said.
        text: String,
    },
    /// Process feedback, as the Product Manager.
    ProcessFeedback {
        /// Its number.
        feedback: u32,
        /// What is made of it.
        decision: FeedbackDecision,
        /// What is answered.
        answer: String,
    },
    /// Look for the cause behind incidents.
    OpenProblem {
        /// What it is.
        title: String,
        /// The incidents that it causes.
        incidents: Vec<u32>,
    },
    /// State the cause of a problem.
    AnalyseProblem {
        /// Its number.
        problem: u32,
        /// The cause.
        cause: String,
        /// The way around it.
        workaround: Option<String>,
    },
    /// State that a new release mends a problem.
    FixProblem {
        /// Its number.
        problem: u32,
        /// The version of the new release.
        release: String,
        /// The request for change.
        rfc: RfcId,
    },
    /// Take a problem over as a known error.
    AcceptProblem {
        /// Its number.
        problem: u32,
        /// The way around it.
        workaround: String,
        /// Who owns it.
        owner: PersonId,
    },
}

/// What can be done with one incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IncidentAct {
    /// Say that it was seen.
    Acknowledge {
        /// When, where not now.
        at: Option<Timestamp>,
    },
    /// Begin to work on it.
    Work {
        /// Who works on it, where not whoever says so.
        assignee: Option<PersonId>,
    },
    /// Record a way around it.
    FindWorkaround {
        /// What it is.
        workaround: String,
    },
    /// State that the service is back.
    Restore {
        /// When, where not now.
        at: Option<Timestamp>,
        /// What shows it.
        confirmation: String,
    },
    /// State that its cause is dealt with.
    Resolve {
        /// The cause.
        cause: String,
        /// How it was mended, where it was.
        fix: Option<String>,
        /// The way around it, where there is only that.
        workaround: Option<String>,
        /// The problem behind it.
        problem: Option<u32>,
    },
    /// Confirm that it is over.
    Close,
    /// State that it came back.
    Reopen {
        /// When, where not now.
        at: Option<Timestamp>,
        /// What was seen.
        reason: String,
    },
    /// State that it is another incident.
    Merge {
        /// The other's number.
        into: u32,
        /// Why.
        reason: String,
    },
    /// State that it is no duplicate after all.
    Unmerge {
        /// Why.
        reason: String,
    },
    /// State that it was a false alarm.
    Cancel {
        /// Why.
        reason: String,
    },
    /// Change its severity or attribution.
    Reclassify {
        /// How bad it is, where that changes.
        severity: Option<Severity>,
        /// Where the cause lies, where that changes.
        attribution: Option<Attribution>,
        /// Why.
        reason: String,
    },
    /// Record that more was hit.
    OpenSegment {
        /// When, where and how much.
        impact: Impact,
    },
    /// Record that what was hit is no longer.
    CloseSegment {
        /// The segment's number.
        segment: u32,
        /// Since when, where not since now.
        end: Option<Timestamp>,
    },
    /// Correct a segment.
    CorrectSegment {
        /// The segment's number.
        segment: u32,
        /// What is right.
        impact: Impact,
        /// Why.
        reason: String,
    },
    /// Withdraw a segment: there was none.
    WithdrawSegment {
        /// The segment's number.
        segment: u32,
        /// Why.
        reason: String,
    },
}

/// What the Product Manager makes of feedback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FeedbackDecision {
    /// It becomes an incident of this severity.
    OpenIncident(Severity),
    /// The team goes back to the site.
    Revisit,
    /// It is answered.
    Answer,
}
