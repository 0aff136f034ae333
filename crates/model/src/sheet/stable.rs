//! The sheets of the third process: Deployment Stable, and the report of the quiet period.
//!
//! Their facts are frozen, when the review is convened and when the quiet period is judged: what
//! happens while people sign does not change what they sign.
//!
//! Source: Deploy SMF, Process 3, outputs of Table 6.

use super::Sheet;
use crate::milestone::Milestone;
use crate::role_type::RoleType;
use crate::state::State;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Returns the sentence that a signature of `role` on `sheet` means.
pub(super) fn meaning(sheet: &Sheet, role: RoleType) -> &'static str {
    match (sheet, role) {
        (Sheet::QuietPeriodReport, RoleType::OperationsManager) => {
            "The quiet period was measured, completely."
        }
        (Sheet::QuietPeriodReport, _) => {
            "The incidents, issues and escalations listed are those of the quiet period."
        }
        (_, RoleType::Customer) => {
            "The sites are operating satisfactorily. This is not the final acceptance."
        }
        (_, RoleType::OperationsManager) => {
            "Operations runs the service first from the stated instant on."
        }
        (_, RoleType::SupportManager) => "Support answers users first from the stated instant on.",
        (_, _) => "The project team declares the deployment stable.",
    }
}

/// Returns the frozen facts of the last review, with what was put down since.
pub(super) fn deployment_stable(state: &State) -> Value {
    let review = state.milestones.last(Milestone::Stable);
    let facts = review.and_then(|it| it.facts.clone()).unwrap_or(Value::Null);
    let actions = review.map(|it| it.actions.clone()).unwrap_or_default();
    json!({ "review": review.map(|it| it.number), "facts": facts, "follow-on-actions": actions })
}

/// Returns the facts of the report of the quiet period.
pub(super) fn quiet_period_report(_state: &State) -> Value {
    Value::Null
}

/// Returns what the review of `milestone` freezes at the instant `now`.
pub fn milestone_facts(
    state: &State,
    milestone: Milestone,
    effective: Option<Timestamp>,
    now: Timestamp,
) -> Value {
    let gate = crate::gates::milestone::readings(state, milestone, now);
    json!({
        "milestone": milestone.title(),
        "as-of": now,
        "effective": effective,
        "criteria": gate,
        "data-pack": match milestone {
            Milestone::Stable => Value::Null,
            Milestone::Complete => super::complete::review_facts(state),
        },
    })
}
