//! Stories of requests for change: standard, in an emergency, in conflict, reviewed.
//!
//! House rule: nothing runs that was not authorised, and nobody authorises their own.

use super::world::World;
use crate::facts::Look;
use crate::fixture::{standard_plan, step};
use crate::guards::s2;
use expect_test::expect;
use model::change_schedule::{
    ChangeScheduleCommand, ChangeScheduleEvent, Places, ScheduledChange, unruled,
};
use model::command::{Command, RfcAct};
use model::event::{Actor, Event};
use model::machine::{RfcState, RfcTransition, SiteState};
use model::plan::MasterProjectPlan;
use model::rfc::{
    Covers, EmergencyKind, ImplementationReview, RequestForChange, RfcCategory, RollbackResult,
    StandardTemplate,
};
use model::scope::Scope;
use model::site_care::{RevisitCause, RevisitState, SiteCareCommand};
use model::state::RingState;

fn why() -> String {
    "as agreed".to_owned()
}

fn of(rfc: &str, act: RfcAct) -> Command {
    Command::Rfc { rfc: rfc.parse().unwrap(), act }
}

fn with_template() -> MasterProjectPlan {
    let mut plan = standard_plan();
    let template = StandardTemplate {
        sites_at_most: 1,
        rings: vec![],
        until: "2027-03-01T00:00:00Z".parse().unwrap(),
        suspended: None,
    };
    plan.rfcs.push(RequestForChange {
        id: "STD-17".parse().unwrap(),
        category: RfcCategory::Standard,
        covers: Covers::default(),
        template: Some(template),
        ..plan.rfcs[0].clone()
    });
    plan
}

fn ask(sites: &[&str]) -> Command {
    let sites = sites.iter().map(|it| it.parse().unwrap()).collect();
    let template = "STD-17".parse().unwrap();
    let asked =
        ChangeScheduleCommand::RequestStandard { template, sites, window: None, reason: why() };
    Command::ChangeSchedule(asked)
}

// Proves: P1-B1
#[test]
fn a_standard_change_is_authorised_by_its_template_and_by_nobody() {
    let mut world = World::ready(with_template());
    world.until(|it| it.state.sites.iter().all(|it| it.state == SiteState::SignedOff));
    world.settle();
    let before = world.record.len();
    world.act("ivo", &ask(&["s1"])).unwrap();
    for person in ["ivo", "lucan"] {
        let site = "s1".parse().unwrap();
        world.act(person, &Command::Revisit { site, reason: why() }).unwrap();
    }
    world.until(|it| it.state.sites[0].state == SiteState::SignedOff);
    world.settle();
    expect![[r#"
        04 10:10 ivo: STD-17-1: asked for under STD-17, for s1
        04 10:10 ivo: STD-17-1 submitted
        04 10:10 ivo: revisit 1 of site s1 wanted, by plan: as agreed
        04 10:10 lucan: s1 revisited (as agreed)
        04 10:10 STD-17-1 standard matched (authorised in advance by STD-17)
        04 10:10 ivo: STD-17-1 scheduled
        04 10:10 owner-1: s1 schedule acknowledged
        04 10:10 s1 gate opened
        04 10:10 STD-17-1 started
        04 10:10 s1 started
        04 10:10 site/s1 stage 0 finished
        04 10:10 s1 phase finished
        04 10:10 site/s1 stage 1 finished
        04 10:10 s1 phase finished
        04 10:10 site/s1 stage 2 finished
        04 10:10 site/s1 stage 3 finished
        04 10:10 s1 deployed
        04 10:10 s1 observation started
        04 10:20 owner-1: s1 signed off
        04 10:20 STD-17-1 implemented
    "#]]
    .assert_eq(&world.story(before, &["STD-17", "s1 "]));
}

/// Returns a world in which s1 was rolled back after all requests were closed.
fn rolled_back_after_the_end() -> World {
    let mut world = World::ready(standard_plan());
    world.until(|it| it.state.rfcs.iter().all(|it| it.state == RfcState::Closed));
    let back = Command::RollBack { scope: s1(), reason: why(), accept_loss: true };
    world.act("ivo", &back).unwrap();
    while world.state.sites[0].state == SiteState::RollingBack {
        world.look();
        for order in world.in_flight() {
            world.end(&order, super::world::WELL);
        }
    }
    world
}

fn s1() -> Scope {
    "site/s1".parse().unwrap()
}

fn again() -> Command {
    Command::Replan { scope: s1(), reason: why() }
}

#[test]
fn a_site_rolled_back_after_its_request_was_closed_is_left_out_where_no_other_covers_it() {
    let mut world = rolled_back_after_the_end();
    let before = world.record.len();
    let refused = world.act("ivo", &again()).unwrap_err();
    let told = world.why("site/s1") + &format!("{refused}\n{}\n", refused.next_step);
    world.until(|it| it.state.sites[0].state == SiteState::Exempt);
    expect![[r#"
        site/s1: s1 was rolled back after the requests for change for it were over: a revised plan with a new one comes before it is planned anew, or it is left out [sabela or winifred]
        every request for change that covers s1 is over
        revise the plan with a new request for it (`landfall deployment revise`), or leave it out (`landfall exempt site/s1`)
        04 10:10 sabela: Program Manager agrees to exempt site/s1
        04 10:10 winifred: Customer agrees to exempt site/s1
        04 10:10 winifred: s1 exempted (as rehearsed)
    "#]]
    .assert_eq(&(told + &world.story(before, &["s1"])));
}

#[test]
fn a_site_rolled_back_after_its_request_was_closed_goes_on_under_another_one() {
    let mut world = rolled_back_after_the_end();
    let mut revised = MasterProjectPlan::clone(&world.state.plan);
    let other = RequestForChange { id: "RFC-3".parse().unwrap(), ..revised.rfcs[1].clone() };
    revised.rfcs.push(other);
    assert!(world.revised(revised));
    world.act("ivo", &again()).unwrap();
    world.until(|it| it.state.sites[0].state == SiteState::SignedOff);
}

#[test]
fn a_standard_change_beyond_the_limits_of_its_template_is_assessed_as_any_other() {
    let mut world = World::ready(with_template());
    world.act("ivo", &ask(&["s1", "s2"])).unwrap();
    world.act("ivo", &ask(&["s9"])).unwrap();
    world.look();
    let mut told = world.why("rfc/STD-17-1") + &world.why("rfc/STD-17-2");
    let mut suspended = MasterProjectPlan::clone(&world.state.plan);
    suspended.rfcs[2].template.as_mut().unwrap().suspended = Some("it went wrong".to_owned());
    let digest = suspended.digest();
    world.revised(suspended);
    assert_ne!(world.state.plan_digest, digest, "nobody changes a template alone");
    let no = world.act("sabela", &ask(&[])).unwrap_err();
    told += &format!("{no}\n");
    expect![[r#"
        rfc/STD-17-1: STD-17-1 is no standard change and has to be classified: STD-17 is for 1 sites at most [rosalind or farrukh]
        rfc/STD-17-2: STD-17-2 is no standard change and has to be classified: s9 has not been deployed before [rosalind or farrukh]
        sabela may not ask for a standard change: it takes Release Management
    "#]].assert_eq(&told);
}

// Proves: X-07
#[test]
fn an_emergency_is_authorised_by_one_on_call_and_reviewed_by_another_in_time() {
    let mut plan = standard_plan();
    plan.people.iter_mut().find(|it| it.id.as_str() == "rosalind").unwrap().on_call = true;
    plan.rfcs[0].category = RfcCategory::Emergency;
    let mut world = World::of(plan);
    let before = world.record.len();
    let part = world.state.index.parts[0];
    let emergency = |kind| of("R-core", RfcAct::AuthoriseEmergency { part, kind, reason: why() });
    let mut told = String::new();
    let mut tell = |world: &mut World, person: &str, command: &Command| {
        let said = world.act(person, command);
        told += &said.map_or_else(|it| format!("{person}: {it}\n"), |()| String::new());
    };
    tell(&mut world, "farrukh", &emergency(Some(EmergencyKind::Service)));
    tell(&mut world, "rosalind", &emergency(None));
    tell(&mut world, "rosalind", &emergency(Some(EmergencyKind::Service)));
    let told_before = world.why("rfc/R-core");
    let review = of("R-core", RfcAct::ReviewEmergency { justified: true, finding: why() });
    tell(&mut world, "rosalind", &review);
    tell(&mut world, "farrukh", &review);
    tell(&mut world, "farrukh", &review);
    told += &(told_before + &world.why("rfc/R-core"));
    told += &world.story(before, &["R-core"]);
    expect![[r#"
        farrukh: the emergency is refused by its gate: RF4: rosalind is on call for emergencies
        rosalind: what the emergency restores is missing
        rosalind: rosalind approved this emergency and cannot review it (SOD-10)
        farrukh: the emergency of R-core has been reviewed
        rfc/R-core: the emergency of R-core has to be reviewed by 2027-01-11 by somebody else than rosalind [farrukh]
        04 08:00 rosalind: R-core emergency authorised (as agreed)
        04 08:00 rosalind: R-core: an emergency of service, to be reviewed by 2027-01-11
        04 08:00 farrukh: R-core: the emergency could not have waited: as agreed
    "#]].assert_eq(&told);
}

/// Returns that another deployment has a change at site s3, in the weeks of this one.
fn met_elsewhere() -> Event {
    let elsewhere = ScheduledChange {
        deployment: "CX".parse().unwrap(),
        rfc: "R-9".parse().unwrap(),
        state: RfcState::Scheduled,
        from: Some("2027-01-01T00:00:00Z".parse().unwrap()),
        until: Some("2027-02-01T00:00:00Z".parse().unwrap()),
        places: Places { sites: ["s3".parse().unwrap()].into(), ..Places::default() },
    };
    Event::ChangeSchedule(ChangeScheduleEvent::Elsewhere {
        changes: vec![elsewhere],
        unread: vec![],
    })
}

// Proves: R-SM4
#[test]
fn a_conflict_that_came_after_the_authorisation_holds_a_start_back_until_it_is_ruled_on() {
    let mut world = World::of(standard_plan());
    let is_soaking = |it: &World| it.state.rings[0].state == RingState::Soaking;
    world.until(|it| is_soaking(it) && it.state.sites[1].state == SiteState::Ready);
    world.apply(met_elsewhere(), Actor::System);
    world.pass(3600);
    world.look();
    let (ring, runs) = (world.state.rings[1].state, world.state.sites[1].runs);
    let waits = world.why("site/s2");
    let rule = Command::ChangeSchedule(ChangeScheduleCommand::Rule {
        rfc: "R-sites".parse().unwrap(),
        deployment: "CX".parse().unwrap(),
        other: "R-9".parse().unwrap(),
        ruling: "CX goes first at s3".to_owned(),
    });
    world.act("hedda", &rule).unwrap();
    world.look();
    assert_eq!((ring, runs), (RingState::Open, 0));
    assert!(waits.contains("R-sites meets R-9 of CX over site s3"), "{waits}");
    assert!(waits.contains("[hedda]"), "{waits}");
    assert_eq!(world.state.sites[1].runs, 1, "{}", world.why("site/s2"));
}

// Proves: R-SM4
#[test]
fn the_last_approval_waits_until_a_conflict_is_ruled_on() {
    let mut world = World::of(standard_plan());
    world.until(|it| it.state.rfcs[1].state == RfcState::Assessing);
    world.apply(met_elsewhere(), Actor::System);
    let waits = crate::waiting::why(&world.state, world.now, &"rfc/R-sites".parse().unwrap());
    let ruling = |it: &&crate::waiting::WaitingOn| {
        matches!(it.command, Some(Command::ChangeSchedule(ChangeScheduleCommand::Rule { .. })))
    };
    let asked: Vec<&str> =
        waits.iter().filter(ruling).flat_map(|it| &it.people).map(|it| it.as_str()).collect();
    assert_eq!(asked, ["hedda"], "the Solution Manager is asked, with what to type");
    let part = world.state.index.parts[1];
    let approve = of("R-sites", RfcAct::Approve { part, conditions: None });
    let rule = Command::ChangeSchedule(ChangeScheduleCommand::Rule {
        rfc: "R-sites".parse().unwrap(),
        deployment: "CX".parse().unwrap(),
        other: "R-9".parse().unwrap(),
        ruling: "CX goes first at s3".to_owned(),
    });
    let mut told = String::new();
    for (person, command) in [
        ("rosalind", &approve),
        ("farrukh", &approve),
        ("rosalind", &rule),
        ("hedda", &rule),
        ("hedda", &rule),
        ("farrukh", &approve),
    ] {
        let said = world.act(person, command);
        told +=
            &said.map_or_else(|it| format!("{person}: {it}\n"), |()| format!("{person}: done\n"));
    }
    assert_eq!(world.state.rfcs[1].state, RfcState::Authorised);
    expect![[r#"
        rosalind: done
        farrukh: the authorisation is refused by its gate: RF3: R-sites meets R-9 of CX over site s3 (1 conflicts in all)
        rosalind: rosalind may not rule on a conflict: it takes Solution Manager
        hedda: done
        hedda: it was ruled on: CX goes first at s3
        farrukh: done
    "#]].assert_eq(&told);
}

// Proves: R-SM4
#[test]
fn a_ruling_is_of_what_was_ruled_on_and_not_of_what_became_of_it() {
    let mut world = World::of(standard_plan());
    world.until(|it| it.state.rfcs[1].state == RfcState::Assessing);
    world.apply(met_elsewhere(), Actor::System);
    let (rfc, ruling) = ("R-sites".parse().unwrap(), "CX goes first at s3".to_owned());
    let (deployment, other) = ("CX".parse().unwrap(), "R-9".parse().unwrap());
    let rule = ChangeScheduleCommand::Rule { rfc, deployment, other, ruling };
    world.act("hedda", &Command::ChangeSchedule(rule)).unwrap();
    let Event::ChangeSchedule(ChangeScheduleEvent::Elsewhere { changes, .. }) = met_elsewhere()
    else {
        unreachable!()
    };
    let revised = |until: &str, sites: &[&str]| {
        let mut change = changes[0].clone();
        change.until = Some(until.parse().unwrap());
        change.places.sites = sites.iter().map(|it| it.parse().unwrap()).collect();
        let mut world = world.clone();
        let (changes, unread) = (vec![change], vec![]);
        let told = ChangeScheduleEvent::Elsewhere { changes, unread };
        world.apply(Event::ChangeSchedule(told), Actor::System);
        unruled(&world.state, &"R-sites".parse().unwrap()).len()
    };
    assert_eq!(revised("2027-02-01T00:00:00Z", &["s3"]), 0);
    assert_eq!(revised("2027-01-20T00:00:00Z", &["s3"]), 0, "it is over sooner");
    assert_eq!(revised("2027-02-02T00:00:00Z", &["s3"]), 1, "it takes longer");
    assert_eq!(revised("2027-02-01T00:00:00Z", &["s3", "s4"]), 1, "it touches another site");
}

#[test]
fn a_review_says_what_it_is_asked_and_not_by_whoever_carried_it_out() {
    let mut world = World::ready(standard_plan());
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
    let review = |review| of("R-core", RfcAct::ReviewImplementation { review });
    let planned = ImplementationReview::as_planned("begin earlier");
    let missed = ImplementationReview { objectives_met: false, ..planned.clone() };
    let mut told = String::new();
    for (person, command) in [
        ("rosalind", of("R-core", RfcAct::Review { reason: why() })),
        ("rosalind", review(missed)),
        ("ivo", review(planned.clone())),
        ("rosalind", review(ImplementationReview { rollback: RollbackResult::Worked, ..planned })),
        ("rosalind", of("R-core", RfcAct::Close)),
    ] {
        let said = world.act(person, &command);
        told +=
            &said.map_or_else(|it| format!("{person}: {it}\n"), |()| format!("{person}: done\n"));
    }
    expect![[r#"
        rosalind: the review has to say whether it was a success, met its objectives and was on time
        rosalind: a change that did not meet its objectives was no success
        ivo: ivo may not review R-core: it takes Change Authority
        rosalind: done
        rosalind: done
    "#]]
    .assert_eq(&told);
}

// Proves: P1-B1
#[test]
fn who_approves_what_is_not_changed_by_the_program_manager_alone() {
    let mut world = World::ready(standard_plan());
    let mut lower = MasterProjectPlan::clone(&world.state.plan);
    lower.rfcs[1].levels[0].quorum = 1;
    let digest = lower.digest();
    world.revised(lower);
    assert_ne!(world.state.plan_digest, digest, "it waits for the change authority");
    let revise =
        Command::RevisePlan { plan: digest, changes: vec![], removes_scope: false, reason: why() };
    let before = world.record.len() - 1;
    world.act("rosalind", &revise).unwrap();
    assert_eq!(world.state.plan_digest, digest);
    expect![[r#"
        04 08:00 sabela: Program Manager agrees to revise plan caffa9fff5e9fbec28ac8d620afc4d98d249a64e0cb32e306d660439a998b047
        04 08:00 rosalind: Change Authority agrees to revise plan caffa9fff5e9fbec28ac8d620afc4d98d249a64e0cb32e306d660439a998b047
        04 08:00 rosalind: plan revised, voiding [R-sites]
    "#]].assert_eq(&world.story(before, &["revise", "plan"]));
}

#[test]
fn a_request_that_is_authorised_anew_in_the_middle_of_the_work_is_implemented_all_the_same() {
    let mut plan = standard_plan();
    plan.components[0].steps = vec![step("install"), step("switch")];
    let vpn = plan.rfcs[0].covers.components.pop().unwrap();
    let covers = Covers { components: vec![vpn], ..Covers::default() };
    let beside = RequestForChange { id: "R-vpn".parse().unwrap(), covers, ..plan.rfcs[0].clone() };
    plan.rfcs.push(beside);
    let mut world = World::of(plan);
    world.until_ordered("component/db@1/");
    let before = world.record.len();
    let mut changed = MasterProjectPlan::clone(&world.state.plan);
    changed.components[0].steps[1].time_limit_s += 1;
    assert!(world.revised(changed));
    world.until(|it| it.state.rfcs[0].state == RfcState::Closed);
    expect![[r#"
        04 08:00 sabela: R-core authorisation voided (the part of the plan that was authorised has changed)
        04 08:00 saoirse: R-core submitted
        04 08:00 rosalind: R-core classified (significant)
        04 08:00 rosalind: R-core approved at level 0
        04 08:00 farrukh: R-core approved at level 0
        04 08:00 farrukh: R-core authorised
        04 08:00 ivo: R-core scheduled
        04 08:00 R-core started
        04 08:00 component/db stage 0 finished
        04 08:00 db steps finished
        04 08:00 db checks passed
        04 08:00 R-core implemented
        04 08:00 rosalind: R-core reviewed (as rehearsed)
        04 08:00 gunnvor: db accepted
        04 08:00 rosalind: R-core closed
    "#]].assert_eq(&world.story(before, &["R-core ", "db "]));
}

#[test]
fn a_revisit_goes_on_under_another_request_once_the_one_that_was_named_is_over() {
    let mut world = World::ready(with_template());
    world.until(|it| it.state.sites.iter().all(|it| it.state == SiteState::SignedOff));
    world.settle();
    world.act("ivo", &ask(&["s1"])).unwrap();
    let site = "s1".parse().unwrap();
    let (cause, reference) = (RevisitCause::Incident, None);
    let open = SiteCareCommand::OpenRevisit { site, cause, reference, reason: why() };
    world.act("owner-1", &Command::SiteCare(open)).unwrap();
    let rfc = Some("STD-17-1".parse().unwrap());
    let agree = Command::SiteCare(SiteCareCommand::AgreeToRevisit { number: 1, rfc });
    world.act("ivo", &agree).unwrap();
    world.act("lucan", &agree).unwrap();
    world.act("ivo", &of("STD-17-1", RfcAct::Cancel { reason: why() })).unwrap();
    world.until(|it| it.why("site/s1").contains("STD-17-1 is cancelled"));
    let waits = world.why("site/s1");
    world.act("ivo", &ask(&["s1"])).unwrap();
    world.until(|it| it.state.sites[0].state == SiteState::SignedOff);
    let revisit = &world.state.site_care.revisits[0];
    expect![[r#"
        site/s1: STD-17-1 is cancelled [ivo or saoirse or rosalind or farrukh]
        the revisit is closed
    "#]]
    .assert_eq(&format!("{waits}the revisit is {}\n", revisit.state));
}

#[test]
fn a_site_that_is_left_out_is_not_gone_back_to() {
    let mut world = World::ready(with_template());
    world.until(|it| it.state.sites.iter().all(|it| it.state == SiteState::SignedOff));
    world.settle();
    for person in ["ivo", "lucan"] {
        let site = "s1".parse().unwrap();
        world.act(person, &Command::Revisit { site, reason: why() }).unwrap();
    }
    assert_eq!(world.state.site_care.revisits[0].state, RevisitState::UnderWay);
    for person in ["sabela", "winifred"] {
        let site = "s1".parse().unwrap();
        world.act(person, &Command::Exempt { site, reason: why() }).unwrap();
    }
    assert_eq!(world.state.sites[0].state, SiteState::Exempt);
    assert_eq!(world.state.site_care.revisits[0].state, RevisitState::Closed);
}

#[test]
fn whoever_looks_at_a_site_looks_again_when_its_authorisation_ends() {
    let mut world = World::of(standard_plan());
    world.until(|it| it.state.rfcs[1].state == RfcState::Scheduled);
    let mut look = Look::new(&world.state, world.now);
    assert_eq!(s2(&mut look, 0), Ok(()));
    assert!(look.next.is_some() && look.next == world.state.rfcs[1].until);
}
