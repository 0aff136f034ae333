//! The tables of the last runs, kept under `target/`, and the page that is made of them.

use crate::Fault;
use crate::machine::Machine;
use jiff::Timestamp;
use std::fs;
use std::path::PathBuf;

/// The page, beside this crate.
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/measurements.md");

const OPENING: &str = "# Measurements\n\n\
    Written by `bench/run report` from the tables of the last runs of `bench/run`; by hand only \
    where a table says so. What each line means stands in [the bench's own page](../bench/README.md). Read the ratios: \
    the seconds are those of one machine at one hour.\n";

fn tables() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/bench/tables"))
}

/// Keeps a table, in the place of the one of the same title.
pub(crate) fn keep(title: &str, machine: &Machine, table: &str) -> Result<(), Fault> {
    // Where the competitors are installed is the script's own addition.
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let own = arguments.iter().position(|it| it == "--venv").unwrap_or(arguments.len());
    let others = arguments.iter().enumerate().filter(|(it, _)| *it != own && *it != own + 1);
    let command = others.map(|(_, it)| it.as_str()).collect::<Vec<_>>().join(" ");
    let command = format!("bench/run {command}");
    let date = today();
    let (command, table) = (command.trim(), table.trim_end());
    let text =
        format!("\n## {title}\n\n`{command}`, {date}:\n\n```text\n{machine}\n\n{table}\n```\n");
    fs::create_dir_all(tables())?;
    let name: String =
        title.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '-' }).collect();
    Ok(fs::write(tables().join(format!("{name}.md")), text)?)
}

/// Writes the page.
pub(crate) fn write() -> Result<(), Fault> {
    let files = fs::read_dir(tables())?.flatten().map(|it| it.path());
    let mut files: Vec<PathBuf> = files.collect();
    files.sort();
    let texts = files.into_iter().map(fs::read_to_string).collect::<Result<Vec<_>, _>>()?;
    Ok(fs::write(PAGE, format!("{OPENING}{}", texts.concat()))?)
}

#[expect(clippy::disallowed_methods, reason = "a measurement bears its date")]
fn today() -> String {
    Timestamp::now().strftime("%Y-%m-%d").to_string()
}
