//! Early ends, with real orders: what goes back goes back, what stays is taken over, and the record
//! is sealed.
//!
//! House rule: nothing waits without saying on what.

use super::reported;
use super::world::World;
use crate::agenda::agenda;
use crate::fixture::plan;
use expect_test::expect;
use model::command::Command;
use model::machine::{DeploymentState, SiteState};
use model::refusal::RefusalCode;
use model::termination::{Disposition, TerminationCommand};

fn terminate(world: &mut World, person: &str, command: TerminationCommand) {
    world.act(person, &Command::Termination(command)).unwrap();
}

fn begin() -> TerminationCommand {
    TerminationCommand::Begin { reason: "the release is withdrawn".to_owned() }
}

// Proves: X-02, X-03, R-SM3
#[test]
fn what_is_given_up_goes_back_or_is_taken_over_and_then_nothing_is_written_any_more() {
    let mut world = World::ready(plan());
    world.until(|it| it.state.sites[0].state == SiteState::SignedOff);
    let before = world.record.len();
    let refusal = world.act("sabela", &Command::Termination(begin())).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NotPermitted, "{refusal}");
    terminate(&mut world, "hedda", begin());
    assert!(world.state.deployment != DeploymentState::Terminating, "the customer agrees too");
    terminate(&mut world, "winifred", begin());
    let dispose = TerminationCommand::Dispose {
        scope: "site/s1".parse().unwrap(),
        disposition: Disposition::RollBack,
        reason: "it is alone with the new release".to_owned(),
    };
    terminate(&mut world, "hedda", dispose);
    let why = world.why("deployment");
    world.until(|it| it.state.deployment == DeploymentState::Terminated);
    assert_eq!(world.state.sites[0].state, SiteState::RolledBack);
    let words = ["Termination", "Deployment", "site/s1 Rollback", "Sign", "termination"];
    expect![[r#"
        deployment: it is not decided what becomes of component/db, component/vpn [hedda or sabela or ivo or saoirse]
        site/s1: it is to go back [ivo or saoirse]
        deployment: what is to be learnt has to be put down [hedda or sabela]
        04 08:10 termination:solution-manager requested
        04 08:10 termination:customer requested
        04 08:10 hedda: termination:solution-manager signed
        04 08:10 winifred: termination:customer signed
        04 08:10 hedda: deployment termination completed
    "#]].assert_eq(&format!("{why}{}", world.story(before, &words)));
    let last = world.record.len();
    world.pass(400 * 86_400);
    assert!(agenda(&world.state, world.now, 10).is_empty());
    let report = reported(&world, model::scope::Scope::Deployment, 1);
    let refusal = world.act("esteban", &report).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::State, "{refusal}");
    assert_eq!(world.record.len(), last);
}

// Proves: P4a-I1, X-01, G-04
#[test]
fn reports_come_of_the_record_and_what_was_deployed_goes_over_piece_by_piece() {
    use model::reports::{Report, digest, report, reports};
    use model::responsibility::transfers;
    let mut world = World::ready(plan());
    world.until(|it| it.state.deployment == DeploymentState::Stabilizing);
    let state = &world.state;
    let names: Vec<String> = reports(state).iter().map(ToString::to_string).collect();
    assert_eq!(names, ["core", "ring/pilot", "ring/early", "ring/broad", "exceptions", "schedule"]);
    let of = |name: &str| report(state, &name.parse::<Report>().unwrap()).unwrap();
    assert_eq!(of("core")["components"].as_array().unwrap().len(), 2);
    assert_eq!(of("ring/early")["sites"].as_array().unwrap().len(), 3);
    assert_eq!(of("site/s1")["computers"]["verified"], 4);
    assert_eq!(of("schedule")["sites"].as_array().unwrap().len(), 9);
    assert!(of("exceptions")["not-as-planned"].is_array());
    assert!(report(state, &"ring/nowhere".parse().unwrap()).is_none());
    let again: Vec<_> = reports(&state.clone()).iter().map(|it| digest(state, it)).collect();
    assert_eq!(again, reports(state).iter().map(|it| digest(state, it)).collect::<Vec<_>>());
    let gone: Vec<String> =
        transfers(state).iter().map(|it| format!("{} to {}", it.scope, it.to)).collect();
    assert_eq!(
        gone[..3],
        [
            "component/db to Operations Manager",
            "component/vpn to Operations Manager",
            "site/s1 to Site Owner",
        ]
    );
    assert_eq!(gone.len(), 11, "all sites, and not the service yet: {gone:?}");
    use model::role_type::RoleType::{OperationsManager, ReleaseManagement, SiteOwner};
    let handed = model::responsibility::handovers(state);
    let given: Vec<_> = handed
        .iter()
        .map(|it| {
            let step = it.steps.first()?;
            assert!(step.given_by.by.is_some() && step.given_by.at.is_some_and(|at| at <= step.at));
            Some((step.given_by.role, step.received_by[0].role))
        })
        .collect();
    let (core, site) = ((ReleaseManagement, OperationsManager), (ReleaseManagement, SiteOwner));
    assert_eq!(given[..3], [Some(core), Some(core), Some(site)]);
    assert_eq!((given.len(), given[11]), (12, None), "the service is with the project");
}
