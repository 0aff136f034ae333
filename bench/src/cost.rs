//! What a turn costs: wall time, processor time, memory; ours and the computers'.
//!
//! The contender runs under `contenders/measured.py`, because the kernel's own
//! account of ended processes is exact and costs nothing, and because nothing in
//! safe Rust adopts the processes that a contender leaves behind.

use crate::Fault;
use crate::contender::FILES;
use serde::{Deserialize, Serialize};
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// The distribution's own, which is built for speed; one that somebody built in passing is not.
pub(crate) const PYTHON: &str = "/usr/bin/python3";

/// The unit of `/proc/…/stat` on every Linux there is, in milliseconds.
const TICK_MS: u64 = 10;

/// What a contender's process and all that came from it have cost.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Cost {
    pub(crate) code: i32,
    pub(crate) wall_s: f64,
    pub(crate) user_s: f64,
    pub(crate) system_s: f64,
    /// Of the largest process.
    pub(crate) peak_kib: u64,
    pub(crate) late: bool,
}

/// What only a contender of this crate can say of itself.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Confession {
    /// The most memory that it held itself; the kernel's account of a new program begins with
    /// that of whoever started it.
    pub(crate) peak_kib: u64,
    /// Landfall's site phase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) site_phase: Option<SitePhase>,
    /// What the bare loop says of its times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) bare: Option<BareTimes>,
}

/// Medians of the bare loop, in seconds.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct BareTimes {
    /// Of making a connection and logging in.
    pub(crate) connect_s: f64,
    /// Of all that is done on one computer.
    pub(crate) site_s: f64,
}

/// The part of Landfall's work that the others do, too.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct SitePhase {
    /// From the start of the first site until the last is verified, by the record.
    pub(crate) wall_s: f64,
    /// Of the driver's run in which that happened.
    pub(crate) cpu_s: f64,
    /// How long a site took: the median.
    pub(crate) site_s: f64,
    /// How many SSH connections were made.
    pub(crate) connections: u64,
    /// How many entries the record had in the end.
    pub(crate) entries: u64,
    /// How many bytes the database had in the end.
    pub(crate) database_bytes: u64,
}

/// Runs `contender` and returns what it cost. What it says goes to `log`.
pub(crate) fn measure(contender: &Command, log: &Path, seconds_max: u32) -> Result<Cost, Fault> {
    let result = log.with_extension("cost");
    let mut measured = program(PYTHON);
    measured.arg(format!("{FILES}/measured.py")).arg(&result).arg(seconds_max.to_string());
    measured.arg(contender.get_program()).args(contender.get_args());
    for (name, value) in contender.get_envs() {
        measured.env(name, value.unwrap_or_default());
    }
    if let Some(folder) = contender.get_current_dir() {
        measured.current_dir(folder);
    }
    let said = fs::File::create(log)?;
    measured.stdin(Stdio::null()).stdout(said.try_clone()?).stderr(said);
    let status = measured.status()?;
    if !status.success() {
        return Err(format!("measured.py: {status}: {}", end_of(log)).into());
    }
    let cost: Cost = serde_json::from_slice(&fs::read(&result)?)?;
    match cost {
        Cost { late: true, .. } => Err(format!("more than {seconds_max} seconds").into()),
        Cost { code: 0, .. } => Ok(cost),
        Cost { code, .. } => Err(format!("ended with {code}: {}", end_of(log)).into()),
    }
}

fn end_of(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(12).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}

/// Returns the processor time of this process so far, in seconds.
pub(crate) fn own_cpu_s() -> f64 {
    ticks(Path::new("/proc/self/stat"), 2).unwrap_or(0.0)
}

/// Returns the most memory that this process has held so far.
pub(crate) fn own_peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|it| it.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Returns the processor time of the SSH servers that this process has started, and of all
/// sessions that they have seen end, in seconds; and how many sessions go on.
pub(crate) fn servers_cpu_s() -> (f64, usize) {
    let own = std::process::id();
    let all: Vec<(u32, u32, f64)> = processes().collect();
    let servers: Vec<u32> =
        all.iter().filter(|(_, parent, _)| *parent == own).map(|(id, ..)| *id).collect();
    let spent = all.iter().filter(|(id, ..)| servers.contains(id)).map(|(.., cpu_s)| cpu_s).sum();
    (spent, all.iter().filter(|(_, parent, _)| servers.contains(parent)).count())
}

/// Returns each process, its parent, and its processor time with that of its ended children.
fn processes() -> impl Iterator<Item = (u32, u32, f64)> {
    fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(|entry| {
        let id = entry.file_name().to_str()?.parse().ok()?;
        let path = entry.path().join("stat");
        let stat = fs::read_to_string(&path).ok()?;
        let parent = stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()?;
        Some((id, parent, ticks(&path, 4)?))
    })
}

/// Returns the sum of the first `fields` of: user, system, children's user, children's system.
fn ticks(stat: &Path, fields: usize) -> Option<f64> {
    let stat = fs::read_to_string(stat).ok()?;
    let behind_name = stat.rsplit_once(") ")?.1;
    let times = behind_name.split(' ').skip(11).take(fields);
    let ticks: u64 = times.map(|it| it.parse::<u64>().unwrap_or(0)).sum();
    Some(std::time::Duration::from_millis(ticks * TICK_MS).as_secs_f64())
}

/// Returns a command that starts `name`.
#[expect(clippy::disallowed_methods, reason = "to start its competitors is what the bench is for")]
pub(crate) fn program(name: impl AsRef<OsStr>) -> Command {
    Command::new(name)
}
