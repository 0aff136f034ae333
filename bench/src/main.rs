//! Landfall beside its competitors: the same work on the same computers, in the same run.
//!
//! Every contender is a process of its own, so that its processor time and its
//! memory are its own. They take turns, because a machine is never the same
//! twice: what counts are ratios of medians of one run. After every turn the
//! result is looked at on disk; a contender that is fast because it did less is
//! not fast.

mod bare;
mod contender;
mod cost;
mod far;
mod landfall;
mod machine;
mod pages;
mod plot;
mod rehearse;
mod report;
mod rivals;
mod scene;
mod size;
mod steps;
mod tally;

use clap::{Parser, Subcommand};
use contender::Contender;
use scene::Scene;
use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tally::{Run, Tally};
use tokio::signal::unix::{SignalKind, signal};

/// Whatever went wrong, for whoever started the bench.
type Fault = Box<dyn Error + Send + Sync>;

/// Deploys the same work to the same computers with several programs, and prints what each costs.
#[derive(Parser)]
#[command(name = "bench")]
struct Arguments {
    #[command(subcommand)]
    inner: Option<Inner>,
    /// How many rounds are measured, after one that is not.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    rounds: u32,
    /// To how many computers the work is deployed.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    computers: u32,
    /// How many of them are worked on at once.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    at_once: u32,
    /// How far away they are: the round trip in milliseconds, by proxies on loopback.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=1000))]
    round_trip_ms: Option<u64>,
    /// Only these contenders, with commas between.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Contender>,
    /// The longest turn of one contender, in seconds.
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(10..=3600))]
    seconds_max: u32,
    /// Where the competitors are installed.
    #[arg(long, default_value = "target/bench/venv")]
    venv: PathBuf,
    /// Writes the figures of every turn to this file, too.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// What a contender's own process does; the bench starts these itself.
#[derive(Subcommand)]
enum Inner {
    /// The work as Landfall does it.
    #[command(hide = true)]
    Landfall {
        /// The scene's folder.
        folder: PathBuf,
    },
    /// The work as a bare loop over the SSH library does it.
    #[command(hide = true)]
    Bare {
        /// The scene's folder.
        folder: PathBuf,
    },
    /// Measures how many durable steps a second there are, and what one costs.
    Steps {
        /// How often each is measured.
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
        rounds: u32,
        /// Whether others do as many beside it.
        #[arg(long, value_enum, default_value = "rivals")]
        beside: Beside,
    },
    /// Measures how long the worked example takes to be rehearsed so many times.
    Rehearse {
        /// How often it is played.
        #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
        runs: u32,
    },
    /// Measures one deployment of 10 to 100,000 sites, and draws the curves into docs/.
    Size {
        /// The most sites.
        #[arg(long, default_value_t = 100_000)]
        sites_max: usize,
        /// A folder in which what was deployed stays; what is there already is only read back.
        #[arg(long)]
        keep: Option<PathBuf>,
    },
    /// One size, in a process of its own.
    #[command(hide = true)]
    OneSize {
        /// How many sites.
        sites: usize,
        /// Where its record stays; nowhere, without one.
        #[arg(long)]
        folder: Option<PathBuf>,
    },
    /// What one size has left in a folder, read back.
    #[command(hide = true)]
    OneSizeAgain {
        /// The folder.
        folder: PathBuf,
    },
    /// Measures pages of a large deployment beside a route that returns the same bytes.
    Pages {
        /// How many sites it has.
        #[arg(long, default_value_t = 100_000)]
        sites: usize,
    },
    /// The server whose pages are measured, in a process of its own.
    #[command(hide = true)]
    PageServer {
        /// How many sites its deployment has.
        sites: usize,
    },
    /// Writes docs/measurements.md from the tables of the last runs.
    Report,
}

/// Who does durable steps in the same run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Beside {
    /// DBOS and Restate.
    Rivals,
    /// Nobody.
    Nobody,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.inner {
        Some(Inner::Landfall { folder }) => landfall::deploy(folder).map(|()| true),
        Some(Inner::Bare { folder }) => bare::deploy(folder).map(|()| true),
        Some(Inner::Steps { rounds, beside }) => {
            steps(*rounds, *beside, &arguments.venv).map(|()| true)
        }
        Some(Inner::Size { sites_max, keep }) => size(*sites_max, keep.as_deref()).map(|()| true),
        Some(Inner::OneSize { sites, folder }) => {
            size::one(*sites, folder.as_deref()).map(|()| true)
        }
        Some(Inner::OneSizeAgain { folder }) => size::again(folder).map(|()| true),
        Some(Inner::Rehearse { runs }) => rehearsed(*runs).map(|()| true),
        Some(Inner::Pages { sites }) => paged(*sites).map(|()| true),
        Some(Inner::PageServer { sites }) => pages::serve(*sites).map(|()| true),
        Some(Inner::Report) => report::write().map(|()| true),
        None => compare(&arguments),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(fault) => {
            say(&format!("bench: {fault}"));
            ExitCode::FAILURE
        }
    }
}

/// Lets all contenders take their turns and prints the table. Returns whether all succeeded.
fn compare(arguments: &Arguments) -> Result<bool, Fault> {
    let contenders = match arguments.only.as_slice() {
        [] => Contender::ALL.to_vec(),
        only => only.to_vec(),
    };
    let round_trip = arguments.round_trip_ms.map(Duration::from_millis);
    let (count, at_once) = (arguments.computers as usize, arguments.at_once as usize);
    let mut scene = Scene::new(count, at_once, round_trip)?;
    let machine = machine::describe(&arguments.venv);
    say(&machine.to_string());
    let mut tally = Tally::default();
    let interrupted = interrupted()?;
    for round in 0..=arguments.rounds {
        let mut turns = contenders.clone();
        // Whoever goes first finds a quieter machine: everybody does once.
        turns.rotate_left(round as usize % contenders.len());
        for contender in turns {
            if interrupted.load(Ordering::Relaxed) {
                // Returning is what ends the servers.
                return Err("interrupted".into());
            }
            let load = machine::load();
            let turn = scene.turn(contender, &arguments.venv, arguments.seconds_max);
            let run = Run { contender, round, load, turn: turn.map_err(|fault| fault.to_string()) };
            say(&run.to_string());
            tally.runs.push(run);
        }
    }
    let table = tally.table(arguments.computers, round_trip);
    answer(&table)?;
    let far = arguments.round_trip_ms.map_or_else(String::new, |it| format!(", {it} ms away"));
    let title = format!("{count} computers, {at_once} at once{far}");
    report::keep(&title, &machine, &table)?;
    if let Some(path) = &arguments.json {
        let figures = tally.json(arguments.computers, &machine);
        std::fs::write(path, serde_json::to_string_pretty(&figures)? + "\n")?;
    }
    Ok(tally.all_succeeded())
}

fn steps(rounds: u32, beside: Beside, venv: &Path) -> Result<(), Fault> {
    let machine = machine::describe(venv);
    let table = steps::measure(rounds, beside, venv)?;
    answer(&table)?;
    report::keep("Durable steps", &machine, &table)
}

fn rehearsed(runs: u32) -> Result<(), Fault> {
    let machine = machine::describe(Path::new("."));
    let table = rehearse::rehearse(runs)?;
    answer(&table)?;
    report::keep("Rehearsals of the worked example", &machine, &table)
}

fn size(sites_max: usize, kept: Option<&Path>) -> Result<(), Fault> {
    let machine = machine::describe(Path::new("."));
    let picture = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/size.svg"));
    let table = size::measure(sites_max, picture, kept)?;
    answer(&table)?;
    report::keep("Size", &machine, &table)
}

fn paged(sites: usize) -> Result<(), Fault> {
    let machine = machine::describe(Path::new("."));
    let table = pages::measure(sites)?;
    answer(&table)?;
    report::keep("Pages", &machine, &table)
}

/// Returns what becomes true when somebody wants the bench to end.
fn interrupted() -> Result<Arc<AtomicBool>, Fault> {
    let flag = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&flag);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::spawn(move || {
        runtime.block_on(async {
            let mut ended = signal(SignalKind::terminate())?;
            tokio::select! {
                asked = tokio::signal::ctrl_c() => asked?,
                _ = ended.recv() => {}
            }
            raised.store(true, Ordering::Relaxed);
            Ok::<_, std::io::Error>(())
        })
    });
    Ok(flag)
}

/// Says how things go to whoever watches.
fn say(text: &str) {
    // Nobody watching is no reason to stop.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

fn answer(text: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout().lock(), "{text}")
}
