//! What the next ring waits for: the health of those before, and their soak.
//!
//! House rule: complete never implies success, and only the soak is ever waived.

use super::reported;
use super::world::{WELL, World, exit};
use crate::fixture::{plan, standard_plan};
use crate::waiting::why;
use expect_test::expect;
use jiff::SignedDuration;
use model::command::{Command, Resumable};
use model::guard::Guard;
use model::incident::{IncidentAct, IncidentCommand};
use model::machine::SiteState;
use model::plan::MasterProjectPlan;
use model::rfc::{Covers, RequestForChange};
use model::ring::Ring;
use model::scope::Scope;
use model::site::Site;
use model::state::RingState;

fn words() -> String {
    "as agreed with the customer".to_owned()
}

/// Lets the ring `pilot` go on after a halt, by two people.
fn resumed(world: &mut World) {
    let only = vec![Resumable::NotStarted];
    let again = Command::ResumeRing { ring: "pilot".parse().unwrap(), reason: words(), only };
    world.act("ivo", &again).unwrap();
    world.act("sabela", &again).unwrap();
    world.look();
}

#[test]
fn an_excuse_ends_where_its_site_moves_to_another_ring() {
    let mut world = World::ready(plan());
    let failed = world.until_ordered("site/s2@1/pc-1/before/edge");
    world.end(&failed, exit(7));
    world.look();
    let only = vec![Resumable::NotStarted];
    let again = Command::ResumeRing { ring: "early".parse().unwrap(), reason: words(), only };
    world.act("ivo", &again).unwrap();
    world.act("sabela", &again).unwrap();
    assert_eq!((world.state.rings[1].counts.failed, world.state.rings[1].failed()), (1, 0));
    let mut moved = MasterProjectPlan::clone(&world.state.plan);
    moved.ring_of[1] = 2;
    assert!(world.revised(moved));
    assert!(world.state.rings[1].excused.is_empty());
    let failed = world.until_ordered("site/s3@1/pc-1/before/edge");
    world.end(&failed, exit(7));
    world.look();
    assert_eq!(world.state.rings[1].state, RingState::Halted, "{}", world.why("ring/early"));
}

/// Asks for a change of its own for `rings`.
fn requested(plan: &mut MasterProjectPlan, rings: &[&str]) {
    let covers =
        Covers { rings: rings.iter().map(|it| it.parse().unwrap()).collect(), ..Covers::default() };
    let id = "R-more".parse().unwrap();
    plan.rfcs.push(RequestForChange { id, covers, ..plan.rfcs[1].clone() });
}

#[test]
fn a_ring_that_comes_before_an_open_one_is_waited_for_by_what_has_not_begun_there() {
    let mut world = World::ready(plan());
    let running = world.until_ordered("site/s2@1/");
    let mut revised = MasterProjectPlan::clone(&world.state.plan);
    let between = Ring { id: "between".parse().unwrap(), ..revised.rings[0].clone() };
    revised.rings.insert(1, between);
    revised.ring_of = vec![0, 2, 2, 1, 3, 3, 3, 3, 3];
    requested(&mut revised, &["between"]);
    assert!(world.revised(revised));
    world.end(&running, WELL);
    let after = world.record.len();
    world.until(|it| it.state.sites[1].state == SiteState::SignedOff);
    let mut story = world.story(after, &["s2 deployed", "s3 started", "ring "]);
    story += "--\n";
    story += &world.why("site/s3");
    let after = world.record.len();
    world.until(|it| it.state.sites[2].runs > 0);
    story += "--\n";
    story += &world.story(after, &["s3 started", "s4 started", "ring "]);
    expect![[r#"
        04 09:00 ring between opened
        04 09:00 s2 deployed
        04 09:00 ring between soak-started
        --
        site/s3: ring between soaks until 2027-01-04T10:00:00Z [time, at 2027-01-04T10:00:00Z]
        --
        04 10:00 ring between passed
        04 10:00 s3 started
    "#]]
    .assert_eq(&story);
}

#[test]
fn a_site_that_comes_into_a_ring_that_has_passed_halts_it_when_it_fails() {
    let mut world = World::ready(plan());
    world.until_ordered("site/s2@1/");
    let mut revised = MasterProjectPlan::clone(&world.state.plan);
    let late = Site { id: "late".parse().unwrap(), ..revised.sites[0].clone() };
    revised.sites.push(late);
    revised.ring_of.push(0);
    requested(&mut revised, &["pilot"]);
    assert!(world.revised(revised));
    let after = world.record.len();
    let failed = world.until_ordered("site/late@1/pc-1/before/edge");
    world.end(&failed, exit(7));
    world.look();
    let mut story = world.story(after, &["late started", "late halted", "ring "]);
    story += &world.why("ring/pilot");
    story += &world.why("site/s4");
    let only = vec![Resumable::Failed, Resumable::NotStarted];
    let again = Command::ResumeRing { ring: "pilot".parse().unwrap(), reason: words(), only };
    world.act("ivo", &again).unwrap();
    world.act("sabela", &again).unwrap();
    let after = world.record.len();
    world.until(|it| it.state.sites[3].runs > 0);
    story += "-- two people let it go on\n";
    story += &world.story(after, &["late resumed", "late deployed", "s4 started", "ring "]);
    expect![[r#"
        04 09:00 late started
        04 09:00 late halted (pc-1 failed edge)
        04 09:00 ring pilot halted (1 of 2 sites failed, 0 are tolerated)
        ring/pilot: ring pilot is halted: 1 of 2 sites failed, 0 are tolerated; two people let it go on [ivo or saoirse or sabela]
        site/s4: ring pilot is halted: 1 of 2 sites failed, 0 are tolerated [ivo or saoirse or sabela]
        -- two people let it go on
        04 09:00 late resumed (as agreed with the customer)
        04 09:00 late deployed
        04 09:00 ring pilot soak-started
        04 10:00 ring pilot passed
        04 10:00 s4 started
    "#]].assert_eq(&story);
}

/// Returns what a site of the second ring and the first ring wait on.
fn told(world: &World) -> String {
    let site = why(&world.state, world.now, &"site/s2".parse().unwrap());
    let s8 = site.into_iter().filter(|it| it.guard == Some(Guard::S8));
    let s8: String = s8.map(|it| format!("S8: {} [{}]\n", it.what, it.supplier)).collect();
    s8 + &world.why("ring/pilot")
}

// Proves: P2-A1, P2-D1
#[test]
fn the_next_ring_waits_for_health_and_soak_and_only_the_soak_is_waived() {
    let mut plan = standard_plan();
    plan.rings[0].soak_s = 86_400;
    let mut world = World::of(plan);
    world.until(|it| it.state.rings[0].state == RingState::Soaking);
    let mut story = told(&world);
    let severe = reported(&world, "site/s1".parse().unwrap(), 1);
    world.act("esteban", &severe).unwrap();
    world.look();
    story += "-- a severity 1 incident\n";
    story += &told(&world);
    resumed(&mut world);
    story += "-- two people let the ring go on\n";
    story += &told(&world);
    let waiver = Command::RequestWaiver {
        guard: Guard::S8,
        scope: Scope::Ring("pilot".parse().unwrap()),
        reason: words(),
        risk: words(),
        control: words(),
        until: world.now.checked_add(SignedDuration::from_hours(48)).unwrap(),
        part: None,
    };
    world.act("lucan", &waiver).unwrap();
    for person in ["saoirse", "sabela"] {
        world.act(person, &Command::ApproveWaiver { waiver: 1 }).unwrap();
    }
    world.look();
    story += "-- S8 is waived\n";
    story += &told(&world);
    let at = None;
    let confirmation = words();
    let (cause, fix) = (words(), Some(words()));
    for act in [
        IncidentAct::Acknowledge { at },
        IncidentAct::Restore { at, confirmation },
        IncidentAct::Resolve { cause, fix, workaround: None, problem: None },
    ] {
        let command = Command::Incident(IncidentCommand::Act { incident: 1, act });
        world.act("esteban", &command).unwrap();
    }
    world.look();
    story += "-- the incident is resolved\n";
    story += &world.story(world.record.len() - 8, &["ring", "s2 started"]);
    expect![[r#"
        S8: ring pilot soaks until 2027-01-05T08:00:00Z [time, at 2027-01-05T08:00:00Z]
        ring/pilot: ring pilot soaks: it must stay healthy until then [time, at 2027-01-05T08:00:00Z]
        -- a severity 1 incident
        S8: ring pilot is halted: 1 incident or refusal of severity 1, 0 are tolerated [Release Management or Program Manager]
        ring/pilot: ring pilot is halted: 1 incident or refusal of severity 1, 0 are tolerated; two people let it go on [ivo or saoirse or sabela]
        -- two people let the ring go on
        S8: incident 1, severity 1, is open at s1 of ring pilot: tills are down [Support Manager or Operations Manager]
        ring/pilot: incident 1, severity 1, is open at s1 of ring pilot: tills are down [esteban or gunnvor]
        -- S8 is waived
        S8: incident 1, severity 1, is open at s1 of ring pilot: tills are down [Support Manager or Operations Manager]
        ring/pilot: incident 1, severity 1, is open at s1 of ring pilot: tills are down [esteban or gunnvor]
        -- the incident is resolved
        04 08:00 ring pilot soak-started
        04 08:00 ring pilot passed
        04 08:00 ring early opened
        04 08:00 s2 started
    "#]].assert_eq(&story);
}
