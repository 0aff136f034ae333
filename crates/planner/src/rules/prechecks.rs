//! Before a core component is touched: room, a restore point, contacts on shift.
//!
//! House rule: what is found is of the component as it stands; a restore point from before it
//! changed restores something else.

use super::world::World;
use crate::fixture::{at, standard_plan};
use expect_test::expect;
use jiff::SignedDuration;
use model::command::Command;
use model::guard::Guard;
use model::id::PersonId;
use model::machine::{ComponentState, RfcState};
use model::person::{Leave, Particulars};
use model::precheck::PrecheckCommand;
use model::private::Private;
use model::scope::Scope;
use std::fmt::Write as _;

fn db() -> Scope {
    "component/db".parse().unwrap()
}

fn capacity(scope: Scope) -> PrecheckCommand {
    PrecheckCommand::FindCapacity { scope, evidence: "2 TB free on host-1".to_owned() }
}

fn restore_point(reference: &str, taken: &str, kept_until: &str) -> PrecheckCommand {
    PrecheckCommand::TakeRestorePoint {
        scope: db(),
        reference: reference.to_owned(),
        taken: Some(at(taken)),
        kept_until: at(kept_until),
    }
}

fn contacts(people: &[&str]) -> PrecheckCommand {
    let people: Vec<PersonId> = people.iter().map(|it| it.parse().unwrap()).collect();
    PrecheckCommand::NameContacts { scope: db(), people }
}

/// Returns a deployment whose component `db` is authorised and waits for nothing but C5.
fn waiting_for_c5() -> World {
    let mut plan = standard_plan();
    let away = "2027-01-04".parse().unwrap();
    let kasimir = plan.people.iter_mut().find(|it| it.id.as_str() == "kasimir").unwrap();
    let leave = vec![Leave { first: away, last: away }];
    kasimir.private = Private::Clear(Particulars { leave, ..Particulars::named("kasimir") });
    let mut world = World::of(plan);
    let is_scheduled = |it: &World| it.state.rfcs[0].state == RfcState::Scheduled;
    world
        .until(|it| it.state.components[0].state == ComponentState::Authorised && is_scheduled(it));
    world
}

// Proves: P1-A1, P1-D1
#[test]
fn a_component_starts_with_room_a_restore_point_that_is_kept_and_contacts_who_are_there() {
    let mut world = waiting_for_c5();
    let mut story = world.why("component/db");
    for (person, command) in [
        ("noor", capacity(db())),
        ("ivo", capacity("ring/pilot".parse().unwrap())),
        ("ivo", capacity(Scope::Core)),
        ("ivo", restore_point("snapshot 41", "2027-02-01T00:00:00Z", "2027-03-01T00:00:00Z")),
        ("ivo", restore_point("snapshot 41", "2027-01-03T00:00:00Z", "2027-01-04T00:00:00Z")),
        ("ivo", restore_point("snapshot 41", "2027-01-03T00:00:00Z", "2027-01-05T00:00:00Z")),
        ("ivo", restore_point("snapshot 41", "2027-01-03T00:00:00Z", "2027-01-05T00:00:00Z")),
        ("ivo", contacts(&[])),
        ("ivo", contacts(&["kasimir"])),
        ("ivo", contacts(&["aurelia"])),
    ] {
        match world.act(person, &Command::Precheck(command)) {
            Ok(()) => story += &world.story(world.record.len() - 1, &[""]),
            Err(refusal) => writeln!(story, "{person}: refused: {refusal}").unwrap(),
        }
    }
    story += &world.why("component/db");
    // It is past the day until which the restore point was kept.
    world.now = at("2027-01-05T08:00:00Z");
    world.look();
    story += &world.why("component/db");
    let again = restore_point("snapshot 42", "2027-01-05T07:00:00Z", "2027-02-05T00:00:00Z");
    world.act("ivo", &Command::Precheck(again)).unwrap();
    world.act("ivo", &Command::Precheck(contacts(&["gunnvor"]))).unwrap();
    let before = world.record.len();
    world.look();
    story += &world.story(before, &["db started"]);
    let sheet = model::sheet::body(&world.state, &model::sheet::Sheet::CoreInterim).to_string();
    assert!(sheet.contains("snapshot 42") && sheet.contains("2027-02-05T00:00:00Z"), "{sheet}");
    expect![[r#"
        component/db: no point to restore db from has been taken; nobody is named who is on shift for db and not on leave [ivo or saoirse]
        noor: refused: noor may not say that there is room for it: it takes Release Management or Operations Experience or Operations Manager
        ivo: refused: no core component at ring/pilot has still to be deployed
        04 08:00 ivo: vpn: there is room for it: 2 TB free on host-1
        ivo: refused: a restore point of 2027-02-01T00:00:00Z is still to come
        ivo: refused: the restore point was kept until 2027-01-04T00:00:00Z
        04 08:00 ivo: db: restore point snapshot 41 taken at 2027-01-03T00:00:00Z and kept until 2027-01-05T00:00:00Z
        ivo: refused: restore point snapshot 41 is on record already
        ivo: refused: nobody is named
        ivo: refused: kasimir is on leave today
        ivo: refused: aurelia is an auditor, who takes nothing over
        component/db: nobody is named who is on shift for db and not on leave [ivo or saoirse]
        component/db: restore point snapshot 41 of db was kept until 2027-01-05T00:00:00Z; nobody is named who is on shift for db and not on leave [ivo or saoirse]
        05 08:00 db started
    "#]].assert_eq(&story);
}

// Proves: X-09
#[test]
fn of_the_prechecks_all_but_the_restore_point_are_waived() {
    let mut world = World::of(standard_plan());
    while world.state.rfcs[0].state != RfcState::Scheduled {
        assert!(world.settled_once_but(&|it| it.guard == Some(Guard::C5)));
    }
    world.look();
    let words = || "as agreed with everybody".to_owned();
    let until = world.now.checked_add(SignedDuration::from_hours(48)).unwrap();
    let waiver = |part: &str| Command::RequestWaiver {
        guard: Guard::C5,
        scope: db(),
        reason: words(),
        risk: words(),
        control: words(),
        until,
        part: Some(part.to_owned()),
    };
    let refused = world.act("lucan", &waiver("restore point")).unwrap_err();
    for (number, part) in [(1, "capacity"), (2, "contacts")] {
        world.act("lucan", &waiver(part)).unwrap();
        for person in ["rosalind", "sabela"] {
            world.act(person, &Command::ApproveWaiver { waiver: number }).unwrap();
        }
    }
    let waits = world.why("component/db");
    let statement = Command::Attest { guard: Guard::C5, scope: db(), statement: words() };
    let stated = world.act("ivo", &statement).unwrap_err();
    assert!(refused.to_string().contains("is no part of C5 that can be waived here"), "{refused}");
    assert!(
        waits.starts_with("component/db: no point to restore db from has been taken"),
        "{waits}"
    );
    assert!(stated.to_string().contains("C5 is not a matter of statement"), "{stated}");
}

// Proves: P1-D1
#[test]
fn a_restore_point_from_before_a_component_went_back_does_not_count_again() {
    let mut world = World::of(standard_plan());
    // What is done takes its time: what was taken before is older than what came of it.
    world.until_ordered("component/db@1/host-1/install");
    world.pass(600);
    world.until(|it| it.state.sites.iter().any(|it| it.runs > 0));
    world.pass(600);
    let is_kept = |world: &World| {
        let db = "db".parse().unwrap();
        world.state.restore_point(&db, world.now).is_some()
    };
    let before = !is_kept(&world);
    let back = Command::RollBack {
        scope: db(),
        reason: "it answers no more".to_owned(),
        accept_loss: false,
    };
    world.act("ivo", &back).unwrap();
    world.until(|it| it.state.components[0].state == ComponentState::Authorised);
    let waits = world.why("component/db");
    assert!(before, "it is verified, and what was taken before is from before that");
    assert!(waits.contains("is from before it last changed"), "{waits}");
}
