//! What can be typed about waivers.

use super::act::guard;
use clap::Subcommand;
use model::guard::Guard;
use model::scope::Scope;

/// Let a guard pass for a while, by those who may.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall waiver list
  landfall waiver approve 3")]
pub(crate) enum Waiver {
    /// Ask that a guard be let pass.
    #[command(after_help = "Examples:
  landfall waiver request S5 site/B27 --reason \"The trainer is ill\" --risk \"Slow counters on Monday\" --control \"Two project members at the branch\" --until 2027-02-12
  landfall waiver request ST5 deployment --part OG-05 --reason \"Its author is ill\" --risk \"A branch is rebuilt more slowly\" --control \"The vendor is on call\" --until 2027-04-05")]
    Request {
        /// The guard, such as S5.
        #[arg(value_name = "GUARD", value_parser = guard)]
        guard: Guard,
        /// Where.
        #[arg(value_name = "SCOPE")]
        scope: Scope,
        /// The part of the guard, where single parts of it are waived: a plan, a step, a guide, a
        /// person, an item.
        #[arg(long, value_name = "NAME")]
        part: Option<String>,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// What may go wrong.
        #[arg(long, value_name = "TEXT")]
        risk: String,
        /// What is done against it.
        #[arg(long, value_name = "TEXT")]
        control: String,
        /// When it ends: a time with its zone, or a date, whose end in the project's zone is meant.
        #[arg(long, value_name = "TIME|DATE")]
        until: String,
    },
    /// Approve a waiver.
    #[command(after_help = "Examples:
  landfall waiver approve 3")]
    Approve {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        waiver: u32,
    },
    /// Refuse a waiver.
    #[command(after_help = "Examples:
  landfall waiver refuse 3 --reason \"Train the substitute instead\"")]
    Refuse {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        waiver: u32,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// End a waiver whose condition is fulfilled.
    #[command(after_help = "Examples:
  landfall waiver close 3 --reason \"All users were trained on 2027-02-11\"")]
    Close {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        waiver: u32,
        /// What shows it.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// List the waivers with where they stand.
    #[command(after_help = "Examples:
  landfall waiver list
  landfall waiver list --json")]
    List,
}
