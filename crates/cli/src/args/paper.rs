//! What can be typed about sheets that were signed by hand.

use clap::Subcommand;
use jiff::civil::Date;
use model::digest::Digest;
use model::id::PersonId;
use model::sheet::SlotId;
use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;

/// Take a sheet that was printed and signed by hand: two people attest it.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall document pdf site/B27
  landfall paper record site/B27:site-owner --digest 6854ed03 --signer amara.abaroa --on 2027-03-22 --scan B27.pdf --kept \"Archive, box 12\"
  landfall paper attest 1 --scan B27.pdf
  landfall paper list

Print the sheet first: its digest stands at the foot of every page.")]
pub(crate) enum Paper {
    /// Put down a sheet that was signed by hand, as the first of two.
    #[command(after_help = "Examples:
  landfall paper record site/B27:site-owner --digest 6854ed03 --signer amara.abaroa --on 2027-03-22 --scan B27.pdf --kept \"Archive, box 12\"

The digest is the one that is printed at the foot of the sheet: it has to be what is asked for now.
The record keeps the digest of the scan, not the scan: keep it with the paper.")]
    Record {
        /// The slot.
        #[arg(value_name = "SLOT")]
        slot: SlotId,
        /// The first digits, at least 8, of the digest that is printed on it.
        #[arg(long, value_name = "PREFIX")]
        digest: String,
        /// Whose signature it is.
        #[arg(long, value_name = "PERSON")]
        signer: PersonId,
        /// The day that stands beside it.
        #[arg(long, value_name = "DATE")]
        on: Date,
        /// The scan: a file, or its SHA-256.
        #[arg(long, value_name = "FILE|SHA-256")]
        scan: Scan,
        /// Where paper and scan are kept.
        #[arg(long, value_name = "TEXT")]
        kept: String,
    },
    /// Attest it, as the second: compare the scan with the sheet first.
    #[command(after_help = "Examples:
  landfall paper attest 1 --scan B27.pdf

Neither of the two signed it, and one of them is not of the project.")]
    Attest {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        paper: u32,
        /// The scan that you compared: a file, or its SHA-256.
        #[arg(long, value_name = "FILE|SHA-256")]
        scan: Scan,
    },
    /// Say that it is not what it was put down as.
    #[command(after_help = "Examples:
  landfall paper reject 1 --reason \"Another sheet was printed\"")]
    Reject {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        paper: u32,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// List the papers, and who attested them.
    #[command(after_help = "Examples:
  landfall paper list
  landfall paper list --json")]
    List,
}

/// A scan: its digest, or the file that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scan {
    /// Its digest.
    Digest(Digest),
    /// The file.
    File(PathBuf),
}

impl FromStr for Scan {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.parse().map_or_else(|_| Self::File(PathBuf::from(text)), Self::Digest))
    }
}
