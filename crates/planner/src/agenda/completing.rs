//! The fourth process by itself: the review becomes ready, sheets are asked for, the survey closes.
//!
//! Source: Deploy SMF, Process 4, Table 7; the milestone machine (MIL-1, MIL-2), guards D1 to D9,
//! K1 to K8, TR1 to TR3.

use super::Agenda;
use super::sheets::ask;
use crate::facts::Look;
use model::event::Event;
use model::gates;
use model::guard::GuardReading;
use model::machine::{DeploymentState, MilestoneState, MilestoneTransition};
use model::milestone::{Milestone, MilestoneEvent};
use model::sheet::Sheet;
use model::survey::SurveyEvent;

pub(super) fn completing(look: &mut Look<'_>, agenda: &mut Agenda) {
    survey(look, agenda);
    match look.state.deployment {
        DeploymentState::MilestoneReview => review(look, agenda),
        DeploymentState::Closing => {
            let gate = gates::close_out::gate(look.state, look.now);
            ask(look, agenda, &Sheet::CloseOut, |_| gate.clone());
        }
        DeploymentState::Terminating => {
            let (state, now) = (look.state, look.now);
            let all = gates::termination::gate(state, now);
            // The last of them is the signatures themselves.
            let mut gate: Vec<GuardReading> = all.into_iter().take(2).collect();
            if state.termination.lessons.is_none() {
                gate.extend(gates::termination::gate(state, now).into_iter().skip(2));
            }
            ask(look, agenda, &Sheet::Termination, |_| gate.clone());
        }
        DeploymentState::Draft
        | DeploymentState::Ready
        | DeploymentState::Deploying
        | DeploymentState::Held
        | DeploymentState::Stabilizing
        | DeploymentState::QuietPeriod
        | DeploymentState::Closed
        | DeploymentState::Terminated => {}
    }
}

/// Nobody closes a survey early, and nobody has to close it.
fn survey(look: &mut Look<'_>, agenda: &mut Agenda) {
    let Some(round) = look.state.surveys.open() else { return };
    if look.now >= round.closes {
        let round = u32::try_from(look.state.surveys.rounds.len()).unwrap_or(u32::MAX);
        agenda.events.push(Event::Survey(SurveyEvent::Closed { round }));
    } else {
        look.again(Some(round.closes));
    }
}

fn review(look: &Look<'_>, agenda: &mut Agenda) {
    let milestone = Milestone::Complete;
    let gate = gates::complete::gate(look.state, look.now);
    let is_open = gate.iter().all(|it| it.verdict.passes());
    let transition = match (look.state.milestones.state(milestone), is_open) {
        (MilestoneState::Pending, true) => MilestoneTransition::CriteriaMet,
        (MilestoneState::ReadyForReview, false) => MilestoneTransition::CriteriaLost,
        (MilestoneState::InReview, _) => {
            ask(look, agenda, &Sheet::MilestoneReview, |_| gate.clone());
            return;
        }
        (
            MilestoneState::Pending
            | MilestoneState::ReadyForReview
            | MilestoneState::Approved
            | MilestoneState::Rejected
            | MilestoneState::Revoked,
            _,
        ) => return,
    };
    agenda.events.push(Event::Milestone(MilestoneEvent::Moved {
        milestone,
        review: look.state.milestones.number(milestone),
        transition,
        reason: None,
        gate,
        document: None,
        returns_to: None,
    }));
}
