//! What a plan promises its sites, and what it asks of them.
//!
//! Source: Deploy SMF, Table 5 ("Have the project team set expectations with customers and users?").

use crate::digest::{Digest, canonical_digest};
use crate::id::LineId;
use crate::plan::MasterProjectPlan;
use crate::role_type::RoleType;
use crate::shared::Shared;
use crate::state::State;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// What all sites have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanTerms {
    /// What owners and users are told to expect.
    #[serde(default)]
    pub expectations: Expectations,
    /// How it is known that a user has access.
    #[serde(default)]
    pub user_access: UserAccess,
}

/// Returns whether a plan says nothing there, so that it need not be kept.
pub(crate) fn is_default<T: Default + PartialEq>(it: &T) -> bool {
    *it == T::default()
}

/// What a site says for itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteTerms {
    /// What is deployed there.
    #[serde(default)]
    pub mode: SiteMode,
    /// What owners and users of this site are told in place of what all are told.
    #[serde(default)]
    pub expectations: Expectations,
    /// What must be done here, besides what the template asks.
    #[serde(default)]
    pub requirements: Vec<Requirement>,
}

impl SiteTerms {
    /// Returns what a site is promised that has no words of its own: most have none, and share it.
    pub fn usual() -> Shared<Self> {
        static USUAL: LazyLock<Shared<SiteTerms>> = LazyLock::new(Shared::default);
        USUAL.clone()
    }

    /// Returns these terms for a site; the usual ones are shared.
    pub fn of_site(self) -> Shared<Self> {
        let usual = Self::usual();
        if self == *usual { usual } else { self.into() }
    }
}

/// What a site template asks of each of its sites.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateTerms {
    /// What must be done at each site.
    #[serde(default)]
    pub requirements: Vec<Requirement>,
    /// The share of usual use that must be seen before the owner signs, in percent; 0 asks nothing.
    #[serde(default)]
    pub use_percent_min: u8,
}

/// What owners and users are told to expect.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expectations {
    /// What users will notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<String>,
    /// The interruption that is announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub downtime: Option<String>,
    /// Whom to call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// When they answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support_hours: Option<String>,
}

/// How it is known that a user has access.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
    strum::Display,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum UserAccess {
    /// The site's own checks stand for it: where they pass, its users can work.
    #[default]
    Probe,
    /// Somebody counts who has signed in, and reports it.
    Reported,
}

/// What is deployed at a site.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
    strum::Display,
    strum::EnumString,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum SiteMode {
    /// Steps run on its computers.
    #[default]
    Client,
    /// Nothing runs there: its users get access, and its owner signs.
    AccessOnly,
    /// Nothing is deployed there at all, which the customer agrees to.
    None,
}

/// Something that must be done at a site before it starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// Its name.
    pub id: LineId,
    /// What must be done.
    pub text: String,
    /// Who may say that it is done.
    pub by: RoleType,
    /// What it is about.
    pub kind: RequirementKind,
}

/// What a requirement is about, and so which guard it is read by.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum RequirementKind {
    /// The site's own: cabling, a permit, a local printer.
    #[default]
    Own,
    /// What the work needs: power, room on disks, people.
    Resource,
}

/// What one site is told to expect, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Expectation<'p> {
    /// The site.
    pub site: &'p str,
    /// The release, with its version.
    pub release: String,
    /// What users will notice.
    pub changes: &'p str,
    /// The interruption that is announced.
    pub downtime: &'p str,
    /// Whom to call.
    pub contact: &'p str,
    /// When they answer.
    pub support_hours: &'p str,
    /// The ring.
    pub ring: &'p str,
    /// The zone of its windows.
    pub zone: &'p str,
    /// When it may be changed.
    pub windows: &'p [crate::window::MaintenanceWindow],
}

/// Returns what the site at `position` is told to expect, and when.
pub fn expectation(plan: &MasterProjectPlan, position: usize) -> Option<Expectation<'_>> {
    let site = plan.sites.get(position)?;
    let ring = plan.rings.get(*plan.ring_of.get(position)? as usize)?;
    let own = &site.terms.expectations;
    let all = &plan.terms.expectations;
    let hours = plan.support.as_ref().map(|it| &it.hours);
    Some(Expectation {
        site: site.id.as_str(),
        release: format!("{} {}", plan.release.name, plan.release.version),
        changes: first(own.changes.as_ref(), all.changes.as_ref()),
        downtime: first(own.downtime.as_ref(), all.downtime.as_ref()),
        contact: first(own.contact.as_ref(), all.contact.as_ref()),
        support_hours: first(own.support_hours.as_ref(), all.support_hours.as_ref().or(hours)),
        ring: ring.id.as_str(),
        zone: site.zone.as_str(),
        windows: if site.windows.is_empty() { &ring.windows } else { &site.windows },
    })
}

fn first<'p>(own: Option<&'p String>, all: Option<&'p String>) -> &'p str {
    own.or(all).map_or("", String::as_str)
}

/// Returns the version of what the site at `position` is told: it changes with every word and
/// every window of it.
pub fn version(plan: &MasterProjectPlan, position: usize) -> Option<Digest> {
    expectation(plan, position).map(|it| canonical_digest(&it))
}

impl State {
    /// Returns the version of what the site at `position` is told by the plan in force, and of the
    /// slot that it was given.
    pub fn told_version(&self, position: usize) -> Option<Digest> {
        let kept = self.index.versions.get(position)?;
        let told = (*kept.or_anew(|| version(&self.plan, position)))?;
        let site = self.plan.sites.get(position)?;
        Some(self.with_slot(&site.id, told))
    }

    /// Returns the version of the schedule of `site`: of what it is told, `told`, and of its slot.
    pub(crate) fn with_slot(&self, site: &crate::id::SiteId, told: Digest) -> Digest {
        let slot = self.messages.slots.get(site).filter(|it| it.version > 0);
        slot.map_or(told, |it| it.told_with(told))
    }
}

/// Returns what must be done at the site at `position`: what its template asks, then its own.
pub fn requirements(
    plan: &MasterProjectPlan,
    position: usize,
) -> impl Iterator<Item = &Requirement> {
    let site = plan.sites.get(position);
    let template = site.and_then(|it| plan.template(&it.template));
    let asked = template.into_iter().flat_map(|it| &it.terms.requirements);
    asked.chain(site.into_iter().flat_map(|it| &it.terms.requirements))
}
