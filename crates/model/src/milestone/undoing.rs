//! What follows when a milestone no longer holds, or what its review rested on.
//!
//! House rule: everything that rested on it goes in one change, so that there is no instant at
//! which the quiet period runs and the deployment is not stable.

use super::{Milestone, MilestoneEvent};
use crate::event::Event;
use crate::machine::{
    DeploymentState, DeploymentTransition, MilestoneState, MilestoneTransition, QuietPeriodState,
    Transition,
};
use crate::quiet_period::{QuietPeriod, QuietPeriodEvent};
use crate::sheet::{Sheet, superseded};
use crate::state::State;

/// Returns that the review of Deployment Complete has lost its ground because of `reason`: what its
/// document says is no longer so, and nobody has signed what comes instead.
pub(crate) fn sent_back(state: &State, reason: &str) -> Vec<Event> {
    let milestone = Milestone::Complete;
    let transition = match state.milestones.state(milestone) {
        MilestoneState::ReadyForReview => MilestoneTransition::CriteriaLost,
        MilestoneState::InReview => MilestoneTransition::Adjourned,
        MilestoneState::Approved => MilestoneTransition::Revoked,
        MilestoneState::Pending | MilestoneState::Rejected | MilestoneState::Revoked => {
            return vec![];
        }
    };
    let mut events = superseded(state, &Sheet::MilestoneReview);
    events.push(Event::Milestone(MilestoneEvent::Moved {
        milestone,
        review: state.milestones.number(milestone),
        transition,
        reason: Some(reason.to_owned()),
        gate: vec![],
        document: None,
        returns_to: None,
    }));
    events
}

/// Returns the quiet period that runs, is judged, or whose report is not signed yet.
fn unsettled(state: &State) -> Option<&QuietPeriod> {
    let last = || state.quiet_periods.last();
    let is_judged = |it: &&QuietPeriod| {
        it.state == QuietPeriodState::Completed && state.deployment == DeploymentState::QuietPeriod
    };
    state.quiet_periods.open().or_else(|| last().filter(is_judged))
}

/// Returns everything that happens when Deployment Stable is taken back because of `reason`.
pub fn undone(state: &State, reason: &str) -> Vec<Event> {
    let mut events = superseded(state, &Sheet::DeploymentStable);
    events.extend(superseded(state, &Sheet::QuietPeriodReport));
    if let Some(review) = state.milestones.approved(Milestone::Stable) {
        events.push(Event::Milestone(MilestoneEvent::Moved {
            milestone: Milestone::Stable,
            review: review.number,
            transition: MilestoneTransition::Revoked,
            reason: Some(reason.to_owned()),
            gate: vec![],
            document: None,
            returns_to: None,
        }));
    }
    if let Some(period) = unsettled(state) {
        let (number, cause) = (period.number, reason.to_owned());
        events.push(Event::QuietPeriod(QuietPeriodEvent::Aborted { number, cause }));
    }
    let transition = match state.deployment {
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
    if transition.follows(state.deployment).is_some() {
        let reason = Some(reason.to_owned());
        events.push(Event::Deployment { transition, reason, gate: vec![] });
    }
    events
}
