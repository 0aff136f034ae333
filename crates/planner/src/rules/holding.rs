//! Stories of what is held: what has begun comes to its end, and what waits names the hold.
//!
//! House rule: a hold lets a window come to its end and nothing else begin; nobody is kept from going
//! back.

use super::world::{WELL, World, exit};
use crate::fixture::{night_plan, plan, step};
use crate::waiting::WaitingOn;
use expect_test::expect;
use model::command::Command;
use model::machine::{ComponentState, DeploymentState, SignOffState, SiteState};
use model::plan::MasterProjectPlan;
use model::sheet::SlotId;

/// Returns the plan of which the database is deployed by three steps.
fn three_steps() -> MasterProjectPlan {
    let mut plan = plan();
    plan.components[0].steps = ["copy", "install", "switch"].map(step).to_vec();
    plan
}

fn hold(world: &mut World, scope: &str, held: bool) {
    let (scope, reason) = (scope.parse().unwrap(), "stock-taking".to_owned());
    world.pass(60);
    world.act("ivo", &Command::Hold { scope, held, reason }).unwrap();
    world.pass(60);
    world.look();
}

/// Ends well what is in flight at the database, and looks.
fn ends_well(world: &mut World) {
    for order in world.in_flight().iter().filter(|it| it.0.starts_with("component/db")) {
        world.end(order, WELL);
    }
    world.look();
}

#[test]
fn what_has_begun_at_a_component_comes_to_its_end_in_the_window_that_was_open_when_it_was_held() {
    let mut told = String::new();
    for scope in ["component/db", "core", "deployment"] {
        let mut plan = three_steps();
        plan.components[0].windows = night_plan().rings[0].windows.clone();
        let mut world = World::of(plan);
        world.until_ordered("component/db@1");
        let before = world.record.len();
        hold(&mut world, scope, true);
        ends_well(&mut world);
        world.pass(6 * 3600);
        ends_well(&mut world);
        let by_day = world.why("component/db");
        world.pass(18 * 3600);
        world.look();
        let next_night = world.why("component/db");
        hold(&mut world, scope, false);
        let story = world.story(before, &["held", "released", "let go", "component/db"]);
        told = story + "by day: " + &by_day + "in the next night: " + &next_night;
        assert!(next_night.contains("it is held: stock-taking"), "{scope}: {told}");
        assert_eq!(told.matches(" ordered").count(), 2, "{scope}: {told}");
    }
    expect![[r#"
        04 22:01 ivo: deployment held (stock-taking)
        04 22:02 component/db@1/host-1/copy#1 succeeded
        04 22:02 component/db@1/host-1/install#2 ordered
        05 04:02 component/db@1/host-1/install#2 succeeded
        05 22:03 ivo: deployment released (stock-taking)
        05 22:04 component/db@1/host-1/switch#3 ordered
        by day: component/db: it is held: stock-taking [ivo or saoirse]
        component/db: the maintenance window of db is closed [time, at 2027-01-05T22:00:00Z]
        in the next night: component/db: it is held: stock-taking [ivo or saoirse]
    "#]]
    .assert_eq(&told);
}

#[test]
fn a_component_that_is_resumed_while_it_is_held_orders_nothing_until_it_is_let_go() {
    let mut world = World::of(three_steps());
    let order = world.until_ordered("component/db@1");
    world.end(&order, exit(1));
    world.look();
    hold(&mut world, "component/db", true);
    let scope = "component/db".parse().unwrap();
    world.act("ivo", &Command::Resume { scope, reason: "the disk was full".into() }).unwrap();
    world.look();
    world.pass(8 * 24 * 3600);
    world.look();
    let (orders, told) = (world.in_flight(), world.why("component/db"));
    hold(&mut world, "component/db", false);
    assert_eq!((orders, told.contains("it is held: stock-taking")), (vec![], true), "{told}");
    assert_eq!(world.in_flight().len(), 1, "{}", world.why("component/db"));
}

#[test]
fn no_deadline_of_a_component_passes_while_the_deployment_stands_held() {
    let mut world = World::of(three_steps());
    let order = world.until_ordered("component/db@1");
    let reason = || "stock-taking".to_owned();
    world.act("ivo", &Command::HoldDeployment { reason: reason() }).unwrap();
    world.end(&order, WELL);
    world.pass(8 * 24 * 3600);
    world.look();
    for person in ["ivo", "sabela"] {
        world.act(person, &Command::ReleaseDeployment { reason: reason() }).unwrap();
    }
    world.look();
    assert_eq!(world.in_flight().len(), 1, "{}", world.why("component/db"));
}

#[test]
fn nobody_is_kept_from_undoing_a_component_that_is_held() {
    let mut world = World::of(three_steps());
    world.until_ordered("component/db@1/host-1/install");
    let order = world.in_flight().remove(0);
    world.end(&order, exit(1));
    world.look();
    hold(&mut world, "core", true);
    let scope = "component/db".parse().unwrap();
    let back = Command::RollBack { scope, reason: "the disk is full".into(), accept_loss: false };
    world.act("ivo", &back).unwrap();
    let before = world.record.len();
    for _ in 0..3 {
        ends_well(&mut world);
    }
    expect![[r#"
        04 08:02 component/db@2/host-1/undo-install#1 ordered
        04 08:02 component/db@2/host-1/undo-install#1 succeeded
        04 08:02 component/db@2/host-1/undo-copy#2 ordered
        04 08:02 component/db@2/host-1/undo-copy#2 succeeded
        04 08:02 component/db stage 0 finished
        04 08:02 db rollback verified
    "#]]
    .assert_eq(&world.story(before, &["db"]));
}

fn hold_all(world: &mut World) {
    world.act("ivo", &Command::HoldDeployment { reason: "stock-taking".to_owned() }).unwrap();
    world.look();
}

fn release_all(world: &mut World) {
    for person in ["ivo", "sabela"] {
        let release = Command::ReleaseDeployment { reason: "stock was taken".to_owned() };
        world.act(person, &release).unwrap();
    }
    world.look();
}

#[test]
fn whatever_goes_back_comes_to_its_end_while_the_deployment_is_held() {
    let mut world = World::ready(three_steps());
    for order in world.in_flight() {
        world.end(&order, exit(1));
    }
    world.look();
    hold_all(&mut world);
    let back = |scope: &str| Command::RollBack {
        scope: scope.parse().unwrap(),
        reason: "the disk is full".to_owned(),
        accept_loss: true,
    };
    for scope in ["component/db", "site/s1"] {
        world.act("ivo", &back(scope)).unwrap();
    }
    let is_back = |it: &World| {
        it.state.sites[0].state == SiteState::RolledBack
            && it.state.components[0].state == ComponentState::RolledBack
    };
    for _ in 0..10 {
        for order in world.in_flight() {
            world.end(&order, WELL);
        }
        world.look();
    }
    assert!(is_back(&world), "{} {}", world.why("site/s1"), world.why("component/db"));
    assert_eq!(world.state.deployment, DeploymentState::Held);
}

#[test]
fn what_goes_back_while_the_deployment_is_held_says_that_it_waits_for_room() {
    let mut plan = three_steps();
    plan.limits.orders_at_once = 1;
    let mut world = World::ready(plan);
    let order = world.until_ordered("site/s1@1");
    world.end(&order, exit(1));
    world.look();
    let back = |scope: &str| Command::RollBack {
        scope: scope.parse().unwrap(),
        reason: "the disk is full".to_owned(),
        accept_loss: true,
    };
    for scope in ["site/s1", "component/db"] {
        world.act("ivo", &back(scope)).unwrap();
    }
    hold_all(&mut world);
    let waits = world.why("site/s1") + &world.why("component/db");
    assert!(waits.contains("1 orders are in flight, the most at once"), "{waits}");
}

#[test]
fn no_deadline_of_a_site_passes_while_the_deployment_stands_held() {
    let mut world = World::ready(plan());
    let limit_s = i64::from(world.state.plan.limits.site_deadline_s);
    let order = world.until_ordered("site/s1@1");
    world.pass(limit_s - 60);
    hold_all(&mut world);
    world.pass(3 * limit_s);
    world.look();
    assert_eq!(world.why("site/s1"), "", "what is being carried out is not late");
    world.end(&order, WELL);
    world.look();
    let held = world.why("site/s1");
    release_all(&mut world);
    let goes_on = world.state.sites[0].state;
    world.pass(limit_s);
    for order in world.in_flight() {
        world.end(&order, WELL);
    }
    world.look();
    assert_eq!(goes_on, SiteState::Deploying, "the time counts anew");
    assert_eq!(world.state.sites[0].state, SiteState::Halted, "and passes at last");
    assert_eq!(held, "site/s1: the deployment is held [ivo or saoirse or sabela]\n");
}

#[test]
fn a_component_that_fails_while_the_deployment_is_held_is_halted_at_once() {
    let mut world = World::of(three_steps());
    let order = world.until_ordered("component/db@1");
    hold_all(&mut world);
    world.end(&order, exit(1));
    world.look();
    assert_eq!(world.state.components[0].state, ComponentState::Halted);
    assert!(
        world.why("component/db").contains("somebody retries"),
        "{}",
        world.why("component/db")
    );
    release_all(&mut world);
    assert!(world.in_flight().iter().all(|it| !it.0.starts_with("component/db")));
}

#[test]
fn what_is_to_be_signed_of_the_core_is_asked_as_it_is_while_the_deployment_is_held() {
    let mut world = World::of(plan());
    let slot: SlotId = "core:tester".parse().unwrap();
    let asked = |it: &World| {
        it.state.slots.get(&slot).is_some_and(|it| it.state == SignOffState::Requested)
    };
    let signs =
        |it: &WaitingOn| matches!(&it.command, Some(Command::Sign { slot: of, .. }) if *of == slot);
    while !asked(&world) {
        assert!(world.settled_once_but(&signs));
    }
    let before = world.state.slots[&slot].document;
    let mut plan = MasterProjectPlan::clone(&world.state.plan);
    plan.components[0].title = Some("The one database".to_owned());
    let (digest, reason) = (plan.digest(), "it has a name".to_owned());
    world.plans.insert(digest, std::sync::Arc::new(plan));
    let revise =
        Command::RevisePlan { plan: digest, changes: vec![], removes_scope: false, reason };
    world.act("sabela", &revise).unwrap();
    hold_all(&mut world);
    let waits = world.waits();
    let sign = waits.iter().find_map(|it| match &it.command {
        Some(Command::Sign { slot: of, document, .. }) if *of == slot => Some(*document),
        _ => None,
    });
    assert_ne!(sign, Some(before), "the sheet has changed");
    let sign = Command::Sign { slot, document: sign.unwrap(), exceptions: vec![] };
    world.act("philippa", &sign).unwrap();
}
