//! What goes wrong while others of its stage are still at work.
//!
//! House rule: nothing waits without saying on what.

use super::world::{World, exit, unknown};
use crate::fixture::plan;

// Proves: P2-A1
#[test]
fn a_site_that_is_about_to_halt_says_so_while_what_is_carried_out_beside_comes_to_its_end() {
    let mut world = World::ready(plan());
    // Two computers of a site at once.
    let two = |it: &World| {
        let mut orders = it.in_flight();
        orders.retain(|it| it.0.contains("/desk#"));
        let first = orders.first()?.clone();
        let site = first.0.split('@').next()?.to_owned();
        let other = orders.into_iter().find(|it| *it != first && it.0.starts_with(&site))?;
        Some((site, first, other))
    };
    world.until(|it| two(it).is_some());
    let (site, first, other) = two(&world).unwrap();
    assert_eq!(world.why(&site), "", "nothing waits");
    world.end(&first, unknown());
    world.look();
    let why = world.why(&site);
    let computer = first.0.split('/').nth(2).unwrap();
    let said = format!("{computer} has no known outcome of desk; it is halted once");
    assert!(why.contains(&said), "{why}");
    world.end(&other, exit(0));
    world.look();
    let why = world.why(&site);
    assert!(why.contains("nobody knows whether a step had an effect"), "{why}");
}
