//! What can be typed about key questions and success criteria.

use clap::{ArgGroup, Args, Subcommand};
use model::assessment::{ItemKind, KeyQuestion, Measurement, Verdict};
use model::evidence::Evidence;
use model::id::{LineId, RingId};

/// Answer the key questions that every deployment is asked.
#[derive(Clone, Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall question list
  landfall question answer P1-Q4 \"Yes, of the 2024 roll-out\" --evidence https://wiki.example/2024")]
pub(crate) enum Question {
    /// List the questions with where each stands: derived, answered, stale or open.
    #[command(after_help = "Examples:
  landfall question list
  landfall question list --open
  landfall question list --json")]
    List {
        /// Only those without an answer that holds.
        #[arg(long)]
        open: bool,
    },
    /// Show one question, its answer, the evidence, and who may answer.
    #[command(after_help = "Examples:
  landfall question show P4a-Q2")]
    Show {
        /// The question, such as P4a-Q2.
        #[arg(value_name = "QUESTION")]
        #[arg(value_parser = model::word::read::<KeyQuestion>)]
        question: KeyQuestion,
    },
    /// Answer a question. The answer holds until the facts that bear on it change.
    #[command(after_help = "Examples:
  landfall question answer P1-Q4 \"Yes, of the 2024 roll-out\" --evidence https://wiki.example/2024
  landfall question answer RR-Q1 \"6 of 7 criteria were met\" --evidence entry/12")]
    Answer {
        /// The question.
        #[arg(value_name = "QUESTION")]
        #[arg(value_parser = model::word::read::<KeyQuestion>)]
        question: KeyQuestion,
        /// The answer.
        #[arg(value_name = "TEXT")]
        answer: String,
        /// What shows it: `entry/NUMBER`, `sha256:DIGEST` or a link; may be given several times.
        #[arg(long, value_name = "EVIDENCE")]
        evidence: Vec<Evidence>,
    },
}

/// Evaluate success criteria, expectations and specifications.
#[derive(Clone, Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall criterion list
  landfall criterion measure SC-3 --value \"1.7 s\" --met --how \"95th percentile of all branches in April\"")]
pub(crate) enum Criterion {
    /// List all with where each stands: met, not met, or accepted by the customer.
    #[command(after_help = "Examples:
  landfall criterion list
  landfall criterion list --json")]
    List,
    /// Put down what was measured for a criterion that the program cannot compute.
    #[command(after_help = "Examples:
  landfall criterion measure SC-3 --value \"1.7 s\" --met --how \"95th percentile of all branches in April\" --evidence https://graphs.example/p95
  landfall criterion measure SC-7 --value \"96.8 %\" --not-met --how \"Cycle counts of week 16\"")]
    Measure {
        /// The criterion.
        #[arg(value_name = "CRITERION")]
        criterion: LineId,
        #[command(flatten)]
        found: Found,
    },
    /// Judge an expectation or a specification.
    #[command(after_help = "Examples:
  landfall criterion judge EX-1 expectation --text \"Branches order without paper\" --value \"38 of 40 branches\" --not-met --how \"Visits in April\"")]
    Judge {
        /// Its name.
        #[arg(value_name = "NAME")]
        item: LineId,
        /// What it is: expectation or specification.
        #[arg(value_name = "KIND")]
        #[arg(value_parser = model::word::read::<ItemKind>)]
        kind: ItemKind,
        /// What is expected or specified.
        #[arg(long, value_name = "TEXT")]
        text: String,
        #[command(flatten)]
        found: Found,
    },
    /// Assess a ring, or the whole deployment, as Product Manager.
    #[command(after_help = "Examples:
  landfall criterion assess early --rating 4 --text \"Quiet, but the quick card came late\"
  landfall criterion assess --rating 5 --text \"All that was promised\"")]
    Assess {
        /// The ring; the whole without.
        #[arg(value_name = "RING")]
        ring: Option<RingId>,
        /// How good it was, from 1 to 5, the best.
        #[arg(long, value_name = "NUMBER")]
        rating: u8,
        /// In words.
        #[arg(long, value_name = "TEXT")]
        text: String,
    },
    /// Accept, as the customer, what is not met, as it is.
    #[command(after_help = "Examples:
  landfall criterion accept SC-7 --reason \"Counted again after the harvest\"")]
    Accept {
        /// The criterion, expectation or specification.
        #[arg(value_name = "NAME")]
        item: LineId,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

/// What was found, and how.
#[derive(Args, Clone, Debug)]
#[command(group = ArgGroup::new("verdict").required(true).args(["met", "not_met"]))]
pub(crate) struct Found {
    /// The value, with its unit.
    #[arg(long, value_name = "TEXT")]
    value: String,
    /// It is as asked for.
    #[arg(long)]
    met: bool,
    /// It is not.
    #[arg(long)]
    not_met: bool,
    /// How it was measured.
    #[arg(long, value_name = "TEXT")]
    how: String,
    /// What shows it: `entry/NUMBER`, `sha256:DIGEST` or a link; may be given several times.
    #[arg(long, value_name = "EVIDENCE")]
    evidence: Vec<Evidence>,
}

impl Found {
    /// Returns it in the words of the model.
    pub(crate) fn measurement(self) -> Measurement {
        let verdict = if self.met && !self.not_met { Verdict::Met } else { Verdict::NotMet };
        Measurement { value: self.value, verdict, how: self.how, evidence: self.evidence }
    }
}
