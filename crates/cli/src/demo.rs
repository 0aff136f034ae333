//! `landfall demo`: the whole of it, on this computer, for somebody who has never heard of it.
//!
//! Nothing is acted out. A release is made, two core components and twelve sites are
//! deployed as running programs, one site fails and is put right, and people sign. The
//! people are the plan's: they act through the rules that bind real ones. Every claim at
//! the end is checked, and the exit code says whether it held.

mod answering;
mod asking;
mod gathering;
mod live;
mod people;
mod place;
mod proof;
mod release;
mod stage;
mod stopping;
mod story;
mod telling;
mod words;

use crate::args::Everywhere;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::terminal::Terminal;
use clap::{Args, Subcommand};
use place::Place;
use std::convert::Infallible;
use telling::Telling;
use tokio::signal::unix::{SignalKind, signal};

/// Watch a whole deployment in half a minute: two core components, twelve sites, on this computer.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall demo
  landfall demo --data /tmp/look --keep
  landfall demo --json

It needs nothing but a POSIX shell. It listens on addresses 127.20.x.y only, and leaves nothing
behind: with --data DIR the directory stays, with --keep the programs go on running too.
Exit code 0 only if every claim that it makes was checked and holds.")]
pub(crate) struct DemoArguments {
    /// Let the programs of the sites go on running, and keep the directory.
    #[arg(long)]
    keep: bool,
    /// What is typed as if `--keep` took the name of a directory.
    #[arg(hide = true, value_name = "DIR", value_parser = no_directory)]
    directory: Option<Infallible>,
    #[command(subcommand)]
    part: Option<Part>,
}

/// Refuses a name: the directory is named as everywhere.
fn no_directory(name: &str) -> Result<Infallible, String> {
    Err(format!("name a directory by --data: `landfall demo --keep --data {name}`"))
}

/// What the demo's own programs call.
#[derive(Debug, Subcommand)]
enum Part {
    /// Answer over HTTP from the files that were deployed here.
    #[command(hide = true)]
    Answer(answering::Answer),
}

/// Carries out the demo, and leaves nothing behind that it was not asked to.
///
/// # Errors
///
/// When a claim does not hold, when it is interrupted, or when this computer does not let it.
pub(crate) async fn run(
    arguments: &DemoArguments,
    everywhere: &Everywhere,
    terminal: Terminal,
) -> Result<(), Fault> {
    if let Some(Part::Answer(answer)) = &arguments.part {
        return answering::answer(answer, terminal).await;
    }
    if let Some(never) = arguments.directory {
        match never {}
    }
    let place = Place::make(everywhere)?;
    let mut telling = Telling::new(terminal);
    let told = tokio::select! {
        told = story::tell(&place, everywhere, &mut telling) => told,
        interrupted = interrupted() => Err(interrupted),
    };
    telling.end();
    let stays = arguments.keep && told.is_ok();
    let stopped = if stays { Ok(place.programs().len()) } else { stopping::stop(&place).await };
    // Whoever starts a program again by hand is not to lose it with this demo.
    place.untie();
    let proof = told?;
    let running = stopped?;
    terminal.answer(&proof, || story::farewell(&place, &proof, stays, running))?;
    place.leave(stays);
    Ok(())
}

/// Waits until somebody interrupts the program.
async fn interrupted() -> Fault {
    let interrupted =
        Fault::new(Exit::Interrupted, "the demo was interrupted").why("its programs were stopped");
    let (Ok(mut terminated), Ok(mut hung_up)) =
        (signal(SignalKind::terminate()), signal(SignalKind::hangup()))
    else {
        return interrupted.why("and signals cannot be waited for");
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated.recv() => {}
        _ = hung_up.recv() => {}
    }
    interrupted
}
