//! The master project plan: everything that was agreed before deployment began.
//!
//! It is a value: two plans with the same digest are the same plan. What an RFC
//! authorises is a *part* of it, with a digest of its own, so that changing one
//! ring does not void what was authorised for another.
//!
//! Source: Deploy SMF, inputs of Tables 4 to 6 ("Master project plan, including …").

use crate::authentication::Signing;
use crate::companion_plans::{
    CommunicationsPlan, OperationsPlan, PlannedMilestones, QuietPeriodTerms, Stakeholder,
    StrategyDecision, SuccessCriterion, SupportPlan, TrainingPlan,
};
use crate::component::CoreComponent;
use crate::digest::{Digest, canonical_digest};
use crate::freeze::Freeze;
use crate::id::{ComponentId, DeploymentId, LineId, PersonId, RfcId, RingId, SiteId};
use crate::person::Person;
use crate::private::{Openings, Private};
use crate::profile::{Environment, Profile};
use crate::release::FinalRelease;
use crate::rfc::{ApprovalLevel, Covers, RequestForChange, RfcCategory};
use crate::ring::Ring;
use crate::role_type::RoleType;
use crate::site::{Site, SiteTemplate};
use crate::window::TimeZoneName;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::collections::HashSet;

/// Everything that was agreed before deployment began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MasterProjectPlan {
    /// The deployment's name.
    pub deployment: DeploymentId,
    /// Its title.
    pub title: String,
    /// Whose deployment it is.
    pub company: String,
    /// What it is for.
    pub vision: String,
    /// The project's time zone.
    pub zone: TimeZoneName,
    /// How much formality it has.
    pub profile: Profile,
    /// Whether whoever signs shows in the act that it is them, where that is not as its profile means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing: Option<Signing>,
    /// Where it deploys to.
    #[serde(default, skip_serializing_if = "Environment::is_production")]
    pub environment: Environment,
    /// The final release.
    pub release: FinalRelease,
    /// Its people.
    pub people: Vec<Person>,
    /// When it counts as a success.
    pub success_criteria: Vec<SuccessCriterion>,
    /// The decision on strategy.
    pub strategy: Option<StrategyDecision>,
    /// Who has an interest in it, beside the customer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stakeholders: Vec<Stakeholder>,
    /// When the milestones are planned.
    #[serde(default, skip_serializing_if = "PlannedMilestones::is_empty")]
    pub milestones: PlannedMilestones,
    /// Core components, in plan order.
    pub components: Vec<CoreComponent>,
    /// Site templates.
    pub templates: Vec<SiteTemplate>,
    /// Rings, in the order in which they are deployed.
    pub rings: Vec<Ring>,
    /// Sites, ring by ring in plan order. A site's ring is in `ring_of`.
    #[serde(deserialize_with = "crate::exact::list")]
    pub sites: Vec<Site>,
    /// The ring of each site, as a position in `rings`; as long as `sites`.
    pub ring_of: Vec<u32>,
    /// What is shared by all sites.
    pub limits: Limits,
    /// When nothing may be changed.
    pub freezes: Vec<Freeze>,
    /// Requests for change.
    pub rfcs: Vec<RequestForChange>,
    /// Who must approve changes of each category, where that is not the default.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub approvals: BTreeMap<RfcCategory, Vec<ApprovalLevel>>,
    /// The communications plan.
    pub communications: Option<CommunicationsPlan>,
    /// The training plan.
    pub training: Option<TrainingPlan>,
    /// The operations plan.
    pub operations: Option<OperationsPlan>,
    /// The support plan.
    pub support: Option<SupportPlan>,
    /// What is asked of the running solution, again and again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probes: Vec<crate::probe::Probe>,
    /// The checklist of readiness; empty where the built-in one is meant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readiness: Vec<crate::readiness::ReadinessItem>,
    /// The terms of the quiet period.
    pub quiet_period: Option<QuietPeriodTerms>,
    /// The terms of the survey.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub survey: Option<crate::survey::SurveyTerms>,
    /// What all sites are promised, and how it is known that their users have access.
    #[serde(default, skip_serializing_if = "crate::site_care::terms::is_default")]
    pub terms: crate::site_care::terms::PlanTerms,
    /// Values for all steps.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
    /// The version of the time-zone data with which it was read.
    pub tzdata: String,
}

/// Limits over all sites.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The most sites deploying at once, over all rings.
    pub sites_at_once: u32,
    /// The most computers of one site worked on at once.
    pub computers_at_once_per_site: u32,
    /// The most orders in flight.
    pub orders_at_once: u32,
    /// What the source of the deliverables can send, in kbit/s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_kbit_per_s: Option<u64>,
    /// What shared uplinks can carry, in kbit/s.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub uplinks_kbit_per_s: BTreeMap<String, u64>,
    /// The share of a site's link that may be used inside its window, in percent.
    pub window_share_percent: u8,
    /// The share that may be used outside, for pre-staging, in percent.
    pub outside_share_percent: u8,
    /// How long a site may be deploying before it counts as lost, in seconds.
    pub site_deadline_s: u32,
    /// How long a core component may be deploying before it is halted, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component_deadline_s: Option<u32>,
}

impl Limits {
    /// How long a core component may be deploying where the plan says nothing, in seconds: a week,
    /// which is longer than any row of nights in which one is.
    pub const COMPONENT_DEADLINE_S: u32 = 7 * 24 * 3600;

    /// Returns how long a core component may be deploying before it is halted, in seconds.
    pub fn component_deadline_s(&self) -> u32 {
        self.component_deadline_s.unwrap_or(Self::COMPONENT_DEADLINE_S)
    }
}

impl MasterProjectPlan {
    /// Returns the digest of the whole plan.
    pub fn digest(&self) -> Digest {
        canonical_digest(self)
    }

    /// Returns whether sites or components of `old` are no longer in this plan.
    pub fn removes_scope_of(&self, old: &Self) -> bool {
        let sites: HashSet<&SiteId> = self.sites.iter().map(|it| &it.id).collect();
        let components: HashSet<&ComponentId> = self.components.iter().map(|it| &it.id).collect();
        old.sites.iter().any(|it| !sites.contains(&it.id))
            || old.components.iter().any(|it| !components.contains(&it.id))
    }

    /// Returns the position of the site called `id`.
    pub fn site_index(&self, id: &SiteId) -> Option<usize> {
        self.sites.iter().position(|it| it.id == *id)
    }

    /// Returns the position of the component called `id`.
    pub fn component_index(&self, id: &ComponentId) -> Option<usize> {
        self.components.iter().position(|it| it.id == *id)
    }

    /// Returns the position of the ring called `id`.
    pub fn ring_index(&self, id: &RingId) -> Option<usize> {
        self.rings.iter().position(|it| it.id == *id)
    }

    /// Returns the RFC called `id`.
    pub fn rfc(&self, id: &RfcId) -> Option<&RequestForChange> {
        self.rfcs.iter().find(|it| it.id == *id)
    }

    /// Returns the site template called `id`.
    pub fn template(&self, id: &LineId) -> Option<&SiteTemplate> {
        self.templates.iter().find(|it| it.id == *id)
    }

    /// Returns the person called `id`.
    pub fn person(&self, id: &PersonId) -> Option<&Person> {
        self.people.iter().find(|it| it.id == *id)
    }

    /// Returns the people who hold `role` in the whole deployment.
    pub fn holders(&self, role: RoleType) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(move |it| it.holds(role))
    }

    /// Returns the sites of the ring at position `ring`, with their positions.
    pub fn sites_of_ring(&self, ring: usize) -> impl Iterator<Item = (usize, &Site)> {
        let of_ring = self.ring_of.iter().map(move |it| *it as usize == ring);
        self.sites.iter().enumerate().zip(of_ring).filter_map(|(site, is_of)| is_of.then_some(site))
    }

    /// Returns the digest of the part of the plan that `covers` names: whatever decides
    /// what runs there, when, and under which limits. People's names, titles and the companion
    /// plans are no part of it.
    pub fn part_digest(&self, covers: &Covers) -> Digest {
        canonical_digest(&self.part(covers))
    }

    fn part<'a>(&'a self, covers: &'a Covers) -> PlanPart<'a> {
        let ring_positions: Vec<usize> =
            covers.rings.iter().filter_map(|id| self.ring_index(id)).collect();
        let is_covered = |ring: u32| ring_positions.contains(&(ring as usize));
        let named: HashSet<&SiteId> = covers.sites.iter().collect();
        // The windows of a single site may be those of its ring.
        let rings_of_sites: Vec<u32> = (self.sites.iter().zip(&self.ring_of))
            .filter(|(site, _)| named.contains(&site.id))
            .map(|(_, ring)| *ring)
            .collect();
        let is_ring = |(ring, it): &(u32, &Ring)| {
            covers.rings.contains(&it.id) || rings_of_sites.contains(ring)
        };
        let sites: Vec<SitePart<'_>> = self
            .sites
            .iter()
            .zip(&self.ring_of)
            .filter(|(site, ring)| is_covered(**ring) || named.contains(&site.id))
            .map(|(site, ring)| SitePart::of(site, *ring))
            .collect();
        let used: HashSet<&LineId> = sites.iter().map(|it| it.template).collect();
        let has_sites = !sites.is_empty();
        PlanPart {
            release: self.release.digest(),
            components: self
                .components
                .iter()
                .filter(|it| covers.components.contains(&it.id))
                .collect(),
            rings: (0..).zip(&self.rings).filter(is_ring).map(|(_, it)| it).collect(),
            templates: self.templates.iter().filter(|it| used.contains(&it.id)).collect(),
            sites,
            limits: has_sites.then_some(&self.limits),
            freezes: &self.freezes,
            variables: &self.variables,
        }
    }
}

/// The part of a plan that an RFC authorises.
#[derive(Serialize)]
struct PlanPart<'a> {
    release: Digest,
    components: Vec<&'a CoreComponent>,
    rings: Vec<&'a Ring>,
    templates: Vec<&'a SiteTemplate>,
    sites: Vec<SitePart<'a>>,
    limits: Option<&'a Limits>,
    freezes: &'a [Freeze],
    variables: &'a BTreeMap<String, String>,
}

/// What of a site decides what runs there.
#[derive(Serialize)]
struct SitePart<'a> {
    id: &'a SiteId,
    ring: u32,
    zone: &'a TimeZoneName,
    computers: &'a [crate::component::Computer],
    template: &'a LineId,
    needs: &'a [ComponentId],
    windows: &'a [crate::window::MaintenanceWindow],
    prestaged: bool,
    variables: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "is_client")]
    mode: crate::site_care::terms::SiteMode,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_client(it: &crate::site_care::terms::SiteMode) -> bool {
    *it == crate::site_care::terms::SiteMode::Client
}

impl<'a> SitePart<'a> {
    fn of(site: &'a Site, ring: u32) -> Self {
        Self {
            id: &site.id,
            ring,
            zone: &site.zone,
            computers: &site.computers,
            template: &site.template,
            needs: &site.needs,
            windows: &site.windows,
            prestaged: site.prestaged,
            variables: &site.variables,
            mode: site.terms.mode,
        }
    }
}

impl MasterProjectPlan {
    /// Opens what is sealed of its people, as far as `openings` has it.
    pub fn open(&mut self, openings: &Openings) {
        self.people.iter_mut().for_each(|it| it.private.open(openings));
    }

    /// Returns the commitments that stand for what is private of its people.
    pub fn commitments(&self) -> Vec<Digest> {
        self.people.iter().filter_map(|it| it.private.sealed()).collect()
    }

    /// Returns the plan with its people in clear, as far as they are known: to be read, never to be
    /// recorded.
    #[must_use]
    pub fn in_clear(&self) -> Self {
        let mut plan = self.clone();
        for person in &mut plan.people {
            if let Some(value) = person.private.value() {
                person.private = Private::Clear(value.clone());
            }
        }
        plan
    }

    /// Returns whether whoever signs shows in the act that it is them: always where it is regulated.
    pub fn signing(&self) -> Signing {
        let usual = Signing::of(self.profile);
        self.signing.filter(|_| self.profile != Profile::Regulated).unwrap_or(usual)
    }

    /// Returns a plan with nothing in it.
    pub fn empty(deployment: DeploymentId, zone: TimeZoneName) -> Self {
        Self {
            deployment,
            title: String::new(),
            company: String::new(),
            vision: String::new(),
            zone,
            profile: Profile::default(),
            signing: None,
            environment: Environment::default(),
            release: FinalRelease {
                name: String::new(),
                version: String::new(),
                deliverables: vec![],
                documentation: vec![],
                known_issues: vec![],
                readiness: None,
                declared: None,
            },
            people: vec![],
            success_criteria: vec![],
            strategy: None,
            stakeholders: vec![],
            milestones: PlannedMilestones::default(),
            components: vec![],
            templates: vec![],
            rings: vec![],
            sites: vec![],
            ring_of: vec![],
            limits: Limits {
                sites_at_once: 1,
                computers_at_once_per_site: 1,
                orders_at_once: 1,
                source_kbit_per_s: None,
                uplinks_kbit_per_s: BTreeMap::new(),
                window_share_percent: 100,
                outside_share_percent: 100,
                site_deadline_s: 1,
                component_deadline_s: None,
            },
            freezes: vec![],
            rfcs: vec![],
            approvals: BTreeMap::new(),
            communications: None,
            training: None,
            operations: None,
            support: None,
            probes: vec![],
            readiness: vec![],
            quiet_period: None,
            survey: None,
            terms: crate::site_care::terms::PlanTerms::default(),
            variables: BTreeMap::new(),
            tzdata: String::new(),
        }
    }
}
