//! Rehearsals: the program itself, playing the worked example of forty sites from its draft to its
//! sealed record, over and over, on all processors.

use crate::Fault;
use crate::cost::{measure, program};
use crate::machine;

/// The worked example.
const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/fieldgate");

/// When it begins: some days before its first night.
const FROM: &str = "2027-01-15T15:00:00Z";

/// The longest that all runs may take, in seconds.
const SECONDS_MAX: u32 = 3_600;

/// Rehearses `runs` times with the `landfall` that lies beside this program, and returns the table.
pub(crate) fn rehearse(runs: u32) -> Result<String, Fault> {
    let folder = tempfile::tempdir()?;
    let log = folder.path().join("rehearsed.json");
    let load = machine::load();
    let mut landfall = program(std::env::current_exe()?.with_file_name("landfall"));
    landfall.args(["rehearse", EXAMPLE, "--from", FROM, "--json", "--runs", &runs.to_string()]);
    let cost = measure(&landfall, &log, SECONDS_MAX)?;
    let shown: serde_json::Value = serde_json::from_slice(&std::fs::read(&log)?)?;
    let ended = shown.get("ended").ok_or("the program does not say how many runs ended")?;
    let cpu_s = cost.user_s + cost.system_s;
    Ok(format!(
        "{:>6}{:>10}{:>10}{:>14}{:>12}{:>22}\n{runs:>6}{:>10.1}{cpu_s:>10.1}{:>14.1}{:>12}{:>22}\n\n\
         Played by `landfall rehearse examples/fieldgate --from {FROM}`; load {load:.1} to {:.1}.",
        "runs",
        "wall s",
        "CPU s",
        "CPU ms a run",
        "peak MiB",
        "come to their end",
        cost.wall_s,
        cpu_s * 1_000.0 / f64::from(runs),
        cost.peak_kib / 1_024,
        ended,
        machine::load()
    ))
}
