//! What follows when Deployment Stable no longer holds.
//!
//! House rule: everything that rested on it goes in one change, so that there is no instant at
//! which the quiet period runs and the deployment is not stable.

use super::{Milestone, MilestoneEvent};
use crate::event::Event;
use crate::machine::{DeploymentState, DeploymentTransition, MilestoneTransition, Transition};
use crate::quiet_period::QuietPeriodEvent;
use crate::sheet::{Sheet, superseded};
use crate::state::State;

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
    if let Some(period) = state.quiet_periods.open() {
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
