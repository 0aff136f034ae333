//! What can be typed about documents.

use clap::{Args, Subcommand};
use documents::{DocumentName, Language};
use std::path::PathBuf;

/// The binder: every document, computed from the record, as text, PDF, HTML or JSON.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall document list
  landfall document show site/B27
  landfall document pdf core sites-complete --into papers
  landfall document pdf --all --into papers --language de")]
pub(crate) enum DocumentOf {
    /// List every document: where it stands, whose signatures it lacks, and what else.
    #[command(after_help = "Examples:
  landfall document list
  landfall document list --open
  landfall document list --json")]
    List {
        /// Only those that lack a signature or something else.
        #[arg(long)]
        open: bool,
    },
    /// Print documents as text.
    #[command(after_help = "Examples:
  landfall document show site/B27
  landfall document show rfc/RFC-2027-031 --language de")]
    Show(Wanted),
    /// Write documents as PDF/A-3, each with its canonical JSON attached.
    #[command(after_help = "Examples:
  landfall document pdf site/B27
  landfall document pdf --all --into papers --letterhead letterhead.json
  landfall document pdf site/B27 --fonts /usr/share/fonts/truetype/noto

Letters that the built-in fonts lack are taken from --fonts, and else shown as their code points.")]
    Pdf(Written),
    /// Write documents as pages of HTML that print like paper.
    #[command(after_help = "Examples:
  landfall document html milestone-review --into papers")]
    Html(Written),
    /// Write documents as canonical JSON: the digest of its `body` is what is signed.
    #[command(after_help = "Examples:
  landfall document json site/B27
  jq -cSj .body D-02-site-B27.json | sha256sum")]
    Json(Written),
}

/// Which documents, in which language.
#[derive(Args, Clone, Debug)]
pub(crate) struct Wanted {
    /// The documents, such as `core`, `site/B27`, `rfc/NAME` or `milestone-review`.
    #[arg(value_name = "DOCUMENT", required_unless_present = "all")]
    pub(crate) documents: Vec<DocumentName>,
    /// All of them.
    #[arg(long, conflicts_with = "documents")]
    pub(crate) all: bool,
    /// An earlier issue of it, by its number from 1.
    #[arg(long, value_name = "NUMBER", conflicts_with = "all")]
    pub(crate) issue: Option<u32>,
    /// The language of what the program itself says: en or de.
    #[arg(long, value_name = "LANGUAGE", default_value_t = Language::En)]
    pub(crate) language: Language,
    /// The company's paper: a file of JSON with `company`, `colour`, `logo` (a PNG) and `sections`.
    #[arg(long, value_name = "FILE", env = "LANDFALL_LETTERHEAD", hide_env_values = true)]
    pub(crate) letterhead: Option<PathBuf>,
}

/// Which documents, and where to.
#[derive(Args, Clone, Debug)]
pub(crate) struct Written {
    #[command(flatten)]
    pub(crate) wanted: Wanted,
    /// The directory into which they are written.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) into: PathBuf,
    /// A directory with fonts for letters that the built-in ones lack.
    #[arg(long, value_name = "DIR", env = "LANDFALL_FONTS", hide_env_values = true)]
    pub(crate) fonts: Option<PathBuf>,
}
