//! What can be typed about delegations.

use super::instant::instant;
use clap::Subcommand;
use model::id::PersonId;
use model::role_type::RoleType;
use model::scope::Scope;
use model::sheet::SlotId;

/// Name in writing who may act for you, before they do.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall delegate give bram.ostrowe customer --until 2027-05-13 --reason \"I am travelling\"
  landfall delegate list")]
pub(crate) enum Delegate {
    /// Name who may act for you in a role type that you hold.
    #[command(after_help = "Examples:
  landfall delegate give bram.ostrowe customer --until 2027-05-13 --reason \"I am travelling\"
  landfall delegate give tess.ashdown site-owner site/B03 --until 2027-02-20 --reason \"On leave\"
  landfall delegate give odile.brandt change-authority --slot core:operations-manager --until 2027-02-20 --reason \"On leave\"

A delegate acts in their own name, on your behalf, and both are printed. They keep their own duties:
what the separation of duties keeps from either of you is kept from them. Nothing is passed on.")]
    Give {
        /// Who may act.
        delegate: PersonId,
        /// In which role type, such as `customer`.
        #[arg(value_name = "ROLE-TYPE")]
        role: RoleType,
        /// Where; everywhere without.
        #[arg(default_value = "deployment")]
        scope: Scope,
        /// Only this slot; may be given several times.
        #[arg(long = "slot", value_name = "SLOT")]
        slots: Vec<SlotId>,
        /// From when on: a time with its zone; now without.
        #[arg(long, value_name = "TIME", value_parser = instant)]
        from: Option<jiff::Timestamp>,
        /// Until when: a time with its zone, or a date, whose end in the project's zone is meant.
        #[arg(long, value_name = "TIME|DATE")]
        until: String,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// End a delegation early.
    #[command(after_help = "Examples:
  landfall delegate end 1 --reason \"I am back\"")]
    End {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        delegation: u32,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// List the delegations.
    #[command(after_help = "Examples:
  landfall delegate list
  landfall delegate list --json")]
    List,
}
