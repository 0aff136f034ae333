//! What random walks found, each as it was found: it cannot come back unseen.
//!
//! House rule: nothing waits without saying on what, and whoever is asked can do it.

use super::walk::full_plan;
use super::world::{WELL, World, exit, unknown};
use crate::fixture::{plan, standard_plan, step};
use crate::waiting::waiting;
use model::assignment::AssignmentCommand;
use model::command::{Command, RfcAct};
use model::event::StepDecision;
use model::guard::Guard;
use model::incident::{IncidentAct, IncidentCommand};
use model::machine::{AssignmentState, SignOffState, SiteState};
use model::plan::MasterProjectPlan;
use model::profile::Profile;
use model::quiet_period::{DayReport, QuietPeriodCommand};
use model::readiness::ReadinessCommand;
use model::rfc::RfcCategory;
use model::ring::{Concurrency, RunningSites};
use model::scope::Scope;
use model::sheet::SlotId;
use model::site_care::{RevisitCause, SiteCareCommand};
use model::state::RingState;

fn why() -> String {
    "as agreed".to_owned()
}

fn slot(text: &str) -> SlotId {
    text.parse().unwrap()
}

fn signed_off(plan: MasterProjectPlan) -> World {
    let mut world = World::of(plan);
    world.until(|it| it.state.sites[0].state == SiteState::SignedOff);
    world
}

#[test]
fn guides_are_published_only_where_the_plan_names_some() {
    let mut world = World::of(plan());
    let publish = ReadinessCommand::PublishGuides { guides: vec![], place: why() };
    let refusal = world.act("ivo", &Command::Readiness(publish)).unwrap_err();
    assert_eq!(refusal.to_string(), "the operations plan names no guide");
}

#[test]
fn whoever_is_named_twice_is_released_once() {
    let mut world = World::of(standard_plan());
    let persons = ["teodor", "noor", "teodor"].map(|it| it.parse().unwrap()).to_vec();
    let release = AssignmentCommand::Release { persons, proof: why() };
    world.act("sabela", &Command::Assignment(release)).unwrap();
    let released = |it: &&model::person::Person| {
        world.state.assignment(&it.id) == Some(AssignmentState::Released)
    };
    assert_eq!(world.state.plan.people.iter().filter(released).count(), 2);
}

#[test]
fn whoever_has_left_the_project_is_asked_for_nothing() {
    let mut world = signed_off(standard_plan());
    let site = "s1".parse().unwrap();
    let (cause, reference) = (RevisitCause::Plan, None);
    let open = SiteCareCommand::OpenRevisit { site, cause, reference, reason: why() };
    world.act("ivo", &Command::SiteCare(open)).unwrap();
    let persons = vec!["lucan".parse().unwrap(), "saoirse".parse().unwrap()];
    let release = AssignmentCommand::Release { persons, proof: why() };
    world.act("sabela", &Command::Assignment(release)).unwrap();
    let asked = world.why("site/s1");
    assert!(asked.contains("is wanted") && asked.contains("[ivo]"), "{asked}");
}

#[test]
fn a_wanted_revisit_waits_until_the_site_can_be_revisited() {
    let mut world = signed_off(plan());
    let site = "s1".parse().unwrap();
    let (cause, reference) = (RevisitCause::Plan, None);
    let open = SiteCareCommand::OpenRevisit { site, cause, reference, reason: why() };
    world.act("ivo", &Command::SiteCare(open)).unwrap();
    let scope = "site/s1".parse().unwrap();
    let back = Command::RollBack { scope, reason: why(), accept_loss: false };
    for person in ["ivo", "sabela"] {
        let _ = world.act(person, &back);
    }
    let asked = world.why("site/s1");
    assert!(asked.contains("cannot begin while the site is rolling back"), "{asked}");
}

#[test]
fn a_ring_that_has_soaked_says_that_the_deployment_is_held() {
    let mut world = World::ready(plan());
    world.until(|it| it.state.rings[0].state == RingState::Soaking);
    for person in ["ivo", "sabela"] {
        let _ = world.act(person, &Command::HoldDeployment { reason: why() });
    }
    world.pass(7_200);
    world.look();
    assert!(
        world.why("ring/pilot").contains("the deployment is held"),
        "{}",
        world.why("ring/pilot")
    );
}

#[test]
fn an_owner_who_took_a_signature_back_is_asked_again_once_it_was_seen_to() {
    let mut world = signed_off(plan());
    let withdraw = Command::Withdraw { slot: slot("site/s1:site-owner"), reason: why() };
    world.act("owner-1", &withdraw).unwrap();
    let asked = world.why("site/s1");
    assert!(!asked.is_empty(), "{asked}");
    world.until(|it| it.state.sites[0].state == SiteState::SignedOff);
}

#[test]
fn a_technical_signature_that_comes_last_is_no_deadlock() {
    let mut world = signed_off(plan());
    let technical = slot("site/s1:release-management");
    let withdraw = Command::Withdraw { slot: technical.clone(), reason: why() };
    world.act("ivo", &withdraw).unwrap();
    let again = SiteCareCommand::AskAgain { slot: technical.clone(), how: why() };
    world.act("ivo", &Command::SiteCare(again)).unwrap();
    world.until(|it| it.state.slots[&technical].state == SignOffState::Signed);
    world.until(|it| it.state.sites[0].state == SiteState::SignedOff);
}

#[test]
fn a_site_that_is_to_be_confirmed_again_says_what_its_signatures_wait_on() {
    let mut world = signed_off(full_plan(Profile::Standard));
    let sites = vec![("s1".parse().unwrap(), 3)];
    let fewer = SiteCareCommand::ReportAccess { sites, source: why() };
    world.act("owner-1", &Command::SiteCare(fewer)).unwrap();
    let withdraw = Command::Withdraw { slot: slot("site/s1:release-management"), reason: why() };
    world.act("ivo", &withdraw).unwrap();
    world.look();
    let asked = world.why("site/s1");
    assert!(asked.contains("3 of 10 users of s1 have access"), "{asked}");
}

#[test]
fn nothing_more_of_a_ring_is_ordered_once_it_is_halted() {
    let mut plan = plan();
    plan.rings[1].halting.running = RunningSites::Stop;
    plan.rings[1].concurrency = Concurrency::Free;
    let mut world = World::ready(plan);
    let are = |it: &World| {
        let orders = it.in_flight();
        orders.iter().any(|it| it.0.starts_with("site/s2@"))
            && orders.iter().any(|it| it.0.starts_with("site/s3@"))
    };
    world.until(are);
    for order in world.in_flight() {
        let outcome = if order.0.starts_with("site/s2@") { exit(1) } else { WELL };
        world.end(&order, outcome);
    }
    // The promises are checked at each entry: no step of s3 begins after the halt.
    world.look();
    world.look();
    assert_eq!(world.state.rings[1].state, RingState::Halted);
    assert_eq!(world.state.sites[2].state, SiteState::Halted);
}

#[test]
fn a_waiver_is_waited_for_by_those_only_who_may_grant_it() {
    let mut world = World::ready(standard_plan());
    let request = |guard| Command::RequestWaiver {
        guard,
        part: None,
        scope: "site/s1".parse().unwrap(),
        reason: why(),
        risk: why(),
        control: why(),
        until: world.now.checked_add(jiff::SignedDuration::from_hours(9)).unwrap(),
    };
    let command = request(Guard::V6);
    world.act("saoirse", &command).unwrap();
    let waits = waiting(&world.state, world.now, usize::MAX);
    let wait = waits.iter().find(|it| it.what.contains("waiver 1")).unwrap();
    for person in &wait.people {
        let approve = wait.command.clone().unwrap();
        assert!(world.clone().act(person.as_str(), &approve).is_ok(), "{person}: {}", wait.what);
    }
}

#[test]
fn an_approval_that_nobody_may_give_is_the_program_managers_to_solve() {
    let mut world = World::of(standard_plan());
    world.until(|it| it.state.rfcs[0].state == model::machine::RfcState::Submitted);
    let rfc = world.state.rfcs[0].id.clone();
    let classify = RfcAct::Classify { category: RfcCategory::Major };
    world.act("rosalind", &Command::Rfc { rfc: rfc.clone(), act: classify }).unwrap();
    let part = world.state.part_of(&rfc).unwrap();
    for person in ["rosalind", "farrukh"] {
        let approve = RfcAct::Approve { part, conditions: None };
        let _ = world.act(person, &Command::Rfc { rfc: rfc.clone(), act: approve });
    }
    let asked = world.why(&format!("rfc/{rfc}"));
    let is_waiting = asked.contains("nobody in the plan may do it: ");
    assert!(is_waiting || asked.contains("has to be scheduled"), "{asked}");
}

#[test]
fn whoever_has_approved_is_not_asked_again_where_nobody_else_is_there() {
    let mut plan = plan();
    plan.rfcs[0].levels[0].quorum = 3;
    let mut world = World::of(plan);
    let rfc = world.state.rfcs[0].id.clone();
    world.until(|it| it.state.rfcs[0].state == model::machine::RfcState::Assessing);
    let part = world.state.part_of(&rfc).unwrap();
    for person in ["rosalind", "farrukh"] {
        let approve = RfcAct::Approve { part, conditions: None };
        let _ = world.act(person, &Command::Rfc { rfc: rfc.clone(), act: approve });
    }
    assert_eq!(
        world.why("rfc/R-core"),
        "rfc/R-core: R-core needs 1 more approval by Change Authority, and nobody in the plan may do it: rosalind has approved R-core already; farrukh has approved R-core already [sabela]\n"
    );
}

#[test]
fn an_auditor_takes_nothing_over() {
    let mut world = World::of(standard_plan());
    let report = super::reported(&world, Scope::Deployment, 3);
    world.act("esteban", &report).unwrap();
    let opened = IncidentCommand::OpenProblem { title: why(), incidents: vec![1] };
    world.act("philippa", &Command::Incident(opened)).unwrap();
    let accept = IncidentCommand::AcceptProblem {
        problem: 1,
        workaround: why(),
        owner: "aurelia".parse().unwrap(),
    };
    let refusal = world.act("gunnvor", &Command::Incident(accept)).unwrap_err();
    assert_eq!(refusal.to_string(), "aurelia is an auditor, who takes nothing over");
}

#[test]
fn days_with_any_number_of_transactions_are_compared() {
    let mut world = World::of(full_plan(Profile::Standard));
    world.until(|it| it.state.quiet_periods.last().is_some());
    world.pass(3 * 86_400);
    let today = world.now.to_zoned(world.state.plan.zone.rules()).date();
    let days = (1..=2).map(|it| DayReport {
        day: today.checked_sub(jiff::Span::new().days(it)).unwrap(),
        transactions: u64::MAX,
    });
    let report = QuietPeriodCommand::ReportDays { days: days.collect() };
    world.act("gunnvor", &Command::QuietPeriod(report)).unwrap();
    world.pass(60 * 86_400);
    world.look();
}

#[test]
fn an_agreement_to_which_nobody_else_may_agree_is_the_program_managers_to_solve() {
    let mut world = World::of(standard_plan());
    for _ in 0..2 {
        let report = super::reported(&world, Scope::Deployment, 1);
        world.act("esteban", &report).unwrap();
    }
    let merge = IncidentAct::Merge { into: 1, reason: why() };
    let merge = IncidentCommand::Act { incident: 2, act: merge };
    world.act("esteban", &Command::Incident(merge)).unwrap();
    let (persons, proof) = (vec!["philippa".parse().unwrap()], why());
    let release = AssignmentCommand::Release { persons, proof };
    world.act("sabela", &Command::Assignment(release)).unwrap();
    let asked = world.why("deployment");
    let said = asked.lines().find(|it| it.contains("merge")).unwrap();
    assert!(said.ends_with("and nobody else in the plan may [sabela]"), "{asked}");
}

#[test]
fn what_nobody_knows_of_a_later_stage_is_decided_where_a_decision_turned_the_run_back() {
    let mut plan = plan();
    plan.templates[0].phases[1].success_percent_min = 50;
    plan.templates[0].after = vec![step("desk")];
    let mut world = World::ready(plan);
    for prefix in ["site/s1@1/pc-4/desk#1", "site/s1@1/pc-1/after/desk#1"] {
        let order = world.until_ordered(prefix);
        world.end(&order, unknown());
    }
    world.look();
    assert_eq!(world.state.sites[0].state, SiteState::Halted);
    for computer in ["pc-4", "pc-1"] {
        let decide = Command::Decide {
            scope: "site/s1".parse().unwrap(),
            computers: vec![computer.parse().unwrap()],
            decision: StepDecision::NotDone,
            reason: why(),
        };
        assert!(world.act("ivo", &decide).is_ok(), "{computer}: {}", world.why("site/s1"));
    }
    world.until(|it| it.state.sites[0].state == SiteState::SignedOff);
}
