//! From the last site to the end of the quiet period, with people who do what they are asked.
//!
//! House rule: the rules are run as they are, on a clock that jumps.

#![expect(clippy::wildcard_enum_match_arm, reason = "each test looks at a few of the events")]

use crate::agenda::agenda;
use crate::fixture::{at, created, plan, standard_plan};
use crate::people::answer;
use crate::waiting::waiting;
use expect_test::expect;
use jiff::Timestamp;
use model::command::Command;
use model::companion_plans::EscalationLevel;
use model::decide::{Acting, decide};
use model::event::{Actor, Event};
use model::incident::{IncidentCommand, IncidentEvent};
use model::machine::{DeploymentState, DeploymentTransition, SignOffTransition, SiteTransition};
use model::plan::MasterProjectPlan;
use model::quiet_period::QuietPeriodCommand;
use model::scope::Scope;
use model::sheet::Sheet;
use model::state::State;

/// The most turns: a story that needs more moves in circles.
const TURNS_MAX: usize = 2_000;

pub(crate) struct Story {
    pub(crate) state: State,
    pub(crate) now: Timestamp,
    pub(crate) told: Vec<String>,
}

impl Story {
    /// Returns a deployment of `plan` whose sites are all signed off.
    pub(crate) fn stabilizing(plan: MasterProjectPlan) -> Self {
        let mut story =
            Self { state: created(plan), now: at("2027-02-01T09:00:00Z"), told: vec![] };
        use DeploymentTransition as D;
        for transition in [D::Baselined, D::Opened] {
            story.happens(&Event::Deployment { transition, reason: None, gate: vec![] });
        }
        for site in story.state.plan.sites.clone() {
            use SiteTransition as S;
            for transition in [
                S::ScheduleAcknowledged,
                S::GateOpened,
                S::Started,
                S::Deployed,
                S::ObservationStarted,
                S::SignedOff,
            ] {
                let site = site.id.clone();
                story.happens(&Event::Site { site, transition, reason: None, gate: vec![] });
            }
        }
        for slot in Sheet::SitesComplete.slots() {
            let document = model::sheet::digest(&story.state, &Sheet::SitesComplete);
            for transition in [SignOffTransition::Requested, SignOffTransition::Signed] {
                story.happens(&Event::SignOff {
                    slot: slot.clone(),
                    transition,
                    document,
                    meaning: None,
                    statements: vec![],
                    on_behalf_of: None,
                    stamp: None,
                    batch: None,
                    gate: vec![],
                });
            }
        }
        let transition = D::SitesCompleted;
        story.happens(&Event::Deployment { transition, reason: None, gate: vec![] });
        story.told.clear();
        story
    }

    pub(crate) fn happens(&mut self, event: &Event) {
        self.happens_by(event, &Actor::System);
    }

    fn happens_by(&mut self, event: &Event, actor: &Actor) {
        let said = match event {
            Event::Deployment { transition, .. } => Some(format!("deployment: {transition}")),
            Event::Milestone(it) => Some(it.to_string()),
            Event::QuietPeriod(it) => Some(it.to_string()),
            Event::Survey(it) => Some(it.to_string()),
            Event::Assessment(it) => Some(it.to_string()),
            Event::CloseOut(it) => Some(it.to_string()),
            Event::Termination(it) => Some(it.to_string()),
            Event::SignOff { slot, transition, .. } => {
                (*transition == SignOffTransition::Signed).then(|| format!("{slot}: signed"))
            }
            Event::Assignment(model::assignment::AssignmentEvent::Moved {
                person,
                transition,
                ..
            }) => Some(format!("{person}: {transition}")),
            _ => None,
        };
        let seq = self.state.seq + 1;
        self.state.apply(event, actor, self.now, seq, None).unwrap();
        (self.state.seq, self.state.at) = (seq, self.now);
        let now = self.now;
        self.told.extend(said.map(|it| format!("{now} {it}")));
    }

    /// Lets `person` tell `command`.
    pub(crate) fn tells(&mut self, person: &str, command: &Command) {
        let person = person.parse().unwrap();
        let acting = Acting::new(&self.state, &person, self.now);
        let events = decide(&acting, command).unwrap();
        let actor = acting.actor("test");
        events.iter().for_each(|it| self.happens_by(it, &actor));
    }

    /// Lets everything happen by itself or by whom it waits on, until `is_there`.
    pub(crate) fn goes_on(&mut self, mut is_there: impl FnMut(&Self) -> bool) {
        for _ in 0..TURNS_MAX {
            if is_there(self) {
                return;
            }
            // The server asks the probes all the while.
            let seen = self.state.incidents.probes.seen;
            if !self.state.plan.probes.is_empty() && seen != Some(self.now) {
                self.happens(&Event::Incident(IncidentEvent::ProbesSeen { at: self.now }));
            }
            let agenda = agenda(&self.state, self.now, 100);
            if !agenda.events.is_empty() {
                agenda.events.iter().for_each(|it| self.happens(it));
                continue;
            }
            let waits = waiting(&self.state, self.now, 1_000);
            let answered = waits.iter().find_map(|it| answer(&self.state, self.now, it));
            if let Some((person, _, events)) = answered {
                let actor = Actor::Person { person, login: String::new(), known: None };
                events.iter().for_each(|it| self.happens_by(it, &actor));
                continue;
            }
            let whats: Vec<_> = waits.iter().map(|it| it.what.clone()).collect();
            self.now = agenda.next_look.unwrap_or_else(|| panic!("it waits for ever: {whats:#?}"));
        }
        panic!("it moves in circles: {:#?}", self.told);
    }

    pub(crate) fn is_in(&self, state: DeploymentState) -> bool {
        self.state.deployment == state
    }

    pub(crate) fn take(&mut self) -> String {
        std::mem::take(&mut self.told).iter().map(|it| format!("{it}\n")).collect()
    }
}

pub(crate) fn standard() -> MasterProjectPlan {
    let mut plan = standard_plan();
    // Everything is on the sites here.
    plan.components.clear();
    plan.sites.iter_mut().for_each(|it| it.needs.clear());
    if let Some(support) = &mut plan.support {
        let level = EscalationLevel {
            who: "first call".to_owned(),
            answer_minutes: 15,
            role: None,
            people: vec![],
        };
        support.escalation.push(level);
    }
    plan
}

// Proves: P3-D1, P3a-A1, P3a-Q1, P3a-Q2, P3a-O1, P3b-Q1, P3b-Q2, G-17, G-19, T-5
#[test]
fn people_make_it_stable_and_thirty_quiet_days_later_it_is_reviewed() {
    let mut story = Story::stabilizing(standard());
    story.goes_on(|it| it.is_in(DeploymentState::MilestoneReview));
    expect![[r#"
        2027-02-01T09:00:00Z hedda: accepted
        2027-02-01T09:00:00Z sabela: accepted
        2027-02-01T09:00:00Z ruben: accepted
        2027-02-01T09:00:00Z philippa: accepted
        2027-02-01T09:00:00Z lucan: accepted
        2027-02-01T09:00:00Z noor: accepted
        2027-02-01T09:00:00Z ivo: accepted
        2027-02-01T09:00:00Z saoirse: accepted
        2027-02-01T09:00:00Z kasimir: accepted
        2027-02-01T09:00:00Z teodor: accepted
        2027-02-03T09:00:00Z Deployment Stable, review 1: criteria met
        2027-02-03T09:00:00Z Deployment Stable, review 1: convened with hedda, sabela, ruben, philippa, lucan, noor, ivo, saoirse, kasimir, teodor, winifred, gunnvor, esteban
        2027-02-03T09:00:00Z deployment-stable:program-manager: signed
        2027-02-03T09:00:00Z deployment-stable:customer: signed
        2027-02-03T09:00:00Z deployment-stable:operations-manager: signed
        2027-02-03T09:00:00Z deployment-stable:support-manager: signed
        2027-02-03T09:00:00Z Deployment Stable, review 1: approved
        2027-02-03T09:00:00Z deployment: declared stable
        2027-02-03T09:00:00Z quiet period 1 of 30 days from 2027-02-03T09:00:00Z to 2027-03-05T09:00:00Z
        2027-02-03T09:00:00Z sabela: put on call
        2027-02-03T09:00:00Z ruben: put on call
        2027-02-03T09:00:00Z philippa: put on call
        2027-02-03T09:00:00Z lucan: put on call
        2027-02-03T09:00:00Z noor: put on call
        2027-02-03T09:00:00Z ivo: put on call
        2027-02-03T09:00:00Z saoirse: put on call
        2027-02-03T09:00:00Z kasimir: put on call
        2027-02-18T09:00:00Z survey, round 1: opened until 2027-02-28T09:00:00Z, 100 % of users are asked
        2027-02-18T09:00:00Z survey: 10 users of s1 invited
        2027-02-18T09:00:00Z survey: 10 users of s2 invited
        2027-02-18T09:00:00Z survey: 10 users of s3 invited
        2027-02-18T09:00:00Z survey: 10 users of s4 invited
        2027-02-18T09:00:00Z survey: 10 users of s5 invited
        2027-02-18T09:00:00Z survey: 10 users of s6 invited
        2027-02-18T09:00:00Z survey: 10 users of s7 invited
        2027-02-18T09:00:00Z survey: 10 users of s8 invited
        2027-02-18T09:00:00Z survey: 10 users of s9 invited
        2027-02-18T09:00:00Z survey: answered, of customer
        2027-02-18T09:00:00Z gunnvor is to own deployment from now on
        2027-02-18T09:00:00Z ownership of deployment is accepted
        2027-02-28T09:00:00Z survey, round 1: closed
        2027-03-05T09:00:00Z quiet period 1: end reached
        2027-03-05T09:00:00Z quiet period 1: found uneventful
        2027-03-05T09:00:00Z quiet-period-report:operations-manager: signed
        2027-03-05T09:00:00Z quiet-period-report:support-manager: signed
        2027-03-05T09:00:00Z deployment: quiet period ended
    "#]].assert_eq(&story.take());
}

#[test]
fn one_person_alone_declares_it_stable_too() {
    let mut plan = plan();
    plan.components.clear();
    plan.sites.iter_mut().for_each(|it| it.needs.clear());
    let mut story = Story::stabilizing(plan);
    story.goes_on(|it| it.is_in(DeploymentState::MilestoneReview));
    let last = story.state.quiet_periods.last().unwrap();
    assert_eq!(last.state, model::machine::QuietPeriodState::Completed);
}

// Proves: T-4
#[test]
fn a_quiet_period_is_put_on_by_an_incident_and_taken_back_by_operations() {
    let mut story = Story::stabilizing(standard());
    story.goes_on(|it| it.is_in(DeploymentState::QuietPeriod));
    story.take();
    let start = story.now;
    story.now = start + jiff::SignedDuration::from_hours(28 * 24);
    let opening = model::incident::Opening::reported(
        Scope::Deployment,
        model::incident::Severity::TWO,
        "the tills are slow".to_owned(),
        story.now,
    );
    let report = IncidentCommand::Open(Box::new(opening));
    story.tells("esteban", &Command::Incident(report));
    story.goes_on(|it| {
        let last = it.state.quiet_periods.last();
        last.is_some_and(|it| !it.extensions.is_empty())
    });
    let reset = QuietPeriodCommand::Reset { reason: "operations hands it back".to_owned() };
    story.tells("sabela", &Command::QuietPeriod(reset));
    assert!(story.is_in(DeploymentState::Stabilizing));
    expect![[r#"
        2027-03-03T09:00:00Z survey, round 1: opened until 2027-03-13T09:00:00Z, 100 % of users are asked
        2027-03-03T09:00:00Z survey: 10 users of s1 invited
        2027-03-03T09:00:00Z survey: 10 users of s2 invited
        2027-03-03T09:00:00Z survey: 10 users of s3 invited
        2027-03-03T09:00:00Z survey: 10 users of s4 invited
        2027-03-03T09:00:00Z survey: 10 users of s5 invited
        2027-03-03T09:00:00Z survey: 10 users of s6 invited
        2027-03-03T09:00:00Z survey: 10 users of s7 invited
        2027-03-03T09:00:00Z survey: 10 users of s8 invited
        2027-03-03T09:00:00Z survey: 10 users of s9 invited
        2027-03-03T09:00:00Z survey: answered, of customer
        2027-03-03T09:00:00Z gunnvor is to own deployment from now on
        2027-03-03T09:00:00Z ownership of deployment is accepted
        2027-03-03T09:00:00Z quiet period 1 put on from 2027-03-05T09:00:00Z to 2027-03-10T09:00:00Z: incident 1: severity 2 restored at 2027-03-03T09:00:00Z, and 7 days
        2027-03-03T09:00:00Z Deployment Stable, review 1: revoked: operations hands it back
        2027-03-03T09:00:00Z quiet period 1 aborted: operations hands it back
        2027-03-03T09:00:00Z deployment: reopened
    "#]].assert_eq(&story.take());
    story.goes_on(|it| it.is_in(DeploymentState::QuietPeriod));
    let numbers: Vec<_> =
        story.state.quiet_periods.all().iter().map(|it| (it.number, it.state)).collect();
    assert_eq!(numbers.len(), 2, "{numbers:?}");
}

// Proves: P3b-O2
#[test]
fn the_availability_of_a_quiet_period_is_measured_and_never_taken_for_granted() {
    let mut story = Story::stabilizing(standard());
    story.goes_on(|it| it.is_in(DeploymentState::QuietPeriod));
    let start = story.now;
    let availability = |it: &Story| {
        let period = it.state.quiet_periods.last().unwrap();
        model::quiet_period::observed(&it.state, period, it.now).availability
    };
    story.now = start + jiff::SignedDuration::from_hours(10 * 24);
    assert_eq!(availability(&story), None, "nobody has said that the figures are complete");
    // Six of 240 hours: 97.50 %.
    let impact = model::incident::Impact {
        start: story.now - jiff::SignedDuration::from_hours(6),
        end: Some(story.now),
        sites: model::incident::ImpactSites::All,
        level: model::incident::ImpactLevel::Outage,
        users: None,
    };
    let opening = model::incident::Opening {
        impact: Some(impact),
        detected: story.now - jiff::SignedDuration::from_hours(6),
        ..model::incident::Opening::reported(
            Scope::Deployment,
            model::incident::Severity::THREE,
            "the tills stand still".to_owned(),
            story.now,
        )
    };
    story.tells("esteban", &Command::Incident(IncidentCommand::Open(Box::new(opening))));
    let statement = "every site was asked every minute".to_owned();
    let (guard, scope) = (model::guard::Guard::Q3, Scope::Deployment);
    story.tells("gunnvor", &Command::Attest { guard, scope, statement });
    assert_eq!(availability(&story), Some(9_750));
}

// Proves: P3b-O1, P3b-O2, P3b-A1, G-04
#[test]
fn the_report_on_a_quiet_period_has_tables_for_each_site_and_for_the_service() {
    let mut story = Story::stabilizing(standard());
    story.goes_on(|it| it.is_in(DeploymentState::QuietPeriod));
    let start = story.now;
    story.now = start + jiff::SignedDuration::from_hours(3);
    let hit = |minutes: i64, sites, level| model::incident::Impact {
        start: story.now - jiff::SignedDuration::from_mins(minutes),
        end: Some(story.now),
        sites,
        level,
        users: None,
    };
    let s1 = || model::incident::ImpactSites::Only(vec!["s1".parse().unwrap()]);
    let all = model::incident::ImpactSites::All;
    use model::incident::ImpactLevel::{Degraded, Outage};
    let hits = [hit(60, s1(), Outage), hit(30, all, Outage), hit(120, s1(), Degraded)];
    for impact in hits {
        let detected = impact.start;
        let opening = model::incident::Opening {
            impact: Some(impact),
            detected,
            ..model::incident::Opening::reported(
                Scope::Deployment,
                model::incident::Severity::THREE,
                "the tills stand still".to_owned(),
                story.now,
            )
        };
        story.tells("esteban", &Command::Incident(IncidentCommand::Open(Box::new(opening))));
    }
    story.goes_on(|it| it.is_in(DeploymentState::MilestoneReview));
    let facts = story.state.quiet_periods.last().unwrap().facts.clone().unwrap();
    let of = &facts["performance"];
    let mut told = String::new();
    for key in ["service", "down-at-any-site", "completeness", "a-month-of-this"] {
        told += &format!("{key}: {}\n", of[key]);
    }
    for row in of["sites"]["rows"].as_array().unwrap().iter().take(2) {
        told += &format!("{row}\n");
    }
    told += &format!("{}\n", of["incident-list"][0]);
    told += &format!("{}\n", of["impact"][0]);
    // The same figures as the ones that everybody can ask for.
    let lines = model::responsibility::handover(&story.state, &Scope::Deployment);
    told += &format!("{}\n", serde_json::to_value(&lines.steps).unwrap());
    let sheet = model::sheet::body(&story.state, &Sheet::DeploymentStable);
    told += &format!(
        "{}\n",
        sheet["facts"]["facts"]["transfer-of-responsibility"]["of-each"]["lines"][0]
    );
    expect![[r#"
        service: {"as-experienced":{"all-sites":"30.00 min","any-site":"60.00 min","availability":"99.9228 %","is-provisional":false,"planned-of-all-sites":"0.00 min","site-mean":"33.33 min","user-minutes-lost":"3000.00 min","user-weighted":"33.33 min"},"attributable":{"all-sites":"30.00 min","any-site":"60.00 min","availability":"99.9228 %","is-provisional":false,"planned-of-all-sites":"0.00 min","site-mean":"33.33 min","user-minutes-lost":"3000.00 min","user-weighted":"33.33 min"}}
        down-at-any-site: [{"from":"2027-02-03T11:00:00Z","length":"60.00 min","until":"2027-02-03T12:00:00Z"}]
        completeness: {"gaps":[],"known":null}
        a-month-of-this: {"incidents":"3.0","user-weighted-downtime":"33.33 min"}
        {"agreed":"43200.00 min","availability":"99.8611 %","degraded":"120.00 min","partial":"0.00 min","planned":"0.00 min","site":"s1","unplanned":"60.00 min","user-minutes-lost":"600.00 min"}
        {"agreed":"43200.00 min","availability":"99.9306 %","degraded":"0.00 min","partial":"0.00 min","planned":"0.00 min","site":"s2","unplanned":"30.00 min","user-minutes-lost":"300.00 min"}
        {"attribution":"undetermined","cause":"as rehearsed","counts":true,"detected":"2027-02-03T11:00:00Z","fix":"as rehearsed","incident":1,"reopened":0,"severity":3,"state":"closed","text":"the tills stand still","time-to-acknowledge":"60.00 min","time-to-restore":"60.00 min"}
        {"attribution":"undetermined","from":"2027-02-03T11:00:00Z","level":"outage","of":"1","sites":["s1"],"until":"2027-02-03T12:00:00Z","users":null}
        [{"at":"2027-02-03T09:00:00Z","behind-until":"2027-03-05T09:00:00Z","document":"7ba411ab8f60646913bf9eeba265a37d81542271322a52fa173a0b9b10397e49","given-by":{"at":"2027-02-03T09:00:00Z","by":"sabela","role":"program-manager"},"received-by":[{"at":"2027-02-03T09:00:00Z","by":"gunnvor","role":"operations-manager"},{"at":"2027-02-03T09:00:00Z","by":"esteban","role":"support-manager"}],"stage":"first"}]
        {"brought-by":null,"given-by":"program-manager","in-operation-since":null,"received-by":null,"scope":"site/s1","to":["operations-manager","support-manager"]}
    "#]]
    .assert_eq(&told);
}
