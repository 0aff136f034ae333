//! The satisfaction survey of users, site owners and the customer.
//!
//! Users answer anonymously, through links of which the record keeps digests only.
//! Site owners and the customer answer by name. The three are never averaged
//! together, and the project team neither chooses who is asked nor closes early.
//!
//! Source: Deploy SMF, overview: customer satisfaction survey; Process 4, Table 7.

mod instrument;
mod invitation;
mod question;
mod results;
mod tally;
mod terms;

pub use instrument::{Asked, Axis, Instrument, Standard};
pub use invitation::{due_at, invitees_at};
pub use question::{OWN_FROM, OWN_MAX, OwnQuestion, Question, Questions, Translation};
pub use results::{GroupResult, QuestionResult, Results, results};
pub use tally::{Counts, Interval};
pub use terms::SurveyTerms;

use crate::digest::Digest;
use crate::evolve::{Happening, Impossible};
use crate::id::{PersonId, SiteId};
use crate::scope::Scope;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The fewest answers of a group that is shown by itself.
pub const THRESHOLD_MIN: u32 = 5;

/// One answer to one question: a score from 1 to 5, or that it does not apply; or a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Reply {
    /// The number of the question in its instrument.
    pub question: u8,
    /// The score, 1 the worst; nothing where the question does not apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<u8>,
    /// What was written, where a text was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Who answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Respondent {
    /// Whoever holds the link with this digest: a user, anonymously.
    Link(Digest),
    /// The acting person, by name, as a site owner or the customer.
    Named(Instrument),
}

/// The answers of one site or other group, counted elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct GroupCount {
    /// The site; nothing where the answers are of no single one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
    /// How many people answered.
    pub responses: u32,
    /// The counts, by the number of the question.
    pub counts: BTreeMap<u8, Counts>,
}

/// Answers counted elsewhere, with the digest of the file that holds them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Import {
    /// Who was asked.
    pub instrument: Instrument,
    /// The digest of the file.
    pub source: Digest,
    /// How many people were invited.
    pub invited: u32,
    /// The answers, group by group.
    pub groups: Vec<GroupCount>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum SurveyEvent {
    /// A round of the survey was opened.
    Opened {
        /// Its number, from 1.
        round: u32,
        /// When it closes.
        closes: Timestamp,
        /// The digest of its questions.
        definition: Digest,
        /// The languages in which it is asked.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        languages: Vec<String>,
        /// The fewest answers of a group that is shown by itself.
        threshold: u32,
        /// The share of users who are asked, in percent.
        sample_percent: u8,
    },
    /// Users of a site were invited, each with a link of their own.
    Invited {
        /// The site.
        site: SiteId,
        /// The digests of the links.
        links: Vec<Digest>,
    },
    /// Somebody answered; their last answer counts.
    Answered {
        /// Who.
        respondent: Respondent,
        /// What.
        replies: Vec<Reply>,
    },
    /// Answers that were collected elsewhere were taken over.
    Imported {
        /// What.
        import: Import,
    },
    /// The round was closed.
    Closed {
        /// Its number.
        round: u32,
    },
}

/// What a person tells Landfall to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SurveyCommand {
    /// Open a round.
    Open {
        /// When it closes; after as many days as the plan says if left out.
        closes: Option<Timestamp>,
        /// The languages in which it is asked; those of the plan if left out.
        languages: Vec<String>,
        /// The share of users who are asked, in percent; that of the plan if left out.
        sample_percent: Option<u8>,
    },
    /// Invite the users of sites.
    Invite {
        /// The digests of their links, site by site, as many as users are due.
        invitations: BTreeMap<SiteId, Vec<Digest>>,
    },
    /// Answer.
    Answer {
        /// Who.
        respondent: Respondent,
        /// What.
        replies: Vec<Reply>,
    },
    /// Take over answers that were collected elsewhere.
    Import {
        /// What.
        import: Import,
    },
    /// Close the round.
    Close,
}

/// Where all of it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Surveys {
    /// The rounds, the first one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rounds: Vec<Round>,
}

/// One round of the survey.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// When it was opened.
    pub opened: Timestamp,
    /// When it closes.
    pub closes: Timestamp,
    /// When it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Timestamp>,
    /// The languages in which it is asked.
    pub languages: Vec<String>,
    /// The fewest answers of a group that is shown by itself.
    pub threshold: u32,
    /// The share of users who are asked, in percent.
    pub sample_percent: u8,
    /// The digests of the links that were given out, each with its site.
    pub links: BTreeMap<Digest, SiteId>,
    /// The last answer given through each link.
    pub by_link: BTreeMap<Digest, Vec<Reply>>,
    /// The last answer of each named person, as a site owner and as the customer.
    pub site_owners: BTreeMap<PersonId, Vec<Reply>>,
    /// The last answer of each who speaks for the customer.
    pub customer: BTreeMap<PersonId, Vec<Reply>>,
    /// What was taken over; a file replaces its instrument's former one.
    pub imports: Vec<Import>,
    /// What is asked, as the plan said when it was opened.
    #[serde(default)]
    pub questions: Arc<Questions>,
}

impl Surveys {
    /// Returns the last round.
    pub fn last(&self) -> Option<&Round> {
        self.rounds.last()
    }

    /// Returns the round that is open.
    pub fn open(&self) -> Option<&Round> {
        self.last().filter(|it| it.closed.is_none())
    }

    fn open_mut(&mut self) -> Result<&mut Round, Impossible> {
        let last = self.rounds.last_mut().filter(|it| it.closed.is_none());
        last.ok_or_else(|| Impossible::Order { why: "no survey is open".to_owned() })
    }

    /// Moves on by `event`; a round that opens asks what `asked` returns.
    pub(crate) fn happened(
        &mut self,
        event: &SurveyEvent,
        happening: &Happening,
        asked: &dyn Fn() -> Questions,
    ) -> Result<(), Impossible> {
        match event {
            SurveyEvent::Opened { closes, languages, threshold, sample_percent, .. } => {
                self.rounds.push(Round {
                    opened: happening.at,
                    closes: *closes,
                    closed: None,
                    languages: languages.clone(),
                    threshold: *threshold,
                    sample_percent: *sample_percent,
                    links: BTreeMap::new(),
                    by_link: BTreeMap::new(),
                    site_owners: BTreeMap::new(),
                    customer: BTreeMap::new(),
                    imports: vec![],
                    questions: Arc::new(asked()),
                });
            }
            SurveyEvent::Invited { site, links } => {
                let links = links.iter().map(|it| (*it, site.clone()));
                self.open_mut()?.links.extend(links);
            }
            SurveyEvent::Answered { respondent, replies } => {
                let round = self.open_mut()?;
                let named =
                    || happening.by.clone().ok_or_else(|| Impossible::unknown("whoever answers"));
                match respondent {
                    Respondent::Link(link) => round.by_link.insert(*link, replies.clone()),
                    Respondent::Named(Instrument::SiteOwners) => {
                        round.site_owners.insert(named()?, replies.clone())
                    }
                    Respondent::Named(Instrument::Customer | Instrument::Users) => {
                        round.customer.insert(named()?, replies.clone())
                    }
                };
            }
            SurveyEvent::Imported { import } => {
                let round = self.open_mut()?;
                round.imports.retain(|it| it.instrument != import.instrument);
                round.imports.push(import.clone());
            }
            SurveyEvent::Closed { .. } => self.open_mut()?.closed = Some(happening.at),
        }
        Ok(())
    }
}

impl SurveyEvent {
    /// Returns what it is about.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Invited { site, .. } => Scope::Site(site.clone()),
            Self::Opened { .. }
            | Self::Answered { .. }
            | Self::Imported { .. }
            | Self::Closed { .. } => Scope::Deployment,
        }
    }
}

impl fmt::Display for SurveyEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opened { round, closes, sample_percent, .. } => write!(
                f,
                "survey, round {round}: opened until {closes}, {sample_percent} % of users are asked"
            ),
            Self::Invited { site, links } => {
                write!(f, "survey: {} users of {site} invited", links.len())
            }
            Self::Answered { respondent: Respondent::Link(_), .. } => {
                f.write_str("survey: a user answered")
            }
            Self::Answered { respondent: Respondent::Named(instrument), .. } => {
                write!(f, "survey: answered, of {instrument}")
            }
            Self::Imported { import } => {
                let responses: u32 = import.groups.iter().map(|it| it.responses).sum();
                let (instrument, source) = (import.instrument, import.source.short());
                write!(f, "survey: {responses} answers of {instrument} taken over from {source}")
            }
            Self::Closed { round } => write!(f, "survey, round {round}: closed"),
        }
    }
}
