//! What can be typed about the project team.

use clap::Subcommand;
use jiff::civil::Date;
use model::assignment::Staying;
use model::id::PersonId;
use model::role_type::RoleType;

/// The project team: who is on it, and who leaves it for what.
#[derive(Clone, Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall team list
  landfall team accept --as ivo.marchetti")]
pub(crate) enum Team {
    /// List the members with where they stand and what becomes of them.
    #[command(after_help = "Examples:
  landfall team list
  landfall team list --json")]
    List,
    /// Accept your own assignment.
    #[command(after_help = "Examples:
  landfall team accept --as ivo.marchetti")]
    Accept,
    /// Say what becomes of members once the deployment is stable.
    #[command(after_help = "Examples:
  landfall team answer operations saoirse.lund kasimir.bell --from 2027-04-05
  landfall team answer leaves oren.castellan")]
    Answer {
        /// What: leaves, on-call, operations or support.
        #[arg(value_name = "ANSWER")]
        #[arg(value_parser = model::word::read::<Staying>)]
        answer: Staying,
        /// Whom.
        #[arg(value_name = "PERSON", required = true)]
        persons: Vec<PersonId>,
        /// From which day.
        #[arg(long, value_name = "DATE")]
        from: Option<Date>,
        /// Until which day.
        #[arg(long, value_name = "DATE")]
        until: Option<Date>,
    },
    /// Accept, for operations or support, what members know.
    #[command(after_help = "Examples:
  landfall team knowledge ruben.aasland --what \"Two mornings on the message bus, notes in OG-03\"")]
    Knowledge {
        /// Whose.
        #[arg(value_name = "PERSON", required = true)]
        persons: Vec<PersonId>,
        /// What was handed over, and how.
        #[arg(long, value_name = "TEXT")]
        what: String,
    },
    /// Put members on call.
    #[command(after_help = "Examples:
  landfall team on-call ruben.aasland mireille.tan --rota \"Every day 05:00-22:00, in turns of a week\"")]
    OnCall {
        /// Whom.
        #[arg(value_name = "PERSON", required = true)]
        persons: Vec<PersonId>,
        /// When they answer.
        #[arg(long, value_name = "TEXT")]
        rota: String,
    },
    /// Move members to operations or support for good.
    #[command(after_help = "Examples:
  landfall team transfer saoirse.lund --to operations-manager")]
    Transfer {
        /// Whom.
        #[arg(value_name = "PERSON", required = true)]
        persons: Vec<PersonId>,
        /// To whose side: operations-manager or support-manager.
        #[arg(long, value_name = "ROLE")]
        to: RoleType,
    },
    /// Let members only review and sign from now on.
    #[command(after_help = "Examples:
  landfall team finish noor.vasquez --reason \"All trainings are held\"")]
    Finish {
        /// Whom.
        #[arg(value_name = "PERSON", required = true)]
        persons: Vec<PersonId>,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Recall members on call, once Deployment Stable is revoked.
    #[command(after_help = "Examples:
  landfall team recall ruben.aasland --reason \"The bus is deployed anew\"")]
    Recall {
        /// Whom.
        #[arg(value_name = "PERSON", required = true)]
        persons: Vec<PersonId>,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Release members, whose access is revoked.
    #[command(after_help = "Examples:
  landfall team release oren.castellan --proof \"Ticket 4711: accounts disabled on 2027-04-05\"")]
    Release {
        /// Whom.
        #[arg(value_name = "PERSON", required = true)]
        persons: Vec<PersonId>,
        /// What proves that their access is revoked.
        #[arg(long, value_name = "TEXT")]
        proof: String,
    },
}
