//! What is not undone lightly: data that a rollback loses, and outcomes that nobody knows.
//!
//! House rule: no path leads from failed or unknown to the next step without a recorded rule or a
//! recorded human decision.

use super::super::Acting;
use crate::component::RollbackPlan;
use crate::event::StepDecision;
use crate::guard::{Guard, GuardReading};
use crate::id::ComputerId;
use crate::refusal::{Refusal, RefusalCode};
use crate::role_type::RoleType;
use crate::scope::Scope;

impl Acting<'_> {
    /// C7: the rollback is allowed by the plan, and whoever answers for the data knows what it loses.
    pub(in super::super) fn c7(
        &self,
        scope: &Scope,
        name: &str,
        plan: &RollbackPlan,
        accept_loss: bool,
    ) -> Result<GuardReading, Refusal> {
        match plan {
            RollbackPlan::ForwardFix { reason } => {
                let text = format!("{name} does not go back: {reason}");
                Err(Refusal::new(
                    RefusalCode::Gate,
                    text,
                    "fix it forward: retry or revise the plan",
                ))
            }
            RollbackPlan::Steps { loses: Some(loses) } if !accept_loss => {
                let text = format!("rolling back {name} loses {loses}");
                Err(Refusal::new(
                    RefusalCode::Gate,
                    text,
                    "say that this is accepted: `--accept-loss`",
                ))
            }
            RollbackPlan::Steps { loses: Some(loses) } => {
                self.loss_is_acknowledged(scope, name, loses)?;
                Ok(GuardReading::met(Guard::C7))
            }
            RollbackPlan::Steps { loses: None } => Ok(GuardReading::met(Guard::C7)),
        }
    }

    /// Data is lost only with the Product Manager's word, given for what runs there now.
    fn loss_is_acknowledged(&self, scope: &Scope, name: &str, loses: &str) -> Result<(), Refusal> {
        let roles = [RoleType::ProductManager];
        if self.state.roles_of(self.person, scope).contains(&RoleType::ProductManager) {
            return Ok(());
        }
        let scopes = match scope {
            Scope::Site(id) => vec![scope.clone(), self.ring_scope(id)],
            Scope::Deployment
            | Scope::Core
            | Scope::Component(_)
            | Scope::Ring(_)
            | Scope::Rfc(_) => vec![scope.clone()],
        };
        let began = self.state.run(scope).map(|it| it.began);
        let stated = self.state.attested(Guard::C7, &scopes);
        if stated.is_some_and(|it| began.is_none_or(|began| began <= it.at)) {
            return Ok(());
        }
        let text = format!(
            "rolling back {name} loses {loses}, which the Product Manager has not acknowledged"
        );
        let who = self.ask(&roles, scope);
        let next = format!("{who} to say so: `landfall attest C7 {scope} --statement …`");
        Err(Refusal::new(RefusalCode::Gate, text, next))
    }
}

/// What nobody knows is found out computer by computer: a decision on several at once is refused.
pub(in super::super) fn one_by_one(
    scope: &Scope,
    decision: StepDecision,
    computers: &[ComputerId],
    unknown: usize,
) -> Result<(), Refusal> {
    let is_about_unknown = match decision {
        StepDecision::Done | StepDecision::NotDone | StepDecision::Failed => true,
        StepDecision::Retry | StepDecision::Ignore | StepDecision::Exclude => false,
    };
    if is_about_unknown && computers.is_empty() && unknown > 1 {
        let text = format!("{unknown} steps at {scope} have no known outcome");
        return Err(Refusal::invalid(text, "look at each, and name it with `--computer`"));
    }
    Ok(())
}
