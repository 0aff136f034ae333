//! The fourth process by itself: the review becomes ready, sheets are asked for, the survey closes.
//!
//! Source: Deploy SMF, Process 4, Table 7; the milestone machine (MIL-1, MIL-2), guards D1 to D9,
//! K1 to K8, TR1 to TR3.

use super::Agenda;
use super::sheets::{ask, of_sites};
use super::stable::ready_or_not;
use crate::facts::Look;
use model::event::Event;
use model::gates;
use model::guard::{Guard, GuardReading};
use model::machine::{DeploymentState, MilestoneState};
use model::milestone::Milestone;
use model::scope::Scope;
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
            let mut gate = gates::termination::gate(state, now);
            // Of the last of them only the signatures are left.
            if state.termination.lessons.is_some() {
                gate.retain(|it| it.guard != Guard::TR3);
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
    let Some(round) = look.state.surveys.open() else {
        // People are asked to open one from then on.
        look.again(gates::complete::survey_opens(look.state));
        return;
    };
    if look.now >= round.closes {
        let round = u32::try_from(look.state.surveys.rounds.len()).unwrap_or(u32::MAX);
        agenda.events.push(Event::Survey(SurveyEvent::Closed { round }));
    } else {
        look.again(Some(round.closes));
    }
}

fn review(look: &mut Look<'_>, agenda: &mut Agenda) {
    // Sites that have to be confirmed again are signed for in the review too.
    of_sites(look, agenda);
    let milestone = Milestone::Complete;
    let gate = gates::complete::gate(look.state, look.now);
    match look.state.milestones.state(milestone) {
        MilestoneState::Pending | MilestoneState::ReadyForReview => {
            agenda.events.extend(ready_or_not(look, milestone, gate));
        }
        MilestoneState::InReview => {
            let quorum = gates::milestone::quorum(look.state);
            let scope = [Scope::Deployment];
            let quorum = look.state.reading(Guard::SG1, &scope, look.now, quorum);
            let gate: Vec<GuardReading> = gate.into_iter().chain([quorum]).collect();
            ask(look, agenda, &Sheet::MilestoneReview, |_| gate.clone());
        }
        MilestoneState::Approved | MilestoneState::Rejected | MilestoneState::Revoked => {}
    }
}
