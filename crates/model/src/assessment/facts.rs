//! What bears on each key question, and what follows from it where something does.
//!
//! Source: Deploy SMF, key questions of Tables 4 to 7.

use super::{KeyQuestion, satisfaction};
use crate::assignment::{Involvement, Staying, involvement, spans_projects};
use crate::close_out::Availability;
use crate::component::{Adopt, CoreMode};
use crate::gates;
use crate::machine::{ComponentState, QuietPeriodState, SiteState};
use crate::person::Person;
use crate::sheet::Sheet;
use crate::state::State;
use serde_json::{Value, json};

/// What bears on a question, and its answer where the program can give one.
pub(super) struct Facts {
    pub(super) derived: Option<String>,
    pub(super) basis: Value,
}

fn derived(answer: String, basis: Value) -> Facts {
    Facts { derived: Some(answer), basis }
}

fn stated(basis: Value) -> Facts {
    Facts { derived: None, basis }
}

/// Returns what bears on `question`.
pub(super) fn facts(state: &State, question: KeyQuestion) -> Facts {
    let plan = &state.plan;
    match question {
        KeyQuestion::PilotSuccessful => pilot(state),
        KeyQuestion::RolesPrepared => roles_prepared(state),
        KeyQuestion::WorkaroundsDocumented => workarounds(state),
        KeyQuestion::DeploymentProceduresTested => stated(json!({
            "components": plan.components.iter().map(crate::component::CoreComponent::step_names).collect::<Vec<_>>(),
            "templates": plan.templates.iter().map(crate::site::SiteTemplate::step_names).collect::<Vec<_>>(),
        })),
        KeyQuestion::OperationsProceduresTested => stated(json!({ "operations": plan.operations })),
        KeyQuestion::CoreInParallel => core_modes(state),
        KeyQuestion::CoreBegunEarlier => from_pilot(state),
        KeyQuestion::StrategyDocumented => match state.strategy() {
            Some(it) => derived(
                format!("Yes, decided on {}: {}", it.on, it.infrastructure),
                json!({ "strategy": it }),
            ),
            None => stated(json!({ "strategy": null })),
        },
        KeyQuestion::TeamExperienced => match state.experience() {
            Some(it) => derived(it.to_string(), json!({ "experience": it })),
            None => stated(json!({
                "components": plan.components.iter().map(|it| &it.id).collect::<Vec<_>>(),
            })),
        },
        KeyQuestion::ClientSideInvolved => client_side(state),
        KeyQuestion::CoreDeployed => core_deployed(state),
        KeyQuestion::ExpectationsSet | KeyQuestion::ScheduleCommunicated => acknowledged(state),
        KeyQuestion::PhasedAtSites => phases(state),
        KeyQuestion::ResourcesRequired => resources(state),
        KeyQuestion::MembersStay | KeyQuestion::MembersStayStill => staying(state),
        KeyQuestion::TransferBegun => left(state, |it| it.left() + it.on_call > 0),
        KeyQuestion::TransferDone | KeyQuestion::TeamTransferred => {
            left(state, |it| it.active == 0)
        }
        KeyQuestion::EscalationInPlace => escalation(state),
        KeyQuestion::SitesStabilized => sites(state),
        KeyQuestion::PeopleSatisfied => {
            let (answer, basis) = satisfaction(state);
            Facts { derived: answer, basis }
        }
        KeyQuestion::QuietPeriodUneventful => quiet_period(state),
        KeyQuestion::AllAvailable => available(state),
    }
}

/// Who stays is known once it is said of everybody.
fn staying(state: &State) -> Facts {
    let members = || state.team().filter(|(it, _)| !spans_projects(it));
    let answer = |it: &Person| state.assignments.of(&it.id).and_then(|it| it.answer);
    let stays = |it: &Person| match answer(it) {
        Some(Staying::Operations | Staying::Support) => true,
        Some(Staying::Leaves | Staying::OnCall) | None => false,
    };
    let basis = json!({ "assignments": state.assignments });
    if members().any(|(it, _)| answer(it).is_none()) {
        return stated(basis);
    }
    let name = |it: &Person| match it.private.sealed() {
        Some(_) => it.id.to_string(),
        None => it.name().to_owned(),
    };
    let staying: Vec<String> =
        members().filter(|(it, _)| stays(it)).map(|(it, _)| name(it)).collect();
    let who = names(staying.iter());
    derived(if who == "none" { "No".to_owned() } else { format!("Yes: {who}") }, basis)
}

/// Whether the team has left is the measure M-4.
fn left(state: &State, is_so: impl Fn(Involvement) -> bool) -> Facts {
    let found = involvement(state);
    let yes = if is_so(found) { "Yes" } else { "Not yet" };
    derived(format!("{yes}: {found}"), json!({ "involvement": found }))
}

fn escalation(state: &State) -> Facts {
    let levels = state.plan.support.as_ref().map(|it| &it.escalation);
    let basis = json!({ "levels": levels, "readiness": state.readiness });
    match gates::incidents::st3(state) {
        Ok(()) => {
            let count = levels.map_or(0, Vec::len);
            let levels = if count == 1 { "level" } else { "levels" };
            derived(format!("Yes, in {count} {levels}; a drill was answered in time"), basis)
        }
        Err(_) => stated(basis),
    }
}

fn quiet_period(state: &State) -> Facts {
    let basis = json!({ "quiet-periods": state.quiet_periods });
    let last = state.quiet_periods.last();
    match last.filter(|it| it.state == QuietPeriodState::Completed) {
        None => stated(basis),
        Some(it) if it.accepted_as_it_was => {
            let why = it.reason.as_deref().unwrap_or_default();
            derived(format!("No, and accepted as it was: {why}"), basis)
        }
        Some(_) => derived("Yes: every criterion was met".to_owned(), basis),
    }
}

/// Compares what the pilot showed with the criteria.
fn pilot(state: &State) -> Facts {
    let judged = &state.release_readiness.pilot;
    if judged.is_empty() {
        return stated(
            json!({ "release": state.release_digest(), "readiness": state.plan.release.readiness }),
        );
    }
    let basis = json!({ "release": state.release_digest(), "pilot": judged });
    let is_met = |it: &super::Judgement| it.measurement.verdict == super::Verdict::Met;
    let unmet = names(judged.iter().filter(|(_, it)| !is_met(it)).map(|(id, _)| id));
    let met = judged.values().filter(|it| is_met(it)).count();
    let all = judged.len();
    let answer = match met == all {
        true => format!("Yes: {met} of {all} criteria met"),
        false => format!("In part: {met} of {all} criteria met; not met, and so risks: {unmet}"),
    };
    derived(answer, basis)
}

/// Says what the role types voted on the release.
fn roles_prepared(state: &State) -> Facts {
    let basis =
        json!({ "release": state.release_digest(), "readiness": state.plan.release.readiness });
    let held = state.release_readiness.reviews.last().map(|it| &it.review);
    let Some(review) = held.filter(|it| it.release == state.release_digest()) else {
        return stated(basis);
    };
    let of = |wanted| review.votes.iter().filter(|it| it.recommendation == wanted).count();
    use crate::milestone::Recommendation::{Abstain, Go, NoGo};
    let answer = format!(
        "{}: {} go, {} no-go, {} abstained",
        review.decision,
        of(Go),
        of(NoGo),
        of(Abstain)
    );
    derived(answer, json!({ "review": review }))
}

fn available(state: &State) -> Facts {
    let people = state.plan.people.iter().map(|it| &it.id).collect::<Vec<_>>();
    let basis = json!({ "people": people, "analysis": state.close_out.analysis });
    match state.close_out.analysis.as_ref().filter(|it| !it.is_open()) {
        None => stated(basis),
        Some(it) if it.answers.values().all(|it| *it == Availability::Comes) => {
            derived(format!("Yes: {it}"), basis)
        }
        Some(it) => derived(format!("Not all: {it}; the absent have said so in writing"), basis),
    }
}

fn workarounds(state: &State) -> Facts {
    let issues = &state.plan.release.known_issues;
    let without = issues.iter().filter(|it| it.workaround.trim().is_empty()).count();
    let answer = match (issues.len(), without) {
        (0, _) => "No issue is known".to_owned(),
        (all, 0) => format!("Yes, for each of {all} known issues"),
        (all, without) => format!("No: {without} of {all} known issues have none"),
    };
    derived(answer, json!({ "known-issues": issues }))
}

fn names<'a, T: std::fmt::Display + 'a>(items: impl Iterator<Item = &'a T>) -> String {
    let names: Vec<String> = items.map(ToString::to_string).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn core_modes(state: &State) -> Facts {
    let of = |mode: CoreMode| {
        let components = state.plan.components.iter().filter(move |it| it.mode == mode);
        names(components.map(|it| &it.id))
    };
    let (advance, parallel) = (of(CoreMode::Advance), of(CoreMode::Parallel));
    let basis = json!({ "advance": advance, "parallel": parallel });
    derived(format!("In advance: {advance}; in parallel: {parallel}"), basis)
}

fn from_pilot(state: &State) -> Facts {
    let components = || state.plan.components.iter().zip(&state.components);
    let planned = components().filter(|(it, _)| it.adopt == Adopt::FromPilot);
    let planned = names(planned.map(|(it, _)| &it.id));
    let adopted = names(components().filter(|(_, it)| it.adopted).map(|(it, _)| &it.id));
    let drifted = names(components().filter(|(_, it)| it.drifted).map(|(it, _)| &it.id));
    let basis = json!({ "planned": planned, "adopted": adopted, "drifted": drifted });
    let answer = if planned == "none" {
        "No".to_owned()
    } else {
        format!("Yes: {planned}; taken over as they are: {adopted}; had drifted: {drifted}")
    };
    derived(answer, basis)
}

fn client_side(state: &State) -> Facts {
    let plan = &state.plan;
    let has_clients = |site: &crate::site::Site| {
        plan.template(&site.template).is_some_and(|it| !it.each_computer.is_empty())
    };
    let sites = || crate::site_care::coverage::in_scope(state).map(|(it, _)| it);
    let clients = sites().filter(|it| has_clients(it)).count();
    let all = sites().count();
    let answer = match (all, clients) {
        (0, _) => "No: there is no site, and the deployment of sites does not apply".to_owned(),
        (_, 0) => format!("No: all {all} sites get access only"),
        (all, clients) => format!("Yes, at {clients} of {all} sites"),
    };
    derived(answer, json!({ "sites": all, "with-clients": clients }))
}

fn core_deployed(state: &State) -> Facts {
    let is_there =
        |it: ComponentState| matches!(it, ComponentState::Verified | ComponentState::Accepted);
    let there = state.components.iter().filter(|it| is_there(it.state)).count();
    let all = state.components.len();
    let signed = state.is_locked(&Sheet::CoreFinal);
    let answer = match (all, there == all, signed) {
        (0, _, _) => "There is no core component".to_owned(),
        (_, true, true) => format!("Yes, all {all}, and their sheet is signed"),
        (_, true, false) => format!("Yes, all {all}; their sheet is not signed yet"),
        (_, false, _) => format!("Not yet: {there} of {all} are verified"),
    };
    derived(answer, json!({ "components": all, "verified": there, "signed": signed }))
}

fn acknowledged(state: &State) -> Facts {
    let all = crate::site_care::coverage::in_scope(state).count();
    let waiting = state.sites.iter().filter(|it| it.state == SiteState::Planned).count();
    let answer = match waiting {
        0 => format!("Yes: the owners of all {all} sites acknowledged what comes and when"),
        _ => format!("Not yet: the owners of {waiting} of {all} sites have not acknowledged"),
    };
    derived(answer, json!({ "sites": all, "not-acknowledged": waiting }))
}

fn phases(state: &State) -> Facts {
    let of_template: Vec<String> =
        state.plan.templates.iter().map(|it| format!("{}: {}", it.id, it.phases.len())).collect();
    let phased = state.plan.templates.iter().filter(|it| it.phases.len() > 1).count();
    let answer = if phased == 0 { "No".to_owned() } else { "Yes".to_owned() };
    let basis = json!({ "phases": of_template });
    derived(format!("{answer}; phases by template: {}", names(of_template.iter())), basis)
}

fn resources(state: &State) -> Facts {
    let limits = &state.plan.limits;
    let sites = crate::site_care::coverage::in_scope(state).map(|(it, _)| it);
    let links = sites.clone().filter(|it| it.link.is_some()).count();
    let count = sites.clone().count();
    // Where the limit lies above what there is, nothing is limited by it.
    let at_once = usize::try_from(limits.sites_at_once).unwrap_or(usize::MAX).min(count);
    let computers: usize = sites.map(|it| it.computers.len()).sum();
    let of_links = match links {
        0 => "The plan describes no links, and limits none".to_owned(),
        _ => format!(
            "Up to {} % of each of {links} links in a window and {} % outside",
            limits.window_share_percent, limits.outside_share_percent
        ),
    };
    let answer = format!(
        "{of_links}; {computers} computers at {count} sites, at most {at_once} of them at once"
    );
    derived(answer, json!({ "limits": limits, "links": links, "computers": computers }))
}

fn sites(state: &State) -> Facts {
    let found = gates::complete::d2(state).whole();
    let signed = state.sites.iter().filter(|it| it.state == SiteState::SignedOff).count();
    let exempt = state.sites.iter().filter(|it| it.state == SiteState::Exempt).count();
    let answer = match &found {
        Ok(()) => format!("Yes: {signed} signed off, {exempt} exempt, no severe incident is open"),
        Err((missing, _)) => format!("Not yet: {missing}"),
    };
    let basis = json!({ "signed-off": signed, "exempt": exempt, "all": state.sites.len(), "answer": answer });
    derived(answer, basis)
}
