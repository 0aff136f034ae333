//! The planner's promises, held against whole deployments and against chance.
//!
//! House rule: nothing starts that a gate forbids; nothing waits without saying on what.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each test looks at a few of the events and states"
)]

mod agreeing;
mod asking;
mod bad_input;
mod batches;
mod breaking;
mod care;
mod changes;
mod deciding;
mod delegating;
mod disputing;
mod ending;
mod entry;
mod faults;
mod governing;
mod halting;
mod holding;
mod ledger;
mod lines;
mod notices;
mod papers;
mod papers_by_hand;
mod prechecks;
mod process;
mod promises;
mod quiet_periods;
mod rehearsing;
mod revising;
mod rings;
mod separating;
mod settling;
mod support;
mod together;
mod walk;
mod walked;
mod words;
mod world;

use crate::agenda::agenda;
use crate::fixture::{at, created, plan};
use crate::forecast::{forecast, objections};
use expect_test::expect;
use model::command::Command;
use model::incident::{IncidentCommand, Opening};
use model::scope::Scope;
use world::World;

/// Returns the report of an incident at `scope`, noticed now.
fn reported(world: &World, scope: Scope, severity: u8) -> Command {
    let severity = severity.try_into().unwrap();
    let opening = Opening::reported(scope, severity, "tills are down".to_owned(), world.now);
    Command::Incident(IncidentCommand::Open(Box::new(opening)))
}

// Proves: F-1, P1-O1, P2-O1
#[test]
fn a_small_deployment_comes_to_its_end_in_the_order_of_its_plan() {
    let found = forecast(&created(plan()), at("2027-01-04T08:00:00Z"));
    let mut story = String::new();
    let time = |it: Option<jiff::Timestamp>| it.map_or("never".to_owned(), |it| it.to_string());
    for it in &found.components {
        story += &format!(
            "{} starts {} verified {}\n",
            it.component,
            time(it.starts),
            time(it.verified)
        );
    }
    for it in &found.rings {
        story += &format!(
            "{} starts {} verified {} passes {} at most {} fail\n",
            it.ring,
            time(it.starts),
            time(it.verified),
            time(it.passes),
            it.blast_radius
        );
    }
    story += &format!("ends {} peak {}\n", time(found.ends), found.sites_at_once_peak);
    for it in objections(&found) {
        story += &format!("{it}\n");
    }
    expect![[r#"
        db starts 2027-01-04T08:00:00Z verified 2027-01-04T08:02:00Z
        vpn starts 2027-01-04T08:02:00Z verified 2027-01-04T08:04:00Z
        pilot starts 2027-01-04T08:02:00Z verified 2027-01-04T08:10:00Z passes 2027-01-04T09:10:00Z at most 1 fail
        early starts 2027-01-04T09:10:00Z verified 2027-01-04T09:26:00Z passes 2027-01-04T10:26:00Z at most 2 fail
        broad starts 2027-01-04T10:26:00Z verified 2027-01-04T11:06:00Z passes 2027-01-04T12:06:00Z at most 1 fail
        ends 2027-01-04T11:16:00Z peak 2
    "#]].assert_eq(&story);
}

#[test]
fn a_new_deployment_has_nothing_on_its_agenda() {
    let agenda = agenda(&created(plan()), at("2027-01-04T08:00:00Z"), 100);
    assert!(agenda.is_empty(), "{agenda:?}");
}
