//! Milestones: convened, recommended on, decided.

use crate::args::milestone::MilestoneOf;
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use model::command::Command;
use model::gates::milestone::readings;
use model::milestone::{FollowOnAction, Milestone, MilestoneCommand, signatures};
use model::responsibility::{Duty, transfers, turns};
use model::scope::Scope;
use serde_json::json;

pub(crate) async fn milestone(it: &MilestoneOf, mut desk: Desk) -> Result<Exit, Fault> {
    let command = match it.clone() {
        MilestoneOf::Show => return show(&desk),
        MilestoneOf::Convene { milestone, invitees, effective } => {
            MilestoneCommand::Convene { milestone, invitees, effective }
        }
        MilestoneOf::Vote { milestone, recommendation, reason } => {
            MilestoneCommand::Vote { milestone, recommendation, reason }
        }
        MilestoneOf::Action { milestone, text, owner, due } => {
            let action = FollowOnAction { text, owner, due };
            MilestoneCommand::AddAction { milestone, action }
        }
        MilestoneOf::Adjourn { milestone, reason } => {
            MilestoneCommand::Adjourn { milestone, reason }
        }
        MilestoneOf::Reject { milestone, to, reason } => {
            MilestoneCommand::Reject { milestone, returns_to: to, reason }
        }
        MilestoneOf::Rework { milestone, reason } => MilestoneCommand::Rework { milestone, reason },
        MilestoneOf::Declare { statement } => MilestoneCommand::Declare { statement },
        MilestoneOf::Revoke { milestone, reason } => MilestoneCommand::Revoke { milestone, reason },
    };
    desk.act_and_tell(&Scope::Deployment, &Command::Milestone(command)).await?;
    Ok(Exit::Done)
}

fn show(desk: &Desk) -> Result<Exit, Fault> {
    let state = desk.state();
    let duties = [Duty::Running, Duty::Answering];
    let turns: Vec<_> = duties.into_iter().flat_map(|it| turns(state, it)).collect();
    let of = |milestone| {
        json!({ "milestone": milestone, "signatures": signatures(state, milestone),
            "criteria": readings(state, milestone, desk.now()) })
    };
    let standing = [Milestone::Stable, Milestone::Complete].map(of);
    let answer = json!({ "milestones": state.milestones, "standing": standing,
        "responsibility": turns, "transfers": transfers(state) });
    desk.answer(&answer, || render::milestone::page(state, desk.now()))?;
    Ok(Exit::Done)
}
