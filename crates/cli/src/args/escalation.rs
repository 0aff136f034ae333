//! What can be typed about escalations.

use clap::{Args, Subcommand};
use model::escalation::{AnswerKind, Avoidable, EscalationReason};
use model::id::{PersonId, RfcId};

/// What an escalation needs.
#[derive(Args, Debug)]
pub(crate) struct Needs {
    /// Why: cannot-reproduce, needs-code-change, needs-knowledge, needs-access, time-exceeded.
    #[arg(long, value_name = "REASON")]
    #[arg(value_parser = model::word::read::<EscalationReason>)]
    pub(crate) because: EscalationReason,
    /// What is needed.
    #[arg(long, value_name = "TEXT")]
    pub(crate) text: String,
    /// A step of the support plan that was tried; may be given several times.
    #[arg(long, value_name = "TEXT")]
    pub(crate) tried: Vec<String>,
    /// Somebody of the project was called directly at this time; it is recorded afterwards.
    #[arg(long, value_name = "TIME")]
    pub(crate) called: Option<String>,
}

/// Ask the project team, level by level, and answer.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall escalation list")]
pub(crate) enum Escalation {
    /// Ask the project team, as Operations or Support.
    #[command(after_help = "Examples:
  landfall escalation raise --incident 7 --because needs-code-change --text \"The price list is read wrongly\" --tried \"Restarted the till\"
  landfall escalation raise --because needs-knowledge --text \"How is a voucher voided?\" --called 2027-04-09T19:30Z")]
    Raise {
        /// The incident behind it.
        #[arg(long, value_name = "NUMBER")]
        incident: Option<u32>,
        #[command(flatten)]
        needs: Needs,
    },
    /// Try the escalation path out: real in everything but its cause.
    #[command(after_help = "Examples:
  landfall escalation drill --text \"Drill: please answer\"")]
    Drill {
        /// What is asked.
        #[arg(long, value_name = "TEXT")]
        text: String,
    },
    /// Take an escalation, for the project.
    #[command(after_help = "Examples:
  landfall escalation accept 2")]
    Accept {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        escalation: u32,
        /// When, where a direct call was taken earlier.
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
    },
    /// Do not take an escalation.
    #[command(after_help = "Examples:
  landfall escalation reject 2 --reason \"Known error, see KB-12\"")]
    Reject {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        escalation: u32,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Do not agree with a rejection: one level up.
    #[command(after_help = "Examples:
  landfall escalation insist 2 --reason \"KB-12 does not help\"")]
    Insist {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        escalation: u32,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Agree with a rejection.
    #[command(after_help = "Examples:
  landfall escalation agree 2")]
    Agree {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        escalation: u32,
    },
    /// Answer an escalation.
    #[command(after_help = "Examples:
  landfall escalation answer 2 --kind workaround --text \"Restart the reader\"
  landfall escalation answer 2 --kind fix --text \"A new reader\" --release 3.0.1 --rfc RFC-2027-040")]
    Answer {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        escalation: u32,
        /// What kind: fix, workaround, knowledge, environment, not-a-defect.
        #[arg(long, value_name = "KIND")]
        #[arg(value_parser = model::word::read::<AnswerKind>)]
        kind: AnswerKind,
        /// What is given.
        #[arg(long, value_name = "TEXT")]
        text: String,
        /// The version of the new release, where it is a fix.
        #[arg(long, value_name = "VERSION")]
        release: Option<String>,
        /// The request for change, where it is a fix.
        #[arg(long, value_name = "RFC")]
        rfc: Option<RfcId>,
    },
    /// Confirm an answer, as the side that raised the escalation.
    #[command(after_help = "Examples:
  landfall escalation confirm 2 --article KB-31
  landfall escalation confirm 2 --avoidable training-gap")]
    Confirm {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        escalation: u32,
        /// The knowledge article that came of it.
        #[arg(long, value_name = "NAME")]
        article: Option<String>,
        /// Why it could have been avoided: known-error-existed, guide-existed, training-gap.
        #[arg(long, value_name = "WHY")]
        #[arg(value_parser = model::word::read::<Avoidable>)]
        avoidable: Option<Avoidable>,
    },
    /// State that an answer did not solve it.
    #[command(after_help = "Examples:
  landfall escalation reopen 2 --reason \"The prices are still wrong\"")]
    Reopen {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        escalation: u32,
        /// What is still wrong.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Take an escalation over as a known error, as Operations.
    #[command(after_help = "Examples:
  landfall escalation known-error 2 --workaround \"Restart it every Monday\" --owner ops")]
    KnownError {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        escalation: u32,
        /// The way around it.
        #[arg(long, value_name = "TEXT")]
        workaround: String,
        /// Who owns it.
        #[arg(long, value_name = "PERSON")]
        owner: PersonId,
    },
    /// List escalations.
    #[command(after_help = "Examples:
  landfall escalation list
  landfall escalation list --all --json")]
    List {
        /// The closed ones too.
        #[arg(long)]
        all: bool,
    },
    /// Show an escalation.
    #[command(after_help = "Examples:
  landfall escalation show 2")]
    Show {
        /// Its number.
        #[arg(value_name = "NUMBER")]
        escalation: u32,
    },
}
