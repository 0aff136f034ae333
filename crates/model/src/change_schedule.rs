//! The change schedule: standard changes, emergencies, conflicts and how they were ruled on, reviews.
//!
//! A standard change is a request of its own that a template of the plan authorises: it has its
//! place beside the requests of the plan and goes through the same machine.
//!
//! Source: Deploy SMF, Table 4, best practice: a processed request for change.

mod conflict;

pub use conflict::{Conflict, Meeting, Places, ScheduledChange, conflicts, scheduled, unruled};

use crate::dispute::Means;
use crate::evolve::{Happening, Impossible};
use crate::id::{DeploymentId, PersonId, RfcId, SiteId};
use crate::rfc::{ChangeWindow, EmergencyKind, ImplementationReview, RequestForChange};
use crate::scope::Scope;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ChangeScheduleEvent {
    /// Somebody asked for a standard change, by a template of the plan.
    StandardRequested {
        /// The template.
        template: RfcId,
        /// The request that came of it.
        request: Box<RequestForChange>,
    },
    /// Somebody asked for a change in an emergency, beside the plan.
    EmergencyRequested {
        /// The request.
        request: Box<RequestForChange>,
    },
    /// What an emergency restores, and until when it is to be reviewed.
    EmergencyJustified {
        /// The request.
        rfc: RfcId,
        /// What it restores.
        kind: EmergencyKind,
        /// The last day on which somebody else reviews it.
        review_due: Date,
        /// For whom it was authorised, where not for themselves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on_behalf_of: Option<PersonId>,
    },
    /// Somebody else than its approver reviewed an emergency.
    EmergencyReviewed {
        /// The request.
        rfc: RfcId,
        /// Whether it could not have waited.
        justified: bool,
        /// What was found.
        finding: String,
    },
    /// A change was reviewed after its implementation.
    Reviewed {
        /// The request.
        rfc: RfcId,
        /// What the review says.
        review: ImplementationReview,
    },
    /// Two changes that meet may both go on, or one of them first.
    ConflictRuled {
        /// The request.
        rfc: RfcId,
        /// The deployment of the other.
        deployment: DeploymentId,
        /// The other request.
        other: RfcId,
        /// What was ruled.
        ruling: String,
        /// On which meeting of theirs; nothing in older records, where it was on any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<Meeting>,
    },
    /// What other deployments of the same record have in their schedules.
    Elsewhere {
        /// Their changes.
        changes: Vec<ScheduledChange>,
        /// The deployments whose schedules could not be read: what is known of them may be old.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unread: Vec<DeploymentId>,
    },
}

/// What a person tells Landfall to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeScheduleCommand {
    /// Ask for a standard change by a template of the plan.
    RequestStandard {
        /// The template.
        template: RfcId,
        /// The sites that it covers.
        sites: Vec<SiteId>,
        /// When it runs; where this is missing, in the windows of its sites.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        window: Option<ChangeWindow>,
        /// Why.
        reason: String,
    },
    /// Ask for a change in an emergency, whose work is not in the plan.
    RequestEmergency {
        /// The request; who asks for it is whoever tells this.
        request: Box<RequestForChange>,
    },
    /// Rule on a conflict of two changes.
    Rule {
        /// The request.
        rfc: RfcId,
        /// The deployment of the other.
        deployment: DeploymentId,
        /// The other request.
        other: RfcId,
        /// What is ruled.
        ruling: String,
    },
}

/// Where all of it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChangeSchedule {
    /// Standard changes that were asked for, the first being the oldest.
    pub standard: Vec<StandardChange>,
    /// Changes that were asked for in an emergency, beside the plan: people carry them out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub urgent: Vec<RequestForChange>,
    /// Emergencies, by request.
    pub emergencies: BTreeMap<RfcId, Emergency>,
    /// Reviews after implementation, by request.
    pub reviews: BTreeMap<RfcId, Review>,
    /// How conflicts were ruled on.
    pub rulings: Vec<Ruling>,
    /// What other deployments have in their schedules, when that was last looked at.
    pub elsewhere: Vec<ScheduledChange>,
    /// The deployments whose schedules could not be read then: a conflict with them may not be known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<DeploymentId>,
}

/// A standard change that was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StandardChange {
    /// The template.
    pub template: RfcId,
    /// The request.
    pub request: RequestForChange,
}

/// An emergency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Emergency {
    /// What it restores.
    pub kind: EmergencyKind,
    /// Who authorised it.
    pub by: Option<PersonId>,
    /// For whom, where not for themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// By what they showed that it is them; nothing where an older program noted none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub means: Option<Means>,
    /// The last day for its review.
    pub review_due: Date,
    /// Its review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<EmergencyReview>,
}

/// The review of an emergency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EmergencyReview {
    /// By whom.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// Whether it could not have waited.
    pub justified: bool,
    /// What was found.
    pub finding: String,
}

/// A review after implementation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// By whom.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// What it says.
    pub review: ImplementationReview,
}

/// How a conflict was ruled on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ruling {
    /// The request.
    pub rfc: RfcId,
    /// The deployment of the other.
    pub deployment: DeploymentId,
    /// The other request.
    pub other: RfcId,
    /// By whom.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// What was ruled.
    pub ruling: String,
    /// On which meeting of theirs; nothing where it was on any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Meeting>,
}

/// One of this many standard changes is reviewed in full, the first among them.
pub const STANDARD_SAMPLE: usize = 5;

/// Within how many working days an emergency is reviewed by somebody else.
pub const EMERGENCY_REVIEW_WORKING_DAYS: u8 = 5;

impl Emergency {
    /// Returns the persons behind its authorisation: who authorised it, and for whom.
    pub fn behind(&self) -> impl Iterator<Item = &PersonId> {
        self.by.iter().chain(&self.on_behalf_of)
    }
}

impl ChangeSchedule {
    /// Returns the standard change called `id`.
    pub fn standard(&self, id: &RfcId) -> Option<&StandardChange> {
        self.standard.iter().find(|it| it.request.id == *id)
    }

    /// Returns the change called `id` that was asked for in an emergency.
    pub fn urgent(&self, id: &RfcId) -> Option<&RequestForChange> {
        self.urgent.iter().find(|it| it.id == *id)
    }

    /// Returns the request called `id` that is beside the plan.
    pub fn beside(&self, id: &RfcId) -> Option<&RequestForChange> {
        self.standard(id).map(|it| &it.request).or_else(|| self.urgent(id))
    }

    /// Returns whether the review of `id` after its implementation may be a sentence: that of a
    /// standard change outside of the sample.
    pub fn is_sampled_out(&self, id: &RfcId) -> bool {
        let position = self.standard.iter().position(|it| it.request.id == *id);
        position.is_some_and(|it| !it.is_multiple_of(STANDARD_SAMPLE))
    }

    /// Moves on by `event`.
    pub(crate) fn happened(
        &mut self,
        event: &ChangeScheduleEvent,
        happening: &Happening,
    ) -> Result<(), Impossible> {
        let (by, at) = (happening.by.clone(), happening.at);
        match event {
            ChangeScheduleEvent::StandardRequested { template, request } => {
                if self.standard(&request.id).is_some() {
                    let why = format!("{} was asked for before", request.id);
                    return Err(Impossible::Order { why });
                }
                let request = RequestForChange::clone(request);
                self.standard.push(StandardChange { template: template.clone(), request });
            }
            ChangeScheduleEvent::EmergencyRequested { request } => {
                if self.beside(&request.id).is_some() {
                    let why = format!("{} was asked for before", request.id);
                    return Err(Impossible::Order { why });
                }
                self.urgent.push(RequestForChange::clone(request));
            }
            ChangeScheduleEvent::EmergencyJustified { rfc, kind, review_due, on_behalf_of } => {
                let emergency = Emergency {
                    kind: *kind,
                    by,
                    on_behalf_of: on_behalf_of.clone(),
                    at,
                    means: None,
                    review_due: *review_due,
                    review: None,
                };
                self.emergencies.insert(rfc.clone(), emergency);
            }
            ChangeScheduleEvent::EmergencyReviewed { rfc, justified, finding } => {
                let emergency = self.emergencies.get_mut(rfc);
                let emergency = emergency.ok_or_else(|| Impossible::unknown(rfc))?;
                let (justified, finding) = (*justified, finding.clone());
                emergency.review = Some(EmergencyReview { by, at, justified, finding });
            }
            ChangeScheduleEvent::Reviewed { rfc, review } => {
                self.reviews.insert(rfc.clone(), Review { by, at, review: review.clone() });
            }
            ChangeScheduleEvent::ConflictRuled { rfc, deployment, other, ruling, on } => {
                self.rulings.push(Ruling {
                    rfc: rfc.clone(),
                    deployment: deployment.clone(),
                    other: other.clone(),
                    by,
                    at,
                    ruling: ruling.clone(),
                    on: on.clone(),
                });
            }
            ChangeScheduleEvent::Elsewhere { changes, unread } => {
                self.elsewhere.clone_from(changes);
                self.unread.clone_from(unread);
            }
        }
        Ok(())
    }
}

impl ChangeSchedule {
    /// Notes by what whoever authorised an emergency had shown that it is them.
    pub(crate) fn shown(&mut self, event: &ChangeScheduleEvent, means: Means) {
        if let ChangeScheduleEvent::EmergencyJustified { rfc, .. } = event
            && let Some(emergency) = self.emergencies.get_mut(rfc)
        {
            emergency.means = Some(means);
        }
    }
}

impl ChangeScheduleEvent {
    /// Returns what it is about.
    pub fn scope(&self) -> Scope {
        match self {
            Self::StandardRequested { request, .. } | Self::EmergencyRequested { request } => {
                Scope::Rfc(request.id.clone())
            }
            Self::EmergencyJustified { rfc, .. }
            | Self::EmergencyReviewed { rfc, .. }
            | Self::Reviewed { rfc, .. }
            | Self::ConflictRuled { rfc, .. } => Scope::Rfc(rfc.clone()),
            Self::Elsewhere { .. } => Scope::Deployment,
        }
    }
}

impl fmt::Display for ChangeScheduleEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StandardRequested { template, request } => {
                let sites: Vec<&str> = request.covers.sites.iter().map(|it| it.as_str()).collect();
                write!(f, "{}: asked for under {template}, for {}", request.id, sites.join(", "))
            }
            Self::EmergencyRequested { request } => {
                write!(f, "{}: asked for in an emergency: {}", request.id, request.reason)
            }
            Self::EmergencyJustified { rfc, kind, review_due, .. } => {
                write!(f, "{rfc}: an emergency of {kind}, to be reviewed by {review_due}")
            }
            Self::EmergencyReviewed { rfc, justified, finding } => {
                let verdict =
                    if *justified { "could not have waited" } else { "could have waited" };
                write!(f, "{rfc}: the emergency {verdict}: {finding}")
            }
            Self::Reviewed { rfc, review } => {
                let verdict = if review.success { "a success" } else { "no success" };
                write!(f, "{rfc}: reviewed as {verdict}: {}", review.lessons)
            }
            Self::ConflictRuled { rfc, deployment, other, ruling, .. } => {
                write!(f, "{rfc}: conflict with {other} of {deployment} ruled on: {ruling}")
            }
            Self::Elsewhere { changes, unread } => {
                write!(f, "the schedules of other deployments hold {} changes", changes.len())?;
                for it in unread {
                    write!(f, "; that of {it} could not be read: conflicts with it are not known")?;
                }
                Ok(())
            }
        }
    }
}
