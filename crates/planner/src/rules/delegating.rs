//! Stories of delegates, and of a signature that is taken back.
//!
//! House rule: a delegate is named in writing before he or she signs.

use super::world::{World, exit};
use crate::fixture::standard_plan;
use expect_test::expect;
use model::command::{Command, Resumable, RfcAct};
use model::delegation::DelegationCommand;
use model::guard::Guard;
use model::machine::{RfcState, SignOffState, SiteState};
use model::rfc::{EmergencyKind, RfcCategory};
use model::role_type::RoleType;
use model::sheet::{self, SlotId};
use model::site_care::{Exempted, SiteCareCommand};

fn give(delegate: &str, role: RoleType, scope: &str, until: &str) -> Command {
    Command::Delegation(DelegationCommand::Give {
        delegate: delegate.parse().unwrap(),
        role,
        scope: scope.parse().unwrap(),
        slots: vec![],
        from: None,
        until: until.parse().unwrap(),
        reason: "on leave".to_owned(),
    })
}

fn why() -> String {
    "as agreed".to_owned()
}

const LATER: &str = "2027-03-01T00:00:00Z";

fn tell(world: &mut World, person: &str, command: &Command) -> String {
    let said = world.act(person, command);
    said.map_or_else(|it| format!("{person}: {it}\n"), |()| format!("{person}: done\n"))
}

// Proves: T-2
#[test]
fn only_who_holds_a_role_type_delegates_it_and_only_to_whom_nothing_separates_from_it() {
    let mut world = World::of(standard_plan());
    let mut told = String::new();
    let rows = [
        ("winifred", give("sabela", RoleType::Customer, "deployment", LATER)),
        ("winifred", give("winifred", RoleType::Customer, "deployment", LATER)),
        ("winifred", give("esteban", RoleType::Customer, "deployment", "2026-01-01T00:00:00Z")),
        ("sabela", give("esteban", RoleType::Customer, "deployment", LATER)),
        ("rosalind", give("ivo", RoleType::ChangeAuthority, "deployment", LATER)),
        ("gunnvor", give("ivo", RoleType::OperationsManager, "deployment", LATER)),
        ("owner-1", give("ivo", RoleType::SiteOwner, "site/s1", LATER)),
        ("owner-1", give("owner-2", RoleType::SiteOwner, "site/s3", LATER)),
        ("owner-1", give("owner-2", RoleType::SiteOwner, "site/s1", LATER)),
        ("winifred", give("esteban", RoleType::Customer, "deployment", LATER)),
        ("esteban", give("gunnvor", RoleType::Customer, "deployment", LATER)),
    ];
    for (person, command) in rows {
        told += &tell(&mut world, person, &command);
    }
    let end = |delegation| {
        let reason = "back".to_owned();
        Command::Delegation(DelegationCommand::End { delegation, reason })
    };
    for (person, number) in [("sabela", 1), ("owner-1", 1), ("owner-1", 1), ("owner-1", 9)] {
        told += &tell(&mut world, person, &end(number));
    }
    expect![[r#"
        winifred: sabela is Program Manager and cannot act as Customer (SOD-6: Only the customer, or whom the customer named in writing beforehand, accepts.)
        winifred: nobody delegates to oneself
        winifred: the delegation would end at 2026-01-01T00:00:00Z, before it begins
        sabela: sabela does not hold Customer at deployment
        rosalind: ivo is Release Management and cannot act as Change Authority (SOD-1: Whoever requests a change does not approve it.)
        gunnvor: ivo is Release Management and cannot act as Operations Manager (SOD-7: Operations and Support take over by persons who are not of the project.)
        owner-1: ivo is Release Management and cannot act as Site Owner (SOD-5: Only the owner of a site or the owner's deputy signs for it, never the project.)
        owner-1: owner-1 does not hold Site Owner at site/s3
        owner-1: done
        winifred: done
        esteban: esteban does not hold Customer at deployment
        sabela: delegation 1 is between owner-1 and owner-2
        owner-1: done
        owner-1: delegation 1 has ended
        owner-1: delegation 9 is not in the plan
    "#]].assert_eq(&told);
}

// Proves: P2-D7, X-06
#[test]
fn a_delegate_signs_on_behalf_of_a_silent_owner_and_only_while_it_holds() {
    let mut world = World::ready(standard_plan());
    let slot: SlotId = "site/s1:site-owner".parse().unwrap();
    let end = world.now.checked_add(jiff::SignedDuration::from_hours(2)).unwrap().to_string();
    world.act("owner-1", &give("esteban", RoleType::SiteOwner, "site/s1", &end)).unwrap();
    let asked = |it: &World| {
        it.state.slots.get(&slot).is_some_and(|it| it.state == SignOffState::Requested)
    };
    world.until(asked);
    let before = world.record.len();
    let document = sheet::digest(&world.state, &slot.sheet);
    let sign = Command::Sign { slot: slot.clone(), document, exceptions: vec![] };
    let mut late = world.clone();
    late.pass(3 * 3600);
    let mut told = tell(&mut late, "esteban", &sign);
    told += &tell(&mut world, "esteban", &sign);
    let signed = serde_json::to_value(&world.record[before].event).unwrap();
    told += &format!("on behalf of {}\n", signed["sign-off"]["on_behalf_of"]);
    expect![[r#"
        esteban: esteban cannot sign for a site of owner-1 (SOD-5)
        esteban: done
        on behalf of "owner-1"
    "#]]
    .assert_eq(&told);
}

// Proves: P1-B1
#[test]
fn a_delegate_of_the_change_authority_has_the_duties_and_the_voice_of_both() {
    let mut plan = standard_plan();
    plan.rfcs[0].requested_by = "rosalind".parse().unwrap();
    plan.rfcs[1].levels[0].quorum = 2;
    let mut world = World::of(plan);
    let both = |it: &World| {
        it.state.rfcs[0].state == RfcState::Assessing
            && it.state.rfcs[1].state == RfcState::Assessing
    };
    world.until(both);
    let hour = "2027-02-01T00:00:00Z";
    world.act("rosalind", &give("esteban", RoleType::ChangeAuthority, "deployment", hour)).unwrap();
    let approve = |world: &World, position: usize| {
        let part = world.state.index.parts[position];
        let rfc = world.state.rfcs[position].id.clone();
        Command::Rfc { rfc, act: RfcAct::Approve { part, conditions: None } }
    };
    let mut told = String::new();
    for (person, position) in [("esteban", 0), ("rosalind", 1), ("esteban", 1), ("farrukh", 1)] {
        let command = approve(&world, position);
        told += &tell(&mut world, person, &command);
    }
    expect![[r#"
        esteban: rosalind requested this change and cannot approve it (SOD-1)
        rosalind: done
        esteban: rosalind has approved R-sites already, in person or by a delegate
        farrukh: done
    "#]]
    .assert_eq(&told);
}

// Proves: X-06
#[test]
fn nobody_gets_a_second_voice_by_naming_a_delegate() {
    let mut told = String::new();
    told += "-- whoever asks for a waiver approves it by nobody\n";
    let mut world = World::ready(standard_plan());
    let until = world.now.checked_add(jiff::SignedDuration::from_hours(24)).unwrap();
    let waiver = Command::RequestWaiver {
        guard: Guard::S10,
        scope: "ring/early".parse().unwrap(),
        reason: why(),
        risk: why(),
        control: why(),
        until,
        part: None,
    };
    world.act("ivo", &waiver).unwrap();
    world.act("ivo", &give("noor", RoleType::ReleaseManagement, "deployment", LATER)).unwrap();
    told += &tell(&mut world, "noor", &Command::ApproveWaiver { waiver: 1 });
    told += &tell(&mut world, "saoirse", &Command::ApproveWaiver { waiver: 1 });

    told += "-- whoever authorises an emergency reviews it by nobody\n";
    let mut plan = standard_plan();
    plan.rfcs[0].category = RfcCategory::Emergency;
    let mut world = World::of(plan);
    let rfc = |act| Command::Rfc { rfc: "R-core".parse().unwrap(), act };
    let (part, kind) = (world.state.index.parts[0], Some(EmergencyKind::Service));
    let emergency = rfc(RfcAct::AuthoriseEmergency { part, kind, reason: why() });
    let review = rfc(RfcAct::ReviewEmergency { justified: true, finding: why() });
    let authority = give("esteban", RoleType::ChangeAuthority, "deployment", LATER);
    world.act("rosalind", &authority).unwrap();
    let mut by_delegate = world.clone();
    told += &tell(&mut world, "rosalind", &emergency);
    told += &tell(&mut world, "esteban", &review);
    told += &tell(&mut by_delegate, "esteban", &emergency);
    told += &tell(&mut by_delegate, "rosalind", &review);
    told += &tell(&mut by_delegate, "farrukh", &review);

    told += "-- whoever installs exempts by nobody\n";
    let mut plan = standard_plan();
    plan.rfcs[1].implementers.push("lucan".parse().unwrap());
    let mut world = World::ready(plan);
    let request = SiteCareCommand::RequestExemption {
        site: "s1".parse().unwrap(),
        what: Exempted::Users(1),
        reason: why(),
        until: "2027-03-01".parse().unwrap(),
    };
    world.act("ivo", &Command::SiteCare(request)).unwrap();
    world.act("lucan", &give("noor", RoleType::ProductManager, "deployment", LATER)).unwrap();
    let approve = Command::SiteCare(SiteCareCommand::ApproveExemption { number: 1 });
    told += &tell(&mut world, "noor", &approve);

    told += "-- whoever agrees is no second person by a delegate\n";
    let mut plan = standard_plan();
    let sabela = plan.people.iter_mut().find(|it| it.id.as_str() == "sabela").unwrap();
    sabela.roles.push(RoleType::ReleaseManagement);
    let mut world = World::ready(plan);
    let order = world.until_ordered("site/s1@1/pc-1/before/edge");
    world.end(&order, exit(7));
    world.look();
    let only = vec![Resumable::Failed];
    let again = Command::ResumeRing { ring: "pilot".parse().unwrap(), reason: why(), only };
    world.act("sabela", &give("noor", RoleType::ProgramManager, "deployment", LATER)).unwrap();
    let mut state = |world: &mut World, person: &str| {
        told += &tell(world, person, &again);
        told += &format!("    the ring is {}\n", world.state.rings[0].state);
    };
    state(&mut world, "noor");
    state(&mut world, "sabela");
    state(&mut world, "ivo");
    expect![[r#"
        -- whoever asks for a waiver approves it by nobody
        noor: ivo has asked for waiver 1, approved it, or gains by it
        saoirse: done
        -- whoever authorises an emergency reviews it by nobody
        rosalind: done
        esteban: rosalind approved this emergency and cannot review it (SOD-10)
        esteban: done
        rosalind: rosalind approved this emergency and cannot review it (SOD-10)
        farrukh: done
        -- whoever installs exempts by nobody
        noor: lucan implements R-sites and cannot agree to what it leaves out (SOD-13)
        -- whoever agrees is no second person by a delegate
        noor: done
            the ring is halted
        sabela: done
            the ring is halted
        ivo: done
            the ring is open
    "#]]
    .assert_eq(&told);
}

#[test]
fn a_signature_is_taken_back_by_its_signer_before_the_milestone_that_rests_on_it() {
    let mut world = World::ready(standard_plan());
    world.until(|it| it.state.sites[0].state == SiteState::SignedOff);
    let slot: SlotId = "site/s1:site-owner".parse().unwrap();
    let withdraw = Command::Withdraw { slot, reason: "the till prints twice".to_owned() };
    let before = world.record.len();
    let mut told = tell(&mut world, "owner-2", &withdraw);
    told += &tell(&mut world, "owner-1", &withdraw);
    told += &tell(&mut world, "owner-1", &withdraw);
    assert_eq!(world.state.sites[0].state, SiteState::Reconfirm);
    told += &world.story(before, &["s1"]);
    expect![[r#"
        owner-2: site/s1:site-owner was signed by owner-1
        owner-1: done
        owner-1: signature site/s1:site-owner cannot be withdrawn while it is withdrawn
        04 08:10 owner-1: site/s1:site-owner withdrawn (the till prints twice)
        04 08:10 owner-1: s1 material change (owner-1 withdrew the signature: the till prints twice)
    "#]]
    .assert_eq(&told);
}
