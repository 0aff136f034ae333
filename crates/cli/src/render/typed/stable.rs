//! Commands of the third process as they are typed.

use super::quoted;
use model::milestone::MilestoneCommand;

pub(super) fn milestone(command: &MilestoneCommand) -> String {
    match command {
        MilestoneCommand::Convene { milestone, invitees, effective } => {
            let invited: String = invitees.iter().map(|it| format!(" --invite {it}")).collect();
            let effective = effective.map(|it| format!(" --effective {it}")).unwrap_or_default();
            format!("milestone convene {milestone}{invited}{effective}")
        }
        MilestoneCommand::Vote { milestone, recommendation, reason } => {
            let reason = reason.as_ref().map(|it| format!(" --reason {}", quoted(it)));
            format!("milestone vote {milestone} {recommendation}{}", reason.unwrap_or_default())
        }
        MilestoneCommand::AddAction { milestone, action } => format!(
            "milestone action {milestone} --text {} --owner {} --due {}",
            quoted(&action.text),
            action.owner,
            action.due
        ),
        MilestoneCommand::Adjourn { milestone, reason } => {
            format!("milestone adjourn {milestone} --reason {}", quoted(reason))
        }
        MilestoneCommand::Reject { milestone, returns_to, reason } => {
            format!("milestone reject {milestone} --to {returns_to} --reason {}", quoted(reason))
        }
        MilestoneCommand::Rework { milestone, reason } => {
            format!("milestone rework {milestone} --reason {}", quoted(reason))
        }
        MilestoneCommand::Declare { statement } => {
            let statement = statement.as_ref().map(|it| format!(" --statement {}", quoted(it)));
            format!("milestone declare{}", statement.unwrap_or_default())
        }
        MilestoneCommand::Revoke { milestone, reason } => {
            format!("milestone revoke {milestone} --reason {}", quoted(reason))
        }
    }
}
