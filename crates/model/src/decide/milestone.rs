//! Acts in the review of a milestone: convene, vote, adjourn, reject, revoke.
//!
//! Source: Deploy SMF, Process 3, and Process 4, Table 7, "Approve the Deployment Complete
//! Milestone"; the milestone machine.

use super::{Acting, worded};
use crate::companion_plans::StakeholderReview;
use crate::digest::Digest;
use crate::event::Event;
use crate::gates::milestone as gate;
use crate::guard::{Guard, GuardReading};
use crate::id::PersonId;
use crate::machine::{
    DeploymentState, DeploymentTransition, MilestoneState, MilestoneTransition, Transition,
};
use crate::milestone::{
    FollowOnAction, Milestone, MilestoneCommand, MilestoneEvent, Recommendation, ReturnTo,
    sent_back, undone,
};
use crate::refusal::{Refusal, RefusalCode};
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::sheet;
use jiff::{SignedDuration, Timestamp};

/// The furthest that a milestone may take effect after it is convened: longer is another review.
const EFFECTIVE_DAYS_MAX: i64 = 30;

impl Acting<'_> {
    pub(super) fn milestone(&self, command: &MilestoneCommand) -> Result<Vec<Event>, Refusal> {
        match command {
            MilestoneCommand::Convene { milestone, invitees, effective } => {
                self.convene(*milestone, invitees, *effective)
            }
            MilestoneCommand::Vote { milestone, recommendation, reason } => {
                self.vote(*milestone, *recommendation, reason.as_deref())
            }
            MilestoneCommand::AddAction { milestone, action } => {
                self.add_action(*milestone, action)
            }
            MilestoneCommand::Adjourn { milestone, reason } => self.adjourn(*milestone, reason),
            MilestoneCommand::Reject { milestone, returns_to, reason } => {
                self.reject(*milestone, *returns_to, reason)
            }
            MilestoneCommand::Rework { milestone, reason } => {
                let transition = MilestoneTransition::ReworkDone;
                self.milestone_role(transition, *milestone)?;
                let reason = worded("what was reworked", reason)?;
                Ok(vec![self.milestone_moved(*milestone, transition, Some(reason))?])
            }
            MilestoneCommand::Declare { statement } => self.declare_complete(statement.as_deref()),
            MilestoneCommand::Revoke { milestone, reason } => self.revoke(*milestone, reason),
        }
    }

    fn milestone_role(
        &self,
        transition: MilestoneTransition,
        milestone: Milestone,
    ) -> Result<RoleType, Refusal> {
        let act = match transition {
            MilestoneTransition::Convened => "convene the review of",
            MilestoneTransition::Adjourned => "adjourn the review of",
            MilestoneTransition::Rejected => "reject",
            MilestoneTransition::ReworkDone => "put forward again",
            MilestoneTransition::Revoked => "revoke",
            MilestoneTransition::CriteriaMet
            | MilestoneTransition::CriteriaLost
            | MilestoneTransition::Approved
            | MilestoneTransition::ApprovedWithActions => "decide",
        };
        let roles = transition.authority().roles();
        self.role(roles, &Scope::Deployment, &format!("{act} {}", milestone.title()))
    }

    /// Returns that the review of `milestone` moved, if it can.
    fn milestone_moved(
        &self,
        milestone: Milestone,
        transition: MilestoneTransition,
        reason: Option<String>,
    ) -> Result<Event, Refusal> {
        let milestones = &self.state.milestones;
        transition.attempt(milestone.title(), milestones.state(milestone))?;
        Ok(Event::Milestone(MilestoneEvent::Moved {
            milestone,
            review: milestones.number(milestone),
            transition,
            reason,
            gate: vec![],
            document: None,
            returns_to: None,
        }))
    }

    fn in_review(&self, milestone: Milestone) -> Result<u32, Refusal> {
        let milestones = &self.state.milestones;
        let state = milestones.state(milestone);
        if state == MilestoneState::InReview {
            return Ok(milestones.number(milestone));
        }
        let text = format!("{} is {state}, not in review", milestone.title());
        let next = "the Program Manager convenes the review once its criteria are met";
        Err(Refusal::new(RefusalCode::State, text, next))
    }

    fn convene(
        &self,
        milestone: Milestone,
        invitees: &[PersonId],
        effective: Option<Timestamp>,
    ) -> Result<Vec<Event>, Refusal> {
        let transition = MilestoneTransition::Convened;
        self.milestone_role(transition, milestone)?;
        transition.attempt(milestone.title(), self.state.milestones.state(milestone))?;
        if let Some(stranger) = invitees.iter().find(|it| self.state.person(it).is_none()) {
            return Err(Refusal::unknown(stranger));
        }
        let latest = self.now.checked_add(SignedDuration::from_hours(24 * EFFECTIVE_DAYS_MAX));
        if effective.is_some_and(|it| it < self.now || latest.is_ok_and(|latest| it > latest)) {
            let text = "it cannot take effect in the past, nor after more than 30 days";
            return Err(Refusal::invalid(text, "leave the time out: the last signature decides"));
        }
        let mut gate = gate::readings(self.state, milestone, self.now);
        if milestone == Milestone::Complete {
            let dc1 = crate::gates::complete::dc1(self.state);
            gate.push(self.state.reading(Guard::DC1, &[Scope::Deployment], self.now, dc1));
        }
        crate::refusal::pass(&format!("the review of {}", milestone.title()), gate.clone())?;
        let invitees =
            if invitees.is_empty() { self.everybody_in(milestone) } else { invitees.to_vec() };
        let facts = sheet::milestone_facts(self.state, milestone, effective, self.now);
        let review = self.state.milestones.number(milestone);
        let convened =
            MilestoneEvent::Convened { milestone, review, invitees, effective, facts, gate };
        Ok(vec![Event::Milestone(convened)])
    }

    /// Returns whoever signs or recommends in the review of `milestone`, and the stakeholders who
    /// join it.
    fn everybody_in(&self, milestone: Milestone) -> Vec<PersonId> {
        let signs = |role: &RoleType| {
            let slots = milestone.sheet().map(|it| it.slots()).unwrap_or_default();
            slots.iter().any(|it| it.role == *role)
        };
        let voting: Vec<RoleType> = gate::voting(&self.state.plan).collect();
        let takes_part = |role: &RoleType| voting.contains(role) || signs(role);
        let people = self.state.plan.people.iter();
        let people = people.filter(|it| it.roles.iter().any(takes_part)).map(|it| it.id.clone());
        let mut invited: Vec<PersonId> = people.collect();
        let review = match milestone {
            Milestone::Stable => StakeholderReview::DeploymentStable,
            Milestone::Complete => StakeholderReview::DeploymentComplete,
        };
        for it in self.state.plan.stakeholders.iter().filter(|it| it.reviews.contains(&review)) {
            if !invited.contains(&it.person) {
                invited.push(it.person.clone());
            }
        }
        invited
    }

    fn vote(
        &self,
        milestone: Milestone,
        recommendation: Recommendation,
        reason: Option<&str>,
    ) -> Result<Vec<Event>, Refusal> {
        let review = self.in_review(milestone)?;
        let voting: Vec<RoleType> = gate::recommending().collect();
        self.role(&voting, &Scope::Deployment, &format!("recommend on {}", milestone.title()))?;
        let reason = match (recommendation, reason) {
            (Recommendation::Go, None) => None,
            (_, reason) => Some(worded("the reason", reason.unwrap_or_default())?),
        };
        let held = self.held(&Scope::Deployment);
        let roles = voting.into_iter().filter(|it| held.contains(it));
        let voted = roles.map(|role| {
            let reason = reason.clone();
            Event::Milestone(MilestoneEvent::Voted {
                milestone,
                review,
                role,
                recommendation,
                reason,
            })
        });
        Ok(voted.collect())
    }

    fn add_action(
        &self,
        milestone: Milestone,
        action: &FollowOnAction,
    ) -> Result<Vec<Event>, Refusal> {
        let review = self.in_review(milestone)?;
        let roles = [RoleType::ProgramManager, RoleType::SolutionManager, RoleType::ProductManager];
        self.role(&roles, &Scope::Deployment, "put down an action to follow on with")?;
        let action = self.checked_action(action)?;
        Ok(vec![Event::Milestone(MilestoneEvent::ActionAdded { milestone, review, action })])
    }

    /// Returns `action` if somebody outside the project sees to it on a day to come.
    pub(super) fn checked_action(
        &self,
        action: &FollowOnAction,
    ) -> Result<FollowOnAction, Refusal> {
        let text = worded("what is to be done", &action.text)?;
        self.outside(&action.owner, "sees to it")?;
        let today = self.now.to_zoned(self.state.plan.zone.rules()).date();
        if action.due < today {
            let text = format!("the action would be due on {}, before today", action.due);
            return Err(Refusal::invalid(text, "give a day to come"));
        }
        Ok(FollowOnAction { text, ..action.clone() })
    }

    fn adjourn(&self, milestone: Milestone, reason: &str) -> Result<Vec<Event>, Refusal> {
        let transition = MilestoneTransition::Adjourned;
        self.milestone_role(transition, milestone)?;
        let reason = worded("who or what is missing", reason)?;
        let moved = self.milestone_moved(milestone, transition, Some(reason))?;
        Ok(self.unsigned(milestone).into_iter().chain([moved]).collect())
    }

    fn unsigned(&self, milestone: Milestone) -> Vec<Event> {
        let sheet = milestone.sheet();
        sheet.map(|it| sheet::superseded(self.state, &it)).unwrap_or_default()
    }

    fn reject(
        &self,
        milestone: Milestone,
        to: ReturnTo,
        reason: &str,
    ) -> Result<Vec<Event>, Refusal> {
        let transition = MilestoneTransition::Rejected;
        self.milestone_role(transition, milestone)?;
        let reason = worded("the reason", reason)?;
        if milestone == Milestone::Stable && to == ReturnTo::QuietPeriod {
            let text = "before Deployment Stable there is no quiet period to return to";
            return Err(Refusal::invalid(text, "return to stabilizing"));
        }
        let mut moved = self.milestone_moved(milestone, transition, Some(reason.clone()))?;
        if let Event::Milestone(MilestoneEvent::Moved { returns_to, .. }) = &mut moved {
            *returns_to = Some(to);
        }
        let mut events = self.unsigned(milestone);
        events.push(moved);
        match (milestone, to) {
            (Milestone::Stable, _) => {}
            (Milestone::Complete, ReturnTo::Stabilizing) => {
                events.extend(undone(self.state, &reason));
            }
            // How many more quiet days, whoever extends the quiet period says.
            (Milestone::Complete, ReturnTo::QuietPeriod) => {}
        }
        Ok(events)
    }

    fn revoke(&self, milestone: Milestone, reason: &str) -> Result<Vec<Event>, Refusal> {
        let transition = MilestoneTransition::Revoked;
        self.milestone_role(transition, milestone)?;
        let reason = worded("the reason", reason)?;
        let moved = self.milestone_moved(milestone, transition, Some(reason.clone()))?;
        match milestone {
            Milestone::Stable => {
                let follows = match self.state.deployment {
                    DeploymentState::MilestoneReview => DeploymentTransition::Rejected,
                    DeploymentState::Draft
                    | DeploymentState::Ready
                    | DeploymentState::Deploying
                    | DeploymentState::Held
                    | DeploymentState::Stabilizing
                    | DeploymentState::QuietPeriod
                    | DeploymentState::Closing
                    | DeploymentState::Closed
                    | DeploymentState::Terminating
                    | DeploymentState::Terminated => DeploymentTransition::Reopened,
                };
                follows.attempt(&self.state.plan.deployment, self.state.deployment)?;
                let mut events = sent_back(self.state, &reason);
                events.extend(undone(self.state, &reason));
                Ok(events)
            }
            Milestone::Complete => {
                let mut events = self.unsigned(milestone);
                events.push(moved);
                // What rested on the milestone returns: the review is held anew, and what was signed
                // of the close-out was signed of an end that is none.
                let transition = DeploymentTransition::CompletionRevoked;
                if transition.follows(self.state.deployment).is_some() {
                    events.extend(sheet::superseded(self.state, &sheet::Sheet::CloseOut));
                    let reason = Some(reason);
                    events.push(Event::Deployment { transition, reason, gate: vec![] });
                }
                Ok(events)
            }
        }
    }

    /// Returns what follows once every slot of Deployment Stable is signed: it is approved, the
    /// team goes where its table says, and the quiet period runs.
    ///
    /// # Errors
    ///
    /// When its gate is no longer open.
    pub(super) fn stable_is_signed(&self, document: Digest) -> Result<Vec<Event>, Refusal> {
        let transition = DeploymentTransition::DeclaredStable;
        transition.attempt(&self.state.plan.deployment, self.state.deployment)?;
        let mut gate = gate::readings(self.state, Milestone::Stable, self.now);
        gate.push(GuardReading::met(Guard::ST8));
        let gate = crate::refusal::pass(Milestone::Stable.title(), gate)?;
        let approved = self.milestone_approved(Milestone::Stable, document, vec![])?;
        let effective = self.state.milestones.last(Milestone::Stable).and_then(|it| it.effective);
        let start = effective.map_or(self.now, |it| it.max(self.now));
        let stable = Event::Deployment { transition, reason: None, gate };
        let mut events = vec![approved, stable, self.quiet_period_started(start)];
        events.extend(self.team_moves());
        Ok(events)
    }

    /// Returns that `milestone` is approved on `document`, whose last slot is about to be signed.
    ///
    /// # Errors
    ///
    /// When it is not in review.
    pub(super) fn milestone_approved(
        &self,
        milestone: Milestone,
        document: Digest,
        mut gate: Vec<GuardReading>,
    ) -> Result<Event, Refusal> {
        let review = self.in_review(milestone)?;
        let last = self.state.milestones.last(milestone);
        let has_actions = last.is_some_and(|it| !it.actions.is_empty());
        let transition = if has_actions {
            MilestoneTransition::ApprovedWithActions
        } else {
            MilestoneTransition::Approved
        };
        gate.extend(transition.guards().iter().map(|it| GuardReading::met(*it)));
        Ok(Event::Milestone(MilestoneEvent::Moved {
            milestone,
            review,
            transition,
            reason: None,
            gate,
            document: Some(document),
            returns_to: None,
        }))
    }
}
