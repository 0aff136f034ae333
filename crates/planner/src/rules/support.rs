//! Clocks of support: an escalation goes up, a resolved incident closes, a phase waits.
//!
//! House rule: everything has a limit, time to answer too.

use super::world::{WELL, World};
use crate::fixture::{plan, standard_plan};
use expect_test::expect;
use model::command::Command;
use model::companion_plans::{EscalationLevel, SupportPlan};
use model::escalation::{EscalationCommand, EscalationPurpose, EscalationReason};
use model::incident::{IncidentAct, IncidentCommand};
use model::role_type::RoleType;

fn does(world: &mut World, incident: u32, act: IncidentAct) {
    let command = Command::Incident(IncidentCommand::Act { incident, act });
    world.act("esteban", &command).unwrap();
}

// Proves: R-DEV3, P3a-Q3
#[test]
fn a_level_that_does_not_answer_in_time_is_counted_and_the_next_is_paged() {
    let level = |who: &str, minutes: u32, role: RoleType| EscalationLevel {
        who: who.to_owned(),
        answer_minutes: minutes,
        role: Some(role),
        people: vec![],
    };
    let escalation = vec![
        level("desk", 15, RoleType::SupportManager),
        level("developer on call", 30, RoleType::Developer),
        level("program manager", 60, RoleType::ProgramManager),
    ];
    let support = Some(SupportPlan { escalation, ..SupportPlan::default() });
    let mut world = World::of(model::plan::MasterProjectPlan { support, ..standard_plan() });
    let drill = EscalationCommand::Raise {
        incident: None,
        reason: EscalationReason::NeedsKnowledge,
        text: "drill: please answer".to_owned(),
        tried: vec![],
        called: None,
        purpose: EscalationPurpose::Drill,
    };
    world.act("esteban", &Command::Escalation(drill)).unwrap();
    let waits = |world: &World| {
        let waits = world.why("deployment");
        let lines = waits.lines().filter(|it| it.contains("escalation"));
        lines.map(|it| it.to_owned() + "\n").collect::<String>()
    };
    let mut story = waits(&world);
    for minutes in [29, 1, 59, 1, 600] {
        world.pass(minutes * 60);
        world.look();
        story += &waits(&world);
    }
    story += &world.story(1, &["escalation"]);
    expect![[r#"
        deployment: escalation 1 has to be accepted by level 2, developer on call; the next is paged at 2027-01-04T08:30:00Z [ruben]
        deployment: escalation 1 has to be accepted by level 2, developer on call; the next is paged at 2027-01-04T08:30:00Z [ruben]
        deployment: escalation 1 has to be accepted by level 3, program manager; the next is paged at 2027-01-04T09:30:00Z [sabela]
        deployment: escalation 1 has to be accepted by level 3, program manager; the next is paged at 2027-01-04T09:30:00Z [sabela]
        deployment: escalation 1 has to be accepted, program manager [sabela]
        deployment: escalation 1 has to be accepted, program manager [sabela]
        04 08:00 esteban: escalation 1 raised as a drill by Support Manager, needs-knowledge, level 2 is paged: drill: please answer
        04 08:30 escalation 1: level 2 did not answer by 2027-01-04T08:30:00Z; level 3 is paged
        04 09:30 escalation 1: level 3 did not answer by 2027-01-04T09:30:00Z; there is no further level
    "#]].assert_eq(&story);
}

#[test]
fn a_resolved_incident_is_closed_unconfirmed_after_five_business_days() {
    let mut world = World::of(plan());
    let report = super::reported(&world, "site/s1".parse().unwrap(), 3);
    world.act("owner-1", &report).unwrap();
    let at = None;
    does(&mut world, 1, IncidentAct::Acknowledge { at });
    let confirmation = "it works".to_owned();
    does(&mut world, 1, IncidentAct::Restore { at, confirmation });
    let (cause, fix) = ("a cable".to_owned(), Some("another cable".to_owned()));
    does(&mut world, 1, IncidentAct::Resolve { cause, fix, workaround: None, problem: None });
    for _ in 0..15 {
        world.pass(12 * 3600);
        world.look();
    }
    expect![[r#"
        04 08:00 owner-1: incident 1 opened, severity 3 at site/s1: tills are down
        04 08:00 esteban: incident 1 acknowledged at 2027-01-04T08:00:00Z
        04 08:00 esteban: incident 1: service restored at 2027-01-04T08:00:00Z: it works
        04 08:00 esteban: incident 1 resolved: a cable; fix: another cable
        08 20:00 incident 1 closed, unconfirmed: nobody objected in time
    "#]]
    .assert_eq(&world.story(1, &["incident"]));
}

#[test]
fn a_phase_does_not_pass_while_a_severe_incident_from_its_site_is_open() {
    let mut world = World::ready(plan());
    let report = super::reported(&world, "site/s1".parse().unwrap(), 1);
    world.act("esteban", &report).unwrap();
    for _ in 0..20 {
        for order in world.in_flight() {
            world.end(&order, WELL);
        }
        world.look();
    }
    let before = world.why("site/s1");
    world.until(|it| it.state.incidents.list.iter().all(|it| !it.is_unresolved()));
    world.until(|it| it.state.sites[0].in_service.is_some());
    expect![[r#"
        site/s1: incident 1, severity 1, is open at s1: tills are down [esteban or gunnvor]
    "#]]
    .assert_eq(&before);
}
