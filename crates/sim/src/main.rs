//! `sim`: runs worlds by their seeds, measures which planted bugs are found, tells one world's story.

use clap::{Parser, Subcommand};
use model::planted::{Planted, plant};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use strum::VariantArray as _;

/// Rules and record make and drop many small things: the one of the C library takes a seventh longer.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs the real rules and the real loop in worlds of faults.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Runs a range of seeds; the first broken promises are told.
    Run {
        /// The first seed.
        #[arg(long, default_value_t = 1)]
        first: u64,
        /// How many.
        #[arg(long, default_value_t = 4_000)]
        seeds: u64,
        /// After how many broken promises to stop.
        #[arg(long, default_value_t = 1)]
        broken: usize,
        /// A bug to plant.
        #[arg(long)]
        bug: Option<Planted>,
        /// Runs each world twice, and tells those that are not the same both times.
        #[arg(long)]
        twice: bool,
        /// Runs those of them in which workers carry the orders out.
        #[arg(long)]
        workers: bool,
    },
    /// Plants every bug in turn, and says after how many seeds each is found.
    Bugs {
        /// How many seeds each may take.
        #[arg(long, default_value_t = 20_000)]
        seeds: u64,
    },
    /// Tells the story of one seed.
    Story {
        /// The seed.
        seed: u64,
        /// A bug to plant.
        #[arg(long)]
        bug: Option<Planted>,
    },
}

/// Which worlds a search runs.
#[derive(Clone, Copy)]
struct Wanted {
    first: u64,
    seeds: u64,
    /// After how many broken promises it stops.
    broken: usize,
    bug: Option<Planted>,
    /// Whether each world runs twice, and must be the same both times.
    twice: bool,
    /// Whether only worlds with workers run.
    workers: bool,
}

/// What a search over seeds has found.
#[derive(Default)]
struct Found {
    /// The smallest seeds that broke a promise, and which.
    broken: BTreeMap<u64, String>,
    /// How many entries all records have.
    entries: u64,
}

/// Runs worlds on all processors, and stops at the last broken promise that is wanted.
fn search(wanted: Wanted) -> Found {
    let next = AtomicU64::new(wanted.first);
    let found = Mutex::new(Found::default());
    let lock = || found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                plant(wanted.bug);
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    let is_past = seed >= wanted.first + wanted.seeds;
                    // One that is running may still break at a smaller seed.
                    if is_past || lock().broken.range(..seed).count() >= wanted.broken {
                        return;
                    }
                    if wanted.workers && !sim::has_workers(seed) {
                        continue;
                    }
                    let mut outcome = sim::run(seed, false);
                    if wanted.twice && outcome != sim::run(seed, false) {
                        outcome.broken =
                            Some("no one place: it is another world each time".to_owned());
                    }
                    let mut found = lock();
                    found.entries += outcome.entries as u64;
                    found.broken.extend(outcome.broken.map(|what| (seed, what)));
                }
            });
        }
    });
    found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn main() -> ExitCode {
    let mut out = std::io::stdout().lock();
    let is_well = match Arguments::parse().what {
        What::Run { first, seeds, broken, bug, twice, workers } => {
            let found = search(Wanted { first, seeds, broken, bug, twice, workers });
            let mut told = found.broken.iter().take(broken).map(|(seed, what)| {
                writeln!(out, "seed {seed} breaks a promise at {what}").is_ok()
            });
            let all_told = told.all(|it| it);
            let entries = found.entries;
            let held =
                format!("{seeds} seeds from {first} on, {entries} entries: every promise held");
            all_told && found.broken.is_empty() && writeln!(out, "{held}").is_ok()
        }
        What::Bugs { seeds } => Planted::VARIANTS.iter().fold(true, |all, bug| {
            let wanted = Wanted {
                first: 1,
                seeds,
                broken: 1,
                bug: Some(*bug),
                twice: false,
                workers: false,
            };
            let found = search(wanted);
            let told = match found.broken.first_key_value() {
                Some((seed, what)) => writeln!(out, "{bug}: seed {seed}: {what}"),
                None => writeln!(out, "{bug}: NOT FOUND in {seeds} seeds"),
            };
            all && told.is_ok() && !found.broken.is_empty()
        }),
        What::Story { seed, bug } => {
            plant(bug);
            let outcome = sim::run(seed, true);
            outcome.story.iter().all(|it| writeln!(out, "{it}").is_ok())
                && writeln!(out, "{:?} trace {:016x}", outcome.broken, outcome.trace).is_ok()
                && outcome.broken.is_none()
        }
    };
    if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
