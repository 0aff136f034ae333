//! What people say in a rehearsal where a command of the third process asks for a text.
//!
//! House rule: a wait that asks people carries a command that they can give.

use model::assignment::AssignmentCommand;
use model::command::Command;
use model::milestone::MilestoneCommand;
use model::quiet_period::QuietPeriodCommand;
use model::readiness::ReadinessCommand;

/// Returns the text that `command` lacks, if it does.
pub(super) fn text_of(command: &mut Command) -> Option<&mut String> {
    let text = if let Command::Readiness(
        ReadinessCommand::Judge { evidence: text, .. }
        | ReadinessCommand::ReportMonitoring { evidence: text, .. }
        | ReadinessCommand::PublishGuides { place: text, .. }
        | ReadinessCommand::WithdrawObjection { reason: text },
    ) = command
    {
        text
    } else if let Command::Assignment(AssignmentCommand::AcceptKnowledge { what, .. }) = command {
        what
    } else if let Command::Milestone(MilestoneCommand::Rework { reason, .. })
    | Command::QuietPeriod(
        QuietPeriodCommand::Accept { reason, .. } | QuietPeriodCommand::Extend { reason, .. },
    ) = command
    {
        reason
    } else {
        return None;
    };
    text.is_empty().then_some(text)
}
