//! What can be typed about the quiet period.

use clap::Subcommand;
use model::milestone::FollowOnAction;
use model::quiet_period::DayReport;

/// The quiet period: its clock, its extensions, its verdict.
#[derive(Clone, Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall quiet-period show
  landfall quiet-period extend --days 7 --reason \"The month end is to be seen\"")]
pub(crate) enum QuietPeriodOf {
    /// Show its clock, what put it on, and what its criteria read now.
    #[command(after_help = "Examples:
  landfall quiet-period show
  landfall quiet-period show --json")]
    Show,
    /// Put its end on.
    #[command(after_help = "Examples:
  landfall quiet-period extend --days 7 --reason \"The month end is to be seen\"")]
    Extend {
        /// By how many days.
        #[arg(long, value_name = "NUMBER")]
        days: u16,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// End it before its time, not before its minimum; two people agree.
    #[command(after_help = "Examples:
  landfall quiet-period shorten --reason \"Eighteen days without an incident\"")]
    Shorten {
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Accept it as it was, although it was not uneventful; two people agree.
    #[command(after_help = "Examples:
  landfall quiet-period accept --reason \"One severity 1, mended for good\" --action \"Second line for B37 (gunnvor.petit, 2027-06-30)\"")]
    Accept {
        /// What somebody outside the project follows on with: `text (who, date)`.
        #[arg(long = "action", value_name = "TEXT", value_parser = action)]
        actions: Vec<FollowOnAction>,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Take its basis back: the deployment is stabilized again.
    #[command(after_help = "Examples:
  landfall quiet-period reset --reason \"Operations hands the service back\"")]
    Reset {
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Report how much work there was on days.
    #[command(after_help = "Examples:
  landfall quiet-period days 2027-04-06=10234 2027-04-07=9987")]
    Days {
        /// A day and its transactions.
        #[arg(value_name = "DATE=NUMBER", required = true)]
        days: Vec<DayReport>,
    },
}

/// Returns the action that `text` names: `text (who, date)`.
fn action(text: &str) -> Result<FollowOnAction, String> {
    let read = || {
        let (what, end) = text.rsplit_once('(')?;
        let (owner, due) = end.strip_suffix(')')?.rsplit_once(',')?;
        let owner = owner.trim().parse().ok()?;
        let due = due.trim().parse().ok()?;
        Some(FollowOnAction { text: what.trim().to_owned(), owner, due })
    };
    read().ok_or_else(|| "write it as `what is to be done (who, 2027-06-30)`".to_owned())
}
