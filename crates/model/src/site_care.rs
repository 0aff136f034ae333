//! What a site is promised and shows: expectations, coverage, exemptions, revisits.
//!
//! Source: Deploy SMF, Process 2, Table 5.

pub mod adoption;
mod command;
pub mod coverage;
mod event;
pub mod material;
mod revisits;
pub mod terms;
mod told;

pub use command::SiteCareCommand;
pub use event::SiteCareEvent;
pub use revisits::{Revisit, RevisitCause, RevisitState, Revisits};

use crate::digest::Digest;
use crate::evolve::{Happening, Impossible};
use crate::id::{ComputerId, LineId, PersonId, SiteId};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::shared::Shared;
use imbl::OrdMap;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is left out of what must be covered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Exempted {
    /// So many users.
    Users(u32),
    /// This computer.
    Computer(ComputerId),
}

/// Where something outstanding comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ItemOrigin {
    /// The owner refused, and this is why.
    Refusal,
    /// Somebody signed, with this exception.
    Exception,
}

/// Where all of it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SiteCare {
    /// Site by site; a site of which nothing is known is not there.
    #[serde(default)]
    pub sites: OrdMap<SiteId, Shared<CareOfSite>>,
    /// What was found where components were taken over from the pilot.
    #[serde(default)]
    pub found: BTreeMap<crate::id::ComponentId, Vec<adoption::Finding>>,
    /// When each core component was last verified.
    #[serde(default)]
    pub verified: BTreeMap<crate::id::ComponentId, Timestamp>,
    /// Exemptions, the first having number 1.
    #[serde(default)]
    pub exemptions: Vec<Exemption>,
    /// Outstanding items, the first having number 1.
    #[serde(default)]
    pub items: Vec<Item>,
    /// Revisits, the first having number 1.
    #[serde(default)]
    pub revisits: Revisits,
    /// How the scope changed, baseline by baseline.
    #[serde(default)]
    pub scope_changes: Vec<ScopeChange>,
}

/// What is known of one site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CareOfSite {
    /// The version of its expectations that its owner acknowledged last, by whom and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<(Digest, Option<PersonId>, Timestamp)>,
    /// How many users were last said to have access, how that is known, by whom and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<Box<Stated<u32>>>,
    /// The requirements that are met.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub met: BTreeMap<LineId, Stated<()>>,
    /// How much of usual use was last seen, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<Box<Stated<u8>>>,
    /// Users and computers that came after the sign-off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub late: Vec<Stated<(u32, u32)>>,
    /// What made its last signature stale, since it was last deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub material: Option<String>,
    /// Why it goes on after its halt, where somebody decided so and it has not yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goes_on: Option<Box<Stated<()>>>,
    /// The release that it was last deployed with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<Digest>,
    /// The release of the plan under which its owner last signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Digest>,
}

/// What a person stated, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stated<T> {
    /// What.
    pub what: T,
    /// What shows it.
    pub evidence: String,
    /// Who.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
}

/// Users or a computer left out of what must be covered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exemption {
    /// The site.
    pub site: SiteId,
    /// What is left out.
    pub what: Exempted,
    /// Why.
    pub reason: String,
    /// The last day on which it holds, at the site.
    pub until: Date,
    /// Who asked for it.
    pub requested_by: Option<PersonId>,
    /// When.
    pub since: Timestamp,
    /// Who agreed, in which role.
    pub approvals: Vec<(PersonId, RoleType)>,
    /// Why it no longer holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
}

/// Something outstanding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Where.
    pub scope: Scope,
    /// Where it comes from.
    pub origin: ItemOrigin,
    /// What is outstanding.
    pub text: String,
    /// Who sees to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<PersonId>,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// Who noted it.
    pub by: Option<PersonId>,
    /// Since when.
    pub since: Timestamp,
    /// How it was done, and when; open where nothing stands here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<(String, Timestamp)>,
}

/// How a revised plan changed what is to be covered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeChange {
    /// What came and what left, in the words of the record.
    pub event: SiteCareEvent,
    /// Who decided it last.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
}

impl Exemption {
    /// Returns whether it holds: both who must agree have agreed, and it has not ended.
    pub fn holds(&self) -> bool {
        let agreed = |role| self.approvals.iter().any(|(_, it)| *it == role);
        self.ended.is_none() && agreed(RoleType::ProductManager) && agreed(RoleType::SiteOwner)
    }
}

impl SiteCare {
    /// Returns what is known of `site`.
    pub fn of(&self, site: &SiteId) -> Option<&CareOfSite> {
        self.sites.get(site).map(|it| &**it)
    }

    /// Returns why `site` goes on after its halt, where somebody decided so and it has not yet.
    pub fn goes_on(&self, site: &SiteId) -> Option<&Stated<()>> {
        self.of(site)?.goes_on.as_deref()
    }

    /// Returns the open items at `scope`, with their numbers.
    pub fn open_items<'s>(
        &'s self,
        scope: &'s Scope,
    ) -> impl Iterator<Item = (u32, &'s Item)> + 's {
        let items = (1_u32..).zip(&self.items);
        items.filter(move |(_, it)| it.closed.is_none() && it.scope == *scope)
    }

    /// Moves on by `event`.
    pub(crate) fn happened(
        &mut self,
        event: &SiteCareEvent,
        happening: &Happening,
    ) -> Result<(), Impossible> {
        let (by, at) = (happening.by.clone(), happening.at);
        match event {
            SiteCareEvent::Acknowledged { site, version } => {
                self.sites.entry(site.clone()).or_default().acknowledged = Some((*version, by, at));
            }
            SiteCareEvent::AccessReported { site, users, source } => {
                let stated = Stated { what: *users, evidence: source.clone(), by, at };
                self.sites.entry(site.clone()).or_default().access = Some(Box::new(stated));
            }
            SiteCareEvent::RequirementMet { site, requirement, evidence } => {
                let stated = Stated { what: (), evidence: evidence.clone(), by, at };
                let care = self.sites.entry(site.clone()).or_default();
                care.met.insert(requirement.clone(), stated);
            }
            SiteCareEvent::UseObserved { site, percent, evidence } => {
                let stated = Stated { what: *percent, evidence: evidence.clone(), by, at };
                self.sites.entry(site.clone()).or_default().used = Some(Box::new(stated));
            }
            SiteCareEvent::LateJoined { site, users, computers, note } => {
                let what = (*users, *computers);
                let stated = Stated { what, evidence: note.clone(), by, at };
                self.sites.entry(site.clone()).or_default().late.push(stated);
            }
            SiteCareEvent::ExemptionRequested { number, site, what, reason, until } => {
                is_next(*number, self.exemptions.len(), "exemption")?;
                self.exemptions.push(Exemption {
                    site: site.clone(),
                    what: what.clone(),
                    reason: reason.clone(),
                    until: *until,
                    requested_by: by,
                    since: at,
                    approvals: vec![],
                    ended: None,
                });
            }
            SiteCareEvent::ExemptionApproved { number, role } => {
                let by = by.ok_or_else(|| Impossible::unknown("whoever agreed"))?;
                numbered(&mut self.exemptions, *number, "exemption")?.approvals.push((by, *role));
            }
            SiteCareEvent::ExemptionEnded { number, reason } => {
                let exemption = numbered(&mut self.exemptions, *number, "exemption")?;
                exemption.ended = Some(reason.clone());
            }
            SiteCareEvent::ItemOpened { number, scope, origin, text, owner, due } => {
                is_next(*number, self.items.len(), "item")?;
                self.items.push(Item {
                    scope: scope.clone(),
                    origin: *origin,
                    text: text.clone(),
                    owner: owner.clone(),
                    due: *due,
                    by,
                    since: at,
                    closed: None,
                });
            }
            SiteCareEvent::ItemClosed { number, how } => {
                numbered(&mut self.items, *number, "item")?.closed = Some((how.clone(), at));
            }
            SiteCareEvent::RevisitOpened { number, site, cause, reference, reason } => {
                is_next(*number, self.revisits.len(), "revisit")?;
                self.revisits.open(Revisit {
                    site: site.clone(),
                    cause: *cause,
                    reference: reference.clone(),
                    reason: reason.clone(),
                    by,
                    rfc: None,
                    state: RevisitState::Wanted,
                    since: at,
                });
            }
            SiteCareEvent::RevisitAgreed { number, rfc } => {
                let revisit = self.revisits.become_now(*number, RevisitState::UnderWay, at)?;
                revisit.rfc.clone_from(rfc);
            }
            SiteCareEvent::RevisitClosed { number } => {
                self.revisits.become_now(*number, RevisitState::Closed, at)?;
            }
            SiteCareEvent::RevisitDropped { number, .. } => {
                self.revisits.become_now(*number, RevisitState::Dropped, at)?;
            }
            SiteCareEvent::ResumeDecided { site, reason } => {
                let stated = Stated { what: (), evidence: reason.clone(), by, at };
                self.sites.entry(site.clone()).or_default().goes_on = Some(Box::new(stated));
            }
            SiteCareEvent::ScopeChanged { .. } => {
                self.scope_changes.push(ScopeChange { event: event.clone(), by, at });
            }
        }
        Ok(())
    }
}

fn is_next(number: u32, length: usize, what: &str) -> Result<(), Impossible> {
    if number as usize == length + 1 {
        return Ok(());
    }
    Err(Impossible::Order { why: format!("{what} {number} cannot follow number {length}") })
}

fn numbered<'l, T>(list: &'l mut [T], number: u32, what: &str) -> Result<&'l mut T, Impossible> {
    let position = (number as usize).checked_sub(1);
    let found = position.and_then(|it| list.get_mut(it));
    found.ok_or_else(|| Impossible::unknown(format!("{what} {number}")))
}
