//! Where the reviews of both milestones stand, with all earlier ones.
//!
//! Source: Deploy SMF, Process 3 and Process 4, Table 7, output "milestone review report".

use super::{Milestone, MilestoneEvent, Recommendation, ReturnTo};
use crate::digest::Digest;
use crate::evolve::{Happening, Impossible};
use crate::id::PersonId;
use crate::machine::{MilestoneState, MilestoneTransition, Transition};
use crate::role_type::RoleType;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where both milestones stand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Milestones {
    stable: Vec<Review>,
    complete: Vec<Review>,
}

/// One review of a milestone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Its number, from 1.
    pub number: u32,
    /// Where it stands.
    pub state: MilestoneState,
    /// Since when.
    pub since: Timestamp,
    /// Why, where somebody or something said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The facts of its sheet, frozen when it was convened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<serde_json::Value>,
    /// When it was convened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub convened: Option<Timestamp>,
    /// Who was invited.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub invitees: Vec<PersonId>,
    /// From when it is to take effect, where not from the last signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective: Option<Timestamp>,
    /// What was recommended, the last of each person in each role.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub votes: Vec<Vote>,
    /// What others follow on with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<FollowOnAction>,
    /// When it was approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<Timestamp>,
    /// The digest of the sheet that everybody signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Digest>,
    /// Where it was sent back to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returns_to: Option<ReturnTo>,
}

/// What somebody recommended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote {
    /// Who.
    pub by: PersonId,
    /// In which role.
    pub role: RoleType,
    /// What.
    pub recommendation: Recommendation,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// An action that somebody outside the project sees to after the milestone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FollowOnAction {
    /// What is to be done.
    pub text: String,
    /// Who sees to it: not somebody of the project team.
    pub owner: PersonId,
    /// By when.
    pub due: Date,
}

impl fmt::Display for FollowOnAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, {})", self.text, self.owner, self.due)
    }
}

impl Review {
    fn new(number: u32, at: Timestamp) -> Self {
        Self {
            number,
            state: MilestoneState::default(),
            since: at,
            reason: None,
            facts: None,
            convened: None,
            invitees: vec![],
            effective: None,
            votes: vec![],
            actions: vec![],
            approved: None,
            document: None,
            returns_to: None,
        }
    }

    /// Returns from when it has been in effect, where it was approved.
    pub fn in_effect(&self) -> Option<Timestamp> {
        self.approved.map(|at| self.effective.map_or(at, |it| it.max(at)))
    }
}

impl Milestones {
    /// Returns all reviews of `milestone`, the first one first.
    pub fn reviews(&self, milestone: Milestone) -> &[Review] {
        match milestone {
            Milestone::Stable => &self.stable,
            Milestone::Complete => &self.complete,
        }
    }

    /// Returns the last review of `milestone`.
    pub fn last(&self, milestone: Milestone) -> Option<&Review> {
        self.reviews(milestone).last()
    }

    /// Returns where `milestone` stands: pending again after it was revoked.
    pub fn state(&self, milestone: Milestone) -> MilestoneState {
        match self.last(milestone).map(|it| it.state) {
            None | Some(MilestoneState::Revoked) => MilestoneState::Pending,
            Some(state) => state,
        }
    }

    /// Returns the number of the review that the next act is about.
    pub fn number(&self, milestone: Milestone) -> u32 {
        match self.last(milestone) {
            None => 1,
            Some(last) if last.state == MilestoneState::Revoked => last.number + 1,
            Some(last) => last.number,
        }
    }

    /// Returns the review in which `milestone` was approved, where that still holds.
    pub fn approved(&self, milestone: Milestone) -> Option<&Review> {
        self.last(milestone).filter(|it| it.state == MilestoneState::Approved)
    }

    fn reviews_mut(&mut self, milestone: Milestone) -> &mut Vec<Review> {
        match milestone {
            Milestone::Stable => &mut self.stable,
            Milestone::Complete => &mut self.complete,
        }
    }

    fn review_mut(
        &mut self,
        milestone: Milestone,
        number: u32,
        at: Timestamp,
    ) -> Result<&mut Review, Impossible> {
        let next = self.number(milestone);
        let reviews = self.reviews_mut(milestone);
        if reviews.last().is_none_or(|it| it.number + 1 == next) {
            reviews.push(Review::new(next, at));
        }
        let last = reviews.last_mut().filter(|it| it.number == number);
        last.ok_or_else(|| Impossible::unknown(format!("review {number} of {milestone}")))
    }

    /// Moves on by `event`.
    pub(crate) fn happened(
        &mut self,
        event: &MilestoneEvent,
        happening: &Happening,
    ) -> Result<(), Impossible> {
        let at = happening.at;
        match event {
            MilestoneEvent::Moved {
                milestone,
                review,
                transition,
                reason,
                document,
                returns_to,
                ..
            } => {
                let it = self.review_mut(*milestone, *review, at)?;
                let state = transition.attempt(milestone.title(), it.state)?;
                // What was rejected stays on record as it was; the next review is another one.
                if *transition == MilestoneTransition::ReworkDone {
                    let next = Review { reason: reason.clone(), ..Review::new(review + 1, at) };
                    self.reviews_mut(*milestone).push(next);
                    return Ok(());
                }
                (it.state, it.since) = (state, at);
                it.reason.clone_from(reason);
                it.document = document.or(it.document);
                it.returns_to = *returns_to;
                if state == MilestoneState::Approved {
                    it.approved = Some(at);
                }
            }
            MilestoneEvent::Convened { milestone, review, invitees, effective, facts, .. } => {
                let it = self.review_mut(*milestone, *review, at)?;
                let transition = MilestoneTransition::Convened;
                it.state = transition.attempt(milestone.title(), it.state)?;
                (it.since, it.convened, it.effective) = (at, Some(at), *effective);
                it.reason = None;
                it.invitees.clone_from(invitees);
                it.facts = Some(facts.clone());
            }
            MilestoneEvent::Voted { milestone, review, role, recommendation, reason } => {
                let by = happening.by.clone();
                let by = by.ok_or_else(|| Impossible::unknown("the person who voted"))?;
                let it = self.review_mut(*milestone, *review, at)?;
                it.votes.retain(|vote| vote.by != by || vote.role != *role);
                let (recommendation, reason) = (*recommendation, reason.clone());
                it.votes.push(Vote { by, role: *role, recommendation, reason, at });
            }
            MilestoneEvent::ActionAdded { milestone, review, action } => {
                self.review_mut(*milestone, *review, at)?.actions.push(action.clone());
            }
        }
        Ok(())
    }
}
