//! April: twenty-one quiet days, put on by thirty hours and a half.

use super::desk::{SUPPORT, Ticket, hit, sites};
use super::stage::Stage;
use jiff::{SignedDuration, Timestamp};
use model::change_schedule::ChangeScheduleCommand;
use model::command::{Command, RfcAct};
use model::incident::{
    Attribution, ImpactLevel, ImpactSites, IncidentAct, IncidentCommand, Severity, Work,
};
use model::machine::{DeploymentState, IncidentState, QuietPeriodState, RfcState};
use model::quiet_period::{CriterionVerdict, DayReport, QuietPeriodCommand};
use model::rfc::{
    ChangeDetails, ChangeWindow, Covers, EmergencyKind, RequestForChange, RfcCategory,
};
use serde_json::Value;
use std::ops::RangeInclusive;

const EXPECTED: &str =
    include_str!("../../../../examples/fieldgate/measures/expected-metrics.json");
const EMERGENCY: &str = "CHG-E01";

pub(crate) async fn is_put_on_by_thirty_hours_and_a_half(stage: &mut Stage) {
    stage.silence("the desk", |wait| matches!(wait.command, Some(Command::Incident(_))));
    stage.silence("the emergency", |wait| match &wait.command {
        Some(Command::Rfc {
            rfc,
            act:
                RfcAct::Begin
                | RfcAct::Finish { .. }
                | RfcAct::ReviewEmergency { .. }
                | RfcAct::AuthoriseEmergency { .. },
        }) => rfc.as_str() == EMERGENCY,
        _ => false,
    });
    the_first_week(stage).await;
    the_second_week(stage).await;
    the_tills_of_b27_stand_still_twice(stage).await;
    a_change_cannot_wait(stage).await;
    the_third_week(stage).await;
    its_measures_are_those_of_the_example(stage).await;
    it_was_uneventful(stage).await;
}

async fn the_first_week(stage: &mut Stage) {
    stage.until_april("06T13:10").await;
    stage
        .opens(Ticket {
            severity: Severity::THREE,
            place: "deployment",
            title: "labels are cut",
            detected: "06T13:10",
            cause: Attribution::Solution,
            impact: None,
        })
        .await;
    stage.acknowledges(1, "06T13:22").await;
    stage.restores(1, "06T16:10").await;
    stage.closes(1, "names of over 42 characters").await;
    stage.until_april("07T09:00").await;
    stage.announces("MNT-007", "11T06:00", "11T08:00").await;
    stage.until_april("08T14:07").await;
    let everywhere = hit("08T14:05", ImpactSites::All, ImpactLevel::Outage);
    stage
        .opens(Ticket {
            severity: Severity::TWO,
            place: "deployment",
            title: "no branch can sell",
            detected: "08T14:05",
            cause: Attribution::Solution,
            impact: Some(everywhere),
        })
        .await;
    stage.acknowledges(2, "08T14:09").await;
    stage.until_april("08T14:33").await;
    let west = hit("08T14:30", sites(25..=30), ImpactLevel::Outage);
    stage
        .opens(Ticket {
            severity: Severity::TWO,
            place: "component/vpn-west",
            title: "the western gateway is down",
            detected: "08T14:31",
            cause: Attribution::Solution,
            impact: Some(west),
        })
        .await;
    stage.acknowledges(3, "08T14:41").await;
    stage.restores(2, "08T14:47").await;
    stage.restores(3, "08T15:20").await;
    stage.closes(2, "a full disk of the message bus").await;
    stage.closes(3, "a certificate that was renewed at one end only").await;
    stage.until_april("11T08:25").await;
    stage.work_has_hit(Work::Maintenance(1), "11T06:20", "11T08:25", ImpactSites::All).await;
}

async fn the_second_week(stage: &mut Stage) {
    stage.until_april("13T10:20").await;
    let depot = hit("13T10:00", sites(40..=40), ImpactLevel::Outage);
    stage
        .opens(Ticket {
            severity: Severity::THREE,
            place: "site/B40",
            title: "the satellite is out of sight",
            detected: "13T10:05",
            cause: Attribution::Environment,
            impact: Some(depot),
        })
        .await;
    stage.acknowledges(4, "13T12:00").await;
    stage.restores(4, "14T03:00").await;
    stage.closes(4, "ice on the dish").await;
    stage.until_april("15T15:12").await;
    let slow = hit("15T15:00", ImpactSites::All, ImpactLevel::Degraded);
    stage
        .opens(Ticket {
            severity: Severity::THREE,
            place: "deployment",
            title: "reports are slow",
            detected: "15T15:04",
            cause: Attribution::Solution,
            impact: Some(slow),
        })
        .await;
    stage.acknowledges(5, "15T15:20").await;
    stage.restores(5, "15T17:00").await;
    stage.closes(5, "a missing index").await;
}

async fn the_tills_of_b27_stand_still_twice(stage: &mut Stage) {
    stage.until_april("19T20:04").await;
    let tills = hit("19T20:00", sites(27..=27), ImpactLevel::Outage);
    let tills = model::incident::Impact { users: Some(20), ..tills };
    stage
        .opens(Ticket {
            severity: Severity::TWO,
            place: "site/B27",
            title: "eight tills stand still",
            detected: "19T20:04",
            cause: Attribution::Solution,
            impact: Some(tills),
        })
        .await;
    stage.acknowledges(6, "19T20:15").await;
    stage.until_april("19T20:30").await;
    stage
        .opens(Ticket {
            severity: Severity::TWO,
            place: "site/B27",
            title: "nobody at B27 can sell",
            detected: "19T20:30",
            cause: Attribution::Solution,
            impact: None,
        })
        .await;
    // One person alone does not say in the quiet period that an incident is none.
    let reason = "the same tills".to_owned();
    let merge = Command::Incident(IncidentCommand::Act {
        incident: 7,
        act: IncidentAct::Merge { into: 6, reason },
    });
    stage.act(SUPPORT, merge.clone()).await;
    assert_eq!(stage.state().await.incidents.incident(7).unwrap().state, IncidentState::New);
    stage.act("philippa.nyberg", merge).await;
    assert_eq!(stage.state().await.incidents.incident(7).unwrap().state, IncidentState::Duplicate);
    stage.until_april("19T21:00").await;
    super::milestone::survey_is_open(stage).await;
    stage.restores(6, "19T22:10").await;
    stage.until_april("20T16:00").await;
    let reopen = IncidentAct::Reopen { at: None, reason: "they stand still again".to_owned() };
    stage.desk_acts(6, reopen).await;
    stage.restores(6, "20T16:40").await;
    stage.closes(6, "a switch with a loose cable").await;
    stage.until_april("20T16:41").await;
    let period = stage.state().await.quiet_periods.last().unwrap().clone();
    assert_eq!(period.end, "2027-04-27T16:40:00Z".parse::<Timestamp>().unwrap());
}

async fn a_change_cannot_wait(stage: &mut Stage) {
    stage.until_april("21T02:50").await;
    let request = RequestForChange {
        id: EMERGENCY.parse().unwrap(),
        title: "Rules of the gateways".to_owned(),
        category: RfcCategory::Emergency,
        requested_by: "gunnvor.petit".parse().unwrap(),
        implementers: vec!["ruben.aasland".parse().unwrap()],
        covers: Covers { rings: vec!["second-third".parse().unwrap()], ..Covers::default() },
        reason: "the gateways drop connections, more each hour".to_owned(),
        impact: "no sales at fifteen branches for some minutes, in the evening".to_owned(),
        risk: "it takes longer".to_owned(),
        rollback_plan: "the former rules, in a minute".to_owned(),
        test_evidence: "tried on the spare gateway".to_owned(),
        levels: vec![],
        window: Some(ChangeWindow {
            from: "2027-04-21T03:00:00Z".parse().unwrap(),
            until: "2027-04-21T03:30:01Z".parse().unwrap(),
        }),
        validity_days: 1,
        details: ChangeDetails::default(),
        template: None,
    };
    let ask = ChangeScheduleCommand::RequestEmergency { request: Box::new(request) };
    stage.act("gunnvor.petit", Command::ChangeSchedule(ask)).await;
    let rfc = |act| Command::Rfc { rfc: EMERGENCY.parse().unwrap(), act };
    let part = stage.state().await.part_of(&EMERGENCY.parse().unwrap()).unwrap();
    let reason = "by the morning no western branch sells".to_owned();
    let kind = Some(EmergencyKind::Service);
    let authorise = rfc(RfcAct::AuthoriseEmergency { part, kind, reason });
    stage.refused("ruben.aasland", authorise.clone()).await;
    stage.act("farrukh.lindahl", authorise).await;
    stage.refused("ruben.aasland", rfc(RfcAct::Begin)).await;
    stage.until_april("21T03:00").await;
    stage.act("ruben.aasland", rfc(RfcAct::Begin)).await;
    stage.until_april("21T03:30").await;
    let evidence = "all fifteen branches sell".to_owned();
    stage.act("ruben.aasland", rfc(RfcAct::Finish { evidence })).await;
    let work = Work::Change(EMERGENCY.parse().unwrap());
    stage.work_has_hit(work, "21T03:05", "21T03:22", sites(16..=30)).await;
    somebody_calls_about_coffee(stage).await;
    stage.until_april("23T15:00").await;
    let finding = "sales of the day were at stake, and nobody was warned".to_owned();
    let review = rfc(RfcAct::ReviewEmergency { justified: true, finding });
    stage.refused("farrukh.lindahl", review.clone()).await;
    stage.act("rosalind.achterberg", review).await;
    stage.until_april("23T15:01").await;
    let state = stage.state().await;
    assert_eq!(state.rfc(&EMERGENCY.parse().unwrap()).unwrap().1.state, RfcState::Closed);
}

async fn somebody_calls_about_coffee(stage: &mut Stage) {
    stage.until_april("22T18:00").await;
    stage
        .opens(Ticket {
            severity: Severity::FOUR,
            place: "site/B12",
            title: "the coffee machine",
            detected: "22T18:00",
            cause: Attribution::Unrelated,
            impact: None,
        })
        .await;
    stage.acknowledges(8, "22T18:30").await;
    stage.restores(8, "22T18:30").await;
    stage.closes(8, "not ours").await;
}

async fn the_third_week(stage: &mut Stage) {
    stage.until_april("24T12:40").await;
    let three = hit("24T12:00", sites(37..=37), ImpactLevel::Outage);
    let three = model::incident::Impact { users: Some(3), ..three };
    stage
        .opens(Ticket {
            severity: Severity::THREE,
            place: "site/B37",
            title: "three people cannot sign in",
            detected: "24T12:00",
            cause: Attribution::Solution,
            impact: Some(three),
        })
        .await;
    stage.acknowledges(9, "24T13:05").await;
}

/// Returns whether everything that `expected` says is in `found`.
fn has(found: &Value, expected: &Value, place: &str) {
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&found[key], value, "{place}, {key}");
    }
}

/// Compares what the program measures, up to `to` and as of then, with what the example names so.
fn measures(stage: &Stage, to: &str, causes: &[&str], named: &str) -> Value {
    let time = ["measures", "--from", "2027-04-05T21:00:00Z", "--to", to, "--as-of", to];
    let found = stage.asked(&[&time, causes].concat());
    let expected: Value = serde_json::from_str(EXPECTED).unwrap();
    has(&found["summary"], &expected[named]["summary"], named);
    for (site, figures) in expected[named]["sites"].as_object().unwrap() {
        has(&found["sites"][site], figures, &format!("{named}, {site}"));
    }
    found
}

async fn its_measures_are_those_of_the_example(stage: &mut Stage) {
    stage.until_april("26T21:00").await;
    days_are_reported(stage, 6..=25).await;
    let end = "2027-04-26T21:00:00Z";
    let expected: Value = serde_json::from_str(EXPECTED).unwrap();
    measures(stage, end, &["--as-experienced"], "at_nominal_end_as_experienced");
    let found = measures(stage, end, &[], "at_nominal_end_attributable");
    assert_eq!(found["tickets"], expected["tickets"]);
    let causes = ["--attribution", "solution,undetermined,environment"];
    let time = ["measures", "--from", "2027-04-05T21:00:00Z", "--to", end, "--as-of", end];
    let found = stage.asked(&[&time[..], &causes].concat());
    assert_eq!(found["tickets"], expected["tickets_incl_environment"]);
    stage.restores(9, "27T09:00").await;
    stage.closes(9, "accounts in the wrong group").await;
    days_are_reported(stage, 26..=26).await;
}

/// Reports how much the solution was used on days of April, which are over.
async fn days_are_reported(stage: &mut Stage, days: RangeInclusive<u32>) {
    let sundays = |day: u32| day % 7 == 4;
    let days = days.map(|day| DayReport {
        day: format!("2027-04-{day:02}").parse().unwrap(),
        transactions: if sundays(day) { 3_000 } else { 10_000 },
    });
    let report = QuietPeriodCommand::ReportDays { days: days.collect() };
    stage.act("gunnvor.petit", Command::QuietPeriod(report)).await;
}

async fn it_was_uneventful(stage: &mut Stage) {
    let state = stage.state().await;
    let period = state.quiet_periods.last().unwrap();
    let end: Timestamp = "2027-04-28T03:30:00Z".parse().unwrap();
    assert_eq!((period.state, period.end), (QuietPeriodState::Running, end));
    let put_on = period.end.duration_since(period.nominal_end);
    assert_eq!(put_on, SignedDuration::from_mins(30 * 60 + 30));
    assert!(period.extensions.last().unwrap().cause.starts_with("CHG-E01: emergency change"));
    stage.until_april("28T03:29").await;
    assert_eq!(stage.state().await.deployment, DeploymentState::QuietPeriod);
    stage.until_april("28T03:30").await;
    let state = stage.state().await;
    let period = state.quiet_periods.last().unwrap();
    assert_eq!((period.state, period.end), (QuietPeriodState::Completed, end));
    assert!(!period.accepted_as_it_was);
    let open: Vec<_> =
        period.criteria.iter().filter(|it| it.verdict != CriterionVerdict::Met).collect();
    assert!(open.is_empty(), "{open:#?}");
    assert_eq!(state.deployment, DeploymentState::MilestoneReview);
    measures(stage, "2027-04-28T03:30:00Z", &[], "final_attributable");
    stage.speak("the desk");
    stage.speak("the emergency");
}
