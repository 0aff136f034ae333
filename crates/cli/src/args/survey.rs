//! What can be typed about the satisfaction survey.

use super::instant::instant;
use clap::{ArgGroup, Subcommand};
use jiff::Timestamp;
use model::survey::Instrument;
use std::path::PathBuf;

/// Ask users, site owners and the customer how satisfied they are.
#[derive(Clone, Debug, Subcommand)]
#[command(after_help = "Examples:
  landfall survey open
  landfall survey answer --of customer 1=5 2=4 4=5
  landfall survey results")]
pub(crate) enum Survey {
    /// Show the questions, and where the survey stands.
    #[command(after_help = "Examples:
  landfall survey show
  landfall survey show --language fr-CA
  landfall survey show --json")]
    Show {
        /// The language of the questions, as the plan names it; English if left out.
        #[arg(long, value_name = "TAG")]
        language: Option<String>,
    },
    /// Open a round, in the second half of the quiet period.
    #[command(after_help = "Examples:
  landfall survey open
  landfall survey open --closes 2027-04-28T22:00:00Z --language en --language fr-CA --sample-percent 50")]
    Open {
        /// When it closes; after as many days as the plan says if left out.
        #[arg(long, value_name = "TIME", value_parser = instant)]
        closes: Option<Timestamp>,
        /// A language in which it is asked; may be given several times. Those of the plan if left out.
        #[arg(long = "language", value_name = "TAG")]
        languages: Vec<String>,
        /// The share of users who are asked; that of the plan if left out.
        #[arg(long, value_name = "PERCENT")]
        sample_percent: Option<u8>,
    },
    /// Make the links of the users of a site, and print each once.
    #[command(after_help = "Examples:
  landfall survey invite site/B27
  landfall survey invite --all --json
  landfall survey invite --all --addresses users.csv

The record keeps digests of the links only: what is printed here cannot be printed again. With
--server each link is the whole address of its page. The file of addresses has the columns
`site` and `address`; it is read to say whose each link is, and goes nowhere. Where only a
share of users is asked, chance draws from it.")]
    Invite {
        /// The sites.
        #[arg(value_name = "SITE", value_parser = super::sign::site, required_unless_present = "all")]
        sites: Vec<model::id::SiteId>,
        /// All sites whose users have not been invited.
        #[arg(long, conflicts_with = "sites")]
        all: bool,
        /// The addresses of the users, to print beside each link whose it is.
        #[arg(long, value_name = "FILE")]
        addresses: Option<PathBuf>,
    },
    /// Answer: a score from 1 to 5, `n/a` or a text for each question.
    #[command(
        group = ArgGroup::new("who").required(true).args(["link", "of"]),
        after_help = "Examples:
  landfall survey answer --of customer 1=5 2=4 3=n/a 4=5
  landfall survey answer --link 4f0e… 1=4 2=3 10=\"The printers\"

An answer through a link is anonymous: with --server it is sent without what lets you in there."
    )]
    Answer {
        /// The link of an invitation, or the address of its page.
        #[arg(long, value_name = "LINK")]
        link: Option<String>,
        /// By name: site-owners or customer.
        #[arg(long, value_name = "WHO")]
        #[arg(value_parser = model::word::read::<Instrument>)]
        of: Option<Instrument>,
        /// The answers, each as its question's number and what is answered.
        #[arg(value_name = "NUMBER=ANSWER", required = true)]
        replies: Vec<String>,
    },
    /// Take over answers that were collected elsewhere, one row a person.
    #[command(after_help = "Examples:
  landfall survey import answers.csv --of users --invited 1575

The file has a column for each question, named by its number; the columns `site` and
`respondent` may stand beside. Of several rows of one respondent, the last one counts.")]
    Import {
        /// The file.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Whose answers: users, site-owners or customer.
        #[arg(long, value_name = "WHO", default_value = "users")]
        #[arg(value_parser = model::word::read::<Instrument>)]
        of: Instrument,
        /// How many people were invited.
        #[arg(long, value_name = "NUMBER")]
        invited: u32,
    },
    /// Close the round once its time is over; it also closes by itself.
    #[command(after_help = "Examples:
  landfall survey close")]
    Close,
    /// Show what the survey showed: users, site owners and customer apart.
    #[command(after_help = "Examples:
  landfall survey results
  landfall survey results --json")]
    Results,
}
