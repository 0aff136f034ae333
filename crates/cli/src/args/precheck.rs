//! What can be typed about what is looked at before a core component is touched.

use clap::Subcommand;
use model::id::PersonId;
use model::scope::Scope;

/// What is looked at before a core component is deployed: room, a restore point, contacts on shift.
#[derive(Clone, Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall precheck list
  landfall precheck restore-point component/db --reference \"snapshot 41\" --kept-until 2027-03-01T00:00

Said of the core, it is said of every component that has not been deployed.")]
pub(crate) enum Precheck {
    /// List what is on record of each component, and what is lacking.
    #[command(after_help = "Examples:
  landfall precheck list
  landfall precheck list --json")]
    List,
    /// State that there is room: machines, disks, licences, load.
    #[command(after_help = "Examples:
  landfall precheck capacity component/db --evidence \"2 TB free on both hosts\"
  landfall precheck capacity core --evidence \"Two spare machines\"")]
    Capacity {
        /// A component, or the core.
        #[arg(value_name = "SCOPE")]
        scope: Scope,
        /// What shows it.
        #[arg(long, value_name = "TEXT")]
        evidence: String,
    },
    /// Record that a point to restore from was taken. It is never waived.
    #[command(after_help = "Examples:
  landfall precheck restore-point component/db --reference \"snapshot 41\" --kept-until 2027-03-01T00:00")]
    RestorePoint {
        /// A component, or the core.
        #[arg(value_name = "SCOPE")]
        scope: Scope,
        /// What it is called where it is kept.
        #[arg(long, value_name = "TEXT")]
        reference: String,
        /// When it was taken. Default: now.
        #[arg(long, value_name = "TIME")]
        taken: Option<String>,
        /// Until when it is kept.
        #[arg(long, value_name = "TIME")]
        kept_until: String,
    },
    /// Say who is on shift while it is deployed. Whoever is on leave then does not count.
    #[command(after_help = "Examples:
  landfall precheck contacts core --person kasimir.bell --person gunnvor.petit

Where nobody is named, those count whom the requests for change name as on shift.")]
    Contacts {
        /// A component, or the core.
        #[arg(value_name = "SCOPE")]
        scope: Scope,
        /// Somebody who is on shift.
        #[arg(long = "person", value_name = "PERSON", required = true)]
        people: Vec<PersonId>,
    },
}
