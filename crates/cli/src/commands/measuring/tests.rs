//! A record of the worked example gives its figures, and so do the tables that it is written to.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::companion_plans::EscalationLevel;
use model::escalation::{
    Answer, AnswerKind, EscalationEvent, EscalationPath, EscalationPurpose, EscalationReason,
    Raising,
};
use model::event::{Actor, Entry, Event};
use model::incident::{
    Attribution, Impact, ImpactSites, IncidentEvent, MaintenanceWindow, Opening, ProbeStanding,
    Severity,
};
use model::measures::figures::Figures;
use model::measures::impact::{Causes, Question, Reach};
use model::measures::intervals::instant;
use model::measures::measured::Measured;
use model::measures::printed::Printed;
use model::measures::tables::tables;
use model::measures::{desk::Ticket, recorded};
use model::probe::{Probe, ProbeCheck};
use model::profile::{Environment, Purpose};
use model::role_type::RoleType;
use model::scope::Scope;
use model::state::{SiteStatus, State};
use model::survey::{Counts, GroupCount, Import, Instrument, SurveyEvent};
use planfile::{MeasuredTable, MeasuredTables, MoreTables};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const FROM: &str = "2027-04-05T21:00:00Z";
const TO: &str = "2027-04-26T21:00:00Z";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/fieldgate")
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn table(name: &str, bytes: Vec<u8>) -> MeasuredTable {
    MeasuredTable { name: name.to_owned(), bytes }
}

fn example() -> Measured {
    let read =
        |name: &str| table(name, std::fs::read(folder().join("measures").join(name)).unwrap());
    planfile::measured(MeasuredTables {
        sites: read("sites.csv"),
        segments: read("impact-segments.csv"),
        planned: Some(read("planned.csv")),
        tickets: Some(read("tickets.csv")),
        more: MoreTables::default(),
    })
    .unwrap()
}

struct World {
    state: State,
    now: Timestamp,
}

impl World {
    /// Returns the worked example's deployment, with every site in service.
    fn new(environment: Environment) -> Self {
        let disk = planfile::DiskFolder::new(&folder()).unwrap();
        let mut plan = planfile::load(&disk, "landfall.yaml").plan.unwrap();
        plan.environment = environment;
        plan.probes = vec![Probe {
            id: "page".parse().unwrap(),
            scope: Scope::Deployment,
            check: ProbeCheck::Command { argv: vec!["true".to_owned()] },
            every_s: 60,
            time_limit_s: 10,
            failures: 3,
            severity: Severity::TWO,
            level: model::incident::ImpactLevel::Outage,
        }];
        let support = plan.support.get_or_insert_default();
        support.escalation.push(EscalationLevel {
            who: "first call".to_owned(),
            answer_minutes: 15,
            role: None,
            people: vec![],
        });
        let entry = Entry {
            seq: 1,
            at: at("2027-03-30T00:00:00Z"),
            actor: Actor::System,
            baseline: 0,
            command: None,
            event: Event::DeploymentCreated {
                deployment: plan.deployment.clone(),
                plan: plan.digest(),
                release: plan.release.digest(),
                purpose: Purpose::Production,
                folder: "/nowhere".to_owned(),
            },
        };
        let mut state = State::begin(&entry, Arc::new(plan)).unwrap();
        let in_service = Some(at("2027-03-30T12:00:00Z"));
        let sites = state.sites.iter().map(|it| SiteStatus { in_service, ..it.clone() });
        state.sites = sites.collect();
        Self { now: entry.at, state }
    }

    fn happens(&mut self, now: i64, event: &Event) {
        self.now = instant(now).max(self.now);
        let seq = self.state.seq + 1;
        self.state.apply(event, &Actor::System, self.now, seq, None).unwrap();
        self.state.seq = seq;
    }

    fn sites(&self, reach: &Reach) -> ImpactSites {
        match reach {
            Reach::All => ImpactSites::All,
            Reach::Some(at) => ImpactSites::Only(
                at.iter().map(|it| self.state.plan.sites[*it as usize].id.clone()).collect(),
            ),
        }
    }

    /// Enters a ticket and its impact as people and probes would have.
    fn ticket(&mut self, ticket: &Ticket, impacts: &[model::measures::impact::Impact]) {
        let incident = self.state.incidents.next_number();
        let own = impacts.iter().filter(|it| it.of == ticket.id);
        let mut segments = own.map(|it| Impact {
            start: instant(it.start_ms),
            end: it.end_ms.map(instant),
            sites: self.sites(&it.reach),
            level: it.level,
            users: it.affected,
        });
        // What comes back hits whom it hit before.
        let first = segments.next();
        let opening = Opening {
            attribution: ticket.cause,
            impact: first,
            ..Opening::reported(
                Scope::Deployment,
                ticket.severity.try_into().unwrap(),
                ticket.id.clone(),
                instant(ticket.detected_ms.unwrap()),
            )
        };
        let mut happens = |at_ms: i64, event: IncidentEvent| {
            self.happens(at_ms, &Event::Incident(event));
        };
        let opened = ticket.opened_ms;
        happens(opened, IncidentEvent::Opened { incident, opening: Box::new(opening) });
        if let Some(acknowledged) = ticket.acknowledged_ms {
            let at = instant(acknowledged);
            happens(acknowledged, IncidentEvent::Acknowledged { incident, at });
        }
        if ticket.status == model::measures::desk::TicketStatus::NotCounted {
            let (into, reason, gate) = (2, "the same".to_owned(), vec![]);
            return happens(opened, IncidentEvent::Merged { incident, into, reason, gate });
        }
        let assignee = "gunnvor.petit".parse().unwrap();
        happens(opened, IncidentEvent::WorkedOn { incident, assignee });
        for (number, episode) in (1..).zip(&ticket.episodes) {
            if number > 1 {
                let (at, reason, gate) = (instant(episode.start_ms), "again".to_owned(), vec![]);
                happens(episode.start_ms, IncidentEvent::Reopened { incident, at, reason, gate });
            }
            let Some(restored) = episode.restored_ms else { return };
            let (at, confirmation, gate) = (instant(restored), "seen".to_owned(), vec![]);
            happens(restored, IncidentEvent::Restored { incident, at, confirmation, gate });
            let (cause, fix) = ("found".to_owned(), Some("mended".to_owned()));
            let resolved =
                IncidentEvent::Resolved { incident, cause, fix, workaround: None, problem: None };
            happens(restored, resolved);
        }
    }

    /// Enters the whole worked example, and what else a record can say.
    fn tell(&mut self, example: &Measured) {
        for work in &example.maintenance {
            let announced = MaintenanceWindow {
                start: instant(work.span.start_ms),
                end: instant(work.span.end_ms),
            };
            // What is announced too late is not planned.
            let is_told = work.notice == model::measures::impact::Notice::Announced;
            let told = if is_told { at("2027-04-01T00:00:00Z") } else { announced.start };
            let number = u32::try_from(self.state.incidents.maintenances.len() + 1).unwrap();
            let event = IncidentEvent::MaintenanceAnnounced {
                maintenance: number,
                title: work.of.clone(),
                sites: self.sites(&work.reach),
                window: announced,
            };
            self.now = told;
            self.happens(told.as_millisecond(), &Event::Incident(event));
        }
        self.now = at("2027-04-05T00:00:00Z");
        let mut tickets = example.tickets.clone().unwrap();
        // Work that hit people is an incident that was found to belong to another one.
        for name in ["MNT-007", "CHG-E01"] {
            let hit = example.impacts.iter().find(|it| it.of == name).unwrap();
            tickets.push(Ticket {
                id: name.to_owned(),
                severity: 3,
                opened_ms: hit.start_ms,
                detected_ms: Some(hit.start_ms),
                acknowledged_ms: None,
                episodes: vec![],
                status: model::measures::desk::TicketStatus::NotCounted,
                cause: Attribution::Solution,
                hours: None,
            });
        }
        for ticket in &tickets {
            self.now = instant(ticket.opened_ms);
            self.ticket(ticket, &example.impacts);
        }
        self.escalates();
        self.answers();
        let probe: model::id::LineId = "page".parse().unwrap();
        for (since, standing) in [
            (FROM, ProbeStanding::Up),
            ("2027-04-10T00:00:00Z", ProbeStanding::Unknown),
            ("2027-04-10T21:00:00Z", ProbeStanding::Up),
        ] {
            let (probe, since) = (probe.clone(), at(since));
            let stood = IncidentEvent::ProbeStood { probe, standing, since, why: None };
            self.happens(since.as_millisecond(), &Event::Incident(stood));
        }
        let seen = IncidentEvent::ProbesSeen { at: at(TO) };
        self.happens(at(TO).as_millisecond(), &Event::Incident(seen));
    }

    fn escalates(&mut self) {
        for (number, raised, purpose, incident, answered) in [
            (1, "2027-04-06T13:00:00Z", EscalationPurpose::Drill, None, Some(10)),
            (2, "2027-04-08T14:20:00Z", EscalationPurpose::Real, Some(2), Some(40)),
            (3, "2027-04-20T09:00:00Z", EscalationPurpose::Real, Some(6), None),
        ] {
            let raised = at(raised);
            let later = |minutes: i64| raised + jiff::SignedDuration::from_mins(minutes);
            let raising = Raising {
                incident,
                reason: EscalationReason::NeedsKnowledge,
                text: "please help".to_owned(),
                tried: vec![],
                side: RoleType::SupportManager,
                at: raised,
                path: EscalationPath::Levels,
                purpose,
                level: 0,
                due: Some(later(15)),
            };
            let escalation = number;
            let mut happens = |event: EscalationEvent, at: Timestamp| {
                self.happens(at.as_millisecond(), &Event::Escalation(event));
            };
            happens(EscalationEvent::Raised { escalation, raising: Box::new(raising) }, raised);
            let Some(minutes) = answered else { continue };
            happens(EscalationEvent::Accepted { escalation, at: later(9) }, later(9));
            let answer = Answer {
                kind: AnswerKind::Knowledge,
                text: "so".to_owned(),
                release: None,
                rfc: None,
                at: later(minutes),
            };
            happens(EscalationEvent::Answered { escalation, answer }, later(minutes));
        }
    }

    fn answers(&mut self) {
        let now = self.now.as_millisecond();
        let opened = SurveyEvent::Opened {
            round: 1,
            closes: at("2027-04-25T00:00:00Z"),
            definition: self.state.plan_digest,
            languages: vec![],
            threshold: 5,
            sample_percent: 100,
        };
        self.happens(now, &Event::Survey(opened));
        let counts = [(1, Counts([20, 40, 83, 242, 227]))].into();
        let groups = vec![GroupCount { site: None, responses: 612, counts }];
        let import = Import {
            instrument: Instrument::Users,
            source: self.state.plan_digest,
            invited: 1_575,
            groups,
        };
        self.happens(now, &Event::Survey(SurveyEvent::Imported { import }));
    }
}

fn question() -> Question {
    let (from_ms, to_ms) = (at(FROM).as_millisecond(), at(TO).as_millisecond());
    Question { from_ms, to_ms, as_of_ms: to_ms, causes: Causes::attributable() }
}

fn printed(measured: &Measured) -> Value {
    let question = question();
    let zone = TimeZone::get("America/Chicago").unwrap();
    let figures = Figures::of(measured, &question, &zone);
    serde_json::to_value(Printed::new(&figures)).unwrap()
}

/// Returns what is read again from the tables of `measured`.
fn written_and_read(measured: &Measured) -> Measured {
    let mut written = tables(measured);
    let mut take = |name: &str| {
        let position = written.iter().position(|(it, _)| *it == name)?;
        let (name, text) = written.remove(position);
        Some(table(name, text.into_bytes()))
    };
    let tables = MeasuredTables {
        sites: take("sites.csv").unwrap(),
        segments: take("segments.csv").unwrap(),
        planned: take("planned.csv"),
        tickets: take("tickets.csv"),
        more: MoreTables {
            hours: take("hours.csv"),
            requests: take("requests.csv"),
            escalations: take("escalations.csv"),
            coverage: take("coverage.csv"),
            answers: take("answers.csv"),
            known: take("known.csv"),
        },
    };
    let read = planfile::measured(tables);
    read.unwrap_or_else(|found| panic!("{:?}", found.iter().map(|it| &it.what).collect::<Vec<_>>()))
}

// Proves: M-1, M-5, P3b-O1, P3b-O2
#[test]
fn a_record_of_the_worked_example_gives_its_figures_and_so_do_its_tables() {
    let mut world = World::new(Environment::Production);
    world.tell(&example());
    let recorded = recorded::measured(&world.state, world.state.at);
    let figures = printed(&recorded);
    let expected: Value = serde_json::from_slice(
        &std::fs::read(folder().join("measures/expected-metrics.json")).unwrap(),
    )
    .unwrap();
    assert_eq!(figures["summary"], expected["at_nominal_end_attributable"]["summary"]);
    for (site, of_site) in expected["at_nominal_end_attributable"]["sites"].as_object().unwrap() {
        assert_eq!(&figures["sites"][site], of_site, "{site}");
    }
    assert_eq!(figures["tickets"], expected["tickets"]);
    let read = written_and_read(&recorded);
    assert_eq!(read, recorded);
    assert_eq!(printed(&read), figures);
    let mut told = String::new();
    for measure in figures["measures"].as_array().unwrap() {
        let (name, value) = (measure["measure"].as_str().unwrap(), &measure["value"]);
        let parts = format!("{} / {}", measure["numerator"], measure["denominator"]);
        told += &format!("{name}: {} = {parts}, n {}", value.as_str().unwrap(), measure["n"]);
        let confidence = measure.get("wilson_95").map_or_else(String::new, |it| format!(" {it}"));
        told += &format!("{confidence}\n");
    }
    expect_test::expect![[r#"
        User-weighted downtime: 86.7498 min = 8197860000 / 1575, n 40
        Availability: 99.712 % = 2838142140000 / 2846340000000, n 40
        User-minutes lost: 136631 user-minutes = 8197860000 / 1, n 40
        Any site down: 117 min = 7020000 / 1, n 40
        All sites down: 67 min = 4020000 / 1, n 40
        Site mean: 78.325 min = 187980000 / 40, n 40
        Planned downtime: 4000 min = 240000000 / 1, n 40
        Incidents: 6 = 6 / 1, n 6
        Severity 2 per 1,000 users: 1.9048 = 3000 / 1575, n 6
        Reopened: 16.6667 % = 1 / 6, n 6
        Mean time to acknowledge: 19.6667 min = 7080000 / 6, n 6
        Mean time to restore: 110.6 min = 33180000 / 5, n 5
        Support issues: 7 = 7 / 1, n 7
        Support issues per 100 users: 0.4444 = 700 / 1575, n 7
        Support issues per 100 users and week: 0.1481 = 423360000000 / 2857680000000, n 7
        Requests during deployment: 0 = 0 / 1, n 0
        Escalations: 2 = 2 / 1, n 2
        Escalations taken in time: 50 % = 1 / 2, n 2
        Avoidable escalations: 0 % = 0 / 2, n 2
        Mean time to take an escalation: 9 min = 540000 / 1, n 1
        Mean time to answer an escalation: 40 min = 2400000 / 1, n 1
        Escalations per 100 incidents: 33.3333 = 200 / 6, n 2
        Computers covered: 0 % = 0 / 1072, n 40
        Users covered: 100 % = 1575 / 1575, n 40
        Completeness: 95.8167 % = 69264000000 / 72288000000, n 40
        Users content with the solution: 76.634 % = 469 / 612, n 612 [0.7312,0.7981]
    "#]]
    .assert_eq(&told);
    expect_test::expect![[r#"
        {"by_kind":{"incident":7},"by_site":{},"by_week":[{"count":3,"per_100_users":0.2105,"week":"2027-04-05"},{"count":2,"per_100_users":0.127,"week":"2027-04-12"},{"count":2,"per_100_users":0.127,"week":"2027-04-19"},{"count":0,"per_100_users":0.0,"week":"2027-04-26"}],"count":7,"during_deployment":0,"of_service":7,"per_100_users":0.4444,"per_100_users_and_week":0.1481}
        {"accepted":1,"avoidable":0,"by_cause":{"needs-knowledge":2},"by_severity":{"2":2},"by_week":[{"count":1,"week":"2027-04-05"},{"count":0,"week":"2027-04-12"},{"count":1,"week":"2027-04-19"},{"count":0,"week":"2027-04-26"}],"bypassing":0,"count":2,"drills":1,"insisted":0,"rejected":0,"to_accept_min":{"mean":9.0,"median":9.0,"n":1,"p90":9.0},"to_answer_min":{"mean":40.0,"median":40.0,"n":1,"p90":40.0}}"#]].assert_eq(&format!("{}\n{}", figures["requests"], figures["escalations"]));
}

// Proves: G-10
#[test]
fn what_was_measured_in_a_test_environment_is_no_measure_of_production() {
    let mut world = World::new(Environment::Test);
    world.tell(&example());
    assert_eq!(world.state.environment(), "test");
    let recorded = recorded::measured(&world.state, world.state.at);
    let read = written_and_read(&recorded);
    assert_eq!((read.sites.len(), read.tickets.as_ref().map(Vec::len)), (0, Some(0)));
    assert!(read.left_out > 40);
    let figures = printed(&read);
    assert_eq!(figures["summary"]["availability_user_weighted"], Value::Null);
    assert_eq!(figures["tickets"]["count"], 0);
    assert_eq!(figures["requests"]["count"], 0);
    assert_eq!(figures["escalations"]["count"], 0);
}
