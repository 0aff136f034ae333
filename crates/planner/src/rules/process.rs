//! The process itself, as one would try to get around it.
//!
//! House rule: nothing runs that was not authorised.

use super::world::World;
use crate::fixture::plan;
use model::assessment::KeyQuestion;
use model::close_out::CloseOutEvent;
use model::command::{Command, RfcAct};
use model::event::Event;
use model::machine::{ComponentState, DeploymentState, RfcState, SignOffState, SiteState};
use model::milestone::MilestoneCommand;
use model::plan::MasterProjectPlan;
use model::profile::Profile;
use model::refusal::RefusalCode;
use model::role_type::RoleType;
use model::scope::Scope;
use model::sheet::{self, Sheet, SlotId};
use strum::VariantArray;

/// Lets everybody but those whom `leave` names answer until nobody moves any more.
fn all_but(world: &mut World, leave: impl Fn(&crate::waiting::WaitingOn) -> bool) {
    loop {
        world.look();
        let waits = world.waits();
        let asked: Vec<_> = waits.into_iter().filter(|it| !leave(it)).collect();
        if !asked.iter().any(|wait| world.answered(wait)) {
            return;
        }
    }
}

/// Returns how many orders were intended for what `is_meant`.
fn orders(world: &World, is_meant: impl Fn(&Scope) -> bool) -> usize {
    let is_counted =
        |it: &Event| matches!(it, Event::OrderIntended { scope, .. } if is_meant(scope));
    world.record.iter().filter(|it| is_counted(&it.event)).count()
}

// Proves: P1-B1, F-1
#[test]
fn no_step_runs_before_its_change_is_authorised_whatever_else_is_agreed() {
    let mut world = World::of(plan());
    let is_approval = |wait: &crate::waiting::WaitingOn| {
        matches!(&wait.command, Some(Command::Rfc { act: RfcAct::Approve { .. }, .. }))
    };
    all_but(&mut world, is_approval);
    world.pass(90 * 86_400);
    all_but(&mut world, is_approval);
    assert_eq!(orders(&world, |_| true), 0);
    assert!(world.state.components.iter().all(|it| it.state == ComponentState::Planned));
    let why = world.why("component/db");
    assert!(why.contains("is being assessed"), "{why}");
}

// Proves: P1-B1, T-1
#[test]
fn no_step_runs_when_the_plan_part_is_no_longer_the_one_that_was_authorised() {
    let mut world = World::ready(plan());
    let mut changed = MasterProjectPlan::clone(&world.state.plan);
    for template in &mut changed.templates {
        template.each_computer[0].expected_s += 1;
    }
    assert!(world.revised(changed));
    let is_site = |it: &Scope| matches!(it, Scope::Site(_));
    let before = orders(&world, is_site);
    for order in world.in_flight() {
        world.end(&order, super::world::WELL);
    }
    world.look();
    assert_eq!(orders(&world, is_site), before, "nothing new is ordered under the old approval");
    assert!(world.why("site/s1").contains("is a draft"), "{}", world.why("site/s1"));
}

// Proves: P2-Q2, P1-D1
#[test]
fn no_site_starts_while_a_component_it_needs_is_not_verified() {
    let mut world = World::of(plan());
    world.until(|it| !it.in_flight().is_empty());
    for order in world.in_flight() {
        world.end(&order, super::world::exit(1));
    }
    for _ in 0..50 {
        all_but(&mut world, |wait| matches!(wait.command, Some(Command::Resume { .. })));
        world.pass(3_600);
    }
    assert_eq!(world.state.components[0].state, ComponentState::Halted);
    assert!(world.state.sites.iter().all(|it| it.runs == 0), "{}", world.why("site/s1"));
}

// Proves: P1-B1
#[test]
fn an_approval_after_the_work_has_begun_is_refused() {
    let mut world = World::ready(plan());
    let rfc = world.state.rfcs[1].id.clone();
    assert_eq!(world.state.rfcs[1].state, RfcState::Implementing);
    let part = world.state.rfcs[1].part.unwrap();
    let approve = Command::Rfc { rfc, act: RfcAct::Approve { part, conditions: None } };
    let before = world.record.len();
    for person in ["rosalind", "farrukh"] {
        let refusal = world.act(person, &approve).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::State, "{refusal}");
    }
    assert_eq!(world.record.len(), before, "a refused command leaves no trace");
}

// Proves: P2-D7
#[test]
fn one_changed_fact_of_a_sheet_voids_the_signature_that_is_asked_for() {
    let mut world = World::ready(plan());
    let slot: SlotId = "site/s1:site-owner".parse().unwrap();
    let state_of = |it: &World| it.state.slots.get(&slot).map(|it| it.state);
    world.until(|it| state_of(it) == Some(SignOffState::Requested));
    let shown = sheet::digest(&world.state, &slot.sheet);
    let scope = "site/s1".parse().unwrap();
    let report = super::reported(&world, scope, 3);
    world.act("esteban", &report).unwrap();
    let sign = Command::Sign { slot: slot.clone(), document: shown, exceptions: vec![] };
    let refusal = world.act("owner-1", &sign).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::Stale, "{refusal}");
    world.look();
    assert_eq!(state_of(&world), Some(SignOffState::Void));
    assert_eq!(world.state.sites[0].state, SiteState::Observing, "nobody has signed what changed");
}

/// Lets everybody but those whom `leave` names answer, and time pass, until `happened`. Returns
/// whether it did.
fn without(
    world: &mut World,
    leave: impl Fn(&crate::waiting::WaitingOn) -> bool,
    happened: impl Fn(&World) -> bool,
) -> bool {
    for _ in 0..2_000 {
        if happened(world) {
            return true;
        }
        if !world.settled_once_but(&leave) {
            return false;
        }
    }
    false
}

fn signs(slot: &str) -> impl Fn(&crate::waiting::WaitingOn) -> bool {
    let slot: SlotId = slot.parse().unwrap();
    move |wait| matches!(&wait.command, Some(Command::Sign { slot: it, .. }) if *it == slot)
}

// Proves: G-08, R-SM3
#[test]
fn nobody_declares_complete_what_the_customer_has_not_accepted() {
    let customer = "milestone-review:customer";
    let others_signed = |it: &World| {
        let mut others = Sheet::MilestoneReview.slots().into_iter();
        others.all(|slot| {
            let state = it.state.slots.get(&slot).map(|it| it.state);
            let is_customers = slot.role == RoleType::Customer;
            is_customers || state == Some(SignOffState::Signed)
        })
    };
    let mut world = World::of(plan());
    assert!(without(&mut world, signs(customer), others_signed), "{:#?}", world.waits());
    let declare = Command::Milestone(MilestoneCommand::Declare { statement: None });
    let refusal = world.act("hedda", &declare).unwrap_err();
    assert!(refusal.text.contains("customer"), "{refusal}");
    world.until(|it| it.state.deployment == DeploymentState::Closing);
    let entry = |found: &dyn Fn(&Event) -> bool| {
        world.record.iter().rfind(|it| found(&it.event)).map(|it| it.seq).unwrap()
    };
    let accepted = entry(&|it| {
        use model::machine::SignOffTransition::Signed;
        matches!(it, Event::SignOff { slot, transition: Signed, .. } if slot.to_string() == customer)
    });
    let declared = entry(&|it| {
        use model::machine::DeploymentTransition::DeclaredComplete;
        matches!(it, Event::Deployment { transition: DeclaredComplete, .. })
    });
    assert!(accepted < declared, "acceptance is entry {accepted}, declaration {declared}");
}

// Proves: P2-D7
#[test]
fn silence_is_never_agreement() {
    let owner = "site/s1:site-owner";
    let mut world = World::of(plan());
    let is_asked = |it: &World| {
        let slot = it.state.slots.get(&owner.parse::<SlotId>().unwrap());
        slot.is_some_and(|it| it.state == SignOffState::Requested)
    };
    assert!(without(&mut world, signs(owner), is_asked));
    for _ in 0..12 {
        world.pass(30 * 86_400);
        without(&mut world, signs(owner), |_| false);
    }
    assert_eq!(world.state.sites[0].state, SiteState::Observing, "a year of silence signs nothing");
    assert!(world.why("site/s1").contains("[owner-1]"), "{}", world.why("site/s1"));
    assert_eq!(world.state.deployment, DeploymentState::Deploying);
}

// Proves: G-11
#[test]
fn every_key_question_is_answered_when_the_deployment_is_complete() {
    let mut world = World::of(super::walk::full_plan(Profile::Standard));
    world.until(|it| it.state.deployment == DeploymentState::Closed);
    let open: Vec<String> = KeyQuestion::VARIANTS
        .iter()
        .filter(|it| !model::assessment::standing(&world.state, **it).is_answered())
        .map(ToString::to_string)
        .collect();
    assert_eq!(open, Vec::<String>::new());
    let people = world.record.iter().filter(|it| {
        let is_analysis = matches!(&it.event, Event::CloseOut(CloseOutEvent::Contributed { .. }));
        is_analysis && it.actor.person().is_some()
    });
    assert!(people.count() >= RoleType::PROJECT.len(), "the analysis has each role type's part");
}

// Proves: M-2, R-PGM2
#[test]
fn who_leaves_the_scope_leaves_what_must_be_covered_and_only_by_the_customers_word() {
    let mut world = World::of(plan());
    let (computers, users) = model::site_care::coverage::of_all(&world.state);
    let exempt = Command::Exempt { site: "s9".parse().unwrap(), reason: "it closes".to_owned() };
    world.act("sabela", &exempt).unwrap();
    assert_eq!(model::site_care::coverage::of_all(&world.state), (computers, users));
    world.act("winifred", &exempt).unwrap();
    let (fewer_computers, fewer_users) = model::site_care::coverage::of_all(&world.state);
    assert_eq!(users.due() - fewer_users.due(), 10);
    assert_eq!(computers.due() - fewer_computers.due(), 4);
    world.settle();
    let (computers, users) = model::site_care::coverage::of_all(&world.state);
    assert!(users.is_whole() && computers.is_whole());
}
