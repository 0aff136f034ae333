//! The four processes of a deployment, each with the gate at its end.

use model::machine::{DeploymentState, SignOffState};
use model::sheet::{Sheet, SlotId};
use model::state::State;
use serde::Serialize;

/// One of the four processes.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct ProcessLine {
    /// Its number, from 1.
    pub number: u8,
    /// Its title.
    pub title: &'static str,
    /// Where it stands.
    pub stands: ProcessStanding,
    /// The sheet that closes it.
    pub sheet: String,
    /// The title of that sheet.
    pub gate: String,
    /// How many of the sheet's slots are signed.
    pub signed: usize,
    /// How many slots it has.
    pub slots: usize,
}

/// Where a process stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProcessStanding {
    /// It is still to come.
    Ahead,
    /// It is going on.
    Now,
    /// Its sheet is signed.
    Done,
}

/// Returns the four processes, in their order.
pub fn processes(state: &State) -> [ProcessLine; 4] {
    use ProcessStanding::{Done, Now};
    let has_core = !state.plan.components.is_empty();
    let is_core_done = !has_core || state.is_locked(&Sheet::CoreFinal);
    let is_deploying = match state.deployment {
        DeploymentState::Deploying | DeploymentState::Held => true,
        DeploymentState::Draft
        | DeploymentState::Ready
        | DeploymentState::Stabilizing
        | DeploymentState::QuietPeriod
        | DeploymentState::MilestoneReview
        | DeploymentState::Closing
        | DeploymentState::Closed
        | DeploymentState::Terminating
        | DeploymentState::Terminated => false,
    };
    let is_stabilizing =
        matches!(state.deployment, DeploymentState::Stabilizing | DeploymentState::QuietPeriod);
    let is_completing =
        matches!(state.deployment, DeploymentState::MilestoneReview | DeploymentState::Closing);
    let is_closed = state.deployment == DeploymentState::Closed;
    let past_stable = is_completing || is_closed;
    let past_sites = is_stabilizing || is_completing || is_closed;
    [
        line(state, 1, Sheet::CoreFinal, &[(is_core_done, Done), (is_deploying, Now)]),
        line(state, 2, Sheet::SitesComplete, &[(past_sites, Done), (is_deploying, Now)]),
        line(state, 3, Sheet::DeploymentStable, &[(past_stable, Done), (is_stabilizing, Now)]),
        line(state, 4, Sheet::MilestoneReview, &[(is_closed, Done), (is_completing, Now)]),
    ]
}

/// Returns the process with the first standing that holds.
fn line(
    state: &State,
    number: u8,
    sheet: Sheet,
    standings: &[(bool, ProcessStanding)],
) -> ProcessLine {
    let slots = sheet.slots();
    let is_signed =
        |it: &&SlotId| state.slots.get(*it).is_some_and(|it| it.state == SignOffState::Signed);
    let stands = standings.iter().find(|(holds, _)| *holds).map(|(_, it)| *it);
    let title = match number {
        1 => "Deploy core components",
        2 => "Deploy sites",
        3 => "Stabilize deployment",
        _ => "Complete deployment",
    };
    ProcessLine {
        number,
        title,
        stands: stands.unwrap_or(ProcessStanding::Ahead),
        gate: sheet.title(),
        sheet: sheet.to_string(),
        signed: slots.iter().filter(is_signed).count(),
        slots: slots.len(),
    }
}
