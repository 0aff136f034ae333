//! The machine and the versions, without which no figure means anything.

use crate::contender::FILES;
use crate::cost::program;
use serde::Serialize;
use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::path::Path;

/// Where the work was done, and with what.
#[derive(Serialize)]
pub(crate) struct Machine {
    processor: String,
    processors: usize,
    kernel: String,
    openssh: String,
    russh: String,
    python: String,
    competitors: String,
}

/// Returns what this machine is.
pub(crate) fn describe(venv: &Path) -> Machine {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let named = cpuinfo.lines().find_map(|line| line.strip_prefix("model name"));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let wanted = fs::read_to_string(format!("{FILES}/requirements.txt")).unwrap_or_default();
    let competitors: Vec<&str> = wanted.lines().filter(|it| it.contains("==")).collect();
    Machine {
        processor: named.unwrap_or("unknown").trim_start_matches([':', ' ', '\t']).to_owned(),
        processors,
        kernel: kernel.trim().to_owned(),
        openssh: said("ssh", &["-V"]),
        russh: locked("russh"),
        python: said(venv.join("bin/python"), &["--version"]),
        competitors: competitors.join(" "),
    }
}

/// Returns the machine's load of the last minute.
pub(crate) fn load() -> f64 {
    let loadavg = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    loadavg.split(' ').next().and_then(|it| it.parse().ok()).unwrap_or(0.0)
}

/// Returns what a program says.
fn said(name: impl AsRef<OsStr>, arguments: &[&str]) -> String {
    let output = program(name).args(arguments).output();
    let text = output.map(|it| [it.stdout, it.stderr].concat()).unwrap_or_default();
    String::from_utf8_lossy(&text).trim().to_owned()
}

/// Returns the version of a crate that this program was built from.
fn locked(name: &str) -> String {
    let mut lines = include_str!("../../Cargo.lock").lines();
    let wanted = format!("name = \"{name}\"");
    let found = lines.find(|line| *line == wanted).and_then(|_| lines.next());
    found.unwrap_or_default().trim_start_matches("version = ").trim_matches('"').to_owned()
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { processor, processors, kernel, openssh, russh, python, competitors } = self;
        write!(f, "{processors} x {processor}, Linux {kernel}, load {:.2}\n{openssh}; ", load())?;
        write!(f, "russh {russh}; {python}; {competitors}")
    }
}
