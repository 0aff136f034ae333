//! The gate at the entry: what must be true before a plan becomes the baseline, and before the
//! deployment is opened.
//!
//! Source: Deploy SMF, overview, "Release Readiness Milestone"; E1 to E9 of `catalogue/guards.psv`.

#![expect(
    clippy::missing_errors_doc,
    reason = "what a guard misses is its finding, not a failure of asking it"
)]

use super::parts::Lack;
use super::{Found, missing};
use crate::command::Findings;
use crate::component::{CoreComponent, RollbackPlan};
use crate::guard::{Guard, GuardReading, Supplier};
use crate::plan::MasterProjectPlan;
use crate::profile::Profile;
use crate::release::ReadinessDecision;
use crate::release_readiness::criteria_digest;
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::site::SiteTemplate;
use crate::state::State;
use crate::step::{Step, WayBack};
use jiff::Timestamp;

/// Whoever answers for the Release Readiness review.
const REVIEWING: &[RoleType] = &[RoleType::ProgramManager, RoleType::SolutionManager];

/// E1: the Release Readiness Milestone said go for exactly this release, and its conditions are
/// closed or carried on. A decision that is recorded goes before what somebody stated.
pub fn e1(state: &State) -> Found {
    let stated = |what: &str| state.stated(Guard::E1, &[Scope::Deployment], what);
    let is_recorded = !state.release_readiness.reviews.is_empty();
    let Some(decision) = state.readiness_decision() else {
        return stated("the Release Readiness Milestone decided go for this release");
    };
    let release = state.release_digest();
    if decision.release != release {
        let text = format!(
            "the Release Readiness decision of {} is about release {}, and this is {}",
            decision.on,
            decision.release.short(),
            release.short()
        );
        return missing(text, REVIEWING);
    }
    match decision.decision {
        ReadinessDecision::NoGo => {
            missing("the Release Readiness Milestone decided no-go", REVIEWING)
        }
        ReadinessDecision::Go | ReadinessDecision::GoWithConditions => {
            let open = state.open_conditions();
            let Some(first) = open.first() else { return Ok(()) };
            let text = format!(
                "condition {} of the Release Readiness Milestone is open, {} sees to it by {}: {} ({} in all)",
                first.id,
                first.owner,
                first.due,
                first.text,
                open.len()
            );
            if is_recorded {
                return missing(text, &[RoleType::ProgramManager]);
            }
            // Of a decision that the plan tells, somebody may tell as well that all of it is done.
            stated("the conditions of the Release Readiness Milestone are closed")
        }
    }
}

/// Returns why nothing of the release in force may begin any more, though the deployment is open:
/// it is another release than the one that was reviewed.
pub fn entry_lost(state: &State, now: Timestamp) -> Option<GuardReading> {
    let reviewed = state.release_readiness.reviews.last()?;
    if reviewed.review.release == state.release_digest() {
        return None;
    }
    let reading = state.reading(Guard::E1, &[Scope::Deployment], now, e1(state));
    (!reading.verdict.passes()).then_some(reading)
}

/// Returns why no site may begin: known issues were accepted, and support has not been told.
pub fn issues_unpublished(state: &State) -> Option<GuardReading> {
    let issues = state.issues_digest();
    let accepted = state.issues_accepted_by().next().is_some();
    let published = state.release_readiness.issues_published.as_ref();
    if !accepted || published.is_some_and(|it| it.issues == issues) {
        return None;
    }
    let text = "the known issues are not in the knowledge base of support";
    let supplier = Supplier::Roles(super::readiness::support(&state.plan));
    Some(GuardReading::unmet(Guard::E7, text, supplier))
}

/// E2: every deliverable is there and is the release's.
pub fn e2(findings: &Findings) -> Found {
    match findings.deliverables.first() {
        None => Ok(()),
        Some(first) => missing(
            format!("{first} ({} in all)", findings.deliverables.len()),
            &[RoleType::ReleaseManagement],
        ),
    }
}

/// E3: the plan holds the communications, operations, support and training plans.
pub fn e3(state: &State) -> Vec<Lack> {
    let plan = &state.plan;
    if plan.profile == Profile::Solo {
        return vec![];
    }
    let plans = [
        ("communications", plan.communications.is_none()),
        ("training", plan.training.is_none()),
        ("operations", plan.operations.is_none()),
        ("support", plan.support.is_none()),
    ];
    let absent = plans.into_iter().filter(|(_, is_absent)| *is_absent);
    let lack = |(name, _)| {
        Lack::of(name, format!("there is no plan for {name}"), &[RoleType::ProgramManager])
    };
    absent.map(lack).collect()
}

/// E4: there is a measurable criterion of success, and the customer acknowledged all of them.
pub fn e4(state: &State) -> Found {
    let criteria = &state.plan.success_criteria;
    let is_measurable = |it: &crate::companion_plans::SuccessCriterion| {
        !it.measure.trim().is_empty() && !it.target.trim().is_empty()
    };
    if criteria.is_empty() {
        return missing("there is no success criterion", &[RoleType::ProductManager]);
    }
    if !criteria.iter().any(is_measurable) {
        return missing("no success criterion can be measured", &[RoleType::ProductManager]);
    }
    if state.criteria_acknowledged() {
        return Ok(());
    }
    if state.release_readiness.criteria.is_some() {
        let text = format!(
            "the success criteria have changed since the customer acknowledged them; they are {} now",
            criteria_digest(&state.plan).short()
        );
        return missing(text, &[RoleType::Customer]);
    }
    let what = "the customer knows and accepts the success criteria";
    state.stated(Guard::E4, &[Scope::Deployment], what)
}

/// The role types without whose holders a deployment cannot come to its end.
pub const INDISPENSABLE: &[RoleType] = &[
    RoleType::ProgramManager,
    RoleType::ReleaseManagement,
    RoleType::Tester,
    RoleType::ProductManager,
    RoleType::Customer,
    RoleType::OperationsManager,
    RoleType::ChangeAuthority,
];

/// Returns the role types that somebody must hold under the plan's profile.
fn required(plan: &MasterProjectPlan) -> Vec<RoleType> {
    match plan.profile {
        Profile::Solo => INDISPENSABLE.to_vec(),
        Profile::Standard | Profile::Regulated => {
            RoleType::PROJECT.iter().chain(INDISPENSABLE).copied().collect()
        }
    }
}

/// E5: every role type is held, and nobody holds two that must be separate.
pub fn e5(state: &State) -> Vec<Lack> {
    const BY: &[RoleType] = &[RoleType::ProgramManager];
    let plan = &state.plan;
    let mut lacks = Vec::new();
    let mut vacant: Vec<String> = required(plan)
        .into_iter()
        .filter(|role| plan.holders(*role).next().is_none())
        .map(|role| role.to_string())
        .collect();
    vacant.dedup();
    if !vacant.is_empty() {
        lacks.push(Lack::never(format!("nobody holds {}", vacant.join(", ")), BY));
    }
    for person in &plan.people {
        lacks.extend(roles_together(person, plan.profile));
    }
    let deadlocks = crate::deadlock::deadlocks(plan).into_iter();
    if let Some(deadlock) = { deadlocks }.find(|it| it.kind.is_for_ever()) {
        lacks.push(Lack::never(format!("{}: {}", deadlock.what, deadlock.next_step), BY));
    }
    if let Err(too_small) = plan.profile.fits(plan.sites.len(), state.purpose) {
        lacks.push(Lack::never(too_small.to_string(), BY));
    }
    lacks
}

/// Returns the role types that `person` holds and that must be separate. Those that a small team
/// may combine are parts that can be waived by the name of the rule.
pub fn roles_together(person: &crate::person::Person, profile: Profile) -> Vec<Lack> {
    let conflicts = crate::separation_of_duties::may_hold(&person.roles, profile).into_iter();
    let lack = |it: crate::separation_of_duties::Conflict| {
        let text =
            format!("{} holds {} and {}, which {} keeps apart", person.id, it.a, it.b, it.rule);
        let part = it.rule.small_team().map(|_| it.rule.to_string());
        Lack { part, ..Lack::never(text, &[RoleType::ProgramManager]) }
    };
    conflicts.filter(|it| !it.relaxed).map(lack).collect()
}

/// E6: everything can be rolled back, or is declared to be fixed forward. Each step that does not say
/// how it is undone is a part, and so is a component or template of which nothing can be undone.
pub fn e6(state: &State) -> Vec<Lack> {
    let mut lacks = steps_without_way_back(state);
    if lacks.is_empty() {
        lacks = wholes_without_way_back(state);
    }
    lacks
}

fn steps_without_way_back(state: &State) -> Vec<Lack> {
    let plan = &state.plan;
    let lack = |whole: String, step: &Step| {
        let part = format!("{whole}/{}", step.id);
        let text = format!("{part} does not say how it is undone, and is not declared forward-fix");
        Lack::of(part, text, &[RoleType::ReleaseManagement])
    };
    let is_missing = |it: &&Step| it.way_back == WayBack::Missing;
    let of_component = |it: &CoreComponent| -> Vec<Lack> {
        let steps = it.steps.iter().filter(is_missing);
        steps.map(|step| lack(format!("component/{}", it.id), step)).collect()
    };
    let of_template = |it: &SiteTemplate| -> Vec<Lack> {
        let steps = it.before.iter().chain(&it.each_computer).chain(&it.after).filter(is_missing);
        steps.map(|step| lack(format!("template/{}", it.id), step)).collect()
    };
    let components = plan.components.iter().flat_map(of_component);
    components.chain(plan.templates.iter().flat_map(of_template)).collect()
}

fn wholes_without_way_back(state: &State) -> Vec<Lack> {
    let plan = &state.plan;
    let lacks = |rollback: &RollbackPlan, steps: &[&Step]| {
        let goes_back = matches!(rollback, RollbackPlan::Steps { .. });
        goes_back && steps.iter().all(|it| it.rollback.is_none())
    };
    let components = plan.components.iter().filter(|it| {
        !it.steps.is_empty() && lacks(&it.rollback, &it.steps.iter().collect::<Vec<_>>())
    });
    let templates = plan.templates.iter().filter(|it| {
        let steps: Vec<_> = it.before.iter().chain(&it.each_computer).chain(&it.after).collect();
        lacks(&it.rollback, &steps)
    });
    let lack = |part: String| {
        let text =
            format!("{part} has no step that can be rolled back, and is not declared forward-fix");
        Lack::of(part, text, &[RoleType::ReleaseManagement])
    };
    let components = components.map(|it| format!("component/{}", it.id));
    components.chain(templates.map(|it| format!("template/{}", it.id))).map(lack).collect()
}

/// E7: no blocker is open, and Product Manager and Program Manager accepted the known issues.
pub fn e7(state: &State) -> Found {
    let issues = &state.plan.release.known_issues;
    if let Some(blocker) = issues.iter().find(|it| it.severity <= 1) {
        let text = format!("known issue {} blocks: {}", blocker.id, blocker.text);
        return missing(text, &[RoleType::Developer]);
    }
    let accepted: Vec<RoleType> = state.issues_accepted_by().collect();
    let lacking = ACCEPTING_ISSUES.iter().find(|it| !accepted.contains(it));
    if issues.iter().all(|it| it.severity > 2) || lacking.is_none() {
        return Ok(());
    }
    if let Some(role) = lacking.filter(|_| !state.release_readiness.issues_accepted.is_empty()) {
        return missing(
            format!("{role} has not accepted the known issues as they stand"),
            &[*role],
        );
    }
    state.stated(Guard::E7, &[Scope::Deployment], "the known issues are accepted")
}

/// Whoever accepts the known issues, each for themselves.
pub const ACCEPTING_ISSUES: &[RoleType] = &[RoleType::ProductManager, RoleType::ProgramManager];

/// E8: the strategy was decided before the baseline.
pub fn e8(state: &State, now: Timestamp) -> Found {
    let zone = state.plan.zone.rules();
    let today = now.to_zoned(zone).date();
    match state.strategy() {
        Some(strategy) if strategy.on <= today => Ok(()),
        Some(strategy) => missing(
            format!("the strategy is dated {}, after today", strategy.on),
            &[RoleType::ProgramManager],
        ),
        None if state.plan.profile == Profile::Solo => Ok(()),
        None => missing("there is no decision on strategy", &[RoleType::ProgramManager]),
    }
}

/// E9: the plan comes to its end by its own windows and limits.
pub fn e9(findings: &Findings) -> Found {
    match findings.forecast.first() {
        None => Ok(()),
        Some(first) => missing(first.clone(), &[RoleType::ReleaseManagement]),
    }
}

/// C3: the strategy for the infrastructure is documented in all its sections, and it is said what
/// the team has as experience with such an infrastructure.
pub fn c3(state: &State) -> Found {
    if state.plan.profile == Profile::Solo || state.plan.components.is_empty() {
        return Ok(());
    }
    let sections = crate::release_readiness::infrastructure_strategy(state);
    if let Some(open) = sections.iter().find(|it| it.lines.is_empty()) {
        let text =
            format!("the strategy for the infrastructure says nothing of its {}", open.heading);
        return missing(text, &[RoleType::ProgramManager]);
    }
    match state.experience() {
        Some(_) => Ok(()),
        None => missing(
            "nobody has said whether the team has deployed a similar infrastructure",
            &[RoleType::ProgramManager, RoleType::ReleaseManagement],
        ),
    }
}
