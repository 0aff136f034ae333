//! Release Readiness: declared, registered, accepted, voted on, decided.
//!
//! House rule: whoever votes, accepts or acknowledges has seen exactly what they decide on.

use super::signing::seen;
use crate::args::release_readiness::{ReleaseReadiness, Shown};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use model::command::Command;
use model::companion_plans::StrategyDecision;
use model::digest::Digest;
use model::release_readiness::{
    ReadinessReview, ReleaseReadinessCommand, criteria_digest, infrastructure_strategy, inputs,
    issues_digest, register_digest, risks, strategy_digest,
};
use model::scope::Scope;
use serde_json::json;
use std::path::Path;

pub(crate) async fn release_readiness(
    it: &ReleaseReadiness,
    mut desk: Desk,
) -> Result<Exit, Fault> {
    use ReleaseReadinessCommand as C;
    let command = match it.clone() {
        ReleaseReadiness::Show => return show(&desk),
        ReleaseReadiness::Strategy => return strategy(&desk),
        ReleaseReadiness::DeclareFinal { tests, shown } => {
            C::DeclareFinal { release: release(&desk, &shown)?, tests }
        }
        ReleaseReadiness::Input { input, kind, source, file, sha256, reason } => {
            let sha256 = digest_of(file.as_deref(), sha256)?;
            C::RegisterInput { input, kind, source, sha256, reason }
        }
        ReleaseReadiness::Pilot { criterion, found } => {
            C::JudgePilot { criterion, measurement: found.measurement() }
        }
        ReleaseReadiness::AcceptIssues { shown } => {
            let page = || render::release_readiness::issues(desk.state());
            let issues = issues_digest(&desk.state().plan);
            let issues = seen(&desk, issues, shown.digest.as_deref(), "--digest", page)?;
            C::AcceptKnownIssues { issues }
        }
        ReleaseReadiness::PublishIssues { place } => {
            C::PublishKnownIssues { issues: issues_digest(&desk.state().plan), place }
        }
        ReleaseReadiness::AcknowledgeCriteria { shown } => {
            let page = || render::release_readiness::criteria(desk.state());
            let criteria = criteria_digest(&desk.state().plan);
            let criteria = seen(&desk, criteria, shown.digest.as_deref(), "--digest", page)?;
            C::AcknowledgeCriteria { criteria }
        }
        ReleaseReadiness::DecideStrategy { on, by, infrastructure, sites } => {
            let experience = desk.state().experience().cloned();
            let decision = StrategyDecision { on, by, infrastructure, sites, experience };
            C::DecideStrategy { decision }
        }
        ReleaseReadiness::Experience(it) => C::TellExperience { experience: it.experience() },
        ReleaseReadiness::Vote { recommendation, reason, shown } => {
            C::Vote { release: release(&desk, &shown)?, recommendation, reason }
        }
        ReleaseReadiness::Review(it) => {
            let release = release(&desk, &it.shown)?;
            let review = ReadinessReview {
                release,
                on: it.on,
                decision: it.decision,
                votes: it.votes,
                conditions: it.conditions,
                reason: it.reason,
                minutes: it.minutes,
            };
            C::Review { review: Box::new(review) }
        }
        ReleaseReadiness::CloseCondition { condition, evidence } => {
            C::CloseCondition { condition, evidence }
        }
        ReleaseReadiness::CarryCondition { condition, owner, due, reason } => {
            C::CarryCondition { condition, owner, due, reason }
        }
    };
    desk.act_and_tell(&Scope::Deployment, &Command::ReleaseReadiness(command)).await?;
    Ok(Exit::Done)
}

fn release(desk: &Desk, shown: &Shown) -> Result<Digest, Fault> {
    let page = || render::release_readiness::release(desk.state());
    seen(desk, desk.state().release_digest(), shown.digest.as_deref(), "--digest", page)
}

fn digest_of(file: Option<&Path>, sha256: Option<Digest>) -> Result<Digest, Fault> {
    match (file, sha256) {
        (Some(file), _) => {
            let bytes = std::fs::read(file).map_err(|error| Fault::of_file(file, &error))?;
            Ok(Digest::of(&bytes))
        }
        (None, Some(digest)) => Ok(digest),
        (None, None) => Err(Fault::usage("no file is named", "give --file or --sha256")),
    }
}

fn show(desk: &Desk) -> Result<Exit, Fault> {
    let state = desk.state();
    let decision = state.readiness_decision().map(|it| {
        json!({
            "on": it.on,
            "decision": it.decision,
            "release": it.release,
            "conditions": it.conditions,
            "holds": it.release == state.release_digest(),
        })
    });
    let answer = json!({
        "release": {
            "name": state.plan.release.name,
            "version": state.plan.release.version,
            "sha256": state.release_digest(),
            "declared-in-the-plan": state.plan.release.declared,
            "declared": state.release_readiness.declared,
            "known-issues": state.plan.release.known_issues,
            "known-issues-sha256": issues_digest(&state.plan),
        },
        "criteria-sha256": criteria_digest(&state.plan),
        "criteria-acknowledged": state.criteria_acknowledged(),
        "inputs": inputs(state),
        "inputs-sha256": register_digest(state),
        "frozen-at": state.release_readiness.baselined,
        "record": state.release_readiness,
        "decision": decision,
        "stakeholders": state.plan.stakeholders,
        "risks": risks(state),
    });
    desk.terminal
        .answer(&answer, || render::release_readiness::page(desk.terminal.setting(), state))?;
    Ok(Exit::Done)
}

fn strategy(desk: &Desk) -> Result<Exit, Fault> {
    let state = desk.state();
    let answer = json!({
        "sections": infrastructure_strategy(state),
        "sha256": strategy_digest(state),
        "experience": state.experience(),
    });
    desk.terminal.answer(&answer, || render::release_readiness::strategy(state))?;
    Ok(Exit::Done)
}
