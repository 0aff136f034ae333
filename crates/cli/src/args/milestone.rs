//! What can be typed about milestones.

use super::instant::instant;
use clap::Subcommand;
use model::id::PersonId;
use model::milestone::{Milestone, Recommendation, ReturnTo};

/// Review a milestone: stable, or complete.
#[derive(Clone, Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall milestone show
  landfall milestone convene stable")]
pub(crate) enum MilestoneOf {
    /// Show where the milestones stand, and who answers for what since when.
    #[command(after_help = "Examples:
  landfall milestone show
  landfall milestone show --json")]
    Show,
    /// Convene the review: its document is frozen, and signatures are asked for.
    #[command(after_help = "Examples:
  landfall milestone convene stable
  landfall milestone convene stable --effective 2027-04-05T21:00:00Z --invite winifred.castellane --invite sabela.roig")]
    Convene {
        /// The milestone.
        #[arg(value_name = "MILESTONE")]
        #[arg(value_parser = model::word::read::<Milestone>)]
        milestone: Milestone,
        /// Somebody who is invited; everybody who signs or recommends, if nobody is named.
        #[arg(long = "invite", value_name = "PERSON")]
        invitees: Vec<PersonId>,
        /// From when it takes effect, with its zone; the last signature decides if left out.
        #[arg(long, value_name = "TIME", value_parser = instant)]
        effective: Option<jiff::Timestamp>,
    },
    /// Recommend what to decide: go, no-go or abstain.
    #[command(after_help = "Examples:
  landfall milestone vote complete go
  landfall milestone vote complete no-go --reason \"Two sites wait to be reconfirmed\"")]
    Vote {
        /// The milestone.
        #[arg(value_name = "MILESTONE")]
        #[arg(value_parser = model::word::read::<Milestone>)]
        milestone: Milestone,
        /// What: go, no-go or abstain.
        #[arg(value_name = "RECOMMENDATION")]
        #[arg(value_parser = model::word::read::<Recommendation>)]
        recommendation: Recommendation,
        /// Why; needed for anything but go.
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Put down an action for somebody outside the project to follow on with.
    #[command(after_help = "Examples:
  landfall milestone action complete --text \"Replace the two old printers at B09\" --owner gunnvor.petit --due 2027-06-30")]
    Action {
        /// The milestone.
        #[arg(value_name = "MILESTONE")]
        #[arg(value_parser = model::word::read::<Milestone>)]
        milestone: Milestone,
        /// What is to be done.
        #[arg(long, value_name = "TEXT")]
        text: String,
        /// Who sees to it.
        #[arg(long, value_name = "PERSON")]
        owner: PersonId,
        /// By which day.
        #[arg(long, value_name = "DATE")]
        due: jiff::civil::Date,
    },
    /// Adjourn the review: people or evidence are missing.
    #[command(after_help = "Examples:
  landfall milestone adjourn stable --reason \"The support manager is ill\"")]
    Adjourn {
        /// The milestone.
        #[arg(value_name = "MILESTONE")]
        #[arg(value_parser = model::word::read::<Milestone>)]
        milestone: Milestone,
        /// Who or what is missing.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Reject the milestone and send the deployment back.
    #[command(after_help = "Examples:
  landfall milestone reject complete --to quiet-period --reason \"One more month end is to be seen\"")]
    Reject {
        /// The milestone.
        #[arg(value_name = "MILESTONE")]
        #[arg(value_parser = model::word::read::<Milestone>)]
        milestone: Milestone,
        /// Where the deployment goes back to: stabilizing or quiet-period.
        #[arg(long, value_name = "STATE", default_value = "stabilizing")]
        #[arg(value_parser = model::word::read::<ReturnTo>)]
        to: ReturnTo,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Put a rejected milestone forward again.
    #[command(after_help = "Examples:
  landfall milestone rework stable --reason \"The guides are published now\"")]
    Rework {
        /// The milestone.
        #[arg(value_name = "MILESTONE")]
        #[arg(value_parser = model::word::read::<Milestone>)]
        milestone: Milestone,
        /// What was reworked.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Declare Deployment Complete, after the customer has accepted and everybody has signed.
    #[command(after_help = "Examples:
  landfall milestone declare
  landfall milestone declare --statement \"Fieldgate 3.0 is in the hands of operations\"")]
    Declare {
        /// What is declared with it.
        #[arg(long, value_name = "TEXT")]
        statement: Option<String>,
    },
    /// Take an approved milestone back, before the next one.
    #[command(after_help = "Examples:
  landfall milestone revoke stable --reason \"Operations hands the service back\"")]
    Revoke {
        /// The milestone.
        #[arg(value_name = "MILESTONE")]
        #[arg(value_parser = model::word::read::<Milestone>)]
        milestone: Milestone,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}
