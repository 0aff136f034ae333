//! Size: what one deployment costs as its sites grow, from a plan's check to a cold start.
//!
//! Each size is a process of its own, so that its memory is its own. All sites are deployed by the
//! real engine with orders that do nothing; then the record is read back in every way there is.

#![expect(
    clippy::disallowed_methods,
    reason = "what is measured is time, each size in a process of its own"
)]

use crate::Fault;
use crate::cost::{own_cpu_s, own_peak_kib};
use crate::landfall::{Deployment, settings};
use crate::machine;
use crate::plot::{self, Curve};
use coordinator::{Coordinator, Moment, read_through, state_at};
use executor::Executor;
use model::event::{Entry, Event};
use model::id::DeploymentId;
use model::order::{Outcome, Proof, Report};
use model::plan::MasterProjectPlan;
use model::scope::Scope;
use model::state::State;
use planner::agenda::{Handing, Kept, agenda_as_kept};
use planner::waiting::{waiting, why};
use record::{Location, Record, Signer, Snapshot};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use views::board::{Board, Ends};

/// How many sites there are.
const SIZES: [usize; 5] = [10, 100, 1_000, 10_000, 100_000];

/// The steps of each site: with its beginning and its end, some ten entries a site.
const STEPS: usize = 8;

/// The most waits that a status shows of.
const WAITS_MAX: usize = 10_000;

/// What the kernel counts processor time in: less than that is told as that.
const TICK_S: f64 = 0.01;

/// How many entries are moved on by between two looks at the clock.
const EVOLVED_AT_ONCE: usize = 10_000;

/// How many entries a status shows.
const NEWEST: u64 = 8;

/// How often what takes no time is done.
const TIMES: u32 = 20;

/// What one size has come to.
#[derive(Default, Deserialize, Serialize)]
struct Found {
    sites: usize,
    entries: u64,
    events: u64,
    check_s: f64,
    check_peak_mib: f64,
    deploy_s: f64,
    fold_per_s: f64,
    fold_per_cpu_s: f64,
    evolve_per_s: f64,
    snapshot_mib: f64,
    cold_start_ms: f64,
    cold_start_cpu_ms: f64,
    first_action_ms: f64,
    full_agenda_ms: f64,
    incremental_us: f64,
    state_bytes_a_site: f64,
    why_ms: f64,
    waiting_ms: f64,
    status_ms: f64,
}

/// Measures all sizes up to `sites_max`, and returns the table; the curves go to `picture`. What was
/// deployed stays in a folder of its own in `kept`, and is only read back where it is there already.
pub(crate) fn measure(
    sites_max: usize,
    picture: &Path,
    kept: Option<&Path>,
) -> Result<String, Fault> {
    let before = machine::load();
    let mut all = Vec::new();
    for sites in SIZES.into_iter().filter(|it| *it <= sites_max) {
        let mut one = Command::new(std::env::current_exe()?);
        one.args(["one-size", &sites.to_string()]);
        if let Some(kept) = kept {
            let folder = kept.join(sites.to_string());
            std::fs::create_dir_all(&folder)?;
            one.arg("--folder").arg(folder);
        }
        let output = one.output()?;
        if !output.status.success() {
            return Err(
                format!("{sites} sites: {}", String::from_utf8_lossy(&output.stderr)).into()
            );
        }
        let found: Found = serde_json::from_slice(&output.stdout)?;
        crate::say(&format!("{sites} sites: {} entries", found.entries));
        all.push(found);
    }
    std::fs::write(picture, plot::svg(&curves(&all)))?;
    Ok(table(&all, before))
}

/// Measures one size and prints it, for whoever asked.
pub(crate) fn one(sites: usize, folder: Option<&Path>) -> Result<(), Fault> {
    let runtime = tokio::runtime::Runtime::new()?;
    let own = tempfile::tempdir()?;
    let found = runtime.block_on(found(sites, folder.unwrap_or_else(|| own.path())))?;
    Ok(crate::answer(&serde_json::to_string(&found)?)?)
}

/// Reads back what one size has left in `folder`, in a process of its own, and prints what it took.
pub(crate) fn again(folder: &Path) -> Result<(), Fault> {
    let runtime = tokio::runtime::Runtime::new()?;
    let found = runtime.block_on(found_again(folder))?;
    Ok(crate::answer(&serde_json::to_string(&found)?)?)
}

async fn found(sites: usize, folder: &Path) -> Result<Found, Fault> {
    let kept = folder.join("deployed.json");
    let deployed: Found = if kept.exists() {
        snapshot_anew(folder).await?;
        serde_json::from_slice(&std::fs::read(&kept)?)?
    } else {
        let deployed = deployed(sites, folder).await?;
        std::fs::write(&kept, serde_json::to_vec(&deployed)?)?;
        deployed
    };
    let output =
        Command::new(std::env::current_exe()?).arg("one-size-again").arg(folder).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let again: Found = serde_json::from_slice(&output.stdout)?;
    let Found { check_s, check_peak_mib, deploy_s, .. } = deployed;
    Ok(Found { sites, check_s, check_peak_mib, deploy_s, ..again })
}

/// Deploys all sites, whose record stays in `folder`.
async fn deployed(sites: usize, folder: &Path) -> Result<Found, Fault> {
    let work = folder.join("work");
    std::fs::create_dir_all(&work)?;
    let mut found = Found { sites, ..Found::default() };

    let began = Instant::now();
    let plan = plan(folder, sites)?;
    found.check_s = began.elapsed().as_secs_f64();
    found.check_peak_mib = mib(own_peak_kib());

    let began = Instant::now();
    let location = Location::Sqlite(work.join("record.db"));
    let executor = Executor::pretending(settings(&work));
    let mut deployment = Deployment::begin(plan, &work, location, executor).await?;
    deployment.until_all_are_deployed().await?;
    found.deploy_s = began.elapsed().as_secs_f64();
    Ok(found)
}

/// Keeps a snapshot that this program reads: what lies in `folder` may be of an earlier one.
async fn snapshot_anew(folder: &Path) -> Result<(), Fault> {
    let (record, deployment) = opened(folder).await?;
    let coordinator = Coordinator::open(record.clone(), &deployment).await?;
    let head = coordinator.head();
    let bytes = coordinator.state().to_snapshot().ok_or("it cannot be kept")?;
    let snapshot = Snapshot { seq: head.seq, hash: head.hash, bytes };
    Ok(record.put_snapshot(&deployment, snapshot).await?)
}

/// Opens the record in `folder`, and returns it with the deployment that it is of.
async fn opened(folder: &Path) -> Result<(Arc<dyn Record>, DeploymentId), Fault> {
    let work = folder.join("work");
    let signer = Signer::from_file(&work.join("key"))?;
    let location = Location::Sqlite(work.join("record.db"));
    let record = record::open(&location, signer, Some(work.join("witness"))).await?;
    let deployment = record.deployments().await?.into_iter().next().ok_or("there is none")?;
    Ok((record, deployment))
}

async fn found_again(folder: &Path) -> Result<Found, Fault> {
    let mut found = Found::default();
    let (record, deployment) = opened(folder).await?;

    let resident = resident_kib();
    let (began, before) = (Instant::now(), own_cpu_s());
    let coordinator = Coordinator::open(record.clone(), &deployment).await?;
    found.cold_start_ms = milliseconds(began);
    found.cold_start_cpu_ms = (own_cpu_s() - before) * 1e3;
    let state = coordinator.state();
    let mut kept = Kept::default();
    let handing = Handing::Here { ahead: 31 };
    agenda_as_kept(state, state.at, 1_000, handing, &mut kept);
    found.first_action_ms = milliseconds(began);
    let grown = resident_kib().saturating_sub(resident);
    found.state_bytes_a_site = number(grown * 1024) / number(state.sites.len() as u64);
    found.entries = coordinator.head().seq;
    found.snapshot_mib = bytes_mib(state.to_snapshot().ok_or("it cannot be kept")?.len());
    read_back(&coordinator, &mut found).await?;
    let mut state = state_at(&*record, &deployment, Moment::Seq(1)).await?;
    let mut entries = Vec::new();
    let mut took = Duration::ZERO;
    read_through(&*record, &deployment, &mut |_, entry, _| {
        found.events += events(&entry.event);
        if entry.seq > 1 {
            entries.push(entry.clone());
        }
        if entries.len() == EVOLVED_AT_ONCE {
            took += evolved(&mut state, &mut entries);
        }
    })
    .await?;
    took += evolved(&mut state, &mut entries);
    found.evolve_per_s = number(found.events) / took.as_secs_f64();
    Ok(found)
}

/// Moves `state` on by entries that lie in memory, and returns how long that took.
fn evolved(state: &mut State, entries: &mut Vec<Entry>) -> Duration {
    let began = Instant::now();
    for entry in entries.iter() {
        state.evolve(entry, None).expect("because the record was folded before");
    }
    let took = began.elapsed();
    entries.clear();
    took
}

/// Returns how much has happened by one entry: orders that go out together, or are heard of
/// together, share one.
fn events(event: &Event) -> u64 {
    event.intends().len().max(event.ends().count()).max(1) as u64
}

async fn at(coordinator: &Coordinator, moment: Moment) -> Result<State, Fault> {
    let deployment = &coordinator.state().plan.deployment;
    Ok(state_at(&*coordinator.record(), deployment, moment).await?)
}

/// Measures what is asked of a state in memory.
async fn read_back(coordinator: &Coordinator, found: &mut Found) -> Result<(), Fault> {
    let (began, before) = (Instant::now(), own_cpu_s());
    let state = at(coordinator, Moment::Seq(u64::MAX)).await?;
    found.fold_per_s = number(found.entries) / began.elapsed().as_secs_f64();
    found.fold_per_cpu_s = number(found.entries) / (own_cpu_s() - before).max(TICK_S);

    let handing = Handing::Here { ahead: 31 };
    found.full_agenda_ms = mean_ms(|| {
        agenda_as_kept(&state, state.at, 1_000, handing, &mut Kept::default());
    });
    let site = state.plan.sites.last().ok_or("there are no sites")?;
    let scope = Scope::Site(site.id.clone());
    found.why_ms = mean_ms(|| drop(why(&state, state.at, &scope)));
    found.waiting_ms = mean_ms(|| drop(waiting(&state, state.at, WAITS_MAX)));
    let newest = coordinator.entries(state.seq.saturating_sub(NEWEST), 8).await?;
    found.status_ms = mean_ms(|| drop(Board::of(&state, state.at, &newest, Ends::NotAsked)));
    found.incremental_us = incremental_us(coordinator).await?;
    Ok(())
}

/// Returns how long a look takes after one step has ended, somewhere in the middle of the deployment.
async fn incremental_us(coordinator: &Coordinator) -> Result<f64, Fault> {
    for eighth in [2, 3, 1, 4] {
        let moment = Moment::Seq(coordinator.head().seq * eighth / 8);
        let took = looks_us(at(coordinator, moment).await?)?;
        if took.len() >= TIMES as usize / 2 {
            return Ok(crate::tally::median_of(took.into_iter()));
        }
    }
    // The smallest are over before a second step is under way.
    Ok(0.0)
}

/// Returns how long looks at `state` take, each after one more of the steps under way has ended.
fn looks_us(mut state: State) -> Result<Vec<f64>, Fault> {
    let handing = Handing::Here { ahead: 0 };
    let mut kept = Kept::default();
    let mut took = Vec::new();
    for _ in 0..TIMES {
        // What this look finds is not carried out: steps that are under way go on.
        agenda_as_kept(&state, state.at, 0, handing, &mut kept);
        let under_way =
            state.orders.iter().find(|(_, it)| it.asked.is_none() && !state.is_behind(it));
        let Some((order, _)) = under_way else { break };
        let outcome = Outcome::Succeeded { proof: Proof::Watched };
        let report =
            Report { outcome, took_ms: 0, output_bytes: 0, output_sha256: None, last_output: None };
        let ended = Event::OrderEnded { order: order.clone(), report };
        kept.happens(&state, &ended);
        let (seq, at) = (state.seq + 1, state.at);
        state.apply(&ended, &model::event::Actor::System, at, seq, None)?;
        let began = Instant::now();
        agenda_as_kept(&state, state.at, 1_000, handing, &mut kept);
        took.push(began.elapsed().as_secs_f64() * 1e6);
    }
    Ok(took)
}

pub(crate) fn plan(folder: &Path, sites: usize) -> Result<MasterProjectPlan, Fault> {
    let each: String = (1..=STEPS).fold(String::new(), |text, number| {
        text + &format!("      - {{id: s{number}, run: ['true'], repeat: safe, expected: 1s}}\n")
    });
    let mut table = String::from("id,owner,users,computers\n");
    for number in 1..=sites {
        let _ = writeln!(table, "s{number:06},me,1,1");
    }
    let text = include_str!("../contenders/steps.yaml")
        .replace("@STEPS@\n", &each)
        .replace("sites:\n@SITES@\n", "sites: {from: sites.csv}\n");
    std::fs::write(folder.join("payload"), "x")?;
    std::fs::write(folder.join("sites.csv"), table)?;
    std::fs::write(folder.join("size.yaml"), text)?;
    let loaded = planfile::load(&planfile::DiskFolder::new(folder)?, "size.yaml");
    loaded.plan.ok_or_else(|| format!("{:#?}", loaded.diagnostics).into())
}

fn table(all: &[Found], load: f64) -> String {
    type Cell = fn(&Found) -> String;
    let lines: [(&str, Cell); 19] = [
        ("entries of the record", |it| it.entries.to_string()),
        ("events in them", |it| it.events.to_string()),
        ("plan check, s", |it| format!("{:.2}", it.check_s)),
        ("plan check, peak MiB", |it| format!("{:.0}", it.check_peak_mib)),
        ("deploying all, s", |it| format!("{:.1}", it.deploy_s)),
        ("fold, entries/s", |it| format!("{:.0}", it.fold_per_s)),
        ("fold, events/s", |it| {
            format!("{:.0}", it.fold_per_s * number(it.events) / number(it.entries))
        }),
        ("fold, entries/s of CPU", |it| format!("{:.0}", it.fold_per_cpu_s)),
        ("of it moved on by, events/s", |it| format!("{:.0}", it.evolve_per_s)),
        ("snapshot, MiB", |it| format!("{:.1}", it.snapshot_mib)),
        ("cold start, ms", |it| format!("{:.1}", it.cold_start_ms)),
        ("cold start, ms of CPU", |it| format!("{:.1}", it.cold_start_cpu_ms)),
        ("cold start to first look, ms", |it| format!("{:.1}", it.first_action_ms)),
        ("full agenda, ms", |it| format!("{:.2}", it.full_agenda_ms)),
        ("agenda after one step, us", |it| format!("{:.0}", it.incremental_us)),
        ("memory a site, bytes", |it| format!("{:.0}", it.state_bytes_a_site)),
        ("why of a site, ms", |it| format!("{:.3}", it.why_ms)),
        ("status, ms", |it| format!("{:.2}", it.status_ms)),
        ("all waits, ms", |it| format!("{:.2}", it.waiting_ms)),
    ];
    let mut table = format!("{:<30}", "sites");
    all.iter().for_each(|it| {
        let _ = write!(table, "{:>12}", it.sites);
    });
    for (name, cell) in lines {
        let _ = write!(table, "\n{name:<30}");
        all.iter().for_each(|it| {
            let _ = write!(table, "{:>12}", cell(it));
        });
    }
    let _ = write!(
        table,
        "\n\nEach size once, deployed in one process and read back in another; the agenda, why and waits are means of {TIMES}. \
         A cold start opens\nthe record, compares it with its witness, and takes the newest snapshot \
         and what follows it. Memory is\nwhat a cold start and a first look add, the plan and the snapshot read with it; load {load:.1} to {:.1}.",
        machine::load()
    );
    table
}

fn curves(all: &[Found]) -> Vec<Curve> {
    type Value = fn(&Found) -> f64;
    let lines: [(&str, Value); 7] = [
        ("plan check", |it| it.check_s * 1e3),
        ("cold start", |it| it.cold_start_ms),
        ("all waits", |it| it.waiting_ms),
        ("full agenda", |it| it.full_agenda_ms),
        ("agenda after one step", |it| it.incremental_us / 1e3),
        ("status", |it| it.status_ms),
        ("why of a site", |it| it.why_ms),
    ];
    let points = |value: Value| all.iter().map(|it| (number(it.sites as u64), value(it))).collect();
    lines.into_iter().map(|(name, value)| Curve { name, points: points(value) }).collect()
}

fn mean_ms(mut work: impl FnMut()) -> f64 {
    work();
    let began = Instant::now();
    for _ in 0..TIMES {
        work();
    }
    milliseconds(began) / f64::from(TIMES)
}

fn milliseconds(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e3
}

fn mib(kib: u64) -> f64 {
    number(kib) / 1024.0
}

fn bytes_mib(bytes: usize) -> f64 {
    number(bytes as u64) / 1024.0 / 1024.0
}

#[expect(clippy::cast_precision_loss, reason = "a measurement has no sixteen digits")]
fn number(count: u64) -> f64 {
    count as f64
}

/// Returns the memory that this process holds now.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|it| it.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
