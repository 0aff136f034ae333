//! What people say in a rehearsal on the way to Release Readiness where a text is asked for.
//!
//! House rule: a wait that asks people carries a command that they can give.

use model::companion_plans::Experience;
use model::release_readiness::ReleaseReadinessCommand;

/// Puts `text` wherever `command` lacks one.
pub(super) fn fill(command: &mut ReleaseReadinessCommand, text: &str) {
    let fill = |it: &mut String| {
        if it.is_empty() {
            text.clone_into(it);
        }
    };
    match command {
        ReleaseReadinessCommand::DeclareFinal { tests: it, .. }
        | ReleaseReadinessCommand::PublishKnownIssues { place: it, .. }
        | ReleaseReadinessCommand::CloseCondition { evidence: it, .. } => fill(it),
        ReleaseReadinessCommand::DecideStrategy { decision } => {
            fill(&mut decision.infrastructure);
            fill(&mut decision.sites);
        }
        ReleaseReadinessCommand::TellExperience {
            experience:
                Experience::Similar(it)
                | Experience::Rehearsed(it)
                | Experience::Help(it)
                | Experience::ExtraApprover(it),
        } => fill(it),
        ReleaseReadinessCommand::RegisterInput { .. }
        | ReleaseReadinessCommand::JudgePilot { .. }
        | ReleaseReadinessCommand::AcceptKnownIssues { .. }
        | ReleaseReadinessCommand::AcknowledgeCriteria { .. }
        | ReleaseReadinessCommand::Vote { .. }
        | ReleaseReadinessCommand::Review { .. }
        | ReleaseReadinessCommand::CarryCondition { .. } => {}
    }
}
