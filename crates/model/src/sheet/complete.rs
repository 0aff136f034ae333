//! The sheets of the fourth process: the milestone review, the close-out and the termination.
//!
//! Source: Deploy SMF, Process 4, outputs of Table 7.

use super::Sheet;
use crate::assessment::{self, KeyQuestion};
use crate::digest::canonical_digest;
use crate::milestone::Milestone;
use crate::role_type::RoleType;
use crate::state::State;
use crate::survey::{Instrument, results};
use serde_json::{Value, json};

/// Who signs the milestone review: the nine of the project, those who take over, the customer.
pub(super) const REVIEW_SLOTS: &[RoleType] = &[
    RoleType::SolutionManager,
    RoleType::ProgramManager,
    RoleType::Developer,
    RoleType::Tester,
    RoleType::ProductManager,
    RoleType::UserExperience,
    RoleType::ReleaseManagement,
    RoleType::OperationsExperience,
    RoleType::TestManager,
    RoleType::OperationsManager,
    RoleType::SupportManager,
    RoleType::Customer,
];

/// Who signs the close-out report.
pub(super) const CLOSE_OUT_SLOTS: &[RoleType] = &[
    RoleType::ProgramManager,
    RoleType::SolutionManager,
    RoleType::Customer,
    RoleType::OperationsManager,
];

/// Returns the sentence that a signature of `role` on `sheet` means.
pub(super) fn meaning(sheet: &Sheet, role: RoleType) -> &'static str {
    match (sheet, role) {
        (Sheet::MilestoneReview, RoleType::Customer) => {
            "The solution meets its objectives; I accept it."
        }
        (Sheet::MilestoneReview, RoleType::OperationsManager) => {
            "Operations runs the solution, and needs the project no more."
        }
        (Sheet::MilestoneReview, RoleType::SupportManager) => {
            "Support helps the users of the solution, and needs the project no more."
        }
        (Sheet::MilestoneReview, _) => "I reviewed the milestone, and my part of it is done.",
        (Sheet::Termination, RoleType::Customer) => {
            "I know why the project ends early, and what becomes of each component and site."
        }
        (Sheet::Termination, _) => "The project ends early, for the reasons given.",
        (_, RoleType::Customer) => "I received what the report lists, and know what is left open.",
        (_, RoleType::OperationsManager) => {
            "Operations owns what the report hands over, and the project's access is gone."
        }
        (_, _) => "The project is closed as reported.",
    }
}

/// Returns the frozen facts of the last review, with what was put down since.
pub(super) fn milestone_review(state: &State) -> Value {
    let review = state.milestones.last(Milestone::Complete);
    let facts = review.and_then(|it| it.facts.clone()).unwrap_or(Value::Null);
    let actions = review.map(|it| it.actions.clone()).unwrap_or_default();
    json!({ "review": review.map(|it| it.number), "facts": facts, "follow-on-actions": actions })
}

/// Returns the data pack of the review of Deployment Complete.
pub(super) fn review_facts(state: &State) -> Value {
    let questions = KeyQuestion::ALL.iter().map(|it| assessment::standing(state, *it));
    let questions = questions.map(|it| {
        let said = it.answered.as_ref().filter(|_| !it.stale).map(|it| it.answer.clone());
        let by = it.answered.as_ref().and_then(|it| it.by.clone());
        let evidence = it.answered.as_ref().map(|it| it.evidence.clone()).unwrap_or_default();
        json!({ "question": it.question, "text": it.text, "derived": it.derived, "said": said,
            "by": by, "evidence": evidence, "stale": it.stale })
    });
    let criteria = assessment::criteria(state);
    let criteria = criteria.iter().map(|it| {
        json!({
            "criterion": it.criterion.id,
            "target": it.criterion.target,
            "value": it.value().map(|(value, _)| value),
            "how": it.measured.map(|it| &it.measurement.how),
            "verdict": it.word(),
        })
    });
    let satisfaction: Vec<Value> =
        Instrument::ALL.iter().filter_map(|it| results(state, *it)).map(|it| survey(&it)).collect();
    let waivers = state.waivers.iter().zip(1_u32..).map(|(it, number)| {
        json!({ "waiver": number, "guard": it.guard, "scope": it.scope, "state": it.state, "reason": it.reason })
    });
    json!({
        "questions": questions.collect::<Vec<_>>(),
        "success-criteria": criteria.collect::<Vec<_>>(),
        "expectations-and-specifications": matrix(state),
        "satisfaction": satisfaction,
        "waivers": waivers.collect::<Vec<_>>(),
        "strategy": strategy(state),
        "risks": crate::release_readiness::risks(state),
        "assessments": state.assessments.assessed,
        "deployment-reports": reports(state),
    })
}

/// Returns what was expected and specified, and what was found of it.
pub(super) fn matrix(state: &State) -> Vec<Value> {
    let items = state.assessments.items.iter().map(|(id, it)| {
        let found = &it.judgement.measurement;
        let accepted = state.assessments.acceptance(id, &found.value).is_some();
        json!({ "item": id, "kind": it.kind, "text": it.text, "value": found.value,
            "verdict": found.verdict, "accepted": accepted })
    });
    items.collect()
}

fn survey(it: &crate::survey::Results) -> Value {
    let overall = it.questions.iter().take(2).map(|it| {
        json!({ "question": it.text, "n": it.counts.n(), "satisfied-per-mille": it.satisfied,
            "interval-per-mille": it.interval, "indicative": it.indicative })
    });
    json!({ "instrument": it.instrument, "invited": it.invited, "responses": it.responses,
        "overall": overall.collect::<Vec<_>>() })
}

/// Whether the strategy was decided before the work began cannot be made good later: it is said.
fn strategy(state: &State) -> Value {
    match state.strategy() {
        Some(it) => {
            json!({ "decided-on": it.on, "infrastructure": it.infrastructure, "sites": it.sites })
        }
        None => {
            json!({ "risk": "no decision on strategy was on record before the deployment began" })
        }
    }
}

/// Returns the deployment reports as what identifies them: the digests of the sheets that they are.
fn reports(state: &State) -> Value {
    let of = |sheet: &Sheet| {
        let slot = sheet.slots().into_iter().next();
        slot.and_then(|it| state.slots.get(&it)).map(|it| it.document)
    };
    let sites: Vec<Value> = (state.plan.sites.iter())
        .map(|it| json!([it.id, of(&Sheet::Site(it.id.clone()))]))
        .collect();
    json!({
        "core": of(&Sheet::CoreFinal),
        "sites-complete": of(&Sheet::SitesComplete),
        "sites": sites.len(),
        "sites-sha256": canonical_digest(&sites),
        "computed": crate::reports::reports(state).iter()
            .map(|it| json!({ "report": it, "digest": crate::reports::digest(state, it) }))
            .collect::<Vec<_>>(),
        "deployment-stable": of(&Sheet::DeploymentStable),
        "quiet-period": of(&Sheet::QuietPeriodReport),
    })
}

/// Returns the facts of the close-out report.
pub(super) fn close_out(state: &State) -> Value {
    let it = &state.close_out;
    json!({
        "vision": state.plan.vision,
        "success-criteria": assessment::criteria(state).iter()
            .map(|it| json!([it.criterion.id, it.word()])).collect::<Vec<_>>(),
        "contributions": it.contributions.len(),
        "contributions-sha256": canonical_digest(&it.contributions),
        "lessons": it.lessons.iter().map(|it| &it.lesson).collect::<Vec<_>>(),
        "open-items": crate::close_out::open_items(state),
        "changes": state.rfcs.iter().map(|it| json!([it.id, it.state])).collect::<Vec<_>>(),
        "owners": it.owners,
        "access-revoked": it.revoked,
        "access-confirmed": it.access_confirmed,
        "benefit-review": it.benefit,
    })
}

/// Returns the facts of the termination report.
pub(super) fn termination(state: &State) -> Value {
    json!({ "termination": state.termination })
}
