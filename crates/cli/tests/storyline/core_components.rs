//! January: two components are taken over from the pilot, one has drifted, one host's disk is bad.

use super::stage::Stage;
use jiff::Timestamp;
use model::command::Command;
use model::machine::ComponentState;

/// From the Release Readiness Milestone to the interim core sheet.
pub(crate) async fn are_deployed(stage: &mut Stage) {
    what_the_pilot_left(stage);
    the_primary_database_has_drifted(stage).await;
    a_disk_of_the_interface_is_replaced(stage).await;
}

/// The pilot runs the release's names and directory; its database got a hotfix.
fn what_the_pilot_left(stage: &Stage) {
    for (host, product, version) in [
        ("core/dns/ns1", "names", "3.0.2"),
        ("core/dns/ns2", "names", "3.0.2"),
        ("core/idp/idp1", "directory", "3.0.2"),
        ("core/idp/idp2", "directory", "3.0.2"),
        ("core/db-primary/db1", "database", "3.0.2-hotfix1"),
    ] {
        let host = stage.computer(host);
        std::fs::create_dir_all(&host).unwrap();
        std::fs::write(host.join(format!("{product}.version")), format!("{version}\n")).unwrap();
    }
}

async fn the_primary_database_has_drifted(stage: &mut Stage) {
    stage.until("2027-01-24T12:00:00Z").await;
    let state = stage.state().await;
    let component = |name: &str| state.component(&name.parse().unwrap()).unwrap().1;
    assert!(component("dns").adopted && component("idp").adopted);
    let database = component("db-primary");
    assert!(database.drifted && !database.adopted);
    assert_eq!(database.state, ComponentState::Verified);
}

async fn a_disk_of_the_interface_is_replaced(stage: &mut Stage) {
    // A disk that takes no data: a directory stands where the version is to be written.
    let disk = stage.computer("core/api/api3").join("interface.version");
    std::fs::create_dir_all(&disk).unwrap();
    stage.silence("the disk", |wait| {
        matches!(wait.command, Some(Command::Resume { .. } | Command::Decide { .. }))
    });
    stage.until("2027-01-27T14:00:00Z").await;
    let state = stage.state().await;
    let api =
        |state: &model::state::State| state.component(&"api".parse().unwrap()).unwrap().1.clone();
    assert_eq!(api(&state).state, ComponentState::Halted);
    std::fs::remove_dir(&disk).unwrap();
    let reason = "the disk of api3 was replaced".to_owned();
    let scope = "component/api".parse().unwrap();
    stage.act("ivo.marchetti", Command::Resume { scope, reason }).await;
    stage.speak("the disk");
    stage.until("2027-01-29T18:00:00Z").await;
    let state = stage.state().await;
    assert_eq!(api(&state).state, ComponentState::Accepted);
    assert!(state.is_locked(&model::sheet::Sheet::CoreInterim));
    let opened: Timestamp = "2027-01-29T18:00:00Z".parse().unwrap();
    assert!(state.at <= opened);
}
