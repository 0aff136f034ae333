//! Stories of incidents and escalations: who may do what, when, and what follows from it.
//!
//! House rule: a refused command leaves no trace, and says why and what to do next.

// Long because: each story is read as a whole, and they share one desk.

use super::deployment::{busy, fold, name, person};
use crate::companion_plans::{EscalationLevel, SupportPlan};
use crate::decide::{Acting, decide};
use crate::escalation::{
    AnswerKind, Avoidable, EscalationAct, EscalationCommand, EscalationEvent, EscalationPurpose,
    EscalationReason, Paged,
};
use crate::event::{Actor, Event};
use crate::gates::incidents as gates;
use crate::guard::{GuardReading, Verdict};
use crate::incident::{
    Attribution, FeedbackDecision, Impact, ImpactLevel, ImpactSites, IncidentAct, IncidentCommand,
    MaintenanceWindow, Opening, RequestKind, Severity, Source,
};
use crate::machine::DeploymentState;
use crate::role_type::RoleType;
use crate::scope::Scope;
use crate::state::State;
use expect_test::expect;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// A deployment, its clock, and what was said and done, a line each.
struct Desk {
    state: State,
    now: Timestamp,
    story: String,
}

impl Desk {
    fn new() -> Self {
        use RoleType as R;
        let mut state = busy();
        let mut plan = (*state.plan).clone();
        plan.people.extend([
            person("sup", &[R::SupportManager]),
            person("sup2", &[R::SupportManager]),
            person("tst2", &[R::Tester]),
            person("dev", &[R::Developer]),
            person("usr", &[R::User]),
            person("call", &[]),
        ]);
        let level = |who: &str, minutes: u32, role: Option<RoleType>| EscalationLevel {
            who: who.to_owned(),
            answer_minutes: minutes,
            role,
            people: vec![],
        };
        let mut levels = vec![
            level("desk", 15, Some(R::SupportManager)),
            level("developer on call", 30, Some(R::Developer)),
            level("program manager", 60, Some(R::ProgramManager)),
        ];
        levels[1].people = vec![name("call")];
        plan.support = Some(SupportPlan { escalation: levels, ..SupportPlan::default() });
        "1.0".clone_into(&mut plan.release.version);
        state = state.with_plan(Arc::new(plan));
        Self { state, now: name("2027-01-04T12:00:00Z"), story: String::new() }
    }

    fn pass(&mut self, minutes: i64) {
        self.now = self.now.checked_add(SignedDuration::from_mins(minutes)).unwrap();
    }

    /// Lets `who` say `command`, and keeps what came of it.
    fn says(&mut self, who: &str, command: crate::command::Command) -> bool {
        let who_id = name(who);
        let acting = Acting::new(&self.state, &who_id, self.now);
        let day = self.now.strftime("%d %H:%M");
        match decide(&acting, &command) {
            Ok(events) => {
                let actor = acting.actor("test");
                for event in events {
                    self.story += &format!("{day} {who}: {}\n", told(&event));
                    let seq = self.state.seq + 1;
                    self.state.apply(&event, &actor, self.now, seq, None).unwrap();
                    self.state.seq = seq;
                }
                true
            }
            Err(refusal) => {
                assert!(!refusal.next_step.is_empty(), "{refusal:?}");
                self.story += &format!("{day} {who} is refused: {refusal}\n");
                false
            }
        }
    }

    fn does(&mut self, who: &str, incident: u32, act: IncidentAct) -> bool {
        let command = IncidentCommand::Act { incident, act };
        self.says(who, crate::command::Command::Incident(command))
    }

    fn tells(&mut self, who: &str, command: IncidentCommand) -> bool {
        self.says(who, crate::command::Command::Incident(command))
    }

    fn escalates(&mut self, who: &str, escalation: u32, act: EscalationAct) -> bool {
        let command = EscalationCommand::Act { escalation, act };
        self.says(who, crate::command::Command::Escalation(command))
    }

    fn reports(&mut self, who: &str, scope: &str, severity: Severity) {
        let opening = self.opening(scope, severity);
        self.tells(who, IncidentCommand::Open(Box::new(opening)));
    }

    fn opening(&self, scope: &str, severity: Severity) -> Opening {
        Opening::reported(name(scope), severity, "the tills are down".to_owned(), self.now)
    }

    /// Brings a new incident as far as resolved.
    fn resolves(&mut self, incident: u32) {
        self.does("sup", incident, IncidentAct::Acknowledge { at: None });
        self.restores(incident);
        self.does("sup", incident, resolved());
    }

    fn restores(&mut self, incident: u32) {
        let confirmation = "somebody sold something".to_owned();
        self.does("sup", incident, IncidentAct::Restore { at: None, confirmation });
    }

    fn raises(&mut self, who: &str, incident: Option<u32>, tried: &[&str]) -> bool {
        self.says(who, raise(incident, tried, EscalationPurpose::Real, None))
    }

    fn told(&mut self) -> String {
        std::mem::take(&mut self.story)
    }

    /// Comes to the quiet period, as if everything before had gone well.
    fn quiet(&mut self) {
        self.state.deployment = DeploymentState::QuietPeriod;
    }

    fn v2(&self, site: &str) -> String {
        let scopes = [name(&format!("site/{site}")), Scope::Deployment];
        read(&gates::v2(&self.state, &name(site), &scopes, self.now))
    }
}

fn told(event: &Event) -> String {
    if let Event::Incident(it) = event {
        it.to_string()
    } else if let Event::Escalation(it) = event {
        it.to_string()
    } else if let Event::SignalRaised { scope, severity, incident, .. } = event {
        format!("counts at {scope} as severity {severity} of {incident:?}")
    } else if let Event::Concurred { act, role, .. } = event {
        format!("{role} agreed to {act}")
    } else if let Event::SiteCare(it) = event {
        it.to_string()
    } else {
        panic!("{event:?}")
    }
}

fn read(reading: &GuardReading) -> String {
    match &reading.verdict {
        Verdict::Met => "met".to_owned(),
        Verdict::Waived { .. } => "waived".to_owned(),
        Verdict::Unmet { missing, supplier } => format!("{missing} [{supplier}]"),
        Verdict::Unknown { missing } => format!("unknown: {missing}"),
    }
}

fn raise(
    incident: Option<u32>,
    tried: &[&str],
    purpose: EscalationPurpose,
    called: Option<Timestamp>,
) -> crate::command::Command {
    crate::command::Command::Escalation(EscalationCommand::Raise {
        incident,
        reason: EscalationReason::NeedsCodeChange,
        text: "the price list is read wrongly".to_owned(),
        tried: tried.iter().map(|it| (*it).to_owned()).collect(),
        called,
        purpose,
    })
}

fn resolved() -> IncidentAct {
    let (cause, fix) = ("a stale list".to_owned(), Some("it was replaced".to_owned()));
    IncidentAct::Resolve { cause, fix, workaround: None, problem: None }
}

fn why() -> String {
    "as it was seen".to_owned()
}

fn reclassify(severity: Option<Severity>, attribution: Option<Attribution>) -> IncidentAct {
    IncidentAct::Reclassify { severity, attribution, reason: why() }
}

// Proves: G-09, P2-D3
#[test]
fn an_incident_goes_from_its_report_to_its_confirmed_end_and_opens_the_gate_again() {
    let mut desk = Desk::new();
    desk.reports("owner", "site/watched", Severity::TWO);
    let shut = desk.v2("watched");
    desk.pass(5);
    desk.does("rel", 1, IncidentAct::Acknowledge { at: None });
    desk.does("sup", 1, IncidentAct::Acknowledge { at: None });
    desk.does("dev", 1, IncidentAct::Work { assignee: None });
    desk.pass(35);
    desk.does("sup", 1, resolved());
    desk.restores(1);
    let restored = desk.v2("watched");
    desk.does("dev", 1, resolved());
    desk.does("sup", 1, resolved());
    let open = desk.v2("watched");
    desk.does("dev", 1, IncidentAct::Close);
    desk.does("owner", 1, IncidentAct::Close);
    expect![[r#"
        04 12:00 owner: incident 1 opened, severity 2 at site/watched: the tills are down
        04 12:00 owner: counts at site/watched as severity 2 of Some(1)
        04 12:05 rel is refused: rel may not let incident 1 be acknowledged: it takes Support Manager or Operations Manager or Tester
        04 12:05 sup: incident 1 acknowledged at 2027-01-04T12:05:00Z
        04 12:05 dev: incident 1: dev works on it
        04 12:40 sup is refused: incident 1 cannot be resolved while it is in progress
        04 12:40 sup: incident 1: service restored at 2027-01-04T12:40:00Z: somebody sold something
        04 12:40 dev is refused: dev may not let incident 1 be resolved: it takes Support Manager or Operations Manager
        04 12:40 sup: incident 1 resolved: a stale list; fix: it was replaced
        04 12:40 dev is refused: dev may not let incident 1 be closed: it takes Support Manager
        04 12:40 owner: incident 1 closed
        incident 1, severity 2, is open at watched: the tills are down [Support Manager or Operations Manager]
        incident 1, severity 2, is open at watched: the tills are down [Support Manager or Operations Manager]
        met
    "#]].assert_eq(&format!("{}{shut}\n{restored}\n{open}\n", desk.told()));
    let incident = desk.state.incidents.incident(1).unwrap();
    assert_eq!(desk.state.rings[1].severity_2 + desk.state.rings[0].severity_2, 1);
    assert!(!incident.is_open() && incident.reopens() == 0 && !incident.is_late());
}

#[test]
fn a_time_in_the_future_or_before_its_start_is_refused_and_a_late_entry_is_marked() {
    let mut desk = Desk::new();
    let opens = |desk: &mut Desk, change: &dyn Fn(&mut Opening)| {
        let mut opening = desk.opening("site/watched", Severity::THREE);
        change(&mut opening);
        desk.tells("sup", IncidentCommand::Open(Box::new(opening)));
    };
    let at = |text: &str| -> Timestamp { name(text) };
    let impact = |start: &str, end: Option<&str>| Impact {
        start: at(start),
        end: end.map(at),
        sites: ImpactSites::Only(vec![name("watched")]),
        level: ImpactLevel::Outage,
        users: None,
    };
    opens(&mut desk, &|it| it.detected = at("2027-01-04T12:00:01Z"));
    opens(&mut desk, &|it| it.impact = Some(impact("2027-01-04T12:00:01Z", None)));
    opens(&mut desk, &|it| {
        it.impact = Some(impact("2027-01-04T11:00:00Z", Some("2027-01-04T10:00:00Z")));
    });
    opens(&mut desk, &|it| it.scopes.clear());
    opens(&mut desk, &|it| it.scopes.push(name("site/nowhere")));
    opens(&mut desk, &|it| it.title = "two\nlines".to_owned());
    opens(&mut desk, &|it| it.source.system = "probe".to_owned());
    opens(&mut desk, &|it| {
        it.detected = at("2027-01-02T11:00:00Z");
        it.impact = Some(impact("2027-01-02T10:30:00Z", None));
        it.source = Source { system: "old desk".to_owned(), id: Some("T-1".to_owned()) };
    });
    opens(&mut desk, &|it| {
        it.source = Source { system: "old desk".to_owned(), id: Some("T-1".to_owned()) };
    });
    desk.does("sup", 1, IncidentAct::Acknowledge { at: Some(at("2027-01-02T10:59:00Z")) });
    desk.does("sup", 1, IncidentAct::Acknowledge { at: Some(at("2027-01-02T11:12:00Z")) });
    let confirmation = why;
    let restore =
        |text: &str| IncidentAct::Restore { at: Some(at(text)), confirmation: confirmation() };
    desk.does("sup", 1, restore("2027-01-02T10:00:00Z"));
    desk.does("sup", 1, restore("2027-01-02T12:00:00Z"));
    expect![[r#"
        04 12:00 sup is refused: when it was noticed lies in the future: 2027-01-04T12:00:01Z, and it is 2027-01-04T12:00:00Z
        04 12:00 sup is refused: the start of the impact lies in the future: 2027-01-04T12:00:01Z, and it is 2027-01-04T12:00:00Z
        04 12:00 sup is refused: the end of the impact, 2027-01-04T10:00:00Z, lies before 2027-01-04T11:00:00Z, when it began
        04 12:00 sup is refused: it is about nothing
        04 12:00 sup is refused: site/nowhere is not in the plan
        04 12:00 sup is refused: what happened is longer than a line of 200 characters
        04 12:00 sup is refused: `probe` is what Landfall itself has found
        04 12:00 sup: incident 1 opened, severity 3 at site/watched: the tills are down
        04 12:00 sup is refused: T-1 of old desk is incident 1 here
        04 12:00 sup is refused: when it was seen, 2027-01-02T10:59:00Z, lies before 2027-01-02T11:00:00Z, when it began
        04 12:00 sup: incident 1 acknowledged at 2027-01-02T11:12:00Z
        04 12:00 sup is refused: when the service was back, 2027-01-02T10:00:00Z, lies before 2027-01-02T11:00:00Z, when it began
        04 12:00 sup: incident 1: service restored at 2027-01-02T12:00:00Z: as it was seen
    "#]].assert_eq(&desk.told());
    let incident = desk.state.incidents.incident(1).unwrap();
    assert!(incident.is_late());
    assert_eq!(incident.impact_start(), at("2027-01-02T10:30:00Z"));
    assert_eq!(incident.segments[0].impact.end, Some(at("2027-01-02T12:00:00Z")));
}

#[test]
fn impact_is_corrected_by_new_entries_with_a_reason() {
    let mut desk = Desk::new();
    desk.reports("sup", "site/watched", Severity::THREE);
    desk.does("sup", 1, IncidentAct::Acknowledge { at: None });
    let impact = |start: &str| Impact {
        start: name(start),
        end: None,
        sites: ImpactSites::All,
        level: ImpactLevel::Partial,
        users: Some(3),
    };
    let (ten, eleven) = (impact("2027-01-04T10:00:00Z"), impact("2027-01-04T11:00:00Z"));
    desk.does("rel", 1, IncidentAct::OpenSegment { impact: ten.clone() });
    desk.does("ops", 1, IncidentAct::OpenSegment { impact: ten.clone() });
    let correct = |segment, reason: &str, impact: &Impact| IncidentAct::CorrectSegment {
        segment,
        impact: impact.clone(),
        reason: reason.to_owned(),
    };
    desk.does("ops", 1, correct(1, "by the log", &ten));
    desk.does("ops", 1, correct(1, "", &eleven));
    desk.does("ops", 1, correct(2, "by the log", &eleven));
    desk.does("ops", 1, correct(1, "by the log", &eleven));
    desk.does("ops", 1, IncidentAct::CloseSegment { segment: 1, end: Some(ten.start) });
    desk.does("ops", 1, IncidentAct::CloseSegment { segment: 1, end: None });
    desk.does("ops", 1, IncidentAct::CloseSegment { segment: 1, end: None });
    desk.does("ops", 1, IncidentAct::WithdrawSegment { segment: 1, reason: why() });
    desk.does("ops", 1, IncidentAct::WithdrawSegment { segment: 1, reason: why() });
    expect![[r#"
        04 12:00 sup: incident 1 opened, severity 3 at site/watched: the tills are down
        04 12:00 sup: incident 1 acknowledged at 2027-01-04T12:00:00Z
        04 12:00 rel is refused: rel may not record what an incident has hit: it takes Support Manager or Operations Manager or Tester
        04 12:00 ops: incident 1, impact 1: partial at all sites from 2027-01-04T10:00:00Z, going on
        04 12:00 ops is refused: impact 1 of incident 1 says so already
        04 12:00 ops is refused: the reason is missing
        04 12:00 ops is refused: incident 1 has no impact 2
        04 12:00 ops: incident 1, impact 1 corrected: partial at all sites from 2027-01-04T11:00:00Z, going on: by the log
        04 12:00 ops is refused: the end of the impact, 2027-01-04T10:00:00Z, lies before 2027-01-04T11:00:00Z, when it began
        04 12:00 ops: incident 1, impact 1 ended at 2027-01-04T12:00:00Z
        04 12:00 ops is refused: impact 1 of incident 1 has ended already
        04 12:00 ops: incident 1, impact 1 withdrawn: as it was seen
        04 12:00 ops is refused: incident 1 has no impact 1
    "#]].assert_eq(&desk.told());
}

// Proves: R-TST3
#[test]
fn a_severe_incident_is_found_to_be_none_by_two_people_and_a_duplicate_can_be_unmerged() {
    let mut desk = Desk::new();
    desk.reports("owner", "site/watched", Severity::TWO);
    desk.reports("usr", "site/done", Severity::TWO);
    desk.reports("usr", "site/done", Severity::FOUR);
    let merge = |into| IncidentAct::Merge { into, reason: why() };
    desk.does("tst", 2, merge(2));
    desk.does("tst", 2, merge(1));
    desk.does("tst", 2, merge(1));
    desk.does("sup", 2, merge(1));
    desk.does("sup", 1, merge(2));
    desk.does("tst", 1, merge(3));
    desk.does("sup", 3, IncidentAct::Cancel { reason: why() });
    assert_eq!(desk.state.incidents.merged_into(2), Some(1));
    desk.does("tst", 2, IncidentAct::Unmerge { reason: why() });
    desk.does("sup", 2, IncidentAct::Cancel { reason: why() });
    desk.does("sup2", 2, IncidentAct::Cancel { reason: why() });
    expect![[r#"
        04 12:00 owner: incident 1 opened, severity 2 at site/watched: the tills are down
        04 12:00 owner: counts at site/watched as severity 2 of Some(1)
        04 12:00 usr: incident 2 opened, severity 2 at site/done: the tills are down
        04 12:00 usr: counts at site/done as severity 2 of Some(2)
        04 12:00 usr: incident 3 opened, severity 4 at site/done: the tills are down
        04 12:00 tst is refused: incident 2 cannot be a duplicate of itself
        04 12:00 tst: Tester agreed to merge incident/2 into 1
        04 12:00 tst is refused: tst has already agreed to merge incident/2 into 1
        04 12:00 sup: Support Manager agreed to merge incident/2 into 1
        04 12:00 sup: incident 2 is a duplicate of incident 1: as it was seen
        04 12:00 sup is refused: incident 1 cannot be a duplicate of itself
        04 12:00 tst is refused: incident 1 was of severity 2, and incident 3 never of more than severity 4
        04 12:00 sup: incident 3 cancelled: as it was seen
        04 12:00 tst: incident 2 is no duplicate: as it was seen
        04 12:00 sup: Support Manager agreed to cancel incident/2
        04 12:00 sup2: Support Manager agreed to cancel incident/2
        04 12:00 sup2: incident 2 cancelled: as it was seen
    "#]]
    .assert_eq(&desk.told());
    assert_eq!(desk.state.incidents.merged_into(2), None);
}

#[test]
fn what_comes_back_is_the_same_incident_for_seven_days_and_then_another() {
    let mut desk = Desk::new();
    desk.reports("owner", "site/watched", Severity::TWO);
    desk.resolves(1);
    desk.does("owner", 1, IncidentAct::Close);
    desk.told();
    desk.pass(6 * 24 * 60);
    desk.does("rel", 1, IncidentAct::Reopen { at: None, reason: why() });
    desk.does("owner", 1, IncidentAct::Reopen { at: None, reason: why() });
    desk.pass(40);
    desk.restores(1);
    desk.does("sup", 1, resolved());
    desk.does("sup", 1, IncidentAct::Close);
    desk.pass(7 * 24 * 60 + 1);
    desk.does("usr", 1, IncidentAct::Reopen { at: None, reason: why() });
    expect![[r#"
        10 12:00 rel is refused: rel may not let incident 1 be reopened: it takes User or Site Owner or Support Manager or Operations Manager
        10 12:00 owner: incident 1 reopened, back since 2027-01-10T12:00:00Z: as it was seen
        10 12:00 owner: counts at site/watched as severity 2 of Some(1)
        10 12:40 sup: incident 1: service restored at 2027-01-10T12:40:00Z: somebody sold something
        10 12:40 sup: incident 1 resolved: a stale list; fix: it was replaced
        10 12:40 sup: incident 1 closed
        17 12:41 usr: incident 2 opened, severity 2 at site/watched: the tills are down (recurrence of incident 1)
        17 12:41 usr: counts at site/watched as severity 2 of Some(2)
        17 12:41 usr: incident 1 came back as incident 2
    "#]].assert_eq(&desk.told());
    let incidents = &desk.state.incidents;
    assert_eq!(incidents.incident(1).unwrap().reopens(), 1);
    assert_eq!(incidents.incident(2).unwrap().recurrence_of, Some(1));
}

#[test]
fn in_the_quiet_period_the_project_does_not_grade_its_own_work() {
    let mut desk = Desk::new();
    desk.reports("owner", "site/watched", Severity::TWO);
    desk.does("sup", 1, IncidentAct::Acknowledge { at: None });
    desk.quiet();
    desk.told();
    let (three, elsewhere) = (Some(Severity::THREE), Some(Attribution::Environment));
    desk.does("rel", 1, reclassify(three, None));
    desk.does("tst", 1, reclassify(three, None));
    desk.does("tst", 1, reclassify(three, None));
    assert_eq!(desk.state.incidents.list[0].severity, Severity::TWO);
    desk.does("ops", 1, reclassify(three, None));
    desk.does("tst", 1, reclassify(None, elsewhere));
    desk.does("tst", 1, reclassify(Some(Severity::ONE), None));
    desk.does("sup", 1, reclassify(None, elsewhere));
    desk.does("sup", 1, reclassify(None, elsewhere));
    expect![[r#"
        04 12:00 rel is refused: rel may not let incident 1 change its severity or attribution: it takes Tester or Support Manager or Operations Manager
        04 12:00 tst: Tester agreed to reclassify incident/1 to severity 3, undetermined
        04 12:00 tst is refused: tst has already proposed to reclassify incident/1 to severity 3, undetermined
        04 12:00 ops: incident 1 reclassified from severity 2, undetermined to severity 3, undetermined: as it was seen
        04 12:00 tst: Tester agreed to reclassify incident/1 to severity 3, environment
        04 12:00 tst: incident 1 reclassified from severity 3, undetermined to severity 1, undetermined: as it was seen
        04 12:00 tst: counts at site/watched as severity 1 of Some(1)
        04 12:00 sup: incident 1 reclassified from severity 1, undetermined to severity 1, environment: as it was seen
        04 12:00 sup is refused: incident 1 is severity 1, environment already
    "#]].assert_eq(&desk.told());
    assert_eq!(desk.state.incidents.list[0].severity_highest, Severity::ONE);
    assert!(!desk.state.incidents.list[0].counts());
}

#[test]
fn only_severity_2_with_a_workaround_may_be_waived_at_a_site() {
    let mut desk = Desk::new();
    desk.reports("owner", "site/watched", Severity::TWO);
    let (guard, scope) = (crate::guard::Guard::V2, name("site/watched"));
    let until = name("2027-02-01T00:00:00Z");
    let texts = [why(), why(), why()];
    let [reason, risk, control] = texts;
    let asked = Event::WaiverRequested {
        waiver: 3,
        guard,
        scope,
        reason,
        risk,
        control,
        until,
        part: None,
    };
    fold(&mut desk.state, asked);
    let transition = crate::machine::WaiverTransition::Granted;
    fold(&mut desk.state, Event::Waiver { waiver: 3, transition, reason: None });
    let mut lines = vec![desk.v2("watched")];
    desk.does("sup", 1, IncidentAct::FindWorkaround { workaround: why() });
    lines.push(desk.v2("watched"));
    desk.does("sup", 1, IncidentAct::Acknowledge { at: None });
    desk.does("sup", 1, reclassify(Some(Severity::ONE), None));
    lines.push(desk.v2("watched"));
    desk.does("sup", 1, reclassify(None, Some(Attribution::UserError)));
    lines.push(desk.v2("watched"));
    expect![[r#"
        incident 1, severity 2, is open at watched: the tills are down [Support Manager or Operations Manager]
        waived
        incident 1, severity 1, is open at watched: the tills are down [Support Manager or Operations Manager]
        met"#]].assert_eq(&lines.join("\n"));
}

#[test]
fn stable_means_nothing_of_severity_1_little_of_severity_2_and_no_rising_trend() {
    let mut desk = Desk::new();
    let st2 = |desk: &Desk| read(&gates::st2(&desk.state, desk.now));
    let mut lines = vec![st2(&desk)];
    desk.reports("owner", "component/db", Severity::ONE);
    lines.push(st2(&desk));
    desk.does("sup", 1, IncidentAct::Acknowledge { at: None });
    desk.does("sup", 1, reclassify(Some(Severity::TWO), None));
    lines.push(st2(&desk));
    desk.does("sup", 1, IncidentAct::FindWorkaround { workaround: why() });
    lines.push(st2(&desk));
    desk.pass(8 * 24 * 60);
    lines.push(st2(&desk));
    desk.restores(1);
    desk.does("sup", 1, resolved());
    lines.push(st2(&desk));
    expect![[r#"
        met
        incident 1, severity 1, is open at the solution: the tills are down [Support Manager or Operations Manager]
        incident 1, severity 2, is open at the solution: the tills are down [Support Manager or Operations Manager]
        1 severe incidents in the last 7 days, 0 in the 7 before [time, at 2027-01-11T12:00:00Z]
        1 severity 2 incidents are open, 0 are tolerated [Support Manager or Operations Manager]
        met"#]].assert_eq(&lines.join("\n"));
}

// Proves: R-DEV3
#[test]
fn an_escalation_goes_up_level_by_level_until_the_side_that_raised_it_confirms() {
    let mut desk = Desk::new();
    desk.reports("owner", "site/watched", Severity::TWO);
    desk.raises("sup", Some(1), &["restarted the till"]);
    desk.does("sup", 1, IncidentAct::Acknowledge { at: None });
    desk.raises("dev", Some(1), &["restarted the till"]);
    desk.raises("sup", Some(1), &[]);
    desk.raises("sup", Some(1), &["restarted the till"]);
    desk.pass(30);
    let due = desk.state.escalations.list[0].paged.due.unwrap();
    let next = super::super::escalation::paged_after(&desk.state.plan, (1, None), desk.now);
    let unanswered = EscalationEvent::Unanswered { escalation: 1, level: 1, due, next };
    let seq = desk.state.seq + 1;
    let missed = Event::Escalation(unanswered);
    desk.state.apply(&missed, &Actor::System, desk.now, seq, None).unwrap();
    desk.story += &format!("{}\n", told(&missed));
    desk.escalates("sup", 1, EscalationAct::Accept { at: None });
    desk.escalates("pgm", 1, EscalationAct::Reject { reason: why() });
    desk.escalates("pgm", 1, EscalationAct::Insist { reason: why() });
    desk.escalates("ops", 1, EscalationAct::Insist { reason: why() });
    desk.escalates("dev", 1, EscalationAct::Accept { at: None });
    let answer = |kind, rfc: Option<&str>, release: Option<&str>| EscalationAct::Answer {
        kind,
        text: why(),
        release: release.map(str::to_owned),
        rfc: rfc.map(name),
    };
    desk.escalates("dev", 1, answer(AnswerKind::Fix, None, Some("1.1")));
    desk.escalates("dev", 1, answer(AnswerKind::Fix, Some("R-new"), Some("1.0")));
    desk.escalates("dev", 1, answer(AnswerKind::Fix, Some("R-new"), Some("1.1")));
    desk.escalates("sup", 1, EscalationAct::Reopen { reason: why() });
    desk.escalates("dev", 1, answer(AnswerKind::Workaround, None, None));
    let confirm = EscalationAct::Confirm {
        article: Some("KB-12".to_owned()),
        avoidable: Some(Avoidable::TrainingGap),
    };
    desk.escalates("ops", 1, confirm.clone());
    desk.escalates("sup", 1, confirm);
    expect![[r#"
        04 12:00 owner: incident 1 opened, severity 2 at site/watched: the tills are down
        04 12:00 owner: counts at site/watched as severity 2 of Some(1)
        04 12:00 sup is refused: incident 1 cannot be escalated while it is new
        04 12:00 sup: incident 1 acknowledged at 2027-01-04T12:00:00Z
        04 12:00 dev is refused: dev may not escalate to the project team: it takes Support Manager or Operations Manager
        04 12:00 sup is refused: escalating incident 1 is refused by its gate: I2: what the first and second line have tried is not said
        04 12:00 sup: escalation 1 for incident 1 raised by Support Manager, needs-code-change, level 2 is paged: the price list is read wrongly
        04 12:00 sup: incident 1 escalated, as escalation 1
        escalation 1: level 2 did not answer by 2027-01-04T12:30:00Z; level 3 is paged
        04 12:30 sup is refused: sup may not let escalation 1 be accepted: it takes Developer or Program Manager
        04 12:30 pgm: escalation 1 rejected: as it was seen
        04 12:30 pgm is refused: pgm may not let escalation 1 be insisted on: it takes Operations Manager or Support Manager
        04 12:30 ops: escalation 1 insisted on, level 3 is paged: as it was seen
        04 12:30 dev: escalation 1 accepted at 2027-01-04T12:30:00Z
        04 12:30 dev is refused: a fix is a new release under a request for change
        04 12:30 dev is refused: release 1.0 is the one that has the problem
        04 12:30 dev: escalation 1 answered, fix: as it was seen; release 1.1 under R-new
        04 12:30 dev: incident 1 came back from escalation 1
        04 12:30 sup: escalation 1 not solved: as it was seen
        04 12:30 sup: incident 1 escalated, as escalation 1
        04 12:30 dev: escalation 1 answered, workaround: as it was seen
        04 12:30 dev: incident 1 came back from escalation 1
        04 12:30 ops is refused: closing escalation 1 is refused by its gate: ES1: escalation 1 was raised by Support Manager
        04 12:30 sup: escalation 1 confirmed, article KB-12, avoidable: training-gap
    "#]].assert_eq(&desk.told());
    let it = &desk.state.escalations.list[0];
    assert!((it.breaches.len(), it.rejections, it.insisted) == (1, 1, 1) && !it.is_open());
}

#[test]
fn a_rejection_is_agreed_to_a_known_error_has_an_owner_and_a_direct_call_is_kept_afterwards() {
    let mut desk = Desk::new();
    desk.reports("owner", "site/watched", Severity::ONE);
    desk.does("sup", 1, IncidentAct::Acknowledge { at: None });
    desk.told();
    desk.raises("ops", Some(1), &[]);
    desk.escalates("call", 1, EscalationAct::Accept { at: None });
    let known = |owner: &str| EscalationAct::AcceptKnownError {
        workaround: "restart it".to_owned(),
        owner: name(owner),
    };
    desk.escalates("sup", 1, known("ops"));
    desk.escalates("ops", 1, known("nobody"));
    desk.escalates("ops", 1, known("ops"));
    let called = Some(name("2027-01-04T11:00:00Z"));
    desk.says("sup", raise(None, &[], EscalationPurpose::Real, called));
    let it = &desk.state.escalations.list[1];
    assert!(it.is_bypass() && it.paged == Paged { level: 1, due: None });
    let early = Some(name("2027-01-04T10:59:00Z"));
    desk.escalates("dev", 2, EscalationAct::Accept { at: early });
    desk.escalates("dev", 2, EscalationAct::Accept { at: called });
    desk.raises("sup", None, &[]);
    desk.escalates("pgm", 3, EscalationAct::Reject { reason: why() });
    desk.escalates("ops", 3, EscalationAct::Agree);
    desk.escalates("sup", 3, EscalationAct::Agree);
    expect![[r#"
        04 12:00 ops: escalation 1 for incident 1 raised by Operations Manager, needs-code-change, level 2 is paged: the price list is read wrongly
        04 12:00 ops: incident 1 escalated, as escalation 1
        04 12:00 call: escalation 1 accepted at 2027-01-04T12:00:00Z
        04 12:00 sup is refused: sup may not let escalation 1 be closed as a known error: it takes Operations Manager
        04 12:00 ops is refused: nobody is not in the plan
        04 12:00 ops: escalation 1 is a known error of ops: restart it
        04 12:00 ops: incident 1 came back from escalation 1
        04 12:00 ops: incident 1 has a workaround: restart it
        04 12:00 sup: escalation 2 raised by Support Manager, needs-code-change, by a direct call, recorded afterwards: the price list is read wrongly
        04 12:00 dev is refused: when it was taken, 2027-01-04T10:59:00Z, lies before 2027-01-04T11:00:00Z, when it began
        04 12:00 dev: escalation 2 accepted at 2027-01-04T11:00:00Z
        04 12:00 sup: escalation 3 raised by Support Manager, needs-code-change, level 2 is paged: the price list is read wrongly
        04 12:00 pgm: escalation 3 rejected: as it was seen
        04 12:00 ops is refused: closing escalation 3 is refused by its gate: ES1: escalation 3 was raised by Support Manager
        04 12:00 sup: escalation 3 closed as rejected
    "#]].assert_eq(&desk.told());
}

// Proves: P3a-Q3
#[test]
fn a_drill_counts_when_it_is_answered_before_the_time_of_its_first_level_has_passed() {
    let answer = || EscalationAct::Answer {
        kind: AnswerKind::Knowledge,
        text: why(),
        release: None,
        rfc: None,
    };
    let st3 = |desk: &Desk| match gates::st3(&desk.state) {
        Ok(()) => "met".to_owned(),
        Err((missing, supplier)) => format!("{missing} [{supplier}]"),
    };
    let mut lines = vec![];
    let mut desk = Desk::new();
    for minutes in [31, 29] {
        lines.push(st3(&desk));
        desk.says("ops", raise(None, &[], EscalationPurpose::Drill, None));
        let number = u32::try_from(desk.state.escalations.list.len()).unwrap();
        desk.pass(minutes);
        desk.escalates("dev", number, EscalationAct::Accept { at: None });
        desk.escalates("dev", number, answer());
    }
    lines.push(st3(&desk));
    let mut plan = (*desk.state.plan).clone();
    plan.support = None;
    desk.state = desk.state.clone().with_plan(Arc::new(plan));
    lines.push(st3(&desk));
    expect![[r#"
        no escalation drill was answered within its target [Support Manager or Operations Manager]
        no escalation drill was answered within its target [Support Manager or Operations Manager]
        met
        the support plan names no level of escalation [Program Manager]"#]]
    .assert_eq(&lines.join("\n"));
}

// Proves: R-DEV2, R-PRM1, R-PRM4
#[test]
fn feedback_is_processed_once_and_a_problem_ends_in_a_new_release_or_with_an_owner() {
    let mut desk = Desk::new();
    let give = |from: Option<&str>| IncidentCommand::GiveFeedback {
        scope: name("site/done"),
        from: from.map(str::to_owned),
        text: "cancelling is slow".to_owned(),
    };
    desk.tells("usr", give(Some("a cashier")));
    desk.tells("usr", give(None));
    let process = |feedback, decision| {
        let answer = "we look into it".to_owned();
        IncidentCommand::ProcessFeedback { feedback, decision, answer }
    };
    let incident = FeedbackDecision::OpenIncident(Severity::THREE);
    desk.tells("rel", process(1, incident));
    desk.tells("prm", process(1, incident));
    desk.tells("prm", process(1, incident));
    desk.tells("prm", process(2, FeedbackDecision::Revisit));
    desk.tells("prm", process(3, FeedbackDecision::Answer));
    let open = |incidents: &[u32]| IncidentCommand::OpenProblem {
        title: "lists go stale".to_owned(),
        incidents: incidents.to_vec(),
    };
    desk.tells("tst", open(&[]));
    desk.tells("tst", open(&[9]));
    desk.tells("tst", open(&[1]));
    desk.tells("tst", open(&[1]));
    let cause = why();
    desk.tells("dev", IncidentCommand::AnalyseProblem { problem: 1, cause, workaround: None });
    let fix = |release: &str, rfc: &str| IncidentCommand::FixProblem {
        problem: 1,
        release: release.to_owned(),
        rfc: name(rfc),
    };
    desk.tells("dev", fix("1.0", "R-new"));
    desk.tells("dev", fix("1.1", "R-nowhere"));
    desk.tells("dev", fix("1.1", "R-new"));
    desk.tells("dev", fix("1.1", "R-new"));
    let accept = IncidentCommand::AcceptProblem {
        problem: 2,
        workaround: "restart it".to_owned(),
        owner: name("ops"),
    };
    desk.tells("dev", accept.clone());
    desk.tells("ops", accept);
    expect![[r#"
        04 12:00 usr: feedback 1 of a cashier on site/done: cancelling is slow
        04 12:00 usr: feedback 2 of usr on site/done: cancelling is slow
        04 12:00 rel is refused: rel may not process feedback: it takes Product Manager
        04 12:00 prm: feedback 1 became incident 1: we look into it
        04 12:00 prm: incident 1 opened, severity 3 at site/done: cancelling is slow
        04 12:00 prm is refused: feedback 1 has been processed
        04 12:00 prm: feedback 2 leads to a revisit: we look into it
        04 12:00 prm: revisit 1 of site done wanted, by plan: we look into it
        04 12:00 prm: Product Manager agreed to revisit site/done
        04 12:00 prm is refused: there is no feedback 3
        04 12:00 tst is refused: a problem is behind at least one incident
        04 12:00 tst is refused: there is no incident 9
        04 12:00 tst: problem 1 behind incidents 1: lists go stale
        04 12:00 tst: problem 2 behind incidents 1: lists go stale
        04 12:00 dev: problem 1 understood: as it was seen
        04 12:00 dev is refused: release 1.0 is the one that has the problem
        04 12:00 dev is refused: rfc/R-nowhere is not in the plan
        04 12:00 dev: problem 1 is fixed by release 1.1 under R-new
        04 12:00 dev is refused: problem 1 has been dealt with
        04 12:00 dev is refused: dev may not take a problem over as a known error: it takes Operations Manager
        04 12:00 ops: problem 2 is a known error of ops: restart it
    "#]].assert_eq(&desk.told());
}

#[test]
fn only_what_was_announced_until_then_is_known_of_planned_work() {
    let mut desk = Desk::new();
    let window =
        |from: &str, until: &str| MaintenanceWindow { start: name(from), end: name(until) };
    let announce = |window| IncidentCommand::AnnounceMaintenance {
        title: "new certificates".to_owned(),
        window,
        sites: ImpactSites::All,
    };
    let first = window("2027-01-11T06:00:00Z", "2027-01-11T08:00:00Z");
    let second = window("2027-01-12T06:00:00Z", "2027-01-12T08:00:00Z");
    desk.tells("dev", announce(first));
    desk.tells("ops", announce(window("2027-01-11T06:00:00Z", "2027-01-11T06:00:00Z")));
    desk.tells("ops", announce(window("2027-01-03T06:00:00Z", "2027-01-03T08:00:00Z")));
    desk.tells("ops", announce(first));
    desk.pass(60);
    let before = desk.now;
    let change =
        |window| IncidentCommand::ChangeMaintenance { maintenance: 1, window, reason: why() };
    desk.pass(60);
    desk.tells("ops", change(first));
    desk.tells("ops", change(second));
    let cancel = IncidentCommand::CancelMaintenance { maintenance: 1, reason: why() };
    desk.pass(60);
    desk.tells("ops", cancel.clone());
    desk.tells("ops", cancel);
    expect![[r#"
        04 12:00 dev is refused: dev may not announce work on the solution: it takes Operations Manager or Release Management or Support Manager
        04 12:00 ops is refused: the work would end at 2027-01-11T06:00:00Z, before it starts
        04 12:00 ops is refused: the work would be over at 2027-01-03T08:00:00Z
        04 12:00 ops: maintenance 1 announced, 2027-01-11T06:00:00Z to 2027-01-11T08:00:00Z at all sites: new certificates
        04 14:00 ops is refused: maintenance 1 takes place then already
        04 14:00 ops: maintenance 1 moved to 2027-01-12T06:00:00Z to 2027-01-12T08:00:00Z: as it was seen
        04 15:00 ops: maintenance 1 called off: as it was seen
        04 15:00 ops is refused: maintenance 1 was called off
    "#]].assert_eq(&desk.told());
    let work = &desk.state.incidents.maintenances[0];
    assert_eq!(work.window_at(before), Some(first));
    assert_eq!(work.window_at(work.announcements[1].announced), Some(second));
    assert_eq!(work.window(), None);
}

// Proves: P3-D4
#[test]
fn a_wish_is_a_request_of_its_own_kind_and_holds_no_gate_open_or_shut() {
    let mut desk = Desk::new();
    let wish = Opening {
        kind: RequestKind::NewService,
        attribution: Attribution::Solution,
        ..desk.opening("site/watched", Severity::ONE)
    };
    desk.tells("owner", IncidentCommand::Open(Box::new(wish)));
    expect![[r#"
        04 12:00 owner: incident 1 opened, request, new-service at site/watched: the tills are down
    "#]]
    .assert_eq(&desk.told());
    assert_eq!(desk.v2("watched"), "met");
    assert_eq!(desk.state.incidents.open().count(), 1);
}

#[test]
fn in_the_quiet_period_the_project_calls_no_incident_somebody_elses() {
    let mut desk = Desk::new();
    desk.state.deployment = DeploymentState::QuietPeriod;
    for (who, attribution, opens) in [
        ("rel", Attribution::Unrelated, false),
        ("rel", Attribution::Environment, false),
        ("rel", Attribution::Undetermined, true),
        ("sup", Attribution::Unrelated, true),
    ] {
        let opening = Opening { attribution, ..desk.opening("site/done", Severity::ONE) };
        let opened = desk.tells(who, IncidentCommand::Open(Box::new(opening)));
        assert_eq!(opened, opens, "{who}: {attribution}");
    }
}

#[test]
fn two_of_the_project_do_not_say_that_a_severe_incident_was_none_and_nobody_takes_it_twice() {
    let mut desk = Desk::new();
    desk.reports("usr", "site/done", Severity::TWO);
    desk.reports("usr", "site/done", Severity::TWO);
    let merge = || IncidentAct::Merge { into: 1, reason: why() };
    desk.does("tst", 2, merge());
    desk.does("tst2", 2, merge());
    desk.does("sup", 2, merge());
    desk.does("sup", 1, IncidentAct::Acknowledge { at: None });
    let work = |who: Option<&str>| IncidentAct::Work { assignee: who.map(name) };
    desk.does("sup", 1, work(None));
    desk.does("sup", 1, work(None));
    desk.does("sup", 1, work(Some("sup2")));
    expect![[r#"
        04 12:00 usr: incident 1 opened, severity 2 at site/done: the tills are down
        04 12:00 usr: counts at site/done as severity 2 of Some(1)
        04 12:00 usr: incident 2 opened, severity 2 at site/done: the tills are down
        04 12:00 usr: counts at site/done as severity 2 of Some(2)
        04 12:00 tst: Tester agreed to merge incident/2 into 1
        04 12:00 tst2 is refused: to merge incident/2 into 1, one of the two has to run the service
        04 12:00 sup: Support Manager agreed to merge incident/2 into 1
        04 12:00 sup: incident 2 is a duplicate of incident 1: as it was seen
        04 12:00 sup: incident 1 acknowledged at 2027-01-04T12:00:00Z
        04 12:00 sup: incident 1: sup works on it
        04 12:00 sup is refused: incident 1 cannot be worked on while it is in progress
        04 12:00 sup is refused: incident 1 cannot be worked on while it is in progress
    "#]]
    .assert_eq(&desk.story);
}
