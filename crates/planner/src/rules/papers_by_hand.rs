//! Stories of sheets that were signed by hand, and of the two who attest them.
//!
//! House rule: nobody attests a paper of their own, and of the two one is not of the project.

use super::world::World;
use crate::fixture::standard_plan;
use crate::waiting::waiting;
use expect_test::expect;
use model::command::Command;
use model::delegation::DelegationCommand;
use model::digest::Digest;
use model::machine::SignOffState;
use model::paper::{PaperCommand, SignedPaper};
use model::plan::MasterProjectPlan;
use model::role_type::RoleType;
use model::sheet::SlotId;

fn slot() -> SlotId {
    "site/s1:site-owner".parse().unwrap()
}

/// Returns a deployment in which the owner of `s1` has just been asked to sign.
fn asked() -> World {
    asked_under(standard_plan())
}

/// Returns the same under `plan`.
fn asked_under(plan: MasterProjectPlan) -> World {
    let mut world = World::ready(plan);
    let is_asked = |it: &World| {
        it.state.slots.get(&slot()).is_some_and(|it| it.state == SignOffState::Requested)
    };
    world.until(is_asked);
    world
}

fn signed(world: &World) -> SignedPaper {
    let zone = world.state.plan.zone.rules();
    SignedPaper {
        slot: slot(),
        document: world.state.slots[&slot()].document,
        signer: "owner-1".parse().unwrap(),
        signed_on: world.now.to_zoned(zone).date(),
        kept: "archive, box 12".to_owned(),
        scan: Digest::of(b"the scan"),
    }
}

fn record(signed: SignedPaper) -> Command {
    Command::Paper(PaperCommand::Record { signed })
}

fn attest(paper: u32, scan: &[u8]) -> Command {
    Command::Paper(PaperCommand::Attest { paper, scan: Digest::of(scan) })
}

fn tell(world: &mut World, person: &str, command: &Command) -> String {
    let said = world.act(person, command);
    said.map_or_else(|it| format!("{person}: {it}\n"), |()| format!("{person}: done\n"))
}

// Proves: P2-D7
#[test]
fn two_others_attest_a_paper_of_exactly_the_sheet_that_is_asked_for() {
    let mut world = asked();
    let paper = signed(&world);
    let of = |change: &dyn Fn(&mut SignedPaper)| {
        let mut paper = paper.clone();
        change(&mut paper);
        record(paper)
    };
    let mut told = String::new();
    for (person, command) in [
        ("ivo", of(&|it| it.document = Digest::of(b"another"))),
        ("ivo", of(&|it| it.signer = "esteban".parse().unwrap())),
        ("ivo", of(&|it| it.signer = "nobody".parse().unwrap())),
        ("ivo", of(&|it| it.signed_on = "2026-01-01".parse().unwrap())),
        ("ivo", of(&|it| it.signed_on = "2099-01-01".parse().unwrap())),
        ("owner-1", record(paper.clone())),
        ("aurelia", record(paper.clone())),
        ("ivo", attest(1, b"the scan")),
        ("ivo", record(paper.clone())),
        ("ivo", attest(1, b"the scan")),
        ("owner-1", attest(1, b"the scan")),
        ("sabela", attest(1, b"the scan")),
        ("gunnvor", attest(1, b"another scan")),
        ("gunnvor", attest(1, b"the scan")),
        ("gunnvor", attest(1, b"the scan")),
    ] {
        told += &tell(&mut world, person, &command);
    }
    let status = &world.state.slots[&slot()];
    told += &format!("{} by {}\n", status.state, status.by.as_ref().unwrap());
    told += &format!("{}\n", world.state.said_on_paper(&slot()).unwrap());
    expect![[r#"
        ivo: the sheet of site/s1 is no longer the one that was shown
        ivo: esteban cannot sign for a site of owner-1 (SOD-5)
        ivo: nobody is not in the plan
        ivo: 2026-01-01 is not between 2027-01-04, when it was asked for, and today
        ivo: 2099-01-01 is not between 2027-01-04, when it was asked for, and today
        owner-1: owner-1 signed it
        aurelia: aurelia is an auditor, who reads everything and changes nothing (SOD-16)
        ivo: paper 1 is not in the plan
        ivo: done
        ivo: ivo put paper 1 down
        owner-1: owner-1 signed it
        sabela: ivo and sabela are both of the project
        gunnvor: the scan of paper 1 is another one than was compared
        gunnvor: done
        gunnvor: paper 1 was attested or rejected already
        signed by owner-1
        on paper, by hand on 2027-01-04, attested by ivo and gunnvor
    "#]]
    .assert_eq(&told);
}

// Proves: P2-D7
#[test]
fn a_paper_of_a_sheet_that_changed_or_that_somebody_rejects_signs_nothing() {
    let world = asked();
    let paper = signed(&world);
    let mut rejected = world.clone();
    let reason = "another sheet was printed".to_owned();
    let reject = Command::Paper(PaperCommand::Reject { paper: 1, reason });
    let mut told = String::new();
    for (person, command) in [
        ("ivo", &record(paper.clone())),
        ("owner-2", &reject),
        ("owner-1", &reject),
        ("gunnvor", &attest(1, b"the scan")),
    ] {
        told += &tell(&mut rejected, person, command);
    }
    assert_eq!(rejected.state.slots[&slot()].state, SignOffState::Requested);
    let mut signed_here = world;
    told += &tell(&mut signed_here, "ivo", &record(paper.clone()));
    let (document, exceptions) = (paper.document, vec![]);
    let sign = Command::Sign { slot: slot(), document, exceptions };
    told += &tell(&mut signed_here, "owner-1", &sign);
    told += &tell(&mut signed_here, "gunnvor", &attest(1, b"the scan"));
    assert!(signed_here.state.on_paper(&slot()).is_none(), "it was signed here");
    expect![[r#"
        ivo: done
        owner-2: owner-2 may not attest a paper: it takes Operations Manager or Support Manager or Change Authority or Customer or Site Owner or Program Manager or Release Management or Product Manager or Solution Manager
        owner-1: done
        gunnvor: paper 1 was attested or rejected already
        ivo: done
        owner-1: done
        gunnvor: signature site/s1:site-owner cannot be given while it is signed
    "#]].assert_eq(&told);
}

/// Returns on whom the paper waits, once each of them was seen to be able to attest it.
fn waits(world: &World) -> String {
    let waits = waiting(&world.state, world.now, usize::MAX);
    let wait = waits.into_iter().find(|it| it.what.starts_with("paper 1")).unwrap();
    for person in wait.command.iter().flat_map(|_| &wait.people) {
        world.clone().act(person.as_str(), &attest(1, b"the scan")).unwrap();
    }
    let people: Vec<&str> = wait.people.iter().map(|it| it.as_str()).collect();
    format!("{} [{}]\n", wait.what, people.join(" or "))
}

#[test]
fn of_the_two_who_attest_a_paper_one_holds_no_role_type_of_the_project() {
    let mut plan = standard_plan();
    for person in &mut plan.people {
        if person.roles.contains(&RoleType::ProgramManager) {
            person.roles.push(RoleType::Stakeholder);
        }
    }
    let mut world = asked_under(plan);
    let record = record(signed(&world));
    let mut told = String::new();
    for (person, command) in [("ivo", &record), ("sabela", &attest(1, b"the scan"))] {
        told += &tell(&mut world, person, command);
    }
    told += &waits(&world);
    expect![[r#"
        ivo: done
        sabela: ivo and sabela are both of the project
        paper 1: site/s1:site-owner was signed by hand by owner-1; a second person compares the scan and attests it [gunnvor or esteban or rosalind]
    "#]].assert_eq(&told);
}

#[test]
fn a_delegate_and_whom_they_act_for_do_not_attest_a_paper_together() {
    let give = |delegate: &str, role, scope: &str| {
        Command::Delegation(DelegationCommand::Give {
            delegate: delegate.parse().unwrap(),
            role,
            scope: scope.parse().unwrap(),
            slots: vec![],
            from: None,
            until: "2027-03-01T00:00:00Z".parse().unwrap(),
            reason: "on leave".to_owned(),
        })
    };
    let mut world = asked();
    let paper = record(signed(&world));
    let attest = attest(1, b"the scan");
    let mut told = String::new();
    for (person, command) in [
        ("gunnvor", &give("owner-2", RoleType::OperationsManager, "deployment")),
        ("owner-1", &give("owner-3", RoleType::SiteOwner, "site/s1")),
        ("owner-3", &paper),
        ("owner-2", &paper),
        ("gunnvor", &attest),
        ("owner-3", &attest),
    ] {
        told += &tell(&mut world, person, command);
    }
    told += &waits(&world);
    told += &tell(&mut world, "ivo", &attest);
    expect![[r#"
        gunnvor: done
        owner-1: done
        owner-3: owner-1 signed it
        owner-2: done
        gunnvor: gunnvor put paper 1 down
        owner-3: owner-1 signed it
        paper 1: site/s1:site-owner was signed by hand by owner-1; a second person compares the scan and attests it [esteban or rosalind]
        ivo: done
    "#]].assert_eq(&told);
}
