//! What the record keeps: one event an entry, in words that never change meaning.
//!
//! House rule: entries already written are read for ever. A variant may gain an
//! optional field; it never loses, renames or reinterprets one. The golden lines
//! in the test below are entries of released versions and are only ever added to.

// Long because: whatever can happen is named here once, with what is known of it.

use crate::digest::Digest;
use crate::guard::{Guard, GuardReading};
use crate::id::{ComputerId, DeploymentId, PersonId, RfcId, RingId, Seq, StepId};
use crate::machine::{
    ComponentTransition, DeploymentTransition, PhaseTransition, RfcTransition, SignOffTransition,
    SiteTransition, WaiverTransition,
};
use crate::order::{OrderEnd, OrderId, Report};
use crate::profile::Purpose;
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::sheet::SlotId;
use crate::state::Holding;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One entry of the record: an event, when it happened and who answers for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number, from 1 without gaps.
    pub seq: Seq,
    /// When it happened, by the server's clock.
    pub at: Timestamp,
    /// Who answers for it.
    pub actor: Actor,
    /// The baseline under which it happened; 0 before the first.
    pub baseline: u32,
    /// The command that it came from, which makes a repeated command harmless.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// What happened.
    pub event: Event,
}

/// Who answers for an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    /// The program itself, on a true condition.
    System,
    /// A person of the plan.
    Person {
        /// Their short name.
        person: PersonId,
        /// The account from which they acted.
        login: String,
        /// How and when they had shown that it is them; nothing where the account is one of the
        /// computer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        known: Option<crate::authentication::Authentication>,
    },
}

impl Actor {
    /// Returns the actor as somebody who was known in this way.
    #[must_use]
    pub fn known_by(self, how: Option<crate::authentication::Authentication>) -> Self {
        match self {
            Self::System => Self::System,
            Self::Person { person, login, .. } => Self::Person { person, login, known: how },
        }
    }

    /// Returns the person, where it is one.
    pub fn person(&self) -> Option<&PersonId> {
        match self {
            Self::System => None,
            Self::Person { person, .. } => Some(person),
        }
    }
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Event {
    /// The deployment was created, as a draft.
    DeploymentCreated {
        /// Its name.
        deployment: DeploymentId,
        /// The digest of its plan, whose bytes are kept beside the record.
        plan: Digest,
        /// The digest of the release.
        release: Digest,
        /// Whether it changes production.
        purpose: Purpose,
        /// The folder in which its deliverables lie.
        folder: String,
    },
    /// The deployment changed its state.
    Deployment {
        /// How.
        transition: DeploymentTransition,
        /// Why, in somebody's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// What its guards read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gate: Vec<GuardReading>,
    },
    /// One of several people whose agreement an act needs has agreed.
    Concurred {
        /// The act, such as `baseline` or `resume ring/broad`.
        act: String,
        /// In which role.
        role: RoleType,
        /// Why, in their words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// The role types of whom somebody has to agree too before anything follows; none once
        /// the act is agreed on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        wanted: Vec<RoleType>,
        /// For whom, where not for themselves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on_behalf_of: Option<PersonId>,
    },
    /// The plan was replaced; authorisations of changed parts are void.
    PlanRevised {
        /// The digest of the new plan.
        plan: Digest,
        /// The new baseline.
        baseline: u32,
        /// What changed, in words.
        changes: Vec<String>,
        /// The RFCs whose authorisation is void.
        voided: Vec<RfcId>,
        /// The RFCs that are still being assessed, whose approvals are void.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unapproved: Vec<RfcId>,
        /// Why.
        reason: String,
    },
    /// A core component changed its state.
    Component {
        /// Which.
        component: crate::id::ComponentId,
        /// How.
        transition: ComponentTransition,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// What its guards read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gate: Vec<GuardReading>,
    },
    /// A site changed its state.
    Site {
        /// Which.
        site: crate::id::SiteId,
        /// How.
        transition: SiteTransition,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// What its guards read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gate: Vec<GuardReading>,
    },
    /// A stage of a component's or site's run changed its state.
    Phase {
        /// The component or site.
        scope: Scope,
        /// The stage, from 0.
        stage: u16,
        /// How.
        transition: PhaseTransition,
    },
    /// A ring changed its state.
    Ring {
        /// Which.
        ring: RingId,
        /// How.
        transition: RingTransition,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// What its guards read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gate: Vec<GuardReading>,
    },
    /// A request for change changed its state.
    Rfc {
        /// Which.
        rfc: RfcId,
        /// How.
        transition: RfcTransition,
        /// The digest of the plan part it authorises, where it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        part: Option<Digest>,
        /// Until when it is valid, where it is authorised.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// What its guards read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gate: Vec<GuardReading>,
    },
    /// One approver approved a request for change.
    RfcApproved {
        /// Which.
        rfc: RfcId,
        /// The level, from 0.
        level: u8,
        /// The digest of the plan part that was approved.
        part: Digest,
        /// What they attached to it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conditions: Option<String>,
        /// For whom, where not for themselves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on_behalf_of: Option<PersonId>,
    },
    /// A slot of a sign-off sheet changed its state.
    SignOff {
        /// Which.
        slot: SlotId,
        /// How.
        transition: SignOffTransition,
        /// The digest of the sheet.
        document: Digest,
        /// What the signature means.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        meaning: Option<String>,
        /// Exceptions, each with an owner and a date; or the reasons for declining.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        statements: Vec<String>,
        /// For whom it was signed, where not for oneself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on_behalf_of: Option<PersonId>,
        /// What is printed beside the signature, such as a relaxed separation of duties.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stamp: Option<String>,
        /// Of which batch it is, where it was not signed by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        batch: Option<Box<crate::batch::InBatch>>,
        /// What its guards read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gate: Vec<GuardReading>,
    },
    /// A waiver was requested.
    WaiverRequested {
        /// Its number, from 1.
        waiver: u32,
        /// The guard that is to be let pass.
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
        /// The part of the guard that is to be let pass, where it has parts with names.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        part: Option<String>,
    },
    /// One of those who may grant it approved a waiver.
    WaiverApproved {
        /// Its number.
        waiver: u32,
        /// In which role.
        role: RoleType,
        /// For whom, where not for themselves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on_behalf_of: Option<PersonId>,
    },
    /// A waiver changed its state.
    Waiver {
        /// Its number.
        waiver: u32,
        /// How.
        transition: WaiverTransition,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// A person stated that a guard is met that the program cannot see.
    Attested {
        /// The guard.
        guard: Guard,
        /// Where.
        scope: Scope,
        /// What they stated, with a reference to evidence.
        statement: String,
    },
    /// Something was told not to start, or let go again.
    Hold {
        /// What.
        scope: Scope,
        /// Whether it is held from now on.
        held: bool,
        /// Why.
        reason: String,
        /// What of it.
        #[serde(default, skip_serializing_if = "Holding::is_everything")]
        holding: Holding,
    },
    /// An incident or refusal that counts against a ring.
    SignalRaised {
        /// Where.
        scope: Scope,
        /// How bad, 1 the worst.
        severity: u8,
        /// What happened.
        text: String,
        /// The incident that it is of; none where an owner refused, or before incidents were kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        incident: Option<u32>,
    },
    /// The orders in flight at a component or site are to be stopped where they are.
    OrdersCancelled {
        /// The component or site.
        scope: Scope,
        /// Why.
        reason: String,
    },
    /// An order is about to be carried out; where one of its track is in flight, after that one and
    /// all others between have succeeded.
    OrderIntended {
        /// Its name.
        order: OrderId,
        /// The component or site.
        scope: Scope,
        /// The track of the run.
        track: u32,
    },
    /// Orders of one computer that travel together are about to be carried out, each after the one
    /// before it has succeeded.
    OrdersIntended {
        /// Their names, in their order.
        orders: Vec<OrderId>,
        /// The component or site.
        scope: Scope,
        /// The track of the run.
        track: u32,
    },
    /// An order came to its end.
    OrderEnded {
        /// Its name.
        order: OrderId,
        /// What became of it.
        report: Report,
    },
    /// Orders of one track, which followed one another, succeeded, and were heard of together.
    OrdersEnded {
        /// What became of each, in their order.
        ended: Vec<OrderEnd>,
    },
    /// An order that stood behind another one of its computer was taken back: it never began.
    OrderWithdrawn {
        /// Its name.
        order: OrderId,
        /// Why.
        why: String,
    },
    /// A person's step was asked for.
    StepAsked {
        /// The name of what is asked.
        order: OrderId,
        /// The component or site.
        scope: Scope,
        /// The track of the run.
        track: u32,
        /// Who may confirm it.
        role: RoleType,
    },
    /// A person decided how a failed, lost or unknown step goes on.
    StepDecided {
        /// The component or site.
        scope: Scope,
        /// The computers, by name.
        computers: Vec<ComputerId>,
        /// The tracks of the run.
        tracks: Vec<u32>,
        /// The step.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<StepId>,
        /// How.
        decision: StepDecision,
        /// Why.
        reason: String,
    },
    /// Incidents and their impact, support issues, feedback and problems.
    Incident(crate::incident::IncidentEvent),
    /// Escalations from operations and support to the project team.
    Escalation(crate::escalation::EscalationEvent),
    /// What operations and support need before they take over: checklist, guides, monitoring.
    Readiness(crate::readiness::ReadinessEvent),
    /// The project team: who is on it, and who has left it for what.
    Assignment(crate::assignment::AssignmentEvent),
    /// The milestones: convened, voted on, approved, rejected.
    Milestone(crate::milestone::MilestoneEvent),
    /// The quiet period: its clock, its extensions, its verdict.
    QuietPeriod(crate::quiet_period::QuietPeriodEvent),
    /// The satisfaction survey of users, site owners and the customer.
    Survey(crate::survey::SurveyEvent),
    /// Key questions with their answers, and success criteria with their verdicts.
    Assessment(crate::assessment::AssessmentEvent),
    /// Closing: contributions, lessons, open items, access, ownership, benefits.
    CloseOut(crate::close_out::CloseOutEvent),
    /// An early end: what becomes of each component and site.
    Termination(crate::termination::TerminationEvent),
    /// The record's own history: what was lost of it.
    History(crate::history::HistoryEvent),
    /// Delegations in writing: who may act for whom, where, until when.
    Delegation(crate::delegation::DelegationEvent),
    /// Disputed signatures.
    Dispute(crate::dispute::DisputeEvent),
    /// Sheets that were signed by hand.
    Paper(crate::paper::PaperEvent),
    /// Signatures given in a batch, with a look at a sample.
    Batch(crate::batch::BatchEvent),
    /// The change schedule: standard changes, conflicts and how they were ruled on, reviews.
    ChangeSchedule(crate::change_schedule::ChangeScheduleEvent),
    /// What a site is promised and shows: expectations, coverage, exemptions, revisits.
    SiteCare(crate::site_care::SiteCareEvent),
    /// Messages of the communications plan on their way to people.
    Message(crate::message::MessageEvent),
    /// Training: sessions, attendance, coverage of sites.
    Training(crate::training::TrainingEvent),
    /// What is looked at before a core component is touched.
    Precheck(crate::precheck::PrecheckEvent),
    /// Release Readiness: what has to be on record before a deployment begins.
    ReleaseReadiness(crate::release_readiness::ReleaseReadinessEvent),
}

/// What can happen to a ring.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::Display, strum::VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum RingTransition {
    /// Its first site may start.
    Opened,
    /// A budget is exceeded, or a person stopped it.
    Halted,
    /// Two people let it go on.
    Resumed,
    /// Its success gate is met; it soaks from now.
    SoakStarted,
    /// It was no longer healthy; it soaks anew once it is.
    SoakBroken,
    /// It soaked; the next ring may open.
    Passed,
}

/// How a failed, lost or unknown step goes on: guided failure.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::Display, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum StepDecision {
    /// It is tried again.
    Retry,
    /// It is passed over.
    Ignore,
    /// Its computer is left out.
    Exclude,
    /// It was in fact done (an unknown outcome, resolved).
    Done,
    /// It was in fact not done and may be tried again (an unknown outcome, resolved).
    NotDone,
    /// It failed (an unknown outcome, resolved).
    Failed,
}

impl Event {
    /// Returns the orders whose intents it is.
    pub fn intends(&self) -> &[OrderId] {
        if let Self::OrderIntended { order, .. } = self {
            std::slice::from_ref(order)
        } else if let Self::OrdersIntended { orders, .. } = self {
            orders
        } else {
            &[]
        }
    }

    /// Returns the orders that it ends, in their order, each with what became of it.
    pub fn ends(&self) -> impl Iterator<Item = (&OrderId, &Report)> {
        let (one, several) = if let Self::OrderEnded { order, report } = self {
            (Some((order, report)), &[][..])
        } else if let Self::OrdersEnded { ended } = self {
            (None, ended.as_slice())
        } else {
            (None, &[][..])
        };
        one.into_iter().chain(several.iter().map(|it| (&it.order, &it.report)))
    }
}

#[cfg(test)]
mod tests;
