//! What can be typed about a deployment as a whole.

use clap::Subcommand;
use std::path::PathBuf;

/// Create, start, revise, hold or cancel a deployment.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall deployment create landfall.yaml
  landfall deployment start
  landfall deployment list")]
pub(crate) enum Deployment {
    /// Create a deployment from a plan, as a draft.
    #[command(after_help = "Examples:
  landfall deployment create landfall.yaml --as sabela.roig
  landfall deployment create landfall.yaml --rehearsal

A rehearsal has a clock of its own that jumps to the next thing to do.
Exit code 3 where the plan has an error; nothing is written then.")]
    Create {
        /// The plan's main file, or its directory.
        #[arg(value_name = "PLAN", default_value = "landfall.yaml")]
        plan: PathBuf,
        /// Try it out: its clock jumps, and every paper of it is marked.
        #[arg(long)]
        rehearsal: bool,
    },
    /// List the deployments of the record.
    #[command(after_help = "Examples:
  landfall deployment list
  landfall deployment list --json")]
    List,
    /// Fix the plan as baseline and open the deployment, as far as this person may.
    #[command(after_help = "Examples:
  landfall deployment start --as sabela.roig

Where it takes somebody else too, it says whom and what they have to type.")]
    Start,
    /// Replace the plan; authorisations of what changes are void.
    #[command(after_help = "Examples:
  landfall deployment revise landfall.yaml --reason \"Two branches move to the next ring\" --dry-run
  landfall deployment revise landfall.yaml --reason \"Two branches move to the next ring\"")]
    Revise {
        /// The revised plan's main file, or its directory.
        #[arg(value_name = "PLAN")]
        plan: PathBuf,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Only show what would change.
        #[arg(long)]
        dry_run: bool,
    },
    /// Hold the whole deployment: what runs comes to its end, nothing new starts.
    #[command(after_help = "Examples:
  landfall deployment hold --reason \"The data centre is on emergency power\"")]
    Hold {
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Let the held deployment go on; takes two people.
    #[command(after_help = "Examples:
  landfall deployment release --reason \"Power is back, checked by the site\"")]
    Release {
        /// What the cause was, and what was decided.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Cancel a deployment that has not been opened.
    #[command(after_help = "Examples:
  landfall deployment cancel --reason \"The release was withdrawn\"")]
    Cancel {
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}
