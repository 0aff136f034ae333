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
use exit::Exit;
use std::process::ExitCode;
use surroundings::Surroundings;
use terminal::Terminal;

fn main() -> ExitCode {
    let matches = command().get_matches();
    let line = match CommandLine::from_arg_matches(&matches) {
        Ok(line) => line,
        Err(error) => error.exit(),
    };
    let surroundings = Surroundings::of(&line.everywhere);
    let terminal = Terminal::new(&line.everywhere, surroundings.no_colour);
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
