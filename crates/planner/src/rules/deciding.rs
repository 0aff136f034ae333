//! What people decide of steps when the run of their site is over.
//!
//! House rule: whatever is recorded as decided is carried out, or refused with the next step.

use super::world::{WELL, World, unknown, unreachable};
use crate::fixture::plan;
use expect_test::expect;
use model::command::Command;
use model::component::Computer;
use model::event::StepDecision;
use model::machine::SiteState;
use model::order::Outcome;

// Proves: P2-A1
#[test]
fn a_step_of_a_run_that_is_over_is_not_tried_again_and_the_refusal_says_what_else_there_is() {
    let decide = |decision| Command::Decide {
        scope: "site/s1".parse().unwrap(),
        computers: vec!["pc-2".parse().unwrap()],
        decision,
        reason: "it was looked at".to_owned(),
    };
    let rows: [(Outcome, &[StepDecision]); 2] = [
        (unreachable(), &[StepDecision::Retry, StepDecision::Exclude]),
        (unknown(), &[StepDecision::NotDone, StepDecision::Failed]),
    ];
    let mut told = String::new();
    for (outcome, decisions) in rows {
        let mut plan = plan();
        plan.templates[0].phases[1].success_percent_min = 90;
        let computer =
            |it| Computer { id: format!("pc-{it}").parse().unwrap(), host: String::new() };
        plan.sites[0].computers = (1..=20).map(computer).collect();
        let mut world = World::ready(plan);
        let order = world.until_ordered("site/s1@1/pc-2/");
        world.end(&order, outcome);
        while world.state.sites[0].state != SiteState::Observing {
            for order in world.in_flight() {
                world.end(&order, WELL);
            }
            assert!(world.look(), "{}", world.why("site/s1"));
        }
        for decision in decisions {
            told += &match world.act("ivo", &decide(*decision)) {
                Ok(()) => format!("{decision}: decided\n"),
                Err(refused) => format!("{decision}: {refused}\n    {}\n", refused.next_step),
            };
        }
    }
    expect![[r#"
        retry: site s1 is being observed: no step of its last run is carried out again
            exempt the computer (`landfall coverage exempt site/s1`), or go back: `landfall revisit site/s1`, `landfall rollback site/s1`
        exclude: decided
        not-done: site s1 is being observed: no step of its last run is carried out again
            decide `failed`, `ignore` or `exclude`
        failed: decided
    "#]].assert_eq(&told);
}
