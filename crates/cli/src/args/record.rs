//! What can be typed about the record and the outputs of steps.

use super::place::Place;
use clap::{Args, Subcommand};
use model::id::{PersonId, Seq};
use model::scope::Scope;
use record::VerifierKey;
use std::path::PathBuf;

/// Show, verify or export the record.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall record show site/B27
  landfall record verify
  landfall record export FG30.landfall
  landfall record accept-loss --reason \"Monday's backup was put back\" --as gunnvor")]
pub(crate) enum RecordOf {
    /// Show entries of the record.
    #[command(after_help = "Examples:
  landfall record show
  landfall record show site/B27
  landfall record show --after 4711 --limit 100
  landfall record show --follow")]
    Show {
        /// Only what concerns this.
        #[arg(value_name = "SCOPE")]
        scope: Option<Scope>,
        /// Keep showing new entries.
        #[arg(long)]
        follow: bool,
        /// Only entries after this one.
        #[arg(long, value_name = "ENTRY")]
        after: Option<Seq>,
        /// How many entries at most; the newest, unless --after is given.
        #[arg(long, value_name = "COUNT", default_value_t = 50)]
        limit: usize,
    },
    /// Verify the whole record against its signed checkpoint.
    #[command(after_help = "Examples:
  landfall record verify
  landfall record verify --json
  landfall record verify --against /mnt/other-volume
  landfall record verify --against git+ssh://git@example.org/checkpoints.git
  landfall record verify --against s3+https://s3.example.org/audit --object-store-key file:/etc/landfall/s3

With --against, the record must begin with what every checkpoint there vouches for: one that was put
back to an earlier day, or written anew, does not, although it holds together.
Exit code 3 where an entry does not hold; the first such entry is named.")]
    Verify {
        /// Checkpoints that were kept elsewhere: a file, a directory, `git+` and the address of a repository, or
        /// `s3+` and that of a bucket.
        #[arg(long, value_name = "PLACE")]
        against: Option<Place>,
        /// Where the key of an object store is found: `env:NAME` or `file:/path`.
        #[arg(
            long,
            value_name = "REFERENCE",
            env = "LANDFALL_OBJECT_STORE_KEY",
            hide_env_values = true
        )]
        object_store_key: Option<String>,
    },
    /// Write the record into one file that can be verified without a server.
    #[command(after_help = "Examples:
  landfall record export FG30.landfall
  landfall record export FG30.landfall --private FG30.private

What is private of people is not in it: commitments stand for it. --private writes what is still known
into a file of its own.")]
    Export {
        /// The file; it must not be there yet.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// A file for what is private of people; it must not be there yet.
        #[arg(long, value_name = "FILE")]
        private: Option<PathBuf>,
    },
    /// Accept that history was lost, as one of two people; then the deployment goes on.
    #[command(after_help = "Examples:
  landfall record accept-loss --reason \"Monday's backup was put back after the disk failed\"

Needed only in quarantine: the database ends before what its witness has seen, and nothing
starts. A Program Manager and an operations manager have to agree; what was lost may have been
carried out, so from then on every order is asked after on its computer.")]
    AcceptLoss {
        /// What was put back and why, and what is known of the time between.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Say that the server's clock is right, after it was doubted; then the deployment goes on.
    #[command(after_help = "Examples:
  landfall record accept-clock --reason \"The time server had been wrong since Sunday\"

Needed only where the clock said something else than the time that had gone by: nothing begins
meanwhile. Where the clock is wrong, set it right instead; the server goes on by itself.")]
    AcceptClock {
        /// What was found.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Change the key that signs the record, in all its deployments; where the key is, without a server.
    #[command(after_help = "Examples:
  landfall record rotate-key --reason \"Who kept the old one has left\"

Each deployment gets an entry that the old key and the new one have both signed, so that whoever keeps
the old public key can follow the record from it. A server that runs with the old key writes nothing any
more: give it the new file `key` and start it again, and start workers again, with the new public key where
they have --record-key. The old key is kept beside it; put it away.")]
    RotateKey {
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Show accounts that no server of this record has written, or seal those that you know to be right; where
    /// the key is, without a server.
    #[command(after_help = "Examples:
  landfall record seal-accounts
  landfall record seal-accounts ines gunnvor
  landfall record seal-accounts --all

Accounts, sessions, tokens and passkeys are sealed with a secret of the record's key: whoever only writes to
the database lets nobody in. What is not sealed counts for nothing. An account is not where an earlier
version of Landfall made it (seal all, once, right after the change) or where somebody wrote it. Whoever is
sealed logs in again, and makes tokens anew.")]
    SealAccounts {
        /// The accounts to seal, with their passkeys and links to single sign-on as they are shown without it.
        #[arg(value_name = "ACCOUNT")]
        accounts: Vec<PersonId>,
        /// Seal all that is shown without it.
        #[arg(long, conflicts_with = "accounts")]
        all: bool,
    },
    /// Print the public key that verifies the record. Keep it elsewhere.
    #[command(after_help = "Examples:
  landfall record key")]
    Key,
}

/// Verify an exported record, an evidence package or a receipt, without server or database.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall verify FG30.landfall --key landfall+c6ae89b1+AQ…
  landfall verify FG30.landfall --key landfall+c6ae89b1+AQ… --private FG30.private
  landfall verify FG30.evidence.tar --key landfall+c6ae89b1+AQ… --timestamp-authority authority.pem

Without --key the key in the file is used: then only accidents are found.
Exit code 3 where an entry does not hold; the first such entry is named.")]
pub(crate) struct Verify {
    /// The file.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The key that `landfall record key` printed, from where you keep it.
    #[arg(long, value_name = "VKEY")]
    pub(crate) key: Option<VerifierKey>,
    /// A checkpoint that was kept elsewhere: the record must begin with the entries that it vouches for.
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// What is private of people, as `landfall record export --private` wrote it beside the record.
    #[arg(long, value_name = "FILE")]
    pub(crate) private: Option<PathBuf>,
    /// The certificates of the timestamp authorities that you trust, as a PEM file: every timestamp in the
    /// package must come from one of them.
    #[arg(long, value_name = "FILE")]
    pub(crate) timestamp_authority: Option<PathBuf>,
}

/// Print the kept output of steps, or search it.
#[derive(Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Examples:
  landfall output site/B27
  landfall output site/B27@1/pc-7/desk-install#1
  landfall output site/B27 --follow
  landfall output search \"disk full\"

With --json, and with search, a document a line."
)]
pub(crate) struct Output {
    #[command(subcommand)]
    pub(crate) search: Option<Search>,
    /// A component or site, or an order as `landfall record show` names it.
    #[arg(value_name = "SCOPE|ORDER", required = true)]
    pub(crate) of: Option<String>,
    /// Keep printing until the order has ended, or the component or site is at rest.
    #[arg(long)]
    pub(crate) follow: bool,
}

/// What else can be done with outputs.
#[derive(Debug, Subcommand)]
pub(crate) enum Search {
    /// Find a text in the outputs of the deployment.
    #[command(after_help = "Examples:
  landfall output search \"disk full\"
  landfall output search timeout --limit 20")]
    Search {
        /// The text, exactly as it stands there.
        #[arg(value_name = "TEXT")]
        text: String,
        /// How many lines at most.
        #[arg(long, value_name = "COUNT", default_value_t = 200)]
        limit: usize,
    },
}
