//! What can be typed about accounts at a server: one's own, and all of them for whoever looks after
//! them.

use clap::{Args, Subcommand};
use model::digest::Digest;
use model::id::PersonId;

/// Accounts at a server: your own, and all of them for whoever looks after them.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall account show --server https://landfall.example.org
  landfall account list --server https://landfall.example.org
  landfall account create ines --server https://landfall.example.org

Log in first: `landfall log-in NAME --server URL`. A passkey is made by a browser, on the page of
your account.")]
pub(crate) enum AccountOf {
    SetUp(SetUp),
    ComeIn(ComeIn),
    LogOut(LogOut),
    Show(Show),
    Password(Password),
    Token(Token),
    End(End),
    RemovePasskey(RemovePasskey),
    LinkSignOn(LinkSignOn),
    UnlinkSignOn(UnlinkSignOn),
    Calendar(CalendarAddress),
    List(List),
    Create(Create),
    Invite(Invite),
    ShutOut(ShutOut),
    LetIn(LetIn),
    Refusals(Refusals),
}

/// Make the first account of a server, which looks after all others.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall account set-up ines --secret 4bTn… --server https://landfall.example.org

The server shows the secret at its first start. The password is asked for, or read from standard input.")]
pub(crate) struct SetUp {
    /// The name, the same as the person's in the plans.
    #[arg(value_name = "NAME")]
    pub(crate) name: PersonId,
    /// What the server has shown.
    #[arg(long, value_name = "SECRET")]
    pub(crate) secret: String,
}

/// Come in by an invitation, once.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall account come-in https://landfall.example.org/welcome/4bTn… --server https://landfall.example.org

Choose afterwards by what you come in from then on: `landfall account password`, or a passkey or single
sign-on on the page of your account.")]
pub(crate) struct ComeIn {
    /// The address of the invitation.
    #[arg(value_name = "ADDRESS")]
    pub(crate) address: String,
}

/// End your session at a server.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall account log-out --server https://landfall.example.org")]
pub(crate) struct LogOut {}

/// Show your account: who you are there, what admits you, your passkeys, and single sign-on.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall account show --server https://landfall.example.org
  landfall account show --json --server https://landfall.example.org")]
pub(crate) struct Show {}

/// Change your password, or choose your first one. Your other sessions and tokens end.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall account password --server https://landfall.example.org
  landfall account password --first --server https://landfall.example.org

Both passwords are asked for, or read from standard input, a line each.")]
pub(crate) struct Password {
    /// You have none yet: you came in by an invitation, a passkey or single sign-on.
    #[arg(long)]
    pub(crate) first: bool,
}

/// Make a token for a program of yours. It is shown once, and never signs.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall account token \"Nightly report\" --server https://landfall.example.org
  landfall account token \"Build server\" --act --days 90 --server https://landfall.example.org")]
pub(crate) struct Token {
    /// What you call it.
    #[arg(value_name = "LABEL")]
    pub(crate) label: String,
    /// It may act as you, too, and not only read.
    #[arg(long)]
    pub(crate) act: bool,
    /// How many days it lasts.
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=366))]
    pub(crate) days: u16,
}

/// End one of your sessions, tokens or addresses.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall account end 7c3b… --server https://landfall.example.org

`landfall account show` lists them, each with the digest by which it is named.")]
pub(crate) struct End {
    /// Its digest.
    #[arg(value_name = "DIGEST")]
    pub(crate) digest: Digest,
}

/// Remove one of your passkeys.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall account remove-passkey dGhlIGtleQ --server https://landfall.example.org

`landfall account show` lists them, each with its name.")]
pub(crate) struct RemovePasskey {
    /// Its name.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
}

/// Link your account with who you are at the sign-on service.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall account link-sign-on --server https://landfall.example.org

It prints an address. Open it in a browser and log in there; then give back the address of the page to
which you are brought. Give that to nobody else.")]
pub(crate) struct LinkSignOn {}

/// Unlink your account from the sign-on service.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall account unlink-sign-on --server https://landfall.example.org")]
pub(crate) struct UnlinkSignOn {}

/// Make the address that your calendar reads. It replaces an earlier one.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall account calendar --server https://landfall.example.org")]
pub(crate) struct CalendarAddress {}

/// List all accounts.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall account list --server https://landfall.example.org
  landfall account list --json --server https://landfall.example.org")]
pub(crate) struct List {}

/// Make an account. Invite its person afterwards, or give it a first password.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall account create tom --server https://landfall.example.org
  landfall account create ines --administrator --password --server https://landfall.example.org")]
pub(crate) struct Create {
    /// The name, the same as the person's in the plans.
    #[arg(value_name = "NAME")]
    pub(crate) name: PersonId,
    /// They look after accounts, too.
    #[arg(long)]
    pub(crate) administrator: bool,
    /// Ask for a first password, or read it from standard input.
    #[arg(long)]
    pub(crate) password: bool,
}

/// Make a link by which the person of an account comes in, once within a week.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall account invite tom --server https://landfall.example.org")]
pub(crate) struct Invite {
    /// The account.
    #[arg(value_name = "NAME")]
    pub(crate) name: PersonId,
}

/// Let an account no longer come in. What admits it ends at once.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall account shut-out tom --server https://landfall.example.org")]
pub(crate) struct ShutOut {
    /// The account.
    #[arg(value_name = "NAME")]
    pub(crate) name: PersonId,
}

/// Let an account come in again.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall account let-in tom --server https://landfall.example.org")]
pub(crate) struct LetIn {
    /// The account.
    #[arg(value_name = "NAME")]
    pub(crate) name: PersonId,
}

/// List what was refused for want of authority, the newest first.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  landfall account refusals --server https://landfall.example.org")]
pub(crate) struct Refusals {}
