//! Stories of who is asked for an act on a request for change: only those whom its decision lets act.
//!
//! House rule: whoever is asked can do it; where nobody can, the wait says why and who revises the plan.

use super::world::World;
use crate::fixture::{payload, standard_plan};
use crate::people::worded;
use crate::waiting::why;
use expect_test::expect;
use model::command::{Command, RfcAct};
use model::delegation::DelegationCommand;
use model::event::{Actor, Event};
use model::id::PersonId;
use model::machine::{RfcState, RfcTransition};
use model::plan::MasterProjectPlan;
use model::rfc::RfcCategory;
use model::role_type::RoleType;
use model::scope::Scope;

/// Returns on what R-core waits, once each of those who are asked was seen to be able to do it.
fn asked(world: &World) -> String {
    for wait in why(&world.state, world.now, &"rfc/R-core".parse().unwrap()) {
        let Some(command) = wait.command.map(|it| worded(&world.state, it)) else { continue };
        for person in &wait.people {
            let said = world.clone().act(person.as_str(), &command);
            assert!(said.is_ok(), "{person}, {}: {said:?}", wait.what);
        }
    }
    world.why("rfc/R-core")
}

fn id(person: &str) -> PersonId {
    person.parse().unwrap()
}

#[test]
fn a_request_asks_only_those_who_may_and_says_so_where_nobody_may() {
    let approve = |world: &World| {
        let part = world.state.index.parts[0];
        Command::Rfc {
            rfc: "R-core".parse().unwrap(),
            act: RfcAct::Approve { part, conditions: None },
        }
    };
    let assessing = |it: &World| it.state.rfcs[0].state == RfcState::Assessing;
    let mut told = "-- farrukh built what it installs\n".to_owned();
    let mut plan = standard_plan();
    payload(&mut plan.release);
    plan.release.deliverables[0].built_by = vec![id("farrukh")];
    let mut world = World::of(plan);
    world.until(assessing);
    told += &asked(&world);
    world.act("rosalind", &approve(&world)).unwrap();
    told += &asked(&world);

    told += "-- esteban is a delegate of rosalind\n";
    let mut world = World::of(standard_plan());
    world.until(assessing);
    let give = Command::Delegation(DelegationCommand::Give {
        delegate: id("esteban"),
        role: RoleType::ChangeAuthority,
        scope: Scope::Deployment,
        slots: vec![],
        from: None,
        until: "2027-03-01T00:00:00Z".parse().unwrap(),
        reason: "on leave".to_owned(),
    });
    world.act("rosalind", &give).unwrap();
    told += &asked(&world);
    world.act("esteban", &approve(&world)).unwrap();
    told += &asked(&world);

    told += "-- rosalind carried it out\n";
    let mut plan = standard_plan();
    plan.rfcs[0].implementers.push(id("rosalind"));
    plan.rfcs[0].levels[0].quorum = 1;
    let mut world = World::of(plan);
    world.until(|it| it.state.rfcs[0].state == RfcState::Implementing);
    let implemented = Event::Rfc {
        rfc: "R-core".parse().unwrap(),
        transition: RfcTransition::Implemented,
        part: None,
        until: None,
        reason: None,
        gate: vec![],
    };
    world.apply(implemented, Actor::System);
    told += &asked(&world);

    let mut emergency = |what: &str, change: &dyn Fn(&mut MasterProjectPlan)| {
        let mut plan = standard_plan();
        plan.rfcs[0].category = RfcCategory::Emergency;
        change(&mut plan);
        told += &format!("-- {what}\n{}", asked(&World::of(plan)));
    };
    let on_call = |plan: &mut MasterProjectPlan| {
        plan.people.iter_mut().find(|it| it.id.as_str() == "rosalind").unwrap().on_call = true;
    };
    emergency("an emergency that farrukh carries out", &|plan| {
        plan.rfcs[0].implementers.push(id("farrukh"));
    });
    emergency("an emergency while rosalind is on call", &on_call);
    emergency("an emergency that rosalind asks for, who is on call", &|plan| {
        on_call(plan);
        plan.rfcs[0].requested_by = id("rosalind");
    });
    expect![[r#"
        -- farrukh built what it installs
        rfc/R-core: R-core needs 2 more approvals by Change Authority [rosalind]
        rfc/R-core: R-core needs 1 more approval by Change Authority, and nobody in the plan may do it: rosalind has approved R-core already; farrukh built what this change installs and cannot approve it (SOD-3) [sabela]
        -- esteban is a delegate of rosalind
        rfc/R-core: R-core needs 2 more approvals by Change Authority [rosalind or esteban or farrukh]
        rfc/R-core: R-core needs 1 more approval by Change Authority [farrukh]
        -- rosalind carried it out
        rfc/R-core: R-core has to be reviewed [farrukh]
        -- an emergency that farrukh carries out
        rfc/R-core: R-core has to be authorised as an emergency, by who is on call [rosalind]
        -- an emergency while rosalind is on call
        rfc/R-core: R-core has to be authorised as an emergency, by who is on call [rosalind]
        -- an emergency that rosalind asks for, who is on call
        rfc/R-core: R-core has to be authorised as an emergency, by who is on call, and nobody in the plan may do it: rosalind requested this change and cannot approve it (SOD-1); the emergency is refused by its gate: RF4: rosalind is on call for emergencies [sabela]
    "#]].assert_eq(&told);
}
