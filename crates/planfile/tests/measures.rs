//! The figures of the worked example, and everything that can be odd about foreign tables.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test ends where something is not as it says"
)]

use model::incident::{Attribution, ImpactLevel};
use model::measures::figures::Figures;
use model::measures::impact::{Causes, Question, Reach};
use model::measures::measured::Measured;
use model::measures::printed::Printed;
use model::measures::satisfaction::Answers;
use planfile::{MeasuredTable, MeasuredTables, MoreTables, instant, measured};
use serde_json::Value;

const SITES: &str = include_str!("../../../examples/fieldgate/measures/sites.csv");
const SEGMENTS: &str = include_str!("../../../examples/fieldgate/measures/impact-segments.csv");
const PLANNED: &str = include_str!("../../../examples/fieldgate/measures/planned.csv");
const TICKETS: &str = include_str!("../../../examples/fieldgate/measures/tickets.csv");
const EXPECTED: &str = include_str!("../../../examples/fieldgate/measures/expected-metrics.json");

const NOMINAL_END: &str = "2027-04-26T21:00Z";
const EXTENDED_END: &str = "2027-04-28T03:30Z";

fn tables(sites: &str, segments: &str, planned: &str, tickets: &str) -> MeasuredTables {
    let table = |name: &str, text: &str| MeasuredTable {
        name: name.to_owned(),
        bytes: text.as_bytes().to_vec(),
    };
    MeasuredTables {
        sites: table("sites.csv", sites),
        segments: table("segments.csv", segments),
        planned: Some(table("planned.csv", planned)),
        tickets: Some(table("tickets.csv", tickets)),
        more: MoreTables::default(),
    }
}

fn ms(text: &str) -> i64 {
    instant(text).unwrap().as_millisecond()
}

fn figures(measured: &Measured, end: &str, causes: Causes) -> Value {
    let (to_ms, from_ms) = (ms(end), ms("2027-04-05T21:00Z"));
    let question = Question { from_ms, to_ms, as_of_ms: to_ms, causes };
    let figures = Figures::of(measured, &question, &jiff::tz::TimeZone::UTC);
    serde_json::to_value(Printed::new(&figures)).unwrap()
}

fn causes(causes: &[Attribution]) -> Causes {
    Causes::Only(causes.iter().copied().collect())
}

/// Returns `expected` as text, and of `actual` the same sites.
fn sections(actual: &Value, expected: &Value) -> (String, String) {
    let mut told = serde_json::Map::new();
    told.insert("summary".to_owned(), actual["summary"].clone());
    let sites = expected["sites"].as_object().unwrap().keys();
    let sites = sites.map(|it| (it.clone(), actual["sites"][it].clone()));
    told.insert("sites".to_owned(), Value::Object(sites.collect()));
    (Value::Object(told).to_string(), expected.to_string())
}

// Proves: P3b-O1, P3b-O2
#[test]
fn the_worked_example_gives_its_figures_to_the_last_digit() {
    let expected: Value = serde_json::from_str(EXPECTED).unwrap();
    let read = measured(tables(SITES, SEGMENTS, PLANNED, TICKETS)).unwrap();
    let restored = SEGMENTS.replace("04-24T12:00Z,,", "04-24T12:00Z,2027-04-27T09:00Z,");
    let later = measured(tables(SITES, &restored, PLANNED, TICKETS)).unwrap();
    for (measured, end, causes, section) in [
        (&read, NOMINAL_END, Causes::attributable(), "at_nominal_end_attributable"),
        (&read, NOMINAL_END, Causes::All, "at_nominal_end_as_experienced"),
        (&later, EXTENDED_END, Causes::attributable(), "final_attributable"),
        (&later, NOMINAL_END, Causes::attributable(), "at_nominal_end_attributable"),
    ] {
        let actual = figures(measured, end, causes);
        let (actual, expected) = sections(&actual, &expected[section]);
        assert_eq!(actual, expected, "{section}");
    }
    let count = figures(&read, NOMINAL_END, Causes::All)["sites"].as_object().unwrap().len();
    assert_eq!(count, 40);
}

// Proves: P3b-O1
#[test]
fn the_worked_example_gives_its_incidents_to_the_last_digit() {
    let expected: Value = serde_json::from_str(EXPECTED).unwrap();
    let read = measured(tables(SITES, SEGMENTS, PLANNED, TICKETS)).unwrap();
    let with_environment =
        causes(&[Attribution::Solution, Attribution::Undetermined, Attribution::Environment]);
    for (causes, section) in [
        (Causes::attributable(), "tickets"),
        (with_environment, "tickets_incl_environment"),
        (Causes::All, "tickets_incl_environment"),
    ] {
        let actual = figures(&read, NOMINAL_END, causes);
        assert_eq!(actual["tickets"].to_string(), expected[section].to_string(), "{section}");
    }
}

#[test]
fn without_the_rule_of_the_half_the_worked_example_is_down_for_longer() {
    let expected: Value = serde_json::from_str(EXPECTED).unwrap();
    let read = measured(tables(SITES, SEGMENTS, PLANNED, TICKETS)).unwrap();
    let mut longer = read.clone();
    // As if each outage were one of the whole site, however few users it hit.
    longer.impacts.iter_mut().for_each(|it| it.affected = None);
    let longer = figures(&longer, NOMINAL_END, Causes::attributable());
    let exact = figures(&read, NOMINAL_END, Causes::attributable());
    let whole = &expected["same_data_without_partial_rule"];
    for key in ["any_site_min", "all_sites_min", "site_mean_unplanned_min", "planned_site_min"] {
        assert_eq!(longer["summary"][key].to_string(), whole[key].to_string(), "{key}");
    }
    for key in ["user_weighted_downtime_min", "user_minutes_lost", "availability_user_weighted"] {
        assert_eq!(exact["summary"][key].to_string(), whole[key].to_string(), "{key}");
    }
    // Adding up durations counts overlaps twice.
    let counted = read.impacts.iter();
    let counted =
        counted.filter(|it| it.level == ImpactLevel::Outage && it.cause == Attribution::Solution);
    let lengths_ms = counted.map(|it| it.end_ms.unwrap_or(ms(NOMINAL_END)) - it.start_ms);
    let naive_min = (lengths_ms.sum::<i64>() / 60_000) as f64;
    assert_eq!(expected["naive_sum_of_incident_durations_min"], naive_min);
}

#[test]
fn the_worked_example_gives_its_satisfaction_to_the_last_digit() {
    let expected: Value = serde_json::from_str(EXPECTED).unwrap();
    let answers = Answers { counts: [20, 40, 83, 242, 227], asked: Some(1_575) };
    let actual = serde_json::json!({
        "n": answers.n(),
        "csat": answers.share_rounded(),
        "wilson95": answers.wilson_95(),
        "mean": answers.mean_rounded(),
    });
    assert_eq!(actual, expected["csat"]);
}

#[test]
fn tables_of_other_programs_are_understood() {
    let sites =
        "\u{feff}notes,Computers, users ,SITE,in_service_utc\r\n\"a, b\",4,,\"Store 1\",\r\n";
    let sites = sites.replace("4,,", "4,10.0,") + ",3,0,S2,2027-04-06T00:00:00+00:00\r\n";
    let segments = "sites,level,incident,start_utc,end_utc,affected_users,attribution\r\n\
        Store 1; S2,Outage,I-1,2027-04-06 00:00:30,2027-04-06T00:01:30+00:00,,\r\n\
        \"S2,S2\",partial,I-2,2027-04-06T01:00Z,,2,User error\r\n\r\n*,degraded,I-3,2027-04-06T01:00Z,,,solution\r\n";
    let planned =
        "announced,id,start_utc,end_utc,sites\nTrue,C,2027-04-06T00:00Z,2027-04-06T00:01Z,S2\n";
    let tickets = "id,sev,opened,detected,acknowledged,episodes,status,attribution\n\
        T1,SEV2,2027-04-06T00:00Z,2027-04-06T00:00Z,,2027-04-06T00:00Z/2027-04-06T00:05Z;2027-04-06T01:00Z/,In progress,\n\
        T1,SEV2,2027-04-06T00:00Z,2027-04-06T00:00Z,,2027-04-06T00:00Z/2027-04-06T00:05Z;2027-04-06T01:00Z/,In progress,\n";
    let read = measured(tables(&sites, segments, planned, tickets)).unwrap();
    let [store, second] = read.sites.as_slice() else { panic!("two sites") };
    assert_eq!((store.name.as_str(), store.users, store.computers), ("Store 1", 10, 4));
    assert_eq!((second.weight(), second.in_service_ms), (3, Some(ms("2027-04-06T00:00Z"))));
    let causes: Vec<Attribution> = read.impacts.iter().map(|it| it.cause).collect();
    assert_eq!(causes, [Attribution::Undetermined, Attribution::UserError, Attribution::Solution]);
    let reaches: Vec<&Reach> = read.impacts.iter().map(|it| &it.reach).collect();
    // Whoever names every site means all of them.
    assert_eq!(reaches, [&Reach::All, &Reach::Some(vec![1]), &Reach::All]);
    let printed = figures(&read, "2027-04-06T02:00Z", Causes::attributable());
    assert_eq!(printed["sites"]["Store 1"]["unplanned_min"], 1.0);
    assert_eq!(printed["sites"]["S2"]["unplanned_min"], 0.5);
    assert_eq!(printed["sites"]["S2"]["planned_min"], 0.5);
    assert_eq!(printed["tickets"]["count"], 1);
    assert_eq!(printed["tickets"]["mttr_min"]["mean"], Value::Null);
}

#[test]
fn all_faults_of_all_tables_are_told_at_once_with_their_places() {
    let sites = "site,users\nB01,ten\nB01,4\n";
    let segments = "incident,start_utc,end_utc,sites,level,affected_users\n\
        I-1,2027-04-06T01:00Z,2027-04-06T00:00Z,B01 B77,outage,\n\
        I-2,2027-04-06,,,down,-1\n";
    let planned = "id,start_utc,end_utc,sites\n";
    let tickets = "id,sev,opened,episodes,status,detected,acknowledged\n\
        T1,0,2027-04-06T00:00Z,2027-04-06T00:00Z,gone,2027-04-06T00:02Z,2027-04-06T00:01Z\n";
    let found = measured(tables(sites, segments, planned, tickets)).unwrap_err();
    let told: Vec<String> = found
        .iter()
        .map(|it| format!("{}:{}:{} {}", it.file, it.line, it.column, it.what))
        .collect();
    let expected = expect_test::expect![[r#"
        sites.csv:2:5 `ten` is not a whole number from 0
        sites.csv:3:1 site `B01` stands in line 2 already
        segments.csv:2:23 this ends before it starts
        segments.csv:2:41 there is no site `B77`
        segments.csv:3:5 `2027-04-06` is not an instant
        segments.csv:3:17 this row has nothing in column `sites`
        segments.csv:3:18 `down` is not one of: outage, partial, degraded
        segments.csv:3:23 `-1` is not a whole number from 0
        planned.csv:1:1 the column `announced` is missing
        tickets.csv:2:4 `0` is not a severity: 1 is worst
        tickets.csv:2:24 `2027-04-06T00:00Z` is not a start, a stroke and a restoration
        tickets.csv:2:42 `gone` is not a status of an incident
        tickets.csv:2:65 it was acknowledged before it was detected"#]];
    expected.assert_eq(&told.join("\n"));
}

#[test]
fn tables_without_rows_or_without_any_text_give_what_can_be_known_of_nothing() {
    let sites = "site,users\nB01,4\n";
    let segments = "incident,start_utc,end_utc,sites,level\n";
    for (segments, planned, tickets) in [
        (segments, "", ""),
        ("", "\u{feff}", "\r\n"),
        ("\n\n", "id,start_utc,end_utc,sites,announced", ""),
    ] {
        let read = measured(tables(sites, segments, planned, tickets)).unwrap();
        let printed = figures(&read, "2027-04-06T21:00Z", Causes::All);
        assert_eq!(printed["sites"]["B01"]["availability"], 1.0);
        assert_eq!(printed["tickets"]["count"], 0);
        assert_eq!(printed["tickets"]["mtta_min"]["mean"], Value::Null);
    }
    let read = measured(tables("site,users\n", "", "", "")).unwrap();
    let printed = figures(&read, "2027-04-06T21:00Z", Causes::All);
    assert_eq!(printed["summary"]["availability_user_weighted"], Value::Null);
    assert_eq!(printed["summary"]["user_weighted_downtime_min"], Value::Null);
    assert_eq!(printed["summary"]["site_mean_unplanned_min"], Value::Null);
    let found = measured(tables("", "", "", "")).unwrap_err();
    let told: Vec<&str> = found.iter().map(|it| it.what.as_str()).collect();
    assert_eq!(told, ["the column `site` is missing", "the column `users` is missing"]);
}

#[test]
fn a_site_that_nobody_uses_is_weighted_by_its_computers_or_not_at_all() {
    let sites = "site,users,computers\nB01,0,3\nB02,0,0\nB03,0,\n";
    let segments =
        "incident,start_utc,end_utc,sites,level\nI,2027-04-05T21:00Z,2027-04-05T22:00Z,*,outage\n";
    let read = measured(tables(sites, segments, "", "")).unwrap();
    let printed = figures(&read, "2027-04-05T23:00Z", Causes::All);
    assert_eq!(printed["summary"]["user_minutes_lost"], 180.0);
    assert_eq!(printed["summary"]["availability_user_weighted"], 0.5);
    assert_eq!(printed["summary"]["site_mean_unplanned_min"], 60.0);
    assert_eq!(printed["sites"]["B02"]["availability"], 0.5);
}

// Proves: G-10
#[test]
fn rows_of_other_environments_are_left_out_and_that_is_told() {
    let sites = "site,users,environment\nB01,4,\nP01,90,pilot\nB02,4,Production\n";
    let segments = "incident,start_utc,end_utc,sites,level,environment\n\
        I-1,2027-04-05T21:00Z,2027-04-05T22:00Z,P01 B01,outage,\n\
        I-2,2027-04-05T22:00Z,2027-04-05T23:00Z,P01,outage,\n\
        I-3,2027-04-05T22:00Z,2027-04-05T23:00Z,*,outage,test\n";
    let tickets = "id,sev,opened,episodes,status,environment\n\
        T1,2,2027-04-05T21:00Z,,open,\nT2,1,2027-04-05T21:00Z,,open,TEST\n";
    let read = measured(tables(sites, segments, "", tickets)).unwrap();
    let printed = figures(&read, "2027-04-06T21:00Z", Causes::All);
    assert_eq!(printed["sites"].as_object().unwrap().len(), 2);
    assert_eq!(printed["summary"]["user_minutes_lost"], 240.0);
    assert_eq!(printed["tickets"]["count"], 1);
    assert_eq!(printed["left_out"], 3);
    let found = measured(tables(sites, &segments.replace("P01 B01", "P02"), "", "")).unwrap_err();
    assert_eq!(found[0].what, "there is no site `P02`");
}
