//! The worked example over SSH: forty sites, 1,072 computers, real OpenSSH servers.
//!
//! From a draft to all sites deployed and signed off, with a kill of the server
//! in the middle of B03 and the halt of the ring `second-third`: the label driver
//! fails at three sites, the plan is corrected, the RFC is void and authorised
//! again, one site is rolled back and done anew, two people resume the ring.

#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails where it stands"
)]

#[path = "support/folder.rs"]
mod folder;
mod support;

use executor::testing::{Servers, start};
use folder::copy;
use model::command::{Command, Resumable};
use model::machine::{DeploymentState, RfcState, SiteState};
use model::plan::MasterProjectPlan;
use model::run::TrackState;
use model::scope::Scope;
use model::state::RingState;
use std::fmt::Write as _;
use std::path::Path;
use support::{Site, kill, load};
use tempfile::TempDir;

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/fieldgate");
/// The most times that the server is started.
const STARTS_MAX: usize = 400;

/// Returns a copy of the worked example whose computers are `servers`.
fn plan_on(servers: &Servers, folder: &Path, label_driver: &str) -> MasterProjectPlan {
    copy(Path::new(EXAMPLE), folder);
    let planned = load(folder);
    let mut table = String::from("site,component,computer,host,port\n");
    let hosts = planned.components.iter().flat_map(|component| {
        component
            .hosts
            .iter()
            .map(move |host| (String::new(), component.id.to_string(), host.id.to_string()))
    });
    let computers = planned.sites.iter().flat_map(|site| {
        site.computers.iter().map(move |it| (site.id.to_string(), String::new(), it.id.to_string()))
    });
    for ((site, component, computer), address) in hosts.chain(computers).zip(&servers.addresses) {
        let (host, port) = (&address.host, address.port);
        writeln!(table, "{site},{component},{computer},{host},{port}").unwrap();
    }
    std::fs::write(folder.join("computers.csv"), table).unwrap();
    let main = folder.join("landfall.yaml");
    let address = &servers.addresses[0];
    let reached = format!(
        "user: {}\n    identity: {}\n    known-hosts: {}",
        address.user,
        servers.key.display(),
        servers.known_hosts.display()
    );
    let text = std::fs::read_to_string(&main).unwrap();
    let text = text
        .replace("user: deploy", &reached)
        .replace(
            "root: /var/lib/fieldgate",
            &format!("root: {}", servers.folder().join("computers").display()),
        )
        .replace("label-driver: original", &format!("label-driver: {label_driver}"));
    std::fs::write(&main, format!("{text}\ncomputers: {{from: computers.csv}}\n")).unwrap();
    load(folder)
}

fn computers_of(plan: &MasterProjectPlan) -> usize {
    let hosts: usize = plan.components.iter().map(|it| it.hosts.len()).sum();
    hosts + plan.sites.iter().map(|it| it.computers.len()).sum::<usize>()
}

// Proves: G-07, P1-A1, P2-D1, P2-A1, P2-B1, X-10
#[tokio::test(flavor = "multi_thread")]
async fn forty_sites_are_deployed_and_signed_off_through_a_kill_and_a_halt() {
    let world = TempDir::new().unwrap();
    let servers = start(computers_of(&load(Path::new(EXAMPLE)))).unwrap();
    let folder = world.path().join("plan");
    let plan = plan_on(&servers, &folder, "original");
    let data = world.path().join("data");
    let database = data.join("record.db").display().to_string();
    let mut site = Site::create(&data, &database, plan, &folder, "2027-01-15T15:00:00Z").await;
    let (mut killed, mut halted) = (false, false);
    for _ in 0..STARTS_MAX {
        let answered = site.people_answer(is_about_a_halt).await;
        let mut server = site.serve();
        if !killed {
            killed = kill_in_the_middle_of(&site, "B03", &mut server).await;
        }
        server.wait().unwrap();
        let coordinator = site.coordinator().await;
        let state = coordinator.state();
        if state.deployment == DeploymentState::Stabilizing {
            break;
        }
        let ring = state.ring(&"second-third".parse().unwrap()).unwrap().1;
        if ring.state == RingState::Halted && !halted {
            halted = true;
            the_label_driver_is_fixed(&mut site, &servers, &world.path().join("fixed")).await;
        } else if answered == 0 {
            let waits = planner::waiting::waiting(state, state.at, 30);
            let moves = state.orders.is_empty();
            assert!(!moves || waits.iter().any(|it| it.command.is_some()), "{waits:#?}");
        }
    }
    assert!(killed && halted, "the story has a kill ({killed}) and a halt ({halted})");
    let coordinator = site.coordinator().await;
    let state = coordinator.state();
    assert_eq!(state.deployment, DeploymentState::Stabilizing);
    assert!(state.sites.iter().all(|it| it.state == SiteState::SignedOff));
    every_computer_holds_the_release(&servers, &folder, &state.plan);
    every_step_ran_as_often_as_the_record_says(&coordinator, &servers).await;
    let key = site.record.standing(&site.deployment).await.unwrap().key;
    record::verify(site.record.as_ref(), &site.deployment, &key).await.unwrap();
}

fn is_about_a_halt(wait: &planner::waiting::WaitingOn) -> bool {
    matches!(
        wait.command,
        Some(Command::ResumeRing { .. } | Command::Resume { .. } | Command::Decide { .. })
    )
}

/// Kills `server` once some computers of `name` are done and others are not. Returns whether it did.
async fn kill_in_the_middle_of(site: &Site, name: &str, server: &mut std::process::Child) -> bool {
    while server.try_wait().unwrap().is_none() {
        support::look_again().await;
        let coordinator = site.coordinator().await;
        let (_, status) = coordinator.state().site(&name.parse().unwrap()).unwrap();
        if status.state != SiteState::Deploying {
            continue;
        }
        let Some(run) = &status.run else { continue };
        let done = run.tracks.iter().filter(|it| it.state == TrackState::Done).count();
        let in_flight = run.tracks.iter().any(|it| it.state == TrackState::InFlight);
        if done >= 5 && in_flight {
            kill(server);
            return true;
        }
    }
    false
}

/// The storyline of the ring that halts.
async fn the_label_driver_is_fixed(site: &mut Site, servers: &Servers, fixed: &Path) {
    let mut coordinator = site.coordinator().await;
    let failed: Vec<String> = failed_sites(coordinator.state());
    assert!(
        !failed.is_empty() && failed.iter().all(|it| ["B21", "B22", "B24"].contains(&it.as_str())),
        "{failed:?}"
    );
    let plan = plan_on(servers, fixed, "fixed");
    let changes = planfile::diff(&coordinator.state().plan, &plan);
    let manager = "sabela.roig";
    let author = coordinator::Author {
        person: manager.parse().unwrap(),
        login: "test".to_owned(),
        known: None,
    };
    let at = coordinator.state().at;
    let why = "the label driver fails on old printers; it is set by a parameter now";
    coordinator
        .revise(
            &author,
            plan,
            changes.sections.into_iter().flat_map(|it| it.sentences).collect(),
            false,
            why,
            at,
        )
        .await
        .unwrap();
    let rfc = coordinator.state().rfc(&"RFC-2027-040".parse().unwrap()).unwrap().1;
    assert_eq!(rfc.state, RfcState::Draft, "what was authorised is not what the plan says now");
    site.people_answer(is_about_a_halt).await;
    let mut coordinator = site.coordinator().await;
    let first: Scope = format!("site/{}", failed[0]).parse().unwrap();
    let reason = "the label driver failed; fixed by a parameter".to_owned();
    let back = Command::RollBack { scope: first, reason: reason.clone(), accept_loss: false };
    assert!(site.act(&mut coordinator, "ivo.marchetti", &back).await);
    let resume = Command::ResumeRing {
        ring: "second-third".parse().unwrap(),
        reason,
        only: vec![Resumable::Failed, Resumable::Lost, Resumable::NotStarted],
    };
    assert!(site.act(&mut coordinator, "ivo.marchetti", &resume).await);
    let ring = |coordinator: &coordinator::Coordinator| {
        coordinator.state().ring(&"second-third".parse().unwrap()).unwrap().1.state
    };
    assert_eq!(ring(&coordinator), RingState::Halted, "one person does not resume a ring");
    assert!(site.act(&mut coordinator, "sabela.roig", &resume).await);
    assert_eq!(ring(&coordinator), RingState::Open);
}

fn failed_sites(state: &model::state::State) -> Vec<String> {
    let sites = state.plan.sites.iter().zip(&state.sites);
    let halted = sites.filter(|(_, it)| it.state == SiteState::Halted);
    halted.map(|(it, _)| it.id.to_string()).collect()
}

/// Every computer of every site has the desk package, every first one the edge package.
fn every_computer_holds_the_release(servers: &Servers, folder: &Path, plan: &MasterProjectPlan) {
    let bytes = |id: &str| {
        let deliverable = plan.release.deliverables.iter().find(|it| it.id.as_str().contains(id));
        std::fs::read(folder.join(&deliverable.unwrap().file)).unwrap()
    };
    let (desk, edge) = (bytes("desk"), bytes("edge"));
    let root = servers.folder().join("computers");
    for site in &plan.sites {
        for (number, computer) in site.computers.iter().enumerate() {
            let held = files_under(&root.join(site.id.as_str()).join(computer.id.as_str()));
            assert!(held.contains(&desk), "{}/{} lacks the desk package", site.id, computer.id);
            assert!(number > 0 || held.contains(&edge), "{} lacks the edge package", site.id);
        }
    }
}

fn files_under(folder: &Path) -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_under(&path));
        } else {
            files.push(std::fs::read(path).unwrap());
        }
    }
    files
}

/// Each order that the record holds stands in exactly one line of one computer's `steps.log`.
async fn every_step_ran_as_often_as_the_record_says(
    coordinator: &coordinator::Coordinator,
    servers: &Servers,
) {
    let mut ran = std::collections::BTreeMap::<String, usize>::new();
    for log in logs_under(&servers.folder().join("computers")) {
        for line in std::fs::read_to_string(log).unwrap().lines() {
            let order = line.split_once(' ').unwrap().1.to_owned();
            *ran.entry(order).or_default() += 1;
        }
    }
    let twice: Vec<_> = ran.iter().filter(|(_, count)| **count != 1).collect();
    assert!(twice.is_empty(), "these orders had their effect more than once: {twice:?}");
    let mut intended = std::collections::BTreeSet::new();
    let mut after = 0;
    loop {
        let entries = coordinator.entries(after, 5_000).await.unwrap();
        let Some(last) = entries.last() else { break };
        after = last.seq;
        for entry in entries {
            intended.extend(entry.event.intends().iter().map(ToString::to_string));
        }
    }
    assert!(ran.keys().all(|it| intended.contains(it)), "something ran that no entry intended");
}

fn logs_under(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut logs = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            logs.extend(logs_under(&path));
        } else if path.file_name().is_some_and(|it| it == "steps.log") {
            logs.push(path);
        }
    }
    logs
}
