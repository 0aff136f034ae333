//! Durable steps with others: DBOS on SQLite, and Restate with its own server.
//!
//! Each runs as a process of its own, from the scripts in `contenders/`, and prints its own figures.

use crate::Fault;
use crate::contender::FILES;
use serde::Deserialize;
use std::path::Path;
use std::process::{Command, Stdio};

/// What one of them says of itself.
#[derive(Deserialize)]
pub(crate) struct Said {
    /// Its version.
    pub(crate) version: String,
    /// One workflow, a step after the other.
    pub(crate) sequence: Rate,
    /// A hundred workflows at once.
    pub(crate) at_once: Rate,
}

/// How fast, and what it costs.
#[derive(Deserialize)]
pub(crate) struct Rate {
    pub(crate) steps_per_s: f64,
    pub(crate) cpu_us: f64,
}

/// Lets DBOS do its steps.
#[expect(clippy::disallowed_methods, reason = "to start its competitors is what the bench is for")]
pub(crate) fn dbos(venv: &Path) -> Result<Said, Fault> {
    let folder = tempfile::tempdir()?;
    let database = format!("sqlite:///{}", folder.path().join("steps.db").display());
    let mut program = Command::new(venv.join("bin/python"));
    program.arg(format!("{FILES}/dbos_steps.py")).arg(database);
    said(&mut program)
}

/// Lets Restate do its steps; its packages are in the folder `packages`.
#[expect(clippy::disallowed_methods, reason = "to start its competitors is what the bench is for")]
pub(crate) fn restate(packages: &Path) -> Result<Said, Fault> {
    let folder = tempfile::tempdir()?;
    // A module is looked for beside whoever asks for it.
    std::fs::copy(format!("{FILES}/restate_steps.mjs"), packages.join("restate_steps.mjs"))?;
    let mut program = Command::new("node");
    program.current_dir(packages).arg("restate_steps.mjs").arg(folder.path());
    said(&mut program)
}

fn said(program: &mut Command) -> Result<Said, Fault> {
    let output = program.stderr(Stdio::null()).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().rfind(|it| it.starts_with('{'));
    let line = line.ok_or_else(|| format!("{program:?} gave no figures"))?;
    Ok(serde_json::from_str(line)?)
}
