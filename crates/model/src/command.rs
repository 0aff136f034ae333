//! What people tell Landfall to do.
//!
//! House rule: a command is data. It is decided by plain rules, against the
//! state it meets, and leaves either entries or a refusal.

use crate::digest::Digest;
use crate::event::StepDecision;
use crate::guard::Guard;
use crate::id::{ComponentId, ComputerId, RfcId, RingId, SiteId};
use crate::rfc::{EmergencyKind, ImplementationReview, RfcCategory};
use crate::scope::Scope;
use crate::sheet::SlotId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Something a person tells Landfall to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// Fix the plan, the release and the inventory as baseline 1.
    Baseline {
        /// What was found when the deliverables and the forecast were looked at.
        findings: Findings,
    },
    /// Open the deployment: production steps may run from now on.
    Open,
    /// Replace the plan by another, already stored under this digest.
    RevisePlan {
        /// The new plan's digest.
        plan: Digest,
        /// What changes, in words.
        changes: Vec<String>,
        /// Whether sites or components leave the scope.
        removes_scope: bool,
        /// Why.
        reason: String,
    },
    /// Hold the whole deployment.
    HoldDeployment {
        /// Why.
        reason: String,
    },
    /// Let the held deployment go on.
    ReleaseDeployment {
        /// What the cause was, and what was decided.
        reason: String,
    },
    /// Cancel a deployment that has not been opened.
    Cancel {
        /// Why.
        reason: String,
    },
    /// Let something not start, or let it go again.
    Hold {
        /// What.
        scope: Scope,
        /// Whether it is held from now on.
        held: bool,
        /// Why.
        reason: String,
    },
    /// Do something with a request for change.
    Rfc {
        /// Which.
        rfc: RfcId,
        /// What.
        act: RfcAct,
    },
    /// Acknowledge what a site is told to expect, and when, as its owner.
    AcknowledgeSchedule {
        /// The site.
        site: SiteId,
        /// The version that was shown.
        version: Digest,
    },
    /// Take a component that the pilot deployed as it is, if its checks pass.
    Adopt {
        /// The component.
        component: ComponentId,
    },
    /// State that a guard is met that the program cannot see.
    Attest {
        /// The guard.
        guard: Guard,
        /// Where.
        scope: Scope,
        /// What is stated, with a reference to evidence.
        statement: String,
    },
    /// Ask that a guard be let pass.
    RequestWaiver {
        /// The guard.
        guard: Guard,
        /// Where.
        scope: Scope,
        /// Why.
        reason: String,
        /// What may go wrong.
        risk: String,
        /// What is done against it.
        control: String,
        /// When it ends.
        until: Timestamp,
        /// The part of the guard, where it has parts with names.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        part: Option<String>,
    },
    /// Approve a waiver.
    ApproveWaiver {
        /// Its number.
        waiver: u32,
    },
    /// Refuse a waiver.
    RefuseWaiver {
        /// Its number.
        waiver: u32,
        /// Why.
        reason: String,
    },
    /// End a waiver whose condition is fulfilled.
    CloseWaiver {
        /// Its number.
        waiver: u32,
        /// What shows it.
        reason: String,
    },
    /// Sign a slot of a sheet.
    Sign {
        /// The slot.
        slot: SlotId,
        /// The digest of the sheet that was shown.
        document: Digest,
        /// Exceptions, each with an owner and a date.
        exceptions: Vec<String>,
    },
    /// Decline a slot of a sheet; for a site owner, refuse the site.
    Refuse {
        /// The slot.
        slot: SlotId,
        /// The digest of the sheet that was shown.
        document: Digest,
        /// Why, at least one.
        reasons: Vec<String>,
    },
    /// Take one's own signature back.
    Withdraw {
        /// The slot.
        slot: SlotId,
        /// Why.
        reason: String,
    },
    /// State that what a site owner refused for has been resolved.
    ResolveRefusal {
        /// The site.
        site: SiteId,
        /// How.
        reason: String,
    },
    /// Go back to a site.
    Revisit {
        /// The site.
        site: SiteId,
        /// Why.
        reason: String,
    },
    /// Halt a ring: no further site of it starts.
    HaltRing {
        /// The ring.
        ring: RingId,
        /// Why.
        reason: String,
    },
    /// Halt a site at the next step boundary.
    HaltSite {
        /// The site.
        site: SiteId,
        /// Why.
        reason: String,
    },
    /// Stop what is being carried out at a component or site, in the middle of its steps.
    CancelOrders {
        /// The component or site.
        scope: Scope,
        /// Why.
        reason: String,
    },
    /// Let a halted ring go on.
    ResumeRing {
        /// The ring.
        ring: RingId,
        /// What the cause was, and what was decided.
        reason: String,
        /// Which of its sites are tried again.
        only: Vec<Resumable>,
    },
    /// Let a halted component or site go on.
    Resume {
        /// The component or site.
        scope: Scope,
        /// What the cause was, and what was decided.
        reason: String,
    },
    /// Decide how failed, lost or unknown steps of a component or site go on.
    Decide {
        /// The component or site.
        scope: Scope,
        /// The computers; empty for all that need a decision.
        computers: Vec<ComputerId>,
        /// How they go on.
        decision: StepDecision,
        /// Why.
        reason: String,
    },
    /// Confirm that a person's step has been done, or say that it failed.
    Confirm {
        /// The component or site.
        scope: Scope,
        /// The computer; needed where several were asked.
        computer: Option<ComputerId>,
        /// Whether it was done.
        done: bool,
        /// What shows it.
        evidence: Option<String>,
    },
    /// Roll back a component, a site, or all deployed sites of a ring.
    RollBack {
        /// Which.
        scope: Scope,
        /// Why.
        reason: String,
        /// Whether the loss of data that the plan names is accepted.
        accept_loss: bool,
    },
    /// Plan a rolled-back component or site anew.
    Replan {
        /// The component or site.
        scope: Scope,
        /// Why.
        reason: String,
    },
    /// Leave a site out of the deployment.
    Exempt {
        /// The site.
        site: SiteId,
        /// Why.
        reason: String,
    },
    /// Incidents and their impact, support issues, feedback and problems.
    Incident(crate::incident::IncidentCommand),
    /// Escalations from operations and support to the project team.
    Escalation(crate::escalation::EscalationCommand),
    /// What operations and support need before they take over: checklist, guides, monitoring.
    Readiness(crate::readiness::ReadinessCommand),
    /// The project team: who is on it, and who has left it for what.
    Assignment(crate::assignment::AssignmentCommand),
    /// The milestones: convened, voted on, approved, rejected.
    Milestone(crate::milestone::MilestoneCommand),
    /// The quiet period: its clock, its extensions, its verdict.
    QuietPeriod(crate::quiet_period::QuietPeriodCommand),
    /// The satisfaction survey of users, site owners and the customer.
    Survey(crate::survey::SurveyCommand),
    /// Key questions with their answers, and success criteria with their verdicts.
    Assessment(crate::assessment::AssessmentCommand),
    /// Closing: contributions, lessons, open items, access, ownership, benefits.
    CloseOut(crate::close_out::CloseOutCommand),
    /// An early end: what becomes of each component and site.
    Termination(crate::termination::TerminationCommand),
    /// The record's own history: what was lost of it.
    History(crate::history::HistoryCommand),
    /// Delegations in writing: who may act for whom, where, until when.
    Delegation(crate::delegation::DelegationCommand),
    /// Disputed signatures.
    Dispute(crate::dispute::DisputeCommand),
    /// Sheets that were signed by hand.
    Paper(crate::paper::PaperCommand),
    /// Signing in a batch, with a look at a sample.
    Batch(crate::batch::BatchCommand),
    /// The change schedule: standard changes, conflicts and how they were ruled on, reviews.
    ChangeSchedule(crate::change_schedule::ChangeScheduleCommand),
    /// What a site is promised and shows: expectations, coverage, exemptions, revisits.
    SiteCare(crate::site_care::SiteCareCommand),
    /// Messages of the communications plan on their way to people.
    Message(crate::message::MessageCommand),
    /// Training: sessions, attendance, coverage of sites.
    Training(crate::training::TrainingCommand),
    /// What is looked at before a core component is touched.
    Precheck(crate::precheck::PrecheckCommand),
    /// Release Readiness: what has to be on record before a deployment begins.
    ReleaseReadiness(crate::release_readiness::ReleaseReadinessCommand),
}

/// What was found when a baseline was prepared: facts that the rules cannot see for themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Findings {
    /// Deliverables that are missing or differ from the release, in words.
    pub deliverables: Vec<String>,
    /// Why the plan cannot come to its end by its own windows and limits, in words.
    pub forecast: Vec<String>,
}

/// Which sites of a halted ring are tried again.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::VariantArray,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Resumable {
    /// Those on which a step failed.
    Failed,
    /// Those that could not be reached or passed a deadline.
    Lost,
    /// Those that have not started.
    NotStarted,
}

/// What can be done with a request for change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RfcAct {
    /// Submit it.
    Submit,
    /// Classify it: it is being assessed from now on.
    Classify {
        /// Its category.
        category: RfcCategory,
    },
    /// Send it back with questions.
    Return {
        /// The questions.
        reason: String,
    },
    /// Approve it as it stands.
    Approve {
        /// The digest of the plan part that was shown.
        part: Digest,
        /// What is attached to the approval.
        conditions: Option<String>,
    },
    /// Authorise it as an emergency, alone; reviewed afterwards.
    AuthoriseEmergency {
        /// The digest of the plan part that was shown.
        part: Digest,
        /// What it restores: service, security or safety.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<EmergencyKind>,
        /// Why it cannot wait.
        reason: String,
    },
    /// Review an emergency that somebody else authorised.
    ReviewEmergency {
        /// Whether it could not have waited.
        justified: bool,
        /// What was found.
        finding: String,
    },
    /// Say that its work begins, where people do it and no step of the plan.
    Begin,
    /// Say that the work that people do is done and verified.
    Finish {
        /// What shows it.
        evidence: String,
    },
    /// Record that its work was undone.
    BackOut {
        /// Why.
        reason: String,
    },
    /// Record its review after implementation, point by point.
    ReviewImplementation {
        /// What the review says.
        review: ImplementationReview,
    },
    /// Reject it.
    Reject {
        /// Why.
        reason: String,
    },
    /// Put it in the change schedule.
    Schedule,
    /// Withdraw it.
    Cancel {
        /// Why.
        reason: String,
    },
    /// Record its review after implementation in a sentence, where that is enough.
    Review {
        /// Whether it met its objectives, was on time, had side effects; what was learnt.
        reason: String,
    },
    /// Close it.
    Close,
}
