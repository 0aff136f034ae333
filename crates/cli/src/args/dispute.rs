//! What can be typed about disputed signatures.

use clap::Subcommand;
use model::dispute::Means;
use model::id::PersonId;
use model::sheet::SlotId;

/// Dispute signatures that others could have given: confirm them, or set them aside.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall dispute report amara.abaroa --means passkey --since 2027-03-01T08:00:00Z --reason \"My phone was stolen\"
  landfall dispute list")]
pub(crate) enum Dispute {
    /// Say that others could have signed as you, or as somebody.
    #[command(after_help = "Examples:
  landfall dispute report amara.abaroa --means passkey --since 2027-03-01T08:00:00Z --reason \"My phone was stolen\"
  landfall dispute report ivo.marchetti --since 2027-03-01T08:00:00Z --reason \"His computer was taken over\"

Whatever they signed by it since then is disputed: shown so everywhere, and no gate rests on it.
It signs nothing more until another person has said that it was replaced: landfall dispute renew.
Everybody reports for themselves; operations, Program and Solution Manager for others too.")]
    Report {
        /// As whom.
        #[arg(value_name = "PERSON")]
        whose: PersonId,
        /// By what: `password`, `passkey`, `single-sign-on`, `ssh-key`, `link` or `computer`; by
        /// anything of theirs without.
        #[arg(long)]
        means: Option<Means>,
        /// Since when: a time with its zone.
        #[arg(long, value_name = "TIME")]
        since: jiff::Timestamp,
        /// What is known.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Say that what others had was replaced, about somebody else.
    #[command(after_help = "Examples:
  landfall dispute renew 1 --statement \"New passkey made, the old one removed\"")]
    Renew {
        /// The number of the dispute.
        #[arg(value_name = "NUMBER")]
        dispute: u32,
        /// What was done.
        #[arg(long, value_name = "TEXT")]
        statement: String,
    },
    /// Stand by your own disputed signature, and show that it is you.
    #[command(after_help = "Examples:
  landfall dispute confirm site/B27:site-owner --digest 6854ed03
  landfall dispute confirm site/B27:site-owner --digest 6854ed03 --ssh-key agent

Without --digest the sheet is shown and you are asked, on a terminal.")]
    Confirm {
        /// The slot.
        #[arg(value_name = "SLOT")]
        slot: SlotId,
        /// The first digits, at least 8, of the digest that you have signed.
        #[arg(long, value_name = "PREFIX")]
        digest: Option<String>,
    },
    /// Let a disputed signature not count any more: it is asked for anew.
    #[command(after_help = "Examples:
  landfall dispute set-aside site/B27:site-owner --reason \"Amara did not sign this\"")]
    SetAside {
        /// The slot.
        #[arg(value_name = "SLOT")]
        slot: SlotId,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// List the disputes, and what became of each signature.
    #[command(after_help = "Examples:
  landfall dispute list
  landfall dispute list --json")]
    List,
}
