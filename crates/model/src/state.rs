//! Where a deployment stands: the fold of its record.
//!
//! Nothing here is stored as truth. The state can always be computed anew from
//! the entries and the plan; a snapshot only saves the time.
//!
//! House rule: `evolve(state, event) -> state`; no event is ever reinterpreted.

// Long because: whatever is known of a deployment is named here once, with what it is.

use crate::digest::Digest;
use crate::guard::Guard;
use crate::id::{ComponentId, PersonId, RfcId, RingId, Seq, SiteId};
use crate::machine::core_component::ComponentState;
use crate::machine::deployment::DeploymentState;
use crate::machine::request_for_change::RfcState;
use crate::machine::sign_off::SignOffState;
use crate::machine::site::SiteState;
use crate::machine::waiver::WaiverState;
use crate::order::OrderId;
use crate::plan::MasterProjectPlan;
use crate::profile::Purpose;
use crate::rfc::RfcCategory;
use crate::role_type::RoleType;
use crate::run::{Run, Track};
use crate::scope::Scope;
use crate::shared::Shared;
use crate::sheet::SlotId;
use crate::standing::Standing;
use imbl::OrdMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::Arc;

/// Where a deployment stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// The plan in force. Not part of a snapshot: it is found again by its digest.
    #[serde(skip, default = "crate::state_index::no_plan")]
    pub plan: Arc<MasterProjectPlan>,
    /// Where each named thing stands in the lists below.
    #[serde(skip)]
    pub index: Arc<crate::state_index::StateIndex>,
    /// The digest of the plan in force.
    pub plan_digest: Digest,
    /// Whether production is changed.
    pub purpose: Purpose,
    /// The folder in which the deliverables lie.
    pub folder: String,
    /// The baseline in force; 0 before the first.
    pub baseline: u32,
    /// Every baseline, the first having number 1.
    pub baselines: Vec<crate::baseline::Baseline>,
    /// The deployment's own state.
    pub deployment: DeploymentState,
    /// Since when.
    pub deployment_since: Timestamp,
    /// Core components, in plan order.
    pub components: Vec<ComponentStatus>,
    /// Sites, in plan order.
    pub sites: Standing,
    /// Rings, in plan order.
    pub rings: Vec<RingStatus>,
    /// Requests for change, in plan order.
    pub rfcs: Vec<RfcStatus>,
    /// Signature slots that have been asked for.
    pub slots: OrdMap<SlotId, Shared<SlotStatus>>,
    /// Waivers, the first having number 1.
    pub waivers: Vec<WaiverStatus>,
    /// What people stated about guards, by guard and scope.
    pub attestations: OrdMap<String, Attestation>,
    /// Who agreed to acts that need several people, by act.
    pub concurrences: BTreeMap<String, Vec<Concurrence>>,
    /// What is held, and why.
    pub holds: BTreeMap<String, Hold>,
    /// Orders without an outcome, and what was asked of people.
    pub orders: Shared<HashMap<OrderId, OrderPlace>>,
    /// How many of them are at work for nobody: counted where they come and go.
    #[serde(skip)]
    pub outstanding: Outstanding,
    /// Who wants the orders in flight at which scopes stopped.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cancelled: BTreeMap<String, PersonId>,
    /// Incidents and refusals that count against rings.
    pub signals: Shared<Vec<Signal>>,
    /// Incidents and their impact, support issues, feedback and problems.
    #[serde(default)]
    pub incidents: Shared<crate::incident::Incidents>,
    /// Escalations from operations and support to the project team.
    #[serde(default)]
    pub escalations: Shared<crate::escalation::Escalations>,
    /// What operations and support need before they take over: checklist, guides, monitoring.
    #[serde(default)]
    pub readiness: Shared<crate::readiness::Readiness>,
    /// The project team: who is on it, and who has left it for what.
    #[serde(default)]
    pub assignments: Shared<crate::assignment::Assignments>,
    /// The milestones: convened, voted on, approved, rejected.
    #[serde(default)]
    pub milestones: Shared<crate::milestone::Milestones>,
    /// The quiet period: its clock, its extensions, its verdict.
    #[serde(default)]
    pub quiet_periods: Shared<crate::quiet_period::QuietPeriods>,
    /// The satisfaction survey of users, site owners and the customer.
    #[serde(default)]
    pub surveys: Shared<crate::survey::Surveys>,
    /// Key questions with their answers, and success criteria with their verdicts.
    #[serde(default)]
    pub assessments: Shared<crate::assessment::Assessments>,
    /// Closing: contributions, lessons, open items, access, ownership, benefits.
    #[serde(default)]
    pub close_out: Shared<crate::close_out::CloseOut>,
    /// An early end: what becomes of each component and site.
    #[serde(default)]
    pub termination: Shared<crate::termination::Termination>,
    /// The record's own history: what was lost of it.
    #[serde(default)]
    pub history: Shared<crate::history::History>,
    /// Delegations in writing: who may act for whom, where, until when.
    #[serde(default)]
    pub delegations: Shared<crate::delegation::Delegations>,
    /// Disputed signatures.
    #[serde(default)]
    pub disputes: Shared<crate::dispute::Disputes>,
    /// Sheets that were signed by hand.
    #[serde(default)]
    pub papers: Shared<crate::paper::Papers>,
    /// Signatures given in batches.
    #[serde(default)]
    pub batches: Shared<crate::batch::Batches>,
    /// The change schedule: standard changes, conflicts and how they were ruled on, reviews.
    #[serde(default)]
    pub change_schedule: Shared<crate::change_schedule::ChangeSchedule>,
    /// What a site is promised and shows: expectations, coverage, exemptions, revisits.
    #[serde(default)]
    pub site_care: Shared<crate::site_care::SiteCare>,
    /// Messages of the communications plan on their way to people.
    #[serde(default)]
    pub messages: Shared<crate::message::Messages>,
    /// Training: sessions, attendance, coverage of sites.
    #[serde(default)]
    pub training: Shared<crate::training::Training>,
    /// What was found before core components are touched.
    #[serde(default)]
    pub prechecks: Shared<crate::precheck::Prechecks>,
    /// Release Readiness: what has to be on record before a deployment begins.
    #[serde(default)]
    pub release_readiness: Shared<crate::release_readiness::ReleaseReadiness>,
    /// What was seen of all sites, and need not be computed again.
    #[serde(skip)]
    pub seen: crate::quiet_period::Seen,
    /// How often the sheets of all sites may have become others.
    #[serde(skip)]
    pub sheets: crate::sheet::SheetsVersion,
    /// The digests of the sheets that are not of a site.
    #[serde(skip)]
    pub digests: crate::sheet::KeptDigests,
    /// The last entry.
    pub seq: Seq,
    /// When it was written.
    pub at: Timestamp,
}

/// Where a core component stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComponentStatus {
    /// Its state.
    pub state: ComponentState,
    /// Since when.
    pub since: Timestamp,
    /// Why, where somebody or something said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Its present or last run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Run>,
    /// How many runs it has had.
    pub runs: u32,
    /// Whether it was taken over from the pilot.
    pub adopted: bool,
    /// Whether taking it over was tried and drift was found.
    pub drifted: bool,
    /// When it last went back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub went_back: Option<Timestamp>,
    /// When it was last let go after it was held under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub let_go: Option<Timestamp>,
}

impl ComponentStatus {
    /// Returns since when the time counts in which it is to be deployed: what is held is not late.
    pub fn working_since(&self) -> Timestamp {
        self.let_go.map_or(self.since, |it| it.max(self.since))
    }
}

/// Where a site stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteStatus {
    /// Its state.
    pub state: SiteState,
    /// Since when.
    #[serde(with = "crate::instant")]
    pub since: Timestamp,
    /// How it counts in its ring.
    pub counts_as: SiteCount,
    /// Why, where somebody or something said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Box<str>>,
    /// Its present or last run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Box<Run>>,
    /// How many runs it has had.
    pub runs: u32,
    /// Since when its users work with the release.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::instant::maybe")]
    pub in_service: Option<Timestamp>,
    /// When it last went back.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::instant::maybe")]
    pub went_back: Option<Timestamp>,
    /// The digest of its sheet, where it has been computed.
    #[serde(skip)]
    pub digest: crate::sheet::KeptDigest,
}

/// How a site counts in its ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum SiteCount {
    /// It has not started.
    NotStarted,
    /// Its steps run, or wait for its next window.
    Running,
    /// Its steps and checks have succeeded.
    Verified,
    /// A step failed, or it went back.
    Failed,
    /// It could not be reached, or passed a deadline.
    Lost,
    /// It is left out by decision.
    Exempt,
}

/// Where a ring stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RingStatus {
    /// Its state.
    pub state: RingState,
    /// Since when.
    pub since: Timestamp,
    /// Why, where somebody or something said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How its sites count.
    pub counts: RingCounts,
    /// Severity 1 incidents since it was last resumed.
    pub severity_1: u32,
    /// Severity 2 incidents and refusals since it was last resumed.
    pub severity_2: u32,
    /// The sites that do not count against its budgets, by the decision with which it was resumed.
    pub excused: BTreeMap<SiteId, Excuse>,
}

/// Why a site does not count against the budgets of its ring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excuse {
    /// How it counts.
    pub counts_as: SiteCount,
    /// What was found and decided when its ring was resumed.
    pub reason: String,
    /// When.
    pub since: Timestamp,
}

impl RingStatus {
    /// Returns the failed sites that count against its budget.
    pub fn failed(&self) -> usize {
        self.counts.failed.saturating_sub(self.excused_as(SiteCount::Failed))
    }

    /// Returns the lost sites that count against its budget.
    pub fn lost(&self) -> usize {
        self.counts.lost.saturating_sub(self.excused_as(SiteCount::Lost))
    }

    fn excused_as(&self, count: SiteCount) -> usize {
        self.excused.values().filter(|it| it.counts_as == count).count()
    }
}

/// The state of a ring.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::Display,
    strum::VariantArray,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "lowercase")]
pub enum RingState {
    /// An earlier ring is not behind it.
    Waiting,
    /// Its sites may start.
    Open,
    /// No further site of it starts.
    Halted,
    /// It has succeeded and must stay healthy for a while.
    Soaking,
    /// It is behind us.
    Passed,
}

/// How many sites of a ring count as what.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
pub struct RingCounts {
    /// Planned, whatever became of them.
    pub planned: usize,
    /// Not started.
    pub not_started: usize,
    /// Running.
    pub running: usize,
    /// Verified.
    pub verified: usize,
    /// Failed.
    pub failed: usize,
    /// Lost.
    pub lost: usize,
    /// Left out.
    pub exempt: usize,
}

impl RingCounts {
    /// Returns the count of sites that count as `it`, to be changed.
    pub fn of(&mut self, it: SiteCount) -> &mut usize {
        match it {
            SiteCount::NotStarted => &mut self.not_started,
            SiteCount::Running => &mut self.running,
            SiteCount::Verified => &mut self.verified,
            SiteCount::Failed => &mut self.failed,
            SiteCount::Lost => &mut self.lost,
            SiteCount::Exempt => &mut self.exempt,
        }
    }
}

/// Where a request for change stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RfcStatus {
    /// Its name; an RFC that left the plan keeps its history here.
    pub id: RfcId,
    /// Its state.
    pub state: RfcState,
    /// Since when.
    pub since: Timestamp,
    /// Its category, as classified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<RfcCategory>,
    /// Who has approved at which level since it was last submitted.
    pub approvals: Vec<(PersonId, u8)>,
    /// When each of these was given and by what, in their order; nothing of older records.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<Option<(Timestamp, crate::dispute::Means)>>,
    /// For whom each of these was given, in their order; nobody where its giver spoke for themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on_behalf_of: Vec<Option<PersonId>>,
    /// The digest of the plan part that is authorised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Digest>,
    /// Whether it was authorised as an emergency.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub was_emergency: bool,
    /// When it was implemented or backed out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// Until when it may be begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Why, where somebody or something said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl RfcStatus {
    /// Returns for whom delegates have approved.
    pub fn spoken_for(&self) -> impl Iterator<Item = &PersonId> {
        self.on_behalf_of.iter().flatten()
    }

    /// Returns the persons behind the approvals at `level`: who gave them, and for whom.
    pub fn behind(&self, level: u8) -> impl Iterator<Item = &PersonId> {
        let given = self.approvals.iter().enumerate().filter(move |(_, (_, at))| *at == level);
        given.flat_map(|(number, (by, _))| {
            let delegator = self.on_behalf_of.get(number).and_then(Option::as_ref);
            std::iter::once(by).chain(delegator)
        })
    }
}

/// Where a signature slot stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotStatus {
    /// Its state.
    pub state: SignOffState,
    /// Since when.
    #[serde(with = "crate::instant")]
    pub since: Timestamp,
    /// The digest of the sheet that it is about.
    pub document: Digest,
    /// The entry that asked for it last, where what its gate read stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Seq>,
    /// Who signed or declined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// For whom it is signed, where by a delegate; a deputy signs in a place of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<PersonId>,
    /// Exceptions or reasons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<String>,
    /// By what somebody signed, where it is signed and known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub means: Option<crate::dispute::Means>,
    /// The paper on which it is signed, where it was signed by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper: Option<u32>,
    /// The batch in which it is signed, where it was not signed by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<u32>,
}

impl SlotStatus {
    /// Returns the persons behind it: who signed or declined, and for whom.
    pub fn behind(&self) -> impl Iterator<Item = &PersonId> {
        self.by.iter().chain(&self.on_behalf_of)
    }
}

/// Where a waiver stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverStatus {
    /// Its state.
    pub state: WaiverState,
    /// Since when.
    pub since: Timestamp,
    /// The guard that is let pass.
    pub guard: Guard,
    /// The part of it, where it has parts with names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// Where.
    pub scope: Scope,
    /// Why.
    pub reason: String,
    /// What may go wrong.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub risk: String,
    /// What is done against it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub control: String,
    /// Who asked for it.
    pub requested_by: Option<PersonId>,
    /// Who approved it, in which role.
    pub approvals: Vec<(PersonId, RoleType)>,
    /// For whom delegates have approved it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on_behalf: Vec<PersonId>,
    /// When it ends.
    pub until: Timestamp,
}

/// What a person stated about a guard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attestation {
    /// Who.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// What.
    pub statement: String,
    /// The entry that holds it.
    pub seq: Seq,
}

/// One person's agreement to an act that needs several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concurrence {
    /// Who.
    pub by: PersonId,
    /// In which role.
    pub role: RoleType,
    /// When.
    pub at: Timestamp,
    /// The role types of whom somebody had to agree too then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wanted: Vec<RoleType>,
    /// For whom, where not for themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<PersonId>,
}

impl Concurrence {
    /// Returns the persons behind it: who agreed, and for whom.
    pub fn behind(&self) -> impl Iterator<Item = &PersonId> {
        std::iter::once(&self.by).chain(&self.on_behalf_of)
    }
}

/// Returns what `act` is about, such as `resume ring/broad`: it ends in that.
pub fn scope_of_act(act: &str) -> Scope {
    let last = act.rsplit(' ').next().unwrap_or_default();
    last.parse().unwrap_or(Scope::Deployment)
}

/// Why something is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Who holds it.
    pub by: Option<PersonId>,
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub reason: String,
    /// What it holds back.
    #[serde(default, skip_serializing_if = "Holding::is_everything")]
    pub holding: Holding,
}

/// What a hold keeps from going on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holding {
    /// What has not begun; what has, once the window is over that was open when the hold came, or
    /// once it is resumed after a halt.
    #[default]
    Everything,
    /// What has not begun; what has goes on.
    Beginnings,
}

impl Holding {
    /// Returns whether it holds back what has begun, too.
    pub fn is_everything(&self) -> bool {
        *self == Self::Everything
    }
}

fn is_not_noted(number: &u16) -> bool {
    *number == 0
}

/// Where an order without an outcome belongs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPlace {
    /// The component or site.
    pub scope: Scope,
    /// The track of its run.
    pub track: u32,
    /// Which order of its track it is, from 1; 0 where it was not noted.
    #[serde(default, skip_serializing_if = "is_not_noted")]
    pub number: u16,
    /// When it was intended or asked.
    pub since: Timestamp,
    /// Who may confirm it, where a person was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<RoleType>,
}

/// The orders without an outcome that are not in flight, by number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outstanding {
    /// Those that stand behind another one.
    pub behind: usize,
    /// What was asked of people.
    pub asked: usize,
}

/// An incident or refusal that counts against a ring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// Where.
    pub scope: Scope,
    /// How bad, 1 the worst.
    pub severity: u8,
    /// What happened.
    pub text: String,
    /// When.
    pub at: Timestamp,
    /// The incident that it is of, which then says whether it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<u32>,
}

impl State {
    /// Returns whether the record is sealed: of what is read-only nothing happens any more, but
    /// for the review of the benefits.
    pub fn is_sealed(&self) -> bool {
        match self.deployment {
            DeploymentState::Closed | DeploymentState::Terminated => true,
            DeploymentState::Draft
            | DeploymentState::Ready
            | DeploymentState::Deploying
            | DeploymentState::Held
            | DeploymentState::Stabilizing
            | DeploymentState::QuietPeriod
            | DeploymentState::MilestoneReview
            | DeploymentState::Closing
            | DeploymentState::Terminating => false,
        }
    }

    /// Returns the site called `id`, as planned and as it stands.
    pub fn site(&self, id: &SiteId) -> Option<(&crate::site::Site, &SiteStatus)> {
        let position = *self.index.sites.get(id)? as usize;
        Some((self.plan.sites.get(position)?, self.sites.get(position)?))
    }

    /// Returns the person called `id`.
    pub fn person(&self, id: &PersonId) -> Option<&crate::person::Person> {
        self.plan.people.get(*self.index.people.get(id)? as usize)
    }

    /// Returns where what happens here happens: an environment, or a rehearsal.
    pub fn environment(&self) -> String {
        match self.purpose {
            Purpose::Production => self.plan.environment.to_string(),
            Purpose::Rehearsal => self.purpose.to_string(),
        }
    }

    /// Returns whether what is measured here is a measure of production.
    pub fn is_production(&self) -> bool {
        self.purpose == Purpose::Production && self.plan.environment.is_production()
    }

    /// Returns the component called `id`, as planned and as it stands.
    pub fn component(
        &self,
        id: &ComponentId,
    ) -> Option<(&crate::component::CoreComponent, &ComponentStatus)> {
        let position = self.plan.component_index(id)?;
        Some((self.plan.components.get(position)?, self.components.get(position)?))
    }

    /// Returns the ring called `id`, as planned and as it stands.
    pub fn ring(&self, id: &RingId) -> Option<(&crate::ring::Ring, &RingStatus)> {
        let position = self.plan.ring_index(id)?;
        Some((self.plan.rings.get(position)?, self.rings.get(position)?))
    }

    /// Returns the request for change called `id`, as planned and as it stands.
    pub fn rfc(&self, id: &RfcId) -> Option<(&crate::rfc::RequestForChange, &RfcStatus)> {
        Some((self.request(id)?, self.rfcs.iter().find(|it| it.id == *id)?))
    }

    /// Returns the run of a component or site.
    pub fn run(&self, scope: &Scope) -> Option<&Run> {
        match scope {
            Scope::Component(id) => self.component(id)?.1.run.as_ref(),
            Scope::Site(id) => self.site(id)?.1.run.as_deref(),
            Scope::Deployment | Scope::Core | Scope::Ring(_) | Scope::Rfc(_) => None,
        }
    }

    /// Returns whether the order at `place` is to begin only after another one that is in flight.
    pub fn is_behind(&self, place: &OrderPlace) -> bool {
        let track = self.run(&place.scope).and_then(|it| it.tracks.get(place.track as usize));
        track.is_some_and(|it| place.number > it.orders.saturating_sub(it.ahead))
    }

    /// Returns whether the order at `place` stood behind one that has not succeeded: it is not to begin.
    pub fn is_called_back(&self, place: &OrderPlace) -> bool {
        let track = self.run(&place.scope).and_then(|it| it.tracks.get(place.track as usize));
        track.is_some_and(Track::is_called_back) && self.is_behind(place)
    }

    /// Returns the orders in flight that somebody has cancelled, by their names, and who did.
    pub fn cancelled_orders(&self) -> Vec<(&OrderId, &PersonId)> {
        if self.cancelled.is_empty() {
            return vec![];
        }
        let who = |it: &OrderPlace| self.cancelled.get(&it.scope.to_string());
        let cancelled = self.orders.iter().filter_map(|(id, it)| Some((id, who(it)?)));
        let mut cancelled: Vec<(&OrderId, &PersonId)> = cancelled.collect();
        cancelled.sort_unstable();
        cancelled
    }

    /// Returns how many orders are in flight, without what was asked of people and without those
    /// that stand behind another one.
    pub fn in_flight(&self) -> usize {
        self.handed_out().saturating_sub(self.outstanding.behind)
    }

    /// Returns how many orders are without an outcome at whoever carries them out: those in flight, and
    /// those that stand behind another one.
    pub fn handed_out(&self) -> usize {
        self.orders.len().saturating_sub(self.outstanding.asked)
    }

    /// Returns why `scope` may not begin, if it is held or something around it is.
    pub fn held(&self, scope: &Scope) -> Option<&Hold> {
        self.holds_on(scope).next()
    }

    /// Returns the holds on `scope`, or on something around it, that keep even what has begun from
    /// going on.
    pub fn holds_underway(&self, scope: &Scope) -> impl Iterator<Item = &Hold> {
        self.holds_on(scope).filter(|it| it.holding.is_everything())
    }

    fn holds_on(&self, scope: &Scope) -> impl Iterator<Item = &Hold> {
        let around = match scope {
            Scope::Site(id) => {
                let position = self.index.sites.get(id).map(|it| *it as usize);
                let ring = position.and_then(|it| self.plan.ring_of.get(it));
                ring.and_then(|it| self.plan.rings.get(*it as usize))
                    .map(|it| Scope::Ring(it.id.clone()))
            }
            Scope::Component(_) => Some(Scope::Core),
            Scope::Deployment | Scope::Core | Scope::Ring(_) | Scope::Rfc(_) => None,
        };
        let scopes = [Some(scope.clone()), around, Some(Scope::Deployment)];
        let scopes = scopes.into_iter().flatten().filter(|_| !self.holds.is_empty());
        scopes.filter_map(|it| self.holds.get(&it.to_string()))
    }

    /// Returns what was stated about `guard` at `scope` or at something around it.
    pub fn attested(&self, guard: Guard, scopes: &[Scope]) -> Option<&Attestation> {
        // Most guards are stated by nobody, and this is asked for each site in each look.
        let name: &str = guard.into();
        let from = (Bound::Included(name), Bound::Unbounded);
        let first = self.attestations.range::<_, str>(from).next();
        if !first.is_some_and(|(key, _)| key.starts_with(name)) {
            return None;
        }
        scopes.iter().find_map(|scope| self.attestations.get(&attestation_key(guard, scope)))
    }

    /// Returns the waiver in force for `guard` at one of `scopes`.
    pub fn waived(&self, guard: Guard, scopes: &[Scope], now: Timestamp) -> Option<&WaiverStatus> {
        self.waivers.iter().find(|it| {
            it.guard == guard
                && it.state == WaiverState::Granted
                && now < it.until
                && scopes.contains(&it.scope)
        })
    }

    /// Returns whether every slot of `sheet` is signed.
    pub fn is_locked(&self, sheet: &crate::sheet::Sheet) -> bool {
        let is_signed =
            |slot: SlotId| self.slots.get(&slot).is_some_and(|it| it.state == SignOffState::Signed);
        sheet.slots().into_iter().all(is_signed)
    }

    /// Returns the role types that `person` holds for `scope`, as owner or deputy of a site too.
    pub fn roles_of(&self, person: &PersonId, scope: &Scope) -> Vec<RoleType> {
        let mut roles = self.person(person).map(|it| it.roles.clone()).unwrap_or_default();
        if let Scope::Site(id) = scope
            && let Some((site, _)) = self.site(id)
            && (site.owner == *person || site.deputy.as_ref() == Some(person))
        {
            roles.push(RoleType::SiteOwner);
        }
        roles.extend(self.assignments.of(person).and_then(|it| it.role));
        roles
    }
}

/// Returns under which name a statement about `guard` at `scope` is kept.
pub(crate) fn attestation_key(guard: Guard, scope: &Scope) -> String {
    let (kind, id) = scope.parts();
    [guard.into(), " ", kind, id].concat()
}
