//! Stories of revised plans: what stands of what was approved, and what becomes of a request that
//! leaves the plan.
//!
//! House rule: docs/decisions/0067-an-approval-is-of-what-was-read.md.

use super::world::World;
use crate::facts::Look;
use crate::fixture::{at, plan, standard_plan};
use crate::guards::component_start;
use crate::waiting::WaitingOn;
use expect_test::expect;
use model::command::{Command, RfcAct};
use model::component::CoreComponent;
use model::gates::close_out::k4;
use model::gates::stable::st1;
use model::guard::{Supplier, Verdict};
use model::machine::{DeploymentState, RfcState};
use model::milestone::{Milestone, MilestoneCommand};
use model::plan::MasterProjectPlan;
use model::refusal::Refusal;
use model::rfc::{ChangeWindow, Covers, ImplementationReview, RequestForChange};
use std::sync::Arc;

type Change = fn(&mut MasterProjectPlan);

fn why() -> String {
    "as agreed".to_owned()
}

fn night(from: &str, until: &str) -> Option<ChangeWindow> {
    Some(ChangeWindow { from: at(from), until: at(until) })
}

fn saturday() -> MasterProjectPlan {
    let mut plan = standard_plan();
    plan.rfcs[0].window = night("2027-01-09T20:00:00Z", "2027-01-10T04:00:00Z");
    plan
}

/// Lets the Program Manager alone revise the plan.
fn revise(world: &mut World, change: impl FnOnce(&mut MasterProjectPlan)) -> Result<(), Refusal> {
    let mut plan = MasterProjectPlan::clone(&world.state.plan);
    change(&mut plan);
    let digest = plan.digest();
    world.plans.insert(digest, Arc::new(plan));
    let revise =
        Command::RevisePlan { plan: digest, changes: vec![], removes_scope: false, reason: why() };
    world.act("sabela", &revise)
}

// Proves: P1-B1
#[test]
fn whatever_its_approvers_read_of_a_request_voids_its_authorisation_when_it_is_another() {
    let changes: [(&str, Change); 7] = [
        ("the window", |it| {
            it.rfcs[0].window = night("2027-01-12T20:00:00Z", "2027-01-13T04:00:00Z");
        }),
        ("the risk", |it| it.rfcs[0].risk = "none".to_owned()),
        ("the way back", |it| it.rfcs[0].rollback_plan = "none".to_owned()),
        ("the evidence", |it| it.rfcs[0].test_evidence = "none".to_owned()),
        ("the part", |it| it.components[0].steps[0].time_limit_s += 1),
        ("another request", |it| it.rfcs[1].risk = "none".to_owned()),
        ("the title of the plan", |it| it.title = "Fixture, revised".to_owned()),
    ];
    let mut told = String::new();
    for (what, change) in changes {
        let mut world = World::of(saturday());
        world.until(|it| it.state.rfcs[0].state == RfcState::Scheduled);
        revise(&mut world, change).unwrap();
        let status = &world.state.rfcs[0];
        let reason = status.reason.as_deref().unwrap_or("as before");
        told += &format!("{what}: it is {}, {reason}\n", status.state);
    }
    expect![[r#"
        the window: it is a draft, the request itself, as it was authorised, has changed
        the risk: it is a draft, the request itself, as it was authorised, has changed
        the way back: it is a draft, the request itself, as it was authorised, has changed
        the evidence: it is a draft, the request itself, as it was authorised, has changed
        the part: it is a draft, the part of the plan that was authorised has changed
        another request: it is scheduled, as before
        the title of the plan: it is scheduled, as before
    "#]]
    .assert_eq(&told);
}

#[test]
fn an_approval_does_not_count_for_what_its_request_becomes() {
    let window: Change = |it| {
        it.rfcs[0].window = night("2027-01-12T20:00:00Z", "2027-01-13T04:00:00Z");
    };
    let leave: Change = |it| drop(it.rfcs.remove(0));
    let same: Change = |it| it.rfcs.insert(0, saturday().rfcs[0].clone());
    let other: Change = |it| {
        let mut other = saturday().rfcs[0].clone();
        other.covers.components.pop();
        it.rfcs.insert(0, other);
    };
    let rows: [(&str, Vec<Change>); 4] = [
        ("as it was", vec![]),
        ("in another window", vec![window]),
        ("gone, and back as it was", vec![leave, same]),
        ("gone, and back as something else", vec![leave, other]),
    ];
    let mut told = String::new();
    for (how, changes) in rows {
        let mut world = World::of(saturday());
        world.until(|it| it.state.rfcs[0].state == RfcState::Assessing);
        let approve = |world: &World| {
            let part = world.state.index.parts[0];
            let act = RfcAct::Approve { part, conditions: None };
            Command::Rfc { rfc: "R-core".parse().unwrap(), act }
        };
        let first = approve(&world);
        world.act("rosalind", &first).unwrap();
        for change in changes {
            revise(&mut world, change).unwrap();
        }
        let last = approve(&world);
        world.act("farrukh", &last).unwrap();
        let status = &world.state.rfcs[0];
        let count = status.approvals.len();
        told += &format!("{how}: it is {}, with {count} approvals\n", status.state);
    }
    expect![[r#"
        as it was: it is authorised, with 2 approvals
        in another window: it is being assessed, with 1 approvals
        gone, and back as it was: it is being assessed, with 1 approvals
        gone, and back as something else: it is being assessed, with 1 approvals
    "#]]
    .assert_eq(&told);
}

#[test]
fn a_request_whose_work_has_begun_stays_in_the_plan_until_it_is_closed() {
    let mut world = World::of(standard_plan());
    let mut told = String::new();
    for state in [RfcState::Implementing, RfcState::Implemented, RfcState::Reviewed] {
        if state == RfcState::Reviewed {
            let review = ImplementationReview::as_planned("begin earlier");
            let act = RfcAct::ReviewImplementation { review };
            let rfc = "R-core".parse().unwrap();
            world.act("rosalind", &Command::Rfc { rfc, act }).unwrap();
        }
        let is_later = |it: &WaitingOn| {
            it.what.contains("has to be reviewed") || it.what.contains("has to be closed")
        };
        while world.state.rfcs[0].state != state {
            assert!(world.settled_once_but(&is_later), "{}", world.why("rfc/R-core"));
        }
        let refused = revise(&mut world, |it| drop(it.rfcs.remove(0))).unwrap_err();
        told += &format!("{refused}\n{}\n", refused.next_step);
    }
    world.until(|it| it.state.rfcs[0].state == RfcState::Closed);
    revise(&mut world, |it| drop(it.rfcs.remove(0))).unwrap();
    expect![[r#"
        R-core is being implemented and must stay in the plan
        let it be closed first: `landfall why rfc/R-core` says what it waits on
        R-core is implemented and must stay in the plan
        let it be closed first: `landfall why rfc/R-core` says what it waits on
        R-core is reviewed and must stay in the plan
        let it be closed first: `landfall why rfc/R-core` says what it waits on
    "#]]
    .assert_eq(&told);
}

// Proves: P4a-A1
#[test]
fn nobody_waits_at_the_close_out_for_a_request_that_left_the_plan_before_it_was_begun() {
    let mut world = World::ready(standard_plan());
    world.until(|it| it.state.rfcs.iter().all(|it| it.state == RfcState::Closed));
    let more = |plan: &mut MasterProjectPlan| {
        let id = "RFC-3".parse().unwrap();
        plan.rfcs.push(RequestForChange { id, ..plan.rfcs[1].clone() });
    };
    for state in [RfcState::Draft, RfcState::Submitted, RfcState::Assessing, RfcState::Scheduled] {
        let mut world = world.clone();
        revise(&mut world, more).unwrap();
        world.until(|it| it.state.rfcs[2].state == state);
        let before = k4(&world.state);
        revise(&mut world, |it| drop(it.rfcs.pop())).unwrap();
        assert!(before.is_err(), "{state}");
        assert_eq!(k4(&world.state), Ok(()), "{state}");
    }
}

/// Returns a plan with another core component, and a request for change of its own.
fn with_another_component(plan: &mut MasterProjectPlan) {
    let another = "another".parse().unwrap();
    plan.components.push(CoreComponent { id: another, ..plan.components[0].clone() });
    let covers = Covers { components: vec!["another".parse().unwrap()], ..Covers::default() };
    let id = "R-another".parse().unwrap();
    plan.rfcs.push(RequestForChange { id, covers, ..plan.rfcs[0].clone() });
}

#[test]
fn what_was_declared_stable_is_taken_back_before_there_is_more_of_it() {
    let mut world = World::of(plan());
    world.until(|it| it.state.deployment == DeploymentState::QuietPeriod);
    let refusal = revise(&mut world, with_another_component).unwrap_err();
    let mut told = format!("{refusal}: {}\n", refusal.next_step);
    let milestone = Milestone::Stable;
    let revoke = MilestoneCommand::Revoke { milestone, reason: why() };
    world.act("winifred", &Command::Milestone(revoke)).unwrap();
    let after = world.record.len();
    revise(&mut world, with_another_component).unwrap();
    world.until(|it| it.state.deployment == DeploymentState::QuietPeriod);
    told += &world.story(after, &["core:", "sites-complete:", "another started", "deployment "]);
    expect![[r#"
        deployment FX cannot change its scope while it is in its quiet period: take Deployment Stable back first: `landfall milestone revoke stable`
        06 10:10 sabela: deployment scope changed (as agreed)
        06 10:10 sabela: core:release-management superseded
        06 10:10 sabela: core:tester superseded
        06 10:10 sabela: core:operations-manager superseded
        06 10:10 sabela: sites-complete:release-management superseded
        06 10:10 sabela: sites-complete:program-manager superseded
        06 10:10 sabela: sites-complete:product-manager superseded
        06 10:10 R-another started
        06 10:10 another started
        06 10:10 core:release-management renewed
        06 10:10 core:tester renewed
        06 10:10 core:operations-manager renewed
        06 10:10 core:release-management requested
        06 10:10 core:tester requested
        06 10:10 core:operations-manager requested
        06 10:10 philippa: core:tester signed
        06 10:10 ivo: core:release-management signed
        06 10:10 gunnvor: core:operations-manager signed
        06 10:10 sites-complete:release-management renewed
        06 10:10 sites-complete:program-manager renewed
        06 10:10 sites-complete:product-manager renewed
        06 10:10 sites-complete:release-management requested
        06 10:10 sites-complete:program-manager requested
        06 10:10 sites-complete:product-manager requested
        06 10:10 sabela: sites-complete:program-manager signed
        06 10:10 lucan: sites-complete:product-manager signed
        06 10:10 ivo: sites-complete:release-management signed
        06 10:10 esteban: deployment declared stable
    "#]].assert_eq(&told);
}

type Opening = fn(&mut World);

#[test]
fn nobody_declares_stable_what_a_revised_plan_or_a_rollback_has_opened_again() {
    let opened: [(&str, Opening); 3] = [
        ("another component", |it| revise(it, with_another_component).unwrap()),
        ("a component goes back", |it| goes_back(it, "component/vpn")),
        ("a site goes back", |it| goes_back(it, "site/s9")),
    ];
    let mut told = String::new();
    for (what, open) in opened {
        let mut world = World::of(plan());
        world.until(|it| it.state.deployment == DeploymentState::Stabilizing);
        let before = st1(&world.state);
        open(&mut world);
        told += &format!("{what}: {before:?}, then {}\n", st1(&world.state).unwrap_err().0);
    }
    expect![[r#"
        another component: Ok(()), then the sheet of all sites is not signed
        a component goes back: Ok(()), then the sheet of all sites is not signed
        a site goes back: Ok(()), then the sheet of all sites is not signed
    "#]]
    .assert_eq(&told);
}

fn goes_back(world: &mut World, scope: &str) {
    let (scope, accept_loss) = (scope.parse().unwrap(), true);
    let command = Command::RollBack { scope, reason: why(), accept_loss };
    world.act("ivo", &command).unwrap();
}

#[test]
fn a_request_that_covers_nothing_any_more_is_cancelled_or_covers_something_again() {
    let mut world = World::ready(plan());
    assert_eq!(world.state.rfcs[1].state, RfcState::Implementing);
    revise(&mut world, |it| {
        let id = "R-sites-anew".parse().unwrap();
        it.rfcs.push(RequestForChange { id, ..it.rfcs[1].clone() });
        it.rfcs[1].covers = Covers::default();
    })
    .unwrap();
    world.look();
    let asked = world.why("rfc/R-sites");
    let again = |it: &mut MasterProjectPlan| it.rfcs[1].covers = it.rfcs[2].covers.clone();
    let mut covered = world.clone();
    revise(&mut covered, again).unwrap();
    covered.look();
    assert!(covered.why("rfc/R-sites").contains("has to be submitted"));
    world.until(|it| it.state.rfcs[1].state == RfcState::Cancelled);
    assert_eq!(
        asked,
        "rfc/R-sites: R-sites covers nothing any more: it has to be cancelled, or a revised plan says what it covers [ivo or saoirse or rosalind or farrukh]\n"
    );
}

#[test]
fn a_core_component_is_looked_at_again_when_the_window_of_its_request_opens() {
    let mut world = World::of(saturday());
    world.until(|it| it.state.rfcs[0].state == RfcState::Scheduled);
    let window = world.state.plan.rfcs[0].window.unwrap();
    assert!(world.now < window.from);
    let mut look = Look::new(&world.state, world.now);
    let c1 = component_start(&mut look, 0).remove(0);
    let Verdict::Unmet { supplier, .. } = c1.verdict else { panic!("{c1:?}") };
    assert_eq!((supplier, look.next), (Supplier::At(window.from), Some(window.from)));
}

#[test]
fn of_several_requests_for_one_place_the_one_that_leads_on_is_told() {
    let mut plan = standard_plan();
    plan.rfcs[0].window = night("2027-01-09T20:00:00Z", "2027-01-10T04:00:00Z");
    let id = "R-core-too".parse().unwrap();
    plan.rfcs.push(RequestForChange { id, window: None, ..plan.rfcs[0].clone() });
    let mut world = World::of(plan);
    let of_it = |it: &WaitingOn| it.scope == "rfc/R-core-too".parse().unwrap();
    while world.state.rfcs[0].state != RfcState::Scheduled {
        assert!(world.settled_once_but(&of_it), "{:#?}", world.waits());
    }
    let told = world.why("component/db");
    assert!(told.contains("the window of R-core opens at"), "{told}");
}
