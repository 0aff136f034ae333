//! Stories of papers and people: RFCs, waivers, sign-offs, steps by hand, who may do what.
//!
//! House rule: nothing runs that was not authorised; nothing waits without saying on what.

use super::world::World;
use crate::fixture::{created, night_plan, plan, standard_plan};
use crate::forecast::{forecast, objections};
use expect_test::expect;
use model::command::{Command, Resumable, RfcAct};
use model::companion_plans::{Course, TrainingPlan};
use model::freeze::{FreezeScope, FreezeSpan};
use model::guard::Guard;
use model::machine::{DeploymentState, SignOffState, SiteState};
use model::plan::MasterProjectPlan;
use model::sheet::{self, Sheet, SlotId};
use model::state::RingState;

fn why() -> String {
    "as agreed".to_owned()
}

// Proves: P1-B1, T-1
#[test]
fn a_changed_part_voids_its_authorisation_and_blocks_only_its_rings() {
    let mut plan = plan();
    let mut broad = plan.rfcs[1].clone();
    broad.id = "R-broad".parse().unwrap();
    broad.covers.rings = vec![plan.rings[2].id.clone()];
    plan.rfcs[1].covers.rings.pop();
    plan.rfcs.push(broad);
    let mut world = World::ready(plan);
    world.until(|it| it.state.rings[1].state == RingState::Open);
    let before = world.record.len();
    let mut changed = MasterProjectPlan::clone(&world.state.plan);
    changed.rings[2].soak_s += 60;
    assert!(world.revised(changed));
    world.look();
    let told = world.why("site/s5") + &world.why("site/s4") + &world.why("rfc/R-broad");
    expect![[r#"
        04 09:00 sabela: R-broad authorisation voided (the part of the plan that was authorised has changed)
        04 09:00 sabela: plan revised, voiding [R-broad]
        site/s5: R-broad is a draft [ivo or saoirse or rosalind or farrukh]
        site/s5: 0 of 3 sites of ring early are verified; 100 % are needed [Landfall itself]
        site/s4: 1 site of ring early is deploying, and 1 may at once now [Landfall itself]
        rfc/R-broad: R-broad has to be submitted [saoirse or ivo]
    "#]].assert_eq(&(world.story(before, &["R-", "plan"]) + &told));
}

// Proves: X-09
#[test]
fn a_waiver_opens_a_gate_until_it_expires() {
    let mut plan = plan();
    plan.training = Some(TrainingPlan {
        threshold_percent: 80,
        courses: vec![Course {
            id: "tills".parse().unwrap(),
            title: "Tills".into(),
            length_minutes: 60,
            mode: "room".into(),
            seats: 9,
            languages: vec![],
            audience: None,
        }],
        schedule: String::new(),
    });
    // Nobody but the owner may waive it, and nobody can state it.
    plan.people.retain(|it| it.id.as_str() != "noor");
    let mut world = World::of(plan);
    let is_all = |it: &World| {
        it.why("site/s1").lines().count() == 1 && it.why("site/s1").contains("trained")
    };
    world.until(is_all);
    let before = world.record.len();
    let mut told = world.why("site/s1");
    let until = world.now.checked_add(jiff::SignedDuration::from_hours(1)).unwrap();
    let scope = "site/s1".parse().unwrap();
    let ask = Command::RequestWaiver {
        part: None,
        guard: Guard::S5,
        scope,
        reason: why(),
        risk: why(),
        control: why(),
        until,
    };
    world.act("ivo", &ask).unwrap();
    world.act("owner-1", &Command::ApproveWaiver { waiver: 1 }).unwrap();
    let mut late = world.clone();
    world.look();
    told += &world.story(before, &["waiver", "gate opened"]);
    late.pass(3600);
    late.look();
    told += "-- or, an hour later\n";
    told += &late.story(before + 3, &["waiver", "gate opened"]);
    expect![[r#"
        site/s1: 0 of 10 users of s1 are trained in tills; 8 must be []
        04 08:00 ivo: waiver 1 of S5 at site/s1 requested
        04 08:00 owner-1: waiver 1 approved by Site Owner
        04 08:00 owner-1: waiver 1 granted
        04 08:00 s1 gate opened
        -- or, an hour later
        04 09:00 waiver 1 expired
        site/s1: 0 of 10 users of s1 are trained in tills; 8 must be []
    "#]]
    .assert_eq(&(told + &late.why("site/s1")));
}

// Proves: X-05, P2-D7
#[test]
fn a_refused_site_is_resolved_and_signed_on_a_new_sheet() {
    let mut world = World::ready(plan());
    let slot: SlotId = "site/s1:site-owner".parse().unwrap();
    world.until(|it| {
        it.state.slots.get(&slot).is_some_and(|it| it.state == SignOffState::Requested)
    });
    let before = world.record.len();
    let document = sheet::digest(&world.state, &slot.sheet);
    let no =
        Command::Refuse { slot: slot.clone(), document, reasons: vec!["a till is slow".into()] };
    assert!(world.act("owner-2", &no).is_err());
    world.act("owner-1", &no).unwrap();
    world.look();
    let told = world.why("site/s1");
    let site: model::id::SiteId = "s1".parse().unwrap();
    let resolve = Command::ResolveRefusal { site, reason: "a faster till".into() };
    for person in ["ivo", "philippa"] {
        world.act(person, &resolve).unwrap();
    }
    world.until(|it| it.state.sites[0].state == SiteState::SignedOff);
    assert_ne!(world.state.slots[&slot].document, document, "it is another sheet");
    expect![[r#"
        site/s1: the owner of s1 refused: a till is slow [ivo or saoirse or philippa]
        04 08:10 owner-1: site/s1:site-owner declined (a till is slow)
        04 08:10 owner-1: s1 refused (a till is slow)
        04 08:10 owner-1: severity 2 at site/s1: the owner refused the sign-off: a till is slow
        04 08:10 owner-1: item 1 at site/s1, from a refusal: a till is slow
        04 08:10 ivo: Release Management agrees to resolve the refusal of site/s1
        04 08:10 philippa: Tester agrees to resolve the refusal of site/s1
        04 08:10 philippa: s1 issues resolved (a faster till)
        04 08:10 site/s1:release-management superseded
        04 08:10 site/s1:site-owner renewed
        04 08:10 site/s1:release-management renewed
        04 08:10 site/s1:release-management requested
        04 08:10 ivo: site/s1:release-management signed
        04 08:10 site/s1:site-owner requested
        04 08:10 owner-1: site/s1:site-owner signed
        04 08:10 owner-1: s1 signed off
    "#]]
    .assert_eq(&(told + &world.story(before, &["s1", "resolve"])));
}

#[test]
fn a_signature_is_asked_anew_even_where_its_sheet_became_what_it_was() {
    let mut world = World::ready(plan());
    let slot: SlotId = "sites-complete:release-management".parse().unwrap();
    world.until(|it| it.state.slots.contains_key(&slot));
    let before = world.record.len();
    let document = sheet::digest(&world.state, &slot.sheet);
    world.act("ivo", &Command::Sign { slot, document, exceptions: vec![] }).unwrap();
    let until = world.now.checked_add(jiff::SignedDuration::from_hours(1)).unwrap();
    let scope = model::scope::Scope::Deployment;
    let ask = Command::RequestWaiver {
        part: None,
        guard: Guard::V6,
        scope,
        reason: why(),
        risk: why(),
        control: why(),
        until,
    };
    world.act("ivo", &ask).unwrap();
    world.act("noor", &Command::ApproveWaiver { waiver: 1 }).unwrap();
    // Nobody looks until the waiver, which stands on the sheet, has ended again.
    world.pass(3600);
    world.settle();
    expect![[r#"
        04 10:10 ivo: sites-complete:release-management signed
        04 10:10 ivo: waiver 1 of V6 at deployment requested
        04 10:10 noor: waiver 1 approved by User Experience
        04 10:10 noor: waiver 1 granted
        04 11:10 waiver 1 expired
        04 11:10 sites-complete:release-management superseded
        04 11:10 sites-complete:program-manager voided
        04 11:10 sites-complete:product-manager voided
        04 11:10 sites-complete:release-management renewed
        04 11:10 sites-complete:program-manager requested
        04 11:10 sites-complete:product-manager requested
        04 11:10 sites-complete:release-management requested
        04 11:10 sabela: sites-complete:program-manager signed
        04 11:10 lucan: sites-complete:product-manager signed
        04 11:10 ivo: sites-complete:release-management signed
        04 11:10 ivo: deployment sites completed
    "#]]
    .assert_eq(&world.story(before, &["sites-complete", "waiver", "deployment"]));
}

// Proves: R-TST1
#[test]
fn a_step_by_hand_is_asked_for_and_confirmed_with_evidence() {
    let mut world = World::ready(night_plan());
    while !world.state.orders.values().any(|it| it.asked.is_some()) {
        for order in world.in_flight() {
            world.end(&order, super::world::WELL);
        }
        world.look();
    }
    let mut told = world.why("site/s1");
    let scope: model::scope::Scope = "site/s1".parse().unwrap();
    let confirm = |evidence: Option<&str>| Command::Confirm {
        scope: scope.clone(),
        computer: None,
        done: true,
        evidence: evidence.map(str::to_owned),
    };
    for (person, evidence) in
        [("ivo", Some("a photograph")), ("philippa", None), ("philippa", Some("a photograph"))]
    {
        let said = world
            .act(person, &confirm(evidence))
            .map_or_else(|it| it.to_string(), |()| "noted".into());
        told += &format!("{person}: {said}\n");
    }
    expect![[r#"
        site/s1: somebody has to do this: look at Site 1 [philippa]
        ivo: ivo may not confirm the step: it takes Tester
        philippa: the plan asks for evidence of this step
        philippa: noted
    "#]]
    .assert_eq(&told);
}

#[test]
fn a_forecast_of_a_plan_that_never_ends_says_why() {
    let mut story = String::new();
    let nobody = |plan: &mut MasterProjectPlan| {
        plan.people.retain(|it| it.id.as_str() != "rosalind");
    };
    let frozen = |plan: &mut MasterProjectPlan| {
        plan.freezes = night_plan().freezes;
        let (first, last) = ("2027-01-01".parse().unwrap(), "2029-12-31".parse().unwrap());
        plan.freezes[0].span = FreezeSpan::Days { first, last };
        plan.freezes[0].scope = FreezeScope::Rings([plan.rings[2].id.clone()].into());
    };
    let uncovered = |plan: &mut MasterProjectPlan| drop(plan.rfcs[1].covers.rings.pop());
    type Change<'a> = &'a dyn Fn(&mut MasterProjectPlan);
    let changes: [(&str, Change<'_>); 3] = [
        ("one approver of two", &nobody),
        ("a freeze of three years", &frozen),
        ("a ring without a request for change", &uncovered),
    ];
    for (what, change) in changes {
        let mut plan = plan();
        change(&mut plan);
        let state = created(plan);
        let objections = objections(&forecast(&state, state.at));
        story += &format!("{what}:\n");
        story.extend(objections.iter().take(3).map(|it| format!("    {it}\n")));
    }
    expect![[r#"
        one approver of two:
            deployment would wait for ever: R-core needs 2 approvals by Change Authority, and 1 may give one: name more people with that role type, or lower the quorum
            rfc/R-core would wait for ever: R-core needs 1 more approval by Change Authority, and nobody in the plan may do it: farrukh has approved R-core already
            rfc/R-sites would wait for ever: R-sites needs 1 more approval by Change Authority, and nobody in the plan may do it: farrukh has approved R-sites already
        a freeze of three years:
            site/s5 would wait for ever: it has no window ahead
            site/s6 would wait for ever: it has no window ahead
            site/s7 would wait for ever: it has no window ahead
        a ring without a request for change:
            site/s5 would wait for ever: no request for change covers it
            site/s6 would wait for ever: no request for change covers it
            site/s7 would wait for ever: no request for change covers it
    "#]]
    .assert_eq(&story);
}

#[test]
fn under_the_standard_profile_nobody_does_anothers_part() {
    let mut plan = standard_plan();
    plan.rfcs[0].requested_by = "rosalind".parse().unwrap();
    let mut world = World::of(plan);
    world.until(|it| it.state.rfcs[0].state == model::machine::RfcState::Assessing);
    let part = world.state.index.parts[0];
    let rfc: model::id::RfcId = "R-core".parse().unwrap();
    let approve = Command::Rfc { rfc, act: RfcAct::Approve { part, conditions: None } };
    let mut told = String::new();
    let mut tell = |world: &mut World, person: &str, command: &Command| {
        let said = world
            .act(person, command)
            .map_or_else(|it| format!("no: {it}; {}", it.next_step), |()| "done".into());
        told += &format!("{person}: {said}\n");
    };
    tell(&mut world, "rosalind", &approve);
    tell(&mut world, "aurelia", &approve);
    let mut world = World::ready(standard_plan());
    let ring: model::id::RingId = "pilot".parse().unwrap();
    tell(&mut world, "ivo", &Command::HaltRing { ring: ring.clone(), reason: why() });
    let resume = Command::ResumeRing { ring, reason: why(), only: vec![Resumable::NotStarted] };
    tell(&mut world, "ivo", &resume);
    tell(&mut world, "ivo", &resume);
    assert_eq!(world.state.rings[0].state, RingState::Halted);
    tell(&mut world, "sabela", &resume);
    assert_eq!(world.state.rings[0].state, RingState::Open);
    let slot: SlotId = "site/s1:site-owner".parse().unwrap();
    world.until(|it| {
        it.state.slots.get(&slot).is_some_and(|it| it.state == SignOffState::Requested)
    });
    let document = sheet::digest(&world.state, &slot.sheet);
    let sign = Command::Sign { slot, document, exceptions: vec![] };
    for person in ["owner-2", "ivo", "aurelia", "owner-1"] {
        tell(&mut world, person, &sign);
    }
    expect![[r#"
        rosalind: no: rosalind requested this change and cannot approve it (SOD-1); ask another member of the Change Authority to approve it
        aurelia: no: aurelia is an auditor, who reads everything and changes nothing (SOD-16); ask somebody else to act
        ivo: done
        ivo: done
        ivo: no: ivo has already agreed to resume the not-started sites of ring/pilot; ask sabela
        sabela: done
        owner-2: no: owner-2 cannot sign for a site of owner-1 (SOD-5); ask the owner of the site, or name a deputy before signing
        ivo: no: ivo cannot sign for a site of owner-1 (SOD-5); ask the owner of the site, or name a deputy before signing
        aurelia: no: aurelia is an auditor, who reads everything and changes nothing (SOD-16); ask somebody else to act
        owner-1: done
    "#]].assert_eq(&told);
}

// Proves: P2-D4
#[test]
fn the_sheet_of_all_sites_does_not_outlast_one_that_goes_back() {
    let mut world = World::ready(standard_plan());
    world.until(|it| it.state.deployment == DeploymentState::Stabilizing);
    for scope in ["site/s1", "ring/broad"] {
        let mut world = world.clone();
        let before = world.record.len();
        let scope = scope.parse().unwrap();
        let back = Command::RollBack { scope, reason: why(), accept_loss: true };
        world.act("ivo", &back).unwrap();
        assert!(!world.state.is_locked(&Sheet::SitesComplete));
        let told = world.story(before, &["sites-complete"]);
        for slot in Sheet::SitesComplete.slots() {
            assert_eq!(told.matches(&format!("{slot} superseded")).count(), 1, "{told}");
        }
    }
}
