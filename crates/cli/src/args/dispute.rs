//! What can be typed about disputed signatures.

use super::instant::instant;
use clap::Subcommand;
use model::dispute::Means;
use model::id::{PersonId, RfcId};
use model::sheet::{InvalidSheet, SlotId};
use std::str::FromStr;

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
        #[arg(long, value_name = "TIME", value_parser = instant)]
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
    /// Stand by your own disputed signature or approval, and show that it is you.
    #[command(after_help = "Examples:
  landfall dispute confirm site/B27:site-owner --digest 6854ed03
  landfall dispute confirm RFC-3 --digest 1b4f0e98
  landfall dispute confirm site/B27:site-owner --digest 6854ed03 --ssh-key agent

Without --digest the sheet is shown and you are asked, on a terminal.")]
    Confirm {
        /// The slot, or the request for change.
        #[arg(value_name = "SLOT|RFC")]
        what: Disputed,
        /// The first digits, at least 8, of the digest that you have signed, or of the plan part that
        /// you have approved.
        #[arg(long, value_name = "PREFIX")]
        digest: Option<String>,
    },
    /// Let a disputed signature or approval not count any more: it is asked for anew.
    #[command(after_help = "Examples:
  landfall dispute set-aside site/B27:site-owner --reason \"Amara did not sign this\"
  landfall dispute set-aside RFC-3 --of ca1 --reason \"Approved from the stolen phone\"

What an approval authorised is authorised no longer: the request is submitted anew.")]
    SetAside {
        /// The slot, or the request for change.
        #[arg(value_name = "SLOT|RFC")]
        what: Disputed,
        /// Whose approval, where several of a request are disputed.
        #[arg(long, value_name = "PERSON")]
        of: Option<PersonId>,
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

/// What is disputed: a signature on a sheet, or the approval of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Disputed {
    /// The signature in this slot.
    Slot(SlotId),
    /// An approval of this request.
    Request(RfcId),
}

impl FromStr for Disputed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.contains(':') {
            return text.parse().map(Self::Slot).map_err(|it: InvalidSheet| it.to_string());
        }
        let name = text.strip_prefix("rfc/").unwrap_or(text);
        name.parse().map(Self::Request).map_err(|_| {
            "write a slot as `site/B27:site-owner`, or a request for change as `RFC-3`".to_owned()
        })
    }
}
