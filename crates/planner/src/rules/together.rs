//! Orders that travel together: what stands behind is called back as soon as it may not be given.
//!
//! House rule: whatever is held back is held back before it begins.

use super::world::{WELL, World};
use crate::fixture::{night_plan, plan};
use model::command::Command;
use model::order::OrderId;
use model::plan::MasterProjectPlan;
use model::termination::TerminationCommand;

/// Returns a deployment whose first site has several steps on their way to its computer, and the
/// one that is under way.
fn under_way(plan: MasterProjectPlan) -> (World, OrderId) {
    let mut world = World::ready(plan);
    world.ahead = 31;
    let is_meant = |it: &World| {
        it.in_flight().into_iter().find(|order| {
            order.0.starts_with("site/")
                && it.state.orders.values().any(|place| it.state.is_behind(place))
        })
    };
    world.until(|it| is_meant(it).is_some());
    let order = is_meant(&world).unwrap();
    (world, order)
}

fn behind(world: &World) -> Vec<OrderId> {
    let behind = world.state.orders.iter().filter(|(_, it)| world.state.is_behind(it));
    let mut behind: Vec<OrderId> = behind.map(|(id, _)| id.clone()).collect();
    behind.sort();
    behind
}

// Proves: P2-A1
#[test]
fn a_hold_a_closed_window_a_lost_authorisation_and_an_early_end_call_back_what_has_not_begun() {
    type Change = fn(&mut World);
    let changes: [(&str, Change); 4] = [
        ("an early end", |world| {
            for person in ["hedda", "winifred"] {
                let reason = "the release is withdrawn".to_owned();
                let begin = TerminationCommand::Begin { reason };
                world.act(person, &Command::Termination(begin)).unwrap();
            }
        }),
        ("a hold", |world| {
            world
                .act("ivo", &Command::HoldDeployment { reason: "the line is down".to_owned() })
                .unwrap();
        }),
        ("a closed window", |world| world.pass(12 * 3600)),
        ("a lost authorisation", |world| {
            let mut plan = MasterProjectPlan::clone(&world.state.plan);
            plan.templates[0].each_computer[0].time_limit_s += 1;
            assert!(world.revised(plan));
        }),
    ];
    for (what, change) in changes {
        let plan = if what == "a closed window" { night_plan() } else { plan() };
        let (mut world, order) = under_way(plan);
        assert!(world.called_back.is_empty(), "{what}: nothing is called back without a reason");
        let before = behind(&world);
        change(&mut world);
        world.look();
        assert_eq!(world.called_back.iter().cloned().collect::<Vec<_>>(), before, "{what}");
        world.end(&order, WELL);
        world.look();
        assert!(behind(&world).is_empty(), "{what}: it never began");
        let track = |it: &OrderId| it.0.rsplit_once('/').unwrap().0.to_owned();
        let goes_on = world.in_flight().iter().any(|it| track(it) == track(&order));
        assert!(!goes_on, "{what}: nothing else is given either");
    }
}
