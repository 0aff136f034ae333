//! Declaring Deployment Complete: the last act of the milestone.
//!
//! The customer accepts and everybody signs in any order; the declaration comes
//! after all of it, so that nobody declares complete what nobody has accepted.
//!
//! Source: Deploy SMF, overview, "declares the deployment complete"; Process 4, Table 7; PRJ-12.

use super::{Acting, worded};
use crate::event::Event;
use crate::gates;
use crate::machine::{DeploymentTransition, Transition};
use crate::milestone::Milestone;
use crate::refusal::{Refusal, pass};
use crate::role_type::RoleType;
use crate::scope::Scope;

impl Acting<'_> {
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
            return Err(Refusal::new(crate::refusal::RefusalCode::State, text, next));
        }
        Ok(vec![Event::Deployment { transition, reason, gate }])
    }
}
