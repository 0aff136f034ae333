//! Stories of lines and windows: what a site has to move, and where its work fits.
//!
//! House rule: the work must end inside of the window, and who has nothing to move needs no line.

use super::world::{WELL, World, exit};
use crate::agenda::running_grants;
use crate::facts::Look;
use crate::fixture::{night_plan, payload, plan};
use model::command::Command;
use model::guard::Guard;
use model::link::{Link, LinkKind};
use model::machine::SiteState;
use model::plan::MasterProjectPlan;
use model::scope::Scope;

/// Returns the plan whose first site works at night, at the end of a line of which nothing may be used
/// while it does.
fn shy() -> MasterProjectPlan {
    let mut plan = plan();
    let night = night_plan();
    plan.limits.uplinks_kbit_per_s = [("east".to_owned(), 0)].into();
    plan.rings[0].windows = night.rings[0].windows.clone();
    let uplink = Some("east".parse().unwrap());
    let line = Link { uplink, ..Link::new(1_000, LinkKind::Fibre) };
    let share_in_window_percent = 0.try_into().unwrap();
    plan.sites[0].link = Some(Link { share_in_window_percent, ..line });
    plan
}

#[test]
fn a_site_that_has_nothing_to_move_needs_no_line_to_start_or_to_go_on() {
    let has_payload = |plan: &mut MasterProjectPlan| {
        plan.templates[0].before[0].work = payload(&mut plan.release);
    };
    let (no_payload, mut sent_ahead) = (shy(), shy());
    has_payload(&mut sent_ahead);
    let stated = sent_ahead.clone();
    sent_ahead.sites[0].prestaged = true;
    for (what, plan) in [("none", no_payload), ("sent ahead", sent_ahead), ("stated", stated)] {
        let mut world = World::of(plan);
        if what == "stated" {
            let (guard, scope) = (Guard::S6, Scope::Site("s1".parse().unwrap()));
            let statement = "the payload is there, and was compared".to_owned();
            world.act("ivo", &Command::Attest { guard, scope, statement }).unwrap();
        }
        let order = world.until_ordered("site/s1@1");
        let grants = running_grants(&Look::new(&world.state, world.now));
        assert_eq!(grants, vec![], "{what}");
        world.end(&order, exit(1));
        world.look();
        assert_eq!(world.state.sites[0].state, SiteState::Halted, "{what}");
        let scope = "site/s1".parse().unwrap();
        world.act("ivo", &Command::Resume { scope, reason: "it was mended".into() }).unwrap();
        world.look();
        assert_eq!(world.state.sites[0].state, SiteState::Deploying, "{what}");
        world.pass(6 * 3600);
        for order in world.in_flight() {
            world.end(&order, WELL);
        }
        world.look();
        assert_eq!(world.state.sites[0].state, SiteState::Paused, "{what}");
        world.pass(18 * 3600);
        world.look();
        assert_eq!(world.state.sites[0].state, SiteState::Deploying, "{what}");
    }
}

#[test]
fn a_site_whose_payload_is_on_its_way_holds_its_share_of_the_line() {
    let mut plan = shy();
    plan.templates[0].before[0].work = payload(&mut plan.release);
    plan.limits.uplinks_kbit_per_s = [("east".to_owned(), 600)].into();
    let line = Link { uplink: Some("east".parse().unwrap()), ..Link::new(1_000, LinkKind::Fibre) };
    plan.sites[0].link = Some(line);
    let mut world = World::of(plan);
    world.until_ordered("site/s1@1");
    let grants = running_grants(&Look::new(&world.state, world.now));
    assert_eq!(grants.iter().map(|it| it.kbit_per_s).collect::<Vec<_>>(), [600]);
}
