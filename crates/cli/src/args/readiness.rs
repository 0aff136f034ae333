//! What can be typed about readiness and operations guides.

use super::instant::instant;
use clap::Subcommand;
use model::id::{LineId, SiteId};

/// What operations and support need before they take over.
#[derive(Clone, Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall readiness list
  landfall readiness pass backup failover --evidence \"Restore test of 2027-03-29, report 12\"")]
pub(crate) enum Readiness {
    /// List the checklist, and the sites that monitoring reports from.
    #[command(after_help = "Examples:
  landfall readiness list
  landfall readiness list --json")]
    List,
    /// Say that items are there.
    #[command(after_help = "Examples:
  landfall readiness pass backup failover --evidence \"Restore test of 2027-03-29, report 12\"")]
    Pass {
        /// Which.
        #[arg(value_name = "ITEM", required = true)]
        items: Vec<LineId>,
        /// What shows it.
        #[arg(long, value_name = "TEXT")]
        evidence: String,
    },
    /// Say that items are not there.
    #[command(after_help = "Examples:
  landfall readiness fail alerts --evidence \"The pager of the night shift stayed silent\"")]
    Fail {
        /// Which.
        #[arg(value_name = "ITEM", required = true)]
        items: Vec<LineId>,
        /// What shows it.
        #[arg(long, value_name = "TEXT")]
        evidence: String,
    },
    /// Say that this deployment has no need of items.
    #[command(after_help = "Examples:
  landfall readiness not-needed failover --reason \"One host, by design\"")]
    NotNeeded {
        /// Which.
        #[arg(value_name = "ITEM", required = true)]
        items: Vec<LineId>,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Accept the checklist, for operations or support.
    #[command(after_help = "Examples:
  landfall readiness accept --as gunnvor.petit")]
    Accept,
    /// Declare the solution ready, for Release Management or Operations Experience, before
    /// operations and support accept the checklist.
    #[command(after_help = "Examples:
  landfall readiness declare --as ivo.marchetti")]
    Declare,
    /// Object to the solution as it is, as Operations Experience. Nothing is accepted until then.
    #[command(after_help = "Examples:
  landfall readiness object --reason \"Nobody can restart the register at night\" --as kasimir.bell")]
    Object {
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Withdraw the objection.
    #[command(after_help = "Examples:
  landfall readiness withdraw-objection --reason \"A restart was shown on 2027-03-30\"")]
    WithdrawObjection {
        /// What became of it.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Say that monitoring reports from sites; from all, if none is named.
    #[command(after_help = "Examples:
  landfall readiness monitoring --since 2027-03-31T06:00:00Z --evidence \"Dashboard FG30, all green\"
  landfall readiness monitoring B37 --since 2027-04-02T06:00:00Z --evidence \"New sensor\"")]
    Monitoring {
        /// Which.
        #[arg(value_name = "SITE")]
        sites: Vec<SiteId>,
        /// Since when, without a gap.
        #[arg(long, value_name = "TIME", value_parser = instant)]
        since: jiff::Timestamp,
        /// What shows it.
        #[arg(long, value_name = "TEXT")]
        evidence: String,
    },
    /// Say that monitoring does not report from sites any more.
    #[command(after_help = "Examples:
  landfall readiness unmonitored B37 --reason \"The sensor is broken\"")]
    Unmonitored {
        /// Which.
        #[arg(value_name = "SITE")]
        sites: Vec<SiteId>,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

/// The operations guides: published, and read.
#[derive(Clone, Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall guide list
  landfall guide publish OG-01 OG-02 --place \"https://wiki.example.org/fieldgate/3.0.2\"")]
pub(crate) enum Guide {
    /// List the guides with where they are and who has read them.
    #[command(after_help = "Examples:
  landfall guide list
  landfall guide list --json")]
    List,
    /// Publish guides for this release; all, if none is named.
    #[command(after_help = "Examples:
  landfall guide publish OG-01 OG-02 --place \"https://wiki.example.org/fieldgate/3.0.2\"")]
    Publish {
        /// Which.
        #[arg(value_name = "GUIDE")]
        guides: Vec<LineId>,
        /// Where they are.
        #[arg(long, value_name = "TEXT")]
        place: String,
    },
    /// Say that you have read guides; all that are published, if none is named.
    #[command(after_help = "Examples:
  landfall guide acknowledge OG-01 --as gunnvor.petit")]
    Acknowledge {
        /// Which.
        #[arg(value_name = "GUIDE")]
        guides: Vec<LineId>,
    },
}
