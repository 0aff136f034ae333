//! What can be typed about the program itself.

use clap::{Args, ValueEnum};
use notices::mail::MailServer;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Carry out the work of all deployments of the record, until it is stopped.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall serve
  landfall serve --until-idle
  landfall serve --listen 127.0.0.1:7500 --plans /srv/plans
  landfall serve --log json
  landfall serve --smtp smtp://landfall@mail.example.org --mail-from landfall@example.org --smtp-password file:/etc/landfall/smtp-password

Messages of real deployments are sent by mail and webhook; those of rehearsals never leave the house.
Ctrl-C, or SIGTERM, stops it cleanly; what it was doing is found again at the next start.
With --until-idle, exit code 6 where something is halted and needs a decision.")]
pub(crate) struct Serve {
    /// Stop when nothing is left to be done without people, or before a known time.
    #[arg(long)]
    pub(crate) until_idle: bool,
    /// Open the pages and the API at this address and port.
    #[arg(long, value_name = "ADDRESS", env = "LANDFALL_LISTEN", hide_env_values = true)]
    pub(crate) listen: Option<SocketAddr>,
    /// The directory of the plans from which deployments may be created through the pages and the API.
    #[arg(
        long,
        value_name = "DIR",
        env = "LANDFALL_PLANS",
        hide_env_values = true,
        requires = "listen"
    )]
    pub(crate) plans: Option<PathBuf>,
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

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogForm {
    /// A sentence a line.
    Text,
    /// An entry of the record a line.
    Json,
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
