//! Stories of quiet periods: what they rest on, what they are judged by, and until when.
//!
//! House rule: docs/decisions/0019-a-quiet-period-can-end-twice.md.

use super::walk::full_plan;
use super::world::World;
use crate::waiting::WaitingOn;
use expect_test::expect;
use jiff::SignedDuration;
use model::change_schedule::ChangeScheduleCommand;
use model::command::{Command, RfcAct};
use model::gates::complete::{d3, survey_opens};
use model::guard::Guard;
use model::incident::{IncidentCommand, Opening};
use model::machine::{DeploymentState, MilestoneState, QuietPeriodState, WaiverState};
use model::milestone::{Milestone, MilestoneCommand};
use model::profile::Profile;
use model::quiet_period::{QuietPeriod, QuietPeriodCommand};
use model::refusal::Refusal;
use model::rfc::{ChangeWindow, Covers, EmergencyKind, RequestForChange};
use model::role_type::RoleType;
use model::scope::Scope;
use model::sheet::{Sheet, SlotId};
use model::survey::{Instrument, results};

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn why() -> String {
    "as agreed".to_owned()
}

fn period(world: &World) -> &QuietPeriod {
    world.state.quiet_periods.last().unwrap()
}

/// Returns whether the last quiet period is in `state`.
fn is_quiet(world: &World, state: QuietPeriodState) -> bool {
    world.state.quiet_periods.last().is_some_and(|it| it.state == state)
}

/// Returns a deployment in its quiet period.
fn quiet() -> World {
    let mut world = World::of(full_plan(Profile::Standard));
    world.until(|it| is_quiet(it, QuietPeriodState::Running));
    world
}

/// Returns a deployment whose quiet period is over, and the report on it is asked for.
fn reported_on() -> World {
    let mut world = quiet();
    world.until(|it| is_quiet(it, QuietPeriodState::Completed));
    assert_eq!(world.state.deployment, DeploymentState::QuietPeriod);
    world
}

fn back(world: &mut World, scope: &str) {
    let (scope, accept_loss) = (scope.parse().unwrap(), true);
    world.act("ivo", &Command::RollBack { scope, reason: why(), accept_loss }).unwrap();
}

/// Tells of an incident of `severity` two days before the end of the quiet period.
fn late(world: &mut World, severity: u8) {
    let severity = severity.try_into().unwrap();
    let opening = Opening {
        detected: period(world).end - DAY * 2,
        ..Opening::reported(Scope::Deployment, severity, "tills stood still".to_owned(), world.now)
    };
    let open = IncidentCommand::Open(Box::new(opening));
    world.act("esteban", &Command::Incident(open)).unwrap();
}

fn signs(world: &mut World, person: &str, role: RoleType) -> Result<(), Refusal> {
    let slot = SlotId { sheet: Sheet::QuietPeriodReport, role };
    let document = model::sheet::digest(&world.state, &slot.sheet);
    world.act(person, &Command::Sign { slot, document, exceptions: vec![] })
}

#[test]
fn what_goes_back_before_the_report_is_signed_takes_the_basis_of_the_quiet_period() {
    let mut told = String::new();
    for scope in ["component/db", "site/s9"] {
        let mut world = reported_on();
        signs(&mut world, "gunnvor", RoleType::OperationsManager).unwrap();
        let before = world.record.len();
        back(&mut world, scope);
        let refused = signs(&mut world, "esteban", RoleType::SupportManager).unwrap_err();
        world.look();
        told += &format!("-- {scope}\n{refused}\n{}\n", refused.next_step);
        told += &world.story(before, &["quiet", "deployment "]);
    }
    expect![[r#"
        -- component/db
        the report is no longer of what the quiet period was: core component db went back
        wait until you are asked to sign its next version
        05 10:10 quiet-period-report:operations-manager superseded
        05 10:10 quiet-period-report:support-manager voided
        05 10:10 quiet period 1 aborted: core component db went back
        05 10:10 deployment reopened (core component db went back)
        -- site/s9
        the report is no longer of what the quiet period was: 1 of 9 sites went back
        wait until you are asked to sign its next version
        05 10:10 quiet-period-report:operations-manager superseded
        05 10:10 quiet-period-report:support-manager voided
        05 10:10 quiet period 1 aborted: 1 of 9 sites went back
        05 10:10 deployment reopened (1 of 9 sites went back)
    "#]]
    .assert_eq(&told);
}

#[test]
fn whoever_may_takes_a_quiet_period_back_before_its_report_is_signed_and_not_after() {
    let reset = Command::QuietPeriod(QuietPeriodCommand::Reset { reason: why() });
    let mut world = reported_on();
    world.clone().act("sabela", &reset).unwrap();
    world.until(|it| it.state.deployment == DeploymentState::MilestoneReview);
    let refused = world.act("sabela", &reset).unwrap_err();
    let text = "deployment FX cannot be reopened while it is in its milestone review";
    assert_eq!(refused.to_string(), text);
}

#[test]
fn an_incident_that_is_entered_late_gives_the_report_another_version() {
    let mut told = String::new();
    for severity in [1, 3] {
        let mut world = reported_on();
        signs(&mut world, "gunnvor", RoleType::OperationsManager).unwrap();
        let before = world.record.len();
        late(&mut world, severity);
        let refused = signs(&mut world, "esteban", RoleType::SupportManager).unwrap_err();
        world.look();
        world.until(|it| it.state.deployment == DeploymentState::MilestoneReview);
        told += &format!("-- severity {severity}\n{refused}\n{}\n", refused.next_step);
        told += &world.story(before, &["quiet", "deployment "]);
    }
    expect![[r#"
        -- severity 1
        the report is no longer of what the quiet period was: incident 1 of the quiet period was entered since it was judged
        wait until you are asked to sign its next version
        05 10:10 quiet-period-report:operations-manager superseded
        05 10:10 quiet-period-report:support-manager voided
        05 10:10 quiet period 1: figures changed: incident 1 of the quiet period was entered since it was judged
        05 10:10 winifred: Customer agrees to accept quiet period 1
        05 10:10 gunnvor: Operations Manager agrees to accept quiet period 1
        05 10:10 gunnvor: quiet period 1: accepted: as rehearsed
        05 10:10 quiet-period-report:operations-manager renewed
        05 10:10 quiet-period-report:support-manager requested
        05 10:10 quiet-period-report:operations-manager requested
        05 10:10 gunnvor: quiet-period-report:operations-manager signed
        05 10:10 esteban: quiet-period-report:support-manager signed
        05 10:10 esteban: deployment quiet period ended
        -- severity 3
        the report is no longer of what the quiet period was: incident 1 of the quiet period was entered since it was judged
        wait until you are asked to sign its next version
        05 10:10 quiet-period-report:operations-manager superseded
        05 10:10 quiet-period-report:support-manager voided
        05 10:10 quiet period 1: figures changed: incident 1 of the quiet period was entered since it was judged
        05 10:10 quiet period 1: found uneventful
        05 10:10 quiet-period-report:operations-manager renewed
        05 10:10 quiet-period-report:support-manager requested
        05 10:10 quiet-period-report:operations-manager requested
        05 10:10 gunnvor: quiet-period-report:operations-manager signed
        05 10:10 esteban: quiet-period-report:support-manager signed
        05 10:10 esteban: deployment quiet period ended
    "#]].assert_eq(&told);
}

#[test]
fn a_report_that_operations_declined_is_asked_for_again_once_its_figures_are_others() {
    let mut world = reported_on();
    let slot = SlotId { sheet: Sheet::QuietPeriodReport, role: RoleType::OperationsManager };
    let document = model::sheet::digest(&world.state, &slot.sheet);
    let reasons = vec!["an incident is missing".to_owned()];
    world.act("gunnvor", &Command::Refuse { slot, document, reasons }).unwrap();
    let before = world.record.len();
    late(&mut world, 3);
    world.until(|it| it.state.deployment == DeploymentState::MilestoneReview);
    expect![[r#"
        05 10:10 quiet-period-report:support-manager voided
        05 10:10 quiet period 1: figures changed: incident 1 of the quiet period was entered since it was judged
        05 10:10 quiet period 1: found uneventful
        05 10:10 quiet-period-report:operations-manager renewed
        05 10:10 quiet-period-report:support-manager requested
        05 10:10 quiet-period-report:operations-manager requested
        05 10:10 gunnvor: quiet-period-report:operations-manager signed
        05 10:10 esteban: quiet-period-report:support-manager signed
        05 10:10 esteban: deployment quiet period ended
    "#]].assert_eq(&world.story(before, &["quiet", "deployment "]));
}

/// Asks for a change in an emergency that covers s1, and lets it begin.
fn emergency(world: &mut World) {
    let until = world.now.checked_add(DAY * 60).unwrap();
    let request = RequestForChange {
        id: "R-urgent".parse().unwrap(),
        implementers: vec!["ivo".parse().unwrap()],
        covers: Covers { sites: vec!["s1".parse().unwrap()], ..Covers::default() },
        window: Some(ChangeWindow { from: world.now, until }),
        ..world.state.plan.rfcs[0].clone()
    };
    let ask = ChangeScheduleCommand::RequestEmergency { request: Box::new(request) };
    world.act("gunnvor", &Command::ChangeSchedule(ask)).unwrap();
    let part = world.state.part_of(&"R-urgent".parse().unwrap()).unwrap();
    let kind = Some(EmergencyKind::Service);
    let authorise = RfcAct::AuthoriseEmergency { part, kind, reason: why() };
    world.act("rosalind", &urgent(authorise)).unwrap();
    world.act("ivo", &urgent(RfcAct::Begin)).unwrap();
}

fn urgent(act: RfcAct) -> Command {
    Command::Rfc { rfc: "R-urgent".parse().unwrap(), act }
}

#[test]
fn an_emergency_change_that_is_under_way_at_the_end_is_none_of_a_quiet_week() {
    let mut world = quiet();
    emergency(&mut world);
    let is_work =
        |it: &WaitingOn| it.command == Some(urgent(RfcAct::Finish { evidence: String::new() }));
    let is_over = |it: &World| it.now >= period(it).end && !is_quiet(it, QuietPeriodState::Running);
    let accepts = |it: &WaitingOn| matches!(it.command, Some(Command::QuietPeriod(_)));
    while !is_over(&world) {
        assert!(world.settled_once_but(&|it| is_work(it) || accepts(it)));
    }
    world.look();
    let asked = world.why("deployment");
    let before = world.record.len();
    world.act("ivo", &urgent(RfcAct::Finish { evidence: why() })).unwrap();
    world.look();
    let told = world.story(before, &["quiet period"]);
    expect![[r#"
        deployment: the quiet period was not uneventful, and is accepted as it was, extended or taken back: Emergency changes in the last seven days: 1, asked for at most 0: not met [winifred]
        deployment: the quiet period was not uneventful, and is accepted as it was, extended or taken back: Emergency changes in the last seven days: 1, asked for at most 0: not met [gunnvor]
        05 10:10 quiet period 1 put on from 2027-02-05T10:10:00Z to 2027-02-12T10:10:00Z: R-urgent: emergency change ended at 2027-02-05T10:10:00Z, and 7 days
    "#]].assert_eq(&(asked + &told));
}

#[test]
fn an_eventful_quiet_period_is_accepted_as_it_was_and_never_called_uneventful() {
    let mut world = quiet();
    let report = super::reported(&world, Scope::Deployment, 1);
    world.act("esteban", &report).unwrap();
    world.until(|it| is_quiet(it, QuietPeriodState::Evaluating));
    let until = world.now.checked_add(DAY).unwrap();
    let waiver = Command::RequestWaiver {
        guard: Guard::Q2,
        scope: Scope::Deployment,
        reason: why(),
        risk: why(),
        control: why(),
        until,
        part: None,
    };
    let refused = world.act("sabela", &waiver).unwrap_err();
    let asked = world.why("deployment");
    expect![[r#"
        Q2 is never waived: an eventful quiet period is accepted as it was
        Customer and Operations Manager accept it: `landfall quiet-period accept`
        deployment: the quiet period was not uneventful, and is accepted as it was, extended or taken back: Severity 1 incidents of the solution: 1, asked for at most 0: not met [winifred]
        deployment: the quiet period was not uneventful, and is accepted as it was, extended or taken back: Severity 1 incidents of the solution: 1, asked for at most 0: not met [gunnvor]
        deployment: nobody has stated that 95 % of the site-minutes were measured, and why not all [gunnvor]
    "#]].assert_eq(&format!("{refused}\n{}\n{asked}", refused.next_step));
}

#[test]
fn what_goes_back_before_the_quiet_period_begins_takes_its_basis_too() {
    let mut world = World::of(full_plan(Profile::Standard));
    let stable = Milestone::Stable;
    world.until(|it| it.state.milestones.state(stable) == MilestoneState::ReadyForReview);
    let effective = world.now.checked_add(DAY * 10).ok();
    let convene = MilestoneCommand::Convene { milestone: stable, invitees: vec![], effective };
    world.act("sabela", &Command::Milestone(convene)).unwrap();
    world.until(|it| is_quiet(it, QuietPeriodState::Running));
    world.pass(86_400);
    let before = world.record.len();
    back(&mut world, "component/db");
    world.look();
    assert!(world.now < period(&world).start);
    expect![[r#"
        07 10:10 quiet period 1 aborted: core component db went back
        07 10:10 deployment reopened (core component db went back)
    "#]]
    .assert_eq(&world.story(before, &["quiet period", "deployment "]));
}

#[test]
fn more_quiet_days_end_no_waiver_that_was_granted_for_them() {
    let mut world = quiet();
    world.until(|it| it.state.deployment == DeploymentState::MilestoneReview);
    let waiver = Command::RequestWaiver {
        guard: Guard::Q3,
        scope: Scope::Deployment,
        reason: why(),
        risk: why(),
        control: why(),
        until: world.now.checked_add(DAY * 20).unwrap(),
        part: None,
    };
    world.act("sabela", &waiver).unwrap();
    for person in ["gunnvor", "winifred"] {
        world.act(person, &Command::ApproveWaiver { waiver: 1 }).unwrap();
    }
    world.pass(3_600);
    let extend = QuietPeriodCommand::Extend { days: 7, reason: why() };
    world.act("winifred", &Command::QuietPeriod(extend)).unwrap();
    world.look();
    assert_eq!(world.state.deployment, DeploymentState::QuietPeriod);
    assert_eq!(world.state.waivers[0].state, WaiverState::Granted);
}

#[test]
fn people_are_asked_anew_in_each_quiet_period_how_satisfied_they_are() {
    let mut world = quiet();
    world.until(|it| it.state.surveys.last().is_some_and(|it| it.closed.is_some()));
    let first = d3(&world.state);
    let reset = QuietPeriodCommand::Reset { reason: why() };
    world.act("sabela", &Command::QuietPeriod(reset)).unwrap();
    world.until(|it| is_quiet(it, QuietPeriodState::Running));
    let second = d3(&world.state);
    let shown = results(&world.state, Instrument::Customer);
    let half = survey_opens(&world.state).unwrap();
    let is_survey = |it: &WaitingOn| matches!(it.command, Some(Command::Survey(_)));
    while world.now < half {
        assert!(world.settled_once_but(&is_survey), "{:#?}", world.waits());
    }
    world.look();
    let asked = world.why("deployment");
    assert_eq!(first, Ok(()));
    assert_eq!(second.unwrap_err().0, "no satisfaction survey was held in this quiet period");
    assert_eq!(shown, None, "what was answered of another one");
    assert!(asked.contains("the satisfaction survey has to be opened"), "{asked}");
    world.until(|it| it.state.deployment == DeploymentState::MilestoneReview);
    world.until(|it| it.state.milestones.state(Milestone::Complete) == MilestoneState::InReview);
    assert_eq!(world.state.surveys.rounds.len(), 2);
}
