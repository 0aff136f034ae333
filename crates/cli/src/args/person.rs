//! What can be typed about what is known of people.

use clap::Subcommand;
use model::forgetting::Whom;

/// What is known of people: have it destroyed.
#[derive(Clone, Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall person forget ivo.marchetti --reason \"He asked for it on 4 May\"")]
pub(crate) enum PersonOf {
    /// Destroy everything private that is known of a person, for ever, as one of two people.
    #[command(after_help = "Examples:
  landfall person forget ivo.marchetti --reason \"He asked for it on 4 May\" --as pia
  landfall person forget ivo.marchetti --reason \"He asked for it on 4 May\" --as odile
  landfall person forget incident/12 --reason \"The caller asked for it\" --as pia

A Program Manager and an operations manager have to agree; once all is closed, an operations manager and
a support manager. Printed name, mail address, zone, leave and working hours are gone then, and what
letters said to them and where those went, and what was reported in their name; `incident/12` and
`feedback/3` name whoever is behind a report. The short name stays. The record verifies as before,
documents keep their digests and say [removed], and nobody can undo it.

Nobody is forgotten who still holds a role type, answers for a site or acts for somebody: revise the plan
first. The database is written anew, which takes as much free space as it has. Not reached are backups,
plan files, mails that were sent, and packages that were handed out.")]
    Forget {
        /// Whom: a short name, or `incident/12` or `feedback/3` for who is behind it.
        #[arg(value_name = "PERSON")]
        whom: Whom,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}
