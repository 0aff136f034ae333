//! Stories of lines and windows: what a site has to move, and where its work fits.
//!
//! House rule: the work must end inside of the window, and who has nothing to move needs no line.

use super::world::{WELL, World, exit};
use crate::agenda::running_grants;
use crate::facts::Look;
use crate::fixture::{at, night_plan, payload, plan};
use crate::notices::slot;
use expect_test::expect;
use model::command::Command;
use model::guard::Guard;
use model::link::{Link, LinkKind};
use model::machine::SiteState;
use model::plan::MasterProjectPlan;
use model::scope::Scope;
use model::window::{Days, DaysWindow, MaintenanceWindow};

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

/// Returns the plan whose first site has six hours each night and a Saturday, at the end of a line that
/// carries its payload in ten hours of them.
fn long_transfer() -> MasterProjectPlan {
    let mut plan = plan();
    plan.templates[0].before[0].work = payload(&mut plan.release);
    plan.release.deliverables[0].stands_in_for_bytes = Some(36_000 * 75_000);
    let saturday = MaintenanceWindow::OnDays(DaysWindow {
        days: Days::Dates(["2027-01-09".parse().unwrap()].into()),
        from: "08:00".parse().unwrap(),
        to: "06:00".parse().unwrap(),
        zone: None,
    });
    plan.sites[0].windows = night_plan().rings[0].windows.clone();
    plan.sites[0].windows.push(saturday);
    plan.sites[0].link = Some(Link::new(1_000, LinkKind::Fibre));
    plan
}

#[test]
fn a_site_is_told_the_window_that_its_payload_fits_and_starts_in_that_one() {
    let saturday = at("2027-01-09T07:00:00Z");
    let mut world = World::of(long_transfer());
    let told = slot(&Look::new(&world.state, world.now), 0, world.now).map(|it| it.start());
    world.until(|it| {
        it.state.sites[0].state == SiteState::Ready && at("2027-01-04T21:00:00Z") <= it.now
    });
    let why = world.why("site/s1");
    world.until(|it| it.state.sites[0].runs > 0);
    assert_eq!((told, world.now), (Some(saturday), saturday));
    expect![[r#"
        site/s1: its work does not fit what is left of the window that is open [time, at 2027-01-09T07:00:00Z]
    "#]].assert_eq(&why);
}

#[test]
fn the_window_that_work_fits_is_long_enough_for_the_transfer_the_steps_and_the_margin() {
    let (night, saturday) = (at("2027-01-04T21:00:00Z"), at("2027-01-09T07:00:00Z"));
    let mut story = String::new();
    for (bytes, install_s, share, prestaged) in [
        (0, 3600, 60, false),
        (75_000 * 7200, 4 * 3600, 60, false),
        (75_000 * 7200, 4 * 3600 + 1, 60, false),
        (75_000 * 36_000, 3600, 60, true),
        (75_000, 3600, 0, true),
        (75_000, 3600, 0, false),
        (75_000 * 100_000, 3600, 60, false),
        (0, 30 * 3600, 60, false),
    ] {
        let mut plan = long_transfer();
        plan.release.deliverables[0].stands_in_for_bytes = Some(bytes);
        let site = &mut plan.sites[0];
        (site.install_s, site.prestaged) = (Some(install_s), prestaged);
        let share_in_window_percent = share.try_into().unwrap();
        let line = Link::new(1_000, LinkKind::Fibre);
        site.link = Some(Link { share_in_window_percent, ..line });
        let world = World::of(plan);
        let fits = match Look::new(&world.state, world.now).fitting(0).unwrap() {
            Ok(it) => {
                let from = it.window.start();
                assert!([night, saturday].contains(&from), "{it:?}");
                let window = if from == night { "the first night" } else { "Saturday" };
                format!("{window}, begun by {}", it.begins_by)
            }
            Err(it) => format!("nowhere: {}", it.why),
        };
        story += &format!("{bytes} bytes and {install_s} s: {fits}\n");
    }
    expect![[r#"
        0 bytes and 3600 s: the first night, begun by 2027-01-05T02:00:00Z
        540000000 bytes and 14400 s: the first night, begun by 2027-01-04T21:00:00Z
        540000000 bytes and 14401 s: Saturday, begun by 2027-01-09T22:59:59Z
        2700000000 bytes and 3600 s: the first night, begun by 2027-01-05T02:00:00Z
        75000 bytes and 3600 s: the first night, begun by 2027-01-05T02:00:00Z
        75000 bytes and 3600 s: nowhere: its payload takes 3 s to arrive and does not fit its window of 21600 s: pre-stage it
        7500000000 bytes and 3600 s: nowhere: its payload takes 240000 s to arrive and does not fit its window of 21600 s: pre-stage it
        0 bytes and 108000 s: nowhere: its work never fits its window of 21600 s: installing with its margin needs 1800 min and the window has 360 min
    "#]]
    .assert_eq(&story);
}
