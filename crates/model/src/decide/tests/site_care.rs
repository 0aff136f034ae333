//! What sites are promised and show: who may, who may not, and what follows.
//!
//! House rule: a refused command leaves no trace, and says why and what to do next.

use super::deployment::{busy, fold, name, noon, plan};
use super::{kind, table, why};
use crate::command::Command;
use crate::component::CoreComponent;
use crate::decide::{Acting, decide};
use crate::event::Event;
use crate::id::SiteId;
use crate::machine::SignOffState;
use crate::plan::MasterProjectPlan;
use crate::role_type::RoleType;
use crate::shared::Shared;
use crate::sheet::Sheet;
use crate::site::Site;
use crate::site_care::coverage::coverage;
use crate::site_care::terms::{Requirement, RequirementKind, SiteMode, version};
use crate::site_care::{Exempted, RevisitCause, SiteCareCommand as Care};
use crate::state::{SlotStatus, State};
use expect_test::expect;
use std::sync::Arc;

fn act(state: &mut State, who: &str, command: &Command) -> Vec<String> {
    act_with(state, who, command, None)
}

fn act_with(
    state: &mut State,
    who: &str,
    command: &Command,
    new_plan: Option<&MasterProjectPlan>,
) -> Vec<String> {
    let person = name(who);
    let acting = Acting { new_plan, ..Acting::new(state, &person, noon()) };
    let events = decide(&acting, command).unwrap();
    let actor = acting.actor("test");
    let seq = state.seq;
    for (number, event) in events.iter().enumerate() {
        let plan = new_plan.cloned().map(Arc::new);
        state.apply(event, &actor, noon(), seq + number as u64 + 1, plan).unwrap();
    }
    state.seq = seq + events.len() as u64;
    events.iter().map(kind).collect()
}

fn care(command: Care) -> Command {
    Command::SiteCare(command)
}

fn exempt(site: &str, what: Exempted) -> Command {
    let (site, reason, until) = (name(site), why(), name("2027-03-01"));
    care(Care::RequestExemption { site, what, reason, until })
}

#[test]
fn what_was_signed_of_all_sites_or_of_the_core_is_signed_anew_where_there_are_more() {
    let signed = |state: &mut State, sheet: &Sheet| {
        for slot in sheet.slots() {
            let document = crate::sheet::digest(state, sheet);
            let status = SlotStatus {
                state: SignOffState::Signed,
                since: noon(),
                document,
                asked: None,
                by: Some(name("pgm")),
                on_behalf_of: None,
                statements: vec![],
                means: None,
                paper: None,
                batch: None,
            };
            state.slots.insert(slot, Shared::from(status));
        }
    };
    let sheets = [Sheet::CoreInterim, Sheet::CoreFinal, Sheet::SitesComplete];
    let superseded = |change: &dyn Fn(&mut MasterProjectPlan)| {
        let mut state = busy();
        sheets.iter().for_each(|it| signed(&mut state, it));
        let mut after = (*state.plan).clone();
        change(&mut after);
        let command = Command::RevisePlan {
            plan: after.digest(),
            changes: vec!["it changed".to_owned()],
            removes_scope: false,
            reason: why(),
        };
        act_with(&mut state, "pgm", &command, Some(&after));
        let is_open = |it: &&Sheet| !state.is_locked(it);
        sheets.iter().filter(is_open).map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(superseded(&|plan| plan.title = "Another".to_owned()), "");
    let more_sites = superseded(&|plan| {
        let another = Site { id: name("another"), ..plan.sites[0].clone() };
        plan.sites.push(another);
        plan.ring_of.push(plan.ring_of[0]);
    });
    assert_eq!(more_sites, "sites-complete");
    let more_components = superseded(&|plan| {
        let another = CoreComponent { id: name("another"), ..plan.components[0].clone() };
        plan.components.push(another);
    });
    assert_eq!(more_components, "core-interim, core, sites-complete");
}

// Proves: M-2, P2-D2, P2-D6
#[test]
fn product_manager_and_site_owner_exempt_and_nobody_else() {
    let mut state = busy();
    let computer = || Exempted::Computer(name("pc-1"));
    let past = care(Care::RequestExemption {
        site: name("watched"),
        what: computer(),
        reason: why(),
        until: name("2027-01-03"),
    });
    let rows: Vec<(Command, &[&str])> = vec![
        (exempt("watched", computer()), &["rel", "prm", "owner", "cus", "aud"]),
        (exempt("watched", Exempted::Users(2)), &["rel"]),
        (exempt("watched", Exempted::Users(0)), &["rel"]),
        (exempt("watched", Exempted::Computer(name("pc-9"))), &["rel"]),
        (exempt("nowhere", computer()), &["rel"]),
        (past, &["rel"]),
        (care(Care::ApproveExemption { number: 1 }), &["prm"]),
    ];
    let before = table(&state, rows);
    act(&mut state, "rel", &exempt("watched", computer()));
    let site: SiteId = name("watched");
    assert_eq!(coverage(&state, &site).unwrap().computers.exempt, 0, "nobody has agreed yet");
    let rows: Vec<(Command, &[&str])> = vec![
        (exempt("watched", computer()), &["rel"]),
        (care(Care::ApproveExemption { number: 1 }), &["rel", "prm", "owner", "cus"]),
        (care(Care::EndExemption { number: 1, reason: why() }), &["rel", "tst"]),
    ];
    let asked = table(&state, rows);
    act(&mut state, "prm", &care(Care::ApproveExemption { number: 1 }));
    assert_eq!(coverage(&state, &site).unwrap().computers.exempt, 0, "one has agreed");
    act(&mut state, "owner", &care(Care::ApproveExemption { number: 1 }));
    assert_eq!(coverage(&state, &site).unwrap().computers.exempt, 1);
    let rows: Vec<(Command, &[&str])> = vec![
        (care(Care::ApproveExemption { number: 1 }), &["prm"]),
        (care(Care::EndExemption { number: 1, reason: why() }), &["rel", "owner"]),
    ];
    let granted = table(&state, rows);
    act(&mut state, "owner", &care(Care::EndExemption { number: 1, reason: why() }));
    assert_eq!(coverage(&state, &site).unwrap().computers.exempt, 0);
    expect![[r#"
        site-care
            rel: site-care
            prm: site-care, site-care
            owner: site-care, site-care
            cus: refused, not-permitted: cus may not ask for an exemption: it takes Release Management or Product Manager or Site Owner or Tester or User Experience
            aud: refused, not-permitted: aud is an auditor, who reads everything and changes nothing (SOD-16)
        site-care
            rel: refused, invalid: watched has 1 users, and 2 would be
        site-care
            rel: refused, invalid: nobody would be exempt
        site-care
            rel: refused, unknown: computer pc-9 of watched is not in the plan
        site-care
            rel: refused, unknown: nowhere is not in the plan
        site-care
            rel: refused, invalid: the exemption would have ended on 2027-01-03
        site-care
            prm: refused, unknown: exemption 1 is not in the plan
        ASKED FOR
        site-care
            rel: refused, state: computer pc-1 of watched is exempt, or asked to be
        site-care
            rel: refused, not-permitted: rel may not agree to exemption 1: it takes Product Manager or Site Owner
            prm: site-care
            owner: site-care
            cus: refused, not-permitted: cus may not agree to exemption 1: it takes Product Manager or Site Owner
        site-care
            rel: site-care
            tst: refused, not-permitted: tst may not end exemption 1: it takes Product Manager or Site Owner
        GRANTED
        site-care
            prm: refused, state: exemption 1 is agreed to already
        site-care
            rel: refused, not-permitted: rel may not end exemption 1: it takes Product Manager or Site Owner
            owner: site-care
    "#]].assert_eq(&format!("{before}ASKED FOR\n{asked}GRANTED\n{granted}"));
}

// Proves: P2-D6, P2-B1, X-11
#[test]
fn what_people_state_about_a_site_is_checked() {
    let access = |sites: &[(&str, u32)]| {
        let sites = sites.iter().map(|(site, users)| (name(site), *users)).collect();
        care(Care::ReportAccess { sites, source: why() })
    };
    let used =
        |site: &str, percent| care(Care::ObserveUse { site: name(site), percent, evidence: why() });
    let late = |site: &str, users| {
        care(Care::JoinLate { site: name(site), users, computers: 0, note: why() })
    };
    let met = |requirement: &str| {
        let (site, requirement) = (name("planned"), name(requirement));
        care(Care::MeetRequirement { site, requirement, evidence: why() })
    };
    let rows: Vec<(Command, &[&str])> = vec![
        (access(&[("watched", 1)]), &["ux", "owner", "cus"]),
        (access(&[("watched", 2)]), &["ux"]),
        (access(&[("watched", 1), ("watched", 0)]), &["ux"]),
        (access(&[("planned", 1)]), &["ux"]),
        (access(&[]), &["ux"]),
        (used("watched", 80), &["owner", "tst"]),
        (used("watched", 101), &["owner"]),
        (used("planned", 80), &["owner"]),
        (late("done", 2), &["ops", "rel"]),
        (late("done", 0), &["ops"]),
        (late("watched", 2), &["ops"]),
        (met("cabling"), &["owner", "rel"]),
        (met("power"), &["rel"]),
        (care(Care::Descope { component: name("db"), reason: why() }), &["pgm", "rel"]),
        (care(Care::CloseItem { number: 1, how: why() }), &["rel"]),
    ];
    let mut plan = plan();
    plan.sites[0].terms.requirements = vec![Requirement {
        id: name("cabling"),
        text: "sockets at each desk".to_owned(),
        by: RoleType::SiteOwner,
        kind: RequirementKind::Own,
    }];
    let mut state = busy();
    state.plan = Arc::new(plan);
    expect![[r#"
        site-care
            ux: site-care
            owner: site-care
            cus: refused, not-permitted: cus may not report who has access: it takes User Experience or Release Management or Site Owner or Operations Manager or Support Manager
        site-care
            ux: refused, invalid: watched has 1 users in the plan, not 2
        site-care
            ux: refused, invalid: site watched is named twice
        site-care
            ux: refused, state: site planned is planned, so nobody can have access
        site-care
            ux: refused, invalid: no site is named, or too many are
        site-care
            owner: site-care
            tst: refused, not-permitted: tst may not say how much the site is used: it takes Site Owner or User Experience or Release Management
        site-care
            owner: refused, invalid: 101 % is more than all of the usual use
        site-care
            owner: refused, state: site planned is planned, not being observed
        site-care
            ops: site-care
            rel: refused, not-permitted: rel may not take over whoever came late: it takes Support Manager or Operations Manager or Site Owner
        site-care
            ops: refused, invalid: nobody came
        site-care
            ops: refused, state: site watched is being observed: it is still the project's
        site-care
            owner: site-care
            rel: refused, not-permitted: rel may not say that cabling is met: it takes Site Owner
        site-care
            rel: refused, unknown: site planned has no requirement power
        site-care
            pgm: concurred
            rel: refused, not-permitted: rel may not descope component/db: it takes Program Manager or Customer
        site-care
            rel: refused, unknown: item 1 is not in the plan
    "#]].assert_eq(&table(&state, rows));
}

// Proves: P2-Q3, P2-Q4, X-11, R-PRM3
#[test]
fn a_changed_window_or_word_has_to_be_acknowledged_again() {
    let mut state = busy();
    let site: SiteId = name("planned");
    let acknowledge = |state: &State| Command::AcknowledgeSchedule {
        site: name("planned"),
        version: version(&state.plan, 0).unwrap(),
    };
    let command = acknowledge(&state);
    act(&mut state, "owner", &command);
    assert!(crate::gates::sites::s3(&state, 0).is_ok());
    let mut plan = (*state.plan).clone();
    plan.sites[0].terms.expectations.downtime = Some("two hours".to_owned());
    let revise = Command::RevisePlan {
        plan: plan.digest(),
        changes: vec![],
        removes_scope: false,
        reason: why(),
    };
    let told = act_with(&mut state, "pgm", &revise, Some(&plan));
    expect!["deployment scope-changed, site schedule-changed, plan-revised"]
        .assert_eq(&told.join(", "));
    let missing = crate::gates::sites::s3(&state, 0).unwrap_err().0;
    assert!(missing.contains("has changed since its owner acknowledged"), "{missing}");
    // The old version is refused; the new one is taken.
    let person = name("owner");
    let acting = Acting::new(&state, &person, noon());
    let refusal = decide(&acting, &command).unwrap_err();
    expect!["what planned is told to expect is no longer what was shown"]
        .assert_eq(&refusal.to_string());
    let command = acknowledge(&state);
    act(&mut state, "owner", &command);
    assert!(crate::gates::sites::s3(&state, 0).is_ok());
    assert_eq!(state.site(&site).unwrap().1.state.to_string(), "notified");
}

// Proves: R-PGM2, X-11
#[test]
fn a_plan_that_delivers_less_needs_the_customer_whatever_the_caller_says() {
    let mut state = busy();
    let mut plan = (*state.plan).clone();
    plan.sites[0].users = 0;
    let revise = Command::RevisePlan {
        plan: plan.digest(),
        changes: vec![],
        removes_scope: false,
        reason: why(),
    };
    let first = act_with(&mut state, "pgm", &revise, Some(&plan)).join(", ");
    let second = act_with(&mut state, "cus", &revise, Some(&plan)).join(", ");
    expect![[r#"
        pgm: concurred
        cus: concurred, deployment scope-changed, site-care, plan-revised
    "#]]
    .assert_eq(&format!("pgm: {first}\ncus: {second}\n"));
    assert_eq!(state.site_care.scope_changes.len(), 1);
}

// Proves: P2-D3, P2-D4
#[test]
fn an_incident_asks_for_a_revisit_that_the_owners_signature_ends() {
    let mut state = busy();
    let open = care(Care::OpenRevisit {
        site: name("done"),
        cause: RevisitCause::Incident,
        reference: Some("INC-3".to_owned()),
        reason: why(),
    });
    let agree = care(Care::AgreeToRevisit { number: 1, rfc: Some(name("R-draft")) });
    let mut story = String::new();
    for (who, command) in [("owner", &open), ("rel", &agree), ("prm", &agree)] {
        story += &format!("{who}: {}\n", act(&mut state, who, command).join(", "));
    }
    let of = |state: &State| {
        let (_, site) = state.site(&name("done")).unwrap();
        format!("{}, revisit {}\n", site.state, state.site_care.revisits[0].state)
    };
    story += &of(&state);
    use crate::machine::SiteTransition as S;
    for transition in
        [S::ScheduleAcknowledged, S::GateOpened, S::Started, S::Deployed, S::ObservationStarted]
    {
        let site = name("done");
        fold(&mut state, Event::Site { site, transition, reason: None, gate: vec![] });
    }
    let run = state.site(&name("done")).unwrap().1.run.clone().unwrap();
    for (position, _) in run.tracks.iter().enumerate() {
        let track = u32::try_from(position).unwrap();
        let (scope, decision) = (name("site/done"), crate::event::StepDecision::Done);
        fold(
            &mut state,
            Event::StepDecided {
                scope,
                computers: vec![],
                tracks: vec![track],
                step: None,
                decision,
                reason: why(),
            },
        );
    }
    for (slot, who) in [("site/done:release-management", "rel"), ("site/done:site-owner", "owner")]
    {
        let slot: crate::sheet::SlotId = name(slot);
        let document = crate::sheet::digest(&state, &slot.sheet);
        let transition = crate::machine::SignOffTransition::Requested;
        fold(
            &mut state,
            Event::SignOff {
                slot: slot.clone(),
                transition,
                document,
                meaning: None,
                statements: vec![],
                on_behalf_of: None,
                stamp: None,
                batch: None,
                gate: vec![],
            },
        );
        let sign = Command::Sign { slot, document, exceptions: vec![] };
        story += &format!("{who}: {}\n", act(&mut state, who, &sign).join(", "));
    }
    story += &of(&state);
    expect![[r#"
        owner: site-care
        rel: concurred
        prm: concurred, site-care, site revisited
        planned, revisit under way
        rel: sign-off signed
        owner: sign-off signed, site signed-off, site-care
        signed off, revisit closed
    "#]]
    .assert_eq(&story);
}

// Proves: P2-Q1
#[test]
fn a_site_without_clients_has_no_computers_to_cover_and_its_users_are_counted() {
    let mut state = busy();
    let mut plan = plan();
    plan.sites[3].terms.mode = SiteMode::AccessOnly;
    state.plan = Arc::new(plan);
    let site: SiteId = name("watched");
    let before = coverage(&state, &site).unwrap();
    assert_eq!((before.computers.targeted, before.users.covered), (0, 0));
    assert!(!before.is_whole());
    let report = care(Care::ReportAccess { sites: vec![(site.clone(), 1)], source: why() });
    act(&mut state, "ux", &report);
    assert!(coverage(&state, &site).unwrap().is_whole());
}
