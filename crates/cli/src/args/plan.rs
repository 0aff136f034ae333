//! What can be typed about plans.

use super::instant::instant;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Write a small plan to begin with.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall init
  landfall init hello")]
pub(crate) struct Init {
    /// The directory to write into; made if it is not there.
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) folder: PathBuf,
}

/// Say everything that is wrong with a plan.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall check
  landfall check fieldgate/landfall.yaml --deliverables
  landfall check landfall.yaml --json

Exit code 3 where the plan has an error.")]
pub(crate) struct Check {
    /// The plan's main file, or its directory.
    #[arg(value_name = "PLAN", default_value = "landfall.yaml")]
    pub(crate) plan: PathBuf,
    /// Compare the release's files with their digests too.
    #[arg(long)]
    pub(crate) deliverables: bool,
}

/// Print the JSON Schema of plans, for editors.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall schema > plan.schema.json")]
pub(crate) struct Schema {}

/// Show a plan, or what differs between two.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall plan show landfall.yaml
  landfall plan diff old/landfall.yaml new/landfall.yaml
  landfall plan history")]
pub(crate) enum Plan {
    /// Say in words what differs between two plans, and which authorisations that voids.
    #[command(after_help = "Examples:
  landfall plan diff old/landfall.yaml new/landfall.yaml
  landfall plan diff old new --json")]
    Diff {
        /// The plan before.
        #[arg(value_name = "OLD")]
        old: PathBuf,
        /// The plan after.
        #[arg(value_name = "NEW")]
        new: PathBuf,
    },
    /// Show a plan: that of a file, or the one in force.
    #[command(after_help = "Examples:
  landfall plan show landfall.yaml
  landfall plan show --deployment FG30 --json")]
    Show {
        /// The plan's main file or directory; without it, the plan of the deployment.
        #[arg(value_name = "PLAN")]
        plan: Option<PathBuf>,
    },
    /// Show the baselines of a deployment, and how far it came otherwise than planned.
    #[command(after_help = "Examples:
  landfall plan history
  landfall plan history --deployment FG30 --json")]
    History,
}

/// Say when a plan would come to its end if everybody did at once what they are asked.
#[derive(Args, Debug)]
#[command(
    name = "forecast",
    after_help = "Examples:
  landfall forecast landfall.yaml
  landfall forecast --deployment FG30
  landfall forecast landfall.yaml --from 2027-01-24T00:00:00Z

Exit code 7 where it never would."
)]
pub(crate) struct ForecastOf {
    /// The plan's main file or directory; without it, the deployment as it stands.
    #[arg(value_name = "PLAN")]
    pub(crate) plan: Option<PathBuf>,
    /// The instant at which it would begin; without it, now.
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub(crate) from: Option<jiff::Timestamp>,
}

/// Play a whole deployment many times on a virtual clock, as people and computers usually are.
#[derive(Args, Debug)]
#[command(
    name = "rehearse",
    after_help = "Examples:
  landfall rehearse landfall.yaml
  landfall rehearse fieldgate --runs 1000 --from 2027-01-15T15:00:00Z
  landfall rehearse fieldgate --storyline storm.yaml --seed 7 --json

The rules are the real ones, up to the sealed record. Steps take about as long as the plan expects,
one in 500 fails, and one in 2,000 does not reach its computer. People answer on working days, in
the zone and hours that the plan gives them, less their leave, some sooner than others; whoever is
on call for what stands still answers at any hour; one request in 20 is forgotten until the
reminder. The same seed gives the same rehearsal.

A storyline forces what chance brings about only sometimes:

  storyline:
    - {when: site/B03 started, after: 20m, outage: 30m}
    - {at: 2027-02-07T06:10:00Z, fail: {scope: site/B04, step: smoke-sale, times: 2}}
    - {when: ring/early opened, lose: {scope: site/B02, computer: pc-1, for: 2h}}
    - {when: ring/early passed, incident: {scope: site/B09, severity: 1, text: no sales}}
    - {when: site/B27 started, refuse: {site: B27, reason: the receipt prints twice}}
    - {at: 2027-02-15T08:00:00Z, absent: {person: benoit.brandvold, for: 10d}}
    - {when: ring/early passed, hold: {scope: ring/first-third, reason: stock-taking, for: 3d}}
    - {at: 2027-03-09T12:00:00Z, revise: {plan: second.yaml, reason: another limit}}

Interrupted with Ctrl-C it ends at once and prints what the runs so far have shown. Exit code 7 where
no run comes to its end, the sealed record."
)]
pub(crate) struct Rehearse {
    /// The plan's main file or directory.
    #[arg(value_name = "PLAN")]
    pub(crate) plan: PathBuf,
    /// What goes otherwise than planned, in every run.
    #[arg(long, value_name = "FILE")]
    pub(crate) storyline: Option<PathBuf>,
    /// Where chance begins.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// How often it is played.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=RUNS_MAX))]
    pub(crate) runs: u32,
    /// The instant at which it would begin; without it, now.
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub(crate) from: Option<jiff::Timestamp>,
}

/// The most runs of one rehearsal: by then nothing new comes.
const RUNS_MAX: i64 = 100_000;
