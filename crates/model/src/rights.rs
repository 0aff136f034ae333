//! Rights: what a command asks of whoever gives it.
//!
//! Who has finished their duties for the project still reviews, contributes and signs. Who has
//! left it does neither.
//!
//! House rule: rights follow the assignment, in one place, whatever the command.

use crate::command::Command;
use crate::id::PersonId;
use crate::machine::AssignmentState;
use crate::profile::Profile;
use crate::state::State;
use crate::survey::{Respondent, SurveyCommand};

/// What a command asks of whoever gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rights {
    /// To work on the deployment.
    Operate,
    /// To review, contribute or sign.
    Contribute,
}

impl Command {
    /// Returns whether nobody may be named for it: a user who answers the survey through a link.
    pub fn is_anonymous(&self) -> bool {
        let Self::Survey(SurveyCommand::Answer { respondent, .. }) = self else { return false };
        matches!(respondent, Respondent::Link(_))
    }

    /// Returns what the command asks of whoever gives it.
    pub fn rights(&self) -> Rights {
        match self {
            Self::Baseline { .. }
            | Self::Open
            | Self::RevisePlan { .. }
            | Self::HoldDeployment { .. }
            | Self::ReleaseDeployment { .. }
            | Self::Cancel { .. }
            | Self::Hold { .. }
            | Self::Rfc { .. }
            | Self::AcknowledgeSchedule { .. }
            | Self::Adopt { .. }
            | Self::ResolveRefusal { .. }
            | Self::Revisit { .. }
            | Self::HaltRing { .. }
            | Self::HaltSite { .. }
            | Self::CancelOrders { .. }
            | Self::ResumeRing { .. }
            | Self::Resume { .. }
            | Self::Decide { .. }
            | Self::Confirm { .. }
            | Self::RollBack { .. }
            | Self::Replan { .. }
            | Self::Exempt { .. }
            | Self::Incident(_)
            | Self::Escalation(_)
            | Self::ChangeSchedule(_)
            | Self::SiteCare(_)
            | Self::Message(_)
            | Self::Training(_)
            | Self::Precheck(_) => Rights::Operate,
            Self::Attest { .. }
            | Self::RequestWaiver { .. }
            | Self::ApproveWaiver { .. }
            | Self::RefuseWaiver { .. }
            | Self::CloseWaiver { .. }
            | Self::Sign { .. }
            | Self::Withdraw { .. }
            | Self::Refuse { .. }
            | Self::Readiness(_)
            | Self::Assignment(_)
            | Self::Milestone(_)
            | Self::QuietPeriod(_)
            | Self::Survey(_)
            | Self::Assessment(_)
            | Self::CloseOut(_)
            | Self::Termination(_)
            | Self::Delegation(_)
            | Self::Dispute(_)
            | Self::Paper(_)
            | Self::Batch(_)
            | Self::History(_)
            | Self::ReleaseReadiness(_) => Rights::Contribute,
        }
    }
}

impl State {
    /// Returns why the project's role types of `person` do not count for an act that asks for
    /// `rights`: where their assignment stands. Nothing where they count.
    pub fn left_the_project(&self, person: &PersonId, rights: Rights) -> Option<AssignmentState> {
        // One person alone never leaves.
        if self.plan.profile == Profile::Solo {
            return None;
        }
        let standing = self.assignment(person)?;
        let counts = match (standing, rights) {
            (AssignmentState::Named | AssignmentState::Active | AssignmentState::OnCall, _) => true,
            (
                AssignmentState::Closing | AssignmentState::TransferredToOperations,
                Rights::Contribute,
            ) => true,
            (
                AssignmentState::Closing | AssignmentState::TransferredToOperations,
                Rights::Operate,
            )
            | (AssignmentState::Released, _) => false,
        };
        (!counts).then_some(standing)
    }
}
