//! What can be typed about plans.

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
  landfall plan diff old/landfall.yaml new/landfall.yaml")]
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
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<jiff::Timestamp>,
}
