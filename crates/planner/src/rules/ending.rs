//! Early ends, with real orders: what goes back goes back, what stays is taken over, and the record
//! is sealed.
//!
//! House rule: nothing waits without saying on what.

use super::reported;
use super::world::{WELL, World};
use crate::agenda::agenda;
use crate::fixture::{plan, standard_plan};
use crate::waiting::WaitingOn;
use expect_test::expect;
use model::command::Command;
use model::guard::Guard;
use model::machine::{ComponentState, DeploymentState, SignOffState, SiteState};
use model::milestone::{Milestone, MilestoneCommand};
use model::profile::Profile;
use model::refusal::RefusalCode;
use model::scope::Scope;
use model::sheet::SlotId;
use model::termination::{Disposition, TerminationCommand};

fn terminate(world: &mut World, person: &str, command: TerminationCommand) {
    world.act(person, &Command::Termination(command)).unwrap();
}

fn begin() -> TerminationCommand {
    TerminationCommand::Begin { reason: "the release is withdrawn".to_owned() }
}

// Proves: X-02, X-03, R-SM3
#[test]
fn what_is_given_up_goes_back_or_is_taken_over_and_then_nothing_is_written_any_more() {
    let mut world = World::ready(plan());
    world.until(|it| it.state.sites[0].state == SiteState::SignedOff);
    let before = world.record.len();
    let refusal = world.act("sabela", &Command::Termination(begin())).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NotPermitted, "{refusal}");
    terminate(&mut world, "hedda", begin());
    assert!(world.state.deployment != DeploymentState::Terminating, "the customer agrees too");
    terminate(&mut world, "winifred", begin());
    let dispose = TerminationCommand::Dispose {
        scope: "site/s1".parse().unwrap(),
        disposition: Disposition::RollBack,
        reason: "it is alone with the new release".to_owned(),
    };
    terminate(&mut world, "hedda", dispose);
    let why = world.why("deployment");
    world.until(|it| it.state.deployment == DeploymentState::Terminated);
    assert_eq!(world.state.sites[0].state, SiteState::RolledBack);
    let words = ["Termination", "Deployment", "site/s1 Rollback", "Sign", "termination"];
    expect![[r#"
        deployment: it is not decided what becomes of component/db, component/vpn [hedda or sabela or ivo or saoirse]
        site/s1: it is to go back [ivo or saoirse]
        deployment: what is to be learnt has to be put down [hedda or sabela]
        04 08:10 termination:solution-manager requested
        04 08:10 termination:customer requested
        04 08:10 hedda: termination:solution-manager signed
        04 08:10 winifred: termination:customer signed
        04 08:10 hedda: deployment termination completed
    "#]].assert_eq(&format!("{why}{}", world.story(before, &words)));
    let last = world.record.len();
    world.pass(400 * 86_400);
    assert!(agenda(&world.state, world.now, 10).is_empty());
    let report = reported(&world, model::scope::Scope::Deployment, 1);
    let refusal = world.act("esteban", &report).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::State, "{refusal}");
    assert_eq!(world.record.len(), last);
}

fn of(slot: &str) -> SlotId {
    slot.parse().unwrap()
}

// Proves: X-09, X-03
#[test]
fn an_early_end_does_without_the_customers_signature_only_where_that_is_waived() {
    let mut world = World::ready(standard_plan());
    terminate(&mut world, "hedda", begin());
    terminate(&mut world, "winifred", begin());
    let is_customers = |it: &WaitingOn| matches!(&it.command, Some(Command::Sign { slot, .. }) if *slot == of("termination:customer"));
    let is_signed = |it: &World| {
        let slot = it.state.slots.get(&of("termination:solution-manager"));
        slot.is_some_and(|it| it.state == SignOffState::Signed)
    };
    while !is_signed(&world) {
        assert!(world.settled_once_but(&is_customers), "{:#?}", world.waits());
    }
    let complete = Command::Termination(TerminationCommand::Complete);
    let refused = world.act("hedda", &complete).unwrap_err().to_string();
    let words = || "the customer is in administration".to_owned();
    let until = world.now.checked_add(jiff::SignedDuration::from_hours(48)).unwrap();
    let waiver = |part: Option<&str>| Command::RequestWaiver {
        guard: Guard::TR3,
        scope: Scope::Deployment,
        reason: words(),
        risk: words(),
        control: words(),
        until,
        part: part.map(str::to_owned),
    };
    let whole = world.act("sabela", &waiver(None)).unwrap_err().to_string();
    let other = world.act("sabela", &waiver(Some("solution-manager"))).unwrap_err().to_string();
    world.act("sabela", &waiver(Some("customer"))).unwrap();
    for person in ["hedda", "gunnvor"] {
        world.act(person, &Command::ApproveWaiver { waiver: 1 }).unwrap();
    }
    let asked = world.why("deployment");
    world.act("hedda", &complete).unwrap();
    assert!(refused.contains("TR3: the termination report is not signed by Customer"), "{refused}");
    assert!(whole.contains("only a part of TR3 can be waived"), "{whole}");
    assert!(other.contains("no part of TR3 that can be waived"), "{other}");
    assert!(asked.contains("the termination has to be completed"), "{asked}");
    assert_eq!(world.state.deployment, DeploymentState::Terminated);
}

// Proves: P4a-A1, G-13
#[test]
fn a_completion_that_is_revoked_goes_back_to_its_review_and_is_declared_again() {
    let mut world = World::of(super::walk::full_plan(Profile::Standard));
    world.until(|it| it.state.deployment == DeploymentState::Closing);
    let revoke = |milestone| {
        let reason = "the stock figures are wrong".to_owned();
        Command::Milestone(MilestoneCommand::Revoke { milestone, reason })
    };
    let by_nobody = world.act("sabela", &revoke(Milestone::Complete)).unwrap_err();
    let before = world.record.len();
    world.act("winifred", &revoke(Milestone::Complete)).unwrap();
    world.look();
    let (back, review) =
        (world.state.deployment, world.state.milestones.number(Milestone::Complete));
    let asked = world.why("deployment");
    world.until(|it| it.state.deployment == DeploymentState::Closed);
    assert!(by_nobody.text.contains("it takes Customer or Solution Manager"), "{by_nobody}");
    assert_eq!((back, review), (DeploymentState::MilestoneReview, 2));
    assert!(asked.contains("the review of Deployment Complete has to be convened"), "{asked}");
    let again = world.story(before, &["deployment "]);
    for line in
        ["deployment completion revoked", "deployment declared complete", "deployment closed"]
    {
        assert!(again.contains(line), "{line}\n{again}");
    }
}

// Proves: P4a-I1, X-01, G-04
#[test]
fn reports_come_of_the_record_and_what_was_deployed_goes_over_piece_by_piece() {
    use model::reports::{Report, digest, report, reports};
    use model::responsibility::transfers;
    let mut world = World::ready(plan());
    world.until(|it| it.state.deployment == DeploymentState::Stabilizing);
    let state = &world.state;
    let names: Vec<String> = reports(state).iter().map(ToString::to_string).collect();
    assert_eq!(names, ["core", "ring/pilot", "ring/early", "ring/broad", "exceptions", "schedule"]);
    let of = |name: &str| report(state, &name.parse::<Report>().unwrap()).unwrap();
    assert_eq!(of("core")["components"].as_array().unwrap().len(), 2);
    assert_eq!(of("ring/early")["sites"].as_array().unwrap().len(), 3);
    assert_eq!(of("site/s1")["computers"]["verified"], 4);
    assert_eq!(of("schedule")["sites"].as_array().unwrap().len(), 9);
    assert!(of("exceptions")["not-as-planned"].is_array());
    assert!(report(state, &"ring/nowhere".parse().unwrap()).is_none());
    let again: Vec<_> = reports(&state.clone()).iter().map(|it| digest(state, it)).collect();
    assert_eq!(again, reports(state).iter().map(|it| digest(state, it)).collect::<Vec<_>>());
    let gone: Vec<String> =
        transfers(state).iter().map(|it| format!("{} to {}", it.scope, it.to)).collect();
    assert_eq!(
        gone[..3],
        [
            "component/db to Operations Manager",
            "component/vpn to Operations Manager",
            "site/s1 to Site Owner",
        ]
    );
    assert_eq!(gone.len(), 11, "all sites, and not the service yet: {gone:?}");
    use model::role_type::RoleType::{OperationsManager, ReleaseManagement, SiteOwner};
    let handed = model::responsibility::handovers(state);
    let given: Vec<_> = handed
        .iter()
        .map(|it| {
            let step = it.steps.first()?;
            assert!(step.given_by.by.is_some() && step.given_by.at.is_some_and(|at| at <= step.at));
            Some((step.given_by.role, step.received_by[0].role))
        })
        .collect();
    let (core, site) = ((ReleaseManagement, OperationsManager), (ReleaseManagement, SiteOwner));
    assert_eq!(given[..3], [Some(core), Some(core), Some(site)]);
    assert_eq!((given.len(), given[11]), (12, None), "the service is with the project");
}

fn ended_early(world: &mut World) {
    terminate(world, "hedda", begin());
    terminate(world, "winifred", begin());
    world.look();
}

// Proves: X-02
#[test]
fn what_is_deployed_while_the_project_ends_early_begins_nothing_more_and_comes_to_rest() {
    let mut world = World::ready(plan());
    let order = world.until_ordered("site/s1@1/");
    ended_early(&mut world);
    let before = world.record.len();
    world.end(&order, WELL);
    world.look();
    let told = world.story(before, &["s1 ", "s1@"]);
    assert_eq!(world.state.sites[0].state, SiteState::Halted, "{told}");
    assert!(told.contains("s1 halted (the project ends early)") && !told.contains("ordered"));
}

#[test]
fn a_component_whose_last_step_ends_while_the_project_ends_early_is_verified() {
    let mut plan = plan();
    plan.components[0].checks.clear();
    let mut world = World::of(plan);
    let order = world.until_ordered("component/db@1/");
    ended_early(&mut world);
    world.end(&order, WELL);
    world.look();
    assert_eq!(world.state.components[0].state, ComponentState::Verified);
}

// Proves: P4a-A1
#[test]
fn nothing_is_rolled_back_while_the_result_is_under_review_or_the_project_closes() {
    let mut world = World::of(super::walk::full_plan(Profile::Standard));
    let mut told = String::new();
    for state in [DeploymentState::MilestoneReview, DeploymentState::Closing] {
        world.until(|it| it.state.deployment == state);
        for scope in ["site/s1", "ring/pilot", "component/db"] {
            let scope: Scope = scope.parse().unwrap();
            let reason = "the stock figures are wrong".to_owned();
            let back = Command::RollBack { scope: scope.clone(), reason, accept_loss: true };
            let refused = world.act("gunnvor", &back).unwrap_err();
            told += &format!("{scope}: {refused}\n    {}\n", refused.next_step);
        }
    }
    expect![[r#"
        site/s1: nothing is rolled back while the deployment is in its milestone review
            let the review reject the result first: `landfall milestone reject complete`
        ring/pilot: nothing is rolled back while the deployment is in its milestone review
            let the review reject the result first: `landfall milestone reject complete`
        component/db: nothing is rolled back while the deployment is in its milestone review
            let the review reject the result first: `landfall milestone reject complete`
        site/s1: nothing is rolled back while the deployment is closing
            revoke the milestone first: `landfall milestone revoke complete`, then let its review reject the result
        ring/pilot: nothing is rolled back while the deployment is closing
            revoke the milestone first: `landfall milestone revoke complete`, then let its review reject the result
        component/db: nothing is rolled back while the deployment is closing
            revoke the milestone first: `landfall milestone revoke complete`, then let its review reject the result
    "#]].assert_eq(&told);
}
