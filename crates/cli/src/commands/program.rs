//! The program itself: exit codes, completions, manual pages.

use crate::args::command;
use crate::args::run::{Completions, Man};
use crate::exit::{self, Exit, TABLE};
use crate::fault::Fault;
use crate::terminal::Terminal;

pub(crate) fn exit_codes(terminal: Terminal) -> Result<Exit, Fault> {
    terminal.answer(&exit::codes(), || TABLE.to_owned())?;
    Ok(Exit::Done)
}

pub(crate) fn completions(it: &Completions, terminal: Terminal) -> Result<Exit, Fault> {
    let mut bytes = Vec::new();
    clap_complete::generate(it.shell, &mut command(), "landfall", &mut bytes);
    terminal.print_bytes(&bytes)?;
    Ok(Exit::Done)
}

pub(crate) fn man(it: &Man, terminal: Terminal) -> Result<Exit, Fault> {
    let fault = |error: &std::io::Error| Fault::of_file(&it.folder, error);
    std::fs::create_dir_all(&it.folder).map_err(|error| fault(&error))?;
    clap_mangen::generate_to(command(), &it.folder).map_err(|error| fault(&error))?;
    terminal.say(&format!("The manual pages are in {}.", it.folder.display()));
    Ok(Exit::Done)
}
