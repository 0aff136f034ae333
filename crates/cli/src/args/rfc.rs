//! What can be typed about requests for change.

use clap::Subcommand;
use model::id::RfcId;
use model::rfc::RfcCategory;

/// Submit, assess, approve, schedule and review requests for change.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall rfc list
  landfall rfc show RFC-1
  landfall rfc approve RFC-1 --digest 6854ed03")]
pub(crate) enum Rfc {
    /// List the requests for change with where they stand.
    #[command(after_help = "Examples:
  landfall rfc list
  landfall rfc list --json")]
    List,
    /// Show a request, what it covers, and the digest that is approved.
    #[command(after_help = "Examples:
  landfall rfc show RFC-1")]
    Show {
        /// The request.
        rfc: RfcId,
    },
    /// Submit a request.
    #[command(after_help = "Examples:
  landfall rfc submit RFC-1")]
    Submit {
        /// The request.
        rfc: RfcId,
    },
    /// Classify a submitted request; it is being assessed from then on.
    #[command(after_help = "Examples:
  landfall rfc classify RFC-1
  landfall rfc classify RFC-1 --category major")]
    Classify {
        /// The request.
        rfc: RfcId,
        /// Its category: standard, minor, significant, major or emergency; the planned one without.
        #[arg(long, value_name = "CATEGORY", value_parser = category)]
        category: Option<RfcCategory>,
    },
    /// Send a request back with questions.
    #[command(after_help = "Examples:
  landfall rfc return RFC-1 --reason \"Who is on call that night?\"")]
    Return {
        /// The request.
        rfc: RfcId,
        /// The questions.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Approve a request: exactly the plan part with this digest.
    #[command(after_help = "Examples:
  landfall rfc approve RFC-1 --digest 6854ed03
  landfall rfc approve RFC-1 --digest 6854ed03 --condition \"Only with both gateways up\"

Without --digest the request is shown and you are asked, on a terminal.
Exit code 8 where the plan part is no longer the one with that digest.")]
    Approve {
        /// The request.
        rfc: RfcId,
        /// The first digits, at least 8, of the digest that `landfall rfc show` printed.
        #[arg(long, value_name = "PREFIX")]
        digest: Option<String>,
        /// What is attached to the approval.
        #[arg(long, value_name = "TEXT")]
        condition: Option<String>,
    },
    /// Reject a request.
    #[command(after_help = "Examples:
  landfall rfc reject RFC-1 --reason \"The window collides with stock-taking\"")]
    Reject {
        /// The request.
        rfc: RfcId,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Put an authorised request into the change schedule.
    #[command(after_help = "Examples:
  landfall rfc schedule RFC-1")]
    Schedule {
        /// The request.
        rfc: RfcId,
    },
    /// Withdraw a request.
    #[command(after_help = "Examples:
  landfall rfc cancel RFC-1 --reason \"Replaced by RFC-2\"")]
    Cancel {
        /// The request.
        rfc: RfcId,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Record the review after implementation.
    #[command(after_help = "Examples:
  landfall rfc review RFC-1 --reason \"Met its objectives, in time, no side effects\"")]
    Review {
        /// The request.
        rfc: RfcId,
        /// Whether it met its objectives, was on time, had side effects; what was learnt.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Close a reviewed request.
    #[command(after_help = "Examples:
  landfall rfc close RFC-1")]
    Close {
        /// The request.
        rfc: RfcId,
    },
    /// Authorise a request alone, as an emergency; it is reviewed afterwards.
    #[command(after_help = "Examples:
  landfall rfc emergency RFC-1 --digest 6854ed03 --reason \"Sales are down in all branches\"")]
    Emergency {
        /// The request.
        rfc: RfcId,
        /// The first digits, at least 8, of the digest that `landfall rfc show` printed.
        #[arg(long, value_name = "PREFIX")]
        digest: Option<String>,
        /// Why it cannot wait: service, security or safety.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

fn category(text: &str) -> Result<RfcCategory, String> {
    let read = serde_json::from_value(serde_json::Value::String(text.to_owned()));
    read.map_err(|_| "use standard, minor, significant, major or emergency".to_owned())
}
