//! What can be typed about signing in a batch.

use super::sign::Wanted;
use clap::Subcommand;
use documents::Language;
use model::sheet::SlotId;

/// Sign for many sites in one ceremony, after a look at a sample.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall sign --all-mine
  landfall batch begin site/B01:site-owner site/B02:site-owner site/B27:site-owner
  landfall batch list
  landfall batch show 1
  landfall batch look 1 site/B27 --digest 6854ed03
  landfall batch sign 1 --digest 1b4f0e98

What has to be looked at is drawn from the record when the batch is begun: the square root of the
number of sheets, rounded up. Each look, the batch and which it was stand in the record and beside
each signature. Whoever signs shows once that it is them, about all of it.")]
pub(crate) enum Batch {
    /// Put together what is to be signed at once; which of it is looked at is drawn.
    #[command(after_help = "Examples:
  landfall batch begin --all-mine
  landfall batch begin site/B01:site-owner site/B02:site-owner site/B27:site-owner")]
    Begin {
        /// The slots: all of one role type, on sheets of sites.
        #[arg(value_name = "SLOT", required_unless_present = "all_mine")]
        slots: Vec<SlotId>,
        /// Every site that you own or are deputy for and are asked to sign.
        #[arg(long, conflicts_with = "slots")]
        all_mine: bool,
    },
    /// Look at a sheet of your batch.
    #[command(after_help = "Examples:
  landfall batch look 1 site/B27
  landfall batch look 1 site/B27 --digest 6854ed03

Without --digest the sheet is shown and you are asked, on a terminal.")]
    Look {
        /// The batch.
        #[arg(value_name = "NUMBER")]
        batch: u32,
        /// The sheet, or the slot.
        #[arg(value_name = "SHEET")]
        sheet: Wanted,
        /// The first digits, at least 8, of the digest of what you have read.
        #[arg(long, value_name = "PREFIX")]
        digest: Option<String>,
    },
    /// Sign all of it, and show once that it is you.
    #[command(after_help = "Examples:
  landfall batch sign 1
  landfall batch sign 1 --digest 1b4f0e98 --ssh-key agent --language de

On a terminal, what has not been looked at is shown first.")]
    Sign {
        /// The batch.
        #[arg(value_name = "NUMBER")]
        batch: u32,
        /// The first digits, at least 8, of the digest of its list.
        #[arg(long, value_name = "PREFIX")]
        digest: Option<String>,
        /// The language in which you read what your signatures mean: `en` or `de`.
        #[arg(long, value_name = "LANGUAGE", default_value = "en")]
        language: Language,
    },
    /// List the batches, and where each stands.
    #[command(after_help = "Examples:
  landfall batch list
  landfall batch list --json")]
    List,
    /// Show what a batch lists, and what of it was looked at.
    #[command(after_help = "Examples:
  landfall batch show 1
  landfall batch show 1 --json")]
    Show {
        /// The batch.
        #[arg(value_name = "NUMBER")]
        batch: u32,
    },
}
