//! The sheets of the third process: Deployment Stable, and the report of the quiet period.
//!
//! Their facts are frozen, when the review is convened and when the quiet period is judged: what
//! happens while people sign does not change what they sign.
//!
//! Source: Deploy SMF, Process 3, outputs of Table 6.

use super::Sheet;
use crate::assessment;
use crate::guard::{GuardReading, Verdict};
use crate::milestone::Milestone;
use crate::readiness::{checklist, standing};
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

/// Returns the frozen facts of the last quiet period.
pub(super) fn quiet_period_report(state: &State) -> Value {
    let Some(period) = state.quiet_periods.last() else { return Value::Null };
    let verdict = if period.accepted_as_it_was { "accepted as it was" } else { "uneventful" };
    json!({
        "report": period.facts,
        "verdict": period.facts.as_ref().map(|_| verdict),
        "reason": period.reason,
        "follow-on-actions": period.actions,
    })
}

/// Returns what the review of `milestone` freezes at the instant `now`.
pub fn milestone_facts(
    state: &State,
    milestone: Milestone,
    effective: Option<Timestamp>,
    now: Timestamp,
) -> Value {
    let gate = crate::gates::milestone::readings(state, milestone, now);
    let criteria: Vec<Value> = gate.iter().map(criterion).collect();
    let mut facts = json!({
        "milestone": milestone.title(),
        "as-of": now,
        "effective": effective.map_or_else(|| json!("with the last signature"), |it| json!(it)),
        "criteria": criteria,
        "waivers": super::active_waivers(state, |_| true),
    });
    let more = match milestone {
        Milestone::Stable => stable_facts(state, now),
        Milestone::Complete => json!({ "data-pack": super::complete::review_facts(state) }),
    };
    if let (Value::Object(facts), Value::Object(more)) = (&mut facts, more) {
        facts.extend(more);
    }
    facts
}

fn criterion(reading: &GuardReading) -> Value {
    let verdict = match &reading.verdict {
        Verdict::Met => "met".to_owned(),
        Verdict::Unmet { missing, .. } => format!("not met: {missing}"),
        Verdict::Waived { reason, until, .. } => format!("waived until {until}: {reason}"),
        Verdict::Unknown { missing } => format!("not known: {missing}"),
    };
    json!({ "guard": reading.guard, "criterion": reading.guard.text(), "reads": verdict })
}

/// Returns what Deployment Stable shows beside its criteria.
fn stable_facts(state: &State, now: Timestamp) -> Value {
    let plan = &state.plan;
    let terms = state.quiet_terms();
    let expected = plan.success_criteria.iter().map(
        |it| json!({ "criterion": it.id, "text": it.text, "target": it.target, "measured": it.at }),
    );
    let known = plan.release.known_issues.iter();
    let known = known.map(|it| json!({ "issue": it.id, "severity": it.severity, "text": it.text }));
    json!({
        "expectations": expected.collect::<Vec<_>>(),
        "expectations-and-specifications": super::complete::matrix(state),
        "open-negatives": negatives(state),
        "readiness": readiness(state, now),
        "guides": guides(state),
        "team": team(state),
        "transfer-of-responsibility": {
            "statement": "operations runs the service and support answers its users first; the project stands behind them until Deployment Complete",
            "of-each": crate::responsibility::lines(state),
        },
        "quiet-period": {
            "length-days": terms.length_days,
            "minimum-days": terms.minimum_days,
            "zone": plan.zone,
            "uneventful": terms.uneventful,
            "rules": terms.rules,
            "extended-by": "the customer, the operations manager or the solution manager",
        },
        "known-issues": known.collect::<Vec<_>>(),
    })
}

/// Returns what was found not to be as expected or specified, and nobody has accepted.
fn negatives(state: &State) -> Vec<String> {
    let items = state.assessments.items.iter().filter(|(id, it)| {
        let found = &it.judgement.measurement;
        found.verdict == assessment::Verdict::NotMet
            && state.assessments.acceptance(id, &found.value).is_none()
    });
    items.map(|(id, it)| format!("{} {id}: {}", it.kind, it.judgement.measurement.value)).collect()
}

fn readiness(state: &State, now: Timestamp) -> Value {
    let rows = checklist(&state.plan).into_iter().map(|it| {
        let stands = standing(state, &it, now);
        json!({
            "item": it.id,
            "text": it.text,
            "judged": stands.judgement,
            "evidence": stands.evidence,
            "said-by": stands.said_by,
        })
    });
    let accepted = state.readiness.accepted().iter();
    let accepted =
        accepted.map(|it| json!({ "role": it.role, "by": it.by, "at": it.at, "plan": it.plan }));
    json!({ "items": rows.collect::<Vec<_>>(), "accepted": accepted.collect::<Vec<_>>() })
}

fn guides(state: &State) -> Vec<Value> {
    let planned = state.plan.operations.iter().flat_map(|it| &it.guides);
    let rows = planned.map(|it| {
        let status = state.readiness.guide(&it.id);
        json!({
            "guide": it.id,
            "title": it.title,
            "release": status.map(|it| &it.release),
            "place": status.map(|it| &it.place),
            "read-by": status.map(|it| it.acknowledged.iter().map(|it| &it.by).collect::<Vec<_>>()),
        })
    });
    rows.collect()
}

/// Returns the team's table: who goes where, when, and who accepted what they know.
fn team(state: &State) -> Vec<Value> {
    let rows = state.team().map(|(member, standing)| {
        let known = state.assignments.of(&member.id);
        let answer = known.and_then(|it| it.answer);
        let then = crate::gates::team::transition_at_stable(state, member);
        let accepted = known.map(|it| it.knowledge.as_slice()).unwrap_or_default().iter();
        json!({
            "member": match member.private.sealed() {
                Some(_) => member.id.as_str(),
                None => member.name(),
            },
            "roles": member.roles,
            "assignment": standing.to_string(),
            "answer": answer,
            "then": then.map(|(it, _)| it.to_string()),
            "from": known.and_then(|it| it.from),
            "until": known.and_then(|it| it.until),
            "knowledge-accepted-by": accepted.map(|it| &it.by).collect::<Vec<_>>(),
        })
    });
    rows.collect()
}
