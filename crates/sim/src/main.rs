//! `sim`: runs worlds by their seeds, measures which planted bugs are found, tells one world's story.

use clap::{Parser, Subcommand};
use model::planted::{Planted, plant};
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use strum::VariantArray as _;

/// Runs the real rules and the real loop in worlds of faults.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Runs a range of seeds; the first broken promise is told.
    Run {
        /// The first seed.
        #[arg(long, default_value_t = 1)]
        first: u64,
        /// How many.
        #[arg(long, default_value_t = 4_000)]
        seeds: u64,
        /// A bug to plant.
        #[arg(long)]
        bug: Option<Planted>,
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

/// What a search over seeds has found.
struct Found {
    /// The smallest seed that broke a promise, and which.
    broken: Option<(u64, String)>,
    /// How many entries all records have.
    entries: u64,
}

/// Runs `seeds` worlds from `first` on, on all processors, and stops at the first broken promise.
fn search(first: u64, seeds: u64, bug: Option<Planted>) -> Found {
    let (next, entries) = (AtomicU64::new(first), AtomicU64::new(0));
    let broken = Mutex::new(None::<(u64, String)>);
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                plant(bug);
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    let mut found =
                        broken.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    if seed >= first + seeds || found.as_ref().is_some_and(|(it, _)| *it < seed) {
                        return;
                    }
                    drop(found);
                    let outcome = sim::run(seed, false);
                    entries.fetch_add(outcome.entries as u64, Ordering::SeqCst);
                    found = broken.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    if let Some(what) = outcome.broken
                        && found.as_ref().is_none_or(|(it, _)| seed < *it)
                    {
                        *found = Some((seed, what));
                    }
                }
            });
        }
    });
    let broken = broken.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    Found { broken, entries: entries.into_inner() }
}

fn main() -> ExitCode {
    let mut out = std::io::stdout().lock();
    let is_well = match Arguments::parse().what {
        What::Run { first, seeds, bug } => {
            let found = search(first, seeds, bug);
            let told = match &found.broken {
                Some((seed, what)) => writeln!(out, "seed {seed} breaks a promise at {what}"),
                None => writeln!(
                    out,
                    "{seeds} seeds from {first} on, {} entries: every promise held",
                    found.entries
                ),
            };
            told.is_ok() && found.broken.is_none()
        }
        What::Bugs { seeds } => Planted::VARIANTS.iter().fold(true, |all, bug| {
            let found = search(1, seeds, Some(*bug));
            let told = match &found.broken {
                Some((seed, what)) => writeln!(out, "{bug}: seed {seed}: {what}"),
                None => writeln!(out, "{bug}: NOT FOUND in {seeds} seeds"),
            };
            all && told.is_ok() && found.broken.is_some()
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
