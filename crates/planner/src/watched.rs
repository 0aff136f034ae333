//! What probes show of a deployment: the core, the sites, the checklist and the quiet period.
//!
//! House rule: what a probe shows nobody states, and what nobody asked is unknown, not up.

use crate::fixture::at;
use crate::quiet::{Story, standard};
use crate::waiting::{waiting, why};
use expect_test::expect;
use jiff::SignedDuration;
use model::command::Command;
use model::companion_plans::OperationsGuide;
use model::decide::{Acting, decide};
use model::event::Event;
use model::gates;
use model::guard::{Guard, GuardReading, Verdict};
use model::id::LineId;
use model::incident::{ImpactLevel, IncidentEvent, ProbeStanding, Severity, stood};
use model::machine::DeploymentState;
use model::plan::MasterProjectPlan;
use model::probe::{Probe, ProbeCheck};
use model::quiet_period::{QuietPeriod, observed};
use model::readiness::{Judgement, ReadinessCommand, ReadinessItem, checklist};
use model::refusal::RefusalCode;
use model::scope::Scope;
use model::sheet::Sheet;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn probe(id: &str, scope: &str) -> Probe {
    Probe {
        id: id.parse().unwrap(),
        scope: scope.parse().unwrap(),
        check: ProbeCheck::Command { argv: vec!["/bin/true".to_owned()] },
        every_s: 60,
        time_limit_s: 10,
        failures: 3,
        severity: Severity::TWO,
        level: ImpactLevel::Outage,
    }
}

fn probed(probes: &[(&str, &str)]) -> MasterProjectPlan {
    let probes = probes.iter().map(|(id, scope)| probe(id, scope)).collect();
    MasterProjectPlan { probes, ..standard() }
}

impl Story {
    /// Lets probe `id` stand so from now on.
    fn stands(&mut self, id: &str, standing: ProbeStanding) {
        let probe = self.state.plan.probes.iter().find(|it| it.id.as_str() == id).unwrap().clone();
        let events = stood(&self.state, &probe, standing, self.now, None);
        events.iter().for_each(|it| self.happens(it));
        self.asked();
    }

    /// Lets the record say that the probes were asked up to now.
    fn asked(&mut self) {
        self.happens(&Event::Incident(IncidentEvent::ProbesSeen { at: self.now }));
    }

    fn later(&mut self, by: SignedDuration) {
        self.now += by;
        self.asked();
    }

    /// Lets happen what happens by itself now.
    fn looks(&mut self) {
        let events = crate::agenda::agenda(&self.state, self.now, 100).events;
        events.iter().for_each(|it| self.happens(it));
    }

    fn period(&self) -> QuietPeriod {
        self.state.quiet_periods.last().unwrap().clone()
    }
}

fn text(reading: &GuardReading) -> String {
    match &reading.verdict {
        Verdict::Met => format!("{} met", reading.guard),
        Verdict::Unmet { missing, supplier } => format!("{} {missing} [{supplier}]", reading.guard),
        other @ (Verdict::Waived { .. } | Verdict::Unknown { .. }) => {
            format!("{} {other:?}", reading.guard)
        }
    }
}

fn of_stable(story: &Story, guard: Guard) -> String {
    let gate = gates::stable::gate(&story.state, story.now);
    text(gate.iter().find(|it| it.guard == guard).unwrap())
}

fn told(lines: &[String]) -> String {
    lines.iter().map(|it| format!("{it}\n")).collect()
}

// Proves: P3a-A1, P3b-A1
#[test]
fn monitoring_reports_by_itself_where_probes_look_and_a_gap_begins_its_two_days_anew() {
    let mut story = Story::stabilizing(probed(&[("page", "deployment"), ("till", "site/s1")]));
    let mut lines = vec![of_stable(&story, Guard::ST6)];
    story.stands("page", ProbeStanding::Up);
    lines.push(of_stable(&story, Guard::ST6));
    story.later(HOUR);
    // Down is an answer too: it reports.
    story.stands("till", ProbeStanding::Down);
    lines.push(of_stable(&story, Guard::ST6));
    story.later(HOUR * 47);
    story.stands("page", ProbeStanding::Unknown);
    lines.push(of_stable(&story, Guard::ST6));
    story.stands("page", ProbeStanding::Up);
    story.later(HOUR * 48);
    lines.push(of_stable(&story, Guard::ST6));
    // A server that is down asks nobody, whatever it said before.
    story.now += HOUR;
    lines.push(of_stable(&story, Guard::ST6));
    expect![[r#"
        ST6 monitoring does not report from 95 % of the sites: of 9, 0 are asked by their probes without a gap [Landfall itself]
        ST6 monitoring does not report from 95 % of the sites: of 9, 8 are asked by their probes without a gap [Landfall itself]
        ST6 monitoring reports from enough sites, for 48 hours at 2027-02-03T10:00:00Z [time, at 2027-02-03T10:00:00Z]
        ST6 monitoring does not report from 95 % of the sites: of 9, 0 are asked by their probes without a gap [Landfall itself]
        ST6 met
        ST6 monitoring does not report from 95 % of the sites: of 9, 0 are asked by their probes without a gap [Landfall itself]
    "#]]
    .assert_eq(&told(&lines));
    let (since, evidence) = (story.now, "all green".to_owned());
    let report = ReadinessCommand::ReportMonitoring { sites: vec![], since, evidence };
    let gunnvor = "gunnvor".parse().unwrap();
    let acting = Acting::new(&story.state, &gunnvor, story.now);
    let refusal = decide(&acting, &Command::Readiness(report)).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::State, "{refusal}");
}

fn item(probe: Option<&str>) -> ReadinessItem {
    let mut plan = standard();
    let mut item = checklist(&plan).remove(0);
    plan.readiness.clear();
    item.id = "page-answers".parse().unwrap();
    item.probe = probe.map(|it| it.parse::<LineId>().unwrap());
    item
}

#[test]
fn an_item_of_the_checklist_opens_and_closes_by_its_probe_and_nobody_judges_it() {
    let mut plan = probed(&[("page", "deployment")]);
    let judged = ReadinessItem { id: "backup".parse().unwrap(), ..item(None) };
    plan.readiness = vec![item(Some("page")), judged];
    let mut story = Story::stabilizing(plan);
    let lacks = |story: &Story| {
        let lacks = gates::readiness::lacking_items(&story.state, story.now);
        lacks.into_iter().map(|it| it.missing).collect::<Vec<_>>().join("; ")
    };
    let mut lines = vec![lacks(&story)];
    let judge = |item: &str| {
        let items = vec![item.parse().unwrap()];
        let evidence = "tried".to_owned();
        let judge = ReadinessCommand::Judge { items, judgement: Judgement::Passed, evidence };
        Command::Readiness(judge)
    };
    let gunnvor = "gunnvor".parse().unwrap();
    let acting = Acting::new(&story.state, &gunnvor, story.now);
    lines.push(decide(&acting, &judge("page-answers")).unwrap_err().to_string());
    story.tells("gunnvor", &judge("backup"));
    story.stands("page", ProbeStanding::Up);
    lines.push(lacks(&story));
    for (person, command) in [
        ("ivo", ReadinessCommand::DeclareReady),
        ("kasimir", ReadinessCommand::DeclareReady),
        ("gunnvor", ReadinessCommand::Accept),
        ("esteban", ReadinessCommand::Accept),
    ] {
        story.tells(person, &Command::Readiness(command));
    }
    assert_eq!(of_stable(&story, Guard::ST4), "ST4 met");
    story.later(HOUR);
    story.stands("page", ProbeStanding::Down);
    lines.push(of_stable(&story, Guard::ST4));
    let waits = why(&story.state, story.now, &Scope::Deployment);
    lines.extend(waits.iter().filter(|it| it.what.contains("page")).map(|it| it.what.clone()));
    story.later(HOUR);
    story.stands("page", ProbeStanding::Up);
    // Whoever accepted the checklist did not accept it so.
    lines.push(of_stable(&story, Guard::ST4));
    let stands: Vec<_> = checklist(&story.state.plan)
        .iter()
        .map(|it| model::readiness::standing(&story.state, it, story.now).said_by.unwrap())
        .map(|it| it.to_string())
        .collect();
    lines.push(stands.join("; "));
    expect![[r#"
        page-answers of the readiness checklist is open: starting and stopping was tried; nobody has asked probe page of late; backup of the readiness checklist is open: starting and stopping was tried
        probe page shows page-answers: nobody judges it

        ST4 page-answers of the readiness checklist failed: starting and stopping was tried; probe page is down since 2027-02-01T10:00:00Z [Operations Manager or Support Manager]
        incident 1, severity 2, is open at the solution: probe page is not answered as it should be
        the readiness checklist lacks page-answers: probe page is down since 2027-02-01T10:00:00Z
        incident 1, severity 2, has to be acknowledged: probe page is not answered as it should be
        ST4 Release Management has not declared the solution ready for operations [Release Management]
        probe page; gunnvor says so
    "#]]
    .assert_eq(&told(&lines));
}

fn sheet_of_the_core(it: &Story) -> String {
    text(&gates::incidents::cs1(&it.state, &Sheet::CoreFinal, it.now))
}

#[test]
fn the_core_is_signed_when_its_monitoring_is_live_and_its_probes_are_asked_before_that() {
    let mut plan = MasterProjectPlan {
        probes: vec![probe("names", "component/db"), probe("till", "site/s1")],
        ..crate::fixture::standard_plan()
    };
    plan.components.retain(|it| it.id.as_str() == "db");
    plan.sites.iter_mut().for_each(|it| it.needs.clear());
    let mut story = Story {
        state: crate::fixture::created(plan),
        now: at("2027-01-25T09:00:00Z"),
        told: vec![],
    };
    for transition in [
        model::machine::DeploymentTransition::Baselined,
        model::machine::DeploymentTransition::Opened,
    ] {
        story.happens(&Event::Deployment { transition, reason: None, gate: vec![] });
    }
    use model::machine::ComponentTransition as C;
    let mut lines = vec![];
    let asked = |story: &Story| {
        let probes = story.state.plan.probes.iter();
        let asked = probes.filter(|it| model::watching::is_asked(&story.state, it));
        asked.map(|it| it.id.to_string()).collect::<Vec<_>>().join(", ")
    };
    lines.push(format!("asked: {}", asked(&story)));
    for transition in [C::Authorised, C::Started, C::StepsFinished, C::ChecksPassed] {
        let component = "db".parse().unwrap();
        story.happens(&Event::Component { component, transition, reason: None, gate: vec![] });
    }
    lines.push(format!("asked: {}", asked(&story)));
    lines.push(sheet_of_the_core(&story));
    let what = |story: &Story| {
        let waits = waiting(&story.state, story.now, 100);
        let core = waits.into_iter().filter(|it| it.scope == Scope::Core);
        core.map(|it| format!("waits: {}", it.what)).collect::<Vec<_>>()
    };
    lines.extend(what(&story));
    story.stands("names", ProbeStanding::Up);
    lines.push(sheet_of_the_core(&story));
    story.later(HOUR);
    story.stands("names", ProbeStanding::Down);
    lines.push(sheet_of_the_core(&story));
    expect![[r#"
        asked: 
        asked: names
        CS1 the monitoring of db is not live: probe names was not asked [Landfall itself]
        waits: the monitoring of db is not live: probe names was not asked
        CS1 met
        CS1 db is monitored, and its probe names is down [Operations Manager or Support Manager]
    "#]]
    .assert_eq(&told(&lines));
}

// Proves: P3b-A1, P3b-O2, T-4
#[test]
fn a_quiet_period_of_which_probes_know_too_little_is_put_on_and_its_gaps_are_explained() {
    let mut story = Story::stabilizing(probed(&[("page", "deployment"), ("till", "site/s1")]));
    story.stands("page", ProbeStanding::Up);
    story.stands("till", ProbeStanding::Up);
    story.goes_on(|it| it.is_in(DeploymentState::QuietPeriod));
    let q3 = |it: &Story| text(&gates::quiet_period::q3(&it.state, &it.period(), it.now));
    let seen = |it: &Story| {
        let availability = observed(&it.state, &it.period(), it.now).availability;
        let availability = availability.map_or("not known".to_owned(), |it| it.to_string());
        format!("{}; availability {availability}", q3(it))
    };
    let start = story.now;
    story.later(HOUR * 24 * 10);
    let mut lines = vec![seen(&story)];
    // The server is away for three days: nobody knows.
    story.stands("page", ProbeStanding::Unknown);
    story.later(HOUR * 24 * 3);
    story.stands("page", ProbeStanding::Up);
    lines.push(seen(&story));
    story.now = start + HOUR * 24 * 30;
    story.asked();
    story.looks();
    lines.push(seen(&story));
    let command = |it: &Story| {
        let waits = why(&it.state, it.now, &Scope::Deployment);
        let wait = waits.into_iter().find(|it| it.guard == Some(Guard::Q3)).unwrap();
        format!("{:?}", wait.command.unwrap())
    };
    lines.push(command(&story));
    let reason = "to measure enough".to_owned();
    let extend = model::quiet_period::QuietPeriodCommand::Extend { days: 30, reason };
    story.tells("gunnvor", &Command::QuietPeriod(extend));
    story.now = start + HOUR * 24 * 60;
    story.asked();
    story.looks();
    lines.push(seen(&story));
    lines.push(command(&story));
    let (guard, scope) = (Guard::Q3, Scope::Deployment);
    let statement = "the server was moved; the tills sold meanwhile".to_owned();
    story.tells("gunnvor", &Command::Attest { guard, scope, statement });
    lines.push(seen(&story));
    expect![[r#"
        Q3 met; availability 10000
        Q3 probes know of 76.92 % of the site-minutes, 95 % are asked for; what nobody asked is unknown, not up [Operations Manager or Customer]; availability not known
        Q3 probes know of 90.00 % of the site-minutes, 95 % are asked for; what nobody asked is unknown, not up [Operations Manager or Customer]; availability not known
        QuietPeriod(Extend { days: 30, reason: "" })
        Q3 probes know of 95.00 % of the site-minutes, and nobody has explained the gaps [Operations Manager]; availability 10000
        Attest { guard: Q3, scope: Deployment, statement: "The measurements are complete enough, and their gaps are explained." }
        Q3 met; availability 10000
    "#]]
    .assert_eq(&told(&lines));
}

// Proves: P3a-I1, P3a-I2, P3b-B1
#[test]
fn a_guide_is_reached_by_its_probe_and_plans_are_accepted_as_they_are() {
    let mut plan = probed(&[("wiki", "deployment")]);
    let guide = OperationsGuide {
        id: "OG-1".parse().unwrap(),
        title: "Start and stop".to_owned(),
        probe: Some("wiki".parse().unwrap()),
    };
    plan.operations.as_mut().unwrap().guides = vec![guide];
    plan.readiness = vec![ReadinessItem { id: "backup".parse().unwrap(), ..item(None) }];
    let mut story = Story::stabilizing(plan.clone());
    let mut lines = vec![of_stable(&story, Guard::ST5)];
    let place = "https://wiki.example.org/fieldgate".to_owned();
    let publish = ReadinessCommand::PublishGuides { guides: vec![], place };
    story.tells("kasimir", &Command::Readiness(publish));
    let read = ReadinessCommand::AcknowledgeGuides { guides: vec![] };
    story.tells("gunnvor", &Command::Readiness(read));
    lines.push(of_stable(&story, Guard::ST5));
    story.stands("wiki", ProbeStanding::Down);
    lines.push(of_stable(&story, Guard::ST5));
    let waits = why(&story.state, story.now, &Scope::Deployment);
    lines.extend(waits.iter().filter(|it| it.what.contains("OG-1")).map(|it| it.what.clone()));
    story.later(HOUR);
    story.stands("wiki", ProbeStanding::Up);
    lines.push(of_stable(&story, Guard::ST5));
    let items = vec!["backup".parse().unwrap()];
    let evidence = "report 12".to_owned();
    let judge = ReadinessCommand::Judge { items, judgement: Judgement::Passed, evidence };
    for (person, command) in [
        ("gunnvor", judge),
        ("ivo", ReadinessCommand::DeclareReady),
        ("kasimir", ReadinessCommand::DeclareReady),
        ("gunnvor", ReadinessCommand::Accept),
        ("esteban", ReadinessCommand::Accept),
    ] {
        story.tells(person, &Command::Readiness(command));
    }
    let accepted = |state: &model::state::State| {
        let accepted = gates::readiness::accepted(state).into_iter();
        accepted.map(|it| it.role.to_string()).collect::<Vec<_>>().join(", ")
    };
    lines.push(accepted(&story.state));
    // The plan for support is another: whoever accepted the former one is asked again.
    plan.support.as_mut().unwrap().document = "SUP-2".to_owned();
    lines.push(accepted(&story.state.clone().with_plan(plan.into())));
    let register = model::release_readiness::inputs(&story.state).into_iter();
    let plans = register.filter(|it| it.kind == model::release_readiness::InputKind::Plan);
    lines.push(plans.map(|it| it.input).collect::<Vec<_>>().join(", "));
    expect![[r#"
        ST5 guide OG-1, Start and stop, is not published [Operations Experience or Release Management]
        ST5 nobody knows whether guide OG-1 can be reached: probe wiki was not asked [Operations Experience or Release Management]
        ST5 guide OG-1 cannot be reached: probe wiki is down [Operations Experience or Release Management]
        guide OG-1 cannot be reached: probe wiki is down
        ST5 met
        Operations Manager, Support Manager
        Operations Manager
        master-project-plan, operations-plan, support-plan
    "#]]
    .assert_eq(&told(&lines));
}
