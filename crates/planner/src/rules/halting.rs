//! Stories of what goes wrong: halts, limits, windows, deadlines, guided failure, going back.
//!
//! House rule: more went wrong than is tolerated, and no site starts until people let it.

use super::world::{World, exit, unknown, unreachable};
use crate::fixture::{night_plan, plan, standard_plan};
use expect_test::expect;
use model::command::{Command, Resumable};
use model::event::{Event, StepDecision};
use model::machine::{ComponentState, SiteState, SiteTransition};
use model::ring::Concurrency;
use model::state::RingState;

fn reason() -> String {
    "the cable was mended".to_owned()
}

// Proves: P2-A1
#[test]
fn a_ring_halts_at_its_threshold_and_its_other_sites_say_so() {
    let mut world = World::ready(plan());
    let order = world.until_ordered("site/s2@1/pc-1/before/edge");
    let before = world.record.len();
    world.end(&order, exit(7));
    world.look();
    let only = vec![Resumable::Failed, Resumable::NotStarted];
    let again = Command::ResumeRing { ring: "early".parse().unwrap(), reason: reason(), only };
    let told = world.why("ring/early") + &world.why("site/s3") + &world.why("site/s2");
    world.act("ivo", &again).unwrap();
    world.look();
    let half = world.why("ring/early");
    world.act("sabela", &again).unwrap();
    world.look();
    expect![[r#"
        ring/early: ring early is halted: 1 of 3 sites failed, 0 are tolerated; two people let it go on [ivo or saoirse or sabela]
        site/s3: ring early is halted: 1 of 3 sites failed, 0 are tolerated [ivo or saoirse or sabela]
        site/s2: it is halted: pc-1 failed edge; somebody retries, ignores, excludes or rolls back [ivo or saoirse]
        -- ivo agrees
        ring/early: ring early is halted: 1 of 3 sites failed, 0 are tolerated; two people let it go on; ivo agreed, for the failed and not-started sites [sabela]
        -- what was recorded
        04 09:00 site/s2@1/pc-1/before/edge#1 ended with exit code 7
        04 09:00 s2 halted (pc-1 failed edge)
        04 09:00 ring early halted (1 of 3 sites failed, 0 are tolerated)
        04 09:00 ivo: Release Management agrees to resume the failed and not-started sites of ring/early
        04 09:00 sabela: Program Manager agrees to resume the failed and not-started sites of ring/early
        04 09:00 sabela: site/s2 pc-1: retry (the cable was mended)
        04 09:00 sabela: site s2 goes on as soon as it may: the cable was mended
        04 09:00 sabela: ring early resumed (the cable was mended)
        04 09:00 s2 resumed (the cable was mended)
        04 09:00 site/s2@1/pc-1/before/edge#2 ordered
    "#]].assert_eq(
        &(told
            + "-- ivo agrees\n"
            + &half
            + "-- what was recorded\n"
            + &world.story(before, &["s2", "s3", "ring", "resume"])),
    );
}

// Proves: P2-A1
#[test]
fn how_many_sites_start_at_once() {
    let mut story = String::new();
    for concurrency in [Concurrency::Ramp, Concurrency::Strict, Concurrency::Free] {
        let mut plan = plan();
        plan.rings[2].concurrency = concurrency;
        plan.rings[2].sites_at_once = 4;
        plan.limits.sites_at_once = 9;
        let mut world = World::ready(plan);
        world.settle();
        let mut running = 0;
        let mut widths = vec![];
        for entry in &world.record {
            let Event::Site { site, transition, .. } = &entry.event else { continue };
            if !["s5", "s6", "s7", "s8", "s9"].contains(&site.as_str()) {
                continue;
            }
            match transition {
                SiteTransition::Started => {
                    running += 1;
                    widths.push(running.to_string());
                }
                SiteTransition::Deployed => running -= 1,
                _ => {}
            }
        }
        story += &format!("{concurrency}: deploying after each start {}\n", widths.join(" "));
    }
    expect![[r#"
        ramp: deploying after each start 1 1 2 1 2
        strict: deploying after each start 1 1 1 1 1
        free: deploying after each start 1 2 3 4 1
    "#]]
    .assert_eq(&story);
}

// Proves: G-09
#[test]
fn an_incident_while_a_ring_soaks_makes_it_soak_anew() {
    let mut world = World::ready(plan());
    world.until(|it| it.state.rings[0].state == RingState::Soaking);
    let before = world.record.len();
    world.pass(1800);
    let scope = "site/s1".parse().unwrap();
    let report = super::reported(&world, scope, 1);
    world.act("esteban", &report).unwrap();
    world.look();
    world.until(|it| it.state.rings[0].state == RingState::Passed);
    expect![[r#"
        04 08:30 esteban: incident 1 opened, severity 1 at site/s1: tills are down
        04 08:30 esteban: severity 1 at site/s1: tills are down
        04 08:30 ring pilot halted (1 incident or refusal of severity 1, 0 are tolerated)
        04 08:30 sabela: ring pilot resumed (it was put right)
        04 08:30 ring pilot soak-started
        04 09:30 ring pilot passed
    "#]]
    .assert_eq(&world.story(before, &["ring pilot", "severity"]));
}

#[test]
fn a_closing_window_pauses_a_site_at_a_step_boundary_until_the_next() {
    let mut plan = night_plan();
    plan.limits.site_deadline_s = 86_400;
    let mut world = World::ready(plan);
    let before = world.record.len();
    let order = world.until_ordered("site/s1@1/pc-2/desk");
    world.pass(6 * 3600);
    world.end(&order, super::world::WELL);
    for order in world.in_flight() {
        world.end(&order, super::world::WELL);
    }
    world.look();
    let told = world.why("site/s1");
    world.until(|it| it.state.sites[0].state == SiteState::Deploying);
    expect![[r#"
        site/s1: the maintenance window of s1 is closed [time, at 2027-01-05T21:00:00Z]
        04 21:00 site/s1 stage 0 finished
        04 21:00 s1 phase finished
        04 21:00 site/s1 stage 1 finished
        05 03:00 s1 window ended (the maintenance window of s1 is closed)
        05 21:00 s1 next window began
    "#]]
    .assert_eq(&(told + &world.story(before, &["s1 "])));
}

#[test]
fn a_site_past_its_deadline_halts_and_counts_as_lost() {
    let mut world = World::ready(plan());
    let order = world.until_ordered("site/s1@1/pc-1/before/edge");
    world.pass(90_000);
    world.end(&order, super::world::WELL);
    world.look();
    let told = world.why("site/s1") + &world.why("ring/pilot");
    expect![[r#"
        site/s1: it is halted: it was not finished within 86400 s; somebody retries, ignores, excludes or rolls back [ivo or saoirse]
        ring/pilot: ring pilot is halted: 1 of 1 sites are lost, 0 are tolerated; two people let it go on [ivo or saoirse or sabela]
        lost"#]].assert_eq(&(told + &world.state.sites[0].counts_as.to_string()));
}

#[test]
fn guided_failure() {
    use StepDecision::{Done, Exclude, Failed, Ignore, NotDone, Retry};
    let mut story = String::new();
    for (outcome, decision) in [
        (exit(1), Retry),
        (exit(1), Ignore),
        (unreachable(), Exclude),
        (exit(1), Done),
        (unknown(), Retry),
        (unknown(), Done),
        (unknown(), NotDone),
        (unknown(), Failed),
    ] {
        let mut world = World::ready(plan());
        let order = world.until_ordered("site/s1@1/pc-1/desk#");
        world.end(&order, outcome);
        world.look();
        let before = world.record.len();
        let computers = vec!["pc-1".parse().unwrap()];
        let scope = "site/s1".parse().unwrap();
        let decided = Command::Decide { scope, computers, decision, reason: reason() };
        match world.act("ivo", &decided) {
            Err(refusal) => story += &format!("{decision}: {refusal}\n"),
            Ok(()) => {
                world.look();
                story += &format!("{decision}:\n{}", world.story(before, &["s1"]));
            }
        }
    }
    expect![[r#"
        retry:
        04 08:00 ivo: site/s1 pc-1: retry (the cable was mended)
        04 08:00 ivo: site s1 goes on as soon as it may: the cable was mended
        04 08:00 s1 resumed (the cable was mended)
        04 08:00 site/s1@1/pc-1/desk#2 ordered
        ignore:
        04 08:00 ivo: site/s1 pc-1: ignore (the cable was mended)
        04 08:00 ivo: site s1 goes on as soon as it may: the cable was mended
        04 08:00 s1 resumed (the cable was mended)
        04 08:00 site/s1@1/pc-1/desk-check#2 ordered
        exclude:
        04 08:00 ivo: site/s1 pc-1: exclude (the cable was mended)
        04 08:00 ivo: site s1 goes on as soon as it may: the cable was mended
        04 08:00 s1 resumed (the cable was mended)
        04 08:00 s1 phase finished
        04 08:00 site/s1 stage 1 finished
        04 08:00 site/s1@1/pc-2/desk#1 ordered
        04 08:00 site/s1@1/pc-3/desk#1 ordered
        done: no step at site/s1 needs the decision `done`
        retry: no step at site/s1 needs the decision `retry`
        done:
        04 08:00 ivo: site/s1 pc-1: done (the cable was mended)
        04 08:00 ivo: site s1 goes on as soon as it may: the cable was mended
        04 08:00 s1 resumed (the cable was mended)
        04 08:00 site/s1@1/pc-1/desk-check#2 ordered
        not-done:
        04 08:00 ivo: site/s1 pc-1: not-done (the cable was mended)
        04 08:00 ivo: site s1 goes on as soon as it may: the cable was mended
        04 08:00 s1 resumed (the cable was mended)
        04 08:00 site/s1@1/pc-1/desk#2 ordered
        failed:
        04 08:00 ivo: site/s1 pc-1: failed (the cable was mended)
    "#]]
    .assert_eq(&story);
}

// Proves: P2-A1, R-REL4
#[test]
fn who_is_resumed_waits_its_turn_and_is_borne_with_by_name_until_then() {
    let mut world = World::of(standard_plan());
    let resume = |only: Vec<Resumable>| Command::ResumeRing {
        ring: "early".parse().unwrap(),
        reason: reason(),
        only,
    };
    for site in ["s2", "s3", "s4"] {
        let order = world.until_ordered(&format!("site/{site}@1"));
        world.end(&order, exit(7));
        world.look();
        if site != "s4" {
            for person in ["ivo", "sabela"] {
                world.act(person, &resume(vec![Resumable::NotStarted])).unwrap();
            }
            world.look();
        }
    }
    let halted = world.state.rings[1].counts.failed;
    let again = resume(vec![Resumable::Failed, Resumable::Lost, Resumable::NotStarted]);
    world.act("ivo", &again).unwrap();
    let before = world.record.len();
    world.act("sabela", &again).unwrap();
    let twice =
        world.act("ivo", &Command::Resume { scope: "site/s3".parse().unwrap(), reason: reason() });
    let excused = |it: &World| it.state.rings[1].excused.keys().map(ToString::to_string).collect();
    let all: Vec<String> = excused(&world);
    world.look();
    let running = world.state.rings[1].counts.running;
    let left: Vec<String> = excused(&world);
    assert_eq!((halted, running), (3, 1), "one at a time, though all were resumed");
    assert_eq!((all, left), (names(&["s2", "s3", "s4"]), names(&["s3", "s4"])));
    let reason = &world.state.rings[1].excused[&"s3".parse().unwrap()].reason;
    assert_eq!(reason, "the cable was mended");
    assert!(twice.unwrap_err().text.contains("is decided that site s3 goes on"));
    let story = world.story(before, &["goes on as soon as it may", "resumed"]);
    assert_eq!(story.lines().filter(|it| it.contains("goes on")).count(), 3, "{story}");
    let waits = world.why("site/s3");
    let told = "1 site of ring early is deploying, and 1 may at once now";
    assert!(waits.contains(told), "{waits}");
}

fn names(of: &[&str]) -> Vec<String> {
    of.iter().map(ToString::to_string).collect()
}

// Proves: P1-A1, R-REL4
#[test]
fn a_component_that_is_not_finished_in_time_halts_and_what_is_carried_out_says_so() {
    let mut plan = standard_plan();
    plan.limits.component_deadline_s = Some(3600);
    let mut world = World::of(plan);
    let order = world.until_ordered("component/db@1");
    world.pass(3599);
    world.look();
    let before = world.why("component/db");
    world.pass(1);
    world.look();
    let late = world.why("component/db");
    let stop = Command::CancelOrders { scope: "component/db".parse().unwrap(), reason: reason() };
    world.act("gunnvor", &stop).unwrap();
    let stopping = world.why("component/db");
    world.end(&order, super::world::WELL);
    world.look();
    let halted = world.why("component/db");
    assert!(!before.contains("deadline"), "{before}");
    assert!(late.contains("past its deadline") && late.contains("gunnvor"), "{late}");
    assert!(stopping.contains("is being stopped"), "{stopping}");
    assert!(halted.contains("it was not finished within 3600 s"), "{halted}");
    assert_eq!(world.state.components[0].state, ComponentState::Halted);
}

// Proves: P2-Q5
#[test]
fn what_a_phase_tolerated_is_tried_again_before_the_site_counts() {
    let mut plan = plan();
    plan.templates[0].phases[1].success_percent_min = 50;
    let mut world = World::ready(plan);
    let order = world.until_ordered("site/s1@1/pc-2/desk#");
    world.end(&order, exit(1));
    while world.state.sites[0].state == SiteState::Deploying {
        for order in world.in_flight() {
            world.end(&order, super::world::WELL);
        }
        world.look();
    }
    let told = world.why("site/s1");
    let before = world.record.len();
    let scope = "site/s1".parse().unwrap();
    world.act("ivo", &Command::Resume { scope, reason: reason() }).unwrap();
    world.look();
    while world.state.sites[0].state == SiteState::Deploying {
        world.look();
        for order in world.in_flight() {
            world.end(&order, super::world::WELL);
        }
    }
    expect![[r#"
        site/s1: it is halted: too few of its computers are verified; somebody retries, ignores, excludes or rolls back [ivo or saoirse]
        04 08:00 ivo: site/s1 pc-2: retry (the cable was mended)
        04 08:00 ivo: site s1 goes on as soon as it may: the cable was mended
        04 08:00 s1 resumed (the cable was mended)
        04 08:00 site/s1@1/pc-2/desk#2 ordered
        04 08:00 site/s1@1/pc-2/desk#2 succeeded
        04 08:00 site/s1@1/pc-2/desk-check#3 ordered
        04 08:00 site/s1@1/pc-2/desk-check#3 succeeded
        04 08:00 s1 phase finished
        04 08:00 site/s1 stage 2 finished
        04 08:00 site/s1 stage 3 finished
        04 08:00 s1 deployed
        04 08:00 s1 observation started
        04 08:00 site/s1:release-management requested
    "#]].assert_eq(&(told + &world.story(before, &["s1"])));
}

#[test]
fn a_paused_site_waits_for_the_line_that_others_took_meanwhile() {
    let mut plan = plan();
    let night = night_plan();
    plan.limits = night.limits.clone();
    plan.release = night.release.clone();
    plan.templates[0].before = vec![night.templates[0].before[0].clone()];
    plan.limits.site_deadline_s = 900_000;
    plan.rings[2] = model::ring::Ring { windows: vec![], ..night.rings[2].clone() };
    for (site, with_line) in plan.sites.iter_mut().zip(&night.sites) {
        site.link = with_line.link.clone();
    }
    plan.sites[4].windows = night.rings[2].windows.clone();
    let mut world = World::ready(plan);
    world.until(|it| it.state.rings[1].state == RingState::Soaking);
    let hold = |world: &mut World, held: bool| {
        for site in ["s6", "s7", "s8", "s9"] {
            let scope = format!("site/{site}").parse().unwrap();
            world.act("ivo", &Command::Hold { scope, held, reason: reason() }).unwrap();
        }
    };
    hold(&mut world, true);
    let is_s5 = |it: &model::order::OrderId| it.0.starts_with("site/s5");
    while !world.in_flight().iter().any(is_s5) {
        world.now = crate::agenda::agenda(&world.state, world.now, 9).next_look.unwrap();
        world.look();
    }
    let before = world.record.len();
    world.pass(6 * 3600);
    let order = world.in_flight().into_iter().find(is_s5).unwrap();
    world.end(&order, super::world::WELL);
    world.look();
    hold(&mut world, false);
    world.look();
    world.pass(18 * 3600);
    world.look();
    let story = world.story(before, &["s5 ", "s6 started", "s7 started", "s8 started"]);
    expect![[r#"
        05 03:00 site/s5 stage 0 finished
        05 03:00 s5 window ended (the maintenance window of s5 is closed)
        05 03:00 s6 started
        05 03:00 s7 started
        site/s5: it asks for 600 kbit/s and 100 kbit/s are free of uplink east [Landfall itself]
    "#]]
    .assert_eq(&(story + &world.why("site/s5")));
}

// Proves: X-08
#[test]
fn going_back_undoes_in_reverse_and_a_failed_rollback_is_gone_on_with() {
    let mut world = World::ready(plan());
    world.until(|it| it.state.sites[0].state == SiteState::SignedOff);
    let before = world.record.len();
    let scope = "site/s1".parse().unwrap();
    world
        .act("gunnvor", &Command::RollBack { scope, reason: "tills".into(), accept_loss: false })
        .unwrap();
    let order = world.until_ordered("site/s1@2/pc-2/undo-desk-check");
    world.end(&order, exit(1));
    for order in world.in_flight() {
        world.end(&order, super::world::WELL);
    }
    world.look();
    let told = world.why("site/s1");
    let scope: model::scope::Scope = "site/s1".parse().unwrap();
    world.act("ivo", &Command::Resume { scope: scope.clone(), reason: reason() }).unwrap();
    for _ in 0..20 {
        world.look();
        for order in world.in_flight().iter().filter(|it| it.0.starts_with("site/s1")) {
            world.end(order, super::world::WELL);
        }
    }
    world.act("ivo", &Command::Replan { scope, reason: reason() }).unwrap();
    expect![[r#"
        site/s1: it is halted: pc-2 failed undo-desk-check; somebody retries, ignores, excludes or rolls back [ivo or saoirse]
        04 08:10 gunnvor: site/s1:release-management superseded
        04 08:10 gunnvor: site/s1:site-owner superseded
        04 08:10 gunnvor: s1 rollback started (tills)
        04 08:10 site/s1@2/pc-1/after/undo-smoke#1 ordered
        04 08:10 site/s1@2/pc-1/after/undo-smoke#1 succeeded
        04 08:10 site/s1 stage 0 finished
        04 08:10 site/s1@2/pc-2/undo-desk-check#1 ordered
        04 08:10 site/s1@2/pc-3/undo-desk-check#1 ordered
        04 08:10 site/s1@2/pc-2/undo-desk-check#1 ended with exit code 1
        04 08:10 site/s1@2/pc-3/undo-desk-check#1 succeeded
        04 08:10 s1 rollback failed (pc-2 failed undo-desk-check)
        04 08:10 incident 1 opened, severity 1 at site/s1: the rollback of s1 failed: pc-2 failed undo-desk-check
        04 08:10 severity 1 at site/s1: the rollback of s1 failed: pc-2 failed undo-desk-check
        04 08:10 ivo: site/s1 pc-2: retry (the cable was mended)
        04 08:10 ivo: s1 rollback started (the cable was mended)
        04 08:10 site/s1@3/pc-2/undo-desk-check#1 ordered
        04 08:10 site/s1@3/pc-3/undo-desk#1 ordered
        04 08:10 site/s1@3/pc-2/undo-desk-check#1 succeeded
        04 08:10 site/s1@3/pc-3/undo-desk#1 succeeded
        04 08:10 site/s1@3/pc-2/undo-desk#2 ordered
        04 08:10 site/s1@3/pc-4/undo-desk-check#1 ordered
        04 08:10 site/s1@3/pc-2/undo-desk#2 succeeded
        04 08:10 site/s1@3/pc-4/undo-desk-check#1 succeeded
        04 08:10 site/s1@3/pc-4/undo-desk#2 ordered
        04 08:10 site/s1@3/pc-4/undo-desk#2 succeeded
        04 08:10 site/s1 stage 1 finished
        04 08:10 site/s1@3/pc-1/undo-desk-check#1 ordered
        04 08:10 site/s1@3/pc-1/undo-desk-check#1 succeeded
        04 08:10 site/s1@3/pc-1/undo-desk#2 ordered
        04 08:10 site/s1@3/pc-1/undo-desk#2 succeeded
        04 08:10 site/s1 stage 2 finished
        04 08:10 site/s1@3/pc-1/before/undo-edge#1 ordered
        04 08:10 site/s1@3/pc-1/before/undo-edge#1 succeeded
        04 08:10 site/s1 stage 3 finished
        04 08:10 s1 rollback verified
        04 08:10 ivo: s1 rescheduled (the cable was mended)
    "#]].assert_eq(&(told + &world.story(before, &["s1"])));
}

// Proves: P1-D3, P1-Q1, P2-Q2, F-1
#[test]
fn a_component_beside_the_sites_delays_only_those_that_need_it() {
    let mut world = World::of(plan());
    let order = world.until_ordered("component/vpn@1");
    world.end(&order, exit(3));
    world.look();
    let told = world.why("component/vpn");
    for _ in 0..2000 {
        let is_waiting = |it: &&model::state::SiteStatus| it.state == SiteState::Ready;
        if world.state.rings[2].counts.verified == 4
            && world.state.sites.iter().filter(is_waiting).count() == 1
        {
            break;
        }
        world.look();
        for order in world.in_flight() {
            world.end(&order, super::world::WELL);
        }
        for wait in world.waits() {
            if wait.scope.to_string() != "component/vpn" {
                world.answered(&wait);
            }
        }
        if world.in_flight().is_empty() {
            world.look();
            let next = crate::agenda::agenda(&world.state, world.now, 9).next_look;
            if world.in_flight().is_empty()
                && let Some(next) = next
            {
                world.now = next;
            }
        }
    }
    assert_eq!(world.state.components[1].state, ComponentState::Halted);
    let verified = world.state.rings[2].counts.verified;
    expect![[r#"
        component/vpn: it is halted: host-1 failed install; somebody retries, ignores, excludes or rolls back [ivo or saoirse]
        site/s9: core component vpn is halted [ivo or saoirse or philippa or gunnvor]
        4 others verified
    "#]].assert_eq(&format!("{told}{}{verified} others verified\n", world.why("site/s9")));
}
