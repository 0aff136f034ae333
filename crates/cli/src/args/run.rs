//! What can be typed about the program itself.

use super::place::Place;
use clap::{Args, ValueEnum};
use model::id::{InvalidName, SiteId};
use notices::mail::MailServer;
use reception::{Network, Origin};
use record::VerifierKey;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Carry out the work of all deployments of the record, until it is stopped.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall serve
  landfall serve --until-idle
  landfall serve --listen 127.0.0.1:7500 --plans /srv/plans
  landfall serve --listen 0.0.0.0:443 --address https://landfall.example.org --certificate /etc/landfall/tls.pem --key /etc/landfall/tls.key
  landfall serve --listen 127.0.0.1:7500 --address https://landfall.example.org --trusted-proxy 127.0.0.1
  landfall serve --listen 127.0.0.1:7500 --address https://landfall.example.org --oidc-issuer https://id.example.org --oidc-client-id landfall --oidc-client-secret-file /etc/landfall/oidc
  landfall serve --log json
  landfall serve --checkpoints-to /mnt/other-volume --checkpoints-to git+ssh://git@example.org/checkpoints.git
  landfall serve --checkpoints-to s3+https://s3.eu-central-1.amazonaws.com/audit?region=eu-central-1 --object-store-key file:/etc/landfall/s3
  landfall serve --orders-to workers
  landfall serve --smtp smtp://landfall@mail.example.org --mail-from landfall@example.org --smtp-password file:/etc/landfall/smtp-password

Messages of real deployments are sent by mail and webhook; those of rehearsals never leave the house.
Ctrl-C, or SIGTERM, stops it cleanly; what it was doing is found again at the next start.
Several servers may serve one record, each with a data directory of its own and the same key in it:
one leads a deployment, and another takes over within some seconds of the first falling silent.
Let them share one witness, on another volume: --witness.
With --until-idle, exit code 6 where something is halted and needs a decision.")]
pub(crate) struct Serve {
    /// Stop when nothing is left to be done without people, or before a known time.
    #[arg(long)]
    pub(crate) until_idle: bool,
    /// Open the pages and the API at this address and port.
    #[arg(long, value_name = "ADDRESS", env = "LANDFALL_LISTEN", hide_env_values = true)]
    pub(crate) listen: Option<SocketAddr>,
    /// Where people reach the server, such as `https://landfall.example.org`; passkeys and links are bound
    /// to it. Without it: `http://localhost:PORT` by plain HTTP on this computer, else the address listened at.
    #[arg(
        long,
        value_name = "URL",
        env = "LANDFALL_ADDRESS",
        hide_env_values = true,
        requires = "listen"
    )]
    pub(crate) address: Option<Origin>,
    /// A proxy before the server, by its address or its network, such as `10.0.0.0/8`; as often as there are
    /// some. Whoever calls through it is known by what it adds to `X-Forwarded-For`: those who guess passwords
    /// are made to wait by their address. Without it all who come through a proxy are one, and wait together.
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "LANDFALL_TRUSTED_PROXY",
        hide_env_values = true,
        value_delimiter = ',',
        requires = "listen"
    )]
    pub(crate) trusted_proxy: Vec<Network>,
    /// The company's own paper, on which documents are printed: a JSON file, as for `landfall document pdf`.
    #[arg(long, value_name = "FILE", env = "LANDFALL_LETTERHEAD", hide_env_values = true)]
    pub(crate) letterhead: Option<PathBuf>,
    /// A directory with fonts for letters that the built-in ones lack.
    #[arg(long, value_name = "DIR", env = "LANDFALL_FONTS", hide_env_values = true)]
    pub(crate) fonts: Option<PathBuf>,
    /// The sign-on service of the organisation (OIDC), as it calls itself. It calls people back at
    /// ADDRESS/sign-on/back.
    #[arg(
        long,
        value_name = "URL",
        env = "LANDFALL_OIDC_ISSUER",
        hide_env_values = true,
        requires_all = ["listen", "oidc_client_id"]
    )]
    pub(crate) oidc_issuer: Option<String>,
    /// What the sign-on service calls this server.
    #[arg(
        long,
        value_name = "ID",
        env = "LANDFALL_OIDC_CLIENT_ID",
        hide_env_values = true,
        requires = "oidc_issuer"
    )]
    pub(crate) oidc_client_id: Option<String>,
    /// The file with what the sign-on service gave this server to show.
    #[arg(
        long,
        value_name = "FILE",
        env = "LANDFALL_OIDC_CLIENT_SECRET_FILE",
        hide_env_values = true,
        requires = "oidc_issuer"
    )]
    pub(crate) oidc_client_secret_file: Option<PathBuf>,
    /// The certificate, as a PEM file, with which pages and API are served by TLS. Read again when it changes.
    #[arg(
        long,
        value_name = "FILE",
        env = "LANDFALL_CERTIFICATE",
        hide_env_values = true,
        requires_all = ["listen", "key"]
    )]
    pub(crate) certificate: Option<PathBuf>,
    /// The key of the certificate, as a PEM file.
    #[arg(
        long,
        value_name = "FILE",
        env = "LANDFALL_KEY",
        hide_env_values = true,
        requires = "certificate"
    )]
    pub(crate) key: Option<PathBuf>,
    /// The directory of the plans from which deployments may be created through the pages and the API.
    #[arg(
        long,
        value_name = "DIR",
        env = "LANDFALL_PLANS",
        hide_env_values = true,
        requires = "listen"
    )]
    pub(crate) plans: Option<PathBuf>,
    /// Who carries out orders: this server, or the processes of `landfall worker`.
    #[arg(long, value_name = "WHOM", default_value = "this-server")]
    pub(crate) orders_to: OrdersTo,
    /// Where the record's checkpoints are carried to, out of this computer's reach; as often as there are
    /// places: a directory, `git+file:`, `git+ssh:` or `git+https:` with the address of a repository,
    /// `s3+https://HOST/BUCKET` of an object store, with more names after it or `?region=REGION`; and once a
    /// day, `mailto:` with an address, or `tsa+https:` with that of an authority, whose timestamp (RFC 3161)
    /// is kept in the data directory and lies in evidence packages. What cannot be carried stops
    /// nothing, and is said in the log, by `landfall status` and at /healthz; where a place that can be read
    /// back has a checkpoint of a later or another record, nothing starts until two people accept the loss.
    #[arg(
        long,
        value_name = "PLACE",
        env = "LANDFALL_CHECKPOINTS_TO",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub(crate) checkpoints_to: Vec<Place>,
    /// Where the key of the object store for checkpoints is found, which is written `NAME:SECRET`:
    /// `env:NAME` or `file:/path`.
    #[arg(
        long,
        value_name = "REFERENCE",
        env = "LANDFALL_OBJECT_STORE_KEY",
        hide_env_values = true
    )]
    pub(crate) object_store_key: Option<String>,
    /// How log lines on standard error look.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub(crate) log: LogForm,
    /// The mail server for messages of communications plans: `smtps://name@host`,
    /// `smtp://name@host:587`, which turns to TLS, or `smtp://127.0.0.1:25` on this computer.
    #[arg(
        long,
        value_name = "URL",
        env = "LANDFALL_SMTP",
        hide_env_values = true,
        requires = "mail_from"
    )]
    pub(crate) smtp: Option<MailServer>,
    /// The address from which mails are sent.
    #[arg(long, value_name = "ADDRESS", env = "LANDFALL_MAIL_FROM", hide_env_values = true)]
    pub(crate) mail_from: Option<String>,
    /// Where the password of the mail server is found: `env:NAME` or `file:/path`.
    #[arg(
        long,
        value_name = "REFERENCE",
        env = "LANDFALL_SMTP_PASSWORD",
        hide_env_values = true,
        requires = "smtp"
    )]
    pub(crate) smtp_password: Option<String>,
}

/// Who carries out orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OrdersTo {
    /// This server.
    ThisServer,
    /// Workers, which claim them.
    Workers,
}

/// Carry out orders that a server leaves to workers, until it is stopped.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall worker --database postgres://landfall@db.example.org/landfall
  landfall worker --name vienna-1 --orders-at-once 200
  landfall worker --database postgres://landfall@db.example.org/landfall --record-key landfall+c6ae89b1+AQ…

The server is started with `landfall serve --orders-to workers`. Workers need the record, the SSH keys
and the release's files; each may run on a computer of its own. They carry out what the record's key has
signed, and nothing else that stands in the database: with a data directory of its own a worker is told
which key that is, as `landfall record key` prints it where the server is. A worker that falls silent loses what
it holds after 15 seconds, and another one finds each step on its computer and goes on with it.
Outputs of steps are kept in the data directory of whoever carried them out.
Steps that run on Landfall's own computer are journalled in the data directory: workers that share
them share it.")]
pub(crate) struct Worker {
    /// Its name, which no other worker of the data directory has; the number of the process, unless given.
    #[arg(long, value_name = "NAME", value_parser = worker_name)]
    pub(crate) name: Option<String>,
    /// The most orders that it carries out at once.
    #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) orders_at_once: u16,
    /// The public key of the record, from where the server is: what another key has signed is not carried out.
    /// Without it, that of the data directory.
    #[arg(long, value_name = "KEY", env = "LANDFALL_RECORD_KEY", hide_env_values = true)]
    pub(crate) record_key: Option<VerifierKey>,
}

/// List the workers that are there, and those that fell silent within the last day.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall workers
  landfall workers --json")]
pub(crate) struct Workers {}

/// Returns a worker's name as it was typed: letters, digits and `-`, `_`, `.`.
fn worker_name(text: &str) -> Result<String, String> {
    let is_fit = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
    if text.is_empty() || text.len() > 64 || !text.chars().all(is_fit) {
        return Err("a name is made of up to 64 letters, digits, `-`, `_` and `.`".to_owned());
    }
    Ok(text.to_owned())
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogForm {
    /// A sentence a line.
    Text,
    /// An entry of the record a line.
    Json,
}

/// Log in at a server, for the commands that follow.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall log-in ines --server https://landfall.example.org
  landfall status --server https://landfall.example.org

The password is asked for, or read from standard input. The session lasts twelve hours; it is kept
in the data directory, where only this account can read it.")]
pub(crate) struct LogIn {
    /// The name of the account.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
}

/// Make a link with which the owner of a site signs for it, without an account; at a server.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall link B27 --server https://landfall.example.org
  landfall link B27 --server https://landfall.example.org --json

It is sent to the owner where the plan has their mail address and the server can send mail; else it is
shown this once, for you to hand over, and the record says that you did. It opens that site only, to
sign for it or to refuse, works once, and ends after two weeks. A new one replaces it.")]
pub(crate) struct Link {
    /// The site, as `B27` or `site/B27`.
    #[arg(value_name = "SITE", value_parser = site)]
    pub(crate) site: SiteId,
}

/// Returns the site that is named, by itself or with its kind.
fn site(text: &str) -> Result<SiteId, String> {
    text.strip_prefix("site/")
        .unwrap_or(text)
        .parse()
        .map_err(|error: InvalidName| error.to_string())
}

/// List the exit codes and what they mean.
#[derive(Args, Debug)]
#[command(
    long_about = crate::exit::TABLE,
    after_help = "Examples:
  landfall help exit-codes
  landfall exit-codes"
)]
pub(crate) struct ExitCodes {}

/// Print the completions of a shell.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall completions bash > /etc/bash_completion.d/landfall
  landfall completions zsh
  landfall completions fish")]
pub(crate) struct Completions {
    /// The shell.
    pub(crate) shell: clap_complete::Shell,
}

/// Write the manual pages into a directory.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall man /usr/local/share/man/man1")]
pub(crate) struct Man {
    /// The directory; made if it is not there.
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
}
