//! Stories of disputed signatures: somebody else could have given them.
//!
//! House rule: nothing is deleted; a signature counts for as long as nobody has reason to doubt it.

use super::world::World;
use crate::fixture::standard_plan;
use crate::waiting::{WaitingOn, waiting, why};
use expect_test::expect;
use jiff::{SignedDuration, Timestamp};
use model::command::{Command, RfcAct};
use model::delegation::DelegationCommand;
use model::digest::Digest;
use model::dispute::{DisputeCommand, Means};
use model::gates;
use model::machine::{RfcState, SignOffState};
use model::rfc::{EmergencyKind, RfcCategory};
use model::role_type::RoleType;
use model::scope::Scope;
use model::sheet::{Sheet, SlotId};

fn slot() -> SlotId {
    "site/s1:site-owner".parse().unwrap()
}

/// Returns a deployment in which the owner of `s1` has just signed, and when.
fn signed() -> (World, Timestamp) {
    let mut world = World::ready(standard_plan());
    world
        .until(|it| it.state.slots.get(&slot()).is_some_and(|it| it.state == SignOffState::Signed));
    let at = world.state.slots[&slot()].since;
    (world, at)
}

fn report(person: &str, means: Option<Means>, since: Timestamp) -> Command {
    let (person, reason) = (person.parse().unwrap(), "the phone was stolen".to_owned());
    Command::Dispute(DisputeCommand::Report { person, means, since, reason })
}

fn renew(dispute: u32) -> Command {
    let statement = "a new passkey, the old one removed".to_owned();
    Command::Dispute(DisputeCommand::Renew { dispute, statement })
}

fn confirm(world: &World) -> Command {
    confirm_of(world, slot())
}

fn confirm_of(world: &World, slot: SlotId) -> Command {
    let document = world.state.slots[&slot].document;
    Command::Dispute(DisputeCommand::Confirm { slot, document })
}

/// Returns whether anybody is asked to sign `wanted`.
fn asks_for(world: &World, wanted: &SlotId) -> bool {
    let waits = waiting(&world.state, world.now, 1_000);
    waits.iter().any(|it| matches!(&it.command, Some(Command::Sign { slot, .. }) if slot == wanted))
}

fn set_aside() -> Command {
    let reason = "the owner did not sign this".to_owned();
    Command::Dispute(DisputeCommand::SetAside { slot: slot(), reason })
}

fn tell(world: &mut World, person: &str, command: &Command) -> String {
    let said = world.act(person, command);
    said.map_or_else(|it| format!("{person}: {it}\n"), |()| format!("{person}: done\n"))
}

// Proves: M-3
#[test]
fn what_is_disputed_is_what_was_signed_by_that_means_since_then_and_nothing_else() {
    let (world, at) = signed();
    let hour = SignedDuration::from_hours(1);
    for (person, means, since, is_disputed) in [
        ("owner-1", None, at, true),
        ("owner-1", None, at.checked_sub(hour).unwrap(), true),
        ("owner-1", Some(Means::Computer), at, true),
        ("owner-1", Some(Means::Passkey), at, false),
        ("owner-1", Some(Means::Password), at, false),
        ("owner-2", None, at, false),
    ] {
        let mut world = world.clone();
        world.act("gunnvor", &report(person, means, since)).unwrap();
        let found = world.state.disputes.of(&slot()).is_some();
        assert_eq!(found, is_disputed, "{person} {means:?} {since}");
        assert_eq!(world.state.is_signed(&slot()), !is_disputed, "{person} {means:?} {since}");
    }
    let mut later = world;
    later.pass(7200);
    let since = at.checked_add(hour).unwrap();
    later.act("gunnvor", &report("owner-1", None, since)).unwrap();
    assert!(later.state.is_signed(&slot()), "it was signed before");
}

// Proves: M-3
#[test]
fn nobody_is_asked_to_sign_for_all_sites_while_the_signature_of_one_is_disputed() {
    let mut world = World::ready(standard_plan());
    let of_all: SlotId = "sites-complete:release-management".parse().unwrap();
    let is_asked = |it: &World| {
        it.state.slots.get(&of_all).is_some_and(|it| it.state == SignOffState::Requested)
    };
    world.until(is_asked);
    let asks = |it: &World| asks_for(it, &of_all);
    assert!(asks(&world));
    let at = world.state.slots[&slot()].since;
    world.act("gunnvor", &report("owner-1", None, at)).unwrap();
    assert!(is_asked(&world) && !asks(&world));
    let waits = waiting(&world.state, world.now, 1_000);
    let said =
        waits.iter().filter(|it| it.scope == Scope::Deployment && it.what.contains("disputed"));
    assert_eq!(said.count(), 1, "{waits:#?}");
    world.act("gunnvor", &renew(1)).unwrap();
    let confirmed = confirm(&world);
    world.act("owner-1", &confirmed).unwrap();
    assert!(asks(&world));
}

// Proves: M-3
#[test]
fn nobody_is_asked_for_the_last_signature_while_another_one_on_the_sheet_is_disputed() {
    let mut world = World::ready(standard_plan());
    let slots = Sheet::SitesComplete.slots();
    let [first, others @ .., last] = &slots[..] else { panic!("several sign") };
    let is_last =
        |it: &WaitingOn| matches!(&it.command, Some(Command::Sign { slot, .. }) if slot == last);
    let are_signed =
        |it: &World| std::iter::once(first).chain(others).all(|slot| it.state.is_signed(slot));
    while !are_signed(&world) {
        assert!(world.settled_once_but(&is_last), "{:#?}", world.waits());
    }
    assert!(asks_for(&world, last));
    let status = world.state.slots[first].clone();
    let signer = status.by.as_ref().unwrap().to_string();
    world.act("gunnvor", &report(&signer, None, status.since)).unwrap();
    assert!(!asks_for(&world, last));
    let waits = waiting(&world.state, world.now, 1_000);
    let said = waits.iter().find(|it| it.what.contains("is disputed")).unwrap();
    assert!(said.people.iter().any(|it| it.as_str() == signer), "{said:?}");
    let confirmed = confirm_of(&world, first.clone());
    world.act(&signer, &confirmed).unwrap();
    assert!(asks_for(&world, last));
}

// Proves: M-3
#[test]
fn who_signed_confirms_and_whoever_minds_signatures_sets_aside_and_vouches() {
    let (mut world, at) = signed();
    let mut told = String::new();
    let ahead = at.checked_add(SignedDuration::from_hours(9)).unwrap();
    let other = Command::Dispute(DisputeCommand::Confirm {
        slot: slot(),
        document: Digest::of(b"another"),
    });
    let rows = [
        ("owner-1", set_aside()),
        ("owner-2", report("owner-1", None, at)),
        ("owner-1", report("nobody", None, at)),
        ("owner-1", report("owner-1", None, ahead)),
        ("owner-1", report("owner-1", None, at)),
        ("gunnvor", confirm(&world)),
        ("owner-1", other),
        ("owner-2", set_aside()),
        ("owner-1", renew(1)),
        ("owner-2", renew(1)),
        ("gunnvor", renew(7)),
        ("gunnvor", renew(1)),
        ("gunnvor", renew(1)),
        ("owner-1", confirm(&world)),
        ("owner-1", confirm(&world)),
        ("gunnvor", report("gunnvor", None, at)),
        ("gunnvor", renew(2)),
    ];
    for (person, command) in rows {
        told += &tell(&mut world, person, &command);
    }
    assert!(world.state.is_signed(&slot()));
    expect![[r#"
        owner-1: nobody disputes the signature site/s1:site-owner
        owner-2: owner-2 may not report it for somebody else: it takes Operations Manager or Program Manager or Solution Manager
        owner-1: nobody is not in the plan
        owner-1: 2027-01-04T17:10:00Z is not over yet
        owner-1: done
        gunnvor: site/s1:site-owner was signed by owner-1
        owner-1: site/s1:site-owner is signed on another sheet than the one that was shown
        owner-2: owner-2 may not set a signature aside: it takes Operations Manager or Program Manager or Solution Manager
        owner-1: owner-1 may not say that it was replaced: it takes Operations Manager or Program Manager or Solution Manager
        owner-2: owner-2 may not say that it was replaced: it takes Operations Manager or Program Manager or Solution Manager
        gunnvor: dispute 7 is not in the plan
        gunnvor: done
        gunnvor: dispute 1: it was replaced already
        owner-1: done
        owner-1: nobody disputes the signature site/s1:site-owner
        gunnvor: done
        gunnvor: dispute 2 is about gunnvor
    "#]].assert_eq(&told);
}

// Proves: M-3
#[test]
fn a_gate_says_whose_signature_is_disputed_and_what_leads_on() {
    let (mut world, at) = signed();
    let last = |it: &World| gates::sc1(&it.state).is_ok();
    world.until(last);
    world.act("owner-1", &report("owner-1", None, at)).unwrap();
    let mut told = format!("{}\n", gates::sc1(&world.state).unwrap_err().0);
    for it in why(&world.state, world.now, &Scope::Site("s1".parse().unwrap())) {
        let people: Vec<String> = it.people.iter().map(ToString::to_string).collect();
        told += &format!("waits: {} [{}]\n", it.what, people.join(", "));
    }
    let mut confirmed = world.clone();
    confirmed.act("owner-1", &confirm(&world)).unwrap();
    told += &format!("confirmed: {:?}\n", gates::sc1(&confirmed.state).is_ok());
    let document = world.state.slots[&slot()].document;
    world.act("gunnvor", &set_aside()).unwrap();
    told += &format!("set aside: {}\n", world.state.slots[&slot()].state);
    world.until(last);
    let anew = &world.state.slots[&slot()];
    told += &format!(
        "then: {} anew by {}, of the same sheet: {}\n",
        anew.state,
        anew.by.as_ref().unwrap(),
        anew.document == document
    );
    expect![[r#"
        the signature site/s1:site-owner is disputed (dispute 1): owner-1 confirms it, or it is set aside and given anew
        waits: the signature site/s1:site-owner is disputed (dispute 1): owner-1 confirms it, or it is set aside and given anew [owner-1]
        confirmed: true
        set aside: superseded
        then: signed anew by owner-1, of the same sheet: false
    "#]].assert_eq(&told);
}

// Proves: M-3
#[test]
fn nothing_begins_on_a_disputed_approval_until_it_is_confirmed_or_given_anew() {
    let rfc: model::id::RfcId = standard_plan().rfcs[0].id.clone();
    let mut world = World::of(standard_plan());
    world.until(|it| it.state.rfcs[0].state == RfcState::Scheduled);
    let approvers: Vec<_> =
        world.state.rfcs[0].approvals.iter().map(|(by, _)| by.clone()).collect();
    let (first, part) = (approvers[0].clone(), world.state.part_of(&rfc).unwrap());
    let since = world.state.rfcs[0].given[0].unwrap().0;
    let confirm = Command::Dispute(DisputeCommand::ConfirmApproval { rfc: rfc.clone(), part });
    let set_aside = |reason: &str| {
        let (rfc, by, reason) = (rfc.clone(), first.clone(), reason.to_owned());
        Command::Dispute(DisputeCommand::SetAsideApproval { rfc, by, reason })
    };
    let mut told = tell(&mut world, first.as_str(), &confirm);
    told += &tell(&mut world, "gunnvor", &report(first.as_str(), None, since));
    told += &world.state.disputed_request(&rfc).unwrap();
    told += "\n";
    for (person, command) in [
        (approvers[1].as_str(), &confirm),
        ("owner-1", &set_aside("x")),
        (first.as_str(), &confirm),
        (first.as_str(), &confirm),
    ] {
        told += &tell(&mut world, person, command);
    }
    assert_eq!(world.state.disputed_request(&rfc), None);
    told += &tell(&mut world, "gunnvor", &report(first.as_str(), None, since));
    let begun = world.clone();
    for _ in 0..20 {
        world.look();
        world.pass(3_600);
    }
    assert!(world.state.components.iter().all(|it| it.runs == 0), "nothing begins on it");
    let mut world = begun;
    told += &tell(&mut world, "gunnvor", &set_aside("approved from the stolen phone"));
    told += &format!("{rfc} is {}\n", world.state.rfcs[0].state);
    assert_eq!(world.state.rfcs[0].approvals, vec![]);
    expect![[r#"
        rosalind: nobody disputes an approval of R-core by rosalind
        gunnvor: done
        the approval of R-core by rosalind is disputed (dispute 1): rosalind confirms it, or it is set aside and given anew
        farrukh: nobody disputes an approval of R-core by farrukh
        owner-1: owner-1 may not set an approval aside: it takes Operations Manager or Program Manager or Solution Manager
        rosalind: done
        rosalind: nobody disputes an approval of R-core by rosalind
        gunnvor: done
        gunnvor: done
        R-core is a draft
    "#]].assert_eq(&told);
}

#[test]
fn whoever_was_spoken_for_by_an_approval_that_was_set_aside_approves_in_person() {
    let mut plan = standard_plan();
    plan.rfcs[1].levels[0].quorum = 2;
    let rfc = plan.rfcs[1].id.clone();
    let mut world = World::of(plan);
    world.until(|it| it.state.rfcs[1].state == RfcState::Assessing);
    let delegation = Command::Delegation(DelegationCommand::Give {
        delegate: "esteban".parse().unwrap(),
        role: RoleType::ChangeAuthority,
        scope: Scope::Deployment,
        slots: vec![],
        from: None,
        until: "2027-02-01T00:00:00Z".parse().unwrap(),
        reason: "on leave".to_owned(),
    });
    world.act("rosalind", &delegation).unwrap();
    let (since, part) = (world.now, world.state.part_of(&rfc).unwrap());
    let approve =
        Command::Rfc { rfc: rfc.clone(), act: RfcAct::Approve { part, conditions: None } };
    let aside = Command::Dispute(DisputeCommand::SetAsideApproval {
        rfc: rfc.clone(),
        by: "esteban".parse().unwrap(),
        reason: "approved from the stolen phone".to_owned(),
    });
    let mut told = String::new();
    for (person, command) in [
        ("esteban", &approve),
        ("rosalind", &approve),
        ("gunnvor", &report("esteban", None, since)),
        ("rosalind", &approve),
        ("gunnvor", &aside),
        ("rosalind", &approve),
        ("esteban", &approve),
        ("farrukh", &approve),
    ] {
        told += &tell(&mut world, person, command);
    }
    told += &format!("{rfc} is {}\n", world.state.rfcs[1].state);
    expect![[r#"
        esteban: done
        rosalind: rosalind has approved R-sites already, in person or by a delegate
        gunnvor: done
        rosalind: rosalind has approved R-sites already, in person or by a delegate
        gunnvor: done
        rosalind: done
        esteban: rosalind has approved R-sites already, in person or by a delegate
        farrukh: done
        R-sites is authorised
    "#]]
    .assert_eq(&told);
}

// Proves: M-3
#[test]
fn an_emergency_authorisation_is_disputed_too_and_what_it_let_run_is_told() {
    let mut plan = standard_plan();
    plan.rfcs[0].category = RfcCategory::Emergency;
    let rfc = plan.rfcs[0].id.clone();
    let mut world = World::of(plan);
    let part = world.state.part_of(&rfc).unwrap();
    let (kind, reason) = (Some(EmergencyKind::Service), "tills stand still".to_owned());
    let act = RfcAct::AuthoriseEmergency { part, kind, reason };
    let authorise = Command::Rfc { rfc: rfc.clone(), act };
    let (at, by, other) = (world.now, "rosalind", "farrukh");
    let mut told = tell(&mut world, by, &authorise);
    told += &tell(&mut world, "gunnvor", &report(other, None, at));
    assert_eq!(world.state.disputed_request(&rfc), None, "somebody else authorised it");
    told += &tell(&mut world, "gunnvor", &report(by, None, at));
    told += &format!("{}\n", world.state.disputed_request(&rfc).unwrap());
    for _ in 0..20 {
        world.look();
        world.pass(3_600);
    }
    assert!(world.state.components.iter().all(|it| it.runs == 0), "nothing begins on it");
    let confirm = Command::Dispute(DisputeCommand::ConfirmApproval { rfc: rfc.clone(), part });
    told += &tell(&mut world, other, &confirm);
    let mut set_aside = world.clone();
    told += &tell(&mut world, by, &confirm);
    assert_eq!(world.state.disputed_request(&rfc), None);

    // What is under way stays what it is, and is named.
    world.until(|it| it.state.rfcs[0].state == RfcState::Implementing);
    told += &tell(&mut world, "gunnvor", &report(by, None, at));
    told += &format!("{}\n", world.state.disputed_request(&rfc).unwrap());
    for it in why(&world.state, world.now, &Scope::Rfc(rfc.clone())) {
        told += &format!("waits: {}\n", it.what);
    }
    let (name, whose, reason) = (rfc.clone(), by.parse().unwrap(), "not hers".to_owned());
    let aside = DisputeCommand::SetAsideApproval { rfc: name, by: whose, reason };
    let aside = Command::Dispute(aside);
    told += &tell(&mut set_aside, "gunnvor", &aside);
    told += &format!("{rfc} is {}\n", set_aside.state.rfcs[0].state);
    told += &tell(&mut world, "gunnvor", &aside);
    told += &format!("{rfc} is {}\n", world.state.rfcs[0].state);
    assert_eq!(world.state.disputed_request(&rfc), None);
    expect![[r#"
        rosalind: done
        gunnvor: done
        gunnvor: done
        the authorisation of the emergency R-core by rosalind is disputed (dispute 2): rosalind confirms it, or it is set aside and given anew
        farrukh: nobody disputes an approval of R-core by farrukh
        rosalind: done
        gunnvor: done
        the authorisation of the emergency R-core by rosalind is disputed (dispute 3): rosalind confirms it, or it is set aside and given anew; it let work run at core component db, core component vpn, which began at 2027-01-05T04:00:00Z
        waits: the authorisation of the emergency R-core by rosalind is disputed (dispute 3): rosalind confirms it, or it is set aside and given anew; it let work run at core component db, core component vpn, which began at 2027-01-05T04:00:00Z
        gunnvor: done
        R-core is a draft
        gunnvor: done
        R-core is a draft
    "#]].assert_eq(&told);
}

// Proves: M-3
#[test]
fn nobody_is_asked_to_schedule_what_rests_on_a_disputed_approval() {
    let rfc: model::id::RfcId = standard_plan().rfcs[0].id.clone();
    let mut world = World::of(standard_plan());
    world.until(|it| it.state.rfcs[0].state == RfcState::Authorised);
    let by = world.state.rfcs[0].approvals[0].0.clone();
    let since = world.state.rfcs[0].given[0].unwrap().0;
    world.act("gunnvor", &report(by.as_str(), None, since)).unwrap();
    world.act("gunnvor", &renew(1)).unwrap();
    assert_eq!(
        world.why(&format!("rfc/{rfc}")),
        "rfc/R-core: the approval of R-core by rosalind is disputed (dispute 1): rosalind confirms it, or it is set aside and given anew [rosalind]\n"
    );
}
