//! Clocks of support: an escalation goes up, a resolved incident closes, a phase waits.
//!
//! House rule: everything has a limit, time to answer too.

use super::world::{WELL, World};
use crate::fixture::{at, plan, standard_plan};
use expect_test::expect;
use model::command::Command;
use model::companion_plans::{EscalationLevel, SupportPlan, SupportTarget};
use model::escalation::{EscalationCommand, EscalationPurpose, EscalationReason};
use model::incident::{IncidentAct, IncidentCommand, Opening, Severity};
use model::role_type::RoleType;
use model::support_hours::{MeasuredIn, SupportHours};

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

/// Returns hours from eight to six on weekdays in Vienna, for whatever is less severe than 2.
fn office_hours() -> SupportHours {
    let window = serde_json::json!({
        "weekdays": ["monday", "tuesday", "wednesday", "thursday", "friday"],
        "from": "08:00", "to": "18:00",
    });
    SupportHours {
        windows: vec![serde_json::from_value(window).unwrap()],
        zone: "Europe/Vienna".parse().unwrap(),
        holidays: ["2027-01-06".parse().unwrap()].into(),
        at_any_time: Some(Severity::TWO),
        service: MeasuredIn::Always,
        answers: MeasuredIn::Always,
    }
}

// Proves: P3b-I1, R-DEV3
#[test]
fn clocks_stand_still_outside_of_support_hours_but_for_what_is_severe() {
    let level = |who: &str, role: RoleType| EscalationLevel {
        who: who.to_owned(),
        answer_minutes: 60,
        role: Some(role),
        people: vec![],
    };
    let target = |severity: Severity| SupportTarget {
        severity,
        acknowledge_minutes: Some(60),
        restore_minutes: Some(600),
        resolve_minutes: None,
    };
    let support = SupportPlan {
        escalation: vec![
            level("developer on call", RoleType::Developer),
            level("program manager", RoleType::ProgramManager),
        ],
        calendar: Some(office_hours()),
        targets: vec![target(Severity::TWO), target(Severity::THREE)],
        ..SupportPlan::default()
    };
    let plan = model::plan::MasterProjectPlan { support: Some(support), ..standard_plan() };
    let mut world = World::of(plan);
    // Tuesday evening; Wednesday is a holiday.
    world.now = at("2027-01-05T16:30:00Z");
    for (severity, title) in [(Severity::TWO, "no till works"), (Severity::THREE, "one is slow")] {
        let place = model::scope::Scope::Deployment;
        let opening = Opening::reported(place, severity, title.to_owned(), world.now);
        let open = IncidentCommand::Open(Box::new(opening));
        world.act("esteban", &Command::Incident(open)).unwrap();
    }
    let waits = |world: &World, word: &str| {
        let waits = world.why("deployment");
        let lines = waits.lines().filter(|it| it.contains(word));
        lines.map(|it| it.to_owned() + "\n").collect::<String>()
    };
    let mut story = waits(&world, "incident");
    does(&mut world, 2, IncidentAct::Acknowledge { at: None });
    does(&mut world, 2, IncidentAct::Work { assignee: None });
    let raise = EscalationCommand::Raise {
        incident: Some(2),
        reason: EscalationReason::NeedsKnowledge,
        text: "which table is locked?".to_owned(),
        tried: vec!["a restart".to_owned()],
        called: None,
        purpose: EscalationPurpose::Real,
    };
    world.act("esteban", &Command::Escalation(raise)).unwrap();
    story += &waits(&world, "escalation 1");
    // The whole holiday is nobody's.
    world.now = at("2027-01-07T07:29:00Z");
    world.look();
    story += &waits(&world, "escalation 1");
    world.now = at("2027-01-07T07:30:00Z");
    world.look();
    story += &waits(&world, "escalation 1");
    story += &waits(&world, "incident 1");
    expect![[r#"
        deployment: incident 1, severity 2, has to be acknowledged: no till works; due at 2027-01-05T17:30:00Z [philippa or esteban or gunnvor]
        deployment: incident 2, severity 3, has to be acknowledged: one is slow; due at 2027-01-07T07:30:00Z [philippa or esteban or gunnvor]
        deployment: escalation 1 has to be accepted by level 1, developer on call; the next is paged at 2027-01-07T07:30:00Z [ruben]
        deployment: escalation 1 has to be accepted by level 1, developer on call; the next is paged at 2027-01-07T07:30:00Z [ruben]
        deployment: escalation 1 has to be accepted by level 2, program manager; the next is paged at 2027-01-07T08:30:00Z [sabela]
        deployment: incident 1, severity 2, has to be acknowledged: no till works; it was due at 2027-01-05T17:30:00Z [philippa or esteban or gunnvor]
    "#]]
    .assert_eq(&story);
}

// Proves: G-04, X-01
#[test]
fn whoever_answers_first_as_things_stand_is_asked_first() {
    let mut world = World::of(standard_plan());
    let opening = |place: &str| {
        let place = place.parse().unwrap();
        Opening::reported(place, Severity::THREE, "slow".to_owned(), at("2027-01-04T06:00:00Z"))
    };
    for place in ["deployment", "component/db"] {
        let open = IncidentCommand::Open(Box::new(opening(place)));
        world.act("esteban", &Command::Incident(open)).unwrap();
    }
    let asked = |world: &World| {
        let waits = world.waits().into_iter().filter(|it| it.what.contains("acknowledged"));
        waits
            .map(|it| {
                let people: Vec<&str> = it.people.iter().map(|it| it.as_str()).collect();
                format!("{}: {}\n", it.scope, people.join(", "))
            })
            .collect::<String>()
    };
    expect![[r#"
        deployment: philippa, esteban, gunnvor
        component/db: esteban, gunnvor, philippa
    "#]]
    .assert_eq(&asked(&world));
}
