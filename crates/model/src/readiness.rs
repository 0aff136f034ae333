//! What operations and support need before they take over: checklist, guides, monitoring.
//!
//! An item of the checklist is judged by its owner with evidence. The whole is
//! accepted by operations and by support, each for themselves.
//!
//! Source: Deploy SMF, Process 3, Table 6, inputs "operations plan", "support plan" and "operations guides".

mod items;
mod shown;

pub use items::{ReadinessArea, ReadinessItem, checklist};
pub use shown::{ItemStanding, SaidBy, shown_by, standing};

use crate::digest::Digest;
use crate::evolve::{Happening, Impossible};
use crate::id::{LineId, PersonId, SiteId};
use crate::role_type::RoleType;
use crate::scope::Scope;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// How an item of the checklist was judged.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    strum::Display,
    strum::EnumString,
    strum::VariantArray,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Judgement {
    /// It is there.
    Passed,
    /// It is not.
    Failed,
    /// This deployment has no need of it.
    NotApplicable,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ReadinessEvent {
    /// An item of the checklist was judged.
    ItemJudged {
        /// Which.
        item: LineId,
        /// How.
        judgement: Judgement,
        /// What shows it.
        evidence: String,
    },
    /// Operations or support accepted the checklist, and their plan with it.
    Accepted {
        /// In which role.
        role: RoleType,
        /// The plan that they accepted, by its digest; nothing of a record from before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        plan: Option<Digest>,
    },
    /// Release Management or Operations Experience declared the solution ready for operations.
    DeclaredReady {
        /// In which role.
        role: RoleType,
    },
    /// Operations Experience objects to the solution as it is.
    Objected {
        /// Why.
        reason: String,
    },
    /// The objection is withdrawn.
    ObjectionWithdrawn {
        /// What became of it.
        reason: String,
    },
    /// An operations guide was published.
    GuidePublished {
        /// Which.
        guide: LineId,
        /// The version of the release that it is for.
        release: String,
        /// Where it is.
        place: String,
    },
    /// Operations or support have read an operations guide.
    GuideAcknowledged {
        /// Which.
        guide: LineId,
        /// In which role.
        role: RoleType,
    },
    /// Monitoring reports from sites.
    MonitoringReported {
        /// Which; none named means all.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        sites: Vec<SiteId>,
        /// Since when, without a gap.
        since: Timestamp,
        /// What shows it.
        evidence: String,
    },
    /// Monitoring does not report from sites any more.
    MonitoringLost {
        /// Which; none named means all.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        sites: Vec<SiteId>,
        /// Why.
        reason: String,
    },
}

/// What a person tells Landfall to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReadinessCommand {
    /// Judge items of the checklist.
    Judge {
        /// Which.
        items: Vec<LineId>,
        /// How.
        judgement: Judgement,
        /// What shows it.
        evidence: String,
    },
    /// Accept the checklist, for operations or support.
    Accept,
    /// Declare the solution ready for operations, before these accept it.
    DeclareReady,
    /// Object to the solution as it is, for operations.
    Object {
        /// Why.
        reason: String,
    },
    /// Withdraw the objection.
    WithdrawObjection {
        /// What became of it.
        reason: String,
    },
    /// Publish operations guides for this release.
    PublishGuides {
        /// Which; none named means all.
        guides: Vec<LineId>,
        /// Where they are.
        place: String,
    },
    /// Say that operations guides were read.
    AcknowledgeGuides {
        /// Which; none named means all that are published.
        guides: Vec<LineId>,
    },
    /// Say that monitoring reports from sites.
    ReportMonitoring {
        /// Which; none named means all.
        sites: Vec<SiteId>,
        /// Since when, without a gap.
        since: Timestamp,
        /// What shows it.
        evidence: String,
    },
    /// Say that monitoring does not report from sites any more.
    LoseMonitoring {
        /// Which; none named means all.
        sites: Vec<SiteId>,
        /// Why.
        reason: String,
    },
}

/// Where all of it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Readiness {
    items: BTreeMap<LineId, ItemStatus>,
    accepted: Vec<Acceptance>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    declared: Vec<Acceptance>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    objection: Option<Objection>,
    guides: BTreeMap<LineId, GuideStatus>,
    all_monitored: Option<Timestamp>,
    monitored: BTreeMap<SiteId, Option<Timestamp>>,
}

/// How an item was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemStatus {
    /// How.
    pub judgement: Judgement,
    /// What shows it.
    pub evidence: String,
    /// Who judged it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
}

/// That the checklist was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// In which role.
    pub role: RoleType,
    /// The plan that was accepted with it, by its digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Digest>,
    /// Who accepted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
}

/// That Operations Experience objects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    /// Why.
    pub reason: String,
    /// Who objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// Since when.
    pub at: Timestamp,
}

/// Where an operations guide stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuideStatus {
    /// The version of the release that it is for.
    pub release: String,
    /// Where it is.
    pub place: String,
    /// When it was published.
    pub published: Timestamp,
    /// Who has read it since, and when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acknowledged: Vec<Acceptance>,
}

impl Readiness {
    /// Returns how `item` was judged.
    pub fn item(&self, item: &LineId) -> Option<&ItemStatus> {
        self.items.get(item)
    }

    /// Returns who has accepted the checklist as it stands.
    pub fn accepted(&self) -> &[Acceptance] {
        &self.accepted
    }

    /// Returns who has declared the solution ready as it stands.
    pub fn declared(&self) -> &[Acceptance] {
        &self.declared
    }

    /// Returns why Operations Experience objects, where it does.
    pub fn objection(&self) -> Option<&Objection> {
        self.objection.as_ref()
    }

    /// Returns where `guide` stands, where it was published.
    pub fn guide(&self, guide: &LineId) -> Option<&GuideStatus> {
        self.guides.get(guide)
    }

    /// Returns since when monitoring reports from `site` without a gap.
    pub fn monitored(&self, site: &SiteId) -> Option<Timestamp> {
        self.monitored.get(site).copied().unwrap_or(self.all_monitored)
    }

    /// Moves on by `event`.
    pub(crate) fn happened(
        &mut self,
        event: &ReadinessEvent,
        happening: &Happening,
    ) -> Result<(), Impossible> {
        let (by, at) = (happening.by.clone(), happening.at);
        match event {
            ReadinessEvent::ItemJudged { item, judgement, evidence } => {
                // Who accepted the checklist did not accept it with this item failed.
                if *judgement == Judgement::Failed {
                    self.shown_failed();
                }
                let (judgement, evidence) = (*judgement, evidence.clone());
                self.items.insert(item.clone(), ItemStatus { judgement, evidence, by, at });
            }
            ReadinessEvent::Accepted { role, plan } => {
                self.accepted.retain(|it| it.role != *role);
                self.accepted.push(Acceptance { role: *role, plan: *plan, by, at });
            }
            ReadinessEvent::DeclaredReady { role } => {
                self.declared.retain(|it| it.role != *role);
                self.declared.push(Acceptance { role: *role, plan: None, by, at });
            }
            ReadinessEvent::Objected { reason } => {
                self.accepted.clear();
                self.declared.clear();
                self.objection = Some(Objection { reason: reason.clone(), by, at });
            }
            ReadinessEvent::ObjectionWithdrawn { .. } => self.objection = None,
            ReadinessEvent::GuidePublished { guide, release, place } => {
                let (release, place) = (release.clone(), place.clone());
                let status = GuideStatus { release, place, published: at, acknowledged: vec![] };
                self.guides.insert(guide.clone(), status);
            }
            ReadinessEvent::GuideAcknowledged { guide, role } => {
                let status = self.guides.get_mut(guide);
                let status = status.ok_or_else(|| Impossible::unknown(guide))?;
                status.acknowledged.push(Acceptance { role: *role, plan: None, by, at });
            }
            ReadinessEvent::MonitoringReported { sites, since, .. } => {
                self.monitor(sites, Some(*since));
            }
            ReadinessEvent::MonitoringLost { sites, .. } => self.monitor(sites, None),
        }
        Ok(())
    }

    /// A probe went down that shows an item: who accepted the checklist did not accept it so.
    pub(crate) fn shown_failed(&mut self) {
        self.accepted.clear();
        self.declared.clear();
    }

    fn monitor(&mut self, sites: &[SiteId], since: Option<Timestamp>) {
        if sites.is_empty() {
            self.monitored.clear();
            self.all_monitored = since;
        }
        for site in sites {
            self.monitored.insert(site.clone(), since);
        }
    }
}

impl ReadinessEvent {
    /// Returns what it is about.
    pub fn scope(&self) -> Scope {
        match self {
            Self::MonitoringReported { sites, .. } | Self::MonitoringLost { sites, .. } => {
                match sites.as_slice() {
                    [only] => Scope::Site(only.clone()),
                    [] | [_, _, ..] => Scope::Deployment,
                }
            }
            Self::ItemJudged { .. }
            | Self::Accepted { .. }
            | Self::DeclaredReady { .. }
            | Self::Objected { .. }
            | Self::ObjectionWithdrawn { .. }
            | Self::GuidePublished { .. }
            | Self::GuideAcknowledged { .. } => Scope::Deployment,
        }
    }
}

/// The most names that are said of many.
const NAMED_MAX: usize = 6;

fn named(sites: &[SiteId]) -> String {
    if sites.is_empty() {
        return "all sites".to_owned();
    }
    let names: Vec<&str> = sites.iter().take(NAMED_MAX).map(SiteId::as_str).collect();
    let more = sites.len() - names.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", names.join(", "))
}

impl fmt::Display for ReadinessEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ItemJudged { item, judgement, evidence } => {
                write!(f, "readiness {item}: {judgement}: {evidence}")
            }
            Self::Accepted { role, plan: None } => {
                write!(f, "{role} accepted the readiness checklist")
            }
            Self::Accepted { role, plan: Some(plan) } => {
                write!(f, "{role} accepted the readiness checklist, and plan {}", plan.short())
            }
            Self::DeclaredReady { role } => {
                write!(f, "{role} declared the solution ready for operations")
            }
            Self::Objected { reason } => {
                write!(f, "Operations Experience objects to the solution as it is: {reason}")
            }
            Self::ObjectionWithdrawn { reason } => {
                write!(f, "the objection of Operations Experience is withdrawn: {reason}")
            }
            Self::GuidePublished { guide, release, place } => {
                write!(f, "guide {guide} published for {release}: {place}")
            }
            Self::GuideAcknowledged { guide, role } => write!(f, "{role} has read guide {guide}"),
            Self::MonitoringReported { sites, since, evidence } => {
                write!(f, "monitoring reports from {} since {since}: {evidence}", named(sites))
            }
            Self::MonitoringLost { sites, reason } => {
                write!(f, "monitoring lost from {}: {reason}", named(sites))
            }
        }
    }
}
