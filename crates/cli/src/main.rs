//! The `landfall` program: arguments in, words out.
//!
//! The only crate that prints, reads the environment and exits. It knows no
//! rules: it asks the coordinator and shows what it says.

mod args;
mod commands;
mod demo;
mod desk;
mod exit;
mod fault;
mod open_files;
mod render;
mod signing_key;
mod surroundings;
mod terminal;

use args::{CommandLine, command};
use clap::FromArgMatches;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use exit::Exit;
use std::process::ExitCode;
use surroundings::Surroundings;
use terminal::Terminal;

/// Returns `error` with the command that was most likely meant, where clap finds none: it takes `wy` for too
/// short to be a slip of the finger.
fn with_nearest(mut error: clap::Error) -> clap::Error {
    let meant = ContextKind::SuggestedSubcommand;
    if error.kind() == ErrorKind::InvalidSubcommand
        && error.get(meant).is_none()
        && let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidSubcommand)
    {
        let whole = command();
        let known = whole.get_subcommands().map(clap::Command::get_name);
        if let Some(name) = planfile::nearest(typed, known) {
            let names = ContextValue::Strings(vec![name.to_owned()]);
            error.insert(meant, names);
        }
    }
    error
}

fn main() -> ExitCode {
    let matches = match command().try_get_matches().map_err(with_nearest) {
        Ok(matches) => matches,
        Err(error) => return told(&error),
    };
    let CommandLine { everywhere, what } = match CommandLine::from_arg_matches(&matches) {
        Ok(line) => line,
        Err(error) => return told(&error),
    };
    let terminal = Terminal::new(&everywhere, surroundings::no_colour());
    let everywhere = match everywhere.meant(&matches) {
        Ok(everywhere) => everywhere,
        Err(fault) => {
            terminal.complain(&fault);
            return fault.exit.into();
        }
    };
    let line = CommandLine { everywhere, what };
    let surroundings = Surroundings::of(&line.everywhere);
    open_files::raise();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let fault = fault::Fault::new(Exit::Failure, "the program could not be started");
            terminal.complain(&fault.why(error.to_string()));
            return Exit::Failure.into();
        }
    };
    let done = runtime.block_on(commands::carry_out(&line, &surroundings, terminal));
    // A step that runs here goes on by itself: nothing is waited for.
    runtime.shutdown_background();
    match done {
        Ok(exit) => exit.into(),
        Err(fault) => {
            if !fault.is_silent() {
                terminal.complain(&fault);
            }
            fault.exit.into()
        }
    }
}

/// Tells what cannot be read of the line that was typed, in JSON where it asks for that; or what it asks to be
/// told of the program.
fn told(error: &clap::Error) -> ExitCode {
    let mut typed = std::env::args_os().take_while(|it| it != "--");
    if !error.use_stderr() || !typed.any(|it| it == "--json") {
        error.exit();
    }
    Terminal::in_json().complain(&fault::Fault::of_line(&error.to_string()));
    Exit::Usage.into()
}
