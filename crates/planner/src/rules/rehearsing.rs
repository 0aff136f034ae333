//! Rehearsals: the same seed gives the same, and what a storyline forces shows.
//!
//! House rule: a rehearsal plays the real rules; a storyline changes the world, never a rule.

use crate::fixture::{at, created, plan};
use crate::rehearsal::{Rehearsal, Rehearsed, Scene, summary};
use expect_test::{Expect, expect};
use model::machine::DeploymentState;
use model::plan::MasterProjectPlan;
use model::storyline::{Act, Cue, Storyline, Turn};
use model::window::MaintenanceWindow;
use std::cell::Cell;

const BEGIN: &str = "2027-01-04T08:00:00Z";

fn rehearsed(plan: MasterProjectPlan, turns: Vec<Turn>, runs: u32) -> Rehearsed {
    let state = created(plan);
    let mut rehearsal = Rehearsal::default();
    let storyline = Storyline { turns };
    let scene = Scene::new(&state, at(BEGIN), &storyline, 1);
    for run in 0..runs {
        rehearsal.play(&scene, run);
    }
    summary(&rehearsal, &state, at(BEGIN))
}

fn story(rehearsed: &Rehearsed) -> String {
    let mut story = String::new();
    for it in &rehearsed.reached {
        let dates = it.at;
        story +=
            &format!("{} {} {} {} {}\n", it.deployment, it.runs, dates.p10, dates.p50, dates.p90);
    }
    for it in &rehearsed.rings {
        let halts = it.halts;
        story += &format!(
            "{}: at most {} fail, {} did; halted {} times in {} runs\n",
            it.ring, it.blast_radius, it.failed_most, halts.count, halts.runs
        );
    }
    for it in &rehearsed.short {
        story += &format!("{} has no window left in {} runs: {:?}\n", it.scope, it.runs, it.sites);
    }
    for it in &rehearsed.expired {
        story += &format!("{} runs out too early in {} runs\n", it.rfc, it.runs);
    }
    for it in rehearsed.stops.iter().take(3) {
        story += &format!("while {}, {} runs: {}\n", it.deployment, it.runs, it.what);
    }
    story
}

fn turn(cue: Cue, act: Act) -> Turn {
    Turn { cue, act }
}

fn after(scope: &str, happens: &str) -> Cue {
    Cue::After { scope: scope.parse().unwrap(), happens: happens.to_owned(), later_s: 60 }
}

// Proves: X-18
#[test]
fn the_same_seed_gives_the_same_rehearsal_in_whatever_order_its_runs_are_played() {
    let state = created(plan());
    let storyline = Storyline::default();
    let mut once = Rehearsal::default();
    let scene = Scene::new(&state, at(BEGIN), &storyline, 7);
    for run in 0..4 {
        once.play(&scene, run);
    }
    let mut parts = [Rehearsal::default(), Rehearsal::default()];
    for run in [3, 0, 1, 2] {
        parts[run as usize % 2].play(&scene, run);
    }
    let [mut again, other] = parts;
    again.merge(other);
    assert_eq!(summary(&once, &state, at(BEGIN)), summary(&again, &state, at(BEGIN)));
}

#[test]
fn people_answer_in_their_working_hours_and_everybody_asked_is_in_the_calendar() {
    let shown = rehearsed(plan(), vec![], 3);
    let mut lines = String::new();
    for it in shown.calendar.iter().filter(|it| it.runs == 3).take(12) {
        let people: Vec<&str> = it.people.iter().map(|it| it.as_str()).collect();
        let there = it.answered.map(|it| it.p50.to_string()).unwrap_or_default();
        lines += &format!(
            "{} {there} {}: {} [{}]\n",
            it.asked.p50,
            it.scope,
            it.what,
            people.join(", ")
        );
    }
    let expected: Expect = expect![[r#"
        2027-01-04T08:00:00Z 2027-01-04T12:54:50Z deployment: nobody has stated that the customer knows and accepts the success criteria [winifred]
        2027-01-04T08:00:00Z 2027-01-04T13:14:24Z site/s1: the owner of s1 has to acknowledge the schedule [owner-1]
        2027-01-04T08:00:00Z 2027-01-04T12:19:26Z site/s2: the owner of s2 has to acknowledge the schedule [owner-2]
        2027-01-04T08:00:00Z 2027-01-04T14:19:55Z site/s3: the owner of s3 has to acknowledge the schedule [owner-3]
        2027-01-04T08:00:00Z 2027-01-05T10:23:45Z site/s4: the owner of s4 has to acknowledge the schedule [owner-4]
        2027-01-04T08:00:00Z 2027-01-04T09:21:07Z site/s5: the owner of s5 has to acknowledge the schedule [owner-5]
        2027-01-04T08:00:00Z 2027-01-04T11:57:36Z site/s6: the owner of s6 has to acknowledge the schedule [owner-6]
        2027-01-04T08:00:00Z 2027-01-04T11:11:16Z site/s7: the owner of s7 has to acknowledge the schedule [owner-7]
        2027-01-04T08:00:00Z 2027-01-04T12:10:04Z site/s8: the owner of s8 has to acknowledge the schedule [owner-8]
        2027-01-04T08:00:00Z 2027-01-04T10:07:12Z site/s9: the owner of s9 has to acknowledge the schedule [owner-9]
        2027-01-04T08:00:00Z 2027-01-04T08:52:12Z rfc/R-core: R-core has to be submitted [ivo, saoirse]
        2027-01-04T08:00:00Z 2027-01-04T08:13:12Z rfc/R-sites: R-sites has to be submitted [ivo, saoirse]
    "#]];
    expected.assert_eq(&lines);
}

#[test]
fn what_a_storyline_forces_shows_in_every_run() {
    let fails =
        Act::FailSteps { scope: "site/s3".parse().unwrap(), computer: None, step: None, times: 5 };
    let lost =
        Act::LoseComputers { scope: "site/s1".parse().unwrap(), computer: None, length_s: 7_200 };
    let incident = Act::Incident {
        scope: "site/s2".parse().unwrap(),
        severity: 1,
        text: "nothing works".to_owned(),
    };
    let absent = Act::Absent { person: "owner-4".parse().unwrap(), length_s: 30 * 86_400 };
    let hold = Act::Hold {
        scope: "ring/broad".parse().unwrap(),
        reason: "stock-taking".to_owned(),
        length_s: 3 * 86_400,
    };
    let turns: [(&str, Vec<Turn>); 6] = [
        ("as usual", vec![]),
        ("steps fail at a site", vec![turn(after("ring/early", "opened"), fails)]),
        ("computers are lost", vec![turn(after("site/s1", "started"), lost)]),
        ("an incident", vec![turn(after("ring/early", "opened"), incident)]),
        ("an owner is away", vec![turn(after("site/s4", "started"), absent)]),
        (
            "a hold and an outage",
            vec![
                turn(after("ring/early", "passed"), hold),
                turn(after("site/s1", "started"), Act::Outage { length_s: 3_600 }),
            ],
        ),
    ];
    let mut told = String::new();
    for (what, turns) in turns {
        told += &format!("{what}:\n{}", story(&rehearsed(plan(), turns, 2)));
    }
    expect![[r#"
        as usual:
        ready 2 2027-01-04T13:18:03Z 2027-01-04T13:18:03Z 2027-01-04T13:18:03Z
        deploying 2 2027-01-04T15:02:48Z 2027-01-04T15:02:48Z 2027-01-04T15:02:48Z
        stabilizing 2 2027-01-11T13:33:14Z 2027-01-11T13:33:14Z 2027-01-11T13:33:14Z
        in its quiet period 2 2027-01-14T17:12:06Z 2027-01-14T17:12:06Z 2027-01-14T17:12:06Z
        in its milestone review 2 2027-02-15T17:43:25Z 2027-02-15T17:43:25Z 2027-02-15T17:43:25Z
        closing 2 2027-02-18T10:23:10Z 2027-02-18T10:23:10Z 2027-02-18T10:23:10Z
        closed 2 2027-02-26T17:28:24Z 2027-02-26T17:28:24Z 2027-02-26T17:28:24Z
        pilot: at most 1 fail, 0 did; halted 0 times in 0 runs
        early: at most 2 fail, 0 did; halted 0 times in 0 runs
        broad: at most 1 fail, 0 did; halted 0 times in 0 runs
        steps fail at a site:
        ready 2 2027-01-04T13:18:03Z 2027-01-04T13:18:03Z 2027-01-04T13:18:03Z
        deploying 2 2027-01-04T15:02:48Z 2027-01-04T15:02:48Z 2027-01-04T15:02:48Z
        stabilizing 2 2027-01-15T12:01:24Z 2027-01-15T12:01:24Z 2027-01-15T12:01:24Z
        in its quiet period 2 2027-01-20T15:57:14Z 2027-01-20T15:57:14Z 2027-01-20T15:57:14Z
        in its milestone review 2 2027-02-22T10:52:40Z 2027-02-22T10:52:40Z 2027-02-22T10:52:40Z
        closing 2 2027-02-26T12:21:04Z 2027-02-26T12:21:04Z 2027-02-26T12:21:04Z
        closed 2 2027-03-03T17:09:02Z 2027-03-03T17:09:02Z 2027-03-03T17:09:02Z
        pilot: at most 1 fail, 0 did; halted 0 times in 0 runs
        early: at most 2 fail, 1 did; halted 5 times in 2 runs
        broad: at most 1 fail, 1 did; halted 1 times in 1 runs
        computers are lost:
        ready 2 2027-01-04T13:18:03Z 2027-01-04T13:18:03Z 2027-01-04T13:18:03Z
        deploying 2 2027-01-04T15:02:48Z 2027-01-04T15:02:48Z 2027-01-04T15:02:48Z
        stabilizing 2 2027-01-15T16:46:18Z 2027-01-15T16:46:18Z 2027-01-15T16:46:18Z
        in its quiet period 2 2027-01-19T14:14:14Z 2027-01-19T14:14:14Z 2027-01-19T14:14:14Z
        in its milestone review 2 2027-02-19T08:29:14Z 2027-02-19T08:29:14Z 2027-02-19T08:29:14Z
        closing 2 2027-02-25T12:17:47Z 2027-02-25T12:17:47Z 2027-02-25T12:17:47Z
        closed 2 2027-03-08T12:54:50Z 2027-03-08T12:54:50Z 2027-03-08T12:54:50Z
        pilot: at most 1 fail, 1 did; halted 12 times in 2 runs
        early: at most 2 fail, 0 did; halted 0 times in 0 runs
        broad: at most 1 fail, 1 did; halted 1 times in 1 runs
        an incident:
        ready 2 2027-01-04T13:18:03Z 2027-01-04T13:18:03Z 2027-01-04T13:18:03Z
        deploying 2 2027-01-04T15:02:48Z 2027-01-04T15:02:48Z 2027-01-04T15:02:48Z
        stabilizing 2 2027-01-11T15:56:35Z 2027-01-11T15:56:35Z 2027-01-11T15:56:35Z
        in its quiet period 2 2027-01-18T14:35:09Z 2027-01-18T14:35:09Z 2027-01-18T14:35:09Z
        in its milestone review 2 2027-02-18T08:52:43Z 2027-02-18T08:52:43Z 2027-02-18T08:52:43Z
        closing 2 2027-02-24T10:48:57Z 2027-02-24T10:48:57Z 2027-02-24T10:48:57Z
        closed 2 2027-03-02T14:25:41Z 2027-03-02T14:25:41Z 2027-03-02T14:25:41Z
        pilot: at most 1 fail, 0 did; halted 0 times in 0 runs
        early: at most 2 fail, 0 did; halted 2 times in 2 runs
        broad: at most 1 fail, 1 did; halted 1 times in 1 runs
        an owner is away:
        ready 2 2027-01-04T13:18:03Z 2027-01-04T13:18:03Z 2027-01-04T13:18:03Z
        deploying 2 2027-01-04T15:02:48Z 2027-01-04T15:02:48Z 2027-01-04T15:02:48Z
        stabilizing 2 2027-02-08T08:56:16Z 2027-02-08T08:56:16Z 2027-02-08T08:56:16Z
        in its quiet period 2 2027-02-10T13:57:31Z 2027-02-10T13:57:31Z 2027-02-10T13:57:31Z
        in its milestone review 2 2027-03-15T09:23:33Z 2027-03-15T09:23:33Z 2027-03-15T09:23:33Z
        closing 2 2027-03-18T10:23:10Z 2027-03-18T10:23:10Z 2027-03-18T10:23:10Z
        closed 2 2027-03-24T08:18:55Z 2027-03-24T08:18:55Z 2027-03-24T08:18:55Z
        pilot: at most 1 fail, 0 did; halted 0 times in 0 runs
        early: at most 2 fail, 0 did; halted 0 times in 0 runs
        broad: at most 1 fail, 0 did; halted 0 times in 0 runs
        a hold and an outage:
        ready 2 2027-01-04T13:18:03Z 2027-01-04T13:18:03Z 2027-01-04T13:18:03Z
        deploying 2 2027-01-04T15:02:48Z 2027-01-04T15:02:48Z 2027-01-04T15:02:48Z
        stabilizing 2 2027-01-11T15:02:51Z 2027-01-11T15:02:51Z 2027-01-11T15:02:51Z
        in its quiet period 2 2027-01-14T10:04:06Z 2027-01-14T10:04:06Z 2027-01-14T10:04:06Z
        in its milestone review 2 2027-02-15T13:26:02Z 2027-02-15T13:26:02Z 2027-02-15T13:26:02Z
        closing 2 2027-02-18T10:23:10Z 2027-02-18T10:23:10Z 2027-02-18T10:23:10Z
        closed 2 2027-02-24T12:21:24Z 2027-02-24T12:21:24Z 2027-02-24T12:21:24Z
        pilot: at most 1 fail, 0 did; halted 0 times in 0 runs
        early: at most 2 fail, 0 did; halted 0 times in 0 runs
        broad: at most 1 fail, 0 did; halted 0 times in 0 runs
    "#]]
    .assert_eq(&told);
}

#[test]
fn a_gate_that_nobody_can_open_is_found_in_every_run() {
    let mut plan = plan();
    plan.people.retain(|it| it.id.as_str() != "rosalind");
    let shown = rehearsed(plan, vec![], 2);
    assert!(shown.reached.iter().all(|it| it.deployment != DeploymentState::Stabilizing));
    expect![[r#"
        pilot: at most 1 fail, 0 did; halted 0 times in 0 runs
        early: at most 2 fail, 0 did; halted 0 times in 0 runs
        broad: at most 1 fail, 0 did; halted 0 times in 0 runs
        while draft, 2 runs: component/db would wait for ever: R-core is being assessed
        while draft, 2 runs: component/vpn would wait for ever: R-core is being assessed
        while draft, 2 runs: deployment would wait for ever: R-core needs 2 approvals by Change Authority, and 1 may give one: name more people with that role type, or lower the quorum
    "#]].assert_eq(&story(&shown));
}

/// Returns a window of one night, as it would be written.
fn night(date: &str) -> MaintenanceWindow {
    let written = serde_json::json!({ "dates": [date], "from": "20:00", "to": "04:00" });
    serde_json::from_value(written).unwrap()
}

#[test]
fn a_ring_or_component_that_ran_out_of_nights_is_named_and_not_what_had_to_wait_for_it() {
    let mut of_ring = plan();
    of_ring.rings[0].windows = vec![night("2027-01-04")];
    of_ring.rings[1].windows = vec![night("2027-01-12")];
    let mut of_component = of_ring.clone();
    of_component.components[0].windows = vec![night("2027-01-03")];
    let told = [of_ring, of_component].map(|it| story(&rehearsed(it, vec![], 2)));
    expect![[r#"
        ready 2 2027-01-04T13:18:03Z 2027-01-04T13:18:03Z 2027-01-04T13:18:03Z
        deploying 2 2027-01-04T15:02:48Z 2027-01-04T15:02:48Z 2027-01-04T15:02:48Z
        pilot: at most 1 fail, 0 did; halted 0 times in 0 runs
        early: at most 2 fail, 0 did; halted 0 times in 0 runs
        broad: at most 1 fail, 0 did; halted 0 times in 0 runs
        ring/pilot has no window left in 2 runs: [SiteId("s1")]

        ready 2 2027-01-04T13:18:03Z 2027-01-04T13:18:03Z 2027-01-04T13:18:03Z
        deploying 2 2027-01-04T15:02:48Z 2027-01-04T15:02:48Z 2027-01-04T15:02:48Z
        pilot: at most 1 fail, 0 did; halted 0 times in 0 runs
        early: at most 2 fail, 0 did; halted 0 times in 0 runs
        broad: at most 1 fail, 0 did; halted 0 times in 0 runs
        component/db has no window left in 2 runs: []
    "#]]
    .assert_eq(&told.join("\n"));
}

#[test]
fn an_authorisation_that_is_given_long_before_the_first_night_runs_out_and_the_rehearsal_says_so() {
    let mut late = plan();
    for ring in &mut late.rings {
        ring.windows = vec![night("2027-02-02"), night("2027-02-09")];
    }
    let shown = rehearsed(late, vec![], 2);
    let expired: Vec<&str> = shown.expired.iter().map(|it| it.rfc.as_str()).collect();
    assert_eq!(expired, ["R-sites"], "{}", story(&shown));
}

#[test]
fn a_run_that_nobody_waits_for_any_more_ends_at_once_and_is_not_counted() {
    let state = created(plan());
    let (storyline, looks) = (Storyline::default(), Cell::new(0));
    let is_interrupted = || {
        looks.set(looks.get() + 1);
        looks.get() > 500
    };
    let scene = Scene::new(&state, at(BEGIN), &storyline, 1);
    let scene = Scene { is_interrupted: &is_interrupted, ..scene };
    let mut rehearsal = Rehearsal::default();
    assert!(!rehearsal.play(&scene, 0));
    assert_eq!((rehearsal.runs(), looks.get()), (0, 502));
}
