//! Durable steps: the whole path (agenda, intent, outcome, entry) with orders that do nothing.
//!
//! What is left is what Landfall itself costs a step, and what the database
//! costs. Every intent and every outcome is an entry of its own, durable before
//! it counts.

use crate::landfall::{Deployment, ENTRIES_MAX, settings, site_phase_s};
use crate::machine;
use crate::rivals::{self, Rate, Said};
use crate::tally::median_of;
use crate::{Beside, Fault};
use executor::Executor;
use model::plan::MasterProjectPlan;
use record::Location;
use record::testing::postgres;
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;

/// How the steps are laid out: so many sites of one computer at once, each with so many steps.
const LAYOUTS: [(&str, usize, usize); 2] =
    [("1,000 in flight", 1_000, 20), ("in sequence", 1, 500)];

/// From so many steps on, the size of the database's file tells what one costs.
const LONG_RUN_STEPS: usize = 10_000;

/// What one run has come to.
struct Run {
    steps_per_s: f64,
    cpu_us: f64,
    bytes: Option<f64>,
}

/// Measures both layouts on both databases, `rounds` times in turn, and returns the table.
pub(crate) fn measure(rounds: u32, beside: Beside, venv: &Path) -> Result<String, Fault> {
    let places = ["SQLite", "PostgreSQL"];
    let mut runs: Vec<Vec<Run>> = LAYOUTS.iter().flat_map(|_| places).map(|_| vec![]).collect();
    let loads = [machine::load()];
    let mut rivals: [Vec<Said>; 2] = [vec![], vec![]];
    for _ in 0..rounds {
        if beside == Beside::Rivals {
            let [dbos, restate] = &mut rivals;
            dbos.push(rivals::dbos(venv)?);
            restate.push(rivals::restate(&venv.with_file_name("restate"))?);
        }
        let all = LAYOUTS.iter().flat_map(|layout| places.map(|place| (layout, place)));
        for (into, ((_, sites, steps), place)) in runs.iter_mut().zip(all) {
            into.push(run(place, *sites, *steps)?);
        }
    }
    let mut table =
        format!("{:<28}{:>10}{:>14}{:>14}\n", "", "steps/s", "CPU us a step", "bytes a step");
    let all = LAYOUTS.iter().flat_map(|layout| places.map(|place| (layout, place)));
    for (runs, ((name, ..), place)) in runs.iter().zip(all) {
        let rate = median_of(runs.iter().map(|it| it.steps_per_s));
        let cpu = median_of(runs.iter().map(|it| it.cpu_us));
        let bytes = median_of(runs.iter().filter_map(|it| it.bytes));
        let bytes = if bytes > 0.0 { format!("{bytes:.0}") } else { "-".to_owned() };
        let name = format!("{place}, {name}");
        let _ = writeln!(table, "{name:<28}{rate:>10.0}{cpu:>14.1}{bytes:>14}");
    }
    let rivals = ["DBOS", "Restate"].into_iter().zip(&rivals).filter(|(_, it)| !it.is_empty());
    for (name, runs) in rivals {
        let version = runs.first().map_or("", |it| &it.version);
        let at_once: Vec<&Rate> = runs.iter().map(|it| &it.at_once).collect();
        let sequence: Vec<&Rate> = runs.iter().map(|it| &it.sequence).collect();
        for (layout, rates) in [("many at once", at_once), ("in sequence", sequence)] {
            let rate = median_of(rates.iter().map(|it| it.steps_per_s));
            let cpu = median_of(rates.iter().map(|it| it.cpu_us));
            let name = format!("{name} {version}, {layout}");
            let _ = writeln!(table, "{name:<28}{rate:>10.0}{cpu:>14.1}{:>14}", "-");
        }
    }
    let _ = write!(
        table,
        "\nMedians of {rounds}; a step is an intent and an outcome, both in the record; \
         steps of one computer\nare intended together, up to 32; CPU is Landfall's own, without the \
         server of PostgreSQL;\nof DBOS (on SQLite) and Restate it is all of theirs; load {:.1} to {:.1}.",
        loads[0],
        machine::load()
    );
    Ok(table)
}

fn run(place: &str, sites: usize, steps: usize) -> Result<Run, Fault> {
    let folder = tempfile::tempdir()?;
    let work = folder.path().join("work");
    std::fs::create_dir(&work)?;
    let database = work.join("record.db");
    let location = match place {
        "SQLite" => Location::Sqlite(database.clone()),
        _ => Location::Postgres(postgres().database()),
    };
    let plan = plan(folder.path(), sites, steps)?;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let executor = Executor::pretending(settings(&work));
        let mut deployment = Deployment::begin(plan, &work, location, executor).await?;
        deployment.see_it_through().await?;
        let entries = deployment.coordinator().await?.entries(0, ENTRIES_MAX).await?;
        let took = site_phase_s(&entries).ok_or("no site was deployed")?;
        let all = u32::try_from(sites * steps)?;
        // A short run's file tells nothing: most of it is still in the write-ahead log.
        let is_long = sites * steps >= LONG_RUN_STEPS;
        let bytes = bytes_in_use(&database).filter(|_| is_long).map(f64::from);
        Ok(Run {
            steps_per_s: f64::from(all) / took,
            cpu_us: deployment.longest_drive_s.1 * 1e6 / f64::from(all),
            bytes: bytes.map(|it| it / f64::from(all)),
        })
    })
}

/// Returns the bytes of a SQLite file that are in use: all of its pages but the free ones, which the
/// next steps take. Its header says how many there are.
fn bytes_in_use(database: &Path) -> Option<u32> {
    let mut header = [0; 40];
    std::fs::File::open(database).ok()?.read_exact(&mut header).ok()?;
    let number = |from: usize| {
        let bytes = header.get(from..from + 4)?.try_into().ok()?;
        Some(u32::from_be_bytes(bytes))
    };
    let page = u32::from(u16::from_be_bytes(header.get(16..18)?.try_into().ok()?));
    let (pages, free) = (number(28)?, number(36)?);
    pages.checked_sub(free)?.checked_mul(page)
}

fn plan(folder: &Path, sites: usize, steps: usize) -> Result<MasterProjectPlan, Fault> {
    let each: String = (1..=steps).fold(String::new(), |text, number| {
        text + &format!("      - {{id: s{number}, run: ['true'], repeat: safe, expected: 1s}}\n")
    });
    let all: String = (1..=sites).fold(String::new(), |text, number| {
        let host = format!("computers: [{{id: pc, host: '192.0.2.1:{number}'}}]");
        text + &format!("  - {{id: pc-{number:05}, owner: me, users: 1, {host}}}\n")
    });
    let text = include_str!("../contenders/steps.yaml")
        .replace("@STEPS@\n", &each)
        .replace("@SITES@\n", &all);
    std::fs::write(folder.join("payload"), "x")?;
    std::fs::write(folder.join("steps.yaml"), text)?;
    let loaded = planfile::load(&planfile::DiskFolder::new(folder)?, "steps.yaml");
    loaded.plan.ok_or_else(|| format!("{:#?}", loaded.diagnostics).into())
}
