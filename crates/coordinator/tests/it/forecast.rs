//! The worked example, forecast: it must come to its end, in the order of its plan.

use jiff::Timestamp;
use model::event::{Actor, Entry, Event};
use model::profile::Purpose;
use model::state::State;
use planner::forecast::{forecast, objections};
use std::path::Path;
use std::sync::Arc;

fn fieldgate() -> State {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/fieldgate");
    let disk = planfile::DiskFolder::new(&folder).unwrap();
    let loaded = planfile::load(&disk, "landfall.yaml");
    assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
    let plan = loaded.plan.unwrap();
    let entry = Entry {
        seq: 1,
        at: "2027-01-15T15:00:00Z".parse().unwrap(),
        actor: Actor::System,
        baseline: 0,
        command: None,
        event: Event::DeploymentCreated {
            deployment: plan.deployment.clone(),
            plan: plan.digest(),
            release: plan.release.digest(),
            purpose: Purpose::Rehearsal,
            folder: "/nowhere".to_owned(),
        },
    };
    State::begin(&entry, Arc::new(plan)).unwrap()
}

#[test]
fn the_worked_example_comes_to_its_end() {
    let state = fieldgate();
    let found = forecast(&state, state.at);
    let mut story = String::new();
    let time = |it: Option<Timestamp>| it.map_or("never".to_owned(), |it| it.to_string());
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
            "{} starts {} verified {} passes {}; at most {} fail\n",
            it.ring,
            time(it.starts),
            time(it.verified),
            time(it.passes),
            it.blast_radius
        );
    }
    story += &format!(
        "ends {}; at most {} sites and {} kbit/s at once\n",
        time(found.ends),
        found.sites_at_once_peak,
        found.kbit_per_s_peak
    );
    for it in objections(&found) {
        story += &format!("{it}\n");
    }
    expect_test::expect![[r#"
        dns starts 2027-01-15T15:00:00Z verified 2027-01-15T15:00:30Z
        idp starts 2027-01-15T15:00:00Z verified 2027-01-15T15:00:30Z
        db-primary starts 2027-01-15T15:00:00Z verified 2027-01-15T15:00:30Z
        db-replica starts 2027-01-24T06:00:00Z verified 2027-01-24T06:12:30Z
        bus starts 2027-01-26T04:00:00Z verified 2027-01-26T04:37:30Z
        api starts 2027-01-26T04:37:30Z verified 2027-01-26T05:43:30Z
        pkgcache starts 2027-01-26T04:00:00Z verified 2027-01-26T04:12:30Z
        vpn-central starts 2027-01-26T04:00:00Z verified 2027-01-26T04:25:00Z
        vpn-west starts 2027-02-04T06:00:00Z verified 2027-02-04T06:25:00Z
        monitoring starts 2027-01-26T04:00:00Z verified 2027-01-26T04:12:30Z
        flagship starts 2027-01-31T06:00:00Z verified 2027-01-31T08:03:21Z passes 2027-02-05T08:03:21Z; at most 1 fail
        early starts 2027-02-07T05:00:00Z verified 2027-02-07T09:02:28Z passes 2027-02-17T09:02:28Z; at most 4 fail
        first-third starts 2027-02-21T05:00:00Z verified 2027-02-21T08:56:46Z passes 2027-02-28T08:56:46Z; at most 5 fail
        second-third starts 2027-03-07T06:00:00Z verified 2027-03-07T09:53:06Z passes 2027-03-12T09:53:06Z; at most 8 fail
        canada-pacific-remote starts 2027-03-14T03:30:00Z verified 2027-03-14T13:29:00Z passes 2027-03-17T13:29:00Z; at most 6 fail
        ends 2027-03-16T03:00:00Z; at most 8 sites and 360000 kbit/s at once
    "#]].assert_eq(&story);
}
