//! What can be typed about evidence.

use clap::Subcommand;
use model::sheet::SlotId;
use std::path::PathBuf;

/// Evidence for whoever was not there: one file with record, documents and tables.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall evidence package FG30.evidence.tar
  landfall verify FG30.evidence.tar --key landfall+c6ae89b1+AQ…
  landfall evidence sample --seed 20270430 --count 25")]
pub(crate) enum EvidenceOf {
    /// Write the evidence package: the record, every document, every signature, the tables.
    #[command(after_help = "Examples:
  landfall evidence package FG30.evidence.tar
  landfall evidence package FG30.evidence.tar --documents json
  landfall evidence package FG30.evidence.tar --letterhead letterhead.json
  landfall evidence package FG30.evidence.tar --without-private

What is private of people, such as their names, lies in private.ndjson as far as it is known, and in the
documents; without it [removed] stands in its place, and the package verifies all the same. It is a plain archive: `tar -tf` lists it, and README/README.md in it says how to verify it without
this program.")]
    Package {
        /// The file; it must not be there yet.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Leave out what is private of people: printed names, addresses, letters to them.
        #[arg(long)]
        without_private: bool,
        /// In which forms the documents lie in it; JSON always does.
        #[arg(long, value_name = "FORMS", default_value = "pdf")]
        documents: Forms,
        /// The company's paper, as for `landfall document pdf`.
        #[arg(long, value_name = "FILE", env = "LANDFALL_LETTERHEAD", hide_env_values = true)]
        letterhead: Option<PathBuf>,
        /// A directory with fonts for letters that the built-in ones lack.
        #[arg(long, value_name = "DIR", env = "LANDFALL_FONTS", hide_env_values = true)]
        fonts: Option<PathBuf>,
    },
    /// Print the signed checkpoint of the record as it is now. Kept elsewhere, such as in somebody's
    /// mail or another repository, it tells this record from one that is written anew.
    #[command(after_help = "Examples:
  landfall evidence checkpoint
  landfall verify FG30.evidence.tar --key landfall+c6ae89b1+AQ… --checkpoint FG30.checkpoint")]
    Checkpoint,
    /// Write the receipt of a signature: the entry, the proof that it is in the record, and a signed
    /// statement. It verifies by itself.
    #[command(after_help = "Examples:
  landfall evidence receipt site/B27:site-owner B27.receipt.json
  landfall verify B27.receipt.json --key landfall+c6ae89b1+AQ…")]
    Receipt {
        /// The slot whose newest signature is meant.
        #[arg(value_name = "SLOT")]
        slot: SlotId,
        /// The file; it must not be there yet.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Lay out some changes, chosen by a seed, from their request to their review.
    #[command(after_help = "Examples:
  landfall evidence sample --seed 20270430 --count 25
  landfall evidence sample --seed 7 --count 5 --json

The seed is the auditor's. Those changes are chosen of which the SHA-256 of the seed, a line feed
and the name is smallest, so that anybody finds the same: printf '7\\nRFC-1' | sha256sum")]
    Sample {
        /// What chooses.
        #[arg(long, value_name = "NUMBER")]
        seed: u64,
        /// How many changes, 200 at most.
        #[arg(long, value_name = "COUNT", default_value_t = views::sample::SAMPLE_USUAL)]
        count: usize,
    },
}

/// In which forms documents lie in a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Forms {
    /// Canonical JSON only.
    Json,
    /// Canonical JSON and HTML.
    Html,
    /// Canonical JSON, HTML and PDF.
    Pdf,
}
