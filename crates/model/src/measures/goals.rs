//! The three outcomes of a deployment, each from what is measured and what people said.
//!
//! Source: Deploy SMF, Table 2: outcomes of the Deploy SMF goals.
//! House rule: say unknown when you do not know.

use super::outcomes::{Outcome, OutcomeStanding};
use crate::assessment::satisfaction;
use crate::assignment::involvement;
use crate::gates;
use crate::machine::SignOffState;
use crate::milestone::Milestone;
use crate::role_type::RoleType;
use crate::sheet::{Sheet, SlotId};
use crate::state::State;
use jiff::Timestamp;

/// Returns the three outcomes at the instant `now`.
pub fn goals(state: &State, now: Timestamp) -> [Outcome; 3] {
    [stable(state, now), satisfied(state), transferred(state)]
}

fn reached(is_reached: bool) -> OutcomeStanding {
    if is_reached { OutcomeStanding::Reached } else { OutcomeStanding::Open }
}

fn has_signed(state: &State, sheet: Sheet, role: RoleType) -> bool {
    let slot = SlotId { sheet, role };
    state.slots.get(&slot).is_some_and(|it| it.state == SignOffState::Signed)
}

fn stable(state: &State, now: Timestamp) -> Outcome {
    let gate = gates::milestone::readings(state, Milestone::Stable, now);
    let met = gate.iter().filter(|it| it.verdict.passes()).count();
    let is_declared = state.milestones.approved(Milestone::Stable).is_some();
    let declared = if is_declared { "declared stable" } else { "not declared stable" };
    let issues = super::outcomes::support_issues(state, now);
    Outcome {
        measure: "Stable solution deployed to the production environment",
        rule: "Deployment Stable is approved and in force; beside it its criteria and the support issues",
        value: format!(
            "{declared}; {met} of {} criteria are met; support issues: {}",
            gate.len(),
            issues.value
        ),
        n: gate.len(),
        standing: reached(is_declared),
    }
}

fn satisfied(state: &State) -> Outcome {
    let is_accepted = has_signed(state, Sheet::MilestoneReview, RoleType::Customer);
    let accepted = if is_accepted { "accepted by signature" } else { "not accepted yet" };
    let (measured, _) = satisfaction(state);
    let measured = measured.unwrap_or_else(|| "nobody has answered the survey".to_owned());
    Outcome {
        measure: "Customer is satisfied with and accepts the deployed solution",
        rule: "acceptance is the customer's signature; satisfaction is measured, and shown beside it",
        value: format!("{accepted}; {measured}"),
        n: 1,
        standing: reached(is_accepted),
    }
}

fn transferred(state: &State) -> Outcome {
    let takers = [RoleType::OperationsManager, RoleType::SupportManager];
    let accepted: Vec<RoleType> =
        takers.into_iter().filter(|it| has_signed(state, Sheet::MilestoneReview, *it)).collect();
    let found = involvement(state);
    Outcome {
        measure: "Solution successfully transferred to operations and support",
        rule: "both have signed that they need the project no more, and nobody of it is active",
        value: format!("{} of {} have accepted; {found}", accepted.len(), takers.len()),
        n: takers.len(),
        standing: reached(accepted.len() == takers.len() && found.active == 0),
    }
}
