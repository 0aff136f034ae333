//! Stories of what takes several people: all of them agree to the same thing, as it stands.
//!
//! House rule: nothing runs that was not authorised, by everybody who has to.

use super::walk::full_plan;
use super::world::{World, exit};
use crate::fixture::plan;
use expect_test::expect;
use model::command::{Command, Resumable};
use model::id::SiteId;
use model::machine::{DeploymentState, SignOffState, SiteState};
use model::plan::MasterProjectPlan;
use model::profile::Profile;
use model::ring::{choices, resume_act};
use model::role_type::RoleType;
use model::sheet::{self, SlotId};
use model::state::{Holding, RingState};
use std::sync::Arc;

fn why() -> String {
    "as agreed".to_owned()
}

fn tell(world: &mut World, person: &str, command: &Command) -> String {
    let said = world.act(person, command);
    said.map_or_else(|it| format!("{person}: {it}\n"), |()| format!("{person}: done\n"))
}

/// Returns a deployment whose second ring is halted.
fn halted() -> World {
    let mut world = World::ready(plan());
    let order = world.until_ordered("site/s2@1/pc-1/before/edge");
    world.end(&order, exit(7));
    world.look();
    assert_eq!(world.state.rings[1].state, RingState::Halted);
    world
}

fn resume(only: &[Resumable]) -> Command {
    let (ring, only) = ("early".parse().unwrap(), only.to_vec());
    Command::ResumeRing { ring, reason: why(), only }
}

// Proves: P2-A1
#[test]
fn two_people_let_a_ring_go_on_with_the_same_sites() {
    let mut world = halted();
    world.act("ivo", &resume(&[Resumable::Failed])).unwrap();
    let asked = world.waits().into_iter().find_map(|it| match it.command {
        Some(Command::ResumeRing { only, .. }) => Some(only),
        _ => None,
    });
    assert_eq!(asked, Some(vec![Resumable::Failed]), "whoever is asked agrees to the same");
    let all = [Resumable::Failed, Resumable::Lost, Resumable::NotStarted];
    world.act("sabela", &resume(&all)).unwrap();
    assert_eq!(world.state.rings[1].state, RingState::Halted, "these are two different acts");
    world.act("sabela", &resume(&[Resumable::Failed])).unwrap();
    assert_eq!(world.state.rings[1].state, RingState::Open);
    assert_eq!(world.state.holds["ring/early"].holding, Holding::Beginnings);
    let left = choices().filter(|only| {
        let act = resume_act(&"early".parse().unwrap(), only);
        world.state.concurrences.contains_key(&act)
    });
    assert_eq!(left.count(), 0, "the next halt is agreed on anew");
}

// Proves: X-05
#[test]
fn who_agreed_that_a_refusal_is_resolved_did_not_agree_to_the_next_one() {
    let mut world = World::ready(plan());
    let slot: SlotId = "site/s1:site-owner".parse().unwrap();
    let is_asked = |it: &World| {
        it.state.slots.get(&slot).is_some_and(|it| it.state == SignOffState::Requested)
    };
    let site: SiteId = "s1".parse().unwrap();
    let refuse = |world: &mut World| {
        world.until(is_asked);
        let document = sheet::digest(&world.state, &slot.sheet);
        let slot = slot.clone();
        let no = Command::Refuse { slot, document, reasons: vec!["a till is slow".into()] };
        world.act("owner-1", &no).unwrap();
        world.look();
    };
    let resolve = Command::ResolveRefusal { site: site.clone(), reason: why() };
    refuse(&mut world);
    world.act("ivo", &resolve).unwrap();
    let scope = "site/s1".parse().unwrap();
    world.act("ivo", &Command::RollBack { scope, reason: why(), accept_loss: true }).unwrap();
    refuse(&mut world);
    world.act("philippa", &resolve).unwrap();
    assert_eq!(world.state.sites[0].state, SiteState::Refused, "one has agreed");
    world.act("ivo", &resolve).unwrap();
    assert_ne!(world.state.sites[0].state, SiteState::Refused);
}

// Proves: P2-A1
#[test]
fn who_takes_a_role_by_a_revised_plan_needs_the_solution_manager_whoever_agrees_last() {
    let mut world = World::ready(full_plan(Profile::Standard));
    let mut plan = MasterProjectPlan::clone(&world.state.plan);
    let sabela = plan.people.iter_mut().find(|it| it.id.as_str() == "sabela").unwrap();
    sabela.roles.push(RoleType::Tester);
    let digest = plan.digest();
    world.plans.insert(digest, Arc::new(plan));
    let revise =
        Command::RevisePlan { plan: digest, changes: vec![], removes_scope: true, reason: why() };
    let mut told = String::new();
    for person in ["sabela", "winifred", "hedda"] {
        told += &tell(&mut world, person, &revise);
        let stands = if world.state.plan_digest == digest { "in force" } else { "not in force" };
        told += &format!("  the plan is {stands}\n");
    }
    expect![[r#"
        sabela: done
          the plan is not in force
        winifred: done
          the plan is not in force
        hedda: done
          the plan is in force
    "#]]
    .assert_eq(&told);
}

#[test]
fn nothing_leaves_the_scope_of_what_was_declared_stable() {
    let mut world = World::of(full_plan(Profile::Standard));
    world.until(|it| it.state.deployment == DeploymentState::QuietPeriod);
    let exempt = Command::Exempt { site: "s1".parse().unwrap(), reason: why() };
    expect![[r#"
        sabela: deployment FX cannot change its scope while it is in its quiet period
    "#]]
    .assert_eq(&tell(&mut world, "sabela", &exempt));
}

// Proves: P2-A1
#[test]
fn a_deployment_and_a_ring_say_what_their_parts_wait_on() {
    let world = halted();
    let early = "ring/early: ring early is halted: 1 of 3 sites failed";
    assert!(world.why("deployment").contains(early), "{}", world.why("deployment"));
    let behind = world.why("ring/broad");
    assert!(behind.contains("ring early has to pass first") && behind.contains(early), "{behind}");
    let mut world = World::of(full_plan(Profile::Standard));
    for _ in 0..60 {
        world.settled_once_but(&|it| it.scope == "site/s1".parse().unwrap());
    }
    let of_ring = world.why("ring/pilot");
    assert!(of_ring.contains("site/s1: "), "{of_ring}");
}
