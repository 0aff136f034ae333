//! Closing: contributions, lessons, open items, access, ownership, benefits.
//!
//! Deployment Complete ends the work, not the project: it closes when nothing is
//! left that only the project knows or may do.
//!
//! Source: Deploy SMF, Process 4, Table 7, "Review and close out the project".

mod analysis;
mod command;
mod course;
mod event;
mod items;
mod suggestions;

pub use analysis::{Analysis, Availability, draft, invitees, pack};
pub use command::CloseOutCommand;
pub use course::Otherwise;
pub use event::{
    BenefitReview, CloseOutEvent, Contribution, Findings, Lesson, LessonStanding, Package,
    Settlement, Topic,
};
pub use items::{OpenItem, open_items};
pub use suggestions::{Suggestion, suggestions};

use crate::evolve::{Happening, Impossible};
use crate::id::{PersonId, Seq};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::state::State;
use imbl::OrdMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Where all of it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CloseOut {
    /// What people contributed to the analysis of the project.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contributions: Vec<Contributed>,
    /// When and where the analysis is, and who comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub analysis: Option<Analysis>,
    /// The lessons, the first having number 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lessons: Vec<LessonStatus>,
    /// What becomes of open items, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub items: BTreeMap<String, ItemStatus>,
    /// Whose production access is revoked, and what proves it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub revoked: BTreeMap<PersonId, Revocation>,
    /// That operations confirms it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_confirmed: Option<Confirmed>,
    /// Who owns what from now on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub owners: BTreeMap<Scope, Ownership>,
    /// When and by whom the benefits are reviewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub benefit: Option<BenefitReview>,
    /// What the review of the benefits found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub benefit_found: Option<Findings>,
    /// The evidence package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<Package>,
    /// What went otherwise on the way, at each component, site and ring.
    #[serde(default, skip_serializing_if = "OrdMap::is_empty")]
    pub otherwise: OrdMap<Scope, Otherwise>,
}

/// What somebody contributed, in which role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contributed {
    /// Who put it down.
    pub by: Option<PersonId>,
    /// In which role, or for which role.
    pub role: RoleType,
    /// When.
    pub at: Timestamp,
    /// What.
    pub contribution: Contribution,
}

/// A lesson and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonStatus {
    /// The lesson.
    pub lesson: Lesson,
    /// Who put it down.
    pub by: Option<PersonId>,
    /// The entry that holds it.
    pub seq: Seq,
    /// Where it stands.
    pub standing: LessonStanding,
}

/// What becomes of an open item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemStatus {
    /// How it is settled.
    pub settlement: Settlement,
    /// When whoever receives it accepted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Timestamp>,
}

/// That somebody's production access is revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// When it was put down.
    pub at: Timestamp,
    /// What proves it.
    pub proof: String,
}

/// That somebody confirms something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmed {
    /// Who.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// What they looked at.
    pub statement: String,
}

/// Who owns something from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ownership {
    /// Who.
    pub owner: PersonId,
    /// When they accepted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Timestamp>,
}

impl CloseOut {
    /// Moves on by `event`.
    pub(crate) fn happened(
        &mut self,
        event: &CloseOutEvent,
        happening: &Happening,
    ) -> Result<(), Impossible> {
        let Happening { by, at, seq } = happening.clone();
        match event {
            CloseOutEvent::Contributed { role, contribution } => {
                let contribution = contribution.clone();
                self.contributions.push(Contributed { by, role: *role, at, contribution });
            }
            CloseOutEvent::AnalysisPlanned { on, place, invitees, pack } => {
                let (place, invitees, answers) = (place.clone(), invitees.clone(), [].into());
                self.analysis = Some(Analysis { on: *on, place, invitees, pack: *pack, answers });
            }
            CloseOutEvent::AvailabilitySaid { availability } => {
                let analysis = self.analysis.as_mut();
                let analysis = analysis.ok_or_else(|| Impossible::unknown("the analysis"))?;
                let by = by.ok_or_else(|| Impossible::unknown("whoever comes or not"))?;
                analysis.answers.insert(by, availability.clone());
            }
            CloseOutEvent::LessonRecorded { lesson, .. } => {
                let standing = LessonStanding::Proposed;
                self.lessons.push(LessonStatus { lesson: lesson.clone(), by, seq, standing });
            }
            CloseOutEvent::LessonDecided { number, standing, .. } => {
                let position = (*number as usize).checked_sub(1);
                let lesson = position.and_then(|it| self.lessons.get_mut(it));
                let lesson =
                    lesson.ok_or_else(|| Impossible::unknown(format!("lesson {number}")))?;
                lesson.standing = *standing;
            }
            CloseOutEvent::ItemSettled { item, settlement } => {
                let it = ItemStatus { settlement: settlement.clone(), accepted: None };
                self.items.insert(item.clone(), it);
            }
            CloseOutEvent::ItemAccepted { item } => {
                let it = self.items.get_mut(item).ok_or_else(|| Impossible::unknown(item))?;
                it.accepted = Some(at);
            }
            CloseOutEvent::AccessRevoked { people, proof } => {
                let revoked = |it: &PersonId| (it.clone(), Revocation { at, proof: proof.clone() });
                self.revoked.extend(people.iter().map(revoked));
            }
            CloseOutEvent::AccessConfirmed { statement } => {
                self.access_confirmed = Some(Confirmed { by, at, statement: statement.clone() });
            }
            CloseOutEvent::OwnerNamed { scopes, owner } => {
                let ownership = Ownership { owner: owner.clone(), accepted: None };
                self.owners.extend(scopes.iter().map(|it| (it.clone(), ownership.clone())));
            }
            CloseOutEvent::OwnershipAccepted { scopes } => {
                for scope in scopes {
                    let it = self.owners.get_mut(scope);
                    it.ok_or_else(|| Impossible::unknown(scope))?.accepted = Some(at);
                }
            }
            CloseOutEvent::BenefitReviewPlanned { review } => self.benefit = Some(review.clone()),
            CloseOutEvent::BenefitReviewed { findings } => {
                self.benefit_found = Some(findings.clone());
            }
            CloseOutEvent::Packaged { package } => self.package = Some(package.clone()),
        }
        Ok(())
    }

    /// Returns whether somebody contributed in `role`, or declined to.
    pub fn has_contribution(&self, role: RoleType) -> bool {
        self.contributions.iter().any(|it| it.role == role)
    }
}

/// Returns the role types of which a contribution is asked for: the nine of the project, the
/// customer, and whoever else takes part, as far as anybody holds them.
pub fn contributors(state: &State) -> Vec<RoleType> {
    let outside = [
        RoleType::Customer,
        RoleType::OperationsManager,
        RoleType::SupportManager,
        RoleType::Stakeholder,
    ];
    let asked = RoleType::PROJECT.iter().copied().chain(outside);
    asked.filter(|role| state.plan.holders(*role).next().is_some()).collect()
}

/// Returns the members of the project team whose production access is not known to be revoked.
pub fn with_access(state: &State) -> Vec<PersonId> {
    let team = state.plan.people.iter().filter(|it| it.roles.iter().any(|it| it.is_project()));
    let ids = team.map(|it| it.id.clone());
    ids.filter(|it| !state.close_out.revoked.contains_key(it)).collect()
}

/// Returns what needs a permanent owner and has nobody who accepted to be: the service as a whole
/// and each core component. A site has its owner.
pub fn without_owner(state: &State) -> Vec<Scope> {
    let components = state.plan.components.iter().map(|it| Scope::Component(it.id.clone()));
    let all: BTreeSet<Scope> = components.chain([Scope::Deployment]).collect();
    let has_owner =
        |it: &Scope| state.close_out.owners.get(it).is_some_and(|it| it.accepted.is_some());
    all.into_iter().filter(|it| !has_owner(it)).collect()
}
