//! The review itself: whose votes it takes over, and who may decide what.
//!
//! Source: Deploy SMF, overview, "Release Readiness Milestone"; guard E1.

use super::{Acting, worded};
use crate::machine::DeploymentState;
use crate::milestone::Recommendation;
use crate::profile::Profile;
use crate::refusal::{Refusal, RefusalCode};
use crate::release::{Condition, ReadinessDecision};
use crate::release_readiness::{ReadinessReview, ReadinessVote, ReleaseReadinessEvent};
use crate::role_type::RoleType;
use crate::scope::Scope;
use std::collections::BTreeSet;

/// The most conditions of one decision.
const CONDITIONS_MAX: usize = 100;
/// The most votes of one review.
const VOTES_MAX: usize = 100;

impl Acting<'_> {
    pub(super) fn review(&self, it: &ReadinessReview) -> Result<ReleaseReadinessEvent, Refusal> {
        let roles =
            [RoleType::ProgramManager, RoleType::ReleaseManagement, RoleType::SolutionManager];
        self.role(&roles, &Scope::Deployment, "record the Release Readiness decision")?;
        self.may_still_be_reviewed()?;
        self.shown_release(it.release)?;
        self.is_past(it.on, "the review")?;
        let conditions = self.checked_conditions(it)?;
        let votes = self.votes_of(it)?;
        let reason = it.reason.as_deref().map(|it| worded("the reason", it)).transpose()?;
        if it.decision != ReadinessDecision::NoGo {
            self.may_go(it, &votes, reason.as_deref())?;
        } else if reason.is_none() {
            return Err(Refusal::invalid("why not is missing", "give the reason with `--reason`"));
        }
        let review = Box::new(ReadinessReview { conditions, votes, reason, ..it.clone() });
        Ok(ReleaseReadinessEvent::Reviewed { review })
    }

    fn may_still_be_reviewed(&self) -> Result<(), Refusal> {
        match self.state.deployment {
            DeploymentState::Draft
            | DeploymentState::Ready
            | DeploymentState::Deploying
            | DeploymentState::Held
            | DeploymentState::Stabilizing
            | DeploymentState::QuietPeriod => Ok(()),
            DeploymentState::MilestoneReview
            | DeploymentState::Closing
            | DeploymentState::Closed
            | DeploymentState::Terminating
            | DeploymentState::Terminated => {
                let text = format!("the deployment is {}", self.state.deployment);
                Err(Refusal::new(RefusalCode::State, text, "there is nothing to decide any more"))
            }
        }
    }

    fn checked_conditions(&self, it: &ReadinessReview) -> Result<Vec<Condition>, Refusal> {
        let has_some = !it.conditions.is_empty();
        match (it.decision, has_some) {
            (ReadinessDecision::Go, true) => {
                let next = "decide `go-with-conditions`";
                return Err(Refusal::invalid("a plain go has no conditions", next));
            }
            (ReadinessDecision::GoWithConditions, false) => {
                let next = "name them with `--condition`, or decide `go`";
                return Err(Refusal::invalid("the conditions are missing", next));
            }
            (ReadinessDecision::Go | ReadinessDecision::NoGo, _)
            | (ReadinessDecision::GoWithConditions, true) => {}
        }
        if it.conditions.len() > CONDITIONS_MAX {
            let text = format!("{} conditions are too many", it.conditions.len());
            return Err(Refusal::invalid(text, format!("give at most {CONDITIONS_MAX}")));
        }
        let mut names = BTreeSet::new();
        let checked = it.conditions.iter().map(|condition| {
            if !names.insert(&condition.id) {
                let text = format!("condition {} is named twice", condition.id);
                return Err(Refusal::invalid(text, "give each its own name"));
            }
            if self.state.plan.person(&condition.owner).is_none() {
                return Err(Refusal::unknown(&condition.owner));
            }
            if condition.due < it.on {
                let text = format!("condition {} was due before the review", condition.id);
                return Err(Refusal::invalid(text, "give a day on or after the review"));
            }
            let text = worded("the condition", &condition.text)?;
            Ok(Condition { text, ..condition.clone() })
        });
        checked.collect()
    }

    /// Returns the votes of the review: those cast here, or those of its minutes.
    fn votes_of(&self, it: &ReadinessReview) -> Result<Vec<ReadinessVote>, Refusal> {
        if it.minutes.is_none() {
            if !it.votes.is_empty() {
                let text = "votes are cast by those who vote";
                let next = "each votes with `landfall release-readiness vote`; a review that was held elsewhere names its `--minutes`";
                return Err(Refusal::invalid(text, next));
            }
            let cast = self.state.release_readiness.votes_on(it.release);
            return Ok(cast
                .map(|it| ReadinessVote {
                    role: it.role,
                    by: it.by.to_string(),
                    recommendation: it.recommendation,
                    reason: it.reason.clone(),
                })
                .collect());
        }
        self.checked_evidence(it.minutes.as_slice())?;
        if it.votes.is_empty() || it.votes.len() > VOTES_MAX {
            let text = format!("minutes with {} votes are none", it.votes.len());
            return Err(Refusal::invalid(text, format!("give 1 to {VOTES_MAX} with `--vote`")));
        }
        let checked = it.votes.iter().map(|vote| {
            let by = worded("who voted", &vote.by)?;
            let reason = vote.reason.as_deref().map(|it| worded("the reason", it)).transpose()?;
            Ok(ReadinessVote { by, reason, ..vote.clone() })
        });
        checked.collect()
    }

    /// A decision to go follows the votes; where they stand against one another, the Solution
    /// Manager breaks the tie.
    fn may_go(
        &self,
        it: &ReadinessReview,
        votes: &[ReadinessVote],
        reason: Option<&str>,
    ) -> Result<(), Refusal> {
        if self.state.plan.profile == Profile::Solo {
            return Ok(());
        }
        if it.minutes.is_none() {
            self.everybody_voted(votes)?;
            if !self.state.is_declared_final() {
                let text = "nobody has declared this release final";
                let roles = [RoleType::TestManager, RoleType::ReleaseManagement];
                let next = format!(
                    "{} to declare it: `landfall release-readiness declare-final`",
                    self.ask(&roles, &Scope::Deployment)
                );
                return Err(Refusal::new(RefusalCode::Gate, text, next));
            }
        }
        let of =
            |wanted: Recommendation| votes.iter().filter(move |it| it.recommendation == wanted);
        let Some(against) = of(Recommendation::NoGo).next() else { return Ok(()) };
        let director = &[RoleType::SolutionManager];
        if of(Recommendation::Go).next().is_none() {
            let text = format!("nobody voted to go, and {} voted against it", against.role);
            return Err(Refusal::new(RefusalCode::Gate, text, "record `no-go`, or vote again"));
        }
        if !self.held(&Scope::Deployment).contains(&RoleType::SolutionManager) {
            let text =
                format!("{} voted against it: only the Solution Manager decides", against.role);
            let next = self.ask(director, &Scope::Deployment);
            return Err(Refusal::new(RefusalCode::NotPermitted, text, next));
        }
        if reason.is_none() {
            let text = format!("{} voted against it, and no reason is given", against.role);
            return Err(Refusal::invalid(text, "say with `--reason` why it goes nevertheless"));
        }
        Ok(())
    }

    fn everybody_voted(&self, votes: &[ReadinessVote]) -> Result<(), Refusal> {
        let plan = &self.state.plan;
        let is_held = |it: &&RoleType| plan.holders(**it).next().is_some();
        let voting = RoleType::PROJECT.iter().filter(is_held);
        let lacking: Vec<RoleType> =
            voting.copied().filter(|role| votes.iter().all(|it| it.role != *role)).collect();
        if lacking.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = lacking.iter().map(ToString::to_string).collect();
        let text = format!("these have not voted on this release: {}", names.join(", "));
        let next = format!(
            "{} to vote: `landfall release-readiness vote go`",
            self.ask(&lacking, &Scope::Deployment)
        );
        Err(Refusal::new(RefusalCode::Gate, text, next))
    }
}
