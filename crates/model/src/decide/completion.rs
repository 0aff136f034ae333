//! Declaring Deployment Complete: the last act of the milestone.
//!
//! The customer accepts and everybody signs in any order; the declaration comes
//! after all of it, so that nobody declares complete what nobody has accepted.
//!
//! Source: Deploy SMF, overview, "declares the deployment complete"; Process 4, Table 7; PRJ-12.

use super::{Acting, worded};
use crate::close_out::CloseOutCommand;
use crate::command::Command;
use crate::event::Event;
use crate::gates;
use crate::history::HistoryCommand;
use crate::machine::{DeploymentTransition, Transition};
use crate::milestone::Milestone;
use crate::refusal::{Refusal, RefusalCode, pass};
use crate::role_type::RoleType;
use crate::scope::Scope;

impl Acting<'_> {
    /// Refuses everything once the record is sealed, but for the review of the benefits, that people are
    /// forgotten, and that it goes on after a loss or under a clock that was doubted.
    pub(super) fn not_sealed(&self, command: &Command) -> Result<(), Refusal> {
        let is_of_afterwards = matches!(
            command,
            Command::CloseOut(CloseOutCommand::ReviewBenefits { .. })
                | Command::History(
                    HistoryCommand::ForgetPerson { .. }
                        | HistoryCommand::AcceptLoss { .. }
                        | HistoryCommand::AcceptClock { .. }
                )
        );
        if !self.state.is_sealed() || is_of_afterwards {
            return Ok(());
        }
        let text = format!(
            "{} is {}, and its record sealed",
            self.state.plan.deployment, self.state.deployment
        );
        let next = "read it; only the review of the benefits can still be put down, and people be forgotten";
        Err(Refusal::new(RefusalCode::State, text, next))
    }

    pub(super) fn declare_complete(&self, statement: Option<&str>) -> Result<Vec<Event>, Refusal> {
        let roles = [RoleType::SolutionManager];
        self.role(&roles, &Scope::Deployment, "declare Deployment Complete")?;
        let transition = DeploymentTransition::DeclaredComplete;
        transition.attempt(&self.state.plan.deployment, self.state.deployment)?;
        let reason = statement.map(|it| worded("the statement", it)).transpose()?;
        let mut readings = gates::complete::signatures(self.state, self.now);
        readings.extend(gates::complete::gate(self.state, self.now));
        let gate = pass("declaring Deployment Complete", readings)?;
        // Everybody has signed, so the review has approved it: it cannot be otherwise.
        if self.state.milestones.approved(Milestone::Complete).is_none() {
            let next = "`landfall milestone show` says where its review stands";
            let text = "the review of Deployment Complete has not approved it";
            return Err(Refusal::new(RefusalCode::State, text, next));
        }
        let declared = Event::Deployment { transition, reason, gate };
        Ok([declared].into_iter().chain(self.on_call_ends()).collect())
    }
}
